/*
 * The last points of the metrics whose mean is asked for.
 * Knows: the store, columns. Must not know: what a mean is compared with.
 */
#include "work/runs.h"

#include "store/store.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_TAILS = 64 }; /* of one run */

static bool load_tail(struct store *store, struct runs *runs, const struct run_metric *metric,
    size_t k, struct run_tail *out, struct err *err)
{
    struct arena scratch = {0};
    struct point *points;
    size_t count;
    bool ok = store_load_points(
        store, metric->run_id, metric->stored_name, &scratch, &points, &count, err);
    if (ok) {
        size_t kept = count < k ? count : k;
        double *values = ARENA_ARRAY(&runs->arena, double, kept);
        ok = values || err_set(err, ERR_MEMORY, "out of memory");
        for (size_t i = 0; ok && i < kept; i++)
            values[i] = points[count - kept + i].value;
        *out = (struct run_tail){metric, values, kept};
    }
    arena_done(&scratch);
    return ok;
}

static struct run_tail *find_tail(struct run_row *run, const struct run_metric *metric)
{
    for (size_t i = 0; i < run->tail_count; i++)
        if (run->tails[i].metric == metric)
            return (struct run_tail *)&run->tails[i];
    return NULL;
}

static bool add_tail(struct store *store, struct runs *runs, struct run_row *run,
    const struct run_column *column, struct err *err)
{
    const struct run_metric *metric =
        column->name ? run_metric(run, column->name) : run->by_role[column->role];
    struct run_tail *tail = metric ? find_tail(run, metric) : NULL;
    if (!metric || (tail && tail->count >= column->tail))
        return true;
    if (!run->tails && !(run->tails = ARENA_ARRAY(&runs->arena, struct run_tail, MOST_TAILS)))
        return err_set(err, ERR_MEMORY, "out of memory");
    if (!tail && run->tail_count == MOST_TAILS)
        return err_set(err, ERR_LIMIT, "means of more than %d metrics", MOST_TAILS);
    struct run_tail loaded;
    if (!load_tail(store, runs, metric, column->tail, &loaded, err))
        return false;
    if (!tail)
        tail = (struct run_tail *)&run->tails[run->tail_count++];
    *tail = loaded;
    return true;
}

bool runs_load_tails(struct store *store, struct runs *runs, const struct run_column *columns,
    size_t count, struct err *err)
{
    for (size_t c = 0; c < count; c++) {
        const struct run_column *column = &columns[c];
        if (column->kind == RUN_COLUMN_EXPR &&
            !runs_load_tails(store, runs, column->operands, expr_name_count(column->expr), err))
            return false;
        if (column->kind != RUN_COLUMN_COURSE || column->ask != EXPR_MEAN)
            continue;
        for (size_t i = 0; i < runs->count; i++)
            if (!add_tail(store, runs, &runs->rows[i], column, err))
                return false;
    }
    return true;
}
