/*
 * Runs and their source files: first sight, change, disappearance; and kept evaluations.
 * Knows: the tables root, run, source and evaluation. Must not know: parameters, metrics, points.
 * (The functions named store_, which are here, stand in store.h.)
 */
#pragma once

#include "store/db.h"

/* Marks ID, so that store_forget_unseen() spares it. */
bool sources_see(struct seen *seen, int64_t id, struct err *err);
