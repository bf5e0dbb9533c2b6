#include "work/data_page.h"

#include "base/num.h"
#include "base/text.h"
#include "work/filter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_BETWEEN_LOOKS = 1 << 14, REMEMBERED_NAMES = 64 };

/* ---- life ---- */

struct data_page *data_page_share(struct data_page *page)
{
    atomic_fetch_add(&page->references, 1);
    return page;
}

void data_page_release(struct data_page *page)
{
    if (!page || atomic_fetch_sub(&page->references, 1) > 1)
        return;
    data_table_release(page->table);
    free(page->order);
    free(page);
}

static bool is_stale(const atomic_bool *stale)
{
    return stale && atomic_load_explicit(stale, memory_order_relaxed);
}

/* ---- the filter ---- */

/* A row as the filter asks it. */
struct asked {
    const struct data_table *table;
    size_t row;
    /* What the names of the filter mean: they are the same pointers each time. */
    const char *names[REMEMBERED_NAMES];
    int columns[REMEMBERED_NAMES];
    size_t name_count;
    const char *unknown; /* a name that no column has */
};

static int column_called(struct asked *asked, const char *name)
{
    for (size_t i = 0; i < asked->name_count; i++)
        if (asked->names[i] == name)
            return asked->columns[i];
    int column = data_table_find(asked->table, name);
    if (asked->name_count < REMEMBERED_NAMES) {
        asked->names[asked->name_count] = name;
        asked->columns[asked->name_count++] = column;
    }
    if (column < 0)
        asked->unknown = name;
    return column;
}

static struct expr_value asked_value(void *self, const struct expr_name *asked_name)
{
    struct asked *asked = self;
    int column = column_called(asked, asked_name->text);
    if (asked_name->ask != EXPR_PLAIN) /* a table has cells, no courses */
        asked->unknown = asked_name->text;
    if (column < 0 || asked_name->ask != EXPR_PLAIN)
        return (struct expr_value){0};
    struct data_value value = data_table_get(asked->table, asked->row, (size_t)column);
    struct expr_value out = {.known = value.type != DATA_ABSENT};
    switch (value.type) {
    case DATA_NUMBER:
        out.is_number = true;
        out.number = value.number;
        break;
    case DATA_BOOL:
        out.text = value.number != 0 ? "true" : "false";
        break;
    case DATA_TEXT:
        out.text = value.text;
        out.is_number = num_parse(value.text, strlen(value.text), &out.number);
        break;
    case DATA_ABSENT:
        break;
    }
    return out;
}

/* A text of the row holds TEXT, or a number of it is that. */
static bool asked_contains(void *self, const char *text)
{
    const struct asked *asked = self;
    double number;
    bool is_number = num_parse(text, strlen(text), &number);
    for (size_t c = 0; c < asked->table->column_count; c++) {
        struct data_value value = data_table_get(asked->table, asked->row, c);
        if (value.type == DATA_TEXT ? text_contains(value.text, text)
                                    : value.type == DATA_NUMBER && is_number && value.number == number)
            return true;
    }
    return false;
}

static bool choose_rows(struct data_page *page, const struct filter *filter,
    const atomic_bool *stale, struct err *err)
{
    struct asked asked = {.table = page->table};
    struct expr_row row = {&asked, asked_value, asked_contains};
    for (asked.row = 0; asked.row < page->table->row_count; asked.row++) {
        if (asked.row % ROWS_BETWEEN_LOOKS == 0 && is_stale(stale))
            return err_set(err, ERR_CANCELLED, "stopped");
        if (filter_matches(filter, &row))
            page->order[page->count++] = (uint32_t)asked.row;
    }
    return !asked.unknown ||
           err_set(err, ERR_USAGE, "no column is called \"%.80s\"", asked.unknown);
}

/* ---- the order ---- */

/* What a row is sorted by. */
struct sort_key {
    double number;    /* NaN: it is none */
    const char *text; /* NULL: there is none */
    uint32_t row;
};

static struct sort_key make_key(const struct data_table *table, uint32_t row, size_t column)
{
    struct data_value value = data_table_get(table, row, column);
    struct sort_key key = {.number = NAN, .text = value.text, .row = row};
    if (value.type == DATA_NUMBER || value.type == DATA_BOOL)
        key.number = value.number;
    else if (value.type == DATA_TEXT && !num_parse(value.text, strlen(value.text), &key.number))
        key.number = NAN;
    return key;
}

/* 0 number, 1 text, 2 nothing to be sorted by. */
static int rank_of(const struct sort_key *key)
{
    return !isnan(key->number) ? 0 : key->text ? 1 : 2;
}

static int compare_keys(const struct sort_key *a, const struct sort_key *b, bool descending)
{
    int rank = rank_of(a), other = rank_of(b), order = 0;
    if (rank == 2 || other == 2)
        return rank - other;
    if (rank != other)
        order = rank - other;
    else if (rank == 0)
        order = (a->number > b->number) - (a->number < b->number);
    if (order == 0 && a->text && b->text)
        order = a->text == b->text ? 0 : text_compare_natural(a->text, b->text);
    else if (order == 0)
        order = (a->text != NULL) - (b->text != NULL); /* 42, then 0042 */
    return descending ? -order : order;
}

/* Merges the runs of WIDTH keys of FROM two by two into TO. Equal keys keep their order. */
static void merge_runs(const struct sort_key *from, struct sort_key *to, size_t count, size_t width,
    bool descending)
{
    for (size_t start = 0; start < count; start += 2 * width) {
        size_t middle = start + width < count ? start + width : count;
        size_t end = start + 2 * width < count ? start + 2 * width : count;
        size_t a = start, b = middle, out = start;
        while (a < middle && b < end)
            to[out++] = compare_keys(&from[b], &from[a], descending) < 0 ? from[b++] : from[a++];
        while (a < middle)
            to[out++] = from[a++];
        while (b < end)
            to[out++] = from[b++];
    }
}

static bool sort_by(
    struct data_page *page, const struct data_sort *sort, const atomic_bool *stale, struct err *err)
{
    size_t count = page->count;
    struct sort_key *keys = calloc(2 * count + 1, sizeof *keys), *from = keys, *to = keys + count;
    if (!keys)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++)
        keys[i] = make_key(page->table, page->order[i], (size_t)sort->column);
    bool ok = true;
    for (size_t width = 1; ok && width < count; width *= 2) {
        merge_runs(from, to, count, width, sort->descending);
        struct sort_key *merged = to;
        to = from;
        from = merged;
        ok = !is_stale(stale);
    }
    for (size_t i = 0; ok && i < count; i++)
        page->order[i] = from[i].row;
    free(keys);
    return ok || err_set(err, ERR_CANCELLED, "stopped");
}

struct data_page *data_page_new(struct data_table *table, const char *filter,
    const struct data_sort *sorts, size_t sort_count, const atomic_bool *stale, struct err *err)
{
    struct arena arena = {0};
    struct data_page *page = calloc(1, sizeof *page);
    const struct filter *parsed = filter_parse(&arena, filter, err);
    bool ok = parsed != NULL;
    if (!page || !(page->order = malloc((table->row_count + 1) * sizeof *page->order))) {
        free(page);
        arena_done(&arena);
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    atomic_init(&page->references, 1);
    page->table = data_table_share(table);
    ok = ok && choose_rows(page, parsed, stale, err);
    for (size_t i = sort_count; ok && i-- > 0;) /* the last first: each keeps the order before */
        ok = sort_by(page, &sorts[i], stale, err);
    arena_done(&arena);
    if (ok)
        return page;
    data_page_release(page);
    return NULL;
}

/* ---- "A,B:desc" ---- */

static bool parse_sort(const struct data_table *table, const char *word, size_t length,
    struct data_sort *out, struct err *err)
{
    char name[DATA_MOST_NAME_BYTES];
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), word);
    char *colon = strrchr(name, ':');
    bool down = colon && strcmp(colon, ":desc") == 0, up = colon && strcmp(colon, ":asc") == 0;
    if (down || up)
        *colon = '\0';
    *out = (struct data_sort){data_table_find(table, name), down};
    return out->column >= 0 || err_set(err, ERR_USAGE, "no column is called \"%.80s\"", name);
}

int data_sorts_parse(const struct data_table *table, const char *text,
    struct data_sort sorts[DATA_MOST_SORTS], struct err *err)
{
    int count = 0;
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, ",");
        if (count == DATA_MOST_SORTS) {
            err_set(err, ERR_USAGE, "a table is sorted by at most %d columns", DATA_MOST_SORTS);
            return -1;
        }
        if (!parse_sort(table, at, length, &sorts[count++], err))
            return -1;
        at += length;
        at += *at == ',';
    }
    return count;
}

/* ---- a column ---- */

static int compare_for_summary(const void *a, const void *b)
{
    return compare_keys(a, b, false);
}

static void count_distinct(const struct sort_key *keys, size_t count, struct data_summary *out)
{
    for (size_t i = 0; i < count; i++)
        out->distinct += i == 0 || compare_keys(&keys[i - 1], &keys[i], false) != 0;
}

bool data_summary_make(const struct data_page *page, size_t column, const atomic_bool *stale,
    struct data_summary *out, struct err *err)
{
    *out = (struct data_summary){.min = NAN, .median = NAN, .max = NAN};
    struct sort_key *keys = malloc((page->count + 1) * sizeof *keys);
    if (!keys)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < page->count; i++) {
        struct data_value value = data_table_get(page->table, page->order[i], column);
        out->absent += value.type == DATA_ABSENT;
        if (value.type != DATA_ABSENT)
            keys[out->count++] = make_key(page->table, page->order[i], column);
    }
    bool ok = !is_stale(stale) || err_set(err, ERR_CANCELLED, "stopped");
    if (ok && out->count)
        qsort(keys, out->count, sizeof *keys, compare_for_summary);
    if (ok)
        count_distinct(keys, out->count, out);
    while (ok && out->numbers < out->count && !isnan(keys[out->numbers].number))
        out->numbers++;
    if (ok && out->numbers) {
        size_t n = out->numbers;
        out->min = keys[0].number;
        out->max = keys[n - 1].number;
        out->median = n % 2 ? keys[n / 2].number : keys[n / 2 - 1].number / 2 + keys[n / 2].number / 2;
    }
    free(keys);
    return ok;
}
