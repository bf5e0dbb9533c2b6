/*
 * The layout of the runs table: which columns are shown, in which order and how wide, and by which
 * it is sorted.
 * Knows: columns by name (work/catalogue.h). Must not know: rows, cells, keys.
 *
 * Until the person changes something it is the columns that the runs begin with. From then on it is
 * a list of its own: columns that come later (a new metric, a difference to a baseline) find their
 * place in it behind the column that they follow by themselves, and names that no run has any more
 * wait in it, so that nothing is lost while runs are still being read.
 */
#pragma once

#include "base/json.h"
#include "base/json_writer.h"
#include "work/catalogue.h"

enum {
    LAYOUT_MOST = CATALOGUE_MOST,
    LAYOUT_MOST_SORTS = 4,
    LAYOUT_LEAST_COLS = 3,
    LAYOUT_MOST_COLS = 200
};

/* A column by name, and what it is among the runs at hand. */
struct layout_name {
    const char *name, *group; /* of the layout's arena; see catalogue_is() */
    bool known;               /* the runs have it: */
    struct run_column column;
};

struct layout_entry {
    struct layout_name of;
    bool shown;
    int cols; /* 0: as wide as it needs */
};

struct layout_sort {
    struct layout_name by;
    bool descending;
};

struct layout {
    struct arena arena;
    struct arena bound; /* what computed columns are among the runs met last */
    struct layout_entry *entries;
    size_t count, capacity;
    struct layout_sort sorts[LAYOUT_MOST_SORTS]; /* the first counts most */
    size_t sort_count;
    int frozen;    /* how many shown columns stay while the rest scrolls; at least 1 */
    bool arranged; /* by the person: to be kept */
};

void layout_init(struct layout *layout);
void layout_done(struct layout *layout);

/* Finds its columns among DEFAULTS and what RUNS have; takes in those of DEFAULTS that it lacks.
 * Without memory it lacks some. */
void layout_meet(struct layout *layout, const struct runs *runs, const struct run_column *defaults,
    size_t default_count);
/* The shown columns, at most MOST, into OUT, and which entries they are into ENTRIES; DELTAS:
 * differences too, for there is a baseline. */
size_t layout_shown(const struct layout *layout, bool deltas, struct run_column *out,
    uint16_t *entries, size_t most);

/* The entry that shows COLUMN; SIZE_MAX for none. */
size_t layout_find(const struct layout *layout, const struct run_column *column);
/* Shows or hides COLUMN; one that the list lacks comes to its end. */
void layout_show(struct layout *layout, const struct run_column *column, bool shown);
/* Shows the column that TEXT means to runs_parse_column(); one that the list lacks comes to place
 * AT. What the catalogue has not keeps TEXT as its name. *ENTRY is where it is; false with ERR. */
bool layout_compute(struct layout *layout, const struct runs *runs, const char *text, size_t at,
    size_t *entry, struct err *err);
/* Changes the places of two entries. */
void layout_swap(struct layout *layout, size_t a, size_t b);

/* Sorts by COLUMN: alone, or behind what it is sorted by so far. Where it is among that already, it
 * turns round. */
void layout_sort_by(struct layout *layout, const struct run_column *column, bool also);
/* Sorts by COLUMN alone, the best first; of what has no direction the highest. */
void layout_rank_by(struct layout *layout, const struct run_column *column);
/* The keys that the runs have; returns how many. */
size_t layout_keys(const struct layout *layout, struct run_key out[LAYOUT_MOST_SORTS]);
/* The place of COLUMN among them from 1, negative where descending; 0: not sorted by it. */
int layout_sort_place(const struct layout *layout, const struct run_column *column);

/* ---- as JSON: the members of an open object ---- */

void layout_write(const struct layout *layout, struct json_writer *json);
/* Takes the value behind the key just taken when the key is the layout's; false when it is not. */
bool layout_read(struct layout *layout, struct json *json);
