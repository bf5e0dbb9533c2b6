/*
 * Feeds arbitrary bytes to the plain reader: the first byte says as which of its files. A table
 * that grows must give what the whole one does (JSON lines are left out: their last one counts
 * before its end is written, if it is whole already).
 */
#include "reader_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const NAMES[] = {"metrics.csv", "system.csv", "metrics.jsonl", "config.json",
        "config.yaml", "dataset.json", "status.json", "predictions/epoch_3.json"};
    const struct reader *reader = reader_find("plain");
    if (size < 3)
        return 0;
    const char *name = NAMES[data[0] % (sizeof NAMES / sizeof *NAMES)];
    size_t cut = (size_t)data[1] << 8 | data[2];
    data += 3;
    size -= 3;
    uint64_t whole = read_digest(reader, name, data, size, size);
    uint64_t grown = size ? read_digest(reader, name, data, size, cut % size) : whole;
    check(grown == whole || strcmp(name, "metrics.jsonl") == 0);
    return 0;
}
