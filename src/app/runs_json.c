#include "app/runs_json.h"

#include "base/clock.h"
#include "base/file.h"

#include <math.h>
#include <string.h>

static void write_time(struct json_writer *json, const char *key, double wall_s)
{
    char text[32];
    clock_iso(wall_s, text, sizeof text);
    json_writer_key(json, key);
    json_writer_string(json, text[0] ? text : NULL);
}

void runs_json_param(struct json_writer *json, const struct param *param)
{
    if (!param || param->kind == PARAM_NULL)
        json_writer_null(json);
    else if (param->kind == PARAM_BOOL)
        json_writer_bool(json, param->number != 0);
    else if (param->kind == PARAM_NUMBER)
        json_writer_number(json, param->number);
    else
        json_writer_string(json, param->text);
}

static void write_finite(struct json_writer *json, const char *key, double value, bool any)
{
    json_writer_key(json, key);
    if (any)
        json_writer_number(json, value);
    else
        json_writer_null(json);
}

static void write_step(struct json_writer *json, const char *key, int64_t step, bool any)
{
    json_writer_key(json, key);
    if (any)
        json_writer_int(json, step);
    else
        json_writer_null(json);
}

static void write_last_segment(struct json_writer *json, const struct metric_range *range)
{
    bool finite = !isnan(range->min);
    json_writer_key(json, "last_segment");
    json_writer_object(json);
    write_finite(json, "min", range->min, finite);
    write_step(json, "min_step", range->min_step, finite);
    write_finite(json, "max", range->max, finite);
    write_step(json, "max_step", range->max_step, finite);
    json_writer_object_end(json);
}

static void write_metric(struct json_writer *json, const struct run_metric *metric)
{
    const struct metric_summary summary = run_metric_summary(metric), *s = &summary;
    bool finite = !isnan(s->min);
    json_writer_key(json, metric->kind->name);
    json_writer_object(json);
    json_writer_key(json, "role");
    json_writer_string(json, role_info(metric->kind->role)->name);
    json_writer_key(json, "count");
    json_writer_int(json, s->count);
    json_writer_key(json, "first_step");
    json_writer_int(json, s->first_step);
    json_writer_key(json, "first");
    json_writer_number(json, s->first);
    json_writer_key(json, "last_step");
    json_writer_int(json, s->last_step);
    json_writer_key(json, "last");
    json_writer_number(json, s->last);
    write_finite(json, "min", s->min, finite);
    write_step(json, "min_step", s->min_step, finite);
    write_finite(json, "max", s->max, finite);
    write_step(json, "max_step", s->max_step, finite);
    json_writer_key(json, "nonfinite");
    json_writer_int(json, s->nonfinite);
    json_writer_key(json, "segments");
    json_writer_int(json, s->segments);
    if (s->segments > 1)
        write_last_segment(json, &s->latest);
    json_writer_object_end(json);
}

static void write_absorbed(struct json_writer *json, const struct run_row *run)
{
    json_writer_key(json, "absorbed");
    json_writer_array(json);
    for (size_t i = 0; i < run->absorbed_count; i++) {
        const struct run_absorbed *absorbed = &run->absorbed[i];
        json_writer_object(json);
        json_writer_key(json, "run");
        json_writer_string(json, absorbed->name);
        json_writer_key(json, "format");
        json_writer_string(json, absorbed->format);
        json_writer_key(json, "because");
        json_writer_string(json, absorbed->why);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
}

void runs_json_dataset(struct json_writer *json, const struct dataset_version *dataset)
{
    char digits[DIGEST_TEXT_BYTES];
    if (!dataset) {
        json_writer_null(json);
        return;
    }
    digest_print(&dataset->content, digits);
    digits[DATASET_SHOWN_DIGITS] = '\0';
    json_writer_object(json);
    json_writer_key(json, "name");
    json_writer_string(json, dataset->name);
    json_writer_key(json, "digest");
    json_writer_string(json, digits);
    json_writer_key(json, "images");
    json_writer_int(json, dataset->image_count);
    json_writer_key(json, "images_with_detections");
    json_writer_int(json, dataset->images_with_detections);
    json_writer_object_end(json);
}

void runs_json_run(struct json_writer *json, const struct run_row *run)
{
    json_writer_object(json);
    runs_json_members(json, run);
    json_writer_object_end(json);
}

/* What the person says of it, apart from "notes", which tell of damage. */
static void write_remarks(struct json_writer *json, const struct run_row *run)
{
    json_writer_key(json, "tags");
    json_writer_array(json);
    for (const char *at = run->tags ? run->tags : ""; *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        json_writer_bytes(json, at, length);
        at += length;
    }
    json_writer_array_end(json);
    json_writer_key(json, "note");
    json_writer_string(json, run->note);
}

void runs_json_members(struct json_writer *json, const struct run_row *run)
{
    json_writer_key(json, "run");
    json_writer_string(json, run->name);
    json_writer_key(json, "root");
    json_writer_string(json, run->root);
    json_writer_key(json, "name");
    json_writer_string(json, run->title ? run->title : path_base(run->name));
    json_writer_key(json, "id");
    json_writer_string(json, run->label_id);
    json_writer_key(json, "format");
    json_writer_string(json, run->format);
    json_writer_key(json, "status");
    json_writer_string(json, run_status_name(run->status));
    write_step(json, "nan_step", run->lost_step, run->loss_lost);
    write_time(json, "started", run->started_s);
    double duration_s = run->ended_s - run->started_s;
    write_finite(json, "duration_s", duration_s, !isnan(duration_s));
    write_remarks(json, run);
    json_writer_key(json, "notes");
    json_writer_array(json);
    for (size_t i = 0; i < run->note_count; i++) {
        char text[2048];
        note_print(&run->notes[i], text, sizeof text);
        json_writer_string(json, text);
    }
    json_writer_array_end(json);
    write_absorbed(json, run);
    json_writer_key(json, "dataset");
    runs_json_dataset(json, run->dataset);
    json_writer_key(json, "params");
    json_writer_object(json);
    for (size_t i = 0; i < run->param_count; i++) {
        json_writer_key(json, run->params[i].name);
        runs_json_param(json, &run->params[i]);
    }
    json_writer_object_end(json);
    json_writer_key(json, "metrics");
    json_writer_object(json);
    for (size_t i = 0; i < run->metric_count; i++)
        write_metric(json, &run->metrics[i]);
    json_writer_object_end(json);
}
