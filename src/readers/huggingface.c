/*
 * The Hugging Face reader: the output directory of a Trainer is one run.
 * Knows: checkpoint-*, trainer_state.json, all_results.json, config.json, adapter_config.json, what
 * AutoTrain and LLaMA-Factory call their parameters, and that TensorBoard writes below runs/ or
 * logs/. Must not know: what an event file holds.
 *
 * Every checkpoint repeats the whole history, so the latest is read and the others are owned with
 * it. What the trainer was asked to do lies in a pickle, training_args.bin, which is left alone:
 * tools built on it say it again.
 */
#include "readers/huggingface_state.h"
#include "readers/params_file.h"
#include "readers/tensorboard.h"

#include "base/num.h"

#include <stdlib.h>
#include <string.h>

enum { PEEK_BYTES = 16 << 10 };

static const char STATE[] = "trainer_state.json", CHECKPOINT[] = "checkpoint-";
static const char RESULTS[] = "all_results.json";
static const char MODEL[] = "config.json", ADAPTER[] = "adapter_config.json";
static const char AUTOTRAIN[] = "training_params.json", FACTORY[] = "training_args.yaml";

/* ---- recognising ---- */

struct checkpoint {
    const char *name;
    int64_t step; /* as its name says; -1 when it says none */
};

static int compare_latest_first(const void *a, const void *b)
{
    const struct checkpoint *x = a, *y = b;
    return x->step != y->step ? (x->step < y->step) - (x->step > y->step)
                              : strcmp(x->name, y->name);
}

/* The checkpoints of PLACE, latest first; COUNT is 0 when memory is out. */
static struct checkpoint *list_checkpoints(const struct reader_place *place, size_t *count)
{
    struct checkpoint *all = NULL;
    *count = 0;
    for (size_t i = 0; i < place->list->count; i++) {
        const struct file_entry *entry = &place->list->entries[i];
        if (!entry->is_dir || strncmp(entry->name, CHECKPOINT, sizeof CHECKPOINT - 1) != 0)
            continue;
        if (!all)
            all = ARENA_ARRAY(place->arena, struct checkpoint, place->list->count - i);
        if (!all)
            return NULL;
        struct checkpoint *mine = &all[(*count)++];
        const char *digits = entry->name + sizeof CHECKPOINT - 1;
        mine->name = entry->name;
        if (!num_parse_int(digits, strlen(digits), &mine->step))
            mine->step = -1;
    }
    if (*count)
        qsort(all, *count, sizeof *all, compare_latest_first);
    return all;
}

/* The state in DIRECTORY ("" is the place itself) by its path below the place; NULL for none. */
static const char *state_in(const struct reader_place *place, struct reader_claim *claim,
    const char *directory, int64_t *step)
{
    const char *name = path_join(place->arena, directory, STATE);
    char byte;
    if (!name || (!directory[0] && !reader_has_file(place, STATE)) ||
        (directory[0] && !reader_peek(place, name, &byte, 1)))
        return NULL;
    if (huggingface_is_state(place, name, step))
        return name;
    reader_refuse(place, claim, name, "does not begin as a trainer's state with a global_step");
    return NULL;
}

/* The state to read: that of the largest step. The directory's own is the last word of train(). */
static const char *latest_state(const struct reader_place *place, struct reader_claim *claim,
    const struct checkpoint *checkpoints, size_t count)
{
    int64_t own_step = 0, step = 0;
    const char *own = state_in(place, claim, "", &own_step), *latest = NULL;
    for (size_t i = 0; i < count && !latest; i++)
        latest = state_in(place, claim, checkpoints[i].name, &step);
    return own && (!latest || own_step >= step) ? own : latest;
}

/* config.json is anybody's name: a model's says which class it is of. */
static bool is_model_config(const struct reader_place *place, const char *name)
{
    char head[PEEK_BYTES + 1];
    head[reader_peek(place, name, head, PEEK_BYTES)] = '\0';
    return strstr(head, "\"model_type\"") || strstr(head, "\"architectures\"");
}

static bool is_adapter_config(const struct reader_place *place, const char *name)
{
    char head[PEEK_BYTES + 1];
    head[reader_peek(place, name, head, PEEK_BYTES)] = '\0';
    return strstr(head, "\"peft_type\"") != NULL;
}

/* Claims the file NAME of the place, else that beside STATE_NAME. */
static void claim_config(const struct reader_place *place, struct reader_claim *claim,
    const char *state_name, const char *name,
    bool (*is_it)(const struct reader_place *place, const char *name))
{
    if (is_it(place, name)) {
        reader_claim_add(place, claim, name);
        return;
    }
    const char *parent = path_parent(place->arena, state_name);
    const char *beside = parent ? path_join(place->arena, parent, name) : NULL;
    if (beside && path_base(state_name) != state_name && is_it(place, beside))
        reader_claim_add(place, claim, beside);
}

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    size_t count;
    const struct checkpoint *checkpoints = list_checkpoints(place, &count);
    const char *state = latest_state(place, claim, checkpoints, count);
    if (!state || !reader_claim_add(place, claim, state))
        return false;
    claim->reason = state;
    for (size_t i = 0; i < count; i++)
        reader_claim_own(place, claim, checkpoints[i].name);
    if (strcmp(state, STATE) == 0 && reader_has_file(place, RESULTS))
        reader_claim_add(place, claim, RESULTS);
    claim_config(place, claim, state, MODEL, is_model_config);
    claim_config(place, claim, state, ADAPTER, is_adapter_config);
    if (reader_has_file(place, AUTOTRAIN))
        reader_claim_add(place, claim, AUTOTRAIN);
    if (reader_has_file(place, FACTORY))
        reader_claim_add(place, claim, FACTORY);
    tensorboard_claim_below(place, claim, "runs");
    tensorboard_claim_below(place, claim, "logs"); /* what many scripts say instead */
    return true;
}

/* ---- reading ---- */

static bool is_below(const char *name, const char *map)
{
    size_t length = strlen(map);
    return strncmp(name, map, length) == 0 && name[length] == '.';
}

/* What gives access to somebody's account is nobody's to see. */
static bool is_secret(const char *name)
{
    return strcmp(name, "token") == 0 || strcmp(name, "hub_token") == 0 ||
           strcmp(name, "push_to_hub_token") == 0;
}

/* Passes parameters on but secrets and the names of the classes, twice a row each. */
static bool take_param(void *self, const struct param *param)
{
    struct sink *sink = self;
    return is_secret(param->name) || is_below(param->name, "id2label") ||
           is_below(param->name, "label2id") || sink->param(sink->self, param);
}

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    (void)mark;
    if (strcmp(path_base(source->name), STATE) == 0)
        return huggingface_read_state(source, sink, err);
    if (strcmp(source->name, RESULTS) == 0)
        return huggingface_read_results(source, sink, err);
    return params_file_read(source, take_param, sink, err);
}

const struct reader reader_huggingface = {
    .name = "huggingface",
    .reads = "Hugging Face Trainer: trainer_state.json of the latest checkpoint, the model's "
             "config.json, event files in runs/",
    .claim = claim,
    .read = read,
};
