#include "screen/prompt.h"

#include "base/text.h"

#include <string.h>

static bool is_mark(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

void prompt_set(struct prompt *prompt, const char *text)
{
    *prompt = (struct prompt){0};
    if (text)
        prompt_insert(prompt, text, strlen(text));
}

bool prompt_insert(struct prompt *prompt, const char *bytes, size_t length)
{
    bool came = false;
    for (const char *at = bytes, *end = bytes + length; at < end;) {
        int32_t code;
        size_t used = text_decode(at, end, &code);
        if (code == '\n' || code == '\t')
            code = ' ';
        if (code >= 0 && !text_code_is_harmful(code) && prompt->length + used < PROMPT_BYTES) {
            char *here = prompt->text + prompt->cursor;
            memmove(here + used, here, prompt->length - prompt->cursor + 1);
            text_encode(code, here);
            prompt->length += used;
            prompt->cursor += used;
            came = true;
        }
        at += used;
    }
    return came;
}

/* A step over one code point, or one word (blanks and what is behind them), to the left or right.
 */
static size_t step_left(const struct prompt *prompt, bool word)
{
    size_t at = prompt->cursor;
    if (!word) {
        while (at > 0 && is_mark(prompt->text[--at]))
            continue;
        return at;
    }
    while (at > 0 && prompt->text[at - 1] == ' ')
        at--;
    while (at > 0 && prompt->text[at - 1] != ' ')
        at--;
    return at;
}

static size_t step_right(const struct prompt *prompt, bool word)
{
    size_t at = prompt->cursor;
    if (!word) {
        if (at < prompt->length)
            at++;
        while (at < prompt->length && is_mark(prompt->text[at]))
            at++;
        return at;
    }
    while (at < prompt->length && prompt->text[at] == ' ')
        at++;
    while (at < prompt->length && prompt->text[at] != ' ')
        at++;
    return at;
}

static enum prompt_answer cut(struct prompt *prompt, size_t from, size_t to)
{
    if (from == to)
        return PROMPT_MOVED;
    memmove(prompt->text + from, prompt->text + to, prompt->length - to + 1);
    prompt->length -= to - from;
    prompt->cursor = from;
    return PROMPT_EDITED;
}

static enum prompt_answer move(struct prompt *prompt, size_t to)
{
    prompt->cursor = to;
    return PROMPT_MOVED;
}

static enum prompt_answer control(struct prompt *prompt, int32_t key)
{
    switch (key) {
    case 'a':
        return move(prompt, 0);
    case 'e':
        return move(prompt, prompt->length);
    case 'b':
        return move(prompt, step_left(prompt, false));
    case 'f':
        return move(prompt, step_right(prompt, false));
    case 'd':
        return cut(prompt, prompt->cursor, step_right(prompt, false));
    case 'h':
        return cut(prompt, step_left(prompt, false), prompt->cursor);
    case 'w':
    case KEY_BACKSPACE:
        return cut(prompt, step_left(prompt, true), prompt->cursor);
    case 'u':
        return cut(prompt, 0, prompt->cursor);
    case 'k':
        return cut(prompt, prompt->cursor, prompt->length);
    case KEY_LEFT:
        return move(prompt, step_left(prompt, true));
    case KEY_RIGHT:
        return move(prompt, step_right(prompt, true));
    case 'c':
    case 'g':
        return PROMPT_CANCELLED;
    default:
        return PROMPT_IGNORED;
    }
}

static enum prompt_answer plain(struct prompt *prompt, int32_t key)
{
    switch (key) {
    case KEY_ENTER:
        return PROMPT_ACCEPTED;
    case KEY_ESC:
        return PROMPT_CANCELLED;
    case KEY_LEFT:
        return move(prompt, step_left(prompt, false));
    case KEY_RIGHT:
        return move(prompt, step_right(prompt, false));
    case KEY_HOME:
        return move(prompt, 0);
    case KEY_END:
        return move(prompt, prompt->length);
    case KEY_DELETE:
        return cut(prompt, prompt->cursor, step_right(prompt, false));
    case KEY_BACKSPACE:
        if (prompt->length == 0)
            return PROMPT_CANCELLED;
        return cut(prompt, step_left(prompt, false), prompt->cursor);
    default:
        break;
    }
    if (key >= KEY_ENTER)
        return PROMPT_IGNORED;
    char bytes[4];
    return prompt_insert(prompt, bytes, text_encode(key, bytes)) ? PROMPT_EDITED : PROMPT_MOVED;
}

enum prompt_answer prompt_event(struct prompt *prompt, const struct event *event)
{
    if (event->kind == EVENT_PASTE)
        return prompt_insert(prompt, event->text, event->length) ? PROMPT_EDITED : PROMPT_MOVED;
    if (event->kind != EVENT_KEY)
        return PROMPT_IGNORED;
    if (event->mods & KEY_CTRL)
        return control(prompt, event->key);
    if (event->mods & KEY_ALT) {
        if (event->key == 'b' || event->key == 'f')
            return control(prompt, event->key == 'b' ? KEY_LEFT : KEY_RIGHT);
        return event->key == KEY_BACKSPACE ? control(prompt, 'w') : PROMPT_IGNORED;
    }
    return plain(prompt, event->key);
}

/* Columns of [from, to) of the text. */
static int span_cols(const struct prompt *prompt, size_t from, size_t to)
{
    int cols = 0;
    for (const char *at = prompt->text + from, *end = prompt->text + to; at < end;) {
        int32_t code;
        at += text_decode(at, end, &code);
        cols += code < 0 ? 1 : text_code_cols(code);
    }
    return cols;
}

void prompt_draw(
    const struct prompt *prompt, struct grid *grid, int row, int col, int cols, const char *label)
{
    struct rect before = grid_clip(grid, (struct rect){row, col, 1, cols > 0 ? cols : 0});
    grid_fill(grid, (struct rect){row, col, 1, cols}, STYLE_IS(PROMPT), ' ');
    int used = grid_text(grid, row, col, cols, STYLE_IS(KEY), label);
    int room = cols - used - 1;
    size_t from = 0;
    while (from < prompt->cursor && span_cols(prompt, from, prompt->cursor) > room) {
        from++;
        while (from < prompt->cursor && is_mark(prompt->text[from]))
            from++;
    }
    int at = col + used;
    grid_text_bytes(
        grid, row, at, room + 1, STYLE_IS(PROMPT), prompt->text + from, prompt->length - from);
    grid_cursor(grid, row, at + span_cols(prompt, from, prompt->cursor));
    grid_unclip(grid, before);
}
