#include "view/copy_forms.h"

const char COPY_FORMS[] = "copy the table: t TSV  c CSV  m Markdown  l LaTeX   "
                          "the row: T C M L";

bool copy_form(const struct event *event, enum print_format *format, bool *whole)
{
    static const struct {
        int32_t table, row;
        enum print_format format;
    } FORMS[] = {{'t', 'T', PRINT_TSV}, {'c', 'C', PRINT_CSV}, {'m', 'M', PRINT_MARKDOWN},
        {'l', 'L', PRINT_LATEX}};
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++)
        if (event->kind == EVENT_KEY && !event->mods &&
            (event->key == FORMS[i].table || event->key == FORMS[i].row)) {
            *format = FORMS[i].format;
            *whole = event->key == FORMS[i].table;
            return true;
        }
    return false;
}
