/*
 * Marks: how many boxes of each image something else points to (a cell of a confusion matrix, a type
 * of error, rows of a table), for lists of just these images.
 * Knows: answers of eval, tables, pools. Must not know: lists, how any of it is shown.
 *
 * Each makes an array by image of A's dataset in ARENA, what `marks` of struct image_which takes;
 * NULL when memory is out. Linear time.
 */
#pragma once

#include "eval/confusion.h"
#include "eval/errors.h"
#include "work/data_table.h"
#include "work/image_list.h"

/* The boxes of the cell of PREDICTED and TRUTH: categories of A, or the background. */
uint32_t *image_marks_cell(const struct image_pool *pool, const struct eval_confusion *confusion,
    int32_t predicted, int32_t truth, struct arena *arena);

/* The errors of TYPE whose score reaches the confidences of AT and whose class (predicted; of a
 * missed ground truth its own) is among its categories. What TIDE calls Miss is found at no
 * confidence. */
uint32_t *image_marks_errors(const struct image_pool *pool, const struct eval_errors *errors,
    enum eval_error type, const struct image_at *at, struct arena *arena);

/* Rows ROWS[0..COUNT) of TABLE, by what its column "image" says: as the tables of a study do. */
uint32_t *image_marks_rows(const struct image_pool *pool, const struct data_table *table,
    const uint32_t *rows, size_t count, struct arena *arena);
