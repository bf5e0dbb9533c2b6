#include "readers/collect.h"

#include "base/file.h"
#include "base/grow.h"
#include "base/num.h"
#include "readers/image_name.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void collector_init(struct collector *collector)
{
    *collector = (struct collector){0};
    map_init(&collector->image_places, &collector->arena);
    map_init(&collector->class_places, &collector->arena);
}

static void collector_done(struct collector *collector)
{
    map_done(&collector->image_places);
    map_done(&collector->class_places);
    arena_done(&collector->arena);
    free(collector->images);
    free(collector->classes);
    free(collector->rows);
    *collector = (struct collector){0};
}

/* The place of a name or number in PLACES, whose COUNT places are taken; *NAME is its copy (NULL
 * for a number). -1 when memory is out. */
static int32_t place_of(struct collector *collector, struct map *places, size_t count,
    const void *key, size_t length, const char **name)
{
    int64_t place = count < INT32_MAX ? map_put(places, key, length, (int64_t)count, name) : -1;
    collector->no_memory |= place < 0;
    return (int32_t)place;
}

/* Numbers are keyed by their bytes behind a NUL, which no name begins with. */
enum { NUMBER_KEY_BYTES = 1 + sizeof(int64_t) };

static void make_number_key(int64_t id, char key[NUMBER_KEY_BYTES])
{
    key[0] = '\0';
    memcpy(key + 1, &id, sizeof id);
}

static int32_t put_image(struct collector *collector, const void *key, size_t length, int64_t id)
{
    const char *name = NULL;
    if (!GROW(collector->images, collector->image_capacity, collector->image_count + 1))
        collector->no_memory = true;
    if (collector->no_memory)
        return 0;
    int32_t place =
        place_of(collector, &collector->image_places, collector->image_count, key, length, &name);
    if (place >= 0 && (size_t)place == collector->image_count)
        collector->images[collector->image_count++] =
            (struct image){.id = id, .key = name[0] ? name : NULL, .file_name = ""};
    return place < 0 ? 0 : place;
}

int32_t collector_image(struct collector *collector, const char *name, size_t length)
{
    length = strnlen(name, length);
    return length ? put_image(collector, name, length, 0) : collector_image_number(collector, 0);
}

int32_t collector_image_number(struct collector *collector, int64_t id)
{
    char key[NUMBER_KEY_BYTES];
    make_number_key(id, key);
    return put_image(collector, key, sizeof key, id);
}

static int32_t put_class(struct collector *collector, const void *key, size_t length, int64_t id)
{
    const char *name = NULL;
    if (!GROW(collector->classes, collector->class_capacity, collector->class_count + 1))
        collector->no_memory = true;
    if (collector->no_memory)
        return 0;
    int32_t place =
        place_of(collector, &collector->class_places, collector->class_count, key, length, &name);
    if (place >= 0 && (size_t)place == collector->class_count)
        collector->classes[collector->class_count++] =
            (struct category){.id = id, .name = name[0] ? name : NULL};
    return place < 0 ? 0 : place;
}

int32_t collector_class(struct collector *collector, const char *name, size_t length)
{
    int64_t id;
    length = strnlen(name, length);
    if (num_parse_int(name, length, &id))
        return collector_class_number(collector, id);
    return length ? put_class(collector, name, length, 0) : put_class(collector, "?", 1, 0);
}

int32_t collector_class_number(struct collector *collector, int64_t id)
{
    char key[NUMBER_KEY_BYTES];
    make_number_key(id, key);
    return put_class(collector, key, sizeof key, id);
}

void collector_add(struct collector *collector, const struct collect_row *row)
{
    if (!(row->box.w >= 0 && row->box.h >= 0)) {
        collector->dropped++;
        return;
    }
    if (!GROW(collector->rows, collector->row_capacity, collector->row_count + 1))
        collector->no_memory = true;
    if (!collector->no_memory)
        collector->rows[collector->row_count++] = *row;
}

/* ---- what images are called ---- */

/* How often each stem occurs, so that one that two images share names neither. */
static bool count_stems(struct collector *collector, struct map *stems, int32_t *counts)
{
    for (size_t i = 0; i < collector->image_count; i++) {
        const char *key = collector->images[i].key, *base = key ? path_base(key) : NULL;
        if (!base || !image_name_stem_length(base))
            continue;
        int64_t place = map_put(stems, base, image_name_stem_length(base), (int64_t)i, NULL);
        if (place < 0)
            return false;
        counts[place]++;
    }
    return true;
}

/* An image's file name is as it was given, unless the format knew better; its key is the stem, as
 * other tools know it. */
static bool name_images(struct collector *collector)
{
    struct arena scratch = {0};
    struct map stems;
    map_init(&stems, &scratch);
    int32_t *counts = ARENA_ARRAY(&scratch, int32_t, collector->image_count + 1);
    bool ok = counts && count_stems(collector, &stems, counts);
    for (size_t i = 0; ok && i < collector->image_count; i++) {
        struct image *image = &collector->images[i];
        if (!image->key)
            continue;
        const char *base = path_base(image->key);
        size_t length = image_name_stem_length(base);
        int64_t place = length ? map_get(&stems, base, length) : -1;
        if (!image->file_name[0])
            image->file_name = image->key;
        if (place >= 0 && counts[place] == 1)
            image->key = arena_copy(&collector->arena, base, length);
        ok = image->key != NULL;
    }
    map_done(&stems);
    arena_done(&scratch);
    return ok;
}

/* ---- the sets ---- */

/* Copies COUNT items of BYTES each into the set's arena. */
static void *keep(struct arena *arena, const void *items, size_t count, size_t bytes)
{
    void *kept = arena_array(arena, count, bytes);
    if (kept && count)
        memcpy(kept, items, count * bytes);
    return kept;
}

struct ranked {
    struct category category;
    int32_t class_index;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct category *x = &((const struct ranked *)a)->category;
    const struct category *y = &((const struct ranked *)b)->category;
    if (!x->name != !y->name)
        return x->name ? 1 : -1;
    return x->name ? strcmp(x->name, y->name) : (x->id > y->id) - (x->id < y->id);
}

/* The categories in their order; PLACES maps classes to them. */
static bool place_categories(
    const struct collector *collector, struct dataset *set, int32_t *places)
{
    struct arena *arena = &set->arena;
    struct ranked *ranked = calloc(collector->class_count + 1, sizeof *ranked);
    set->categories = ARENA_ARRAY(arena, struct category, collector->class_count);
    bool ok = ranked && set->categories;
    for (size_t i = 0; ok && i < collector->class_count; i++)
        ranked[i] = (struct ranked){collector->classes[i], (int32_t)i};
    if (ok && collector->class_count)
        qsort(ranked, collector->class_count, sizeof *ranked, compare_ranked);
    int64_t last = 0;
    for (size_t i = 0; ok && i < collector->class_count; i++) {
        struct category category = ranked[i].category;
        set->ids_are_ours |= category.name != NULL;
        if (category.name)
            category.id = last < INT64_MAX ? last + 1 : last;
        else
            category.name = arena_printf(arena, "%" PRId64, category.id);
        last = category.id;
        ok = category.name != NULL;
        set->categories[set->category_count++] = category;
        places[ranked[i].class_index] = (int32_t)i;
    }
    free(ranked);
    return ok;
}

/* Fractions of an image whose size is known become pixels at once. */
static struct box in_pixels(const struct collector *collector, const struct collect_row *row)
{
    const struct image *image = &collector->images[row->image];
    if (!collector->fractions || !image->width_px || !image->height_px)
        return row->box;
    return (struct box){row->box.x * image->width_px, row->box.y * image->height_px,
        row->box.w * image->width_px, row->box.h * image->height_px};
}

static bool fill_dataset(struct collector *collector, struct dataset *set)
{
    struct arena *arena = &set->arena;
    int32_t *places = calloc(collector->class_count + 1, sizeof *places);
    bool ok = places && place_categories(collector, set, places);
    set->images = keep(arena, collector->images, collector->image_count, sizeof *set->images);
    set->annotations = ARENA_ARRAY(arena, struct annotation, collector->row_count);
    ok = ok && set->images && set->annotations;
    for (size_t i = 0; ok && i < collector->row_count; i++) {
        const struct collect_row *row = &collector->rows[i];
        struct box box = in_pixels(collector, row);
        set->annotations[i] = (struct annotation){.box = box,
            .area = box.w * box.h,
            .id = (int64_t)i + 1,
            .image = row->image,
            .category = places[row->class_index],
            .crowd = row->crowd};
    }
    set->image_count = collector->image_count;
    set->annotation_count = collector->row_count;
    set->images_dir = collector->images_dir;
    set->fractions = collector->fractions;
    set->dropped_annotations = collector->dropped;
    free(places);
    return ok;
}

static bool fill_detections(struct collector *collector, struct detections *set)
{
    struct arena *arena = &set->arena;
    set->image_keys = ARENA_ARRAY(arena, struct image_key, collector->image_count);
    set->category_keys = ARENA_ARRAY(arena, struct category_key, collector->class_count);
    set->rows = calloc(collector->row_count + 1, sizeof *set->rows);
    if (!set->image_keys || !set->category_keys || !set->rows)
        return false;
    for (size_t i = 0; i < collector->image_count; i++) {
        const struct image *image = &collector->images[i];
        set->image_keys[i] = (struct image_key){
            image->id, image->key, image->file_name[0] ? image->file_name : NULL};
        set->has_file_names |= image->file_name[0] != '\0';
    }
    for (size_t i = 0; i < collector->class_count; i++)
        set->category_keys[i] =
            (struct category_key){collector->classes[i].id, collector->classes[i].name};
    set->dropped = collector->dropped;
    for (size_t i = 0; i < collector->row_count; i++) {
        const struct collect_row *row = &collector->rows[i];
        if (!isfinite(row->score)) {
            set->dropped++;
            continue;
        }
        set->rows[set->count++] =
            (struct detection){row->box, row->score, row->image, row->class_index};
    }
    set->image_key_count = collector->image_count;
    set->category_key_count = collector->class_count;
    set->fractions = collector->fractions;
    set->image_positions = collector->image_positions;
    return true;
}

/* Names the images, and hands the arena over to the set's. */
static bool hand_over(
    struct collector *collector, struct arena *arena, const char **path, const char *said)
{
    if (collector->no_memory || !name_images(collector))
        return false;
    *arena = collector->arena;
    collector->arena = (struct arena){0};
    *path = arena_string(arena, said);
    return *path != NULL;
}

struct dataset *collect_dataset(const char *path, const struct annotation_options *options,
    collect_function *read, struct err *err)
{
    struct collector collector;
    struct dataset *set = NULL;
    collector_init(&collector);
    if (read(&collector, path, options, err)) {
        set = dataset_new();
        if (!set || !hand_over(&collector, &set->arena, &set->path, path) ||
            !fill_dataset(&collector, set)) {
            err_set(err, ERR_MEMORY, "out of memory while reading ground truth");
            dataset_free(set);
            set = NULL;
        }
    }
    if (!set)
        err_in_file(err, path);
    collector_done(&collector);
    return set;
}

struct detections *collect_detections(const char *path, const struct annotation_options *options,
    collect_function *read, struct err *err)
{
    struct collector collector;
    struct detections *set = NULL;
    collector_init(&collector);
    if (read(&collector, path, options, err)) {
        set = detections_new();
        if (!set || !hand_over(&collector, &set->arena, &set->path, path) ||
            !fill_detections(&collector, set)) {
            err_set(err, ERR_MEMORY, "out of memory while reading detections");
            detections_free(set);
            set = NULL;
        }
    }
    if (!set)
        err_in_file(err, path);
    collector_done(&collector);
    return set;
}
