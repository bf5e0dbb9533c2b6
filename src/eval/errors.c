#include "eval/errors.h"

#include "eval/by_image.h"
#include "eval/match.h"
#include "eval/rank.h"

#include <math.h>
#include <string.h>

static const char *const NAMES[EVAL_ERRORS] = {"Cls", "Loc", "Both", "Dupe", "Bkg", "Miss"};

/* What a detection is, in one word that goes with it through sorting: an eval_error or HIT, with
 * flags. A GUEST is a Cls error that a fix moves here, to the class of its ground truth. */
enum { HIT = EVAL_ERRORS, TYPE = 7, IGNORED = 8, MENDS = 16, GUEST = 32 };

enum { RECALLS = 101 };

/* What is changed before AP is taken; below are the types, each with its errors mended. */
enum { FIX_FALSE_POS = EVAL_ERRORS, FIX_FALSE_NEG, FIX_NONE };

/* A kept detection. */
struct finding {
    uint64_t key; /* rank_key() of its score */
    double iou;
    int32_t row, image, category;
    int32_t gt; /* position in the image's truths, then annotation; -1 none */
    uint32_t code;
};

/* A ground truth of the image at hand. */
struct truth {
    struct box box;
    double iou; /* highest with a detection of its class */
    int32_t annotation, category;
    bool taken, pointed_to;
};

struct overlap {
    double iou;
    int32_t gt; /* the first of equals; -1 while nothing overlaps */
};

/* Ground truth of one class. */
struct positives {
    int64_t all, unmatched, missed;
};

struct job {
    const struct dataset *dataset;
    const struct detections *detections;
    const struct link *link;
    const struct eval_error_settings *settings;
    struct arena scratch;
    struct by_image boxes;
    struct truth *truths;
    size_t truth_count, crowd_count; /* crowds stand behind */
    struct rank_item *ranked;
    struct finding *findings; /* by image, then rank */
    size_t finding_count;
    struct eval_error_box *misses;
    size_t miss_count;
    struct positives *positives; /* per category */
};

const char *eval_error_name(int error)
{
    return (unsigned)error < EVAL_ERRORS ? NAMES[error] : NULL;
}

const char *eval_error_meaning(int error)
{
    static const char *const MEANINGS[EVAL_ERRORS] = {"right place, wrong class",
        "right class, wrong place", "wrong class, wrong place", "found once more",
        "nothing is there", "not found"};
    return (unsigned)error < EVAL_ERRORS ? MEANINGS[error] : NULL;
}

struct eval_error_settings eval_error_settings_default(void)
{
    return (struct eval_error_settings){.positive_iou = .5, .background_iou = .1, .max_dets = 100};
}

static void gather_truths(struct job *job, size_t image)
{
    const uint32_t *start = &job->boxes.gt_start[image];
    size_t n = 0;
    for (int crowd = 0; crowd < 2; crowd++) {
        for (uint32_t i = start[0]; i < start[1]; i++) {
            int32_t source = job->boxes.gts[i];
            const struct annotation *a = &job->dataset->annotations[source];
            if (a->crowd != crowd)
                continue;
            job->truths[n++] =
                (struct truth){.box = a->box, .annotation = source, .category = a->category};
        }
        if (!crowd)
            job->truth_count = n;
    }
    job->crowd_count = n - job->truth_count;
}

/* Ranks the rows of IMAGE; how many are kept. */
static size_t rank_rows(struct job *job, size_t image)
{
    const uint32_t *start = &job->boxes.row_start[image];
    size_t n = start[1] - start[0], most = (size_t)job->settings->max_dets;
    for (size_t i = 0; i < n; i++) {
        int32_t row = job->boxes.rows[start[0] + i];
        job->ranked[i] =
            (struct rank_item){rank_key(job->detections->rows[row].score), (uint32_t)row};
    }
    rank_sort(job->ranked, job->ranked + n, n);
    return n < most ? n : most;
}

static void note_overlap(struct overlap *best, double iou, size_t gt)
{
    if (iou > best->iou)
        *best = (struct overlap){iou, (int32_t)gt};
}

static bool is_in_crowd(const struct job *job, const struct box *box, int32_t category)
{
    for (size_t g = job->truth_count; g < job->truth_count + job->crowd_count; g++)
        if (job->truths[g].category == category &&
            match_iou(box, &job->truths[g].box, true) > job->settings->positive_iou)
            return true;
    return false;
}

/* Names the error of a detection that took nothing, by its best overlap with its own class and with
 * the others. Whatever of its class overlaps enough has been taken: it would be a hit else. */
static void name_error(const struct eval_error_settings *settings, const struct overlap *same,
    const struct overlap *other, struct finding *finding)
{
    double positive = settings->positive_iou, background = settings->background_iou;
    if (same->iou >= background && same->iou <= positive)
        finding->code = EVAL_LOC;
    else if (other->iou >= positive)
        finding->code = EVAL_CLS;
    else if (same->iou > positive)
        finding->code = EVAL_DUPE;
    else if (other->iou > background)
        finding->code = EVAL_BOTH;
    else
        finding->code = EVAL_BKG;
    bool own = finding->code == EVAL_LOC || finding->code == EVAL_DUPE;
    const struct overlap *at = own ? same : other;
    finding->iou = finding->code == EVAL_BKG ? fmax(same->iou, other->iou) : at->iou;
    finding->gt = finding->code == EVAL_BKG ? -1 : at->gt;
}

/* Matches the next detection by rank with what is left of its class, or names its error. */
static void judge(struct job *job, struct finding *finding)
{
    struct box box =
        eval_pixel_box(job->dataset, job->detections, (size_t)finding->row, finding->image);
    struct overlap left = {0, -1}, same = {0, -1}, other = {0, -1};
    for (size_t g = 0; g < job->truth_count; g++) {
        struct truth *truth = &job->truths[g];
        double iou = match_iou(&box, &truth->box, false);
        if (truth->category != finding->category) {
            note_overlap(&other, iou, g);
            continue;
        }
        note_overlap(&same, iou, g);
        if (!truth->taken)
            note_overlap(&left, iou, g);
        truth->iou = iou > truth->iou ? iou : truth->iou;
    }
    if (left.iou >= job->settings->positive_iou) {
        job->truths[left.gt].taken = true;
        finding->code = HIT;
        return;
    }
    name_error(job->settings, &same, &other, finding);
    if (is_in_crowd(job, &box, finding->category))
        finding->code |= IGNORED;
}

/* Of the Loc and Cls errors that point to an unmatched ground truth the best would mend it. */
static void note_mends(struct job *job, struct finding *findings, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t type = findings[i].code & TYPE;
        if (type == HIT || findings[i].gt < 0)
            continue;
        struct truth *truth = &job->truths[findings[i].gt];
        if ((type == EVAL_LOC || type == EVAL_CLS) && !truth->taken && !truth->pointed_to) {
            truth->pointed_to = true;
            findings[i].code |= MENDS;
        }
        findings[i].gt = truth->annotation;
    }
}

static void note_misses(struct job *job, size_t image)
{
    for (size_t g = 0; g < job->truth_count; g++) {
        const struct truth *truth = &job->truths[g];
        struct positives *positives = &job->positives[truth->category];
        positives->all++;
        positives->unmatched += !truth->taken;
        if (truth->taken || truth->pointed_to)
            continue;
        positives->missed++;
        job->misses[job->miss_count++] = (struct eval_error_box){.iou = truth->iou,
            .score = NAN,
            .image = (int32_t)image,
            .row = -1,
            .annotation = truth->annotation,
            .type = EVAL_MISS};
    }
}

static bool judge_images(struct job *job, struct err *err)
{
    int64_t pairs = 0;
    for (size_t image = 0; image < job->dataset->image_count; image++) {
        gather_truths(job, image);
        size_t n = rank_rows(job, image);
        if (!by_image_admit(&pairs, n, job->truth_count + job->crowd_count, err))
            return false;
        struct finding *findings = &job->findings[job->finding_count];
        for (size_t i = 0; i < n; i++) {
            int32_t row = (int32_t)job->ranked[i].index;
            int32_t key = job->detections->rows[row].category_key;
            findings[i] = (struct finding){.key = job->ranked[i].key,
                .row = row,
                .image = (int32_t)image,
                .category = job->link->category_of_key[key],
                .gt = -1};
            judge(job, &findings[i]);
        }
        note_mends(job, findings, n);
        note_misses(job, image);
        job->finding_count += n;
    }
    return true;
}

/* The detections of each class by score, and room for what AP needs. */
struct ranking {
    struct rank_item *items; /* indices are codes */
    uint32_t *start;         /* category_count + 1 */
    struct rank_item *scratch;
    double *precision; /* at each true positive */
};

static int32_t class_of_gt(const struct job *job, const struct finding *finding)
{
    return job->dataset->annotations[finding->gt].category;
}

static bool is_cls_that_mends(const struct finding *finding)
{
    return finding->code & MENDS && (finding->code & TYPE) == EVAL_CLS;
}

static bool rank_classes(struct job *job, struct ranking *ranking)
{
    size_t classes = job->dataset->category_count, longest = 0;
    uint32_t *start = ranking->start = ARENA_ARRAY(&job->scratch, uint32_t, classes + 2);
    if (!start)
        return false;
    for (size_t i = 0; i < job->finding_count; i++) {
        start[job->findings[i].category + 2]++;
        if (is_cls_that_mends(&job->findings[i]))
            start[class_of_gt(job, &job->findings[i]) + 2]++;
    }
    for (size_t c = 2; c < classes + 2; c++) {
        longest = start[c] > longest ? start[c] : longest;
        start[c] += start[c - 1];
    }
    ranking->items = ARENA_ARRAY(&job->scratch, struct rank_item, start[classes + 1] + 1);
    ranking->scratch = ARENA_ARRAY(&job->scratch, struct rank_item, longest + 1);
    ranking->precision = ARENA_ARRAY(&job->scratch, double, longest + 1);
    if (!ranking->items || !ranking->scratch || !ranking->precision)
        return false;
    for (size_t i = 0; i < job->finding_count; i++) {
        const struct finding *f = &job->findings[i];
        ranking->items[start[f->category + 1]++] = (struct rank_item){f->key, f->code};
        if (is_cls_that_mends(f))
            ranking->items[start[class_of_gt(job, f) + 1]++] = (struct rank_item){f->key, GUEST};
    }
    for (size_t c = 0; c < classes; c++)
        rank_sort(&ranking->items[start[c]], ranking->scratch, start[c + 1] - start[c]);
    return true;
}

enum outcome { ABSENT, RIGHT, WRONG };

static enum outcome outcome_after(uint32_t code, int fix)
{
    if (code & GUEST)
        return fix == EVAL_CLS ? RIGHT : ABSENT;
    int type = (int)(code & TYPE);
    if (type == HIT)
        return RIGHT;
    if (type == fix)
        return fix == EVAL_LOC && code & MENDS ? RIGHT : ABSENT;
    return code & IGNORED ? ABSENT : WRONG;
}

/* Mean precision at the recalls 0, 1/100 ... 1, from PRECISION at each of the N true positives. */
static double integrate(double *precision, int64_t n, int64_t positives)
{
    double sum = 0;
    int64_t at = 0;
    for (int64_t i = n - 2; i >= 0; i--)
        if (precision[i] < precision[i + 1])
            precision[i] = precision[i + 1];
    for (int r = 0; r < RECALLS; r++) {
        while (at < n && (double)(at + 1) / (double)positives < (double)r / (RECALLS - 1))
            at++;
        sum += at < n ? precision[at] : 0;
    }
    return sum / RECALLS * 100;
}

/* AP of one class after FIX; false when it has neither ground truth nor detections then. */
static bool class_ap(
    const struct job *job, struct ranking *ranking, size_t category, int fix, double *ap)
{
    const struct positives *gt = &job->positives[category];
    int64_t positives =
        gt->all - (fix == EVAL_MISS ? gt->missed : 0) - (fix == FIX_FALSE_NEG ? gt->unmatched : 0);
    int64_t right = 0, wrong = 0;
    for (uint32_t i = ranking->start[category]; i < ranking->start[category + 1]; i++) {
        enum outcome outcome = outcome_after(ranking->items[i].index, fix);
        if (outcome == RIGHT) {
            int64_t above = fix == FIX_FALSE_POS ? 0 : wrong;
            right++;
            ranking->precision[right - 1] = (double)right / (double)(right + above);
        } else {
            wrong += outcome == WRONG;
        }
    }
    *ap = positives ? integrate(ranking->precision, right, positives) : 0;
    return positives || wrong; /* what is right has its ground truth */
}

/* Where a type is mended, tidecv puts the errors before the hits, and among equal scores they stay
 * so. */
static void put_errors_first(struct ranking *ranking, size_t category)
{
    struct rank_item *items = ranking->items;
    uint32_t end = ranking->start[category + 1];
    for (uint32_t i = ranking->start[category], next; i < end; i = next) {
        uint32_t to = i, hits = 0;
        for (next = i; next < end && items[next].key == items[i].key; next++) {
            if ((items[next].index & TYPE) == HIT)
                ranking->scratch[hits++] = items[next];
            else
                items[to++] = items[next];
        }
        memcpy(&items[to], ranking->scratch, hits * sizeof *items);
    }
}

static void measure(const struct job *job, struct ranking *ranking, struct eval_errors *out)
{
    double sum[FIX_NONE + 1] = {0}, ap, mean[FIX_NONE + 1];
    int64_t classes[FIX_NONE + 1] = {0};
    for (size_t c = 0; c < job->dataset->category_count; c++) {
        for (int fix = FIX_NONE; fix >= 0; fix--) {
            if (class_ap(job, ranking, c, fix, &ap)) {
                sum[fix] += ap;
                classes[fix]++;
            }
            if (fix == FIX_NONE)
                put_errors_first(ranking, c);
        }
    }
    for (int fix = 0; fix <= FIX_NONE; fix++)
        mean[fix] = classes[fix] ? sum[fix] / (double)classes[fix] : 0;
    for (int t = 0; t < EVAL_ERRORS; t++)
        out->dap[t] = fmax(mean[t] - mean[FIX_NONE], 0);
    out->dap_false_pos = mean[FIX_FALSE_POS] - mean[FIX_NONE];
    out->dap_false_neg = mean[FIX_FALSE_NEG] - mean[FIX_NONE];
    out->ap = classes[FIX_NONE] ? mean[FIX_NONE] : -1;
}

/* Lists the findings of TYPE by descending score. */
static void list_type(
    const struct job *job, uint32_t type, struct rank_item *ranked, struct eval_error_box *boxes)
{
    size_t n = 0;
    for (size_t i = 0; i < job->finding_count; i++)
        if ((job->findings[i].code & TYPE) == type)
            ranked[n++] = (struct rank_item){job->findings[i].key, (uint32_t)i};
    rank_sort(ranked, ranked + n, n);
    for (size_t i = 0; i < n; i++) {
        const struct finding *f = &job->findings[ranked[i].index];
        boxes[i] = (struct eval_error_box){.iou = f->iou,
            .score = rank_score(f->key),
            .image = f->image,
            .row = f->row,
            .annotation = f->gt,
            .type = (enum eval_error)type};
    }
}

static bool list_errors(struct job *job, struct arena *arena, struct eval_errors *out)
{
    size_t most = 0, total = 0;
    for (size_t i = 0; i < job->finding_count; i++)
        if ((job->findings[i].code & TYPE) != HIT)
            out->count[job->findings[i].code & TYPE]++;
    out->count[EVAL_MISS] = (int64_t)job->miss_count;
    for (int t = 0; t < EVAL_ERRORS; t++) {
        size_t n = (size_t)out->count[t];
        most = n > most ? n : most;
        out->start[t] = total;
        total += n;
    }
    out->start[EVAL_ERRORS] = total;
    out->boxes = ARENA_ARRAY(arena, struct eval_error_box, total + 1);
    struct rank_item *ranked = ARENA_ARRAY(&job->scratch, struct rank_item, 2 * most + 1);
    if (!out->boxes || !ranked)
        return false;
    for (uint32_t t = 0; t < EVAL_MISS; t++)
        list_type(job, t, ranked, &out->boxes[out->start[t]]);
    memcpy(&out->boxes[out->start[EVAL_MISS]], job->misses, job->miss_count * sizeof *job->misses);
    return true;
}

static bool make_room(struct job *job)
{
    const struct by_image *boxes = &job->boxes;
    size_t kept = 0, most = (size_t)job->settings->max_dets, images = job->dataset->image_count;
    for (size_t i = 0; i < images; i++) {
        size_t n = boxes->row_start[i + 1] - boxes->row_start[i];
        kept += n < most ? n : most;
    }
    job->truths = ARENA_ARRAY(&job->scratch, struct truth, boxes->most_gts + 1);
    job->ranked = ARENA_ARRAY(&job->scratch, struct rank_item, 2 * boxes->most_rows + 1);
    job->findings = ARENA_ARRAY(&job->scratch, struct finding, kept + 1);
    job->misses = ARENA_ARRAY(&job->scratch, struct eval_error_box, boxes->gt_start[images] + 1);
    job->positives = ARENA_ARRAY(&job->scratch, struct positives, job->dataset->category_count + 1);
    return job->truths && job->ranked && job->findings && job->misses && job->positives;
}

static bool is_sane(const struct eval_error_settings *settings, struct err *err)
{
    if (!(settings->background_iou > 0 && settings->background_iou <= settings->positive_iou &&
            settings->positive_iou <= 1))
        return err_set(err, ERR_USAGE,
            "the IoU of background must be above 0 and at most that of a hit, which is at most 1");
    if (settings->max_dets < 1)
        return err_set(err, ERR_USAGE, "the number of detections must be 1 or more");
    return true;
}

bool eval_errors_make(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, const struct eval_error_settings *settings, struct arena *arena,
    struct eval_errors *out, struct err *err)
{
    if (!is_sane(settings, err))
        return false;
    *out = (struct eval_errors){.settings = *settings, .ap = -1};
    struct job job = {
        .dataset = dataset, .detections = detections, .link = link, .settings = settings};
    struct ranking ranking = {0};
    static const char NO_MEMORY[] = "out of memory while finding errors";
    arena_init(&job.scratch, 0);
    bool made =
        by_image_make(dataset, detections, link, -INFINITY, &job.scratch, &job.boxes, err) &&
        (make_room(&job) || err_set(err, ERR_MEMORY, NO_MEMORY)) && judge_images(&job, err);
    if (made && !(rank_classes(&job, &ranking) && list_errors(&job, arena, out)))
        made = err_set(err, ERR_MEMORY, NO_MEMORY);
    if (made)
        measure(&job, &ranking, out);
    arena_done(&job.scratch);
    return made;
}
