/*
 * Text files of object-detection-metrics tools, one an image: "class confidence a b c d" a
 * detection, "class a b c d" an object, where the class is a word or a number. Knows: rows, and
 * what the four numbers may mean. Must not know: YOLO, to which it leaves what is written in YOLO's
 * order.
 *
 * Nothing in a file says whether its boxes are x y w h, xc yc w h or x1 y1 x2 y2, in pixels or in
 * fractions. What the numbers rule out is ruled out, and folders called as one such tool calls its
 * own hold what it reads; what then is still open the person says.
 */
#include "base/file.h"
#include "base/num.h"
#include "base/stream.h"
#include "readers/annotation.h"
#include "readers/class_names.h"
#include "readers/collect.h"
#include "readers/folder.h"
#include "readers/yolo.h"

#include <math.h>
#include <string.h>

enum { MOST_WORDS = 32, MOST_LINE_BYTES = 4096 };

/* ---- a row ---- */

struct row {
    const char *name; /* of the class: a word, words, or digits */
    size_t name_length;
    bool has_word;  /* the class is no number */
    bool difficult; /* neither wanted nor wrong to find */
    double score;   /* NaN: the row is an object's */
    double four[4]; /* as written */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == ',';
}

struct word {
    const char *at;
    size_t length;
};

/* The words of a line; more than there is room for are none. */
static size_t split(const char *line, size_t length, struct word words[MOST_WORDS])
{
    size_t count = 0, at = 0;
    while (at < length) {
        size_t begin = at;
        while (at < length && !is_blank(line[at]))
            at++;
        if (at > begin) {
            if (count == MOST_WORDS)
                return 0;
            words[count++] = (struct word){line + begin, at - begin};
        }
        at++;
    }
    return count;
}

static bool is_score(double value)
{
    return value >= 0 && value <= 1;
}

static const char DIFFICULT[] = "difficult";

/* The numbers stand at the end, but for a mark; what is before them is the class, which may be
 * several words. */
static bool parse_row(const char *line, size_t length, struct row *row)
{
    struct word words[MOST_WORDS];
    double numbers[MOST_WORDS];
    size_t count = split(line, length, words);
    row->difficult = count && words[count - 1].length == strlen(DIFFICULT) &&
                     memcmp(words[count - 1].at, DIFFICULT, strlen(DIFFICULT)) == 0;
    count -= row->difficult;
    size_t first = count;
    while (first > 0 &&
           num_parse(words[first - 1].at, words[first - 1].length, &numbers[first - 1]) &&
           isfinite(numbers[first - 1]))
        first--;
    if (count < 5)
        return false;
    row->has_word = first > 0;
    size_t classes = first ? first : 1, left = count - classes;
    if (left < 4 || left > 5)
        return false;
    row->name = words[0].at;
    row->name_length = (size_t)(words[classes - 1].at - words[0].at) + words[classes - 1].length;
    row->score = left == 5 ? numbers[classes] : NAN;
    memcpy(row->four, &numbers[count - 4], sizeof row->four);
    return left == 4 || is_score(row->score);
}

/* ---- what the numbers may mean ---- */

enum order { ORDER_OPEN, ORDER_XYWH, ORDER_XCYCWH, ORDER_XYXY };
enum unit { UNIT_OPEN, UNIT_ABS, UNIT_REL };

struct variant {
    enum order order;
    enum unit unit;
};

static const char VARIANTS[] = "xywh, xcycwh or xyxy; abs or rel";

/* "xyxy,abs": any of the words of VARIANTS in any order. */
static bool parse_variant(const char *said, struct variant *variant, struct err *err)
{
    static const struct {
        const char *word;
        struct variant means;
    } WORDS[] = {{"xywh", {ORDER_XYWH, UNIT_OPEN}}, {"xcycwh", {ORDER_XCYCWH, UNIT_OPEN}},
        {"xyxy", {ORDER_XYXY, UNIT_OPEN}}, {"abs", {ORDER_OPEN, UNIT_ABS}},
        {"rel", {ORDER_OPEN, UNIT_REL}}};
    *variant = (struct variant){0};
    while (said && *said) {
        size_t length = strcspn(said, ","), i = 0, count = sizeof WORDS / sizeof *WORDS;
        while (i < count &&
               (strlen(WORDS[i].word) != length || strncmp(WORDS[i].word, said, length) != 0))
            i++;
        if (i == count)
            return err_set(err, ERR_USAGE, "odm:%.40s is none of odm:%s", said, VARIANTS);
        if (WORDS[i].means.order)
            variant->order = WORDS[i].means.order;
        if (WORDS[i].means.unit)
            variant->unit = WORDS[i].means.unit;
        said += length + (said[length] == ',');
    }
    return true;
}

/* What all rows together rule out. */
struct signs {
    bool any;
    bool beyond_fractions; /* a number that no fraction is */
    bool no_corners;       /* a third number below the first, or a fourth below the second */
};

static void look_at_four(struct signs *signs, const double four[4])
{
    signs->any = true;
    for (int i = 0; i < 4; i++)
        signs->beyond_fractions |= fabs(four[i]) > 2;
    signs->no_corners |= four[2] < four[0] || four[3] < four[1];
}

/* A folder of the tool that knows two corners only. */
static bool is_called_as_corners(const char *home)
{
    static const char *const NAMES[] = {"ground-truth", "detection-results", "predicted"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (strcmp(path_base(home), NAMES[i]) == 0)
            return true;
    return false;
}

/* Fractions are written around the centre by every such tool; of pixels, corner and size must be
 * told from two corners. */
static bool decide(
    struct variant *variant, const struct signs *signs, const char *home, struct err *err)
{
    if (!variant->unit)
        variant->unit = signs->beyond_fractions ? UNIT_ABS : UNIT_REL;
    if (variant->unit == UNIT_REL && variant->order <= ORDER_XYWH)
        variant->order = ORDER_XCYCWH;
    if (!variant->order && signs->no_corners)
        variant->order = ORDER_XYWH;
    if (!variant->order && is_called_as_corners(home))
        variant->order = ORDER_XYXY;
    if (variant->order || !signs->any)
        return true;
    return err_set(err, ERR_UNSUPPORTED,
        "its boxes may be x y w h or x1 y1 x2 y2: say which, with --dt-format (or --gt-format) "
        "odm:xywh,abs or odm:xyxy,abs or odm:xcycwh,abs, or \"predictions_format\" in boxtop.json");
}

static struct box box_of(const double four[4], enum order order)
{
    switch (order) {
    case ORDER_XYXY:
        return (struct box){four[0], four[1], four[2] - four[0], four[3] - four[1]};
    case ORDER_XCYCWH:
        return (struct box){four[0] - four[2] / 2, four[1] - four[3] / 2, four[2], four[3]};
    default:
        return (struct box){four[0], four[1], four[2], four[3]};
    }
}

/* ---- class names ---- */

/* A list of names stands beside the files, or one folder above; a class that is a number is then a
 * line of it. Without such a list there are no names. */
static void read_names(
    struct collector *collector, struct arena *arena, const char *home, struct class_names *names)
{
    const char *list = class_names_find(arena, home);
    const char *above = list ? NULL : path_parent(arena, home);
    if (above)
        list = class_names_find(arena, above);
    collector->no_memory |= list && !class_names_read(arena, list, names);
}

static int32_t class_of(
    struct collector *collector, const struct row *row, const struct class_names *names)
{
    int64_t number;
    if (!row->has_word && num_parse_int(row->name, row->name_length, &number) && number >= 0 &&
        (uint64_t)number < names->count && names->names[number][0])
        return collector_class(collector, names->names[number], strlen(names->names[number]));
    return collector_class(collector, row->name, row->name_length);
}

/* ---- reading ---- */

struct odm {
    struct collector *collector;
    struct class_names names;
    struct signs signs;
};

/* Keeps the rows of one file, their four numbers in place of a box. */
static bool read_file(struct odm *odm, const char *path, struct arena *arena, struct err *err)
{
    struct collector *collector = odm->collector;
    struct stream stream;
    const char *line, *stem = folder_stem(arena, path);
    size_t length;
    bool complete;
    if (!stem)
        collector->no_memory = true;
    if (!stem || !stream_open(&stream, path, 0, err)) {
        err_in_file(err, path);
        return collector->no_memory;
    }
    int32_t image = collector_image(collector, stem, strlen(stem));
    while (stream_line(&stream, &line, &length, &complete)) {
        struct row row;
        size_t blank = 0;
        while (blank < length && is_blank(line[blank]))
            blank++;
        if (blank == length)
            continue;
        if (length > MOST_LINE_BYTES || !parse_row(line + blank, length - blank, &row)) {
            collector->dropped++;
            continue;
        }
        look_at_four(&odm->signs, row.four);
        collector_add(collector,
            &(struct collect_row){.box = {row.four[0], row.four[1], row.four[2], row.four[3]},
                .score = row.score,
                .image = image,
                .class_index = class_of(collector, &row, &odm->names),
                .crowd = row.difficult});
    }
    stream_close(&stream);
    return true;
}

/* The boxes of all rows, now that it is known what their numbers mean. */
static void make_boxes(struct collector *collector, struct variant variant)
{
    size_t kept = 0;
    for (size_t i = 0; i < collector->row_count; i++) {
        struct collect_row row = collector->rows[i];
        double four[4] = {row.box.x, row.box.y, row.box.w, row.box.h};
        row.box = box_of(four, variant.order);
        if (row.box.w >= 0 && row.box.h >= 0)
            collector->rows[kept++] = row;
        else
            collector->dropped++;
    }
    collector->row_count = kept;
    collector->fractions = variant.unit == UNIT_REL;
}

static bool collect(struct collector *collector, const char *path,
    const struct annotation_options *options, struct err *err)
{
    struct odm odm = {.collector = collector};
    struct arena arena = {0};
    struct variant variant;
    struct folder folder;
    struct file_stat stat;
    bool is_file = file_stat(path, &stat) && !stat.is_dir;
    const char *home = is_file ? path_parent(&arena, path) : path_clean(&arena, path);
    bool ok = parse_variant(annotation_variant(options), &variant, err) &&
              folder_list(path, ".txt", &arena, &folder, err);
    collector->no_memory |= !home;
    if (ok && home)
        read_names(collector, &arena, home, &odm.names);
    for (size_t i = 0; ok && i < folder.count; i++)
        if (folder.count == 1 || yolo_is_label_name(path_base(folder.paths[i])))
            ok = read_file(&odm, folder.paths[i], &arena, err);
    ok = ok && home && decide(&variant, &odm.signs, home, err);
    if (ok)
        make_boxes(collector, variant);
    arena_done(&arena);
    return ok;
}

/* ---- sniffing ---- */

struct sniffed {
    int rows, detections, words;
    struct signs signs;
    bool bad;         /* a row that is none of ours */
    bool not_yolo;    /* a row that YOLO cannot have written */
    bool implausible; /* a row whose box leaves its image, read in our order */
};

static bool leaves_image(double centre, double size)
{
    return centre - size / 2 < -.1 || centre + size / 2 > 1.1;
}

static void look_at_row(struct sniffed *sniffed, const struct row *row)
{
    const double *four = row->four;
    sniffed->rows++;
    sniffed->words += row->has_word;
    look_at_four(&sniffed->signs, four);
    if (isnan(row->score))
        return;
    sniffed->detections++;
    /* YOLO: the score stands last, and what we take for one is the centre's x. */
    sniffed->not_yolo |=
        leaves_image(row->score, four[1]) || leaves_image(four[0], four[2]) || !is_score(four[3]);
    sniffed->implausible |= leaves_image(four[0], four[2]) || leaves_image(four[1], four[3]);
}

static void look_at_lines(struct sniffed *sniffed, const char *text, size_t length)
{
    while (length && !sniffed->bad) {
        const char *end = memchr(text, '\n', length);
        size_t used = end ? (size_t)(end - text) : length, blank = 0;
        struct row row;
        if (!end && length >= FOLDER_HEAD_BYTES / 2)
            break; /* cut by the head */
        while (blank < used && is_blank(text[blank]))
            blank++;
        if (blank < used) {
            sniffed->bad = !parse_row(text + blank, used - blank, &row);
            if (!sniffed->bad)
                look_at_row(sniffed, &row);
        }
        used += end != NULL;
        text += used;
        length -= used;
    }
}

static bool look(void *self, const char *name, const char *head, size_t length)
{
    struct sniffed *sniffed = self;
    if (yolo_is_label_name(name))
        look_at_lines(sniffed, head, length);
    return !sniffed->bad;
}

static enum annotation_kind sniff(const char *path)
{
    struct sniffed sniffed = {0};
    struct file_stat stat;
    if (!file_stat(path, &stat))
        return ANNOTATION_NONE;
    if (stat.is_dir) {
        folder_peek(path, ".txt", look, &sniffed);
    } else if (path_has_suffix(path, ".txt")) {
        char head[FOLDER_HEAD_BYTES];
        look(&sniffed, path_base(path), head, file_peek(path, head, sizeof head));
    }
    bool same_kind = !sniffed.detections || sniffed.detections == sniffed.rows;
    if (!sniffed.rows || sniffed.bad || !same_kind)
        return ANNOTATION_NONE;
    bool ours = sniffed.words || sniffed.signs.beyond_fractions ||
                (sniffed.not_yolo && !sniffed.implausible);
    if (!ours)
        return ANNOTATION_NONE;
    return sniffed.detections ? ANNOTATION_DETECTIONS : ANNOTATION_GROUND_TRUTH;
}

static bool is_named(const char *path)
{
    (void)path;
    return false; /* *.txt says nothing */
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

const struct annotation_format annotation_odm = {
    .name = "odm",
    .reads =
        "text files of object-detection-metrics tools: \"class confidence x y w h\" and others",
    .variants = VARIANTS,
    .is_named = is_named,
    .sniff = sniff,
    .read_ground_truth = read_ground_truth,
    .read_detections = read_detections,
};
