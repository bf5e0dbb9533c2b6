/*
 * Temporary directories and files for tests; every test that has them starts with its signals as
 * they are by default.
 * Knows: paths below one fresh directory per test. Must not know: what is tested.
 */
#pragma once

#include <stddef.h>

/* A fresh directory below TMPDIR (or /tmp), removed with all it holds at exit. Never NULL. */
const char *temp_dir(void);
/* DIRECTORY/FILE, freed at exit. */
const char *temp_path(const char *directory, const char *file);
/* Writes FILE (relative to DIRECTORY, whose parents are made) and returns its path (freed at exit). */
const char *temp_file(const char *directory, const char *file, const void *data, size_t length);
const char *temp_text(const char *directory, const char *file, const char *text);
