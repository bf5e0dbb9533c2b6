#include "eval/noise.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

enum where { ANY, TOP };
enum { LEAST_NAME = 3, MOST_NAME = 64 };

static const struct {
    enum where where;
    const char *name;
} NAMES[] = {
#define NOISE(where, name) {where, name},
#define TELLS(part)
#include "eval/noise.def"
#undef NOISE
#undef TELLS
};

static const char *const TELLING[] = {
#define NOISE(where, name)
#define TELLS(part) part,
#include "eval/noise.def"
#undef NOISE
#undef TELLS
};

/* The last part of a dotted name in the spelling of noise.def; "" when it is too long for that. True
 * when nothing stands before it. */
static bool spell(const char *name, char out[MOST_NAME])
{
    const char *dot = strrchr(name, '.'), *last = dot ? dot + 1 : name;
    size_t length = strlen(last);
    if (length >= MOST_NAME)
        length = 0;
    for (size_t i = 0; i < length; i++)
        out[i] = last[i] == '-' ? '_' : (char)tolower((unsigned char)last[i]);
    out[length] = '\0';
    return dot == NULL;
}

static bool is_noisy_name(const char *name)
{
    char spelt[MOST_NAME];
    bool top = spell(name, spelt);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (strcmp(NAMES[i].name, spelt) == 0 && (NAMES[i].where == ANY || top))
            return true;
    return false;
}

static bool is_telling_name(const char *name)
{
    for (size_t i = 0; i < sizeof TELLING / sizeof *TELLING; i++)
        if (text_contains(name, TELLING[i]))
            return true;
    return false;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool is_path(const char *text)
{
    static const char *const STARTS[] = {
        "~/", "./", "../", "\\\\", "file://", "s3://", "gs://", "hdfs://"};
    if (text[0] == '/')
        return true;
    if (isalpha((unsigned char)text[0]) && text[1] == ':' && (text[2] == '\\' || text[2] == '/'))
        return true;
    for (size_t i = 0; i < sizeof STARTS / sizeof *STARTS; i++)
        if (begins(text, STARTS[i]))
            return true;
    return false;
}

/* Where the last part of a path begins, and how long it is without a slash behind it. */
static const char *last_part(const char *path, size_t *length)
{
    size_t end = strlen(path);
    while (end && strchr("/\\", path[end - 1]))
        end--;
    size_t begin = end;
    while (begin && !strchr("/\\", path[begin - 1]))
        begin--;
    *length = end - begin;
    return path + begin;
}

/* TEXT is a path one of whose folders is called as the run. */
static bool holds_name(const char *text, const char *run)
{
    size_t length;
    const char *own = last_part(run, &length);
    if (length < LEAST_NAME || !strpbrk(text, "/\\"))
        return false;
    for (const char *at = text; *at;) {
        size_t part = strcspn(at, "/\\");
        if (part == length && strncmp(at, own, length) == 0)
            return true;
        at += part + (at[part] != '\0');
    }
    return false;
}

/* TEXT begins as PATTERN: 'd' any digit, 'x' any hexadecimal one, others themselves. */
static bool fits(const char *text, const char *pattern)
{
    for (; *pattern; pattern++, text++) {
        unsigned char c = (unsigned char)*text;
        bool good = *pattern == 'd' ? isdigit(c) : *pattern == 'x' ? isxdigit(c) : c == *pattern;
        if (!good)
            return false;
    }
    return true;
}

static bool is_date(const char *text)
{
    return fits(text, "dddd-dd-dd") || fits(text, "dddd/dd/dd") || fits(text, "dddddddd_dddddd") ||
           fits(text, "dddddddd-dddddd");
}

static bool is_hash(const char *text)
{
    size_t length = strlen(text);
    if (length == 36)
        return fits(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
    return (length == 40 || length == 64) && strspn(text, "0123456789abcdef") == length;
}

static bool is_own_value(const struct param *value, const char *run)
{
    const char *text = value->text;
    return value->kind == PARAM_TEXT &&
           (is_path(text) || holds_name(text, run) || is_date(text) || is_hash(text));
}

static bool same_last_parts(const struct param *a, const struct param *b)
{
    size_t a_length, b_length;
    const char *a_part = last_part(a->text, &a_length), *b_part = last_part(b->text, &b_length);
    return a_length == b_length && memcmp(a_part, b_part, a_length) == 0;
}

bool noise_is(const struct diff_param *row, const char *const *runs, size_t run_count)
{
    const struct param *first = NULL;
    bool same_ends = true;
    if (!row->differs)
        return false;
    if (is_noisy_name(row->name))
        return true;
    for (size_t i = 0; i < run_count; i++) {
        const struct param *value = row->values[i];
        if (!value || value->kind == PARAM_NULL)
            continue;
        if (!is_own_value(value, runs[i]))
            return false;
        first = first ? first : value;
        same_ends &= same_last_parts(first, value);
    }
    return first && (same_ends || !is_telling_name(row->name));
}
