/*
 * Builds a data set from YOLO labels.
 * Knows: a layout's items and rows. Must not know: how the layout was found.
 */
#include "base/file.h"
#include "base/grow.h"
#include "readers/mask_list.h"
#include "readers/yolo.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct truth {
    struct dataset *set;
    struct yolo_layout layout;
    struct annotation *annotations; /* malloc'd; `category` holds the class index until the end */
    size_t capacity;
    int32_t image;
    struct map classes; /* those that the layout names, or that occur */
    bool named;
    int32_t *seen; /* malloc'd; without names: the classes in the order of their first row */
    size_t seen_count, seen_capacity;
    bool keep_masks;
    struct mask_list masks;
    struct err *err;
};

static bool out_of_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory while reading labels");
}

/* Whether CLASS is known; without names it then is. */
static bool know_class(struct truth *truth, int32_t class_index, bool *known)
{
    *known = map_get(&truth->classes, &class_index, sizeof class_index) >= 0;
    if (*known || truth->named)
        return true;
    *known = true;
    if (!GROW(truth->seen, truth->seen_capacity, truth->seen_count + 1))
        return false;
    truth->seen[truth->seen_count++] = class_index;
    return map_put(&truth->classes, &class_index, sizeof class_index, 0, NULL) >= 0;
}

static bool take_row(void *self, const struct yolo_row *row)
{
    struct truth *truth = self;
    struct dataset *set = truth->set;
    struct yolo_row boxed;
    bool known = false;
    if (row && truth->layout.has_keypoints) {
        boxed = *row;
        row = yolo_row_without_keypoints(&boxed) ? &boxed : NULL;
    }
    if (row && !know_class(truth, row->class_index, &known))
        return out_of_memory(truth->err);
    if (!known) {
        set->dropped_annotations++;
        return true;
    }
    bool no_memory = false;
    struct mask *mask = truth->keep_masks ? yolo_row_mask(row, &set->arena, &no_memory) : NULL;
    if (no_memory || !GROW(truth->annotations, truth->capacity, set->annotation_count + 1) ||
        !mask_list_put(&truth->masks, set->annotation_count, mask))
        return out_of_memory(truth->err);
    truth->annotations[set->annotation_count++] = (struct annotation){
        .box = row->box,
        .area = row->box.w * row->box.h,
        .image = truth->image,
        .category = row->class_index,
    };
    return true;
}

/* Numbers that two stems share ("1" and "01") stay text for the second. */
static bool read_items(struct truth *truth)
{
    struct dataset *set = truth->set;
    struct map numbers;
    bool ok = true;
    map_init(&numbers, truth->layout.arena);
    set->images = ARENA_ARRAY(&set->arena, struct image, truth->layout.count);
    if (!set->images)
        ok = out_of_memory(truth->err);
    for (size_t i = 0; ok && i < truth->layout.count; i++) {
        const struct yolo_item *item = &truth->layout.items[i];
        struct image *image = &set->images[set->image_count++];
        image->file_name = arena_string(&set->arena, item->file_name);
        bool numbered =
            yolo_stem_number(item->stem, &image->id) &&
            map_put(&numbers, &image->id, sizeof image->id, (int64_t)i, NULL) == (int64_t)i;
        if (!numbered)
            image->key = arena_string(&set->arena, item->stem);
        truth->image = (int32_t)i;
        if (!image->file_name || (!numbered && !image->key))
            ok = out_of_memory(truth->err);
        else if (item->labels && !yolo_labels_read(item->labels, take_row, truth, truth->err)) {
            err_in_file(truth->err, item->labels);
            ok = false;
        }
    }
    map_done(&numbers);
    return ok;
}

static bool learn_classes(struct truth *truth)
{
    truth->named = truth->layout.class_count > 0;
    for (size_t i = 0; i < truth->layout.class_count; i++)
        if (map_put(&truth->classes, &truth->layout.classes[i].index,
                sizeof truth->layout.classes[i].index, 0, NULL) < 0)
            return out_of_memory(truth->err);
    return true;
}

static int compare_class(const void *a, const void *b)
{
    int32_t x = ((const struct yolo_class *)a)->index, y = ((const struct yolo_class *)b)->index;
    return (x > y) - (x < y);
}

/* Without names: the classes that occur, named by their index. */
static bool name_what_occurs(struct truth *truth)
{
    struct yolo_layout *layout = &truth->layout;
    layout->classes = ARENA_ARRAY(layout->arena, struct yolo_class, truth->seen_count);
    if (!layout->classes)
        return out_of_memory(truth->err);
    for (size_t i = 0; i < truth->seen_count; i++) {
        const char *name = arena_printf(layout->arena, "%" PRId32, truth->seen[i]);
        if (!name)
            return out_of_memory(truth->err);
        layout->classes[layout->class_count++] = (struct yolo_class){truth->seen[i], name};
    }
    if (layout->class_count)
        qsort(layout->classes, layout->class_count, sizeof *layout->classes, compare_class);
    return true;
}

static bool finish(struct truth *truth)
{
    struct dataset *set = truth->set;
    const struct yolo_layout *layout = &truth->layout;
    if (!truth->named && !name_what_occurs(truth))
        return false;
    set->categories = ARENA_ARRAY(&set->arena, struct category, layout->class_count);
    set->annotations = ARENA_ARRAY(&set->arena, struct annotation, set->annotation_count);
    if (!set->categories || !set->annotations ||
        !mask_list_finish(&truth->masks, set->annotation_count))
        return out_of_memory(truth->err);
    if (truth->masks.count) {
        set->masks = ARENA_ARRAY(&set->arena, struct mask *, truth->masks.count);
        if (!set->masks)
            return out_of_memory(truth->err);
        memcpy(set->masks, truth->masks.masks, truth->masks.count * sizeof *set->masks);
    }
    for (size_t i = 0; i < layout->class_count; i++) {
        const char *name = arena_string(&set->arena, layout->classes[i].name);
        if (!name)
            return out_of_memory(truth->err);
        set->categories[set->category_count++] = (struct category){layout->classes[i].index, name};
    }
    for (size_t i = 0; i < set->annotation_count; i++) {
        struct yolo_class key = {.index = truth->annotations[i].category};
        const struct yolo_class *found =
            bsearch(&key, layout->classes, layout->class_count, sizeof key, compare_class);
        set->annotations[i] = truth->annotations[i];
        set->annotations[i].category = (int32_t)(found - layout->classes);
    }
    if (layout->images_dir && !(set->images_dir = arena_string(&set->arena, layout->images_dir)))
        return out_of_memory(truth->err);
    set->fractions = true;
    return true;
}

/* What PATH means: a data.yaml, which it is or holds, or a directory of labels, which it is or
 * holds as well. */
static bool find_layout(struct truth *truth, const char *path)
{
    struct yolo_layout *layout = &truth->layout;
    struct file_stat stat;
    bool is_dir = file_stat(path, &stat) && stat.is_dir;
    const char *yaml = is_dir ? yolo_find_yaml(layout->arena, path) : path;
    const char *labels = yaml ? NULL : yolo_find_labels(layout->arena, path);
    return yaml ? yolo_layout_from_yaml(layout, yaml, truth->err)
                : yolo_layout_from_labels(layout, labels ? labels : path, truth->err);
}

struct dataset *yolo_truth_read(
    const char *path, const struct annotation_options *options, struct err *err)
{
    struct arena arena;
    struct truth truth = {.set = dataset_new(), .keep_masks = options->masks, .err = err};
    arena_init(&arena, 0);
    yolo_layout_init(&truth.layout, &arena);
    map_init(&truth.classes, &arena);
    bool ok = truth.set && (truth.set->path = arena_string(&truth.set->arena, path));
    if (!ok)
        out_of_memory(err);
    ok = ok && find_layout(&truth, path) && learn_classes(&truth) && read_items(&truth) &&
         finish(&truth);
    map_done(&truth.classes);
    yolo_layout_done(&truth.layout);
    arena_done(&arena);
    mask_list_done(&truth.masks);
    free(truth.annotations);
    free(truth.seen);
    if (ok)
        return truth.set;
    err_in_file(err, path);
    dataset_free(truth.set);
    return NULL;
}
