/*
 * The output of a command as console.log: lines with their time, whatever amount comes.
 * Knows: what control characters and escape sequences do to a line. Must not know: processes.
 *
 *     2024-05-01T10:00:00.000Z | Epoch 1: loss 0.31         standard output, or the terminal
 *     2024-05-01T10:00:01.250Z ! UserWarning: ...           standard error apart
 *     2024-05-01T10:00:02.000Z - 1048576 bytes left out     a remark of the recorder's
 *
 * The time (UTC) is when the line began; where it was written over, when that last happened. Of a
 * line that carriage returns redraw the last state is kept, and likewise of a block of lines that is
 * redrawn by moving up (nested bars): what comes behind a return replaces the whole line. Escape
 * sequences are left out; other control characters and invalid UTF-8 become what text_harmless()
 * makes of them. A line beyond CONSOLE_LINE_BYTES is cut and marked with "...".
 *
 * The last line has no end while it may still be written over, which happens in place; a reader that
 * takes only lines with an end never sees a byte change that it has read. Beyond the cap, lines from
 * the middle go: the head stays, of the rest the newest, and the file is then a new one (by rename).
 * Where more comes than CONSOLE_READY_BYTES between two flushes and the head is full, the older part
 * is left out before it is written. Memory is constant.
 *
 * One thread at a time.
 */
#pragma once

#include "base/buf.h"
#include "record/run_dir.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CONSOLE_LINE_BYTES = 4096,
    CONSOLE_CAP_BYTES = 16 << 20,
    CONSOLE_READY_BYTES = 1 << 20,
    CONSOLE_ROWS = 17, /* of a block that is redrawn by moving up, and the line below it */
};

struct console_line {
    char text[CONSOLE_LINE_BYTES];
    size_t length;
    bool cut;      /* bytes were left out */
    bool returned; /* what comes next replaces it */
    double time_s;
};

enum console_state { CONSOLE_TEXT, CONSOLE_ESCAPE, CONSOLE_SEQUENCE, CONSOLE_STRING, CONSOLE_STRING_ESCAPE };

struct console_stream {
    char mark;
    struct console_line rows[CONSOLE_ROWS];
    int row, count; /* where the cursor is; rows that may still change */
    int held;       /* lines above the cursor's that may still change: as far as it ever moved up */
    enum console_state state;
    int number;     /* the first of the sequence */
};

struct console {
    struct run_dir *dir;
    int64_t cap_bytes;
    int64_t size;       /* of the file but for the unfinished line */
    int64_t unfinished; /* bytes of that line that stand in the file */
    int64_t left_out;   /* bytes so far, by the cap */
    int64_t remark_bytes; /* of the line that says so */
    int64_t dropped;    /* bytes before `ready` that were never written, not yet remarked */
    double now_s;
    int64_t head_ms; /* of the time that is spelt in `head` */
    char head[32];
    struct buf ready;   /* finished lines, not yet in the file */
    struct console_stream streams[2];
    int last; /* the stream that spoke last */
    bool changed; /* the unfinished line differs from what stands in the file */
};

/* CAP_BYTES is the most that the file may hold, at least 64 KiB. DIR outlives the console. */
void console_init(struct console *console, struct run_dir *dir, int64_t cap_bytes);
/* LENGTH bytes of the terminal or standard output, or of standard error, at NOW_S (seconds since
 * 1970). Writes only when a good deal is ready. */
void console_add(
    struct console *console, bool is_error, const char *bytes, size_t length, double now_s);
/* True when console_flush() has something to write. */
bool console_waits(const struct console *console);
/* Writes what is ready, and the unfinished line as it stands. */
void console_flush(struct console *console);
/* Ends the unfinished lines, flushes and frees. */
void console_done(struct console *console);
