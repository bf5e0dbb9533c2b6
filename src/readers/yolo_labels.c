/*
 * Reads YOLO label rows: boxes, polygons and scored predictions, mixed in one file.
 * Knows: columns. Must not know: classes' names or images.
 */
#include "base/num.h"
#include "base/stream.h"
#include "readers/yolo.h"

#include <math.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == ',';
}

/* The next number of [*AT, END); false at something else. *AT moves behind it. */
static bool next_number(const char **at, const char *end, double *value)
{
    const char *start = *at;
    while (*at < end && !is_blank(**at))
        ++*at;
    return num_parse(start, (size_t)(*at - start), value) && isfinite(*value);
}

struct extent {
    double left, top, right, bottom;
};

static void widen(struct extent *extent, double x, double y)
{
    extent->left = fmin(extent->left, x);
    extent->right = fmax(extent->right, x);
    extent->top = fmin(extent->top, y);
    extent->bottom = fmax(extent->bottom, y);
}

static bool is_fraction(double value)
{
    return value >= -1 && value <= 2;
}

bool yolo_row_parse(const char *line, size_t length, struct yolo_row *row)
{
    const char *at = line, *end = line + length;
    double values[6] = {0}, value = 0, x = 0;
    struct extent extent = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    size_t count = 0;
    for (;; count++) {
        while (at < end && is_blank(*at))
            at++;
        if (at == end)
            break;
        if (!next_number(&at, end, &value) || (count && !is_fraction(value)))
            return false;
        if (count < 6)
            values[count] = value;
        if (count && count % 2 == 0)
            widen(&extent, x, value);
        x = value;
    }
    if (count < 5 || values[0] < 0 || values[0] >= YOLO_MAX_CLASSES ||
        values[0] != floor(values[0]))
        return false;
    *row = (struct yolo_row){.class_index = (int32_t)values[0],
        .score = count % 2 ? NAN : value,
        .point_count = count <= 6 ? 0 : (count - 1) / 2,
        .line = line,
        .length = length};
    if (count <= 6)
        row->box = (struct box){
            values[1] - values[3] / 2, values[2] - values[4] / 2, values[3], values[4]};
    else
        row->box = (struct box){
            extent.left, extent.top, extent.right - extent.left, extent.bottom - extent.top};
    return row->box.w >= 0 && row->box.h >= 0;
}

bool yolo_row_without_keypoints(struct yolo_row *row)
{
    const char *line = row->line, *at = line, *end = line + row->length;
    for (int columns = 0; columns < 5; columns++) {
        while (at < end && is_blank(*at))
            at++;
        while (at < end && !is_blank(*at))
            at++;
    }
    return yolo_row_parse(line, (size_t)(at - line), row);
}

struct mask *yolo_row_mask(const struct yolo_row *row, struct arena *arena, bool *no_memory)
{
    const char *at = row->line, *end = row->line + row->length;
    if (!row->point_count)
        return NULL;
    struct mask *mask = ARENA_NEW(arena, struct mask);
    struct polygon *polygon = ARENA_NEW(arena, struct polygon);
    double *xy = ARENA_ARRAY(arena, double, 2 * row->point_count);
    if (!mask || !polygon || !xy) {
        *no_memory = true;
        return NULL;
    }
    double value;
    for (size_t i = 0; i <= 2 * row->point_count; i++) {
        while (at < end && is_blank(*at))
            at++;
        if (next_number(&at, end, &value) && i)
            xy[i - 1] = value;
    }
    *polygon = (struct polygon){xy, row->point_count};
    *mask = (struct mask){.polygons = polygon, .polygon_count = 1};
    return mask;
}

bool yolo_labels_read(const char *path, bool (*take)(void *self, const struct yolo_row *row),
    void *self, struct err *err)
{
    struct stream stream;
    const char *line;
    size_t length;
    bool complete, ok = true;
    if (!stream_open(&stream, path, 0, err))
        return false;
    while (ok && stream_line(&stream, &line, &length, &complete)) {
        struct yolo_row row;
        size_t blank = 0;
        while (blank < length && is_blank(line[blank]))
            blank++;
        if (blank < length)
            ok = take(self,
                length <= YOLO_MAX_LINE_BYTES && yolo_row_parse(line, length, &row) ? &row : NULL);
    }
    stream_close(&stream);
    return ok;
}
