/*
 * Boxes as albumentations holds them, corners in fractions of the image: JSON with "bboxes", or a
 * CSV with a box a row, whose corners may also be pixels.
 * Knows: columns and their many names. Must not know: how lists stand in a JSON file.
 */
#include "base/csv.h"
#include "base/file.h"
#include "base/num.h"
#include "base/stream.h"
#include "readers/box_lists.h"

#include <math.h>
#include <string.h>

enum { PEEK_BYTES = 16 << 10 };

static const struct box_lists_rules RULES = {.boxes = "bboxes",
    .fractions = true,
    .label_in_box = true,
    .wanted = "objects with \"bboxes\" and labels"};

/* ---- CSV ---- */

enum column { IMAGE, X0, Y0, X1, Y1, CLASS, SCORE, WIDTH, HEIGHT, COLUMNS };

/* Without case, blanks, underscores and hyphens. x1 is the left of x1 y1 x2 y2 and the right of
 * x0 y0 x1 y1, so that whole sets of corners are looked for. */
static const char *const CORNERS[][4] = {{"xmin", "ymin", "xmax", "ymax"}, {"x0", "y0", "x1", "y1"},
    {"x1", "y1", "x2", "y2"}, {"left", "top", "right", "bottom"}};

static const struct {
    const char *name;
    enum column column;
} NAMES[] = {
    {"image", IMAGE},
    {"imageid", IMAGE},
    {"filename", IMAGE},
    {"imagepath", IMAGE},
    {"imagename", IMAGE},
    {"file", IMAGE},
    {"path", IMAGE},
    {"classname", CLASS}, /* names go before numbers */
    {"labelname", CLASS},
    {"categoryname", CLASS},
    {"name", CLASS},
    {"class", CLASS},
    {"label", CLASS},
    {"category", CLASS},
    {"classid", CLASS},
    {"categoryid", CLASS},
    {"score", SCORE},
    {"confidence", SCORE},
    {"conf", SCORE},
    {"width", WIDTH},
    {"imagewidth", WIDTH},
    {"height", HEIGHT},
    {"imageheight", HEIGHT},
};

struct columns {
    int at[COLUMNS]; /* -1: not there */
};

static bool is_called(const struct csv_cell *cell, const char *name)
{
    for (size_t i = 0; i < cell->length; i++) {
        char c = cell->text[i];
        if (c == '_' || c == '-' || c == ' ')
            continue;
        if (c >= 'A' && c <= 'Z')
            c += 'a' - 'A';
        if (!*name || c != *name)
            return false;
        name++;
    }
    return !*name;
}

static int find_column(const struct csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->count; i++)
        if (is_called(&csv->cells[i], name))
            return (int)i;
    return -1;
}

/* The columns of a header that has just been split; false when it is none of such a table. */
static bool find_columns(const struct csv *header, struct columns *columns)
{
    for (int c = 0; c < COLUMNS; c++)
        columns->at[c] = -1;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (columns->at[NAMES[i].column] < 0)
            columns->at[NAMES[i].column] = find_column(header, NAMES[i].name);
    for (size_t set = 0; set < sizeof CORNERS / sizeof *CORNERS && columns->at[X0] < 0; set++) {
        bool whole = true;
        for (int c = 0; c < 4; c++) {
            columns->at[X0 + c] = find_column(header, CORNERS[set][c]);
            whole = whole && columns->at[X0 + c] >= 0;
        }
        if (!whole)
            columns->at[X0] = -1;
    }
    return columns->at[IMAGE] >= 0 && columns->at[X0] >= 0 && columns->at[CLASS] >= 0;
}

/* The cell of COLUMN; empty when the row or the table has none. */
static struct csv_cell cell_of(
    const struct csv *row, const struct columns *columns, enum column column)
{
    int at = columns->at[column];
    return at >= 0 && (size_t)at < row->count ? row->cells[at] : (struct csv_cell){.text = ""};
}

static double number_of(const struct csv *row, const struct columns *columns, enum column column)
{
    struct csv_cell cell = cell_of(row, columns, column);
    double value;
    return num_parse(cell.text, cell.length, &value) ? value : NAN;
}

static int32_t side_px(double px)
{
    return px >= 1 && px <= INT32_MAX ? (int32_t)px : 0;
}

static void take_row(
    struct collector *collector, const struct csv *row, const struct columns *columns)
{
    struct csv_cell image = cell_of(row, columns, IMAGE), class = cell_of(row, columns, CLASS);
    double corners[4];
    bool good = image.length && class.length;
    for (int c = 0; c < 4; c++) {
        corners[c] = number_of(row, columns, (enum column)(X0 + c));
        good = good && isfinite(corners[c]);
    }
    if (!good) {
        collector->dropped++;
        return;
    }
    for (int c = 0; c < 4; c++)
        collector->fractions &= corners[c] >= -1 && corners[c] <= 2;
    int32_t place = collector_image(collector, image.text, image.length);
    int32_t width_px = side_px(number_of(row, columns, WIDTH));
    int32_t height_px = side_px(number_of(row, columns, HEIGHT));
    if (!collector->no_memory && width_px && height_px) {
        collector->images[place].width_px = width_px;
        collector->images[place].height_px = height_px;
    }
    collector_add(collector,
        &(struct collect_row){
            .box = {corners[0], corners[1], corners[2] - corners[0], corners[3] - corners[1]},
            .score = number_of(row, columns, SCORE),
            .image = place,
            .class_index = collector_class(collector, class.text, class.length)});
}

/* A row is a line: no cell of such a table needs a line end. */
static bool read_csv(struct collector *collector, const char *path, struct err *err)
{
    struct stream stream;
    struct csv csv;
    struct columns columns;
    const char *line;
    size_t length;
    bool complete;
    if (!stream_open(&stream, path, 0, err))
        return false;
    bool ok = stream_line(&stream, &line, &length, &complete);
    csv_init(&csv, ok ? csv_guess_separator(line, length) : ',');
    ok = ok && csv_split(&csv, line, length) && find_columns(&csv, &columns);
    if (!ok)
        err_set(err, ERR_FORMAT,
            "has no columns of boxes: image, x_min, y_min, x_max, y_max, class and maybe score");
    collector->fractions = true;
    while (ok && stream_line(&stream, &line, &length, &complete)) {
        bool split = csv_split(&csv, line, length);
        if (split && csv.count)
            take_row(collector, &csv, &columns);
        collector->dropped += !split;
    }
    csv_done(&csv);
    stream_close(&stream);
    return ok;
}

static enum annotation_kind sniff_csv(const char *path)
{
    char head[PEEK_BYTES];
    size_t length = file_peek(path, head, sizeof head);
    const char *end = length ? memchr(head, '\n', length) : NULL;
    struct csv csv;
    struct columns columns;
    length = end ? (size_t)(end - head) : length;
    csv_init(&csv, csv_guess_separator(head, length));
    bool found = csv_split(&csv, head, length) && find_columns(&csv, &columns);
    csv_done(&csv);
    if (!found)
        return ANNOTATION_NONE;
    return columns.at[SCORE] >= 0 ? ANNOTATION_DETECTIONS : ANNOTATION_GROUND_TRUTH;
}

/* ---- either ---- */

static bool is_named(const char *path)
{
    return path_has_suffix(path, ".csv");
}

static enum annotation_kind sniff(const char *path)
{
    return is_named(path) ? sniff_csv(path) : box_lists_sniff(path, &RULES);
}

static bool collect(struct collector *collector, const char *path,
    const struct annotation_options *options, struct err *err)
{
    (void)options;
    return is_named(path) ? read_csv(collector, path, err)
                          : box_lists_read(collector, path, &RULES, err);
}

static struct dataset *read_ground_truth(
    const char *path, const struct annotation_options *options, struct err *err)
{
    return collect_dataset(path, options, collect, err);
}

static struct detections *read_detections(
    const char *path, const struct annotation_options *options, struct err *err)
{
    return collect_detections(path, options, collect, err);
}

const struct annotation_format annotation_albumentations = {
    .name = "albumentations",
    .reads = "corners as fractions: JSON with \"bboxes\"; a CSV of image, x_min ... class, also pixels",
    .is_named = is_named,
    .sniff = sniff,
    .read_ground_truth = read_ground_truth,
    .read_detections = read_detections,
};
