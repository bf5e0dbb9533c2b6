#include "facts/dataset_version.h"

#include <stdio.h>

enum dataset_extent dataset_extent(const struct dataset_version *version)
{
    double with = (double)version->images_with_detections, all = (double)version->image_count;
    return with < .5 * all ? DATASET_PART : with < .9 * all ? DATASET_MOST : DATASET_NEARLY_ALL;
}

enum dataset_kinship dataset_kinship(
    const struct dataset_version *a, const struct dataset_version *b)
{
    if (!digest_equal(&a->content, &b->content))
        return DATASET_OTHER_TRUTH;
    enum dataset_extent x = dataset_extent(a), y = dataset_extent(b);
    bool apart = (x == DATASET_PART && y == DATASET_NEARLY_ALL) ||
                 (y == DATASET_PART && x == DATASET_NEARLY_ALL);
    return apart ? DATASET_OTHER_PART : DATASET_SAME;
}

void dataset_version_print(const struct dataset_version *version, char *out, size_t out_bytes)
{
    char digits[DIGEST_TEXT_BYTES], part[64] = "";
    digest_print(&version->content, digits);
    if (dataset_extent(version) == DATASET_PART)
        snprintf(part, sizeof part, ", %lld of %lld images",
            (long long)version->images_with_detections, (long long)version->image_count);
    snprintf(out, out_bytes, "%s %.*s%s", version->name, DATASET_SHOWN_DIGITS, digits, part);
}
