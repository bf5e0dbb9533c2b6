/*
 * Runs made for the golden screens: small, wide, hostile, damaged, many; and their index.
 * Knows: boxtop's plain layout, COCO files, Ultralytics' CSV and YAML. Must not know: views.
 *
 * Every file that has no time of its own inside is given one, so that an age is the same each day.
 */
#pragma once

#include "store/store.h"

struct made_runs {
    const char *root; /* a fresh directory, so deep that nothing above it is ours to find */
    struct store *store;
};

/*
 * Makes and indexes the runs called NAME, once in a process; NULL when there is none of that name.
 *
 *     none     no run at all
 *     one      one finished run
 *     three    two plain ones and one of Ultralytics, whose table a merge has damaged
 *     many     300 of a sweep
 *     spread   300 whose AP, time, lr and model all differ
 *     ties     equal points, NaN, an infinity, long and wide names among a front of four
 *     names    long, wide, combining and hostile names, parameters and metrics
 *     gaps     NaN, infinities, missing values, a restart, every status
 *     courses  three that differ in the seed alone and another; metrics of every size
 *     boxes    three runs with predictions on six images, one of which is not there
 *     versions runs with predictions on two ground truths
 *     classes  two runs on 80 classes, of which one has no ground truth, and a run on one class
 *     recorded a run that boxtop records, and one whose recorded command was killed
 *     lost     predictions whose ground truth is not there or damaged, and damaged ones
 */
const struct made_runs *made_runs(const char *name);
