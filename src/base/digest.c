#include "base/digest.h"

#include "base/stream.h"

#include <stdio.h>

#include <xxhash.h>

static struct digest from_xxh(XXH128_hash_t hash)
{
    return (struct digest){hash.high64, hash.low64};
}

struct digest digest_of(const void *bytes, size_t length)
{
    return from_xxh(XXH3_128bits(bytes, length));
}

struct digest digest_add(struct digest a, struct digest b)
{
    struct digest sum = {a.high + b.high, a.low + b.low};
    sum.high += sum.low < a.low;
    return sum;
}

void digest_put(const struct digest *digest, unsigned char out[DIGEST_BYTES])
{
    for (int i = 0; i < 8; i++) {
        out[i] = (unsigned char)(digest->high >> (56 - 8 * i));
        out[8 + i] = (unsigned char)(digest->low >> (56 - 8 * i));
    }
}

struct digest digest_get(const unsigned char bytes[DIGEST_BYTES])
{
    struct digest digest = {0};
    for (int i = 0; i < 8; i++) {
        digest.high = digest.high << 8 | bytes[i];
        digest.low = digest.low << 8 | bytes[8 + i];
    }
    return digest;
}

void digest_print(const struct digest *digest, char out[DIGEST_TEXT_BYTES])
{
    snprintf(out, DIGEST_TEXT_BYTES, "%016llx%016llx", (unsigned long long)digest->high,
        (unsigned long long)digest->low);
}

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory");
}

bool digest_file(const char *path, struct digest *out, struct err *err)
{
    struct stream stream;
    if (!stream_open(&stream, path, 0, err))
        return false;
    XXH3_state_t *state = XXH3_createState();
    bool ok = state && XXH3_128bits_reset(state) == XXH_OK;
    for (size_t there; ok && (there = stream_need(&stream, 1)) > 0;) {
        ok = XXH3_128bits_update(state, stream_at(&stream), there) == XXH_OK;
        stream_skip(&stream, (int64_t)there);
    }
    if (ok)
        *out = from_xxh(XXH3_128bits_digest(state));
    XXH3_freeState(state);
    stream_close(&stream);
    return ok || no_memory(err);
}
