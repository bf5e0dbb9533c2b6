#include "work/gallery.h"

#include "base/text.h"
#include "eval/versus.h"
#include "work/gallery_masks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *gallery_overlay_name(enum gallery_overlay overlay)
{
    static const char *const NAMES[] = {[GALLERY_ALL] = "all boxes",
        [GALLERY_VERDICTS] = "verdicts",
        [GALLERY_TRUTH] = "truth",
        [GALLERY_PREDICTIONS] = "predictions"};
    return NAMES[overlay];
}

/* ".91": a score never needs its leading zero. */
static void print_score(double score, char *out, size_t out_bytes)
{
    snprintf(out, out_bytes, "%.2f", score);
    if (out[0] == '0')
        memmove(out, out + 1, strlen(out));
}

/* COCO's limits, of boxes. */
static int size_of(const struct eval_box *box)
{
    double area = box->box.w * box->box.h;
    return area < 32 * 32 ? 1 : area < 96 * 96 ? 2 : 3;
}

bool gallery_shows(const struct eval_box *box, const struct gallery_settings *settings)
{
    if ((settings->size && size_of(box) != settings->size) ||
        (settings->hidden >> box->verdict & 1))
        return false;
    switch (settings->overlay) {
    case GALLERY_TRUTH:
        return box->is_gt;
    case GALLERY_PREDICTIONS:
        return !box->is_gt;
    case GALLERY_VERDICTS:
        return !box->is_gt || box->verdict == EVAL_FN;
    default:
        return true;
    }
}

/* ---- colours ---- */

static uint32_t hash_name(const char *name)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash ^ hash >> 15;
}

static int compare_names(const void *a, const void *b, void *self)
{
    const struct category *all = self;
    const uint32_t *x = a, *y = b;
    int order = strcmp(all[*x].name, all[*y].name);
    return order ? order : (*x > *y) - (*x < *y);
}

void gallery_hues(const struct dataset *dataset, uint8_t *hues)
{
    uint32_t order[GALLERY_HUES];
    size_t count = dataset->category_count;
    bool taken[GALLERY_HUES] = {false}, few = count <= GALLERY_HUES;
    for (size_t i = 0; i < count; i++) {
        hues[i] = (uint8_t)(hash_name(dataset->categories[i].name) % GALLERY_HUES);
        if (few)
            order[i] = (uint32_t)i;
    }
    if (!few || !count)
        return;
    /* Whoever finds its colour taken goes on to the next, in the order of the names. */
    qsort_r(order, count, sizeof *order, compare_names, dataset->categories);
    for (size_t i = 0; i < count; i++) {
        uint8_t *hue = &hues[order[i]];
        while (taken[*hue])
            *hue = (uint8_t)((*hue + 1) % GALLERY_HUES);
        taken[*hue] = true;
    }
}

static const uint8_t *class_colour(const struct eval_box *box, const struct gallery_settings *settings)
{
    size_t hue = settings->hues ? settings->hues[box->category] : (size_t)box->category;
    return settings->palette.classes[hue % GALLERY_HUES];
}

static void set_colour(
    const struct eval_box *box, const struct gallery_settings *settings, uint8_t rgb[3])
{
    const struct gallery_palette *palette = &settings->palette;
    const uint8_t *from = class_colour(box, settings);
    if (settings->overlay != GALLERY_TRUTH && box->verdict == EVAL_FOUND)
        from = palette->truth;
    else if (palette->by_verdict && settings->overlay != GALLERY_TRUTH &&
             box->verdict != EVAL_IGNORED)
        from = box->verdict == EVAL_TP   ? palette->tp
               : box->verdict == EVAL_FP ? palette->fp
                                         : palette->fn;
    memcpy(rgb, from, 3);
}

/* ---- boxes ---- */

static void set_label(
    const struct eval_box *box, const char *class, bool plain_truth, struct easel_box *out)
{
    static const char *const LETTERS[] = {[EVAL_TP] = "",
        [EVAL_FP] = "FP ",
        [EVAL_IGNORED] = "crowd ",
        [EVAL_FOUND] = "",
        [EVAL_FN] = "FN "};
    char name[28], score[16] = "";
    text_fit(name, sizeof name, class, strlen(class), 18);
    if (!isnan(box->score))
        print_score(box->score, score, sizeof score);
    snprintf(out->label, sizeof out->label, "%s%s%s%s", plain_truth ? "" : LETTERS[box->verdict],
        name, score[0] ? " " : "", score);
}

/* Ground truth that was found is seen by what found it. */
static bool has_label(const struct eval_box *box, const struct gallery_settings *settings)
{
    return box->verdict != EVAL_FOUND || settings->overlay == GALLERY_TRUTH;
}

static void make_box(const struct study *study, const struct eval_box *from,
    const struct gallery_settings *settings, struct easel_box *out)
{
    static const enum easel_line LINES[] = {[EVAL_TP] = EASEL_SOLID,
        [EVAL_FP] = EASEL_DASHED,
        [EVAL_IGNORED] = EASEL_DOUBLE,
        [EVAL_FOUND] = EASEL_SOLID,
        [EVAL_FN] = EASEL_DOTTED};
    bool truth_alone = settings->overlay == GALLERY_TRUTH;
    *out = (struct easel_box){.x = from->box.x,
        .y = from->box.y,
        .w = from->box.w,
        .h = from->box.h,
        .line = truth_alone ? EASEL_SOLID : LINES[from->verdict],
        .line_px = from->verdict == EVAL_FOUND && !truth_alone ? 1 : 2};
    set_colour(from, settings, out->rgb);
    if (has_label(from, settings))
        set_label(from, study->dataset->categories[from->category].name, truth_alone, out);
}

/* What is not as sure as its class must be goes, and with it what it found. */
static void apply_confidences(const double *of_category, struct eval_boxes *found)
{
    struct eval_counts counts = {0};
    size_t kept = found->gt_count;
    for (size_t i = found->gt_count; i < found->count; i++) {
        struct eval_box *box = &found->boxes[i];
        bool stays = box->score >= of_category[box->category];
        if (box->partner >= 0 && box->verdict == EVAL_TP) {
            struct eval_box *gt = &found->boxes[box->partner];
            gt->partner = stays ? (int32_t)kept : -1;
            gt->verdict = stays ? EVAL_FOUND : EVAL_FN;
        }
        if (stays)
            found->boxes[kept++] = *box;
    }
    found->count = kept;
    for (size_t i = 0; i < kept; i++) {
        enum eval_verdict verdict = found->boxes[i].verdict;
        counts.tp += verdict == EVAL_TP;
        counts.fp += verdict == EVAL_FP;
        counts.fn += verdict == EVAL_FN;
        counts.ignored += !found->boxes[i].is_gt && verdict == EVAL_IGNORED;
    }
    found->counts = counts;
}

bool gallery_judge(const struct study *study, int32_t image,
    const struct gallery_settings *settings, struct arena *arena, struct eval_boxes *out,
    struct err *err)
{
    double confidence = settings->confidence;
    for (size_t i = 0; settings->of_category && i < study->dataset->category_count; i++)
        if (settings->of_category[i] < confidence)
            confidence = settings->of_category[i];
    if (!eval_image_boxes(study->dataset, study->detections, study->set, image, settings->iou,
            confidence, settings->filter, arena, out, err))
        return false;
    if (settings->of_category)
        apply_confidences(settings->of_category, out);
    return true;
}

static bool is_chosen(const struct eval_box *box, const struct gallery_box *chosen)
{
    return chosen->any && box->is_gt == chosen->is_gt && box->source == chosen->source;
}

bool gallery_fill(const struct study *study, const struct eval_boxes *found,
    const struct gallery_settings *settings, struct easel_tile *tile, struct err *err)
{
    enum { CHOSEN_PX = 4 };
    struct mask_pen pen;
    bool ok = true;
    mask_pen_init(&pen);
    tile->box_count = tile->run_count = 0;
    for (int last = 0; last < 2; last++) /* the chosen one lies over all others */
        for (size_t i = 0; ok && i < found->count && tile->box_count < EASEL_MOST_BOXES; i++) {
            const struct eval_box *from = &found->boxes[i];
            if (!gallery_shows(from, settings) || is_chosen(from, &settings->chosen) != last)
                continue;
            struct easel_box *box = easel_tile_add(tile);
            ok = box || err_set(err, ERR_MEMORY, "out of memory");
            if (!ok)
                break;
            make_box(study, from, settings, box);
            if (last)
                box->line_px = CHOSEN_PX;
            if (settings->masks && has_label(from, settings))
                ok = gallery_add_mask(study, from, &pen, tile, box, err);
        }
    mask_pen_done(&pen);
    return ok;
}

bool gallery_boxes(const struct study *study, int32_t image,
    const struct gallery_settings *settings, struct easel_tile *tile, struct eval_counts *counts,
    struct err *err)
{
    struct arena arena = {0};
    struct eval_boxes found;
    bool ok = gallery_judge(study, image, settings, &arena, &found, err) &&
              gallery_fill(study, &found, settings, tile, err);
    if (ok)
        *counts = found.counts;
    arena_done(&arena);
    return ok;
}

/* ---- A against B in one picture ---- */

/* How a kind of box looks, by enum eval_by. */
struct versus_look {
    const char *label;
    enum easel_line line;
    uint8_t line_px;
};

static const struct versus_look TRUTHS[] = {{"miss ", EASEL_DOTTED, 2}, {"A ", EASEL_SOLID, 2},
    {"B ", EASEL_DASHED, 2}, {"", EASEL_SOLID, 1}};
static const struct versus_look FALSE_ONES[] = {{"", EASEL_SOLID, 1}, {"FP A ", EASEL_DOTTED, 1},
    {"FP B ", EASEL_DOTTED, 1}, {"FP AB ", EASEL_DOTTED, 1}};

static bool add_versus(const struct study *study, const struct eval_box *from, int by,
    const struct versus_look *looks, const struct gallery_settings *settings,
    const uint8_t rgb[2][3], struct easel_tile *tile)
{
    if (!gallery_shows(from, settings) || tile->box_count == EASEL_MOST_BOXES)
        return true;
    struct easel_box *box = easel_tile_add(tile);
    if (!box)
        return false;
    const struct versus_look *look = &looks[by];
    *box = (struct easel_box){.x = from->box.x,
        .y = from->box.y,
        .w = from->box.w,
        .h = from->box.h,
        .line = look->line,
        .line_px = look->line_px};
    bool both = by == EVAL_BY_BOTH;
    const uint8_t *colour = from->is_gt ? (both ? settings->palette.truth : settings->palette.fn)
                                        : settings->palette.fp;
    memcpy(box->rgb, by == EVAL_BY_A ? rgb[0] : by == EVAL_BY_B ? rgb[1] : colour, 3);
    char name[28];
    const char *class = study->dataset->categories[from->category].name;
    text_fit(name, sizeof name, class, strlen(class), 18);
    if (look->label[0])
        snprintf(box->label, sizeof box->label, "%s%s", look->label, name);
    return true;
}

static bool found_in(const struct eval_boxes *found, int32_t annotation)
{
    for (size_t i = 0; i < found->gt_count; i++)
        if (found->boxes[i].source == annotation)
            return found->boxes[i].verdict == EVAL_FOUND;
    return false;
}

static double overlap(const struct box *a, const struct box *b)
{
    double w = fmin(a->x + a->w, b->x + b->w) - fmax(a->x, b->x);
    double h = fmin(a->y + a->h, b->y + b->h) - fmax(a->y, b->y);
    double both = w > 0 && h > 0 ? w * h : 0, all = a->w * a->h + b->w * b->h - both;
    return all > 0 ? both / all : 0;
}

/* The false positive of FOUND that is the same mistake as BOX (eval/versus.h), -1 none; TAKEN marks
 * those that are another's. */
static int32_t same_mistake(
    const struct eval_boxes *found, const struct eval_box *box, const bool *taken)
{
    int32_t best = -1;
    double most = EVAL_SAME_IOU;
    for (size_t i = found->gt_count; i < found->count; i++) {
        const struct eval_box *other = &found->boxes[i];
        double share = other->verdict == EVAL_FP && other->category == box->category && !taken[i]
                           ? overlap(&box->box, &other->box)
                           : 0;
        if (share >= most && (best < 0 || share > most)) {
            most = share;
            best = (int32_t)i;
        }
    }
    return best;
}

static bool fill_mistakes(const struct study *study, const struct eval_boxes found[2], bool *taken,
    const struct gallery_settings *settings, const uint8_t rgb[2][3], struct easel_tile *tile,
    struct gallery_versus *out)
{
    bool ok = true;
    for (size_t i = found[0].gt_count; ok && i < found[0].count; i++) {
        const struct eval_box *box = &found[0].boxes[i];
        if (box->verdict != EVAL_FP)
            continue;
        int32_t same = same_mistake(&found[1], box, taken);
        int by = same >= 0 ? EVAL_BY_BOTH : EVAL_BY_A;
        if (same >= 0)
            taken[same] = true;
        out->false_positives[by]++;
        ok = add_versus(study, box, by, FALSE_ONES, settings, rgb, tile);
    }
    for (size_t i = found[1].gt_count; ok && i < found[1].count; i++) {
        const struct eval_box *box = &found[1].boxes[i];
        if (box->verdict != EVAL_FP || taken[i])
            continue;
        out->false_positives[EVAL_BY_B]++;
        ok = add_versus(study, box, EVAL_BY_B, FALSE_ONES, settings, rgb, tile);
    }
    return ok;
}

bool gallery_fill_versus(const struct study *study, const struct eval_boxes found[2],
    const struct gallery_settings *settings, const uint8_t rgb[2][3], struct easel_tile *tile,
    struct gallery_versus *out, struct err *err)
{
    struct gallery_settings all = *settings;
    bool *taken = calloc(found[1].count + 1, sizeof *taken), ok = taken != NULL;
    all.overlay = GALLERY_ALL;
    *out = (struct gallery_versus){0};
    tile->box_count = tile->run_count = 0;
    for (size_t i = 0; ok && i < found[0].gt_count; i++) {
        const struct eval_box *gt = &found[0].boxes[i];
        if (gt->verdict == EVAL_IGNORED)
            continue;
        int by = (gt->verdict == EVAL_FOUND ? EVAL_BY_A : 0) |
                 (found_in(&found[1], gt->source) ? EVAL_BY_B : 0);
        out->truths[by]++;
        ok = add_versus(study, gt, by, TRUTHS, &all, rgb, tile);
    }
    ok = ok && fill_mistakes(study, found, taken, &all, rgb, tile, out);
    free(taken);
    return ok || err_set(err, ERR_MEMORY, "out of memory");
}
