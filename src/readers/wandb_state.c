/*
 * What the W&B reader keeps in its bookmark between two readings of a growing log.
 * Knows: struct wandb_file. Must not know: records.
 */
#include "readers/state.h"
#include "readers/wandb.h"

#include "base/grow.h"

enum { STATE_VERSION = 1, ROW_BYTES = 32 /* of a name's row, beside the name: at most */ };

static bool add_name(struct buf *state, const struct series *series)
{
    if (state->length + series->length + ROW_BYTES > state->max_bytes)
        return false;
    buf_add_varint(state, (uint64_t)series->kind);
    buf_add_varint(state, series->length);
    buf_add(state, series->name, series->length);
    return true;
}

/* How many samples each of the machine's metrics had; then, until it is told, which names were in
 * the history and what the summary said. The summary is given up when there is no room: without all
 * names it cannot be known what only it has. */
static void add_names(struct wandb_file *file, struct buf *state)
{
    const struct series_set *system = &file->system, *history = &file->history;
    for (size_t i = 0; i < system->count; i++)
        if (system->items[i].kind && !add_name(state, &system->items[i]))
            break;
    buf_add_varint(state, 0);
    size_t before = state->length;
    for (size_t i = 0; i < history->count && !file->ended && !file->summary_lost; i++) {
        if (!history->items[i].kind)
            continue;
        if (!add_name(state, &history->items[i])) {
            state->length = before;
            file->summary_lost = true;
        } else if (history->items[i].kind & WANDB_IN_SUMMARY) {
            state_add_double(state, file->summary[i]);
        }
    }
}

/* Bits of the flags. */
enum { KNOWN = 1, ENDED = 2, TRUTH_TOLD = 4, SUMMARY_LOST = 8, IN_GAP = 16 };

void wandb_save_state(struct wandb_file *file, const struct wandb_log *log, struct buf *state)
{
    struct buf names;
    buf_clear(state);
    buf_init(&names, state->max_bytes - 128);
    add_names(file, &names);
    buf_add_varint(state, STATE_VERSION);
    buf_add_varint(state,
        (uint64_t)(file->is_known * KNOWN | file->ended * ENDED | file->truth_told * TRUTH_TOLD |
                   file->summary_lost * SUMMARY_LOST | log->next_in_gap * IN_GAP));
    buf_add_varint(state, (uint64_t)(log->known_damage + 1));
    buf_add_varint(state, (uint64_t)file->step);
    buf_add_varint(state, file->status);
    state_add_double(state, file->wall_s);
    state_add_double(state, file->started_s);
    state_add_double(state, file->ended_s);
    buf_add(state, names.data, names.length);
    buf_done(&names);
}

/* The next name, entered into SET; false at the end of the names. */
static bool take_name(struct wire *state, struct series_set *set, int32_t *index)
{
    uint64_t kind = state_take_varint(state), length = kind ? state_take_varint(state) : 0;
    if (!kind || length > wire_left(*state))
        return false;
    *index = series_find(set, (const char *)state->at, length);
    state->at += length;
    if (*index >= 0)
        set->items[*index].kind = (int32_t)(kind & INT32_MAX);
    return *index >= 0;
}

static void take_names(struct wandb_file *file, struct wire *state)
{
    int32_t index;
    while (take_name(state, &file->system, &index))
        ;
    while (take_name(state, &file->history, &index)) {
        int32_t *kind = &file->history.items[index].kind;
        *kind &= WANDB_IN_HISTORY | WANDB_IN_SUMMARY;
        if (!(*kind & WANDB_IN_SUMMARY))
            continue;
        if (!GROW(file->summary, file->summary_capacity, file->history.count)) {
            file->history.stopped = file->history.no_memory = true;
            return;
        }
        file->summary[index] = 0;
        state_take_double(state, &file->summary[index]);
    }
}

void wandb_load_state(struct wandb_file *file, struct wandb_log *log, const struct buf *state)
{
    if (!state->length)
        return;
    struct wire rest = wire_of(state->data, state->length);
    if (state_take_varint(&rest) != STATE_VERSION)
        return;
    uint64_t flags = state_take_varint(&rest);
    file->is_known = flags & KNOWN;
    file->ended = flags & ENDED;
    file->truth_told = flags & TRUTH_TOLD;
    file->summary_lost = flags & SUMMARY_LOST;
    log->in_gap = log->next_in_gap = flags & IN_GAP;
    log->known_damage = (int64_t)state_take_varint(&rest) - 1;
    file->step = (int64_t)state_take_varint(&rest);
    file->status = (enum run_status)(state_take_varint(&rest) % (RUN_STALLED + 1));
    state_take_double(&rest, &file->wall_s);
    state_take_double(&rest, &file->started_s);
    state_take_double(&rest, &file->ended_s);
    take_names(file, &rest);
}
