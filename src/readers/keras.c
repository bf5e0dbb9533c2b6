/*
 * The Keras reader: what its CSVLogger writes, under any name.
 * Knows: that its step is the epoch. Must not know: which files are looked into, what a header must be
 * like (table_sniff.h draws the line to tables of others).
 *
 * An epoch that falls back is a second fit that appended, and opens a new segment. Values that are
 * lists ("[0.5, 0.52]") are left out with a note, `NA` is a value that is not there.
 */
#include "readers/table_files.h"

static const char *const STEPS[] = {"epoch", NULL};
static const char *const NONE[] = {NULL};
static const struct rows_rules RULES = {
    .steps = STEPS, .walls = NONE, .prefix = "", .numbers_only = true};

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    claim->reason = "a table that begins with epoch, its other names sorted, loss among them";
    return table_files_claim(place, true, claim);
}

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    return table_files_read(source, &RULES, mark, sink, err);
}

const struct reader reader_keras = {
    .name = "keras",
    .reads = "Keras CSVLogger, under any name; params.json|yaml beside it",
    .incremental = true,
    .claim = claim,
    .continues = rows_continue_csv,
    .read = read,
};
