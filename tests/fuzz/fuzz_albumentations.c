/*
 * Feeds arbitrary bytes to the reader of albumentations' boxes: a first byte of a JSON document
 * makes them JSON, any other a CSV.
 */
#include "annotation_sets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char csv[640], json[640];
    bool is_json = size && strchr("[{", data[0]) && data[0];
    put_fuzz_file("a", data, size);
    snprintf(csv, sizeof csv, "%s.csv", fuzz_file);
    snprintf(json, sizeof json, "%s.json", fuzz_file);
    check(rename(fuzz_file, is_json ? json : csv) == 0);
    read_both_ways(is_json ? json : csv, "albumentations");
    check(rename(is_json ? json : csv, fuzz_file) == 0);
    return 0;
}
