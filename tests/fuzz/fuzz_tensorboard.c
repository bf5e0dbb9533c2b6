/*
 * Feeds arbitrary bytes to the TensorBoard reader: as they stand, and with the checksums of their
 * records made good, so that messages are reached. A growing file must give what the whole one
 * does.
 */
#include "reader_file.h"
#include "readers/crc32c.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Lengths that reach beyond are shortened. */
static void make_good(uint8_t *data, size_t size)
{
    for (size_t at = 0; size - at >= 16;) {
        uint64_t length;
        memcpy(&length, data + at, 8);
        if (length > size - at - 16)
            length = size - at - 16;
        memcpy(data + at, &length, 8);
        uint32_t crc = crc32c_masked(data + at, 8);
        memcpy(data + at + 8, &crc, 4);
        crc = crc32c_masked(data + at + 12, length);
        memcpy(data + at + 12 + length, &crc, 4);
        at += 16 + length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct reader *reader = reader_find("tensorboard");
    if (size < 2)
        return 0;
    size_t cut = (size_t)data[0] << 8 | data[1];
    data += 2;
    size -= 2;
    read_digest(reader, "events", data, size, size);
    uint8_t *good = malloc(size + 1);
    check(good != NULL);
    if (size)
        memcpy(good, data, size);
    make_good(good, size);
    uint64_t whole = read_digest(reader, "events", good, size, size);
    if (size)
        check(read_digest(reader, "events", good, size, cut % size) == whole);
    free(good);
    return 0;
}
