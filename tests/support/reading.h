/*
 * Reads one file with one reader into a record, whole or as it grows, for tests.
 * Knows: struct reader. Must not know: formats. Fails the test when the reader refuses the file.
 */
#pragma once

#include "readers/reader.h"
#include "record_sink.h"

/* Names the readers that DIRECTORY's files belong to, a line each with its files in reading order:
 * "plain: config.json metrics.csv". As when scanning, a file belongs to the first reader that
 * claims it. What goes before its metrics' names stands before the file: "generic: a/=a.csv
 * b/=b.csv"; a source for another reader is "tensorboard:NAME", what the claim owns "NAME/". */
void reading_claims(const char *directory, struct buf *out);
/* The same, in a static buffer, for the directory BELOW (a path, "" for itself) of a fresh
 * directory with FILES: name, content, name, content, ..., NULL. */
const char *reading_claims_on(const char *below, const char *const *files);
#define READING_CLAIMS_ON(below, ...)                                                              \
    reading_claims_on(below, (const char *const[]){__VA_ARGS__, NULL})
#define READING_CLAIMS(...) READING_CLAIMS_ON("", __VA_ARGS__)
/* The same, and then what is refused: "plain not NAME: why". */
const char *reading_claims_of(const char *below, const char *const *files);
#define READING_CLAIMS_BELOW(below, ...)                                                           \
    reading_claims_of(below, (const char *const[]){__VA_ARGS__, NULL})

/* Reads DIRECTORY/NAME from the front. RECORD is initialised here. */
void reading_whole(
    const struct reader *reader, const char *directory, const char *name, struct record *record);
/* The same from MARK on (initialised by the caller), into a record that goes on. */
void reading_on(const struct reader *reader, const char *directory, const char *name,
    struct reader_mark *mark, struct record *record);
/* The facts of DATA, in a fresh file called NAME, as record_text() gives them. */
const char *reading_text(
    const struct reader *reader, const char *name, const void *data, size_t length);

/* Cuts DATA after every byte: each part reads without complaint, and its points are the first ones
 * of the whole. */
void reading_survives_cuts(
    const struct reader *reader, const char *name, const void *data, size_t length);
/* Lets the file grow by CHUNK bytes at a time, reading on at its mark each time (from the front
 * where the reader keeps none): the metrics, parameters and status are in the end those of reading
 * the whole at once. */
void reading_grows_to_the_same(
    const struct reader *reader, const char *name, const void *data, size_t length, size_t chunk);
/* Reads with a sink that refuses after 0, 1, 2... calls: no crash, and no complaint. */
void reading_survives_refusals(
    const struct reader *reader, const char *name, const void *data, size_t length);

/* Reads PART of DIRECTORY/NAME, as it was claimed with reader_claim_part(), like reading_whole().
 * Returns what the reader did; what it complained of is in ERR. */
bool reading_part(const struct reader *reader, const char *directory, const char *name,
    const char *part, struct record *record, struct err *err);
/* What READER claims of DIRECTORY, a line a source ("NAME" or "NAME is PART"), behind them
 * "refused NAME: REASON" each; appended to OUT. Returns what the claim did. */
bool reading_claim(const struct reader *reader, const char *directory, struct buf *out);
