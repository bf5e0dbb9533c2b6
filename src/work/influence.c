#include "work/influence.h"

#include "base/num.h"
#include "work/compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_metric(const struct run_column *column)
{
    return column->kind == RUN_COLUMN_BEST || column->kind == RUN_COLUMN_LAST ||
           column->kind == RUN_COLUMN_METRIC;
}

size_t influence_metrics(const struct runs *runs, const char **titles, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < runs->column_count && count < most; i++)
        if (is_metric(&runs->columns[i]))
            titles[count++] = runs->columns[i].title;
    return count;
}

static double number_of(const struct run_row *row, const struct run_column *column)
{
    struct run_value value = run_value(row, column, NULL, 0);
    return value.known && value.is_number && isfinite(value.number) ? value.number : NAN;
}

bool influence_make(const struct runs *runs, const struct run_row **rows, size_t count,
    const char *metric, struct arena *arena, struct influence *out, struct err *err)
{
    struct diff_params params;
    *out = (struct influence){.run_count = count};
    if (!runs_parse_column(runs, arena, metric, &out->metric, err))
        return false;
    struct diff_run *lists = ARENA_ARRAY(arena, struct diff_run, count + 1);
    double *numbers = ARENA_ARRAY(arena, double, count + 1);
    if (!lists || !numbers || !compare_list_params(rows, count, arena, lists))
        return err_set(err, ERR_MEMORY, "out of memory while ranking parameters");
    for (size_t i = 0; i < count; i++)
        numbers[i] = number_of(rows[i], &out->metric);
    if (!diff_params(lists, count, false, arena, &params, err))
        return false;
    if (!compare_mark_noise(rows, count, &params, &out->noise_count, arena))
        return err_set(err, ERR_MEMORY, "out of memory while ranking parameters");
    return importance_make(&params, numbers, count, arena, &out->importance, err);
}

/* ---- for a screen ---- */

bool influence_want_same(const struct influence_want *a, const struct influence_want *b)
{
    return a->snapshot == b->snapshot && strcmp(a->filter, b->filter) == 0 &&
           strcmp(a->metric, b->metric) == 0;
}

static bool answer(struct influence_answer *answer, struct err *err)
{
    const struct runs *runs = answer->runs;
    struct arena *arena = &answer->arena;
    const struct filter *filter = runs_parse_filter(runs, arena, answer->want.filter, err);
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, runs->count + 1);
    const struct run_row **rows = ARENA_ARRAY(arena, const struct run_row *, runs->count + 1);
    if (!filter)
        return false;
    if (!order || !rows)
        return err_set(err, ERR_MEMORY, "out of memory while ranking parameters");
    struct run_column name = {.kind = RUN_COLUMN_NAME, .title = "run"};
    size_t count = runs_order(runs, filter, &name, false, NULL, 0, order);
    for (size_t i = 0; i < count; i++)
        rows[i] = &runs->rows[order[i]];
    return influence_make(
        runs, rows, count, answer->want.metric, arena, &answer->influence, err);
}

struct influence_answer *influence_answer_make(
    const struct influence_want *want, struct runs *runs)
{
    struct influence_answer *made = calloc(1, sizeof *made);
    struct err err = {0};
    if (!made)
        return NULL;
    made->want = *want;
    made->runs = runs_share(runs);
    if (!answer(made, &err))
        err_print(&err, made->trouble, sizeof made->trouble);
    return made;
}

void influence_answer_free(struct influence_answer *answer)
{
    if (!answer)
        return;
    arena_done(&answer->arena);
    runs_release(answer->runs);
    free(answer);
}

/* ---- in words ---- */

void influence_print_strength(const struct importance_row *row, char *out, size_t out_bytes)
{
    static const char *const TROUBLES[] = {[IMPORTANCE_FEW_RUNS] = "too few runs",
        [IMPORTANCE_FEW_EACH] = "too few per value",
        [IMPORTANCE_SAME] = "metric is the same"};
    if (row->trouble)
        snprintf(out, out_bytes, "%s", TROUBLES[row->trouble]);
    else if (row->numeric)
        snprintf(out, out_bytes, "rho %+.2f", row->rho);
    else
        snprintf(out, out_bytes, "eta2 %.2f", row->share);
}

void influence_print_values(const struct importance_row *row, char *out, size_t out_bytes)
{
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < row->value_count; i++) {
        const struct importance_value *value = &row->values[i];
        const char *text = value->value->kind == PARAM_NULL ? "null" : value->value->text;
        char number[32], piece[160];
        num_print_short(value->median, 4, number, sizeof number);
        int bytes = snprintf(piece, sizeof piece, "%s%.60s: %s (%zu)", i ? ", " : "", text, number,
            value->count);
        if (bytes < 0 || length + (size_t)bytes + 5 > out_bytes) {
            snprintf(out + length, out_bytes - length, " ...");
            return;
        }
        memcpy(out + length, piece, (size_t)bytes + 1);
        length += (size_t)bytes;
    }
}

void influence_print_summary(const struct influence *influence, char *out, size_t out_bytes)
{
    const struct importance *importance = &influence->importance;
    int written = snprintf(out, out_bytes, "%zu of %zu runs have %s; %zu parameter%s",
        importance->run_count, influence->run_count, influence->metric.title, importance->count,
        importance->count == 1 ? " varies" : "s vary");
    size_t length = written > 0 && (size_t)written < out_bytes ? (size_t)written : 0;
    if (importance->tested)
        snprintf(out + length, out_bytes - length,
            ", %zu tested: by chance alone %.1f of them would have p < .05", importance->tested,
            0.05 * (double)importance->tested);
    else
        snprintf(out + length, out_bytes - length, ", none of them in enough runs to tell");
}
