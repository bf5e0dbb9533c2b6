/*
 * Draws the images screen: head, picture, counts, lists, sliders.
 * Knows: the state of images.h, the world, widgets. Must not know: events.
 */
#include "view/images.h"

#include "screen/spark.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    PANEL_COLS = 28,
    BOTTOM_ROWS = 3,
    HEAD_ROWS = 1,
    COUNT_ROWS = 8,
    CURVE_POINTS = 24,
    BEST_COLS = 18
};

struct rect images_picture_place(struct rect place)
{
    struct rect out = {place.row + HEAD_ROWS, place.col + 1, place.rows - HEAD_ROWS - BOTTOM_ROWS,
        place.cols - PANEL_COLS - 2};
    return out.rows < 2 || out.cols < 4 ? (struct rect){0} : out;
}

/* ---- the picture ---- */

static struct gallery_palette make_palette(const struct session *session, bool by_verdict)
{
    struct gallery_palette palette = {.by_verdict = by_verdict};
    for (int i = 0; i < GALLERY_HUES; i++)
        theme_rgb(&session->theme, STYLE_CLASS, i, palette.classes[i]);
    theme_rgb(&session->theme, STYLE_TRUTH, 0, palette.truth);
    theme_rgb(&session->theme, STYLE_TP, 0, palette.tp);
    theme_rgb(&session->theme, STYLE_FP, 0, palette.fp);
    theme_rgb(&session->theme, STYLE_FN, 0, palette.fn);
    return palette;
}

static bool photo_fits(
    const struct images_state *state, int32_t image, int32_t width, int32_t height)
{
    return state->photo && state->photo->pixels && state->photo_width_px == width &&
           state->photo_height_px == height &&
           strcmp(state->photo_name, state->study->dataset->images[image].file_name) == 0;
}

static void draw_picture(const struct images_state *state, const struct session *session,
    const struct world *world, struct canvas *canvas, struct rect place, struct eval_counts *counts)
{
    int32_t image = images_current(state), width, height;
    struct easel_scene *scene = easel_scene_new();
    struct gallery_settings settings = {.confidence = session->confidence,
        .iou = session->iou,
        .filter = images_filter(state),
        .overlay = state->overlay,
        .palette = make_palette(session, state->by_verdict)};
    struct easel_tile *tile = scene ? easel_scene_add(scene) : NULL;
    if (!tile || !gallery_boxes(state->study, image, &settings, tile, counts, NULL)) {
        easel_scene_free(scene);
        return;
    }
    easel_room(&world->terminal, place.rows, place.cols, &width, &height);
    if (place.rows && world->terminal.graphics != EASEL_NONE && !canvas->taken &&
        photo_fits(state, image, width, height)) {
        tile->photo = photo_share(state->photo);
        tile->row = place.row;
        tile->col = place.col;
        tile->rows = place.rows;
        tile->cols = place.cols;
        tile->grey = state->grey;
        grid_reserve(canvas->grid, place, CANVAS_PICTURE);
        canvas->scene = scene;
        return;
    }
    const char *said = "loading the image ...";
    if (world->terminal.graphics == EASEL_NONE)
        said = "this terminal shows no pictures\n--graphics=blocks draws them with characters";
    else if (canvas->taken)
        said = VIEW_PICTURE_TAKEN;
    else if (state->photo && !state->photo->pixels)
        said = state->photo->trouble;
    view_say_empty(canvas->grid, place, said);
    easel_scene_free(scene);
}

/* ---- counts ---- */

static void print_ratio(double value, char *out, size_t out_bytes)
{
    if (isnan(value))
        snprintf(out, out_bytes, "\xe2\x80\x93");
    else
        snprintf(out, out_bytes, "%.3f", value);
}

static void draw_count(struct grid *grid, int row, struct rect place, const char *label,
    struct style style, const char *image, const char *set)
{
    grid_text(grid, row, place.col, 10, style, label);
    grid_text_right(grid, row, place.col + 10, 7, STYLE_IS(TEXT), image);
    grid_text_right(grid, row, place.col + 18, 9, STYLE_IS(TEXT), set);
}

static void draw_counts(struct grid *grid, struct rect place, const struct eval_counts *image,
    const struct eval_counts *set)
{
    static const struct {
        const char *label;
        struct style style;
        size_t offset;
    } WHOLE[] = {{"TP", STYLE_IS(TP), offsetof(struct eval_counts, tp)},
        {"FP", STYLE_IS(FP), offsetof(struct eval_counts, fp)},
        {"FN", STYLE_IS(FN), offsetof(struct eval_counts, fn)}};
    static const struct {
        const char *label;
        double (*of)(const struct eval_counts *counts);
    } RATIOS[] = {{"precision", eval_precision}, {"recall", eval_recall}, {"F1", eval_f1}};
    char a[24], b[24];
    int row = place.row;
    draw_count(grid, row++, place, "", STYLE_IS(HEADER), "image", "whole set");
    for (size_t i = 0; i < 3; i++) {
        const char *at = (const char *)image + WHOLE[i].offset,
                   *of = (const char *)set + WHOLE[i].offset;
        snprintf(a, sizeof a, "%lld", (long long)*(const int64_t *)(const void *)at);
        snprintf(b, sizeof b, "%lld", (long long)*(const int64_t *)(const void *)of);
        draw_count(grid, row++, place, WHOLE[i].label, WHOLE[i].style, a, b);
    }
    for (size_t i = 0; i < 3; i++) {
        print_ratio(RATIOS[i].of(image), a, sizeof a);
        print_ratio(RATIOS[i].of(set), b, sizeof b);
        draw_count(grid, row++, place, RATIOS[i].label, STYLE_IS(TEXT), a, b);
    }
}

/* ---- the lists ---- */

struct listing {
    const struct images_state *state;
    const struct eval_counts *images, *classes;
    char right[32];
};

static size_t image_count(void *self)
{
    return ((struct listing *)self)->state->study->dataset->image_count;
}

static void image_item(void *self, size_t i, struct list_item *out)
{
    struct listing *listing = self;
    const struct study *study = listing->state->study;
    int32_t index = study->set->image_order[i];
    const struct eval_counts *counts = &listing->images[index];
    const char *name = study->dataset->images[index].file_name;
    const char *slash = strrchr(name, '/');
    out->text = slash ? slash + 1 : name;
    snprintf(listing->right, sizeof listing->right, "%lld\xc2\xb7%lld\xc2\xb7%lld",
        (long long)counts->tp, (long long)counts->fp, (long long)counts->fn);
    out->right = listing->right;
    if (counts->fp + counts->fn)
        out->style = STYLE_IS(TEXT);
    else
        out->style = STYLE_IS(MUTED);
}

static size_t class_count(void *self)
{
    return ((struct listing *)self)->state->study->dataset->category_count;
}

static void class_item(void *self, size_t i, struct list_item *out)
{
    struct listing *listing = self;
    const struct images_state *state = listing->state;
    const struct eval_counts *counts = &listing->classes[i];
    const uint64_t *filter = images_filter(state);
    out->text = state->study->dataset->categories[i].name;
    out->style = STYLE_HUE(CLASS, i % GALLERY_HUES);
    out->ticked = !filter || (filter[i / 64] >> (i % 64) & 1);
    snprintf(listing->right, sizeof listing->right, "%lld\xc2\xb7%lld\xc2\xb7%lld",
        (long long)counts->tp, (long long)counts->fp, (long long)counts->fn);
    out->right = listing->right;
}

static void draw_lists(struct images_state *state, struct grid *grid, struct rect place,
    const struct eval_counts *images, const struct eval_counts *classes)
{
    struct listing listing = {.state = state, .images = images, .classes = classes};
    bool of_classes = state->pane == IMAGES_CLASSES;
    struct list_source source = {&listing, of_classes ? class_count : image_count,
        of_classes ? class_item : image_item, of_classes};
    if (place.rows < 2)
        return;
    grid_text(
        grid, place.row, place.col, place.cols, STYLE_IS(HEADER), of_classes ? "class" : "image");
    grid_text_right(grid, place.row, place.col, place.cols, STYLE_IS(HEADER),
        "TP\xc2\xb7"
        "FP\xc2\xb7"
        "FN");
    struct rect rest = {place.row + 1, place.col, place.rows - 1, place.cols};
    struct list *list = of_classes ? &state->classes : &state->list;
    if (!of_classes)
        list->scroll.cursor = state->position;
    list_draw(list, grid, rest, &source, true);
}

/* ---- sliders ---- */

static void draw_f1_curve(const struct images_state *state, const struct session *session,
    struct grid *grid, int row, int col, int cols)
{
    double thresholds[CURVE_POINTS], f1[CURVE_POINTS];
    struct eval_counts counts[CURVE_POINTS];
    int count = cols - BEST_COLS < CURVE_POINTS ? cols - BEST_COLS : CURVE_POINTS;
    if (count < 8)
        return;
    for (int i = 0; i < count; i++)
        thresholds[i] = (double)i / count;
    eval_counts_curve(state->study->set, images_iou_index(session), images_filter(state),
        thresholds, (size_t)count, counts);
    for (int i = 0; i < count; i++)
        f1[i] = eval_f1(&counts[i]);
    spark_draw(grid, row, col, count, STYLE_IS(ACCENT), f1, (size_t)count, 0, 1);
    if (state->best_known && !isnan(state->best.f1))
        grid_printf(grid, row, col + count + 1, cols - count - 1, STYLE_IS(MUTED),
            cols - count > 28 ? "F1, best %.3f at %.2f" : "best %.2f at %.2f", state->best.f1,
            state->best.confidence);
}

static void draw_sliders(struct images_state *state, const struct session *session,
    const struct world *world, struct grid *grid, struct rect place)
{
    int row = place.row + place.rows - BOTTOM_ROWS, half = (place.cols - 3) / 2;
    int col = place.col + 1, second = col + half + 1;
    if (place.rows < BOTTOM_ROWS + 2)
        return;
    struct slider confidence = images_slider_now(state, session, world, SLIDER_CONFIDENCE);
    slider_draw(grid, row + 1, col, half, &confidence, true, &state->sliders[SLIDER_CONFIDENCE]);
    draw_f1_curve(state, session, grid, row + 1, second, place.cols - half - 3);
    struct slider iou = images_slider_now(state, session, world, SLIDER_IOU);
    slider_draw(grid, row + 2, col, half, &iou, false, &state->sliders[SLIDER_IOU]);
    struct slider step = images_slider_now(state, session, world, SLIDER_STEP);
    state->sliders[SLIDER_STEP] = (struct slider_place){0};
    if (step.high > step.low)
        slider_draw(grid, row + 2, second, place.cols - half - 3, &step, false,
            &state->sliders[SLIDER_STEP]);
    if (state->typing)
        prompt_draw(&state->prompt, grid, row + 1, col, half, "confidence ");
}

/* ---- the page ---- */

static void draw_head(const struct images_state *state, const struct world *world,
    struct grid *grid, struct rect place)
{
    const struct run_row *run = images_run(state, world);
    int32_t index = images_current(state);
    int col = place.col + 1, end = place.col + place.cols;
    if (run) {
        col += grid_text(grid, place.row, col, 2, session_run_style(run), "\xe2\x96\xa0 ");
        col += grid_text(grid, place.row, col, place.cols / 3, STYLE_IS(TITLE), run->shown) + 2;
    }
    if (run && images_artifact(state, run) >= 0) {
        int64_t step = run->artifacts[images_artifact(state, run)].step;
        if (step >= 0)
            col += grid_printf(
                       grid, place.row, col, 20, STYLE_IS(MUTED), "step %lld", (long long)step) +
                   2;
    }
    if (index < 0)
        return;
    const struct image *image = &state->study->dataset->images[index];
    col += grid_text(grid, place.row, col, place.cols / 3, STYLE_IS(TEXT), image->file_name) + 2;
    col += grid_printf(grid, place.row, col, 14, STYLE_IS(MUTED), "%dx%d", image->width_px,
               image->height_px) +
           2;
    grid_printf(grid, place.row, col, end - col - 1, STYLE_IS(MUTED), "%zu of %zu  %s",
        state->position + 1, state->study->dataset->image_count,
        gallery_overlay_name(state->overlay));
}

static bool draw_nothing(const struct images_state *state, const struct world *world,
    struct grid *grid, struct rect place)
{
    const struct run_row *run = images_run(state, world);
    char text[1024];
    if (!run || !run->prediction_count) {
        view_say_empty(grid, place,
            run ? "this run has no predictions\n\n"
                  "boxtop looks for predictions.json (COCO results) in the run,\n"
                  "or predictions/epoch_003.json in its own plain layout"
                : "no run is chosen");
        return true;
    }
    if (state->study && images_current(state) >= 0)
        return false;
    snprintf(text, sizeof text, "%s", "matching the predictions with the ground truth ...");
    if (state->trouble[0])
        snprintf(text, sizeof text,
            "%s\n\nground truth is named by the run, by boxtop.json in the root,\n"
            "or with --gt FILE --images DIR",
            state->trouble);
    view_say_empty(grid, place, text);
    return true;
}

void images_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct images_state *state = self;
    draw_head(state, world, canvas->grid, place);
    if (draw_nothing(state, world, canvas->grid, place))
        return;
    const struct dataset *dataset = state->study->dataset;
    struct eval_counts image = {0}, set;
    struct eval_counts *classes =
        ARENA_ARRAY(canvas->scratch, struct eval_counts, dataset->category_count);
    struct eval_counts *images =
        ARENA_ARRAY(canvas->scratch, struct eval_counts, dataset->image_count);
    if (!classes || !images)
        return;
    eval_counts_at(state->study->set, images_iou_index(session), session->confidence,
        images_filter(state), &set, classes, images);
    draw_picture(state, session, world, canvas, images_picture_place(place), &image);
    struct rect panel = {place.row + HEAD_ROWS, place.col + place.cols - PANEL_COLS,
        place.rows - HEAD_ROWS - BOTTOM_ROWS, PANEL_COLS - 1};
    if (panel.rows >= COUNT_ROWS)
        draw_counts(canvas->grid, panel, &image, &set);
    struct rect lists = {panel.row + COUNT_ROWS, panel.col, panel.rows - COUNT_ROWS, panel.cols};
    draw_lists(state, canvas->grid, lists, images, classes);
    draw_sliders(state, session, world, canvas->grid, place);
    if (state->wanted[0]) {
        grid_printf(canvas->grid, place.row + place.rows - BOTTOM_ROWS, place.col + 1,
            place.cols - 2, STYLE_IS(WARN), "no image of this data set is called %s",
            state->wanted);
        return;
    }
    const char *said = state->study->warning ? state->study->warning : state->study->joined;
    grid_text(canvas->grid, place.row + place.rows - BOTTOM_ROWS, place.col + 1, place.cols - 2,
        state->study->warning ? STYLE_IS(WARN) : STYLE_IS(MUTED), said);
}
