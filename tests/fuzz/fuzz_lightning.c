/*
 * Feeds arbitrary bytes to the Lightning reader, as metrics.csv and as hparams.yaml. A table that grows
 * must give what the whole one does.
 */
#include "reader_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct reader *reader = reader_find("lightning");
    if (size < 2)
        return 0;
    size_t cut = (size_t)data[0] << 8 | data[1];
    data += 2;
    size -= 2;
    read_digest(reader, "hparams.yaml", data, size, size);
    uint64_t whole = read_digest(reader, "metrics.csv", data, size, size);
    if (size)
        check(read_digest(reader, "metrics.csv", data, size, cut % size) == whole);
    return 0;
}
