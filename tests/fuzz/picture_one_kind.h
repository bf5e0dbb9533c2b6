/*
 * What the picture fuzzers share: one file's bytes through size and decoding.
 * Knows: picture_*_memory(). Must not know: the formats.
 */
#pragma once

#include "picture/decode.h"

#include <stdlib.h>
#include <string.h>

enum { FUZZ_MAX_PIXELS = 1 << 20 }; /* more is only slower */

static inline void fuzz_check(bool holds)
{
    if (!holds)
        abort();
}

/* Bytes that do not begin with MAGIC are another fuzzer's. */
static inline void fuzz_picture(
    const uint8_t *data, size_t size, const char *magic, size_t magic_length)
{
    if (size < magic_length || memcmp(data, magic, magic_length) != 0)
        return;
    struct err err = {0};
    int32_t w, h;
    if (!picture_size_memory(data, size, &w, &h, &err)) {
        fuzz_check(err.code != ERR_NONE && err.text[0]);
        fuzz_check(!picture_decode_memory(data, size, &(struct picture_ask){64, 64}, NULL, NULL));
        return;
    }
    fuzz_check(w > 0 && h > 0);
    if ((int64_t)w * h > FUZZ_MAX_PIXELS)
        return;
    const int32_t sides[] = {13, 100, 5000};
    for (int i = 0; i < 3; i++) {
        err = (struct err){0};
        struct pixels *pixels = picture_decode_memory(data, size,
            &(struct picture_ask){sides[i], sides[i]}, NULL, &err);
        if (!pixels) {
            fuzz_check(err.code != ERR_NONE && err.text[0]);
            return;
        }
        int32_t fit_w, fit_h;
        picture_fit(w, h, sides[i], sides[i], false, &fit_w, &fit_h);
        fuzz_check(pixels->width_px == fit_w && pixels->height_px == fit_h);
        pixels_free(pixels);
    }
}
