#include "boxes_text.h"

#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 16 };

static void add(char *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(char *out, const char *format, ...)
{
    size_t length = strlen(out);
    va_list args;
    va_start(args, format);
    vsnprintf(out + length, MOST_BYTES - length, format, args);
    va_end(args);
}

static void add_key(char *out, const char *text, int64_t id)
{
    if (text)
        add(out, "%s", text);
    else
        add(out, "%lld", (long long)id);
}

static void add_box(char *out, const char *name, int64_t id, const struct box *box)
{
    add(out, " ");
    add_key(out, name, id);
    add(out, " %.10g %.10g %.10g %.10g", box->x, box->y, box->w, box->h);
}

static void print_truth(char *out, const struct dataset *set)
{
    for (size_t i = 0; i < set->image_count; i++) {
        const struct image *image = &set->images[i];
        add(out, "image ");
        add_key(out, image->key, image->id);
        add(out, " %s %dx%d\n", image->file_name[0] ? image->file_name : "-", (int)image->width_px,
            (int)image->height_px);
    }
    for (size_t i = 0; i < set->category_count; i++)
        add(out, "class %lld %s\n", (long long)set->categories[i].id, set->categories[i].name);
    for (size_t i = 0; i < set->annotation_count; i++) {
        const struct annotation *a = &set->annotations[i];
        const struct image *image = &set->images[a->image];
        add_key(out, image->key, image->id);
        add_box(out, set->categories[a->category].name, 0, &a->box);
        add(out, "%s%s\n", a->crowd ? " crowd" : "", set->masks && set->masks[i] ? " mask" : "");
    }
    if (set->dropped_annotations)
        add(out, "dropped %lld\n", (long long)set->dropped_annotations);
    if (set->fractions)
        add(out, "fractions\n");
}

static void print_detections(char *out, const struct detections *set)
{
    for (size_t i = 0; i < set->image_key_count; i++) {
        const struct image_key *key = &set->image_keys[i];
        add(out, "image ");
        add_key(out, key->text, key->id);
        add(out, " %s\n", key->file_name ? key->file_name : "-");
    }
    for (size_t i = 0; i < set->count; i++) {
        const struct detection *d = &set->rows[i];
        add_key(out, set->image_keys[d->image_key].text, set->image_keys[d->image_key].id);
        add_box(out, set->category_keys[d->category_key].name,
            set->category_keys[d->category_key].id, &d->box);
        add(out, " %.10g%s\n", d->score, set->masks && set->masks[i] ? " mask" : "");
    }
    if (set->dropped)
        add(out, "dropped %lld\n", (long long)set->dropped);
    if (set->fractions)
        add(out, "fractions\n");
    if (set->image_positions)
        add(out, "positions\n");
}

static const char *refused(char *out, const struct err *err)
{
    assert_true(err->code != ERR_NONE && err->text[0] && err->file[0]);
    add(out, "error: %s\n", err->text);
    return out;
}

const char *boxes_truth(const char *path, const char *format)
{
    static char out[MOST_BYTES];
    struct annotation_options options = {.format = format};
    struct err err = {0};
    out[0] = '\0';
    struct dataset *set = annotation_read_ground_truth_as(path, &options, &err);
    if (!set)
        return refused(out, &err);
    print_truth(out, set);
    dataset_free(set);
    return out;
}

const char *boxes_detections(const char *path, const char *format)
{
    static char out[MOST_BYTES];
    struct annotation_options options = {.format = format};
    struct err err = {0};
    out[0] = '\0';
    struct detections *set = annotation_read_detections_as(path, &options, &err);
    if (!set)
        return refused(out, &err);
    print_detections(out, set);
    detections_free(set);
    return out;
}

const char *boxes_kind(const char *path)
{
    static char out[64];
    enum annotation_kind kind;
    const struct annotation_format *format = annotation_sniff(path, &kind);
    snprintf(out, sizeof out, "%s%s", format ? format->name : "nothing",
        kind == ANNOTATION_DETECTIONS     ? " detections"
        : kind == ANNOTATION_GROUND_TRUTH ? " ground truth"
                                          : "");
    return out;
}

/* The first line of TEXT that is a box's, behind those of images and classes. */
static const char *first_box(const char *text)
{
    while (strncmp(text, "image ", 6) == 0 || strncmp(text, "class ", 6) == 0)
        text = strchr(text, '\n') + 1;
    return text;
}

/* The length of all box lines of TEXT but the last. */
static size_t sure_length(const char *text)
{
    size_t sure = 0;
    for (const char *at = text, *end; (end = strchr(at, '\n')); at = end + 1) {
        if (strncmp(at, "dropped", 7) == 0 || strncmp(at, "fractions", 9) == 0 ||
            strncmp(at, "positions", 9) == 0)
            break;
        sure = (size_t)(at - text);
    }
    return sure;
}

void boxes_survive_cuts(const char *directory, const char *file, const char *text, const char *path,
    const char *format, bool detections, bool may_refuse)
{
    size_t length = strlen(text), most = 0;
    const char *(*read)(const char *, const char *) = detections ? boxes_detections : boxes_truth;
    temp_text(directory, file, text);
    char *whole = strdup(first_box(read(path, format)));
    for (size_t cut = 0; cut <= length; cut++) {
        temp_file(directory, file, text, cut);
        const char *part = read(path, format);
        if (strncmp(part, "error: ", 7) == 0) {
            assert_true(may_refuse);
            continue;
        }
        part = first_box(part);
        size_t sure = sure_length(part);
        if (strncmp(part, whole, sure) != 0)
            fail_msg("cut at %zu:\n%s", cut, part);
        assert_true(may_refuse || sure >= most); /* what was read stays */
        most = sure;
    }
    free(whole);
}

/* The path of a file that holds TEXT; the next call writes over it. */
static const char *file_of(const char *text)
{
    static const char *directory;
    if (!directory)
        directory = temp_dir();
    return temp_text(directory, "made.json", text);
}

struct dataset *boxes_coco_truth(const char *text)
{
    struct err err = {0};
    struct dataset *set = annotation_read_ground_truth(file_of(text), &err);
    if (!set)
        fail_msg("%s", err.text);
    return set;
}

struct detections *boxes_coco_detections(const char *text)
{
    struct err err = {0};
    struct detections *set = annotation_read_detections(file_of(text), &err);
    if (!set)
        fail_msg("%s", err.text);
    return set;
}
