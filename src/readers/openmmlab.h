/*
 * What the files of the OpenMMLab reader share: the logs of rows.
 * Knows: rows with and without a mode. Must not know: where such files lie.
 */
#pragma once

#include "readers/reader.h"

/* NAME begins as a log of MMCV (2.x) does: with a row that has a mode, or a header. *SAYS_CONFIG is
 * set when that has the config. */
bool openmmlab_is_log(const struct reader_place *place, const char *name, bool *says_config);
/* NAME is rows with a step, as MMEngine (3.x) writes them. */
bool openmmlab_is_scalars(const struct reader_place *place, const char *name);
/* The rows of either. As the read function of struct reader. */
bool openmmlab_read_log(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err);
