/*
 * Runs that belong together: the same configuration with other seeds, or one value of a column;
 * with the mean and the spread of what a table shows.
 * Knows: rows, columns. Must not know: screens, which groups are open on one.
 */
#pragma once

#include "work/runs.h"

/*
 * How runs are grouped. Without BY they must agree in all parameters (as they are compared:
 * synonyms under their quantity, null as if absent) but the seed, what only names or places a run
 * (run_name, output_dir, anything that ends with "dir"), and the BUT_COUNT names of BUT. A run
 * without any parameter that counts is like no other.
 */
struct runs_grouping {
    const struct run_column *by; /* NULL, or the column whose value they share; not kept */
    const char *const *but;      /* names of parameters, or their last dotted part */
    size_t but_count;
};

/* "seed" or "" (the same but for the seed), "!x,!y" (but for x and y too), else a column by which.
 * Texts live in ARENA. */
bool runs_parse_grouping(const struct runs *runs, struct arena *arena, const char *text,
    struct runs_grouping *out, struct err *err);

struct run_group {
    const char *label; /* "exp_seed*", "model=fcos" */
    const uint32_t *rows;
    size_t count; /* at least 1 */
};

struct run_groups {
    struct run_group *groups; /* in the order of their first members */
    size_t count;
};

/* Which group each row of RUNS is of, from 0 on: it stays so while what is listed, and in which
 * order, changes. */
struct run_numbers {
    const uint32_t *of; /* by row */
    size_t count;       /* of different numbers */
};
bool runs_number(const struct runs *runs, const struct runs_grouping *grouping,
    const struct run_row *baseline, double now_s, struct arena *arena, struct run_numbers *out,
    struct err *err);

/* Groups the COUNT rows of ORDER, whose order members keep. Memory from ARENA. */
bool runs_group(const struct runs *runs, const uint32_t *order, size_t count,
    const struct runs_grouping *grouping, const struct run_numbers *numbers,
    const struct run_row *baseline, double now_s, struct arena *arena, struct run_groups *out,
    struct err *err);

/* Numbers the groups of two or more among COUNT runs that differ in the seed only, from 1 on in the
 * order of their first run; NUMBERS[i] is 0 for a run without a sibling. False when memory is out.
 */
bool runs_number_siblings(const struct run_row *const *rows, size_t count, int32_t *numbers);

/* The numbers of a column in a group, without what is unknown or not finite. */
struct run_spread {
    size_t n;
    double mean; /* NaN when n is 0 */
    double std;  /* of the sample (divided by n - 1); NaN when n is below 2 */
};

struct run_spread run_group_spread(const struct runs *runs, const struct run_group *group,
    const struct run_column *column, const struct run_row *baseline, double now_s);
/* What a group shows in a column: its label for a name, the youngest age, the first start, else the
 * mean of numbers; a text that all members have; else unknown. *SPREAD is that of the numbers. */
struct run_value run_group_value(const struct runs *runs, const struct run_group *group,
    const struct run_column *column, const struct run_row *baseline, double now_s,
    struct run_spread *spread);

/* As a table shows it: VALUE, and BETWEEN and the deviation where there is one: "0.4123 ± 0.0021".
 */
void run_group_print(const struct run_value *value, const struct run_spread *spread,
    const struct run_column *column, const char *between, char *out, size_t out_bytes);
/* "finished", "2 of 5 failed": what all are, or how many are what needs a look. */
void run_group_print_status(
    const struct runs *runs, const struct run_group *group, char *out, size_t out_bytes);
/* The status of the worst of them: lost, failed, stalled, running, unknown, finished. */
const struct run_row *run_group_worst(const struct runs *runs, const struct run_group *group);

/* Sorts groups as runs_order_by() sorts rows, by what they show. False when memory is out. */
bool run_groups_sort(const struct runs *runs, struct run_groups *groups, const struct run_key *keys,
    size_t key_count, const struct run_row *baseline, double now_s);

/* A line of a table of groups: its head, or one of its members. */
struct run_line {
    uint32_t group;
    bool is_head;
    uint32_t row; /* of a member */
};

/* The lines of GROUPS of which those with OPEN[group] (NULL: none) show their members; OUT has room
 * for all groups and all members. Returns how many. */
size_t run_groups_lines(const struct run_groups *groups, const bool *open, struct run_line *out);
