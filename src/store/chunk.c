#include "store/chunk.h"

#include "store/hash.h"

#include <assert.h>
#include <endian.h>
#include <math.h>
#include <string.h>

enum { FORMAT = 1 };

static void put64(unsigned char *out, uint64_t value)
{
    value = htole64(value);
    memcpy(out, &value, sizeof value);
}

static uint64_t get64(const unsigned char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return le64toh(value);
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t zigzag(uint64_t difference)
{
    return (difference << 1) ^ (0 - (difference >> 63));
}

static uint64_t unzigzag(uint64_t coded)
{
    return (coded >> 1) ^ (0 - (coded & 1));
}

static unsigned bytes_for(uint64_t bits)
{
    return bits ? (71 - (unsigned)__builtin_clzll(bits)) / 8 : 0;
}

/* Packs N differences that are spelt both ways, by whichever is narrower. Stores whole words: up to
 * 7 bytes behind the result are scratch. */
static unsigned char *pack_frame(
    unsigned char *out, const uint64_t *firsts, const uint64_t *seconds, size_t n)
{
    uint64_t first_bits = 0, second_bits = 0;
    for (size_t i = 0; i < n; i++) {
        first_bits |= firsts[i];
        second_bits |= seconds[i];
    }
    bool use_second = second_bits < first_bits;
    unsigned width = bytes_for(use_second ? second_bits : first_bits);
    const uint64_t *coded = use_second ? seconds : firsts;
    *out++ = (unsigned char)((use_second ? 2 : 1) << 4 | width);
    if (width)
        for (size_t i = 0; i < n; i++, out += width)
            put64(out, coded[i]);
    return out;
}

static unsigned char *pack_column(unsigned char *out, const uint64_t *values, size_t n)
{
    uint64_t firsts[CHUNK_FRAME], seconds[CHUNK_FRAME];
    uint64_t difference = n > 1 ? values[1] - values[0] : 0;
    uint64_t last = values[0] - difference;
    put64(out, values[0]);
    put64(out + 8, difference);
    out += 16;
    for (size_t at = 0; at < n; at += CHUNK_FRAME) {
        size_t m = n - at < CHUNK_FRAME ? n - at : CHUNK_FRAME;
        for (size_t i = 0; i < m; i++) {
            uint64_t now = values[at + i] - last;
            firsts[i] = zigzag(now);
            seconds[i] = zigzag(now - difference);
            difference = now;
            last = values[at + i];
        }
        out = pack_frame(out, firsts, seconds, m);
    }
    return out;
}

/* Exactly a float, bit for bit (a signalling NaN is not: conversion would change it). */
static bool all_floats(const struct point *points, size_t n)
{
    bool all = true;
    for (size_t i = 0; i < n && all; i++)
        all = bits_of((double)(float)points[i].value) == bits_of(points[i].value);
    return all;
}

static unsigned char *pack_values(
    unsigned char *out, const struct point *points, size_t n, bool as_floats)
{
    for (size_t i = 0; i < n; i++) {
        if (as_floats) {
            float narrow = (float)points[i].value;
            uint32_t bits;
            memcpy(&bits, &narrow, sizeof bits);
            bits = htole32(bits);
            memcpy(out, &bits, sizeof bits);
            out += sizeof bits;
        } else {
            put64(out, bits_of(points[i].value));
            out += 8;
        }
    }
    return out;
}

static uint32_t checksum(const unsigned char *data, size_t length)
{
    uint64_t hash = hash_stable(0, data, 4);
    hash = hash_stable(hash, data + CHUNK_HEAD_BYTES, length - CHUNK_HEAD_BYTES);
    return (uint32_t)(hash ^ hash >> 32);
}

void chunk_seal(unsigned char *data, size_t length)
{
    uint32_t sum = htole32(checksum(data, length));
    memcpy(data + 4, &sum, sizeof sum);
}

size_t chunk_pack(const struct point *points, size_t n, unsigned char *out)
{
    assert(n >= 1 && n <= CHUNK_POINTS);
    uint64_t column[CHUNK_POINTS];
    bool as_floats = all_floats(points, n);
    out[0] = FORMAT;
    out[1] = as_floats ? 4 : 8;
    out[2] = (unsigned char)(n & 0xff);
    out[3] = (unsigned char)(n >> 8);
    for (size_t i = 0; i < n; i++)
        column[i] = (uint64_t)points[i].step;
    unsigned char *end = pack_column(out + CHUNK_HEAD_BYTES, column, n);
    for (size_t i = 0; i < n; i++)
        column[i] = bits_of(points[i].wall_s);
    end = pack_column(end, column, n);
    end = pack_values(end, points, n, as_floats);
    chunk_seal(out, (size_t)(end - out));
    return (size_t)(end - out);
}

size_t chunk_count(const void *data, size_t length)
{
    const unsigned char *at = data;
    if (length < CHUNK_HEAD_BYTES || at[0] != FORMAT || (at[1] != 4 && at[1] != 8))
        return 0;
    size_t n = at[2] | (size_t)at[3] << 8;
    return n <= CHUNK_POINTS ? n : 0;
}

/* A number of WIDTH bytes (1..8) at AT, of which LEFT are there to be read. */
static uint64_t get_narrow(const unsigned char *at, size_t left, unsigned width)
{
    if (left >= 8)
        return get64(at) & (UINT64_MAX >> (64 - 8 * width));
    unsigned char word[8] = {0};
    memcpy(word, at, width);
    return get64(word);
}

/* The frames of N numbers at *AT; false when they end before they should or say nonsense. */
static bool unpack_column(
    const unsigned char **at, const unsigned char *end, uint64_t *values, size_t n)
{
    const unsigned char *from = *at;
    if (end - from < 16)
        return false;
    uint64_t difference = get64(from + 8);
    uint64_t last = get64(from) - difference;
    from += 16;
    for (size_t done = 0; done < n;) {
        size_t m = n - done < CHUNK_FRAME ? n - done : CHUNK_FRAME;
        if (from == end)
            return false;
        unsigned order = *from >> 4, width = *from & 15;
        from++;
        if (order < 1 || order > 2 || width > 8 || (size_t)(end - from) < m * width)
            return false;
        for (size_t i = 0; i < m; i++, from += width) {
            uint64_t coded = width ? get_narrow(from, (size_t)(end - from), width) : 0;
            difference = unzigzag(coded) + (order == 2 ? difference : 0);
            last += difference;
            values[done + i] = last;
        }
        done += m;
    }
    *at = from;
    return true;
}

static void unpack_values(const unsigned char *at, unsigned width, struct point *out, size_t n)
{
    if (width == 8) {
        for (size_t i = 0; i < n; i++)
            out[i].value = double_of(get64(at + 8 * i));
        return;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        float narrow;
        memcpy(&bits, at + 4 * i, sizeof bits);
        bits = le32toh(bits);
        memcpy(&narrow, &bits, sizeof narrow);
        out[i].value = (double)narrow;
    }
}

bool chunk_unpack(const void *data, size_t length, struct point *out, struct err *err)
{
    const unsigned char *at = data;
    const unsigned char *end = at + length;
    uint64_t column[CHUNK_POINTS];
    uint32_t sum;
    size_t n = chunk_count(data, length);
    if (!n)
        return err_set(err, ERR_FORMAT, "a chunk of points has no sound head");
    memcpy(&sum, at + 4, sizeof sum);
    if (le32toh(sum) != checksum(at, length))
        return err_set(err, ERR_FORMAT, "a chunk of points fails its checksum");
    unsigned width = at[1];
    at += CHUNK_HEAD_BYTES;
    if (!unpack_column(&at, end, column, n))
        return err_set(err, ERR_FORMAT, "a chunk of points has unsound steps");
    for (size_t i = 0; i < n; i++)
        out[i].step = (int64_t)column[i];
    if (!unpack_column(&at, end, column, n))
        return err_set(err, ERR_FORMAT, "a chunk of points has unsound times");
    for (size_t i = 0; i < n; i++)
        out[i].wall_s = double_of(column[i]);
    if ((size_t)(end - at) != n * width)
        return err_set(err, ERR_FORMAT, "a chunk of points has the wrong length");
    unpack_values(at, width, out, n);
    return true;
}

struct store_bucket chunk_bucket(const struct point *points, size_t n)
{
    struct store_bucket bucket = {.low_step = points[0].step,
        .high_step = points[0].step,
        .first = NAN,
        .last = NAN,
        .min = NAN,
        .max = NAN,
        .count = (int64_t)n};
    for (size_t i = 0; i < n; i++) {
        int64_t step = points[i].step;
        double value = points[i].value;
        bucket.low_step = step < bucket.low_step ? step : bucket.low_step;
        bucket.high_step = step > bucket.high_step ? step : bucket.high_step;
        if (!isfinite(value)) {
            bucket.nonfinite++;
            continue;
        }
        if (isnan(bucket.first))
            bucket.first = bucket.min = bucket.max = value;
        bucket.last = value;
        bucket.min = value < bucket.min ? value : bucket.min;
        bucket.max = value > bucket.max ? value : bucket.max;
    }
    return bucket;
}

void chunk_bucket_join(struct store_bucket *bucket, const struct store_bucket *next)
{
    if (!bucket->count) {
        *bucket = *next;
        return;
    }
    bucket->low_step = next->low_step < bucket->low_step ? next->low_step : bucket->low_step;
    bucket->high_step = next->high_step > bucket->high_step ? next->high_step : bucket->high_step;
    bucket->count += next->count;
    bucket->nonfinite += next->nonfinite;
    if (isnan(next->first))
        return;
    if (isnan(bucket->first)) {
        bucket->first = next->first;
        bucket->min = next->min;
        bucket->max = next->max;
    }
    bucket->last = next->last;
    bucket->min = next->min < bucket->min ? next->min : bucket->min;
    bucket->max = next->max > bucket->max ? next->max : bucket->max;
}
