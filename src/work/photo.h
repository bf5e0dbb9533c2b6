/*
 * Photos: image files decoded to the size at which they are shown.
 * Knows: decoding, fitting, sharing. Must not know: boxes, terminals, runs.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct darkroom;
struct pixels;

/* A decoded picture scaled to fit; immutable, shared between threads. */
struct photo_later;
struct photo {
    atomic_int references;
    struct pixels *pixels; /* NULL: see trouble; of photo_later() only photo_pixels() tells */
    struct photo_later *later; /* NULL: it was loaded */
    int32_t original_width_px, original_height_px;
    bool coarse; /* an eighth of the detail: it can be had whole */
    char trouble[512]; /* why there are no pixels: one harmless line */
};

/* Decodes PATH (NULL: says that the file is not here) in ROOM (work/darkroom.h, may be NULL) as large
 * as fits, never larger than it is. COARSE: an eighth of the detail will do for now. NULL only when
 * out of memory; one reference is the caller's. Any thread. */
struct photo *photo_load(struct darkroom *room, const char *path, int32_t max_width_px,
    int32_t max_height_px, bool coarse);
/* A photo of that size that is drawn when it is first painted; SELF (ownership moves, also when NULL is
 * returned: out of memory) is freed then, or with it. Any thread. */
struct photo_source {
    struct pixels *(*draw)(void *self); /* NULL: out of memory */
    void (*free)(void *self);
    void *self;
};
struct photo *photo_later(const struct photo_source *source, int32_t width_px, int32_t height_px);
/* The pixels, drawn now if they are to come; NULL when there are none. Any thread. */
const struct pixels *photo_pixels(struct photo *photo);
struct photo *photo_share(struct photo *photo);
void photo_release(struct photo *photo); /* accepts NULL */
