#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

enum { MOST_MARKS = 2, SPELLING_BYTES = 16 };

size_t text_decode(const char *at, const char *end, int32_t *code)
{
    if ((unsigned char)*at < 0x80) {
        *code = (unsigned char)*at;
        return 1;
    }
    utf8proc_int32_t found;
    utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)at, end - at, &found);
    *code = used > 0 ? found : -1;
    return used > 0 ? (size_t)used : 1;
}

size_t text_encode(int32_t code, char out[4])
{
    return (size_t)utf8proc_encode_char(code, (utf8proc_uint8_t *)out);
}

size_t text_mark_bytes(const char *text, size_t length)
{
    static const char MARK[] = "\xef\xbb\xbf";
    size_t bytes = sizeof MARK - 1;
    return length >= bytes && memcmp(text, MARK, bytes) == 0 ? bytes : 0;
}

int text_code_cols(int32_t code)
{
    if (code < 0x300)
        return 1;
    return utf8proc_charwidth(code);
}

bool text_code_is_harmful(int32_t code)
{
    if (code < 0x20 || (code >= 0x7f && code < 0xa0))
        return true;
    if (code < 0x300)
        return code == 0xad;
    /* Format characters without the category Cf: combining grapheme joiner, Hangul fillers,
     * variation selectors and the tag block. */
    if (code == 0x34f || code == 0x115f || code == 0x1160 || code == 0x3164 || code == 0xffa0 ||
        (code >= 0x17b4 && code <= 0x17b5) || (code >= 0x180b && code <= 0x180f) ||
        (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0000 && code <= 0xe0fff))
        return true;
    switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return true;
    default:
        return false;
    }
}

/* Spells one piece of TEXT into OUT (SPELLING_BYTES); returns its bytes, 0 to leave it out. */
static size_t spell(char *out, const char *at, size_t used, int32_t code, int *marks)
{
    if (code < 0)
        return (size_t)snprintf(out, SPELLING_BYTES, "\\x%02x", (unsigned char)*at);
    if (text_code_is_harmful(code))
        return (size_t)snprintf(
            out, SPELLING_BYTES, code < 0x100 ? "\\x%02x" : "\\u{%x}", (unsigned)code);
    *marks = text_code_cols(code) == 0 ? *marks + 1 : 0;
    if (*marks > MOST_MARKS)
        return 0;
    memcpy(out, at, used);
    return used;
}

size_t text_harmless(char *out, size_t out_bytes, const char *text, size_t length)
{
    size_t written = 0;
    int marks = 0;
    const char *end = text + length;
    for (const char *at = text; at < end;) {
        int32_t code;
        char piece[SPELLING_BYTES];
        size_t used = text_decode(at, end, &code);
        size_t bytes = spell(piece, at, used, code, &marks);
        if (written + bytes + 1 > out_bytes)
            break;
        memcpy(out + written, piece, bytes);
        written += bytes;
        at += used;
    }
    if (out_bytes)
        out[written] = '\0';
    return written;
}

int text_cols(const char *text)
{
    int cols = 0;
    const char *end = text + strlen(text);
    for (const char *at = text; at < end;) {
        int32_t code;
        at += text_decode(at, end, &code);
        cols += code < 0 ? 1 : text_code_cols(code);
    }
    return cols;
}

size_t text_fit(char *out, size_t out_bytes, const char *text, size_t length, int cols)
{
    static const char ELLIPSIS[] = "\xe2\x80\xa6";
    size_t written = text_harmless(out, out_bytes, text, length);
    if (text_cols(out) <= cols)
        return written;
    size_t kept = 0;
    int width = 0;
    const char *end = out + written;
    while (kept < written) {
        int32_t code;
        size_t used = text_decode(out + kept, end, &code);
        int wide = code < 0 ? 1 : text_code_cols(code);
        if (width + wide > cols - 1)
            break;
        width += wide;
        kept += used;
    }
    if (cols < 1 || kept + sizeof ELLIPSIS > out_bytes) {
        out[kept] = '\0';
        return kept;
    }
    memcpy(out + kept, ELLIPSIS, sizeof ELLIPSIS);
    return kept + sizeof ELLIPSIS - 1;
}

int text_compare_natural(const char *a, const char *b)
{
    const char *x = a, *y = b;
    while (*x && *x == *y)
        x++, y++;
    while (x > a && isdigit((unsigned char)x[-1])) /* a number is compared whole */
        x--, y--;
    while (*x && *y) {
        if (isdigit((unsigned char)*x) && isdigit((unsigned char)*y)) {
            while (*x == '0')
                x++;
            while (*y == '0')
                y++;
            size_t m = strspn(x, "0123456789"), n = strspn(y, "0123456789");
            if (m != n)
                return m < n ? -1 : 1;
            int order = strncmp(x, y, m);
            if (order)
                return order;
            x += m;
            y += n;
            continue;
        }
        int p = tolower((unsigned char)*x), q = tolower((unsigned char)*y);
        if (p != q)
            return p < q ? -1 : 1;
        x++;
        y++;
    }
    if (*x || *y)
        return *x ? 1 : -1;
    return strcmp(a, b);
}

bool text_same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* What strcasestr() makes ready for a search costs more than most texts are long; where it is worth
 * it, it is linear in any text. */
bool text_contains(const char *haystack, const char *needle)
{
    enum { SHORT_BYTES = 128 };
    int small = tolower((unsigned char)*needle), large = toupper((unsigned char)*needle);
    size_t length = strlen(needle);
    if (!length || strnlen(haystack, SHORT_BYTES) == SHORT_BYTES)
        return strcasestr(haystack, needle) != NULL;
    for (; *haystack; haystack++)
        if (((unsigned char)*haystack == small || (unsigned char)*haystack == large) &&
            strncasecmp(haystack, needle, length) == 0)
            return true;
    return false;
}

bool text_glob(const char *pattern, const char *path)
{
    /* Backtracking to the last star only, so the time is at most pattern x path. */
    const char *star = NULL, *retry = NULL;
    bool across = false;
    while (*path) {
        if (*pattern == '*') {
            across = pattern[1] == '*';
            pattern += across ? 2 : 1;
            if (across && *pattern == '/')
                pattern++;
            star = pattern;
            retry = path;
        } else if (*pattern == *path || (*pattern == '?' && *path != '/')) {
            pattern++;
            path++;
        } else if (star && (across || *retry != '/')) {
            pattern = star;
            path = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

int text_distance(const char *a, const char *b)
{
    enum { MOST = 255 };
    int row[MOST + 1];
    int a_length = (int)strnlen(a, MOST), b_length = (int)strnlen(b, MOST);
    for (int k = 0; k <= b_length; k++)
        row[k] = k;
    for (int i = 1; i <= a_length; i++) {
        int before = row[0]; /* of the row above, one to the left */
        row[0] = i;
        for (int k = 1; k <= b_length; k++) {
            bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[k - 1]);
            int changed = before + !same, put = row[k - 1] + 1, taken = row[k] + 1;
            before = row[k];
            row[k] = changed < put ? changed : put;
            row[k] = row[k] < taken ? row[k] : taken;
        }
    }
    return row[b_length];
}
