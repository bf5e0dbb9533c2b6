/*
 * trainer_state.json, in which the Hugging Face Trainer keeps the whole history of a training, and
 * all_results.json with what came after it. Knows: their keys. Must not know: which of several such
 * files is the one to read.
 */
#pragma once

#include "readers/reader.h"

/* The head of the file NAME is that of a trainer's state; *STEP is its global_step. */
bool huggingface_is_state(const struct reader_place *place, const char *name, int64_t *step);
/* As the read function of struct reader; the file is rewritten, so it is read whole each time. */
bool huggingface_read_state(const struct reader_source *source, struct sink *sink, struct err *err);
/* The same for the results beside a state, of which nothing counts that the state says too. */
bool huggingface_read_results(
    const struct reader_source *source, struct sink *sink, struct err *err);
