/*
 * Feeds arbitrary bytes to the MLflow reader: the first byte says as which of a run's files. A
 * metric that grows must give what the whole one does.
 */
#include "reader_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const NAMES[] = {
        "metrics/val/mAP", "meta.yaml", "../meta.yaml", "tags/mlflow.note.content"};
    const struct reader *reader = reader_find("mlflow");
    if (size < 3)
        return 0;
    const char *name = NAMES[data[0] % (sizeof NAMES / sizeof *NAMES)];
    size_t cut = (size_t)data[1] << 8 | data[2];
    data += 3;
    size -= 3;
    uint64_t whole = read_digest(reader, name, data, size, size);
    if (size)
        check(read_digest(reader, name, data, size, cut % size) == whole);
    return 0;
}
