/*
 * Files of detections that belong to a run: which they are, and the artifact that each one is.
 * Knows: file names, annotation_sniff(). Must not know: what else a run consists of.
 */
#pragma once

#include "readers/reader.h"

/*
 * Appends what holds detections in DIRECTORY ("" is the place itself, else "predictions"): files
 * (*.json, *.csv) and folders of label files. Of the place's own folders only those called
 * predictions, detections, detection-results or labels are looked at, and only where there is no
 * such file: they would hold the same. With SNIFF_ALL each is looked into; else the name of a
 * *.json is enough. Returns how many were appended.
 */
size_t predictions_claim(const struct reader_place *place, const char *directory,
    const struct file_list *list, bool sniff_all, struct reader_claim *claim);
/* Lists PLACE's sub-directory "predictions"; empty when it has none. */
struct file_list predictions_list(const struct reader_place *place);
/* True when a file of LIST, the sub-directory "predictions" of PLACE, does hold detections. */
bool predictions_any(const struct reader_place *place, const struct file_list *list);

/* The place is a folder of label files that are detections, holds nothing else, and is by its name
 * no part of the run above it: its source is called ".". */
bool predictions_is_folder(const struct reader_place *place);

/* The file or folder NAME of PLACE exists and holds detections. */
bool predictions_is_file(const struct reader_place *place, const char *name);

/* The step that a file's name says: the digits that its stem ends with, unless they belong to a
 * word other than epoch, step or iter ("epoch_003.json" is 3, "val2017.json" says none). -1 for
 * none. */
int64_t predictions_step(const char *name);
/* Emits SOURCE as an artifact; its path is the source's name, relative to the run. */
void predictions_emit(const struct reader_source *source, struct sink *sink);
