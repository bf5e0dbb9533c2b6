/*
 * Feeds arbitrary bytes to the BMP decoder.
 */
#include "picture_one_kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_picture(data, size, "BM", 2);
    return 0;
}
