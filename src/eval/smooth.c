#include "eval/smooth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void smooth_init(struct smooth *smooth, double weight)
{
    *smooth = (struct smooth){.weight = weight > 0 ? fmin(weight, .9999) : 0, .bias = 1};
}

double smooth_next(struct smooth *smooth, double v)
{
    if (!isfinite(v))
        return v;
    smooth->average = smooth->average * smooth->weight + v * (1 - smooth->weight);
    smooth->bias *= smooth->weight;
    return smooth->average / (1 - smooth->bias);
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

/*
 * Sums over windows without a running sum, whose subtractions would keep the rounding errors of
 * values long gone: in blocks of the window's length every window is the end of one block and the
 * beginning of the next.
 */
static bool window_means(const double *values, size_t n, size_t half, double *out)
{
    size_t block = 2 * half + 1;
    struct sum *upto = malloc(n * sizeof *upto), *onward = malloc(n * sizeof *onward);
    bool ok = upto && onward;
    for (size_t i = 0; ok && i < n; i++)
        upto[i] = sum_add(i % block ? upto[i - 1] : (struct sum){0}, values[i]);
    for (size_t i = n; ok && i-- > 0;)
        onward[i] =
            sum_add((i + 1) % block && i + 1 < n ? onward[i + 1] : (struct sum){0}, values[i]);
    for (size_t i = 0; ok && i < n; i++) {
        size_t first = i < half ? 0 : i - half, last = n - 1 - i < half ? n - 1 : i + half;
        struct sum sum = first % block == 0 ? upto[last] : onward[first];
        if (first % block != 0 && first / block != last / block) {
            sum.value += upto[last].value;
            sum.count += upto[last].count;
        }
        out[i] = isfinite(values[i]) ? sum.value / (double)sum.count : values[i];
    }
    free(upto);
    free(onward);
    return ok;
}

/* The finite values of a window in order. */
struct window {
    double sorted[SMOOTH_MOST_WINDOW + 1];
    size_t count;
};

static size_t window_find(const struct window *window, double value)
{
    size_t low = 0, high = window->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (window->sorted[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void window_put(struct window *window, double value)
{
    if (!isfinite(value))
        return;
    size_t at = window_find(window, value);
    memmove(&window->sorted[at + 1], &window->sorted[at], (window->count - at) * sizeof value);
    window->sorted[at] = value;
    window->count++;
}

static void window_take(struct window *window, double value)
{
    if (!isfinite(value))
        return;
    size_t at = window_find(window, value);
    window->count--;
    memmove(&window->sorted[at], &window->sorted[at + 1], (window->count - at) * sizeof value);
}

static void window_medians(const double *values, size_t n, size_t half, double *out)
{
    struct window window = {.count = 0};
    for (size_t i = 0; i < half && i < n; i++)
        window_put(&window, values[i]);
    for (size_t i = 0; i < n; i++) {
        if (n - i > half)
            window_put(&window, values[i + half]);
        if (i > half)
            window_take(&window, values[i - half - 1]);
        size_t c = window.count;
        out[i] = values[i];
        if (isfinite(values[i]))
            out[i] = c % 2 ? window.sorted[c / 2]
                           : window.sorted[c / 2 - 1] / 2 + window.sorted[c / 2] / 2;
    }
}

bool smooth_series(const struct smooth_how *how, const double *values, size_t n, double *out)
{
    if (!n)
        return true;
    if (!smooth_is_on(how)) {
        memcpy(out, values, n * sizeof *out);
        return true;
    }
    if (how->kind == SMOOTH_MEAN)
        return window_means(values, n, half_window(how->strength), out);
    if (how->kind == SMOOTH_MEDIAN) {
        window_medians(values, n, half_window(how->strength), out);
        return true;
    }
    struct smooth smooth;
    smooth_init(&smooth, how->strength);
    for (size_t i = 0; i < n; i++)
        out[i] = smooth_next(&smooth, values[i]);
    return true;
}
