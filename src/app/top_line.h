/*
 * The top line: the place, the screen, the dashboards by their names, and what goes on.
 * Knows: the world, the session, how lines of parts are drawn. Must not know: events, views'
 * states.
 */
#pragma once

#include "view/view.h"

/* Draws it over VIEW; PLACE names the roots. */
void top_line_draw(struct grid *grid, const struct session *session, const struct world *world,
    const struct view *view, const char *place);
/* The dashboard whose name stands in it at COL as drawn last, -1 for none. */
int top_line_board_at(const struct grid *grid, const struct boards *boards, int col);
