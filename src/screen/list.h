/*
 * A list of one-line items, with optional boxes to tick.
 * Knows: text per item, from a source. Must not know: what the items are.
 */
#pragma once

#include "screen/grid.h"
#include "screen/scroll.h"

struct list_item {
    const char *text;  /* any bytes, at least until the next call of the source */
    const char *right; /* stands at the right edge, muted; may be NULL */
    struct style style;
    bool ticked;
};

struct list_source {
    void *self;
    size_t (*count)(void *self);
    void (*item)(void *self, size_t i, struct list_item *out); /* OUT comes zeroed */
    bool ticks;                                                /* draw [x] or [ ] before each */
};

/* Zeroed at first. */
struct list {
    struct scroll scroll;
    struct rect place; /* of the last drawing */
    size_t count;
};

void list_draw(struct list *list, struct grid *grid, struct rect rect,
    const struct list_source *source, bool focused);
/* The item at cell ROW, COL in the last drawing, or SIZE_MAX. */
size_t list_at(const struct list *list, int row, int col);
