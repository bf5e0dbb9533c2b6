/*
 * Steps of runs: which predictions belong to which, and the slider that goes through them.
 * Knows: runs and their predictions files. Must not know: which screen shows them.
 */
#pragma once

#include "screen/slider.h"
#include "work/runs.h"

/* The step of predictions file ARTIFACT of RUN (may be NULL); -1 unknown, or no such file. */
int64_t steps_at(const struct run_row *run, int32_t artifact);
/* Of RUN, which has predictions, the file whose step is nearest to that of file SHOWN of OWN; the
 * last where OWN shows its last, or nothing is known of steps. */
int32_t steps_linked(const struct run_row *own, int32_t shown, const struct run_row *run);
/* The file that ARTIFACT stands for: the last for -1 and beyond. RUN has predictions. */
int32_t steps_file(const struct run_row *run, int32_t artifact);
/* Its slider stands on ARTIFACT; low and high are equal where there is but one. RUN may be NULL. */
struct slider steps_slider(const struct run_row *run, int32_t artifact);
