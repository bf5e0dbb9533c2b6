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

enum { KEY_NO_ACTION = 0 };

/* The action of the first row that names the event's key, or KEY_NO_ACTION. */
int key_rows_find(const struct key_row *rows, const struct event *event);
/* Looks for faults: a name that is no key, a key named twice, action 0. False fills ERR (for
 * tests). */
bool key_rows_check(const struct key_row *rows, struct err *err);
