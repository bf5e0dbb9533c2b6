/*
 * Feeds arbitrary bytes to the VOC reader, as a file and as the only one of a folder.
 */
#include "annotation_sets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    put_fuzz_file("a.xml", data, size);
    read_both_ways(fuzz_file, "voc");
    read_both_ways(fuzz_folder, NULL);
    return 0;
}
