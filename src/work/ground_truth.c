#include "work/ground_truth.h"

#include <stdlib.h>
#include <string.h>

static struct dataset_digest digest_without_masks(const struct dataset *dataset)
{
    struct dataset boxes = *dataset;
    boxes.masks = NULL;
    return dataset_digest(&boxes);
}

bool ground_truth_read(const char *path, const struct annotation_options *options, bool masks_count,
    struct ground_truth *out, struct err *err)
{
    char *format = options->format ? strdup(options->format) : NULL;
    if (options->format && !format)
        return err_set(err, ERR_MEMORY, "out of memory");
    *out = (struct ground_truth){.options = *options, .masks_count = masks_count};
    out->options.format = format;
    file_stat(path, &out->stat);
    out->dataset = annotation_read_ground_truth_as(path, options, err);
    if (!out->dataset) {
        ground_truth_done(out);
        return false;
    }
    out->digest =
        masks_count ? dataset_digest(out->dataset) : digest_without_masks(out->dataset);
    return true;
}

static bool looks_same(const struct file_stat *a, const struct file_stat *b)
{
    return a->size_bytes == b->size_bytes && a->mtime_ns == b->mtime_ns &&
           a->ctime_ns == b->ctime_ns && a->inode == b->inode && a->device == b->device;
}

static bool same_options(const struct annotation_options *a, const struct annotation_options *b)
{
    bool same_format =
        !a->format == !b->format && (!a->format || strcmp(a->format, b->format) == 0);
    return same_format && a->masks == b->masks && a->columns == b->columns;
}

bool ground_truth_is(const struct ground_truth *truth, const char *path,
    const struct annotation_options *options, bool masks_count)
{
    struct file_stat now;
    return truth->dataset && truth->masks_count == masks_count && same_options(&truth->options, options) &&
           strcmp(truth->dataset->path, path) == 0 && file_stat(path, &now) && now.is_regular &&
           looks_same(&now, &truth->stat);
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
    free((char *)truth->options.format);
    *truth = (struct ground_truth){0};
}
