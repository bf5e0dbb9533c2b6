/*
 * Splits one record of separated values into cells.
 * Knows: separators, quotes, blanks. Must not know: what columns mean, or files.
 *
 * Cells point into the record, or (where a doubled quote had to be undone) into a buffer of the
 * struct: either way they are valid until the next csv_split() and only as long as the record is.
 * Memory grows to the widest record and is reused, so that a row costs no allocation.
 */
#pragma once

#include "base/buf.h"

enum { CSV_MAX_CELLS = 1 << 16, CSV_MAX_RECORD_BYTES = 16 << 20 };

struct csv_cell {
    const char *text; /* not NUL-terminated */
    size_t length;
    bool quoted; /* stood in quotes: then its blanks are its own, and "" differs from nothing */
};

struct csv {
    struct csv_cell *cells;
    size_t count, capacity;
    char separator;
    struct buf unquoted;
};

void csv_init(struct csv *csv, char separator);
void csv_done(struct csv *csv); /* accepts a zeroed struct */

/* The likeliest of comma, semicolon and tab in a header line: the most frequent outside quotes, the
 * comma when there is none. */
char csv_guess_separator(const char *line, size_t length);
/* True when a quoted cell is still open at the end: the record goes on in the next line (join them
 * with
 * "\n" and split the whole). */
bool csv_is_open(const char *record, size_t length, char separator);
/*
 * Splits RECORD, with or without its line end. Blanks (space, tab unless it separates, CR, LF)
 * around cells are trimmed. A quote opens a quoted cell only at the cell's beginning; what follows
 * a closing quote up to the separator is dropped; a quote that nothing closes reaches to the end.
 * An empty record has no cells. False when out of memory, or beyond the two maxima above; count is
 * then 0.
 */
bool csv_split(struct csv *csv, const char *record, size_t length);
/* The first cell equal to NAME, or -1: for the header, before the next csv_split(). */
int csv_find(const struct csv *csv, const char *name);
/* Below, equal to or above 0 as A stands before, beside or behind B, byte by byte. */
int csv_compare(const struct csv_cell *a, const struct csv_cell *b);

/* ---- for those who walk through a record without quotes themselves ---- */

static inline bool csv_is_blank(char c, char separator)
{
    return (c == ' ' || c == '\t' || c == '\r' || c == '\n') && c != separator;
}

/* The first byte at or behind AT that is no blank, or END. */
static inline const char *csv_skip_blanks(const char *at, const char *end, char separator)
{
    while (at < end && csv_is_blank(*at, separator))
        at++;
    return at;
}

/* END, moved back to AT at most, without the blanks before it. */
static inline const char *csv_trim_blanks(const char *at, const char *end, char separator)
{
    while (end > at && csv_is_blank(end[-1], separator))
        end--;
    return end;
}
