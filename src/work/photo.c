#include "work/photo.h"

#include "picture/decode.h"

#include <pthread.h>
#include <stdlib.h>

static struct pixels *decode_to_fit(
    const char *path, int32_t max_width_px, int32_t max_height_px, struct err *err)
{
    struct pixels *decoded = picture_decode(path, max_width_px, max_height_px, err);
    if (!decoded)
        return NULL;
    int32_t width, height;
    picture_fit(
        decoded->width_px, decoded->height_px, max_width_px, max_height_px, true, &width, &height);
    if (width == decoded->width_px && height == decoded->height_px)
        return decoded;
    struct pixels *scaled = picture_scale(decoded, width, height);
    pixels_free(decoded);
    if (!scaled)
        err_set(err, ERR_MEMORY, "out of memory");
    return scaled;
}

struct photo *photo_load(const char *path, int32_t max_width_px, int32_t max_height_px)
{
    struct photo *photo = calloc(1, sizeof *photo);
    if (!photo)
        return NULL;
    atomic_init(&photo->references, 1);
    struct err err = {0};
    if (!path)
        err_set(&err, ERR_IO, "the image file is not here (--images DIR)");
    else if (picture_size(path, &photo->original_width_px, &photo->original_height_px, &err))
        photo->pixels = decode_to_fit(path, max_width_px, max_height_px, &err);
    if (!photo->pixels) {
        err_in_file(&err, path ? path : "");
        err_print(&err, photo->trouble, sizeof photo->trouble);
    }
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
