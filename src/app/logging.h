/*
 * What the commands that log from shell scripts share: which run, which step, files into it.
 * Knows: the plain layout's names, $BOXTOP_RUN. Must not know: readers, the index.
 */
#pragma once

#include "app/command.h"
#include "base/arena.h"

#include <stdint.h>

/*
 * The run that OPERANDS begin with: a directory, made by whoever writes first. Where the first of
 * them is none (it holds a "=" when PAIRS follow, else no second one does) it is the run being
 * recorded, $BOXTOP_RUN. *REST is what stands behind it. NULL with ERR.
 */
const char *logging_run(char **operands, bool pairs, char ***rest, struct err *err);

/* --step as a whole number; *GIVEN says whether there is one. */
bool logging_step(const struct settings *settings, bool *given, int64_t *step, struct err *err);

/* Copies the file FROM ("-": standard input) to FOLDER/NAME of RUN, whole or not at all; NAME is
 * one component. */
bool logging_copy(
    const char *run, const char *folder, const char *name, const char *from, struct err *err);

/* The two commands of files: FILE of the words goes into FOLDER. An enum exit_status. */
int logging_file(const struct settings *settings, char **operands, const char *folder);
