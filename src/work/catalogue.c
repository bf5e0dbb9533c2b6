#include "work/catalogue.h"

#include "base/map.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct run_column OWN[] = {
    {.kind = RUN_COLUMN_NAME, .title = "run"},
    {.kind = RUN_COLUMN_STATUS, .title = "status"},
    {.kind = RUN_COLUMN_AGE, .title = "age"},
    {.kind = RUN_COLUMN_STARTED, .title = "started"},
    {.kind = RUN_COLUMN_DURATION, .title = "duration"},
    {.kind = RUN_COLUMN_TAGS, .title = "tag"},
    {.kind = RUN_COLUMN_REMARK, .title = "note"},
    {.kind = RUN_COLUMN_PATH, .title = "path"},
    {.kind = RUN_COLUMN_TITLE, .title = "title"},
    {.kind = RUN_COLUMN_ID, .title = "id"},
    {.kind = RUN_COLUMN_FORMAT, .title = "format"},
    {.kind = RUN_COLUMN_NOTES, .title = "notes"},
    {.kind = RUN_COLUMN_NAN, .title = "nan"},
    {.kind = RUN_COLUMN_DATASET, .title = "truth"},
};

/* What a role's column is called, around the role's name. */
static const struct {
    enum run_column_kind kind;
    const char *before, *behind;
} FORMS[] = {
    {RUN_COLUMN_BEST, "", ""},
    {RUN_COLUMN_LAST, "", ".last"},
    {RUN_COLUMN_BEST_STEP, "", "@"},
    {RUN_COLUMN_SPARK, "", "~"},
    {RUN_COLUMN_DELTA, "d", ""},
};

void catalogue_name(const struct run_column *column, char *out, size_t out_bytes)
{
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
        if (OWN[i].kind == column->kind) {
            snprintf(out, out_bytes, "%s",
                column->kind == RUN_COLUMN_NAME ? "name" : OWN[i].title);
            return;
        }
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++)
        if (FORMS[i].kind == column->kind) {
            /* "loss" alone already means the last; its best is to be asked for. */
            bool says_best = column->kind == RUN_COLUMN_BEST && !column->all_segments &&
                             !run_role_shows_best(column->role);
            snprintf(out, out_bytes, "%s%s%s%s", FORMS[i].before, role_info(column->role)->name,
                says_best ? ".best" : FORMS[i].behind, column->all_segments ? ".all" : "");
            return;
        }
    snprintf(out, out_bytes, "%s", column->name ? column->name : column->title);
}

bool catalogue_same(const struct run_column *a, const struct run_column *b)
{
    bool named = a->name && b->name;
    return a->kind == b->kind && a->role == b->role && a->all_segments == b->all_segments &&
           a->ask == b->ask && a->tail == b->tail &&
           (named ? strcmp(a->name, b->name) == 0 : a->name == b->name);
}

bool catalogue_is_computed(const struct run_column *column)
{
    return column->kind == RUN_COLUMN_COURSE || column->kind == RUN_COLUMN_EXPR;
}

const char *catalogue_group(const struct run_column *column)
{
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
        if (OWN[i].kind == column->kind)
            return "run";
    if (catalogue_is_computed(column))
        return "computed";
    switch (column->kind) {
    case RUN_COLUMN_METRIC:
        return "metric";
    case RUN_COLUMN_PARAM:
        return "parameter";
    default:
        return "quantity";
    }
}

bool catalogue_is(const struct run_column *column, const char *name, const char *group)
{
    char own[CATALOGUE_NAME_BYTES];
    if (strcmp(catalogue_group(column), group) != 0)
        return false;
    if (column->name)
        return strcmp(column->name, name) == 0;
    catalogue_name(column, own, sizeof own);
    return strcmp(own, name) == 0;
}

/* ---- all of them ---- */

struct finding {
    struct runs *runs;
    size_t count;
    bool ok;
};

static void add(struct finding *finding, struct run_column column)
{
    if (finding->count < CATALOGUE_MOST)
        finding->runs->catalogue[finding->count++] = column;
}

static void add_form(
    struct finding *finding, enum run_column_kind kind, enum role role, enum better better)
{
    struct run_column column = {.kind = kind, .role = role, .better = better};
    char name[CATALOGUE_NAME_BYTES];
    catalogue_name(&column, name, sizeof name);
    const char *title = kind == RUN_COLUMN_DELTA ? "\xce\x94" : ""; /* the sign for its "d" */
    column.title =
        arena_printf(&finding->runs->arena, "%s%s", title, name + (*title ? strlen("d") : 0));
    finding->ok &= column.title != NULL;
    add(finding, column);
}

static void add_role(struct finding *finding, enum role role)
{
    const struct runs *runs = finding->runs;
    bool any = false, loss = false, ap = false;
    for (size_t i = 0; i < runs->count; i++) {
        any |= runs->rows[i].by_role[role] != NULL;
        loss |= role == ROLE_LOSS && runs->rows[i].loss_spark;
        ap |= role == ROLE_AP && runs->rows[i].ap_spark;
    }
    enum better better = role_info(role)->better;
    if (any && better != BETTER_NEITHER) {
        add_form(finding, RUN_COLUMN_BEST, role, better);
        add_form(finding, RUN_COLUMN_BEST_STEP, role, BETTER_NEITHER);
        add_form(finding, RUN_COLUMN_DELTA, role, better);
    }
    if (any)
        add_form(finding, RUN_COLUMN_LAST, role, better);
    if (loss || ap)
        add_form(finding, RUN_COLUMN_SPARK, role, better);
}

static int compare_names(const void *a, const void *b)
{
    return text_compare_natural(
        ((const struct run_column *)a)->name, ((const struct run_column *)b)->name);
}

static void sort_from(struct finding *finding, size_t from)
{
    if (finding->count > from)
        qsort(finding->runs->catalogue + from, finding->count - from,
            sizeof *finding->runs->catalogue, compare_names);
}

/* Adds NAME unless it is among SEEN. */
static void add_named(
    struct finding *finding, struct map *seen, enum run_column_kind kind, const char *name)
{
    int64_t at = (int64_t)seen->count;
    int64_t had = map_put(seen, name, strlen(name), at, NULL);
    finding->ok &= had >= 0;
    if (had != at)
        return;
    enum role role = kind == RUN_COLUMN_METRIC ? role_match(name).role : ROLE_NONE;
    add(finding,
        (struct run_column){.kind = kind,
            .title = name,
            .role = role,
            .name = name,
            .better = role_info(role)->better});
}

static void add_metrics(struct finding *finding, struct arena *scratch)
{
    struct map seen;
    size_t from = finding->count;
    map_init(&seen, scratch);
    for (size_t i = 0; i < finding->runs->names.metric_count; i++)
        add_named(finding, &seen, RUN_COLUMN_METRIC, finding->runs->names.metrics[i]);
    map_done(&seen);
    sort_from(finding, from);
}

static void add_params(struct finding *finding, struct arena *scratch)
{
    const struct runs *runs = finding->runs;
    struct map seen;
    size_t from = finding->count, most = 0;
    for (size_t i = 0; i < runs->count; i++)
        most = runs->rows[i].param_count > most ? runs->rows[i].param_count : most;
    struct param *params = ARENA_ARRAY(scratch, struct param, most + 1);
    const char **last = ARENA_ARRAY(scratch, const char *, most + 1);
    map_init(&seen, scratch);
    for (size_t i = 0; params && last && i < runs->count; i++) {
        if (i && runs_set_alike(&runs->rows[i - 1], &runs->rows[i]))
            continue;
        size_t count = run_settings(&runs->rows[i], params);
        for (size_t p = 0; p < count; p++)
            if (last[p] != params[p].name) { /* mostly as in the run before */
                last[p] = params[p].name;
                add_named(finding, &seen, RUN_COLUMN_PARAM, params[p].name);
            }
    }
    finding->ok &= params && last;
    map_done(&seen);
    sort_from(finding, from);
}

bool catalogue_find(struct runs *runs)
{
    struct finding finding = {runs, 0, true};
    struct arena scratch = {0};
    runs->catalogue = ARENA_ARRAY(&runs->arena, struct run_column, CATALOGUE_MOST);
    runs->catalogue_count = 0;
    if (!runs->catalogue)
        return false;
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
        add(&finding, OWN[i]);
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
        add_role(&finding, (enum role)role);
    add_metrics(&finding, &scratch);
    add_params(&finding, &scratch);
    runs->catalogue_count = finding.count;
    arena_done(&scratch);
    return finding.ok;
}
