/*
 * YOLO labels: what a path holds, and the detections that `predict` and `val` write with scores.
 * Knows: label directories and data.yaml. Must not know: pixels; boxes stay fractions of their
 * image.
 */
#include "readers/yolo.h"

#include "base/file.h"
#include "base/grow.h"
#include "base/num.h"
#include "readers/mask_list.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SNIFF_ENTRIES = 256, SNIFF_FILES = 16, SNIFF_BYTES = 4096, LONGEST_DIGITS = 18 };

bool yolo_stem_number(const char *stem, int64_t *number)
{
    size_t digits = strspn(stem, "0123456789");
    return digits && !stem[digits] && digits <= LONGEST_DIGITS &&
           num_parse_int(stem, digits, number);
}

/* What the whole lines in the head of a label file say: 0 nothing, -1 that it is none. */
static int sniff_rows(const char *text, size_t length)
{
    int kind = ANNOTATION_NONE;
    while (length) {
        const char *end = memchr(text, '\n', length);
        size_t used = end ? (size_t)(end - text) : length;
        struct yolo_row row;
        if (!end && length >= SNIFF_BYTES / 2)
            break; /* cut by the head */
        if (strspn(text, " \t\r") < used) {
            if (!yolo_row_parse(text, used, &row))
                return -1;
            kind = isnan(row.score) ? ANNOTATION_GROUND_TRUTH : ANNOTATION_DETECTIONS;
            break;
        }
        used += end != NULL;
        text += used;
        length -= used;
    }
    return kind;
}

static bool has_component(const char *path, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = path; (at = strstr(at, name)); at++)
        if ((at == path || at[-1] == '/') && (at[length] == '/' || !at[length]))
            return true;
    return false;
}

/* A directory is told by a few of its label files: any row with a score makes it detections. */
static enum annotation_kind sniff_directory(const char *path, struct arena *arena)
{
    DIR *directory = opendir(path);
    if (!directory)
        return ANNOTATION_NONE;
    enum annotation_kind kind = ANNOTATION_NONE;
    int looked = 0, empty = 0, entries = 0;
    struct dirent *entry;
    while (looked < SNIFF_FILES && entries++ < SNIFF_ENTRIES && (entry = readdir(directory))) {
        if (!yolo_is_label_name(entry->d_name))
            continue;
        char head[SNIFF_BYTES + 1];
        const char *file = path_join(arena, path, entry->d_name);
        size_t length = file ? file_peek(file, head, SNIFF_BYTES) : 0;
        head[length] = '\0';
        int rows = sniff_rows(head, length);
        looked++;
        empty += rows == ANNOTATION_NONE;
        if (rows == ANNOTATION_DETECTIONS || (rows > 0 && kind == ANNOTATION_NONE))
            kind = (enum annotation_kind)rows;
    }
    closedir(directory);
    if (kind == ANNOTATION_NONE && looked && empty == looked && has_component(path, "labels"))
        kind = ANNOTATION_GROUND_TRUTH; /* nothing but background */
    return kind;
}

static bool is_named(const char *path)
{
    return path_has_suffix(path, ".yaml") || path_has_suffix(path, ".yml");
}

static enum annotation_kind sniff(const char *path)
{
    struct file_stat stat;
    struct arena arena;
    enum annotation_kind kind = ANNOTATION_NONE;
    if (!file_stat(path, &stat))
        return ANNOTATION_NONE;
    arena_init(&arena, 0);
    if (stat.is_dir) {
        kind = sniff_directory(path, &arena);
        const char *labels = kind ? NULL : yolo_find_labels(&arena, path);
        if (yolo_find_yaml(&arena, path) ||
            (labels && sniff_directory(labels, &arena) == ANNOTATION_GROUND_TRUTH))
            kind = ANNOTATION_GROUND_TRUTH;
    } else if (yolo_is_data_yaml(path)) {
        kind = ANNOTATION_GROUND_TRUTH;
    }
    arena_done(&arena);
    return kind;
}

struct predictions {
    struct detections *set;
    size_t capacity, class_capacity, image_capacity;
    struct image_key *images;     /* malloc'd; moved into the set's arena at the end */
    struct category_key *classes; /* malloc'd, as well */
    struct map class_places;      /* class index -> category key */
    const char *stem;             /* of the file being read */
    bool has_key;                 /* it has an image key already */
    bool keep_masks;
    struct mask_list masks;
    struct err *err;
};

/* The key of a class, made on first use; -1 when out of memory. */
static int32_t class_key(struct predictions *predictions, int32_t index)
{
    struct detections *set = predictions->set;
    if (!GROW(predictions->classes, predictions->class_capacity, set->category_key_count + 1))
        return -1;
    int64_t place = map_put(
        &predictions->class_places, &index, sizeof index, (int64_t)set->category_key_count, NULL);
    if (place >= 0 && (size_t)place == set->category_key_count)
        predictions->classes[set->category_key_count++] = (struct category_key){.id = index};
    return (int32_t)place;
}

static bool add_image_key(struct predictions *predictions)
{
    struct detections *set = predictions->set;
    if (!GROW(predictions->images, predictions->image_capacity, set->image_key_count + 1))
        return false;
    struct image_key key = {0};
    if (!yolo_stem_number(predictions->stem, &key.id)) {
        key.text = arena_string(&set->arena, predictions->stem);
        if (!key.text)
            return false;
    }
    predictions->images[set->image_key_count++] = key;
    return predictions->has_key = true;
}

static bool take_row(void *self, const struct yolo_row *row)
{
    struct predictions *predictions = self;
    struct detections *set = predictions->set;
    if (!row || isnan(row->score)) {
        set->dropped++;
        return true;
    }
    int32_t category = class_key(predictions, row->class_index);
    bool no_memory = false;
    struct mask *mask =
        predictions->keep_masks ? yolo_row_mask(row, &set->arena, &no_memory) : NULL;
    if (no_memory || category < 0 || (!predictions->has_key && !add_image_key(predictions)) ||
        !GROW(set->rows, predictions->capacity, set->count + 1) ||
        !mask_list_put(&predictions->masks, set->count, mask))
        return err_set(predictions->err, ERR_MEMORY, "out of memory while reading labels");
    set->rows[set->count++] = (struct detection){
        .box = row->box,
        .score = row->score,
        .image_key = (int32_t)set->image_key_count - 1,
        .category_key = category,
    };
    return true;
}

static bool read_files(
    struct predictions *predictions, const char *path, struct arena *names, struct err *err)
{
    struct file_list list;
    struct file_stat stat;
    if (file_stat(path, &stat) && !stat.is_dir)
        return err_set(err, ERR_FORMAT, "is no directory of label files (*.txt) with scores");
    if (!file_list(path, names, &list, err))
        return false;
    if (list.count > YOLO_MAX_FILES)
        return err_set(err, ERR_LIMIT, "holds more than %d files", YOLO_MAX_FILES);
    for (size_t i = 0; i < list.count; i++) {
        const char *name = list.entries[i].name;
        if (list.entries[i].is_dir || !yolo_is_label_name(name))
            continue;
        const char *file = path_join(names, path, name);
        predictions->stem = arena_copy(names, name, path_stem_length(name));
        predictions->has_key = false;
        if (!file || !predictions->stem)
            return err_set(err, ERR_MEMORY, "out of memory while reading labels");
        if (!yolo_labels_read(file, take_row, predictions, err)) {
            err_in_file(err, file);
            return false;
        }
    }
    return true;
}

/* Moves the key tables into the set. */
static bool finish(struct predictions *predictions)
{
    struct detections *set = predictions->set;
    set->image_keys = ARENA_ARRAY(&set->arena, struct image_key, set->image_key_count);
    set->category_keys = ARENA_ARRAY(&set->arena, struct category_key, set->category_key_count);
    if (!set->image_keys || !set->category_keys ||
        !mask_list_finish(&predictions->masks, set->count))
        return false;
    set->masks = predictions->masks.masks;
    predictions->masks = (struct mask_list){0};
    if (set->image_key_count)
        memcpy(
            set->image_keys, predictions->images, set->image_key_count * sizeof *set->image_keys);
    if (set->category_key_count)
        memcpy(set->category_keys, predictions->classes,
            set->category_key_count * sizeof *set->category_keys);
    return true;
}

static struct detections *read_detections(
    const char *path, const struct annotation_options *options, struct err *err)
{
    struct predictions predictions = {
        .set = detections_new(), .keep_masks = options->masks, .err = err};
    struct arena names;
    arena_init(&names, 0);
    map_init(&predictions.class_places, &names);
    bool ok = predictions.set &&
              (predictions.set->path = arena_string(&predictions.set->arena, path)) != NULL;
    if (!ok)
        err_set(err, ERR_MEMORY, "out of memory");
    ok = ok && read_files(&predictions, path, &names, err);
    if (ok && !finish(&predictions))
        ok = err_set(err, ERR_MEMORY, "out of memory while reading labels");
    map_done(&predictions.class_places);
    arena_done(&names);
    mask_list_done(&predictions.masks);
    free(predictions.images);
    free(predictions.classes);
    if (ok) {
        predictions.set->fractions = true;
        return predictions.set;
    }
    err_in_file(err, path);
    detections_free(predictions.set);
    return NULL;
}

const struct annotation_format annotation_yolo = {
    .name = "yolo",
    .reads =
        "YOLO: data.yaml or a directory of label files, boxes and polygons; labels with scores",
    .is_named = is_named,
    .sniff = sniff,
    .read_ground_truth = yolo_truth_read,
    .read_detections = read_detections,
};
