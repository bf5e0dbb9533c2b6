/*
 * Feeds arbitrary bytes to the reader of any table, under a name that its first byte chooses, and
 * sorts, filters and sums up what comes out: what is counted agrees, no row is lost.
 */
#include "work/data_file.h"
#include "work/data_page.h"

#include "base/file.h"
#include "temp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static const char *put_file(const char *name, const uint8_t *data, size_t size)
{
    static const char *directory;
    static char path[4096];
    if (!directory)
        directory = temp_dir();
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "wb");
    check(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
    return path;
}

/* Every cell can be read, and the types are what the cells say. */
static void look_at_cells(const struct data_table *table)
{
    char printed[64];
    for (size_t c = 0; c < table->column_count; c++) {
        size_t present = 0;
        check(table->columns[c].name && data_table_find(table, table->columns[c].name) >= 0);
        for (size_t r = 0; r < table->row_count; r++) {
            struct data_value value = data_table_get(table, r, c);
            present += value.type != DATA_ABSENT;
            check(value.type == DATA_ABSENT || value.type == table->columns[c].type ||
                  table->columns[c].type == DATA_TEXT);
            check((value.type == DATA_TEXT) == (value.text != NULL));
            data_table_print(table, r, c, printed, sizeof printed);
        }
        check(present == table->columns[c].present);
    }
}

static void order_by(struct data_table *table, size_t column)
{
    struct data_sort sort = {(int)column, column % 2};
    struct data_summary summary;
    struct data_page *page = data_page_new(table, "", &sort, 1, NULL, NULL);
    check(page && page->count == table->row_count);
    bool *seen = calloc(page->count + 1, sizeof *seen);
    for (size_t i = 0; i < page->count; i++) {
        check(!seen[page->order[i]]);
        seen[page->order[i]] = true;
    }
    free(seen);
    check(data_summary_make(page, column, NULL, &summary, NULL));
    check(summary.count + summary.absent == page->count && summary.distinct <= summary.count);
    check(summary.count == table->columns[column].present);
    check(!summary.numbers || (summary.min <= summary.max && !(summary.median < summary.min)));
    data_page_release(page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const NAMES[] = {"a.csv", "a.tsv", "a.jsonl", "a.json", "a.txt"};
    if (size < 1)
        return 0;
    struct err err = {0};
    const char *path =
        put_file(NAMES[data[0] % (sizeof NAMES / sizeof *NAMES)], data + 1, size - 1);
    struct data_table *table = data_file_read(path, NULL, &err);
    check(table || (err.code && err.text[0] && err.file[0]));
    if (!table)
        return 0;
    check(table->column_count <= DATA_MOST_COLUMNS);
    if (table->row_count * table->column_count < 1 << 16) {
        look_at_cells(table);
        for (size_t c = 0; c < table->column_count && c < 8; c++)
            order_by(table, c);
    }
    struct data_page *page = data_page_new(table, "a>1 x", NULL, 0, NULL, NULL);
    check(!page || page->count <= table->row_count);
    data_page_release(page);
    data_table_release(table);
    return 0;
}
