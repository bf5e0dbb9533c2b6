/*
 * The name of the place that is shown: its folders in a few words.
 * Knows: HOME, real paths. Must not know: who shows it.
 */
#pragma once

#include <stddef.h>

/* "~/exp +2": the first of the ROOTS (at least one), and how many more. */
void place_name(const char *const *roots, size_t root_count, char *out, size_t out_bytes);
