#include "eval/image_stats.h"

#include <stdlib.h>
#include <string.h>

/* What one image has of one category: a group of detections, or one ground truth. */
struct piece {
    int32_t image, category;
    const struct eval_group *group; /* NULL: it is ground truth */
    uint8_t areas;                  /* that it counts in */
};

/* A set of one image at a time; its categories are those that the image has, in their order. */
struct view {
    const struct eval_set *whole;
    struct eval_set set;
    struct arena scratch; /* for what eval_stats() keeps */
};

static int compare_pieces(const void *left, const void *right)
{
    const struct piece *a = left, *b = right;
    int order = (a->image > b->image) - (a->image < b->image);
    return order ? order : (a->category > b->category) - (a->category < b->category);
}

static struct piece *collect_pieces(const struct eval_set *set, size_t *count)
{
    struct piece *pieces = calloc(set->group_count + set->gt_count + 1, sizeof *pieces);
    size_t n = 0;
    for (size_t c = 0; pieces && c < set->category_count; c++) {
        for (uint32_t g = set->category_group[c]; g < set->category_group[c + 1]; g++)
            pieces[n++] = (struct piece){set->groups[g].image, (int32_t)c, &set->groups[g], 0};
        for (uint32_t i = set->category_gt[c]; i < set->category_gt[c + 1]; i++)
            pieces[n++] = (struct piece){set->gt_image[i], (int32_t)c, NULL, set->gt_areas[i]};
    }
    if (n)
        qsort(pieces, n, sizeof *pieces, compare_pieces);
    *count = n;
    return pieces;
}

/* Room for ROWS detections and as many categories and groups as there can be. */
static bool view_init(
    struct view *view, const struct eval_set *whole, size_t rows, size_t categories)
{
    *view = (struct view){.whole = whole, .set = {.settings = whole->settings}};
    struct eval_set *set = &view->set;
    set->score = calloc(rows + 1, sizeof *set->score);
    for (int a = 0; a < EVAL_AREAS; a++) {
        set->tp[a] = calloc(rows + 1, sizeof *set->tp[a]);
        set->ignored[a] = calloc(rows + 1, sizeof *set->ignored[a]);
        if (!set->tp[a] || !set->ignored[a])
            return false;
    }
    set->groups = calloc(categories + 1, sizeof *set->groups);
    set->category_start = calloc(categories + 2, sizeof *set->category_start);
    set->category_group = calloc(categories + 2, sizeof *set->category_group);
    set->positives = calloc(categories + 1, sizeof *set->positives);
    set->rows_of_category = calloc(categories + 1, sizeof *set->rows_of_category);
    return set->score && set->groups && set->category_start && set->category_group &&
           set->positives && set->rows_of_category;
}

static void view_done(struct view *view)
{
    struct eval_set *set = &view->set;
    free(set->score);
    for (int a = 0; a < EVAL_AREAS; a++) {
        free(set->tp[a]);
        free(set->ignored[a]);
    }
    free(set->groups);
    free(set->category_start);
    free(set->category_group);
    free(set->positives);
    free(set->rows_of_category);
    arena_done(&view->scratch);
}

static void add_group(struct view *view, const struct eval_group *group)
{
    const struct eval_set *whole = view->whole;
    struct eval_set *set = &view->set;
    size_t at = set->count, from = group->start, n = group->count;
    memcpy(set->score + at, whole->score + from, n * sizeof *set->score);
    for (int a = 0; a < EVAL_AREAS; a++) {
        memcpy(set->tp[a] + at, whole->tp[a] + from, n * sizeof *set->tp[a]);
        memcpy(set->ignored[a] + at, whole->ignored[a] + from, n * sizeof *set->ignored[a]);
    }
    set->groups[set->group_count++] =
        (struct eval_group){group->best, (uint32_t)at, group->count, 0};
    set->count += n;
}

static void add_ground_truth(struct view *view, size_t category, unsigned areas)
{
    for (int area = 0; area < EVAL_AREAS; area++)
        view->set.positives[category][area] += areas >> area & 1;
}

/* The view of N pieces, all of one image. */
static void show(struct view *view, const struct piece *pieces, size_t n)
{
    struct eval_set *set = &view->set;
    set->count = set->group_count = set->category_count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!i || pieces[i].category != pieces[i - 1].category) {
            size_t c = set->category_count++;
            memset(set->positives[c], 0, sizeof set->positives[c]);
        }
        size_t c = set->category_count - 1;
        if (pieces[i].group)
            add_group(view, pieces[i].group);
        else
            add_ground_truth(view, c, pieces[i].areas);
        set->category_start[c + 1] = (uint32_t)set->count;
        set->category_group[c + 1] = (uint32_t)set->group_count;
    }
}

/* The first piece of the next image. */
static size_t image_end(const struct piece *pieces, size_t count, size_t from)
{
    size_t to = from;
    while (to < count && pieces[to].image == pieces[from].image)
        to++;
    return to;
}

/* The most detections and pieces that one image has. */
static void find_most(const struct piece *pieces, size_t count, size_t *rows, size_t *most)
{
    *rows = *most = 0;
    for (size_t from = 0, to; from < count; from = to) {
        size_t here = 0;
        to = image_end(pieces, count, from);
        for (size_t i = from; i < to; i++)
            here += pieces[i].group ? pieces[i].group->count : 0;
        *rows = here > *rows ? here : *rows;
        *most = to - from > *most ? to - from : *most;
    }
}

bool eval_image_stats(const struct eval_set *set, double (*stats)[EVAL_STATS], struct err *err)
{
    size_t count = 0, rows, most;
    struct piece *pieces = collect_pieces(set, &count);
    struct view view = {0};
    find_most(pieces, count, &rows, &most);
    bool ok = pieces && view_init(&view, set, rows, most);
    for (size_t i = 0; i < set->image_count; i++)
        for (int s = 0; s < EVAL_STATS; s++)
            stats[i][s] = -1;
    for (size_t from = 0, to; ok && from < count; from = to) {
        struct eval_summary summary;
        to = image_end(pieces, count, from);
        show(&view, pieces + from, to - from);
        ok = eval_stats(&view.set, &view.scratch, &summary, err);
        if (ok)
            memcpy(stats[pieces[from].image], summary.stats, sizeof summary.stats);
        arena_done(&view.scratch);
    }
    view_done(&view);
    free(pieces);
    return ok || err_set(err, ERR_MEMORY, "out of memory for the metrics of single images");
}
