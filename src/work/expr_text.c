/*
 * Pieces of expressions that are read without knowing where they stand: groups, numbers, days,
 * items of a list. Knows: text. Must not know: nodes, names.
 */
#include "work/expr_node.h"

#include "base/clock.h"
#include "base/num.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct expr_sign SIGNS[] = {{"<=", EXPR_OP_LESS_EQUAL}, {">=", EXPR_OP_MORE_EQUAL},
    {"!=", EXPR_OP_NOT_EQUAL}, {"==", EXPR_OP_EQUAL}, {"<", EXPR_OP_LESS}, {">", EXPR_OP_MORE},
    {"=", EXPR_OP_EQUAL}, {"~", EXPR_OP_HOLDS}};

const struct expr_sign *expr_sign_at(const char *at)
{
    for (size_t i = 0; i < sizeof SIGNS / sizeof *SIGNS; i++)
        if (strncmp(at, SIGNS[i].text, strlen(SIGNS[i].text)) == 0)
            return &SIGNS[i];
    return NULL;
}

bool expr_keyword_at(const char *at, const char *keyword)
{
    size_t length = strlen(keyword);
    if (strncasecmp(at, keyword, length) != 0)
        return false;
    if (at[length] && !strchr(" \t&|()", at[length]))
        return false;
    return !expr_sign_at(at + length + strspn(at + length, " \t"));
}

size_t expr_word_bytes(const char *word, const char *stops)
{
    size_t open = 0;
    for (const char *at = word;; at++) {
        if (!*at || strchr(" \t&|", *at) || expr_sign_at(at))
            return (size_t)(at - word);
        if (!open && strchr(stops, *at))
            return (size_t)(at - word);
        if (*at == '(')
            open++;
        else if (*at == ')' && !open--)
            return (size_t)(at - word);
    }
}

const char *expr_skip_grouped(const char *at)
{
    size_t open = 0;
    do {
        const char *end = *at == '`' || *at == '"' ? strchr(at + 1, *at) : NULL;
        open += *at == '(';
        open -= *at == ')' && open;
        at = end ? end + 1 : *at && (open || *at == ')') ? at + 1 : at;
    } while (open && *at);
    return at;
}

static const struct {
    const char *unit;
    double seconds;
} UNITS[] = {{"s", 1}, {"min", 60}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 7 * 86400.0},
    {"y", 365.25 * 86400}};

size_t expr_number_bytes(const char *at, double *value)
{
    size_t length = strspn(at, "0123456789.");
    if (!length)
        return 0;
    if ((at[length] | 32) == 'e') {
        size_t sign = at[length + 1] == '-' || at[length + 1] == '+';
        size_t digits = strspn(at + length + 1 + sign, "0123456789");
        length += digits ? 1 + sign + digits : 0;
    }
    if (!num_parse(at, length, value))
        return 0;
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        size_t unit = strlen(UNITS[i].unit);
        if (strncmp(at + length, UNITS[i].unit, unit) == 0 &&
            !isalnum((unsigned char)at[length + unit]) && at[length + unit] != '_') {
            *value *= UNITS[i].seconds;
            return length + unit;
        }
    }
    return length;
}

size_t expr_day_bytes(const char *at, double *value)
{
    static const char FORM[] = "dddd-dd-ddTdd:dd:dd";
    char text[32];
    size_t length = 0;
    while (length < sizeof FORM - 1 &&
           (FORM[length] == 'd' ? isdigit((unsigned char)at[length]) != 0
                                : at[length] == FORM[length]))
        length++;
    size_t kept = length == 19 ? 19 : length >= 16 ? 16 : length >= 10 ? 10 : 0;
    if (!kept)
        return 0;
    snprintf(text, sizeof text, "%.*s%s", (int)kept, at, &"2024-05-01T00:00:00"[kept]);
    if (!clock_parse_iso(text, strlen(text), value))
        return 0;
    return kept == 19 && at[kept] == 'Z' ? kept + 1 : kept;
}

size_t expr_item_length(const char *list)
{
    const char *at = list;
    while (*at && *at != ',') {
        const char *next = expr_skip_grouped(at);
        at = next > at ? next : at + 1;
    }
    return (size_t)(at - list);
}

long expr_assignment(const char *text)
{
    for (const char *at = text; *at;) {
        const char *next = expr_skip_grouped(at);
        if (next > at) {
            at = next;
            continue;
        }
        if (*at == '=')
            return at[1] == '=' || (at > text && strchr("<>!", at[-1])) ? -1 : (long)(at - text);
        if (*at == '<' || *at == '>' || *at == '~' || (*at == '!' && at[1] == '='))
            return -1;
        at++;
    }
    return -1;
}
