#include "work/photo.h"

#include "picture/decode.h"
#include "work/darkroom.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool decode_photo(struct darkroom *room, const char *path,
    const struct picture_ask *ask, struct photo *photo, struct err *err)
{
    struct picture_plan plan;
    if (!path)
        return err_set(err, ERR_IO, "the image file is not here (--images DIR)");
    photo->pixels = darkroom_decode(room, path, ask, &plan, err);
    if (!photo->pixels)
        return false;
    photo->original_width_px = plan.original_width_px;
    photo->original_height_px = plan.original_height_px;
    photo->coarse = plan.coarse;
    return true;
}

/* "cannot decode PATH: why", harmless. */
static void tell_trouble(struct photo *photo, const char *path, struct err *err)
{
    const char *doing = path ? "cannot decode " : "";
    err_in_file(err, path ? path : "");
    snprintf(photo->trouble, sizeof photo->trouble, "%s", doing);
    err_print(err, photo->trouble + strlen(doing), sizeof photo->trouble - strlen(doing));
}

struct photo *photo_load(struct darkroom *room, const char *path, int32_t max_width_px,
    int32_t max_height_px, bool coarse)
{
    struct photo *photo = calloc(1, sizeof *photo);
    if (!photo)
        return NULL;
    atomic_init(&photo->references, 1);
    const struct picture_ask ask = {max_width_px, max_height_px, coarse};
    struct err err = {0};
    if (!decode_photo(room, path, &ask, photo, &err))
        tell_trouble(photo, path, &err);
    return photo;
}

struct photo_later {
    pthread_mutex_t lock;
    struct photo_source source; /* self NULL: it has been drawn */
};

static void later_draw(struct photo *photo, bool wanted)
{
    struct photo_source *source = &photo->later->source;
    if (!source->self)
        return;
    if (wanted)
        photo->pixels = source->draw(source->self);
    source->free(source->self);
    source->self = NULL;
}

struct photo *photo_later(const struct photo_source *source, int32_t width_px, int32_t height_px)
{
    struct photo *photo = calloc(1, sizeof *photo);
    struct photo_later *later = calloc(1, sizeof *later);
    if (!photo || !later) {
        source->free(source->self);
        free(photo);
        free(later);
        return NULL;
    }
    later->source = *source;
    pthread_mutex_init(&later->lock, NULL);
    atomic_init(&photo->references, 1);
    photo->later = later;
    photo->original_width_px = width_px;
    photo->original_height_px = height_px;
    return photo;
}

const struct pixels *photo_pixels(struct photo *photo)
{
    if (photo->later) {
        pthread_mutex_lock(&photo->later->lock);
        later_draw(photo, true);
        pthread_mutex_unlock(&photo->later->lock);
    }
    return photo->pixels;
}

struct photo *photo_share(struct photo *photo)
{
    atomic_fetch_add(&photo->references, 1);
    return photo;
}

void photo_release(struct photo *photo)
{
    if (!photo || atomic_fetch_sub(&photo->references, 1) != 1)
        return;
    if (photo->later) {
        later_draw(photo, false);
        pthread_mutex_destroy(&photo->later->lock);
        free(photo->later);
    }
    pixels_free(photo->pixels);
    free(photo);
}
