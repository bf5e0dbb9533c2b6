#include "work/versions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An evaluated row. */
struct entry {
    const struct dataset_version *version;
    enum dataset_extent extent;
    uint32_t row;
};

static struct entry entry_of(const struct runs *runs, const struct run_row *run)
{
    return (struct entry){
        run->dataset, dataset_extent(run->dataset), (uint32_t)(run - runs->rows)};
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_contents(const struct digest *a, const struct digest *b)
{
    int order = compare_numbers(a->high, b->high);
    return order ? order : compare_numbers(a->low, b->low);
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = compare_contents(&a->version->content, &b->version->content);
    order = order ? order : compare_numbers(a->extent, b->extent);
    return order ? order : compare_numbers(a->row, b->row);
}

static size_t list_entries(
    const struct runs *runs, const uint32_t *order, size_t count, struct entry *out)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (runs->rows[order[i]].dataset)
            out[n++] = entry_of(runs, &runs->rows[order[i]]);
    return n;
}

/* Most tables are of one ground truth: that is seen without sorting. */
static bool all_compare(const struct entry *entries, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (entries[i].extent != entries[0].extent ||
            !digest_equal(&entries[i].version->content, &entries[0].version->content))
            return false;
    return true;
}

/* Entries of one ground truth. */
struct group {
    const struct entry *entries;
    size_t count, of_extent[DATASET_NEARLY_ALL + 1];
    uint32_t first_row;
};

static struct group group_at(const struct entry *entries, size_t count)
{
    struct group group = {.entries = entries, .first_row = entries->row};
    while (group.count < count && digest_equal(&entries[group.count].version->content,
                                      &entries->version->content)) {
        const struct entry *entry = &entries[group.count++];
        group.of_extent[entry->extent]++;
        group.first_row = entry->row < group.first_row ? entry->row : group.first_row;
    }
    return group;
}

/* What most of the group were evaluated on: parts come first in it, nearly all images last. */
static const struct dataset_version *usual_version(const struct group *group)
{
    bool part = group->of_extent[DATASET_PART] > group->of_extent[DATASET_NEARLY_ALL];
    return group->entries[part ? 0 : group->count - 1].version;
}

struct versions versions_find(const struct runs *runs, const uint32_t *order, size_t count,
    const struct run_row *baseline)
{
    struct versions out = {0};
    struct entry *entries = calloc(count + 1, sizeof *entries);
    size_t n = entries ? list_entries(runs, order, count, entries) : 0;
    struct group most = {0};
    if (entries && baseline && baseline->dataset)
        entries[n++] = entry_of(runs, baseline); /* it may not be among them */
    if (n && !all_compare(entries, n))
        qsort(entries, n, sizeof *entries, compare_entries);
    for (size_t i = 0; i < n;) {
        struct group group = group_at(entries + i, n - i);
        out.truths++;
        out.parts_differ |=
            group.of_extent[DATASET_PART] && group.of_extent[DATASET_NEARLY_ALL];
        if (group.count > most.count ||
            (group.count == most.count && group.first_row < most.first_row))
            most = group;
        i += group.count;
    }
    if (most.count)
        out.reference = usual_version(&most);
    if (baseline && baseline->dataset)
        out.reference = baseline->dataset;
    free(entries);
    return out;
}

bool versions_differ(const struct versions *versions)
{
    return versions->truths > 1 || versions->parts_differ;
}

void versions_print(const struct versions *versions, char *out, size_t out_bytes)
{
    if (versions->truths > 1)
        snprintf(out, out_bytes, "AP of %zu ground truths: not comparable as it stands",
            versions->truths);
    else
        snprintf(out, out_bytes, "%s",
            versions->parts_differ
                ? "AP on different images of one ground truth: not comparable as it stands"
                : "");
}

bool versions_is_measured(const struct run_row *run, const struct run_column *column)
{
    if (column->kind == RUN_COLUMN_BEST || column->kind == RUN_COLUMN_LAST)
        return run_is_evaluated(run, column->role);
    bool is_course = column->kind == RUN_COLUMN_COURSE && column->ask != EXPR_COUNT &&
                     column->ask != EXPR_BEST_STEP && column->ask != EXPR_DELTA;
    if (is_course && !column->name)
        return run_is_evaluated(run, column->role);
    return (is_course || column->kind == RUN_COLUMN_METRIC) && run->dataset &&
           strncmp(column->name, "eval/", 5) == 0;
}

bool versions_is_foreign(
    const struct versions *versions, const struct run_row *run, const struct run_column *column)
{
    return versions->reference && versions_is_measured(run, column) &&
           dataset_kinship(versions->reference, run->dataset) != DATASET_SAME;
}

static bool is_of_ap(const struct run_column *column)
{
    return column->role == ROLE_AP &&
           (column->kind == RUN_COLUMN_BEST || column->kind == RUN_COLUMN_BEST_STEP ||
               column->kind == RUN_COLUMN_DELTA || column->kind == RUN_COLUMN_SPARK);
}

static bool is_of_run(const struct run_column *column)
{
    return column->kind <= RUN_COLUMN_DURATION;
}

size_t versions_add_column(struct run_column *columns, size_t count, size_t room)
{
    static const struct run_column ADDED = {.kind = RUN_COLUMN_DATASET, .title = "truth"};
    size_t behind_own = 0, behind_ap = 0;
    for (size_t i = 0; i < count; i++) {
        if (columns[i].kind == RUN_COLUMN_DATASET)
            return count;
        if (is_of_run(&columns[i]))
            behind_own = i + 1;
        if (is_of_ap(&columns[i]))
            behind_ap = i + 1;
    }
    if (count >= room)
        return count;
    size_t at = behind_ap ? behind_ap : behind_own;
    memmove(&columns[at + 1], &columns[at], (count - at) * sizeof *columns);
    columns[at] = ADDED;
    return count + 1;
}
