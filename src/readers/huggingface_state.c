#include "readers/huggingface_state.h"

#include "base/grow.h"
#include "base/json.h"
#include "readers/params.h"
#include "readers/rows.h"
#include "readers/series.h"

#include <math.h>
#include <stdlib.h>

enum { PEEK_BYTES = 4096 };

struct cell {
    int32_t series;
    double value;
};

struct trainer {
    struct json json;
    struct params params;
    struct series_set series;
    struct buf name;    /* of the member being read */
    struct cell *cells; /* of the row being read: none counts until the row is whole */
    size_t cell_count, cell_capacity;
    int64_t step; /* of the row; else of the last that had one */
    int64_t global_step, max_steps;
    int64_t odd_rows;
    bool summed_up; /* the last training row is the summary that train() ends with */
    bool stopped;   /* the trainer's control says that training is to end */
    bool has_history, no_memory;
};

bool huggingface_is_state(const struct reader_place *place, const char *name, int64_t *step)
{
    char head[PEEK_BYTES];
    struct json json;
    json_init_memory(&json, head, reader_peek(place, name, head, sizeof head));
    if (json_next(&json) != JSON_OBJECT)
        return false;
    while (json_next(&json) == JSON_KEY) { /* keys are sorted: the history comes behind */
        if (json_is(&json, "global_step") && json_next(&json) == JSON_NUMBER)
            return json_int(&json, step);
        if (!json_skip(&json))
            break;
    }
    return false;
}

static bool goes_on(const struct trainer *trainer)
{
    return !trainer->no_memory && !trainer->series.stopped && !trainer->params.stopped &&
           trainer->json.kind != JSON_BAD;
}

/* ---- the history ---- */

static void take_cell(struct trainer *trainer)
{
    int32_t series = series_find(&trainer->series, trainer->name.data, trainer->name.length);
    if (series < 0)
        return;
    if (!GROW(trainer->cells, trainer->cell_capacity, trainer->cell_count + 1)) {
        trainer->no_memory = true;
        return;
    }
    trainer->cells[trainer->cell_count++] = (struct cell){series, trainer->json.number};
}

static bool is_named(const struct trainer *trainer, const char *name)
{
    return trainer->name.data && strcmp(trainer->name.data, name) == 0;
}

/* Whether the member just named is a number, as the row's step or one of its cells. */
static void take_member(struct trainer *trainer, bool *trains, bool *sums_up)
{
    struct json *json = &trainer->json;
    bool fraction;
    if (json_next(json) != JSON_NUMBER || !trainer->name.data || trainer->name.failed) {
        trainer->series.refused += trainer->name.failed;
        json_skip(json);
        return;
    }
    *trains |= is_named(trainer, "loss");
    *sums_up |= is_named(trainer, "train_runtime");
    if (!is_named(trainer, "step"))
        take_cell(trainer);
    else if (!rows_parse_step(json->text, json->length, &trainer->step, &fraction))
        trainer->odd_rows++;
}

/* The object that is open. Its step may stand behind its values. */
static void take_row(struct trainer *trainer)
{
    struct json *json = &trainer->json;
    bool trains = false, sums_up = false;
    trainer->cell_count = 0;
    while (goes_on(trainer) && json_next(json) == JSON_KEY) {
        buf_clear(&trainer->name);
        json_add_string(json, &trainer->name);
        trainer->name.failed |= json->too_long;
        take_member(trainer, &trains, &sums_up);
    }
    if (json->kind != JSON_OBJECT_END)
        return;
    if (trains || sums_up)
        trainer->summed_up = sums_up;
    for (size_t i = 0; i < trainer->cell_count && !trainer->series.stopped; i++)
        series_add(&trainer->series, trainer->cells[i].series, trainer->step, NAN,
            trainer->cells[i].value);
}

static void take_history(struct trainer *trainer)
{
    struct json *json = &trainer->json;
    if (json_next(json) != JSON_ARRAY) {
        json_skip(json);
        return;
    }
    trainer->has_history = true;
    while (goes_on(trainer) && json_next(json) != JSON_ARRAY_END) {
        if (json->kind == JSON_OBJECT)
            take_row(trainer);
        else if (json_skip(json))
            trainer->odd_rows++;
    }
}

/* ---- what else is said ---- */

/* The value of the key just taken as the parameter NAME; nothing when it is null, a list or a map.
 */
static void take_param(struct trainer *trainer, const char *name, size_t length)
{
    struct json *json = &trainer->json;
    struct params *params = &trainer->params;
    size_t entered = params_enter(params, name, length);
    switch (json_next(json)) {
    case JSON_NUMBER:
        params_put_plain(params, json->text, json->length);
        break;
    case JSON_STRING:
        buf_clear(&trainer->name);
        if (json_add_string(json, &trainer->name) && trainer->name.data)
            params_put_text(params, trainer->name.data, trainer->name.length);
        else
            params->left_out++;
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        params_put_bool(params, json->kind == JSON_TRUE);
        break;
    default:
        json_skip(json);
    }
    params_leave(params, entered);
}

/* What a hyperparameter search chose for this trial. */
static void take_trial(struct trainer *trainer)
{
    struct json *json = &trainer->json;
    if (json_next(json) != JSON_OBJECT) {
        json_skip(json);
        return;
    }
    size_t entered = params_enter(&trainer->params, "trial_params", strlen("trial_params"));
    while (goes_on(trainer) && json_next(json) == JSON_KEY) {
        char key[256];
        size_t length =
            json->length <= sizeof key ? json_unescape(json->text, json->length, key) : 0;
        take_param(trainer, key, length);
    }
    params_leave(&trainer->params, entered);
}

/* Anywhere in the callbacks' states: only the trainer's control has the word. */
static void take_callbacks(struct trainer *trainer)
{
    struct json *json = &trainer->json;
    int outer = json->depth;
    do {
        if (json_next(json) == JSON_KEY && json_is(json, "should_training_stop"))
            trainer->stopped = json_next(json) == JSON_TRUE;
    } while (json->depth > outer && json->kind != JSON_BAD);
}

static void take_number(struct trainer *trainer, int64_t *number)
{
    json_next(&trainer->json);
    if (!json_int(&trainer->json, number))
        json_skip(&trainer->json);
}

static bool is_param(const struct json *json, const char **name)
{
    static const char *const PARAMS[] = {"best_metric", "best_model_checkpoint", "eval_steps",
        "logging_steps", "num_train_epochs", "save_steps", "train_batch_size", "trial_name"};
    for (size_t i = 0; i < sizeof PARAMS / sizeof *PARAMS; i++)
        if (json_is(json, PARAMS[i])) {
            *name = PARAMS[i];
            return true;
        }
    return false;
}

static void take_document(struct trainer *trainer)
{
    struct json *json = &trainer->json;
    const char *name;
    if (json_next(json) != JSON_OBJECT)
        return;
    while (goes_on(trainer) && json_next(json) == JSON_KEY)
        if (json_is(json, "log_history"))
            take_history(trainer);
        else if (json_is(json, "global_step"))
            take_number(trainer, &trainer->global_step);
        else if (json_is(json, "max_steps"))
            take_number(trainer, &trainer->max_steps);
        else if (json_is(json, "stateful_callbacks"))
            take_callbacks(trainer);
        else if (json_is(json, "trial_params"))
            take_trial(trainer);
        else if (is_param(json, &name))
            take_param(trainer, name, strlen(name));
        else
            json_skip(json);
}

/* ---- the end ---- */

static bool note(
    struct sink *sink, const char *file, int64_t offset, int64_t count, const char *text)
{
    struct note note = {.file = file, .offset = offset, .count = count, .text = text};
    return sink->note(sink->self, &note);
}

/* A file that ends too early, or is damaged, says nothing of how far training has come. */
static bool conclude(struct trainer *trainer, const char *file, struct sink *sink)
{
    struct json *json = &trainer->json;
    bool whole = json->kind == JSON_OBJECT_END && json_next(json) == JSON_END;
    if (trainer->odd_rows &&
        !note(sink, file, -1, trainer->odd_rows, "damaged row of log_history, skipped"))
        return false;
    if (!whole)
        return note(sink, file, json_offset(json), 1,
            "no trainer's state from here on: being written, or damaged");
    if (!trainer->has_history && !note(sink, file, -1, 1, "has no log_history"))
        return false;
    if (trainer->max_steps > 0) {
        size_t entered = params_enter(&trainer->params, "max_steps", strlen("max_steps"));
        params_put_number(&trainer->params, (double)trainer->max_steps);
        params_leave(&trainer->params, entered);
    }
    bool all_done = trainer->max_steps > 0 && trainer->global_step >= trainer->max_steps;
    return !(all_done || trainer->summed_up || trainer->stopped) ||
           sink->status(sink->self, RUN_FINISHED, NAN, NAN);
}

bool huggingface_read_state(const struct reader_source *source, struct sink *sink, struct err *err)
{
    struct trainer trainer = {0};
    struct stream stream;
    if (!stream_open(&stream, source->path, 0, err))
        return false;
    json_init_stream(&trainer.json, &stream);
    params_init_sink(&trainer.params, sink);
    series_init(&trainer.series, sink, "");
    buf_init(&trainer.name, SERIES_NAME_BYTES);
    take_document(&trainer);
    bool ok = !trainer.no_memory || err_set(err, ERR_MEMORY, "out of memory");
    ok = ok && series_end(&trainer.series, source->name, err);
    if (ok && !trainer.series.stopped && !trainer.params.stopped &&
        conclude(&trainer, source->name, sink))
        params_note(&trainer.params, sink, source->name);
    series_done(&trainer.series);
    params_done(&trainer.params);
    buf_done(&trainer.name);
    free(trainer.cells);
    stream_close(&stream);
    return ok;
}
