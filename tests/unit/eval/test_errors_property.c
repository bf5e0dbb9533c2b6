/*
 * Error types beside a slow version that follows tidecv's matrices, lists and dictionaries, on
 * thousands of small random sets.
 */
#include "sets.h"

#include "eval/errors.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { CASES = 3000, MOST = 64, IMAGES = 3, CLASSES = 3 };

static void assert_near(double is, double should)
{
    if (!(fabs(is - should) <= 1e-9))
        fail_msg("%.17g is not %.17g", is, should);
}

struct slow_point {
    double score;
    int class;
    bool right;
};

struct slow_error {
    struct eval_error_box box;
    bool has_original; /* ignored detections have none */
    bool has_fixed;
    struct slow_point original, fixed;
};

struct slow {
    const struct dataset *dataset;
    const struct detections *detections;
    const struct link *link;
    struct eval_error_settings settings;
    struct slow_error errors[2 * MOST]; /* in the order of their making */
    int error_count;
    struct slow_point points[MOST]; /* of hits and false ones in the order of pushing */
    int point_count;
    int positives[CLASSES], unmatched[CLASSES];
};

static double slow_iou(const struct box *d, const struct box *g, bool crowd)
{
    double w = fmin(d->w + d->x, g->w + g->x) - fmax(d->x, g->x);
    double h = fmin(d->h + d->y, g->h + g->y) - fmax(d->y, g->y);
    if (w <= 0 || h <= 0)
        return 0;
    return w * h / (crowd ? d->w * d->h : d->w * d->h + g->w * g->h - w * h);
}

static int slow_class(const struct slow *slow, int row)
{
    return slow->link->category_of_key[slow->detections->rows[row].category_key];
}

static int slow_rank(const struct slow *slow, int image, int *rows)
{
    int n = 0;
    for (size_t i = 0; i < slow->detections->count; i++) {
        const struct detection *row = &slow->detections->rows[i];
        if (slow->link->image_of_key[row->image_key] != image)
            continue;
        int at = n++;
        for (; at > 0 && slow->detections->rows[rows[at - 1]].score < row->score; at--)
            rows[at] = rows[at - 1];
        rows[at] = (int)i;
    }
    return n < slow->settings.max_dets ? n : slow->settings.max_dets;
}

static int argmax(const double *values, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        if (values[i] > values[best])
            best = i;
    return best;
}

/* One image's matrices. */
struct slow_image {
    int rows[MOST], n;
    int gts[MOST], crowds[MOST], gt_count, crowd_count;
    double iou[MOST][MOST];
    bool same[MOST][MOST];
    int matched[MOST]; /* per detection: ground truth, -1 */
    bool used[MOST], ignored[MOST], usable[MOST];
};

static void slow_match(const struct slow *slow, struct slow_image *im)
{
    const struct annotation *a = slow->dataset->annotations;
    double left[MOST][MOST];
    for (int d = 0; d < im->n; d++)
        for (int g = 0; g < im->gt_count; g++) {
            im->iou[d][g] =
                slow_iou(&slow->detections->rows[im->rows[d]].box, &a[im->gts[g]].box, false);
            im->same[d][g] = slow_class(slow, im->rows[d]) == a[im->gts[g]].category;
            left[d][g] = im->iou[d][g] * im->same[d][g];
        }
    for (int d = 0; d < im->n; d++) {
        im->matched[d] = -1;
        int g = argmax(left[d], im->gt_count);
        if (im->gt_count && left[d][g] >= slow->settings.positive_iou) {
            im->matched[d] = g;
            im->used[g] = true;
            for (int other = 0; other < im->n; other++)
                left[other][g] = 0;
        }
        for (int c = 0; c < im->crowd_count && im->matched[d] < 0; c++)
            if (a[im->crowds[c]].category == slow_class(slow, im->rows[d]) &&
                slow_iou(&slow->detections->rows[im->rows[d]].box, &a[im->crowds[c]].box, true) >
                    slow->settings.positive_iou)
                im->ignored[d] = true;
    }
}

/* The six tests in tidecv's order; the ground truth meant in *GT. */
static enum eval_error slow_type(
    const struct slow *slow, const struct slow_image *im, int d, int *gt, double *iou)
{
    double same[MOST] = {0}, other[MOST] = {0}, used[MOST] = {0};
    double positive = slow->settings.positive_iou, background = slow->settings.background_iou;
    *gt = -1;
    *iou = 0;
    if (!im->gt_count)
        return EVAL_BKG;
    for (int g = 0; g < im->gt_count; g++) {
        same[g] = im->same[d][g] ? im->iou[d][g] : 0;
        other[g] = im->same[d][g] ? 0 : im->iou[d][g];
        used[g] = im->used[g] ? same[g] : 0;
    }
    *gt = argmax(same, im->gt_count);
    if (background <= (*iou = same[*gt]) && *iou <= positive)
        return EVAL_LOC;
    *gt = argmax(other, im->gt_count);
    if ((*iou = other[*gt]) >= positive)
        return EVAL_CLS;
    *gt = argmax(used, im->gt_count);
    if ((*iou = used[*gt]) >= positive)
        return EVAL_DUPE;
    *gt = argmax(im->iou[d], im->gt_count);
    if ((*iou = im->iou[d][*gt]) <= background) {
        *gt = -1;
        return EVAL_BKG;
    }
    return EVAL_BOTH;
}

static void slow_detection_error(struct slow *slow, struct slow_image *im, int image, int d)
{
    int g, row = im->rows[d];
    double iou, score = slow->detections->rows[row].score;
    enum eval_error type = slow_type(slow, im, d, &g, &iou);
    struct slow_error *error = &slow->errors[slow->error_count++];
    *error = (struct slow_error){.box = {.iou = iou,
                                     .score = score,
                                     .image = image,
                                     .row = row,
                                     .annotation = g < 0 ? -1 : im->gts[g],
                                     .type = type},
        .has_original = !im->ignored[d],
        .original = {score, slow_class(slow, row), false}};
    /* Detections come by descending score, so the first that points is the best. */
    if ((type == EVAL_LOC || type == EVAL_CLS) && !im->used[g] && !im->usable[g]) {
        im->usable[g] = true;
        error->has_fixed = true;
        error->fixed =
            (struct slow_point){score, slow->dataset->annotations[im->gts[g]].category, true};
    }
}

static void slow_image(struct slow *slow, int image)
{
    struct slow_image im = {0};
    im.n = slow_rank(slow, image, im.rows);
    for (size_t i = 0; i < slow->dataset->annotation_count; i++) {
        const struct annotation *a = &slow->dataset->annotations[i];
        if (a->image != image)
            continue;
        if (a->crowd)
            im.crowds[im.crowd_count++] = (int)i;
        else
            im.gts[im.gt_count++] = (int)i;
    }
    slow_match(slow, &im);
    for (int d = 0; d < im.n; d++) {
        if (!im.ignored[d])
            slow->points[slow->point_count++] =
                (struct slow_point){slow->detections->rows[im.rows[d]].score,
                    slow_class(slow, im.rows[d]), im.matched[d] >= 0};
        if (im.matched[d] < 0)
            slow_detection_error(slow, &im, image, d);
    }
    for (int g = 0; g < im.gt_count; g++) {
        int class = slow->dataset->annotations[im.gts[g]].category;
        double near = 0;
        for (int d = 0; d < im.n; d++)
            near = fmax(near, im.same[d][g] ? im.iou[d][g] : 0);
        slow->positives[class]++;
        slow->unmatched[class] += !im.used[g];
        if (!im.used[g] && !im.usable[g])
            slow->errors[slow->error_count++] = (struct slow_error){.box = {.iou = near,
                                                                        .score = NAN,
                                                                        .image = image,
                                                                        .row = -1,
                                                                        .annotation = im.gts[g],
                                                                        .type = EVAL_MISS}};
    }
}

/* AP of the N points of one class, all precisions and recalls written out. */
static double slow_ap(struct slow_point *points, int n, int positives)
{
    double precision[3 * MOST], recall[3 * MOST], sum = 0;
    if (!positives)
        return 0;
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && points[j].score > points[j - 1].score; j--) {
            struct slow_point swap = points[j];
            points[j] = points[j - 1];
            points[j - 1] = swap;
        }
    for (int i = 0, right = 0; i < n; i++) {
        right += points[i].right;
        precision[i] = (double)right / (i + 1);
        recall[i] = (double)right / positives;
    }
    for (int i = n - 1; i > 0; i--)
        precision[i - 1] = fmax(precision[i - 1], precision[i]);
    for (int r = 0; r <= 100; r++)
        for (int i = 0; i < n; i++)
            if (recall[i] >= r / 100.) {
                sum += precision[i];
                break;
            }
    return sum / 101 * 100;
}

/* Mean AP of POINTS (in the order of pushing); -1 when no class has anything. */
static double slow_map(const struct slow_point *points, int n, const int *positives)
{
    double sum = 0;
    int classes = 0;
    for (int class = 0; class < CLASSES; class ++) {
        struct slow_point own[3 * MOST];
        int count = 0;
        for (int i = 0; i < n; i++)
            if (points[i].class == class)
                own[count++] = points[i];
        if (!count && !positives[class])
            continue;
        sum += slow_ap(own, count, positives[class]);
        classes++;
    }
    return classes ? sum / classes : -1;
}

enum { SLOW_FALSE_POS = EVAL_ERRORS, SLOW_FALSE_NEG };

/* fix_errors: errors first, mended or as they were, then the hits. */
static double slow_fixed(const struct slow *slow, int fix)
{
    struct slow_point points[3 * MOST];
    int n = 0, positives[CLASSES];
    for (int c = 0; c < CLASSES; c++)
        positives[c] = slow->positives[c] - (fix == SLOW_FALSE_NEG ? slow->unmatched[c] : 0);
    for (int i = 0; i < slow->error_count; i++) {
        const struct slow_error *error = &slow->errors[i];
        if ((int)error->box.type != fix) {
            if (error->has_original)
                points[n++] = error->original;
        } else if (fix == EVAL_MISS) {
            positives[slow->dataset->annotations[error->box.annotation].category]--;
        } else if (error->has_fixed) {
            points[n++] = error->fixed;
        }
    }
    for (int i = 0; i < slow->point_count; i++)
        if (slow->points[i].right)
            points[n++] = slow->points[i];
    for (int i = 0; i < n && fix == SLOW_FALSE_POS; i++)
        points[i].score = points[i].right;
    double map = slow_map(points, n, positives);
    return map < 0 ? 0 : map;
}

/* Whether A stands before B in the list that a screen shows. */
static bool stands_before(const struct eval_error_box *a, const struct eval_error_box *b)
{
    return a->type != b->type ? a->type < b->type : a->score > b->score;
}

static void check_list(struct slow *slow, const struct eval_errors *errors)
{
    for (int i = 1; i < slow->error_count; i++)
        for (int j = i; j > 0 && stands_before(&slow->errors[j].box, &slow->errors[j - 1].box);
             j--) {
            struct slow_error swap = slow->errors[j];
            slow->errors[j] = slow->errors[j - 1];
            slow->errors[j - 1] = swap;
        }
    assert_int_equal(errors->start[EVAL_ERRORS], slow->error_count);
    for (int i = 0; i < slow->error_count; i++) {
        const struct eval_error_box *is = &errors->boxes[i], *should = &slow->errors[i].box;
        assert_int_equal(is->type, should->type);
        assert_int_equal(is->image, should->image);
        assert_int_equal(is->row, should->row);
        assert_int_equal(is->annotation, should->annotation);
        assert_true(is->iou == should->iou);
        assert_true(is->score == should->score || (isnan(is->score) && isnan(should->score)));
        assert_true(
            (size_t)i >= errors->start[is->type] && (size_t)i < errors->start[is->type + 1]);
    }
}

static void check_case(struct slow *slow, const struct eval_errors *errors)
{
    for (int image = 0; image < IMAGES; image++)
        slow_image(slow, image);
    double ap = slow_map(slow->points, slow->point_count, slow->positives), base = fmax(ap, 0);
    assert_near(errors->ap, ap);
    for (int t = 0; t < EVAL_ERRORS; t++)
        assert_near(errors->dap[t], fmax(slow_fixed(slow, t) - base, 0));
    assert_near(errors->dap_false_pos, slow_fixed(slow, SLOW_FALSE_POS) - base);
    assert_near(errors->dap_false_neg, slow_fixed(slow, SLOW_FALSE_NEG) - base);
    check_list(slow, errors);
}

static void small_sets_agree_with_the_slow_version(void **unused)
{
    (void)unused;
    static const struct eval_error_settings SETTINGS[] = {
        {.5, .1, 100}, {.5, .1, 5}, {.5, .1, 1}, {.75, .3, 100}, {.3, .3, 100}, {1, .05, 20}};
    uint64_t state = 20240601;
    int64_t seen[EVAL_ERRORS] = {0};
    for (int i = 0; i < CASES; i++) {
        static struct slow slow;
        struct arena arena;
        struct link link;
        struct eval_errors errors;
        struct err err;
        arena_init(&arena, 0);
        struct dataset *dataset = sets_truth(IMAGES, CLASSES);
        struct detections *detections = sets_detections(IMAGES, CLASSES);
        for (int m = 0; m < IMAGES; m++) /* ids in another order than the file's */
            dataset->images[m].id = 1 + (m + i) % IMAGES;
        /* Few images and classes make many of a kind meet. */
        sets_fill(&state, 1 + i / 6 % IMAGES, 1 + i / 18 % CLASSES, dataset, detections);
        sets_link(dataset, detections, &arena, &link);
        assert_true(
            eval_errors_make(dataset, detections, &link, &SETTINGS[i % 6], &arena, &errors, &err));
        slow = (struct slow){.dataset = dataset,
            .detections = detections,
            .link = &link,
            .settings = SETTINGS[i % 6]};
        check_case(&slow, &errors);
        for (int t = 0; t < EVAL_ERRORS; t++)
            seen[t] += errors.dap[t] > 0;
        detections_free(detections);
        dataset_free(dataset);
        arena_done(&arena);
    }
    for (int t = 0; t < EVAL_ERRORS; t++)
        assert_true(seen[t] > 50); /* every type is met, and costs something */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(small_sets_agree_with_the_slow_version)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
