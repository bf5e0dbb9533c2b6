/*
 * Draws the page of the images screen around its pictures: head, numbers, lists, sliders.
 * Knows: the state of images.h, the world, widgets. Must not know: events.
 */
#include "view/images.h"

#include "base/text.h"
#include "screen/spark.h"
#include "screen/statusline.h"
#include "view/steps.h"
#include "view/thresholds.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { CURVE_POINTS = 48, BEST_COLS = 18, LABEL_COLS = 10, NUMBER_COLS = 9 };

/* Every number on the page, of A and B; made anew for each frame. */
struct numbers {
    size_t sides;                 /* 1, or 2: a B is shown */
    struct eval_counts image[2], set[2];
    struct eval_counts *images;   /* of A, by image */
    struct eval_counts *classes[2]; /* by category of A; NULL for a B of other classes */
};

/* ---- counts ---- */

static void print_ratio(double value, char *out, size_t out_bytes)
{
    if (isnan(value))
        snprintf(out, out_bytes, "\xe2\x80\x93");
    else
        snprintf(out, out_bytes, "%.3f", value);
}

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

static int64_t whole_of(const struct eval_counts *counts, size_t i)
{
    return *(const int64_t *)(const void *)((const char *)counts + WHOLE[i].offset);
}

/* Columns of one row, right-aligned, behind its label. */
static void draw_row(struct grid *grid, int row, struct rect place, const char *label,
    struct style style, char texts[][24], size_t count)
{
    grid_text(grid, row, place.col, LABEL_COLS, style, label);
    for (size_t i = 0; i < count; i++)
        grid_text_right(grid, row, place.col + LABEL_COLS + (int)i * NUMBER_COLS + 1, NUMBER_COLS - 1,
            label[0] ? STYLE_IS(TEXT) : STYLE_IS(HEADER), texts[i]);
}

static void draw_counts_of_one(
    struct grid *grid, struct rect place, const struct numbers *numbers)
{
    char texts[2][24] = {"image", "all"};
    int row = place.row;
    draw_row(grid, row++, place, "", STYLE_IS(HEADER), texts, 2);
    for (size_t i = 0; i < 3; i++) {
        snprintf(texts[0], sizeof texts[0], "%lld", (long long)whole_of(&numbers->image[0], i));
        snprintf(texts[1], sizeof texts[1], "%lld", (long long)whole_of(&numbers->set[0], i));
        draw_row(grid, row++, place, WHOLE[i].label, WHOLE[i].style, texts, 2);
    }
    for (size_t i = 0; i < 3; i++) {
        print_ratio(RATIOS[i].of(&numbers->image[0]), texts[0], sizeof texts[0]);
        print_ratio(RATIOS[i].of(&numbers->set[0]), texts[1], sizeof texts[1]);
        draw_row(grid, row++, place, RATIOS[i].label, STYLE_IS(TEXT), texts, 2);
    }
}

static void print_delta(double delta, bool whole, char out[24])
{
    if (isnan(delta))
        snprintf(out, 24, "\xe2\x80\x93");
    else
        snprintf(out, 24, delta == 0 ? "0" : whole ? "%+.0f" : "%+.3f", delta);
}

/* One block of A, B and what B has more. */
static int draw_pair(struct grid *grid, int row, struct rect place, const char *title,
    const struct eval_counts of[2])
{
    char texts[3][24] = {"A", "B", "B-A"};
    grid_text(grid, row, place.col, LABEL_COLS, STYLE_IS(HEADER), title);
    draw_row(grid, row, place, "", STYLE_IS(HEADER), texts, 3);
    grid_text(grid, row++, place.col, LABEL_COLS, STYLE_IS(HEADER), title);
    for (size_t i = 0; i < 3; i++) {
        for (size_t side = 0; side < 2; side++)
            snprintf(texts[side], sizeof texts[side], "%lld", (long long)whole_of(&of[side], i));
        print_delta((double)(whole_of(&of[1], i) - whole_of(&of[0], i)), true, texts[2]);
        draw_row(grid, row++, place, WHOLE[i].label, WHOLE[i].style, texts, 3);
    }
    for (size_t i = 0; i < 3; i++) {
        for (size_t side = 0; side < 2; side++)
            print_ratio(RATIOS[i].of(&of[side]), texts[side], sizeof texts[side]);
        print_delta(RATIOS[i].of(&of[1]) - RATIOS[i].of(&of[0]), false, texts[2]);
        draw_row(grid, row++, place, RATIOS[i].label, STYLE_IS(TEXT), texts, 3);
    }
    return row;
}

static int draw_word(struct grid *grid, int row, int col, int end, struct style style,
    const char *label, const char *value)
{
    if (col + (int)strlen(label) + grid_text_cols(value) + 1 > end)
        return 0;
    int used = grid_text(grid, row, col, end - col, style, label);
    return used + 1 + grid_text(grid, row, col + used + 1, end - col, STYLE_IS(TEXT), value) + 1;
}

/* "TP 3 FP 1 FN 0 F1 .857  all precision .81 recall .83 F1 .82"; without room for that of two sides
 * "TP 3 FP 1 FN 0 all F1 .82". */
static int draw_folded_side(struct grid *grid, int row, int col, int end,
    const struct eval_counts *image, const struct eval_counts *set, bool wide)
{
    char text[24];
    int from = col;
    for (size_t i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "%lld", (long long)whole_of(image, i));
        col += draw_word(grid, row, col, end, WHOLE[i].style, WHOLE[i].label, text);
    }
    print_ratio(eval_f1(image), text, sizeof text);
    if (wide)
        col += 1 + draw_word(grid, row, col, end, STYLE_IS(MUTED), "F1", text);
    col += 1 + grid_text(grid, row, col, end - col, STYLE_IS(MUTED), "all");
    for (size_t i = wide ? 0 : 2; i < 3; i++) {
        print_ratio(RATIOS[i].of(set), text, sizeof text);
        col += draw_word(grid, row, col, end, STYLE_IS(MUTED), i < 2 ? RATIOS[i].label : "F1", text);
    }
    return col - from;
}

static void draw_folded(struct grid *grid, struct rect place, const struct numbers *numbers)
{
    int col = place.col, end = place.col + place.cols;
    for (size_t side = 0; side < numbers->sides; side++) {
        if (numbers->sides > 1)
            col += grid_text(grid, place.row, col, 2, STYLE_IS(TITLE), side ? "B " : "A ");
        col += 1 + draw_folded_side(grid, place.row, col, end, &numbers->image[side],
                       &numbers->set[side], numbers->sides == 1);
    }
}

static void draw_counts(struct grid *grid, const struct images_page *page,
    const struct numbers *numbers)
{
    if (page->folded)
        draw_folded(grid, page->counts, numbers);
    else if (numbers->sides > 1)
        draw_pair(grid, draw_pair(grid, page->counts.row, page->counts, "image", numbers->image),
            page->counts, "all", numbers->set);
    else
        draw_counts_of_one(grid, page->counts, numbers);
}

/* ---- the lists ---- */

struct listing {
    const struct images_state *state;
    const struct numbers *numbers;
    char right[80], name[120];
};

static void print_verdicts(const struct eval_counts *counts, char *out, size_t out_bytes)
{
    snprintf(out, out_bytes, "%lld\xc2\xb7%lld\xc2\xb7%lld", (long long)counts->tp,
        (long long)counts->fp, (long long)counts->fn);
}

static size_t image_count(void *self)
{
    return images_count(((struct listing *)self)->state);
}

static void image_item(void *self, size_t i, struct list_item *out)
{
    struct listing *listing = self;
    const struct study *study = images_study(listing->state);
    int32_t index = images_at(listing->state, i);
    const struct eval_counts *counts = &listing->numbers->images[index];
    const char *name = study->dataset->images[index].file_name;
    const char *slash = strrchr(name, '/');
    out->text = slash ? slash + 1 : name;
    print_verdicts(counts, listing->right, sizeof listing->right);
    out->right = listing->right;
    if (counts->fp + counts->fn || i == listing->state->position)
        out->style = STYLE_IS(TEXT);
    else
        out->style = STYLE_IS(MUTED);
}

static size_t class_count(void *self)
{
    return images_study(((struct listing *)self)->state)->dataset->category_count;
}

/* TEXT in so many columns from the right. */
static void print_right(const char *text, int cols, char *out, size_t out_bytes)
{
    int blanks = cols - grid_text_cols(text);
    snprintf(out, out_bytes, "%*s%s", blanks > 0 ? blanks : 0, "", text);
}

/* "0.857 1.000 +0.143", in columns. */
static void print_f1_pair(double a, double b, char *out, size_t out_bytes)
{
    enum { RATIO_COLS = 5, DELTA_COLS = 7, COUNT = 3 };
    char plain[24], texts[COUNT][32];
    print_ratio(a, plain, sizeof plain);
    print_right(plain, RATIO_COLS, texts[0], sizeof texts[0]);
    print_ratio(b, plain, sizeof plain);
    print_right(plain, RATIO_COLS, texts[1], sizeof texts[1]);
    print_delta(b - a, false, plain);
    print_right(plain, DELTA_COLS, texts[2], sizeof texts[2]);
    snprintf(out, out_bytes, "%.20s %.20s%.20s", texts[0], texts[1], texts[2]);
}

static void class_item(void *self, size_t i, struct list_item *out)
{
    struct listing *listing = self;
    const struct images_state *state = listing->state;
    const struct numbers *numbers = listing->numbers;
    const struct eval_counts *a = &numbers->classes[0][i];
    const uint64_t *filter = images_filter(state);
    out->text = images_study(state)->dataset->categories[i].name;
    out->style = STYLE_HUE(CLASS, state->hues ? state->hues[i] : i % GALLERY_HUES);
    out->ticked = !filter || (filter[i / 64] >> (i % 64) & 1);
    if (numbers->sides > 1 && numbers->classes[1]) {
        print_f1_pair(eval_f1(a), eval_f1(&numbers->classes[1][i]), listing->right,
            sizeof listing->right);
    } else {
        print_verdicts(a, listing->right, sizeof listing->right);
    }
    out->right = listing->right;
    if (state->own) {
        char own[16];
        snprintf(own, sizeof own, "%.2f", state->own[i]);
        snprintf(listing->name, sizeof listing->name, "%s %.100s", own + (own[0] == '0'), out->text);
        out->text = listing->name;
    }
}

static void draw_lists(struct images_state *state, struct grid *grid, struct rect place,
    const struct numbers *numbers)
{
    struct listing listing = {.state = state, .numbers = numbers};
    bool of_classes = state->pane == IMAGES_CLASSES;
    struct list_source source = {&listing, of_classes ? class_count : image_count,
        of_classes ? class_item : image_item, of_classes};
    struct list *list = of_classes ? &state->classes : &state->list;
    state->list.place = state->classes.place = (struct rect){0};
    if (place.rows < 2 || place.cols < 8)
        return;
    bool pair = of_classes && numbers->sides > 1 && numbers->classes[1];
    grid_text(
        grid, place.row, place.col, place.cols, STYLE_IS(HEADER), of_classes ? "class" : "image");
    grid_text_right(grid, place.row, place.col, place.cols, STYLE_IS(HEADER),
        pair ? "F1 of A  of B   B-A"
             : "TP\xc2\xb7"
               "FP\xc2\xb7"
               "FN");
    struct rect rest = {place.row + 1, place.col, place.rows - 1, place.cols};
    if (!of_classes)
        list->scroll.cursor = state->position;
    list_draw(list, grid, rest, &source, true);
}

/* ---- sliders ---- */

static struct slider confidence_slider(
    const struct images_state *state, const struct session *session)
{
    static const char *const LABELS[] = {[GOVERNS_ALL] = "confidence",
        [GOVERNS_SHIFT] = "all, moved",
        [GOVERNS_CLASS] = "this class"}; /* as wide as one another */
    const struct images_governed now = images_governed(state, session);
    struct slider slider = threshold_slider_now(
        session, THRESHOLD_CONFIDENCE, state->best_known ? state->best.confidence : NAN);
    slider.label = LABELS[now.what];
    slider.low = now.low;
    slider.high = now.high;
    slider.value = now.value;
    return slider;
}

struct slider images_slider_now(const struct images_state *state, const struct session *session,
    const struct world *world, enum images_slider which)
{
    struct slider slider;
    switch (which) {
    case SLIDER_IOU:
        slider = threshold_slider_now(session, THRESHOLD_IOU, NAN);
        slider.label = "IoU       "; /* as wide as the other below which it stands */
        return slider;
    case SLIDER_STEP:
        return steps_slider(images_run(state, world), state->artifact);
    default:
        return confidence_slider(state, session);
    }
}

/* F1 over the range of the confidence slider, of what that moves, with a mark where it stands. */
static void draw_f1_curve(const struct images_state *state, const struct session *session,
    struct canvas *canvas, int row, int col, int cols)
{
    double thresholds[CURVE_POINTS], f1[CURVE_POINTS];
    struct eval_counts counts[CURVE_POINTS];
    struct eval_at curve;
    struct grid *grid = canvas->grid;
    int count = cols - BEST_COLS < CURVE_POINTS ? cols - BEST_COLS : CURVE_POINTS;
    if (count < 8 || !images_curve_at(state, session, canvas->scratch, &curve))
        return;
    const struct images_governed now = images_governed(state, session);
    for (int i = 0; i < count; i++)
        thresholds[i] = now.low + (now.high - now.low) * i / count;
    eval_counts_curve(images_study(state)->set, &curve, thresholds, (size_t)count, counts);
    for (int i = 0; i < count; i++)
        f1[i] = eval_f1(&counts[i]);
    spark_draw(grid, row, col, count, STYLE_IS(ACCENT), f1, (size_t)count, 0, 1);
    int at = (int)((now.value - now.low) / (now.high - now.low) * count);
    grid_mark(grid, (struct rect){row, col + (at < count ? at : count - 1), 1, 1}, STYLE_REVERSE);
    if (!state->best_known || isnan(state->best.f1))
        return;
    bool wide = cols - count > 28, shift = now.what == GOVERNS_SHIFT;
    grid_printf(grid, row, col + count + 1, cols - count - 1, STYLE_IS(MUTED),
        wide ? shift ? "F1, best %.3f at %+.2f" : "F1, best %.3f at %.2f"
             : shift ? "best %.2f at %+.2f" : "best %.2f at %.2f",
        state->best.f1, state->best.confidence);
}

/* Two rows: confidence and the curve, IoU and the step; or the first three beside one another. */
static void draw_sliders(struct images_state *state, const struct session *session,
    const struct world *world, struct canvas *canvas, const struct images_page *page)
{
    enum { SHORT_IOU_COLS = 17 };
    struct grid *grid = canvas->grid;
    int row = page->sliders.row, col = page->sliders.col, cols = page->sliders.cols;
    bool one_row = page->sliders.rows == 1;
    int half = one_row ? (cols - SHORT_IOU_COLS) * 5 / 9 : (cols - 1) / 2, second = col + half + 1;
    int curve = cols - half - 1 - (one_row ? SHORT_IOU_COLS + 1 : 0);
    memset(state->sliders, 0, sizeof state->sliders);
    if (!page->sliders.rows)
        return;
    struct slider confidence = images_slider_now(state, session, world, SLIDER_CONFIDENCE);
    slider_draw(grid, row, col, half, &confidence, true, &state->sliders[SLIDER_CONFIDENCE]);
    draw_f1_curve(state, session, canvas, row, second, curve);
    struct slider iou = images_slider_now(state, session, world, SLIDER_IOU);
    if (one_row) {
        iou.label = "IoU";
        slider_draw(grid, row, second + curve + 1, SHORT_IOU_COLS, &iou, false,
            &state->sliders[SLIDER_IOU]);
    } else {
        slider_draw(grid, row + 1, col, half, &iou, false, &state->sliders[SLIDER_IOU]);
    }
    struct slider step = images_slider_now(state, session, world, SLIDER_STEP);
    if (!one_row && step.high > step.low)
        slider_draw(
            grid, row + 1, second, curve, &step, false, &state->sliders[SLIDER_STEP]);
    static const char *const ASKED[] = {[ASKS_CONFIDENCE] = "confidence ",
        [ASKS_NAME] = "images called (pattern) ",
        [ASKS_CLASS] = "class that holds ",
        [ASKS_FILTER] = "images with (FP>2 & F1<.5) ",
        [ASKS_TAG] = "tag of this image (-tag takes it) ",
        [ASKS_FILE] = "the list as CSV into the file "};
    if (state->asking)
        prompt_draw(&state->prompt, grid, row, col,
            state->asking == ASKS_CONFIDENCE ? half : cols, ASKED[state->asking]);
}

/* ---- the page ---- */

/* "3 of 12: broken by B  errors of car": which of the listed images it is, and what list that is. True
 * when that is not simply all of them. */
static bool print_place(const struct images_state *state, struct buf *out)
{
    const char *order = images_order_name(state);
    size_t all = images_study(state)->dataset->image_count, listed = images_count(state);
    char request[2 * SESSION_CLASS_BYTES + 16];
    images_request_print(state, request, sizeof request);
    if (state->unlisted)
        buf_printf(out, "not among %zu", listed);
    else
        buf_printf(out, "%zu of %zu", state->position + 1, listed);
    buf_printf(out, order[0] ? ": %s" : "%s", order);
    buf_printf(out, request[0] ? "  %s" : "%s", request);
    buf_printf(out, state->name_pattern[0] ? "  /%.40s" : "%s", state->name_pattern);
    buf_printf(out, state->filter_text[0] ? "  %.40s" : "%s", state->filter_text);
    return listed != all || request[0] || state->name_pattern[0] || state->filter_text[0] ||
           order[0];
}

/* The run, the image, and how they are looked at: the last words go first when it is narrow. */
static void draw_head(const struct images_state *state, const struct world *world,
    struct grid *grid, struct rect place)
{
    static const char *const SHOWN[IMAGES_SHOWS] = {[IMAGES_GRID] = "grid",
        [IMAGES_RUNS] = "runs",
        [IMAGES_STEPS] = "steps",
        [IMAGES_VERSUS] = "A against B"};
    const struct study_want *shown = state->side_count ? &state->sides[0].want : NULL;
    const struct run_row *run =
        shown && world->runs ? runs_find(world->runs, shown->run_id) : images_run(state, world);
    int32_t index = images_current(state);
    int64_t step = shown ? images_step_of(world, shown) : -1;
    char name[256] = "", at[32] = "", file[256] = "", size[32] = "", how[32] = "";
    struct buf list;
    buf_init(&list, 1024);
    bool chosen = index >= 0 && print_place(state, &list);
    if (run)
        text_fit(name, sizeof name, run->shown, strlen(run->shown), place.cols / 3);
    if (step >= 0)
        snprintf(at, sizeof at, "step %lld", (long long)step);
    if (index >= 0) {
        const struct image *image = &images_study(state)->dataset->images[index];
        text_fit(file, sizeof file, image->file_name, strlen(image->file_name), place.cols / 3);
        snprintf(size, sizeof size, "%dx%d", image->width_px, image->height_px);
    }
    if (state->show != IMAGES_ONE)
        snprintf(how, sizeof how, "%s%s", SHOWN[state->show], state->playing ? ", playing" : "");
    const struct status_part parts[] = {{name, STYLE_IS(TITLE), 1, false},
        {at, STYLE_IS(MUTED), 2, false}, {file, STYLE_IS(TEXT), 0, false},
        {size, STYLE_IS(MUTED), 5, false},
        {list.data ? list.data : "", chosen ? STYLE_IS(FILTER) : STYLE_IS(MUTED), 3, false},
        {index < 0 ? "" : gallery_overlay_name(state->overlay), STYLE_IS(MUTED), 6, false},
        {how, STYLE_IS(MUTED), 4, false}};
    int col = place.col + 1;
    if (run)
        col += grid_text(grid, place.row, col, 2, session_run_style(run), "\xe2\x96\xa0 ");
    statusline_draw(grid, place.row, col, place.col + place.cols - 1 - col, parts,
        sizeof parts / sizeof *parts);
    buf_done(&list);
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
                : "no run with predictions is chosen\n\n"
                  "boxtop looks for predictions.json (COCO results) in a run,\n"
                  "or predictions/epoch_003.json in its own plain layout");
        return true;
    }
    if (images_study(state) && images_current(state) >= 0)
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

static bool count_image(const struct images_state *state, const struct session *session,
    size_t side, struct arena *arena, struct eval_counts *out)
{
    struct gallery_settings settings = images_settings(state, session, side, arena);
    struct eval_boxes found;
    bool ok = gallery_judge(state->sides[side].study, state->sides[side].image, &settings, arena,
        &found, NULL);
    if (ok)
        *out = found.counts;
    return ok;
}

/* Numbers of the sets that A and B are, at the thresholds. False when memory is out. */
static bool count(const struct images_state *state, const struct session *session,
    struct arena *arena, struct numbers *out)
{
    bool pair = images_pair(state) && state->sides[1].study;
    *out = (struct numbers){.sides = pair ? 2 : 1};
    const struct dataset *first = images_study(state)->dataset;
    out->images = ARENA_ARRAY(arena, struct eval_counts, first->image_count + 1);
    for (size_t side = 0; side < out->sides; side++) {
        const struct study *study = state->sides[side].study;
        struct eval_counts *classes =
            ARENA_ARRAY(arena, struct eval_counts, study->dataset->category_count + 1);
        if (!classes || !out->images)
            return false;
        const struct eval_at at = {.iou_index = images_iou_index(session),
            .area = (enum eval_area)state->size,
            .confidence = session->confidence,
            .of_category = images_confidences_of(state, side, arena),
            .filter = images_filter_of(state, side, arena)};
        eval_counts_of(
            study->set, &at, &out->set[side], classes, side == 0 ? out->images : NULL);
        bool same = side == 0 || study->dataset->category_count == first->category_count;
        for (size_t i = 0; same && side && i < first->category_count; i++)
            same = strcmp(first->categories[i].name, study->dataset->categories[i].name) == 0;
        out->classes[side] = same ? classes : NULL;
    }
    int32_t image = images_current(state);
    out->image[0] = out->images[image];
    for (size_t side = 1; side < out->sides; side++) /* where its tile is not seen */
        if (state->sides[side].image >= 0 && !count_image(state, session, side, arena, &out->image[side]))
            return false;
    return true;
}

/* What the row above the sliders says: the box that is pointed at, else what is to be known of the
 * ground truth. */
static void draw_said(
    const struct images_state *state, const struct session *session, struct grid *grid, struct rect at)
{
    char words[512];
    const struct study *study = images_study(state);
    images_point_words(state, session, words, sizeof words);
    if (state->wanted[0])
        grid_printf(grid, at.row, at.col, at.cols, STYLE_IS(WARN),
            "no image of this data set is called %s", state->wanted);
    else if (state->find_trouble[0])
        grid_text(grid, at.row, at.col, at.cols, STYLE_IS(WARN), state->find_trouble);
    else if (words[0])
        grid_text(grid, at.row, at.col, at.cols, STYLE_IS(ACCENT), words);
    else
        grid_text(grid, at.row, at.col, at.cols, study->warning ? STYLE_IS(WARN) : STYLE_IS(MUTED),
            study->warning ? study->warning : study->joined);
}

void images_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct images_state *state = self;
    struct numbers numbers;
    draw_head(state, world, canvas->grid, place);
    state->tiles.count = 0;
    if (draw_nothing(state, world, canvas->grid, place) ||
        !count(state, session, canvas->scratch, &numbers))
        return;
    struct images_page page = images_lay_out_page(state, world, place);
    images_lay_out(state, world, &page, &state->tiles);
    images_draw_tiles(state, session, world, canvas);
    if (page.pictures.rows)
        draw_counts(canvas->grid, &page, &numbers);
    bool beside = page.lists.rows > 1 && page.lists.cols > 0;
    draw_lists(state, canvas->grid,
        beside || state->show == IMAGES_GRID ? page.lists : state->tiles.spare, &numbers);
    draw_said(state, session, canvas->grid,
        (struct rect){page.said_row, place.col + 1, 1, place.cols - 2});
    draw_sliders(state, session, world, canvas, &page);
}
