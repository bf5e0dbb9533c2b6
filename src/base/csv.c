#include "base/csv.h"

#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

void csv_init(struct csv *csv, char separator)
{
    *csv = (struct csv){.separator = separator};
    buf_init(&csv->unquoted, CSV_MAX_RECORD_BYTES);
}

void csv_done(struct csv *csv)
{
    free(csv->cells);
    buf_done(&csv->unquoted);
    csv_init(csv, csv->separator);
}

/* The closing quote of the cell whose text begins at AT, or NULL. *DOUBLED: quotes stand inside. */
static const char *closing_quote(const char *at, const char *end, bool *doubled)
{
    *doubled = false;
    while (at < end) {
        at = memchr(at, '"', (size_t)(end - at));
        if (!at)
            return NULL;
        if (at + 1 == end || at[1] != '"')
            return at;
        *doubled = true;
        at += 2;
    }
    return NULL;
}

static const char *next_separator(const char *at, const char *end, char separator)
{
    const char *found = at < end ? memchr(at, separator, (size_t)(end - at)) : NULL;
    return found ? found : end;
}

char csv_guess_separator(const char *line, size_t length)
{
    static const char CANDIDATES[] = ",;\t";
    size_t counts[3] = {0};
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        const char *found = line[i] ? strchr(CANDIDATES, line[i]) : NULL;
        if (line[i] == '"')
            quoted = !quoted;
        else if (found && !quoted)
            counts[found - CANDIDATES]++;
    }
    size_t best = 0;
    for (size_t i = 1; i < 3; i++)
        if (counts[i] > counts[best])
            best = i;
    return CANDIDATES[best];
}

bool csv_is_open(const char *record, size_t length, char separator)
{
    const char *at = record, *end = length ? record + length : record;
    while (at < end) {
        at = csv_skip_blanks(at, end, separator);
        if (at < end && *at == '"') {
            bool doubled;
            at = closing_quote(at + 1, end, &doubled);
            if (!at)
                return true;
        }
        at = next_separator(at, end, separator);
        at += at < end;
    }
    return false;
}

/* Copies a quoted cell with its doubled quotes undone; there is room for the whole record. */
static struct csv_cell undouble(struct buf *buf, const char *at, const char *end)
{
    struct csv_cell cell = {.text = buf->data + buf->length, .quoted = true};
    for (; at < end; at++) {
        buf->data[buf->length++] = *at;
        cell.length++;
        if (*at == '"' && at + 1 < end && at[1] == '"')
            at++;
    }
    return cell;
}

/* The cell at AT; *NEXT is its separator or the end. */
static struct csv_cell take_cell(
    struct csv *csv, const char *at, const char *end, const char **next)
{
    at = csv_skip_blanks(at, end, csv->separator);
    if (at < end && *at == '"') {
        bool doubled;
        const char *close = closing_quote(at + 1, end, &doubled);
        *next = close ? next_separator(close + 1, end, csv->separator) : end;
        if (!close)
            close = end;
        if (doubled)
            return undouble(&csv->unquoted, at + 1, close);
        return (struct csv_cell){at + 1, (size_t)(close - at - 1), true};
    }
    *next = next_separator(at, end, csv->separator);
    const char *last = csv_trim_blanks(at, *next, csv->separator);
    return (struct csv_cell){at, (size_t)(last - at), false};
}

bool csv_split(struct csv *csv, const char *record, size_t length)
{
    const char *end = length ? record + length : record;
    csv->count = 0;
    buf_clear(&csv->unquoted);
    while (end > record && (end[-1] == '\n' || end[-1] == '\r'))
        end--;
    if (end == record)
        return true;
    if (length > CSV_MAX_RECORD_BYTES)
        return false;
    /* All at once, since cells point into it: it must not move. */
    if (memchr(record, '"', length) && !buf_reserve(&csv->unquoted, length))
        return false;
    const char *at = record;
    for (;; at++) {
        if (csv->count == CSV_MAX_CELLS || !GROW(csv->cells, csv->capacity, csv->count + 1)) {
            csv->count = 0;
            return false;
        }
        csv->cells[csv->count++] = take_cell(csv, at, end, &at);
        if (at == end)
            return true;
    }
}

int csv_find(const struct csv *csv, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < csv->count; i++)
        if (csv->cells[i].length == length && memcmp(csv->cells[i].text, name, length) == 0)
            return (int)i;
    return -1;
}

int csv_compare(const struct csv_cell *a, const struct csv_cell *b)
{
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order = shorter ? memcmp(a->text, b->text, shorter) : 0;
    return order ? order : (a->length > b->length) - (a->length < b->length);
}
