/*
 * Feeds arbitrary bytes to the OpenMMLab reader: the first byte says as which of its files, Python
 * among them. A log that grows is only read (its last row counts before its end is written, if it
 * is whole already).
 */
#include "reader_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const NAMES[] = {
        "None.log.json", "vis_data/scalars.json", "vis_data/config.py"};
    if (size < 3)
        return 0;
    const char *name = NAMES[data[0] % (sizeof NAMES / sizeof *NAMES)];
    size_t cut = (size_t)data[1] << 8 | data[2];
    const struct reader *reader = reader_find("openmmlab");
    read_digest(reader, name, data + 3, size - 3, size - 3);
    if (size > 3)
        read_digest(reader, name, data + 3, size - 3, cut % (size - 3));
    return 0;
}
