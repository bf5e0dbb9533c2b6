#include "app/eval_fail.h"

#include "base/text.h"
#include "work/filter.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One condition being put. */
struct putting {
    const struct fail_number *numbers;
    size_t count;
    const char *condition;
    const struct fail_number *asked; /* the last that the condition names */
    bool unknown, undefined;
};

static bool is_undefined(const struct fail_number *number)
{
    return isnan(number->value) || (number->value == -1 && !number->is_delta);
}

static struct expr_value value_of(void *self, const struct expr_name *name)
{
    struct putting *putting = self;
    for (size_t i = 0; i < putting->count; i++) {
        const struct fail_number *number = &putting->numbers[i];
        if (name->ask != EXPR_PLAIN || strcmp(number->name, name->text) != 0)
            continue;
        putting->asked = number;
        putting->undefined = putting->undefined || is_undefined(number);
        return (struct expr_value){.known = true, .is_number = true, .number = number->value};
    }
    putting->unknown = true;
    return (struct expr_value){0};
}

static bool refuse_word(void *self, const char *text)
{
    struct putting *putting = self;
    (void)text;
    putting->unknown = true;
    return false;
}

/* Also the names that the condition does not come to ask for. */
static void find_unknown(struct putting *putting, const struct expr *expr)
{
    for (size_t i = 0; i < expr_name_count(expr); i++) {
        struct putting one = {.numbers = putting->numbers, .count = putting->count};
        value_of(&one, expr_name(expr, i));
        putting->unknown |= one.unknown;
    }
}

static void say_failure(const struct putting *putting, const char *subject)
{
    char shown[512], name[256];
    text_harmless(shown, sizeof shown, putting->condition, strlen(putting->condition));
    text_harmless(name, sizeof name, subject ? subject : "", subject ? strlen(subject) : 0);
    fprintf(stderr, "boxtop: %s%s%s is ", name, subject ? ": " : "", putting->asked->name);
    if (is_undefined(putting->asked))
        fprintf(stderr, "undefined");
    else
        fprintf(stderr, "%.4f", putting->asked->value);
    fprintf(stderr, ": --fail-if %s\n", shown);
}

static bool refuse(const struct putting *putting, struct err *err)
{
    char names[512] = "";
    for (size_t i = 0; i < putting->count; i++) {
        size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, " %s", putting->numbers[i].name);
    }
    return err_set(
        err, ERR_USAGE, "--fail-if %.60s: names are%s", putting->condition, names);
}

static bool is_of_deltas(const char *condition)
{
    return strncmp(condition, FAIL_DELTA, strlen(FAIL_DELTA)) == 0;
}

bool fail_if_has_deltas(const struct settings *settings)
{
    for (size_t i = 0; i < settings->fail_if.count; i++)
        if (is_of_deltas(settings->fail_if.items[i]))
            return true;
    return false;
}

bool fail_if(const struct settings *settings, const char *subject,
    const struct fail_number *numbers, size_t n, bool *failed, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < settings->fail_if.count; i++) {
        if (is_of_deltas(settings->fail_if.items[i]) != numbers[0].is_delta)
            continue;
        struct putting putting = {
            .numbers = numbers, .count = n, .condition = settings->fail_if.items[i]};
        struct expr_row row = {&putting, value_of, refuse_word};
        struct arena arena = {0};
        const struct filter *filter = filter_parse(&arena, putting.condition, err);
        bool holds = filter && filter_matches(filter, &row);
        ok = filter != NULL;
        if (ok)
            find_unknown(&putting, filter_expr(filter));
        if (ok && (putting.unknown || !putting.asked))
            ok = refuse(&putting, err);
        else if (ok && (holds || putting.undefined)) {
            say_failure(&putting, subject);
            *failed = true;
        }
        arena_done(&arena);
    }
    return ok;
}
