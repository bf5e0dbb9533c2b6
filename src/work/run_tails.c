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
        store, metric->extent->run_id, metric->kind->written, &scratch, &points, &count, err);
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

/* What BEFORE holds of the same metric, while it has not grown. NULL for nothing of K points. */
static const struct run_tail *tail_before(
    const struct runs *before, const struct run_row *run, const struct run_metric *metric, size_t k)
{
    const struct run_row *old = before ? runs_find(before, run->id) : NULL;
    for (size_t i = 0; old && i < old->tail_count; i++) {
        const struct run_tail *tail = &old->tails[i];
        bool same = tail->metric->extent->run_id == metric->extent->run_id &&
                    strcmp(tail->metric->kind->written, metric->kind->written) == 0 &&
                    tail->metric->extent->count == metric->extent->count;
        if (same && (tail->count >= k || tail->count == (size_t)metric->extent->count))
            return tail;
    }
    return NULL;
}

static bool get_tail(struct store *store, struct runs *runs, const struct run_metric *metric,
    size_t k, const struct run_tail *had, struct run_tail *out, struct err *err)
{
    if (!had)
        return load_tail(store, runs, metric, k, out, err);
    double *values = ARENA_ARRAY(&runs->arena, double, had->count);
    if (!values)
        return err_set(err, ERR_MEMORY, "out of memory");
    if (had->count)
        memcpy(values, had->values, had->count * sizeof *values);
    *out = (struct run_tail){metric, values, had->count};
    return true;
}

static bool add_tail(struct store *store, struct runs *runs, const struct runs *before,
    struct run_row *run, const struct run_column *column, struct err *err)
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
    struct run_tail found;
    if (!get_tail(store, runs, metric, column->tail, tail_before(before, run, metric, column->tail),
            &found, err))
        return false;
    if (!tail)
        tail = (struct run_tail *)&run->tails[run->tail_count++];
    *tail = found;
    return true;
}

static bool is_tail(const struct run_column *column)
{
    return column->kind == RUN_COLUMN_COURSE && column->ask == EXPR_MEAN;
}

bool runs_load_tails(struct store *store, struct runs *runs, const struct runs *before,
    const struct run_column *columns, size_t count, struct err *err)
{
    for (size_t c = 0; c < count; c++) {
        const struct run_column *column = &columns[c];
        if (column->kind == RUN_COLUMN_EXPR &&
            !runs_load_tails(
                store, runs, before, column->operands, expr_name_count(column->expr), err))
            return false;
        for (size_t i = 0; is_tail(column) && i < runs->count; i++)
            if (!add_tail(store, runs, before, &runs->rows[i], column, err))
                return false;
    }
    return true;
}

void runs_list_tails(const struct run_column *columns, size_t count, struct buf *list)
{
    for (size_t c = 0; c < count; c++) {
        const struct run_column *column = &columns[c];
        if (column->kind == RUN_COLUMN_EXPR)
            runs_list_tails(column->operands, expr_name_count(column->expr), list);
        if (!is_tail(column))
            continue;
        const char *name = column->name ? column->name : role_info(column->role)->name;
        buf_printf(list, "%smean(`%s`,%zu)", list->length ? "," : "", name, column->tail);
    }
}

bool runs_load_listed_tails(struct store *store, struct runs *runs, const struct runs *before,
    const char *list, struct err *err)
{
    bool ok = true;
    for (const char *at = list; ok && *at; at += *at == ',') {
        struct arena arena = {0};
        struct run_column column;
        size_t length = expr_item_length(at);
        char *text = arena_copy(&arena, at, length);
        if (text && runs_parse_column(runs, &arena, text, &column, NULL))
            ok = runs_load_tails(store, runs, before, &column, 1, err);
        arena_done(&arena);
        at += length;
    }
    return ok;
}
