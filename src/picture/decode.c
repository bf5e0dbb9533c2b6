#include "picture/decode.h"
#include "picture/decoder.h"
#include "picture/shrink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER_FIRST_BYTES = 64 << 10, HEADER_GROWTH = 16 };
enum { COARSE_LEAST_PIXELS = 4000000, COARSE_PART = 8 };

#define DECODER(name) extern const struct decoder decoder_##name;
#include "picture/decoders.def"
#undef DECODER

static const struct decoder *const decoders[] = {
#define DECODER(name) &decoder_##name,
#include "picture/decoders.def"
#undef DECODER
};

static const struct decoder *decoder_for(const uint8_t *data, size_t length)
{
    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++)
        if (decoders[i]->sniff(data, length))
            return decoders[i];
    return NULL;
}

static const struct decoder *read_header(
    const uint8_t *data, size_t length, struct decoder_header *header, struct err *err)
{
    *header = (struct decoder_header){
        .orientation = 1, .max_pixels = DECODER_MAX_PIXELS, .max_side_px = PIXELS_MAX_SIDE};
    const struct decoder *decoder = decoder_for(data, length);
    if (!decoder) {
        err_set(err, ERR_UNSUPPORTED, "not a JPEG, PNG, WebP, TIFF, BMP or PPM picture");
        return NULL;
    }
    if (!decoder->header(data, length, header, err))
        return NULL;
    int64_t w = header->width_px, h = header->height_px;
    if (w < 1 || h < 1) {
        err_set(err, ERR_FORMAT, "the picture has no pixels");
        return NULL;
    }
    if (w > header->max_side_px || h > header->max_side_px || w * h > header->max_pixels) {
        err_set(err, ERR_LIMIT, "%lld x %lld px is more than is decoded (%lld megapixels)",
            (long long)w, (long long)h, (long long)(header->max_pixels / 1000000));
        return NULL;
    }
    return decoder;
}

void picture_fit(int32_t width_px, int32_t height_px, int32_t max_width_px, int32_t max_height_px,
    bool enlarge, int32_t *fit_width_px, int32_t *fit_height_px)
{
    int64_t w = width_px, h = height_px, max_w = max_width_px, max_h = max_height_px;
    if (!enlarge && w <= max_w && h <= max_h) {
        max_w = w;
        max_h = h;
    } else if (w * max_h > h * max_w) {
        max_h = (h * max_w + w / 2) / w;
    } else {
        max_w = (w * max_h + h / 2) / h;
    }
    *fit_width_px = max_w < 1 ? 1 : (int32_t)max_w;
    *fit_height_px = max_h < 1 ? 1 : (int32_t)max_h;
}

bool picture_size_memory(
    const void *data, size_t length, int32_t *width_px, int32_t *height_px, struct err *err)
{
    struct decoder_header header;
    if (!read_header(data, length, &header, err))
        return false;
    bool turned = header.orientation >= 5;
    *width_px = (int32_t)(turned ? header.height_px : header.width_px);
    *height_px = (int32_t)(turned ? header.width_px : header.height_px);
    return true;
}

bool picture_plan(const void *data, size_t length, const struct picture_ask *ask,
    struct picture_plan *plan, struct err *err)
{
    struct decoder_header header;
    if (!read_header(data, length, &header, err))
        return false;
    int32_t stored_w = (int32_t)header.width_px, stored_h = (int32_t)header.height_px;
    bool turned = header.orientation >= 5;
    int32_t max_w = turned ? ask->max_height_px : ask->max_width_px;
    int32_t max_h = turned ? ask->max_width_px : ask->max_height_px;
    max_w = max_w < PIXELS_MAX_SIDE ? max_w : PIXELS_MAX_SIDE;
    max_h = max_h < PIXELS_MAX_SIDE ? max_h : PIXELS_MAX_SIDE;
    *plan = (struct picture_plan){.orientation = header.orientation,
        .original_width_px = turned ? stored_h : stored_w,
        .original_height_px = turned ? stored_w : stored_h};
    picture_fit(stored_w, stored_h, max_w, max_h, false, &plan->width_px, &plan->height_px);
    int32_t coarse_w = (stored_w + COARSE_PART - 1) / COARSE_PART;
    int32_t coarse_h = (stored_h + COARSE_PART - 1) / COARSE_PART;
    plan->coarse = ask->coarse && header.scales && coarse_w < plan->width_px &&
                   coarse_h < plan->height_px &&
                   header.width_px * header.height_px >= COARSE_LEAST_PIXELS;
    if (plan->coarse) {
        plan->width_px = coarse_w;
        plan->height_px = coarse_h;
    }
    return true;
}

bool picture_fill(const void *data, size_t length, struct pixels *out, struct err *err)
{
    const struct decoder *decoder = decoder_for(data, length);
    return decoder ? decoder->decode(data, length, out, err)
                   : err_set(err, ERR_UNSUPPORTED, "no known kind of picture");
}

struct pixels *picture_upright(struct pixels *stored, int orientation, struct err *err)
{
    if (orientation == 1)
        return stored;
    struct pixels *upright = pixels_orient(stored, orientation);
    pixels_free(stored);
    if (!upright)
        err_set(err, ERR_MEMORY, "out of memory");
    return upright;
}

struct pixels *picture_decode_memory(const void *data, size_t length,
    const struct picture_ask *ask, struct picture_plan *plan, struct err *err)
{
    struct picture_plan own;
    plan = plan ? plan : &own;
    if (!picture_plan(data, length, ask, plan, err))
        return NULL;
    struct pixels *out = pixels_new(plan->width_px, plan->height_px);
    if (!out) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    if (picture_fill(data, length, out, err))
        return picture_upright(out, plan->orientation, err);
    pixels_free(out);
    return NULL;
}

int picture_open(const char *path, size_t *size_bytes, struct err *err)
{
    /* Non-blocking, so that a named pipe in a run directory does not hang us. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat stat;
    if (fd < 0) {
        err_set_errno(err, "cannot open");
        return -1;
    }
    bool ok = fstat(fd, &stat) == 0 || err_set_errno(err, "cannot examine");
    if (ok && !S_ISREG(stat.st_mode))
        ok = err_set(err, ERR_IO, "not a regular file");
    if (ok && stat.st_size > PICTURE_MOST_FILE_BYTES)
        ok = err_set(err, ERR_LIMIT, "%lld MiB is more than is read of a picture (%d)",
            (long long)(stat.st_size >> 20), PICTURE_MOST_FILE_BYTES >> 20);
    if (ok && size_bytes)
        *size_bytes = (size_t)stat.st_size;
    if (ok)
        return fd;
    close(fd);
    return -1;
}

/* A file being read from its beginning. */
struct source {
    int fd;
    size_t size_bytes, have_bytes;
    uint8_t *data;
};

static bool source_open(struct source *source, const char *path, struct err *err)
{
    *source = (struct source){0};
    source->fd = picture_open(path, &source->size_bytes, err);
    return source->fd >= 0;
}

static void source_close(struct source *source)
{
    if (source->fd >= 0)
        close(source->fd);
    free(source->data);
}

/* Has the first WANT bytes read, or all there are. */
static bool source_need(struct source *source, size_t want, struct err *err)
{
    want = want < source->size_bytes ? want : source->size_bytes;
    uint8_t *data = realloc(source->data, want + 1);
    if (!data)
        return err_set(err, ERR_MEMORY, "out of memory");
    source->data = data;
    while (source->have_bytes < want) {
        ssize_t n = read(source->fd, data + source->have_bytes, want - source->have_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set_errno(err, "cannot read");
        if (n == 0)
            source->size_bytes = want = source->have_bytes; /* it was truncated meanwhile */
        source->have_bytes += (size_t)n;
    }
    return true;
}

/* Reads as much as the header takes: metadata before it may be longer than any first guess. */
static bool source_size(
    struct source *source, int32_t *width_px, int32_t *height_px, struct err *err)
{
    for (size_t want = HEADER_FIRST_BYTES;; want *= HEADER_GROWTH) {
        if (!source_need(source, want, err))
            return false;
        struct err tried = {0};
        if (picture_size_memory(source->data, source->have_bytes, width_px, height_px, &tried))
            return true;
        if (source->have_bytes < source->size_bytes && tried.code == ERR_FORMAT)
            continue;
        if (err)
            *err = tried;
        return false;
    }
}

bool picture_size(const char *path, int32_t *width_px, int32_t *height_px, struct err *err)
{
    struct source source;
    bool ok = source_open(&source, path, err) && source_size(&source, width_px, height_px, err);
    source_close(&source);
    if (!ok)
        err_in_file(err, path);
    return ok;
}

struct pixels *picture_decode(const char *path, const struct picture_ask *ask,
    struct picture_plan *plan, struct err *err)
{
    struct source source;
    struct pixels *pixels = NULL;
    if (source_open(&source, path, err) && source_need(&source, PICTURE_MOST_FILE_BYTES, err))
        pixels = picture_decode_memory(source.data, source.have_bytes, ask, plan, err);
    source_close(&source);
    if (!pixels)
        err_in_file(err, path);
    return pixels;
}

/* Nearest pixel, for both sides at once. */
static struct pixels *enlarge(const struct pixels *pixels, int32_t width_px, int32_t height_px)
{
    struct pixels *out = pixels_new(width_px, height_px);
    if (!out)
        return NULL;
    uint8_t *to = out->rgb;
    for (int32_t y = 0; y < height_px; y++) {
        int64_t from_y = (int64_t)y * pixels->height_px / height_px;
        const uint8_t *row = pixels->rgb + (size_t)from_y * (size_t)pixels->width_px * 3;
        for (int32_t x = 0; x < width_px; x++, to += 3)
            memcpy(to, row + (int64_t)x * pixels->width_px / width_px * 3, 3);
    }
    return out;
}

static struct pixels *shrink_to(const struct pixels *pixels, int32_t width_px, int32_t height_px)
{
    struct pixels *out = pixels_new(width_px, height_px);
    struct shrink shrink = {0};
    if (!out || !shrink_init(&shrink, pixels->width_px, pixels->height_px, out)) {
        pixels_free(out);
        return NULL;
    }
    for (int32_t y = 0; y < pixels->height_px; y++)
        shrink_row(&shrink, pixels->rgb + (size_t)y * (size_t)pixels->width_px * 3);
    shrink_done(&shrink);
    return out;
}

struct pixels *picture_scale(const struct pixels *pixels, int32_t width_px, int32_t height_px)
{
    int32_t w = width_px < pixels->width_px ? width_px : pixels->width_px;
    int32_t h = height_px < pixels->height_px ? height_px : pixels->height_px;
    struct pixels *small = shrink_to(pixels, w, h);
    if (!small || (w == width_px && h == height_px))
        return small;
    struct pixels *out = enlarge(small, width_px, height_px);
    pixels_free(small);
    return out;
}
