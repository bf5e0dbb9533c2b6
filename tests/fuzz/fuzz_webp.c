/*
 * Feeds arbitrary bytes to the WebP decoder.
 */
#include "picture_one_kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_picture(data, size, "RIFF", 4);
    return 0;
}
