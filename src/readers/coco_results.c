/*
 * Reads COCO results: a list of detections, or a data set whose annotations carry scores.
 * Knows: the rows' keys. Must not know: the ground truth that they are about.
 *
 * One pass; besides the window of the file only the rows and the distinct keys are held.
 */
#include "base/grow.h"
#include "readers/coco.h"
#include "readers/coco_ids.h"
#include "readers/coco_mask.h"
#include "readers/mask_list.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A text of each id that has one. */
struct texts {
    const char **texts; /* malloc'd */
    size_t count, capacity;
};

struct results {
    struct json json;
    struct detections *set;
    size_t capacity;
    struct coco_ids images, categories;
    struct texts file_names, category_names; /* by image, by category index */
    struct buf name, category_name;          /* of the row or image that is open */
    enum coco_shapes shapes;
    struct coco_mask_reader mask_reader;
    struct mask_list masks;
    bool begun;        /* a row was read */
    bool boxless;      /* a row has a shape that was skipped, and no box */
    const char *wrong; /* what the file does not hold */
    bool no_memory;
};

/* Keeps TEXT as that of the id INDEX, one of IDS, when it is the first. */
static bool remember(struct results *results, struct texts *texts, const struct coco_ids *ids,
    int32_t index, const struct buf *text)
{
    if (!text->length)
        return true;
    if (!GROW(texts->texts, texts->capacity, ids->count))
        return false;
    while (texts->count < ids->count)
        texts->texts[texts->count++] = NULL;
    const char **kept = &texts->texts[index];
    if (!*kept)
        *kept = arena_copy(&results->set->arena, text->data, text->length);
    return *kept;
}

static const char *text_of(const struct texts *texts, size_t index)
{
    return index < texts->count ? texts->texts[index] : NULL;
}

static bool remember_file_name(struct results *results, int32_t image)
{
    for (size_t i = 0; i < results->name.length; i++)
        if (results->name.data[i] == '\\')
            results->name.data[i] = '/';
    return remember(results, &results->file_names, &results->images, image, &results->name);
}

static bool remember_category_name(struct results *results, int32_t category)
{
    return remember(
        results, &results->category_names, &results->categories, category, &results->category_name);
}

enum row_key {
    ROW_IMAGE_ID,
    ROW_FILE_NAME,
    ROW_CATEGORY_ID,
    ROW_CATEGORY_NAME,
    ROW_BBOX,
    ROW_SCORE,
    ROW_SEGMENTATION,
    ROW_OTHER
};

static enum row_key row_key(const struct json *json)
{
    if (json->escaped)
        return ROW_OTHER;
    /* By length first: five keys a row are most of what there is to compare. */
    switch (json->length) {
    case 4:
        return memcmp(json->text, "bbox", 4) == 0 ? ROW_BBOX : ROW_OTHER;
    case 5:
        return memcmp(json->text, "score", 5) == 0 ? ROW_SCORE : ROW_OTHER;
    case 8:
        return memcmp(json->text, "image_id", 8) == 0 ? ROW_IMAGE_ID : ROW_OTHER;
    case 9:
        return memcmp(json->text, "file_name", 9) == 0 ? ROW_FILE_NAME : ROW_OTHER;
    case 11:
        return memcmp(json->text, "category_id", 11) == 0 ? ROW_CATEGORY_ID : ROW_OTHER;
    case 12:
        return memcmp(json->text, "segmentation", 12) == 0 ? ROW_SEGMENTATION : ROW_OTHER;
    case 13:
        return memcmp(json->text, "category_name", 13) == 0 ? ROW_CATEGORY_NAME : ROW_OTHER;
    default:
        return ROW_OTHER;
    }
}

static void take_text(struct results *results, struct buf *text)
{
    if (!coco_take_text(&results->json, text, &results->set->unreadable_values))
        results->no_memory = true;
}

/* A name for an id that the row does not have. */
static void stand_in(struct coco_ids *ids, const struct buf *name, int32_t *id)
{
    if (*id == COCO_ID_UNUSABLE && name->length)
        *id = coco_ids_put_text(ids, name->data, name->length);
}

/* Keeps ROW, or counts it when something that it needs was not there. False: out of memory. */
static bool keep_row(
    struct results *results, struct detection *row, bool has_box, const struct coco_shape *shape)
{
    struct detections *set = results->set;
    stand_in(&results->images, &results->name, &row->image_key);
    stand_in(&results->categories, &results->category_name, &row->category_key);
    if (row->image_key == COCO_ID_NO_MEMORY || row->category_key == COCO_ID_NO_MEMORY)
        return false;
    if (!has_box || !isfinite(row->score) || row->image_key < 0 || row->category_key < 0) {
        set->dropped++;
        return true;
    }
    if (results->name.length) {
        set->has_file_names = true;
        if (!remember_file_name(results, row->image_key))
            return false;
    }
    if (!remember_category_name(results, row->category_key))
        return false;
    if (!GROW(set->rows, results->capacity, set->count + 1) ||
        !mask_list_put(&results->masks, set->count, shape->mask))
        return false;
    set->dropped_masks += shape->broken && results->shapes == COCO_KEEP_SHAPES;
    set->rows[set->count++] = *row;
    return true;
}

/* The value of "segmentation". */
static void take_shape(struct results *results, struct coco_shape *shape, bool *skipped)
{
    *skipped = results->shapes == COCO_SKIP_SHAPES;
    if (*skipped)
        json_skip(&results->json);
    else if (!coco_take_shape(&results->mask_reader, &results->json, shape))
        results->no_memory = true;
}

/* The object that is open, up to its end. */
static bool read_row(struct results *results)
{
    struct json *json = &results->json;
    struct detection row = {
        .score = NAN, .image_key = COCO_ID_UNUSABLE, .category_key = COCO_ID_UNUSABLE};
    struct coco_shape shape = {0};
    bool has_box = false, skipped_shape = false;
    int64_t unreadable_boxes = 0;
    buf_clear(&results->name);
    buf_clear(&results->category_name);
    while (json_next(json) == JSON_KEY)
        switch (row_key(json)) {
        case ROW_IMAGE_ID:
            row.image_key = coco_ids_take(&results->images, json);
            break;
        case ROW_CATEGORY_ID:
            row.category_key = coco_ids_take(&results->categories, json);
            break;
        case ROW_FILE_NAME:
            take_text(results, &results->name);
            break;
        case ROW_CATEGORY_NAME:
            take_text(results, &results->category_name);
            break;
        case ROW_BBOX:
            has_box = coco_take_box(json, &row.box, &unreadable_boxes);
            break;
        case ROW_SCORE:
            row.score = coco_take_number(json, &(int64_t){0}); /* the row is counted */
            break;
        case ROW_SEGMENTATION:
            take_shape(results, &shape, &skipped_shape);
            break;
        case ROW_OTHER:
            json_skip(json);
            break;
        }
    if (json->kind != JSON_OBJECT_END)
        return false;
    results->boxless |= !has_box && skipped_shape;
    if (!results->begun)
        results->set->boxes_say_areas = has_box;
    results->begun = true;
    if (!has_box && shape.has_box) {
        row.box = shape.box;
        results->set->unreadable_values += unreadable_boxes > 0;
    }
    if (!keep_row(results, &row, has_box || shape.has_box, &shape))
        results->no_memory = true;
    return !results->no_memory;
}

/* The list that is open. */
static bool read_rows(struct results *results)
{
    for (;;)
        switch (coco_next_item(&results->json)) {
        case COCO_ITEM:
            if (!read_row(results))
                return false;
            break;
        case COCO_OTHER:
            results->set->dropped++;
            break;
        case COCO_LIST_END:
            return true;
        case COCO_STOP:
            return false;
        }
}

/* An entry of "images" gives an image key its file name. */
static bool read_image(struct results *results)
{
    struct json *json = &results->json;
    int32_t image = COCO_ID_UNUSABLE;
    buf_clear(&results->name);
    while (json_next(json) == JSON_KEY)
        if (json_is(json, "id"))
            image = coco_ids_take(&results->images, json);
        else if (json_is(json, "file_name"))
            take_text(results, &results->name);
        else
            json_skip(json);
    results->set->unreadable_values += image == COCO_ID_UNUSABLE;
    if (image == COCO_ID_NO_MEMORY || (image >= 0 && !remember_file_name(results, image)))
        results->no_memory = true;
    return json->kind == JSON_OBJECT_END && !results->no_memory;
}

/* An entry of "categories" gives a category key its name. */
static bool read_category(struct results *results)
{
    struct json *json = &results->json;
    int32_t category = COCO_ID_UNUSABLE;
    buf_clear(&results->category_name);
    while (json_next(json) == JSON_KEY)
        if (json_is(json, "id"))
            category = coco_ids_take(&results->categories, json);
        else if (json_is(json, "name"))
            take_text(results, &results->category_name);
        else
            json_skip(json);
    results->set->unreadable_values += category == COCO_ID_UNUSABLE;
    if (category == COCO_ID_NO_MEMORY ||
        (category >= 0 && !remember_category_name(results, category)))
        results->no_memory = true;
    return json->kind == JSON_OBJECT_END && !results->no_memory;
}

/* A list of the top level beside the rows. */
static bool read_list(
    struct results *results, const char *said, bool (*read_entry)(struct results *results))
{
    if (!coco_enter_list(&results->json, said, &results->wrong))
        return results->json.kind == JSON_NULL;
    for (;;)
        switch (coco_next_item(&results->json)) {
        case COCO_ITEM:
            if (!read_entry(results))
                return false;
            break;
        case COCO_OTHER:
            results->set->unreadable_values++;
            break;
        case COCO_LIST_END:
            return true;
        case COCO_STOP:
            return false;
        }
}

/* A list of rows that comes again takes the place of the one before. */
static void forget_rows(struct results *results)
{
    mask_list_done(&results->masks);
    results->set->count = 0;
    results->set->dropped = results->set->dropped_masks = 0;
    results->set->has_file_names = results->boxless = results->begun = false;
}

static bool read_members(struct results *results)
{
    struct json *json = &results->json;
    bool seen = false;
    while (json_next(json) == JSON_KEY) {
        if (json_is(json, "images")) {
            if (!read_list(results, "a list in \"images\"", read_image))
                return false;
        } else if (json_is(json, "categories")) {
            if (!read_list(results, "a list in \"categories\"", read_category))
                return false;
        } else if (json_is(json, "annotations")) {
            seen = true;
            forget_rows(results);
            if (coco_enter_list(json, "a list in \"annotations\"", &results->wrong)
                    ? !read_rows(results)
                    : json->kind != JSON_NULL)
                return false;
        } else if (!json_skip(json)) {
            return false;
        }
    }
    if (!seen && json->kind == JSON_OBJECT_END)
        results->wrong =
            "a list of detections, or an object with \"annotations\" that carry scores";
    return seen && json->kind == JSON_OBJECT_END;
}

static bool read_document(struct results *results)
{
    bool ok = false;
    switch (json_next(&results->json)) {
    case JSON_ARRAY:
        ok = read_rows(results);
        break;
    case JSON_OBJECT:
        ok = read_members(results);
        break;
    default:
        results->wrong = "a list of detections";
    }
    return ok && json_next(&results->json) == JSON_END;
}

/* Gives the set its key tables, and one mask pointer for each row where it has any. */
static bool finish(struct results *results)
{
    struct detections *set = results->set;
    size_t images = results->images.count, categories = results->categories.count;
    set->image_keys = ARENA_ARRAY(&set->arena, struct image_key, images);
    set->category_keys = ARENA_ARRAY(&set->arena, struct category_key, categories);
    if (!set->image_keys || !set->category_keys)
        return false;
    for (size_t i = 0; i < images; i++) {
        const struct coco_id *id = &results->images.ids[i];
        set->image_keys[i] = (struct image_key){.id = id->number, .text = id->text};
        set->image_keys[i].file_name = text_of(&results->file_names, i);
    }
    for (size_t i = 0; i < categories; i++) {
        const struct coco_id *id = &results->categories.ids[i];
        set->category_keys[i] = (struct category_key){
            .id = id->number, .name = id->text, .called = text_of(&results->category_names, i)};
    }
    if (!mask_list_finish(&results->masks, set->count))
        return false;
    set->masks = results->masks.masks;
    results->masks = (struct mask_list){0};
    set->image_key_count = images;
    set->category_key_count = categories;
    return true;
}

static bool read_all(struct results *results, struct stream *stream, struct err *err)
{
    struct arena *arena = &results->set->arena;
    json_init_stream(&results->json, stream);
    coco_ids_init(&results->images, arena, false);
    coco_ids_init(&results->categories, arena, true);
    coco_mask_reader_init(
        &results->mask_reader, results->shapes == COCO_KEEP_SHAPES ? arena : NULL);
    buf_init(&results->name, JSON_MAX_TOKEN_BYTES);
    buf_init(&results->category_name, JSON_MAX_TOKEN_BYTES);
    bool ok = read_document(results);
    if (ok && !finish(results))
        results->no_memory = true;
    if (results->no_memory)
        ok = err_set(err, ERR_MEMORY, "out of memory while reading detections");
    else if (!ok)
        json_error(&results->json, results->wrong, err);
    coco_ids_done(&results->images);
    coco_ids_done(&results->categories);
    coco_mask_reader_done(&results->mask_reader);
    mask_list_done(&results->masks);
    buf_done(&results->name);
    buf_done(&results->category_name);
    free(results->file_names.texts);
    free(results->category_names.texts);
    return ok;
}

static struct detections *read_once(
    const char *path, enum coco_shapes shapes, bool *boxless, struct err *err)
{
    struct results results = {.set = detections_new(), .shapes = shapes};
    struct stream stream = {.fd = -1};
    bool ok = results.set && (results.set->path = arena_string(&results.set->arena, path));
    if (!ok)
        err_set(err, ERR_MEMORY, "out of memory");
    ok = ok && stream_open(&stream, path, 0, err) && read_all(&results, &stream, err);
    stream_close(&stream);
    *boxless = results.boxless;
    if (ok)
        return results.set;
    err_in_file(err, path);
    detections_free(results.set);
    return NULL;
}

struct detections *coco_results_read(
    const char *path, const struct annotation_options *options, struct err *err)
{
    bool boxless;
    struct detections *set =
        read_once(path, options->masks ? COCO_KEEP_SHAPES : COCO_SKIP_SHAPES, &boxless, err);
    if (!set || !boxless)
        return set;
    detections_free(set);
    return read_once(path, COCO_SHAPE_EXTENTS, &boxless, err);
}
