/*
 * Other keys for the same actions, from a file of the person's.
 * Knows: key rows, the lines of the file. Must not know: what actions do, where the file lies.
 *
 * A line is "SCREEN.ACTION KEY...", as `boxtop keys` prints them; the keys take the place of those
 * that the action has. A line that begins with # is a comment. Views keep their own rows: an event
 * is translated on its way in, into the first key that the row has.
 */
#pragma once

#include "base/arena.h"
#include "screen/keymap.h"

enum { REMAP_MOST = 512 };

struct remapped {
    const char *screen; /* the table's */
    const struct key_row *row;
    const char *keys; /* instead of the row's */
};

/* Zeroed at first. */
struct remap {
    struct remapped items[REMAP_MOST];
    size_t count;
    struct arena arena;
};

/* Reads TEXT for the actions of TABLES, which outlive the remap. What is wrong (an action or a key
 * that is none, a key that means two things) is left out or, for the last of these, kept; the first
 * such fault is said in TROUBLE, one line, with how many more there are; "" for none. */
void remap_parse(struct remap *remap, const char *text, size_t length,
    const struct key_table *tables, size_t count, char *trouble, size_t trouble_bytes);
void remap_done(struct remap *remap);

/* Makes a key EVENT the one that the tables in force (the innermost first) know it by. False when
 * it was taken away from its action and means nothing now. */
bool remap_event(const struct remap *remap, const struct key_table *tables, size_t count,
    struct event *event);
/* The rows of TABLE with the keys in force, for help and bars: the table's own when none differs,
 * else a copy in ARENA. */
const struct key_row *remap_rows(
    const struct remap *remap, const struct key_table *table, struct arena *arena);
