/*
 * Feeds arbitrary bytes to the Comet reader: by the first byte as an archive, or as its messages,
 * which must give the same in whatever pieces they come.
 */
#include "reader_file.h"
#include "readers/comet_messages.h"
#include "readers/zip_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct digest digest;

static struct sink new_sink(void)
{
    digest.count = 0;
    return (struct sink){&digest, digest_param, digest_metric, digest_points, digest_artifact,
        digest_note, digest_label, digest_status};
}

static uint64_t read_messages(const uint8_t *data, size_t size, size_t chunk)
{
    struct sink sink = new_sink();
    struct err err = {0};
    struct comet_messages messages;
    comet_messages_init(&messages, &sink, "a.zip");
    for (size_t at = 0; at < size; at += chunk)
        if (!comet_messages_take(&messages, data + at, chunk < size - at ? chunk : size - at))
            break;
    check(comet_messages_end(&messages, &err));
    comet_messages_done(&messages);
    return digest_sum(&digest);
}

static void read_archive(const uint8_t *data, size_t size)
{
    static const char *const NAMES[] = {"experiment.json", "messages.json", NULL};
    struct sink sink = new_sink();
    struct reader_mark mark = {0};
    struct err err = {0};
    char path[64];
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    check(fd >= 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    struct reader_source source = {"", "a.zip", path, false, "a.zip"};
    zip_holds(path, NAMES);
    bool ok = reader_find("comet")->read(&source, &mark, &sink, &err);
    check(ok || err.code != ERR_NONE);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    if (data[0] % 2)
        read_archive(data + 2, size - 2);
    else
        check(read_messages(data + 2, size - 2, 1 + data[1]) ==
              read_messages(data + 2, size - 2, size));
    return 0;
}
