/*
 * A digest: 128 bits that stand for bytes, the same on every machine and in every year.
 * Knows: bytes (XXH3 of libxxhash) and files of them. Must not know: what they mean.
 *
 * Not cryptographic: it tells contents apart that came about by accident, not by a forger.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DIGEST_BYTES = 16, DIGEST_TEXT_BYTES = 2 * DIGEST_BYTES + 1 };

struct digest {
    uint64_t high, low;
};

struct digest digest_of(const void *bytes, size_t length);
/* The sum modulo 2^128: of the digests of many things it is one of them all, whatever their order,
 * in which each counts as often as it is there. */
struct digest digest_add(struct digest a, struct digest b);
static inline bool digest_equal(const struct digest *a, const struct digest *b)
{
    return a->high == b->high && a->low == b->low;
}

/* As big-endian bytes, for keeping, and back. */
void digest_put(const struct digest *digest, unsigned char out[DIGEST_BYTES]);
struct digest digest_get(const unsigned char bytes[DIGEST_BYTES]);
/* 32 hex digits. */
void digest_print(const struct digest *digest, char out[DIGEST_TEXT_BYTES]);

/* The digest of what stands in the regular file PATH, by one pass over it. */
bool digest_file(const char *path, struct digest *out, struct err *err);
