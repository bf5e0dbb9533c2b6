/*
 * Parameters from several sources, on their way into config.json: which one overrules which.
 * Knows: names, kinds of values, secrets by name and shape. Must not know: where a source is read.
 *
 * A later or higher source wins; what it overrules stays as "overruled.NAME". Within one command a
 * name that comes again makes a list. "batch-size" and "batch_size" are one name, spelt as it came
 * first.
 */
#pragma once

#include "base/arena.h"
#include "base/json_writer.h"
#include "base/map.h"
#include "facts/param.h"

enum ranked_source { RANKED_FILE, RANKED_LINE, RANKED_GIVEN }; /* the lowest first */

struct ranked_entry;

struct ranked {
    struct arena arena;
    struct map places; /* folded name -> place among entries */
    struct ranked_entry *entries;
    size_t count, capacity;
    struct buf scratch;
    int64_t left_out; /* values too long, or beyond the limit on all together */
};

void ranked_init(struct ranked *ranked);
void ranked_done(struct ranked *ranked);

void ranked_put(struct ranked *ranked, enum ranked_source source, const struct param *param);
/* TEXT as a person types it: numbers, true, false and null as such, "[1, 2]", "{a: 1}" and "(1, 2)"
 * taken apart, anything else (also 007) a text. */
void ranked_put_text(
    struct ranked *ranked, enum ranked_source source, const char *name, const char *text);
/* The first COUNT of WORDS as one list. */
void ranked_put_list(struct ranked *ranked, enum ranked_source source, const char *name,
    char *const *words, size_t count);
/* Makes NAME a list even when it holds one value. */
void ranked_make_list(struct ranked *ranked, const char *name);

/* The members of the object that is open, in the order in which their names came first; how many
 * were left out, if any, as "command.left_out". */
void ranked_write(const struct ranked *ranked, struct json_writer *writer);
