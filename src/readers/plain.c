/*
 * The plain reader: boxtop's own layout, which any script can write with a few lines.
 * Knows: config.json, metrics.csv, predictions/ and the other names below. Must not know: other
 * tools.
 *
 *     config.json | config.yaml       parameters, nested or flat
 *     params.jsonl                    the same, an object a line, as boxtop/log.h appends them
 *     metrics.csv | metrics.jsonl     a row a step; see rows.h for which column is the step
 *     system.csv                      the same, of the machine; its metrics begin with "system/"
 *     predictions/epoch_003.json      COCO results; or predictions.json
 *     dataset.json                    {"ground_truth": path, "images": path}
 *     status.json                     {"status": "running|finished|failed", "started": ...,
 *                                     "ended": ...}; with a "command" it is that of a recorded run,
 *                                     which is one whatever else it holds
 */
#include "readers/params_file.h"
#include "readers/plain_files.h"
#include "readers/predictions_files.h"
#include "readers/rows.h"

#include <string.h>

enum { PEEK_BYTES = 16 << 10 };

static const char *const STEPS[] = {"step", "iteration", "iter", "global_step", "epoch", NULL};
static const char *const WALLS[] = {"timestamp", "wall_time", NULL};
/* A machine is watched by the clock: its table's rows need no step. */
static const struct rows_rules METRICS = {.steps = STEPS, .walls = WALLS, .prefix = ""};
static const struct rows_rules SYSTEM = {.steps = STEPS, .walls = WALLS, .prefix = "system/"};

/* ---- reading: one function a kind of file ---- */

typedef bool read_function(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err);

static bool read_config(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err)
{
    (void)mark;
    return params_file_read(source, NULL, sink, err);
}

static bool read_csv(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err)
{
    struct stream stream;
    if (!stream_open(&stream, source->path, mark->offset, err))
        return false;
    bool is_system = strncmp(source->name, "system", 6) == 0;
    bool ok = rows_read_csv(&stream, source, is_system ? &SYSTEM : &METRICS, mark, sink, err);
    stream_close(&stream);
    return ok;
}

static bool read_jsonl(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err)
{
    return rows_read_json_file(source, &METRICS, mark, sink, err);
}

static bool read_predictions(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err)
{
    (void)mark, (void)err;
    predictions_emit(source, sink);
    return true;
}

static const struct {
    const char *name;
    read_function *read;
} FILES[] = {
    {"config.json", read_config},
    {"config.yaml", read_config},
    {"params.jsonl", plain_read_param_lines},
    {"metrics.csv", read_csv},
    {"metrics.jsonl", read_jsonl},
    {"system.csv", read_csv},
    {"dataset.json", plain_read_dataset},
    {"status.json", plain_read_status},
    {"predictions.json", read_predictions},
};

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        if (strcmp(source->name, FILES[i].name) == 0)
            return FILES[i].read(source, mark, sink, err);
    return read_predictions(source, mark, sink, err);
}

/* ---- recognising ---- */

/* The first line of NAME, as far as PEEK_BYTES reach; its length, 0 for none. */
static size_t first_line(const struct reader_place *place, const char *name, char *head)
{
    size_t got = reader_has_file(place, name) ? reader_peek(place, name, head, PEEK_BYTES) : 0;
    const char *end = got ? memchr(head, '\n', got) : NULL;
    return end ? (size_t)(end - head) : got;
}

static bool names_ground_truth(const struct reader_place *place)
{
    char head[PEEK_BYTES + 1];
    size_t got = reader_has_file(place, "dataset.json")
                     ? reader_peek(place, "dataset.json", head, PEEK_BYTES)
                     : 0;
    head[got] = '\0';
    return strstr(head, "\"ground_truth\"") != NULL;
}

static const char *recognise(const struct reader_place *place, const struct file_list *predictions)
{
    char head[PEEK_BYTES];
    bool csv = reader_has_file(place, "metrics.csv"), jsonl = reader_has_file(place, "metrics.jsonl");
    bool json_config = reader_has_file(place, "config.json"),
         yaml_config = reader_has_file(place, "config.yaml");
    if (names_ground_truth(place))
        return "dataset.json with a ground truth";
    if ((csv || jsonl) && json_config)
        return "config.json beside metrics";
    if ((csv || jsonl) && yaml_config)
        return "config.yaml beside metrics";
    if (csv && rows_is_csv_header(&METRICS, head, first_line(place, "metrics.csv", head)))
        return "metrics.csv with a step";
    if (jsonl && rows_is_json_row(&METRICS, head, first_line(place, "metrics.jsonl", head)))
        return "metrics.jsonl with a step";
    if (plain_is_recorded(place))
        return "status.json with a command";
    return predictions_any(place, predictions) ? "predictions/" : NULL;
}

/* Not only what stands beside the log of another tool. */
static bool is_log(const struct reader_place *place)
{
    static const char *const LOGS[] = {
        "config.json", "config.yaml", "metrics.csv", "metrics.jsonl", "dataset.json"};
    if (plain_is_recorded(place))
        return true;
    for (size_t i = 0; i < sizeof LOGS / sizeof *LOGS; i++)
        if (reader_has_file(place, LOGS[i]))
            return true;
    return false;
}

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    struct file_list predictions = predictions_list(place);
    claim->reason = recognise(place, &predictions);
    if (!claim->reason)
        return false;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        if (reader_has_file(place, FILES[i].name) &&
            (FILES[i].read != read_predictions || predictions_is_file(place, FILES[i].name)))
            reader_claim_add(place, claim, FILES[i].name);
    predictions_claim(place, "predictions", &predictions, false, claim);
    claim->is_aside = !is_log(place);
    return true;
}

const struct reader reader_plain = {
    .name = "plain",
    .reads = "boxtop's own layout: config.json, metrics.csv, predictions/, dataset.json",
    .incremental = true,
    .claim = claim,
    .continues = rows_continue_csv,
    .read = read,
};
