#include "eval/link.h"

#include "base/file.h"
#include "base/map.h"
#include "base/num.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What one rule compares: a few bytes. length 0 means that the rule says nothing about this one. */
struct word {
    const char *bytes;
    size_t length;
    int64_t number; /* storage for the numeric words */
};

struct rule {
    const char *name;
    bool only_without_ids; /* applies where no key was joined by id */
    bool unique;           /* an image with a word that another image has is not joined */
    void (*of_image)(const struct image *image, struct word *word);
    void (*of_key)(const struct image_key *key, struct word *word);
};

static void set_text(struct word *word, const char *text)
{
    word->bytes = text;
    word->length = text ? strlen(text) : 0;
}

static void set_number(struct word *word, int64_t number)
{
    word->number = number;
    word->bytes = (const char *)&word->number;
    word->length = sizeof word->number;
}

/* Nothing unless the LENGTH bytes of TEXT, which may be none, are digits. */
static void set_digits(struct word *word, const char *text, size_t length)
{
    int64_t number;
    for (size_t i = 0; i < length; i++)
        if (!isdigit((unsigned char)text[i]))
            return;
    if (length && num_parse_int(text, length, &number))
        set_number(word, number);
}

static void image_id(const struct image *image, struct word *word)
{
    if (!image->key)
        set_number(word, image->id);
}

static void key_id(const struct image_key *key, struct word *word)
{
    if (!key->text)
        set_number(word, key->id);
}

static void image_text(const struct image *image, struct word *word)
{
    set_text(word, image->key);
}

static void key_text(const struct image_key *key, struct word *word)
{
    set_text(word, key->text);
}

static void image_file(const struct image *image, struct word *word)
{
    set_text(word, image->file_name);
}

static void key_file(const struct image_key *key, struct word *word)
{
    set_text(word, key->file_name ? key->file_name : key->text);
}

static void image_base(const struct image *image, struct word *word)
{
    set_text(word, image->file_name ? path_base(image->file_name) : NULL);
}

static void key_base(const struct image_key *key, struct word *word)
{
    key_file(key, word);
    if (word->bytes)
        set_text(word, path_base(word->bytes));
}

static void set_stem(struct word *word, const char *file_name)
{
    if (!file_name)
        return;
    set_text(word, path_base(file_name));
    word->length = path_stem_length(word->bytes);
}

static void image_stem(const struct image *image, struct word *word)
{
    if (image->file_name && image->file_name[0])
        set_stem(word, image->file_name);
    else
        set_text(word, image->key);
}

static void key_stem(const struct image_key *key, struct word *word)
{
    if (key->text)
        set_text(word, key->text);
    else
        set_stem(word, key->file_name);
}

static void image_number(const struct image *image, struct word *word)
{
    if (image->key)
        set_digits(word, image->key, strlen(image->key));
    else
        image_id(image, word);
}

static void key_number(const struct image_key *key, struct word *word)
{
    if (key->text)
        set_digits(word, key->text, strlen(key->text));
    else
        set_number(word, key->id);
}

static void image_stem_number(const struct image *image, struct word *word)
{
    struct word stem = {0};
    image_stem(image, &stem);
    set_digits(word, stem.bytes, stem.length);
}

static const struct rule RULES[] = {
    {"id", false, false, image_id, key_id},
    {"id", false, false, image_text, key_text},
    {"file name", false, true, image_file, key_file},
    {"base name", false, true, image_base, key_base},
    {"stem", false, true, image_stem, key_stem},
    {"id", false, true, image_number, key_number},
    {"stem", true, true, image_stem_number, key_number},
};

/* The words of all images: each to the first image that has it. */
struct lexicon {
    struct map images;
    struct arena words;
    bool *shared; /* per image: another one has its word too */
};

static bool lexicon_fill(
    struct lexicon *lexicon, const struct dataset *dataset, const struct rule *rule)
{
    for (size_t i = 0; i < dataset->image_count; i++) {
        struct word word = {0};
        rule->of_image(&dataset->images[i], &word);
        if (!word.length)
            continue;
        int64_t first = map_put(&lexicon->images, word.bytes, word.length, (int64_t)i, NULL);
        if (first < 0)
            return false;
        if (first != (int64_t)i)
            lexicon->shared[first] = true;
    }
    return true;
}

/* Joins the keys that earlier rules left; adds how many to *JOINED. */
static bool join_by_rule(const struct dataset *dataset, const struct detections *detections,
    const struct rule *rule, int32_t *image_of_key, int64_t *joined)
{
    struct lexicon lexicon = {0};
    arena_init(&lexicon.words, 0);
    map_init(&lexicon.images, &lexicon.words);
    lexicon.shared = ARENA_ARRAY(&lexicon.words, bool, dataset->image_count + 1);
    bool filled = lexicon.shared && lexicon_fill(&lexicon, dataset, rule);
    for (size_t k = 0; filled && k < detections->image_key_count; k++) {
        struct word word = {0};
        if (image_of_key[k] < 0)
            rule->of_key(&detections->image_keys[k], &word);
        int64_t image = word.length ? map_get(&lexicon.images, word.bytes, word.length) : -1;
        if (image < 0 || (rule->unique && lexicon.shared[image]))
            continue;
        image_of_key[k] = (int32_t)image;
        ++*joined;
    }
    map_done(&lexicon.images);
    arena_done(&lexicon.words);
    return filled;
}

static int64_t *counter_of_rule(struct link *link, const char *name)
{
    switch (name[0]) {
    case 'i':
        return &link->keys_by_id;
    case 'f':
        return &link->keys_by_file_name;
    case 'b':
        return &link->keys_by_base_name;
    default:
        return &link->keys_by_stem;
    }
}

static bool join_positions(
    const struct dataset *dataset, const struct detections *detections, struct link *link)
{
    size_t count = dataset->image_count;
    int32_t *order = calloc(count + 1, sizeof *order);
    bool ok = order && dataset_order_images(dataset, order);
    for (size_t k = 0; ok && k < detections->image_key_count; k++) {
        int64_t position = detections->image_keys[k].id;
        if (position < 0 || (uint64_t)position >= count)
            continue;
        link->image_of_key[k] = order[position];
        link->keys_by_position++;
    }
    free(order);
    link->joined_by = link->keys_by_position ? "position" : "";
    return ok;
}

static bool join_images(
    const struct dataset *dataset, const struct detections *detections, struct link *link)
{
    if (detections->image_positions)
        return join_positions(dataset, detections, link);
    size_t left = detections->image_key_count;
    for (size_t r = 0; left > 0 && r < sizeof RULES / sizeof *RULES; r++) {
        const struct rule *rule = &RULES[r];
        int64_t joined = 0;
        if (rule->only_without_ids && link->keys_by_id)
            continue;
        if (!join_by_rule(dataset, detections, rule, link->image_of_key, &joined))
            return false;
        *counter_of_rule(link, rule->name) += joined;
        left -= (size_t)joined;
    }
    int64_t most = 0;
    link->joined_by = "";
    for (size_t r = 0; r < sizeof RULES / sizeof *RULES; r++) {
        int64_t keys = *counter_of_rule(link, RULES[r].name);
        if (keys > most) {
            most = keys;
            link->joined_by = RULES[r].name;
        }
    }
    return true;
}

/* Class ids 0..n-1, as data.yaml numbers them. */
static bool is_numbered_from_zero(const struct dataset *dataset)
{
    for (size_t c = 0; c < dataset->category_count; c++)
        if (dataset->categories[c].id != (int64_t)c)
            return false;
    return dataset->category_count > 0;
}

static bool looks_shifted(const struct dataset *dataset, const struct detections *detections)
{
    if (!dataset->fractions || detections->fractions || !is_numbered_from_zero(dataset) ||
        !detections->category_key_count)
        return false;
    for (size_t k = 0; k < detections->category_key_count; k++) {
        const struct category_key *key = &detections->category_keys[k];
        if (key->name || key->id < 1 || key->id > (int64_t)dataset->category_count)
            return false;
    }
    return true;
}

/* A class 0 where the ground truth begins with another one, and no class beyond its number. */
static bool look_like_positions(const struct dataset *dataset, const struct detections *detections)
{
    bool zero = false;
    if (!dataset->category_count || dataset->categories[0].id < 1 || dataset->ids_are_ours)
        return false;
    for (size_t k = 0; k < detections->category_key_count; k++) {
        const struct category_key *key = &detections->category_keys[k];
        if (key->name || key->id < 0 || key->id >= (int64_t)dataset->category_count)
            return false;
        zero = zero || key->id == 0;
    }
    return zero;
}

static int32_t find_category_id(const struct dataset *dataset, int64_t id)
{
    size_t low = 0, high = dataset->category_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (dataset->categories[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < dataset->category_count && dataset->categories[low].id == id ? (int32_t)low : -1;
}

/* Category names, as they are and without ASCII letter case. */
struct names {
    struct arena words;
    struct map exact, loose;
};

static char *lower_case(struct arena *arena, const char *name)
{
    char *lower = arena_string(arena, name);
    for (char *at = lower; at && *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at += 'a' - 'A';
    return lower;
}

static bool names_init(struct names *names, const struct dataset *dataset)
{
    arena_init(&names->words, 0);
    map_init(&names->exact, &names->words);
    map_init(&names->loose, &names->words);
    for (size_t c = 0; c < dataset->category_count; c++) {
        const char *name = dataset->categories[c].name;
        char *lower = lower_case(&names->words, name);
        if (!lower || map_put(&names->exact, name, strlen(name), (int64_t)c, NULL) < 0 ||
            map_put(&names->loose, lower, strlen(lower), (int64_t)c, NULL) < 0)
            return false;
    }
    return true;
}

static void names_done(struct names *names)
{
    map_done(&names->exact);
    map_done(&names->loose);
    arena_done(&names->words);
}

static bool names_find(struct names *names, const char *name, int32_t *category)
{
    int64_t found = map_get(&names->exact, name, strlen(name));
    if (found < 0) {
        char *lower = lower_case(&names->words, name);
        if (!lower)
            return false;
        found = map_get(&names->loose, lower, strlen(lower));
    }
    *category = (int32_t)found;
    return true;
}

static int32_t find_category(const struct dataset *dataset, int64_t id, bool shifted)
{
    if (shifted && id == INT64_MIN)
        return -1;
    return find_category_id(dataset, id - shifted);
}

/* Joins the keys whose names the detections' file tells; *ANY says that a name was known. */
static bool join_called(
    struct names *names, const struct detections *detections, int32_t *category_of_key, bool *any)
{
    *any = false;
    for (size_t k = 0; k < detections->category_key_count; k++) {
        const char *called = detections->category_keys[k].called;
        category_of_key[k] = -1;
        if (called && !names_find(names, called, &category_of_key[k]))
            return false;
        *any = *any || category_of_key[k] >= 0;
    }
    return true;
}

static bool join_category(const struct dataset *dataset, const struct category_key *key,
    struct names *names, const struct link *link, int32_t *category)
{
    if (key->name)
        return names_find(names, key->name, category);
    *category = link->classes_are_positions
                    ? (int32_t)key->id
                    : find_category(dataset, key->id, link->classes_shifted);
    return true;
}

static bool join_categories(const struct dataset *dataset, const struct detections *detections,
    enum link_shift shift, struct link *link)
{
    struct names names;
    bool called = false;
    bool joined = names_init(&names, dataset) &&
                  join_called(&names, detections, link->category_of_key, &called);
    if (!called) {
        link->classes_shifted =
            shift == LINK_SHIFT_AUTO ? looks_shifted(dataset, detections) : shift == LINK_SHIFT_ONE;
        link->classes_are_positions =
            shift == LINK_SHIFT_AUTO && look_like_positions(dataset, detections);
    }
    for (size_t k = 0; joined && k < detections->category_key_count; k++)
        if (!called || !detections->category_keys[k].called)
            joined = join_category(
                dataset, &detections->category_keys[k], &names, link, &link->category_of_key[k]);
    names_done(&names);
    return joined;
}

static void count_rows(const struct detections *detections, struct link *link)
{
    for (size_t i = 0; i < detections->count; i++) {
        const struct detection *row = &detections->rows[i];
        if (link->image_of_key[row->image_key] < 0)
            link->rows_unknown_image++;
        else if (link->category_of_key[row->category_key] < 0)
            link->rows_unknown_category++;
    }
}

static bool count_images(
    const struct dataset *dataset, const struct detections *detections, struct link *link)
{
    bool *joined = calloc(dataset->image_count + 1, sizeof *joined);
    if (!joined)
        return false;
    for (size_t k = 0; k < detections->image_key_count; k++) {
        int32_t image = link->image_of_key[k];
        if (image >= 0 && !joined[image]) {
            joined[image] = true;
            link->images_joined++;
        }
    }
    free(joined);
    return true;
}

bool link_make(const struct dataset *dataset, const struct detections *detections,
    enum link_shift shift, struct arena *arena, struct link *link, struct err *err)
{
    *link = (struct link){0};
    link->image_of_key = ARENA_ARRAY(arena, int32_t, detections->image_key_count + 1);
    link->category_of_key = ARENA_ARRAY(arena, int32_t, detections->category_key_count + 1);
    if (!link->image_of_key || !link->category_of_key)
        return err_set(err, ERR_MEMORY, "out of memory while joining images");
    for (size_t k = 0; k < detections->image_key_count; k++)
        link->image_of_key[k] = -1;
    if (!join_images(dataset, detections, link) || !count_images(dataset, detections, link) ||
        !join_categories(dataset, detections, shift, link))
        return err_set(err, ERR_MEMORY, "out of memory while joining images");
    count_rows(detections, link);
    return true;
}

static bool lacks_size(const struct dataset *dataset, int32_t image)
{
    return !dataset->images[image].width_px && !dataset->images[image].height_px;
}

/* The far corner of each image's detections that can be believed. */
static void find_extents(
    const struct detections *detections, const struct link *link, double (*extent)[2])
{
    for (size_t i = 0; i < detections->count; i++) {
        const struct detection *row = &detections->rows[i];
        int32_t image = link->image_of_key[row->image_key];
        double right = row->box.x + row->box.w, low = row->box.y + row->box.h;
        if (image < 0 || !isfinite(right) || !isfinite(low))
            continue;
        extent[image][0] = fmax(extent[image][0], right);
        extent[image][1] = fmax(extent[image][1], low);
    }
}

/* As dataset_size_image(), for all images in one pass. */
static void apply_sizes(
    struct dataset *dataset, const bool *sized, struct link_sizes *sizes, bool *has_annotations)
{
    for (size_t i = 0; i < dataset->annotation_count; i++) {
        struct annotation *a = &dataset->annotations[i];
        has_annotations[a->image] = true;
        if (!sized[a->image])
            continue;
        double width = dataset->images[a->image].width_px;
        double height = dataset->images[a->image].height_px;
        a->box =
            (struct box){a->box.x * width, a->box.y * height, a->box.w * width, a->box.h * height};
        a->area = a->box.w * a->box.h;
        if (dataset->masks)
            mask_scale(dataset->masks[i], width, height);
    }
    for (size_t i = 0; i < dataset->image_count; i++) {
        sizes->images_inferred += sized[i];
        sizes->images_unknown += has_annotations[i] && lacks_size(dataset, (int32_t)i);
    }
}

/* Images without a size become 1 x 1. */
static void make_ones(
    struct dataset *dataset, struct link_sizes *sizes, const bool *has_annotations)
{
    for (size_t i = 0; i < dataset->image_count; i++) {
        if (!lacks_size(dataset, (int32_t)i))
            continue;
        dataset->images[i].width_px = dataset->images[i].height_px = 1;
        sizes->images_of_one += has_annotations[i];
    }
    sizes->images_unknown = 0;
}

bool link_infer_sizes(struct dataset *dataset, const struct detections *detections,
    const struct link *link, struct link_sizes *sizes, struct err *err)
{
    static const double MOST_PX = 1 << 24; /* beyond any picture */
    *sizes = (struct link_sizes){0};
    if (!dataset->fractions)
        return true;
    size_t n = dataset->image_count;
    double(*extent)[2] = calloc(n + 1, sizeof *extent);
    bool *sized = calloc(n + 1, sizeof *sized), *has_annotations = calloc(n + 1, sizeof *sized);
    bool made = extent && sized && has_annotations;
    if (made && !detections->fractions)
        find_extents(detections, link, extent);
    for (size_t i = 0; made && i < n; i++) {
        double width = round(extent[i][0]), height = round(extent[i][1]);
        if (!lacks_size(dataset, (int32_t)i) || width < 1 || height < 1 || width > MOST_PX ||
            height > MOST_PX)
            continue;
        dataset->images[i].width_px = (int32_t)width;
        dataset->images[i].height_px = (int32_t)height;
        sized[i] = true;
    }
    if (made)
        apply_sizes(dataset, sized, sizes, has_annotations);
    if (made && detections->fractions)
        make_ones(dataset, sizes, has_annotations);
    free(extent);
    free(sized);
    free(has_annotations);
    return made ? true : err_set(err, ERR_MEMORY, "out of memory while inferring image sizes");
}
