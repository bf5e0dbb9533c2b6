/*
 * Feeds arbitrary bytes to the reader of MLflow's databases: the file that they make is looked into
 * as a scan does, and the runs that it claims (or one that it may hold) are read.
 */
#include "reader_file.h"
#include "temp.h"

#include <fcntl.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_READ = 3 };

static void read_part(const char *directory, const char *path, const char *part)
{
    static struct digest digest;
    struct reader_mark mark = {0};
    struct err err = {0};
    struct sink sink = {&digest, digest_param, digest_metric, digest_points, digest_artifact,
        digest_note, digest_label, digest_status};
    struct reader_source source = {directory, "mlflow.db", path, false, part};
    digest.count = 0;
    bool ok = reader_find("mlflow_sqlite")->read(&source, &mark, &sink, &err);
    check(ok || err.code != ERR_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *directory, *path;
    if (!directory) {
        directory = temp_dir();
        path = temp_file(directory, "mlflow.db", "", 0);
    }
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    check(fd >= 0 && pwrite(fd, data, size, 0) == (ssize_t)size && ftruncate(fd, (off_t)size) == 0);
    close(fd);
    struct arena arena = {0};
    struct file_entry entry = {.name = "mlflow.db"};
    struct file_list list = {&entry, 1};
    struct reader_place place = {directory, &list, &arena};
    struct reader_claim claim = {0};
    check(reader_find("mlflow_sqlite")->claim(&place, &claim) == (claim.count > 0));
    for (size_t i = 0; i < claim.count && i < MOST_READ; i++)
        read_part(directory, path, claim.sources[i].part);
    if (!claim.count)
        read_part(directory, path, "mlflow.db/0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a");
    arena_done(&arena);
    return 0;
}
