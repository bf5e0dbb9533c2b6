/*
 * A small stage for tests of the index: one run, its files, points that follow from their number.
 * Knows: store.h. Must not know: what is tested.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/store.h"

/* Fails the test with ERR's sentence unless OK. */
#define MUST(ok, err) scene_must((ok), (err), #ok, __FILE__, __LINE__)
void scene_must(bool ok, const struct err *err, const char *what, const char *file, int line);

/* A fresh path for an index, and that index opened for writing. */
const char *scene_path(void);
struct store *scene_open(const char *path);

/* The run "exp/NAME" of root "/data", device and inode unknown. In a batch. */
int64_t scene_run(struct store *store, const char *name);

/* Point I of a series that differs by SEED. */
struct point scene_point(int64_t seed, int64_t i);
/* Adds points [from, to) of SEED to METRIC of the open source, in uneven pieces. */
void scene_add(struct store *store, const char *metric, int64_t seed, int64_t from, int64_t to);
/* Asserts that METRIC of RUN is exactly the points [0, count) of SEED. */
void scene_expect(
    struct store *store, int64_t run, const char *metric, int64_t seed, int64_t count);

/* One source of one metric with COUNT points of SEED, in a batch of its own. */
void scene_source(struct store *store, int64_t run, const struct store_source *source,
    const char *metric, int64_t seed, int64_t count);

/* A file in memory that stands behind store_source.read_at. */
struct scene_file {
    const char *data;
    size_t length;
};
bool scene_read_at(void *self, int64_t offset, void *out, size_t bytes);
struct store_source scene_source_of(const char *name, struct scene_file *file);
