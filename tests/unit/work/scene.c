#include "scene.h"

#include "base/clock.h"
#include "base/text.h"
#include "picture/png_out.h"
#include "temp.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char SCENE_TRUTH[] =
    "{\"images\":[{\"id\":1,\"file_name\":\"a.png\",\"width\":100,\"height\":80},"
    "{\"id\":2,\"file_name\":\"b.png\",\"width\":120,\"height\":90}],"
    "\"categories\":[{\"id\":1,\"name\":\"cat\"},{\"id\":2,\"name\":\"dog\"}],"
    "\"annotations\":["
    "{\"id\":1,\"image_id\":1,\"category_id\":1,\"bbox\":[10,10,20,20],\"area\":400,\"iscrowd\":0},"
    "{\"id\":2,\"image_id\":1,\"category_id\":2,\"bbox\":[50,40,20,20],\"area\":400,\"iscrowd\":0},"
    "{\"id\":3,\"image_id\":2,\"category_id\":1,\"bbox\":[10,10,40,40],\"area\":1600,"
    "\"iscrowd\":0}]}";

const char SCENE_PERFECT[] =
    "[{\"image_id\":1,\"category_id\":1,\"bbox\":[10,10,20,20],\"score\":0.9},"
    "{\"image_id\":1,\"category_id\":2,\"bbox\":[50,40,20,20],\"score\":0.8},"
    "{\"image_id\":2,\"category_id\":1,\"bbox\":[10,10,40,40],\"score\":0.7}]";

const char SCENE_HALF[] =
    "[{\"image_id\":1,\"category_id\":1,\"bbox\":[10,10,20,20],\"score\":0.9},"
    "{\"image_id\":1,\"category_id\":2,\"bbox\":[50,40,20,20],\"score\":0.8}]";

const double SCENE_HALF_AP = (51.0 / 101 + 1) / 2;

void scene_init(struct scene *scene)
{
    *scene = (struct scene){.top = temp_dir()};
    scene->root = path_join(&scene->arena, scene->top, "1/2/3/4/root");
    scene->index = path_join(&scene->arena, scene->top, "index.db");
    assert_true(scene->root && scene->index && file_make_dirs(scene->root, NULL));
    scene->roots[0] = scene->root;
    scene->settings =
        (struct index_settings){.roots = scene->roots, .root_count = 1, .evaluate = true};
}

void scene_done(struct scene *scene)
{
    runs_release(scene->runs);
    store_close(scene->store);
    arena_done(&scene->arena);
}

const char *scene_path(struct scene *scene, const char *name)
{
    const char *path = path_join(&scene->arena, scene->root, name);
    assert_non_null(path);
    return path;
}

const char *scene_write(struct scene *scene, const char *name, const char *text)
{
    return temp_text(scene->root, name, text);
}

void scene_append(struct scene *scene, const char *name, const char *text)
{
    FILE *out = fopen(scene_path(scene, name), "ab");
    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, strlen(text), out), strlen(text));
    assert_int_equal(fclose(out), 0);
}

const char *scene_picture(struct scene *scene, const char *name, int width_px, int height_px)
{
    struct err err = {0};
    struct pixels *pixels = pixels_new(width_px, height_px);
    assert_non_null(pixels);
    memset(pixels->rgb, 128, pixels_bytes(pixels));
    const char *path = scene_write(scene, name, ""); /* makes the parents */
    if (!png_out_file(pixels, path, &err))
        fail_msg("%s", err.text);
    pixels_free(pixels);
    return path;
}

void scene_age(struct scene *scene, const char *name, double ago_s)
{
    double at = clock_wall_s() - ago_s;
    struct timespec times[2] = {{(time_t)at, 0}, {(time_t)at, 0}};
    assert_int_equal(utimensat(AT_FDCWD, scene_path(scene, name), times, 0), 0);
}

static bool take_progress(void *self, const struct index_progress *progress)
{
    struct scene *scene = self;
    scene->progress = *progress;
    scene->changed |= progress->changed;
    return true;
}

static void take_trouble(void *self, const struct err *err)
{
    struct scene *scene = self;
    scene->troubles++;
    scene->trouble = *err;
}

void scene_refresh(struct scene *scene)
{
    struct err err = {0};
    struct index_listener listener = {scene, take_progress, take_trouble};
    scene->changed = false;
    scene->troubles = 0;
    if (!scene->store)
        scene->store = index_open(&scene->settings, scene->index, false, &err);
    if (!scene->store || !index_refresh(scene->store, &scene->settings, &listener, &err))
        fail_msg("%s: %s", err.file, err.text);
    struct runs *runs = runs_load(scene->store, scene->runs, &err);
    if (!runs)
        fail_msg("%s: %s", err.file, err.text);
    runs_release(scene->runs);
    scene->runs = runs;
}

const struct run_row *scene_run(const struct scene *scene, const char *name)
{
    struct err err = {0};
    const struct run_row *run = runs_find_named(scene->runs, name, &err);
    if (!run)
        fail_msg("%s", err.text);
    return run;
}

double scene_last(const struct run_row *run, const char *metric)
{
    const struct run_metric *found = run_metric(run, metric);
    return found ? found->last : (double)NAN;
}

size_t scene_notes(const struct run_row *run, const char *text)
{
    size_t count = 0;
    for (size_t i = 0; i < run->note_count; i++)
        count += text_contains(run->notes[i].text, text);
    return count;
}
