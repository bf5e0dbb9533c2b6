#include "zip_made.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void begin(struct archive *archive, const char *name, size_t length)
{
    struct archive_entry *entry = archive_entry_new();
    check(entry != NULL);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)length);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 1700000000, 0);
    check(archive_write_header(archive, entry) == ARCHIVE_OK);
    archive_entry_free(entry);
}

static struct archive *open_memory(void *out, size_t room, size_t *used)
{
    struct archive *archive = archive_write_new();
    check(archive != NULL);
    check(archive_write_set_format_zip(archive) == ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(archive, 1);
    check(archive_write_open_memory(archive, out, room, used) == ARCHIVE_OK);
    return archive;
}

static void add(struct archive *archive, const char *const *files)
{
    for (; *files; files += 2) {
        size_t length = strlen(files[1]);
        begin(archive, files[0], length);
        check(archive_write_data(archive, files[1], length) == (la_ssize_t)length);
    }
}

size_t zip_made(void *out, size_t room, const char *const *files)
{
    size_t used = 0;
    struct archive *archive = open_memory(out, room, &used);
    add(archive, files);
    check(archive_write_close(archive) == ARCHIVE_OK);
    archive_write_free(archive);
    return used;
}

size_t zip_made_of_blanks(
    void *out, size_t room, const char *const *files, const char *name, size_t length)
{
    static char blanks[1 << 20];
    size_t used = 0;
    struct archive *archive = open_memory(out, room, &used);
    memset(blanks, ' ', sizeof blanks);
    add(archive, files);
    begin(archive, name, length);
    for (size_t left = length; left;) {
        size_t part = left < sizeof blanks ? left : sizeof blanks;
        check(archive_write_data(archive, blanks, part) == (la_ssize_t)part);
        left -= part;
    }
    check(archive_write_close(archive) == ARCHIVE_OK);
    archive_write_free(archive);
    return used;
}
