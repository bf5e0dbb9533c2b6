/*
 * Dashboards: named trees of panels, and what of a session outlives it; both as readable JSON.
 * Knows: trees, names of panels, JSON. Must not know: what a panel draws, rectangles, where the
 * files lie (boards_file.h).
 *
 * A dashboard is a binary tree in an array: pane 0 is the root, a split names its two parts, a
 * panel has an id that stays its own while the tree around it changes. All of it is plain data, so
 * that a copy is an assignment: that is how editing is undone. Texts that are as long as they like
 * live in the arena of struct boards and as long as it.
 *
 *     {"dashboards": [
 *       {"name": "Overview",
 *        "rows": [{"panel": "summary"}, {"panel": "table", "do": "sort AP"}],
 *        "first": 0.4}]}
 *
 * "rows" and "columns" are two panes, "first" is the share of the first of them; "do" is a command
 * as typed behind `:`, given to the panel when it starts. Members that are not known here stay where
 * they are when the file is written again.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    BOARDS_MOST = 9, /* one for each of the keys 1-9 */
    BOARD_MOST_PANES = 31,
    BOARD_NAME_BYTES = 48,
    BOARD_PANEL_BYTES = 24,
    BOARDS_MOST_FILE_BYTES = 1 << 20,
    KEPT_MOST_CLASSES = 256
};

enum board_split { BOARD_UNUSED, BOARD_PANEL, BOARD_ROWS, BOARD_COLUMNS };

struct board_pane {
    enum board_split split;
    int parts[2]; /* of a split: indices of panes */
    double ratio; /* the share of the first, BOARD_LEAST_RATIO to 1 - BOARD_LEAST_RATIO */
    int id;       /* of a panel */
    char panel[BOARD_PANEL_BYTES]; /* "table", "curve", or a view's name */
    const char *command;           /* NULL: none */
    const char *others;            /* unknown members as a JSON object; NULL: none */
};

#define BOARD_LEAST_RATIO 0.05

struct board {
    char name[BOARD_NAME_BYTES];
    struct board_pane panes[BOARD_MOST_PANES];
    const char *others;
};

/* What is remembered of a session, per set of roots. */
struct boards_kept {
    int shown;              /* the dashboard that was open, -1 for none */
    int focus;              /* the place of its panel among the board's, from 0 */
    double confidence, iou; /* NaN: not known */
    char theme[64];         /* "": not chosen */
    const char **classes;   /* names of the classes that the images show; NULL: all */
    size_t class_count;
    const char *others;
};

struct boards {
    struct board items[BOARDS_MOST];
    int count;
    int next_id; /* of panels: no two of all dashboards have one */
    bool own; /* the dashboards are of these roots alone, not everywhere */
    const char *others;
    struct boards_kept kept;
    struct arena arena;
    struct arena classes_arena; /* of kept.classes, which change often */
};

/* The ready ones: Overview, Debugging, Metrics, Accuracy-Speed; nothing kept. NULL with ERR. */
struct boards *boards_new(struct err *err);
void boards_free(struct boards *boards); /* accepts NULL */

/* Reads the dashboards of TEXT over those in BOARDS. False with ERR, and BOARDS as they were, when
 * it is no such document. */
bool boards_read(struct boards *boards, const char *text, size_t length, struct err *err);
/* Reads what was kept of a session, and dashboards of these roots alone when TEXT has any. */
bool boards_read_kept(struct boards *boards, const char *text, size_t length, struct err *err);
/* Writes the same documents, the first indented; OUT's `failed` tells of a lack of memory. The second
 * is merged into what is there, so what is not chosen any more is null. */
void boards_print(const struct boards *boards, struct buf *out);
void boards_print_kept(const struct boards *boards, struct buf *out);
#define BOARDS_KEPT_MEMBER "session" /* of the settings */

/* Remembers the classes that the images show, copied; NULL: all. More than KEPT_MOST_CLASSES are not
 * remembered. */
void boards_keep_classes(struct boards *boards, const char *const *names, size_t count);

/* A new dashboard of one panel at the end. False when there are BOARDS_MOST. */
bool boards_add(struct boards *boards, const char *name);
/* Takes one away; the last one stays (false). */
bool boards_remove(struct boards *boards, int which);
/* Moves one by BY places; returns where it is then. */
int boards_move(struct boards *boards, int which, int by);

/* ---- one dashboard ---- */

/* Indices of its panels, in reading order; returns how many. */
int board_panels(const struct board *board, int out[BOARD_MOST_PANES]);
/* The pane that PANE is a part of, -1 for the root. */
int board_parent(const struct board *board, int pane);
/* Makes two of panel PANE of dashboard WHICH; returns the new one behind or below it, -1 when there is no room. */
int board_cut(struct boards *boards, int which, int pane, enum board_split split);
/* Takes panel PANE away and gives its place to its neighbour; the last one stays (false). */
bool board_close(struct board *board, int pane);
/* Moves the border of PANE in direction SPLIT by SHARE of the room it divides: the nearest split of
 * that kind above it. False when there is none. */
bool board_resize(struct board *board, int pane, enum board_split split, double share);
void board_set_ratio(struct board *board, int pane, double ratio);
