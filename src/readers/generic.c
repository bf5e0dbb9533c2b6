/*
 * The generic reader: any table with a column that counts steps, or with losses, and numbers
 * otherwise. Knows: that it comes last. Must not know: which files are looked into, or what makes
 * one a table.
 */
#include "readers/table_files.h"
#include "readers/table_sniff.h"

static const struct rows_rules RULES = {
    .steps = TABLE_STEPS, .walls = TABLE_WALLS, .prefix = "", .numbers_only = true};

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    claim->reason = "a table of numbers that counts steps, or has losses";
    return table_files_claim(place, false, claim);
}

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    return table_files_read(source, &RULES, mark, sink, err);
}

const struct reader reader_generic = {
    .name = "generic",
    .reads = "any CSV, TSV or JSON lines with a step; metrics.json; params|config|args|hparams",
    .incremental = true,
    .claim = claim,
    .continues = rows_continue_csv,
    .read = read,
};
