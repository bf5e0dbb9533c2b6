#include "store/sql_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum column { STEP, WALL, VALUE, RUN, METRIC };
enum plan { BY_RUN = 1, BY_METRIC = 2 }; /* bits of idxNum */

struct table {
    sqlite3_vtab base; /* first: SQLite's */
    struct sql_points *points;
};

struct cursor {
    sqlite3_vtab_cursor base;
    struct arena arena; /* holds the points of the present series */
    size_t series, end; /* which is present, and behind the last to be looked at */
    char *metric;       /* only series of this metric; NULL: any */
    struct point *rows;
    size_t row, count;
    sqlite3_int64 serial;
};

static int open_table(sqlite3 *db, void *self, int argc, const char *const *argv,
    sqlite3_vtab **out, char **message)
{
    (void)argc, (void)argv, (void)message;
    int code = sqlite3_declare_vtab(
        db, "CREATE TABLE points(step INTEGER, wall REAL, value REAL, run INTEGER HIDDEN, metric TEXT HIDDEN)");
    struct table *table = code == SQLITE_OK ? sqlite3_malloc(sizeof *table) : NULL;
    if (!table)
        return code == SQLITE_OK ? SQLITE_NOMEM : code;
    *table = (struct table){.points = self};
    *out = &table->base;
    return SQLITE_OK;
}

static int close_table(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

/* Which of run and metric are given, and in which order they come. */
static int plan(sqlite3_vtab *table, sqlite3_index_info *info)
{
    int at[2] = {-1, -1}, arguments = 0;
    (void)table;
    for (int i = 0; i < info->nConstraint; i++) {
        int column = info->aConstraint[i].iColumn - RUN;
        if (column < 0 || column > 1 || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
            continue;
        if (info->aConstraint[i].usable)
            at[column] = i;
    }
    for (int column = 0; column < 2; column++)
        if (at[column] >= 0) {
            info->aConstraintUsage[at[column]].argvIndex = ++arguments;
            info->idxNum |= column ? BY_METRIC : BY_RUN;
        }
    static const double COSTS[] = {1e9, 1e6, 1e8, 1e4};
    info->estimatedCost = COSTS[info->idxNum];
    info->estimatedRows = (sqlite3_int64)COSTS[info->idxNum];
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    (void)table;
    struct cursor *cursor = sqlite3_malloc(sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    *cursor = (struct cursor){0};
    *out = &cursor->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    arena_done(&cursor->arena);
    sqlite3_free(cursor->metric);
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static struct sql_points *points_of(const struct cursor *cursor)
{
    return ((struct table *)cursor->base.pVtab)->points;
}

/* Unpacks the present series. */
static int load(struct cursor *cursor)
{
    const struct sql_points *points = points_of(cursor);
    const struct sql_series *series = &points->series[cursor->series];
    struct err err = {0};
    arena_done(&cursor->arena);
    cursor->row = cursor->count = 0;
    if (store_load_points(points->store, series->held_by, series->stored_name, &cursor->arena,
            &cursor->rows, &cursor->count, &err))
        return SQLITE_OK;
    sqlite3_free(cursor->base.pVtab->zErrMsg);
    cursor->base.pVtab->zErrMsg = sqlite3_mprintf("%s", err.text);
    return err.code == ERR_MEMORY ? SQLITE_NOMEM : SQLITE_ERROR;
}

/* Goes on to a series with points, from the present one on. */
static int find_series(struct cursor *cursor)
{
    const struct sql_points *points = points_of(cursor);
    for (; cursor->series < cursor->end; cursor->series++) {
        if (cursor->metric &&
            strcmp(points->series[cursor->series].metric, cursor->metric) != 0)
            continue;
        int code = load(cursor);
        if (code != SQLITE_OK || cursor->count)
            return code;
    }
    return SQLITE_OK;
}

/* The first series of a run that is not below RUN. */
static size_t lower_bound(const struct sql_points *points, int64_t run)
{
    size_t low = 0, high = points->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (points->series[middle].run < run)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int begin(
    sqlite3_vtab_cursor *base, int which, const char *words, int argc, sqlite3_value **argv)
{
    struct cursor *cursor = (struct cursor *)base;
    const struct sql_points *points = points_of(cursor);
    (void)words, (void)argc;
    sqlite3_free(cursor->metric);
    cursor->metric = NULL;
    cursor->series = 0;
    cursor->end = points->count;
    cursor->row = cursor->count = 0;
    cursor->serial = 0;
    if (which & BY_RUN) {
        int64_t run = sqlite3_value_int64(argv[0]);
        bool is_run = sqlite3_value_numeric_type(argv[0]) == SQLITE_INTEGER && run < INT64_MAX;
        cursor->series = lower_bound(points, run);
        cursor->end = is_run ? lower_bound(points, run + 1) : cursor->series;
    }
    if (which & BY_METRIC) {
        const unsigned char *metric = sqlite3_value_text(argv[which & BY_RUN ? 1 : 0]);
        cursor->metric = metric ? sqlite3_mprintf("%s", metric) : NULL;
        if (!metric)
            cursor->end = cursor->series; /* NULL equals nothing */
        else if (!cursor->metric)
            return SQLITE_NOMEM;
    }
    return find_series(cursor);
}

static int next(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    cursor->serial++;
    if (++cursor->row < cursor->count)
        return SQLITE_OK;
    cursor->series++;
    return find_series(cursor);
}

static int at_end(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    return cursor->series >= cursor->end;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *context, int which)
{
    struct cursor *cursor = (struct cursor *)base;
    const struct sql_series *series = &points_of(cursor)->series[cursor->series];
    const struct point *point = &cursor->rows[cursor->row];
    switch ((enum column)which) {
    case STEP:
        sqlite3_result_int64(context, point->step);
        break;
    case WALL: /* NaN becomes NULL */
        sqlite3_result_double(context, point->wall_s);
        break;
    case VALUE:
        sqlite3_result_double(context, point->value);
        break;
    case RUN:
        sqlite3_result_int64(context, series->run);
        break;
    case METRIC:
        sqlite3_result_text(context, series->metric, -1, SQLITE_STATIC);
        break;
    }
    return SQLITE_OK;
}

static int row_id(sqlite3_vtab_cursor *base, sqlite3_int64 *id)
{
    *id = ((struct cursor *)base)->serial;
    return SQLITE_OK;
}

int sql_points_register(sqlite3 *db, struct sql_points *points)
{
    /* Without xCreate it is there by its name alone, and takes arguments. */
    static const sqlite3_module MODULE = {.xConnect = open_table,
        .xBestIndex = plan,
        .xDisconnect = close_table,
        .xDestroy = close_table,
        .xOpen = open_cursor,
        .xClose = close_cursor,
        .xFilter = begin,
        .xNext = next,
        .xEof = at_end,
        .xColumn = column,
        .xRowid = row_id};
    return sqlite3_create_module_v2(db, "points", &MODULE, points, NULL);
}
