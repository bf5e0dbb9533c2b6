/*
 * The lines of the runs table: runs, or groups of runs of which some are open.
 * Knows: the state of runs_view.h, groups. Must not know: events, cells, how they are drawn.
 */
#include "view/runs_view.h"

#include "base/grow.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void runs_lines_done(struct runs_lines *lines)
{
    arena_done(&lines->arena);
    arena_done(&lines->numbered);
    free(lines->opened);
    *lines = (struct runs_lines){0};
}

void runs_lines_forget(struct runs_lines *lines)
{
    arena_done(&lines->numbered);
    lines->is_numbered = lines->grouped = false;
    lines->how = (struct runs_grouping){0};
}

/* ---- which groups are open ---- */

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Groups come and go with every key in the filter: open is what has a member that was seen in an
 * open one. */
static bool was_opened(const struct runs_state *state, const struct run_group *group)
{
    const struct runs_lines *lines = &state->lines;
    for (size_t i = 0; lines->opened_count && i < group->count; i++)
        if (bsearch(&state->runs->rows[group->rows[i]].id, lines->opened, lines->opened_count,
                sizeof *lines->opened, compare_ids))
            return true;
    return false;
}

static void remember_opened(struct runs_state *state)
{
    struct runs_lines *lines = &state->lines;
    lines->opened_count = 0;
    for (size_t g = 0; g < lines->groups.count; g++) {
        const struct run_group *group = &lines->groups.groups[g];
        if (!lines->open[g] ||
            !GROW(lines->opened, lines->opened_capacity, lines->opened_count + group->count))
            continue;
        for (size_t i = 0; i < group->count; i++)
            lines->opened[lines->opened_count++] = state->runs->rows[group->rows[i]].id;
    }
    if (lines->opened_count)
        qsort(lines->opened, lines->opened_count, sizeof *lines->opened, compare_ids);
}

/* One run that only its seed could tell from others is shown as what it is. */
static bool is_alone(const struct runs_lines *lines, const struct run_group *group)
{
    return !lines->how.by && group->count == 1;
}

/* ---- making them ---- */

static bool number_runs(struct runs_state *state, const struct run_row *baseline)
{
    struct runs_lines *lines = &state->lines;
    if (lines->is_numbered || !lines->by[0])
        return lines->is_numbered;
    runs_lines_forget(lines);
    lines->is_numbered =
        runs_parse_grouping(state->runs, &lines->numbered, lines->by, &lines->how, NULL) &&
        runs_number(state->runs, &lines->how, baseline, state->listed_s, &lines->numbered,
            &lines->numbers, NULL);
    return lines->is_numbered;
}

static bool make_groups(struct runs_state *state, const struct session *session)
{
    struct runs_lines *lines = &state->lines;
    struct run_key keys[LAYOUT_MOST_SORTS];
    size_t key_count = layout_keys(&state->layout, keys);
    const struct run_row *baseline = session_baseline(session, state->runs);
    if (!number_runs(state, baseline) ||
        !runs_group(state->runs, state->order, state->count, &lines->how, &lines->numbers, baseline,
            state->listed_s, &lines->arena, &lines->groups, NULL) ||
        !run_groups_sort(state->runs, &lines->groups, keys, key_count, baseline, state->listed_s))
        return false;
    lines->open = ARENA_ARRAY(&lines->arena, bool, lines->groups.count + 1);
    lines->lines =
        ARENA_ARRAY(&lines->arena, struct run_line, lines->groups.count + state->count + 1);
    return lines->open && lines->lines;
}

static void list_lines(struct runs_state *state)
{
    struct runs_lines *lines = &state->lines;
    lines->count = run_groups_lines(&lines->groups, lines->open, lines->lines);
}

void runs_make_lines(struct runs_state *state, const struct session *session)
{
    struct runs_lines *lines = &state->lines;
    arena_done(&lines->arena);
    lines->groups = (struct run_groups){0};
    lines->grouped = make_groups(state, session);
    for (size_t g = 0; lines->grouped && g < lines->groups.count; g++) {
        const struct run_group *group = &lines->groups.groups[g];
        lines->open[g] = !is_alone(lines, group) && was_opened(state, group);
    }
    if (lines->grouped)
        list_lines(state);
}

bool runs_group_by(struct runs_state *state, struct session *session, const char *by)
{
    struct arena arena = {0};
    struct runs_grouping how;
    struct err err = {0};
    by = strcmp(by, "none") == 0 ? "" : by;
    bool ok = !by[0] || runs_parse_grouping(state->runs, &arena, by, &how, &err);
    arena_done(&arena);
    if (!ok) {
        session_say(session, "group: %s", err.text);
        return false;
    }
    snprintf(state->lines.by, sizeof state->lines.by, "%s", by);
    runs_lines_forget(&state->lines);
    state->table.layout = 0; /* deviations are wide: measured anew */
    state->cursor_on_head = by[0] != '\0';
    runs_resort(state, session);
    runs_forget_bests(state);
    size_t groups = 0;
    for (size_t g = 0; g < state->lines.groups.count; g++)
        groups += !is_alone(&state->lines, &state->lines.groups.groups[g]);
    if (!by[0])
        session_say(session, "each run by itself");
    else if (!groups)
        session_say(session, "no two runs differ in the seed alone: X groups by a column");
    else
        session_say(session, "%zu group%s: Enter opens one, z all", groups, groups == 1 ? "" : "s");
    return true;
}

/* ---- what a line is ---- */

static const struct run_line *line_at(const struct runs_state *state, size_t line)
{
    const struct runs_lines *lines = &state->lines;
    return lines->grouped && line < lines->count ? &lines->lines[line] : NULL;
}

size_t runs_line_count(const struct runs_state *state)
{
    return state->lines.grouped ? state->lines.count : state->count;
}

const struct run_group *runs_group_at(const struct runs_state *state, size_t line)
{
    const struct run_line *at = line_at(state, line);
    const struct run_group *group = at ? &state->lines.groups.groups[at->group] : NULL;
    return at && at->is_head && !is_alone(&state->lines, group) ? group : NULL;
}

bool runs_is_open(const struct runs_state *state, size_t line)
{
    const struct run_line *at = line_at(state, line);
    return at && state->lines.open[at->group];
}

bool runs_is_member(const struct runs_state *state, size_t line)
{
    const struct run_line *at = line_at(state, line);
    return at && !at->is_head;
}

const uint32_t *runs_rows_at(const struct runs_state *state, size_t line, size_t *count)
{
    const struct run_line *at = line_at(state, line);
    *count = state->runs && line < runs_line_count(state);
    if (!*count)
        return NULL;
    if (!at)
        return &state->order[line];
    if (!at->is_head)
        return &at->row;
    *count = state->lines.groups.groups[at->group].count;
    return state->lines.groups.groups[at->group].rows;
}

const struct run_row *runs_run_at(const struct runs_state *state, size_t line)
{
    size_t count;
    const uint32_t *rows = runs_rows_at(state, line, &count);
    return rows ? &state->runs->rows[rows[0]] : NULL;
}

const struct run_row *runs_cursor(const struct runs_state *state)
{
    return runs_run_at(state, state->table.scroll.cursor);
}

static bool holds(const struct runs_state *state, size_t line, int64_t run)
{
    size_t count;
    const uint32_t *rows = runs_rows_at(state, line, &count);
    for (size_t i = 0; i < count; i++)
        if (state->runs->rows[rows[i]].id == run)
            return true;
    return false;
}

size_t runs_find_line(const struct runs_state *state)
{
    size_t head = SIZE_MAX;
    for (size_t i = 0; i < runs_line_count(state); i++) {
        if (!holds(state, i, state->cursor_run))
            continue;
        if (!runs_group_at(state, i) || state->cursor_on_head || !runs_is_open(state, i))
            return i;
        head = i;
    }
    return head;
}

/* ---- opening and closing ---- */

bool runs_toggle_group(struct runs_state *state)
{
    struct runs_lines *lines = &state->lines;
    const struct run_line *at = line_at(state, state->table.scroll.cursor);
    if (!at || is_alone(lines, &lines->groups.groups[at->group]))
        return false;
    lines->open[at->group] = !lines->open[at->group];
    state->cursor_on_head = true;
    remember_opened(state);
    list_lines(state);
    runs_restore_cursor(state);
    return true;
}

void runs_toggle_all(struct runs_state *state)
{
    struct runs_lines *lines = &state->lines;
    bool any_closed = false;
    for (size_t g = 0; lines->grouped && g < lines->groups.count; g++)
        any_closed |= !lines->open[g] && !is_alone(lines, &lines->groups.groups[g]);
    for (size_t g = 0; lines->grouped && g < lines->groups.count; g++)
        lines->open[g] = any_closed && !is_alone(lines, &lines->groups.groups[g]);
    if (!lines->grouped)
        return;
    remember_opened(state);
    list_lines(state);
    runs_restore_cursor(state);
}

/* ---- what a line shows ---- */

struct run_value runs_value_at(const struct runs_state *state, size_t line,
    const struct run_column *column, const struct run_row *baseline, double now_s,
    struct run_spread *spread)
{
    const struct run_group *group = runs_group_at(state, line);
    *spread = (struct run_spread){0, NAN, NAN};
    return group ? run_group_value(state->runs, group, column, baseline, now_s, spread)
                 : run_value(runs_run_at(state, line), column, baseline, now_s);
}

bool runs_compares_at(const struct runs_state *state, size_t line, const struct run_column *column)
{
    size_t count;
    const uint32_t *rows = runs_rows_at(state, line, &count);
    for (size_t i = 0; i < count; i++)
        if (versions_is_foreign(&state->versions, &state->runs->rows[rows[i]], column))
            return false;
    return true;
}
