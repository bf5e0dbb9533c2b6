/*
 * Where an index lives, and what may be done there.
 * Knows: the cache directory, kinds of file systems, names that only we give. Must not know:
 * SQLite. (store_path_for_roots() and store_journal_for_fs(), which are here, stand in store.h.)
 */
#pragma once

#include "store/store.h"

/* The journal that suits the file system of the file PATH, which need not exist yet. */
enum store_journal home_journal(const char *path);
/* The file is ours beyond doubt: its head carries our application id, or it is named as
 * store_path_for_roots() names, so that it may be emptied even when nothing in it can be read. */
bool home_is_ours(const char *path);
