/*
 * Lists of class names that annotation tools write beside label files: a name a line, from 0.
 * Knows: what such a list is called. Must not know: label files.
 */
#pragma once

#include "base/arena.h"

#include <stdbool.h>

struct class_names {
    const char **names; /* "" where a line is blank or too long */
    size_t count;
};

/* The list in DIRECTORY (classes.txt, names.txt, *.names); NULL when there is none. */
const char *class_names_find(struct arena *arena, const char *directory);
/* Reads the list PATH, as far as it can be read. False when memory is out. */
bool class_names_read(struct arena *arena, const char *path, struct class_names *names);
