/*
 * Gathering runs for a command: index the paths, load the table, find the runs that were named.
 * Knows: operands, the index, progress on standard error. Must not know: what is printed.
 */
#pragma once

#include "app/command.h"
#include "work/index.h"
#include "work/runs.h"

struct gathered {
    struct arena arena;
    struct index_settings settings;
    struct store *store;
    struct runs *runs;
    const struct run_row **chosen; /* those that the operands name; all without operands */
    size_t count;
};

/* Indexes PATHS ("." when there are none) and loads every run below them. Progress goes to standard
 * error when that is a terminal. GATHERED is to be finished with gather_done() in any case. */
bool gather_below(
    const struct settings *settings, char **paths, struct gathered *gathered, struct err *err);
/* NAME begins with "/", "./" or "../": a path, whatever is there, for no run's name is spelt so. */
bool gather_is_path(const char *name);
/* Each of NAMES is a path, which means every run below it, or the name of a run below ".". At least
 * LEAST runs must come together. */
bool gather_named(const struct settings *settings, char **names, size_t least,
    struct gathered *gathered, struct err *err);
void gather_done(struct gathered *gathered);
