/*
 * Feeds arbitrary bytes to the PNG decoder.
 */
#include "picture_one_kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_picture(data, size, "\x89PNG\r\n\x1a\n", 8);
    return 0;
}
