#include "facts/role.h"

#include <ctype.h>
#include <stddef.h>

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

const struct role_info *role_info(enum role role)
{
    return &ROLES[role];
}

static int fold(char c)
{
    return tolower((unsigned char)c);
}

/* Only "*" is special; backtracks to the last one. */
static int matches(const char *pattern, const char *name)
{
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
            return 0;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

enum role role_of_metric(const char *name, double *scale)
{
    for (size_t i = 0; i < sizeof METRICS / sizeof *METRICS; i++)
        if (matches(METRICS[i].pattern, name)) {
            *scale = METRICS[i].scale;
            return METRICS[i].role;
        }
    *scale = 1;
    return ROLE_NONE;
}
