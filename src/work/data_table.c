#include "work/data_table.h"

#include "base/grow.h"
#include "base/num.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * A cell is a double, or one of the NaNs that no arithmetic makes: the upper 16 bits tell what it is,
 * the lower 48 where its text begins.
 */
#define TAG_SHIFT 48
#define CELL_NAN UINT64_C(0x7ff8000000000000)
#define CELL_ABSENT (UINT64_C(0xfff9) << TAG_SHIFT)
#define CELL_FALSE (UINT64_C(0xfffa) << TAG_SHIFT)
#define CELL_TRUE (CELL_FALSE | 1)
#define CELL_TEXT (UINT64_C(0xfffb) << TAG_SHIFT)
#define TEXT_PLACE (~(UINT64_C(0xffff) << TAG_SHIFT))

enum { RECENT = 1 << 14, FIRST_ROWS = 256 };

/* Numbers are shown with so many significant digits, unless few decimals tell all of them. */
enum { SHOWN_DIGITS = 5, MOST_DECIMALS = 4 };

static const double MOST_WHOLE = 9007199254740992.0; /* 2^53 */

const char *data_type_name(enum data_type type)
{
    static const char *const NAMES[] = {"absent", "number", "bool", "text"};
    return NAMES[type];
}

/* ---- life ---- */

struct data_table *data_table_new(void)
{
    struct data_table *table = calloc(1, sizeof *table);
    uint64_t *recent = calloc(RECENT, sizeof *recent);
    if (!table || !recent) {
        free(table);
        free(recent);
        return NULL;
    }
    for (size_t i = 0; i < RECENT; i++)
        recent[i] = CELL_ABSENT;
    table->recent = recent;
    atomic_init(&table->references, 1);
    map_init(&table->names, &table->arena);
    return table;
}

struct data_table *data_table_share(struct data_table *table)
{
    atomic_fetch_add(&table->references, 1);
    return table;
}

void data_table_release(struct data_table *table)
{
    if (!table || atomic_fetch_sub(&table->references, 1) > 1)
        return;
    for (size_t i = 0; i < table->column_count; i++)
        free(table->columns[i].cells);
    free(table->columns);
    free(table->texts);
    free(table->recent);
    map_done(&table->names);
    arena_done(&table->arena);
    free(table);
}

/* ---- columns ---- */

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory for a table");
}

static bool too_large(struct err *err)
{
    return err_set(err, ERR_LIMIT, "a table has at most %d cells, absent ones too",
        DATA_MOST_CELLS);
}

/* The column called exactly NAME, or -1. Names of columns that were dropped stay in the map. */
static int find_exact(const struct data_table *table, const char *name, size_t length)
{
    int64_t found = map_get(&table->names, name, length);
    if (found < 0)
        return -1;
    if (found < (int64_t)table->column_count && strcmp(table->columns[found].name, name) == 0)
        return (int)found;
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return (int)i;
    return -1;
}

static void clear_cells(struct data_column *column, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        column->cells[i] = CELL_ABSENT;
}

/* Adds a column under exactly NAME; whatever rows there are have no such cell. */
static int new_column(struct data_table *table, const char *name, size_t length, struct err *err)
{
    size_t count = table->column_count;
    if (count == DATA_MOST_COLUMNS) {
        err_set(err, ERR_LIMIT, "a table has at most %d columns", DATA_MOST_COLUMNS);
        return -1;
    }
    if (table->row_capacity > DATA_MOST_CELLS / (count + 1)) {
        too_large(err);
        return -1;
    }
    struct data_column column = {.decimals = -1};
    if (table->row_capacity)
        column.cells = malloc(table->row_capacity * sizeof *column.cells);
    if ((table->row_capacity && !column.cells) ||
        !GROW(table->columns, table->column_capacity, count + 1) ||
        map_put(&table->names, name, length, (int64_t)count, &column.name) < 0) {
        free(column.cells);
        no_memory(err);
        return -1;
    }
    clear_cells(&column, 0, table->row_count);
    table->columns[count] = column;
    return (int)table->column_count++;
}

/* NAME as it may stand in a table, in OUT; returns its length. */
static size_t settle_name(
    const struct data_table *table, const char *name, size_t length, char *out, size_t out_bytes)
{
    if (length >= out_bytes)
        length = out_bytes - 1;
    for (size_t i = 0; i < length; i++)
        out[i] = name[i] ? name[i] : '?';
    out[length] = '\0';
    return length ? length
                  : (size_t)snprintf(out, out_bytes, "column %zu", table->column_count + 1);
}

int data_table_column(struct data_table *table, const char *name, size_t length, struct err *err)
{
    const char *next = table->next < table->column_count ? table->columns[table->next].name : NULL;
    if (next && length && strncmp(next, name, length) == 0 && !next[length])
        return (int)table->next++;
    char settled[DATA_MOST_NAME_BYTES];
    length = settle_name(table, name, length, settled, sizeof settled);
    int found = find_exact(table, settled, length);
    int column = found >= 0 ? found : new_column(table, settled, length, err);
    table->next = (size_t)(column + 1);
    return column;
}

int data_table_add_column(
    struct data_table *table, const char *name, size_t length, struct err *err)
{
    char settled[DATA_MOST_NAME_BYTES], numbered[DATA_MOST_NAME_BYTES + 16];
    length = settle_name(table, name, length, settled, sizeof settled);
    if (find_exact(table, settled, length) < 0)
        return new_column(table, settled, length, err);
    /* At most DATA_MOST_COLUMNS are taken, so one of so many numbers is free. */
    for (int i = 2; i <= DATA_MOST_COLUMNS + 1; i++) {
        length = (size_t)snprintf(numbered, sizeof numbered, "%s (%d)", settled, i);
        if (find_exact(table, numbered, length) < 0)
            break;
    }
    return new_column(table, numbered, length, err);
}

/* ---- rows ---- */

static bool more_rows(struct data_table *table, struct err *err)
{
    size_t capacity = table->row_capacity ? table->row_capacity * 2 : FIRST_ROWS;
    size_t columns = table->column_count ? table->column_count : 1, most = DATA_MOST_CELLS / columns;
    capacity = capacity > most ? most : capacity;
    if (capacity <= table->row_count)
        return too_large(err);
    for (size_t i = 0; i < table->column_count; i++) {
        uint64_t *cells = realloc(table->columns[i].cells, capacity * sizeof *cells);
        if (!cells)
            return no_memory(err); /* those that grew have room to spare: no harm */
        table->columns[i].cells = cells;
    }
    table->row_capacity = capacity;
    return true;
}

bool data_table_add_row(struct data_table *table, struct err *err)
{
    if (table->row_count == table->row_capacity && !more_rows(table, err))
        return false;
    for (size_t i = 0; i < table->column_count; i++)
        table->columns[i].cells[table->row_count] = CELL_ABSENT;
    table->row_count++;
    table->columns_before = table->column_count;
    table->next = 0;
    return true;
}

void data_table_drop_row(struct data_table *table)
{
    table->row_count--;
    while (table->column_count > table->columns_before)
        free(table->columns[--table->column_count].cells);
}

/* ---- cells ---- */

static void set(struct data_table *table, int column, uint64_t cell)
{
    table->columns[column].cells[table->row_count - 1] = cell;
}

void data_table_set_number(struct data_table *table, int column, double number)
{
    uint64_t cell = CELL_NAN;
    if (!isnan(number))
        memcpy(&cell, &number, sizeof cell);
    set(table, column, cell);
}

void data_table_set_bool(struct data_table *table, int column, bool value)
{
    set(table, column, value ? CELL_TRUE : CELL_FALSE);
}

static uint64_t hash_text(const char *text, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3;
    return hash ^ hash >> 32;
}

bool data_table_set_text(
    struct data_table *table, int column, const char *text, size_t length, struct err *err)
{
    length = length < DATA_MOST_CELL_BYTES ? length : DATA_MOST_CELL_BYTES;
    const char *nul = length ? memchr(text, '\0', length) : NULL;
    length = nul ? (size_t)(nul - text) : length; /* it will be a C string */
    uint64_t *recent = &table->recent[hash_text(text, length) % RECENT];
    const char *held = *recent == CELL_ABSENT ? NULL : table->texts + (*recent & TEXT_PLACE);
    if (!held || strncmp(held, text, length) != 0 || held[length]) {
        if (table->text_bytes + length + 1 > DATA_MOST_TEXT_BYTES)
            return err_set(err, ERR_LIMIT, "the texts of a table take at most 2 GB");
        if (!GROW(table->texts, table->text_capacity, table->text_bytes + length + 1))
            return no_memory(err);
        *recent = CELL_TEXT | table->text_bytes;
        if (length)
            memcpy(table->texts + table->text_bytes, text, length);
        table->texts[table->text_bytes + length] = '\0';
        table->text_bytes += length + 1;
    }
    set(table, column, *recent);
    return true;
}

/* 0042 and 12345678901234567890 name things. */
static bool is_id(const char *text, size_t length, double number)
{
    size_t sign = length && (*text == '-' || *text == '+');
    bool padded = length > sign + 1 && text[sign] == '0' && isdigit((unsigned char)text[sign + 1]);
    return padded || (fabs(number) >= MOST_WHOLE && isfinite(number) && length > 15 &&
                         !memchr(text, '.', length) && !memchr(text, 'e', length) &&
                         !memchr(text, 'E', length));
}

bool data_table_set_parsed(
    struct data_table *table, int column, const char *text, size_t length, struct err *err)
{
    double number;
    if (length == 4 && strncasecmp(text, "true", 4) == 0)
        data_table_set_bool(table, column, true);
    else if (length == 5 && strncasecmp(text, "false", 5) == 0)
        data_table_set_bool(table, column, false);
    else if (num_parse(text, length, &number) && !is_id(text, length, number))
        data_table_set_number(table, column, number);
    else
        return data_table_set_text(table, column, text, length, err);
    return true;
}

void data_table_note(struct data_table *table, const char *format, ...)
{
    va_list args;
    if (table->note_count == DATA_MOST_NOTES)
        return;
    va_start(args, format);
    vsnprintf(table->notes[table->note_count++], DATA_NOTE_BYTES, format, args);
    va_end(args);
}

/* ---- reading ---- */

static struct data_value read_cell(const struct data_table *table, uint64_t cell)
{
    switch (cell & ~TEXT_PLACE) {
    case CELL_ABSENT:
        return (struct data_value){.type = DATA_ABSENT};
    case CELL_FALSE:
        return (struct data_value){.type = DATA_BOOL, .number = (double)(cell & 1)};
    case CELL_TEXT:
        return (struct data_value){DATA_TEXT, 0, table->texts + (cell & TEXT_PLACE)};
    default: {
        struct data_value value = {.type = DATA_NUMBER};
        memcpy(&value.number, &cell, sizeof cell);
        return value;
    }
    }
}

struct data_value data_table_get(const struct data_table *table, size_t row, size_t column)
{
    return read_cell(table, table->columns[column].cells[row]);
}

/* What the numbers of a column have in common. */
struct spread {
    double largest, smallest; /* of the absolute finite values that are not 0 */
    int decimals;             /* that tell all of them; MOST_DECIMALS + 1 for more */
};

static void add_to_spread(struct spread *spread, double number)
{
    static const double POWERS[] = {1, 10, 100, 1000, 10000};
    double size = fabs(number);
    if (!isfinite(number) || number == 0)
        return;
    spread->largest = fmax(spread->largest, size);
    spread->smallest = fmin(spread->smallest, size);
    while (spread->decimals <= MOST_DECIMALS) {
        double moved = size * POWERS[spread->decimals];
        if (moved >= MOST_WHOLE || fabs(moved - nearbyint(moved)) <= 1e-14 * moved)
            return;
        spread->decimals++;
    }
}

static int choose_decimals(const struct spread *spread)
{
    if (spread->decimals <= MOST_DECIMALS && spread->largest < (spread->decimals ? 1e12 : 1e15))
        return spread->decimals;
    int whole = spread->largest < 1 ? 1 : (int)floor(log10(spread->largest)) + 1;
    int decimals = whole >= SHOWN_DIGITS ? 1 : SHOWN_DIGITS - whole;
    /* Two digits of the smallest have to be seen. */
    bool enough = spread->smallest >= pow(10, 1 - decimals);
    return spread->largest < 1e12 && enough ? decimals : -1;
}

static void finish_column(const struct data_table *table, struct data_column *column)
{
    struct spread spread = {0, INFINITY, 0};
    for (size_t i = 0; i < table->row_count; i++) {
        struct data_value value = read_cell(table, column->cells[i]);
        if (value.type == DATA_ABSENT)
            continue;
        if (value.type == DATA_NUMBER)
            add_to_spread(&spread, value.number);
        if (column->present++ == 0)
            column->type = value.type;
        else if (column->type != value.type)
            column->type = DATA_TEXT;
    }
    column->decimals = choose_decimals(&spread);
}

void data_table_finish(struct data_table *table)
{
    for (size_t i = 0; i < table->column_count; i++)
        finish_column(table, &table->columns[i]);
    free(table->recent);
    table->recent = NULL;
}

/* Equal but for blanks and the case of ASCII letters. */
static bool same_name(const char *a, const char *b)
{
    for (;; a++, b++) {
        a += strspn(a, " \t");
        b += strspn(b, " \t");
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        if (!*a)
            return true;
    }
}

static const char *last_part(const char *name)
{
    const char *last = name;
    for (const char *at = name; *at; at++)
        if ((*at == '/' || *at == '.') && at[1])
            last = at + 1;
    return last;
}

int data_table_find(const struct data_table *table, const char *name)
{
    int exact = find_exact(table, name, strlen(name)), ending = -1, endings = 0;
    if (exact >= 0)
        return exact;
    for (size_t i = 0; i < table->column_count; i++) {
        if (same_name(table->columns[i].name, name))
            return (int)i;
        if (same_name(last_part(table->columns[i].name), name)) {
            ending = (int)i;
            endings++;
        }
    }
    return endings == 1 ? ending : -1;
}

void data_table_print(
    const struct data_table *table, size_t row, size_t column, char *out, size_t out_bytes)
{
    struct data_value value = data_table_get(table, row, column);
    int decimals = table->columns[column].decimals;
    switch (value.type) {
    case DATA_ABSENT:
        out[0] = '\0';
        break;
    case DATA_BOOL:
        snprintf(out, out_bytes, "%s", value.number != 0 ? "true" : "false");
        break;
    case DATA_TEXT:
        snprintf(out, out_bytes, "%s", value.text);
        break;
    case DATA_NUMBER:
        if (decimals < 0 || !isfinite(value.number))
            num_print_short(value.number, SHOWN_DIGITS, out, out_bytes);
        else
            snprintf(out, out_bytes, "%.*f", decimals, value.number);
        break;
    }
}
