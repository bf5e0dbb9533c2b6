#include "eval/sweep.h"

#include "eval/rank.h"

#include <math.h>
#include <stdlib.h>

/* What a detection is stands below its category in the index of its rank item, so that the walk
 * reads nothing else. */
enum { IS_TP = 1, IS_IGNORED = 2, OUTCOME_BITS = 2 };

/* Counts on their way down the scores, and the best F1 so far. */
struct runner {
    struct eval_counts counts;
    struct eval_best best;
    uint64_t key;  /* of the score at hand; 0, which no finite score has: none yet */
    bool may_rise; /* that score has a true positive or is the first */
};

struct walk {
    const struct eval_set *set;
    eval_filter filter;
    struct eval_sweep *sweep;
    struct rank_item *items; /* as much scratch behind */
    size_t count;
    struct runner pool, *runners; /* of all, and per category */
};

/* All detections of the score at hand are in the counts. */
static void settle(struct runner *runner)
{
    if (!runner->may_rise || !(runner->counts.tp + runner->counts.fn))
        return;
    double f1 = eval_f1(&runner->counts);
    if (isnan(runner->best.f1) || f1 > runner->best.f1)
        runner->best = (struct eval_best){rank_score(runner->key), f1, runner->counts};
}

static void take(struct runner *runner, uint64_t key, uint32_t outcome)
{
    int64_t tp = outcome & IS_TP, ignored = (outcome & IS_IGNORED) / IS_IGNORED;
    if (key != runner->key) {
        settle(runner);
        runner->may_rise = !runner->key;
        runner->key = key;
    }
    runner->may_rise |= tp;
    runner->counts.tp += tp;
    runner->counts.fn -= tp;
    runner->counts.ignored += ignored;
    runner->counts.fp += 1 - tp - ignored;
}

static bool walk_init(struct walk *walk)
{
    const struct eval_set *set = walk->set;
    static const struct eval_best NONE = {.confidence = NAN, .f1 = NAN};
    size_t n = 0;
    for (size_t c = 0; c < set->category_count; c++)
        if (eval_filter_has(walk->filter, c))
            n += set->category_start[c + 1] - set->category_start[c];
    walk->items = calloc(2 * n + 1, sizeof *walk->items);
    walk->runners = calloc(set->category_count + 1, sizeof *walk->runners);
    if (!walk->items || !walk->runners)
        return false;
    walk->pool.best = NONE;
    for (size_t c = 0; c < set->category_count; c++) {
        walk->runners[c].best = NONE;
        if (!eval_filter_has(walk->filter, c))
            continue;
        walk->runners[c].counts.fn = set->category_gt[c + 1] - set->category_gt[c];
        walk->pool.counts.fn += walk->runners[c].counts.fn;
    }
    return true;
}

/* The filtered detections by score. */
static void rank_all(struct walk *walk, int iou_index)
{
    const struct eval_set *set = walk->set;
    const uint16_t *tp = set->tp[EVAL_ALL], *ignored = set->ignored[EVAL_ALL];
    for (size_t c = 0; c < set->category_count; c++) {
        if (!eval_filter_has(walk->filter, c))
            continue;
        for (uint32_t i = set->category_start[c]; i < set->category_start[c + 1]; i++) {
            uint32_t outcome = (tp[i] >> iou_index & 1 ? IS_TP : 0) |
                               (ignored[i] >> iou_index & 1 ? IS_IGNORED : 0);
            walk->items[walk->count++] =
                (struct rank_item){rank_key(set->score[i]), (uint32_t)c << OUTCOME_BITS | outcome};
        }
    }
    rank_sort(walk->items, walk->items + walk->count, walk->count);
}

/* Notes the counts at confidence number AT: what is behind the walk reaches it. */
static void note_counts(struct walk *walk, int at)
{
    struct eval_sweep *sweep = walk->sweep;
    double sum = 0, defined = 0;
    sweep->total[at] = walk->pool.counts;
    sweep->precision[at] = eval_precision(&walk->pool.counts);
    sweep->recall[at] = eval_recall(&walk->pool.counts);
    sweep->f1[at] = eval_f1(&walk->pool.counts);
    for (size_t c = 0; c < walk->set->category_count; c++) {
        const struct eval_counts *counts = &walk->runners[c].counts;
        sweep->categories[c][at] = *counts;
        if (!(counts->tp + counts->fn))
            continue;
        sum += eval_f1(counts);
        defined++;
    }
    sweep->macro_f1[at] = defined > 0 ? sum / defined : NAN;
}

static void walk_down(struct walk *walk)
{
    struct eval_sweep *sweep = walk->sweep;
    int at = EVAL_SWEEP - 1; /* the highest confidence not yet passed */
    for (size_t i = 0; i < walk->count; i++) {
        const struct rank_item *item = &walk->items[i];
        while (at >= 0 && item->key > rank_key(sweep->confidence[at]))
            note_counts(walk, at--);
        take(&walk->pool, item->key, item->index);
        take(&walk->runners[item->index >> OUTCOME_BITS], item->key, item->index);
    }
    while (at >= 0)
        note_counts(walk, at--);
    settle(&walk->pool);
    sweep->best = walk->pool.best;
    for (size_t c = 0; c < walk->set->category_count; c++) {
        settle(&walk->runners[c]);
        sweep->best_of_category[c] = walk->runners[c].best;
    }
}

bool eval_sweep(const struct eval_set *set, int iou_index, eval_filter filter, struct arena *arena,
    struct eval_sweep *sweep, struct err *err)
{
    struct walk walk = {.set = set, .filter = filter, .sweep = sweep};
    for (int i = 0; i < EVAL_SWEEP; i++)
        sweep->confidence[i] = i / 100.;
    sweep->categories = arena_array(arena, set->category_count + 1, sizeof *sweep->categories);
    sweep->best_of_category = ARENA_ARRAY(arena, struct eval_best, set->category_count + 1);
    bool ready = sweep->categories && sweep->best_of_category && walk_init(&walk);
    if (ready) {
        rank_all(&walk, iou_index);
        walk_down(&walk);
    }
    free(walk.items);
    free(walk.runners);
    return ready || err_set(err, ERR_MEMORY, "out of memory while sweeping over confidences");
}
