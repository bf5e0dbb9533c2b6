#include "screen/axis.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HUGE_VALUE 1e300
#define TINY_VALUE 1e-300

/* The round number (1, 2, 5 times a power of ten) nearest above VALUE, or nearly equal to it. */
static double round_step(double value)
{
    double power = pow(10, floor(log10(value)));
    double part = value / power;
    return power * (part <= 1.0001 ? 1 : part <= 2.0001 ? 2 : part <= 5.0001 ? 5 : 10);
}

static void print_plain(double value, double step, double most, char out[AXIS_LABEL_BYTES])
{
    static const struct {
        double unit;
        const char *letter;
    } UNITS[] = {{1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
    if (value == 0) {
        snprintf(out, AXIS_LABEL_BYTES, "0");
        return;
    }
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        if (step >= UNITS[i].unit / 10 && most >= 10 * UNITS[i].unit && most < 1e13) {
            int decimals = step < UNITS[i].unit;
            snprintf(
                out, AXIS_LABEL_BYTES, "%.*f%s", decimals, value / UNITS[i].unit, UNITS[i].letter);
            return;
        }
    if (most >= 1e7 || step < 1e-5) {
        int digits = (int)(floor(log10(most)) - floor(log10(step)));
        snprintf(out, AXIS_LABEL_BYTES, "%.*e", digits < 0 ? 0 : digits > 8 ? 8 : digits, value);
        return;
    }
    int decimals = (int)-floor(log10(step) + 1e-9);
    snprintf(out, AXIS_LABEL_BYTES, "%.*f", decimals < 0 ? 0 : decimals, value);
}

static void print_power(double value, char out[AXIS_LABEL_BYTES])
{
    if (value >= 0.00099 && value < 99999)
        snprintf(out, AXIS_LABEL_BYTES, "%g", value);
    else
        snprintf(out, AXIS_LABEL_BYTES, "%.0fe%d", value / pow(10, floor(log10(value) + 1e-9)),
            (int)floor(log10(value) + 1e-9));
}

static void add_ticks(struct axis *axis, double step)
{
    double first = ceil(axis->low / step - 1e-9), last = floor(axis->high / step + 1e-9);
    double most = fmax(fabs(axis->low), fabs(axis->high));
    for (int i = 0; first + i <= last && axis->count < AXIS_MAX_TICKS; i++) {
        struct axis_tick *tick = &axis->ticks[axis->count];
        tick->value = (first + i) * step;
        if (axis->count && !(tick->value > tick[-1].value))
            return; /* steps below the precision of the values */
        print_plain(tick->value, step, most, tick->label);
        axis->count++;
    }
}

static void ticks_linear(struct axis *axis, int wanted, bool rounded)
{
    double step = round_step((axis->high - axis->low) / (wanted > 1 ? wanted - 1 : 1));
    if (rounded) {
        axis->low = floor(axis->low / step + 1e-9) * step;
        axis->high = ceil(axis->high / step - 1e-9) * step;
    }
    add_ticks(axis, step);
}

static double at_or_below(double value)
{
    double power = pow(10, floor(log10(value) + 1e-12)), part = value / power;
    return power * (part >= 4.9999 ? 5 : part >= 1.9999 ? 2 : 1);
}

static void ticks_log(struct axis *axis, int wanted, bool rounded)
{
    if (rounded) {
        axis->low = at_or_below(axis->low);
        double top = at_or_below(axis->high);
        if (top < axis->high * 0.9999) {
            double part = top / pow(10, floor(log10(top) + 1e-12));
            top *= part > 1.5 && part < 3 ? 2.5 : 2;
        }
        axis->high = top;
    }
    double first = floor(log10(axis->low) + 1e-12), last = floor(log10(axis->high) + 1e-12);
    int decades = (int)(last - first) + 1, stride = 1;
    bool between = decades * 3 <= wanted + 2;
    while (decades / stride > (wanted > 2 ? wanted : 2))
        stride++;
    for (int i = 0; i < decades; i += stride)
        for (int part = 0; part < (between ? 3 : 1); part++) {
            double value = pow(10, first + i) * (part == 0 ? 1 : part == 1 ? 2 : 5);
            if (value < axis->low * 0.9999 || value > axis->high * 1.0001 ||
                axis->count == AXIS_MAX_TICKS)
                continue;
            axis->ticks[axis->count].value = value;
            print_power(value, axis->ticks[axis->count++].label);
        }
}

/* A usable range of whatever was asked for. */
static void mend_range(struct axis *axis, double low, double high)
{
    if (!isfinite(low) || !isfinite(high)) {
        low = isfinite(high) ? high : isfinite(low) ? low : 0;
        high = low;
    }
    if (low > high) {
        double swap = low;
        low = high;
        high = swap;
    }
    low = fmin(fmax(low, -HUGE_VALUE), HUGE_VALUE);
    high = fmin(fmax(high, -HUGE_VALUE), HUGE_VALUE);
    if (axis->log) {
        if (!(high > TINY_VALUE))
            high = low = 1;
        if (!(low > TINY_VALUE))
            low = fmax(high / 1000, TINY_VALUE);
        if (high / low < 1.0001) {
            low /= 2;
            high *= 2;
        }
    } else if (high - low <= fmax(fmax(fabs(low), fabs(high)) * 1e-12, TINY_VALUE)) {
        double around = fabs(low) < 1e-290 ? 0 : fabs(low) / 10;
        low = around > 0 ? low - around : 0;
        high = around > 0 ? high + around : 1;
    }
    axis->low = low;
    axis->high = high;
}

void axis_init(struct axis *axis, double low, double high, bool log, int wanted, bool rounded)
{
    memset(axis, 0, sizeof *axis);
    axis->log = log;
    mend_range(axis, low, high);
    wanted = wanted < 2 ? 2 : wanted > AXIS_MAX_TICKS / 2 ? AXIS_MAX_TICKS / 2 : wanted;
    if (axis->log)
        ticks_log(axis, wanted, rounded);
    for (int tries = 0; tries < 3 && axis->count < 2; tries++) {
        axis->count = 0;
        ticks_linear(axis, wanted << tries, rounded && !axis->log);
    }
}

/* What of a row lies beyond the middle of the first or last one, and still on the axis. */
static const double BEYOND = 0.375;

/* A round step and how many rows it takes, so that little is left over of ROWS that RANGE needs. */
static double row_step(double range, int rows, int *rows_of_step)
{
    enum { USUAL = 3, MOST = 6 };
    double least = range / (rows - 1.3), best = INFINITY, chosen = range;
    for (int k = rows < 4 ? 1 : 2; k <= MOST && 2 * k <= rows; k++) { /* two ticks at least */
        double step = round_step(least * k);
        double cost = step / k / least * (1 + 0.04 * fabs((double)k - USUAL));
        if (cost < best) {
            best = cost;
            chosen = step;
            *rows_of_step = k;
        }
    }
    return chosen;
}

void axis_init_rows(struct axis *axis, double low, double high, int rows)
{
    int per_step = 1;
    axis_init(axis, low, high, false, rows / 3 + 2, true);
    if (rows < 3)
        return;
    mend_range(axis, low, high);
    double step = row_step(axis->high - axis->low, rows, &per_step), row = step / per_step;
    double bottom = floor(axis->low / row + BEYOND); /* the middle of the lowest row, in rows */
    double half = floor((bottom + rows - 1 + BEYOND - axis->high / row) / 2);
    bottom -= fmax(axis->low >= 0 ? fmin(half, bottom) : half, 0);
    axis->low = (bottom - BEYOND) * row;
    axis->high = (bottom + rows - 1 + BEYOND) * row;
    axis->count = 0;
    add_ticks(axis, step);
}

static const double TIME_STEPS[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
    10800, 21600, 43200, 86400, 2 * 86400, 7 * 86400, 14 * 86400};

static void print_duration(double seconds, double step, char out[AXIS_LABEL_BYTES])
{
    const char *sign = seconds < 0 ? "-" : "";
    double whole = fabs(seconds), days = floor(whole / 86400), hours = floor(whole / 3600);
    int hour = (int)fmod(hours, 24), minute = (int)fmod(floor(whole / 60), 60);
    int second = (int)fmod(whole, 60);
    if (whole == 0)
        snprintf(out, AXIS_LABEL_BYTES, "0");
    else if (step >= 86400)
        snprintf(out, AXIS_LABEL_BYTES, "%s%.0fd", sign, days);
    else if (days > 0)
        snprintf(out, AXIS_LABEL_BYTES, hour ? "%s%.0fd%dh" : "%s%.0fd", sign, days, hour);
    else if (hours > 0)
        snprintf(out, AXIS_LABEL_BYTES, minute ? "%s%dh%02d" : "%s%dh", sign, hour, minute);
    else if (minute > 0)
        snprintf(out, AXIS_LABEL_BYTES, second ? "%s%dm%02d" : "%s%dm", sign, minute, second);
    else
        snprintf(out, AXIS_LABEL_BYTES, "%s%ds", sign, second);
}

static void print_clock(double wall_s, double step, char out[AXIS_LABEL_BYTES])
{
    char iso[32]; /* 2024-05-01T10:00:00Z */
    clock_iso(wall_s, iso, sizeof iso);
    if (strlen(iso) < 20)
        snprintf(out, AXIS_LABEL_BYTES, "%.3g", wall_s);
    else if (fmod(wall_s, 86400) == 0)
        snprintf(out, AXIS_LABEL_BYTES, "%.5s", iso + 5);
    else
        snprintf(out, AXIS_LABEL_BYTES, "%.*s", step < 60 ? 8 : 5, iso + 11);
}

void axis_init_time(struct axis *axis, double low, double high, bool clock, int wanted)
{
    enum { STEPS = sizeof TIME_STEPS / sizeof *TIME_STEPS };
    axis_init(axis, low, high, false, wanted, false);
    double step = (axis->high - axis->low) / (wanted > 1 ? wanted - 1 : 1);
    int at = 0;
    while (at < STEPS && TIME_STEPS[at] < step * 0.9999)
        at++;
    /* Below a second, or beyond what is called by days, plain numbers say it. */
    if (axis->high - axis->low < 2 || at == STEPS || fabs(axis->high) > 1e11 || fabs(axis->low) > 1e11)
        return;
    step = TIME_STEPS[at];
    axis->count = 0;
    for (double i = ceil(axis->low / step); i * step <= axis->high; i++) {
        if (axis->count == AXIS_MAX_TICKS)
            return;
        struct axis_tick *tick = &axis->ticks[axis->count++];
        tick->value = i * step;
        if (clock)
            print_clock(tick->value, step, tick->label);
        else
            print_duration(tick->value, step, tick->label);
    }
}

double axis_place(const struct axis *axis, double value)
{
    if (!axis->log)
        return (value - axis->low) / (axis->high - axis->low);
    if (!(value > 0))
        return NAN;
    return (log(value) - log(axis->low)) / (log(axis->high) - log(axis->low));
}

double axis_value(const struct axis *axis, double place)
{
    if (!axis->log)
        return axis->low + place * (axis->high - axis->low);
    return exp(log(axis->low) + place * (log(axis->high) - log(axis->low)));
}
