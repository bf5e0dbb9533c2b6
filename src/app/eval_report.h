/*
 * One evaluation as `boxtop eval` prints it, and the sections that a person can ask for on top.
 * Knows: a study and the thresholds it is looked at with. Must not know: where a study comes from.
 *
 * A section is one file eval_NAME.c that defines `const struct eval_section eval_section_NAME` and
 * one row in eval_sections.def.
 */
#pragma once

#include "app/command.h"
#include "app/print.h"
#include "base/json_writer.h"
#include "work/study.h"

struct report {
    const char *name; /* of the run, or NULL */
    const struct study *study;
    const struct settings *settings;
    struct arena *arena; /* for what is made for printing */
    /* At the asked thresholds: */
    double confidence, iou;
    uint64_t *filter;           /* of --class, NULL: all */
    const struct eval_set *set; /* the study's, or matched anew at `iou` */
    int iou_index;              /* of `iou` in it */
    struct eval_counts total, *classes, *images;
    struct eval_best best;
};

struct eval_section {
    bool (*is_wanted)(const struct settings *settings);
    /* Adds members to the object that is open. */
    bool (*write)(const struct report *report, struct json_writer *json, struct err *err);
    /* Appends its tables in any FORMAT but JSON, a blank line between two. */
    bool (*print)(
        const struct report *report, enum print_format format, struct buf *out, struct err *err);
    /* It asks the matched set and no more; any other has a study with boxes (study_has_boxes()). */
    bool from_set;
};

/* Whether a report of STUDY under SETTINGS looks at boxes. */
bool report_needs_boxes(const struct settings *settings, const struct study *study);

/* Everything but name, study, settings and arena. */
bool report_prepare(struct report *report, struct err *err);
/* A whole object; or its members, into the one that is open. */
bool report_write(const struct report *report, struct json_writer *json, struct err *err);
bool report_write_members(const struct report *report, struct json_writer *json, struct err *err);
/* Sentences, the twelve numbers, classes and sections; in a FORMAT for programs only the sections
 * that were asked for, else the classes. */
bool report_print(
    const struct report *report, enum print_format format, struct buf *out, struct err *err);

/* The numbers that --fail-if knows, put to its conditions. */
bool report_fail_if(const struct report *report, bool *failed, struct err *err);

/* ---- for sections ---- */

/* NaN is written as null. */
void report_write_number(struct json_writer *json, const char *key, double value);
void report_write_int(struct json_writer *json, const char *key, int64_t value);
void report_write_text(struct json_writer *json, const char *key, const char *text);
void report_write_list(struct json_writer *json, const char *key, const double *values, size_t n);
/* "tp", "fp", "fn", "precision", "recall", "f1" */
void report_write_counts(struct json_writer *json, const struct eval_counts *counts);
/* "category_id", "name" */
void report_write_category(struct json_writer *json, const struct category *category);
/* "image_id", "file_name" */
void report_write_image(struct json_writer *json, const struct image *image);
/* Members "category_id", "name", "score" and "bbox" in an object under KEY; null for ROW -1. */
void report_write_detection(const struct report *report, struct json_writer *json, const char *key,
    int32_t row, int32_t image);
/* "category_id", "name", "id" and "bbox" in an object under KEY; null for ANNOTATION -1. */
void report_write_annotation(const struct report *report, struct json_writer *json, const char *key,
    int32_t annotation);
/* The twelve by their names. */
void report_write_stats(struct json_writer *json, const double stats[EVAL_STATS]);

/* A table being filled cell by cell. */
struct report_table {
    struct arena *arena;
    const char *const *titles;
    struct print_cell *cells;
    size_t columns, rows; /* rows that there is room for */
    size_t count;         /* cells filled */
    bool failed;          /* memory ran out, or there was no room */
};

void report_table_init(struct report_table *table, struct arena *arena,
    const char *const *titles, size_t columns, size_t rows);
void report_add_text(struct report_table *table, const char *text); /* NULL: absent */
void report_add_int(struct report_table *table, int64_t value);
/* Four decimals; NaN and -1 are absent. */
void report_add_number(struct report_table *table, double value);
/* The same with a sign, and -1 a number as any other. */
void report_add_delta(struct report_table *table, double value);
/* A number as it is spelt. */
void report_add_number_text(struct report_table *table, const char *text);
/* Two decimals; NaN is absent. */
void report_add_percent(struct report_table *table, double value);
/* TP, FP, FN, precision, recall, F1 */
void report_add_counts(struct report_table *table, const struct eval_counts *counts);
/* Prints the rows that are full; TITLE stands above it in a table for people. False when it failed. */
bool report_table_print(const struct report_table *table, const char *title,
    enum print_format format, struct buf *out, struct err *err);
/* "LABEL    TEXT" as a line, harmless; nothing when TEXT is NULL. */
void report_add_sentence(struct buf *out, const char *label, const char *text);
/* The class of a detection or of an annotation; NULL for -1. */
const char *report_class_of_row(const struct report *report, int32_t row);
const char *report_class_of_annotation(const struct report *report, int32_t annotation);
/* An image for people: its file name, else its id. */
const char *report_image_name(const struct report *report, int32_t image);
