/*
 * Runs and their source files: first sight, change, disappearance.
 * Knows: the tables root, run and source. Must not know: parameters, metrics, points.
 * (The functions named store_, which are here, stand in store.h.)
 */
#pragma once

#include "store/db.h"

/* Marks SOURCE, so that store_forget_unseen() spares it. */
bool sources_see(struct store *store, int64_t source, struct err *err);
