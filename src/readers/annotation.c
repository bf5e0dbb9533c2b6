#include "readers/annotation.h"

#include "base/buf.h"
#include "base/file.h"

#include <string.h>

enum { MOST_NAMES_BYTES = 160 };

#define ANNOTATION(name) extern const struct annotation_format annotation_##name;
#include "readers/annotations.def"
#undef ANNOTATION

const struct annotation_format *const annotation_formats[] = {
#define ANNOTATION(name) &annotation_##name,
#include "readers/annotations.def"
#undef ANNOTATION
    NULL,
};

static const struct annotation_options PLAIN = {0};

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

const char *annotation_variant(const struct annotation_options *options)
{
    const char *colon = options->format ? strchr(options->format, ':') : NULL;
    return colon ? colon + 1 : NULL;
}

static const struct annotation_format *format_by_name(const char *path)
{
    for (size_t i = 0; annotation_formats[i]; i++)
        if (annotation_formats[i]->is_named(path))
            return annotation_formats[i];
    return annotation_formats[0];
}

/* The format that the person calls SAID, "name" or "name:variant"; NULL with ERR. */
static const struct annotation_format *find_said(const char *said, struct err *err)
{
    size_t length = strcspn(said, ":");
    struct buf names;
    buf_init(&names, MOST_NAMES_BYTES);
    for (size_t i = 0; annotation_formats[i]; i++) {
        const struct annotation_format *format = annotation_formats[i];
        if (strlen(format->name) == length && strncmp(format->name, said, length) == 0) {
            buf_done(&names);
            if (!said[length] || format->variants)
                return format;
            err_set(err, ERR_USAGE, "the format %s has no variants: leave out \"%.60s\"",
                format->name, said + length);
            return NULL;
        }
        buf_printf(&names, "%s%s", i ? ", " : "", format->name);
    }
    err_set(err, ERR_USAGE, "there is no format \"%.40s\": name one of %s", said,
        names.data ? names.data : "");
    buf_done(&names);
    return NULL;
}

/* The format that PATH is to be read with, which the person has named: so a file that looks like
 * none is still tried. NULL with ERR. */
static const struct annotation_format *choose(
    const char *path, const struct annotation_options *options, struct err *err)
{
    enum annotation_kind kind;
    if (options->format)
        return find_said(options->format, err);
    const struct annotation_format *format = annotation_sniff(path, &kind);
    struct file_stat stat;
    if (format)
        return format;
    if (!file_stat(path, &stat))
        err_set_errno(err, "cannot open");
    else if (stat.is_dir)
        err_set(err, ERR_FORMAT,
            "is a directory without label files (*.txt) or VOC files (*.xml) that are recognised; "
            "name a file in it");
    else
        format = format_by_name(path);
    if (!format)
        err_in_file(err, path);
    return format;
}

struct dataset *annotation_read_ground_truth_as(
    const char *path, const struct annotation_options *options, struct err *err)
{
    options = options ? options : &PLAIN;
    const struct annotation_format *format = choose(path, options, err);
    return format ? format->read_ground_truth(path, options, err) : NULL;
}

struct detections *annotation_read_detections_as(
    const char *path, const struct annotation_options *options, struct err *err)
{
    options = options ? options : &PLAIN;
    const struct annotation_format *format = choose(path, options, err);
    return format ? format->read_detections(path, options, err) : NULL;
}

struct dataset *annotation_read_ground_truth(const char *path, struct err *err)
{
    return annotation_read_ground_truth_as(path, NULL, err);
}

struct detections *annotation_read_detections(const char *path, struct err *err)
{
    return annotation_read_detections_as(path, NULL, err);
}
