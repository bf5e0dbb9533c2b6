/*
 * Lays out and draws the pictures of the images screen: which tiles there are, whose boxes each shows,
 * and the line of text above it.
 * Knows: the state of images.h, widgets. Must not know: events, how a picture is painted.
 */
#include "view/images.h"

#include <stdio.h>
#include <string.h>

enum {
    HEAD_ROWS = 1,
    SAID_ROWS = 1,
    LEAST_PANEL_COLS = 100,
    LEAST_PANEL_ROWS = 26,
    PANEL_COLS = 28,
    PANEL_COLS_OF_TWO = 37,
    COUNT_ROWS = 8,
    COUNT_ROWS_OF_TWO = 14,
    LEAST_TILE_ROWS = 2,
    LEAST_TILE_COLS = 4,
    LEAST_COLS_OF_STEP = 18,
    GRID_TILE_ROWS = 8,
    GRID_TILE_COLS = 24,
    MOST_ACROSS = 4
};

const char *images_show_name(enum images_show show)
{
    static const char *const NAMES[] = {[IMAGES_ONE] = "one image",
        [IMAGES_GRID] = "grid of images",
        [IMAGES_RUNS] = "runs side by side",
        [IMAGES_STEPS] = "steps side by side",
        [IMAGES_VERSUS] = "A against B"};
    return NAMES[show];
}

/* ---- layout ---- */

/* Cuts AREA into ROWS x COLS tiles of one size, each with its caption above; the first COUNT. */
static void cut(struct rect area, int rows, int cols, size_t count, struct images_tiles *out)
{
    int height = area.rows / rows - 1, width = (area.cols - (cols - 1)) / cols;
    out->count = height < LEAST_TILE_ROWS || width < LEAST_TILE_COLS ? 0 : count;
    for (size_t i = 0; i < out->count; i++) {
        int row = area.row + (int)i / cols * (height + 1);
        int col = area.col + (int)i % cols * (width + 1);
        out->items[i].caption = (struct rect){row, col, 1, width};
        out->items[i].picture = (struct rect){row + 1, col, height, width};
    }
    if (out->count && out->count < (size_t)(rows * cols)) /* what is left of the last row */
        out->spare = (struct rect){area.row + (rows - 1) * (height + 1),
            area.col + (int)(out->count % (size_t)cols) * (width + 1), height + 1,
            area.cols - (int)(out->count % (size_t)cols) * (width + 1)};
}

/* How large a picture of IMAGE's shape can be in such a tile: its pixels a pixel of the image. */
static double scale_in(const struct easel_terminal *terminal, int rows, int cols,
    const struct image *image)
{
    double width = cols * (terminal->cell_width_px > 0 ? terminal->cell_width_px : 1);
    double height = rows * (terminal->cell_height_px > 0 ? terminal->cell_height_px : 2);
    double x = width / (image && image->width_px > 0 ? image->width_px : 4);
    double y = height / (image && image->height_px > 0 ? image->height_px : 3);
    return x < y ? x : y;
}

/* In how many columns COUNT pictures of IMAGE's shape are largest in AREA, and how large. */
static int best_columns(struct rect area, const struct easel_terminal *terminal,
    const struct image *image, size_t count, double *scale)
{
    int best = 1;
    *scale = -1;
    for (int cols = 1; cols <= (int)count; cols++) {
        int rows = ((int)count + cols - 1) / cols;
        int height = area.rows / rows - 1, width = (area.cols - (cols - 1)) / cols;
        double there = height < LEAST_TILE_ROWS || width < LEAST_TILE_COLS
                           ? 0
                           : scale_in(terminal, height, width, image);
        if (there > *scale) {
            *scale = there;
            best = cols;
        }
    }
    return best;
}

/* Cuts AREA so that COUNT pictures of IMAGE's shape are as large as can be. */
static void cut_for(struct rect area, const struct easel_terminal *terminal,
    const struct image *image, size_t count, struct images_tiles *out)
{
    double scale;
    int best = best_columns(area, terminal, image, count, &scale);
    cut(area, ((int)count + best - 1) / best, best, count, out);
}

/* How many pictures there are side by side; 0 where they are of several images. */
static size_t tile_count(const struct images_state *state)
{
    switch (state->show) {
    case IMAGES_GRID:
        return 0;
    case IMAGES_RUNS:
        return state->side_count + 1;
    case IMAGES_STEPS:
        return state->side_count - 1;
    default:
        return 1;
    }
}

/* What the pictures of the data set are like in the mean, so that the page stays as it is from image
 * to image. */
static struct image typical_image(const struct study *study)
{
    const struct dataset *dataset = study->dataset;
    double width = 0, height = 0;
    size_t known = 0;
    for (size_t i = 0; i < dataset->image_count; i++) {
        const struct image *image = &dataset->images[i];
        known += image->width_px > 0 && image->height_px > 0;
        width += image->width_px > 0 ? image->width_px : 0;
        height += image->height_px > 0 ? image->height_px : 0;
    }
    if (!known)
        return (struct image){.width_px = 4, .height_px = 3};
    return (struct image){
        .width_px = (int32_t)(width / (double)known), .height_px = (int32_t)(height / (double)known)};
}

static struct images_page lay_out(
    const struct images_state *state, struct rect place, bool folded, int slider_rows)
{
    struct images_page page = {.folded = folded};
    bool two = images_pair(state);
    int cols = folded && !state->pane_shown ? 0 : two ? PANEL_COLS_OF_TWO : PANEL_COLS;
    int bottom = SAID_ROWS + slider_rows;
    int rows = place.rows - HEAD_ROWS - bottom - folded;
    if (cols > place.cols - GRID_TILE_COLS)
        cols = 0;
    page.pictures = (struct rect){
        place.row + HEAD_ROWS, place.col + 1, rows, place.cols - 2 - (cols ? cols + 1 : 0)};
    if (page.pictures.rows < LEAST_TILE_ROWS || page.pictures.cols < LEAST_TILE_COLS)
        page.pictures = (struct rect){0};
    page.said_row = place.row + place.rows - bottom;
    if (place.rows >= HEAD_ROWS + bottom + 1)
        page.sliders =
            (struct rect){page.said_row + SAID_ROWS, place.col + 1, slider_rows, place.cols - 2};
    struct rect panel = {
        place.row + HEAD_ROWS, place.col + place.cols - cols - 1, rows < 0 ? 0 : rows, cols};
    int counts = folded ? 0 : two ? COUNT_ROWS_OF_TWO : COUNT_ROWS;
    page.counts = folded ? (struct rect){page.said_row - 1, place.col + 1, 1, place.cols - 2}
                         : (struct rect){panel.row, panel.col, counts, cols};
    page.lists = (struct rect){panel.row + counts, panel.col, panel.rows - counts, cols};
    return page;
}

/* On a small screen numbers and lists stand beside the pictures where these, limited by its height,
 * would be no larger without them. */
static bool panel_is_free(const struct images_state *state, const struct world *world,
    const struct images_page *folded, const struct images_page *beside)
{
    enum { LEAST_LIST_ROWS = 4 };
    const struct study *study = images_study(state);
    size_t count = tile_count(state);
    double scale, scale_beside;
    if (!study || !count || world->terminal.graphics == EASEL_NONE || !beside->pictures.rows ||
        beside->lists.rows < LEAST_LIST_ROWS || !beside->lists.cols)
        return false;
    struct image image = typical_image(study);
    struct rect pictures = beside->pictures;
    best_columns(folded->pictures, &world->terminal, &image, count, &scale);
    best_columns(pictures, &world->terminal, &image, count, &scale_beside);
    return scale_beside >= scale;
}

struct images_page images_lay_out_page(
    const struct images_state *state, const struct world *world, struct rect place)
{
    const struct run_row *run = images_run(state, world);
    bool steps = run && run->prediction_count > 1;
    int slider_rows = !steps && place.rows < LEAST_PANEL_ROWS ? 1 : 2;
    struct images_page beside = lay_out(state, place, false, slider_rows);
    if (place.cols >= LEAST_PANEL_COLS && place.rows >= LEAST_PANEL_ROWS)
        return beside;
    struct images_page folded = lay_out(state, place, true, slider_rows);
    return panel_is_free(state, world, &folded, &beside) ? beside : folded;
}

static int between(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static void lay_out_grid(
    const struct images_state *state, struct rect area, struct images_tiles *out)
{
    int rows = area.rows < 2 * (LEAST_TILE_ROWS + 1)
                   ? 1
                   : between(area.rows / GRID_TILE_ROWS, 2, MOST_ACROSS);
    int cols = between(area.cols / GRID_TILE_COLS, 2, MOST_ACROSS);
    size_t room = (size_t)(rows * cols), first = state->position / room * room;
    size_t all = images_count(state), left = all > first ? all - first : 0;
    cut(area, rows, cols, left < room ? left : room, out);
    for (size_t i = 0; i < out->count; i++)
        out->items[i].image = images_at(state, first + i);
}

void images_lay_out(const struct images_state *state, const struct world *world,
    const struct images_page *page, struct images_tiles *out)
{
    const struct study *study = images_study(state);
    int32_t image = images_current(state);
    *out = (struct images_tiles){0};
    if (image < 0 || !page->pictures.rows)
        return;
    if (state->show == IMAGES_GRID) {
        lay_out_grid(state, page->pictures, out);
        return;
    }
    bool runs = state->show == IMAGES_RUNS, steps = state->show == IMAGES_STEPS;
    size_t count = tile_count(state);
    if (count == 1 && state->show == IMAGES_ONE) {
        out->count = 1;
        out->items[0].picture = page->pictures;
    } else {
        cut_for(page->pictures, &world->terminal, &study->dataset->images[image], count, out);
    }
    for (size_t i = 0; i < out->count; i++) {
        struct images_tile *tile = &out->items[i];
        tile->side = runs ? (int)i - 1 : steps ? (int)i + 1 : 0;
        if (state->show == IMAGES_VERSUS && state->side_count > 1)
            tile->side = IMAGES_BOTH;
        tile->image = tile->side > 0 ? state->sides[tile->side].image : image;
    }
}

void images_room(const struct images_state *state, const struct world *world,
    const struct images_tile *tile, const struct image *image, int32_t *width_px,
    int32_t *height_px)
{
    enum { MOST_PX = 4096 };
    easel_room(&world->terminal, tile->picture.rows, tile->picture.cols, width_px, height_px);
    if (!(state->look.zoom > 0) || image->width_px <= 0 || image->height_px <= 0)
        return;
    *width_px = image->width_px < MOST_PX ? image->width_px : MOST_PX;
    *height_px = image->height_px < MOST_PX ? image->height_px : MOST_PX;
}

/* The photo of that name and size; while a closer look is taken, that of any size until the right one
 * comes. */
static const struct photo *photo_of(
    const struct images_state *state, const char *name, int32_t width_px, int32_t height_px)
{
    const struct photo *any = NULL;
    for (size_t i = 0; i < EASEL_MOST_TILES; i++) {
        const struct images_photo *at = &state->photos[i];
        if (!at->photo || strcmp(at->name, name) != 0)
            continue;
        if (at->width_px == width_px && at->height_px == height_px)
            return at->photo;
        any = at->photo;
    }
    return state->look.zoom > 0 ? any : NULL;
}

static const struct image *image_of(
    const struct images_state *state, const struct images_tile *tile)
{
    int side = tile->side < 0 ? 0 : tile->side;
    return &state->sides[side].study->dataset->images[tile->image];
}

static const struct photo *photo_in(const struct images_state *state, const struct world *world,
    const struct images_tile *tile)
{
    const struct image *image = image_of(state, tile);
    int32_t width, height;
    images_room(state, world, tile, image, &width, &height);
    return photo_of(state, image->file_name, width, height);
}

bool images_seen(const struct images_state *state, const struct world *world,
    const struct images_tile *tile, struct easel_tile *out)
{
    const struct photo *photo = photo_in(state, world, tile);
    *out = (struct easel_tile){.photo = (struct photo *)photo,
        .row = tile->picture.row,
        .col = tile->picture.col,
        .rows = tile->picture.rows,
        .cols = tile->picture.cols,
        .look = state->look};
    return photo && photo->pixels;
}

/* ---- boxes ---- */

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

struct gallery_settings images_settings(const struct images_state *state,
    const struct session *session, size_t side, struct arena *arena)
{
    const struct dataset *dataset = state->sides[side].study->dataset;
    uint8_t *hues = state->hues;
    if (side > 0) {
        hues = ARENA_ARRAY(arena, uint8_t, dataset->category_count + 1);
        if (hues)
            gallery_hues(dataset, hues);
    }
    return (struct gallery_settings){.confidence = session->confidence,
        .iou = session->iou,
        .of_category = images_confidences_of(state, side, arena),
        .filter = images_filter_of(state, side, arena),
        .overlay = state->overlay,
        .hidden = state->hidden,
        .size = state->size,
        .masks = !state->maskless,
        .hues = hues,
        .palette = make_palette(session, state->by_verdict)};
}

/* ---- one tile ---- */

struct drawing {
    struct images_state *state;
    const struct session *session;
    const struct world *world;
    struct canvas *canvas;
    struct eval_boxes found[2]; /* of the tile at hand, of both where it shows both */
    struct gallery_versus versus;
};

static const struct run_row *run_of(const struct drawing *d, int side)
{
    const struct runs *runs = d->world->runs;
    return runs ? runs_find(runs, d->state->sides[side].want.run_id) : NULL;
}

/* Judges SIDE's boxes on IMAGE as FOUND[WHICH]. */
static bool judge(struct drawing *d, int side, int32_t image, int which,
    const struct gallery_settings *settings)
{
    const struct images_side *from = &d->state->sides[side];
    return gallery_judge(
        from->study, image, settings, d->canvas->scratch, &d->found[which], NULL);
}

static bool fill_both(struct drawing *d, struct easel_tile *tile, int32_t image)
{
    const struct images_state *state = d->state;
    uint8_t rgb[2][3];
    struct gallery_settings settings = images_settings(state, d->session, 0, d->canvas->scratch);
    for (int side = 0; side < 2; side++) {
        const struct run_row *run = run_of(d, side);
        theme_rgb(&d->session->theme, STYLE_RUN, run ? session_run_style(run).hue : side, rgb[side]);
        if (!judge(d, side, image, side, &settings))
            return false;
    }
    return gallery_fill_versus(
        state->sides[0].study, d->found, &settings, rgb, tile, &d->versus, NULL);
}

/* Why the tile cannot show its boxes; NULL when it can. */
static const char *why_empty(const struct drawing *d, const struct images_tile *tile)
{
    const struct images_state *state = d->state;
    int sides = tile->side == IMAGES_BOTH ? 2 : 1, first = tile->side < 0 ? 0 : tile->side;
    for (int i = first; i < first + sides; i++) {
        const struct images_side *side = &state->sides[i];
        const struct study_answer *answer = world_study(d->world, &side->want);
        if (answer && answer->trouble[0])
            return answer->trouble;
        if (!side->study)
            return "loading the predictions ...";
        if (side->image < 0)
            return "its data set has no image of this name";
    }
    const struct study *a = state->sides[0].study;
    if (sides == 2 && memcmp(&a->version.content, &state->sides[1].study->version.content,
                          sizeof a->version.content) != 0)
        return "A and B are of different ground truths:\nV shows them side by side";
    return NULL;
}

static bool fill(struct drawing *d, const struct images_tile *tile, size_t at,
    struct easel_tile *out)
{
    int side = tile->side < 0 ? 0 : tile->side;
    if (tile->side == IMAGES_BOTH)
        return fill_both(d, out, tile->image);
    struct gallery_settings settings =
        images_settings(d->state, d->session, (size_t)side, d->canvas->scratch);
    if (tile->side == IMAGES_TRUTH)
        settings.overlay = GALLERY_TRUTH;
    if (at == d->state->tile && d->state->show != IMAGES_GRID)
        settings.chosen = d->state->chosen;
    return judge(d, side, tile->image, 0, &settings) &&
           gallery_fill(d->state->sides[side].study, &d->found[0], &settings, out, NULL);
}

/* ---- captions ---- */

/* "TP 1 FP 0 FN 2", or "1·0·2" without ROOM for that. */
static void draw_verdicts(struct grid *grid, int row, int col, int end, bool room,
    const struct eval_counts *counts)
{
    const struct {
        const char *label;
        struct style style;
        int64_t count;
    } PARTS[] = {{"TP", STYLE_IS(TP), counts->tp}, {"FP", STYLE_IS(FP), counts->fp},
        {"FN", STYLE_IS(FN), counts->fn}};
    for (size_t i = 0; i < 3 && col < end; i++)
        col += room + grid_printf(grid, row, col, end - col, PARTS[i].style,
                          room ? "%s %lld" : i ? "\xc2\xb7%.0s%lld" : "%.0s%lld", PARTS[i].label,
                          (long long)PARTS[i].count);
}

/* The end of NAME in COLS columns: names of runs often differ there alone. */
static int draw_end(struct grid *grid, int row, int col, int cols, const char *name)
{
    const char *at = name;
    if (grid_text_cols(name) <= cols)
        return grid_text(grid, row, col, cols, STYLE_IS(TEXT), name);
    while (*at && grid_text_cols(at) > cols - 1)
        do
            at++;
        while ((*at & 0xc0) == 0x80); /* within a character of UTF-8 */
    int used = grid_text(grid, row, col, cols, STYLE_IS(MUTED), "\xe2\x80\xa6");
    return used + grid_text(grid, row, col + used, cols - used, STYLE_IS(TEXT), at);
}

/* "A ■ name": returns the columns used. */
static int draw_side_name(const struct drawing *d, int side, int row, int col, int cols)
{
    struct grid *grid = d->canvas->grid;
    const struct run_row *run = run_of(d, side);
    if (!run || cols < 6)
        return 0;
    int used = grid_printf(grid, row, col, 2, STYLE_IS(TITLE), "%c ", 'A' + side);
    used += grid_text(grid, row, col + used, 2, session_run_style(run), "\xe2\x96\xa0 ");
    return used + draw_end(grid, row, col + used, cols - used, run->shown);
}

static void draw_versus_caption(const struct drawing *d, struct rect at)
{
    struct grid *grid = d->canvas->grid;
    const struct gallery_versus *versus = &d->versus;
    enum { WIDE_COLS = 96 };
    bool wide = at.cols >= WIDE_COLS;
    int end = at.col + at.cols, part = at.cols / (wide ? 4 : 5), col = at.col;
    col += 2 + draw_side_name(d, 0, at.row, col, part);
    col += 2 + draw_side_name(d, 1, at.row, col, part);
    grid_printf(grid, at.row, col, end - col, STYLE_IS(MUTED),
        wide ? "found by both %lld  A %lld  B %lld  none %lld   FP both %lld  A %lld  B %lld"
             : "both %lld A %lld B %lld none %lld  FP both %lld A %lld B %lld",
        (long long)versus->truths[3], (long long)versus->truths[1], (long long)versus->truths[2],
        (long long)versus->truths[0], (long long)versus->false_positives[3],
        (long long)versus->false_positives[1], (long long)versus->false_positives[2]);
}

static int draw_name(const struct drawing *d, const struct images_tile *tile, int col, int cols)
{
    struct grid *grid = d->canvas->grid;
    const struct images_state *state = d->state;
    int row = tile->caption.row;
    if (state->show == IMAGES_GRID) {
        const char *name = state->sides[0].study->dataset->images[tile->image].file_name;
        const char *slash = strrchr(name, '/');
        bool current = tile->image == images_current(state);
        return grid_text(grid, row, col, cols, current ? STYLE_IS(ACCENT) : STYLE_IS(TEXT),
            slash ? slash + 1 : name);
    }
    int64_t step = images_step_of(d->world, &state->sides[tile->side].want);
    if (state->show == IMAGES_STEPS) {
        bool current =
            study_want_same(&state->sides[tile->side].want, &state->sides[0].want);
        struct style style = current ? STYLE_IS(ACCENT) : STYLE_IS(TEXT);
        if (step >= 0)
            return grid_printf(grid, row, col, cols, style, "step %lld", (long long)step);
        return grid_printf(
            grid, row, col, cols, style, "file %d", state->sides[tile->side].want.artifact + 1);
    }
    bool has_room = step >= 0 && cols >= LEAST_COLS_OF_STEP;
    int used = draw_side_name(d, tile->side, row, col, has_room ? cols - 6 : cols);
    if (has_room && used)
        used += 1 + grid_printf(grid, row, col + used + 1, cols - used - 1, STYLE_IS(MUTED),
                        "ep %lld", (long long)step);
    return used;
}

static void draw_caption(const struct drawing *d, const struct images_tile *tile, bool judged)
{
    struct rect at = tile->caption;
    struct grid *grid = d->canvas->grid;
    enum { VERDICT_COLS = 18, SHORT_VERDICT_COLS = 9, LEAST_COLS = 44 };
    bool wide = at.cols >= LEAST_COLS;
    if (!at.rows)
        return;
    if (tile->side == IMAGES_BOTH) {
        draw_versus_caption(d, at);
    } else if (tile->side == IMAGES_TRUTH) {
        int used = grid_text(grid, at.row, at.col, at.cols, STYLE_IS(TRUTH), "truth");
        if (judged)
            grid_printf(grid, at.row, at.col + used + 1, at.cols - used - 1, STYLE_IS(TEXT), "%zu",
                d->found[0].gt_count);
    } else {
        int taken = wide ? VERDICT_COLS : SHORT_VERDICT_COLS;
        int room = at.cols > 2 * taken ? at.cols - taken : at.cols / 2;
        int used = draw_name(d, tile, at.col, room);
        if (judged)
            draw_verdicts(
                grid, at.row, at.col + used + 1, at.col + at.cols, wide, &d->found[0].counts);
    }
}

/* ---- without pictures ---- */

/* The boxes of the tile in words, one a row. */
static void list_boxes(const struct drawing *d, const struct images_tile *tile)
{
    int side = tile->side < 0 ? 0 : tile->side, row = tile->picture.row;
    int end = row + tile->picture.rows;
    const struct study *study = d->state->sides[side].study;
    struct gallery_settings settings =
        images_settings(d->state, d->session, (size_t)side, d->canvas->scratch);
    const struct eval_boxes *found = &d->found[0];
    for (size_t i = 0; i < found->count && row < end; i++) {
        size_t at = (i + found->gt_count) % found->count; /* detections first */
        const struct eval_box *box = &found->boxes[at];
        char words[256];
        if (!gallery_shows(box, &settings) || (tile->side == IMAGES_TRUTH && !box->is_gt) ||
            !gallery_describe(study, found, at, &settings, words, sizeof words, NULL))
            continue;
        struct style style = box->verdict == EVAL_FP   ? STYLE_IS(FP)
                             : box->verdict == EVAL_FN ? STYLE_IS(FN)
                             : box->verdict == EVAL_TP ? STYLE_IS(TP)
                                                       : STYLE_IS(TRUTH);
        bool chosen = d->state->chosen.any && d->state->chosen.is_gt == box->is_gt &&
                      d->state->chosen.source == box->source;
        grid_text(d->canvas->grid, row, tile->picture.col, tile->picture.cols, style, words);
        if (chosen)
            grid_mark(d->canvas->grid,
                (struct rect){row, tile->picture.col, 1, tile->picture.cols}, STYLE_ON_CURSOR);
        row++;
    }
    if (row == tile->picture.row)
        view_say_empty(d->canvas->grid, tile->picture, "no boxes at these thresholds");
}

/* ---- all of them ---- */

/* Why the picture of TILE is not there; PHOTO may be NULL. */
static const char *why_no_picture(const struct drawing *d, const struct photo *photo)
{
    if (d->canvas->taken)
        return VIEW_PICTURE_TAKEN;
    return photo ? photo->trouble : "loading the image ...";
}

static void draw_tile(struct drawing *d, size_t at)
{
    struct images_state *state = d->state;
    const struct images_tile *tile = &state->tiles.items[at];
    const char *empty = why_empty(d, tile);
    struct easel_tile *out = empty ? NULL : easel_scene_add(d->canvas->scene);
    if (!out || !fill(d, tile, at, out)) {
        if (out)
            easel_scene_drop(d->canvas->scene);
        draw_caption(d, tile, false);
        view_say_empty(d->canvas->grid, tile->picture, empty ? empty : "out of memory");
        return;
    }
    draw_caption(d, tile, true);
    struct easel_tile seen;
    if (images_seen(state, d->world, tile, &seen) && !d->canvas->taken) {
        easel_tile_move_boxes(&seen, out);
        seen.look.light = theme_is_light(&d->session->theme);
        photo_share(seen.photo);
        *out = seen;
        grid_reserve(d->canvas->grid, tile->picture,
            (uint8_t)(CANVAS_PICTURE + d->canvas->scene->tile_count - 1));
        return;
    }
    easel_scene_drop(d->canvas->scene);
    if (d->world->terminal.graphics == EASEL_NONE)
        list_boxes(d, tile);
    else
        view_say_empty(d->canvas->grid, tile->picture, why_no_picture(d, photo_in(state, d->world, tile)));
}

void images_draw_tiles(struct images_state *state, const struct session *session,
    const struct world *world, struct canvas *canvas)
{
    struct drawing drawing = {state, session, world, canvas, {{0}}, {{0}, {0}}};
    canvas->scene = easel_scene_new();
    if (!canvas->scene)
        return;
    for (size_t i = 0; i < state->tiles.count; i++)
        draw_tile(&drawing, i);
    if (canvas->scene->tile_count == 0) {
        easel_scene_free(canvas->scene);
        canvas->scene = NULL;
    }
}
