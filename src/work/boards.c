#include "work/boards.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char READY[] =
    "{\"dashboards\": ["
    "{\"name\": \"Overview\", \"rows\": [{\"panel\": \"summary\"}, {\"panel\": \"table\"}], "
    "\"first\": 0.4},"
    "{\"name\": \"Debugging\", \"columns\": [{\"panel\": \"image\"}, {\"panel\": \"data\"}], "
    "\"first\": 0.65},"
    "{\"name\": \"Metrics\", \"rows\": ["
    "{\"columns\": [{\"panel\": \"curve\", \"do\": \"show AP\"}, "
    "{\"panel\": \"curve\", \"do\": \"show loss\"}]}, "
    "{\"columns\": [{\"panel\": \"curve\", \"do\": \"show AP50\"}, "
    "{\"panel\": \"curve\", \"do\": \"show lr\"}]}]},"
    "{\"name\": \"Accuracy-Speed\", \"rows\": [{\"panel\": \"scatter\"}, "
    "{\"panel\": \"table\", \"do\": \"sort AP\"}], \"first\": 0.55}]}";

struct boards *boards_new(struct err *err)
{
    struct boards *boards = calloc(1, sizeof *boards);
    if (!boards) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    boards->next_id = 1;
    boards->kept = (struct boards_kept){.shown = -1, .confidence = NAN, .iou = NAN};
    if (boards_read(boards, READY, sizeof READY - 1, err))
        return boards;
    boards_free(boards);
    return NULL;
}

void boards_free(struct boards *boards)
{
    if (boards) {
        arena_done(&boards->arena);
        arena_done(&boards->classes_arena);
    }
    free(boards);
}

void boards_keep_classes(struct boards *boards, const char *const *names, size_t count)
{
    struct boards_kept *kept = &boards->kept;
    struct arena *arena = &boards->classes_arena;
    arena_done(arena);
    kept->classes = NULL;
    kept->class_count = 0;
    const char **copies = names && count <= KEPT_MOST_CLASSES
                              ? ARENA_ARRAY(arena, const char *, count + 1)
                              : NULL;
    for (size_t i = 0; copies && i < count; i++)
        if (!(copies[i] = arena_string(arena, names[i])))
            return;
    kept->classes = copies;
    kept->class_count = copies ? count : 0;
}

bool boards_add(struct boards *boards, const char *name)
{
    if (boards->count == BOARDS_MOST)
        return false;
    struct board *board = &boards->items[boards->count++];
    *board = (struct board){0};
    snprintf(board->name, sizeof board->name, "%s", name);
    board->panes[0] =
        (struct board_pane){.split = BOARD_PANEL, .id = boards->next_id++, .panel = "table"};
    return true;
}

bool boards_remove(struct boards *boards, int which)
{
    if (boards->count < 2 || which < 0 || which >= boards->count)
        return false;
    memmove(&boards->items[which], &boards->items[which + 1],
        (size_t)(boards->count - which - 1) * sizeof *boards->items);
    boards->count--;
    return true;
}

int boards_move(struct boards *boards, int which, int by)
{
    int to = which + by;
    if (to < 0 || to >= boards->count || which < 0 || which >= boards->count)
        return which;
    struct board moved = boards->items[which];
    boards->items[which] = boards->items[to];
    boards->items[to] = moved;
    return to;
}

/* ---- one dashboard ---- */

static int list_panels(const struct board *board, int pane, int *out, int count)
{
    const struct board_pane *here = &board->panes[pane];
    if (here->split == BOARD_PANEL)
        out[count++] = pane;
    for (int i = 0; i < 2 && here->split > BOARD_PANEL; i++)
        count = list_panels(board, here->parts[i], out, count);
    return count;
}

int board_panels(const struct board *board, int out[BOARD_MOST_PANES])
{
    return list_panels(board, 0, out, 0);
}

int board_parent(const struct board *board, int pane)
{
    for (int i = 0; i < BOARD_MOST_PANES; i++) {
        const struct board_pane *above = &board->panes[i];
        if (above->split > BOARD_PANEL && (above->parts[0] == pane || above->parts[1] == pane))
            return i;
    }
    return -1;
}

static int free_pane(const struct board *board, int other_than)
{
    for (int i = 1; i < BOARD_MOST_PANES; i++)
        if (board->panes[i].split == BOARD_UNUSED && i != other_than)
            return i;
    return -1;
}

int board_cut(struct boards *boards, int which, int pane, enum board_split split)
{
    struct board *board = &boards->items[which];
    int first = free_pane(board, 0), second = free_pane(board, first);
    if (first < 0 || second < 0)
        return -1;
    board->panes[first] = board->panes[pane];
    board->panes[second] = board->panes[pane];
    board->panes[second].id = boards->next_id++;
    board->panes[second].others = NULL; /* they are the first one's */
    board->panes[pane] =
        (struct board_pane){.split = split, .parts = {first, second}, .ratio = 0.5};
    return second;
}

bool board_close(struct board *board, int pane)
{
    int parent = board_parent(board, pane);
    if (parent < 0)
        return false;
    const int *parts = board->panes[parent].parts;
    int other = parts[0] == pane ? parts[1] : parts[0];
    board->panes[parent] = board->panes[other];
    board->panes[other] = board->panes[pane] = (struct board_pane){0};
    return true;
}

void board_set_ratio(struct board *board, int pane, double ratio)
{
    board->panes[pane].ratio = ratio < BOARD_LEAST_RATIO       ? BOARD_LEAST_RATIO
                               : ratio > 1 - BOARD_LEAST_RATIO ? 1 - BOARD_LEAST_RATIO
                                                               : ratio;
}

bool board_resize(struct board *board, int pane, enum board_split split, double share)
{
    int above = board_parent(board, pane);
    while (above >= 0 && board->panes[above].split != split)
        above = board_parent(board, above);
    if (above < 0)
        return false;
    board_set_ratio(board, above, board->panes[above].ratio + share);
    return true;
}
