#include "work/pattern.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

struct pattern {
    regex_t compiled;
};

/* The bytes of "[...]" at AT; to the end of the text when it is not closed. */
static size_t bracket_bytes(const char *at)
{
    size_t length = 1;
    length += at[length] == '^';
    length += at[length] == ']';
    while (at[length] && at[length] != ']') {
        char kind = at[length + 1];
        const char *close = NULL;
        if (at[length] == '[' && (kind == ':' || kind == '.' || kind == '=')) {
            const char end[] = {kind, ']', '\0'};
            close = strstr(at + length + 2, end);
        }
        length = close ? (size_t)(close - at) + 2 : length + 1;
    }
    return length + (at[length] == ']');
}

/* How often what stands before AT is written out when "*", "+", "?" or "{2,5}" follows; *BYTES of
 * it. 1 for none of them. */
static long repeats(const char *at, size_t *bytes)
{
    *bytes = *at && strchr("*+?", *at) ? 1 : 0;
    if (*at == '+')
        return 2;
    if (*at != '{')
        return 1;
    size_t length = strcspn(at, "}");
    long most = 1;
    for (const char *digits = at + 1; digits < at + length; digits++)
        if (isdigit((unsigned char)*digits)) {
            char *end;
            long count = strtol(digits, &end, 10);
            most = count > most ? count : most;
            digits = end - 1;
        }
    *bytes = length + (at[length] == '}');
    return most < PATTERN_MOST_COST ? most + 1 : PATTERN_MOST_COST + 1;
}

/* False when it is more than PATTERN_MOST_COST, nested too deep, or refers back. */
static bool is_cheap(const char *text)
{
    long cost[PATTERN_MOST_DEEP + 1] = {0}; /* of each group that is open */
    int deep = 0;
    for (const char *at = text; *at;) {
        long atom = 1;
        size_t bytes = 1;
        if (*at == '(') {
            if (++deep > PATTERN_MOST_DEEP)
                return false;
            cost[deep] = 0;
            at++;
            continue;
        }
        if (*at == ')' && deep)
            atom = cost[deep--] + 1;
        else if (*at == '\\') {
            if (isdigit((unsigned char)at[1]))
                return false;
            bytes = at[1] ? 2 : 1;
        } else if (*at == '[')
            bytes = bracket_bytes(at);
        at += bytes;
        for (long times; (times = repeats(at, &bytes)), bytes; at += bytes)
            if ((atom *= times) > PATTERN_MOST_COST)
                return false;
        if ((cost[deep] += atom) > PATTERN_MOST_COST)
            return false;
    }
    return true;
}

static void forget(void *self)
{
    regfree(&((struct pattern *)self)->compiled);
}

const struct pattern *pattern_new(struct arena *arena, const char *text, struct err *err)
{
    struct pattern *pattern = ARENA_NEW(arena, struct pattern);
    if (!pattern) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    if (!is_cheap(text)) {
        err_set(err, ERR_USAGE, "the pattern repeats too much, or refers back");
        return NULL;
    }
    int refused = regcomp(&pattern->compiled, text, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    if (refused) {
        char why[128];
        regerror(refused, &pattern->compiled, why, sizeof why);
        err_set(err, refused == REG_ESPACE ? ERR_MEMORY : ERR_USAGE, "no pattern: %s", why);
        return NULL;
    }
    if (arena_at_end(arena, forget, pattern))
        return pattern;
    forget(pattern);
    err_set(err, ERR_MEMORY, "out of memory");
    return NULL;
}

bool pattern_fits(const struct pattern *pattern, const char *text)
{
    char cut[PATTERN_MOST_TEXT + 1];
    size_t length = strnlen(text, sizeof cut);
    if (length == sizeof cut) {
        memcpy(cut, text, PATTERN_MOST_TEXT);
        cut[PATTERN_MOST_TEXT] = '\0';
        text = cut;
    }
    return regexec(&pattern->compiled, text, 0, NULL, 0) == 0;
}
