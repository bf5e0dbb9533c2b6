/*
 * ZIP archives for reading, within bounds: what lies in one, and the contents of an entry piece by
 * piece. Knows: ZIP (through libarchive). Must not know: what the entries mean.
 *
 * Sizes in the archive are claims: it may hold ZIP_MOST_ENTRIES, and give ZIP_MOST_BYTES in all. An
 * archive of more than 4 GiB (zip64) is refused.
 */
#pragma once

#include "base/err.h"

struct archive;

enum { ZIP_MOST_ENTRIES = 20000, ZIP_MOST_BYTES = 512 << 20 };

/* The archive PATH is whole and has entries of all these NAMES (NULL-terminated, at most 8). Reads
 * its directory only. */
bool zip_holds(const char *path, const char *const *names);

struct zip_file {
    struct archive *archive;
    int fd;
    int64_t bytes_left; /* that its contents may still have */
};

/* False with ERR: ERR_IO, ERR_FORMAT no whole archive, ERR_LIMIT, ERR_MEMORY. */
bool zip_open(struct zip_file *zip, const char *path, struct err *err);
void zip_close(struct zip_file *zip);
/* The name of the next entry, valid until the next call; NULL at the end, and with ERR when
 * damaged. */
const char *zip_next(struct zip_file *zip, struct err *err);
/* The next piece of the entry's contents, valid until the next call. False at its end, and with ERR
 * (ERR_FORMAT, ERR_LIMIT) when there is no more to be had. */
bool zip_piece(struct zip_file *zip, const void **data, size_t *length, struct err *err);
