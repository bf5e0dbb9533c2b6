/*
 * Penn-Fudan text annotations: one file an image, in the wording of PASCAL Annotation 1.00.
 * Knows: its sentences. Must not know: detections, or the pictures of masks that lie beside.
 *
 * Pixels are counted from 1 and both corners belong to the box, as in VOC: x = Xmin - 1,
 * w = Xmax - Xmin + 1.
 */
#include "base/file.h"
#include "base/num.h"
#include "base/stream.h"
#include "readers/annotation.h"
#include "readers/collect.h"
#include "readers/folder.h"

#include <math.h>
#include <string.h>

enum { MOST_LINE_BYTES = 1 << 16 };

static const char FILENAME[] = "Image filename";
static const char SIZE[] = "Image size";
static const char BOX[] = "Bounding box for object";

struct file {
    struct collector *collector;
    int32_t image;  /* -1: not said yet */
    size_t objects; /* boxes, good or not */
};

static bool starts_with(const char *line, const char *words)
{
    return strncmp(line, words, strlen(words)) == 0;
}

/* What stands between the next two quotes at *AT, which moves behind them; false when nothing does.
 */
static bool take_quoted(const char **at, const char **text, size_t *length)
{
    const char *open = strchr(*at, '"'), *close = open ? strchr(open + 1, '"') : NULL;
    if (!close)
        return false;
    *text = open + 1;
    *length = (size_t)(close - open - 1);
    *at = close + 1;
    return true;
}

/* The next COUNT numbers behind *AT, whatever stands between them. */
static bool take_numbers(const char *at, double *numbers, int count)
{
    const char *end = at + strlen(at);
    for (int i = 0; i < count; i++) {
        size_t used = 0;
        while (*at && !strchr("-0123456789", *at))
            at++;
        if (*at && !(used = num_scan(at, end, &numbers[i]))) {
            at++; /* a dash that is none of a number's */
            i--;
            continue;
        }
        if (!used || !isfinite(numbers[i]))
            return false;
        at += used;
    }
    return true;
}

static void take_filename(struct file *file, const char *line)
{
    const char *name;
    size_t length;
    if (file->image >= 0 || !take_quoted(&line, &name, &length))
        return;
    for (size_t i = 0; i < length; i++)
        if (name[i] == '/') {
            name += i + 1;
            length -= i + 1;
            i = (size_t)-1;
        }
    if (length)
        file->image = collector_image(file->collector, name, length);
}

static void take_size(struct file *file, const char *line)
{
    double sides[2];
    const char *colon = strrchr(line, ':');
    if (file->image < 0 || file->collector->no_memory || !colon || !take_numbers(colon, sides, 2) ||
        !(sides[0] >= 1 && sides[0] <= INT32_MAX && sides[1] >= 1 && sides[1] <= INT32_MAX))
        return;
    file->collector->images[file->image].width_px = (int32_t)sides[0];
    file->collector->images[file->image].height_px = (int32_t)sides[1];
}

/* Bounding box for object 1 "PASpersonWalking" - (Xmin, Ymin) - (Xmax, Ymax) : (160, 182) - (302,
 * 431) */
static void take_box(struct file *file, const char *line)
{
    double corners[4];
    const char *name, *colon;
    size_t length;
    bool good = take_quoted(&line, &name, &length) && length && (colon = strchr(line, ':')) &&
                take_numbers(colon, corners, 4) && corners[2] >= corners[0] &&
                corners[3] >= corners[1] && file->image >= 0;
    file->objects++;
    if (!good) {
        file->collector->dropped++;
        return;
    }
    collector_add(file->collector,
        &(struct collect_row){.box = {corners[0] - 1, corners[1] - 1, corners[2] - corners[0] + 1,
                                  corners[3] - corners[1] + 1},
            .score = NAN,
            .image = file->image,
            .class_index = collector_class(file->collector, name, length)});
}

static void take_line(struct file *file, const char *line)
{
    line += strspn(line, " \t");
    if (starts_with(line, FILENAME))
        take_filename(file, line);
    else if (starts_with(line, SIZE))
        take_size(file, line);
    else if (starts_with(line, BOX))
        take_box(file, line);
}

/* A file that does not say its image is about the one that is called like it. */
static bool read_file(
    struct collector *collector, const char *path, struct arena *names, struct err *err)
{
    struct file file = {.collector = collector, .image = -1};
    struct stream stream;
    const char *line, *stem = folder_stem(names, path);
    size_t length;
    bool complete;
    if (!stream_open(&stream, path, 0, err))
        return false;
    struct buf text;
    buf_init(&text, MOST_LINE_BYTES);
    while (stem && stream_line(&stream, &line, &length, &complete)) {
        buf_clear(&text);
        if (!buf_add(&text, line, length))
            continue;
        if (file.image < 0 && starts_with(text.data, BOX))
            file.image = collector_image(collector, stem, strlen(stem));
        take_line(&file, text.data);
    }
    buf_done(&text);
    stream_close(&stream);
    collector->no_memory |= !stem;
    return file.image >= 0 || err_set(err, ERR_FORMAT, "has no \"Image filename\" and no boxes");
}

static bool is_named(const char *path)
{
    (void)path;
    return false; /* *.txt says nothing */
}

static bool look(void *self, const char *name, const char *head, size_t length)
{
    bool *found = self;
    (void)name, (void)length;
    *found =
        strstr(head, FILENAME) && (strstr(head, "PASCAL Annotation Version") || strstr(head, BOX));
    return !*found;
}

static const char *const ANNOTATIONS[] = {"Annotation", "Annotations", NULL};
static const char *const PICTURES[] = {"PNGImages", "images", NULL};

static enum annotation_kind sniff(const char *path)
{
    struct file_stat stat;
    bool found = false;
    if (!file_stat(path, &stat))
        return ANNOTATION_NONE;
    if (stat.is_dir) {
        struct arena arena = {0};
        const char *inside = folder_find(&arena, path, "", ANNOTATIONS);
        folder_peek(inside ? inside : path, ".txt", look, &found);
        arena_done(&arena);
    } else if (path_has_suffix(path, ".txt")) {
        char head[FOLDER_HEAD_BYTES + 1];
        size_t length = file_peek(path, head, FOLDER_HEAD_BYTES);
        head[length] = '\0';
        look(&found, path, head, length);
    }
    return found ? ANNOTATION_GROUND_TRUTH : ANNOTATION_NONE;
}

/* Files that are none of the format's (a readme) are passed over. */
static bool collect(struct collector *collector, const char *path,
    const struct annotation_options *options, struct err *err)
{
    (void)options;
    struct arena names = {0};
    struct folder folder;
    struct file_stat stat;
    bool is_dir = file_stat(path, &stat) && stat.is_dir;
    const char *inside = is_dir ? folder_find(&names, path, "", ANNOTATIONS) : NULL;
    const char *home = inside ? inside : is_dir ? path : path_parent(&names, path);
    bool ok = home && folder_list(is_dir ? home : path, ".txt", &names, &folder, err);
    size_t good = 0;
    struct err refused = {0};
    for (size_t i = 0; ok && i < folder.count && !collector->no_memory; i++)
        good += read_file(collector, folder.paths[i], &names, &refused);
    if (ok && !good)
        ok = err_set(err, ERR_FORMAT, "holds no Penn-Fudan annotation (*.txt): %s",
            refused.code ? refused.text : "no such file");
    const char *images = ok ? folder_find(&names, home, "..", PICTURES) : NULL;
    if (ok && !(collector->images_dir = arena_string(&collector->arena, images ? images : home)))
        collector->no_memory = true;
    collector->no_memory |= !home;
    arena_done(&names);
    return ok || collector->no_memory;
}

static struct dataset *read_ground_truth(
    const char *path, const struct annotation_options *options, struct err *err)
{
    return collect_dataset(path, options, collect, err);
}

static struct detections *read_detections(
    const char *path, const struct annotation_options *options, struct err *err)
{
    (void)options;
    err_set(err, ERR_FORMAT, "is ground truth: Penn-Fudan annotations have no scores");
    err_in_file(err, path);
    return NULL;
}

const struct annotation_format annotation_pennfudan = {
    .name = "pennfudan",
    .reads = "Penn-Fudan text annotations: a file, a folder, or the data set with Annotation/",
    .is_named = is_named,
    .sniff = sniff,
    .read_ground_truth = read_ground_truth,
    .read_detections = read_detections,
};
