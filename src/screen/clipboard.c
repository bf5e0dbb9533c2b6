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

bool clipboard_print(const void *text, size_t length, bool in_tmux, struct buf *out)
{
    if ((length + 2) / 3 * 4 > CLIPBOARD_MOST_BASE64)
        return false;
    buf_add_string(out, "\033]52;c;");
    buf_add_base64(out, text, length);
    buf_add_string(out, "\033\\");
    if (in_tmux) {
        buf_add_string(out, "\033Ptmux;\033\033]52;c;");
        buf_add_base64(out, text, length);
        buf_add_string(out, "\a\033\\"); /* BEL: an ST inside would have to be doubled too */
    }
    return true;
}
