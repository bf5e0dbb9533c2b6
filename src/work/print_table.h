/*
 * Prints a table of texts as the person asked: aligned, CSV, TSV, JSON, Markdown or LaTeX.
 * Knows: rows and columns. Must not know: what they mean.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum print_format { PRINT_TABLE, PRINT_CSV, PRINT_TSV, PRINT_JSON, PRINT_MARKDOWN, PRINT_LATEX };

/* "table" (also NULL), "csv", "tsv", "json", "markdown", "latex". */
bool print_format_parse(const char *name, enum print_format *format, struct err *err);

struct print_cell {
    const char *text; /* raw bytes; NULL: absent */
    bool is_number;
    bool is_best; /* of its column: bold in Markdown and LaTeX */
    bool is_bool; /* "true" or "false", which JSON has too */
};

struct print_table {
    const char *const *titles;
    size_t columns, rows;
    const struct print_cell *cells; /* row by row */
};

/* Appends to OUT; everything that came from files is harmless in it. Absent cells are "–" in a
 * table, in Markdown and in LaTeX, empty in CSV and TSV, null in JSON (a list of objects). LaTeX is
 * a tabular of the package booktabs. */
void print_table(const struct print_table *table, enum print_format format, struct buf *out);
