/*
 * Where the person's dashboards, keys and what is kept of a session lie; read before the screen
 * opens.
 * Knows: XDG's folders, the roots. Must not know: what is in the files (boards.h, screen/remap.h).
 *
 *     $XDG_CONFIG_HOME/boxtop/dashboards.json   the dashboards
 *     $XDG_CONFIG_HOME/boxtop/keys              other keys
 *
 * What is kept per set of roots is a member of the settings (settings.h). Earlier versions had it in
 * $XDG_DATA_HOME/boxtop/HASH/boards.json, which is read as long as there is no such member.
 */
#pragma once

#include "work/boards.h"

struct boards_paths {
    const char *config, *keys, *old_kept; /* NULL: there is no home, nothing is kept */
};

/* Paths from the environment; memory from ARENA. */
struct boards_paths boards_find_paths(struct arena *arena, const char *const *roots, size_t count);
/* Reads the dashboards, and what SETTINGS (a whole settings file; NULL: none) keeps, into BOARDS;
 * what is not there is not missed. A damaged file leaves what was and is said in TROUBLE (one line,
 * "" for none), and is not written over: its path becomes NULL. Not for the main thread once the
 * screen is open. */
void boards_load(struct boards *boards, struct boards_paths *paths, const char *settings,
    char *trouble, size_t trouble_bytes);
/* The text of the keys' file appended to OUT; false, with TROUBLE, when it is there but cannot be
 * read. */
bool boards_load_keys(
    const struct boards_paths *paths, struct buf *out, char *trouble, size_t trouble_bytes);
