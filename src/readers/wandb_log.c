#include "readers/wandb_log.h"

#include <zlib.h>

enum { WHOLE = 1, FIRST, MIDDLE, LAST };

static const char HEADER[WANDB_HEADER_BYTES] = {':', 'W', '&', 'B', '\xe1', '\xbe', 0};

bool wandb_log_is_header(const char *bytes, size_t length)
{
    return memcmp(bytes, HEADER, length < sizeof HEADER ? length : sizeof HEADER) == 0;
}

bool wandb_log_open(struct wandb_log *log, const char *path, int64_t offset, struct err *err)
{
    *log = (struct wandb_log){.next = offset, .known_damage = -1};
    buf_init(&log->record, WANDB_LONGEST_RECORD);
    return stream_open(&log->stream, path, offset, err);
}

void wandb_log_close(struct wandb_log *log)
{
    stream_close(&log->stream);
    buf_done(&log->record);
}

/* A record that begins at OFFSET is lost. The same place is met again when the log has grown. */
static void lose(struct wandb_log *log, int64_t offset)
{
    if (offset <= log->known_damage)
        return;
    log->known_damage = offset;
    if (!log->damaged++)
        log->first_damage = offset;
}

/* Nothing here is a fragment: on to the next block, ROOM bytes from here. False when the file does
 * not reach it. */
static bool skip_block(struct wandb_log *log, size_t room)
{
    static const char ZEROS[WANDB_FRAGMENT_BYTES];
    struct stream *stream = &log->stream;
    /* Zeros at the end are written, but have not arrived here yet. */
    bool zeros = memcmp(stream_at(stream), ZEROS, sizeof ZEROS) == 0;
    bool goes_on = stream_need(stream, room + 1) > room;
    if (goes_on || !zeros)
        lose(log, log->in_record ? log->record_offset : stream->offset);
    if (!goes_on)
        return false;
    stream_skip(stream, (int64_t)room);
    log->next = stream->offset;
    log->in_record = false;
    log->in_gap = log->next_in_gap = true;
    return true;
}

/* Adds a fragment to what came before. True when *RECORD is whole with it. */
static bool assemble(struct wandb_log *log, int type, struct wire data, struct wire *record)
{
    bool begins = type == WHOLE || type == FIRST;
    if (begins && log->in_record)
        lose(log, log->record_offset); /* never finished */
    if (!begins && !log->in_record) {
        if (!log->in_gap)
            lose(log, log->stream.offset);
        return false;
    }
    log->in_gap = false;
    log->in_record = type == FIRST || type == MIDDLE;
    if (type == WHOLE) {
        *record = data;
        return true;
    }
    if (type == FIRST) {
        buf_clear(&log->record);
        log->record_offset = log->stream.offset;
    }
    buf_add(&log->record, data.at, wire_left(data));
    if (type != LAST)
        return false;
    if (log->record.failed) {
        lose(log, log->record_offset); /* too large */
        return false;
    }
    *record = wire_of(log->record.data, log->record.length);
    return true;
}

/* Takes the next fragment. False where there is none; *WHOLE_RECORD says that *RECORD is one. */
static bool take_fragment(struct wandb_log *log, struct wire *record, bool *whole_record)
{
    struct stream *stream = &log->stream;
    size_t room = WANDB_BLOCK_BYTES - (size_t)(stream->offset % WANDB_BLOCK_BYTES);
    *whole_record = false;
    if (room < WANDB_FRAGMENT_BYTES) {
        bool is_there = stream_need(stream, room) >= room;
        if (is_there)
            stream_skip(stream, (int64_t)room);
        return is_there;
    }
    if (stream_need(stream, WANDB_FRAGMENT_BYTES) < WANDB_FRAGMENT_BYTES)
        return false;
    const unsigned char *at = (const unsigned char *)stream_at(stream);
    size_t length = (size_t)at[4] | (size_t)at[5] << 8;
    int type = at[6];
    if (type < WHOLE || type > LAST || length > room - WANDB_FRAGMENT_BYTES)
        return skip_block(log, room);
    if (stream_need(stream, WANDB_FRAGMENT_BYTES + length) < WANDB_FRAGMENT_BYTES + length)
        return false;
    at = (const unsigned char *)stream_at(stream);
    uint32_t checksum =
        (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    if (crc32(0, at + 6, (unsigned)length + 1) != checksum)
        return skip_block(log, room);
    *whole_record = assemble(log, type, wire_of(at + WANDB_FRAGMENT_BYTES, length), record);
    stream_skip(stream, (int64_t)(WANDB_FRAGMENT_BYTES + length));
    if (*whole_record) {
        log->next = stream->offset;
        log->next_in_gap = false;
    }
    return true;
}

/* Passes over the file's header. False while it is not there, or when it is another's. */
static bool take_header(struct wandb_log *log)
{
    size_t got = stream_need(&log->stream, WANDB_HEADER_BYTES);
    if (got && !wandb_log_is_header(stream_at(&log->stream), got))
        log->no_header = true;
    if (got < WANDB_HEADER_BYTES || log->no_header)
        return false;
    stream_skip(&log->stream, WANDB_HEADER_BYTES);
    log->next = WANDB_HEADER_BYTES;
    return true;
}

bool wandb_log_next(struct wandb_log *log, struct wire *record)
{
    bool whole_record = false;
    if (log->stream.offset == 0 && !take_header(log))
        return false;
    while (!whole_record)
        if (!take_fragment(log, record, &whole_record))
            return false;
    return true;
}
