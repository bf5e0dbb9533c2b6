#include "app/top_line.h"

#include "screen/statusline.h"

#include <stdio.h>

static void progress_text(const struct world *world, char *out, size_t out_bytes)
{
    out[0] = '\0';
    if (!world->indexing)
        return;
    const struct index_progress *p = &world->progress;
    if (p->phase == INDEX_EVALUATING)
        snprintf(out, out_bytes, "evaluating, %zu done", p->runs_done);
    else if (p->sources_read)
        snprintf(out, out_bytes, "indexing, %zu runs", p->runs_found);
}

void top_line_draw(struct grid *grid, const struct session *session, const struct world *world,
    const struct view *view, const char *place)
{
    char counts[64] = "", live[32] = "", progress[64];
    const struct runs *runs = world->runs;
    if (runs)
        snprintf(counts, sizeof counts, "%zu run%s", runs->count, runs->count == 1 ? "" : "s");
    if (runs && runs->running)
        snprintf(live, sizeof live, "%zu live", runs->running);
    progress_text(world, progress, sizeof progress);
    enum { OTHERS = 6 };
    struct status_part parts[OTHERS + BOARDS_MOST] = {
        {"boxtop", STYLE_IS(TITLE), 0, false},
        {place, STYLE_IS(MUTED), 3, false},
        {view->title, STYLE_IS(HEADER), 1, false},
    };
    char names[BOARDS_MOST][BOARD_NAME_BYTES + 12];
    const struct boards *boards = session->boards;
    size_t count = 3;
    bool on_board = view == &view_board;
    for (int i = 0; boards && i < boards->count; i++) {
        bool shown = on_board && i == (boards->kept.shown < 0 ? 0 : boards->kept.shown);
        snprintf(names[i], sizeof names[i], "%d %s", i + 1, boards->items[i].name);
        parts[count++] = (struct status_part){
            names[i], shown ? STYLE_IS(HEADER) : STYLE_IS(MUTED), shown ? 1 : 6 + i, false};
    }
    if (on_board)
        parts[2].text = NULL; /* its name stands among the others */
    parts[count++] = (struct status_part){progress, STYLE_IS(LIVE), 2, true};
    parts[count++] = (struct status_part){live, STYLE_IS(LIVE), 4, true};
    parts[count++] = (struct status_part){counts, STYLE_IS(MUTED), 5, true};
    statusline_draw(grid, 0, 1, grid->cols - 2, parts, count);
}

/* Two blanks part names. */
int top_line_board_at(const struct grid *grid, const struct boards *boards, int col)
{
    const struct cell *top_line = grid->cells;
    char name[BOARD_NAME_BYTES + 12];
    while (col > 1 && !(top_line[col - 1].code[0] == ' ' && top_line[col - 2].code[0] == ' '))
        col--;
    for (int i = 0; boards && i < boards->count; i++) {
        int same = 0;
        snprintf(name, sizeof name, "%d %s", i + 1, boards->items[i].name);
        while (name[same] && col + same < grid->cols &&
               top_line[col + same].code[0] == (unsigned char)name[same])
            same++;
        if (!name[same] || (same > 2 && (unsigned char)name[same] > 127))
            return i;
    }
    return -1;
}
