/*
 * The twelve COCO numbers of every single image, each as if it were the whole dataset.
 * Knows: a matched set. Must not know: how matching works, what was matched.
 */
#pragma once

#include "eval/coco.h"

/* Sets STATS[i] of each image (index i of the dataset that SET was made from); -1 where undefined.
 * Any thread. False only when memory is out. */
bool eval_image_stats(const struct eval_set *set, double (*stats)[EVAL_STATS], struct err *err);
