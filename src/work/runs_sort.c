#include "work/runs_sort.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>

struct sortable {
    uint32_t row;
    struct run_value values[RUNS_SORT_MOST];
};

struct sorting {
    const struct runs_sort_key *keys;
    size_t count;
};

static bool is_nothing(const struct run_value *value)
{
    return !value->known || (value->is_number && isnan(value->number));
}

static int compare_known(const struct run_value *a, const struct run_value *b)
{
    if (a->is_number && b->is_number)
        return (a->number > b->number) - (a->number < b->number);
    if (a->is_number != b->is_number)
        return a->is_number ? -1 : 1;
    return text_compare_natural(a->text, b->text);
}

static int compare(const void *a, const void *b, void *context)
{
    const struct sortable *x = a, *y = b;
    const struct sorting *sorting = context;
    for (size_t i = 0; i < sorting->count; i++) {
        const struct run_value *v = &x->values[i], *w = &y->values[i];
        bool no_v = is_nothing(v), no_w = is_nothing(w);
        if (no_v && no_w)
            continue;
        if (no_v || no_w)
            return no_v ? 1 : -1;
        int order = compare_known(v, w);
        if (order)
            return sorting->keys[i].descending ? -order : order;
    }
    return (x->row > y->row) - (x->row < y->row);
}

void runs_sort(const struct runs *runs, const struct runs_sort_key *keys, size_t key_count,
    const struct run_row *baseline, double now_s, uint32_t *order, size_t count)
{
    struct sortable *items = count ? calloc(count, sizeof *items) : NULL;
    struct sorting sorting = {keys, key_count};
    for (size_t i = 0; items && i < count; i++) {
        items[i].row = order[i];
        for (size_t k = 0; k < key_count; k++)
            items[i].values[k] =
                run_value(&runs->rows[order[i]], &keys[k].column, baseline, now_s);
    }
    if (items)
        qsort_r(items, count, sizeof *items, compare, &sorting);
    for (size_t i = 0; items && i < count; i++)
        order[i] = items[i].row;
    free(items);
}
