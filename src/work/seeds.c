#include "work/seeds.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct settings {
    struct param *items;
    size_t count;
};

/* The seed, and what a script calls the run or where it writes it. */
static bool is_own(const char *name)
{
    static const char *const OWN[] = {"seed", "name", "run_name", "exp_name", "experiment_name",
        "run_id", "output_dir", "out_dir", "save_dir", "log_dir", "logdir", "work_dir", "workdir"};
    const char *dot = strrchr(name, '.'), *last = dot ? dot + 1 : name;
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
        if (strcasecmp(last, OWN[i]) == 0)
            return true;
    return false;
}

static bool take_settings(const struct run_row *run, struct settings *out)
{
    out->items = calloc(run->param_count + 1, sizeof *out->items);
    if (!out->items)
        return false;
    size_t count = run_settings(run, out->items);
    for (size_t i = 0; i < count; i++)
        if (!is_own(out->items[i].name))
            out->items[out->count++] = out->items[i];
    return true;
}

static bool agree(const struct settings *a, const struct settings *b)
{
    if (a->count != b->count || !a->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i].name, b->items[i].name) != 0 ||
            !param_equal(&a->items[i], &b->items[i]))
            return false;
    return true;
}

bool seeds_group(const struct run_row *const *runs, size_t count, int32_t *groups)
{
    struct settings *all = calloc(count + 1, sizeof *all);
    int32_t last = 0;
    bool ok = all != NULL;
    for (size_t i = 0; ok && i < count; i++)
        ok = take_settings(runs[i], &all[i]);
    memset(groups, 0, count * sizeof *groups);
    for (size_t i = 0; ok && i < count; i++) {
        bool siblings = false;
        for (size_t k = i + 1; !groups[i] && k < count; k++)
            if (!groups[k] && agree(&all[i], &all[k])) {
                groups[k] = last + 1;
                siblings = true;
            }
        if (siblings)
            groups[i] = ++last;
    }
    for (size_t i = 0; all && i < count; i++)
        free(all[i].items);
    free(all);
    return ok;
}
