/*
 * The messages of a Comet experiment: lines of JSON in the order in which they were logged.
 * Knows: their types and fields, also the older ones. Must not know: archives.
 */
#pragma once

#include "readers/params.h"
#include "readers/series.h"

enum { COMET_LINE_BYTES = 4 << 20, COMET_MOST_PICTURES = 1 << 16 };

struct comet_messages {
    struct sink *sink;
    const char *file; /* the archive, for notes and pictures */
    struct params params;
    struct series_set series;
    struct buf line, name, text;
    int64_t line_number, damaged, first_damaged, long_lines, texts, pictures;
    int64_t epoch_step; /* of the last epoch that was added */
    bool has_epoch, failed;
};

/* FILE and SINK must outlive the messages. */
void comet_messages_init(struct comet_messages *messages, struct sink *sink, const char *file);
void comet_messages_done(struct comet_messages *messages);

/* The next bytes of the file. False when the sink takes no more, or memory is out. */
bool comet_messages_take(struct comet_messages *messages, const void *data, size_t length);
/* The file is over: hands over what waits and tells of damage. False, with ERR, when memory ran
 * out. */
bool comet_messages_end(struct comet_messages *messages, struct err *err);
