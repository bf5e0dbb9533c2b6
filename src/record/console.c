#include "record/console.h"

#include "base/clock.h"
#include "base/text.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char NAME[] = "console.log";

/* ---- lines into text ---- */

/* "2024-05-01T10:00:00.000Z M "; many lines are of one millisecond. */
static void add_head(struct console *console, struct buf *out, double time_s, char mark)
{
    int64_t ms = (int64_t)floor(time_s * 1000);
    if (ms != console->head_ms || !console->head[0]) {
        char date[32];
        clock_iso((double)(ms / 1000), date, sizeof date);
        snprintf(console->head, sizeof console->head, "%.19s.%03dZ ", date, (int)(ms % 1000));
        console->head_ms = ms;
    }
    buf_add_string(out, console->head);
    buf_add_char(out, mark);
    buf_add_char(out, ' ');
}

static bool is_plain(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] >= 0x7f)
            return false;
    return true;
}

/* The line without its end. */
static void add_line(
    struct console *console, struct buf *out, const struct console_line *line, char mark)
{
    char harmless[CONSOLE_LINE_BYTES * 4 + 1];
    add_head(console, out, line->time_s, mark);
    if (is_plain(line->text, line->length))
        buf_add(out, line->text, line->length);
    else
        buf_add(out, harmless,
            text_harmless(harmless, sizeof harmless, line->text, line->length));
    if (line->cut)
        buf_add_string(out, "...");
}

/* Where the first line behind AT begins. */
static size_t line_behind(const char *text, size_t length, size_t at)
{
    const char *end = at < length ? memchr(text + at, '\n', length - at) : NULL;
    return end ? (size_t)(end - text) + 1 : length;
}

/* ---- the file ---- */

static void remark_left_out(struct console *console, struct buf *out, int64_t bytes)
{
    add_head(console, out, console->now_s, '-');
    buf_printf(out, "%lld bytes left out\n", (long long)bytes);
}

/* LENGTH bytes of the file from OFFSET on, appended to OUT. */
static bool read_back(int fd, int64_t offset, int64_t length, struct buf *out)
{
    if (!buf_reserve(out, (size_t)length))
        return false;
    while (length > 0) {
        ssize_t got = pread(fd, out->data + out->length, (size_t)length, offset);
        if (got <= 0)
            return false;
        out->length += (size_t)got;
        offset += got;
        length -= got;
    }
    return true;
}

/* Head and newest lines of the file, a quarter of the cap each, into OUT. */
static bool gather_ends(struct console *console, struct buf *out)
{
    int64_t quarter = console->cap_bytes / 4;
    int fd = openat(console->dir->fd, NAME, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && read_back(fd, 0, quarter, out);
    size_t head = out->length;
    while (head && out->data[head - 1] != '\n')
        head--;
    out->length = head;
    struct buf tail;
    buf_init(&tail, (size_t)quarter + 1);
    ok = ok && read_back(fd, console->size - quarter, quarter, &tail);
    if (ok) {
        size_t from = line_behind(tail.data, tail.length, 0);
        console->left_out += console->size - console->remark_bytes - (int64_t)head -
                             (int64_t)(tail.length - from);
        remark_left_out(console, out, console->left_out);
        console->remark_bytes = (int64_t)(out->length - head);
        buf_add(out, tail.data + from, tail.length - from);
    }
    buf_done(&tail);
    if (fd >= 0)
        close(fd);
    return ok && !out->failed;
}

static void compact(struct console *console)
{
    struct buf ends;
    buf_init(&ends, (size_t)console->cap_bytes);
    if (gather_ends(console, &ends) && run_dir_write(console->dir, NAME, ends.data, ends.length, NULL)) {
        console->size = (int64_t)ends.length;
        console->unfinished = 0;
        console->changed = true;
    }
    buf_done(&ends);
}

/* As many blanks as make BATCH at least LENGTH bytes, before its last end of line. */
static void pad(struct buf *batch, size_t length)
{
    bool ended = batch->length && batch->data[batch->length - 1] == '\n';
    batch->length -= ended;
    while (batch->length + ended < length && buf_add_char(batch, ' '))
        continue;
    if (ended)
        buf_add_char(batch, '\n');
}

static const struct console_stream *unfinished_stream(const struct console *console)
{
    return &console->streams[console->last];
}

bool console_waits(const struct console *console)
{
    return console->changed || console->ready.length || console->dropped;
}

void console_flush(struct console *console)
{
    if (!console_waits(console))
        return;
    struct buf batch;
    buf_init(&batch, CONSOLE_READY_BYTES + 8 * CONSOLE_LINE_BYTES);
    if (console->dropped)
        remark_left_out(console, &batch, console->dropped);
    buf_add(&batch, console->ready.data, console->ready.length);
    size_t finished = batch.length;
    const struct console_stream *stream = unfinished_stream(console);
    if (stream->rows[stream->row].length)
        add_line(console, &batch, &stream->rows[stream->row], stream->mark);
    size_t shown = batch.length;
    pad(&batch, (size_t)console->unfinished);
    if (finished && shown == finished)
        finished = batch.length; /* the blanks stand before the end of the last line */
    if (run_dir_write_at(console->dir, NAME, console->size, batch.data, batch.length, NULL)) {
        console->size += (int64_t)finished;
        console->unfinished = (int64_t)(batch.length - finished);
    }
    buf_done(&batch);
    buf_clear(&console->ready);
    console->dropped = 0;
    console->changed = false;
    if (console->size > console->cap_bytes)
        compact(console);
}

/* ---- what is printed ---- */

/* Makes room in what is ready: written while the file's head fills, else its older half goes. */
static void make_room(struct console *console)
{
    struct buf *ready = &console->ready;
    if (console->size < console->cap_bytes / 2) {
        console_flush(console);
        return;
    }
    size_t from = line_behind(ready->data, ready->length, ready->length / 2);
    console->dropped += (int64_t)from;
    memmove(ready->data, ready->data + from, ready->length - from);
    ready->length -= from;
}

static void finish_row(struct console *console, struct console_stream *stream, int row)
{
    if (console->ready.length > CONSOLE_READY_BYTES - 5 * CONSOLE_LINE_BYTES)
        make_room(console);
    if (stream->rows[row].time_s == 0)
        stream->rows[row].time_s = console->now_s;
    add_line(console, &console->ready, &stream->rows[row], stream->mark);
    buf_add_char(&console->ready, '\n');
}

static void clear_row(struct console_line *line)
{
    line->length = 0;
    line->cut = line->returned = false;
    line->time_s = 0;
}

static void line_feed(struct console *console, struct console_stream *stream)
{
    if (stream->row < stream->held) {
        stream->row++;
    } else {
        finish_row(console, stream, 0);
        for (int i = 0; i < stream->row; i++)
            stream->rows[i] = stream->rows[i + 1];
        clear_row(&stream->rows[stream->row]);
    }
    stream->rows[stream->row].returned = true;
    if (stream->count <= stream->row)
        stream->count = stream->row + 1;
}

/* Lines that were finished already when the cursor first moved up so far stand in the log: from
 * then on so many are held back. */
static void move_up(struct console_stream *stream, int rows)
{
    int most = rows < CONSOLE_ROWS - 1 ? rows : CONSOLE_ROWS - 1;
    if (most > stream->held)
        stream->held = most;
    stream->row = stream->row > rows ? stream->row - rows : 0;
    stream->rows[stream->row].returned = true;
}

static void add_text(
    struct console *console, struct console_stream *stream, const char *text, size_t length)
{
    struct console_line *line = &stream->rows[stream->row];
    if (line->returned)
        clear_row(line);
    if (line->time_s == 0)
        line->time_s = console->now_s;
    size_t room = sizeof line->text - line->length, taken = length < room ? length : room;
    memcpy(line->text + line->length, text, taken);
    line->length += taken;
    line->cut = line->cut || taken < length;
}

static void back_space(struct console_line *line)
{
    while (line->length && ((unsigned char)line->text[line->length - 1] & 0xc0) == 0x80)
        line->length--;
    line->length -= line->length > 0;
}

static void end_sequence(struct console_stream *stream, char final)
{
    struct console_line *line = &stream->rows[stream->row];
    stream->state = CONSOLE_TEXT;
    if (final == 'A' || final == 'F')
        move_up(stream, stream->number > 0 ? stream->number : 1);
    else if (final == 'K' && stream->number == 2)
        clear_row(line);
    else if (final == 'G' && stream->number <= 1)
        line->returned = true;
}

/* One byte within an escape sequence, or a control character. */
static void add_control(struct console *console, struct console_stream *stream, char c)
{
    switch (stream->state) {
    case CONSOLE_ESCAPE:
        stream->number = 0;
        stream->state = c == '['                          ? CONSOLE_SEQUENCE
                        : c && strchr("]PX^_", c)          ? CONSOLE_STRING
                        : (unsigned char)c >= ' ' && c < '0' ? CONSOLE_ESCAPE
                                                           : CONSOLE_TEXT;
        return;
    case CONSOLE_SEQUENCE:
        if (c >= '0' && c <= '9' && stream->number < 1000)
            stream->number = stream->number * 10 + c - '0';
        else if ((unsigned char)c >= '@')
            end_sequence(stream, c);
        return;
    case CONSOLE_STRING:
        stream->state = c == '\a' ? CONSOLE_TEXT : c == '\033' ? CONSOLE_STRING_ESCAPE : CONSOLE_STRING;
        return;
    case CONSOLE_STRING_ESCAPE:
        stream->state = c == '\\' ? CONSOLE_TEXT : CONSOLE_STRING;
        return;
    case CONSOLE_TEXT:
        break;
    }
    if (c == '\n')
        line_feed(console, stream);
    else if (c == '\r')
        stream->rows[stream->row].returned = true;
    else if (c == '\b')
        back_space(&stream->rows[stream->row]);
    else if (c == '\t')
        add_text(console, stream, " ", 1);
    else if (c == '\033')
        stream->state = CONSOLE_ESCAPE;
}

void console_init(struct console *console, struct run_dir *dir, int64_t cap_bytes)
{
    memset(console, 0, sizeof *console);
    console->dir = dir;
    console->cap_bytes = cap_bytes;
    console->streams[0].mark = '|';
    console->streams[1].mark = '!';
    console->streams[0].count = console->streams[1].count = 1;
    buf_init(&console->ready, CONSOLE_READY_BYTES + 8 * CONSOLE_LINE_BYTES);
}

static bool is_text(char c)
{
    return (unsigned char)c >= ' ' && c != 0x7f;
}

void console_add(
    struct console *console, bool is_error, const char *bytes, size_t length, double now_s)
{
    struct console_stream *stream = &console->streams[is_error];
    console->now_s = now_s;
    console->last = is_error;
    console->changed = true;
    for (const char *at = bytes, *end = bytes + length; at < end;) {
        const char *from = at;
        while (at < end && stream->state == CONSOLE_TEXT && is_text(*at))
            at++;
        if (at > from)
            add_text(console, stream, from, (size_t)(at - from));
        else
            add_control(console, stream, *at++);
    }
}

void console_done(struct console *console)
{
    for (int i = 0; i < 2; i++) {
        struct console_stream *stream = &console->streams[i];
        for (int row = 0; row < stream->count; row++)
            if (stream->rows[row].length || row < stream->count - 1)
                finish_row(console, stream, row);
        for (int row = 0; row < stream->count; row++)
            clear_row(&stream->rows[row]);
    }
    console_flush(console);
    buf_done(&console->ready);
}
