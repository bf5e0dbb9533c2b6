#include "eval/mask_runs.h"

#include "base/grow.h"

#include <math.h>
#include <stdlib.h>

/* Outlines are drawn on a grid of fifths of a pixel. A column or row of pixels is inside from
 * where the outline passes its middle: between the fifths 5c + 2 and 5c + 3. */
enum { FIFTHS = 5, MIDDLE = 2, FARTHEST = 1 << 30 };

struct corner {
    int64_t x, y; /* fifths */
};

/* The columns whose middle a line passes: first..last, none when last < first. */
struct columns {
    int64_t first, last;
};

void mask_pen_init(struct mask_pen *pen)
{
    *pen = (struct mask_pen){0};
}

void mask_pen_done(struct mask_pen *pen)
{
    free(pen->marks);
    *pen = (struct mask_pen){0};
}

static bool is_image(const struct mask_frame *frame)
{
    return frame->width_px > 0 && frame->height_px > 0 &&
           (int64_t)frame->width_px * frame->height_px <= INT32_MAX;
}

/* ---- drawing ---- */

/* Cut off, not rounded down: so the reference does, and below 0 either is outside. */
static int64_t to_fifths(double px)
{
    double fifths = FIFTHS * px + .5;
    return (int64_t)fmax(fmin(fifths, FARTHEST), -FARTHEST);
}

static struct columns columns_between(int64_t left, int64_t right, int32_t width_px)
{
    struct columns columns = {left <= MIDDLE ? 0 : (left - MIDDLE + FIFTHS - 1) / FIFTHS,
        right <= MIDDLE ? -1 : (right - MIDDLE - 1) / FIFTHS};
    if (columns.last > width_px - 1)
        columns.last = width_px - 1;
    return columns;
}

/* The first row of pixels whose middle is not above Y; HEIGHT_PX when none is. */
static int64_t row_from(int64_t y, int32_t height_px)
{
    int64_t row = y <= MIDDLE ? 0 : (y - MIDDLE + FIFTHS - 1) / FIFTHS;
    return row < height_px ? row : height_px;
}

/* A line that is wider than high has a point in each fifth across. Y between the fifths of
 * COLUMN's middle. */
static int64_t height_of_flat(struct corner left, struct corner right, int64_t column)
{
    double slope = (double)(right.y - left.y) / (double)(right.x - left.x);
    double step = (double)(FIFTHS * column + MIDDLE - left.x);
    int64_t before = (int64_t)((double)left.y + slope * step + .5);
    int64_t behind = (int64_t)((double)left.y + slope * (step + 1) + .5);
    return before < behind ? before : behind;
}

/* Whether a steep line has passed COLUMN's middle STEP fifths below its top. */
static bool has_passed(struct corner top, double slope, int64_t column, int64_t step)
{
    double x = (double)top.x + slope * (double)step + .5;
    double middle = (double)(FIFTHS * column + MIDDLE + 1);
    return slope > 0 ? x >= middle : x < middle;
}

/* A line that is higher than wide has a point in each fifth down, and x takes its time to pass the
 * middle: the step where it has is guessed, then looked for, since the sum is rounded. */
static int64_t height_of_steep(struct corner top, struct corner bottom, int64_t column)
{
    int64_t steps = bottom.y - top.y;
    double slope = (double)(bottom.x - top.x) / (double)steps;
    double guess = ((double)(FIFTHS * column + MIDDLE - top.x) + .5) / slope;
    int64_t step = (int64_t)fmax(1, fmin(ceil(guess), (double)steps));
    while (step > 1 && has_passed(top, slope, column, step - 1))
        step--;
    while (step < steps && !has_passed(top, slope, column, step))
        step++;
    return top.y + step - 1;
}

static bool draw_line(
    struct mask_pen *pen, struct corner from, struct corner to, const struct mask_frame *frame)
{
    bool is_flat = llabs(to.x - from.x) >= llabs(to.y - from.y);
    if (is_flat ? from.x > to.x : from.y > to.y) {
        struct corner swap = from;
        from = to;
        to = swap;
    }
    struct columns columns = columns_between(
        from.x < to.x ? from.x : to.x, from.x < to.x ? to.x : from.x, frame->width_px);
    if (columns.last < columns.first)
        return true;
    size_t more = (size_t)(columns.last - columns.first + 1);
    pen->crossings += more;
    if (pen->crossings > MASK_MOST_CROSSINGS)
        return true;
    if (!GROW(pen->marks, pen->capacity, pen->count + more))
        return false;
    for (int64_t c = columns.first; c <= columns.last; c++) {
        int64_t y = is_flat ? height_of_flat(from, to, c) : height_of_steep(from, to, c);
        pen->marks[pen->count++] = (uint32_t)(c * frame->height_px + row_from(y, frame->height_px));
    }
    return true;
}

static struct corner corner_of(
    const struct polygon *polygon, size_t i, const struct mask_frame *frame)
{
    return (struct corner){to_fifths(polygon->xy[2 * i] * frame->x_unit_px),
        to_fifths(polygon->xy[2 * i + 1] * frame->y_unit_px)};
}

static bool is_finite_polygon(const struct polygon *polygon, const struct mask_frame *frame)
{
    for (size_t i = 0; i < polygon->point_count; i++)
        if (!isfinite(polygon->xy[2 * i] * frame->x_unit_px) ||
            !isfinite(polygon->xy[2 * i + 1] * frame->y_unit_px))
            return false;
    return true;
}

static int compare_marks(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* Sorts the marks from BEGIN on; what turns inside and out again at one pixel leaves no mark. */
static void settle(struct mask_pen *pen, size_t begin)
{
    size_t n = pen->count - begin, kept = 0;
    if (n == 0)
        return;
    uint32_t *marks = pen->marks + begin;
    qsort(marks, n, sizeof *marks, compare_marks);
    for (size_t i = 0; i < n; i++)
        if (kept && marks[kept - 1] == marks[i])
            kept--;
        else
            marks[kept++] = marks[i];
    pen->count = begin + kept;
}

/* Adds the spans of POLYGON: pairs of marks, since a closed line passes a column as often to the
 * right as to the left. */
static bool draw_polygon(
    struct mask_pen *pen, const struct polygon *polygon, const struct mask_frame *frame)
{
    size_t begin = pen->count, n = polygon->point_count;
    if (!n || !is_finite_polygon(polygon, frame))
        return true;
    struct corner first = corner_of(polygon, 0, frame), from = first;
    for (size_t i = 1; i <= n && pen->crossings <= MASK_MOST_CROSSINGS; i++) {
        struct corner to = i < n ? corner_of(polygon, i, frame) : first;
        if (!draw_line(pen, from, to, frame))
            return false;
        from = to;
    }
    settle(pen, begin);
    return true;
}

/* ---- runs ---- */

/* The spans, sorted by where they begin, as runs; those that meet become one. */
static bool keep_runs(const struct mask_pen *pen, const struct mask_frame *frame,
    struct arena *arena, struct mask_runs *out)
{
    uint32_t *runs = ARENA_ARRAY(arena, uint32_t, pen->count + 1);
    uint32_t at = 0, pixels = (uint32_t)frame->width_px * (uint32_t)frame->height_px;
    if (!runs)
        return false;
    size_t n = 0;
    for (size_t i = 0; i + 1 < pen->count; i += 2) {
        uint32_t begin = pen->marks[i], end = pen->marks[i + 1];
        if (n && begin <= at) {
            runs[n - 1] += end > at ? end - at : 0;
        } else {
            runs[n++] = begin - at;
            runs[n++] = end - begin;
        }
        at = end > at ? end : at;
    }
    if (at < pixels)
        runs[n++] = pixels - at;
    *out = (struct mask_runs){.runs = runs,
        .count = n,
        .width_px = frame->width_px,
        .height_px = frame->height_px};
    out->area_px = mask_runs_extent(out->runs, out->count, out->height_px, &out->box);
    return true;
}

static bool draw(struct mask_pen *pen, const struct polygon *polygons, size_t n,
    const struct mask_frame *frame, struct arena *arena, struct mask_runs *out)
{
    *out = (struct mask_runs){0};
    if (!is_image(frame))
        return true;
    pen->count = pen->crossings = 0;
    for (size_t i = 0; i < n && pen->crossings <= MASK_MOST_CROSSINGS; i++)
        if (!draw_polygon(pen, &polygons[i], frame))
            return false;
    if (pen->crossings > MASK_MOST_CROSSINGS)
        pen->count = 0;
    if (n > 1 && pen->count)
        qsort(pen->marks, pen->count / 2, 2 * sizeof *pen->marks, compare_marks);
    return keep_runs(pen, frame, arena, out);
}

bool mask_runs_make(struct mask_pen *pen, const struct mask *mask, const struct mask_frame *frame,
    struct arena *arena, struct mask_runs *out)
{
    if (!mask->run_count)
        return draw(pen, mask->polygons, mask->polygon_count, frame, arena, out);
    *out = (struct mask_runs){.runs = mask->runs,
        .count = mask->run_count,
        .width_px = mask->width_px,
        .height_px = mask->height_px};
    out->area_px = mask_runs_extent(out->runs, out->count, out->height_px, &out->box);
    return true;
}

bool mask_runs_of_box(struct mask_pen *pen, const struct box *box, const struct mask_frame *frame,
    struct arena *arena, struct mask_runs *out)
{
    double right = box->x + box->w, low = box->y + box->h;
    double xy[] = {box->x, box->y, box->x, low, right, low, right, box->y};
    struct mask_frame pixels = {frame->width_px, frame->height_px, 1, 1};
    return draw(pen, &(struct polygon){xy, 4}, 1, &pixels, arena, out);
}

/* ---- overlap ---- */

static bool boxes_meet(const struct box *a, const struct box *b)
{
    return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

static uint32_t common_pixels(const struct mask_runs *a, const struct mask_runs *b)
{
    uint32_t at = 0, common = 0, a_end = a->runs[0], b_end = b->runs[0];
    for (size_t i = 0, j = 0;;) {
        uint32_t end = a_end < b_end ? a_end : b_end;
        common += i & j & 1 ? end - at : 0;
        at = end;
        if (a_end == end) {
            if (++i == a->count)
                return common;
            a_end += a->runs[i];
        } else {
            if (++j == b->count)
                return common;
            b_end += b->runs[j];
        }
    }
}

double mask_runs_iou(const struct mask_runs *det, const struct mask_runs *gt, bool crowd)
{
    if (det->width_px != gt->width_px || det->height_px != gt->height_px || !det->area_px ||
        !gt->area_px || !boxes_meet(&det->box, &gt->box))
        return 0;
    uint32_t common = common_pixels(det, gt);
    return (double)common / (double)(crowd ? det->area_px : det->area_px + gt->area_px - common);
}
