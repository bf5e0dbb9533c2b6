/*
 * Feeds arbitrary bytes to the reader of text detections; the first byte chooses the variant.
 */
#include "annotation_sets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const FORMATS[] = {
        "odm", "odm:xywh,abs", "odm:xyxy,abs", "odm:rel", "odm:xcycwh", "odm:xyxy,rel", "yolo"};
    const char *format = FORMATS[size ? data[0] % (sizeof FORMATS / sizeof *FORMATS) : 0];
    put_fuzz_file("a.txt", data + (size > 0), size - (size > 0));
    read_both_ways(fuzz_folder, format);
    read_both_ways(fuzz_folder, NULL);
    return 0;
}
