/*
 * Feeds arbitrary bytes to the unpacking of chunks, as they are and with the checksum made right;
 * and takes the bytes for points, which must come back bit for bit.
 */
#include "store/chunk.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static struct point points[CHUNK_POINTS], again[CHUNK_POINTS];
static unsigned char packed[CHUNK_MAX_BYTES];

/* What was unpacked can be packed, and then says the same. */
static void unpack(const unsigned char *bytes, size_t size)
{
    struct err err = {0};
    size_t n = chunk_count(bytes, size);
    check(n <= CHUNK_POINTS);
    if (!chunk_unpack(bytes, size, points, &err)) {
        check(err.code == ERR_FORMAT && err.text[0]);
        return;
    }
    size_t length = chunk_pack(points, n, packed);
    check(chunk_unpack(packed, length, again, &err));
    check(memcmp(points, again, n * sizeof *points) == 0);
    struct store_bucket bucket = chunk_bucket(points, n);
    check(bucket.low_step <= bucket.high_step && bucket.count == (int64_t)n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unpack(data, size);
    if (size >= CHUNK_HEAD_BYTES) {
        unsigned char *forged = malloc(size);
        check(forged != NULL);
        memcpy(forged, data, size);
        chunk_seal(forged, size);
        unpack(forged, size);
        free(forged);
    }
    size_t n = size / sizeof *points;
    n = n < CHUNK_POINTS ? n : CHUNK_POINTS;
    if (n == 0)
        return 0;
    memcpy(points, data, n * sizeof *points);
    size_t length = chunk_pack(points, n, packed);
    check(length < sizeof packed && chunk_count(packed, length) == n);
    check(chunk_unpack(packed, length, again, NULL));
    check(memcmp(data, again, n * sizeof *again) == 0);
    return 0;
}
