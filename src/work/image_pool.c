#include "work/image_pool.h"

#include "work/comparison.h"
#include "work/slices.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name, *what;
    bool needs_b;
} NUMBERS[] = {
#define NUMBER(id, name, better, needs_b, what) {name, what, needs_b},
#include "work/image_numbers.def"
#undef NUMBER
};

const char *image_number_name(int number)
{
    return number >= 0 && number < IMAGE_NUMBERS ? NUMBERS[number].name : NULL;
}

const char *image_number_what(int number)
{
    return number >= 0 && number < IMAGE_NUMBERS ? NUMBERS[number].what : NULL;
}

bool image_number_needs_b(int number)
{
    return number >= 0 && number < IMAGE_NUMBERS && NUMBERS[number].needs_b;
}

/* ---- making ---- */

const char *image_name(const struct dataset *dataset, int32_t image, char id[IMAGE_ID_BYTES])
{
    const struct image *is = &dataset->images[image];
    if (is->file_name[0] || is->key)
        return is->file_name[0] ? is->file_name : is->key;
    snprintf(id, IMAGE_ID_BYTES, "%lld", (long long)is->id);
    return id;
}

static bool name_images(struct image_pool *pool)
{
    const struct dataset *dataset = pool->sides[0]->dataset;
    char id[IMAGE_ID_BYTES];
    pool->names = ARENA_ARRAY(&pool->arena, const char *, dataset->image_count + 1);
    for (size_t i = 0; pool->names && i < dataset->image_count; i++) {
        const char *name = image_name(dataset, (int32_t)i, id);
        pool->names[i] = name == id ? arena_string(&pool->arena, id) : name;
        if (!pool->names[i])
            return false;
    }
    return pool->names != NULL;
}

static bool take_columns(
    struct image_pool *pool, const struct image_pool_request *request, struct err *err)
{
    static const char *const MADE[] = {"folder", "width", "height", "objects"};
    enum { MADE_COUNT = sizeof MADE / sizeof *MADE };
    const struct dataset *dataset = pool->sides[0]->dataset;
    size_t room = request->column_count + dataset->column_count + MADE_COUNT;
    pool->columns = ARENA_ARRAY(&pool->arena, struct image_column, room);
    if (!pool->columns)
        return err_set(err, ERR_MEMORY, "out of memory while listing images");
    for (size_t c = 0; c < request->column_count; c++)
        pool->columns[pool->column_count++] = request->columns[c];
    for (size_t c = 0; c < dataset->column_count; c++)
        pool->columns[pool->column_count++] = dataset->columns[c];
    for (size_t m = 0; m < MADE_COUNT; m++) {
        if (m == MADE_COUNT - 1 && !dataset->annotations)
            break; /* of a kept study: objects are not known */
        const struct image_column *made = slices_column(dataset, MADE[m], &pool->arena, err);
        if (!made)
            return false;
        pool->columns[pool->column_count++] = *made;
    }
    return true;
}

static bool find_aps(struct image_pool *pool, int side, struct err *err)
{
    const struct study *study = pool->sides[side];
    size_t images = study->dataset->image_count;
    double(*stats)[EVAL_STATS] = calloc(images + 1, sizeof *stats);
    pool->aps[side] = ARENA_ARRAY(&pool->arena, double, images + 1);
    bool ok = (stats && pool->aps[side]) || err_set(err, ERR_MEMORY, "out of memory");
    ok = ok && study_image_stats(study, stats, err);
    for (size_t i = 0; ok && i < images; i++)
        pool->aps[side][i] = stats[i][EVAL_AP] == -1 ? NAN : stats[i][EVAL_AP];
    free(stats);
    return ok;
}

/* Images of B by those of A, categories of A by those of B. */
static bool map_b(struct image_pool *pool, const struct common *common)
{
    const struct dataset *a = pool->sides[0]->dataset, *b = pool->sides[1]->dataset;
    size_t words = a->category_count / 64 + 1;
    pool->category_of_b = ARENA_ARRAY(&pool->arena, int32_t, b->category_count + 1);
    pool->categories = ARENA_ARRAY(&pool->arena, uint64_t, words);
    if (!pool->category_of_b || !pool->categories)
        return false;
    for (size_t i = 0; i < a->image_count; i++)
        pool->image_of_b[i] = -1;
    for (size_t i = 0; i < b->image_count; i++) {
        int32_t position = common->runs[1].image_position[i];
        if (position >= 0)
            pool->image_of_b[common->image[position]] = (int32_t)i;
    }
    for (size_t c = 0; c < b->category_count; c++) {
        int32_t position = common->runs[1].category_position[c];
        int32_t category = position < 0 ? -1 : common->category[position];
        pool->category_of_b[c] = category;
        if (category >= 0)
            pool->categories[category / 64] |= UINT64_C(1) << (category % 64);
    }
    return true;
}

static struct eval_side side_of(const struct image_pool *pool, int side)
{
    return (struct eval_side){pool->sides[side]->detections, pool->sides[side]->set};
}

static bool find_overlaps(struct image_pool *pool)
{
    struct eval_side a = side_of(pool, 0), b = side_of(pool, 1);
    return eval_twins_make(pool->sides[0]->dataset, &a, &b, &pool->arena, &pool->twins);
}

static bool join_b(struct image_pool *pool, struct err *err)
{
    struct common common;
    if (!common_make(pool->sides, 2, false, &pool->arena, &common, err))
        return false;
    pool->images = common.image;
    pool->count = common.common.image_count;
    if (!map_b(pool, &common))
        return err_set(err, ERR_MEMORY, "out of memory while joining images");
    if (!common_is_whole(&common)) {
        pool->difference = common_difference(&common, pool->sides, &pool->arena);
        if (!pool->difference)
            return err_set(err, ERR_MEMORY, "out of memory while joining images");
    }
    if (common.same_categories)
        pool->categories = NULL;
    pool->one_truth = study_has_boxes(pool->sides[0]) && study_has_boxes(pool->sides[1]) &&
                      comparison_same_truth(pool->sides[0]->dataset, pool->sides[1]->dataset);
    return !pool->one_truth || find_overlaps(pool) ||
           err_set(err, ERR_MEMORY, "out of memory while joining images");
}

static bool fill(
    struct image_pool *pool, const struct image_pool_request *request, struct err *err)
{
    const struct study *a = request->a;
    size_t images = a->dataset->image_count;
    pool->sides[0] = a;
    pool->sides[1] = request->b;
    pool->side_count = request->b ? 2 : 1;
    pool->iou = pool->found_iou = NAN;
    pool->image_of_b = ARENA_ARRAY(&pool->arena, int32_t, images + 1);
    if (!pool->image_of_b || !name_images(pool))
        return err_set(err, ERR_MEMORY, "out of memory while listing images");
    pool->images = a->set->image_order;
    pool->count = images;
    for (size_t i = 0; i < images; i++)
        pool->image_of_b[i] = (int32_t)i;
    if (request->b && !join_b(pool, err))
        return false;
    for (size_t side = 0; request->aps && side < pool->side_count; side++)
        if (!find_aps(pool, (int)side, err))
            return false;
    return take_columns(pool, request, err);
}

struct image_pool *image_pool_new(const struct image_pool_request *request, struct err *err)
{
    struct image_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        err_set(err, ERR_MEMORY, "out of memory while listing images");
    if (pool && fill(pool, request, err))
        return pool;
    image_pool_free(pool);
    return NULL;
}

void image_pool_free(struct image_pool *pool)
{
    if (!pool)
        return;
    arena_done(&pool->rematches);
    arena_done(&pool->found);
    arena_done(&pool->arena);
    free(pool);
}

/* ---- sets ---- */

const struct eval_set *image_pool_set(struct image_pool *pool, int side, double iou, bool truths,
    int *iou_index, struct err *err)
{
    const struct study *study = pool->sides[side];
    *iou_index = eval_iou_index(&study->set->settings, iou);
    if (*iou_index != EVAL_IOU_CUSTOM && !(truths && *iou_index))
        return study->set;
    *iou_index = EVAL_IOU_CUSTOM;
    if (!study_has_boxes(study)) {
        err_set(err, ERR_USAGE, "IoU %g is matched with boxes, which were not read", iou);
        return NULL;
    }
    if (pool->iou != iou) {
        arena_done(&pool->rematches);
        pool->rematched[0] = pool->rematched[1] = NULL;
        pool->iou = iou;
    }
    if (!pool->rematched[side])
        pool->rematched[side] = eval_rematch(
            study->dataset, study->detections, study->set, iou, &pool->rematches, err);
    return pool->rematched[side];
}

/* ---- names ---- */

static bool is_called(const char *own, const char *name, size_t length)
{
    return strlen(own) == length && strncasecmp(own, name, length) == 0;
}

int image_pool_find(const struct image_pool *pool, const char *name, size_t length)
{
    for (int n = 0; n < IMAGE_NUMBERS; n++)
        if (is_called(NUMBERS[n].name, name, length) && (pool->side_count > 1 || !NUMBERS[n].needs_b))
            return n;
    if (is_called("image", name, length) || is_called("name", name, length))
        return IMAGE_NAME;
    for (size_t c = 0; c < pool->column_count; c++)
        if (is_called(pool->columns[c].name, name, length))
            return IMAGE_COLUMNS + (int)c;
    return -1;
}

const char *image_pool_column_name(const struct image_pool *pool, int column)
{
    return column < IMAGE_NUMBERS    ? NUMBERS[column].name
           : column == IMAGE_NAME    ? "image"
                                     : pool->columns[column - IMAGE_COLUMNS].name;
}

/* ---- filters ---- */

static bool has_name(void *self, const char *text, size_t length)
{
    return image_pool_find(self, text, length) >= 0;
}

bool image_pool_know(const struct image_pool *pool, const char *name, struct err *err)
{
    char there[160] = "";
    size_t used = 0;
    if (image_pool_find(pool, name, strlen(name)) >= 0)
        return true;
    for (int c = 0; c < IMAGE_COLUMNS + (int)pool->column_count; c++) {
        const char *own = image_pool_column_name(pool, c);
        bool is_there = pool->side_count > 1 || !image_number_needs_b(c);
        if (is_there && used + strlen(own) + 2 < sizeof there)
            used += (size_t)snprintf(
                there + used, sizeof there - used, "%s%s", used ? ", " : "", own);
    }
    return err_set(err, ERR_USAGE, "no column of the images is called \"%.40s\": there are %s",
        name, there);
}

static bool check_name(void *self, const struct expr_name *name, struct err *err)
{
    if (name->ask != EXPR_PLAIN)
        return err_set(err, ERR_USAGE, "images have no course: \"%.60s\" is one number", name->text);
    return image_pool_know(self, name->text, err);
}

const struct expr *image_pool_filter(
    const struct image_pool *pool, const char *text, struct arena *arena, struct err *err)
{
    struct expr_names names = {(void *)pool, has_name, check_name};
    const struct expr *expr = expr_parse(arena, text, EXPR_CONDITION, &names, err);
    for (size_t i = 0; expr && i < expr_name_count(expr); i++)
        if (!check_name((void *)pool, expr_name(expr, i), err))
            return NULL;
    return expr;
}

bool image_pool_has_tag(const struct image_pool *pool, int32_t image, const char *tag)
{
    for (size_t c = 0; c < pool->column_count; c++)
        if (pool->columns[c].is_tags && image_column_has(&pool->columns[c], (size_t)image, tag))
            return true;
    return false;
}

bool image_pool_alone(struct image_pool *pool, const struct eval_at *at, double iou,
    const struct eval_counts *const counts[2], uint32_t *alone, struct err *err)
{
    const struct dataset *dataset = pool->sides[0]->dataset;
    struct eval_pairing pairing = {.dataset = dataset, .twins = &pool->twins};
    struct eval_at of_truths = *at;
    for (int s = 0; s < 2; s++) {
        pairing.sets[s] = image_pool_set(pool, s, iou, true, &of_truths.iou_index, err);
        if (!pairing.sets[s])
            return false;
    }
    if (pool->found_iou != iou) {
        arena_done(&pool->found);
        for (int s = 0; s < 2; s++)
            pool->finders[s] = eval_finders(dataset, pairing.sets[s], &pool->found);
        pool->found_iou = pool->finders[0] && pool->finders[1] ? iou : NAN;
    }
    memcpy(pairing.finders, pool->finders, sizeof pairing.finders);
    return (!isnan(pool->found_iou) && eval_alone(&pairing, &of_truths, counts, alone)) ||
           err_set(err, ERR_MEMORY, "out of memory while comparing two runs");
}
