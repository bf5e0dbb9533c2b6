#include "work/curves.h"

#include "store/store.h"

#include <stdlib.h>
#include <string.h>

bool curve_want_same(const struct curve_want *a, const struct curve_want *b)
{
    return a->run_id == b->run_id && a->count == b->count && strcmp(a->metric, b->metric) == 0;
}

static bool load(struct curves *curves, struct store *store, const struct curve_want *wants,
    size_t count, const atomic_bool *stale, struct err *err)
{
    for (size_t i = 0; i < count && i < CURVES_MOST; i++) {
        struct curve *curve = &curves->curves[i];
        if (stale && atomic_load(stale))
            return err_set(err, ERR_CANCELLED, "cancelled");
        curve->want = wants[i];
        curve->want.metric = arena_string(&curves->arena, wants[i].metric);
        if (!curve->want.metric)
            return err_set(err, ERR_MEMORY, "out of memory");
        curves->count = i + 1;
        if (!store_load_points(store, wants[i].run_id, wants[i].metric, &curves->arena,
                &curve->points, &curve->count, err))
            return false;
    }
    return true;
}

struct curves *curves_load(struct store *store, const struct curve_want *wants, size_t count,
    const atomic_bool *stale, struct err *err)
{
    struct curves *curves = calloc(1, sizeof *curves);
    if (!curves) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    atomic_init(&curves->references, 1);
    if (load(curves, store, wants, count, stale, err))
        return curves;
    curves_release(curves);
    return NULL;
}

void curves_release(struct curves *curves)
{
    if (!curves || atomic_fetch_sub(&curves->references, 1) != 1)
        return;
    arena_done(&curves->arena);
    free(curves);
}
