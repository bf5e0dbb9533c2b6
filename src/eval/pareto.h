/*
 * The Pareto front of points in a plane: those that no other point beats in both quantities.
 * Knows: pairs of doubles, and which way each is better. Must not know: what they measure.
 *
 * A point dominates another when it is no worse in both quantities and better in one (Kung, Luccio
 * and Preparata, "On finding the maxima of a set of vectors", JACM 22, 1975). So equal points do
 * not dominate one another: all of them are on the front, or none.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

struct pareto_point {
    double x, y; /* infinities are values; NaN in either leaves the point out */
};

enum { PARETO_NONE = UINT32_MAX };

struct pareto {
    uint32_t *front; /* indices of points: the best x first, equal points in their order */
    size_t front_count;
    /* Of every point: its own index when it is on the front; else the front point that beats it in
     * both, and of those that do, the one with the best y; PARETO_NONE when it is left out. */
    uint32_t *dominator;
    size_t left_out;
};

/* In O(n log n); N below UINT32_MAX. The arrays of OUT live in ARENA. False fills ERR (memory, or
 * too many points). */
bool pareto_find(const struct pareto_point *points, size_t n, bool x_higher, bool y_higher,
    struct arena *arena, struct pareto *out, struct err *err);
