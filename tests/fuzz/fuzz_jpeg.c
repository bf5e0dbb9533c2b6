/*
 * Feeds arbitrary bytes to the JPEG decoder.
 */
#include "picture_one_kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_picture(data, size, "\xff\xd8\xff", 3);
    return 0;
}
