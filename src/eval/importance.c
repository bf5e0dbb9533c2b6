#include "eval/importance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_PERMUTATIONS = 100 };

static const double MOST_STEPS = 2e8;

/* One run that has parameter and metric. */
struct item {
    const struct param *value;
    double metric;
    double x, y;  /* mid-ranks of value and metric */
    size_t group; /* of equal values */
    size_t run;
};

struct sample {
    struct item *items; /* by value */
    double *shuffled;   /* the metric's ranks */
    double *sums;       /* by group */
    size_t *sizes;      /* by group */
    size_t count, groups;
    bool numeric;
};

/* ---- order and ranks ---- */

/* NaN last: a parameter may be one. */
static int compare_doubles(double a, double b)
{
    if (isnan(a) || isnan(b))
        return !!isnan(a) - !!isnan(b);
    return (a > b) - (a < b);
}

static int compare_numbers(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    int order = compare_doubles(a->value->number, b->value->number);
    return order ? order : (a->run > b->run) - (a->run < b->run);
}

static int compare_texts(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    int order = (a->value->kind > b->value->kind) - (a->value->kind < b->value->kind);
    if (!order && a->value->kind == PARAM_TEXT)
        order = strcmp(a->value->text, b->value->text);
    else if (!order)
        order = compare_doubles(a->value->number, b->value->number);
    return order ? order : (a->run > b->run) - (a->run < b->run);
}

static int compare_metrics(const void *left, const void *right)
{
    const struct item *const *a = left, *const *b = right;
    return compare_doubles((*a)->metric, (*b)->metric);
}

static void rank_metric(struct sample *sample, struct item **order)
{
    for (size_t i = 0; i < sample->count; i++)
        order[i] = &sample->items[i];
    qsort(order, sample->count, sizeof *order, compare_metrics);
    for (size_t i = 0, end; i < sample->count; i = end) {
        for (end = i + 1; end < sample->count && order[end]->metric == order[i]->metric; end++)
            continue;
        for (size_t k = i; k < end; k++)
            order[k]->y = (double)(i + end + 1) / 2; /* ranks i + 1 .. end */
    }
}

static void group_values(struct sample *sample)
{
    struct item *items = sample->items;
    sample->groups = 0;
    for (size_t i = 0, end; i < sample->count; i = end) {
        for (end = i + 1;
             end < sample->count && param_equal(items[end].value, items[i].value); end++)
            continue;
        for (size_t k = i; k < end; k++) {
            items[k].group = sample->groups;
            items[k].x = (double)(i + end + 1) / 2;
        }
        sample->sizes[sample->groups++] = end - i;
    }
}

/* Fills SAMPLE with the runs that count for ROW. */
static void take_sample(const struct diff_param *row, const double *metric, size_t run_count,
    struct sample *sample, struct item **order)
{
    sample->count = 0;
    sample->numeric = true;
    for (size_t r = 0; r < run_count; r++) {
        const struct param *value = row->values[r];
        if (!value || !isfinite(metric[r]))
            continue;
        sample->numeric &= value->kind == PARAM_NUMBER && !isnan(value->number);
        sample->items[sample->count++] =
            (struct item){.value = value, .metric = metric[r], .run = r};
    }
    if (sample->count)
        qsort(sample->items, sample->count, sizeof *sample->items,
            sample->numeric ? compare_numbers : compare_texts);
    group_values(sample);
    rank_metric(sample, order);
}

/* ---- how strong ---- */

/* What grows with the strength, of the ranks Y in the order of items: |sum of products about the
 * mean|, or the sum over groups of (sum)^2 / size. */
static double strength(const struct sample *sample, const double *y)
{
    double mean = ((double)sample->count + 1) / 2, sum = 0;
    if (sample->numeric) {
        for (size_t i = 0; i < sample->count; i++)
            sum += (sample->items[i].x - mean) * (y[i] - mean);
        return fabs(sum);
    }
    memset(sample->sums, 0, sample->groups * sizeof *sample->sums);
    for (size_t i = 0; i < sample->count; i++)
        sample->sums[sample->items[i].group] += y[i] - mean;
    for (size_t g = 0; g < sample->groups; g++)
        sum += sample->sums[g] * sample->sums[g] / (double)sample->sizes[g];
    return sum;
}

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void shuffle(double *y, size_t count, uint64_t *state)
{
    for (size_t i = count - 1; i > 0; i--) {
        size_t k = (size_t)(((next_random(state) >> 32) * (i + 1)) >> 32);
        double held = y[i];
        y[i] = y[k];
        y[k] = held;
    }
}

static double permutation_p(struct sample *sample, double observed, int permutations, uint64_t seed)
{
    int as_strong = 0;
    double least = observed - 1e-9 * (1 + observed); /* ties are ties in spite of rounding */
    for (int i = 0; i < permutations; i++) {
        shuffle(sample->shuffled, sample->count, &seed);
        as_strong += strength(sample, sample->shuffled) >= least;
    }
    return (double)(1 + as_strong) / (1 + permutations);
}

static enum importance_trouble find_trouble(const struct sample *sample)
{
    size_t pairs = 0;
    bool same = true;
    if (sample->count < IMPORTANCE_LEAST_RUNS)
        return IMPORTANCE_FEW_RUNS;
    for (size_t g = 0; g < sample->groups; g++)
        pairs += sample->sizes[g] > 1;
    if (!sample->numeric && pairs < 2)
        return IMPORTANCE_FEW_EACH;
    for (size_t i = 1; i < sample->count; i++)
        same &= sample->items[i].metric == sample->items[0].metric;
    return same ? IMPORTANCE_SAME : IMPORTANCE_FINE;
}

static void measure(struct sample *sample, int permutations, uint64_t seed, struct importance_row *row)
{
    double mean = ((double)sample->count + 1) / 2, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < sample->count; i++) {
        double x = sample->items[i].x - mean, y = sample->items[i].y - mean;
        xx += x * x;
        yy += y * y;
        xy += x * y;
        sample->shuffled[i] = sample->items[i].y;
    }
    double observed = strength(sample, sample->shuffled);
    if (sample->numeric)
        row->rho = xy / sqrt(xx * yy);
    row->share = sample->numeric ? row->rho * row->rho : observed / yy;
    row->p = permutation_p(sample, observed, permutations, seed);
}

/* ---- values ---- */

static int compare_plain(const void *left, const void *right)
{
    return compare_doubles(*(const double *)left, *(const double *)right);
}

static double median_of(double *numbers, size_t count)
{
    qsort(numbers, count, sizeof *numbers, compare_plain);
    return count % 2 ? numbers[count / 2] : (numbers[count / 2 - 1] + numbers[count / 2]) / 2;
}

static int compare_medians(const void *left, const void *right)
{
    const struct importance_value *a = left, *b = right;
    return compare_doubles(b->median, a->median);
}

static bool list_values(struct sample *sample, struct arena *arena, struct importance_row *row)
{
    size_t at = 0;
    row->values = ARENA_ARRAY(arena, struct importance_value, sample->groups + 1);
    if (!row->values)
        return false;
    for (size_t g = 0; g < sample->groups; g++) {
        size_t size = sample->sizes[g];
        for (size_t i = 0; i < size; i++)
            sample->shuffled[i] = sample->items[at + i].metric;
        row->values[g] = (struct importance_value){
            sample->items[at].value, size, median_of(sample->shuffled, size)};
        at += size;
    }
    row->value_count = sample->groups;
    if (!sample->numeric)
        qsort(row->values, row->value_count, sizeof *row->values, compare_medians);
    return true;
}

/* ---- rows ---- */

/* The same for two parameters that tell the same runs apart: FNV-1a over the first run of each run's
 * group, in the order of runs. FIRSTS has room for RUN_COUNT. */
static uint64_t partition_of(const struct sample *sample, size_t run_count, size_t *firsts)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t r = 0; r < run_count; r++)
        firsts[r] = SIZE_MAX;
    for (size_t i = 0, first = 0; i < sample->count; i++) {
        if (i && sample->items[i].group != sample->items[i - 1].group)
            first = i;
        firsts[sample->items[i].run] = sample->items[first].run; /* by run within a group */
    }
    for (size_t r = 0; r < run_count; r++)
        hash = (hash ^ firsts[r]) * 0x100000001b3u;
    return hash;
}

struct ranked {
    struct importance_row row;
    uint64_t partition;
    size_t place; /* in PARAMS */
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    bool a_fine = a->row.trouble == IMPORTANCE_FINE, b_fine = b->row.trouble == IMPORTANCE_FINE;
    int order = b_fine - a_fine;
    if (!order && a_fine) /* rounded, so that twins keep their order */
        order = compare_doubles(nearbyint(b->row.share * 1e12), nearbyint(a->row.share * 1e12));
    if (!order && a_fine)
        order = (b->row.n > a->row.n) - (b->row.n < a->row.n);
    return order ? order : (a->place > b->place) - (a->place < b->place);
}

enum { MOST_TWINS_LOOKED_AT = 256 };

static void order_rows(struct ranked *ranked, struct importance *out)
{
    if (out->count)
        qsort(ranked, out->count, sizeof *ranked, compare_ranked);
    for (size_t i = 0; i < out->count; i++) {
        out->rows[i] = ranked[i].row;
        out->tested += ranked[i].row.trouble == IMPORTANCE_FINE;
        for (size_t k = 0; k < i && k < MOST_TWINS_LOOKED_AT && !out->rows[i].twin; k++)
            if (ranked[k].partition == ranked[i].partition)
                out->rows[i].twin = ranked[k].row.name;
    }
}

static bool make_room(struct sample *sample, struct item ***order, size_t **firsts,
    size_t run_count, struct arena *arena)
{
    *sample = (struct sample){.items = ARENA_ARRAY(arena, struct item, run_count + 1),
        .shuffled = ARENA_ARRAY(arena, double, run_count + 1),
        .sums = ARENA_ARRAY(arena, double, run_count + 1),
        .sizes = ARENA_ARRAY(arena, size_t, run_count + 1)};
    *order = ARENA_ARRAY(arena, struct item *, run_count + 1);
    *firsts = ARENA_ARRAY(arena, size_t, run_count + 1);
    return sample->items && sample->shuffled && sample->sums && sample->sizes && *order && *firsts;
}

bool importance_make(const struct diff_params *params, const double *metric, size_t run_count,
    struct arena *arena, struct importance *out, struct err *err)
{
    struct sample sample;
    struct item **order;
    size_t *firsts;
    *out = (struct importance){.rows = ARENA_ARRAY(arena, struct importance_row, params->count + 1)};
    struct ranked *ranked = ARENA_ARRAY(arena, struct ranked, params->count + 1);
    if (!out->rows || !ranked || !make_room(&sample, &order, &firsts, run_count, arena))
        return err_set(err, ERR_MEMORY, "out of memory while ranking parameters");
    for (size_t r = 0; r < run_count; r++)
        out->run_count += isfinite(metric[r]);
    double steps = ((double)params->count + 1) * ((double)out->run_count + 1);
    double most = fmin(IMPORTANCE_PERMUTATIONS, fmax(LEAST_PERMUTATIONS, MOST_STEPS / steps));
    out->permutations = (int)most;
    for (size_t i = 0; i < params->count; i++) {
        const struct diff_param *param = &params->rows[i];
        if (param->noise)
            continue;
        take_sample(param, metric, run_count, &sample, order);
        if (sample.groups < 2)
            continue;
        struct ranked *place = &ranked[out->count++];
        *place = (struct ranked){.row = {.name = param->name,
                                     .numeric = sample.numeric,
                                     .n = sample.count,
                                     .trouble = find_trouble(&sample),
                                     .share = NAN,
                                     .rho = NAN,
                                     .p = NAN},
            .partition = partition_of(&sample, run_count, firsts),
            .place = i};
        if (place->row.trouble == IMPORTANCE_FINE)
            measure(&sample, out->permutations, i + 1, &place->row);
        if (!list_values(&sample, arena, &place->row))
            return err_set(err, ERR_MEMORY, "out of memory while ranking parameters");
    }
    order_rows(ranked, out);
    return true;
}
