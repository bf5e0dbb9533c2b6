/*
 * Feeds arbitrary bytes to the DVCLive reader: the first byte says as which of its files. A table
 * that grows must give what the whole one does.
 */
#include "reader_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const NAMES[] = {
        "plots/metrics/eval/loss.tsv", "scalars/loss.tsv", "metrics.json", "params.yaml"};
    const struct reader *reader = reader_find("dvclive");
    if (size < 3)
        return 0;
    const char *name = NAMES[data[0] % (sizeof NAMES / sizeof *NAMES)];
    size_t cut = (size_t)data[1] << 8 | data[2];
    data += 3;
    size -= 3;
    uint64_t whole = read_digest(reader, name, data, size, size);
    if (size && strstr(name, ".tsv"))
        check(read_digest(reader, name, data, size, cut % size) == whole);
    return 0;
}
