/*
 * Feeds arbitrary bytes to the Ultralytics reader, as results.csv and as args.yaml. A table that
 * grows must give what the whole one does.
 */
#include "reader_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct reader *reader = reader_find("ultralytics");
    if (size < 2)
        return 0;
    size_t cut = (size_t)data[0] << 8 | data[1];
    data += 2;
    size -= 2;
    read_digest(reader, "args.yaml", data, size, size);
    uint64_t whole = read_digest(reader, "results.csv", data, size, size);
    if (size)
        check(read_digest(reader, "results.csv", data, size, cut % size) == whole);
    return 0;
}
