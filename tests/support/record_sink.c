#include "record_sink.h"

#include "base/grow.h"
#include "base/num.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *sure(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

#define ADD(record, things)                                                                        \
    (GROW((record)->things##s, (record)->things##_capacity, (record)->things##_count + 1)          \
            ? &(record)->things##s[(record)->things##_count++]                                     \
            : (abort(), NULL))

static const char *keep(struct record *record, const char *text)
{
    return text ? sure(arena_string(&record->arena, text)) : NULL;
}

static bool refuses(struct record *record)
{
    if (record->calls_left == INT64_MAX)
        return false;
    return record->calls_left-- <= 0;
}

static bool take_param(void *self, const struct param *param)
{
    struct record *record = self;
    if (refuses(record))
        return false;
    struct param *mine = ADD(record, param);
    *mine = *param;
    mine->name = keep(record, param->name);
    mine->text = keep(record, param->text);
    return true;
}

static int take_metric(void *self, const char *name, size_t length)
{
    struct record *record = self;
    if (refuses(record))
        return -1;
    for (size_t i = 0; i < record->metric_count; i++)
        if (record->metrics[i].length == length &&
            memcmp(record->metrics[i].name, name, length) == 0)
            return (int)i;
    struct record_metric *mine = ADD(record, metric);
    *mine = (struct record_metric){sure(arena_copy(&record->arena, name, length)), length};
    return (int)record->metric_count - 1;
}

static bool take_points(void *self, int metric, const struct point *points, size_t n)
{
    struct record *record = self;
    if (metric < 0 || (size_t)metric >= record->metric_count)
        abort();
    if (refuses(record))
        return false;
    struct record_metric *mine = &record->metrics[metric];
    if (!GROW(mine->points, mine->capacity, mine->count + n))
        abort();
    memcpy(mine->points + mine->count, points, n * sizeof *points);
    mine->count += n;
    return true;
}

static bool take_artifact(void *self, const struct artifact *artifact)
{
    struct record *record = self;
    if (refuses(record))
        return false;
    struct artifact *mine = ADD(record, artifact);
    *mine = *artifact;
    mine->path = keep(record, artifact->path);
    return true;
}

static bool take_note(void *self, const struct note *note)
{
    struct record *record = self;
    if (refuses(record))
        return false;
    struct note *mine = ADD(record, note);
    *mine = *note;
    mine->file = keep(record, note->file);
    mine->text = keep(record, note->text);
    return true;
}

static bool take_label(void *self, enum run_label label, const char *text)
{
    struct record *record = self;
    if (refuses(record))
        return false;
    *(label == RUN_LABEL_TITLE ? &record->title : &record->id) = keep(record, text);
    return true;
}

static bool take_status(void *self, enum run_status status, double started_s, double ended_s)
{
    struct record *record = self;
    if (refuses(record))
        return false;
    record->status = status;
    record->started_s = started_s;
    record->ended_s = ended_s;
    record->status_count++;
    return true;
}

void record_init(struct record *record)
{
    *record = (struct record){.calls_left = INT64_MAX, .started_s = NAN, .ended_s = NAN};
}

void record_done(struct record *record)
{
    for (size_t i = 0; i < record->metric_count; i++)
        free(record->metrics[i].points);
    free(record->metrics);
    free(record->params);
    free(record->artifacts);
    free(record->notes);
    arena_done(&record->arena);
    record_init(record);
}

struct sink record_sink(struct record *record)
{
    return (struct sink){.self = record,
        .param = take_param,
        .metric = take_metric,
        .points = take_points,
        .artifact = take_artifact,
        .note = take_note,
        .label = take_label,
        .status = take_status};
}

const struct record_metric *record_metric(const struct record *record, const char *name)
{
    for (size_t i = 0; i < record->metric_count; i++)
        if (strcmp(record->metrics[i].name, name) == 0)
            return &record->metrics[i];
    return NULL;
}

const char *record_param(const struct record *record, const char *name)
{
    for (size_t i = record->param_count; i > 0; i--)
        if (strcmp(record->params[i - 1].name, name) == 0)
            return record->params[i - 1].text;
    return NULL;
}

size_t record_points(const struct record *record)
{
    size_t sum = 0;
    for (size_t i = 0; i < record->metric_count; i++)
        sum += record->metrics[i].count;
    return sum;
}

static void print_text(struct buf *out, const char *text)
{
    char harmless[1024];
    text_harmless(harmless, sizeof harmless, text, strlen(text));
    buf_add_string(out, harmless);
}

static void print_number(struct buf *out, const char *before, double value)
{
    char text[40];
    num_print(value, text, sizeof text);
    buf_printf(out, "%s%s", before, text);
}

static void print_facts(const struct record *record, struct buf *out)
{
    static const char *const KINDS[] = {"null", "bool", "number", "text"};
    static const char *const ARTIFACTS[] = {"predictions", "ground truth", "images", "picture"};
    for (size_t i = 0; i < record->param_count; i++) {
        buf_add_string(out, "param ");
        print_text(out, record->params[i].name);
        buf_printf(out, " = %s ", KINDS[record->params[i].kind]);
        print_text(out, record->params[i].text);
        buf_add_char(out, '\n');
    }
    for (size_t i = 0; i < record->artifact_count; i++) {
        buf_printf(out, "%s ", ARTIFACTS[record->artifacts[i].kind]);
        print_text(out, record->artifacts[i].path);
        buf_printf(out, " step %" PRId64 "\n", record->artifacts[i].step);
    }
}

void record_print(const struct record *record, struct buf *out)
{
    print_facts(record, out);
    for (size_t i = 0; i < record->metric_count; i++) {
        const struct record_metric *metric = &record->metrics[i];
        buf_add_string(out, "metric ");
        print_text(out, metric->name);
        buf_add_char(out, ':');
        for (size_t k = 0; k < metric->count; k++) {
            buf_printf(out, " %" PRId64, metric->points[k].step);
            print_number(out, "=", metric->points[k].value);
            if (!isnan(metric->points[k].wall_s))
                print_number(out, "@", metric->points[k].wall_s);
        }
        buf_add_char(out, '\n');
    }
    for (size_t i = 0; i < record->note_count; i++) {
        const struct note *note = &record->notes[i];
        buf_add_string(out, "note ");
        print_text(out, note->file ? note->file : "-");
        buf_printf(out, " line %" PRId64 " byte %" PRId64 " x%" PRId64 " %s\n", note->line,
            note->offset, note->count, note->text);
    }
    const char *labels[] = {record->title, record->id};
    for (size_t i = 0; i < 2; i++)
        if (labels[i]) {
            buf_add_string(out, i ? "id " : "title ");
            print_text(out, labels[i]);
            buf_add_char(out, '\n');
        }
    if (record->status_count) {
        buf_printf(out, "status %s", run_status_name(record->status));
        print_number(out, " ", record->started_s);
        print_number(out, " ", record->ended_s);
        buf_add_char(out, '\n');
    }
}

const char *record_text(const struct record *record)
{
    static char texts[4][64 << 10];
    static size_t next;
    char *text = texts[next++ % 4];
    struct buf out;
    buf_init(&out, sizeof texts[0] - 1);
    record_print(record, &out);
    snprintf(text, sizeof texts[0], "%s", out.data ? out.data : "");
    buf_done(&out);
    return text;
}

bool record_is_prefix(const struct record *part, const struct record *whole)
{
    for (size_t i = 0; i < part->metric_count; i++) {
        const struct record_metric *a = &part->metrics[i];
        const struct record_metric *b = record_metric(whole, a->name);
        if (!b || a->count > b->count)
            return false;
        if (a->count && memcmp(a->points, b->points, a->count * sizeof *a->points) != 0)
            return false;
    }
    return true;
}
