/*
 * Dumps of torchvision's and torchmetrics' dictionaries as JSON: targets, or predictions with
 * scores. Knows: that boxes are corners in pixels. Must not know: how lists stand in a file.
 *
 * Labels stay the numbers that they are. torchvision reserves 0 for the background and so never
 * writes it; a file in which it occurs counts its classes from 0, and 0 is one of them.
 */
#include "readers/box_lists.h"

static const struct box_lists_rules RULES = {
    .boxes = "boxes", .wanted = "dictionaries with \"boxes\", \"labels\" and \"scores\""};

static bool is_named(const char *path)
{
    (void)path;
    return false; /* *.json is COCO's */
}

static enum annotation_kind sniff(const char *path)
{
    return box_lists_sniff(path, &RULES);
}

static bool collect(struct collector *collector, const char *path,
    const struct annotation_options *options, struct err *err)
{
    (void)options;
    return box_lists_read(collector, path, &RULES, err);
}

static struct dataset *read_ground_truth(
    const char *path, const struct annotation_options *options, struct err *err)
{
    return collect_dataset(path, options, collect, err);
}

static struct detections *read_detections(
    const char *path, const struct annotation_options *options, struct err *err)
{
    return collect_detections(path, options, collect, err);
}

const struct annotation_format annotation_torchvision_boxes = {
    .name = "torchvision",
    .reads = "JSON dumps of torchvision dictionaries: boxes, labels, scores, for each image",
    .is_named = is_named,
    .sniff = sniff,
    .read_ground_truth = read_ground_truth,
    .read_detections = read_detections,
};
