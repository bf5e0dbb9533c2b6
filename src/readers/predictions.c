/*
 * The predictions reader: a directory that holds files or folders of detections, or is a folder of
 * label files with scores, and is no run otherwise.
 * Knows: which files those are. Must not know: what they hold.
 *
 * A directory called "predictions" is part of the run above it, never one of its own.
 */
#include "readers/predictions_files.h"

#include <string.h>

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    if (strcmp(path_base(place->path), "predictions") == 0)
        return false;
    claim->reason = "files of detections";
    claim->is_aside = true;
    if (predictions_is_folder(place))
        return reader_claim_add(place, claim, ".");
    return predictions_claim(place, "", place->list, true, claim) > 0;
}

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    (void)mark, (void)err;
    predictions_emit(source, sink);
    return true;
}

const struct reader reader_predictions = {
    .name = "predictions",
    .reads = "files or folders of detections in any format, without any other log",
    .claim = claim,
    .read = read,
};
