/*
 * Transparent pixels laid over mid-grey, the one ground on which both black and white are seen.
 * Knows: one row of RGBA. Must not know: where it came from.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { OVER_GREY_GROUND = 128 };

/* Turns COUNT pixels from RGBA (not premultiplied) into RGB, in place. */
void over_grey(uint8_t *row, size_t count);
