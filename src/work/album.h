/*
 * The album: decodes the photos that are wanted and keeps those looked at last.
 * Knows: files of images, decoding, a cap on memory. Must not know: screens, boxes, terminals.
 *
 * A list of wants takes the place of the one before: what is on both goes on, what is no more
 * wanted is not begun. Those that are shown come first, in the order of the list; those that are
 * only to be decoded ahead follow when nothing else waits, and leave a thread free. A large JPEG is
 * answered twice: coarse at once (photo.h), then whole. One file wanted in several places, or by
 * several studies, is decoded once.
 */
#pragma once

#include "base/queue.h"
#include "work/world.h"

struct album;
struct darkroom;
struct plates;

enum { ALBUM_BYTES = 192 << 20 };

/* Photos that nobody looks at are kept up to MOST_BYTES of pixels (ALBUM_BYTES). Of those decoded ahead
 * PLATES (work/plates.h, may be NULL) makes ready what it can. It, ROOM (work/darkroom.h, may be NULL)
 * and ANSWERS outlive the album. NULL with ERR. */
struct album *album_new(struct darkroom *room, struct plates *plates, struct queue *answers,
    size_t most_bytes, struct err *err);
/* Waits for the threads; accepts NULL. */
void album_free(struct album *album);
/* From now on the COUNT (0..WORLD_PHOTOS) photos of WANTS are wanted; what they are of is shared. Each
 * is answered by messages of MESSAGE_PHOTO, from the cache too. Any thread; returns at
 * once. */
void album_want(struct album *album, const struct photo_want *wants, size_t count);
