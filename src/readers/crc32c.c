#include "readers/crc32c.h"

#include <pthread.h>
#include <string.h>

/* LOOKUP[k][b] advances byte b over k further zero bytes: eight bytes take eight lookups at once.
 */
static uint32_t lookup[8][256];
static pthread_once_t lookup_once = PTHREAD_ONCE_INIT;

static void make_lookup(void)
{
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t crc = b;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0x82F63B78) : 0);
        lookup[0][b] = crc;
    }
    for (int k = 1; k < 8; k++)
        for (int b = 0; b < 256; b++)
            lookup[k][b] = lookup[k - 1][b] >> 8 ^ lookup[0][lookup[k - 1][b] & 0xff];
}

uint32_t crc32c_portable(const void *bytes, size_t length)
{
    pthread_once(&lookup_once, make_lookup);
    const unsigned char *at = bytes;
    uint32_t crc = UINT32_MAX;
    for (; length >= 8; at += 8, length -= 8) {
        for (int i = 0; i < 4; i++)
            crc ^= (uint32_t)at[i] << 8 * i;
        crc = lookup[7][crc & 0xff] ^ lookup[6][crc >> 8 & 0xff] ^ lookup[5][crc >> 16 & 0xff] ^
              lookup[4][crc >> 24] ^ lookup[3][at[4]] ^ lookup[2][at[5]] ^ lookup[1][at[6]] ^
              lookup[0][at[7]];
    }
    for (; length; at++, length--)
        crc = crc >> 8 ^ lookup[0][(crc ^ *at) & 0xff];
    return ~crc;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t crc = UINT32_MAX;
    for (; length >= 8; at += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        crc = __builtin_ia32_crc32di(crc, word);
    }
    uint32_t rest = (uint32_t)crc;
    if (length & 4) {
        uint32_t word;
        memcpy(&word, at, 4);
        rest = __builtin_ia32_crc32si(rest, word);
        at += 4;
    }
    for (length &= 3; length; at++, length--)
        rest = __builtin_ia32_crc32qi(rest, *at);
    return ~rest;
}

uint32_t crc32c(const void *bytes, size_t length)
{
    return __builtin_cpu_supports("sse4.2") ? crc32c_sse42(bytes, length)
                                            : crc32c_portable(bytes, length);
}

#else

uint32_t crc32c(const void *bytes, size_t length)
{
    return crc32c_portable(bytes, length);
}

#endif

uint32_t crc32c_masked(const void *bytes, size_t length)
{
    uint32_t crc = crc32c(bytes, length);
    return (crc >> 15 | crc << 17) + UINT32_C(0xa282ead8);
}
