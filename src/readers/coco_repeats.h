/*
 * How many ids of a list stood in it before.
 * Knows: integers. Must not know: whose ids they are.
 */
#pragma once

#include "facts/boxes.h"

/* Of the annotations that have an id, how many have that of one before them. One pass where ids
 * ascend, as they mostly do; else sorted by digits, so that no choice of ids makes it slow: at most
 * eight passes, and 16 bytes each while it lasts. False: no memory. */
bool coco_count_repeats(const struct annotation *annotations, size_t count, int64_t *repeats);
