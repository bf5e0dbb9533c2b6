/*
 * A run: one execution of a training or evaluation script, and the small facts said about it.
 * Knows: status, notes, artifacts. Must not know: how they are stored or shown.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum run_status { RUN_UNKNOWN, RUN_RUNNING, RUN_FINISHED, RUN_FAILED, RUN_STALLED };

/* "unknown", "running", ... as in the JSON of `boxtop ls`. */
const char *run_status_name(enum run_status status);

/* What the files of a run call it: a title for people, and the id that its tool gave it, by which
 * one run is recognised in two places. */
enum run_label { RUN_LABEL_TITLE, RUN_LABEL_ID };

/* Something that a person should know about a source file: damage, or what was left out. */
struct note {
    const char *file;  /* relative to the run, NULL for the run itself */
    int64_t line;      /* 1-based, 0 unknown */
    int64_t offset;    /* byte, -1 unknown */
    int64_t count;     /* how often, 1 or more */
    const char *text;  /* "git merge marker, row skipped" */
};

/* "results.csv line 122: git merge marker, row skipped (3 in all)"; raw bytes, cut at the buffer. */
void note_print(const struct note *note, char *out, size_t out_bytes);

enum artifact_kind {
    ARTIFACT_PREDICTIONS,  /* a file of detections at one step */
    ARTIFACT_GROUND_TRUTH, /* what the run says its ground truth is: a COCO file or a data.yaml */
    ARTIFACT_IMAGES,       /* what the run says its image folder is */
    ARTIFACT_PICTURE,      /* an image that the run logged: a file, or "FILE#NAME" inside one */
    ARTIFACT_WATCHED,      /* of a recorded run: its own directory ("."), and others that its command
                              writes to, absolute */
};

struct artifact {
    enum artifact_kind kind;
    const char *path; /* as said; relative to the file that said it unless absolute */
    int64_t step;     /* of predictions and pictures: -1 when the run does not say */
};
