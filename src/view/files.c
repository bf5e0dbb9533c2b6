/*
 * The files of a run: what stands in its directory, and which reader took what.
 * Knows: the list of work/run_files.h. Must not know: how files are read.
 */
#include "view/view.h"

#include "base/num.h"
#include "screen/table.h"

#include <stdio.h>
#include <string.h>

enum action { OPEN = 1, BESIDE };

static const struct key_row KEYS[] = {
    {"Enter", "open the file", OPEN, "files", "open", 1},
    {"d", "side by side with that of the baseline", BESIDE, "files", "diff", 2},
    {0},
};

struct state {
    int64_t run;
    struct table table;
};

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    (void)session, (void)world;
    ((struct state *)self)->run = run;
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    (void)session, (void)world;
    out->files = ((const struct state *)self)->run;
}

/* ---- drawing ---- */

enum column { NAME, SIZE, AGE, READER, COLUMNS };

struct drawing {
    const struct run_files *files;
    double now_s;
};

static size_t source_rows(void *self)
{
    return ((struct drawing *)self)->files->count;
}

/* "812 B", "14.2 kB", "3.1 MB". */
static void print_size(int64_t bytes, char *out, size_t out_bytes)
{
    static const char *const UNITS[] = {"B", "kB", "MB", "GB", "TB"};
    double size = (double)bytes;
    size_t unit = 0;
    for (; size >= 1000 && unit + 1 < sizeof UNITS / sizeof *UNITS; unit++)
        size /= 1000;
    snprintf(out, out_bytes, unit ? "%.1f %s" : "%.0f %s", size, UNITS[unit]);
}

static void print_age(double seconds, char *out, size_t out_bytes)
{
    struct run_column column = {.kind = RUN_COLUMN_AGE};
    struct run_value value = {.known = true, .is_number = true, .number = seconds};
    run_value_print(&value, &column, out, out_bytes);
}

static void source_cell(void *self, size_t row, int column, struct table_cell *out)
{
    const struct drawing *drawing = self;
    const struct run_file *file = &drawing->files->files[row];
    out->text = out->room;
    switch ((enum column)column) {
    case NAME:
        out->text = file->name;
        break;
    case SIZE:
        print_size(file->size_bytes, out->room, sizeof out->room);
        break;
    case AGE:
        print_age(drawing->now_s - (double)file->mtime_ns / 1e9, out->room, sizeof out->room);
        break;
    default:
        out->text = file->reader ? file->reader : file->is_picture ? "picture" : NULL;
        out->style = file->reader ? STYLE_IS(TEXT) : STYLE_IS(MUTED);
    }
}

static void draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    static const struct table_column TABLE[COLUMNS] = {
        [NAME] = {.title = "file", .min_cols = 24, .max_cols = 72, .ends = true},
        [SIZE] = {.title = "size", .align = TABLE_RIGHT, .min_cols = 8},
        [AGE] = {.title = "age", .align = TABLE_RIGHT, .min_cols = 6},
        [READER] = {.title = "read by", .min_cols = 8},
    };
    struct state *state = self;
    const struct run_row *run = world->runs ? runs_find(world->runs, state->run) : NULL;
    const struct run_files *files = world_files(world, state->run);
    if (!run || !files || !files->count) {
        view_say_empty(canvas->grid, place,
            !run     ? "the run is gone"
            : !files ? "looking ..."
                     : "no file is there any more");
        return;
    }
    int col = place.col + 1;
    col += grid_text(canvas->grid, place.row, col, 2, session_run_style(run), "\xe2\x96\xa0 ");
    col += grid_text(canvas->grid, place.row, col, place.cols - 4, STYLE_IS(TITLE), run->shown) + 2;
    grid_printf(canvas->grid, place.row, col, place.col + place.cols - col - 1, STYLE_IS(MUTED),
        "%zu files%s", files->count, files->cut ? "; there are more" : "");
    struct drawing drawing = {files, session->now_s};
    struct table_source source = {&drawing, source_rows, source_cell, NULL, NULL};
    struct rect body = {place.row + 2, place.col, place.rows - 2, place.cols};
    if (body.rows > 0)
        table_draw(&state->table, canvas->grid, body, &source, TABLE, COLUMNS, 1, true);
}

/* ---- acting ---- */

/* The run whose file is to stand beside that of RUN: the baseline, else the first selected that is
 * another one. */
static const struct run_row *other_run(
    const struct session *session, const struct world *world, int64_t run)
{
    const struct run_row *rows[2];
    size_t count = session_runs(session, world->runs, run, rows, 2);
    for (size_t i = 0; i < count; i++)
        if (rows[i]->id != run)
            return rows[i];
    return NULL;
}

static enum view_outcome open_file(struct state *state, struct session *session,
    const struct world *world, int action, struct view_effect *effect)
{
    const struct run_files *files = world_files(world, state->run);
    size_t at = state->table.scroll.cursor;
    const struct run_file *file = files && at < files->count ? &files->files[at] : NULL;
    const struct run_row *other = world->runs ? other_run(session, world, state->run) : NULL;
    session->beside = 0;
    if (!file)
        return VIEW_STAYED;
    if (action == BESIDE && !other) {
        session_say(session, "another run is wanted: p makes one the baseline, Space selects");
        return VIEW_STAYED;
    }
    if (action == BESIDE && file->is_picture) {
        session_say(session, "pictures are looked at one by one: Enter");
        return VIEW_STAYED;
    }
    if (action == BESIDE)
        session->beside = other->id;
    if (strlen(file->name) >= sizeof session->file) {
        session_say(session, "the name is too long");
        return VIEW_STAYED;
    }
    snprintf(session->file, sizeof session->file, "%s", file->name);
    *effect = (struct view_effect){file->is_picture ? &view_picture : &view_text, state->run};
    return VIEW_OPENED;
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct state *state = self;
    const struct run_files *files = world_files(world, state->run);
    size_t rows = files ? files->count : 0;
    int move = view_movement(event);
    if (event->kind == EVENT_MOUSE && event->action == MOUSE_WHEEL) {
        scroll_wheel(&state->table.scroll, event->wheel_rows * 3, rows);
        return VIEW_STAYED;
    }
    if (move >= 0) {
        scroll_move(&state->table.scroll, (enum scroll_move)move, rows);
        return VIEW_STAYED;
    }
    int action = key_rows_find(KEYS, event);
    return action ? open_file(state, session, world, action, effect) : VIEW_IGNORED;
}

const struct view view_files = {
    .name = "files",
    .title = "Files",
    .keys = KEYS,
    .state_bytes = sizeof(struct state),
    .start = start,
    .wants = wants,
    .draw = draw,
    .act = act,
};
