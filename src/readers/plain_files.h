/*
 * The two small JSON files of the plain layout: dataset.json and status.json.
 * Knows: their keys. Must not know: the other files of a run.
 */
#pragma once

#include "readers/reader.h"

/* As the read function of struct reader. What a file does not say, or says wrongly, is a note. */
bool plain_read_dataset(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err);
bool plain_read_status(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err);
