/*
 * Folders of small annotation files, one an image: a cheap look into a few, and the list of all.
 * Knows: names and first bytes. Must not know: what the files hold.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { FOLDER_HEAD_BYTES = 4096, FOLDER_MAX_FILES = 4000000 };

/* Looks at one file: its name without directories and its NUL-terminated head. False: enough. */
typedef bool folder_look(void *self, const char *name, const char *head, size_t length);

/* Hands LOOK a few of DIRECTORY's files that end in SUFFIX and are not hidden, in no order. */
void folder_peek(const char *directory, const char *suffix, folder_look *look, void *self);

struct folder {
    const char **paths; /* sorted by name */
    size_t count;
};

/* All those files: of the folder PATH, or PATH alone when it is a file. Memory from ARENA. */
bool folder_list(const char *path, const char *suffix, struct arena *arena, struct folder *folder,
    struct err *err);
/* The first of NAMES (NULL-terminated) that is a directory beside or in DIRECTORY, as PREFIX ("..",
 * "") says; NULL when none is. */
const char *folder_find(
    struct arena *arena, const char *directory, const char *prefix, const char *const *names);
/* The stem of PATH's base name, from ARENA; NULL when memory is out. */
const char *folder_stem(struct arena *arena, const char *path);
