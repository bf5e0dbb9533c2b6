/*
 * What the TensorBoard reader keeps in its bookmark between two readings of a growing file.
 * Knows: struct tb_file. Must not know: events.
 */
#include "readers/state.h"
#include "readers/tensorboard.h"

enum { STATE_VERSION = 2 };

/* The kinds of SET that have one of the bits WANTED, by name, then a 0. When the state is full the
 * rest is forgotten. */
static void add_kinds(const struct series_set *set, int32_t wanted, struct buf *state)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct series *series = &set->items[i];
        if (!(series->kind & wanted))
            continue;
        if (state->length + series->length + 16 > state->max_bytes)
            break;
        buf_add_varint(state, (uint64_t)series->kind);
        buf_add_varint(state, series->length);
        buf_add(state, series->name, series->length);
    }
    buf_add_varint(state, 0);
}

void tb_save_state(const struct tb_file *file, struct buf *state)
{
    buf_clear(state);
    buf_add_varint(state, STATE_VERSION);
    buf_add_varint(state, (uint64_t)(file->noted_stop + 1));
    state_add_double(state, file->last_wall_s);
    buf_add_varint(state, file->session.seen);
    buf_add_varint(state, file->session.status);
    state_add_double(state, file->session.started_s);
    state_add_double(state, file->session.ended_s);
    buf_add_varint(state, file->hp_metric_is_real);
    buf_add_varint(state, (uint64_t)file->withheld_count);
    buf_add(state, file->withheld, (size_t)file->withheld_count * sizeof *file->withheld);
    /* What metadata declared, which TF2 writes with the first value of a tag only (of what is
     * forgotten, numbers of rank 0 still count as scalars); then how many pictures there were. */
    add_kinds(&file->series, TB_DECLARED_SCALAR | TB_DECLARED_OTHER, state);
    add_kinds(&file->pictures, INT32_MAX, state);
}

static void take_kinds(struct series_set *set, int32_t allowed, struct wire *state)
{
    for (uint64_t kind; (kind = state_take_varint(state)) != 0;) {
        uint64_t length = state_take_varint(state);
        if (length > wire_left(*state))
            return;
        int32_t index = series_find(set, (const char *)state->at, length);
        state->at += length;
        if (index >= 0)
            set->items[index].kind = (int32_t)(kind & (uint64_t)allowed);
    }
}

void tb_load_state(struct tb_file *file, const struct buf *state)
{
    if (!state->length)
        return;
    struct wire rest = wire_of(state->data, state->length);
    if (state_take_varint(&rest) != STATE_VERSION)
        return;
    file->noted_stop = (int64_t)state_take_varint(&rest) - 1;
    state_take_bytes(&rest, &file->last_wall_s, sizeof file->last_wall_s);
    file->session.seen = state_take_varint(&rest) != 0;
    file->session.status = (enum run_status)(state_take_varint(&rest) % (RUN_STALLED + 1));
    state_take_bytes(&rest, &file->session.started_s, sizeof file->session.started_s);
    state_take_bytes(&rest, &file->session.ended_s, sizeof file->session.ended_s);
    file->hp_metric_is_real = state_take_varint(&rest) != 0;
    file->withheld_count = (int32_t)(state_take_varint(&rest) % (TB_WITHHELD + 1));
    state_take_bytes(&rest, file->withheld, (size_t)file->withheld_count * sizeof *file->withheld);
    take_kinds(&file->series, 31, &rest);
    take_kinds(&file->pictures, INT32_MAX, &rest);
}
