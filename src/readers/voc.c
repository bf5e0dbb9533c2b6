/*
 * Pascal VOC: one XML file an image, alone, in a folder, or in a tree whose split says which count.
 * Knows: the elements, through expat, and the tree. Must not know: detections; VOC has no scores.
 *
 * VOC counts pixels from 1 and its corners belong to the box: the box here is x = xmin - 1,
 * y = ymin - 1, w = xmax - xmin + 1, h = ymax - ymin + 1, also of fractional corners. A difficult
 * object is neither wanted nor wrong to find: it is kept as a crowd. Parts inside an object are not
 * objects.
 */
#include "base/file.h"
#include "base/num.h"
#include "base/stream.h"
#include "readers/annotation.h"
#include "readers/collect.h"
#include "readers/folder.h"

#include <expat.h>
#include <math.h>
#include <string.h>

enum { MOST_FILE_BYTES = 16 << 20, MOST_TEXT_BYTES = 4096, DEEPEST = 64 };

/* ---- one file ---- */

enum element {
    OTHER,
    ANNOTATION_ROOT,
    FILENAME,
    SIZE,
    WIDTH,
    HEIGHT,
    OBJECT,
    NAME,
    DIFFICULT,
    BOX,
    XMIN,
    YMIN,
    XMAX,
    YMAX,
};

/* An element means something only right inside the one that it belongs to. */
static const struct {
    const char *name;
    enum element element, inside;
} ELEMENTS[] = {
    {"annotation", ANNOTATION_ROOT, OTHER},
    {"filename", FILENAME, ANNOTATION_ROOT},
    {"size", SIZE, ANNOTATION_ROOT},
    {"width", WIDTH, SIZE},
    {"height", HEIGHT, SIZE},
    {"object", OBJECT, ANNOTATION_ROOT},
    {"name", NAME, OBJECT},
    {"difficult", DIFFICULT, OBJECT},
    {"bndbox", BOX, OBJECT},
    {"xmin", XMIN, BOX},
    {"ymin", YMIN, BOX},
    {"xmax", XMAX, BOX},
    {"ymax", YMAX, BOX},
};

struct voc {
    struct collector *collector;
    XML_Parser parser;
    struct buf file, text; /* the text of the element that is open */
    int depth;
    enum element path[DEEPEST + 1];
    const char *refused; /* why the parser was stopped */
    bool has_root;
    struct map file_names; /* that files say: the first image of each */
    char filename[MOST_TEXT_BYTES];
    double width_px, height_px;
    /* The object that is open. */
    char name[MOST_TEXT_BYTES];
    double difficult, corners[4]; /* xmin, ymin, xmax, ymax; NaN: not said */
};

static void refuse(struct voc *voc, const char *why)
{
    voc->refused = why;
    XML_StopParser(voc->parser, XML_FALSE);
}

static void XMLCALL start_element(void *self, const XML_Char *name, const XML_Char **attributes)
{
    struct voc *voc = self;
    (void)attributes;
    enum element inside = voc->path[voc->depth], element = OTHER;
    if (voc->depth == DEEPEST) {
        refuse(voc, "nests deeper than any annotation");
        return;
    }
    for (size_t i = 0; i < sizeof ELEMENTS / sizeof *ELEMENTS; i++)
        if (ELEMENTS[i].inside == inside && strcmp(ELEMENTS[i].name, name) == 0)
            element = ELEMENTS[i].element;
    if (element == ANNOTATION_ROOT && voc->depth > 0)
        element = OTHER;
    voc->has_root |= element == ANNOTATION_ROOT;
    voc->path[++voc->depth] = element;
    buf_clear(&voc->text);
    if (element != OBJECT)
        return;
    voc->name[0] = '\0';
    voc->difficult = 0;
    for (int i = 0; i < 4; i++)
        voc->corners[i] = NAN;
}

static void XMLCALL take_text(void *self, const XML_Char *text, int length)
{
    struct voc *voc = self;
    buf_add(
        &voc->text, text, (size_t)length); /* beyond its maximum it is failed: no name, no number */
}

/* The text without the blanks around it; false when it is too long. */
static bool trimmed(const struct buf *text, const char **at, size_t *length)
{
    *at = text->data ? text->data : "";
    *length = text->length;
    while (*length && strchr(" \t\r\n", **at))
        ++*at, --*length;
    while (*length && strchr(" \t\r\n", (*at)[*length - 1]))
        --*length;
    return !text->failed && *length < MOST_TEXT_BYTES;
}

static void take_words(const struct buf *text, char out[MOST_TEXT_BYTES])
{
    const char *at;
    size_t length;
    if (!trimmed(text, &at, &length))
        length = 0;
    memcpy(out, at, length);
    out[length] = '\0';
}

static double take_number(const struct buf *text)
{
    const char *at;
    size_t length;
    double value;
    return trimmed(text, &at, &length) && num_parse(at, length, &value) && isfinite(value) ? value
                                                                                           : NAN;
}

/* Its image is not known before the file's end. */
static void end_object(struct voc *voc)
{
    const double *corners = voc->corners;
    if (!voc->name[0] || !(corners[2] >= corners[0]) || !(corners[3] >= corners[1])) {
        voc->collector->dropped++;
        return;
    }
    collector_add(voc->collector,
        &(struct collect_row){.box = {corners[0] - 1, corners[1] - 1, corners[2] - corners[0] + 1,
                                  corners[3] - corners[1] + 1},
            .score = NAN,
            .class_index = collector_class(voc->collector, voc->name, strlen(voc->name)),
            .crowd = !isnan(voc->difficult) && voc->difficult != 0});
}

static void XMLCALL end_element(void *self, const XML_Char *name)
{
    struct voc *voc = self;
    (void)name;
    enum element element = voc->path[voc->depth--];
    switch (element) {
    case FILENAME:
        take_words(&voc->text, voc->filename);
        break;
    case WIDTH:
        voc->width_px = take_number(&voc->text);
        break;
    case HEIGHT:
        voc->height_px = take_number(&voc->text);
        break;
    case NAME:
        take_words(&voc->text, voc->name);
        break;
    case DIFFICULT:
        voc->difficult = take_number(&voc->text);
        break;
    case XMIN:
    case YMIN:
    case XMAX:
    case YMAX:
        voc->corners[element - XMIN] = take_number(&voc->text);
        break;
    case OBJECT:
        end_object(voc);
        break;
    default:
        break;
    }
    buf_clear(&voc->text);
}

/* Of other encodings the ASCII is read, which is all that numbers and most names need. */
static int XMLCALL know_encoding(void *self, const XML_Char *name, XML_Encoding *encoding)
{
    (void)self, (void)name;
    for (int i = 0; i < 256; i++)
        encoding->map[i] = i;
    encoding->data = NULL;
    encoding->convert = NULL;
    encoding->release = NULL;
    return XML_STATUS_OK;
}

/* What is never declared can never be expanded. */
static void XMLCALL refuse_entity(void *self, const XML_Char *name, int is_parameter,
    const XML_Char *value, int length, const XML_Char *base, const XML_Char *system_id,
    const XML_Char *public_id, const XML_Char *notation)
{
    (void)name, (void)is_parameter, (void)value, (void)length, (void)base, (void)system_id;
    (void)public_id, (void)notation;
    refuse(self, "declares entities, which no annotation needs");
}

static int32_t side_px(double px)
{
    return px >= 1 && px <= INT32_MAX ? (int32_t)px : 0;
}

/* The name of the image's file without its directories, "" for none. */
static const char *said_name(const struct voc *voc)
{
    const char *name = voc->filename;
    for (const char *at = name; *at; at++)
        if (*at == '/' || *at == '\\')
            name = at + 1;
    return name;
}

/* The image of the file that has been parsed: it is known by its annotation's own name, and has the
 * file name that this says, unless that is not its alone. */
static int32_t image_of(struct voc *voc, const char *known_as)
{
    struct collector *collector = voc->collector;
    const char *name = said_name(voc);
    int32_t image = collector_image(collector, known_as, strlen(known_as));
    if (!name[0] || collector->no_memory)
        return image;
    int64_t first = map_put(&voc->file_names, name, strlen(name), image, NULL);
    collector->no_memory |= first < 0;
    if (first >= 0 && first != image)
        collector->images[first].file_name = "";
    else if (first == image)
        collector->images[image].file_name = arena_string(&collector->arena, name);
    collector->no_memory |= !collector->images[image].file_name;
    return image;
}

/* Parses the text in `file`. False with the parser's or our own reason in ERR. */
static bool parse(struct voc *voc, struct err *err)
{
    XML_ParserReset(voc->parser, NULL);
    XML_SetUserData(voc->parser, voc);
    XML_SetElementHandler(voc->parser, start_element, end_element);
    XML_SetCharacterDataHandler(voc->parser, take_text);
    XML_SetEntityDeclHandler(voc->parser, refuse_entity);
    XML_SetUnknownEncodingHandler(voc->parser, know_encoding, NULL);
    voc->depth = 0;
    voc->path[0] = OTHER;
    voc->refused = NULL;
    voc->has_root = false;
    voc->filename[0] = '\0';
    voc->width_px = voc->height_px = 0;
    buf_clear(&voc->text);
    const char *text = voc->file.data ? voc->file.data : "";
    if (XML_Parse(voc->parser, text, (int)voc->file.length, XML_TRUE) == XML_STATUS_OK)
        return voc->has_root || err_set(err, ERR_FORMAT, "is no VOC file: it has no <annotation>");
    err_set(err, ERR_FORMAT, "is no VOC file: %s",
        voc->refused ? voc->refused : XML_ErrorString(XML_GetErrorCode(voc->parser)));
    err_at(err, ERR_AT_LINE, (int64_t)XML_GetCurrentLineNumber(voc->parser));
    return false;
}

/* Reads one file; of a damaged one what comes before the damage, which is counted. False with ERR
 * when nothing can be had of it. */
static bool read_file(
    struct voc *voc, const char *path, const char *home, struct arena *names, struct err *err)
{
    struct collector *collector = voc->collector;
    const char *below = path_below(home, path);
    const char *stem = arena_copy(names, below, path_stem_length(below));
    size_t first = collector->row_count;
    collector->no_memory |= !stem;
    buf_clear(&voc->file);
    if (collector->no_memory || !file_read(path, &voc->file, err) || !parse(voc, err)) {
        collector->dropped++;
        if (collector->no_memory || collector->row_count == first)
            return false;
    }
    int32_t image = image_of(voc, stem);
    for (size_t i = first; i < collector->row_count; i++)
        collector->rows[i].image = image;
    if (!collector->no_memory) {
        collector->images[image].width_px = side_px(voc->width_px);
        collector->images[image].height_px = side_px(voc->height_px);
    }
    return true;
}

/* ---- which files ---- */

static bool is_named(const char *path)
{
    return path_has_suffix(path, ".xml");
}

/* The root element, as it begins, without what may stand around it. CVAT's is "annotations". */
static bool look(void *self, const char *name, const char *head, size_t length)
{
    bool *found = self;
    const char *root = strstr(head, "<annotation");
    (void)name, (void)length;
    *found = root && strchr("> \t\r\n", root[strlen("<annotation")]);
    return !*found;
}

static const char *const ANNOTATIONS[] = {"Annotations", "annotations", NULL};
static const char *const PICTURES[] = {"JPEGImages", "images", NULL};

/* HOME is called as the annotations of a tree are. */
static bool is_tree(const char *home)
{
    for (const char *const *name = ANNOTATIONS; *name; name++)
        if (strcmp(path_base(home), *name) == 0)
            return true;
    return false;
}

static bool has_files(const char *directory)
{
    bool found = false;
    folder_peek(directory, ".xml", look, &found);
    return found;
}

/* The folder of the annotations that the directory PATH means: its own, or of its split of
 * validation, else test, else training; itself, when it is neither. */
static const char *find_home(struct arena *arena, const char *path)
{
    static const char *const SPLITS[] = {"val", "valid", "validation", "test", "train"};
    const char *inside = folder_find(arena, path, "", ANNOTATIONS);
    const char *home = inside ? inside : path;
    if (has_files(home))
        return home;
    for (size_t i = 0; i < sizeof SPLITS / sizeof *SPLITS; i++) {
        const char *split = path_join(arena, home, SPLITS[i]);
        const char *its_own = split ? folder_find(arena, split, "", ANNOTATIONS) : NULL;
        if (its_own && has_files(its_own))
            return its_own;
        if (split && has_files(split))
            return split;
    }
    return home;
}

/* The files of the folders in HOME, which has none itself. */
static bool list_below(
    const char *home, struct arena *arena, struct folder *folder, struct err *err)
{
    struct file_list list;
    if (!file_list(home, arena, &list, err))
        return false;
    for (size_t i = 0; i < list.count; i++) {
        struct folder inside;
        const char *path = path_join(arena, home, list.entries[i].name);
        if (!path || !list.entries[i].is_dir || list.entries[i].name[0] == '.' || !has_files(path))
            continue;
        if (!folder_list(path, ".xml", arena, &inside, err))
            return false;
        const char **paths = ARENA_ARRAY(arena, const char *, folder->count + inside.count);
        if (!paths || folder->count + inside.count > FOLDER_MAX_FILES)
            return err_set(err, ERR_MEMORY, "out of memory while listing files");
        if (folder->count)
            memcpy(paths, folder->paths, folder->count * sizeof *paths);
        memcpy(paths + folder->count, inside.paths, inside.count * sizeof *paths);
        folder->paths = paths;
        folder->count += inside.count;
    }
    return true;
}

static enum annotation_kind sniff(const char *path)
{
    struct file_stat stat;
    bool found = false;
    if (!file_stat(path, &stat))
        return ANNOTATION_NONE;
    if (stat.is_dir) {
        struct arena arena = {0};
        struct folder folder = {0};
        const char *home = find_home(&arena, path);
        found = has_files(home) ||
                (is_tree(home) && list_below(home, &arena, &folder, NULL) && folder.count);
        arena_done(&arena);
    } else if (is_named(path)) {
        char head[FOLDER_HEAD_BYTES + 1];
        size_t length = file_peek(path, head, FOLDER_HEAD_BYTES);
        head[length] = '\0';
        look(&found, path, head, length);
    }
    return found ? ANNOTATION_GROUND_TRUTH : ANNOTATION_NONE;
}

/* The list of the tree's split: of validation, else of test, else of training; NULL without one. */
static const char *find_split(struct arena *arena, const char *tree)
{
    static const char *const SPLITS[] = {"val.txt", "test.txt", "trainval.txt", "train.txt"};
    const char *lists = path_join(arena, tree, "ImageSets/Main");
    for (size_t i = 0; lists && i < sizeof SPLITS / sizeof *SPLITS; i++) {
        struct file_stat stat;
        const char *list = path_join(arena, lists, SPLITS[i]);
        if (list && file_stat(list, &stat) && stat.is_regular && stat.size_bytes)
            return list;
    }
    return NULL;
}

/* The files of DIRECTORY whose stems LIST names, a line each. */
static bool list_split(const char *list, const char *directory, struct arena *arena,
    struct folder *folder, struct err *err)
{
    struct stream stream;
    const char *line;
    size_t length, capacity = 0;
    bool complete, ok = true;
    if (!stream_open(&stream, list, 0, err))
        return false;
    while (ok && stream_line(&stream, &line, &length, &complete)) {
        size_t used = 0;
        while (used < length && !strchr(" \t\r", line[used]))
            used++;
        if (!used || used >= MOST_TEXT_BYTES || memchr(line, '\0', used))
            continue;
        if (folder->count == capacity) {
            size_t wider = capacity ? 2 * capacity : 256;
            const char **paths = ARENA_ARRAY(arena, const char *, wider);
            if (paths && capacity)
                memcpy(paths, folder->paths, capacity * sizeof *paths);
            folder->paths = paths;
            capacity = paths ? wider : 0;
        }
        const char *file =
            capacity ? arena_printf(arena, "%s/%.*s.xml", directory, (int)used, line) : NULL;
        if (file)
            folder->paths[folder->count++] = file;
        ok = (file && folder->count < FOLDER_MAX_FILES) ||
             err_set(err, ERR_MEMORY, "out of memory while reading a split");
    }
    stream_close(&stream);
    return ok;
}

/* The files that PATH means, their folder and that of their pictures. */
static bool find_files(const char *path, struct arena *arena, struct folder *folder,
    const char **home, const char **images, struct err *err)
{
    struct file_stat stat;
    bool is_dir = file_stat(path, &stat) && stat.is_dir;
    *home = is_dir ? find_home(arena, path) : path_parent(arena, path);
    *images = *home ? folder_find(arena, *home, "..", PICTURES) : NULL;
    if (!*images)
        *images = *home;
    *folder = (struct folder){0};
    if (!*home)
        return err_set(err, ERR_MEMORY, "out of memory while listing files");
    const char *tree = is_tree(*home) ? path_parent(arena, *home) : NULL;
    const char *split = is_dir && tree && *home != path ? find_split(arena, tree) : NULL;
    if (split)
        return list_split(split, *home, arena, folder, err);
    return folder_list(is_dir ? *home : path, ".xml", arena, folder, err) &&
           (folder->count || !is_dir || list_below(*home, arena, folder, err));
}

static bool read_files(struct voc *voc, const char *path, struct err *err)
{
    struct arena names = {0};
    struct folder folder;
    struct err first = {0};
    const char *home, *images;
    size_t good = 0;
    bool ok = find_files(path, &names, &folder, &home, &images, err);
    for (size_t i = 0; ok && i < folder.count; i++) {
        struct err refused = {0};
        if (read_file(voc, folder.paths[i], home, &names, &refused)) {
            good++;
            continue;
        }
        ok = !voc->collector->no_memory;
        if (!first.code) {
            first = refused;
            err_in_file(&first, folder.paths[i]);
        }
    }
    if (ok && !good) {
        ok = first.code ? false : err_set(err, ERR_FORMAT, "holds no VOC files (*.xml)");
        if (first.code && err)
            *err = first;
    }
    voc->collector->images_dir = ok ? arena_string(&voc->collector->arena, images) : NULL;
    voc->collector->no_memory |= ok && !voc->collector->images_dir;
    arena_done(&names);
    return ok || voc->collector->no_memory;
}

static bool collect(struct collector *collector, const char *path,
    const struct annotation_options *options, struct err *err)
{
    struct voc voc = {.collector = collector, .parser = XML_ParserCreate(NULL)};
    (void)options;
    if (!voc.parser)
        return err_set(err, ERR_MEMORY, "out of memory");
    map_init(&voc.file_names, &collector->arena);
    buf_init(&voc.file, MOST_FILE_BYTES);
    buf_init(&voc.text, MOST_TEXT_BYTES);
    bool ok = read_files(&voc, path, err);
    XML_ParserFree(voc.parser);
    map_done(&voc.file_names);
    buf_done(&voc.file);
    buf_done(&voc.text);
    return ok;
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
    err_set(err, ERR_FORMAT, "is ground truth: VOC files have no scores");
    err_in_file(err, path);
    return NULL;
}

const struct annotation_format annotation_voc = {
    .name = "voc",
    .reads = "Pascal VOC XML: a file, a folder of them, or a tree with Annotations/ and ImageSets/",
    .is_named = is_named,
    .sniff = sniff,
    .read_ground_truth = read_ground_truth,
    .read_detections = read_detections,
};
