#include "slow.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const double RANGES[4][2] = {{0, 1e10}, {0, 1024}, {1024, 9216}, {9216, 1e10}};

/* The detections of one image and class by score, ties in file order; at most LIMIT. */
static int slow_rank(
    const struct detections *detections, int32_t image, int32_t class, int limit, int *order)
{
    int n = 0;
    for (size_t i = 0; i < detections->count; i++) {
        const struct detection *row = &detections->rows[i];
        if (row->image_key != image || row->category_key != class)
            continue;
        int at = n++;
        for (; at > 0 && detections->rows[order[at - 1]].score < row->score; at--)
            order[at] = order[at - 1];
        order[at] = (int)i;
    }
    return n < limit ? n : limit;
}

static bool is_ignored(const struct annotation *a, int area)
{
    return a->crowd || a->area < RANGES[area][0] || a->area > RANGES[area][1];
}

int slow_image(const struct slow_sets *sets, int32_t image, int32_t class, double threshold,
    int area, int limit, struct slow_verdict *all, int *n)
{
    const struct dataset *dataset = sets->dataset;
    const struct annotation *gt[SLOW_MOST];
    int gts = 0, positives = 0, order[SLOW_MOST];
    bool matched[SLOW_MOST] = {false};
    for (int ignored = 0; ignored < 2; ignored++)
        for (size_t i = 0; i < dataset->annotation_count; i++) {
            const struct annotation *a = &dataset->annotations[i];
            if (a->image == image && a->category == class && is_ignored(a, area) == ignored) {
                gt[gts++] = a;
                positives += !ignored;
            }
        }
    int ranked = slow_rank(sets->detections, image, class, limit, order);
    for (int d = 0; d < ranked; d++) {
        size_t row = (size_t)order[d];
        double best = fmin(threshold, 1 - 1e-10), size = sets->area(sets, row);
        int m = -1;
        for (int g = 0; g < gts; g++) {
            if (matched[g] && !gt[g]->crowd)
                continue;
            if (m > -1 && !is_ignored(gt[m], area) && is_ignored(gt[g], area))
                break;
            double iou = sets->iou(sets, row, (size_t)(gt[g] - dataset->annotations));
            if (iou < best)
                continue;
            best = iou;
            m = g;
        }
        bool outside = size < RANGES[area][0] || size > RANGES[area][1];
        bool ignored = m > -1 ? is_ignored(gt[m], area) : outside;
        if (m > -1)
            matched[m] = true;
        double score = sets->detections->rows[row].score;
        all[(*n)++] = (struct slow_verdict){score, m > -1 && !ignored, ignored};
    }
    return positives;
}

/* accumulate for one class: AP and recall, -1 without ground truth. */
static void slow_class(const struct slow_sets *sets, struct slow_span images, int32_t class,
    double threshold, int area, int limit, double *ap, double *recall)
{
    struct slow_verdict all[SLOW_MOST], sorted[SLOW_MOST];
    int n = 0, positives = 0, kept = 0;
    for (int32_t image = images.from; image <= images.to; image++)
        positives += slow_image(sets, image, class, threshold, area, limit, all, &n);
    for (int i = 0; i < n; i++) {
        int at = i;
        for (; at > 0 && sorted[at - 1].score < all[i].score; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = all[i];
    }
    double tp = 0, fp = 0, precision[SLOW_MOST], recalls[SLOW_MOST];
    *ap = *recall = -1;
    if (!positives)
        return;
    for (int i = 0; i < n; i++, kept++) {
        tp += sorted[i].tp;
        fp += !sorted[i].tp && !sorted[i].ignored;
        recalls[i] = tp / positives;
        precision[i] = tp / (fp + tp + 0x1p-52);
    }
    for (int i = n - 1; i > 0; i--)
        precision[i - 1] = fmax(precision[i - 1], precision[i]);
    *recall = n ? recalls[n - 1] : 0;
    *ap = 0;
    for (int r = 0; r <= 100; r++) {
        int at = 0;
        while (at < n && recalls[at] < (r == 100 ? 1 : r * .01))
            at++;
        *ap += at < n ? precision[at] / 101 : 0;
    }
}

double slow_mean(const struct slow_sets *sets, struct slow_span images, int first, int last,
    int area, int limit, bool wants_recall)
{
    int32_t classes = (int32_t)sets->dataset->category_count;
    double sum = 0, count = 0;
    for (int32_t class = 0; class < classes; class ++)
        for (int t = first; t <= last; t++) {
            double ap, recall;
            double threshold = t == 9 ? .95 : .5 + t * ((.95 - .5) / 9);
            slow_class(sets, images, class, threshold, area, limit, &ap, &recall);
            double value = wants_recall ? recall : ap;
            if (value > -1) {
                sum += value;
                count++;
            }
        }
    return count > 0 ? sum / count : -1;
}

void slow_check_stats(
    const struct slow_sets *sets, struct slow_span images, const double stats[EVAL_STATS])
{
    static const struct {
        int first, last, area, limit;
        bool recall;
    } WANTED[EVAL_STATS] = {{0, 9, 0, 100, false}, {0, 0, 0, 100, false}, {5, 5, 0, 100, false},
        {0, 9, 1, 100, false}, {0, 9, 2, 100, false}, {0, 9, 3, 100, false}, {0, 9, 0, 1, true},
        {0, 9, 0, 10, true}, {0, 9, 0, 100, true}, {0, 9, 1, 100, true}, {0, 9, 2, 100, true},
        {0, 9, 3, 100, true}};
    for (int i = 0; i < EVAL_STATS; i++) {
        double should = slow_mean(sets, images, WANTED[i].first, WANTED[i].last, WANTED[i].area,
            WANTED[i].limit, WANTED[i].recall);
        assert_true(fabs(stats[i] - should) < 1e-12);
    }
}
