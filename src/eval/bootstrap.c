#include "eval/bootstrap.h"

#include "base/parallel.h"
#include "eval/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const size_t SAMPLES_MOST_BYTES = (size_t)1 << 30;

/* What one thread needs. */
struct worker {
    uint32_t *weights;
    struct eval_weighing *scratch;
};

struct eval_bootstrap {
    struct eval_bootstrap_settings settings;
    size_t run_count, image_count;
    size_t number_count;            /* of one run */
    const struct eval_weighted **runs;
    struct worker *workers;         /* settings.threads of them */
    double *points;                 /* [run][number] */
    double *samples;                /* [resample][run][number] */
    struct rank_item *sorted;       /* room for a number's resamples, and as much scratch */
    double *values;                 /* the same, ascending */
    int done;
};

/* Output INDEX (1 ...) of splitmix64 of SEED. */
static uint64_t splitmix64(uint64_t seed, uint64_t index)
{
    uint64_t z = seed + index * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

void eval_bootstrap_weights(int resample, size_t count, uint32_t *weights)
{
    uint64_t seed = UINT64_C(1000003) * ((uint64_t)resample + 1) + 7;
    memset(weights, 0, count * sizeof *weights);
    for (uint64_t draw = 1; draw <= count; draw++) {
        double u = (double)(splitmix64(seed, draw) >> 11) * 0x1p-53; /* u * count stays below it */
        weights[(size_t)(u * (double)count)]++;
    }
}

static bool same_settings(const struct eval_aligned *runs, size_t run_count, int iou_index)
{
    const struct eval_set *first = runs[0].set;
    for (size_t r = 1; r < run_count; r++) {
        const struct eval_set *set = runs[r].set;
        const struct eval_settings *a = &first->settings, *b = &set->settings;
        size_t bytes = (size_t)a->iou_count * sizeof *a->ious;
        if (a->iou_count != b->iou_count || memcmp(a->ious, b->ious, bytes) != 0 ||
            memcmp(a->max_dets, b->max_dets, sizeof a->max_dets) != 0 ||
            (iou_index == EVAL_IOU_CUSTOM && first->custom_iou != set->custom_iou))
            return false;
    }
    return true;
}

static bool is_sane(const struct eval_aligned *runs, size_t run_count,
    const struct eval_common *common, const struct eval_bootstrap_settings *settings,
    struct err *err)
{
    if (!run_count || settings->resamples < 1 || settings->threads < 1 ||
        settings->class_numbers < 0 || settings->class_numbers > EVAL_CLASS_NUMBERS)
        return err_set(err, ERR_USAGE, "runs, resamples and threads are 1 or more");
    if (!same_settings(runs, run_count, common->iou_index))
        return err_set(err, ERR_USAGE, "runs matched at different settings cannot be compared");
    double bytes = 8. * settings->resamples * (double)run_count *
                   (EVAL_NUMBERS + settings->class_numbers * (double)common->category_count);
    if (bytes > (double)SAMPLES_MOST_BYTES)
        return err_set(err, ERR_LIMIT, "%d resamples of %zu runs have too many numbers to keep",
            settings->resamples, run_count);
    return true;
}

static void weigh_run(const struct eval_bootstrap *bootstrap, size_t run,
    const struct worker *worker, double *numbers)
{
    eval_weighted_numbers(bootstrap->runs[run], worker->weights, worker->scratch,
        bootstrap->settings.class_numbers, numbers);
}

static bool make_workers(struct eval_bootstrap *bootstrap, struct arena *arena)
{
    int threads = bootstrap->settings.threads;
    bootstrap->workers = ARENA_ARRAY(arena, struct worker, (size_t)threads);
    for (int w = 0; bootstrap->workers && w < threads; w++) {
        struct worker *worker = &bootstrap->workers[w];
        worker->weights = ARENA_ARRAY(arena, uint32_t, bootstrap->image_count + 1);
        worker->scratch = eval_weighing_new(bootstrap->runs, bootstrap->run_count, arena);
        if (!worker->weights || !worker->scratch)
            return false;
    }
    return bootstrap->workers != NULL;
}

static bool make_room(struct eval_bootstrap *bootstrap, struct arena *arena)
{
    size_t row = bootstrap->run_count * bootstrap->number_count;
    size_t resamples = (size_t)bootstrap->settings.resamples;
    bootstrap->points = ARENA_ARRAY(arena, double, row);
    bootstrap->samples = ARENA_ARRAY(arena, double, row * resamples);
    bootstrap->sorted = ARENA_ARRAY(arena, struct rank_item, 2 * resamples);
    bootstrap->values = ARENA_ARRAY(arena, double, resamples);
    return bootstrap->points && bootstrap->samples && bootstrap->sorted && bootstrap->values &&
           make_workers(bootstrap, arena);
}

struct eval_bootstrap *eval_bootstrap_new(const struct eval_aligned *runs, size_t run_count,
    const struct eval_common *common, const struct eval_bootstrap_settings *settings,
    struct arena *arena, struct err *err)
{
    if (!is_sane(runs, run_count, common, settings, err))
        return NULL;
    struct eval_bootstrap *bootstrap = ARENA_NEW(arena, struct eval_bootstrap);
    const struct eval_weighted **weighted =
        ARENA_ARRAY(arena, const struct eval_weighted *, run_count);
    if (bootstrap && weighted) {
        *bootstrap = (struct eval_bootstrap){.settings = *settings,
            .run_count = run_count,
            .image_count = common->image_count,
            .number_count =
                EVAL_NUMBERS + (size_t)settings->class_numbers * common->category_count,
            .runs = weighted};
        if (settings->threads > PARALLEL_MOST)
            bootstrap->settings.threads = PARALLEL_MOST;
        for (size_t r = 0; r < run_count; r++)
            if (!(weighted[r] = eval_weighted_new(&runs[r], common, arena, err)))
                return NULL;
    }
    if (!bootstrap || !weighted || !make_room(bootstrap, arena)) {
        err_set(err, ERR_MEMORY, "out of memory while preparing resamples");
        return NULL;
    }
    const struct worker *worker = &bootstrap->workers[0];
    for (size_t i = 0; i < common->image_count; i++)
        worker->weights[i] = 1;
    for (size_t r = 0; r < run_count; r++)
        weigh_run(bootstrap, r, worker, bootstrap->points + r * bootstrap->number_count);
    return bootstrap;
}

static void make_resample(void *self, int worker, size_t index)
{
    struct eval_bootstrap *bootstrap = self;
    const struct worker *with = &bootstrap->workers[worker];
    size_t resample = (size_t)bootstrap->done + index, runs = bootstrap->run_count;
    eval_bootstrap_weights((int)resample, bootstrap->image_count, with->weights);
    for (size_t r = 0; r < runs; r++)
        weigh_run(bootstrap, r, with,
            bootstrap->samples + (resample * runs + r) * bootstrap->number_count);
}

int eval_bootstrap_run(struct eval_bootstrap *bootstrap, int count)
{
    int left = bootstrap->settings.resamples - bootstrap->done;
    count = count < 0 ? 0 : count < left ? count : left;
    parallel_for(bootstrap->settings.threads, (size_t)count, make_resample, bootstrap);
    return bootstrap->done += count;
}

/* Value at the fraction PART of COUNT ascending ones, linear between the two beside it. */
static double quantile(const double *values, int count, double part)
{
    double at = (count - 1) * part;
    int below = (int)at, next = below + 1 < count ? below + 1 : below;
    return values[below] + (values[next] - values[below]) * (at - below);
}

/* The first COUNT of the values, in any order, as an interval around POINT. */
static struct eval_interval summarize(struct eval_bootstrap *bootstrap, double point, int count)
{
    struct eval_interval interval = {.point = point,
        .low = NAN,
        .high = NAN,
        .mean = NAN,
        .sd = NAN,
        .above = NAN,
        .below = NAN,
        .count = count,
        .undefined = bootstrap->done - count};
    double *values = bootstrap->values, sum = 0, squares = 0;
    int above = 0, below = 0;
    for (int i = 0; i < count; i++) {
        bootstrap->sorted[i] = (struct rank_item){rank_key(values[i]), 0};
        sum += values[i];
        above += values[i] > 0;
        below += values[i] < 0;
    }
    rank_sort(bootstrap->sorted, bootstrap->sorted + count, (size_t)count);
    for (int i = 0; i < count; i++)
        values[i] = rank_score(bootstrap->sorted[count - 1 - i].key);
    if (count) {
        interval.low = quantile(values, count, .025);
        interval.high = quantile(values, count, .975);
        interval.mean = sum / count;
        interval.above = (double)above / count;
        interval.below = (double)below / count;
    }
    for (int i = 0; i < count; i++)
        squares += (values[i] - interval.mean) * (values[i] - interval.mean);
    if (count > 1)
        interval.sd = sqrt(squares / (count - 1));
    interval.within_noise = !(interval.low > 0 || interval.high < 0);
    return interval;
}

/* The first sample of NUMBER of RUN; the next stands run_count * number_count further. */
static const double *samples_of(const struct eval_bootstrap *bootstrap, size_t run, size_t number)
{
    return bootstrap->samples + run * bootstrap->number_count + number;
}

struct eval_interval eval_bootstrap_number(
    struct eval_bootstrap *bootstrap, size_t run, size_t number)
{
    size_t step = bootstrap->run_count * bootstrap->number_count;
    const double *sample = samples_of(bootstrap, run, number);
    int count = 0;
    for (int i = 0; i < bootstrap->done; i++, sample += step)
        if (!isnan(*sample))
            bootstrap->values[count++] = *sample;
    return summarize(
        bootstrap, bootstrap->points[run * bootstrap->number_count + number], count);
}

struct eval_interval eval_bootstrap_delta(
    struct eval_bootstrap *bootstrap, size_t a, size_t b, size_t number)
{
    size_t step = bootstrap->run_count * bootstrap->number_count;
    const double *of_a = samples_of(bootstrap, a, number), *of_b = samples_of(bootstrap, b, number);
    int count = 0;
    for (int i = 0; i < bootstrap->done; i++, of_a += step, of_b += step) {
        double delta = *of_b - *of_a;
        if (!isnan(delta))
            bootstrap->values[count++] = delta;
    }
    double point = bootstrap->points[b * bootstrap->number_count + number] -
                   bootstrap->points[a * bootstrap->number_count + number];
    return summarize(bootstrap, point, count);
}

enum better eval_number_better(size_t number)
{
    return number == EVAL_N_FP || number == EVAL_N_FN ? BETTER_LOWER : BETTER_HIGHER;
}

/* A run while it is ranked: its point, negative where lower is better. */
struct ranked {
    double goodness;
    size_t run;
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (isnan(a->goodness) != isnan(b->goodness))
        return isnan(a->goodness) ? 1 : -1;
    if (a->goodness != b->goodness && !isnan(a->goodness))
        return a->goodness > b->goodness ? -1 : 1;
    return (a->run > b->run) - (a->run < b->run);
}

/* Each pair once: a difference turned round has its interval turned round. */
static void compare_rows(
    struct eval_bootstrap *bootstrap, size_t number, const struct eval_ranking *ranking)
{
    size_t n = ranking->count;
    for (size_t i = 0; i < n; i++) {
        ranking->within_noise[i * n + i] = true;
        for (size_t j = i + 1; j < n; j++) {
            struct eval_interval delta = eval_bootstrap_delta(
                bootstrap, ranking->rows[i].run, ranking->rows[j].run, number);
            ranking->within_noise[i * n + j] = ranking->within_noise[j * n + i] =
                delta.within_noise;
        }
    }
}

static void group_rows(const struct eval_ranking *ranking)
{
    size_t n = ranking->count;
    int group = 0;
    for (size_t i = 0; i < n; i++)
        ranking->rows[i].group = -1;
    for (size_t best = 0; best < n && ranking->rows[best].place; best++) {
        if (ranking->rows[best].group >= 0)
            continue;
        for (size_t i = best; i < n && ranking->rows[i].place; i++)
            if (ranking->rows[i].group < 0 && ranking->within_noise[best * n + i])
                ranking->rows[i].group = group;
        group++;
    }
}

bool eval_bootstrap_rank(struct eval_bootstrap *bootstrap, size_t number, struct arena *arena,
    struct eval_ranking *ranking, struct err *err)
{
    size_t n = bootstrap->run_count;
    struct ranked *order = ARENA_ARRAY(arena, struct ranked, n);
    *ranking = (struct eval_ranking){.rows = ARENA_ARRAY(arena, struct eval_rank, n),
        .count = n,
        .row_of_run = ARENA_ARRAY(arena, size_t, n),
        .within_noise = arena_array(arena, n, n * sizeof(bool))};
    if (!order || !ranking->rows || !ranking->row_of_run || !ranking->within_noise)
        return err_set(err, ERR_MEMORY, "out of memory while ranking runs");
    for (size_t r = 0; r < n; r++) {
        double point = bootstrap->points[r * bootstrap->number_count + number];
        order[r] = (struct ranked){
            eval_number_better(number) == BETTER_LOWER ? -point : point, r};
    }
    qsort(order, n, sizeof *order, compare_ranked);
    for (size_t i = 0; i < n; i++) {
        struct eval_rank *row = &ranking->rows[i];
        bool tied = i && order[i].goodness == order[i - 1].goodness;
        row->run = order[i].run;
        row->place = isnan(order[i].goodness) ? 0 : tied ? row[-1].place : (int)i + 1;
        row->interval = eval_bootstrap_number(bootstrap, row->run, number);
        ranking->row_of_run[row->run] = i;
    }
    compare_rows(bootstrap, number, ranking);
    group_rows(ranking);
    return true;
}
