/*
 * The live page of a run that boxtop records: its output as it comes, what it and the machine do,
 * its parameters; and K, which interrupts it.
 * Knows: one row of the runs table, its curves, two of its files. Must not know: how they are read.
 */
#include "view/gauges.h"
#include "view/line.h"
#include "view/recorded.h"
#include "view/run_tables.h"
#include "view/view.h"

#include "base/text.h"
#include "screen/scroll.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { HEAD_ROWS = 3, LOW_ROWS = 12, SIDE_BY_SIDE_COLS = 110, TICK_MS = 1000 };
enum action { PANE = 1, INTERRUPT, END, LEFT, RIGHT, PAGE, CURVES, PICTURES };

static const struct key_row KEYS[] = {
    {"Tab Shift-Tab", "output, metrics, system or parameters", PANE, "recording", "pane", 2},
    {"K", "interrupt the command (SIGINT, as Ctrl-C); again: SIGTERM", INTERRUPT, "recording",
        "interrupt", 1},
    {"F", "to the end of the output, and follow it", END, "recording", "follow", 2},
    {"h Left", "output to the left", LEFT, "recording", NULL, 0},
    {"l Right", "output to the right", RIGHT, "recording", NULL, 0},
    {"v Enter", "curves", CURVES, "recording", "curves", 3},
    {"o", "the page of the run", PAGE, "recording", "run", 3},
    {"P", "pictures that the run logged, by step", PICTURES, "recording", NULL, 0},
    {0},
};

enum pane { OUTPUT, METRICS, SYSTEM, PARAMS, PANES };

struct state {
    int64_t run;
    enum pane pane;
    struct table tables[PANES]; /* OUTPUT's is not used */
    struct scroll output;
    size_t left, lines;  /* characters scrolled out; lines when drawn last */
    bool behind;         /* the person looks at earlier output: the end is not followed */
    bool asking;         /* whether to send */
    int64_t interrupted; /* pid that was sent SIGINT already */
};

static const struct run_row *find_run(
    const struct state *state, const struct session *session, const struct world *world)
{
    return world->runs ? runs_find(world->runs, session_current(session, world->runs, state->run))
                       : NULL;
}

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    (void)session, (void)world;
    ((struct state *)self)->run = run;
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    struct state *state = self;
    struct recording recording;
    const struct run_row *run = find_run(state, session, world);
    struct arena scratch = {0};
    if (!run)
        return;
    recorded_want(run, true, &out->texts);
    for (int system = 0; system < 2; system++) {
        struct run_tables_part part = run_tables_system(run, system, &scratch);
        gauges_order(run, &part);
        run_tables_want(&state->tables[system ? SYSTEM : METRICS], run, &part, session, out);
    }
    if (recorded_find(world, &out->texts, &recording) && recording.status == RUN_RUNNING)
        out->tick_ms = TICK_MS;
    arena_done(&scratch);
}

/* ---- the head ---- */

/* "1:02:03", "2 d 01:02:03" */
static void print_elapsed(double seconds, char *out, size_t out_bytes)
{
    long long s = seconds > 0 && seconds < 1e10 ? (long long)seconds : 0, days = s / 86400;
    char before[32] = "";
    if (days)
        snprintf(before, sizeof before, "%lld d ", days);
    snprintf(out, out_bytes, "%s%lld:%02lld:%02lld", before, s / 3600 % 24, s / 60 % 60, s % 60);
}

static struct style status_style(enum run_status status)
{
    switch (status) {
    case RUN_RUNNING:
        return STYLE_IS(ACCENT);
    case RUN_FINISHED:
        return STYLE_IS(GOOD);
    case RUN_FAILED:
        return STYLE_IS(BAD);
    default:
        return STYLE_IS(WARN);
    }
}

/* What the files say, but where they say running and nobody lives who could say otherwise, or
 * nothing has changed for long. */
static enum run_status status_of(const struct run_row *run, const struct recording *recording)
{
    enum recording_life life = recording_life(recording);
    if (recording->status != RUN_RUNNING || life == RECORDING_LIVES)
        return recording->status;
    if (life == RECORDING_DEAD)
        return RUN_UNKNOWN;
    return run->status == RUN_RUNNING ? RUN_RUNNING : run->status;
}

/* "running for 0:12:34", "failed after 0:00:03, exit code 1" */
static void print_state(const struct run_row *run, const struct recording *recording,
    enum run_status status, double now_s, char *out, size_t out_bytes)
{
    char elapsed[64] = "", end[64] = "";
    bool is_open = recording->status == RUN_RUNNING; /* no end was written down */
    double until = status == RUN_RUNNING ? now_s : is_open ? run->ended_s : recording->ended_s;
    double seconds = until - recording->started_s;
    if (!isnan(seconds))
        print_elapsed(seconds, elapsed, sizeof elapsed);
    if (recording->signal[0])
        snprintf(end, sizeof end, ", %s", recording->signal);
    else if (recording->exit_code >= 0)
        snprintf(end, sizeof end, ", exit code %lld", (long long)recording->exit_code);
    const char *word = status == RUN_STALLED              ? "no sign of life"
                       : is_open && status == RUN_UNKNOWN ? "unknown, last sign of life"
                                                          : run_status_name(status);
    const char *between = status == RUN_RUNNING ? " for " : " after ";
    snprintf(out, out_bytes, "%s%s%s%s", word, elapsed[0] ? between : "", elapsed, end);
}

static void draw_head(const struct run_row *run, const struct recording *recording,
    const struct session *session, struct grid *grid, struct rect place)
{
    char text[256];
    int row = place.row, col = place.col + 1, end = place.col + place.cols - 1;
    enum run_status status = status_of(run, recording);
    col += grid_text(grid, row, col, end - col, session_run_style(run), "\xe2\x96\xa0 ");
    col += grid_text(grid, row, col, end - col, STYLE_IS(TITLE), run->shown) + 2;
    print_state(run, recording, status, session->now_s, text, sizeof text);
    col += grid_text(grid, row, col, end - col, status_style(status), text) + 2;
    if (recording->host[0])
        col += grid_printf(grid, row, col, end - col, STYLE_IS(MUTED), "%s", recording->host) + 1;
    if (recording->pid && recording->status == RUN_RUNNING)
        grid_printf(
            grid, row, col, end - col, STYLE_IS(MUTED), "pid %lld", (long long)recording->pid);
    col = place.col + 1;
    col += grid_text(grid, row + 1, col, end - col, STYLE_IS(MUTED), "$ ");
    grid_text(grid, row + 1, col, end - col, STYLE_IS(TEXT), recording->command);
}

/* ---- the output ---- */

/* Of "2024-05-01T10:00:00.000Z | text" the time of the day, and what is behind the mark; 0 for a
 * line that has no stamp. */
static size_t stamp_bytes(const char *line, size_t length)
{
    static const char PATTERN[] = "0000-00-00T00:00:00.000Z ";
    const size_t stamp = sizeof PATTERN - 1;
    if (length < stamp + 2 || line[stamp + 1] != ' ')
        return 0;
    for (size_t i = 0; i < stamp; i++)
        if (PATTERN[i] == '0' ? line[i] < '0' || line[i] > '9' : line[i] != PATTERN[i])
            return 0;
    return stamp + 2;
}

enum { CLOCK_AT = 11, CLOCK_COLS = 8, STAMP_COLS = CLOCK_COLS + 1 };

/* The time of the day in front, errors and the recorder's remarks told apart by their mark. */
static void draw_line(
    struct grid *grid, struct rect place, const struct lines *lines, size_t line, size_t left)
{
    size_t length;
    const char *text = lines_at(lines, line, &length);
    size_t stamp = stamp_bytes(text, length);
    char mark = stamp ? text[stamp - 2] : '|';
    struct style style = mark == '!'   ? STYLE_IS(WARN)
                         : mark == '-' ? STYLE_IS(MUTED)
                                       : STYLE_IS(TEXT);
    if (stamp && place.cols > 4 * STAMP_COLS) {
        grid_text_bytes(
            grid, place.row, place.col, CLOCK_COLS, STYLE_IS(MUTED), text + CLOCK_AT, CLOCK_COLS);
        if (mark != '|')
            grid_put(grid, place.row, place.col + CLOCK_COLS, style, (uint32_t)mark);
        place.col += STAMP_COLS;
        place.cols -= STAMP_COLS;
    }
    line_draw(grid, place, style, lines, line, stamp + left);
}

static void draw_output(
    struct state *state, const struct texts *texts, struct grid *grid, struct rect place)
{
    const struct text_file *file = &texts->files[1];
    const struct lines *lines = &file->lines;
    bool focused = state->pane == OUTPUT;
    char title[96];
    snprintf(title, sizeof title, "output  %zu line%s%s%s", lines->count,
        lines->count == 1 ? "" : "s", file->skipped_bytes ? ", the first left out" : "",
        state->behind ? "" : ", following");
    grid_text(grid, place.row, place.col + 1, place.cols - 2,
        focused ? STYLE_IS(ACCENT) : STYLE_IS(MUTED), title);
    place.row++;
    place.rows--;
    if (!lines->count || place.rows < 1) {
        bool quiet = file->missing || !file->trouble[0]; /* the first output makes the file */
        view_say_empty(grid, place, quiet ? "nothing was printed yet" : file->trouble);
        return;
    }
    if (!state->behind)
        state->output.cursor = lines->count - 1;
    state->lines = lines->count;
    scroll_fit(&state->output, lines->count, place.rows);
    for (int i = 0; i < place.rows && state->output.top + (size_t)i < lines->count; i++) {
        size_t line = state->output.top + (size_t)i;
        struct rect row = {place.row + i, place.col + 1, 1, place.cols - 2};
        draw_line(grid, row, lines, line, state->left);
        if (line == state->output.cursor && focused) {
            grid_mark(grid, (struct rect){row.row, place.col, 1, place.cols}, STYLE_ON_CURSOR);
            grid_cursor(grid, row.row, place.col);
        }
    }
}

/* ---- the tables ---- */

static void draw_part(struct state *state, enum pane pane, struct grid *grid, struct rect place,
    const struct run_row *run, const struct run_tables_part *part, const struct world *world)
{
    if (place.rows < 2)
        return;
    if (pane == SYSTEM)
        gauges_draw(
            &state->tables[pane].scroll, grid, place, run, part, world, state->pane == pane);
    else
        run_tables_metrics(
            &state->tables[pane], grid, place, run, part, world, state->pane == pane);
    state->tables[pane].rows = part->count;
    if (part->count)
        return;
    struct rect below = {place.row + 1, place.col, place.rows - 1, place.cols};
    view_say_empty(grid, below, pane == SYSTEM ? "not measured" : "no metric yet");
}

static void draw_params(
    struct state *state, struct grid *grid, struct rect place, const struct run_row *run)
{
    if (place.rows < 2)
        return;
    run_tables_params(&state->tables[PARAMS], grid, place, run, state->pane == PARAMS);
    struct rect below = {place.row + 1, place.col, place.rows - 1, place.cols};
    if (!run->param_count)
        view_say_empty(grid, below, "no parameter");
}

/* Metrics beside the system's, or the parameters when they have the focus. */
static void draw_above(struct state *state, struct canvas *canvas, struct rect place,
    const struct run_row *run, const struct world *world)
{
    struct run_tables_part own = run_tables_system(run, false, canvas->scratch);
    struct run_tables_part system = run_tables_system(run, true, canvas->scratch);
    gauges_order(run, &system);
    struct rect left = place, right = place;
    left.cols = place.cols / 2;
    right.col += left.cols;
    right.cols -= left.cols;
    if (state->pane == PARAMS) {
        draw_params(state, canvas->grid, place, run);
        return;
    }
    draw_part(state, METRICS, canvas->grid, left, run, &own, world);
    draw_part(state, SYSTEM, canvas->grid, right, run, &system, world);
}

/* Of a table with COUNT rows, or of the word that there is none. */
static int rows_wanted(size_t count, int most)
{
    int rows = count ? (int)(count < 1000 ? count : 1000) + 1 : 2;
    return rows < most ? rows : most;
}

/* One below the other, a row between. */
static void draw_beside(struct state *state, struct canvas *canvas, struct rect place,
    const struct run_row *run, const struct world *world)
{
    struct run_tables_part own = run_tables_system(run, false, canvas->scratch);
    struct run_tables_part system = run_tables_system(run, true, canvas->scratch);
    gauges_order(run, &system);
    struct rect part = place;
    int most = place.rows / 4; /* what the others leave is the system's */
    part.rows = rows_wanted(own.count, most);
    draw_part(state, METRICS, canvas->grid, part, run, &own, world);
    part.row += part.rows + 1;
    part.rows = place.row + place.rows - part.row - rows_wanted(run->param_count, most) - 1;
    draw_part(state, SYSTEM, canvas->grid, part, run, &system, world);
    part.row += part.rows + 1;
    part.rows = place.row + place.rows - part.row;
    draw_params(state, canvas->grid, part, run);
}

static void draw_body(struct state *state, struct canvas *canvas, struct rect place,
    const struct run_row *run, const struct world *world, const struct texts *texts)
{
    struct rect output = place, tables = place;
    bool beside = place.cols >= SIDE_BY_SIDE_COLS;
    if (beside) {
        output.cols = place.cols * 3 / 5;
        tables.col += output.cols + 1;
        tables.cols -= output.cols + 1;
    } else {
        tables.rows = place.rows * 2 / 5;
        output.row += tables.rows;
        output.rows -= tables.rows;
    }
    if (beside)
        draw_beside(state, canvas, tables, run, world);
    else
        draw_above(state, canvas, tables, run, world);
    if (output.rows > 0)
        draw_output(state, texts, canvas->grid, output);
}

/* ---- the page ---- */

/* The signal that K sends. */
static int next_signal(const struct state *state, const struct recording *recording)
{
    return state->interrupted == recording->pid ? SIGTERM : SIGINT;
}

static void draw_question(const struct state *state, const struct recording *recording,
    struct grid *grid, int row, int col, int cols)
{
    bool again = next_signal(state, recording) == SIGTERM;
    grid_printf(grid, row, col + 1, cols - 2, STYLE_IS(WARN), "%s pid %lld on %s (%s)?  y n",
        again ? "still running: terminate" : "interrupt", (long long)recording->pid,
        recording->host, again ? "SIGTERM" : "SIGINT, as Ctrl-C");
}

static void draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct state *state = self;
    struct text_want want = {0};
    struct recording recording;
    const struct run_row *run = find_run(state, session, world);
    if (!run) {
        view_say_empty(canvas->grid, place, world->runs ? "the run is gone" : "loading ...");
        return;
    }
    recorded_want(run, true, &want);
    const struct texts *texts = world_texts(world, &want);
    if (!texts || !recorded_find(world, &want, &recording)) {
        state->asking = false;
        view_say_empty(canvas->grid, place,
            texts ? "boxtop did not record this run\nboxtop record -- COMMAND does"
                  : "reading ...");
        return;
    }
    draw_head(run, &recording, session, canvas->grid, place);
    int head = place.rows < LOW_ROWS ? HEAD_ROWS - 1 : HEAD_ROWS; /* the empty row goes first */
    struct rect body = {place.row + head, place.col, place.rows - head - state->asking, place.cols};
    if (body.rows >= 4)
        draw_body(state, canvas, body, run, world, texts);
    else if (body.rows > 0)
        draw_output(state, texts, canvas->grid, body);
    if (state->asking)
        draw_question(
            state, &recording, canvas->grid, place.row + place.rows - 1, place.col, place.cols);
}

/* ---- acting ---- */

static void ask(struct state *state, struct session *session, const struct recording *recording)
{
    if (!recording)
        session_say(session, "no status.json of a recorded run is there (yet)");
    else if (recording->status != RUN_RUNNING)
        session_say(session, "the command has ended");
    else
        state->asking = true;
}

/* The one signal that the main thread sends: it reads a file of /proc, which waits for nothing, and
 * what it says is true at that moment. */
static void send(struct state *state, struct session *session, const struct recording *recording)
{
    struct err err = {0};
    char text[SESSION_MESSAGE_BYTES];
    int number = next_signal(state, recording);
    if (recording_send(recording, number, &err)) {
        state->interrupted = recording->pid;
        session_say(session, "%s sent to pid %lld", number == SIGINT ? "SIGINT" : "SIGTERM",
            (long long)recording->pid);
        return;
    }
    err_print(&err, text, sizeof text);
    session_say(session, "%s", text);
}

static enum view_outcome answer(struct state *state, struct session *session,
    const struct recording *recording, const struct event *event)
{
    if (event->kind != EVENT_KEY)
        return VIEW_IGNORED;
    state->asking = false;
    if (event->key == 'y' && !event->mods && recording)
        send(state, session, recording);
    else
        session_say(session, "nothing was sent");
    return VIEW_STAYED;
}

static size_t rows_of(const struct state *state)
{
    return state->pane == OUTPUT ? state->lines : state->tables[state->pane].rows;
}

static void move(struct state *state, int movement, int wheel_rows)
{
    struct scroll *scroll =
        state->pane == OUTPUT ? &state->output : &state->tables[state->pane].scroll;
    size_t rows = rows_of(state);
    if (wheel_rows)
        scroll_wheel(scroll, wheel_rows, rows);
    else
        scroll_move(scroll, (enum scroll_move)movement, rows);
    if (state->pane == OUTPUT)
        state->behind = scroll->cursor + 1 < rows;
}

static enum view_outcome act_on_key(struct state *state, struct session *session,
    const struct run_row *run, const struct recording *recording, const struct event *event,
    struct view_effect *effect)
{
    bool back = event->key == KEY_TAB && event->mods;
    switch (key_rows_find(KEYS, event)) {
    case PANE:
        state->pane = (state->pane + (back ? PANES - 1 : 1)) % PANES;
        return VIEW_STAYED;
    case INTERRUPT:
        ask(state, session, recording);
        return VIEW_STAYED;
    case END:
        state->pane = OUTPUT;
        state->behind = false;
        state->left = 0;
        return VIEW_STAYED;
    case LEFT:
        state->left -= state->left < LINE_SIDEWAYS ? state->left : LINE_SIDEWAYS;
        return VIEW_STAYED;
    case RIGHT:
        state->left += state->left < LINE_MOST_BYTES ? LINE_SIDEWAYS : 0;
        return VIEW_STAYED;
    case CURVES:
        session_list(session, NULL, NULL, 0);
        *effect = (struct view_effect){&view_curves, run->id};
        return VIEW_OPENED;
    case PICTURES:
        session->file[0] = '\0';
        *effect = (struct view_effect){&view_picture, run->id};
        return VIEW_OPENED;
    case PAGE:
        *effect = (struct view_effect){&view_run, run->id};
        return VIEW_OPENED;
    }
    return VIEW_IGNORED;
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct state *state = self;
    struct text_want want = {0};
    struct recording found;
    const struct run_row *run = find_run(state, session, world);
    if (!run)
        return VIEW_IGNORED;
    recorded_want(run, true, &want);
    const struct recording *recording = recorded_find(world, &want, &found) ? &found : NULL;
    if (state->asking)
        return answer(state, session, recording, event);
    int movement = view_movement(event);
    bool wheel = event->kind == EVENT_MOUSE && event->action == MOUSE_WHEEL;
    if (movement < 0 && !(wheel && event->wheel_rows))
        return act_on_key(state, session, run, recording, event, effect);
    move(state, movement, wheel ? event->wheel_rows * 3 : 0);
    return VIEW_STAYED;
}

static bool is_typing(const void *self)
{
    return ((const struct state *)self)->asking;
}

const struct view view_recording = {
    .name = "recording",
    .title = "Recording",
    .keys = KEYS,
    .state_bytes = sizeof(struct state),
    .start = start,
    .wants = wants,
    .draw = draw,
    .act = act,
    .is_typing = is_typing,
};
