#include "eval/ladder.h"

#include "eval/rank.h"

#include <math.h>
#include <stdlib.h>

/* ---- making ---- */

enum verdict { IS_FP, IS_TP, IS_IGNORED, VERDICTS };

static enum verdict verdict_at(const struct eval_set *set, uint32_t at, int iou_index)
{
    if (set->tp[EVAL_ALL][at] >> iou_index & 1)
        return IS_TP;
    return set->ignored[EVAL_ALL][at] >> iou_index & 1 ? IS_IGNORED : IS_FP;
}

static bool rungs_init(
    struct eval_rungs *rungs, size_t categories, size_t count, struct arena *arena)
{
    rungs->scores = ARENA_ARRAY(arena, double, 2 * count + 1);
    rungs->start = ARENA_ARRAY(arena, size_t, categories + 2);
    return rungs->scores && rungs->start;
}

/* What is being filled: a place for each verdict. */
struct filling {
    const struct eval_set *set;
    int iou_index;
    struct eval_rungs *rungs[VERDICTS];
    size_t count[VERDICTS]; /* so far */
};

/* Appends detections FROM to END, the highest score first. */
static void add_ranked(
    struct filling *filling, struct rank_item *ranked, uint32_t from, uint32_t end)
{
    size_t n = end - from;
    for (size_t i = 0; i < n; i++)
        ranked[i] = (struct rank_item){rank_key(filling->set->score[from + i]), from + (uint32_t)i};
    rank_sort(ranked, ranked + n, n);
    for (size_t i = 0; i < n; i++) {
        enum verdict v = verdict_at(filling->set, ranked[i].index, filling->iou_index);
        filling->rungs[v]->scores[filling->count[v]++] = filling->set->score[ranked[i].index];
    }
}

static void begin(struct filling *filling, size_t category)
{
    for (int v = 0; v < VERDICTS; v++)
        filling->rungs[v]->start[category] = filling->count[v];
}

static void fill(struct filling *filling, struct rank_item *ranked, struct eval_ladder *out)
{
    const struct eval_set *set = filling->set;
    size_t categories = set->category_count;
    for (size_t c = 0; c < categories; c++) {
        begin(filling, c);
        add_ranked(filling, ranked, set->category_start[c], set->category_start[c + 1]);
        out->positives[c] = set->category_gt[c + 1] - set->category_gt[c];
        out->positives[categories] += out->positives[c];
    }
    begin(filling, categories);
    add_ranked(filling, ranked, 0, set->category_start[categories]);
    begin(filling, categories + 1);
}

bool eval_ladder_make(const struct eval_set *set, int iou_index, struct arena *arena,
    struct eval_ladder *out, struct err *err)
{
    size_t count[VERDICTS] = {0};
    for (uint32_t i = 0; i < set->count; i++)
        count[verdict_at(set, i, iou_index)]++;
    *out = (struct eval_ladder){.category_count = set->category_count};
    out->positives = ARENA_ARRAY(arena, int64_t, set->category_count + 1);
    struct filling filling = {set, iou_index, {&out->fp, &out->tp, &out->ignored}, {0}};
    bool ready = out->positives != NULL;
    for (int v = 0; v < VERDICTS; v++)
        ready = ready && rungs_init(filling.rungs[v], set->category_count, count[v], arena);
    struct rank_item *ranked = ready ? calloc(2 * set->count + 1, sizeof *ranked) : NULL;
    if (!ranked)
        return err_set(err, ERR_MEMORY, "out of memory while ranking detections");
    fill(&filling, ranked, out);
    free(ranked);
    return true;
}

/* ---- asking ---- */

/* How many of N descending SCORES reach CONFIDENCE. */
static size_t reached(const double *scores, size_t n, double confidence)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (scores[middle] >= confidence)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t slot_of(const struct eval_ladder *ladder, int32_t category)
{
    return category == EVAL_LADDER_ALL ? ladder->category_count : (size_t)category;
}

static int64_t rungs_reached(const struct eval_rungs *rungs, size_t slot, double confidence)
{
    size_t start = rungs->start[slot];
    return (int64_t)reached(rungs->scores + start, rungs->start[slot + 1] - start, confidence);
}

struct eval_counts eval_ladder_counts(
    const struct eval_ladder *ladder, int32_t category, double confidence)
{
    size_t slot = slot_of(ladder, category);
    struct eval_counts counts = {.tp = rungs_reached(&ladder->tp, slot, confidence),
        .fp = rungs_reached(&ladder->fp, slot, confidence),
        .ignored = rungs_reached(&ladder->ignored, slot, confidence)};
    counts.fn = ladder->positives[slot] - counts.tp;
    return counts;
}

static void widen(
    struct eval_ladder_span *out, size_t columns, size_t tp, size_t fp, int64_t positives)
{
    if (!(tp + fp))
        return;
    double precision = (double)tp / (double)(tp + fp);
    size_t at = (size_t)((double)tp / (double)positives * (double)columns);
    struct eval_ladder_span *span = &out[at < columns ? at : columns - 1];
    if (isnan(span->low))
        *span = (struct eval_ladder_span){precision, precision, precision, precision};
    span->low = fmin(span->low, precision);
    span->high = fmax(span->high, precision);
    span->last = precision;
}

void eval_ladder_curve(const struct eval_ladder *ladder, int32_t category, size_t columns,
    struct eval_ladder_span *out)
{
    size_t slot = slot_of(ladder, category), fp = 0;
    const double *hits = ladder->tp.scores + ladder->tp.start[slot];
    const double *misses = ladder->fp.scores + ladder->fp.start[slot];
    size_t hit_count = ladder->tp.start[slot + 1] - ladder->tp.start[slot];
    size_t miss_count = ladder->fp.start[slot + 1] - ladder->fp.start[slot];
    for (size_t i = 0; i < columns; i++)
        out[i] = (struct eval_ladder_span){NAN, NAN, NAN, NAN};
    if (!ladder->positives[slot] || !columns)
        return;
    for (size_t tp = 0, next; tp < hit_count; tp = next) {
        for (next = tp + 1; next < hit_count && hits[next] == hits[tp];)
            next++;
        for (; fp < miss_count && misses[fp] > hits[tp];)
            fp++;
        widen(out, columns, tp, fp, ladder->positives[slot]);
        for (; fp < miss_count && misses[fp] == hits[tp];)
            fp++;
        widen(out, columns, next, fp, ladder->positives[slot]);
    }
    widen(out, columns, hit_count, miss_count, ladder->positives[slot]);
}
