/*
 * The words of a trade-off: values, differences, what a run is worth.
 * Knows: a trade-off that was found. Must not know: where the words stand.
 */
#include "work/tradeoff.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void tradeoff_print_value(
    const struct tradeoff_axis *axis, double value, char *out, size_t out_bytes)
{
    struct run_value printed = {.known = true, .is_number = true, .number = value};
    run_value_print(&printed, &axis->column, out, out_bytes);
}

void tradeoff_print_delta(
    const struct tradeoff_axis *axis, double delta, char *out, size_t out_bytes)
{
    char number[64];
    tradeoff_print_value(axis, fabs(delta), number, sizeof number);
    snprintf(
        out, out_bytes, "%c%s %.40s", signbit(delta) ? '-' : '+', number, axis->column.title);
}

void tradeoff_print_name(const char *name, int cols, char *out, size_t out_bytes)
{
    char harmless[1024];
    text_harmless(harmless, sizeof harmless, name, strlen(name));
    const char *at = harmless, *end = at + strlen(at);
    int left = text_cols(harmless);
    bool cut = left > cols;
    while (at < end && left > cols - cut) {
        int32_t code;
        at += text_decode(at, end, &code);
        left = text_cols(at);
    }
    snprintf(out, out_bytes, "%s%s", cut ? "\xe2\x80\xa6" : "", at);
}

/* The run before POINT on the front that differs from it, TRADEOFF_NONE for the first. */
static size_t before_on_front(const struct tradeoff *tradeoff, size_t point)
{
    const struct tradeoff_point *points = tradeoff->points;
    size_t before = TRADEOFF_NONE;
    for (size_t i = 0; i < tradeoff->front_count && tradeoff->front[i] != point; i++)
        if (points[tradeoff->front[i]].x != points[point].x)
            before = tradeoff->front[i];
    return before;
}

/* Another of the front with the same values, TRADEOFF_NONE when there is none. */
static size_t equal_on_front(const struct tradeoff *tradeoff, size_t point)
{
    const struct tradeoff_point *points = tradeoff->points;
    for (size_t i = 0; i < tradeoff->front_count; i++) {
        size_t at = tradeoff->front[i];
        if (at != point && points[at].x == points[point].x && points[at].y == points[point].y)
            return at;
    }
    return TRADEOFF_NONE;
}

static void print_front(const struct tradeoff *tradeoff, size_t point, int name_cols, char *out,
    size_t out_bytes)
{
    const struct tradeoff_point *points = tradeoff->points;
    size_t before = before_on_front(tradeoff, point), equal = equal_on_front(tradeoff, point);
    char name[256], x[128], y[128];
    if (equal != TRADEOFF_NONE) {
        tradeoff_print_name(points[equal].run->shown, name_cols, name, sizeof name);
        snprintf(out, out_bytes, "on the front, equal to %s", name);
    } else if (before == TRADEOFF_NONE) {
        snprintf(out, out_bytes, "on the front: the %s %.40s",
            tradeoff->x.higher ? "highest" : "lowest", tradeoff->x.column.title);
    } else {
        tradeoff_print_name(points[before].run->shown, name_cols, name, sizeof name);
        tradeoff_print_delta(
            &tradeoff->y, points[point].y - points[before].y, y, sizeof y);
        tradeoff_print_delta(
            &tradeoff->x, points[point].x - points[before].x, x, sizeof x);
        snprintf(out, out_bytes, "%s for %s over %s", y, x, name);
    }
}

static void print_dominated(const struct tradeoff *tradeoff, size_t point, int name_cols,
    char *out, size_t out_bytes)
{
    const struct tradeoff_point *at = &tradeoff->points[point];
    const struct tradeoff_point *by = &tradeoff->points[at->dominator];
    char name[256], x[128] = "", y[128] = "";
    tradeoff_print_name(by->run->shown, name_cols, name, sizeof name);
    if (by->y != at->y)
        tradeoff_print_delta(&tradeoff->y, by->y - at->y, y, sizeof y);
    if (by->x != at->x)
        tradeoff_print_delta(&tradeoff->x, by->x - at->x, x, sizeof x);
    snprintf(out, out_bytes, "beaten by %s: %s%s%s", name, y, x[0] && y[0] ? ", " : "", x);
}

void tradeoff_print_standing(const struct tradeoff *tradeoff, size_t point,
    const struct tradeoff_constraint *constraint, int name_cols, char *out, size_t out_bytes)
{
    switch (tradeoff->points[point].standing) {
    case TRADEOFF_FRONT:
        print_front(tradeoff, point, name_cols, out, out_bytes);
        break;
    case TRADEOFF_DOMINATED:
        print_dominated(tradeoff, point, name_cols, out, out_bytes);
        break;
    case TRADEOFF_RULED_OUT:
        snprintf(out, out_bytes, "ruled out by %.200s", constraint ? constraint->text : "");
        break;
    case TRADEOFF_FOREIGN:
        snprintf(out, out_bytes, "measured on another ground truth");
        break;
    }
}

void tradeoff_print_without(const struct tradeoff *tradeoff, char *out, size_t out_bytes)
{
    char x[96] = "", y[96] = "", lost[48] = "";
    if (tradeoff->not_finite)
        snprintf(lost, sizeof lost, " (%zu not finite)", tradeoff->not_finite);
    if (tradeoff->without_x)
        snprintf(x, sizeof x, "%zu run%s without %.60s", tradeoff->without_x,
            tradeoff->without_x == 1 ? "" : "s", tradeoff->x.column.title);
    if (tradeoff->without_y)
        snprintf(y, sizeof y, "%zu %swithout %.60s", tradeoff->without_y,
            x[0]                       ? ""
            : tradeoff->without_y == 1 ? "run "
                                       : "runs ",
            tradeoff->y.column.title);
    snprintf(out, out_bytes, "%s%s%s%s", x, x[0] && y[0] ? ", " : "", y, lost);
}

void tradeoff_print_foreign(const struct tradeoff *tradeoff, char *out, size_t out_bytes)
{
    char sentence[128];
    out[0] = '\0';
    if (!tradeoff->foreign)
        return;
    versions_print(&tradeoff->versions, sentence, sizeof sentence);
    snprintf(out, out_bytes, "%s; %zu run%s (\xe2\x89\xa0) not counted", sentence,
        tradeoff->foreign, tradeoff->foreign == 1 ? "" : "s");
}
