/*
 * Key rows: what keys do, in one table that dispatch, help and the key bar read.
 * Knows: names of keys. Must not know: what actions mean (they are the view's numbers).
 */
#pragma once

#include "screen/grid.h"
#include "screen/key.h"

/* Tables end with a row of zeroes. */
struct key_row {
    const char *keys;  /* names, separated by blanks: "j Down", "Ctrl-D", "Space" */
    const char *does;  /* for help: "select the run" */
    int action;        /* the caller's own, not 0 */
    const char *where; /* heading in help: "table", "chart"; NULL: "everywhere" */
    const char *bar;   /* one or two words for the key bar: "select"; NULL: not in the bar */
    int rank;          /* in the bar, the highest ranks are left out first */
};

enum { KEY_NO_ACTION = 0, KEY_NAME_BYTES = 64 };

/* Key rows with the name that a file of keys calls them by: "runs" in "runs.select". */
struct key_table {
    const char *screen;
    const struct key_row *rows;
};

/* The action of the first row that names the event's key, or KEY_NO_ACTION. */
int key_rows_find(const struct key_row *rows, const struct event *event);
/* Whether KEYS, names separated by blanks, has the event's key. */
bool keys_have(const char *keys, const struct event *event);
/* Writes those names of ROW's keys that one of the COUNT tables in FRONT takes (TAKEN), or that none
 * does. False when there are none. */
bool key_row_names(const struct key_row *row, const struct key_row *const *front, size_t count,
    bool taken, char *out, size_t out_bytes);
/* The first of ROW's keys as an event. */
struct event key_row_event(const struct key_row *row);
/* What a file of keys calls the row's action: its word in the bar, else its description up to the
 * first punctuation: "select-none". */
void key_row_name(const struct key_row *row, char out[KEY_NAME_BYTES]);
/* Looks for faults: a name that is no key, a key named twice, action 0. False fills ERR (for
 * tests). */
bool key_rows_check(const struct key_row *rows, struct err *err);
