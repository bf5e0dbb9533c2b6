/*
 * What may stand where an expression is being typed.
 * Knows: words, and how well they fit. Must not know: which words there are.
 */
#include "work/expr_node.h"

#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool ends_word(char c)
{
    return strchr(" \t&|<>=!~(),", c) != NULL;
}

/* Where the word before CURSOR begins: behind an open quote, or behind what ends words. */
static size_t word_start(const char *text, size_t cursor, bool *quoted)
{
    size_t start = 0;
    char quote = '\0';
    for (size_t i = 0; i < cursor; i++) {
        if (quote ? text[i] == quote : text[i] == '"' || text[i] == '`') {
            start = quote ? start : i + 1;
            quote = quote ? '\0' : text[i];
        } else if (!quote && ends_word(text[i]))
            start = i + 1;
    }
    *quoted = quote != '\0';
    return start;
}

/* The name before "=", "!=" or "~", when that is what stands before START. */
static char *compared_name(const char *text, size_t start, struct arena *arena)
{
    size_t end = start;
    while (end && (text[end - 1] == ' ' || text[end - 1] == '\t' || text[end - 1] == '"'))
        end--;
    if (!end || (text[end - 1] != '=' && text[end - 1] != '~'))
        return NULL;
    end--;
    while (end && strchr("=!", text[end - 1]))
        end--;
    if (end && strchr("<>", text[end - 1]))
        return NULL;
    while (end && (text[end - 1] == ' ' || text[end - 1] == '\t'))
        end--;
    size_t from = end;
    if (end && (text[end - 1] == '`' || text[end - 1] == '"')) {
        char quote = text[--end];
        from = end;
        while (from && text[from - 1] != quote)
            from--;
    } else
        while (from && !ends_word(text[from - 1]))
            from--;
    return end > from ? arena_copy(arena, text + from, end - from) : NULL;
}

static bool begins(const char *word, const char *typed, size_t length)
{
    return strncasecmp(word, typed, length) == 0;
}

/* The letters of TYPED stand in WORD in their order. */
static bool holds_letters(const char *word, const char *typed, size_t length)
{
    size_t found = 0;
    for (; *word && found < length; word++)
        found += tolower((unsigned char)*word) == tolower((unsigned char)typed[found]);
    return found == length;
}

/* How well WORD fits what was typed; 0 not at all. */
static int fit_of(const char *word, const char *typed, size_t length)
{
    enum { LETTERS = 1, HELD, PART, BEGINS, SAME };
    if (begins(word, typed, length))
        return word[length] ? BEGINS : SAME;
    int fit = 0;
    for (const char *at = word + (*word != '\0'); *at && fit < PART; at++)
        if (begins(at, typed, length))
            fit = strchr("._-/ ", at[-1]) ? PART : HELD;
    return fit ? fit : holds_letters(word, typed, length) ? LETTERS : 0;
}

static int compare(const struct expr_candidate *a, const struct expr_candidate *b)
{
    if (a->fit != b->fit)
        return a->fit > b->fit ? -1 : 1;
    size_t x = strlen(a->text), y = strlen(b->text);
    return x != y ? (x < y ? -1 : 1) : text_compare_natural(a->text, b->text);
}

struct completing {
    const char *typed;
    size_t length;
    struct expr_candidate *out;
    size_t count, most;
};

/* Keeps WORD among the best; the list stays sorted. */
static void consider(struct completing *c, const char *word, enum expr_word_kind kind)
{
    struct expr_candidate added = {word, kind, fit_of(word, c->typed, c->length)};
    if (!added.fit || !c->most || strlen(word) > EXPR_MOST_WORD)
        return;
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->out[i].text, word) == 0 && c->out[i].kind == kind)
            return;
    if (c->count == c->most && compare(&added, &c->out[c->count - 1]) >= 0)
        return;
    size_t at = c->count < c->most ? c->count++ : c->count - 1;
    for (; at && compare(&added, &c->out[at - 1]) < 0; at--)
        c->out[at] = c->out[at - 1];
    c->out[at] = added;
}

/* As it is to be typed: a name that is no plain word between backquotes, a value with blanks
 * between quotes, a function with its parenthesis. */
static const char *spelt(struct arena *arena, const struct expr_candidate *candidate, bool quoted)
{
    const char *text = candidate->text;
    if (candidate->kind == EXPR_WORD_FUNCTION)
        return arena_printf(arena, "%s(", text);
    bool is_name = candidate->kind == EXPR_WORD_NAME;
    const char *odd = is_name ? " \t&|<>=!~(),\"+*^" : " \t&|)\"`";
    char quote = is_name ? '`' : '"';
    if (quoted || (!strpbrk(text, odd) && *text) || strchr(text, quote))
        return arena_string(arena, text);
    return arena_printf(arena, "%c%s%c", quote, text, quote);
}

size_t expr_complete(const char *text, size_t cursor, const struct expr_words *words,
    struct arena *arena, struct expr_typed *typed, struct expr_candidate *out, size_t most)
{
    cursor = strnlen(text, cursor);
    bool quoted;
    size_t start = word_start(text, cursor, &quoted);
    *typed = (struct expr_typed){start, cursor, compared_name(text, start, arena)};
    struct completing c = {text + start, cursor - start, out, 0, most};
    enum expr_word_kind kind = typed->of ? EXPR_WORD_VALUE : EXPR_WORD_NAME;
    const char *word;
    for (size_t i = 0; (word = words->word(words->self, typed->of, i)); i++)
        consider(&c, word, kind);
    for (size_t i = 0; !typed->of && !quoted && (word = expr_function_name(i)); i++)
        consider(&c, word, EXPR_WORD_FUNCTION);
    for (size_t i = 0; i < c.count; i++)
        if (!(out[i].text = spelt(arena, &out[i], quoted)))
            return 0;
    return c.count;
}
