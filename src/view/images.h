/*
 * The images screen: its state, shared by what draws it (images_draw.c) and what acts (images.c).
 * Knows: one study of one run, thresholds, the class filter. Must not know: files, how boxes match.
 */
#pragma once

#include "screen/list.h"
#include "screen/prompt.h"
#include "screen/slider.h"
#include "view/view.h"

enum images_pane { IMAGES_LIST, IMAGES_CLASSES };
enum images_slider { SLIDER_CONFIDENCE, SLIDER_IOU, SLIDER_STEP, IMAGES_SLIDERS };

struct images_state {
    int64_t run;         /* whose predictions are shown */
    bool follows;        /* it was opened on no run: it shows the first chosen one */
    int32_t artifact;    /* which of them; -1: the last */
    struct study *study; /* a reference; the newest that came, while the next is being loaded */
    struct study_want study_of;
    char trouble[512];   /* why there is no study; "" for nothing */
    struct photo *photo; /* a reference; NULL while none */
    int32_t photo_image; /* of which image, in which room */
    int32_t photo_width_px, photo_height_px;
    char photo_name[512]; /* of the image file: the photo outlives a change of step */

    char wanted[SESSION_IMAGE_BYTES]; /* the image to begin with; stays when there is none such */
    size_t position; /* of the image, in the order of ids */
    enum images_pane pane;
    struct list list, classes;
    uint64_t *filter; /* one bit per category of the study */
    bool filtered;
    enum gallery_overlay overlay;
    bool grey, by_verdict, typing;
    struct prompt prompt;
    struct slider_place sliders[IMAGES_SLIDERS];
    int dragging; /* enum images_slider, -1 none */

    /* The best F1 is kept while study, IoU and classes are the same. */
    bool best_known;
    struct eval_best best;
};

/* The slider as it stands now. */
struct slider images_slider_now(const struct images_state *state, const struct session *session,
    const struct world *world, enum images_slider which);
/* IoU of the session as an index of the grid, 0..9. */
int images_iou_index(const struct session *session);
/* The filter to hand on: NULL when all classes are wanted. */
const uint64_t *images_filter(const struct images_state *state);
/* The image shown: its index in the dataset, -1 when there is none. */
int32_t images_current(const struct images_state *state);
const struct run_row *images_run(const struct images_state *state, const struct world *world);
/* Which predictions file of RUN is shown. */
int32_t images_artifact(const struct images_state *state, const struct run_row *run);
/* Where the picture goes in PLACE. */
struct rect images_picture_place(struct rect place);

void images_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place);
