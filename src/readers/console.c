/*
 * The console reader: metrics that a recorded command only printed.
 * Knows: console.log of `boxtop record`, its time stamps, whose lines are tried. Must not know: how
 * they are told apart (torchvision.h, console_line.h).
 *
 *     2024-05-01T10:00:00.000Z | Epoch 1: loss 0.31     standard output; "!" standard error
 *
 * It is asked only where the run logs in no other way: a metrics.jsonl is better than what was
 * printed of it. Of a line of torchvision's scripts (and DETR's) the step is as torchvision.h
 * counts it; of others it is the step that the line says, epoch * steps + step where both are said,
 * else the epoch. Once steps have been seen, what has an epoch only (an evaluation) stands at the
 * last step.
 */
#include "readers/console_line.h"

#include "base/clock.h"
#include "base/stream.h"
#include "readers/plain_files.h"
#include "readers/state.h"
#include "readers/torchvision.h"

#include <math.h>
#include <string.h>

static const char LOG[] = "console.log";

/* ---- recognising ---- */

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    if (!reader_has_file(place, LOG) || reader_has_file(place, "metrics.csv") ||
        reader_has_file(place, "metrics.jsonl") || !plain_is_recorded(place))
        return false;
    claim->is_aside = true;
    claim->reason = "console.log of a recorded run without other metrics";
    return reader_claim_add(place, claim, LOG);
}

/* ---- reading ---- */

struct console_reading {
    struct torchvision_log log; /* its series are those of all lines */
    uint64_t step;              /* the last that a line said */
    uint64_t stepped;           /* there was one */
};

/* What was printed, behind the time and the mark, and that time. False: a remark of the recorder's,
 * or no line of its. */
static bool take_stamp(const char **line, size_t *length, double *wall_s)
{
    const char *blank = memchr(*line, ' ', *length);
    size_t stamp = blank ? (size_t)(blank - *line) : 0;
    if (!blank || *length < stamp + 3 || blank[2] != ' ' || !strchr("|!", blank[1]) ||
        !clock_parse_iso(*line, stamp, wall_s))
        return false;
    *line += stamp + 3;
    *length -= stamp + 3;
    return true;
}

static int64_t place_of(struct console_reading *reading, const struct console_row *row)
{
    if (!row->has_step)
        return reading->stepped ? (int64_t)reading->step : row->epoch;
    int64_t base = row->has_epoch ? row->epoch * row->steps : 0;
    reading->stepped = true;
    reading->step = (uint64_t)(base + row->step);
    return base + row->step;
}

static void add_point(struct console_reading *reading, const char *name, int64_t step, double value)
{
    struct series_set *set = &reading->log.series;
    int32_t series = series_find(set, name, strlen(name));
    if (series >= 0)
        series_add(set, series, step, reading->log.wall_s, value);
}

static void take_row(struct console_reading *reading, const struct console_row *row)
{
    int64_t step = place_of(reading, row);
    if (row->has_epoch && row->has_step)
        add_point(reading, "epoch", step, (double)row->epoch);
    for (size_t i = 0; i < row->count; i++)
        add_point(reading, row->metrics[i].name, step, row->metrics[i].value);
}

/* "Epoch: [0]  [ 20/1000]" is printed by others too, with other meters behind it. */
static bool is_torchvision(const char *line, size_t length, bool *is_progress)
{
    struct torchvision_progress progress;
    struct torchvision_meter meter;
    *is_progress = torchvision_take_epoch(line, length, &progress);
    return *is_progress && torchvision_next_meter(&progress, &meter) && !meter.torn;
}

static void take_line(struct console_reading *reading, const char *line, size_t length)
{
    struct console_row row;
    bool is_progress;
    if (!take_stamp(&line, &length, &reading->log.wall_s))
        return;
    if (is_torchvision(line, length, &is_progress))
        torchvision_take_line(&reading->log, line, length);
    else if (console_line_read(line, length, &row))
        take_row(reading, &row);
    else if (!is_progress)
        torchvision_take_line(&reading->log, line, length);
}

/* Our two numbers stand before torchvision's state, always as long. */
enum { OWN_STATE_BYTES = 2 * sizeof(uint64_t) };

static void begin(struct console_reading *reading, const struct reader_source *source,
    struct sink *sink, const struct reader_mark *mark)
{
    struct buf rest = {0};
    *reading = (struct console_reading){0};
    if (mark->state.length >= OWN_STATE_BYTES) {
        memcpy(&reading->step, mark->state.data, sizeof reading->step);
        memcpy(&reading->stepped, mark->state.data + sizeof reading->step, sizeof reading->stepped);
        rest.data = mark->state.data + OWN_STATE_BYTES;
        rest.length = mark->state.length - OWN_STATE_BYTES;
    }
    torchvision_begin(&reading->log, source->name, sink, &rest);
}

static bool end(struct console_reading *reading, struct reader_mark *mark, struct err *err)
{
    struct buf rest;
    buf_init(&rest, READER_MAX_STATE_BYTES);
    bool ok = torchvision_end(&reading->log, &rest, err);
    buf_clear(&mark->state);
    buf_add(&mark->state, &reading->step, sizeof reading->step);
    buf_add(&mark->state, &reading->stepped, sizeof reading->stepped);
    buf_add(&mark->state, rest.data, rest.length);
    buf_done(&rest);
    return ok;
}

/* The last line may still be drawn again until it has its end. */
static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    struct stream stream;
    struct console_reading reading;
    const char *line;
    size_t length;
    bool complete;
    if (!stream_open(&stream, source->path, mark->offset, err))
        return false;
    begin(&reading, source, sink, mark);
    while (!reading.log.series.stopped && stream_line(&stream, &line, &length, &complete)) {
        if (!complete)
            continue; /* the piece of a long line, or the end */
        take_line(&reading, line, length);
        reading.log.lines++;
        mark->offset = stream.offset;
    }
    stream_close(&stream);
    return end(&reading, mark, err);
}

const struct reader reader_console = {
    .name = "console",
    .reads = "what a recorded command printed, where it logs in no other way",
    .incremental = true,
    .claim = claim,
    .read = read,
};
