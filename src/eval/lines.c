#include "eval/lines.h"

#include <string.h>

const char *lines_at(const struct lines *lines, size_t i, size_t *length)
{
    const char *line = lines->text + lines->starts[i];
    size_t bytes = lines->starts[i + 1] - lines->starts[i];
    if (bytes && line[bytes - 1] == '\n')
        bytes--;
    if (bytes && line[bytes - 1] == '\r')
        bytes--;
    *length = bytes;
    return line;
}

bool lines_cut(const char *text, size_t length, struct arena *arena, struct lines *out)
{
    size_t count = 0;
    for (const char *at = text; at < text + length; count++) {
        const char *end = memchr(at, '\n', (size_t)(text + length - at));
        at = end ? end + 1 : text + length;
    }
    uint32_t *starts = ARENA_ARRAY(arena, uint32_t, count + 1);
    if (!starts)
        return false;
    count = 0;
    for (const char *at = text; at < text + length;) {
        const char *end = memchr(at, '\n', (size_t)(text + length - at));
        starts[count++] = (uint32_t)(at - text);
        at = end ? end + 1 : text + length;
    }
    starts[count] = (uint32_t)length;
    *out = (struct lines){text, starts, count};
    return true;
}

/* ---- the middle ---- */

struct middle {
    const struct lines *a, *b;
    size_t from; /* the common beginning */
    int32_t n, m; /* lines of each behind it, without the common end */
};

static bool same_line(const struct lines *a, size_t i, const struct lines *b, size_t k)
{
    size_t a_length, b_length;
    const char *x = lines_at(a, i, &a_length), *y = lines_at(b, k, &b_length);
    return a_length == b_length && memcmp(x, y, a_length) == 0;
}

static bool same_in(const struct middle *middle, int32_t x, int32_t y)
{
    return same_line(middle->a, middle->from + (size_t)x, middle->b, middle->from + (size_t)y);
}

/* Furthest x on diagonal k (x - y) after D edits, for each D: row D has D + 1 places, k = -D, -D + 2
 * ... D, and begins at place D (D + 1) / 2. */
struct trace {
    int32_t *furthest;
    int32_t edits; /* -1: given up */
};

static size_t place(int32_t d, int32_t k)
{
    return (size_t)d * ((size_t)d + 1) / 2 + (size_t)(k + d) / 2;
}

/* Whether the step onto diagonal K of row D goes down (B's line is added) and not right. */
static bool goes_down(const struct trace *trace, int32_t d, int32_t k)
{
    if (k == -d || k == d)
        return k == -d;
    return trace->furthest[place(d - 1, k - 1)] < trace->furthest[place(d - 1, k + 1)];
}

static int32_t step_from(const struct trace *trace, int32_t d, int32_t k)
{
    if (d == 0)
        return 0;
    return goes_down(trace, d, k) ? trace->furthest[place(d - 1, k + 1)]
                                  : trace->furthest[place(d - 1, k - 1)] + 1;
}

/* Fills TRACE up to the row that reaches the end, within the bounds. */
static void search(const struct middle *middle, struct trace *trace, int32_t most)
{
    int64_t steps = 0;
    trace->edits = -1;
    for (int32_t d = 0; d <= most; d++)
        for (int32_t k = -d; k <= d; k += 2) {
            int32_t x = step_from(trace, d, k), y = x - k;
            while (x < middle->n && y < middle->m && x >= 0 && y >= 0 && same_in(middle, x, y)) {
                x++;
                y++;
                steps++;
            }
            trace->furthest[place(d, k)] = x;
            if (x >= middle->n && y >= middle->m) {
                trace->edits = d;
                return;
            }
            if (++steps > LINES_MOST_STEPS)
                return;
        }
}

/* Which lines of A and of B stayed, from the end of TRACE backwards. */
static void mark(const struct middle *middle, const struct trace *trace, bool *a_same, bool *b_same)
{
    int32_t x = middle->n, y = middle->m;
    for (int32_t d = trace->edits; d >= 0; d--) {
        int32_t k = x - y, from = step_from(trace, d, k);
        while (x > from) {
            a_same[--x] = true;
            b_same[--y] = true;
        }
        if (d && goes_down(trace, d, k))
            y--;
        else if (d)
            x--;
    }
}

/* ---- rows ---- */

static void add_row(struct lines_diff *out, int32_t a, int32_t b, bool same)
{
    bool before = out->count == 0 || out->rows[out->count - 1].same;
    out->changes += !same && before;
    out->rows[out->count++] = (struct lines_row){a, b, same};
}

/* Rows of the middle: a run of lines that went beside the run that came. */
static void add_middle(
    struct lines_diff *out, const struct middle *middle, const bool *a_same, const bool *b_same)
{
    int32_t from = (int32_t)middle->from;
    for (int32_t x = 0, y = 0; x < middle->n || y < middle->m;) {
        bool gone = x < middle->n && !a_same[x], come = y < middle->m && !b_same[y];
        if (!gone && !come) {
            add_row(out, from + x++, from + y++, true);
            continue;
        }
        int32_t a = gone ? from + x++ : LINES_NONE, b = come ? from + y++ : LINES_NONE;
        add_row(out, a, b, false);
    }
}

static bool compare_middle(const struct middle *middle, struct arena *arena, struct lines_diff *out)
{
    int64_t all = (int64_t)middle->n + middle->m;
    int32_t most = all < LINES_MOST_EDITS ? (int32_t)all : LINES_MOST_EDITS;
    struct arena scratch = {0};
    struct trace trace = {ARENA_ARRAY(&scratch, int32_t, place(most + 1, -most - 1)), -1};
    bool *a_same = ARENA_ARRAY(arena, bool, (size_t)middle->n + 1);
    bool *b_same = ARENA_ARRAY(arena, bool, (size_t)middle->m + 1);
    bool ok = trace.furthest && a_same && b_same;
    if (ok) {
        search(middle, &trace, most);
        out->coarse = trace.edits < 0;
        if (!out->coarse)
            mark(middle, &trace, a_same, b_same);
        add_middle(out, middle, a_same, b_same);
    }
    arena_done(&scratch);
    return ok;
}

bool lines_compare(const struct lines *a, const struct lines *b, struct arena *arena,
    struct lines_diff *out, struct err *err)
{
    size_t least = a->count < b->count ? a->count : b->count, from = 0, end = 0;
    *out = (struct lines_diff){0};
    if (a->count + b->count >= INT32_MAX)
        return err_set(err, ERR_LIMIT, "too many lines to compare");
    while (from < least && same_line(a, from, b, from))
        from++;
    while (end < least - from && same_line(a, a->count - 1 - end, b, b->count - 1 - end))
        end++;
    out->rows = ARENA_ARRAY(arena, struct lines_row, a->count + b->count + 1);
    if (!out->rows)
        return err_set(err, ERR_MEMORY, "out of memory while comparing lines");
    for (size_t i = 0; i < from; i++)
        add_row(out, (int32_t)i, (int32_t)i, true);
    struct middle middle = {
        a, b, from, (int32_t)(a->count - from - end), (int32_t)(b->count - from - end)};
    if (!compare_middle(&middle, arena, out))
        return err_set(err, ERR_MEMORY, "out of memory while comparing lines");
    for (size_t i = end; i > 0; i--)
        add_row(out, (int32_t)(a->count - i), (int32_t)(b->count - i), true);
    return true;
}
