/*
 * The lines of the torchvision reference scripts.
 *
 * The step is counted over epochs: epoch * batches + batch. Evaluations, which have no step, stand
 * at the last one of training. Their metrics are called "test/...", as the scripts say "Test:"; so
 * are COCO's numbers, which are fractions here ("bbox/AP" without it is detectron2's, in percent).
 */
#include "base/num.h"
#include "readers/python_params.h"
#include "readers/torchvision.h"
#include "readers/wire.h"

#include <math.h>
#include <string.h>

enum { STATE_VERSION = 1, NAME_BYTES = 256 };

static const char *const KINDS[] = {"bbox", "segm", "keypoints"};
enum { KEYPOINTS = 2, KIND_COUNT = 3 };

/* ---- pieces of a line ---- */

size_t torchvision_line_length(const char *text, size_t length)
{
    size_t used = 0;
    while (used < length && text[used] != '\n' && text[used] != '\r')
        used++;
    return used;
}

const char *torchvision_find(const char *line, size_t length, const char *part)
{
    return memmem(line, length, part, strlen(part));
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return at;
}

/* The whole number at *AT up to CLOSING, *AT behind which it then stands. */
static bool take_count(const char **at, const char *end, char closing, int64_t *count)
{
    enum { MOST = 1 << 30 };
    const char *from = skip_blanks(*at, end);
    const char *stop = from < end ? memchr(from, closing, (size_t)(end - from)) : NULL;
    if (!stop || !num_parse_int(from, (size_t)(stop - from), count) || *count < 0 || *count > MOST)
        return false;
    *at = stop + 1;
    return true;
}

/* "12]", or "12/50]" where the number of epochs is printed too. */
static bool take_epoch_number(const char **at, const char *end, int64_t *epoch)
{
    int64_t epochs;
    return take_count(at, end, ']', epoch) ||
           (take_count(at, end, '/', epoch) && take_count(at, end, ']', &epochs));
}

bool torchvision_take_epoch(const char *line, size_t length, struct torchvision_progress *progress)
{
    static const char HEAD[] = "Epoch: [";
    const char *end = line + length, *at = torchvision_find(line, length, HEAD);
    if (!at)
        return false;
    at += sizeof HEAD - 1;
    if (!take_epoch_number(&at, end, &progress->epoch))
        return false;
    at = skip_blanks(at, end);
    if (at == end || *at++ != '[' || !take_count(&at, end, '/', &progress->batch) ||
        !take_count(&at, end, ']', &progress->batches))
        return false;
    progress->at = at;
    progress->end = end;
    return progress->batch < progress->batches;
}

static bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* Of meters that are one blank apart, the end of that at AT. The name of the next may have several
 * words, "max mem"; what stands before it is a number. */
static const char *narrow_meter_end(const char *at, const char *end)
{
    const char *colon = torchvision_find(at, (size_t)(end - at), ": ");
    const char *value = colon ? skip_blanks(colon + 1, end) : end;
    const char *next = torchvision_find(value, (size_t)(end - value), ": ");
    for (const char *name = next; name; name--) {
        while (name > value && name[-1] != ' ')
            name--;
        if (name == value)
            break;
        if (!is_letter(name[-2]))
            return name - 1;
    }
    return end;
}

/* The end of the meter at AT: meters are two blanks or a tab apart, in some scripts one blank. */
static const char *meter_end(const char *at, const char *end)
{
    const char *gap = at;
    while (gap < end && *gap != '\t' && !(end - gap > 1 && gap[0] == ' ' && gap[1] == ' '))
        gap++;
    return gap < end ? gap : narrow_meter_end(at, end);
}

/* A number, behind which its unit may stand: "2763MB". */
static bool parse_value(const char *at, const char *end, double *value)
{
    static const char UNIT[] = "MB";
    const size_t length = sizeof UNIT - 1;
    if ((size_t)(end - at) > length && memcmp(end - length, UNIT, length) == 0)
        end -= length;
    return num_parse(at, (size_t)(end - at), value);
}

/* "NAME: VALUE" or "NAME: VALUE (AVERAGE)" */
static bool parse_meter(const char *at, const char *end, struct torchvision_meter *meter)
{
    const char *colon = torchvision_find(at, (size_t)(end - at), ": ");
    if (!colon || colon == at)
        return false;
    *meter = (struct torchvision_meter){.name = at, .length = (size_t)(colon - at), .torn = true};
    const char *value = skip_blanks(colon + 1, end);
    const char *open = memchr(value, '(', (size_t)(end - value));
    if (!parse_value(value, open ? open : end, &meter->value))
        return true;
    meter->averaged = open && end[-1] == ')' &&
                      num_parse(open + 1, (size_t)(end - 1 - (open + 1)), &meter->average);
    meter->torn = open && !meter->averaged;
    return true;
}

bool torchvision_next_meter(struct torchvision_progress *progress, struct torchvision_meter *meter)
{
    for (;;) {
        const char *at = skip_blanks(progress->at, progress->end);
        const char *end = meter_end(at, progress->end);
        progress->at = end;
        if (at == end)
            return false;
        while (end > at && end[-1] == ' ')
            end--;
        if (!parse_meter(at, end, meter))
            *meter = (struct torchvision_meter){.name = "", .torn = true};
        if (meter->length != 3 || memcmp(meter->name, "eta", 3) != 0)
            return true;
    }
}

/* ---- what a line says ---- */

/* "max mem" becomes max_mem. */
static void add_point(
    struct torchvision_log *log, const char *prefix, const char *name, size_t length, double value)
{
    char text[NAME_BYTES];
    size_t used = strlen(prefix);
    memcpy(text, prefix, used);
    for (size_t i = 0; i < length && used < sizeof text; i++)
        text[used++] = name[i] == ' ' ? '_' : name[i];
    int32_t series = series_find(&log->series, text, used);
    if (series >= 0)
        series_add(&log->series, series, log->step, log->wall_s, value);
}

static void take_progress(struct torchvision_log *log, struct torchvision_progress progress)
{
    struct torchvision_meter meter;
    bool torn = false;
    log->testing = false;
    log->step = progress.epoch * progress.batches + progress.batch;
    add_point(log, "", "epoch", strlen("epoch"), (double)progress.epoch);
    while (torchvision_next_meter(&progress, &meter)) {
        torn |= meter.torn;
        if (meter.torn)
            continue;
        add_point(log, "", meter.name, meter.length, meter.value);
        if (meter.averaged)
            add_point(log, "average/", meter.name, meter.length, meter.average);
    }
    if (torn && !log->torn++)
        log->torn_line = log->lines + 1;
}

/* "Averaged stats: model_time: 0.05 (0.06)" behind an evaluation: what all of it took. */
static void take_averages(struct torchvision_log *log, const char *at, const char *end)
{
    struct torchvision_progress rest = {.at = at, .end = end};
    struct torchvision_meter meter;
    while (torchvision_next_meter(&rest, &meter))
        if (meter.averaged)
            add_point(log, "test/", meter.name, meter.length, meter.average);
}

static void take_kind(struct torchvision_log *log, const char *at, const char *end)
{
    for (int64_t kind = 0; kind < KIND_COUNT; kind++)
        if (torchvision_find(at, (size_t)(end - at), KINDS[kind]) == at)
            log->kind = kind;
}

/* What stands behind KEY in a line of COCO's summary, up to STOP. */
static bool take_field(const char *line, size_t length, const char *key, char stop, char out[16])
{
    const char *end = line + length, *at = torchvision_find(line, length, key);
    if (!at)
        return false;
    at = skip_blanks(at + strlen(key), end);
    const char *last = at < end ? memchr(at, stop, (size_t)(end - at)) : NULL;
    while (last && last > at && last[-1] == ' ')
        last--;
    if (!last || last - at >= 16)
        return false;
    memcpy(out, at, (size_t)(last - at));
    out[last - at] = '\0';
    return true;
}

/* Appends what a number is of: "50" for one IoU, "s" for an area, "100" for the most detections. */
static bool add_ending(struct buf *name, const char *iou, const char *area, const char *most)
{
    static const char *const AREAS[][2] = {
        {"all", ""}, {"small", "s"}, {"medium", "m"}, {"large", "l"}};
    if (!strchr(iou, ':'))
        buf_add_string(name, strncmp(iou, "0.", 2) == 0 ? iou + 2 : iou);
    for (size_t i = 0; i < sizeof AREAS / sizeof *AREAS; i++)
        if (strcmp(area, AREAS[i][0]) == 0)
            return buf_add_string(name, i || strchr(iou, ':') == NULL ? AREAS[i][1] : most);
    return false;
}

/* " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  1 ] = 0.150" */
static void take_summary(struct torchvision_log *log, const char *line, size_t length)
{
    char iou[16], area[16], most[16];
    double value;
    bool recall = torchvision_find(line, length, "(AR) @[") != NULL;
    const char *sign = torchvision_find(line, length, "] = "), *end = line + length;
    if (!sign || !take_field(line, length, "IoU=", '|', iou) ||
        !take_field(line, length, "area=", '|', area) ||
        !take_field(line, length, "maxDets=", ']', most) ||
        !num_parse(sign + 4, (size_t)(end - (sign + 4)), &value))
        return;
    struct buf name;
    buf_init(&name, NAME_BYTES);
    buf_printf(&name, "%s/%s", KINDS[log->kind], recall ? "AR" : "AP");
    if (add_ending(&name, iou, area, recall && log->kind != KEYPOINTS ? most : "") && !name.failed)
        add_point(log, "test/", name.data, name.length, value);
    buf_done(&name);
}

/* "Namespace(lr=0.02, model='fasterrcnn_resnet50_fpn')" */
static void take_arguments(struct torchvision_log *log, const char *at, const char *end)
{
    static const char HEAD[] = "Namespace(";
    size_t length = python_call_length(at, (size_t)(end - at));
    if (length <= sizeof HEAD)
        return;
    struct params params;
    params_init_sink(&params, log->sink);
    python_params_put_arguments(at + sizeof HEAD - 1, length - sizeof HEAD, &params);
    if (params.stopped || !params_note(&params, log->sink, log->name))
        log->series.stopped = true;
    params_done(&params);
}

void torchvision_take_line(struct torchvision_log *log, const char *line, size_t length)
{
    struct torchvision_progress progress;
    const char *end = line + length, *at = skip_blanks(line, end);
    size_t left = (size_t)(end - at);
    static const char STATS[] = "Averaged stats:", METRIC[] = "IoU metric: ";
    if (torchvision_take_epoch(at, left, &progress))
        take_progress(log, progress);
    else if (torchvision_find(at, left, "Test:") == at)
        log->testing = true;
    else if (torchvision_find(at, left, STATS) == at && log->testing)
        take_averages(log, at + sizeof STATS - 1, end);
    else if (torchvision_find(at, left, METRIC) == at)
        take_kind(log, at + sizeof METRIC - 1, end);
    else if (torchvision_find(at, left, ") @[ IoU="))
        take_summary(log, at, left);
    else if ((at = torchvision_find(at, left, "Namespace(")))
        take_arguments(log, at, end);
}

/* ---- from reading to reading ---- */

void torchvision_begin(
    struct torchvision_log *log, const char *name, struct sink *sink, const struct buf *state)
{
    *log = (struct torchvision_log){.sink = sink, .name = name, .wall_s = NAN};
    series_init(&log->series, sink, "");
    struct wire rest = wire_of(state->length ? state->data : "", state->length);
    uint64_t version, lines, step, kind, testing;
    if (!state->length || !wire_varint(&rest, &version) || version != STATE_VERSION ||
        !wire_varint(&rest, &lines) || !wire_varint(&rest, &step) || !wire_varint(&rest, &kind) ||
        !wire_varint(&rest, &testing) || kind >= KIND_COUNT)
        return;
    log->lines = (int64_t)lines;
    log->step = (int64_t)step;
    log->kind = (int64_t)kind;
    log->testing = testing;
}

bool torchvision_end(struct torchvision_log *log, struct buf *state, struct err *err)
{
    struct note note = {.file = log->name,
        .line = log->torn_line,
        .offset = -1,
        .count = log->torn,
        .text = "progress mixed with other output: what is whole was read"};
    bool ok = series_end(&log->series, log->name, err);
    if (ok && log->torn && !log->series.stopped)
        log->sink->note(log->sink->self, &note);
    buf_clear(state);
    buf_add_varint(state, STATE_VERSION);
    buf_add_varint(state, (uint64_t)log->lines);
    buf_add_varint(state, (uint64_t)log->step);
    buf_add_varint(state, (uint64_t)log->kind);
    buf_add_varint(state, log->testing);
    series_done(&log->series);
    return ok;
}
