/*
 * A 64-bit hash that is the same on every machine and in every year, for what is written to disk.
 * Knows: bytes. Must not know: what they mean. (base/map.h has its own seeded one, for names in
 * memory.)
 *
 * Not cryptographic: it notices damage and tells names apart, it does not stop a forger.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Continues from START (0 at first), so that several pieces make one hash. Each 8-byte word is
 * folded in by an invertible step, so two inputs of equal length that differ in one word never
 * collide. */
uint64_t hash_stable(uint64_t start, const void *bytes, size_t length);
