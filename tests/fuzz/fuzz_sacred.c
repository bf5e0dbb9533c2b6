/*
 * Feeds arbitrary bytes to the Sacred reader: the first byte says as which of its files.
 * All are whole documents: none is read on.
 */
#include "reader_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const NAMES[] = {"run.json", "config.json", "metrics.json", "info.json"};
    const struct reader *reader = reader_find("sacred");
    if (size < 1)
        return 0;
    const char *name = NAMES[data[0] % (sizeof NAMES / sizeof *NAMES)];
    read_digest(reader, name, data + 1, size - 1, size - 1);
    return 0;
}
