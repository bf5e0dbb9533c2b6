/*
 * Feeds arbitrary bytes to the DETR reader, as a log that grows (whose last row counts before its
 * end is written, if it is whole already).
 */
#include "reader_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t cut = (size_t)data[0] << 8 | data[1];
    const struct reader *reader = reader_find("detr");
    read_digest(reader, "log.txt", data + 2, size - 2, size - 2);
    if (size > 2)
        read_digest(reader, "log.txt", data + 2, size - 2, cut % (size - 2));
    return 0;
}
