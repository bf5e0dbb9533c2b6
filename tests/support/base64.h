/*
 * Base64 read strictly, for the screens that judge encoders.
 * Knows: RFC 4648 with padding. Must not know: what it holds.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The bytes of [AT, END) into OUT (three for four digits); SIZE_MAX for anything else. */
size_t base64_read(const char *at, const char *end, uint8_t *out);
