#include "readers/yaml_params.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"

#include <string.h>
#include <yaml.h>

enum {
    TREE_MAX_BYTES = 128 << 20,
    MOST_STEPS = 1 << 24, /* from node to node while flattening, where aliases can multiply them */
};

static const char SET_TAG[] = "tag:yaml.org,2002:set";
static const char NAME_TAG[] = "tag:yaml.org,2002:python/name:"; /* then what it names */
static const char PATH_TAG[] = "tag:yaml.org,2002:python/object/apply:pathlib.";
static const char DEVICE_TAG[] = "tag:yaml.org,2002:python/object/apply:torch.device";

enum kind { SCALAR, LIST, MAP };

/* A node. Of a map the children alternate: key, value, key, value... An alias is the node itself,
 * so that children are held by links. */
struct node {
    enum kind kind;
    bool plain; /* SCALAR: unquoted */
    bool set;   /* LIST: written as a map of nothing but keys */
    bool behind_key; /* SET, while it is being built: the value of a key comes next */
    char joint; /* LIST, while it is being built: between the parts of what is one text; else 0 */
    const char *text;
    size_t length;
    struct link *first, *last;
    struct node *parent; /* only while it is being built */
};

struct link {
    struct node *node;
    struct link *next;
};

struct tree {
    struct arena arena;
    struct map anchors; /* name -> index */
    struct node **anchored;
    size_t anchor_count, anchor_capacity;
    struct node *root, *open;
    int depth, too_deep; /* TOO_DEEP: containers open below the deepest that is kept */
    int64_t dropped;
    bool full, ended; /* FULL: no more memory for it */
};

/* ---- building ---- */

static void anchor(struct tree *tree, const yaml_char_t *name, struct node *node)
{
    if (!name)
        return;
    if (tree->anchor_count == tree->anchor_capacity) {
        size_t capacity = tree->anchor_capacity ? tree->anchor_capacity * 2 : 16;
        struct node **wider = ARENA_ARRAY(&tree->arena, struct node *, capacity);
        if (!wider) {
            tree->full = true;
            return;
        }
        if (tree->anchor_count)
            memcpy(wider, tree->anchored, tree->anchor_count * sizeof *wider);
        tree->anchored = wider;
        tree->anchor_capacity = capacity;
    }
    const char *key = (const char *)name;
    int64_t index = map_put(&tree->anchors, key, strlen(key), (int64_t)tree->anchor_count, NULL);
    if (index < 0)
        tree->full = true;
    else
        tree->anchored[index] = node; /* an anchor may be set anew */
    if (index == (int64_t)tree->anchor_count)
        tree->anchor_count++;
}

static void append(struct tree *tree, struct node *node)
{
    struct node *open = tree->open;
    if (!open) {
        tree->root = node;
        return;
    }
    if (open->set) {
        open->behind_key = !open->behind_key;
        if (!open->behind_key)
            return;
    }
    struct link *link = ARENA_NEW(&tree->arena, struct link);
    if (!link) {
        tree->full = true;
        return;
    }
    link->node = node;
    if (open->last)
        open->last->next = link;
    else
        open->first = link;
    open->last = link;
}

static struct node *new_node(struct tree *tree, enum kind kind, const yaml_char_t *name)
{
    struct node *node = ARENA_NEW(&tree->arena, struct node);
    if (!node) {
        tree->full = true;
        return NULL;
    }
    node->kind = kind;
    node->text = "";
    anchor(tree, name, node);
    append(tree, node);
    return node;
}

static bool begins(const yaml_char_t *tag, const char *with)
{
    return tag && strncmp((const char *)tag, with, strlen(with)) == 0;
}

static void open_container(
    struct tree *tree, enum kind kind, const yaml_char_t *name, const yaml_char_t *tag)
{
    bool set = kind == MAP && tag && strcmp((const char *)tag, SET_TAG) == 0;
    if (tree->depth >= PARAMS_MOST_DEPTH) {
        if (!tree->too_deep++) {
            tree->dropped++;
            new_node(tree, SCALAR, NULL); /* keeps keys and values in step */
        }
        return;
    }
    struct node *node = new_node(tree, set ? LIST : kind, name);
    if (!node)
        return;
    node->set = set;
    node->joint = kind != LIST              ? '\0'
                  : begins(tag, PATH_TAG)   ? '/'
                  : begins(tag, DEVICE_TAG) ? ':'
                                            : '\0';
    node->parent = tree->open;
    tree->open = node;
    tree->depth++;
}

/* Makes of the parts that the constructor of a path or a device was called with the one text that
 * it stands for. */
static void join(struct tree *tree, struct node *node)
{
    size_t length = 0;
    for (struct link *link = node->first; link; link = link->next) {
        if (link->node->kind != SCALAR)
            return;
        length += link->node->length + 1;
    }
    char *text = arena_alloc(&tree->arena, length + 1), *at = text;
    if (!text) {
        tree->full = true;
        return;
    }
    for (struct link *link = node->first; link; link = link->next) {
        if (at > text && at[-1] != node->joint)
            *at++ = node->joint;
        memcpy(at, link->node->text, link->node->length);
        at += link->node->length;
    }
    *at = '\0';
    node->kind = SCALAR;
    node->text = text;
    node->length = (size_t)(at - text);
}

static void close_container(struct tree *tree)
{
    if (tree->too_deep) {
        tree->too_deep--;
        return;
    }
    if (tree->open && tree->open->joint)
        join(tree, tree->open);
    tree->open = tree->open ? tree->open->parent : NULL;
    tree->depth--;
}

static void take_scalar(struct tree *tree, const yaml_event_t *event)
{
    struct node *node = new_node(tree, SCALAR, event->data.scalar.anchor);
    if (!node)
        return;
    const char *text = (const char *)event->data.scalar.value;
    node->length = event->data.scalar.length;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (!node->length && begins(event->data.scalar.tag, NAME_TAG)) {
        text = (const char *)event->data.scalar.tag + sizeof NAME_TAG - 1;
        node->length = strlen(text);
    }
    node->text = arena_copy(&tree->arena, text, node->length);
    if (!node->text) {
        node->text = "";
        node->length = 0;
        tree->full = true;
    }
}

static void take_alias(struct tree *tree, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    int64_t index = map_get(&tree->anchors, name, strlen(name));
    if (index >= 0)
        append(tree, tree->anchored[index]);
    else
        new_node(tree, SCALAR, NULL); /* of nothing */
}

static void take_event(struct tree *tree, const yaml_event_t *event)
{
    bool kept = !tree->too_deep;
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        if (kept)
            take_scalar(tree, event);
        break;
    case YAML_ALIAS_EVENT:
        if (kept)
            take_alias(tree, event);
        break;
    case YAML_SEQUENCE_START_EVENT:
        open_container(
            tree, LIST, event->data.sequence_start.anchor, event->data.sequence_start.tag);
        break;
    case YAML_MAPPING_START_EVENT:
        open_container(tree, MAP, event->data.mapping_start.anchor, event->data.mapping_start.tag);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_container(tree);
        break;
    case YAML_DOCUMENT_END_EVENT:
    case YAML_STREAM_END_EVENT:
        tree->ended = true;
        break;
    default:
        break;
    }
}

/* Returns the line where the text stops being YAML, 0 for none. */
static int64_t build(struct tree *tree, const void *text, size_t length)
{
    int64_t wrong_line = 0;
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        tree->full = true;
        return 0;
    }
    yaml_parser_set_input_string(&parser, text, length);
    while (!tree->ended && !tree->full) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            wrong_line = (int64_t)parser.problem_mark.line + 1;
            break;
        }
        take_event(tree, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return wrong_line;
}

/* ---- flattening ---- */

struct flattening {
    struct params *params;
    int64_t steps_left;
};

/* False when it is enough: aliases can make a small file endless. */
static bool step(struct flattening *flat)
{
    if (flat->params->stopped || flat->params->full)
        return false;
    if (flat->steps_left-- > 0)
        return true;
    flat->params->full = true;
    flat->params->left_out++;
    return false;
}

static void write_node(
    struct flattening *flat, struct json_writer *writer, const struct node *node, int depth);

static void write_children(
    struct flattening *flat, struct json_writer *writer, const struct node *node, int depth)
{
    bool is_map = node->kind == MAP;
    const struct link *link = node->first;
    if (is_map)
        json_writer_object(writer);
    else
        json_writer_array(writer);
    for (; link && depth < PARAMS_MOST_DEPTH && !writer->out->failed && step(flat);
         link = link->next) {
        if (is_map) {
            json_writer_key(writer, link->node->text);
            link = link->next;
            if (!link) { /* cut off */
                json_writer_null(writer);
                break;
            }
        }
        write_node(flat, writer, link->node, depth + 1);
    }
    if (is_map)
        json_writer_object_end(writer);
    else
        json_writer_array_end(writer);
}

static void write_node(
    struct flattening *flat, struct json_writer *writer, const struct node *node, int depth)
{
    if (node->kind != SCALAR)
        write_children(flat, writer, node, depth);
    else if (node->plain)
        params_write_plain(writer, node->text, node->length);
    else
        json_writer_bytes(writer, node->text, node->length);
}

static bool has_member(struct flattening *flat, const struct node *map, const struct node *key)
{
    for (const struct link *link = map->first; link && step(flat);) {
        if (link->node->kind == SCALAR && link->node->length == key->length &&
            memcmp(link->node->text, key->text, key->length) == 0)
            return true;
        link = link->next ? link->next->next : NULL;
    }
    return false;
}

static void put_map(
    struct flattening *flat, const struct node *map, const struct node *over, int depth);

static void put_node(struct flattening *flat, const struct node *node, int depth)
{
    struct params *params = flat->params;
    if (node->kind == SCALAR && node->plain) {
        params_put_plain(params, node->text, node->length);
    } else if (node->kind == SCALAR) {
        params_put_text(params, node->text, node->length);
    } else if (node->kind == MAP && node->first) {
        put_map(flat, node, NULL, depth);
    } else {
        struct json_writer writer = params_begin_list(params);
        write_children(flat, &writer, node, depth);
        params_end_list(params);
    }
}

static bool is_merge(const struct node *key)
{
    return key->kind == SCALAR && key->plain && strcmp(key->text, "<<") == 0;
}

/* The members of MAP but those that OVER, which merges it, has itself. */
static void put_map(
    struct flattening *flat, const struct node *map, const struct node *over, int depth)
{
    struct params *params = flat->params;
    if (depth > PARAMS_MOST_DEPTH) {
        params->left_out++;
        return;
    }
    for (const struct link *link = map->first; link && step(flat);) {
        const struct node *key = link->node;
        const struct node *value = link->next ? link->next->node : NULL;
        link = link->next ? link->next->next : NULL;
        if (is_merge(key) && value && value->kind == MAP) {
            put_map(flat, value, map, depth + 1);
            continue;
        }
        if (over && key->kind == SCALAR && has_member(flat, over, key))
            continue;
        size_t entered = params_enter(params, key->text, key->length);
        if (value)
            put_node(flat, value, depth + 1);
        else
            params_put_null(params);
        params_leave(params, entered);
    }
}

int64_t yaml_params_put(const void *text, size_t length, struct params *params)
{
    struct tree tree = {0};
    arena_init(&tree.arena, TREE_MAX_BYTES);
    map_init(&tree.anchors, &tree.arena);
    int64_t wrong_line = build(&tree, text, length);
    params->left_out += tree.dropped + tree.full;
    struct flattening flat = {params, MOST_STEPS};
    if (tree.root && tree.root->kind == MAP)
        put_map(&flat, tree.root, NULL, 0);
    else if (tree.root && !wrong_line && (tree.root->kind == LIST || tree.root->length))
        wrong_line = 1;
    map_done(&tree.anchors);
    arena_done(&tree.arena);
    return wrong_line;
}

bool yaml_params_read(
    const char *path, const char *name, struct params *params, struct sink *sink, struct err *err)
{
    struct buf text;
    buf_init(&text, YAML_PARAMS_MAX_BYTES);
    if (!file_read(path, &text, err)) {
        buf_done(&text);
        return false;
    }
    int64_t wrong_line = yaml_params_put(text.data ? text.data : "", text.length, params);
    buf_done(&text);
    struct note note = {.file = name,
        .line = wrong_line,
        .offset = -1,
        .count = 1,
        .text = "not a map in YAML from here on: the rest is not read"};
    if (wrong_line && !params->stopped && !sink->note(sink->self, &note))
        params->stopped = true;
    if (!params->stopped && !params_note(params, sink, name))
        params->stopped = true;
    return true;
}
