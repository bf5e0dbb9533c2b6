#include "work/plates.h"

#include <pthread.h>
#include <stdlib.h>

enum { MOST_PLATES = 3 }; /* before, behind, and the one just left */

struct plates {
    pthread_mutex_t lock; /* over all below */
    bool makes;
    struct easel_terminal terminal;
    struct easel_tile like; /* no photo, no boxes */
    struct easel_frame kept[MOST_PLATES];
    size_t count, oldest;
};

struct plates *plates_new(struct err *err)
{
    struct plates *plates = calloc(1, sizeof *plates);
    if (plates)
        pthread_mutex_init(&plates->lock, NULL);
    else
        err_set(err, ERR_MEMORY, "out of memory");
    return plates;
}

static void throw_away(struct plates *plates)
{
    for (size_t i = 0; i < plates->count; i++)
        easel_frame_done(&plates->kept[i]);
    plates->count = plates->oldest = 0;
}

void plates_free(struct plates *plates)
{
    if (!plates)
        return;
    throw_away(plates);
    pthread_mutex_destroy(&plates->lock);
    free(plates);
}

static bool are_like(const struct plates *plates, const struct easel_terminal *terminal,
    const struct easel_tile *tile)
{
    return plates->makes && easel_terminal_same(&plates->terminal, terminal) &&
           easel_same_place(&plates->like, tile) && easel_same_look(&plates->like.look, &tile->look);
}

void plates_like(struct plates *plates, const struct easel_terminal *terminal,
    const struct easel_tile *tile)
{
    pthread_mutex_lock(&plates->lock);
    if (tile ? !are_like(plates, terminal, tile) : plates->makes) {
        throw_away(plates);
        plates->makes = tile;
        if (tile) {
            plates->terminal = *terminal;
            plates->like = (struct easel_tile){.row = tile->row,
                .col = tile->col,
                .rows = tile->rows,
                .cols = tile->cols,
                .look = tile->look};
        }
    }
    pthread_mutex_unlock(&plates->lock);
}

/* MOST_PLATES: none. */
static size_t find(const struct plates *plates, const struct photo *photo)
{
    for (size_t i = 0; i < plates->count; i++)
        if (plates->kept[i].tile.photo == photo)
            return i;
    return MOST_PLATES;
}

static void keep(struct plates *plates, struct easel_frame *frame)
{
    size_t at = plates->count;
    if (at == MOST_PLATES) {
        at = plates->oldest;
        plates->oldest = (at + 1) % MOST_PLATES;
        easel_frame_done(&plates->kept[at]);
    } else {
        plates->count++;
    }
    plates->kept[at] = *frame;
    *frame = (struct easel_frame){0};
}

void plates_make(struct plates *plates, struct photo *photo)
{
    pthread_mutex_lock(&plates->lock);
    bool makes = plates->makes && !photo->coarse && find(plates, photo) == MOST_PLATES;
    struct easel_terminal terminal = plates->terminal;
    struct easel_tile tile = plates->like;
    pthread_mutex_unlock(&plates->lock);
    struct easel_frame frame = {0};
    tile.photo = photo;
    if (!makes || !photo_pixels(photo))
        return;
    if (easel_frame_open(&frame, &terminal, &tile, 1, 1, NULL)) {
        pthread_mutex_lock(&plates->lock);
        if (are_like(plates, &terminal, &tile) && find(plates, photo) == MOST_PLATES)
            keep(plates, &frame);
        pthread_mutex_unlock(&plates->lock);
    }
    easel_frame_done(&frame);
}

bool plates_take(struct plates *plates, const struct easel_terminal *terminal,
    const struct easel_tile *tile, uint32_t id, struct easel_frame *out)
{
    pthread_mutex_lock(&plates->lock);
    size_t at = tile->fine || !are_like(plates, terminal, tile) ? MOST_PLATES
                                                                : find(plates, tile->photo);
    if (at < MOST_PLATES) {
        *out = plates->kept[at];
        plates->kept[at] = plates->kept[--plates->count];
        plates->kept[plates->count] = (struct easel_frame){0};
        plates->oldest = 0;
    }
    pthread_mutex_unlock(&plates->lock);
    if (at == MOST_PLATES)
        return false;
    const struct encode_place place = {tile->row, tile->col, tile->rows, tile->cols, id};
    encoder_put(out->encoder, &place);
    return true;
}
