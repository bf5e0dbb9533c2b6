#include "screen/clipboard.h"

#include <string.h>

bool clipboard_is_safe(const char *term, const char *sty)
{
    /* The kernel's console and hardware terminals print what they do not know of an OSC. */
    static const char *const UNSAFE[] = {"dumb", "unknown", "linux", "vt", "ansi", "cons", "sun",
        "eterm", "cygwin", "emacs"};
    if (!term || !*term || (sty && *sty))
        return false;
    for (size_t i = 0; i < sizeof UNSAFE / sizeof *UNSAFE; i++)
        if (strncmp(term, UNSAFE[i], strlen(UNSAFE[i])) == 0)
            return false;
    return true;
}

static void add_base64(const unsigned char *bytes, size_t length, struct buf *out)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t three = (uint32_t)bytes[i] << 16;
        three |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        three |= left > 2 ? bytes[i + 2] : 0;
        char four[4] = {DIGITS[three >> 18], DIGITS[three >> 12 & 63],
            left > 1 ? DIGITS[three >> 6 & 63] : '=', left > 2 ? DIGITS[three & 63] : '='};
        buf_add(out, four, sizeof four);
    }
}

bool clipboard_print(const void *text, size_t length, bool in_tmux, struct buf *out)
{
    if ((length + 2) / 3 * 4 > CLIPBOARD_MOST_BASE64)
        return false;
    buf_add_string(out, "\033]52;c;");
    add_base64(text, length, out);
    buf_add_string(out, "\033\\");
    if (in_tmux) {
        buf_add_string(out, "\033Ptmux;\033\033]52;c;");
        add_base64(text, length, out);
        buf_add_string(out, "\a\033\\"); /* BEL: an ST inside would have to be doubled too */
    }
    return true;
}
