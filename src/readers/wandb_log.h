/*
 * The framing of W&B's logs: whole records out of blocks, whatever the tail looks like.
 * Knows: the file's header, blocks, fragments and their checksums. Must not know: what a record is.
 *
 * The file begins with ":W&B", 0xBEE1 (little-endian) and a version byte, 0. Blocks of 32 KiB count
 * from the front of the file, so the first one holds this header too. A fragment is
 *
 *     uint32 checksum | uint16 length | uint8 type (1 whole, 2 first, 3 middle, 4 last) | data
 *
 * and does not cross a block; fewer than 7 bytes at a block's end are padding. The checksum is
 * zlib's CRC-32 of the type and the data. Behind a damaged fragment nothing in its block can be
 * trusted: reading goes on at the next block.
 */
#pragma once

#include "base/buf.h"
#include "base/stream.h"
#include "readers/wire.h"

enum {
    WANDB_HEADER_BYTES = 7,
    WANDB_BLOCK_BYTES = 32 << 10,
    WANDB_FRAGMENT_BYTES = 7, /* what a fragment takes beside its data */
    WANDB_LONGEST_RECORD = 64 << 20,
};

struct wandb_log {
    struct stream stream;
    int64_t next; /* behind the last whole record: where to go on */

    /* Kept by who reads on later. */
    int64_t known_damage; /* damage up to this offset was counted before; -1 */
    bool next_in_gap;     /* at `next` only the rest of a lost record may stand */

    int64_t damaged, first_damage; /* records lost in this reading, and the first one's offset */
    bool no_header;                /* the file is something else */

    struct buf record; /* a record in several fragments, as far as it came */
    int64_t record_offset;
    bool in_record, in_gap;
};

/* Opens the log PATH at OFFSET: 0, or what `next` was; what is kept is then to be set again. */
bool wandb_log_open(struct wandb_log *log, const char *path, int64_t offset, struct err *err);
void wandb_log_close(struct wandb_log *log);
/* The next whole record, valid until the next call. False where there is none (yet). */
bool wandb_log_next(struct wandb_log *log, struct wire *record);

/* The first LENGTH bytes of a file are a log's, as far as they reach. */
bool wandb_log_is_header(const char *bytes, size_t length);
