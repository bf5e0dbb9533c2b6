#include "work/print_table.h"

#include "base/json_writer.h"
#include "base/num.h"
#include "base/text.h"

#include <string.h>

static const char ABSENT[] = "\xe2\x80\x93"; /* en dash: never logged */

bool print_format_parse(const char *name, enum print_format *format, struct err *err)
{
    static const char *const NAMES[] = {"table", "csv", "tsv", "json", "markdown", "latex"};
    *format = PRINT_TABLE;
    for (size_t i = 0; name && i < sizeof NAMES / sizeof *NAMES; i++)
        if (strcmp(name, NAMES[i]) == 0) {
            *format = (enum print_format)i;
            return true;
        }
    return !name || err_set(err, ERR_USAGE,
                        "--format is table, csv, tsv, json, markdown or latex, not \"%.40s\"", name);
}

/* The text of a cell made harmless, in BUFFER. */
static const char *harmless(const char *text, char *buffer, size_t bytes)
{
    text_harmless(buffer, bytes, text, strlen(text));
    return buffer;
}

static void pad(struct buf *out, int cols)
{
    while (cols-- > 0)
        buf_add_char(out, ' ');
}

static int widest(const struct print_table *table, size_t column)
{
    char text[1024];
    int width = text_cols(harmless(table->titles[column], text, sizeof text));
    for (size_t row = 0; row < table->rows; row++) {
        const struct print_cell *cell = &table->cells[row * table->columns + column];
        int cols = cell->text ? text_cols(harmless(cell->text, text, sizeof text)) : 1;
        if (cols > width)
            width = cols;
    }
    return width;
}

static bool is_numeric(const struct print_table *table, size_t column)
{
    bool any = false;
    for (size_t row = 0; row < table->rows; row++) {
        const struct print_cell *cell = &table->cells[row * table->columns + column];
        if (cell->text && !cell->is_number)
            return false;
        any |= cell->text != NULL;
    }
    return any;
}

static void print_aligned_row(const struct print_table *table, const int *widths,
    const struct print_cell *cells, const bool *right, struct buf *out)
{
    for (size_t c = 0; c < table->columns; c++) {
        char text[1024];
        const char *shown = harmless(cells[c].text ? cells[c].text : ABSENT, text, sizeof text);
        int space = widths[c] - text_cols(shown);
        if (c)
            buf_add_string(out, "  ");
        if (right[c])
            pad(out, space);
        buf_add_string(out, shown);
        if (!right[c] && c + 1 < table->columns)
            pad(out, space);
    }
    buf_add_char(out, '\n');
}

enum { MOST_COLUMNS = 1024 };

static void print_aligned(const struct print_table *table, struct buf *out)
{
    int widths[MOST_COLUMNS];
    bool right[MOST_COLUMNS];
    struct print_cell titles[MOST_COLUMNS];
    for (size_t c = 0; c < table->columns; c++) {
        widths[c] = widest(table, c);
        right[c] = is_numeric(table, c);
        titles[c].text = table->titles[c];
    }
    print_aligned_row(table, widths, titles, right, out);
    for (size_t row = 0; row < table->rows; row++)
        print_aligned_row(table, widths, table->cells + row * table->columns, right, out);
}

static void add_markdown_cell(struct buf *out, const char *text, bool is_best)
{
    char shown[1024];
    buf_add_string(out, is_best ? " **" : " ");
    for (const char *at = harmless(text, shown, sizeof shown); *at; at++) {
        if (*at == '|')
            buf_add_char(out, '\\');
        buf_add_char(out, *at);
    }
    buf_add_string(out, is_best ? "** |" : " |");
}

static void print_markdown(const struct print_table *table, struct buf *out)
{
    buf_add_char(out, '|');
    for (size_t c = 0; c < table->columns; c++)
        add_markdown_cell(out, table->titles[c], false);
    buf_add_string(out, "\n|");
    for (size_t c = 0; c < table->columns; c++)
        buf_add_string(out, is_numeric(table, c) ? " ---: |" : " --- |");
    for (size_t row = 0; row < table->rows; row++) {
        buf_add_string(out, "\n|");
        for (size_t c = 0; c < table->columns; c++) {
            const struct print_cell *cell = &table->cells[row * table->columns + c];
            add_markdown_cell(out, cell->text ? cell->text : ABSENT, cell->is_best);
        }
    }
    buf_add_char(out, '\n');
}

static void add_latex_text(struct buf *out, const char *text)
{
    static const struct {
        char letter;
        const char *spelt;
    } SPELT[] = {{'\\', "\\textbackslash{}"}, {'~', "\\textasciitilde{}"},
        {'^', "\\textasciicircum{}"}, {'<', "\\textless{}"}, {'>', "\\textgreater{}"},
        {'|', "\\textbar{}"}, {'"', "\\textquotedbl{}"}};
    char shown[1024];
    for (const char *at = harmless(text, shown, sizeof shown); *at; at++) {
        const char *spelt = NULL;
        for (size_t i = 0; i < sizeof SPELT / sizeof *SPELT && !spelt; i++)
            spelt = SPELT[i].letter == *at ? SPELT[i].spelt : NULL;
        if (strchr("&%$#_{}", *at))
            buf_add_char(out, '\\');
        if (spelt)
            buf_add_string(out, spelt);
        else
            buf_add_char(out, *at);
    }
}

static void add_latex_cell(struct buf *out, const char *text, bool is_best)
{
    buf_add_string(out, is_best ? "\\textbf{" : "");
    if (text)
        add_latex_text(out, text);
    else
        buf_add_string(out, "--");
    buf_add_string(out, is_best ? "}" : "");
}

static void print_latex(const struct print_table *table, struct buf *out)
{
    buf_add_string(out, "\\begin{tabular}{");
    for (size_t c = 0; c < table->columns; c++)
        buf_add_char(out, is_numeric(table, c) ? 'r' : 'l');
    buf_add_string(out, "}\n\\toprule\n");
    for (size_t c = 0; c < table->columns; c++) {
        buf_add_string(out, c ? " & " : "");
        add_latex_cell(out, table->titles[c], false);
    }
    buf_add_string(out, " \\\\\n\\midrule\n");
    for (size_t i = 0; i < table->rows * table->columns; i++) {
        buf_add_string(out, i % table->columns ? " & " : "");
        add_latex_cell(out, table->cells[i].text, table->cells[i].is_best);
        buf_add_string(out, (i + 1) % table->columns ? "" : " \\\\\n");
    }
    buf_add_string(out, "\\bottomrule\n\\end{tabular}\n");
}

static void add_separated(struct buf *out, const char *text, char separator)
{
    char shown[4096];
    harmless(text ? text : "", shown, sizeof shown);
    bool quoted = separator == ',' && strpbrk(shown, ",\"");
    if (quoted)
        buf_add_char(out, '"');
    for (const char *at = shown; *at; at++) {
        if (quoted && *at == '"')
            buf_add_char(out, '"');
        buf_add_char(out, *at);
    }
    if (quoted)
        buf_add_char(out, '"');
}

static void print_separated(const struct print_table *table, char separator, struct buf *out)
{
    for (size_t c = 0; c < table->columns; c++) {
        if (c)
            buf_add_char(out, separator);
        add_separated(out, table->titles[c], separator);
    }
    buf_add_char(out, '\n');
    for (size_t i = 0; i < table->rows * table->columns; i++) {
        add_separated(out, table->cells[i].text, separator);
        buf_add_char(out, (i + 1) % table->columns ? separator : '\n');
    }
}

static void print_json(const struct print_table *table, struct buf *out)
{
    struct json_writer json;
    json_writer_init(&json, out, true);
    json_writer_array(&json);
    for (size_t row = 0; row < table->rows; row++) {
        json_writer_object(&json);
        for (size_t c = 0; c < table->columns; c++) {
            const struct print_cell *cell = &table->cells[row * table->columns + c];
            double number;
            json_writer_key(&json, table->titles[c]);
            if (cell->text && cell->is_number && num_parse(cell->text, strlen(cell->text), &number))
                json_writer_number(&json, number);
            else if (cell->text && cell->is_bool)
                json_writer_bool(&json, strcmp(cell->text, "true") == 0);
            else
                json_writer_string(&json, cell->text);
        }
        json_writer_object_end(&json);
    }
    json_writer_array_end(&json);
    buf_add_char(out, '\n');
}

void print_table(const struct print_table *table, enum print_format format, struct buf *out)
{
    switch (format) {
    case PRINT_TABLE:
        print_aligned(table, out);
        break;
    case PRINT_MARKDOWN:
        print_markdown(table, out);
        break;
    case PRINT_LATEX:
        print_latex(table, out);
        break;
    case PRINT_JSON:
        print_json(table, out);
        break;
    case PRINT_CSV:
        print_separated(table, ',', out);
        break;
    case PRINT_TSV:
        print_separated(table, '\t', out);
        break;
    }
}
