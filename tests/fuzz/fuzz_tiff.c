/*
 * Feeds arbitrary bytes to the TIFF decoder, of either order of bytes.
 */
#include "picture_one_kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_picture(data, size, "II", 2);
    fuzz_picture(data, size, "MM", 2);
    return 0;
}
