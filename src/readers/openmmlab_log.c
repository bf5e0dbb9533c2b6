/*
 * The rows of OpenMMLab's logs: where each stands, and what the header says.
 *
 * 2.x: {"mode": "train", "epoch": 2, "iter": 50, ...}; `iter` begins anew with each epoch (unless
 * the run counts iterations only), so that the length of an epoch, the largest iteration met, makes
 * a step of both. {"mode": "val", ...}: `iter` is the number of images. 3.x: training rows with
 * `iter` (but in its first releases) and a `step` that is the iteration; evaluations without `iter`
 * and `lr`, whose `step` is the epoch where training is counted in epochs: it stays their step, and
 * `iter` says where training stood.
 */
#include "readers/openmmlab.h"

#include "base/json.h"
#include "readers/python_params.h"
#include "readers/rows.h"

#include <math.h>
#include <string.h>

enum { HEAD_BYTES = 64 << 10 };

static const char *const NONE[] = {NULL};
static const char *const STEPS[] = {"step", "iter", NULL};
static const struct rows_rules SCALARS = {.steps = STEPS, .walls = NONE, .prefix = ""};

/* ---- recognising ---- */

bool openmmlab_is_scalars(const struct reader_place *place, const char *name)
{
    return rows_is_json_log(place, name, &SCALARS);
}

/* A row with a mode, or a header; of one that is cut off what is there counts. */
static bool is_known(const char *line, size_t length, bool *says_config)
{
    static const char *const KEYS[] = {
        "mode", "env_info", "hook_msgs", "config", "exp_name", "seed"};
    bool known = false;
    struct json json;
    json_init_memory(&json, line, length);
    json_next(&json);
    while (json_next(&json) == JSON_KEY) {
        *says_config |= json_is(&json, "config");
        for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
            known |= json_is(&json, KEYS[i]);
        if (!json_skip(&json))
            break;
    }
    return known;
}

bool openmmlab_is_log(const struct reader_place *place, const char *name, bool *says_config)
{
    char head[HEAD_BYTES];
    size_t got = reader_peek(place, name, head, sizeof head);
    bool known = false;
    for (const char *line = head, *end = head + got; line < end && !known;) {
        const char *line_end = memchr(line, '\n', (size_t)(end - line));
        known = is_known(line, (size_t)((line_end ? line_end : end) - line), says_config);
        line = line_end ? line_end + 1 : end;
    }
    return known;
}

/* ---- rows ---- */

/* What rows_row.memory holds. */
enum {
    TRAINED,    /* a training row was met; the others are of the last one */
    STEP,       /* its step */
    EPOCH,      /* and epoch */
    ITERATION,  /* and iteration */
    LENGTH,     /* of an epoch: the largest iteration met */
    CONTINUOUS, /* iterations go on from epoch to epoch */
};

/* The log being read. */
struct openmmlab_log {
    struct sink *sink;
    const char *name;     /* for notes */
    int64_t first_length; /* of the epoch that the log begins with; 0 where that is the first */
    bool continuous;      /* the log begins so */
    struct buf text;
};

/* The cell NAME as a whole number; false when it is missing or none. */
static bool whole_number(const struct rows_row *row, const char *name, int64_t *value)
{
    enum { MOST = 1 << 30 };
    const struct rows_cell *cell = rows_find(row, name);
    if (!cell || !(fabs(cell->value) <= MOST))
        return false;
    *value = (int64_t)cell->value;
    return true;
}

static void keep_epoch(struct rows_row *row)
{
    struct rows_cell *epoch = rows_find(row, "epoch");
    if (epoch)
        epoch->unprefixed = true;
}

static void take_training(const struct openmmlab_log *log, struct rows_row *row)
{
    int64_t *memory = row->memory, epoch = 1, iteration = 0;
    whole_number(row, "epoch", &epoch);
    whole_number(row, "iter", &iteration);
    if (!memory[TRAINED]) {
        memory[LENGTH] = log->first_length;
        memory[CONTINUOUS] = log->continuous;
    } else if (epoch > memory[EPOCH] && memory[LENGTH] == memory[ITERATION] &&
               iteration > memory[ITERATION])
        memory[CONTINUOUS] = true;
    if (iteration > memory[LENGTH])
        memory[LENGTH] = iteration;
    int64_t before = memory[CONTINUOUS] || epoch < 1 ? 0 : (epoch - 1) * memory[LENGTH];
    memory[TRAINED] = true;
    memory[EPOCH] = epoch;
    memory[ITERATION] = iteration;
    memory[STEP] = row->step = before + iteration;
}

static bool arrange_mode(const struct openmmlab_log *log, struct rows_row *row, bool training)
{
    int64_t epoch = 0;
    whole_number(row, "epoch", &epoch);
    if (training)
        take_training(log, row);
    else
        row->step = row->memory[TRAINED] ? row->memory[STEP] : epoch;
    row->prefix = training ? "train/" : "val/";
    rows_drop(row, "iter");
    keep_epoch(row);
    return true;
}

static bool arrange_step(struct rows_row *row)
{
    int64_t *memory = row->memory, step;
    if (!whole_number(row, "step", &step) && !whole_number(row, "iter", &step))
        return false;
    row->step = step;
    if (rows_find(row, "iter") || rows_find(row, "lr")) {
        memory[TRAINED] = true;
        memory[STEP] = step;
        rows_drop(row, "iter");
        rows_drop(row, "step");
    } else if (memory[TRAINED] && step < memory[STEP]) {
        /* The step is an epoch: where training stood then is a metric beside the others. */
        *rows_find(row, "step") =
            (struct rows_cell){.name = "iter", .length = 4, .value = (double)memory[STEP]};
    } else {
        rows_drop(row, "step");
    }
    return true;
}

/* The header: the seed, the experiment's name, and the config, which is Python. */
static void take_header(struct openmmlab_log *log, const struct rows_row *row)
{
    struct params params;
    params_init_sink(&params, log->sink);
    if (rows_text(row, "config", &log->text))
        python_params_put(log->text.data ? log->text.data : "", log->text.length, &params);
    const struct rows_cell *seed = rows_find(row, "seed");
    size_t entered = params_enter(&params, "seed", 4);
    if (seed)
        params_put_number(&params, seed->value);
    params_leave(&params, entered);
    entered = params_enter(&params, "exp_name", 8);
    if (rows_text(row, "exp_name", &log->text))
        params_put_text(&params, log->text.data ? log->text.data : "", log->text.length);
    params_leave(&params, entered);
    if (!params.stopped)
        params_note(&params, log->sink, log->name);
    params_done(&params);
}

static bool arrange(void *self, struct rows_row *row)
{
    struct openmmlab_log *log = self;
    if (rows_text(row, "mode", &log->text) && log->text.length)
        return arrange_mode(log, row, strcmp(log->text.data, "train") == 0);
    if (arrange_step(row))
        return true;
    take_header(log, row);
    return false;
}

/* ---- logs that begin with a later epoch ---- */

/* The first epoch of a log, as far as it is there. */
struct opening {
    bool begun, over;
    int64_t epoch, last, length; /* its iterations */
    bool continuous;
};

/* Takes the line if it is a training row: {"mode": "train", "epoch": 5, "iter": 50. */
static void look_at(struct opening *opening, const char *line, size_t length)
{
    struct json json;
    bool training = false;
    int64_t epoch = 0, iteration = 0;
    json_init_memory(&json, line, length);
    json_next(&json);
    while (json_next(&json) == JSON_KEY) {
        bool mode = json_is(&json, "mode"), of_epoch = json_is(&json, "epoch");
        bool of_iteration = json_is(&json, "iter");
        json_next(&json);
        training |= mode && json.kind == JSON_STRING && json_is(&json, "train");
        if ((of_epoch && !json_int(&json, &epoch)) ||
            (of_iteration && !json_int(&json, &iteration)) || !json_skip(&json))
            return;
    }
    if (!training || json.kind != JSON_OBJECT_END || epoch < 1 || iteration < 1)
        return;
    opening->over = epoch == 1 || (opening->begun && epoch != opening->epoch);
    if (opening->over) {
        opening->continuous = opening->begun && epoch > opening->epoch && iteration > opening->last;
        return;
    }
    opening->begun = true;
    opening->epoch = epoch;
    opening->last = iteration;
    if (iteration > opening->length)
        opening->length = iteration;
}

static bool look_ahead(const char *path, struct opening *opening, struct err *err)
{
    struct stream stream;
    const char *line;
    size_t length;
    bool complete;
    if (!stream_open(&stream, path, 0, err))
        return false;
    while (!opening->over && stream_line(&stream, &line, &length, &complete))
        look_at(opening, line, length);
    stream_close(&stream);
    return true;
}

bool openmmlab_read_log(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err)
{
    struct opening opening = {0};
    if (!mark->offset && !look_ahead(source->path, &opening, err))
        return false;
    struct openmmlab_log log = {.sink = sink,
        .name = source->name,
        .first_length = opening.continuous ? 0 : opening.length,
        .continuous = opening.continuous};
    struct rows_rules rules = {
        .steps = NONE, .walls = NONE, .prefix = "", .arrange = arrange, .self = &log};
    buf_init(&log.text, JSON_MAX_TOKEN_BYTES);
    bool ok = rows_read_json_file(source, &rules, mark, sink, err);
    buf_done(&log.text);
    if (opening.begun && !opening.over) { /* steps still depend on what comes: read it all again */
        mark->offset = 0;
        buf_clear(&mark->state);
    }
    return ok;
}
