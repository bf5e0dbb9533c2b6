#include "readers/image_name.h"

#include "base/file.h"

#include <string.h>

bool image_name_is(const char *name)
{
    static const char *const SUFFIXES[] = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif",
        ".tiff", ".gif", ".ppm", ".pgm", ".mpo", ".dng", ".pfm", ".heic", ".avif"};
    for (size_t i = 0; i < sizeof SUFFIXES / sizeof *SUFFIXES; i++)
        if (path_has_suffix(name, SUFFIXES[i]))
            return true;
    return false;
}

size_t image_name_stem_length(const char *base)
{
    return image_name_is(base) ? path_stem_length(base) : strlen(base);
}
