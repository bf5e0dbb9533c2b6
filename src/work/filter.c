#include "work/filter.h"

#include "base/num.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum operation { HOLDS_ANYWHERE, LESS, LESS_EQUAL, MORE, MORE_EQUAL, EQUAL, NOT_EQUAL, HOLDS };

struct term {
    struct term *next;
    enum operation operation;
    const char *name, *text;
    bool is_number;
    double number;
};

struct filter {
    struct term *first;
};

static const struct {
    const char *sign;
    enum operation operation;
} SIGNS[] = {{"<=", LESS_EQUAL}, {">=", MORE_EQUAL}, {"!=", NOT_EQUAL}, {"==", EQUAL}, {"<", LESS},
    {">", MORE}, {"=", EQUAL}, {"~", HOLDS}};

static const char *find_sign(const char *word, size_t length, size_t *which)
{
    for (const char *at = word; at < word + length; at++)
        for (size_t i = 0; i < sizeof SIGNS / sizeof *SIGNS; i++)
            if (strncmp(at, SIGNS[i].sign, strlen(SIGNS[i].sign)) == 0) {
                *which = i;
                return at;
            }
    return NULL;
}

static bool parse_term(
    struct arena *arena, const char *word, size_t length, struct term *term, struct err *err)
{
    size_t which;
    const char *sign = find_sign(word, length, &which);
    if (!sign) {
        term->text = arena_copy(arena, word, length);
        return term->text || err_set(err, ERR_MEMORY, "out of memory");
    }
    const char *value = sign + strlen(SIGNS[which].sign);
    size_t value_length = (size_t)(word + length - value);
    if (sign == word || value_length == 0)
        return err_set(
            err, ERR_USAGE, "%s needs a name before it and a value behind it", SIGNS[which].sign);
    term->operation = SIGNS[which].operation;
    term->name = arena_copy(arena, word, (size_t)(sign - word));
    term->text = arena_copy(arena, value, value_length);
    term->is_number = num_parse(value, value_length, &term->number);
    bool ordering = term->operation <= MORE_EQUAL;
    if (ordering && !term->is_number)
        return err_set(err, ERR_USAGE, "%s compares numbers, and \"%.60s\" is none",
            SIGNS[which].sign, term->text);
    return (term->name && term->text) || err_set(err, ERR_MEMORY, "out of memory");
}

/* Blanks around an operator belong to the term: "lr < 1e-3" is one. */
static size_t term_length(const char *at)
{
    size_t length = strcspn(at, " \t&");
    for (;;) {
        size_t blanks = strspn(at + length, " \t");
        bool opens = at[length + blanks] && strchr("<>=!~", at[length + blanks]);
        bool hangs = length && strchr("<>=~", at[length - 1]);
        if ((!opens && !hangs) || !at[length + blanks] || at[length + blanks] == '&')
            return length;
        length += blanks;
        size_t more = strcspn(at + length, " \t&");
        if (!more)
            return length;
        length += more;
    }
}

/* False when it does not fit: half a word would match other rows. */
static bool without_blanks(const char *from, size_t length, char *to, size_t to_bytes, size_t *kept)
{
    *kept = 0;
    for (size_t i = 0; i < length; i++) {
        if (from[i] == ' ' || from[i] == '\t')
            continue;
        if (*kept + 1 == to_bytes)
            return false;
        to[(*kept)++] = from[i];
    }
    to[*kept] = '\0';
    return true;
}

/* Adds the term that stands at AT to *LAST, unless it is an "and". */
static bool add_term(
    struct arena *arena, const char *at, size_t length, struct term ***last, struct err *err)
{
    char word[512];
    size_t kept;
    if (!without_blanks(at, length, word, sizeof word, &kept))
        return err_set(err, ERR_USAGE, "a term has at most %zu characters", sizeof word - 1);
    if (strcasecmp(word, "and") == 0)
        return true;
    struct term *term = ARENA_NEW(arena, struct term);
    if (!term)
        return err_set(err, ERR_MEMORY, "out of memory");
    if (!parse_term(arena, word, kept, term, err))
        return false;
    **last = term;
    *last = &term->next;
    return true;
}

const struct filter *filter_parse(struct arena *arena, const char *expression, struct err *err)
{
    struct filter *filter = ARENA_NEW(arena, struct filter);
    struct term **last = filter ? &filter->first : NULL;
    for (const char *at = expression; filter && *at;) {
        at += strspn(at, " \t&");
        size_t length = term_length(at);
        if (!length)
            break;
        if (!add_term(arena, at, length, &last, err)) {
            err_at(err, ERR_AT_BYTE, at - expression);
            return NULL;
        }
        at += length;
    }
    if (!filter)
        err_set(err, ERR_MEMORY, "out of memory");
    return filter;
}

static bool compare_numbers(enum operation operation, double a, double b)
{
    switch (operation) {
    case LESS:
        return a < b;
    case LESS_EQUAL:
        return a <= b;
    case MORE:
        return a > b;
    case MORE_EQUAL:
        return a >= b;
    case NOT_EQUAL:
        return a != b;
    default:
        return a == b;
    }
}

/* Holds TEXT, or for = and != is it. */
static bool text_fits(const struct term *term, const char *text)
{
    switch (term->operation) {
    case HOLDS:
        return text_contains(text, term->text);
    case EQUAL:
    case NOT_EQUAL:
        return strcasecmp(text, term->text) == 0;
    default:
        return false;
    }
}

static bool term_matches(const struct term *term, const struct filter_row *row)
{
    if (term->operation == HOLDS_ANYWHERE)
        return row->contains(row->self, term->text);
    struct filter_value value = row->value(row->self, term->name);
    if (!value.known)
        return term->operation == NOT_EQUAL;
    if (value.is_number && term->is_number && term->operation != HOLDS)
        return compare_numbers(term->operation, value.number, term->number);
    char printed[32];
    if (!value.text)
        num_print(value.number, printed, sizeof printed);
    bool fits = text_fits(term, value.text ? value.text : printed) ||
                (value.also && text_fits(term, value.also));
    return term->operation == NOT_EQUAL ? !fits : fits;
}

bool filter_matches(const struct filter *filter, const struct filter_row *row)
{
    for (const struct term *term = filter->first; term; term = term->next)
        if (!term_matches(term, row))
            return false;
    return true;
}

size_t filter_bounds(const struct filter *filter, struct filter_bound *out, size_t most)
{
    size_t count = 0;
    for (const struct term *term = filter->first; term && count < most; term = term->next)
        if (term->operation >= LESS && term->operation <= MORE_EQUAL)
            out[count++] = (struct filter_bound){
                term->name, term->operation <= LESS_EQUAL, term->number};
    return count;
}
