/*
 * Boxes that a W&B run logged with its pictures, as detections and as the ground truth beside them.
 * Knows: the log's rows, box files. Must not know: metrics, runs. How they are named says
 * wandb_media.h.
 *
 * A picture is known by its key in the row and its place there ("val/3"), which stay the same from
 * step to step, and by its file. A predicted box without a score counts as certain. Boxes that
 * cannot be used are dropped and counted; a file that is not there counts as one.
 */
#include "readers/annotation.h"
#include "readers/wandb_box_file.h"
#include "readers/wandb_media.h"

#include "base/grow.h"
#include "base/map.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { MOST_BOXES = 1 << 22 };

struct row_box {
    struct box box;
    double score;
    int32_t image, label;
};

/* What is gathered of one step. Texts live in ARENA, which belongs to the set that is made. */
struct boxes {
    struct arena *arena;
    const char *files; /* the directory of the box files */
    bool of_truth;
    struct image *images;
    size_t image_count, image_capacity;
    struct category *labels;
    size_t label_count, label_capacity;
    struct map label_places;
    struct row_box *rows;
    size_t count, capacity;
    int64_t dropped, missing_files, box_files;
    bool no_memory;
};

/* ---- box files ---- */

/* The index of class ID. */
static int32_t label_of(struct boxes *boxes, int64_t id)
{
    int64_t index =
        map_put(&boxes->label_places, &id, sizeof id, (int64_t)boxes->label_count, NULL);
    if (index >= 0 && (size_t)index < boxes->label_count)
        return (int32_t)index;
    if (index < 0 || !GROW(boxes->labels, boxes->label_capacity, boxes->label_count + 1)) {
        boxes->no_memory = true;
        return -1;
    }
    boxes->labels[boxes->label_count++] = (struct category){id, ""};
    return (int32_t)index;
}

static void keep_label(void *self, int64_t id, const char *name)
{
    struct boxes *boxes = self;
    int32_t label = label_of(boxes, id);
    if (label >= 0)
        boxes->labels[label].name = name;
}

/* A box of the latest image. */
static void keep_box(void *self, const struct wandb_box *box)
{
    struct boxes *boxes = self;
    struct row_box row = {box->box, isnan(box->score) ? 1 : box->score,
        (int32_t)boxes->image_count - 1, label_of(boxes, box->label)};
    if (boxes->count == MOST_BOXES)
        boxes->dropped++;
    else if (row.label < 0 || !GROW(boxes->rows, boxes->capacity, boxes->count + 1))
        boxes->no_memory = true;
    else
        boxes->rows[boxes->count++] = row;
}

/* Only what lies below the run's files is its own. */
static bool is_below(const char *path)
{
    return path[0] != '/' && strncmp(path, "../", 3) != 0 && !strstr(path, "/../");
}

static void read_box_file(struct boxes *boxes, const char *name)
{
    const struct wandb_box_taker taker = {boxes, keep_box, keep_label};
    const struct image *image = &boxes->images[boxes->image_count - 1];
    int32_t width_px = image->width_px, height_px = image->height_px;
    const char *path = is_below(name) ? path_join(boxes->arena, boxes->files, name) : NULL;
    int64_t dropped =
        path ? wandb_box_file_read(path, width_px, height_px, boxes->arena, &taker) : -1;
    boxes->box_files++;
    boxes->missing_files += dropped < 0;
    boxes->dropped += dropped < 0 ? 1 : dropped;
}

/* ---- a row ---- */

static void take_picture(
    struct boxes *boxes, const char *key, size_t index, const struct wandb_picture *picture)
{
    const char *name = arena_printf(boxes->arena, "%s/%zu", key, index);
    const char *file = boxes->of_truth ? picture->truth : picture->predictions;
    if (!name || !GROW(boxes->images, boxes->image_capacity, boxes->image_count + 1)) {
        boxes->no_memory = true;
        return;
    }
    boxes->images[boxes->image_count++] = (struct image){.key = name,
        .file_name = picture->file_name ? picture->file_name : name,
        .width_px = picture->width_px,
        .height_px = picture->height_px};
    if (file)
        read_box_file(boxes, file);
}

static void take_row(struct boxes *boxes, struct wire row, struct buf *name)
{
    struct wire_field field;
    struct wandb_item item;
    struct wandb_media media;
    while (wire_next(&row, &field) && !boxes->no_memory) {
        if (field.number != 1 || field.type != WIRE_BYTES ||
            !wandb_item_parse(field.bytes, name, &item) ||
            !wandb_media_read(&item, boxes->arena, &media))
            continue;
        for (size_t i = 0; i < media.count && !boxes->no_memory; i++)
            take_picture(boxes, name->length ? name->data : "", i, &media.pictures[i]);
        wandb_media_done(&media);
    }
}

/* ---- the log ---- */

static bool has_boxes(struct wire row, struct buf *name)
{
    struct wire_field field;
    struct wandb_item item;
    bool predictions = false, truth = false;
    while (wire_next(&row, &field))
        if (field.number == 1 && field.type == WIRE_BYTES &&
            wandb_item_parse(field.bytes, name, &item))
            wandb_media_has_boxes(&item, &predictions, &truth);
    return predictions || truth;
}

/* Hands the rows of STEP to BOXES; without BOXES sets *STEP to that of the last row with any. */
static bool walk_rows(const char *log_path, int64_t *step, struct boxes *boxes, struct err *err)
{
    enum { RECORD_HISTORY = 2 };
    struct wandb_log log;
    struct wire record;
    struct wire_field field;
    struct buf name;
    int64_t row_step = -1;
    double wall_s;
    if (!wandb_log_open(&log, log_path, 0, err))
        return false;
    buf_init(&name, WANDB_NAME_BYTES);
    while (wandb_log_next(&log, &record))
        while (wire_next(&record, &field)) {
            if (field.number != RECORD_HISTORY || field.type != WIRE_BYTES)
                continue;
            wandb_row_moment(field.bytes, &name, &row_step, &wall_s);
            if (boxes && row_step == *step)
                take_row(boxes, field.bytes, &name);
            else if (!boxes && has_boxes(field.bytes, &name))
                *step = row_step;
        }
    buf_done(&name);
    wandb_log_close(&log);
    return true;
}

static void boxes_done(struct boxes *boxes)
{
    map_done(&boxes->label_places);
    free(boxes->images);
    free(boxes->labels);
    free(boxes->rows);
}

/* Fills BOXES, which the caller finishes with boxes_done() in any case. */
static bool gather(struct boxes *boxes, const char *path, struct err *err)
{
    int64_t step;
    size_t length = wandb_boxes_log(path, &step);
    const char *log = length ? arena_copy(boxes->arena, path, length) : NULL;
    const char *directory = log ? path_parent(boxes->arena, log) : NULL;
    boxes->files = directory ? path_join(boxes->arena, directory, "files") : NULL;
    map_init(&boxes->label_places, boxes->arena);
    if (!length)
        return err_set(err, ERR_FORMAT, "is no W&B log (run-ID.wandb, or run-ID.wandb#STEP)");
    if (!boxes->files)
        return err_set(err, ERR_MEMORY, "out of memory");
    if ((step < 0 && !walk_rows(log, &step, NULL, err)) || !walk_rows(log, &step, boxes, err))
        return false;
    if (boxes->no_memory)
        return err_set(err, ERR_MEMORY, "out of memory while reading boxes");
    if (!boxes->image_count)
        return err_set(err, ERR_FORMAT, "has no pictures with boxes at step %" PRId64, step);
    if (boxes->box_files && boxes->missing_files == boxes->box_files)
        return err_set(err, ERR_IO, "none of its %" PRId64 " box files is there (files/media)",
            boxes->box_files);
    return true;
}

/* ---- the two sets ---- */

static int compare_labels(const void *a, const void *b)
{
    const struct category *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* Moves the boxes into SET, with the labels by ascending id as data sets want them. */
static bool fill_truth(struct dataset *set, struct boxes *boxes)
{
    struct arena *arena = boxes->arena;
    set->images = ARENA_ARRAY(arena, struct image, boxes->image_count);
    set->categories = ARENA_ARRAY(arena, struct category, boxes->label_count + 1);
    set->annotations = ARENA_ARRAY(arena, struct annotation, boxes->count + 1);
    if (!set->images || !set->categories || !set->annotations)
        return false;
    memcpy(set->images, boxes->images, boxes->image_count * sizeof *set->images);
    if (boxes->label_count) {
        memcpy(set->categories, boxes->labels, boxes->label_count * sizeof *set->categories);
        qsort(set->categories, boxes->label_count, sizeof *set->categories, compare_labels);
    }
    for (size_t i = 0; i < boxes->count; i++) {
        const struct row_box *row = &boxes->rows[i];
        const struct category *label = bsearch(&boxes->labels[row->label], set->categories,
            boxes->label_count, sizeof *set->categories, compare_labels);
        set->annotations[i] = (struct annotation){.box = row->box,
            .area = row->box.w * row->box.h,
            .id = (int64_t)i + 1,
            .image = row->image,
            .category = (int32_t)(label - set->categories)};
    }
    set->image_count = boxes->image_count;
    set->category_count = boxes->label_count;
    set->annotation_count = boxes->count;
    set->dropped_annotations = boxes->dropped;
    set->images_dir = boxes->files;
    return true;
}

static bool fill_detections(struct detections *set, struct boxes *boxes)
{
    struct arena *arena = boxes->arena;
    set->image_keys = ARENA_ARRAY(arena, struct image_key, boxes->image_count);
    set->category_keys = ARENA_ARRAY(arena, struct category_key, boxes->label_count + 1);
    set->rows = calloc(boxes->count + 1, sizeof *set->rows);
    if (!set->image_keys || !set->category_keys || !set->rows)
        return false;
    for (size_t i = 0; i < boxes->image_count; i++)
        set->image_keys[i] = (struct image_key){
            .text = boxes->images[i].key, .file_name = boxes->images[i].file_name};
    for (size_t i = 0; i < boxes->label_count; i++)
        set->category_keys[i].id = boxes->labels[i].id;
    for (size_t i = 0; i < boxes->count; i++)
        set->rows[i] = (struct detection){.box = boxes->rows[i].box,
            .score = boxes->rows[i].score,
            .image_key = boxes->rows[i].image,
            .category_key = boxes->rows[i].label};
    set->image_key_count = boxes->image_count;
    set->category_key_count = boxes->label_count;
    set->count = boxes->count;
    set->has_file_names = true;
    set->dropped = boxes->dropped;
    return true;
}

static struct dataset *read_ground_truth(
    const char *path, const struct annotation_options *options, struct err *err)
{
    (void)options;
    struct dataset *set = dataset_new();
    if (!set) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    struct boxes boxes = {.arena = &set->arena, .of_truth = true};
    bool ok = gather(&boxes, path, err);
    if (ok && (!(set->path = arena_string(&set->arena, path)) || !fill_truth(set, &boxes)))
        ok = err_set(err, ERR_MEMORY, "out of memory");
    boxes_done(&boxes);
    if (ok)
        return set;
    err_in_file(err, path);
    dataset_free(set);
    return NULL;
}

static struct detections *read_detections(
    const char *path, const struct annotation_options *options, struct err *err)
{
    (void)options;
    struct detections *set = detections_new();
    if (!set) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    struct boxes boxes = {.arena = &set->arena};
    bool ok = gather(&boxes, path, err);
    if (ok && (!(set->path = arena_string(&set->arena, path)) || !fill_detections(set, &boxes)))
        ok = err_set(err, ERR_MEMORY, "out of memory");
    boxes_done(&boxes);
    if (ok)
        return set;
    err_in_file(err, path);
    detections_free(set);
    return NULL;
}

static bool is_named(const char *path)
{
    int64_t step;
    return wandb_boxes_log(path, &step) > 0;
}

/* The log alone is found to be nothing: to know whether it has boxes, all of it must be read. */
static enum annotation_kind sniff(const char *path)
{
    char head[WANDB_HEADER_BYTES], log[4096];
    int64_t step;
    size_t length = wandb_boxes_log(path, &step);
    if (!length || step < 0 || length >= sizeof log)
        return ANNOTATION_NONE;
    memcpy(log, path, length);
    log[length] = '\0';
    return file_peek(log, head, sizeof head) == sizeof head &&
                   wandb_log_is_header(head, sizeof head)
               ? ANNOTATION_DETECTIONS
               : ANNOTATION_NONE;
}

const struct annotation_format annotation_wandb_boxes = {
    .name = "wandb",
    .reads = "boxes that a W&B run logged with its pictures: run-ID.wandb#STEP",
    .is_named = is_named,
    .sniff = sniff,
    .read_ground_truth = read_ground_truth,
    .read_detections = read_detections,
};
