#include "work/common.h"

#include "base/file.h"
#include "base/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum way { BY_FILE_NAME, BY_BASE_NAME, BY_STEM, BY_ID, WAYS };

static const char *const WAY_NAMES[WAYS] = {"file name", "base name", "stem", "id"};

enum { NOWHERE = -1, SHARED = -2 };

/* Joining the studies. */
struct joining {
    const struct study *const *studies;
    size_t count;
    struct arena *arena, scratch;
    int32_t **place; /* by study and image: image of the first study, or NOWHERE */
    struct common *out;
    bool only_touched;
};

/* How IMAGE is called in WAY; ID has room for a number. Length 0: not at all. */
static const char *call(const struct image *image, enum way way, char id[32], size_t *length)
{
    const char *name = image->file_name;
    if (way == BY_ID) {
        snprintf(id, 32, "%lld", (long long)image->id);
        name = image->key ? image->key : id;
    } else if (way != BY_FILE_NAME) {
        name = path_base(name);
    }
    *length = way == BY_STEM ? path_stem_length(name) : strlen(name);
    return name;
}

/* Fills PLACE for one study from the names of the first; two images called alike join nothing. */
static bool place_images(
    const struct dataset *dataset, enum way way, const struct map *names, int32_t *place)
{
    struct arena scratch = {0};
    struct map seen;
    char id[32];
    size_t length;
    bool ok = true;
    map_init(&seen, &scratch);
    for (size_t i = 0; ok && i < dataset->image_count; i++) {
        const char *name = call(&dataset->images[i], way, id, &length);
        int64_t before = length ? map_put(&seen, name, length, (int64_t)i, NULL) : (int64_t)i;
        ok = before >= 0;
        place[i] = length ? (int32_t)map_get(names, name, length) : NOWHERE;
        if (ok && before != (int64_t)i)
            place[i] = place[before] = NOWHERE;
    }
    map_done(&seen);
    arena_done(&scratch);
    return ok;
}

/* Joins all in one WAY; *COMMON is how many images of the first all others have. */
static bool join_images(struct joining *join, enum way way, int32_t **place, size_t *common)
{
    const struct dataset *first = join->studies[0]->dataset;
    struct arena scratch = {0};
    struct map names;
    char id[32];
    size_t length;
    bool ok = true;
    uint32_t *hits = calloc(first->image_count + 1, sizeof *hits);
    map_init(&names, &scratch);
    for (size_t i = 0; ok && i < first->image_count; i++) {
        const char *name = call(&first->images[i], way, id, &length);
        ok = !length || map_put(&names, name, length, (int64_t)i, NULL) >= 0;
    }
    ok = ok && hits;
    for (size_t s = 0; ok && s < join->count; s++) {
        const struct dataset *dataset = join->studies[s]->dataset;
        ok = place_images(dataset, way, &names, place[s]);
        for (size_t i = 0; ok && i < dataset->image_count; i++)
            if (join->studies[s]->set->left_out[i])
                place[s][i] = NOWHERE;
            else if (place[s][i] >= 0)
                hits[place[s][i]]++;
    }
    *common = 0;
    for (size_t i = 0; ok && i < first->image_count; i++)
        *common += hits[i] == join->count;
    for (size_t s = 0; ok && s < join->count; s++)
        for (size_t i = 0; i < join->studies[s]->dataset->image_count; i++)
            if (place[s][i] >= 0 && hits[place[s][i]] != join->count)
                place[s][i] = NOWHERE;
    map_done(&names);
    arena_done(&scratch);
    free(hits);
    return ok;
}

static int32_t **new_places(struct joining *join, struct arena *arena)
{
    int32_t **place = ARENA_ARRAY(arena, int32_t *, join->count);
    for (size_t s = 0; place && s < join->count; s++) {
        place[s] = ARENA_ARRAY(arena, int32_t, join->studies[s]->dataset->image_count + 1);
        if (!place[s])
            return NULL;
    }
    return place;
}

/* The way that joins most; of two that join as many the stricter. */
static bool choose_way(struct joining *join)
{
    size_t most = 0;
    for (enum way way = 0; way < WAYS; way++) {
        size_t common;
        int32_t **place = new_places(join, &join->scratch);
        if (!place || !join_images(join, way, place, &common))
            return false;
        if (common > most || !join->place) {
            most = common;
            join->place = place;
            join->out->joined_by = WAY_NAMES[way];
        }
    }
    return true;
}

/* Marks the images of study S on which it has detections. */
static void mark_touched(const struct study *study, bool *touched)
{
    for (size_t g = 0; g < study->set->group_count; g++)
        touched[study->set->groups[g].image] = true;
}

/* Counts what each study touches; with ONLY_TOUCHED takes images out that one does not. */
static bool look_at_touched(struct joining *join)
{
    struct common *out = join->out;
    size_t images = join->studies[0]->dataset->image_count, common = 0;
    uint32_t *hits = ARENA_ARRAY(&join->scratch, uint32_t, images + 1);
    bool **touched = ARENA_ARRAY(&join->scratch, bool *, join->count);
    if (!hits || !touched)
        return false;
    for (size_t s = 0; s < join->count; s++) {
        const struct study *study = join->studies[s];
        struct common_side *side = &out->sides[s];
        side->images = study->dataset->image_count;
        touched[s] = ARENA_ARRAY(&join->scratch, bool, side->images + 1);
        if (!touched[s])
            return false;
        mark_touched(study, touched[s]);
        for (size_t i = 0; i < side->images; i++) {
            side->touched += touched[s][i];
            common += s == 0 && join->place[s][i] >= 0;
            if (join->place[s][i] >= 0)
                hits[join->place[s][i]] += touched[s][i];
        }
    }
    for (size_t s = 0; s < join->count; s++) {
        struct common_side *side = &out->sides[s];
        for (size_t i = 0; i < side->images; i++)
            side->missing += join->place[s][i] >= 0 && !touched[s][i] && hits[join->place[s][i]];
        out->cut = out->cut || (join->only_touched && side->missing * 10 > common);
    }
    for (size_t s = 0; out->cut && s < join->count; s++)
        for (size_t i = 0; i < out->sides[s].images; i++)
            if (join->place[s][i] >= 0 && hits[join->place[s][i]] != join->count)
                join->place[s][i] = NOWHERE;
    return true;
}

/* Numbers the common images in the order of the first study's ids. */
static bool number_images(struct joining *join)
{
    struct common *out = join->out;
    const struct eval_set *first = join->studies[0]->set;
    int32_t *position = ARENA_ARRAY(&join->scratch, int32_t, first->image_count + 1);
    int32_t *image = ARENA_ARRAY(join->arena, int32_t, first->image_count + 1);
    if (!position || !image)
        return false;
    size_t common = 0;
    for (size_t i = 0; i < first->image_count; i++) {
        int32_t index = first->image_order[i];
        if (join->place[0][index] != index)
            continue;
        position[index] = (int32_t)common;
        image[common++] = index;
    }
    out->same_images = true;
    for (size_t s = 0; s < join->count; s++) {
        size_t images = out->sides[s].images;
        int32_t *own = ARENA_ARRAY(join->arena, int32_t, images + 1);
        if (!own)
            return false;
        for (size_t i = 0; i < images; i++)
            own[i] = join->place[s][i] < 0 ? NOWHERE : position[join->place[s][i]];
        out->runs[s] =
            (struct eval_aligned){.set = join->studies[s]->set, .image_position = own};
        out->same_images = out->same_images && images == common;
    }
    out->image = image;
    out->common.image_count = common;
    return true;
}

/* The category of DATASET that is called NAME, or with BY_NUMBER has the id. */
static int32_t find_category(
    const struct dataset *dataset, const struct category *wanted, bool by_number)
{
    int32_t found = NOWHERE;
    for (size_t c = 0; c < dataset->category_count; c++) {
        const struct category *category = &dataset->categories[c];
        bool is = by_number ? category->id == wanted->id : strcmp(category->name, wanted->name) == 0;
        if (is && found != NOWHERE)
            return SHARED;
        if (is)
            found = (int32_t)c;
    }
    return found;
}

/* Joins categories; returns how many are common. */
static size_t join_categories(struct joining *join, bool by_number, int32_t **own, int32_t *category)
{
    const struct dataset *first = join->studies[0]->dataset;
    size_t common = 0;
    for (size_t s = 0; s < join->count; s++)
        for (size_t c = 0; c < join->studies[s]->dataset->category_count; c++)
            own[s][c] = NOWHERE;
    for (size_t c = 0; c < first->category_count; c++) {
        bool in_all = true;
        for (size_t s = 0; in_all && s < join->count; s++)
            in_all = find_category(
                         join->studies[s]->dataset, &first->categories[c], by_number) >= 0;
        if (!in_all)
            continue;
        for (size_t s = 0; s < join->count; s++)
            own[s][find_category(join->studies[s]->dataset, &first->categories[c], by_number)] =
                (int32_t)common;
        category[common++] = (int32_t)c;
    }
    return common;
}

static bool number_categories(struct joining *join)
{
    struct common *out = join->out;
    size_t first = join->studies[0]->dataset->category_count;
    int32_t **own = ARENA_ARRAY(&join->scratch, int32_t *, join->count);
    int32_t *category = ARENA_ARRAY(join->arena, int32_t, first + 1);
    if (!own || !category)
        return false;
    for (size_t s = 0; s < join->count; s++) {
        own[s] = ARENA_ARRAY(
            join->arena, int32_t, join->studies[s]->dataset->category_count + 1);
        if (!own[s])
            return false;
        out->runs[s].category_position = own[s];
    }
    size_t common = join_categories(join, false, own, category);
    if (!common)
        common = join_categories(join, true, own, category);
    out->same_categories = true;
    for (size_t s = 0; s < join->count; s++)
        out->same_categories = out->same_categories &&
                               join->studies[s]->dataset->category_count == common;
    out->category = category;
    out->common.category_count = common;
    return true;
}

/* splitmix64's finisher (Steele, Lea and Flood, 2014) over two numbers. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
    uint64_t z = hash + value * UINT64_C(0x9E3779B97F4A7C15) + UINT64_C(0x632BE59BD9B4E019);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static uint64_t mix_double(uint64_t hash, double value)
{
    uint64_t bits;
    value += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &value, sizeof bits);
    return mix(hash, bits);
}

/* Adds up what each common image has, in any order. */
static void hash_truth(const struct study *study, const struct eval_aligned *run, uint64_t *hash)
{
    const struct dataset *dataset = study->dataset;
    for (size_t i = 0; i < dataset->annotation_count; i++) {
        const struct annotation *a = &dataset->annotations[i];
        int32_t image = run->image_position[a->image];
        if (image < 0)
            continue;
        uint64_t one = mix((uint64_t)run->category_position[a->category], a->crowd);
        one = mix_double(mix_double(one, a->box.x), a->box.y);
        one = mix_double(mix_double(mix_double(one, a->box.w), a->box.h), a->area);
        hash[image] += one;
    }
}

static bool compare_truths(struct joining *join)
{
    struct common *out = join->out;
    size_t images = out->common.image_count;
    uint64_t *first = ARENA_ARRAY(&join->scratch, uint64_t, images + 1);
    if (!first)
        return false;
    hash_truth(join->studies[0], &out->runs[0], first);
    for (size_t s = 1; s < join->count; s++) {
        uint64_t *other = ARENA_ARRAY(&join->scratch, uint64_t, images + 1);
        if (!other)
            return false;
        hash_truth(join->studies[s], &out->runs[s], other);
        for (size_t i = 0; i < images; i++)
            out->sides[s].differing += first[i] != other[i];
    }
    return true;
}

bool common_make(const struct study *const *studies, size_t count, bool only_touched,
    struct arena *arena, struct common *out, struct err *err)
{
    *out = (struct common){.count = count};
    struct joining join = {.studies = studies,
        .count = count,
        .arena = arena,
        .out = out,
        .only_touched = only_touched};
    out->runs = ARENA_ARRAY(arena, struct eval_aligned, count);
    out->sides = ARENA_ARRAY(arena, struct common_side, count);
    bool ok = out->runs && out->sides && choose_way(&join) && look_at_touched(&join) &&
              number_images(&join) && number_categories(&join) && compare_truths(&join);
    arena_done(&join.scratch);
    if (!ok)
        return err_set(err, ERR_MEMORY, "out of memory while joining evaluations");
    if (!out->common.image_count)
        return err_set(err, ERR_FORMAT, "no image is in the ground truth of all: nothing to compare");
    return out->common.category_count ||
           err_set(err, ERR_FORMAT, "no class is in the ground truth of all: nothing to compare");
}

static bool side_is_whole(const struct common *common, const struct common_side *side)
{
    return side->images == common->common.image_count && !side->differing &&
           side->missing * 10 <= side->images;
}

bool common_is_whole(const struct common *common)
{
    bool whole = common->same_categories;
    for (size_t s = 0; s < common->count; s++)
        whole = whole && side_is_whole(common, &common->sides[s]);
    return whole;
}

const char *common_difference(
    const struct common *common, const struct study *const *studies, struct arena *arena)
{
    size_t images = common->common.image_count, classes = common->common.category_count;
    for (size_t s = 0; s < common->count; s++) {
        const struct common_side *side = &common->sides[s];
        const char *name = path_base(studies[s]->ground_truth);
        if (side->images != images && !common->cut)
            return arena_printf(arena, "%s has %zu images, of which %zu are in all ground truths",
                name, side->images, images);
        if (side->differing)
            return arena_printf(arena, "%s says other things of %zu of %zu common images than %s",
                name, side->differing, images, path_base(studies[0]->ground_truth));
        if (studies[s]->dataset->category_count != classes)
            return arena_printf(arena, "%s has %zu classes, of which %zu are in all ground truths",
                name, studies[s]->dataset->category_count, classes);
        if (side->missing * 10 > side->images || side->images != images)
            return arena_printf(arena, "%s has detections on %zu of %zu images",
                path_base(studies[s]->predictions), side->touched, side->images);
    }
    return NULL;
}
