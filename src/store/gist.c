#include "store/gist.h"

#include <math.h>
#include <string.h>

/* What of a metric is spelt out; the rest is as it mostly is. */
enum {
    HAS_LOST = 1,     /* values that are not finite */
    HAS_SEGMENTS = 2, /* restarts: the last segment has extremes of its own */
    HAS_TIMES = 4,
    HAS_COURSE = 8,
    IS_LIKE_LAST = 16, /* count, first and last step and the times are those of the metric before */
};

/* ---- bytes ---- */

static void add_signed(struct buf *out, int64_t value)
{
    buf_add_varint(out, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}

/* A step by its distance from BASE, which wraps. */
static void add_step(struct buf *out, int64_t step, int64_t base)
{
    add_signed(out, (int64_t)((uint64_t)step - (uint64_t)base));
}

static inline bool take_varint(struct gist *gist, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; gist->at < gist->end && shift < 64; shift += 7) {
        unsigned char byte = *gist->at++;
        *value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return true;
    }
    return false;
}

static inline bool take_signed(struct gist *gist, int64_t *value)
{
    uint64_t coded;
    if (!take_varint(gist, &coded))
        return false;
    *value = (int64_t)(coded >> 1 ^ (0 - (coded & 1)));
    return true;
}

static inline bool take_step(struct gist *gist, int64_t base, int64_t *step)
{
    int64_t distance;
    if (!take_signed(gist, &distance))
        return false;
    *step = (int64_t)((uint64_t)base + (uint64_t)distance);
    return true;
}

static inline bool take_bytes(struct gist *gist, void *out, size_t length)
{
    if ((size_t)(gist->end - gist->at) < length)
        return false;
    memcpy(out, gist->at, length);
    gist->at += length;
    return true;
}

/* ---- metrics ---- */

static bool is_like(const struct metric_summary *a, const struct metric_summary *b)
{
    return a->count == b->count && a->first_step == b->first_step &&
           a->last_step == b->last_step &&
           memcmp(&a->first_wall_s, &b->first_wall_s, sizeof a->first_wall_s) == 0 &&
           memcmp(&a->last_wall_s, &b->last_wall_s, sizeof a->last_wall_s) == 0;
}

void gist_add_metric(
    struct buf *out, const struct gist_metric *metric, const struct gist_metric *before)
{
    const struct metric_summary *s = &metric->summary;
    bool like = before && is_like(s, &before->summary);
    const struct metric_range whole = {s->min, s->max, s->min_step, s->max_step};
    bool times = !isnan(s->first_wall_s) || !isnan(s->last_wall_s);
    bool segments = s->segments != 1 || memcmp(&s->latest, &whole, sizeof whole) != 0;
    unsigned flags = (s->nonfinite || s->lost_step ? HAS_LOST : 0) |
                     (segments ? HAS_SEGMENTS : 0) | (times && !like ? HAS_TIMES : 0) |
                     (metric->course.count ? HAS_COURSE : 0) | (like ? IS_LIKE_LAST : 0);
    const double values[] = {s->first, s->last, s->min, s->max};
    buf_add_varint(out, (uint64_t)metric->name);
    buf_add_varint(out, flags);
    if (!like) {
        add_signed(out, s->count);
        add_signed(out, s->first_step);
        add_step(out, s->last_step, s->first_step);
    }
    add_step(out, s->min_step, s->first_step);
    add_step(out, s->max_step, s->first_step);
    buf_add(out, values, sizeof values);
    if (flags & HAS_LOST) {
        add_signed(out, s->nonfinite);
        add_signed(out, s->lost_step);
    }
    if (flags & HAS_SEGMENTS) {
        add_signed(out, s->segments);
        buf_add(out, &s->latest, sizeof s->latest);
    }
    if (flags & HAS_TIMES) {
        buf_add(out, &s->first_wall_s, sizeof s->first_wall_s);
        buf_add(out, &s->last_wall_s, sizeof s->last_wall_s);
    }
    if (flags & HAS_COURSE) {
        buf_add_varint(out, metric->course.count);
        buf_add(out, metric->course.values, metric->course.count * sizeof *metric->course.values);
    }
}

static bool take_course(struct gist *gist, struct store_course *course)
{
    uint64_t count;
    if (!take_varint(gist, &count) || count > STORE_COURSE_POINTS)
        return false;
    course->count = (uint32_t)count;
    return take_bytes(gist, course->values, count * sizeof *course->values);
}

/* What may be left as it was. */
static bool take_extent(struct gist *gist, struct metric_summary *s)
{
    s->first_wall_s = s->last_wall_s = NAN;
    return take_signed(gist, &s->count) && take_signed(gist, &s->first_step) &&
           take_step(gist, s->first_step, &s->last_step);
}

enum gist_step gist_next_metric(struct gist *gist, struct gist_metric *metric)
{
    struct metric_summary *s = &metric->summary;
    uint64_t name, flags;
    double values[4];
    if (gist->at >= gist->end)
        return GIST_END;
    if (!take_varint(gist, &name) || !take_varint(gist, &flags) ||
        (!(flags & IS_LIKE_LAST) && !take_extent(gist, s)) ||
        !take_step(gist, s->first_step, &s->min_step) ||
        !take_step(gist, s->first_step, &s->max_step) || !take_bytes(gist, values, sizeof values))
        return GIST_DAMAGED;
    metric->name = (int64_t)name;
    metric->course.count = 0;
    s->first = values[0];
    s->last = values[1];
    s->min = values[2];
    s->max = values[3];
    s->nonfinite = s->lost_step = 0;
    s->segments = 1;
    bool ok = !(flags & HAS_LOST) ||
              (take_signed(gist, &s->nonfinite) && take_signed(gist, &s->lost_step));
    if (flags & HAS_SEGMENTS)
        ok = ok && take_signed(gist, &s->segments) &&
             take_bytes(gist, &s->latest, sizeof s->latest);
    else
        s->latest = (struct metric_range){s->min, s->max, s->min_step, s->max_step};
    if (flags & HAS_TIMES)
        ok = ok && take_bytes(gist, &s->first_wall_s, sizeof s->first_wall_s) &&
             take_bytes(gist, &s->last_wall_s, sizeof s->last_wall_s);
    if (flags & HAS_COURSE)
        ok = ok && take_course(gist, &metric->course);
    return ok ? GIST_ITEM : GIST_DAMAGED;
}

/* ---- parameters ---- */

/* The text is ended by a NUL, so that whoever keeps the bytes has it as it is. */
void gist_add_param(struct buf *out, const struct gist_param *param)
{
    size_t length = strlen(param->param.text);
    buf_add_varint(out, (uint64_t)param->name);
    buf_add_varint(out, param->param.kind);
    buf_add(out, &param->param.number, sizeof param->param.number);
    buf_add_varint(out, length);
    buf_add(out, param->param.text, length + 1);
}

enum gist_step gist_next_param(struct gist *gist, struct gist_param *param)
{
    uint64_t name, kind, length;
    double number;
    if (gist->at >= gist->end)
        return GIST_END;
    if (!take_varint(gist, &name) || !take_varint(gist, &kind) || kind > PARAM_TEXT ||
        !take_bytes(gist, &number, sizeof number) || !take_varint(gist, &length) ||
        length >= (uint64_t)(gist->end - gist->at) || gist->at[length] != '\0')
        return GIST_DAMAGED;
    param->name = (int64_t)name;
    param->param = (struct param){
        .kind = (enum param_kind)kind, .text = (const char *)gist->at, .number = number};
    gist->at += length + 1;
    return GIST_ITEM;
}
