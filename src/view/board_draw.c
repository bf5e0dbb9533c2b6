/*
 * Lays a dashboard out and draws it: titles, borders, panels, the strip of names, what is edited.
 * Knows: the state of board.h, cells. Must not know: events.
 */
#include "view/board.h"

#include "screen/frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STRIP_GAP = 2, CHOOSE_COLS = 40 };

/* ---- the layout ---- */

static void divide(const struct board_pane *split, struct rect place, struct rect out[2])
{
    out[0] = out[1] = place;
    if (split->split == BOARD_ROWS) {
        int first = (int)lround(place.rows * split->ratio);
        first = first > place.rows - 1 ? place.rows - 1 : first < 1 ? 1 : first;
        out[0].rows = first;
        out[1].row += first;
        out[1].rows = place.rows - first;
    } else { /* one column between them is the border */
        int first = (int)lround((place.cols - 1) * split->ratio);
        first = first > place.cols - 2 ? place.cols - 2 : first < 1 ? 1 : first;
        out[0].cols = first;
        out[1].col += first + 1;
        out[1].cols = place.cols - first - 1;
    }
}

static void lay_out_pane(
    struct board_state *state, const struct board *board, int at, struct rect place)
{
    struct rect parts[2];
    state->places[at] = place;
    if (board->panes[at].split <= BOARD_PANEL)
        return;
    divide(&board->panes[at], place, parts);
    for (int i = 0; i < 2; i++)
        lay_out_pane(state, board, board->panes[at].parts[i], parts[i]);
}

void board_lay_out(struct board_state *state, const struct session *session, struct rect place)
{
    const struct board *board = board_shown(session);
    int panes[BOARD_MOST_PANES], count = board_panels(board, panes), focus = board_focus(session);
    /* What is being edited is seen whole as long as it can be. */
    int rows = state->mode ? BOARD_TITLE_ROWS + 2 : BOARD_LEAST_ROWS;
    int cols = state->mode ? BOARD_LEAST_COLS / 4 : BOARD_LEAST_COLS;
    bool fits = true;
    memset(state->places, 0, sizeof state->places);
    lay_out_pane(state, board, 0, place);
    for (int i = 0; i < count; i++)
        fits &= count == 1 || (state->places[panes[i]].rows >= rows && state->places[panes[i]].cols >= cols);
    state->focused = board->panes[focus].id;
    state->alone = count > 1 && (!fits || state->alone_asked) && place.rows > 2;
    state->strip = (struct rect){place.row, place.col, 1, place.cols};
    if (!state->alone)
        return;
    memset(state->places, 0, sizeof state->places);
    state->places[focus] = place;
}

struct rect board_inside(const struct board_state *state, int pane)
{
    struct rect place = state->places[pane];
    if (place.rows <= BOARD_TITLE_ROWS || place.cols < 1)
        return (struct rect){place.row, place.col, 0, 0};
    place.row += BOARD_TITLE_ROWS;
    place.rows -= BOARD_TITLE_ROWS;
    return place;
}

static const char *title_of(const struct board_pane *pane)
{
    const struct view *view = board_view_of(pane->panel);
    return view ? view->title : pane->panel;
}

int board_pane_at(const struct board_state *state, const struct session *session, int row, int col)
{
    const struct board *board = board_shown(session);
    int panes[BOARD_MOST_PANES], count = board_panels(board, panes);
    int at = state->strip.col + 1;
    for (int i = 0; state->alone && rect_holds(state->strip, row, col) && i < count; i++) {
        int cols = grid_text_cols(title_of(&board->panes[panes[i]]));
        if (col >= at && col < at + cols)
            return panes[i];
        at += cols + STRIP_GAP;
    }
    for (int i = 0; i < count; i++)
        if (rect_holds(state->places[panes[i]], row, col))
            return panes[i];
    return -1;
}

int board_border_at(
    const struct board_state *state, const struct session *session, int row, int col)
{
    const struct board *board = board_shown(session);
    for (int i = 0; !state->alone && i < BOARD_MOST_PANES; i++) {
        const struct board_pane *pane = &board->panes[i];
        if (pane->split <= BOARD_PANEL || !rect_holds(state->places[i], row, col))
            continue;
        struct rect second = state->places[pane->parts[1]];
        if (pane->split == BOARD_COLUMNS ? col == second.col - 1 : row == second.row)
            return i;
    }
    return -1;
}

/* ---- drawing ---- */

static void draw_strip(const struct board_state *state, const struct board *board, int focus,
    struct grid *grid)
{
    int panes[BOARD_MOST_PANES], count = board_panels(board, panes);
    int col = state->strip.col + 1, end = state->strip.col + state->strip.cols;
    for (int i = 0; i < count && col < end; i++) {
        struct style style = panes[i] == focus ? STYLE_IS(ACCENT) : STYLE_IS(MUTED);
        style.attr = panes[i] == focus ? STYLE_BOLD : 0;
        col += grid_text(
            grid, state->strip.row, col, end - col, style, title_of(&board->panes[panes[i]]));
        col += STRIP_GAP;
    }
}

static void draw_title(const struct board_state *state, const struct board *board, int pane,
    bool focused, struct grid *grid)
{
    struct rect place = state->places[pane];
    struct style style = focused ? STYLE_IS(ACCENT) : STYLE_IS(HEADER);
    struct rect line = {place.row, place.col, 1, place.cols};
    style.attr = focused ? STYLE_BOLD : 0;
    grid_fill(grid, line, focused ? STYLE_IS(ACCENT) : STYLE_IS(BORDER), 0x2500);
    if (place.cols < 6)
        return;
    grid_put(grid, place.row, place.col, style, ' ');
    int used =
        grid_text(grid, place.row, place.col + 1, place.cols - 3, style, title_of(&board->panes[pane]));
    grid_put(grid, place.row, place.col + 1 + used, style, ' ');
}

static void draw_borders(const struct board_state *state, const struct board *board,
    struct grid *grid)
{
    for (int i = 0; i < BOARD_MOST_PANES; i++) {
        if (board->panes[i].split != BOARD_COLUMNS || !state->places[i].rows)
            continue;
        struct rect second = state->places[board->panes[i].parts[1]];
        grid_fill(grid, (struct rect){second.row, second.col - 1, second.rows, 1},
            STYLE_IS(BORDER), 0x2502);
    }
}

/* A picture that this frame has no room for gives way to a line of text. */
static void drop_picture(struct canvas *canvas)
{
    struct easel_scene *scene = canvas->scene;
    if (!scene)
        return;
    for (size_t i = 0; i < scene->tile_count; i++) {
        const struct easel_tile *tile = &scene->tiles[i];
        struct rect place = {tile->row, tile->col, tile->rows, tile->cols};
        grid_fill(canvas->grid, place, STYLE_IS(TEXT), ' ');
        if (i == 0)
            view_say_empty(canvas->grid, place, VIEW_PICTURE_TAKEN);
    }
    easel_scene_free(scene);
    canvas->scene = NULL;
}

/* Moves what FROM (owned, may be NULL) shows onto CANVAS. */
static void join_pictures(struct canvas *canvas, struct easel_scene *from)
{
    if (!canvas->scene) {
        canvas->scene = from;
        return;
    }
    struct canvas left = {.grid = canvas->grid, .scene = from};
    while (from && from->tile_count) {
        struct easel_tile *last = &from->tiles[from->tile_count - 1];
        struct easel_tile *tile = easel_scene_add(canvas->scene);
        if (!tile)
            break;
        *tile = *last;
        *last = (struct easel_tile){0};
        easel_scene_drop(from);
    }
    drop_picture(&left);
}

static void draw_panel(struct board_state *state, const struct session *session,
    const struct world *world, struct canvas *canvas, int pane)
{
    struct rect place = board_inside(state, pane);
    struct board_panel *panel =
        place.rows > 0 ? board_panel_of(state, session, world, pane) : NULL;
    if (!panel)
        return;
    struct rect before = grid_clip(canvas->grid, place);
    if (panel->view) {
        struct session seen = *session;
        struct canvas own = *canvas;
        bool has_picture = !state->picture || state->picture == panel->id;
        seen.rows = place.rows;
        seen.cols = place.cols;
        own.taken = !has_picture;
        own.scene = NULL;
        panel->view->draw(panel->state, &seen, world, &own, place);
        join_pictures(canvas, own.scene);
    } else {
        char said[128];
        snprintf(said, sizeof said, "there is no panel called \"%.40s\"\n\nE, then c chooses another",
            panel->name);
        view_say_empty(canvas->grid, place, said);
    }
    grid_unclip(canvas->grid, before);
}

/* ---- what is edited ---- */

static size_t choice_count(void *self)
{
    (void)self;
    return board_choice_count();
}

static void choice_item(void *self, size_t i, struct list_item *out)
{
    (void)self;
    const struct view *view = board_view_of(board_choice(i));
    out->text = board_choice(i);
    out->right = view ? view->title : "not in this version";
    out->style = view ? STYLE_IS(TEXT) : STYLE_IS(MUTED);
}

static void draw_choices(struct board_state *state, struct grid *grid, struct rect place)
{
    struct list_source source = {NULL, choice_count, choice_item, false};
    int rows = (int)board_choice_count() + 2, cols = CHOOSE_COLS;
    rows = rows > place.rows ? place.rows : rows;
    cols = cols > place.cols ? place.cols : cols;
    struct rect popup = {place.row + (place.rows - rows) / 2, place.col + (place.cols - cols) / 2,
        rows, cols};
    struct rect inside = frame_popup(grid, popup, "what the panel shows");
    if (inside.rows > 0)
        list_draw(&state->list, grid, inside, &source, true);
}

static void draw_editing(struct board_state *state, const struct session *session,
    struct grid *grid, struct rect place)
{
    const char *where = session->boards->own ? "for these folders only" : "everywhere";
    int row = place.row + place.rows - 1;
    grid_fill(grid, (struct rect){row, place.col, 1, place.cols}, STYLE_IS(TEXT), ' ');
    if (state->mode == BOARD_RENAME || state->mode == BOARD_COMMAND) {
        prompt_draw(&state->prompt, grid, row, place.col + 1, place.cols - 2,
            state->mode == BOARD_RENAME ? "name " : "at its start ");
        return;
    }
    grid_printf(grid, row, place.col + 1, place.cols - 2, STYLE_IS(ACCENT),
        "editing \"%s\"; E keeps it, %s; Esc undoes it", board_shown(session)->name, where);
    if (state->mode == BOARD_CHOOSE)
        draw_choices(state, grid, place);
}

void board_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct board_state *state = self;
    const struct board *board = board_shown(session);
    int panes[BOARD_MOST_PANES];
    if (!board) {
        view_say_empty(canvas->grid, place, "there was no memory for dashboards");
        return;
    }
    int count = board_panels(board, panes), focus = board_focus(session);
    board_lay_out(state, session, place);
    for (int i = 0; i < count; i++) {
        if (!state->alone && state->places[panes[i]].rows)
            draw_title(state, board, panes[i], panes[i] == focus && count > 1, canvas->grid);
        if (panes[i] != focus) /* last: an open prompt has the cursor */
            draw_panel(state, session, world, canvas, panes[i]);
    }
    draw_panel(state, session, world, canvas, focus);
    if (state->alone)
        draw_strip(state, board, focus, canvas->grid);
    draw_borders(state, board, canvas->grid);
    if (state->mode)
        draw_editing(state, session, canvas->grid, place);
    if (state->mode == BOARD_CHOOSE)
        drop_picture(canvas); /* it would lie on the list */
}
