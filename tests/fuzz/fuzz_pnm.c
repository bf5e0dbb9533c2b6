/*
 * Feeds arbitrary bytes to the decoder of PBM, PGM and PPM.
 */
#include "picture_one_kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_picture(data, size, "P", 1);
    return 0;
}
