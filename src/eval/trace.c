#include "eval/trace.h"

#include "base/grow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SPANS_PER_COLUMN = 16 };

void trace_range(const double *x, const double *values, size_t n, double *low, double *high)
{
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i]) || !isfinite(values[i]))
            continue;
        least = x[i] < least ? x[i] : least;
        most = x[i] > most ? x[i] : most;
    }
    *low = least <= most ? least : NAN;
    *high = least <= most ? most : NAN;
}

/* Columns of a window: -1 is left of it, `columns` right of it. */
struct ruler {
    double low, high, scale, width;
    int32_t columns;
};

static struct ruler ruler_of(double low, double high, int32_t columns)
{
    double width = (high - low) / columns;
    return (struct ruler){low, high, width > 0 ? 1 / width : 0, width, columns};
}

static int32_t ruler_column(const struct ruler *ruler, double x)
{
    if (x < ruler->low)
        return -1;
    if (x > ruler->high)
        return ruler->columns;
    double column = (x - ruler->low) * ruler->scale;
    return column < ruler->columns ? (int32_t)column : ruler->columns - 1;
}

/* Up to where x certainly stays in COLUMN when it ascends; a little early is only slower. */
static double ruler_safe(const struct ruler *ruler, int32_t column, double x)
{
    if (column < 0 || column >= ruler->columns)
        return x;
    double edge = ruler->low + (column + 0.999999) * ruler->width;
    return fmax(x, fmin(edge, ruler->high));
}

struct maker {
    struct trace *out;
    size_t capacity, most;
    int64_t *last_of; /* span of a column (shifted by one), -1 for none */
    int32_t column;   /* of the span at hand */
    size_t at;        /* the span at hand */
    bool open, broken, folded;
};

static bool open_span(struct maker *m, int32_t column, double x, double value)
{
    m->column = column;
    m->open = true;
    if (m->out->count >= m->most && m->last_of[column + 1] >= 0) {
        m->at = (size_t)m->last_of[column + 1];
        m->folded = true;
        return true;
    }
    if (!GROW(m->out->spans, m->capacity, m->out->count + 1))
        return false;
    m->out->spans[m->out->count] = (struct trace_span){
        .x = x, .to_x = x, .min = value, .max = value, .first = value, .starts = m->broken};
    m->at = m->out->count++;
    m->last_of[column + 1] = (int64_t)m->at;
    m->folded = false;
    return true;
}

/*
 * Blocks of points, because one by one each minimum and each sum waits for the one before it: in a
 * block there are LANES of them side by side. Its sum is finite only if all of its values are.
 */
enum { LANES = 4, BLOCK = 8, PAIR = 2 };
typedef double pair __attribute__((vector_size(PAIR * sizeof(double))));
typedef int64_t truths __attribute__((vector_size(PAIR * sizeof(int64_t)))); /* -1 or 0 */

static pair load_pair(const double *at)
{
    pair out;
    memcpy(&out, at, sizeof out);
    return out;
}

static bool block_ascends(const double *x)
{
    truths ascends = {-1, -1};
    for (int i = 0; i < BLOCK; i += PAIR)
        ascends &= (truths)(load_pair(x + i) >= load_pair(x + i - 1));
    return ascends[0] & ascends[1];
}

static double block_sum(const double *values)
{
    pair sums[LANES / PAIR] = {load_pair(values), load_pair(values + PAIR)};
    for (int i = LANES; i < BLOCK; i += PAIR)
        sums[i / PAIR % (LANES / PAIR)] += load_pair(values + i);
    sums[0] += sums[1];
    return sums[0][0] + sums[0][1];
}

static void block_extremes(const double *values, double *min, double *max)
{
    double least[LANES], most[LANES];
    for (int i = 0; i < LANES; i++)
        least[i] = most[i] = values[i];
    for (int i = LANES; i < BLOCK; i++) {
        least[i % LANES] = values[i] < least[i % LANES] ? values[i] : least[i % LANES];
        most[i % LANES] = values[i] > most[i % LANES] ? values[i] : most[i % LANES];
    }
    for (int i = 0; i < LANES; i++) {
        *min = least[i] < *min ? least[i] : *min;
        *max = most[i] > *max ? most[i] : *max;
    }
}

/* Takes points from I, which is one of SPAN's, while they stay finite, ascending and up to SAFE. */
static size_t widen(
    struct trace_span *span, const double *x, const double *values, size_t i, size_t n, double safe)
{
    size_t start = i++;
    double sum = values[start], block;
    double min = sum < span->min ? sum : span->min, max = sum > span->max ? sum : span->max;
    while (n - i >= BLOCK && block_ascends(x + i) && x[i + BLOCK - 1] <= safe &&
           isfinite(block = block_sum(values + i))) {
        block_extremes(values + i, &min, &max);
        sum += block;
        i += BLOCK;
    }
    for (; i < n && x[i] >= x[i - 1] && x[i] <= safe && isfinite(values[i]); i++) {
        min = values[i] < min ? values[i] : min;
        max = values[i] > max ? values[i] : max;
        sum += values[i];
    }
    double added = (double)(i - start), had = (double)span->count;
    span->mean = span->mean * (had / (had + added)) + sum / (had + added);
    span->min = min;
    span->max = max;
    span->last = values[i - 1];
    span->to_x = x[i - 1];
    span->count += (int64_t)(i - start);
    return i;
}

static bool make_spans(struct maker *m, const double *x, const double *values, size_t n,
    const struct ruler *ruler)
{
    double before = -INFINITY;
    for (size_t i = 0; i < n;) {
        if (!isfinite(x[i]) || !isfinite(values[i])) {
            m->broken = true;
            i++;
            continue;
        }
        bool fell = x[i] < before;
        int32_t column = ruler_column(ruler, x[i]);
        bool outside = column < 0 || column == ruler->columns;
        before = x[i];
        m->broken |= fell;
        m->open &= column == m->column && !fell && !(outside && m->broken);
        if (outside && column > 0 && m->open) {
            i++; /* of those behind the window the first will do */
            continue;
        }
        if (m->open && column < 0) /* of those before it the last */
            m->out->spans[m->at] = (struct trace_span){.x = x[i], .to_x = x[i], .min = values[i],
                .max = values[i], .first = values[i], .starts = m->out->spans[m->at].starts};
        else if (!m->open && !open_span(m, column, x[i], values[i]))
            return false;
        i = widen(&m->out->spans[m->at], x, values, i, n, ruler_safe(ruler, column, x[i]));
        before = x[i - 1];
        m->broken = m->folded; /* a gap inside a column does not break the line */
    }
    return true;
}

bool trace_reduce(const double *x, const double *values, size_t n, double low, double high,
    int32_t columns, struct arena *arena, struct trace *out, struct err *err)
{
    *out = (struct trace){0};
    columns = columns < 1 ? 1 : columns;
    if (!n || !(low <= high))
        return true;
    struct ruler ruler = ruler_of(low, high, columns);
    struct trace made = {0};
    struct maker maker = {.out = &made,
        .most = (size_t)columns * SPANS_PER_COLUMN,
        .last_of = malloc(((size_t)columns + 2) * sizeof *maker.last_of),
        .column = -2,
        .broken = true};
    bool ok = maker.last_of != NULL;
    if (ok) {
        memset(maker.last_of, 0xff, ((size_t)columns + 2) * sizeof *maker.last_of);
        ok = make_spans(&maker, x, values, n, &ruler);
    }
    if (ok && made.count) {
        out->spans = (struct trace_span *)arena_copy(
            arena, (const char *)made.spans, made.count * sizeof *made.spans);
        ok = out->spans != NULL;
        out->count = ok ? made.count : 0;
    }
    free(maker.last_of);
    free(made.spans);
    return ok || err_set(err, ERR_MEMORY, "out of memory");
}

/* ---- bands ---- */

struct column_mean {
    double x, value;
    bool known, starts;
};

/* The last span of each column, and between two joined ones the line. */
static void fill_columns(
    const struct trace *trace, const struct ruler *ruler, struct column_mean *columns)
{
    memset(columns, 0, (size_t)ruler->columns * sizeof *columns);
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_span *span = &trace->spans[i];
        int32_t at = ruler_column(ruler, span->x);
        if (at >= 0 && at < ruler->columns)
            columns[at] = (struct column_mean){
                span->x / 2 + span->to_x / 2, span->mean, true, span->starts};
    }
}

static void fill_between(struct column_mean *columns, int32_t count)
{
    int32_t before = -1;
    for (int32_t c = 0; c < count; c++) {
        if (!columns[c].known)
            continue;
        for (int32_t k = before + 1; before >= 0 && !columns[c].starts && k < c; k++) {
            double part = (double)(k - before) / (c - before);
            columns[k].value =
                columns[before].value + part * (columns[c].value - columns[before].value);
            columns[k].x = columns[before].x + part * (columns[c].x - columns[before].x);
        }
        if (before >= 0 && columns[c].starts)
            for (int32_t k = before + 1; k < c; k++)
                columns[k].x = NAN; /* a gap: nothing is there */
        before = c;
    }
    for (int32_t c = before + 1; c < count; c++)
        columns[c].x = NAN;
    for (int32_t c = 0; c < count && !columns[c].known; c++)
        columns[c].x = NAN;
}

/* The span at one column of COUNT rows of columns, LENGTH long each; false where there is none. */
static bool band_span(const struct column_mean *rows, size_t count, size_t length, size_t column,
    struct trace_span *out)
{
    double sum = 0, x = 0, squares = 0;
    size_t with = 0, known = 0;
    for (size_t r = 0; r < count; r++) {
        const struct column_mean *at = &rows[r * length + column];
        if (isnan(at->x))
            continue;
        with++;
        sum += at->value;
        if (at->known) {
            x += at->x;
            known++;
        }
    }
    if (!known || with < 2)
        return false;
    double mean = sum / (double)with;
    for (size_t r = 0; r < count; r++) {
        const struct column_mean *at = &rows[r * length + column];
        if (!isnan(at->x))
            squares += (at->value - mean) * (at->value - mean);
    }
    double spread = sqrt(squares / (double)(with - 1));
    x /= (double)known;
    *out = (struct trace_span){.x = x, .to_x = x, .min = mean - spread, .max = mean + spread,
        .first = mean, .last = mean, .mean = mean, .count = (int64_t)with};
    return true;
}

bool trace_band(const struct trace *const *traces, size_t count, double low, double high,
    int32_t columns, struct arena *arena, struct trace *out, struct err *err)
{
    *out = (struct trace){0};
    columns = columns < 1 ? 1 : columns;
    if (count < 2 || !(low <= high))
        return true;
    struct ruler ruler = ruler_of(low, high, columns);
    struct column_mean *rows = calloc(count, (size_t)columns * sizeof *rows);
    out->spans = ARENA_ARRAY(arena, struct trace_span, (size_t)columns);
    bool ok = rows && out->spans;
    for (size_t r = 0; ok && r < count; r++) {
        fill_columns(traces[r], &ruler, rows + r * (size_t)columns);
        fill_between(rows + r * (size_t)columns, columns);
    }
    for (size_t c = 0; ok && c < (size_t)columns; c++)
        if (band_span(rows, count, (size_t)columns, c, &out->spans[out->count]))
            out->count++;
    bool starts = true; /* a column that only one trace reaches parts the band */
    for (size_t i = 0; ok && i < out->count; i++, starts = false)
        out->spans[i].starts = starts;
    free(rows);
    return ok || err_set(err, ERR_MEMORY, "out of memory");
}
