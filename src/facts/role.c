#include "facts/role.h"

#include <stddef.h>
#include <string.h>

static const struct role_info ROLES[ROLE_COUNT] = {
    [ROLE_NONE] = {NULL, BETTER_NEITHER, "no known quantity"},
#define ROLE(id, name, better, meaning) [ROLE_##id] = {name, better, meaning},
#include "facts/roles.def"
#undef ROLE
};

static const struct {
    const char *pattern;
    enum role role;
    double scale;
} METRICS[] = {
#define METRIC(pattern, role, scale) {pattern, ROLE_##role, scale},
#include "facts/metrics.def"
#undef METRIC
};

/* Values of a quantity between 0 and 1 are percent when they pass this. */
static const double LEAST_PERCENT = 1.5;
/* A time per iteration does not do this from its first value to its last. */
static const double LEAST_ELAPSED_GROWTH = 2;

const struct role_info *role_info(enum role role)
{
    return &ROLES[role];
}

static const enum role COURSES_OF_LOSS[] = {ROLE_LOSS, ROLE_PART_LOSS, ROLE_NONE};
static const enum role COURSES_OF_AP[] = {
    ROLE_AP, ROLE_ULTRALYTICS_AP, ROLE_VOC_AP, ROLE_MASK_AP, ROLE_NONE};

const enum role *role_courses(enum role role)
{
    return role == ROLE_LOSS ? COURSES_OF_LOSS : COURSES_OF_AP;
}

bool role_has_course(enum role role)
{
    for (size_t i = 0; COURSES_OF_LOSS[i]; i++)
        if (COURSES_OF_LOSS[i] == role)
            return true;
    for (size_t i = 0; COURSES_OF_AP[i]; i++)
        if (COURSES_OF_AP[i] == role)
            return true;
    return false;
}

bool role_is_coco(enum role role)
{
    return role >= ROLE_AP && role <= ROLE_ARL;
}

/* Small letters of ASCII, whatever the locale, and blanks as the underscores that others write: this is
 * asked some hundred times for each name. */
static int fold(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c == ' ' ? '_' : c;
}

static bool equal(const char *a, const char *b)
{
    while (*a && fold(*a) == fold(*b)) {
        a++;
        b++;
    }
    return !*a && !*b;
}

/* Only "*" is special; backtracks to the last one. One that stands in front alone asks for an end.
 */
static bool matches(const char *pattern, const char *name, size_t name_bytes)
{
    if (*pattern == '*' && !strchr(pattern + 1, '*')) {
        size_t end = strlen(pattern + 1);
        return end <= name_bytes && equal(pattern + 1, name + name_bytes - end);
    }
    const char *star = NULL, *retry = NULL;
    while (*name) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = name;
        } else if (fold(*pattern) == fold(*name)) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star;
            name = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

/* What stands behind the split that NAME begins with ("val/", "test_"); NULL when it has none. */
static const char *behind_split(const char *name)
{
    static const char *const SPLITS[] = {"val", "valid", "validation", "test", "eval", "dev"};
    size_t length = strcspn(name, "/_. ");
    for (size_t i = 0; name[length] && i < sizeof SPLITS / sizeof *SPLITS; i++) {
        size_t at = 0;
        while (at < length && SPLITS[i][at] && fold(name[at]) == SPLITS[i][at])
            at++;
        if (at == length && !SPLITS[i][at])
            return name + length + 1;
    }
    return NULL;
}

struct role_match role_match(const char *name)
{
    const char *behind = behind_split(name);
    size_t name_bytes = strlen(name), behind_bytes = behind ? strlen(behind) : 0;
    for (size_t i = 0; i < sizeof METRICS / sizeof *METRICS; i++) {
        const char *pattern = METRICS[i].pattern;
        bool may = *pattern == '^', must = *pattern == '%';
        pattern += may || must;
        if ((!must && matches(pattern, name, name_bytes)) ||
            ((may || must) && behind && matches(pattern, behind, behind_bytes)))
            return (struct role_match){METRICS[i].role, METRICS[i].scale, (int)i};
    }
    return (struct role_match){ROLE_NONE, 1, sizeof METRICS / sizeof *METRICS};
}

struct role_match role_settle(struct role_match match, const struct metric_summary *values)
{
    if (match.scale == ROLE_EITHER)
        match.scale = values->max > LEAST_PERCENT ? 0.01 : 1;
    if (match.role == ROLE_TIME_PER_ITERATION && values->first == values->min &&
        values->last == values->max && values->last >= LEAST_ELAPSED_GROWTH * values->first)
        match.role = ROLE_NONE;
    return match;
}
