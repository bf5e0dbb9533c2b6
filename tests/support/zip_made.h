/*
 * ZIP archives for tests.
 * Knows: libarchive. Must not know: what is tested. Aborts when an archive does not fit.
 */
#pragma once

#include <stddef.h>

/* Writes an archive of FILES (name, content, name, content, ..., NULL), compressed, into OUT, which
 * has room for ROOM bytes; returns its length. */
size_t zip_made(void *out, size_t room, const char *const *files);
/* The same of one file NAME that holds LENGTH blanks, behind FILES. */
size_t zip_made_of_blanks(
    void *out, size_t room, const char *const *files, const char *name, size_t length);
