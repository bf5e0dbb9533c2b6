/*
 * All tables of keys that a file of the person's can change, and that file.
 * Knows: the views' tables and the loop's. Must not know: what any action does.
 */
#pragma once

#include "screen/remap.h"
#include "work/boards_file.h"

enum { KEYS_MOST_TABLES = 64 };

/* Fills OUT; returns how many. */
size_t keys_all_tables(struct key_table out[KEYS_MOST_TABLES]);
/* Reads the file into REMAP; what is wrong with it is said in TROUBLE, one line, "" for nothing. Not
 * for the main thread once the screen is open. */
void keys_read(const struct boards_paths *paths, struct remap *remap, char *trouble,
    size_t trouble_bytes);
