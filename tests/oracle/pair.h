/*
 * A reference pair in memory, read by a plain JSON library: an outside judge of the engine must not
 * lean on our own readers.
 * Knows: COCO's gt.json and dt.json as they are in the reference folders.
 */
#pragma once

#include "facts/boxes.h"

#include <cjson/cJSON.h>

/* The parsed file, or NULL when it is not there or not JSON. */
cJSON *pair_json(const char *folder, const char *name);
/* Missing area is w*h, missing iscrowd is 0. Exits on a document of another shape. */
struct dataset *pair_truth(const char *folder);
struct detections *pair_detections(const char *folder, const char *name);

/* Tests the pair in FOLDER; prints what is wrong. */
typedef bool pair_test(const char *folder);

/* Runs every pair below DIRECTORY and gives the exit status: 77 (skipped) without the directory. */
int pair_run_all(const char *directory, pair_test *run);
