#include "scene.h"

#include "temp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void scene_must(bool ok, const struct err *err, const char *what, const char *file, int line)
{
    if (ok)
        return;
    print_error("%s failed: %s\n", what, err ? err->text : "");
    _fail(file, line);
}

const char *scene_path(void)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/index.db", temp_dir());
    return path;
}

struct store *scene_open(const char *path)
{
    struct err err = {0};
    struct store *store = store_open(path, STORE_READ_WRITE, &err);
    MUST(store != NULL, &err);
    return store;
}

int64_t scene_run(struct store *store, const char *name)
{
    char below[128], directory[160];
    struct err err = {0};
    snprintf(below, sizeof below, "exp/%s", name);
    snprintf(directory, sizeof directory, "/data/%s", below);
    struct store_place place = {
        .root = "/data", .name = below, .directory = directory, .format = "csv"};
    int64_t run = store_put_run(store, &place, &err);
    MUST(run > 0, &err);
    return run;
}

struct point scene_point(int64_t seed, int64_t i)
{
    struct point point = {.step = i * (1 + seed % 7),
        .wall_s = 1.7e9 + (double)i * 0.37 + (double)seed,
        .value = sin((double)(i * 31 + seed)) * (double)(1 + seed)};
    if (i % 1000 == 999)
        point.value = i % 2000 == 999 ? NAN : INFINITY;
    return point;
}

void scene_add(struct store *store, const char *metric, int64_t seed, int64_t from, int64_t to)
{
    struct sink sink = store_sink(store);
    int handle = sink.metric(sink.self, metric, strlen(metric));
    assert_true(handle >= 0);
    struct point piece[700];
    while (from < to) {
        size_t n = 1 + (size_t)((from * 13 + seed) % 700);
        n = (int64_t)n < to - from ? n : (size_t)(to - from);
        for (size_t i = 0; i < n; i++)
            piece[i] = scene_point(seed, from + (int64_t)i);
        assert_true(sink.points(sink.self, handle, piece, n));
        from += (int64_t)n;
    }
}

void scene_expect(struct store *store, int64_t run, const char *metric, int64_t seed, int64_t count)
{
    struct arena arena = {0};
    struct point *points;
    struct err err = {0};
    size_t n;
    MUST(store_load_points(store, run, metric, &arena, &points, &n, &err), &err);
    assert_int_equal(n, count);
    for (size_t i = 0; i < n; i++) {
        struct point expected = scene_point(seed, (int64_t)i);
        assert_memory_equal(&points[i], &expected, sizeof expected);
    }
    arena_done(&arena);
}

void scene_source(struct store *store, int64_t run, const struct store_source *source,
    const char *metric, int64_t seed, int64_t count)
{
    struct err err = {0};
    MUST(store_begin(store, &err), &err);
    MUST(store_source_begin(store, run, source, true, &err), &err);
    scene_add(store, metric, seed, 0, count);
    MUST(store_source_end(store, source->stat.size_bytes, NULL, &err), &err);
    MUST(store_commit(store, &err), &err);
}

bool scene_read_at(void *self, int64_t offset, void *out, size_t bytes)
{
    const struct scene_file *file = self;
    if (offset < 0 || (size_t)offset > file->length || bytes > file->length - (size_t)offset)
        return false;
    memcpy(out, file->data + offset, bytes);
    return true;
}

struct store_source scene_source_of(const char *name, struct scene_file *file)
{
    return (struct store_source){.name = name,
        .reader = "csv",
        .read_at = file ? scene_read_at : NULL,
        .self = file,
        .stat = {.size_bytes = file ? (int64_t)file->length : 100, .mtime_ns = 5, .inode = 7}};
}
