/*
 * What people see as the name of a run.
 * Knows: which directory names are ids of a tool rather than names. Must not know: tables.
 */
#pragma once

#include "base/arena.h"

/*
 * NAME (a path below the root) with its last part replaced by TITLE when that part is only an id:
 * hexadecimal digits, as of MLflow and Comet, or W&B's run-DATE-ID. A directory that somebody named
 * keeps its name. TITLE may be NULL. NULL when memory is out.
 */
const char *title_shown(struct arena *arena, const char *name, const char *title);
