#include "facts/param.h"

#include "base/num.h"

#include <string.h>
#include <strings.h>

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

struct param param_from_text(const char *name, const char *text)
{
    static const char *const NULLS[] = {"", "~", "null", "Null", "NULL", "None", NULL};
    static const char *const TRUES[] = {"true", "True", "TRUE", NULL};
    static const char *const FALSES[] = {"false", "False", "FALSE", NULL};
    struct param param = {.name = name, .kind = PARAM_TEXT, .text = text};
    double number;
    if (is_one_of(text, NULLS))
        param.kind = PARAM_NULL;
    else if (is_one_of(text, TRUES) || is_one_of(text, FALSES)) {
        param.kind = PARAM_BOOL;
        param.number = is_one_of(text, TRUES);
    } else if (num_parse(text, strlen(text), &number)) {
        param.kind = PARAM_NUMBER;
        param.number = number;
    }
    return param;
}

/* Lists and maps as JSON text, with blanks or without: strings keep theirs. */
static bool is_same_list(const char *a, const char *b)
{
    bool quoted = false;
    for (;; a++, b++) {
        while (!quoted && *a == ' ')
            a++;
        while (!quoted && *b == ' ')
            b++;
        if (*a != *b || !*a)
            return *a == *b;
        quoted ^= *a == '"';
    }
}

bool param_equal(const struct param *a, const struct param *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case PARAM_NULL:
        return true;
    case PARAM_BOOL:
        return a->number == b->number;
    case PARAM_NUMBER:
        return a->number == b->number || (a->number != a->number && b->number != b->number);
    case PARAM_TEXT:
        break;
    }
    bool list = *a->text == '[' || *a->text == '{';
    return list ? is_same_list(a->text, b->text) : strcmp(a->text, b->text) == 0;
}
