/*
 * A story: runs, keys, and the screens that appear, played from a text file.
 * Knows: the words of a story, how a screen is written down. Must not know: what is expected.
 *
 *     # what the story is about
 *     runs three            the runs that it is played with: see made_runs.h; again: another visit
 *     size 80x24            columns x rows; again: the terminal is resized
 *     open curves RUN       opens a view on top; RUN (a name) may be left out
 *     theme mono            one of the builtin themes
 *     keys j j Space Ctrl-D as key_parse() reads them
 *     type lr<1e-3 & AP     each character is a key
 *     press 5 20            mouse: row and column from 0; also "move", "drag",
 *     "release", and
 *     wheel 5 20 -1         the wheel, -1 up
 *     screen TITLE          text and roles of the screen
 *     text TITLE            its text alone
 *     picture TITLE         the boxes that lie on the picture
 */
#pragma once

#include "base/buf.h"

/* Plays the story in FILE and appends its screens to OUT. False: the story itself is wrong, and
 * standard error says where. */
bool story_play(const char *file, struct buf *out);
