#include "pair.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void demand(bool met, const char *what)
{
    if (met)
        return;
    fprintf(stderr, "reference pair: %s\n", what);
    exit(1);
}

cJSON *pair_json(const char *folder, const char *name)
{
    struct buf text;
    struct arena arena;
    struct err err;
    arena_init(&arena, 0);
    buf_init(&text, 64 << 20);
    cJSON *json = NULL;
    if (file_read(path_join(&arena, folder, name), &text, &err))
        json = cJSON_ParseWithLength(text.data, text.length);
    buf_done(&text);
    arena_done(&arena);
    return json;
}

static double number(const cJSON *object, const char *key, double fallback)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(value) ? value->valuedouble : fallback;
}

static struct box box_of(const cJSON *object)
{
    const cJSON *bbox = cJSON_GetObjectItemCaseSensitive(object, "bbox"), *item;
    double sides[4];
    int n = 0;
    demand(cJSON_GetArraySize(bbox) == 4, "a bbox without four numbers");
    cJSON_ArrayForEach(item, bbox) sides[n++] = item->valuedouble;
    return (struct box){sides[0], sides[1], sides[2], sides[3]};
}

static int compare_categories(const void *left, const void *right)
{
    const struct category *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

static int32_t image_of(const struct dataset *dataset, int64_t id)
{
    for (size_t i = 0; i < dataset->image_count; i++)
        if (dataset->images[i].id == id)
            return (int32_t)i;
    return -1;
}

static int32_t category_of(const struct dataset *dataset, int64_t id)
{
    for (size_t i = 0; i < dataset->category_count; i++)
        if (dataset->categories[i].id == id)
            return (int32_t)i;
    return -1;
}

static void add_images(struct dataset *dataset, const cJSON *images, const cJSON *categories)
{
    const cJSON *item;
    dataset->images =
        ARENA_ARRAY(&dataset->arena, struct image, (size_t)cJSON_GetArraySize(images) + 1);
    dataset->categories =
        ARENA_ARRAY(&dataset->arena, struct category, (size_t)cJSON_GetArraySize(categories) + 1);
    demand(dataset->images && dataset->categories, "out of memory");
    cJSON_ArrayForEach(item, images)
    {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(item, "file_name");
        dataset->images[dataset->image_count++] =
            (struct image){.id = (int64_t)number(item, "id", -1),
                .file_name = arena_string(&dataset->arena, name ? name->valuestring : ""),
                .width_px = (int32_t)number(item, "width", 0),
                .height_px = (int32_t)number(item, "height", 0)};
    }
    cJSON_ArrayForEach(item, categories) dataset->categories[dataset->category_count++] =
        (struct category){.id = (int64_t)number(item, "id", -1), .name = ""};
    qsort(dataset->categories, dataset->category_count, sizeof *dataset->categories,
        compare_categories);
}

struct dataset *pair_truth(const char *folder)
{
    cJSON *json = pair_json(folder, "gt.json");
    demand(json != NULL, "gt.json is not there or not JSON");
    const cJSON *annotations = cJSON_GetObjectItemCaseSensitive(json, "annotations"), *item;
    struct dataset *dataset = dataset_new();
    demand(dataset != NULL, "out of memory");
    add_images(dataset, cJSON_GetObjectItemCaseSensitive(json, "images"),
        cJSON_GetObjectItemCaseSensitive(json, "categories"));
    dataset->annotations = ARENA_ARRAY(
        &dataset->arena, struct annotation, (size_t)cJSON_GetArraySize(annotations) + 1);
    demand(dataset->annotations != NULL, "out of memory");
    cJSON_ArrayForEach(item, annotations)
    {
        struct box box = box_of(item);
        dataset->annotations[dataset->annotation_count++] =
            (struct annotation){.id = (int64_t)number(item, "id", -1),
                .has_id = true,
                .box = box,
                .area = number(item, "area", box.w * box.h),
                .image = image_of(dataset, (int64_t)number(item, "image_id", -1)),
                .category = category_of(dataset, (int64_t)number(item, "category_id", -1)),
                .crowd = number(item, "iscrowd", 0) != 0};
    }
    cJSON_Delete(json);
    return dataset;
}

static int32_t image_key(struct detections *detections, int64_t id)
{
    size_t n = detections->image_key_count;
    for (size_t i = n; i-- > 0;)
        if (detections->image_keys[i].id == id)
            return (int32_t)i;
    detections->image_keys[detections->image_key_count++].id = id;
    return (int32_t)n;
}

static int32_t category_key(struct detections *detections, int64_t id)
{
    size_t n = detections->category_key_count;
    for (size_t i = 0; i < n; i++)
        if (detections->category_keys[i].id == id)
            return (int32_t)i;
    detections->category_keys[detections->category_key_count++].id = id;
    return (int32_t)n;
}

struct detections *pair_detections(const char *folder, const char *name)
{
    cJSON *json = pair_json(folder, name);
    if (!json)
        return NULL;
    const cJSON *item;
    struct detections *detections = detections_new();
    size_t n = (size_t)cJSON_GetArraySize(json);
    demand(detections != NULL, "out of memory");
    detections->rows = calloc(n + 1, sizeof *detections->rows);
    detections->image_keys = ARENA_ARRAY(&detections->arena, struct image_key, n + 1);
    detections->category_keys = ARENA_ARRAY(&detections->arena, struct category_key, n + 1);
    demand(
        detections->rows && detections->image_keys && detections->category_keys, "out of memory");
    cJSON_ArrayForEach(item, json) detections->rows[detections->count++] =
        (struct detection){.box = box_of(item),
            .score = number(item, "score", 0),
            .image_key = image_key(detections, (int64_t)number(item, "image_id", -1)),
            .category_key = category_key(detections, (int64_t)number(item, "category_id", -1))};
    cJSON_Delete(json);
    return detections;
}

/* Every folder below DIRECTORY that holds an expected.json, one level of grouping deep. */
static bool run_all(
    const char *directory, pair_test *run, struct arena *arena, int depth, int *pairs)
{
    struct file_list list;
    struct err err;
    bool passed = true;
    if (!file_list(directory, arena, &list, &err))
        return false;
    for (size_t i = 0; i < list.count; i++) {
        if (!list.entries[i].is_dir)
            continue;
        char *folder = path_join(arena, directory, list.entries[i].name);
        struct file_stat stat;
        if (file_stat(path_join(arena, folder, "expected.json"), &stat)) {
            ++*pairs;
            passed = run(folder) && passed;
        } else if (depth < 1) {
            passed = run_all(folder, run, arena, depth + 1, pairs) && passed;
        }
    }
    return passed;
}

int pair_run_all(const char *directory, pair_test *run)
{
    struct file_stat stat;
    if (!directory || !file_stat(directory, &stat))
        return 77;
    struct arena arena;
    arena_init(&arena, 0);
    int pairs = 0;
    bool passed = run_all(directory, run, &arena, 0, &pairs);
    arena_done(&arena);
    printf("%d pairs\n", pairs);
    return passed && pairs > 0 ? 0 : 1;
}
