/*
 * The scene of the tests of work: a root with generated runs, and its index.
 * Knows: layouts of runs, a small ground truth and detections of it, index.h. Must not know: what
 * is tested.
 *
 * The root lies five levels below a fresh directory, so that a search in its parents never leaves
 * that.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "work/index.h"
#include "work/runs.h"

/* Images 1 "a.png" (100 x 80) and 2 "b.png" (120 x 90); categories 1 "cat" and 2 "dog"; a cat and a
 * dog on the first, a cat on the second. */
extern const char SCENE_TRUTH[];
/* All three objects exactly, of scores .9, .8 and .7: AP is 1. */
extern const char SCENE_PERFECT[];
/* The second image's cat is missing: AP of cats is 51/101, of all (51/101 + 1) / 2. */
extern const char SCENE_HALF[];
extern const double SCENE_HALF_AP;

struct scene {
    struct arena arena;
    const char *top, *root; /* the fresh directory, the root */
    const char *index;      /* path of the index file */
    const char *roots[1];
    struct index_settings settings;
    struct store *store;
    struct runs *runs;
    struct index_progress progress; /* the last that was reported */
    bool changed;                   /* any report of the last refresh said so */
    size_t troubles;                /* of the last refresh */
    struct err trouble;             /* the last */
};

void scene_init(struct scene *scene);
void scene_done(struct scene *scene);

/* Paths below the root; memory of the scene. Writing makes the parents. */
const char *scene_path(struct scene *scene, const char *name);
const char *scene_write(struct scene *scene, const char *name, const char *text);
void scene_append(struct scene *scene, const char *name, const char *text);
/* A grey PNG. */
const char *scene_picture(struct scene *scene, const char *name, int width_px, int height_px);
/* Gives the file an age, as if it was written AGO_S seconds ago. */
void scene_age(struct scene *scene, const char *name, double ago_s);

/* Refreshes the index and loads the runs; fails the test when that fails. */
void scene_refresh(struct scene *scene);
const struct run_row *scene_run(const struct scene *scene, const char *name);
/* The last value of a metric, NaN when the run has none. */
double scene_last(const struct run_row *run, const char *metric);
/* How many notes of RUN hold TEXT. */
size_t scene_notes(const struct run_row *run, const char *text);
