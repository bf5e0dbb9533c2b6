/*
 * The facts of runs: parameters and metrics, made of what the index says, in books that snapshots of
 * the runs share. A snapshot that finds a run as an older one had it takes its facts from there.
 * Knows: rows, what names mean, the store's lists. Must not know: twins, columns, SQLite.
 *
 * A book is filled by one thread and never changes once its snapshot is handed out.
 */
#pragma once

#include "work/runs.h"

struct store_run;
struct store_runs;

struct run_book {
    atomic_int references;
    struct arena arena;
    size_t rows; /* that were written into it */
    bool has_names; /* of the index: all later snapshots that share facts need it */
};

void run_book_release(struct run_book *book); /* accepts NULL */
/* OUT holds a reference to BOOK from now on. False when it has no room for one more. */
bool runs_hold_book(struct runs *out, struct run_book *book);

struct run_facts_name;

/* How rows get theirs. */
struct run_facts {
    struct run_book *book; /* that new ones are written into */
    const char **names;    /* of the index; in books of the snapshot */
    size_t name_count;
    struct run_facts_name *meanings; /* by index of the name */
    bool shares;
    const struct run_book *alone; /* only what is in it is shared; NULL: what is in any book */
    uint32_t shape_count;
    const struct run_row *taken; /* the last one; NULL before the first */
    struct arena scratch;
};

/*
 * Begins with the names of FOUND, and gives OUT those of BEFORE's books that it cannot do without, when
 * the index that BEFORE (may be NULL) is of had the same names, or only the first of them, and the
 * books are not mostly of the past: then facts may be shared. False when memory is out.
 */
bool run_facts_init(struct run_facts *facts, const struct store_runs *found, struct runs *out,
    const struct runs *before);
/* Those of OLD, a row of BEFORE, may be. */
bool run_facts_may_share(const struct run_facts *facts, const struct run_row *old);
void run_facts_done(struct run_facts *facts);

/* Gives ROW the parameters and metrics of FROM, both by name. */
bool run_facts_take(struct run_facts *facts, const struct store_run *from, struct run_row *row);
/* Gives ROW those of OLD, as they are found by name and by role. */
void run_facts_share(const struct run_row *old, struct run_row *row);
/* What follows of the facts that ROW, which stays where it is, has been given: which metric is
 * preferred of each role, and its shape. */
void run_facts_look(struct run_facts *facts, struct run_row *row);
/* Puts the metrics of ROW in order after others have been added; then the same. */
void run_facts_settle(struct run_row *row);
