#include "eval/smooth.h"

#include <math.h>
#include <string.h>

void smooth_init(struct smooth *smooth, double weight)
{
    *smooth = (struct smooth){.weight = weight > 0 ? fmin(weight, .9999) : 0, .bias = 1};
}

/* A bias that 1 does not feel any more. It stays, for on its way to 0 it would become subnormal, which
 * is slow to compute with. */
static const double NO_BIAS = 0x1p-54;

static double advance(struct smooth *smooth, double v)
{
    if (!isfinite(v))
        return v;
    smooth->average = smooth->average * smooth->weight + v * (1 - smooth->weight);
    if (smooth->bias > NO_BIAS)
        smooth->bias *= smooth->weight;
    return smooth->average / (1 - smooth->bias);
}

double smooth_next(struct smooth *smooth, double v)
{
    return advance(smooth, v);
}

/* Half of the window, without the point in its middle. */
static size_t half_window(double strength)
{
    return strength > 1 ? (size_t)fmin(strength, SMOOTH_MOST_WINDOW) / 2 : 0;
}

bool smooth_is_on(const struct smooth_how *how)
{
    return how->kind == SMOOTH_EMA ? how->strength > 0 : half_window(how->strength) > 0;
}

struct sum {
    double value;
    size_t count;
};

static struct sum sum_add(struct sum sum, double value)
{
    return isfinite(value) ? (struct sum){sum.value + value, sum.count + 1} : sum;
}

/* Sums from each value to the end of its block. */
static void sum_onward(const double *values, size_t length, struct sum *onward)
{
    struct sum sum = {0};
    while (length-- > 0)
        onward[length] = sum = sum_add(sum, values[length]);
}

/*
 * Sums over windows without a running sum, whose subtractions would keep the rounding errors of
 * values long gone: in blocks of the window's length every window is the end of one block and the
 * beginning of the next.
 */
static void window_means(const double *values, size_t n, size_t half, double *out)
{
    struct sum onward[SMOOTH_MOST_WINDOW], upto = {0};
    size_t block = 2 * half + 1, begin = 0; /* of the block that the window begins in */
    size_t upto_begin = 0, next = 0;        /* of the block that it ends in; next to be added */
    for (size_t i = 0; i < n; i++) {
        size_t first = i < half ? 0 : i - half, last = n - 1 - i < half ? n - 1 : i + half;
        if (i == 0 || first - begin == block) {
            begin = first;
            sum_onward(values + begin, n - begin < block ? n - begin : block, onward);
        }
        for (; next <= last; next++) {
            if (next - upto_begin == block) {
                upto = (struct sum){0};
                upto_begin = next;
            }
            upto = sum_add(upto, values[next]);
        }
        struct sum sum = first == begin ? upto : onward[first - begin];
        if (first != begin && upto_begin != begin) {
            sum.value += upto.value;
            sum.count += upto.count;
        }
        out[i] = isfinite(values[i]) ? sum.value / (double)sum.count : values[i];
    }
}

/* The finite values of a window in order. */
struct window {
    double sorted[SMOOTH_MOST_WINDOW + 1];
    size_t count;
};

/* How many are below VALUE. Halving the length alone leaves no branch to guess wrong. */
static size_t window_find(const struct window *window, double value)
{
    const double *from = window->sorted;
    size_t length = window->count;
    if (!length)
        return 0;
    for (; length > 1; length -= length / 2)
        from += (from[length / 2 - 1] < value) * (length / 2);
    return (size_t)(from - window->sorted) + (*from < value);
}

/* Takes OLD, which is in it, out and puts VALUE in; what is not finite is neither. */
static void window_change(struct window *window, double old, double value)
{
    double *sorted = window->sorted;
    size_t from = isfinite(old) ? window_find(window, old) : window->count;
    size_t to = isfinite(value) ? window_find(window, value) : window->count;
    window->count += isfinite(value);
    window->count -= isfinite(old);
    if (from < to) {
        to--;
        memmove(sorted + from, sorted + from + 1, (to - from) * sizeof *sorted);
    } else if (to < from) {
        memmove(sorted + to + 1, sorted + to, (from - to) * sizeof *sorted);
    }
    if (isfinite(value))
        sorted[to] = value;
}

static void window_medians(const double *values, size_t n, size_t half, double *out)
{
    struct window window = {.count = 0};
    for (size_t i = 0; i < half && i < n; i++)
        window_change(&window, NAN, values[i]);
    for (size_t i = 0; i < n; i++) {
        window_change(&window, i > half ? values[i - half - 1] : NAN,
            n - i > half ? values[i + half] : NAN);
        size_t c = window.count;
        out[i] = values[i];
        if (isfinite(values[i]))
            out[i] = c % 2 ? window.sorted[c / 2]
                           : window.sorted[c / 2 - 1] / 2 + window.sorted[c / 2] / 2;
    }
}

void smooth_series(const struct smooth_how *how, const double *values, size_t n, double *out)
{
    struct smooth smooth;
    if (!n)
        return;
    if (!smooth_is_on(how)) {
        memcpy(out, values, n * sizeof *out);
    } else if (how->kind == SMOOTH_MEAN) {
        window_means(values, n, half_window(how->strength), out);
    } else if (how->kind == SMOOTH_MEDIAN) {
        window_medians(values, n, half_window(how->strength), out);
    } else {
        smooth_init(&smooth, how->strength);
        for (size_t i = 0; i < n; i++)
            out[i] = advance(&smooth, values[i]);
    }
}
