#include "escapes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool escapes_wrong(char wrong[ESCAPES_WRONG_BYTES], const char *format, ...)
{
    if (!wrong[0]) {
        va_list args;
        va_start(args, format);
        vsnprintf(wrong, ESCAPES_WRONG_BYTES, format, args);
        va_end(args);
    }
    return false;
}

bool escapes_feed(const struct escapes *escapes, void *self, struct cursor *cursor,
    char wrong[ESCAPES_WRONG_BYTES], const char *bytes, size_t length)
{
    const char *at = bytes, *end = bytes + length;
    size_t close = strlen(escapes->terminator);
    while (at < end) {
        if (*at++ != '\x1b' || at == end)
            return escapes_wrong(wrong, "text outside of sequences");
        char c = *at++;
        if (c == '7') {
            cursor->saved_row = cursor->row;
            cursor->saved_col = cursor->col;
        } else if (c == '8') {
            cursor->row = cursor->saved_row;
            cursor->col = cursor->saved_col;
        } else if (c == '[') {
            if (!escapes->csi(self, &at, end))
                return false;
        } else if (c == escapes->introducer) {
            const char *stop = memmem(at, (size_t)(end - at), escapes->terminator, close);
            if (!stop || !escapes->string(self, at, stop))
                return escapes_wrong(wrong, "ESC %c without end", c);
            at = stop + close;
        } else {
            return escapes_wrong(wrong, "ESC %c", c);
        }
    }
    return true;
}
