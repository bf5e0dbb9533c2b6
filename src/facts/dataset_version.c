#include "facts/dataset_version.h"

#include <stdio.h>

enum { SHOWN_DIGITS = 8 };

static bool is_small_part(const struct dataset_version *version)
{
    return (double)version->images_with_detections < .5 * (double)version->image_count;
}

static bool is_nearly_all(const struct dataset_version *version)
{
    return (double)version->images_with_detections >= .9 * (double)version->image_count;
}

enum dataset_kinship dataset_kinship(
    const struct dataset_version *a, const struct dataset_version *b)
{
    if (!digest_equal(&a->content, &b->content))
        return DATASET_OTHER_TRUTH;
    bool other = (is_small_part(a) && is_nearly_all(b)) || (is_small_part(b) && is_nearly_all(a));
    return other ? DATASET_OTHER_PART : DATASET_SAME;
}

void dataset_version_print(const struct dataset_version *version, char *out, size_t out_bytes)
{
    char digits[DIGEST_TEXT_BYTES], part[64] = "";
    digest_print(&version->content, digits);
    if (is_small_part(version))
        snprintf(part, sizeof part, ", %lld of %lld images",
            (long long)version->images_with_detections, (long long)version->image_count);
    snprintf(out, out_bytes, "%s %.*s%s", version->name, SHOWN_DIGITS, digits, part);
}
