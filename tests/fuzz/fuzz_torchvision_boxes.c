/*
 * Feeds arbitrary bytes to the reader of torchvision's dumps, and as it looks to all others.
 */
#include "annotation_sets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    put_fuzz_file("a.json", data, size);
    read_both_ways(fuzz_file, "torchvision");
    read_both_ways(fuzz_file, NULL);
    return 0;
}
