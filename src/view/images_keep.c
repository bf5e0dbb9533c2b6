/*
 * What of the images screen outlives it: which pictures are seen, in which order, and how they look.
 * Knows: the state of images.h, the session's copy. Must not know: how that is kept (look_keep.h).
 */
#include "view/images.h"

#include <stdio.h>
#include <string.h>

static size_t preset_called(const char *name)
{
    for (size_t i = 0; name[0] && image_presets[i].name; i++)
        if (strcmp(image_presets[i].name, name) == 0)
            return i + 1;
    return 0;
}

/* What the person chose last, where there is something to show so; else several runs beside one
 * another, and of one run one image. */
static enum images_show first_show(const struct images_state *state,
    const struct session *session, const struct world *world)
{
    const struct run_row *runs[2], *run = images_run(state, world);
    size_t count = images_runs(state, session, world, runs, 2);
    enum images_show usual = count > 1 ? IMAGES_RUNS : IMAGES_ONE;
    for (int show = 0; show < IMAGES_SHOWS; show++) {
        bool has = show == IMAGES_VERSUS  ? count > 1
                   : show == IMAGES_STEPS ? run && run->prediction_count > 1
                                          : true;
        if (has && strcmp(session->images.show, images_show_name((enum images_show)show)) == 0)
            return (enum images_show)show;
    }
    return usual;
}

void images_look_begin(
    struct images_state *state, const struct session *session, const struct world *world)
{
    const struct images_looks *looks = &session->images;
    state->show = first_show(state, session, world);
    state->preset = preset_called(looks->order);
    for (int i = 0; i < GALLERY_OVERLAYS; i++)
        if (strcmp(looks->overlay, gallery_overlay_name((enum gallery_overlay)i)) == 0)
            state->overlay = (enum gallery_overlay)i;
    state->by_verdict = looks->by_verdict;
    state->maskless = looks->maskless;
    state->look = (struct easel_look){.smooth = !looks->squares,
        .grey = looks->grey,
        .brightness = looks->brightness,
        .contrast = looks->contrast};
}

void images_look_remember(const struct images_state *state, struct session *session)
{
    struct images_looks *looks = &session->images;
    /* What is of A and B may list nothing another time. */
    bool lasts = state->preset && !image_presets[state->preset - 1].needs_b;
    snprintf(looks->order, sizeof looks->order, "%s", lasts ? images_order_name(state) : "");
    snprintf(looks->overlay, sizeof looks->overlay, "%s", gallery_overlay_name(state->overlay));
    looks->by_verdict = state->by_verdict;
    looks->maskless = state->maskless;
    looks->squares = !state->look.smooth;
    looks->grey = state->look.grey;
    looks->brightness = state->look.brightness;
    looks->contrast = state->look.contrast;
}
