/*
 * The small JSON files of the plain layout: dataset.json, status.json and params.jsonl.
 * Knows: their keys. Must not know: the other files of a run.
 */
#pragma once

#include "readers/reader.h"

/* As the read function of struct reader. What a file does not say, or says wrongly, is a note. */
bool plain_read_dataset(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err);
bool plain_read_status(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err);
bool plain_read_param_lines(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err);

/* PLACE is a run that `boxtop record` made: its status.json names a command. */
bool plain_is_recorded(const struct reader_place *place);
