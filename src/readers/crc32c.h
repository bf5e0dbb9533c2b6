/*
 * CRC-32C (Castagnoli), as TensorBoard's event files carry it.
 * Knows: bytes. Must not know: records or files.
 *
 * Reflected polynomial 0x82F63B78, initial value and final xor 0xFFFFFFFF (RFC 3720, appendix B.4).
 * Uses the processor's own instruction where there is one. Any thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

uint32_t crc32c(const void *bytes, size_t length);
/* The same without that instruction: what other processors run; given for tests. */
uint32_t crc32c_portable(const void *bytes, size_t length);
/* As stored beside the data: rotated right by 15 and 0xa282ead8 added (TensorFlow's record format).
 */
uint32_t crc32c_masked(const void *bytes, size_t length);
