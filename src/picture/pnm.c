/*
 * PBM, PGM and PPM (P1 to P6), plain and raw, of any maximum value.
 * Knows: the formats, as netpbm's pages pbm(5), pgm(5) and ppm(5) tell them. Must not know: files,
 * terminals.
 */
#include "picture/decoder.h"
#include "picture/shrink.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_VALUE = 65535 };

struct pnm {
    const uint8_t *at, *end;
    int32_t width_px, height_px;
    uint32_t max_value;
    int samples; /* a pixel: 1 or 3 */
    bool raw, bits;
};

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool sniff(const uint8_t *data, size_t length)
{
    return length >= 3 && data[0] == 'P' && data[1] >= '1' && data[1] <= '6' &&
           (is_blank(data[2]) || data[2] == '#');
}

static bool ends_early(struct err *err)
{
    return err_set(err, ERR_FORMAT, "the file ends before the picture does");
}

/* Steps over blanks and comments. */
static void skip(struct pnm *pnm)
{
    for (; pnm->at < pnm->end && (is_blank(*pnm->at) || *pnm->at == '#'); pnm->at++)
        if (*pnm->at == '#')
            while (pnm->at + 1 < pnm->end && *pnm->at != '\n' && *pnm->at != '\r')
                pnm->at++;
}

static bool read_number(struct pnm *pnm, uint32_t *out, struct err *err)
{
    skip(pnm);
    if (pnm->at == pnm->end)
        return ends_early(err);
    if (*pnm->at < '0' || *pnm->at > '9')
        return err_set(err, ERR_FORMAT, "a number is expected");
    uint32_t value = 0;
    for (; pnm->at < pnm->end && *pnm->at >= '0' && *pnm->at <= '9'; pnm->at++) {
        if (value > INT32_MAX / 10 - 1)
            return err_set(err, ERR_FORMAT, "a number is too large");
        value = value * 10 + (uint32_t)(*pnm->at - '0');
    }
    *out = value;
    return true;
}

/* Leaves AT on the first sample. */
static bool read_header(struct pnm *pnm, const uint8_t *data, size_t length, struct err *err)
{
    uint32_t width, height;
    int kind = data[1] - '0';
    *pnm = (struct pnm){.at = data + 2, .end = data + length, .max_value = 1};
    pnm->raw = kind > 3;
    pnm->bits = kind == 1 || kind == 4;
    pnm->samples = kind == 3 || kind == 6 ? 3 : 1;
    if (!read_number(pnm, &width, err) || !read_number(pnm, &height, err) ||
        (!pnm->bits && !read_number(pnm, &pnm->max_value, err)))
        return false;
    if (pnm->max_value < 1 || pnm->max_value > MAX_VALUE)
        return err_set(err, ERR_FORMAT, "a maximum value of %u", pnm->max_value);
    if (pnm->at == pnm->end) /* the last number may go on */
        return ends_early(err);
    if (!is_blank(*pnm->at))
        return err_set(err, ERR_FORMAT, "no blank stands behind the header");
    pnm->at++;
    pnm->width_px = (int32_t)width;
    pnm->height_px = (int32_t)height;
    return true;
}

static bool header(const uint8_t *data, size_t length, struct decoder_header *out, struct err *err)
{
    struct pnm pnm;
    if (!read_header(&pnm, data, length, err))
        return false;
    out->width_px = pnm.width_px;
    out->height_px = pnm.height_px;
    return true;
}

static uint8_t scaled(const struct pnm *pnm, uint32_t value)
{
    value = value < pnm->max_value ? value : pnm->max_value;
    return (uint8_t)((value * 255 + pnm->max_value / 2) / pnm->max_value);
}

/* A bit of a plain bitmap: they may stand without blanks between them. 1 is black. */
static bool read_plain_bit(struct pnm *pnm, uint8_t *out, struct err *err)
{
    skip(pnm);
    if (pnm->at == pnm->end)
        return ends_early(err);
    if (*pnm->at != '0' && *pnm->at != '1')
        return err_set(err, ERR_FORMAT, "a bit is expected");
    *out = *pnm->at++ == '0' ? 255 : 0;
    return true;
}

static bool read_plain_row(struct pnm *pnm, uint8_t *row, struct err *err)
{
    size_t count = (size_t)pnm->width_px * (size_t)pnm->samples;
    for (size_t i = 0; i < count; i++) {
        uint32_t value = 0;
        if (pnm->bits ? !read_plain_bit(pnm, &row[i], err) : !read_number(pnm, &value, err))
            return false;
        if (!pnm->bits)
            row[i] = scaled(pnm, value);
    }
    return true;
}

static bool read_raw_row(struct pnm *pnm, uint8_t *row, struct err *err)
{
    size_t count = (size_t)pnm->width_px * (size_t)pnm->samples;
    size_t wide = pnm->max_value > 255 ? 2 : 1;
    size_t bytes = pnm->bits ? (count + 7) / 8 : count * wide;
    const uint8_t *from = pnm->at;
    if ((size_t)(pnm->end - pnm->at) < bytes)
        return ends_early(err);
    pnm->at += bytes;
    for (size_t i = 0; i < count; i++)
        if (pnm->bits)
            row[i] = from[i / 8] >> (7 - i % 8) & 1 ? 0 : 255;
        else if (wide == 2)
            row[i] = scaled(pnm, (uint32_t)from[2 * i] << 8 | from[2 * i + 1]);
        else
            row[i] = pnm->max_value == 255 ? from[i] : scaled(pnm, from[i]);
    return true;
}

/* Grey to RGB, in place. */
static void spread(uint8_t *row, size_t count)
{
    for (size_t i = count; i-- > 0;)
        memset(row + 3 * i, row[i], 3);
}

static bool decode(const uint8_t *data, size_t length, struct pixels *out, struct err *err)
{
    struct pnm pnm;
    struct shrink shrink = {0};
    if (!read_header(&pnm, data, length, err))
        return false;
    uint8_t *row = malloc((size_t)pnm.width_px * 3);
    bool ok = row && shrink_init(&shrink, pnm.width_px, pnm.height_px, out);
    if (!ok)
        err_set(err, ERR_MEMORY, "out of memory");
    for (int32_t y = 0; ok && y < pnm.height_px; y++) {
        ok = pnm.raw ? read_raw_row(&pnm, row, err) : read_plain_row(&pnm, row, err);
        if (!ok)
            break;
        if (pnm.samples == 1)
            spread(row, (size_t)pnm.width_px);
        shrink_row(&shrink, row);
    }
    shrink_done(&shrink);
    free(row);
    return ok;
}

const struct decoder decoder_pnm = {"pnm", sniff, header, decode};
