#include "eval/diff_tree.h"

#include <string.h>

/* Rows of one part of the tree, in the order of diff_params(). */
struct part {
    const struct diff_param **rows;
    size_t count;
};

struct builder {
    struct arena *arena;
    struct diff_tree *tree;
    const char *salt; /* makes the same level in two groups two places */
};

/* FNV-1a. */
static uint64_t hash(uint64_t key, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        key = (key ^ (unsigned char)text[i]) * 0x100000001b3u;
    return key;
}

static uint64_t make_key(const char *salt, const char *name, size_t length)
{
    return hash(hash(0xcbf29ce484222325u, salt, strlen(salt) + 1), name, length);
}

static struct diff_line *add(struct builder *builder, enum diff_line_kind kind, int depth)
{
    struct diff_line *line = &builder->tree->lines[builder->tree->count++];
    *line = (struct diff_line){.kind = kind, .depth = depth, .end = builder->tree->count};
    return line;
}

static void add_param(
    struct builder *builder, const struct diff_param *row, size_t prefix, int depth)
{
    struct diff_line *line = add(builder, DIFF_LINE_PARAM, depth);
    line->label = row->name + prefix;
    line->param = row;
    line->key = make_key(builder->salt, row->name, strlen(row->name) + 1);
    for (size_t i = 0; i < row->element_count; i++) {
        struct diff_line *element = add(builder, DIFF_LINE_ELEMENT, depth + 1);
        element->label = row->elements[i].name;
        element->param = &row->elements[i];
    }
    line->end = builder->tree->count;
}

/* The length of what all rows from FROM to END share, up to and with a dot; at least PREFIX. */
static size_t shared_prefix(const struct part *part, size_t from, size_t end, size_t prefix)
{
    const char *first = part->rows[from]->name;
    size_t shared = strlen(first);
    for (size_t i = from + 1; i < end; i++) {
        size_t k = 0;
        while (k < shared && part->rows[i]->name[k] == first[k])
            k++;
        shared = k;
    }
    while (shared > prefix && first[shared - 1] != '.')
        shared--;
    return shared > prefix ? shared : prefix;
}

/* The end of the rows behind FROM that share one more level than PREFIX; FROM + 1 for none. */
static size_t level_end(const struct part *part, size_t from, size_t end, size_t prefix)
{
    const char *name = part->rows[from]->name, *dot = strchr(name + prefix, '.');
    size_t i = from + 1;
    if (!dot)
        return i;
    size_t length = (size_t)(dot - name) + 1;
    while (i < end && strncmp(part->rows[i]->name, name, length) == 0)
        i++;
    return i;
}

static bool add_rows(struct builder *builder, const struct part *part, size_t from, size_t end,
    size_t prefix, int depth)
{
    while (from < end) {
        size_t stop = depth < DIFF_MOST_LEVELS ? level_end(part, from, end, prefix) : from + 1;
        if (stop == from + 1) {
            add_param(builder, part->rows[from++], prefix, depth);
            continue;
        }
        size_t shared = shared_prefix(part, from, stop, prefix);
        size_t at = builder->tree->count;
        struct diff_line *line = add(builder, DIFF_LINE_LEVEL, depth);
        const char *name = part->rows[from]->name;
        line->label = arena_copy(builder->arena, name + prefix, shared - prefix - 1);
        line->key = make_key(builder->salt, name, shared);
        if (!line->label)
            return false;
        for (size_t i = from; i < stop; i++)
            line->differ += part->rows[i]->differs;
        if (!add_rows(builder, part, from, stop, shared, depth + 1))
            return false;
        builder->tree->lines[at].end = builder->tree->count;
        from = stop;
    }
    return true;
}

/* A group of its own; RUN is that of ONLY. */
static bool add_group(
    struct builder *builder, const struct part *part, enum diff_line_kind kind, size_t run)
{
    bool noise = kind == DIFF_LINE_NOISE;
    if (!part->count)
        return true;
    const char *salt = arena_printf(builder->arena, "%d %zu", (int)kind, run);
    if (!salt)
        return false;
    builder->tree->only_count += noise ? 0 : part->count;
    size_t at = builder->tree->count;
    struct diff_line *line = add(builder, kind, 0);
    builder->salt = salt;
    *line = (struct diff_line){.kind = kind,
        .run = run,
        .differ = part->count,
        .folds = noise || part->count > DIFF_MANY_ONLY,
        .key = make_key(salt, "", 0)};
    if (!add_rows(builder, part, 0, part->count, 0, 1))
        return false;
    builder->tree->lines[at].end = builder->tree->count;
    return true;
}

/* Parts of the tree: what only run 0 .. RUN_COUNT - 1 has, the rest, what some have, noise. */
enum { REST, SOME, NOISE, MORE_PARTS };

static size_t part_of(const struct diff_param *row, size_t run_count)
{
    const struct param *first = NULL;
    size_t have = 0, last = 0;
    if (row->noise || !row->differs)
        return run_count + (row->noise ? NOISE : REST);
    for (size_t r = 0; r < run_count; r++) {
        const struct param *value = row->values[r];
        if (!value)
            continue;
        if (first && !param_equal(first, value))
            return run_count + REST;
        first = first ? first : value;
        last = r;
        have++;
    }
    return have == 1 ? last : run_count + SOME;
}

static bool sort_out(const struct diff_params *params, size_t run_count, struct arena *arena,
    struct part *parts)
{
    const struct diff_param **rows = ARENA_ARRAY(arena, const struct diff_param *, params->count);
    if (!rows)
        return false;
    for (size_t i = 0; i < params->count; i++)
        parts[part_of(&params->rows[i], run_count)].count++;
    for (size_t p = 0; p < run_count + MORE_PARTS; p++) {
        parts[p].rows = rows;
        rows += parts[p].count;
        parts[p].count = 0;
    }
    for (size_t i = 0; i < params->count; i++) {
        struct part *part = &parts[part_of(&params->rows[i], run_count)];
        part->rows[part->count++] = &params->rows[i];
    }
    return true;
}

bool diff_tree_make(const struct diff_params *params, size_t run_count, struct arena *arena,
    struct diff_tree *out, struct err *err)
{
    size_t most = run_count + MORE_PARTS;
    *out = (struct diff_tree){0};
    for (size_t i = 0; i < params->count; i++)
        most += 2 + params->rows[i].element_count; /* a level has two below it at least */
    struct part *parts = ARENA_ARRAY(arena, struct part, run_count + MORE_PARTS);
    out->lines = ARENA_ARRAY(arena, struct diff_line, most);
    struct builder builder = {arena, out, ""};
    bool ok = parts && out->lines && sort_out(params, run_count, arena, parts) &&
              add_rows(&builder, &parts[run_count + REST], 0, parts[run_count + REST].count, 0, 0);
    for (size_t r = 0; ok && r < run_count; r++)
        ok = add_group(&builder, &parts[r], DIFF_LINE_ONLY, r);
    ok = ok && add_group(&builder, &parts[run_count + SOME], DIFF_LINE_SOME, 0) &&
         add_group(&builder, &parts[run_count + NOISE], DIFF_LINE_NOISE, 0);
    return ok || err_set(err, ERR_MEMORY, "out of memory while comparing parameters");
}

size_t diff_tree_next(const struct diff_tree *tree, size_t at, bool folded)
{
    return folded ? tree->lines[at].end : at + 1;
}
