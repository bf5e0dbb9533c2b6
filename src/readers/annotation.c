#include "readers/annotation.h"

#include "base/file.h"

#define ANNOTATION(name) extern const struct annotation_format annotation_##name;
#include "readers/annotations.def"
#undef ANNOTATION

const struct annotation_format *const annotation_formats[] = {
#define ANNOTATION(name) &annotation_##name,
#include "readers/annotations.def"
#undef ANNOTATION
    NULL,
};

const struct annotation_format *annotation_sniff(const char *path, enum annotation_kind *kind)
{
    for (size_t i = 0; annotation_formats[i]; i++) {
        *kind = annotation_formats[i]->sniff(path);
        if (*kind != ANNOTATION_NONE)
            return annotation_formats[i];
    }
    *kind = ANNOTATION_NONE;
    return NULL;
}

static const struct annotation_format *format_by_name(const char *path)
{
    for (size_t i = 0; annotation_formats[i]; i++)
        if (annotation_formats[i]->is_named(path))
            return annotation_formats[i];
    return annotation_formats[0];
}

/* The format that PATH is to be read with, which the person has named: so a file that looks like
 * none is still tried. NULL with ERR. */
static const struct annotation_format *choose(const char *path, struct err *err)
{
    enum annotation_kind kind;
    const struct annotation_format *format = annotation_sniff(path, &kind);
    struct file_stat stat;
    if (format)
        return format;
    if (!file_stat(path, &stat))
        err_set_errno(err, "cannot open");
    else if (stat.is_dir)
        err_set(
            err, ERR_FORMAT, "is a directory without YOLO label files (*.txt); name a file in it");
    else
        format = format_by_name(path);
    if (!format)
        err_in_file(err, path);
    return format;
}

struct dataset *annotation_read_ground_truth(const char *path, struct err *err)
{
    const struct annotation_format *format = choose(path, err);
    return format ? format->read_ground_truth(path, err) : NULL;
}

struct detections *annotation_read_detections(const char *path, struct err *err)
{
    const struct annotation_format *format = choose(path, err);
    return format ? format->read_detections(path, err) : NULL;
}
