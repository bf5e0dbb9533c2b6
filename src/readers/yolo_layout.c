/*
 * Finds the images, labels and classes of a YOLO data set.
 * Knows: data.yaml's often wrong paths, and that images/ and labels/ mirror one another.
 * Must not know: what stands in a label file.
 */
#include "base/file.h"
#include "base/grow.h"
#include "base/stream.h"
#include "readers/class_names.h"
#include "readers/image_name.h"
#include "readers/yolo.h"
#include "readers/yolo_yaml.h"

#include <stdlib.h>
#include <string.h>

void yolo_layout_init(struct yolo_layout *layout, struct arena *arena)
{
    *layout = (struct yolo_layout){.arena = arena};
    map_init(&layout->stems, arena);
}

void yolo_layout_done(struct yolo_layout *layout)
{
    map_done(&layout->stems);
    free(layout->items);
    layout->items = NULL;
}

static bool out_of_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory while looking for labels");
}

static bool is_dir(const char *path)
{
    struct file_stat stat;
    return path && file_stat(path, &stat) && stat.is_dir;
}

bool yolo_is_label_name(const char *name)
{
    static const char *const OTHERS[] = {"classes.txt", "labels.txt", "names.txt", "train.txt",
        "val.txt", "test.txt", "README.txt", "requirements.txt"};
    if (name[0] == '.' || !path_has_suffix(name, ".txt"))
        return false;
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        if (strcmp(name, OTHERS[i]) == 0)
            return false;
    return strncmp(name, "README.", 7) != 0;
}

bool yolo_is_data_yaml(const char *path)
{
    struct arena arena;
    struct yolo_yaml yaml;
    struct file_stat stat;
    if ((!path_has_suffix(path, ".yaml") && !path_has_suffix(path, ".yml")) ||
        !file_stat(path, &stat))
        return false;
    arena_init(&arena, 0);
    bool is = yolo_yaml_read(path, &arena, &yaml, NULL) && yaml.class_count &&
              (yaml.splits[YOLO_VAL].count || yaml.splits[YOLO_TEST].count ||
                  yaml.splits[YOLO_TRAIN].count);
    arena_done(&arena);
    return is;
}

const char *yolo_find_yaml(struct arena *arena, const char *directory)
{
    struct file_list list;
    const char *usual = path_join(arena, directory, "data.yaml");
    if (usual && yolo_is_data_yaml(usual))
        return usual;
    if (!file_list(directory, arena, &list, NULL))
        return NULL;
    for (size_t i = 0; i < list.count; i++) {
        const char *path =
            list.entries[i].is_dir ? NULL : path_join(arena, directory, list.entries[i].name);
        if (path && yolo_is_data_yaml(path))
            return path;
    }
    return NULL;
}

const char *yolo_find_labels(struct arena *arena, const char *directory)
{
    static const char *const NAMES[] = {"labels", "obj_train_data"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        const char *labels = path_join(arena, directory, NAMES[i]);
        if (is_dir(labels))
            return labels;
    }
    return NULL;
}

/* The item of a stem, made on first use; NULL with ERR. */
static struct yolo_item *item_of(struct yolo_layout *layout, const char *name, struct err *err)
{
    const char *stem;
    size_t length = path_stem_length(name);
    if (layout->count == YOLO_MAX_FILES) {
        err_set(err, ERR_LIMIT, "holds more than %d images", YOLO_MAX_FILES);
        return NULL;
    }
    int64_t place = map_put(&layout->stems, name, length, (int64_t)layout->count, &stem);
    if (place < 0 || !GROW(layout->items, layout->capacity, layout->count + 1)) {
        out_of_memory(err);
        return NULL;
    }
    if ((size_t)place == layout->count)
        layout->items[layout->count++] = (struct yolo_item){.stem = stem, .file_name = stem};
    return &layout->items[place];
}

static bool add_images(
    struct yolo_layout *layout, const char *directory, const char *prefix, struct err *err)
{
    struct file_list list;
    if (!file_list(directory, layout->arena, &list, err))
        return false;
    for (size_t i = 0; i < list.count; i++) {
        const char *name = list.entries[i].name;
        if (list.entries[i].is_dir || !image_name_is(name))
            continue;
        struct yolo_item *item = item_of(layout, name, err);
        if (!item)
            return false;
        item->file_name = prefix ? path_join(layout->arena, prefix, name) : name;
        if (!item->file_name)
            return out_of_memory(err);
    }
    return true;
}

static bool add_labels(struct yolo_layout *layout, const char *directory, struct err *err)
{
    struct file_list list;
    if (!file_list(directory, layout->arena, &list, err))
        return false;
    for (size_t i = 0; i < list.count; i++) {
        const char *name = list.entries[i].name;
        if (list.entries[i].is_dir || !yolo_is_label_name(name))
            continue;
        struct yolo_item *item = item_of(layout, name, err);
        if (!item)
            return false;
        item->labels = path_join(layout->arena, directory, name);
        if (!item->labels)
            return out_of_memory(err);
    }
    return true;
}

/* PATH with its last component FROM replaced by TO; NULL when it has none (or no memory). */
static const char *swap_component(
    struct arena *arena, const char *path, const char *from, const char *to)
{
    size_t length = strlen(from);
    const char *last = NULL;
    for (const char *at = path; (at = strstr(at, from)); at++)
        if ((at == path || at[-1] == '/') && (at[length] == '/' || !at[length]))
            last = at;
    if (!last)
        return NULL;
    return arena_printf(arena, "%.*s%s%s", (int)(last - path), path, to, last + length);
}

/* The directory of labels that belongs to a directory of images, or the other way round; NULL:
 * none. */
static const char *counterpart(
    struct arena *arena, const char *directory, const char *from, const char *to)
{
    const char *path = swap_component(arena, directory, from, to);
    if (is_dir(path))
        return path;
    const char *parent = path_parent(arena, directory);
    path = parent ? path_join(arena, parent, to) : NULL;
    if (path && strcmp(path, directory) != 0 && is_dir(path))
        return path;
    path = path_join(arena, directory, to);
    return is_dir(path) ? path : NULL;
}

/* The image directory that CANDIDATE means: itself or its "images"; also one that is absent while
 * its labels are there. NULL: neither. */
static const char *image_directory(struct arena *arena, const char *candidate)
{
    if (!candidate)
        return NULL;
    const char *inside = path_join(arena, candidate, "images");
    if (is_dir(inside))
        return inside;
    if (is_dir(candidate))
        return candidate;
    const char *labels = swap_component(arena, candidate, "images", "labels");
    return is_dir(labels) ? candidate : NULL;
}

static const char *without_parents(const char *path)
{
    for (;;) {
        if (strncmp(path, "../", 3) == 0)
            path += 3;
        else if (strncmp(path, "./", 2) == 0)
            path += 2;
        else
            return path;
    }
}

struct search {
    struct yolo_layout *layout;
    const struct yolo_yaml *yaml;
    const char *home; /* the directory of the data.yaml */
};

/* The directory that PATH means, or PATH when it is a regular list (*.txt); NULL when nowhere. */
static const char *place_at(struct arena *arena, const char *root, const char *tail)
{
    struct file_stat stat;
    const char *joined = root ? path_join(arena, root, tail) : NULL;
    const char *path = joined ? path_clean(arena, joined) : NULL;
    if (path && path_has_suffix(path, ".txt") && file_stat(path, &stat) && stat.is_regular)
        return path;
    return image_directory(arena, path);
}

/* PATH without its first component; NULL when it has no other. */
static const char *without_first(const char *path)
{
    path += strspn(path, "/");
    path += strcspn(path, "/");
    path += strspn(path, "/");
    return *path ? path : NULL;
}

enum { NEAR_ROOTS = 3 };

/* Where the end of a path of another machine can be. */
static void near_roots(const struct search *search, const char *roots[NEAR_ROOTS])
{
    struct arena *arena = search->layout->arena;
    roots[0] = path_join(arena, search->home, path_base(search->yaml->root));
    roots[1] = search->home;
    roots[2] = path_parent(arena, search->home);
}

/* Where SAID is: a directory of images, or a regular file that lists images; NULL when nowhere.
 * Paths are meant from the root, the data.yaml, or where the training was started (often one above
 * it); of those of another machine the longest end that is here is taken. */
static const char *resolve(const struct search *search, const char *said)
{
    struct arena *arena = search->layout->arena;
    const char *root = search->yaml->root, *home = search->home;
    const char *above = path_parent(arena, home);
    const char *roots[] = {path_join(arena, home, root),
        path_join(arena, home, without_parents(root)), path_join(arena, home, path_base(root)),
        home, above ? path_join(arena, above, root) : NULL};
    const char *tails[] = {said, without_parents(said)}, *near[NEAR_ROOTS];
    for (size_t r = 0; r < sizeof roots / sizeof *roots; r++)
        for (size_t t = 0; t < sizeof tails / sizeof *tails; t++) {
            const char *place = place_at(arena, roots[r], tails[t]);
            if (place)
                return place;
        }
    near_roots(search, near);
    for (const char *tail = said; (tail = without_first(tail));)
        for (size_t r = 0; r < NEAR_ROOTS; r++) {
            const char *place = place_at(arena, near[r], tail);
            if (place)
                return place;
        }
    return NULL;
}

/* The label file that belongs to the file IMAGE; NULL when memory is out. */
static const char *labels_of(struct arena *arena, const char *image)
{
    const char *mirrored = swap_component(arena, image, "images", "labels");
    const char *base = mirrored ? mirrored : image;
    return arena_printf(arena, "%.*s.txt",
        (int)(strlen(base) - strlen(path_base(base)) + path_stem_length(path_base(base))), base);
}

static bool exists(const char *path)
{
    struct file_stat stat;
    return path && file_stat(path, &stat);
}

/* What the paths of a list are relative to, as the first that is here shows. */
struct listing {
    const char *home; /* the directory of the list */
    const char *root; /* NULL: not known yet */
    int dropped;      /* leading components that another machine had */
};

/* SAID below ROOT without DROPPED components; NULL when it has too few (or no memory). */
static const char *listed_at(struct arena *arena, const char *root, const char *said, int dropped)
{
    while (dropped-- > 0 && said)
        said = without_first(said);
    const char *joined = said && root ? path_join(arena, root, said) : NULL;
    return joined ? path_clean(arena, joined) : NULL;
}

/* The image that a line of a list means. */
static const char *listed_image(
    const struct search *search, struct listing *listing, const char *said)
{
    enum { MOST_DROPPED = 16 };
    struct arena *arena = search->layout->arena;
    const char *roots[1 + NEAR_ROOTS] = {listing->home};
    near_roots(search, roots + 1);
    for (int dropped = 0; !listing->root && dropped <= MOST_DROPPED; dropped++)
        for (size_t r = 0; r < sizeof roots / sizeof *roots && !listing->root; r++) {
            const char *image = listed_at(arena, roots[r], said, dropped);
            if (image && (exists(image) || exists(labels_of(arena, image))))
                *listing = (struct listing){listing->home, roots[r], dropped};
        }
    const char *image =
        listing->root ? listed_at(arena, listing->root, said, listing->dropped) : NULL;
    return image ? image : listed_at(arena, listing->home, said, 0);
}

/* A list of image files, one path a line. */
static bool add_listed(struct search *search, const char *list, struct err *err)
{
    struct yolo_layout *layout = search->layout;
    struct arena *arena = layout->arena;
    struct listing listing = {.home = path_parent(arena, list)};
    struct stream stream;
    const char *line;
    size_t length;
    bool complete, ok = listing.home && stream_open(&stream, list, 0, err);
    if (!ok)
        return false;
    while (ok && stream_line(&stream, &line, &length, &complete)) {
        while (length && (line[length - 1] == ' ' || line[length - 1] == '\r'))
            length--;
        if (!length || length > YOLO_MAX_LINE_BYTES)
            continue;
        char *said = arena_copy(arena, line, length);
        if (!said || !image_name_is(said))
            continue;
        path_unify(said);
        const char *image = listed_image(search, &listing, said);
        struct yolo_item *item = image ? item_of(layout, path_base(image), err) : NULL;
        const char *labels = item ? labels_of(arena, image) : NULL;
        ok = labels != NULL || (item && out_of_memory(err));
        if (!ok)
            break;
        item->file_name = path_below(layout->images_dir, image);
        item->labels = exists(labels) ? labels : NULL;
    }
    stream_close(&stream);
    return ok;
}

/* One resolved place of a split. */
static bool add_place(struct search *search, const char *place, bool alone, struct err *err)
{
    struct yolo_layout *layout = search->layout;
    if (!is_dir(place) && path_has_suffix(place, ".txt"))
        return add_listed(search, place, err);
    const char *labels = counterpart(layout->arena, place, "images", "labels");
    const char *prefix = alone ? NULL : path_below(layout->images_dir, place);
    if (is_dir(place) && !add_images(layout, place, prefix, err))
        return false;
    return add_labels(layout, labels ? labels : place, err);
}

/* Adds the split's images and labels, if there are any. */
static bool add_split(struct search *search, enum yolo_split split, struct err *err)
{
    struct yolo_layout *layout = search->layout;
    size_t count = search->yaml->splits[split].count;
    for (size_t i = 0; i < count; i++) {
        const char *place = resolve(search, search->yaml->splits[split].paths[i]);
        if (!place)
            continue;
        bool alone = count == 1 && !path_has_suffix(place, ".txt");
        layout->images_dir = alone ? place : search->home;
        if (!add_place(search, place, alone, err))
            return false;
    }
    return true;
}

/* Where a split usually lies when data.yaml is wrong about it. */
static const char *usual_place(const struct search *search, enum yolo_split split)
{
    static const struct {
        enum yolo_split split;
        const char *directory;
    } USUAL[] = {{YOLO_VAL, "valid/images"}, {YOLO_VAL, "val/images"}, {YOLO_VAL, "images/val"},
        {YOLO_VAL, "images/valid"}, {YOLO_TEST, "test/images"}, {YOLO_TEST, "images/test"},
        {YOLO_TRAIN, "train/images"}, {YOLO_TRAIN, "images/train"}};
    for (size_t i = 0; i < sizeof USUAL / sizeof *USUAL; i++) {
        if (USUAL[i].split != split)
            continue;
        struct arena *arena = search->layout->arena;
        const char *place = path_join(arena, search->home, USUAL[i].directory);
        place = image_directory(arena, place);
        if (place)
            return place;
    }
    return NULL;
}

static void take_classes(struct yolo_layout *layout, const struct yolo_yaml *yaml)
{
    layout->classes = yaml->classes;
    layout->class_count = yaml->class_count;
    layout->has_keypoints = yaml->has_keypoints;
}

bool yolo_layout_from_yaml(struct yolo_layout *layout, const char *path, struct err *err)
{
    struct yolo_yaml yaml;
    struct search search = {
        .layout = layout, .yaml = &yaml, .home = path_parent(layout->arena, path)};
    if (!search.home)
        return out_of_memory(err);
    if (!yolo_yaml_read(path, layout->arena, &yaml, err))
        return false;
    take_classes(layout, &yaml);
    for (enum yolo_split split = YOLO_VAL; split < YOLO_SPLITS; split++) {
        if (!add_split(&search, split, err))
            return false;
        const char *place = layout->count ? NULL : usual_place(&search, split);
        if (place) {
            layout->images_dir = place;
            if (!add_place(&search, place, true, err))
                return false;
        }
        if (layout->count)
            return true;
    }
    return err_set(err, ERR_FORMAT,
        "names no images or labels that are there (val, test and train were tried); correct its "
        "paths");
}

static bool take_names(struct yolo_layout *layout, const char *list, struct err *err)
{
    struct class_names names;
    if (!class_names_read(layout->arena, list, &names))
        return out_of_memory(err);
    layout->classes = ARENA_ARRAY(layout->arena, struct yolo_class, names.count);
    if (!layout->classes)
        return out_of_memory(err);
    for (size_t i = 0; i < names.count; i++)
        if (names.names[i][0])
            layout->classes[layout->class_count++] =
                (struct yolo_class){(int32_t)i, names.names[i]};
    return true;
}

/* What names the classes of a directory of labels lies in it or up to two levels above. */
static bool find_classes(struct yolo_layout *layout, const char *directory, struct err *err)
{
    const char *at = path_clean(layout->arena, directory);
    for (int up = 0; at && up < 3; up++, at = path_parent(layout->arena, at)) {
        struct yolo_yaml yaml;
        const char *path = yolo_find_yaml(layout->arena, at);
        const char *list = path ? NULL : class_names_find(layout->arena, at);
        if (list)
            return take_names(layout, list, err);
        if (!path)
            continue;
        if (!yolo_yaml_read(path, layout->arena, &yaml, err))
            return false;
        take_classes(layout, &yaml);
        break;
    }
    return at || out_of_memory(err);
}

bool yolo_layout_from_labels(struct yolo_layout *layout, const char *directory, struct err *err)
{
    const char *clean = path_clean(layout->arena, directory);
    if (!clean)
        return out_of_memory(err);
    const char *images = counterpart(layout->arena, clean, "labels", "images");
    layout->images_dir = images ? images : clean;
    if (!add_images(layout, layout->images_dir, NULL, err) || !add_labels(layout, directory, err))
        return false;
    if (!layout->count)
        return err_set(err, ERR_FORMAT, "holds no label files (*.txt)");
    return find_classes(layout, directory, err);
}
