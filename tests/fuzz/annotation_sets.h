/*
 * For fuzz targets of annotation formats: files in a folder of the process, and what holds for
 * every set that a reader gives. Knows: datasets and detections. Must not know: formats.
 */
#pragma once

#include "readers/annotation.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline void check(bool holds)
{
    if (!holds)
        abort();
}

/* ---- files ---- */

static char fuzz_folder[512];
static char fuzz_file[600];

static void remove_fuzz_folder(void)
{
    remove(fuzz_file);
    remove(fuzz_folder);
}

/* Writes DATA as the one file of the folder. */
static inline void put_fuzz_file(const char *name, const void *data, size_t size)
{
    if (!fuzz_folder[0]) {
        const char *base = getenv("TMPDIR");
        snprintf(fuzz_folder, sizeof fuzz_folder, "%.400s/fuzz-annotations-XXXXXX",
            base && *base ? base : "/tmp");
        check(mkdtemp(fuzz_folder) != NULL);
        snprintf(fuzz_file, sizeof fuzz_file, "%s/%s", fuzz_folder, name);
        atexit(remove_fuzz_folder);
    }
    FILE *file = fopen(fuzz_file, "wb");
    check(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

/* ---- sets ---- */

static inline void check_mask(const struct mask *mask)
{
    uint64_t sum = 0;
    if (!mask)
        return;
    check((mask->polygon_count == 0) != (mask->run_count == 0));
    for (size_t i = 0; i < mask->polygon_count; i++) {
        check(mask->polygons[i].point_count >= 3);
        for (size_t p = 0; p < 2 * mask->polygons[i].point_count; p++)
            check(isfinite(mask->polygons[i].xy[p]));
    }
    for (size_t i = 0; i < mask->run_count; i++)
        sum += mask->runs[i];
    check(!mask->run_count || sum == (uint64_t)mask->width_px * (uint64_t)mask->height_px);
}

static inline void check_columns(const struct dataset *set)
{
    check(set->column_count <= 64 && (!set->column_count || set->columns));
    for (size_t c = 0; c < set->column_count; c++) {
        check(strlen(set->columns[c].name) <= 256);
        for (size_t i = 0; i < set->image_count; i++)
            check(!set->columns[c].values[i] || strlen(set->columns[c].values[i]) <= 256);
    }
}

/* SET may be NULL, with the reason in ERR. Frees it. */
static inline void check_dataset(struct dataset *set, const struct err *err)
{
    check(set || (err->code != ERR_NONE && err->text[0]));
    for (size_t i = 0; set && i < set->image_count; i++)
        check(set->images[i].file_name && set->images[i].width_px >= 0);
    for (size_t i = 0; set && i < set->annotation_count; i++) {
        const struct annotation *a = &set->annotations[i];
        check(a->image >= 0 && (size_t)a->image < set->image_count);
        check(a->category >= 0 && (size_t)a->category < set->category_count);
        check(isfinite(a->box.x) && isfinite(a->box.y));
        if (set->masks)
            check_mask(set->masks[i]);
    }
    if (set)
        check_columns(set);
    for (size_t i = 0; set && i < set->category_count; i++)
        check(set->categories[i].name &&
              (i == 0 || set->categories[i - 1].id <= set->categories[i].id));
    dataset_free(set);
}

static inline void check_detections(struct detections *set, const struct err *err)
{
    check(set || (err->code != ERR_NONE && err->text[0]));
    for (size_t i = 0; set && i < set->count; i++) {
        const struct detection *d = &set->rows[i];
        check(d->image_key >= 0 && (size_t)d->image_key < set->image_key_count);
        check(d->category_key >= 0 && (size_t)d->category_key < set->category_key_count);
        check(isfinite(d->score) && isfinite(d->box.x) && isfinite(d->box.y));
        if (set->masks)
            check_mask(set->masks[i]);
    }
    detections_free(set);
}

/* Reads PATH both ways, as the format FORMAT says (NULL: as it looks, which is sniffed). */
static inline void read_both_ways(const char *path, const char *format)
{
    struct annotation_options options = {.format = format, .masks = true, .columns = true};
    struct err err = {0};
    check_dataset(annotation_read_ground_truth_as(path, &options, &err), &err);
    err = (struct err){0};
    check_detections(annotation_read_detections_as(path, &options, &err), &err);
}
