/*
 * The Ultralytics reader: YOLOv5 and its successors, from their CSV and YAML files.
 * Knows: results.csv, args.yaml, opt.yaml, hyp.yaml. Must not know: the event files that lie beside
 * them.
 *
 * The epoch stays as written: older versions count from 0, newer ones from 1.
 */
#include "readers/predictions_files.h"
#include "readers/rows.h"
#include "readers/yaml_params.h"

#include "base/csv.h"

#include <string.h>

enum { PEEK_BYTES = 16 << 10 };

static const char RESULTS[] = "results.csv";
static const char *const STEPS[] = {"epoch", NULL};
static const char *const NONE[] = {NULL};

static const struct rows_rules RULES = {
    .steps = STEPS, .walls = NONE, .prefix = "", .numbers_only = true};

/* The columns that only Ultralytics' table has, and those that any table of epochs has. */
static void look_at_header(const struct reader_place *place, bool *its_own, bool *epochs)
{
    char head[PEEK_BYTES];
    size_t got = reader_peek(place, RESULTS, head, sizeof head);
    const char *end = got ? memchr(head, '\n', got) : NULL;
    struct csv csv;
    csv_init(&csv, ',');
    bool split = csv_split(&csv, head, end ? (size_t)(end - head) : got);
    *its_own = split && csv_find(&csv, "train/box_loss") >= 0;
    *epochs = split && csv_find(&csv, "epoch") >= 0;
    csv_done(&csv);
}

/* Keys that args.yaml always has; other tools write files of that name too. */
static bool has_args(const struct reader_place *place)
{
    char head[PEEK_BYTES + 1] = "\n";
    size_t got = reader_peek(place, "args.yaml", head + 1, sizeof head - 2);
    head[got + 1] = '\0';
    return strstr(head, "\ntask:") && strstr(head, "\nmode:");
}

static const char *recognise(const struct reader_place *place)
{
    bool its_own = false, epochs = false;
    if (reader_has(place, RESULTS))
        look_at_header(place, &its_own, &epochs);
    bool args = reader_has(place, "args.yaml"), opt = reader_has(place, "opt.yaml");
    if (args && (its_own || epochs))
        return "results.csv beside args.yaml";
    if (opt && (its_own || epochs))
        return "results.csv beside opt.yaml";
    if (its_own)
        return "results.csv with train/box_loss";
    if (opt && reader_has(place, "hyp.yaml"))
        return "opt.yaml and hyp.yaml";
    return args && has_args(place) ? "args.yaml" : NULL;
}

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    static const char *const FILES[] = {"args.yaml", "opt.yaml", "hyp.yaml", RESULTS};
    claim->reason = recognise(place);
    if (!claim->reason)
        return false;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        if (reader_has(place, FILES[i]))
            reader_claim_add(place, claim, FILES[i]);
    predictions_claim(place, "", place->list, true, claim);
    return true;
}

/* Passes parameters on; "data" also says what the ground truth is. */
static bool take_param(void *self, const struct param *param)
{
    struct sink *sink = self;
    bool is_data = strcmp(param->name, "data") == 0 &&
                   (path_has_suffix(param->text, ".yaml") || path_has_suffix(param->text, ".yml"));
    struct artifact truth = {ARTIFACT_GROUND_TRUTH, param->text, -1};
    return sink->param(sink->self, param) && (!is_data || sink->artifact(sink->self, &truth));
}

static bool read_yaml(const struct reader_source *source, struct sink *sink, struct err *err)
{
    struct params params;
    params_init(&params, take_param, sink);
    bool ok = yaml_params_read(source->path, source->name, &params, sink, err);
    params_done(&params);
    return ok;
}

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    if (path_has_suffix(source->name, ".yaml"))
        return read_yaml(source, sink, err);
    if (strcmp(source->name, RESULTS) != 0) {
        predictions_emit(source, sink);
        return true;
    }
    struct stream stream;
    if (!stream_open(&stream, source->path, mark->offset, err))
        return false;
    bool ok = rows_read_csv(&stream, source, &RULES, mark, sink, err);
    stream_close(&stream);
    return ok;
}

const struct reader reader_ultralytics = {
    .name = "ultralytics",
    .reads = "YOLOv5 and Ultralytics: results.csv, args.yaml, opt.yaml, hyp.yaml, predictions",
    .incremental = true,
    .claim = claim,
    .read = read,
};
