#include "view/line.h"

#include "base/text.h"

#include <string.h>

enum { TAB_COLS = 4 };

/* What a terminal would leave of a line that was written over again: progress bars. */
static const char *behind_return(const char *line, size_t *length)
{
    size_t from = *length;
    while (from && line[from - 1] != '\r')
        from--;
    *length -= from;
    return line + from;
}

/* Bytes of LINE behind its first SKIP characters. */
static const char *skip_characters(const char *line, size_t *length, size_t skip)
{
    const char *end = line + *length;
    int32_t code;
    while (skip-- && line < end)
        line += text_decode(line, end, &code);
    *length = (size_t)(end - line);
    return line;
}

void line_draw(struct grid *grid, struct rect place, struct style style, const struct lines *lines,
    size_t line, size_t left)
{
    char shown[LINE_MOST_BYTES];
    size_t length, kept = 0;
    const char *text = lines_at(lines, line, &length);
    text = behind_return(text, &length);
    text = skip_characters(text, &length, left);
    size_t at = 0;
    for (; at < length && kept + TAB_COLS < sizeof shown; at++) {
        if (text[at] != '\t') {
            shown[kept++] = text[at];
            continue;
        }
        memset(shown + kept, ' ', TAB_COLS);
        kept += TAB_COLS;
    }
    char harmless[LINE_MOST_BYTES];
    text_harmless(harmless, sizeof harmless, shown, kept);
    bool cut = at < length || text_cols(harmless) > place.cols;
    struct rect shown_in = {place.row, place.col, 1, place.cols - cut};
    struct rect before = grid_clip(grid, shown_in); /* cut without an ellipsis: '>' says it */
    grid_text(grid, place.row, place.col, LINE_MOST_BYTES, style, harmless);
    grid_unclip(grid, before);
    if (cut && place.cols > 0)
        grid_text(grid, place.row, place.col + place.cols - 1, 1, STYLE_IS(ACCENT), ">");
}
