#include "work/image_marks.h"

#include <string.h>

static uint32_t *new_marks(const struct image_pool *pool, struct arena *arena)
{
    return ARENA_ARRAY(arena, uint32_t, pool->sides[0]->dataset->image_count + 1);
}

uint32_t *image_marks_cell(const struct image_pool *pool, const struct eval_confusion *confusion,
    int32_t predicted, int32_t truth, struct arena *arena)
{
    const struct eval_confusion_cell *cell = eval_confusion_find(confusion, predicted, truth);
    uint32_t *marks = new_marks(pool, arena);
    for (uint32_t i = 0; marks && cell && i < cell->count; i++)
        marks[confusion->boxes[cell->start + i].image]++;
    return marks;
}

static bool is_asked(
    const struct study *study, const struct eval_error_box *box, const struct image_at *at)
{
    int32_t category =
        box->row < 0 ? study->dataset->annotations[box->annotation].category
                     : study->link.category_of_key[study->detections->rows[box->row].category_key];
    double least = at->of_category ? at->of_category[category] : at->confidence;
    return eval_filter_has(at->filter, (size_t)category) && (box->row < 0 || box->score >= least);
}

uint32_t *image_marks_errors(const struct image_pool *pool, const struct eval_errors *errors,
    enum eval_error type, const struct image_at *at, struct arena *arena)
{
    uint32_t *marks = new_marks(pool, arena);
    for (size_t i = errors->start[type]; marks && i < errors->start[type + 1]; i++)
        if (is_asked(pool->sides[0], &errors->boxes[i], at))
            marks[errors->boxes[i].image]++;
    return marks;
}

uint32_t *image_marks_rows(const struct image_pool *pool, const struct data_table *table,
    const uint32_t *rows, size_t count, struct arena *arena)
{
    uint32_t *marks = new_marks(pool, arena);
    int column = data_table_find(table, "image");
    struct arena scratch = {0};
    struct map places;
    bool ok = marks != NULL;
    map_init(&places, &scratch);
    for (size_t i = 0; ok && i < pool->sides[0]->dataset->image_count; i++)
        ok = map_put(&places, pool->names[i], strlen(pool->names[i]), (int64_t)i, NULL) >= 0;
    for (size_t i = 0; ok && column >= 0 && i < count; i++) {
        struct data_value name = data_table_get(table, rows[i], (size_t)column);
        int64_t image =
            name.type == DATA_TEXT ? map_get(&places, name.text, strlen(name.text)) : -1;
        if (image >= 0)
            marks[image]++;
    }
    map_done(&places);
    arena_done(&scratch);
    return ok ? marks : NULL;
}
