/*
 * Feeds arbitrary bytes to the W&B reader: as the log itself, and as the records of a log that is
 * framed here, so that messages are reached. A growing log must give what the whole one does.
 *
 * Records: a length in two bytes, then so many bytes; what is left is the last one.
 */
#include "reader_file.h"
#include "readers/wandb_log.h"

#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIRST = 2, MIDDLE, LAST, WHOLE = 1 };

static void frame(struct buf *log, const uint8_t *data, size_t size)
{
    static const char PADDING[WANDB_FRAGMENT_BYTES];
    bool first = true;
    do {
        size_t room = WANDB_BLOCK_BYTES - log->length % WANDB_BLOCK_BYTES;
        if (room < WANDB_FRAGMENT_BYTES) {
            buf_add(log, PADDING, room);
            room = WANDB_BLOCK_BYTES;
        }
        size_t now = size < room - WANDB_FRAGMENT_BYTES ? size : room - WANDB_FRAGMENT_BYTES;
        unsigned char type = now == size ? (first ? WHOLE : LAST) : first ? FIRST : MIDDLE;
        uint32_t sum = (uint32_t)crc32(crc32(0, &type, 1), data, (unsigned)now);
        uint16_t length = (uint16_t)now;
        buf_add(log, &sum, 4);
        buf_add(log, &length, 2);
        buf_add(log, &type, 1);
        buf_add(log, data, now);
        data += now;
        size -= now;
        first = false;
    } while (size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct reader *reader = reader_find("wandb");
    struct buf log;
    if (size < 2)
        return 0;
    size_t cut = (size_t)data[0] << 8 | data[1];
    data += 2;
    size -= 2;
    buf_init(&log, 4 << 20);
    buf_add(&log, ":W&B\xe1\xbe\0", WANDB_HEADER_BYTES);
    buf_add(&log, data, size);
    uint64_t raw = read_digest(reader, "run-a.wandb", log.data, log.length, log.length);
    check(read_digest(reader, "run-a.wandb", log.data, log.length, cut % log.length) == raw);

    log.length = WANDB_HEADER_BYTES;
    while (size >= 2) {
        size_t length = (size_t)data[0] | (size_t)data[1] << 8;
        length = length > size - 2 ? size - 2 : length;
        frame(&log, data + 2, length);
        data += 2 + length;
        size -= 2 + length;
    }
    check(!log.failed);
    uint64_t whole = read_digest(reader, "run-a.wandb", log.data, log.length, log.length);
    check(read_digest(reader, "run-a.wandb", log.data, log.length, cut % log.length) == whole);
    buf_done(&log);
    return 0;
}
