#include "work/image_tags.h"

#include "base/map.h"
#include "work/own.h"

#include <cjson/cJSON.h>
#include <string.h>

static const char BETWEEN[] = " \t\r\n,";

char *image_tags_path(struct arena *arena, struct err *err)
{
    return own_data_path(arena, "image-tags.json", err);
}

bool image_tag_check(const char *tag, struct err *err)
{
    size_t length = strlen(tag);
    return (length && length < IMAGE_TAG_BYTES && strcspn(tag, BETWEEN) == length) ||
           err_set(err, ERR_USAGE, "a tag is one word of at most %d bytes without blanks and commas",
               IMAGE_TAG_BYTES - 1);
}

/* ---- reading ---- */

/* "night\npaper"; NULL for none, and *OK false when memory is out. */
static const char *join_tags(struct arena *arena, const cJSON *tags, bool *ok)
{
    char text[IMAGE_MOST_TAGS * IMAGE_TAG_BYTES];
    size_t used = 0;
    const cJSON *tag;
    cJSON_ArrayForEach(tag, tags)
    {
        size_t length = cJSON_IsString(tag) ? strlen(tag->valuestring) : 0;
        if (!length || used + length + 1 > sizeof text)
            continue;
        if (used)
            text[used++] = '\n';
        memcpy(text + used, tag->valuestring, length);
        used += length;
    }
    const char *joined = used ? arena_copy(arena, text, used) : NULL;
    *ok = *ok && (!used || joined);
    return joined;
}

static bool fill_column(const struct study *study, const cJSON *images, struct arena *arena,
    struct image_column *out)
{
    struct arena scratch = {0};
    struct map places;
    const struct dataset *dataset = study->dataset;
    const cJSON *tags;
    bool ok = true;
    map_init(&places, &scratch);
    for (size_t i = 0; ok && images && i < dataset->image_count; i++) {
        char id[IMAGE_ID_BYTES];
        const char *name = image_name(dataset, (int32_t)i, id);
        ok = map_put(&places, name, strlen(name), (int64_t)i, NULL) >= 0;
    }
    cJSON_ArrayForEach(tags, images)
    {
        int64_t image = ok ? map_get(&places, tags->string, strlen(tags->string)) : -1;
        if (image >= 0)
            out->values[image] = join_tags(arena, tags, &ok);
    }
    map_done(&places);
    arena_done(&scratch);
    return ok;
}

static void print_key(const struct study *study, char out[DIGEST_TEXT_BYTES])
{
    digest_print(&study->version.images, out);
}

bool image_tags_read(const char *path, const struct study *study, struct arena *arena,
    struct image_column *out, struct err *err)
{
    char key[DIGEST_TEXT_BYTES];
    cJSON *object = own_read(path, err);
    if (!object)
        return false;
    print_key(study, key);
    const cJSON *datasets = cJSON_GetObjectItemCaseSensitive(object, "datasets");
    const cJSON *dataset = cJSON_GetObjectItemCaseSensitive(datasets, key);
    *out = (struct image_column){.name = "tags",
        .values = ARENA_ARRAY(arena, const char *, study->dataset->image_count + 1),
        .is_tags = true};
    bool ok = out->values && fill_column(study,
                                 cJSON_GetObjectItemCaseSensitive(dataset, "images"), arena, out);
    cJSON_Delete(object);
    return ok || err_set(err, ERR_MEMORY, "out of memory while reading tags");
}

/* ---- writing ---- */

struct change {
    const struct study *study;
    const char *const *names;
    size_t count, changed;
    const char *tag;
    bool add;
};

/* The place of TAG in TAGS, -1 for none. */
static int place_of(const cJSON *tags, const char *tag)
{
    int place = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, tags)
    {
        if (cJSON_IsString(item) && strcmp(item->valuestring, tag) == 0)
            return place;
        place++;
    }
    return -1;
}

static bool change_image(struct change *change, cJSON *images, const char *name, struct err *err)
{
    cJSON *tags = cJSON_GetObjectItemCaseSensitive(images, name);
    int place = place_of(tags, change->tag);
    if (change->add == (place >= 0))
        return true;
    change->changed++;
    if (!change->add) {
        cJSON_DeleteItemFromArray(tags, place);
        if (!cJSON_GetArraySize(tags))
            cJSON_DeleteItemFromObjectCaseSensitive(images, name);
        return true;
    }
    if (!cJSON_IsArray(tags)) {
        cJSON_DeleteItemFromObjectCaseSensitive(images, name);
        tags = cJSON_AddArrayToObject(images, name);
    }
    if (cJSON_GetArraySize(tags) >= IMAGE_MOST_TAGS)
        return err_set(err, ERR_LIMIT, "image %.80s has %d tags already", name, IMAGE_MOST_TAGS);
    return cJSON_AddItemToArray(tags, cJSON_CreateString(change->tag)) ||
           err_set(err, ERR_MEMORY, "out of memory");
}

static bool apply(void *self, cJSON *object, struct err *err)
{
    struct change *change = self;
    char key[DIGEST_TEXT_BYTES];
    print_key(change->study, key);
    cJSON *datasets = own_object(object, "datasets");
    cJSON *dataset = datasets ? own_object(datasets, key) : NULL;
    cJSON *images = dataset ? own_object(dataset, "images") : NULL;
    bool ok = images && (cJSON_HasObjectItem(dataset, "name") ||
                            cJSON_AddStringToObject(dataset, "name", change->study->version.name));
    if (!ok)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; ok && i < change->count; i++)
        ok = change_image(change, images, change->names[i], err);
    if (!images->child) /* nothing is left to say of them */
        cJSON_DeleteItemFromObjectCaseSensitive(datasets, key);
    return ok;
}

bool image_tags_write(const char *path, const struct study *study, const char *const *names,
    size_t count, const char *tag, bool add, size_t *changed, struct err *err)
{
    struct change change = {study, names, count, 0, tag, add};
    bool ok = image_tag_check(tag, err) &&
              own_write(path, &(struct own_change){apply, &change}, err);
    *changed = ok ? change.changed : 0;
    return ok;
}
