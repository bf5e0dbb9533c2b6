/*
 * The files below a subdirectory of a place, for formats that spread one run over folders.
 * Knows: directories, within limits. Must not know: formats.
 */
#pragma once

#include "readers/reader.h"

enum { TREE_MOST_DEPTH = 8, TREE_MOST_DIRECTORIES = 4096, TREE_MOST_FILES = 1 << 16 };

struct tree {
    const char **names; /* relative to the place */
    size_t count, capacity;
    size_t directories; /* looked into */
};

/* Lists the files below DIRECTORY of PLACE whose base name WANTED accepts: a directory's files
 * before its folders, in natural order. Hidden ones and links to directories are passed over, and
 * what cannot be listed; so is what lies beyond the limits above. Memory is the place's. */
struct tree tree_list(
    const struct reader_place *place, const char *directory, bool (*wanted)(const char *base_name));
