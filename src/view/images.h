/*
 * The images screen: its state, shared by what follows the world (images_follow.c), lays out and draws
 * pictures (images_tiles.c), finds images (images_find.c), by what was asked for elsewhere
 * (images_request.c), points at boxes (images_point.c), gives classes confidences of their own
 * (images_own.c), draws the page (images_draw.c) and acts (images.c).
 * Knows: studies of a few runs, thresholds, the class filter. Must not know: files, how boxes match.
 */
#pragma once

#include "screen/list.h"
#include "screen/prompt.h"
#include "screen/slider.h"
#include "view/view.h"

enum images_pane { IMAGES_LIST, IMAGES_CLASSES };
enum images_slider { SLIDER_CONFIDENCE, SLIDER_IOU, SLIDER_STEP, IMAGES_SLIDERS };

/* What the pictures are of. */
enum images_show {
    IMAGES_ONE,    /* one image, large */
    IMAGES_GRID,   /* several images */
    IMAGES_RUNS,   /* one image: the ground truth, and each of the chosen runs */
    IMAGES_STEPS,  /* one image at several steps of the run */
    IMAGES_VERSUS, /* one image: what A and B do differently, in one picture */
    IMAGES_SHOWS
};
const char *images_show_name(enum images_show show); /* "one image", "grid" ... */

/* Side 0 is the one that lists, filters and numbers are of: A. */
enum { IMAGES_MOST_SIDES = EASEL_MOST_TILES, IMAGES_NAME_BYTES = 512 };

/* One set of predictions. */
struct images_side {
    struct study_want want;
    struct study *study; /* a reference; what came last, while the next is being loaded; NULL: none */
    struct study_want study_of;
    int32_t image; /* that is shown, in this study; -1: it has none of that name */
};

/* Photos that were shown last: one outlives a change of step. */
struct images_photo {
    struct photo *photo; /* a reference; NULL while none */
    int32_t width_px, height_px;
    char name[IMAGES_NAME_BYTES]; /* of the image file */
};

/* What a tile shows instead of one side's boxes. */
enum { IMAGES_TRUTH = -1, IMAGES_BOTH = -2 };

struct images_tile {
    struct rect caption, picture;
    int side;      /* or IMAGES_TRUTH, IMAGES_BOTH */
    int32_t image; /* in the study of the side (of side 0 for the others), -1 none */
};

struct images_tiles {
    struct images_tile items[EASEL_MOST_TILES];
    size_t count;
    struct rect spare; /* the place of one more, where they do not fill theirs; 0 x 0 for none */
};

/* Where things are on the page. */
struct images_page {
    bool folded; /* too narrow for counts beside the picture: one line of them below it */
    struct rect pictures, counts, lists, sliders;
    int said_row;
};

/* What the confidence slider moves. */
enum images_governs { GOVERNS_ALL, GOVERNS_SHIFT, GOVERNS_CLASS };

enum images_asking {
    ASKS_NOTHING,
    ASKS_CONFIDENCE,
    ASKS_NAME,
    ASKS_CLASS,
    ASKS_FILTER,
    ASKS_TAG,
    ASKS_FILE,
};

/* What a list of images was made for. */
struct images_asked {
    const struct image_pool *pool;
    const struct appraisal *marked; /* of what the request is about; NULL: nothing */
    double confidence, iou;
    size_t preset;
    int size;
    uint64_t turn;
};

struct images_state {
    int64_t run;      /* whose predictions are shown */
    bool follows;     /* it was opened on no run: it shows the first chosen one */
    int32_t artifact; /* which of them; -1: the last */
    enum images_show show;
    struct images_side sides[IMAGES_MOST_SIDES];
    size_t side_count;
    char trouble[512]; /* why side 0 has no study; "" for nothing */
    struct images_photo photos[EASEL_MOST_TILES];

    char wanted[SESSION_IMAGE_BYTES]; /* the image to begin with; stays when there is none such */
    int32_t image;                    /* shown: its index in side 0's dataset, -1 none */
    size_t position;                  /* of it in the list; of where it was, while it is not in it */
    bool unlisted;                    /* it is not in the list */

    /* The list that is gone through; while it is not LISTED, all images by their ids. */
    struct arena found_arena;
    struct image_list found;
    struct image_request request; /* what the list is of; zeroed: all */
    bool listed, with_b;
    enum image_change next; /* the next such image is to be shown as soon as B's numbers are there */
    bool jumps;          /* the first of the list is shown as soon as it is there */
    struct images_asked asked;
    size_t preset;       /* 0: by id; else 1 + index of image_presets */
    uint64_t turn;       /* of filters and classes: another whenever any of these is */
    char name_pattern[PROMPT_BYTES], filter_text[PROMPT_BYTES]; /* "": none */
    char find_trouble[256];

    enum images_pane pane;
    bool pane_shown; /* on a folded page */
    struct list list, classes;
    uint64_t *filter; /* one bit per category of side 0's study */
    bool filtered;
    uint8_t *hues; /* by category of side 0's study: gallery_hues() */

    enum gallery_overlay overlay;
    unsigned hidden; /* as in struct gallery_settings */
    int size;
    bool maskless, by_verdict, playing;
    struct easel_look look;
    /* Confidences by category of side 0's study, NULL: one for all; as they were given, and moved by
     * SHIFT, within 0 and 1. */
    double *own_base, *own, shift;
    enum images_asking asking;
    struct prompt prompt;
    struct slider_place sliders[IMAGES_SLIDERS];
    int dragging; /* enum images_slider, -1 none */
    bool panning, panned; /* the mouse was pressed on a picture that is looked at closely; it has moved */
    int pan_row, pan_col; /* where it was last */

    /* The box that is pointed at, in a tile of that number, and the one under the mouse, of which
     * but words are seen. */
    struct gallery_box chosen, hovered;
    size_t tile, hovered_tile;
    struct images_tiles tiles; /* as drawn last */

    /* The best F1 is kept while study, IoU, classes, and these are the same. */
    bool best_known;
    enum images_governs best_what;
    size_t best_class;
    int best_size;
    struct eval_best best;
};

/* ---- what is shown (images_follow.c) ---- */

const struct run_row *images_run(const struct images_state *state, const struct world *world);
/* Which predictions file of RUN is shown. */
int32_t images_artifact(const struct images_state *state, const struct run_row *run);
/* The study of side 0; NULL while there is none. */
const struct study *images_study(const struct images_state *state);
/* The image shown: its index in side 0's dataset, -1 when there is none. */
int32_t images_current(const struct images_state *state);
/* IoU of the session as an index of the grid, 0..9. */
int images_iou_index(const struct session *session);
/* The filter to hand on: NULL when all classes are wanted. */
const uint64_t *images_filter(const struct images_state *state);
/* The same for SIDE, whose classes may be numbered otherwise; from ARENA. */
const uint64_t *images_filter_of(
    const struct images_state *state, size_t side, struct arena *arena);
/* There is a B whose numbers stand beside A's. */
bool images_pair(const struct images_state *state);
/* The runs that can be shown beside one another: with predictions, state->run among them and the
 * baseline first. */
size_t images_runs(const struct images_state *state, const struct session *session,
    const struct world *world, const struct run_row **out, size_t most);
/* Confidences by category of SIDE's study, NULL when one is for all; from ARENA. */
const double *images_confidences_of(
    const struct images_state *state, size_t side, struct arena *arena);
/* The step of SIDE's predictions, -1 unknown. */
int64_t images_step_of(const struct world *world, const struct study_want *want);
/* Takes the run it was opened on, else the first of the chosen that has predictions. */
void images_choose_run(
    struct images_state *state, const struct session *session, const struct world *world);
void images_follow(
    void *self, const struct session *session, const struct world *world, struct wants *out);
void images_forget(struct images_state *state); /* frees what the state holds */

/* ---- what outlives the screen (images_keep.c) ---- */

/* Begins as it was looked at last; several runs beside one another unless the person chose otherwise. */
void images_look_begin(
    struct images_state *state, const struct session *session, const struct world *world);
void images_look_remember(const struct images_state *state, struct session *session);

/* ---- confidences of classes' own (images_own.c) ---- */

struct images_governed {
    enum images_governs what;
    size_t class; /* of GOVERNS_CLASS */
    double value, low, high;
};
struct images_governed images_governed(
    const struct images_state *state, const struct session *session);
/* Sets what the slider moves to VALUE, within its range. */
void images_govern(struct images_state *state, struct session *session, double value);
/* Each class at its own best F1; false, with one for all, when memory is out. */
bool images_own_set(struct images_state *state, const struct session *session);
void images_own_forget(struct images_state *state); /* one confidence for all */
/* Where the F1 curve is of what the slider moves: of one class, or of all, whose thresholds then are
 * shifts (eval_counts_curve()). Memory from ARENA; false when it is out. */
bool images_curve_at(const struct images_state *state, const struct session *session,
    struct arena *arena, struct eval_at *out);
/* Brings the best F1 of that curve up to date. */
void images_find_best(struct images_state *state, const struct session *session);

/* ---- finding (images_find.c) ---- */

size_t images_count(const struct images_state *state); /* of the list */
int32_t images_at(const struct images_state *state, size_t place);
void images_show_index(struct images_state *state, int32_t index);
void images_move(struct images_state *state, int64_t by); /* within the list */
/* Whether B's numbers are asked for, whatever is shown. */
bool images_need_b(const struct images_state *state);
/* Gives the image that is shown the TAG, or takes it ("-tag"). */
void images_tag(struct images_state *state, struct session *session, const char *tag);
/* Writes the list to a file of that name: a table, or names alone. */
void images_export(struct images_state *state, struct session *session,
    const struct world *world, const char *path);
const char *images_order_name(const struct images_state *state); /* "" by id */
/* What numbers of A's images are of. */
struct image_at images_looked_at(const struct images_state *state, const struct session *session);
/* Makes the list anew when it would be another. */
void images_find(struct images_state *state, const struct session *session,
    const struct world *world, struct wants *out);
void images_next_order(struct images_state *state, struct session *session, bool has_b);
/* Goes to the next image of the list that B fixed, or broke. */
void images_next_changed(struct images_state *state, enum image_change change);

/* ---- pictures (images_tiles.c) ---- */

struct images_page images_lay_out_page(
    const struct images_state *state, const struct world *world, struct rect place);
/* The tiles of the pictures' part of PAGE. */
void images_lay_out(const struct images_state *state, const struct world *world,
    const struct images_page *page, struct images_tiles *out);
/* The pixels that the photo of IMAGE is wanted in for TILE: those of its place, or its own where it is
 * looked at more closely. */
void images_room(const struct images_state *state, const struct world *world,
    const struct images_tile *tile, const struct image *image, int32_t *width_px,
    int32_t *height_px);
/* TILE as the easel is told of it, without boxes; false while its photo is not there. The photo is not
 * shared. */
bool images_seen(const struct images_state *state, const struct world *world,
    const struct images_tile *tile, struct easel_tile *out);
/* What the gallery is told for SIDE; with memory of ARENA. */
struct gallery_settings images_settings(const struct images_state *state,
    const struct session *session, size_t side, struct arena *arena);
/* Draws the tiles that were laid out. */
void images_draw_tiles(struct images_state *state, const struct session *session,
    const struct world *world, struct canvas *canvas);

/* ---- boxes (images_point.c) ---- */

/* Points at the next (BY 1) or the one before (-1) of the boxes of the tile. */
void images_point_next(
    struct images_state *state, const struct session *session, int by);
/* Points at the box under a cell; false when that is no picture. */
bool images_point_at(struct images_state *state, const struct session *session,
    const struct world *world, int row, int col);
/* Whether what lies under the mouse is said as it moves; and says it of a cell: false when that is
 * what is said already. */
bool images_hovers(const struct session *session, const struct world *world);
bool images_hover_at(struct images_state *state, const struct session *session,
    const struct world *world, int row, int col);
/* Zooms by FACTOR about a cell, outside of the picture about its middle; to so many screen pixels a
 * pixel of the image, 0: as large as fits; moves what is seen by cells. */
void images_zoom(struct images_state *state, const struct world *world, double factor, int row,
    int col);
void images_zoom_to(struct images_state *state, const struct world *world, double scale);
void images_pan(struct images_state *state, const struct world *world, int rows, int cols);
/* What the box is that is under the mouse, else the one that is pointed at; "" for none. */
void images_point_words(const struct images_state *state, const struct session *session, char *out,
    size_t out_bytes);

/* ---- the page (images_draw.c) ---- */

/* The slider as it stands now. */
struct slider images_slider_now(const struct images_state *state, const struct session *session,
    const struct world *world, enum images_slider which);
/* ---- what another screen asked for (images_request.c) ---- */

/* Takes the session's request, if it is of this run. */
void images_begin_request(struct images_state *state, const struct session *session);
/* The filter of classes of a request for one class. */
void images_request_class(struct images_state *state);
/* Wants what the request is about; NULL while that is not there, or for none. */
const struct appraisal *images_request_want(const struct images_state *state,
    const struct session *session, const struct world *world, struct wants *out);
/* Adds to WHICH what the request is about. False when memory is out. */
bool images_request_apply(const struct images_state *state, const struct image_pool *pool,
    const struct image_at *at, struct arena *arena, struct image_which *which, struct err *err);
/* "car â truck", "errors of car", "Loc"; "" for none. */
void images_request_print(const struct images_state *state, char *out, size_t out_bytes);

void images_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place);
