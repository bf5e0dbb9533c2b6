#include "work/gallery.h"

#include "base/text.h"
#include "eval/verdicts.h"

#include <math.h>
#include <stdio.h>
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

static bool is_shown(const struct eval_box *box, enum gallery_overlay overlay)
{
    switch (overlay) {
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

static void set_colour(
    const struct eval_box *box, const struct gallery_palette *palette, uint8_t rgb[3])
{
    const uint8_t *from = palette->classes[(uint32_t)box->category % GALLERY_HUES];
    if (box->verdict == EVAL_FOUND)
        from = palette->truth;
    else if (palette->by_verdict && box->verdict != EVAL_IGNORED)
        from = box->verdict == EVAL_TP   ? palette->tp
               : box->verdict == EVAL_FP ? palette->fp
                                         : palette->fn;
    memcpy(rgb, from, 3);
}

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

static void make_box(const struct study *study, const struct eval_box *from,
    const struct gallery_settings *settings, struct easel_box *out)
{
    static const enum easel_line LINES[] = {[EVAL_TP] = EASEL_SOLID,
        [EVAL_FP] = EASEL_DASHED,
        [EVAL_IGNORED] = EASEL_DOTTED,
        [EVAL_FOUND] = EASEL_SOLID,
        [EVAL_FN] = EASEL_DOTTED};
    bool truth_alone = settings->overlay == GALLERY_TRUTH;
    *out = (struct easel_box){.x = from->box.x,
        .y = from->box.y,
        .w = from->box.w,
        .h = from->box.h,
        .line = truth_alone ? EASEL_SOLID : LINES[from->verdict],
        .line_px = from->verdict == EVAL_FOUND && !truth_alone ? 1 : 2};
    set_colour(from, &settings->palette, out->rgb);
    if (truth_alone)
        memcpy(out->rgb, settings->palette.classes[(uint32_t)from->category % GALLERY_HUES], 3);
    if (from->verdict != EVAL_FOUND || truth_alone)
        set_label(from, study->dataset->categories[from->category].name, truth_alone, out);
}

bool gallery_boxes(const struct study *study, int32_t image,
    const struct gallery_settings *settings, struct easel_tile *tile, struct eval_counts *counts,
    struct err *err)
{
    struct arena arena = {0};
    struct eval_boxes found;
    bool ok = eval_image_boxes(study->dataset, study->detections, study->set, image, settings->iou,
        settings->confidence, settings->filter, &arena, &found, err);
    tile->box_count = 0;
    for (size_t i = 0; ok && i < found.count && tile->box_count < EASEL_MOST_BOXES; i++) {
        if (!is_shown(&found.boxes[i], settings->overlay))
            continue;
        struct easel_box *box = easel_tile_add(tile);
        ok = box || err_set(err, ERR_MEMORY, "out of memory");
        if (box)
            make_box(study, &found.boxes[i], settings, box);
    }
    if (ok)
        *counts = found.counts;
    arena_done(&arena);
    return ok;
}
