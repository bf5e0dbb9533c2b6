/*
 * The one thing wanted from EXIF: which way up the picture is. It stands in a TIFF block, whose
 * other numbers are read for TIFF files.
 * Knows: TIFF's first directory. Must not know: the file format around it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Orientation 1..8 from a TIFF block ("II*" or "MM" first; a leading "Exif\0\0" is skipped). 1 when
 * it is absent or the block is damaged. Source: Exif 2.32, 4.6.2 and TIFF 6.0, tag 274. */
int exif_orientation(const uint8_t *data, size_t length);

/* The first value of TAG in a TIFF block, where it is a SHORT or a LONG (TIFF 6.0, section 2). False
 * when it is absent or the block damaged. */
bool exif_tag(const uint8_t *data, size_t length, int tag, uint32_t *value);
