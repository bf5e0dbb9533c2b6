/*
 * Characters for terminals without UTF-8: every one to a printable ASCII character.
 * Knows: the symbols that boxtop draws, and Latin letters with marks. Must not know: terminals.
 */
#pragma once

#include <stdint.h>

/* Blocks, braille, box lines, arrows, dashes, dots and signs by likeness; accented Latin letters
 * without their accents; everything else '?'. Pure. */
char fold_code(uint32_t code);
