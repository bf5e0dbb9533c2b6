/*
 * Names of image files, as formats of annotations mention them.
 * Knows: endings. Must not know: whether the file is there, or which kinds can be decoded.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* NAME ends like an image file. */
bool image_name_is(const char *name);
/* The length of BASE (no directories) without the ending of an image file; a name without one,
 * which may hold dots, is a stem already. */
size_t image_name_stem_length(const char *base);
