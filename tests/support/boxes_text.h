/*
 * Datasets and detections as text, for tests of annotation formats.
 * Knows: the sets, the annotation interface. Must not know: formats.
 */
#pragma once

#include "readers/annotation.h"

/*
 * What PATH holds, read as FORMAT (NULL: as it looks), in a static buffer:
 *
 *     image KEY FILE WIDTHxHEIGHT
 *     class ID NAME
 *     KEY NAME X Y W H [SCORE] [crowd] [mask]
 *     dropped N | fractions | positions
 *
 * or "error: TEXT" when it is refused.
 */
const char *boxes_truth(const char *path, const char *format);
const char *boxes_detections(const char *path, const char *format);
/* What the JSON text of a COCO file says, read as it looks; the test fails when it is refused. Freed
 * by the caller. */
struct dataset *boxes_coco_truth(const char *text);
struct detections *boxes_coco_detections(const char *text);
/* "voc ground truth", "odm detections", or "nothing". */
const char *boxes_kind(const char *path);

/*
 * Cuts TEXT, as FILE in DIRECTORY, after every byte, and reads PATH each time: it never crashes,
 * and all boxes but the last, which the cut may have gone through, are the first ones of the whole.
 * A refusal passes when MAY_REFUSE.
 */
void boxes_survive_cuts(const char *directory, const char *file, const char *text, const char *path,
    const char *format, bool detections, bool may_refuse);
