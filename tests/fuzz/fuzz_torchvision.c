/*
 * Feeds arbitrary bytes to the torchvision reader: a log that grows must give what the whole one
 * does.
 */
#include "reader_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t cut = (size_t)data[0] << 8 | data[1];
    data += 2;
    size -= 2;
    const struct reader *reader = reader_find("torchvision");
    uint64_t whole = read_digest(reader, "train.log", data, size, size);
    uint64_t grown = size ? read_digest(reader, "train.log", data, size, cut % size) : whole;
    check(grown == whole);
    return 0;
}
