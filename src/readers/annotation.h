/*
 * The annotation interface: what understands one format of ground truth and detections.
 * Knows: files to datasets and detections. Must not know: runs, matching, the index.
 *
 * One format is one .c file that defines `const struct annotation_format annotation_NAME` and one row in
 * annotations.def.
 */
#pragma once

#include "base/err.h"
#include "facts/boxes.h"

enum annotation_kind { ANNOTATION_NONE, ANNOTATION_GROUND_TRUTH, ANNOTATION_DETECTIONS };

/* How the person wants a path to be read; NULL or zeroed: boxes only, of the format that it is seen
 * to be. */
struct annotation_options {
    const char *format; /* "voc", or with a variant behind a colon: "odm:xyxy,abs"; NULL: sniffed */
    bool masks;         /* keep the shapes beside the boxes */
    bool columns;       /* keep what image records say beside names and sizes (COCO) */
};

struct annotation_format {
    const char *name;
    const char *reads;    /* one line */
    const char *variants; /* what may stand behind the colon, for people; NULL: nothing */
    /* PATH's name alone says that it is meant to be of this format: of a file that nothing
     * recognises, this format's error then says what is wrong with it. */
    bool (*is_named)(const char *path);
    /* What PATH (a file or a directory) holds, by its name and first bytes; cheap. */
    enum annotation_kind (*sniff)(const char *path);
    /* Whole file in, set out (freed by dataset_free / detections_free); NULL with ERR. Rows that
     * cannot be used are counted in the set. */
    struct dataset *(*read_ground_truth)(
        const char *path, const struct annotation_options *options, struct err *err);
    struct detections *(*read_detections)(
        const char *path, const struct annotation_options *options, struct err *err);
};

extern const struct annotation_format *const annotation_formats[]; /* NULL-terminated */

/* The first format that recognises PATH, with what it holds; NULL for none. */
const struct annotation_format *annotation_sniff(const char *path, enum annotation_kind *kind);
/* Sniffs and reads; a clear error when no format recognises the path. Detections may also be asked of
 * a ground-truth-shaped file (its annotations then carry scores). */
struct dataset *annotation_read_ground_truth(const char *path, struct err *err);
struct detections *annotation_read_detections(const char *path, struct err *err);
/* The same as OPTIONS say. */
struct dataset *annotation_read_ground_truth_as(
    const char *path, const struct annotation_options *options, struct err *err);
struct detections *annotation_read_detections_as(
    const char *path, const struct annotation_options *options, struct err *err);
/* For formats: the text behind the colon of the options' format, NULL for none. */
const char *annotation_variant(const struct annotation_options *options);
