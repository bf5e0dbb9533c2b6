/*
 * Runs as JSON: the shapes that `ls`, `show` and `diff` promise.
 * Knows: rows of the runs table. Must not know: options, files.
 */
#pragma once

#include "base/json_writer.h"
#include "work/runs.h"

/* {"name", "digest", "images", "images_with_detections"}; null for NULL. */
void runs_json_dataset(struct json_writer *json, const struct dataset_version *dataset);
/* One run as in the list of `boxtop ls`. */
void runs_json_run(struct json_writer *json, const struct run_row *run);
/* Its keys only, into an object that the caller has begun and adds to. */
void runs_json_members(struct json_writer *json, const struct run_row *run);
/* A parameter's value: number, bool, null or string. NULL writes null. */
void runs_json_param(struct json_writer *json, const struct param *param);
