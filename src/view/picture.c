/*
 * One picture out of a run's files: a confusion matrix that training drew, a batch, a plot, what
 * `boxtop log-image` put there step by step. Opened without a name it is the newest of those, else
 * the run's first.
 * Knows: the list of work/run_files.h, photos. Must not know: datasets, boxes.
 */
#include "view/view.h"

#include "base/file.h"
#include "screen/scroll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum action { NEXT = 1, BEFORE };

static const struct key_row KEYS[] = {
    {"l Right", "next picture of the run", NEXT, "picture", "next", 1},
    {"h Left", "picture before", BEFORE, "picture", "before", 1},
    {0},
};

struct state {
    int64_t run;
    char name[sizeof((struct session *)0)->file]; /* below the run */
    struct photo *photo;                          /* a reference; NULL while none */
};

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    struct state *state = self;
    (void)world;
    state->run = run;
    snprintf(state->name, sizeof state->name, "%s", session->file);
}

static void stop(void *self)
{
    photo_release(((struct state *)self)->photo);
}

/* The place of the picture among FILES, -1 when it is not there (any more). */
static int32_t find(const struct state *state, const struct run_files *files)
{
    for (size_t i = 0; files && i < files->count; i++)
        if (strcmp(files->files[i].name, state->name) == 0)
            return (int32_t)i;
    return -1;
}

/* "images/step_000120/val.png" is of step 120; -1 of none. */
static long long step_of(const char *name)
{
    const char *step = strstr(name, "step_");
    return step && step[5] >= '0' && step[5] <= '9' ? strtoll(step + 5, NULL, 10) : -1;
}

static bool can_show(const struct state *state, const struct run_file *file)
{
    return file->is_picture && strlen(file->name) < sizeof state->name;
}

/* The latest of a step, else the first. */
static void choose(struct state *state, const struct run_files *files)
{
    const struct run_file *best = NULL;
    for (size_t i = 0; files && i < files->count; i++)
        if (can_show(state, &files->files[i]) &&
            (!best || (step_of(files->files[i].name) >= 0 &&
                          step_of(files->files[i].name) > step_of(best->name))))
            best = &files->files[i];
    snprintf(state->name, sizeof state->name, "%s", best ? best->name : "");
}

static struct rect picture_place(struct rect place)
{
    return (struct rect){place.row + 2, place.col, place.rows - 2, place.cols};
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    struct state *state = self;
    struct rect place = picture_place((struct rect){0, 0, session->rows, session->cols});
    const struct run_files *files = world_files(world, state->run);
    if (!state->name[0])
        choose(state, files);
    int32_t at = find(state, files);
    out->files = state->run;
    if (at < 0 || place.rows <= 0)
        return;
    struct photo_want *want = &out->photos[out->photo_count++];
    *want = (struct photo_want){.files = files, .image = at};
    easel_room(&world->terminal, place.rows, place.cols, &want->width_px, &want->height_px);
    const struct photo *photo = world_photo(world, want);
    if (photo && photo != state->photo) {
        photo_release(state->photo);
        state->photo = photo_share((struct photo *)photo);
    }
}

static const char *said_instead(
    const struct state *state, const struct world *world, const struct canvas *canvas)
{
    const struct run_files *files = world_files(world, state->run);
    if (world->terminal.graphics == EASEL_NONE)
        return VIEW_NO_PICTURES;
    if (canvas->taken)
        return VIEW_PICTURE_TAKEN;
    if (files && !state->name[0])
        return "no picture is in the run's directory\nboxtop log-image puts one there";
    if (files && find(state, files) < 0)
        return "the file is not there any more";
    if (!state->photo)
        return "loading ...";
    return state->photo->pixels ? NULL : state->photo->trouble;
}

static bool put_picture(const struct state *state, struct canvas *canvas, struct rect place)
{
    struct easel_scene *scene = easel_scene_new();
    struct easel_tile *tile = scene ? easel_scene_add(scene) : NULL;
    if (!tile) {
        easel_scene_free(scene);
        return false;
    }
    tile->photo = photo_share(state->photo);
    tile->row = place.row;
    tile->col = place.col;
    tile->rows = place.rows;
    tile->cols = place.cols;
    grid_reserve(canvas->grid, place, CANVAS_PICTURE);
    canvas->scene = scene;
    return true;
}

static void draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct state *state = self;
    const struct run_row *run = world->runs ? runs_find(world->runs, state->run) : NULL;
    struct rect picture = picture_place(place);
    int col = place.col + 1;
    if (run)
        col += grid_text(canvas->grid, place.row, col, place.cols / 2, session_run_style(run),
                   run->shown) +
               2;
    col += grid_text(canvas->grid, place.row, col, place.col + place.cols - col - 1,
               STYLE_IS(TITLE), state->name) +
           2;
    if (state->photo && state->photo->original_width_px)
        col += grid_printf(canvas->grid, place.row, col, place.col + place.cols - col - 1,
                   STYLE_IS(MUTED), "%d\xc3\x97%d", state->photo->original_width_px,
                   state->photo->original_height_px) +
               2;
    if (step_of(state->name) >= 0)
        grid_printf(canvas->grid, place.row, col, place.col + place.cols - col - 1,
            STYLE_IS(ACCENT), "step %lld  (j k: others)", step_of(state->name));
    (void)session;
    if (picture.rows <= 0)
        return;
    const char *said = said_instead(state, world, canvas);
    if (said || !put_picture(state, canvas, picture))
        view_say_empty(canvas->grid, picture, said ? said : "out of memory");
}

/* The next picture of the run in direction BY, of the same NAMESAKE at another step only; the same
 * when there is none. */
static void move(struct state *state, const struct world *world, int by, bool namesake)
{
    const struct run_files *files = world_files(world, state->run);
    int32_t at = find(state, files);
    while (at >= 0 && (at += by) >= 0 && (size_t)at < files->count) {
        const struct run_file *file = &files->files[at];
        if (!can_show(state, file) ||
            (namesake && (step_of(file->name) < 0 ||
                             strcmp(path_base(file->name), path_base(state->name)) != 0)))
            continue;
        snprintf(state->name, sizeof state->name, "%s", file->name);
        return;
    }
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    int action = key_rows_find(KEYS, event), movement = view_movement(event);
    (void)session, (void)effect;
    if (movement == SCROLL_DOWN || movement == SCROLL_UP)
        move(self, world, movement == SCROLL_DOWN ? 1 : -1, true);
    else if (action)
        move(self, world, action == NEXT ? 1 : -1, false);
    else
        return VIEW_IGNORED;
    return VIEW_STAYED;
}

const struct view view_picture = {
    .name = "picture",
    .title = "Picture",
    .keys = KEYS,
    .state_bytes = sizeof(struct state),
    .start = start,
    .stop = stop,
    .wants = wants,
    .draw = draw,
    .act = act,
};
