/*
 * Picking one set of predictions of a run for a command, and an image of it.
 * Knows: runs, truth, studies. Must not know: what is printed or drawn.
 */
#pragma once

#include "app/command.h"
#include "work/runs.h"
#include "work/study.h"

/* The settings of the evaluation that --ious, --max-dets and --iou-type ask for. */
bool pick_settings(const struct settings *settings, struct eval_settings *out, struct err *err);
/* The study of RUN's predictions at --step (the last without), with the ground truth that the run,
 * boxtop.json or --gt names, with boxes and columns. NULL with ERR; released by the caller. */
struct study *pick_study(
    const struct settings *settings, const struct run_row *run, struct err *err);
/* The same from STORE (open for writing) where it was evaluated before: then without its boxes, which
 * study_load_boxes() reads. */
struct study *pick_evaluated(const struct settings *settings, struct store *store,
    const struct run_row *run, struct err *err);
/* The image called NAME: its file name, base name, stem, or id. -1 with ERR. */
int32_t pick_image(const struct study *study, const char *name, struct err *err);
/* A filter with every --class, memory from ARENA; *FILTER is NULL without the option. */
bool pick_category(const struct settings *settings, const struct study *study, struct arena *arena,
    uint64_t **filter, struct err *err);
