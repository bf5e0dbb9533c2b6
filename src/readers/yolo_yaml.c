#include "readers/yolo_yaml.h"

#include "base/file.h"
#include "base/num.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { YAML_MAX_BYTES = 8 << 20 };

struct reading {
    yaml_document_t document;
    struct arena *arena;
    struct yolo_yaml *yaml;
    bool no_memory;
};

/* The text of a scalar node in the arena, NULL for another node. */
static char *scalar(struct reading *reading, int node)
{
    const yaml_node_t *found = yaml_document_get_node(&reading->document, node);
    if (!found || found->type != YAML_SCALAR_NODE)
        return NULL;
    char *text = arena_copy(
        reading->arena, (const char *)found->data.scalar.value, found->data.scalar.length);
    reading->no_memory = reading->no_memory || !text;
    return text;
}

/* The same of a path, which may be Windows'. */
static const char *scalar_path(struct reading *reading, int node)
{
    char *path = scalar(reading, node);
    if (path)
        path_unify(path);
    return path;
}

static bool is_null(const char *text)
{
    return !*text || strcmp(text, "~") == 0 || strcmp(text, "null") == 0;
}

/* A directory, or a list of them. */
static void read_split(struct reading *reading, int node, enum yolo_split split)
{
    const yaml_node_t *found = yaml_document_get_node(&reading->document, node);
    bool is_list = found->type == YAML_SEQUENCE_NODE;
    size_t most =
        is_list ? (size_t)(found->data.sequence.items.top - found->data.sequence.items.start) : 1;
    const char **paths = ARENA_ARRAY(reading->arena, const char *, most);
    if (!paths) {
        reading->no_memory = true;
        return;
    }
    size_t count = 0;
    for (size_t i = 0; i < most; i++) {
        const char *path =
            scalar_path(reading, is_list ? found->data.sequence.items.start[i] : node);
        if (path && !is_null(path))
            paths[count++] = path;
    }
    reading->yaml->splits[split].paths = paths;
    reading->yaml->splits[split].count = count;
}

static int compare_class(const void *a, const void *b)
{
    int32_t x = ((const struct yolo_class *)a)->index, y = ((const struct yolo_class *)b)->index;
    return (x > y) - (x < y);
}

/* Ascending, and of those that repeat an index one. */
static void tidy_classes(struct yolo_yaml *yaml)
{
    size_t kept = 0;
    if (yaml->class_count)
        qsort(yaml->classes, yaml->class_count, sizeof *yaml->classes, compare_class);
    for (size_t i = 0; i < yaml->class_count; i++)
        if (!kept || yaml->classes[kept - 1].index != yaml->classes[i].index)
            yaml->classes[kept++] = yaml->classes[i];
    yaml->class_count = kept;
}

/* names: a list, a map from index to name, or one name. */
static void read_names(struct reading *reading, int node)
{
    const yaml_node_t *found = yaml_document_get_node(&reading->document, node);
    struct yolo_yaml *yaml = reading->yaml;
    bool is_list = found->type == YAML_SEQUENCE_NODE, is_map = found->type == YAML_MAPPING_NODE;
    size_t most =
        is_list  ? (size_t)(found->data.sequence.items.top - found->data.sequence.items.start)
        : is_map ? (size_t)(found->data.mapping.pairs.top - found->data.mapping.pairs.start)
                 : 1;
    if (most > YOLO_MAX_CLASSES)
        most = YOLO_MAX_CLASSES;
    yaml->class_count = 0;
    yaml->classes = ARENA_ARRAY(reading->arena, struct yolo_class, most);
    if (!yaml->classes) {
        reading->no_memory = true;
        return;
    }
    for (size_t i = 0; i < most; i++) {
        int64_t index = (int64_t)i;
        int value = is_list  ? found->data.sequence.items.start[i]
                    : is_map ? found->data.mapping.pairs.start[i].value
                             : node;
        const char *name = scalar(reading, value);
        if (is_map) {
            const char *key = scalar(reading, found->data.mapping.pairs.start[i].key);
            if (!key || !num_parse_int(key, strlen(key), &index))
                continue;
        }
        if (name && index >= 0 && index < YOLO_MAX_CLASSES)
            yaml->classes[yaml->class_count++] = (struct yolo_class){(int32_t)index, name};
    }
    tidy_classes(yaml);
}

/* nc alone: classes are named by their index. */
static void read_class_number(struct reading *reading, int node)
{
    struct yolo_yaml *yaml = reading->yaml;
    const char *text = scalar(reading, node);
    int64_t number;
    if (yaml->class_count || !text || !num_parse_int(text, strlen(text), &number) || number < 1 ||
        number > YOLO_MAX_CLASSES)
        return;
    yaml->classes = ARENA_ARRAY(reading->arena, struct yolo_class, (size_t)number);
    for (int32_t i = 0; yaml->classes && i < number; i++) {
        const char *name = arena_printf(reading->arena, "%" PRId32, i);
        if (!name)
            break;
        yaml->classes[yaml->class_count++] = (struct yolo_class){i, name};
    }
    reading->no_memory = reading->no_memory || yaml->class_count < (size_t)number;
}

static bool read_keys(struct reading *reading)
{
    static const struct {
        const char *key;
        enum yolo_split split;
    } SPLITS[] = {{"val", YOLO_VAL}, {"valid", YOLO_VAL}, {"validation", YOLO_VAL},
        {"test", YOLO_TEST}, {"train", YOLO_TRAIN}};
    const yaml_node_t *root = yaml_document_get_root_node(&reading->document);
    if (!root || root->type != YAML_MAPPING_NODE)
        return false;
    int class_number = 0;
    for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
         pair < root->data.mapping.pairs.top; pair++) {
        const char *key = scalar(reading, pair->key);
        if (!key)
            continue;
        if (strcmp(key, "names") == 0)
            read_names(reading, pair->value);
        else if (strcmp(key, "nc") == 0)
            class_number = pair->value;
        else if (strcmp(key, "kpt_shape") == 0)
            reading->yaml->has_keypoints = true;
        else if (strcmp(key, "path") == 0) {
            const char *path = scalar_path(reading, pair->value);
            reading->yaml->root = path && !is_null(path) ? path : "";
        }
        for (size_t i = 0; i < sizeof SPLITS / sizeof *SPLITS; i++)
            if (strcmp(key, SPLITS[i].key) == 0)
                read_split(reading, pair->value, SPLITS[i].split);
    }
    if (class_number)
        read_class_number(reading, class_number);
    return true;
}

static bool parse(struct reading *reading, const struct buf *text, struct err *err)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return err_set(err, ERR_MEMORY, "out of memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text->data, text->length);
    bool ok = yaml_parser_load(&parser, &reading->document);
    if (!ok) {
        err_set(err, parser.error == YAML_MEMORY_ERROR ? ERR_MEMORY : ERR_FORMAT, "is no YAML: %s",
            parser.problem ? parser.problem : "cannot be parsed");
        err_at(err, ERR_AT_LINE, (int64_t)parser.problem_mark.line + 1);
    } else {
        ok = read_keys(reading) ||
             err_set(err, ERR_FORMAT, "is no YAML mapping with names and train or val");
        yaml_document_delete(&reading->document);
    }
    yaml_parser_delete(&parser);
    if (ok && reading->no_memory)
        ok = err_set(err, ERR_MEMORY, "out of memory while reading YAML");
    return ok;
}

bool yolo_yaml_read(const char *path, struct arena *arena, struct yolo_yaml *yaml, struct err *err)
{
    struct reading reading = {.arena = arena, .yaml = yaml};
    struct buf text;
    *yaml = (struct yolo_yaml){.root = ""};
    buf_init(&text, YAML_MAX_BYTES);
    bool ok = file_read(path, &text, err) && parse(&reading, &text, err);
    buf_done(&text);
    if (!ok)
        err_in_file(err, path);
    return ok;
}
