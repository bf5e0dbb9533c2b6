#include "app/drawing.h"

#include "app/pick.h"
#include "screen/theme.h"
#include "work/comparison.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GRID_WIDTH_PX = 480, GRID_HEIGHT_PX = 360 };

/* ---- tiles ---- */

static bool choose_colours(
    const struct settings *settings, struct drawing *drawing, struct err *err)
{
    struct theme theme;
    if (!theme_load(&theme, settings->theme ? settings->theme : "dark", err))
        return false;
    for (int i = 0; i < GALLERY_HUES; i++)
        theme_rgb(&theme, STYLE_CLASS, i, drawing->palette.classes[i]);
    theme_rgb(&theme, STYLE_TRUTH, 0, drawing->palette.truth);
    theme_rgb(&theme, STYLE_TP, 0, drawing->palette.tp);
    theme_rgb(&theme, STYLE_FP, 0, drawing->palette.fp);
    theme_rgb(&theme, STYLE_FN, 0, drawing->palette.fn);
    for (int side = 0; side < 2; side++)
        theme_rgb(&theme, STYLE_RUN, side, drawing->sides[side]);
    return true;
}

/* How STUDY is looked at: --conf, --iou, --class. */
static bool look_at(const struct settings *settings, struct drawing *drawing,
    const struct study *study, struct gallery_settings *gallery, struct err *err)
{
    uint64_t *filter;
    uint8_t *hues = ARENA_ARRAY(&drawing->arena, uint8_t, study->dataset->category_count + 1);
    *gallery = (struct gallery_settings){.iou = isnan(settings->iou) ? 0.5 : settings->iou,
        .masks = true,
        .hues = hues,
        .palette = drawing->palette};
    if (!hues)
        return err_set(err, ERR_MEMORY, "out of memory");
    if (!(gallery->iou > 0 && gallery->iou <= 1))
        return err_set(err, ERR_USAGE, "--iou is above 0 and at most 1");
    if (!pick_category(settings, study, &drawing->arena, &filter, err))
        return false;
    gallery_hues(study->dataset, hues);
    gallery->filter = filter;
    if (!finding_confidence(settings, study, gallery->iou, filter, &gallery->confidence, err))
        return false;
    if (!drawing->at[0])
        snprintf(drawing->at, sizeof drawing->at, "confidence %.2f, IoU %.2f", gallery->confidence,
            gallery->iou);
    return true;
}

/* A tile more, for IMAGE of STUDY. NULL with ERR. */
static struct sheet_tile *add_tile(
    struct drawing *drawing, const struct study *study, int32_t image, struct err *err)
{
    if (drawing->sheet.count == SHEET_MOST_TILES) {
        err_set(err, ERR_LIMIT, "a sheet holds %d pictures at most", SHEET_MOST_TILES);
        return NULL;
    }
    struct sheet_tile *tile = &drawing->sheet.tiles[drawing->sheet.count++];
    tile->path = study_image_path(study, &drawing->arena, image);
    return tile;
}

static void caption_counts(struct sheet_tile *tile, const struct eval_counts *counts)
{
    snprintf(tile->lines[1], sizeof tile->lines[1], "TP %lld  FP %lld  FN %lld",
        (long long)counts->tp, (long long)counts->fp, (long long)counts->fn);
}

static bool draw_study(const struct study *study, int32_t image, const char *title,
    const struct gallery_settings *gallery, struct drawing *drawing, struct err *err)
{
    struct eval_counts counts;
    struct sheet_tile *tile = add_tile(drawing, study, image, err);
    if (!tile || !gallery_boxes(study, image, gallery, &tile->boxes, &counts, err))
        return false;
    snprintf(tile->lines[0], sizeof tile->lines[0], "%s", title);
    if (gallery->overlay == GALLERY_TRUTH)
        snprintf(tile->lines[1], sizeof tile->lines[1], "%lld objects",
            (long long)(counts.tp + counts.fn));
    else
        caption_counts(tile, &counts);
    return true;
}

/* IMAGE of A with what A and B do differently on it. */
static bool draw_versus(const struct study *const studies[2], int32_t image, const char *title,
    const struct gallery_settings *gallery, struct drawing *drawing, struct err *err)
{
    struct arena scratch = {0};
    struct eval_boxes found[2];
    struct gallery_versus versus;
    struct sheet_tile *tile = add_tile(drawing, studies[0], image, err);
    bool ok = tile != NULL;
    for (int side = 0; ok && side < 2; side++)
        ok = gallery_judge(studies[side], image, gallery, &scratch, &found[side], err);
    ok = ok && gallery_fill_versus(studies[0], found, gallery,
                   (const uint8_t(*)[3])drawing->sides, &tile->boxes, &versus, err);
    if (ok) {
        const int64_t *t = versus.truths, *f = versus.false_positives;
        snprintf(tile->lines[0], sizeof tile->lines[0], "%s", title);
        snprintf(tile->lines[1], sizeof tile->lines[1],
            "A %lld  B %lld  both %lld  missed %lld  FP A %lld  B %lld  both %lld", (long long)t[1],
            (long long)t[2], (long long)t[3], (long long)t[0], (long long)f[1], (long long)f[2],
            (long long)f[3]);
    }
    arena_done(&scratch);
    return ok;
}

static bool same_truth(const struct study *a, const struct study *b, struct err *err)
{
    return comparison_same_truth(a->dataset, b->dataset) ||
           err_set(err, ERR_USAGE,
               "A and B have different ground truths, so they are not drawn in one picture: leave "
               "--compare out to see them side by side");
}

/* ---- runs and an image ---- */

static void set_heading(struct drawing *drawing, const char *image, const char *what)
{
    snprintf(drawing->sheet.heading, sizeof drawing->sheet.heading, "%.100s%s%.80s   %s", image,
        what[0] ? "   " : "", what, drawing->at);
}

/* How many columns COUNT pictures stand in. */
static size_t columns_for(size_t count)
{
    return count <= 4 ? count : (size_t)ceil(sqrt((double)count));
}

/* One picture of a run, at STEP (NaN: the last); behind the truth when BESIDE. */
static bool draw_run(const struct settings *settings, const struct run_row *run, double step,
    const char *name, bool beside, struct drawing *drawing, struct err *err)
{
    struct settings at = *settings;
    struct gallery_settings gallery;
    char title[SHEET_LINE_BYTES];
    at.step = step;
    struct study *study = pick_study(&at, run, err);
    int32_t image = study ? pick_image(study, name, err) : -1;
    bool ok = image >= 0 && look_at(settings, drawing, study, &gallery, err);
    if (ok && beside && !drawing->sheet.count) {
        struct gallery_settings truth = gallery;
        char id[IMAGE_ID_BYTES];
        truth.overlay = GALLERY_TRUTH;
        set_heading(drawing, image_name(study->dataset, image, id),
            settings->steps ? run->name : "");
        ok = draw_study(study, image, "ground truth", &truth, drawing, err);
    }
    bool best = settings->threshold && strcmp(settings->threshold, "best") == 0;
    if (settings->steps)
        snprintf(title, sizeof title, "step %g", step);
    else if (ok && best && beside)
        snprintf(title, sizeof title, "%.200s  at %.2f", run->name, gallery.confidence);
    else
        snprintf(title, sizeof title, "%s", run->name);
    ok = ok && draw_study(study, image, title, &gallery, drawing, err);
    study_release(study);
    return ok;
}

static bool draw_runs(const struct settings *settings, const struct gathered *gathered,
    const char *name, struct drawing *drawing, struct err *err)
{
    size_t count = 0;
    for (size_t i = 0; i < gathered->count; i++)
        count += gathered->chosen[i]->prediction_count > 0;
    for (size_t i = 0; i < gathered->count; i++) {
        const struct run_row *run = gathered->chosen[i];
        bool skipped = !run->prediction_count && count > 0;
        if (!skipped && !draw_run(settings, run, settings->step, name, count > 1, drawing, err))
            return false;
    }
    drawing->sheet.cols = columns_for(drawing->sheet.count);
    drawing->sheet.bare = count < 2;
    return true;
}

static bool draw_steps(const struct settings *settings, const struct gathered *gathered,
    const char *name, struct drawing *drawing, struct err *err)
{
    const struct run_row *run = gathered->chosen[0];
    if (gathered->count != 1)
        return err_set(err, ERR_USAGE, "--steps is of one run, and %zu are named", gathered->count);
    if (!run->prediction_count)
        return err_set(err, ERR_FORMAT, "run %.80s has no predictions", run->name);
    for (size_t i = 0; i < run->prediction_count; i++)
        if (!draw_run(settings, run, (double)run->artifacts[i].step, name, true, drawing, err))
            return false;
    drawing->sheet.cols = columns_for(drawing->sheet.count);
    return true;
}

static bool draw_compared(const struct settings *settings, const struct gathered *gathered,
    const char *name, struct drawing *drawing, struct err *err)
{
    struct study *studies[2] = {NULL, NULL};
    struct gallery_settings gallery;
    char what[SHEET_LINE_BYTES], id[IMAGE_ID_BYTES];
    if (gathered->count != 2)
        return err_set(
            err, ERR_USAGE, "--compare is of two runs, and %zu are named", gathered->count);
    bool ok = true;
    for (int s = 0; ok && s < 2; s++)
        ok = (studies[s] = pick_study(settings, gathered->chosen[s], err)) != NULL;
    int32_t image = ok ? pick_image(studies[0], name, err) : -1;
    ok = image >= 0 && same_truth(studies[0], studies[1], err) &&
         look_at(settings, drawing, studies[0], &gallery, err);
    if (ok) {
        snprintf(what, sizeof what, "A %.60s   B %.60s", gathered->chosen[0]->name,
            gathered->chosen[1]->name);
        set_heading(drawing, image_name(studies[0]->dataset, image, id), "");
        ok = draw_versus(
            (const struct study *const *)studies, image, what, &gallery, drawing, err);
    }
    drawing->sheet.cols = 1;
    for (int s = 0; s < 2; s++)
        study_release(studies[s]);
    return ok;
}

static bool draw_images(
    const struct settings *settings, char **operands, struct drawing *drawing, struct err *err)
{
    size_t count = 0;
    while (operands[count])
        count++;
    if (count < 2)
        return err_set(
            err, ERR_USAGE, "name a run and an image: boxtop draw RUN... IMAGE [-o FILE.png]");
    struct arena scratch = {0};
    struct gathered gathered = {0};
    char **names = ARENA_ARRAY(&scratch, char *, count);
    bool ok = names || err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; ok && i + 1 < count; i++)
        names[i] = operands[i];
    ok = ok && gather_named(settings, names, 1, &gathered, err);
    const char *image = operands[count - 1];
    ok = ok && (settings->compare ? draw_compared(settings, &gathered, image, drawing, err)
                : settings->steps ? draw_steps(settings, &gathered, image, drawing, err)
                                  : draw_runs(settings, &gathered, image, drawing, err));
    gather_done(&gathered);
    arena_done(&scratch);
    return ok;
}

/* ---- a grid ---- */

static bool parse_grid(const char *text, size_t *cols, size_t *rows, struct err *err)
{
    char *end, *last;
    long wide = strtol(text, &end, 10), high = *end == 'x' ? strtol(end + 1, &last, 10) : 0;
    bool ok = wide > 0 && high > 0 && end[1] && !*last && wide <= SHEET_MOST_TILES &&
              high <= SHEET_MOST_TILES && wide * high <= SHEET_MOST_TILES;
    *cols = ok ? (size_t)wide : 0;
    *rows = ok ? (size_t)high : 0;
    return ok || err_set(err, ERR_USAGE, "--grid takes columns and rows, 4x3, of %d pictures at most",
                     SHEET_MOST_TILES);
}

static bool draw_found(const struct settings *settings, const struct finding *finding,
    struct drawing *drawing, struct err *err)
{
    struct gallery_settings gallery;
    const struct study *const *studies = (const struct study *const *)finding->studies;
    bool two = studies[1] != NULL, ok = look_at(settings, drawing, studies[0], &gallery, err);
    if (ok && two)
        ok = same_truth(studies[0], studies[1], err);
    for (size_t i = 0; ok && i < finding->list.count; i++) {
        const struct image_entry *entry = &finding->list.items[i];
        const char *name = finding->pool->names[entry->image];
        ok = two ? draw_versus(studies, entry->image, name, &gallery, drawing, err)
                 : draw_study(studies[0], entry->image, name, &gallery, drawing, err);
    }
    char what[SHEET_LINE_BYTES];
    snprintf(what, sizeof what, "%zu of %zu images", finding->list.count, finding->found);
    if (ok && two)
        snprintf(drawing->sheet.heading, sizeof drawing->sheet.heading,
            "A %.60s   B %.60s   %.40s   %s", finding->names[0], finding->names[1], what,
            drawing->at);
    else if (ok)
        set_heading(drawing, finding->names[0], what);
    return ok;
}

static bool draw_grid(
    const struct settings *settings, char **operands, struct drawing *drawing, struct err *err)
{
    struct gathered gathered = {0};
    struct finding finding = {0};
    struct settings asked = *settings;
    size_t rows, most = 1 + finding_of_two(settings);
    bool ok = parse_grid(settings->grid, &drawing->sheet.cols, &rows, err) &&
              finding_gather(settings, operands, &gathered, err);
    asked.head = ok ? (double)(drawing->sheet.cols * rows) : 0;
    if (ok && gathered.count != most)
        ok = err_set(err, ERR_USAGE,
            most == 2 ? "a grid of two runs takes two, and %zu are named"
                      : "a grid is of one run (or of two with --compare), and %zu are named",
            gathered.count);
    ok = ok && finding_make(&asked, gathered.chosen[0], most == 2 ? gathered.chosen[1] : NULL, false,
                   &finding, err);
    if (ok && !finding.list.count)
        ok = err_set(err, ERR_USAGE, "no image is listed: boxtop images says what there is");
    if (ok && finding.list.count < drawing->sheet.cols)
        drawing->sheet.cols = finding.list.count;
    drawing->sheet.width_px = GRID_WIDTH_PX;
    drawing->sheet.height_px = GRID_HEIGHT_PX;
    ok = ok && draw_found(settings, &finding, drawing, err);
    finding_done(&finding);
    gather_done(&gathered);
    return ok;
}

/* ---- making ---- */

bool drawing_make(
    const struct settings *settings, char **operands, struct drawing *drawing, struct err *err)
{
    *drawing = (struct drawing){0};
    drawing->sheet.tiles = calloc(SHEET_MOST_TILES, sizeof *drawing->sheet.tiles);
    if (!drawing->sheet.tiles)
        return err_set(err, ERR_MEMORY, "out of memory");
    return choose_colours(settings, drawing, err) &&
           (settings->grid ? draw_grid(settings, operands, drawing, err)
                           : draw_images(settings, operands, drawing, err));
}

void drawing_done(struct drawing *drawing)
{
    for (size_t i = 0; i < drawing->sheet.count; i++)
        free(drawing->sheet.tiles[i].boxes.boxes);
    free(drawing->sheet.tiles);
    arena_done(&drawing->arena);
}
