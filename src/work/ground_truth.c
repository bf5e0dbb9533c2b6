#include "work/ground_truth.h"

#include "readers/annotation.h"

#include <stdlib.h>
#include <string.h>

bool ground_truth_read(
    const char *path, const char *format, struct ground_truth *out, struct err *err)
{
    struct annotation_options options = {.format = format};
    *out = (struct ground_truth){0};
    file_stat(path, &out->stat);
    out->format = format ? strdup(format) : NULL;
    if (format && !out->format)
        return err_set(err, ERR_MEMORY, "out of memory");
    out->dataset = annotation_read_ground_truth_as(path, &options, err);
    if (out->dataset)
        out->digest = dataset_digest(out->dataset);
    else
        ground_truth_done(out);
    return out->dataset != NULL;
}

static bool looks_same(const struct file_stat *a, const struct file_stat *b)
{
    return a->size_bytes == b->size_bytes && a->mtime_ns == b->mtime_ns &&
           a->ctime_ns == b->ctime_ns && a->inode == b->inode && a->device == b->device;
}

bool ground_truth_is(const struct ground_truth *truth, const char *path, const char *format)
{
    struct file_stat now;
    bool as_read =
        !truth->format == !format && (!format || strcmp(truth->format, format) == 0);
    return truth->dataset && as_read && strcmp(truth->dataset->path, path) == 0 &&
           file_stat(path, &now) && now.is_regular && looks_same(&now, &truth->stat);
}

void ground_truth_move(struct ground_truth *to, struct ground_truth *from)
{
    ground_truth_done(to);
    *to = *from;
    *from = (struct ground_truth){0};
}

void ground_truth_done(struct ground_truth *truth)
{
    dataset_free(truth->dataset);
    free(truth->format);
    *truth = (struct ground_truth){0};
}
