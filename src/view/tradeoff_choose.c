/*
 * The list of numeric columns that an axis can show, with search.
 * Knows: rows, names that runs_parse_column() takes. Must not know: keys.
 */
#include "view/tradeoff_view.h"

#include "base/grow.h"
#include "base/map.h"
#include "base/text.h"
#include "screen/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 4096, POPUP_COLS = 56, POPUP_ROWS = 22 };

/* Behind the quantities, which stand in the order of roles.def. */
enum { RANK_DURATION = ROLE_COUNT, RANK_PARAM, RANK_METRIC };

struct naming {
    struct tradeoff_chooser *chooser;
    struct map places;
    size_t run; /* the row that is being looked at, from 1 */
};

/* A name that is a parameter's and a metric's too is one column. */
static void count_column(struct naming *naming, const char *name, int rank)
{
    struct tradeoff_chooser *chooser = naming->chooser;
    int64_t at = map_get(&naming->places, name, strlen(name));
    if (at < 0) {
        const char *kept = NULL;
        if (chooser->count == MOST_COLUMNS ||
            !GROW(chooser->columns, chooser->capacity, chooser->count + 1))
            return;
        at = map_put(&naming->places, name, strlen(name), (int64_t)chooser->count, &kept);
        if (at < 0)
            return;
        chooser->columns[chooser->count++] = (struct tradeoff_column){.name = kept, .rank = rank};
    }
    chooser->columns[at].runs += chooser->columns[at].last_run != naming->run;
    chooser->columns[at].last_run = naming->run;
}

static void count_settings(struct naming *naming, const struct run_row *run)
{
    struct param *settings = calloc(run->param_count + 1, sizeof *settings);
    size_t count = settings ? run_settings(run, settings) : 0;
    for (size_t i = 0; i < count; i++)
        if (settings[i].kind == PARAM_NUMBER)
            count_column(naming, settings[i].name, RANK_PARAM);
    free(settings);
}

static void count_columns(struct naming *naming, const struct run_row *run)
{
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
        if (run->by_role[role] && role != ROLE_PART_LOSS)
            count_column(naming, role_info((enum role)role)->name, role);
    if (run->ended_s >= run->started_s) /* both are known */
        count_column(naming, "duration", RANK_DURATION);
    count_settings(naming, run);
    for (size_t m = 0; m < run->metric_count; m++)
        count_column(naming, run->metrics[m].kind->name, RANK_METRIC);
}

static int compare_columns(const void *a, const void *b)
{
    const struct tradeoff_column *x = a, *y = b;
    return x->rank != y->rank ? x->rank - y->rank : text_compare_natural(x->name, y->name);
}

void tradeoff_chooser_open(
    struct tradeoff_chooser *chooser, const struct runs *runs, const char *name)
{
    tradeoff_chooser_done(chooser);
    struct naming naming = {.chooser = chooser};
    map_init(&naming.places, &chooser->arena);
    for (size_t i = 0; i < runs->count; i++) {
        naming.run = i + 1;
        count_columns(&naming, &runs->rows[i]);
    }
    map_done(&naming.places);
    if (chooser->count)
        qsort(chooser->columns, chooser->count, sizeof *chooser->columns, compare_columns);
    chooser->matches = calloc(chooser->count + 1, sizeof *chooser->matches);
    tradeoff_chooser_match(chooser, "");
    for (size_t i = 0; i < chooser->match_count; i++)
        if (strcmp(chooser->columns[i].name, name) == 0)
            chooser->list.scroll.cursor = i;
}

void tradeoff_chooser_match(struct tradeoff_chooser *chooser, const char *text)
{
    chooser->match_count = 0;
    chooser->list.scroll = (struct scroll){0};
    for (size_t i = 0; chooser->matches && i < chooser->count; i++)
        if (text_contains(chooser->columns[i].name, text))
            chooser->matches[chooser->match_count++] = (uint32_t)i;
}

void tradeoff_chooser_done(struct tradeoff_chooser *chooser)
{
    free(chooser->columns);
    free(chooser->matches);
    arena_done(&chooser->arena);
    *chooser = (struct tradeoff_chooser){0};
}

const char *tradeoff_chooser_name(const struct tradeoff_chooser *chooser)
{
    size_t cursor = chooser->list.scroll.cursor;
    return cursor < chooser->match_count ? chooser->columns[chooser->matches[cursor]].name : NULL;
}

/* ---- drawing ---- */

struct listing {
    const struct tradeoff_chooser *chooser;
    char right[32];
};

static size_t list_count(void *self)
{
    return ((struct listing *)self)->chooser->match_count;
}

static void list_item(void *self, size_t i, struct list_item *out)
{
    struct listing *listing = self;
    const struct tradeoff_column *column =
        &listing->chooser->columns[listing->chooser->matches[i]];
    snprintf(listing->right, sizeof listing->right, "%zu run%s", column->runs,
        column->runs == 1 ? "" : "s");
    *out = (struct list_item){.text = column->name, .right = listing->right};
}

void tradeoff_chooser_draw(struct tradeoff_chooser *chooser, const struct prompt *prompt,
    const char *title, struct grid *grid, struct rect place)
{
    struct rect popup = {place.row, place.col, POPUP_ROWS, POPUP_COLS};
    popup.rows = popup.rows < place.rows ? popup.rows : place.rows;
    popup.cols = popup.cols < place.cols ? popup.cols : place.cols;
    popup.row += (place.rows - popup.rows) / 2;
    popup.col += (place.cols - popup.cols) / 2;
    struct rect inside = frame_popup(grid, popup, title);
    if (inside.rows < 1)
        return;
    struct listing listing = {.chooser = chooser};
    struct list_source source = {&listing, list_count, list_item, false};
    struct rect list = {inside.row + 1, inside.col + 1, inside.rows - 1, inside.cols - 2};
    if (list.rows > 0)
        list_draw(&chooser->list, grid, list, &source, true);
    if (!chooser->match_count && list.rows > 0)
        grid_text(grid, list.row, list.col, list.cols, STYLE_IS(MUTED),
            "no such number: Enter takes what was typed");
    prompt_draw(prompt, grid, inside.row, inside.col + 1, inside.cols - 2, "/");
}
