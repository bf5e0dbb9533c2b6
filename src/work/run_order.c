/*
 * Order and filter of the runs table.
 * Knows: what cells are worth. Must not know: how expressions are written, screens.
 */
#include "work/runs.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- keys ---- */

/* "COL", "COL:desc" or "COL:asc". */
static bool parse_key(const struct runs *runs, struct arena *arena, const char *text, size_t length,
    struct run_key *key, struct err *err)
{
    static const char DOWN[] = ":desc", UP[] = ":asc";
    size_t down = sizeof DOWN - 1, up = sizeof UP - 1;
    bool descends = length > down && memcmp(text + length - down, DOWN, down) == 0;
    bool ascends = length > up && memcmp(text + length - up, UP, up) == 0;
    const char *word = arena_copy(arena, text, length - (descends ? down : ascends ? up : 0));
    if (!word)
        return err_set(err, ERR_MEMORY, "out of memory");
    if (!runs_parse_column(runs, arena, word, &key->column, err))
        return false;
    key->descending = descends || (!ascends && key->column.better == BETTER_HIGHER);
    return true;
}

bool runs_parse_keys(const struct runs *runs, struct arena *arena, const char *text,
    struct run_key *keys, size_t *count, struct err *err)
{
    *count = 0;
    for (const char *at = text; *at; at += *at == ',') {
        size_t length = expr_item_length(at);
        if (*count == RUNS_MOST_KEYS)
            return err_set(err, ERR_USAGE, "sorting takes %d columns at most", RUNS_MOST_KEYS);
        if (!parse_key(runs, arena, at, length, &keys[*count], err)) {
            if (err && err->place == ERR_AT_BYTE)
                err->at += at - text;
            return false;
        }
        ++*count;
        at += length;
    }
    return true;
}

/* ---- order ---- */

struct sorting {
    const struct run_key *keys;
    size_t key_count;
    const struct run_value *values; /* of a row, one for each key, at row x key_count */
    const bool *ranked; /* of each key: the number of a text is its place among the texts */
};

static bool is_nothing(const struct run_value *value)
{
    return !value->known || (value->is_number && isnan(value->number));
}

int run_value_compare(const struct run_value *x, const struct run_value *y, bool descending)
{
    bool no_x = is_nothing(x), no_y = is_nothing(y);
    int order;
    if (no_x || no_y)
        return (int)no_x - (int)no_y;
    if (x->is_number && y->is_number)
        order = (x->number > y->number) - (x->number < y->number);
    else if (x->is_number != y->is_number)
        order = x->is_number ? -1 : 1;
    else
        order = text_compare_natural(x->text, y->text);
    return descending ? -order : order;
}

static int compare_rows(const void *a, const void *b, void *context)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    const struct sorting *sorting = context;
    size_t count = sorting->key_count;
    for (size_t k = 0; k < count; k++) {
        const struct run_value *p = &sorting->values[x * count + k];
        const struct run_value *q = &sorting->values[y * count + k];
        bool descending = sorting->keys[k].descending;
        int order;
        if (sorting->ranked[k] && p->known && q->known && !p->is_number && !q->is_number) {
            order = (p->number > q->number) - (p->number < q->number);
            order = descending ? -order : order;
        } else
            order = run_value_compare(p, q, descending);
        if (order)
            return order;
    }
    return x < y ? -1 : x > y;
}

static int compare_texts(const void *a, const void *b)
{
    return text_compare_natural(*(const char *const *)a, *(const char *const *)b);
}

/* Texts repeat, and natural order is dear: each different one among the values of one key is
 * compared once, and its place becomes its number. False when memory is out: then they are compared
 * as they are. */
static bool rank_texts(struct run_value *values, size_t stride, const uint32_t *order, size_t count)
{
    struct arena scratch = {0};
    struct map places;
    map_init(&places, &scratch);
    const char **texts = ARENA_ARRAY(&scratch, const char *, count);
    uint32_t *place = ARENA_ARRAY(&scratch, uint32_t, count);
    double *ranks = ARENA_ARRAY(&scratch, double, count);
    size_t distinct = 0;
    bool ok = texts && place && ranks;
    for (size_t i = 0; ok && i < count; i++) {
        const struct run_value *value = &values[order[i] * stride];
        if (value->is_number || !value->known)
            continue;
        int64_t at = map_put(&places, value->text, strlen(value->text), (int64_t)distinct, NULL);
        ok = at >= 0;
        place[i] = (uint32_t)at;
        if (ok && (size_t)at == distinct)
            texts[distinct++] = value->text;
    }
    if (ok && distinct)
        qsort(texts, distinct, sizeof *texts, compare_texts);
    for (size_t i = 0, rank = 0; ok && i < distinct; i++) {
        rank = i && text_compare_natural(texts[i - 1], texts[i]) == 0 ? rank : i;
        ranks[map_get(&places, texts[i], strlen(texts[i]))] = (double)rank;
    }
    for (size_t i = 0; ok && i < count; i++) {
        struct run_value *value = &values[order[i] * stride];
        if (!value->is_number && value->known)
            value->number = ranks[place[i]];
    }
    map_done(&places);
    arena_done(&scratch);
    return ok;
}

void runs_sort(const struct runs *runs, const struct run_key *keys, size_t key_count,
    const struct run_row *baseline, double now_s, uint32_t *order, size_t count)
{
    struct run_value *values = calloc(runs->count * key_count + 1, sizeof *values);
    bool *ranked = calloc(key_count + 1, sizeof *ranked);
    if (values && ranked) {
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < key_count; k++)
                values[order[i] * key_count + k] =
                    run_value(&runs->rows[order[i]], &keys[k].column, baseline, now_s);
        for (size_t k = 0; k < key_count; k++)
            ranked[k] = rank_texts(values + k, key_count, order, count);
        struct sorting sorting = {keys, key_count, values, ranked};
        qsort_r(order, count, sizeof *order, compare_rows, &sorting);
    }
    free(values);
    free(ranked);
}

/* ---- filter ---- */

struct asked {
    const struct run_row *run, *baseline;
    const struct run_column *columns; /* what the filter's names mean */
    double now_s;
    char started[32]; /* the start of `run`, as text */
};

static struct expr_value value_of(void *self, const struct expr_name *name)
{
    struct asked *asked = self;
    const struct run_column *column = &asked->columns[name->index];
    struct run_value value = run_value(asked->run, column, asked->baseline, asked->now_s);
    const struct dataset_version *dataset = asked->run->dataset;
    const char *also = column->kind == RUN_COLUMN_NAME                 ? asked->run->name
                       : column->kind == RUN_COLUMN_DATASET && dataset ? dataset->name
                                                                       : NULL;
    if (column->kind == RUN_COLUMN_STARTED && value.known) {
        clock_iso(value.number, asked->started, sizeof asked->started);
        value.text = asked->started;
    }
    return (struct expr_value){.known = value.known,
        .is_number = value.is_number,
        .number = value.number,
        .text = value.text,
        .is_list = column->kind == RUN_COLUMN_TAGS,
        .also = also};
}

static bool contains(void *self, const char *needle)
{
    const struct run_row *run = ((struct asked *)self)->run;
    const char *const texts[] = {run->name, run->shown, run->title, run->label_id, run->format,
        run_status_name(run->status), run->tags, run->note};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i] && text_contains(texts[i], needle))
            return true;
    for (size_t i = 0; i < run->param_count; i++)
        if (run->params[i].kind == PARAM_TEXT && text_contains(run->params[i].text, needle))
            return true;
    return false;
}

size_t runs_order_by(const struct runs *runs, const struct filter *filter,
    const struct run_key *keys, size_t key_count, const struct run_row *baseline, double now_s,
    uint32_t *order)
{
    struct arena scratch = {0};
    struct asked asked = {.baseline = baseline, .now_s = now_s};
    struct expr_row row = {&asked, value_of, contains};
    size_t count = 0;
    if (filter && !(asked.columns = runs_bind(runs, filter_expr(filter), &scratch)))
        return 0;
    for (size_t i = 0; i < runs->count; i++) {
        asked.run = &runs->rows[i];
        if (!filter || filter_matches(filter, &row))
            order[count++] = (uint32_t)i;
    }
    if (key_count && count)
        runs_sort(runs, keys, key_count, baseline, now_s, order, count);
    arena_done(&scratch);
    return count;
}

size_t runs_order(const struct runs *runs, const struct filter *filter,
    const struct run_column *column, bool descending, const struct run_row *baseline, double now_s,
    uint32_t *order)
{
    struct run_key key = {.descending = descending};
    if (column)
        key.column = *column;
    return runs_order_by(runs, filter, &key, column ? 1 : 0, baseline, now_s, order);
}
