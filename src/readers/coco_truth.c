/*
 * Reads COCO ground truth: images, categories and annotations in one pass, whatever their order.
 * Knows: the keys of the three lists. Must not know: detections.
 *
 * Annotations may stand before the images and categories that they name: while reading they hold
 * the index of an id, which becomes that of an image or category at the end. Polygons and
 * run-length masks are skipped without being parsed, unless they are asked for. Of repeated keys
 * and lists the last counts, as in Python's json. Memory is bounded by the file: about 150 bytes
 * for each image, category or distinct id that it names (with columns, 8 more for each of at most
 * 64), 64 for each annotation that is kept, three times that while it is put in place.
 */
#include "base/file.h"
#include "base/grow.h"
#include "readers/coco.h"
#include "readers/coco_columns.h"
#include "readers/coco_ids.h"
#include "readers/coco_mask.h"
#include "readers/coco_repeats.h"
#include "readers/mask_list.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct truth {
    struct json json;
    struct dataset *set;
    struct coco_ids image_ids, category_ids;
    /* By id index; an entry without `said` was only named by annotations. Moved into the set at the
     * end. */
    struct image *images;
    struct category *categories;
    int32_t *image_order, *category_order; /* id indices as the entries stand in the file */
    size_t image_capacity, image_id_count, category_capacity, category_id_count;
    size_t image_order_capacity, category_order_capacity;
    struct annotation *annotations;
    size_t annotation_capacity;
    enum coco_shapes shapes;
    struct coco_mask_reader mask_reader;
    struct mask_list masks;
    bool boxless; /* an annotation has a shape that was skipped, and no box */
    struct coco_columns columns;
    bool wants_columns;
    struct buf name, address; /* of the image or category that is open */
    const char *wrong;
    bool no_memory;
};

/* A list of the top level: reads one entry, of which JSON_OBJECT has been taken. */
typedef bool read_entry(struct truth *truth);

static bool out_of_memory(struct truth *truth)
{
    truth->no_memory = true;
    return false;
}

static double take_number(struct truth *truth)
{
    return coco_take_number(&truth->json, &truth->set->unreadable_values);
}

static bool take_text(struct truth *truth, struct buf *text)
{
    return coco_take_text(&truth->json, text, &truth->set->unreadable_values) ||
           out_of_memory(truth);
}

static int32_t take_size_px(struct truth *truth)
{
    double value = take_number(truth);
    if (value >= 0 && value <= INT32_MAX)
        return (int32_t)value;
    truth->set->unreadable_values += isfinite(value);
    return 0;
}

/* Makes the tables as long as the ids that are known. */
static bool widen(struct truth *truth)
{
    if (!GROW(truth->images, truth->image_capacity, truth->image_ids.count) ||
        !GROW(truth->categories, truth->category_capacity, truth->category_ids.count))
        return false;
    for (; truth->image_id_count < truth->image_ids.count; truth->image_id_count++)
        truth->images[truth->image_id_count] = (struct image){0};
    for (; truth->category_id_count < truth->category_ids.count; truth->category_id_count++)
        truth->categories[truth->category_id_count] = (struct category){0};
    return true;
}

static bool keep_image(struct truth *truth, int32_t id, int32_t width_px, int32_t height_px)
{
    struct dataset *set = truth->set;
    if (id == COCO_ID_NO_MEMORY || !widen(truth))
        return out_of_memory(truth);
    if (id < 0) {
        set->dropped_images++; /* nothing can name it */
        return true;
    }
    struct image *image = &truth->images[id];
    if (image->file_name) {
        set->duplicate_images++;
    } else {
        if (!GROW(truth->image_order, truth->image_order_capacity, set->image_count + 1))
            return out_of_memory(truth);
        truth->image_order[set->image_count++] = id;
    }
    if (truth->wants_columns && !coco_columns_end(&truth->columns, id))
        return out_of_memory(truth);
    image->id = truth->image_ids.ids[id].number;
    image->key = truth->image_ids.ids[id].text;
    image->width_px = width_px;
    image->height_px = height_px;
    image->file_name = "";
    if (!truth->name.length)
        return true;
    char *file_name = arena_copy(&set->arena, truth->name.data, truth->name.length);
    if (!file_name)
        return out_of_memory(truth);
    path_unify(file_name);
    image->file_name = file_name;
    return true;
}

/* A key of an image that names and sizes have no use for. */
static bool take_column(struct truth *truth)
{
    if (!truth->wants_columns)
        json_skip(&truth->json);
    else if (!coco_columns_take(&truth->columns, &truth->json))
        return out_of_memory(truth);
    return true;
}

static bool take_address(struct truth *truth)
{
    return take_text(truth, &truth->address) &&
           (!truth->wants_columns || !truth->address.length ||
               coco_columns_add(&truth->columns, "coco_url", &truth->address) ||
               out_of_memory(truth));
}

/* Where there is no file name, that behind the last slash of the address: LVIS has no other. */
static bool choose_name(struct truth *truth)
{
    if (truth->name.length || !truth->address.length)
        return true;
    return buf_add_string(&truth->name, path_base(truth->address.data)) || out_of_memory(truth);
}

static bool read_image(struct truth *truth)
{
    struct json *json = &truth->json;
    int32_t id = COCO_ID_UNUSABLE, width_px = 0, height_px = 0;
    bool ok = true;
    buf_clear(&truth->name);
    buf_clear(&truth->address);
    if (truth->wants_columns)
        coco_columns_begin(&truth->columns);
    while (ok && json_next(json) == JSON_KEY)
        if (json_is(json, "id"))
            id = coco_ids_take(&truth->image_ids, json);
        else if (json_is(json, "width"))
            width_px = take_size_px(truth);
        else if (json_is(json, "height"))
            height_px = take_size_px(truth);
        else if (json_is(json, "file_name"))
            ok = take_text(truth, &truth->name);
        else if (json_is(json, "coco_url"))
            ok = take_address(truth);
        else
            ok = take_column(truth);
    return ok && json->kind == JSON_OBJECT_END && choose_name(truth) &&
           keep_image(truth, id, width_px, height_px);
}

static bool read_category(struct truth *truth)
{
    struct dataset *set = truth->set;
    struct json *json = &truth->json;
    int32_t id = COCO_ID_UNUSABLE;
    buf_clear(&truth->name);
    while (json_next(json) == JSON_KEY)
        if (json_is(json, "id"))
            id = coco_ids_take(&truth->category_ids, json);
        else if (!json_is(json, "name"))
            json_skip(json);
        else if (!take_text(truth, &truth->name))
            return false;
    if (json->kind != JSON_OBJECT_END)
        return false;
    if (id == COCO_ID_NO_MEMORY || !widen(truth))
        return out_of_memory(truth);
    if (id < 0) {
        set->dropped_categories++;
        return true;
    }
    struct category *category = &truth->categories[id];
    const char *text = truth->category_ids.ids[id].text;
    if (category->name) {
        set->duplicate_categories++;
    } else {
        if (!GROW(truth->category_order, truth->category_order_capacity, set->category_count + 1))
            return out_of_memory(truth);
        truth->category_order[set->category_count++] = id;
    }
    if (truth->name.length || !text)
        text = arena_copy(&set->arena, truth->name.data, truth->name.length);
    category->id = truth->category_ids.ids[id].number;
    category->name = text;
    return text || out_of_memory(truth);
}

/* Its area is NaN when the file has none. */
static bool keep_annotation(struct truth *truth, const struct annotation *annotation, bool has_box,
    const struct coco_shape *shape)
{
    struct dataset *set = truth->set;
    if (annotation->image == COCO_ID_NO_MEMORY || annotation->category == COCO_ID_NO_MEMORY ||
        !GROW(truth->annotations, truth->annotation_capacity, set->annotation_count + 1))
        return out_of_memory(truth);
    if (!has_box || annotation->image < 0 || annotation->category < 0) {
        set->dropped_annotations++;
        return true;
    }
    if (!mask_list_put(&truth->masks, set->annotation_count, shape->mask))
        return out_of_memory(truth);
    set->dropped_masks += shape->broken && truth->shapes == COCO_KEEP_SHAPES;
    truth->annotations[set->annotation_count++] = *annotation;
    return true;
}

/* The value of "segmentation". */
static void take_shape(struct truth *truth, struct coco_shape *shape, bool *skipped)
{
    *skipped = truth->shapes == COCO_SKIP_SHAPES;
    if (*skipped)
        json_skip(&truth->json);
    else if (!coco_take_shape(&truth->mask_reader, &truth->json, shape))
        truth->no_memory = true;
}

static void take_id(struct truth *truth, struct annotation *annotation)
{
    struct json *json = &truth->json;
    annotation->id = 0;
    json_next(json);
    annotation->has_id = json_int(json, &annotation->id);
    if (annotation->has_id)
        return;
    truth->set->unreadable_values += json->kind != JSON_NULL;
    json_skip(json);
}

static bool read_annotation(struct truth *truth)
{
    struct json *json = &truth->json;
    struct annotation annotation = {
        .area = NAN, .image = COCO_ID_UNUSABLE, .category = COCO_ID_UNUSABLE};
    struct coco_shape shape = {0};
    bool has_box = false, skipped_shape = false;
    int64_t unreadable_boxes = 0;
    while (json_next(json) == JSON_KEY)
        if (json_is(json, "bbox"))
            has_box = coco_take_box(json, &annotation.box, &unreadable_boxes);
        else if (json_is(json, "image_id"))
            annotation.image = coco_ids_take(&truth->image_ids, json);
        else if (json_is(json, "category_id"))
            annotation.category = coco_ids_take(&truth->category_ids, json);
        else if (json_is(json, "area"))
            annotation.area = take_number(truth);
        else if (json_is(json, "segmentation"))
            take_shape(truth, &shape, &skipped_shape);
        else if (json_is(json, "iscrowd")) {
            double crowd = take_number(truth);
            annotation.crowd = !isnan(crowd) && crowd != 0;
        } else if (json_is(json, "id"))
            take_id(truth, &annotation);
        else
            json_skip(json);
    if (json->kind != JSON_OBJECT_END || truth->no_memory)
        return false;
    truth->boxless |= !has_box && skipped_shape;
    if (!has_box && shape.has_box) {
        annotation.box = shape.box;
        truth->set->unreadable_values += unreadable_boxes > 0;
    }
    return keep_annotation(truth, &annotation, has_box || shape.has_box, &shape);
}

/* A list of the top level that comes again takes the place of the one before. To forget costs no
 * more than to read did, however often it comes. */
static void forget_images(struct truth *truth)
{
    struct dataset *set = truth->set;
    for (size_t i = 0; i < set->image_count; i++)
        truth->images[truth->image_order[i]] = (struct image){0};
    set->image_count = 0;
    set->dropped_images = set->duplicate_images = 0;
}

static void forget_annotations(struct truth *truth)
{
    mask_list_done(&truth->masks);
    truth->set->annotation_count = 0;
    truth->set->dropped_annotations = truth->set->dropped_masks = 0;
    truth->boxless = false;
}

static void forget_categories(struct truth *truth)
{
    struct dataset *set = truth->set;
    for (size_t i = 0; i < set->category_count; i++)
        truth->categories[truth->category_order[i]] = (struct category){0};
    set->category_count = 0;
    set->dropped_categories = set->duplicate_categories = 0;
}

enum { IMAGES, ANNOTATIONS, CATEGORIES, LIST_COUNT };

static const struct {
    const char *key, *said;
    read_entry *read;
    void (*forget)(struct truth *truth);
} LISTS[LIST_COUNT] = {
    [IMAGES] = {"images", "a list in \"images\"", read_image, forget_images},
    [ANNOTATIONS] = {"annotations", "a list in \"annotations\"", read_annotation,
        forget_annotations},
    [CATEGORIES] = {"categories", "a list in \"categories\"", read_category, forget_categories},
};

static bool read_list(struct truth *truth, size_t list)
{
    struct dataset *set = truth->set;
    int64_t *const dropped[LIST_COUNT] = {
        &set->dropped_images, &set->dropped_annotations, &set->dropped_categories};
    LISTS[list].forget(truth);
    if (!coco_enter_list(&truth->json, LISTS[list].said, &truth->wrong))
        return truth->json.kind == JSON_NULL;
    for (;;)
        switch (coco_next_item(&truth->json)) {
        case COCO_ITEM:
            if (!LISTS[list].read(truth))
                return false;
            break;
        case COCO_OTHER:
            ++*dropped[list];
            break;
        case COCO_LIST_END:
            return true;
        case COCO_STOP:
            return false;
        }
}

static bool read_document(struct truth *truth)
{
    struct json *json = &truth->json;
    bool seen = false;
    truth->wrong = "COCO ground truth: an object with \"images\", \"annotations\", \"categories\"";
    if (json_next(json) != JSON_OBJECT)
        return false;
    while (json_next(json) == JSON_KEY) {
        size_t list = 0;
        while (list < LIST_COUNT && !json_is(json, LISTS[list].key))
            list++;
        seen = seen || list < LIST_COUNT;
        if (list < LIST_COUNT ? !read_list(truth, list) : !json_skip(json))
            return false;
    }
    return seen && json->kind == JSON_OBJECT_END && json_next(json) == JSON_END;
}

/* Puts the images into the set in file order; what is returned (malloc'd) maps id indices to them.
 */
static int32_t *place_images(struct truth *truth)
{
    struct dataset *set = truth->set;
    int32_t *places = malloc((truth->image_ids.count + 1) * sizeof *places);
    set->images = ARENA_ARRAY(&set->arena, struct image, set->image_count);
    if (!places || !set->images) {
        free(places);
        return NULL;
    }
    memset(places, 0xff, (truth->image_ids.count + 1) * sizeof *places); /* -1: not there */
    for (size_t i = 0; i < set->image_count; i++) {
        set->images[i] = truth->images[truth->image_order[i]];
        places[truth->image_order[i]] = (int32_t)i;
    }
    return places;
}

struct ranked {
    struct category category;
    int32_t id_index;
    bool has_text_id;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->has_text_id != y->has_text_id)
        return x->has_text_id ? 1 : -1;
    if (x->category.id != y->category.id)
        return x->category.id < y->category.id ? -1 : 1;
    return (x->id_index > y->id_index) - (x->id_index < y->id_index);
}

/*
 * The same for categories, by ascending id. Categories whose ids are text stand behind the others
 * and are numbered on from the largest id: a set of detections then finds them by name.
 */
static int32_t *place_categories(struct truth *truth)
{
    struct dataset *set = truth->set;
    size_t ids = truth->category_ids.count, n = 0;
    int32_t *places = malloc((ids + 1) * sizeof *places);
    struct ranked *ranked = calloc(set->category_count + 1, sizeof *ranked);
    set->categories = ARENA_ARRAY(&set->arena, struct category, set->category_count);
    if (!places || !ranked || !set->categories) {
        free(places);
        free(ranked);
        return NULL;
    }
    memset(places, 0xff, (ids + 1) * sizeof *places);
    for (; n < set->category_count; n++) {
        int32_t id = truth->category_order[n];
        ranked[n] =
            (struct ranked){truth->categories[id], id, truth->category_ids.ids[id].text != NULL};
    }
    qsort(ranked, n, sizeof *ranked, compare_ranked);
    for (size_t i = 0; i < n; i++) {
        set->categories[i] = ranked[i].category;
        if (ranked[i].has_text_id && i && set->categories[i - 1].id < INT64_MAX)
            set->categories[i].id = set->categories[i - 1].id + 1;
        places[ranked[i].id_index] = (int32_t)i;
    }
    free(ranked);
    return places;
}

static bool place_annotations(struct truth *truth, const int32_t *images, const int32_t *categories)
{
    struct dataset *set = truth->set;
    struct mask **masks = truth->masks.masks;
    size_t kept = 0;
    for (size_t i = 0; i < set->annotation_count; i++) {
        struct annotation annotation = truth->annotations[i];
        annotation.image = images[annotation.image];
        annotation.category = categories[annotation.category];
        if (annotation.image < 0 || annotation.category < 0) {
            set->dropped_annotations++;
            continue;
        }
        if (!isfinite(annotation.area)) {
            annotation.area = annotation.box.w * annotation.box.h;
            set->missing_area++;
        }
        if (masks)
            masks[kept] = masks[i];
        truth->annotations[kept++] = annotation;
    }
    set->annotation_count = kept;
    set->annotations = ARENA_ARRAY(&set->arena, struct annotation, kept);
    if (!set->annotations)
        return false;
    if (kept)
        memcpy(set->annotations, truth->annotations, kept * sizeof *set->annotations);
    if (!kept || !masks)
        return true;
    set->masks = ARENA_ARRAY(&set->arena, struct mask *, kept);
    if (set->masks)
        memcpy(set->masks, masks, kept * sizeof *set->masks);
    return set->masks != NULL;
}

static bool finish(struct truth *truth)
{
    struct dataset *set = truth->set;
    if (!widen(truth) || !mask_list_finish(&truth->masks, set->annotation_count))
        return false;
    int32_t *images = place_images(truth);
    int32_t *categories = images ? place_categories(truth) : NULL;
    bool ok =
        categories && place_annotations(truth, images, categories) &&
        coco_count_repeats(set->annotations, set->annotation_count, &set->duplicate_ids) &&
        (!truth->wants_columns || coco_columns_finish(&truth->columns, set, truth->image_order));
    free(images);
    free(categories);
    return ok;
}

static bool read_all(struct truth *truth, struct stream *stream, struct err *err)
{
    json_init_stream(&truth->json, stream);
    coco_ids_init(&truth->image_ids, &truth->set->arena, false);
    coco_ids_init(&truth->category_ids, &truth->set->arena, true);
    coco_mask_reader_init(
        &truth->mask_reader, truth->shapes == COCO_KEEP_SHAPES ? &truth->set->arena : NULL);
    if (truth->wants_columns)
        coco_columns_init(&truth->columns, &truth->set->arena);
    buf_init(&truth->name, JSON_MAX_TOKEN_BYTES);
    buf_init(&truth->address, JSON_MAX_TOKEN_BYTES);
    bool ok = read_document(truth);
    if (ok && !finish(truth))
        truth->no_memory = true;
    if (truth->no_memory)
        ok = err_set(err, ERR_MEMORY, "out of memory while reading ground truth");
    else if (!ok)
        json_error(&truth->json, truth->wrong, err);
    coco_ids_done(&truth->image_ids);
    coco_ids_done(&truth->category_ids);
    coco_mask_reader_done(&truth->mask_reader);
    if (truth->wants_columns)
        coco_columns_done(&truth->columns);
    buf_done(&truth->name);
    buf_done(&truth->address);
    free(truth->images);
    free(truth->categories);
    free(truth->image_order);
    free(truth->category_order);
    free(truth->annotations);
    mask_list_done(&truth->masks);
    return ok;
}

static struct dataset *read_once(
    const char *path, enum coco_shapes shapes, bool wants_columns, bool *boxless, struct err *err)
{
    struct truth truth = {.set = dataset_new(), .shapes = shapes, .wants_columns = wants_columns};
    struct stream stream = {.fd = -1};
    bool ok = truth.set && (truth.set->path = arena_string(&truth.set->arena, path));
    if (!ok)
        err_set(err, ERR_MEMORY, "out of memory");
    ok = ok && stream_open(&stream, path, 0, err) && read_all(&truth, &stream, err);
    stream_close(&stream);
    *boxless = truth.boxless;
    if (ok)
        return truth.set;
    err_in_file(err, path);
    dataset_free(truth.set);
    return NULL;
}

struct dataset *coco_truth_read(
    const char *path, const struct annotation_options *options, struct err *err)
{
    bool boxless;
    struct dataset *set = read_once(path, options->masks ? COCO_KEEP_SHAPES : COCO_SKIP_SHAPES,
        options->columns, &boxless, err);
    if (!set || !boxless)
        return set;
    dataset_free(set);
    return read_once(path, COCO_SHAPE_EXTENTS, options->columns, &boxless, err);
}
