#include "app/loop.h"

#include "app/errands.h"
#include "app/keep.h"
#include "app/pace.h"
#include "app/place.h"
#include "app/top_line.h"
#include "base/clock.h"
#include "base/text.h"
#include "screen/frame.h"
#include "screen/help.h"
#include "screen/input.h"
#include "screen/keybar.h"
#include "screen/scroll.h"
#include "view/commands.h"
#include "view/finder.h"
#include "view/session_keep.h"
#include "view/view.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEEPEST_STACK = 16, TICK_MS = 10000, LEAST_ROWS = 3, READ_BYTES = 64 << 10 };
enum { SAVE_MS = 1000, MOST_TABLES = VIEW_MOST_TABLES + 2 };

enum action { QUIT = 1, BACK, HELP, REDRAW, SUSPEND, REFRESH, FINDER, BOARD };

const struct key_row loop_keys[] = {
    {"?", "this help", HELP, NULL, "help", 1},
    {"q Esc", "back, and from the first screen quit", BACK, NULL, "back", 2},
    {":", "everything that can be done, by a few letters", FINDER, NULL, "command", 1},
    {"1 2 3 4 5", "the dashboard of that number", BOARD, NULL, "dashboards", 5},
    {"6 7 8 9", "the dashboard of that number", BOARD, NULL, NULL, 0},
    {"Q Ctrl-C", "quit", QUIT, NULL, NULL, 0},
    {"r", "read the runs again now", REFRESH, NULL, NULL, 0},
    {"Ctrl-L", "draw the screen anew", REDRAW, NULL, NULL, 0},
    {"Ctrl-Z", "suspend", SUSPEND, NULL, NULL, 0},
    {0},
};

struct opened {
    const struct view *view;
    void *state;
};

struct loop {
    const struct loop_settings *settings;
    struct world world;
    struct session session;
    struct session_keep keep;
    struct grid *grid;
    struct input input;
    struct opened stack[DEEPEST_STACK];
    int depth;
    bool helping, quitting, dirty;
    int help_top, help_lines;
    struct pace pace;
    int tick_ms;       /* how often the view wants EVENT_TICK; 0: never */
    int64_t ticked_ms; /* when it had one */
    bool motion, has_moved; /* the view wants the mouse's motion; there is one it has not had */
    struct event moved;     /* the last */
    uint64_t painting; /* the serial of the painting ordered last */
    struct finder finder;
    struct arena scratch;
    char place[512];    /* the roots, for the top line */
    struct keep kept;
    bool touched;       /* there may be more to write */
    int64_t touched_ms; /* since when */
    char theme[32];     /* that the painter has */
};

static struct opened *top(struct loop *loop)
{
    return &loop->stack[loop->depth - 1];
}

static bool open_view(struct loop *loop, const struct view *view, int64_t run)
{
    void *state = loop->depth < DEEPEST_STACK ? calloc(1, view->state_bytes) : NULL;
    if (!state)
        return false;
    loop->stack[loop->depth++] = (struct opened){view, state};
    view->start(state, &loop->session, &loop->world, run);
    return true;
}

static void close_view(struct loop *loop)
{
    struct opened *closed = top(loop);
    if (closed->view->stop)
        closed->view->stop(closed->state);
    free(closed->state);
    loop->depth--;
    loop->quitting |= loop->depth == 0;
}

static void open_board(struct loop *loop, int number)
{
    struct boards *boards = loop->session.boards;
    if (!boards || number < 0 || number >= boards->count) {
        session_say(&loop->session, "there is no dashboard %d: E on one of them makes more", number + 1);
        return;
    }
    if (boards->kept.shown != number)
        boards->kept.focus = 0;
    boards->kept.shown = number;
    while (loop->depth > 1 && top(loop)->view != &view_board)
        close_view(loop);
    if (top(loop)->view != &view_board)
        open_view(loop, &view_board, 0);
}

static void go_back(struct loop *loop)
{
    if (top(loop)->view == &view_board && loop->session.boards)
        loop->session.boards->kept.shown = -1;
    close_view(loop);
}

/* The tables of keys in force, the innermost first. */
static size_t key_tables(struct loop *loop, struct key_table out[MOST_TABLES])
{
    size_t count = view_key_tables(top(loop)->view, top(loop)->state, out);
    out[count++] = (struct key_table){"move", view_move_keys};
    out[count++] = (struct key_table){"all", loop_keys};
    return count;
}

/* Their rows with the person's own keys; without those of moving, for the bar. */
static size_t rows_in_force(
    struct loop *loop, bool bar, struct arena *arena, const struct key_row *out[MOST_TABLES])
{
    struct key_table tables[MOST_TABLES];
    size_t count = key_tables(loop, tables), kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!bar || tables[i].rows != view_move_keys)
            out[kept++] = remap_rows(loop->settings->remap, &tables[i], arena);
    return kept;
}

/* ---- what outlives the session ---- */

static void save(struct loop *loop)
{
    loop->touched = false;
    keep_save(&loop->kept, &loop->session, &loop->finder, &loop->settings->paths);
}

static void touch(struct loop *loop)
{
    if (!loop->touched)
        loop->touched_ms = clock_ms();
    loop->touched = true;
}

/* ---- drawing ---- */

/* The bottom line: what was said last, and the keys in force. */
static struct keybar bottom_bar(struct loop *loop, const struct key_row *tables[MOST_TABLES])
{
    bool said = loop->session.message[0];
    return (struct keybar){.tables = tables,
        .count = rows_in_force(loop, true, &loop->scratch, tables),
        .message = said ? loop->session.message : loop->world.trouble,
        .style = said ? STYLE_IS(ACCENT) : STYLE_IS(ERROR)};
}

static void draw_bottom(struct loop *loop)
{
    struct grid *grid = loop->grid;
    const struct key_row *tables[MOST_TABLES];
    struct keybar bar = bottom_bar(loop, tables);
    keybar_draw(&bar, grid, grid->rows - 1, 1, grid->cols - 2);
}

static void draw_help(struct loop *loop)
{
    const struct key_row *tables[MOST_TABLES];
    size_t count = rows_in_force(loop, false, &loop->scratch, tables);
    struct rect whole = grid_rect(loop->grid);
    struct rect place = {1, 0, whole.rows - 2, whole.cols};
    struct rect inside = frame_popup(loop->grid, place, "keys");
    loop->help_lines = help_draw(loop->grid, inside, tables, count, count - 2, loop->help_top);
}

/* ---- the picture ---- */

static bool is_covered(const struct loop *loop)
{
    return loop->helping || loop->finder.open;
}

/* Orders SCENE (owned) to be painted, unless it must wait: then a later frame does. */
static void order_picture(struct loop *loop, struct easel_scene *scene, bool damaged)
{
    bool whole;
    if (pace_next(&loop->pace, &scene, damaged, clock_ms(), &whole))
        service_paint(loop->settings->service, scene, whole, ++loop->painting);
}

/* The terminal is not what it was: its font has another size, or an answer came late. */
static void take_terminal(struct loop *loop)
{
    const struct terminal *terminal = &loop->settings->talk->terminal;
    loop->world.terminal = terminal_easel(terminal, painter_colours(loop->settings->painter));
    loop->world.motion = terminal_motion(loop->settings->talk);
    service_set_terminal(loop->settings->service, &loop->world.terminal);
    if (terminal->graphics == GRAPHICS_KITTY)
        tty_found_kitty();
    loop->pace.proven = terminal->proven;
    loop->pace.refines = terminal->graphics >= GRAPHICS_SIXEL;
    loop->pace.whole = loop->dirty = true;
}

static void take_answer(struct loop *loop, const struct event *event)
{
    if (pace_answered(&loop->pace, event->text, event->length, clock_ms()))
        loop->dirty |= loop->pace.waits;
    else if (terminal_answered(loop->settings->talk, event->text, event->length))
        take_terminal(loop);
}

/* ---- a frame ---- */

static void collect_wants(struct loop *loop)
{
    struct opened *opened = top(loop);
    struct wants wants = {0};
    if (opened->view->wants)
        opened->view->wants(opened->state, &loop->session, &loop->world, &wants);
    loop->tick_ms = wants.tick_ms;
    loop->motion = wants.motion && loop->world.motion && !is_covered(loop);
    tty_set_motion(loop->motion);
    service_want(loop->settings->service, &loop->world, &wants);
}

/* PAINTED: the bytes of a picture that was ordered, to leave with the frame; NULL for none. */
static bool draw_frame(struct loop *loop, struct buf *painted, struct err *err)
{
    struct grid *grid = loop->grid;
    arena_done(&loop->scratch);
    loop->session.now_s = clock_wall_s();
    grid_clear(grid);
    struct canvas canvas = {.grid = grid, .scratch = &loop->scratch};
    struct rect body = {1, 0, grid->rows - 2, grid->cols};
    loop->session.rows = body.rows;
    loop->session.cols = body.cols;
    top_line_draw(grid, &loop->session, &loop->world, top(loop)->view, loop->place);
    if (body.rows >= 1) {
        struct rect before = grid_clip(grid, body);
        top(loop)->view->draw(top(loop)->state, &loop->session, &loop->world, &canvas, body);
        grid_unclip(grid, before);
    }
    draw_bottom(loop);
    if (loop->helping)
        draw_help(loop);
    if (loop->finder.open)
        finder_draw(&loop->finder, grid);
    bool covered = is_covered(loop), stays = loop->world.terminal.graphics == EASEL_KITTY;
    bool damaged[256];
    paint_damage(loop->settings->painter, grid, damaged);
    bool whole = false;
    for (int i = 0; i < EASEL_MOST_TILES; i++)
        whole |= damaged[CANVAS_PICTURE + i];
    /* Bytes of a picture that this frame wipes, or that has other places by now, would be lost behind
     * it. But a terminal that keeps pictures must be told all: what is taken away is said once. */
    bool fits = !whole && !covered && easel_scene_same_places(canvas.scene, loop->pace.shown);
    bool send = painted && (stays || fits), travels = send && painted->length;
    if (travels && loop->pace.fenced)
        buf_add_string(painted, PACE_FENCE);
    bool ok = paint_frame(loop->settings->painter, grid, send ? painted->data : NULL,
        send ? painted->length : 0, err);
    if (painted)
        pace_painted(&loop->pace, send, travels, clock_ms());
    loop->pace.whole |= covered;
    if (!covered)
        order_picture(loop, canvas.scene, whole && canvas.scene);
    else
        easel_scene_free(canvas.scene);
    if (covered && stays) /* it lies above the text */
        order_picture(loop, NULL, false);
    loop->dirty = false;
    return ok;
}

/* ---- events ---- */

/* The window, or only its font: then the cells keep, and their pixels change. */
static void resize(struct loop *loop)
{
    struct tty_size size;
    tty_get_size(STDOUT_FILENO, &size);
    if (grid_resize(loop->grid, size.rows, size.cols, NULL))
        paint_redraw_all(loop->settings->painter);
    loop->session.rows = loop->grid->rows - 2; /* what is wanted now is of that size */
    loop->session.cols = loop->grid->cols;
    pace_resized(&loop->pace, clock_ms());
    if (terminal_resized(loop->settings->talk, &size))
        take_terminal(loop);
}

static void act_globally(struct loop *loop, const struct event *event)
{
    struct key_table tables[MOST_TABLES];
    size_t count;
    switch (key_rows_find(loop_keys, event)) {
    case QUIT:
        loop->quitting = true;
        break;
    case BACK:
        go_back(loop);
        break;
    case FINDER:
        count = key_tables(loop, tables);
        finder_open(&loop->finder, loop->settings->remap, tables, count, &loop->session,
            &loop->world);
        break;
    case BOARD:
        open_board(loop, event->key - '1');
        break;
    case HELP:
        loop->helping = true;
        loop->help_top = 0;
        break;
    case REDRAW:
        paint_redraw_all(loop->settings->painter);
        loop->pace.whole = true;
        break;
    case SUSPEND:
        tty_suspend();
        resize(loop);
        break;
    case REFRESH:
        service_refresh(loop->settings->service);
        session_say(&loop->session, "reading the runs again");
        break;
    }
}

static void act_in_help(struct loop *loop, const struct event *event)
{
    int move = view_movement(event);
    int page = loop->grid->rows - 4, most = loop->help_lines - page;
    if (move < 0) {
        loop->helping = event->kind != EVENT_KEY && loop->helping;
        return;
    }
    static const int BY[] = {[SCROLL_UP] = -1, [SCROLL_DOWN] = 1};
    if (move == SCROLL_UP || move == SCROLL_DOWN)
        loop->help_top += BY[move];
    else
        loop->help_top += move == SCROLL_PAGE_UP || move == SCROLL_HALF_UP ? -page : page;
    if (move == SCROLL_FIRST || loop->help_top < 0 || most < 0)
        loop->help_top = 0;
    else if (move == SCROLL_LAST || loop->help_top > most)
        loop->help_top = most;
}

/* EVENT as the keys' rows know it. */
static void handle_known(struct loop *loop, const struct event *event)
{
    struct opened *opened = top(loop);
    struct view_effect effect = {0};
    enum view_outcome outcome =
        opened->view->act(opened->state, &loop->session, &loop->world, event, &effect);
    if (outcome == VIEW_OPENED && effect.open)
        open_view(loop, effect.open, effect.run);
    else if (outcome == VIEW_CLOSED)
        go_back(loop);
    else if (outcome == VIEW_QUIT)
        loop->quitting = true;
    else if (outcome == VIEW_IGNORED && event->kind == EVENT_KEY)
        act_globally(loop, event);
}

static void act_in_finder(struct loop *loop, const struct event *event)
{
    struct finder_choice choice = finder_event(&loop->finder, event);
    switch (choice.kind) {
    case FINDER_KEY:
        handle_known(loop, &choice.event);
        break;
    case FINDER_SCREEN:
        open_view(loop, choice.view, loop->session.current);
        break;
    case FINDER_BOARD:
        open_board(loop, choice.number);
        break;
    case FINDER_COMMAND:
        command_obey(
            top(loop)->view, top(loop)->state, &loop->session, &loop->world, choice.text);
        break;
    case FINDER_NOTHING:
        break;
    }
}

/* A click on the bar is the key that stands there. */
static bool click_on_bar(struct loop *loop, const struct event *event)
{
    const struct key_row *in_force[MOST_TABLES];
    struct grid *grid = loop->grid;
    if (event->kind != EVENT_MOUSE || event->action != MOUSE_PRESS || event->row != grid->rows - 1)
        return false;
    struct keybar bar = bottom_bar(loop, in_force);
    const struct key_row *row = keybar_at(&bar, 1, grid->cols - 2, event->col);
    struct event key = row ? key_row_event(row) : (struct event){0};
    struct key_table tables[MOST_TABLES];
    size_t count = key_tables(loop, tables);
    if (row && remap_event(loop->settings->remap, tables, count, &key))
        handle_known(loop, &key);
    return true;
}

static bool click_on_board(struct loop *loop, const struct event *event)
{
    if (event->kind != EVENT_MOUSE || event->action != MOUSE_PRESS || event->row != 0)
        return false;
    int board = event->col < loop->grid->cols
                    ? top_line_board_at(loop->grid, loop->session.boards, event->col)
                    : -1;
    if (board >= 0)
        open_board(loop, board);
    return true;
}

static void handle_event(struct loop *loop, const struct event *event)
{
    if (event->kind == EVENT_ANSWER)
        take_answer(loop, event);
    if (event->kind == EVENT_ANSWER || event->kind == EVENT_FOCUS)
        return;
    loop->dirty = true;
    touch(loop);
    if (event->kind == EVENT_KEY) {
        loop->session.message[0] = '\0';
        loop->world.trouble[0] = '\0';
    }
    if (loop->finder.open) {
        act_in_finder(loop, event);
        return;
    }
    if (loop->helping) {
        act_in_help(loop, event);
        return;
    }
    struct opened *opened = top(loop);
    bool typing = opened->view->is_typing && opened->view->is_typing(opened->state);
    struct key_table tables[MOST_TABLES];
    struct event known = *event;
    size_t count = key_tables(loop, tables);
    if (click_on_bar(loop, event) || click_on_board(loop, event))
        return;
    if (typing || remap_event(loop->settings->remap, tables, count, &known))
        handle_known(loop, &known);
}

static void handle_events(struct loop *loop)
{
    struct event event;
    while (!loop->quitting && input_next(&loop->input, &event)) {
        if (event.kind == EVENT_MOUSE && event.action == MOUSE_MOVE) {
            loop->moved = event;
            loop->has_moved = true;
        } else {
            handle_event(loop, &event);
        }
    }
    if (strcmp(loop->theme, loop->session.theme.name) != 0) {
        snprintf(loop->theme, sizeof loop->theme, "%s", loop->session.theme.name);
        painter_set_theme(loop->settings->painter, &loop->session.theme);
        loop->pace.whole = true;
    }
    session_keep_order(&loop->keep, &loop->session, loop->world.runs, loop->quitting);
    errands_run(&loop->session, loop->settings->service);
}

/* Of all the motion that is here the last place counts, and often nothing is to be drawn for it. */
static void take_motion(struct loop *loop)
{
    bool counts = loop->has_moved && loop->motion && !loop->quitting;
    loop->has_moved = false;
    if (!counts)
        return;
    struct opened *opened = top(loop);
    struct view_effect effect = {0};
    loop->dirty |= opened->view->act(opened->state, &loop->session, &loop->world, &loop->moved,
                       &effect) != VIEW_IGNORED;
}

/* All keys that are here: only what follows from the last is drawn. False at the end of input: the
 * terminal is gone. */
static bool read_keys(struct loop *loop)
{
    char bytes[READ_BYTES];
    struct pollfd more = {.fd = STDIN_FILENO, .events = POLLIN};
    do {
        ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            return true;
        if (got <= 0 || !input_feed(&loop->input, bytes, (size_t)got))
            return false;
        handle_events(loop);
    } while (!loop->quitting && poll(&more, 1, 0) > 0);
    take_motion(loop);
    return true;
}

static void take_signals(struct loop *loop)
{
    for (enum tty_signal signal; (signal = tty_take_signal()) != TTY_NO_SIGNAL;) {
        resize(loop);
        loop->dirty = true;
    }
}

/* Takes all answers; a painted picture goes out at once, in one write with its frame. */
static bool take_answers(struct loop *loop, struct err *err)
{
    struct service_paint paint;
    bool ok = true;
    while (ok && service_take(loop->settings->service, &loop->world, &paint)) {
        loop->dirty = true;
        session_keep_meet(&loop->keep, &loop->session, loop->world.runs);
        ok = errands_take_copied(
            &loop->world.copied, loop->settings, &loop->session, err);
        if (!paint.serial)
            continue;
        if (paint.done && ok) {
            collect_wants(loop);
            ok = draw_frame(loop, &paint.bytes, err);
        } else {
            pace_painted(&loop->pace, false, false, clock_ms());
        }
        buf_done(&paint.bytes);
    }
    return ok;
}

/* The view that plays has the next of its pictures shown, as soon as the one before is. */
static int tick(struct loop *loop, int wait_ms)
{
    if (!loop->tick_ms || is_covered(loop) || !pace_is_idle(&loop->pace))
        return wait_ms;
    int64_t now = clock_ms(), left = loop->ticked_ms + loop->tick_ms - now;
    if (left > 0)
        return left < wait_ms ? (int)left : wait_ms;
    const struct event event = {.kind = EVENT_TICK};
    loop->ticked_ms = now;
    loop->dirty = true;
    handle_known(loop, &event);
    return 0;
}

static bool wait_and_handle(struct loop *loop, struct err *err)
{
    struct pollfd fds[] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = service_fd(loop->settings->service), .events = POLLIN},
        {.fd = tty_signal_fd(), .events = POLLIN},
    };
    bool waits = input_waits(&loop->input);
    int most = waits ? INPUT_ESC_MS : loop->touched ? SAVE_MS : TICK_MS;
    int wait_ms = is_covered(loop) ? most : pace_wait_ms(&loop->pace, clock_ms(), most);
    int ready = poll(fds, 3, tick(loop, wait_ms));
    if (loop->touched && clock_ms() - loop->touched_ms >= SAVE_MS) {
        save(loop);
        errands_run(&loop->session, loop->settings->service);
    }
    if (ready < 0 && errno != EINTR)
        return err_set_errno(err, "cannot wait for keys");
    if (ready == 0) {
        loop->dirty = true; /* ages grow */
        if (waits && wait_ms == most) {
            input_timeout(&loop->input);
            handle_events(loop);
        }
        return true;
    }
    if (fds[2].revents)
        take_signals(loop);
    if (fds[0].revents && !read_keys(loop))
        loop->quitting = true;
    return loop->quitting || !fds[1].revents || take_answers(loop, err);
}

/* What was read of the person's own takes the place of the ready dashboards. */
static void take_boards(struct loop *loop, struct boards *boards)
{
    struct session *session = &loop->session;
    if (boards) {
        boards_free(session->boards);
        session->boards = boards;
    }
    if (loop->settings->trouble[0])
        session_say(session, "%s", loop->settings->trouble);
    snprintf(loop->theme, sizeof loop->theme, "%s", session->theme.name);
    keep_read(&loop->session, &loop->finder, loop->settings->settings);
    save(loop); /* the first time it only looks how it is */
}

bool loop_run(const struct loop_settings *settings, struct err *err)
{
    struct loop loop = {.settings = settings, .dirty = true};
    struct tty_size size;
    tty_get_size(STDOUT_FILENO, &size);
    loop.grid = grid_new(size.rows, size.cols, err);
    if (!loop.grid)
        return false;
    session_init(&loop.session, settings->theme);
    take_boards(&loop, settings->boards);
    place_name(settings->roots, settings->root_count, loop.place, sizeof loop.place);
    loop.pace.fenced = settings->talk->terminal.answered;
    take_terminal(&loop);
    loop.world.roots = settings->roots;
    loop.world.root_count = settings->root_count;
    loop.world.settings = settings->settings;
    loop.world.indexing = true;
    session_keep_read(&loop.keep, settings->settings);
    input_init(&loop.input);
    bool ok = open_view(&loop, views[0], 0) || err_set(err, ERR_MEMORY, "out of memory");
    if (ok && loop.session.boards && loop.session.boards->kept.shown >= 0)
        open_view(&loop, &view_board, 0);
    if (ok && settings->typed_length &&
        input_feed(&loop.input, settings->typed, settings->typed_length))
        handle_events(&loop);
    while (ok && !loop.quitting) {
        collect_wants(&loop);
        ok = (!loop.dirty || draw_frame(&loop, NULL, err)) && wait_and_handle(&loop, err);
    }
    save(&loop);
    while (loop.depth)
        close_view(&loop);
    session_keep_order(&loop.keep, &loop.session, loop.world.runs, true);
    errands_run(&loop.session, settings->service);
    session_keep_done(&loop.keep);
    finder_done(&loop.finder);
    keep_done(&loop.kept);
    pace_done(&loop.pace);
    session_done(&loop.session);
    world_done(&loop.world);
    input_done(&loop.input);
    grid_free(loop.grid);
    arena_done(&loop.scratch);
    return ok;
}
