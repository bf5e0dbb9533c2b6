/*
 * Feeds arbitrary text to the parser of expressions, as a condition and as a value, with and without
 * known names: what it takes can be evaluated, what it refuses
 * has a place inside. Completion works anywhere in it.
 */
#include "work/expr.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static bool has(void *self, const char *text, size_t length)
{
    (void)self, (void)text;
    return length < 4;
}

static bool may_ask(void *self, const struct expr_name *name, struct err *err)
{
    (void)self;
    return name->text[0] != 'z' || err_set(err, ERR_USAGE, "no z");
}

static struct expr_value value_of(void *self, const struct expr_name *name)
{
    (void)self;
    size_t length = strlen(name->text);
    return (struct expr_value){.known = length % 5 != 0,
        .is_number = length % 2,
        .number = (double)length,
        .text = length % 2 ? NULL : name->text};
}

static bool contains(void *self, const char *text)
{
    (void)self;
    return strlen(text) % 2;
}

static const char *word(void *self, const char *of, size_t i)
{
    (void)self;
    static const char *const WORDS[] = {"lr", "val/AP", "val loss", "model.backbone", NULL};
    return of && i ? NULL : WORDS[i];
}

static void put(const char *text, enum expr_kind kind, const struct expr_names *names)
{
    const struct expr_row row = {NULL, value_of, contains};
    struct arena arena = {0};
    struct err err = {0};
    const struct expr *expr = expr_parse(&arena, text, kind, names, &err);
    check(expr || err.code == ERR_USAGE);
    if (!expr)
        check(err.place == ERR_AT_BYTE && err.at >= 0 && (size_t)err.at <= strlen(text));
    else {
        struct expr_value value = expr_evaluate(expr, &row);
        check(expr_name_count(expr) <= EXPR_MOST_NAMES);
        check(kind == EXPR_NUMBER || value.known || !expr_holds(expr, &row));
    }
    arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct expr_names names = {NULL, has, may_ask};
    const struct expr_words words = {NULL, word};
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    size_t length = strlen(text);
    for (int kind = EXPR_CONDITION; kind <= EXPR_NUMBER; kind++) {
        put(text, (enum expr_kind)kind, NULL);
        put(text, (enum expr_kind)kind, &names);
    }
    check(expr_item_length(text) <= length && expr_assignment(text) < (long)length + !length);
    struct arena arena = {0};
    struct expr_candidate out[3];
    struct expr_typed typed;
    size_t cursor = size ? data[0] % (length + 1) : 0;
    check(expr_complete(text, cursor, &words, &arena, &typed, out, 3) <= 3);
    check(typed.from <= typed.to && typed.to <= length);
    arena_done(&arena);
    free(text);
    return 0;
}
