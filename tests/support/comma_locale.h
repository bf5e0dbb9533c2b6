/*
 * A locale that writes a comma in its numbers, for tests that nothing of ours minds it.
 * Knows: which names such locales have, and how the system makes one. Must not know: what is tested.
 */
#pragma once

#include <stdbool.h>

/* Puts the program under such a locale: one that is installed, else one made for this in a temporary
 * directory. False where neither is to be had; the program is then as before. */
bool comma_locale_set(void);
void comma_locale_unset(void); /* the C locale again */
