/*
 * Logs of rows, as CSV or as JSON lines: which cell is the step, which the time, the rest are
 * metrics. Knows: the rules that both spellings share, bookmarks, damage. Must not know: which tool
 * wrote them.
 *
 * Rows become points in file order. A last line without its line end is left to the bookmark, for
 * it is still being written. What cannot be used is skipped and told of in one note a reading.
 */
#pragma once

#include "base/stream.h"
#include "readers/reader.h"

/* A number of a row of JSON. */
struct rows_cell {
    const char *name; /* LENGTH bytes, nested names joined by "/" */
    size_t length;
    double value;
    bool unprefixed; /* its metric's name is without the row's prefix */
};

enum { ROWS_MEMORY = 8 };

/* A whole row of JSON on its way to become points. */
struct rows_row {
    const char *line; /* as written, for what are no numbers */
    size_t line_length;
    struct rows_cell *cells; /* one may be changed, or taken out with rows_drop() */
    size_t count;
    int64_t step;
    const char *prefix; /* before the names of its metrics; "" at first */
    int64_t *memory;    /* ROWS_MEMORY numbers from row to row, kept with the mark; 0 at first */
};

struct rows_rules {
    /* NULL-terminated names, best first. The step is no metric; a better one's presence makes the
     * others metrics. Without any, rows count from 0. */
    const char *const *steps;
    const char *const *walls; /* dates: seconds or milliseconds since 1970, or ISO 8601 */
    const char *prefix;       /* of every metric's name */
    bool numbers_only; /* a cell that is no number is damage too, unless it says that it is missing
                        */
    bool parted; /* of CSV: line ends stand between rows, so that a settled file's last row is whole
                  */
    const char *last;  /* of CSV: what the last column is called, whatever its header says; NULL: as
                          it says */

    /* ---- of JSON only ---- */
    /* NULL, or how the items of a list of just so many numbers are called: "NAME/ITEM". Those of
     * other short lists are counted: "NAME/0". */
    const char *const *items;
    /* NULL, or says of a row what its step and metrics are; false: it has none. Without it the
     * rules above say so. */
    bool (*arrange)(void *self, struct rows_row *row);
    void *self;
};

/*
 * Reads from STREAM, which stands at MARK, and moves MARK behind the last whole row. Of SOURCE the
 * name is used, for notes, and whether it is settled: then a last row without its line end counts,
 * but for its last cell, which may be cut unless rows are parted, and MARK is reset. False, with
 * ERR, only when memory runs out.
 */
bool rows_read_csv(struct stream *stream, const struct reader_source *source,
    const struct rows_rules *rules, struct reader_mark *mark, struct sink *sink, struct err *err);
bool rows_read_json(struct stream *stream, const char *name, const struct rows_rules *rules,
    struct reader_mark *mark, struct sink *sink, struct err *err);
/* The whole file SOURCE from MARK on; false also when it cannot be opened. */
bool rows_read_json_file(const struct reader_source *source, const struct rows_rules *rules,
    struct reader_mark *mark, struct sink *sink, struct err *err);

/* The one object that the file PATH holds, as a row of step 0. False, with ERR, also when it cannot
 * be read. */
bool rows_read_json_object(const char *path, const char *name, const struct rows_rules *rules,
    struct sink *sink, struct err *err);
/* The objects of the list that the file PATH holds, as rows; in notes a row's number stands for its
 * line. False, with ERR, also when it cannot be read or is longer than ROWS_MAX_LINE_BYTES. */
bool rows_read_json_list(const char *path, const char *name, const struct rows_rules *rules,
    struct sink *sink, struct err *err);
/* For the `continues` of a reader: false when MARK is that of a table in CSV whose header is no
 * longer what it was. */
bool rows_continue_csv(const struct reader_source *source, const struct reader_mark *mark);

/* True when LINE, the first of a file, names a step: as a column of CSV, as a key of a JSON object.
 */
bool rows_is_csv_header(const struct rows_rules *rules, const char *line, size_t length);
bool rows_is_json_row(const struct rows_rules *rules, const char *line, size_t length);

/* True when one of the first lines of the file NAME is such a row of JSON, with its line end, and
 * none before it is anything but damage: documents of one object are not, nor are texts. */
bool rows_is_json_log(
    const struct reader_place *place, const char *name, const struct rows_rules *rules);

/* ---- for arrange() ---- */

/* The cell called NAME, NULL when the row has none. */
struct rows_cell *rows_find(const struct rows_row *row, const char *name);
/* Takes the cell called NAME out, if there is one. */
void rows_drop(struct rows_row *row, const char *name);
/* The text of the row's member NAME, unescaped, into the emptied TEXT; false when it is no text, or
 * too long. */
bool rows_text(const struct rows_row *row, const char *name, struct buf *text);

/* ---- for the two spellings ---- */

enum { ROWS_MAX_LINE_BYTES = 16 << 20 };

struct rows_damage {
    int64_t markers, broken;  /* rows skipped: merge markers, others */
    int64_t texts, fractions; /* cells left out; steps rounded */
    int64_t first_line, texts_line, fractions_line;
};

/* The index of NAME in NAMES, -1 when it is not there. */
int rows_name_index(const char *const *names, const char *name, size_t length);
bool rows_is_merge_marker(const char *line, size_t length);
bool rows_is_blank(const char *line, size_t length);
/* A cell that stands for a value that is not there: NA, N/A, None, null. */
bool rows_is_missing(const char *text, size_t length);
/* A step: whole numbers exactly, others rounded down with *FRACTION set. */
bool rows_parse_step(const char *text, size_t length, int64_t *step, bool *fraction);
/* A date; false also for numbers too small to be one (seconds since the start, say). */
bool rows_parse_wall(const char *text, size_t length, double *wall_s);
void rows_count_skipped(struct rows_damage *damage, int64_t line, bool marker);
/* The notes on FILE. False when the sink stopped. */
bool rows_note(const struct rows_damage *damage, struct sink *sink, const char *file);
