/*
 * Files of detections that belong to a run: which they are, and the artifact that each one is.
 * Knows: file names, annotation_sniff(). Must not know: what else a run consists of.
 */
#pragma once

#include "readers/reader.h"

/* Appends DIRECTORY's files ("" is the place itself, else "predictions") that hold detections. With
 * SNIFF_ALL each file is looked into; else their name is enough. Returns how many were appended. */
size_t predictions_claim(const struct reader_place *place, const char *directory,
    const struct file_list *list, bool sniff_all, struct reader_claim *claim);
/* Lists PLACE's sub-directory "predictions"; empty when it has none. */
struct file_list predictions_list(const struct reader_place *place);
/* True when a file of LIST, the sub-directory "predictions" of PLACE, does hold detections. */
bool predictions_any(const struct reader_place *place, const struct file_list *list);

/* The file NAME of PLACE, or folder of files, exists and holds detections. */
bool predictions_is_file(const struct reader_place *place, const char *name);

/* The step that a file's name says: the digits that its stem ends with, unless they belong to a
 * word other than epoch, step or iter ("epoch_003.json" is 3, "val2017.json" says none). -1 for
 * none. */
int64_t predictions_step(const char *name);
/* Emits SOURCE as an artifact; its path is the source's name, relative to the run. */
void predictions_emit(const struct reader_source *source, struct sink *sink);
