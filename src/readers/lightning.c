/*
 * The PyTorch Lightning reader: its CSVLogger's metrics.csv and hparams.yaml.
 * Knows: those two files, and what tells them from others of the same names. Must not know: the
 * event files that may lie beside them, whose tags are the same names.
 *
 * Rows are sparse: each has what was logged at that moment. The step is Lightning's global step; the
 * epoch is a metric. When a new name appears the file is rewritten with a wider header, so that a
 * bookmark holds only while the header is the same.
 *
 * A metrics.csv with a step is Lightning's when hparams.yaml lies beside it, or the directory is called
 * version_N, or its names are sorted with epoch and step among them. It is not when a file of boxtop's
 * own layout lies beside it; but a config.yaml does not count beside hparams.yaml, for Lightning's
 * command line writes one.
 */
#include "readers/params_file.h"
#include "readers/rows.h"

#include "base/csv.h"

#include <string.h>

enum { PEEK_BYTES = 32 << 10 };

static const char METRICS[] = "metrics.csv", HPARAMS[] = "hparams.yaml";
static const char *const STEPS[] = {"step", NULL};
static const char *const NONE[] = {NULL};
static const struct rows_rules RULES = {
    .steps = STEPS, .walls = NONE, .prefix = "", .numbers_only = true};

/* ---- recognising ---- */

static bool has(const struct reader_place *place, const char *name)
{
    const struct file_entry *entry = file_list_find(place->list, name);
    return entry && !entry->is_dir;
}

static bool has_event_file(const struct reader_place *place)
{
    for (size_t i = 0; i < place->list->count; i++)
        if (!place->list->entries[i].is_dir && strstr(place->list->entries[i].name, "tfevents"))
            return true;
    return false;
}

static bool is_version(const char *base)
{
    static const char VERSION[] = "version_";
    const char *digits = base + sizeof VERSION - 1;
    return strncmp(base, VERSION, sizeof VERSION - 1) == 0 && *digits &&
           strspn(digits, "0123456789") == strlen(digits);
}

static bool is_sorted(const struct csv *csv)
{
    for (size_t i = 1; i < csv->count; i++)
        if (csv_compare(&csv->cells[i - 1], &csv->cells[i]) >= 0)
            return false;
    return true;
}

struct header {
    bool step;   /* has one */
    bool shaped; /* as Lightning writes it */
};

static struct header look_at_header(const struct reader_place *place)
{
    char head[PEEK_BYTES];
    size_t got = reader_peek(place, METRICS, head, sizeof head);
    const char *end = got ? memchr(head, '\n', got) : NULL;
    struct csv csv;
    csv_init(&csv, ',');
    struct header header = {0};
    if (csv_split(&csv, head, end ? (size_t)(end - head) : got)) {
        header.step = csv_find(&csv, "step") >= 0;
        header.shaped = header.step && csv_find(&csv, "epoch") >= 0 && is_sorted(&csv);
    }
    csv_done(&csv);
    return header;
}

static const char *recognise(const struct reader_place *place, struct reader_claim *claim)
{
    bool hparams = has(place, HPARAMS), version = is_version(path_base(place->path));
    if (!has(place, METRICS))
        return hparams && version && has_event_file(place) ? "hparams.yaml beside event files"
                                                           : NULL;
    if (has(place, "dataset.json") || has(place, "status.json") || has(place, "config.json") ||
        (has(place, "config.yaml") && !hparams))
        return NULL;
    struct header header = look_at_header(place);
    if (!header.step) {
        if (hparams || version)
            reader_refuse(place, claim, METRICS, "its first line names no step");
        return NULL;
    }
    if (hparams)
        return "metrics.csv beside hparams.yaml";
    if (version)
        return "metrics.csv in version_N";
    return header.shaped ? "metrics.csv with sorted names, epoch and step" : NULL;
}

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    claim->reason = recognise(place, claim);
    if (!claim->reason)
        return false;
    if (has(place, HPARAMS))
        reader_claim_add(place, claim, HPARAMS);
    if (has(place, METRICS))
        reader_claim_add(place, claim, METRICS);
    return true;
}

/* ---- reading ---- */

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    if (strcmp(source->name, HPARAMS) == 0)
        return params_file_read(source, NULL, sink, err);
    struct stream stream;
    if (!stream_open(&stream, source->path, mark->offset, err))
        return false;
    bool ok = rows_read_csv(&stream, source, &RULES, mark, sink, err);
    stream_close(&stream);
    return ok;
}

const struct reader reader_lightning = {
    .name = "lightning",
    .reads = "PyTorch Lightning CSVLogger: metrics.csv, hparams.yaml",
    .incremental = true,
    .claim = claim,
    .continues = rows_continue_csv,
    .read = read,
};
