#include "readers/zip_file.h"

#include "base/buf.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    END_BYTES = 22,   /* the end record, without a comment */
    ENTRY_BYTES = 46, /* of the directory, without its name */
    MOST_DIRECTORY_BYTES = 8 << 20,
    BLOCK_BYTES = 64 << 10,
};

static unsigned u16_at(const unsigned char *at)
{
    return at[0] | (unsigned)at[1] << 8;
}

static uint32_t u32_at(const unsigned char *at)
{
    return u16_at(at) | (uint32_t)u16_at(at + 2) << 16;
}

static int open_regular(const char *path, int64_t *size, struct err *err)
{
    struct stat s;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &s) != 0) {
        err_set_errno(err, "cannot open");
    } else if (!S_ISREG(s.st_mode)) {
        err_set(err, ERR_IO, "is not a regular file");
    } else {
        *size = s.st_size;
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool read_at(int fd, void *out, size_t bytes, int64_t offset)
{
    size_t held = 0;
    while (held < bytes) {
        ssize_t got = pread(fd, (char *)out + held, bytes - held, offset + (int64_t)held);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        held += (size_t)got;
    }
    return true;
}

/* Where the directory of the archive lies that ends at SIZE; false with ERR when there is none. Who
 * writes archives for us puts no comment behind it. */
static bool find_directory(int fd, int64_t size, int64_t *offset, uint32_t *bytes, struct err *err)
{
    unsigned char end[END_BYTES];
    if (size < END_BYTES || !read_at(fd, end, sizeof end, size - END_BYTES) ||
        memcmp(end, "PK\5\6", 4) != 0)
        return err_set(err, ERR_FORMAT, "is not a whole ZIP archive (yet)");
    *bytes = u32_at(end + 12);
    *offset = size - END_BYTES - (int64_t)*bytes;
    if (u16_at(end + 10) > ZIP_MOST_ENTRIES || *bytes > MOST_DIRECTORY_BYTES)
        return err_set(err, ERR_LIMIT, "is a ZIP archive of too many files");
    return *offset >= 0 || err_set(err, ERR_FORMAT, "is a damaged ZIP archive");
}

/* One bit for each of NAMES that the directory in TEXT lists. */
static unsigned find_names(const unsigned char *text, size_t length, const char *const *names)
{
    unsigned found = 0;
    for (size_t at = 0; length - at >= ENTRY_BYTES && memcmp(text + at, "PK\1\2", 4) == 0;) {
        const unsigned char *entry = text + at;
        size_t name_bytes = u16_at(entry + 28);
        size_t all = ENTRY_BYTES + name_bytes + u16_at(entry + 30) + u16_at(entry + 32);
        if (all > length - at)
            break;
        for (unsigned i = 0; names[i]; i++)
            if (strlen(names[i]) == name_bytes &&
                memcmp(entry + ENTRY_BYTES, names[i], name_bytes) == 0)
                found |= 1u << i;
        at += all;
    }
    return found;
}

bool zip_holds(const char *path, const char *const *names)
{
    int64_t size, offset;
    uint32_t bytes;
    struct buf text;
    unsigned all = 0;
    int fd = open_regular(path, &size, NULL);
    buf_init(&text, MOST_DIRECTORY_BYTES);
    bool ok = fd >= 0 && find_directory(fd, size, &offset, &bytes, NULL) &&
              buf_reserve(&text, bytes) && read_at(fd, text.data, bytes, offset);
    for (unsigned i = 0; names[i]; i++)
        all |= 1u << i;
    ok = ok && find_names((const unsigned char *)text.data, bytes, names) == all;
    buf_done(&text);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* What libarchive says of its last failure. */
static bool fail(struct zip_file *zip, struct err *err)
{
    const char *text = archive_error_string(zip->archive);
    return archive_errno(zip->archive) == ENOMEM
               ? err_set(err, ERR_MEMORY, "out of memory")
               : err_set(
                     err, ERR_FORMAT, "damaged ZIP archive: %s", text ? text : "no reason given");
}

bool zip_open(struct zip_file *zip, const char *path, struct err *err)
{
    int64_t size, offset;
    uint32_t bytes;
    *zip = (struct zip_file){.fd = open_regular(path, &size, err), .bytes_left = ZIP_MOST_BYTES};
    bool ok = zip->fd >= 0 && find_directory(zip->fd, size, &offset, &bytes, err);
    if (ok) {
        zip->archive = archive_read_new();
        ok = zip->archive || err_set(err, ERR_MEMORY, "out of memory");
    }
    if (ok)
        ok = (archive_read_support_format_zip_seekable(zip->archive) == ARCHIVE_OK &&
                 archive_read_open_fd(zip->archive, zip->fd, BLOCK_BYTES) == ARCHIVE_OK) ||
             fail(zip, err);
    if (ok)
        return true;
    err_in_file(err, path);
    zip_close(zip);
    return false;
}

void zip_close(struct zip_file *zip)
{
    if (zip->archive)
        archive_read_free(zip->archive);
    if (zip->fd >= 0)
        close(zip->fd);
    *zip = (struct zip_file){.fd = -1};
}

const char *zip_next(struct zip_file *zip, struct err *err)
{
    struct archive_entry *entry;
    int code = archive_read_next_header(zip->archive, &entry);
    if (code == ARCHIVE_OK || code == ARCHIVE_WARN) { /* a warning: a name of another charset */
        const char *name = archive_entry_pathname(entry);
        return name ? name : "";
    }
    if (code != ARCHIVE_EOF)
        fail(zip, err);
    return NULL;
}

bool zip_piece(struct zip_file *zip, const void **data, size_t *length, struct err *err)
{
    int64_t offset;
    int code = archive_read_data_block(zip->archive, data, length, &offset);
    if (code == ARCHIVE_EOF)
        return false;
    if (code != ARCHIVE_OK)
        return fail(zip, err);
    zip->bytes_left -= (int64_t)*length;
    return zip->bytes_left >= 0 ||
           err_set(err, ERR_LIMIT, "holds more than %d MiB: the rest is left out",
               ZIP_MOST_BYTES >> 20);
}
