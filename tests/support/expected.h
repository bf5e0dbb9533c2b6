/*
 * The facts that independent readers found in real runs (expected.json), compared with a record.
 * Knows: how those files spell a metric and parameters. Must not know: formats. Differences fail
 * the test.
 */
#pragma once

#include "record_sink.h"

#include <cjson/cJSON.h>

/* FOLDER/RUN/expected.json, to be freed by cJSON_Delete(); NULL where there is none. */
cJSON *expected_load(const char *folder, const char *run);
/* Every member of METRICS is a metric of RECORD with these numbers (relative 1e-6): count, first,
 * first_step, last, last_step, min, max, non_finite, steps_go_back, duplicate_steps, first_wall,
 * last_wall; what is not given is not compared. Returns how many metrics were compared; 0 for NULL.
 */
int expected_metrics(const struct record *record, const cJSON *metrics);
/* PARAMS is {"count": N, "values": {...}}: RECORD has so many parameters (N may be missing), and
 * those. Returns how many values were compared; 0 for NULL. */
int expected_params(const struct record *record, const cJSON *params);
