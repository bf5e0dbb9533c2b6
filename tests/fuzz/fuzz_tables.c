/*
 * Feeds arbitrary bytes to the readers of any table, and to what recognises one: the first byte says as
 * which file. A table of separated values that grows must give what the whole one does (JSON lines are
 * left out: their last one counts before its end is written, if it is whole already).
 */
#include "reader_file.h"
#include "readers/table_sniff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        const char *reader, *name;
    } FILES[] = {{"keras", "training.log"}, {"generic", "a.csv"}, {"generic", "metrics.json"},
        {"generic", "params.json"}, {"generic", "args.yml"}, {"generic", "history.json"}};
    if (size < 3)
        return 0;
    size_t file = data[0] % (sizeof FILES / sizeof *FILES);
    const struct reader *reader = reader_find(FILES[file].reader);
    size_t cut = (size_t)data[1] << 8 | data[2];
    data += 3;
    size -= 3;
    const char *why;
    enum table_kind kind = table_sniff((const char *)data, size, true, &why);
    check(kind == TABLE_NONE || !why);
    table_sniff((const char *)data, size, false, &why);
    uint64_t whole = read_digest(reader, FILES[file].name, data, size, size);
    if (size && !memchr(data, '{', size))
        check(read_digest(reader, FILES[file].name, data, size, cut % size) == whole || file > 1);
    return 0;
}
