/*
 * Judges all bytes that the program sent to a terminal: what may be sent at all, and what picture
 * they leave on the glass.
 * Knows: escape sequences, sixel_screen.h, kitty_screen.h. Must not know: screens, keys.
 */
#pragma once

#include "kitty_screen.h"
#include "sixel_screen.h"

#include <stdbool.h>
#include <stddef.h>

/* What is wrong with the bytes, or NULL: a sequence that neither curses nor an encoder sends, a
 * string that is no picture and no question, harmful text between them. A static text. */
const char *glass_harm(const char *bytes, size_t length);
/* Puts the pictures among the bytes on SCREEN, in order, and wipes the cells that text is written
 * to or erased in. False when a terminal would take one badly: see screen->wrong. */
bool glass_show(struct sixel_screen *screen, const char *bytes, size_t length);
/* The same with kitty's, which text leaves alone. */
bool glass_show_kitty(struct kitty_screen *screen, const char *bytes, size_t length);
/* How many sequences among the bytes move what stands on a screen, or set margins to do so. */
size_t glass_moves(const char *bytes, size_t length);
