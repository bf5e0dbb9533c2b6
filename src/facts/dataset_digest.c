#include "facts/dataset_digest.h"

#include "base/file.h"

#include <math.h>
#include <string.h>

/* Every record is written as bytes of one order and hashed; the sum of the hashes stands for all of
 * them in any order. What a record is of comes first, so that no image can stand for a category. */
enum kind {
    KIND_IMAGE = 1,
    KIND_CATEGORY,
    KIND_ANNOTATION,
    KIND_WHOLE,
    KIND_NUMBER,
    KIND_TEXT,
    KIND_MASK,
    KIND_FOLDED
};

enum { RECORD_BYTES = 128 };

struct record {
    unsigned char bytes[RECORD_BYTES];
    size_t length;
};

static struct record record_of(enum kind kind)
{
    return (struct record){.bytes = {(unsigned char)kind}, .length = 1};
}

static void add_number(struct record *record, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        record->bytes[record->length++] = (unsigned char)(number >> (8 * i));
}

static void add_digest(struct record *record, struct digest digest)
{
    digest_put(&digest, record->bytes + record->length);
    record->length += DIGEST_BYTES;
}

/* The zeros are equal, and so is whatever is no number. */
static void add_real(struct record *record, double value)
{
    uint64_t bits;
    value = isnan(value) ? (double)NAN : value + 0.0;
    memcpy(&bits, &value, sizeof bits);
    add_number(record, bits);
}

static void add_text(struct record *record, const char *text)
{
    size_t length = strlen(text);
    record->bytes[record->length++] = KIND_TEXT;
    add_number(record, length);
    add_digest(record, digest_of(text, length));
}

static void add_id(struct record *record, int64_t id)
{
    record->bytes[record->length++] = KIND_NUMBER;
    add_number(record, (uint64_t)id);
}

static struct digest digest_record(const struct record *record)
{
    return digest_of(record->bytes, record->length);
}

/* Makes room for one more number in a record of any length: a digest stands for what was there. */
static void fold_when_full(struct record *record)
{
    if (record->length + sizeof(uint64_t) <= RECORD_BYTES)
        return;
    struct digest before = digest_record(record);
    *record = record_of(KIND_FOLDED);
    add_digest(record, before);
}

static void add_polygon(struct record *record, const struct polygon *polygon)
{
    fold_when_full(record);
    add_number(record, polygon->point_count);
    for (size_t i = 0; i < 2 * polygon->point_count; i++) {
        fold_when_full(record);
        add_real(record, polygon->xy[i]);
    }
}

static struct digest digest_mask(const struct mask *mask)
{
    struct record record = record_of(KIND_MASK);
    add_number(&record, mask->polygon_count);
    add_number(&record, mask->run_count);
    add_number(&record, (uint64_t)mask->width_px);
    add_number(&record, (uint64_t)mask->height_px);
    for (size_t i = 0; i < mask->polygon_count; i++)
        add_polygon(&record, &mask->polygons[i]);
    for (size_t i = 0; i < mask->run_count; i++) {
        fold_when_full(&record);
        add_number(&record, mask->runs[i]);
    }
    return digest_record(&record);
}

static void add_image(struct record *record, const struct image *image)
{
    if (image->key)
        add_text(record, image->key);
    else
        add_id(record, image->id);
}

static void add_category(
    struct record *record, const struct dataset *dataset, const struct category *category)
{
    if (dataset->ids_are_ours)
        add_text(record, category->name);
    else
        add_id(record, category->id);
}

static struct digest digest_images(const struct dataset *dataset)
{
    struct digest sum = {0};
    for (size_t i = 0; i < dataset->image_count; i++) {
        struct record record = record_of(KIND_IMAGE);
        add_image(&record, &dataset->images[i]);
        add_text(&record, path_base(dataset->images[i].file_name));
        sum = digest_add(sum, digest_record(&record));
    }
    return sum;
}

static struct digest digest_categories(const struct dataset *dataset)
{
    struct digest sum = {0};
    for (size_t i = 0; i < dataset->category_count; i++) {
        struct record record = record_of(KIND_CATEGORY);
        add_category(&record, dataset, &dataset->categories[i]);
        add_text(&record, dataset->categories[i].name);
        sum = digest_add(sum, digest_record(&record));
    }
    return sum;
}

static struct digest digest_annotations(const struct dataset *dataset)
{
    struct digest sum = {0};
    for (size_t i = 0; i < dataset->annotation_count; i++) {
        const struct annotation *a = &dataset->annotations[i];
        struct record record = record_of(KIND_ANNOTATION);
        add_image(&record, &dataset->images[a->image]);
        add_category(&record, dataset, &dataset->categories[a->category]);
        add_real(&record, a->box.x);
        add_real(&record, a->box.y);
        add_real(&record, a->box.w);
        add_real(&record, a->box.h);
        add_real(&record, a->area);
        add_number(&record, a->crowd);
        if (dataset->masks && dataset->masks[i])
            add_digest(&record, digest_mask(dataset->masks[i]));
        sum = digest_add(sum, digest_record(&record));
    }
    return sum;
}

struct dataset_digest dataset_digest(const struct dataset *dataset)
{
    struct dataset_digest out = {.images = digest_images(dataset)};
    struct record whole = record_of(KIND_WHOLE);
    add_number(&whole, dataset->image_count);
    add_number(&whole, dataset->category_count);
    add_number(&whole, dataset->annotation_count);
    add_number(&whole, dataset->fractions);
    add_digest(&whole, out.images);
    add_digest(&whole, digest_categories(dataset));
    add_digest(&whole, digest_annotations(dataset));
    out.content = digest_record(&whole);
    return out;
}
