/*
 * The Ultralytics reader: YOLOv5 and its successors, from their CSV and YAML files, and what
 * validation and prediction leave: predictions.json or labels/.
 * Knows: results.csv, args.yaml, opt.yaml, hyp.yaml, the names of detections and pictures. Must not
 * know: the event files that lie beside them.
 *
 * The epoch stays as written: older versions count from 0, newer ones from 1.
 */
#include "readers/params_file.h"
#include "readers/predictions_files.h"
#include "readers/rows.h"

#include "base/csv.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

enum { PEEK_BYTES = 16 << 10, MOST_PICTURES = 64, RESUMED_S = 60 };

static const char OLD_RESULTS[] = "results.txt";
static const char RESULTS[] = "results.csv", PLOT[] = "results.png", LABELS[] = "labels";
static const char *const STEPS[] = {"epoch", NULL};
static const char *const NONE[] = {NULL};

static const struct rows_rules RULES = {
    .steps = STEPS, .walls = NONE, .prefix = "", .numbers_only = true};

/* The columns that only Ultralytics' table has, and those that any table of epochs has. What losses
 * are called differs from model to model. */
static void look_at_header(const struct reader_place *place, bool *its_own, bool *epochs)
{
    static const char *const ITS_OWN[] = {"train/box_loss", "metrics/mAP50-95(B)",
        "metrics/mAP_0.5:0.95", "metrics/accuracy_top1"};
    char head[PEEK_BYTES];
    size_t got = reader_peek(place, RESULTS, head, sizeof head);
    const char *end = got ? memchr(head, '\n', got) : NULL;
    struct csv csv;
    csv_init(&csv, ',');
    bool split = csv_split(&csv, head, end ? (size_t)(end - head) : got);
    *epochs = split && csv_find(&csv, "epoch") >= 0;
    for (size_t i = 0; split && i < sizeof ITS_OWN / sizeof *ITS_OWN; i++)
        *its_own |= csv_find(&csv, ITS_OWN[i]) >= 0;
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

/* What makes PLACE a training; NULL when it is none. */
static const char *recognise(const struct reader_place *place)
{
    bool its_own = false, epochs = false;
    if (reader_has_file(place, RESULTS))
        look_at_header(place, &its_own, &epochs);
    bool args = reader_has_file(place, "args.yaml"), opt = reader_has_file(place, "opt.yaml");
    if (args && (its_own || epochs))
        return "results.csv beside args.yaml";
    if (opt && (its_own || epochs))
        return "results.csv beside opt.yaml";
    if (its_own)
        return "results.csv with columns of Ultralytics";
    if (opt && reader_has_file(place, "hyp.yaml"))
        return "opt.yaml and hyp.yaml";
    return args && has_args(place) ? "args.yaml" : NULL;
}

/* Drawn when training ends, early or not. One that is older than the table is of a training that
 * has been resumed since. */
static bool is_ended(const struct reader_place *place)
{
    struct file_stat table, plot;
    const char *plot_path = path_join(place->arena, place->path, PLOT);
    const char *table_path = path_join(place->arena, place->path, RESULTS);
    reader_looked(place, PLOT);
    reader_looked(place, RESULTS);
    return plot_path && table_path && file_stat(plot_path, &plot) &&
           file_stat(table_path, &table) &&
           table.mtime_ns - plot.mtime_ns < RESUMED_S * INT64_C(1000000000);
}

static bool is_picture(const char *name)
{
    static const char *const PATTERNS[] = {"train_batch*.jpg", "val_batch*_pred.jpg",
        "test_batch*_pred.jpg", "*_curve.png", "confusion_matrix.png",
        "confusion_matrix_normalized.png"};
    for (size_t i = 0; i < sizeof PATTERNS / sizeof *PATTERNS; i++)
        if (text_glob(PATTERNS[i], name))
            return true;
    return false;
}

/* Claims the pictures of the tool's own naming; with CLAIM NULL only counts them. */
static int claim_pictures(const struct reader_place *place, struct reader_claim *claim)
{
    int count = 0;
    for (size_t i = 0; i < place->list->count && count < MOST_PICTURES; i++) {
        const struct file_entry *entry = &place->list->entries[i];
        count += !entry->is_dir && is_picture(entry->name) &&
                 (!claim || reader_claim_add(place, claim, entry->name));
    }
    if (claim && reader_has_file(place, PLOT) && is_ended(place))
        reader_claim_add(place, claim, PLOT);
    return count;
}

static bool has_labels(const struct reader_place *place)
{
    const struct file_entry *entry = file_list_find(place->list, LABELS);
    return entry && entry->is_dir;
}

/* The rows of save_txt, one file an image; without confidences they cannot be ranked. */
static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    static const char *const FILES[] = {"args.yaml", "opt.yaml", "hyp.yaml", RESULTS};
    const char *training = recognise(place);
    bool plots = claim_pictures(place, NULL) > 0, folder = has_labels(place);
    if (!training && !plots && !folder)
        return false;
    for (size_t i = 0; training && i < sizeof FILES / sizeof *FILES; i++)
        if (reader_has_file(place, FILES[i]))
            reader_claim_add(place, claim, FILES[i]);
    if (training && !reader_has_file(place, RESULTS) && reader_has_file(place, OLD_RESULTS))
        reader_refuse(place, claim, OLD_RESULTS,
            "a table without names (YOLOv5 before 6, YOLOv7) is not read: event files say the "
            "same");
    size_t before = claim->count;
    bool files = predictions_claim(place, "", place->list, true, claim) > 0;
    /* What is in both is the same, and predictions.json says it in pixels. */
    bool labels = files && strcmp(claim->sources[before].name, LABELS) == 0;
    bool json = files && !labels;
    if (labels)
        reader_claim_own(place, claim, LABELS);
    else if (folder && !json)
        reader_refuse(place, claim, LABELS,
            "no labels with confidences: predict and validate with save_conf=True to have them");
    claim_pictures(place, claim);
    claim->reason = training ? training
                    : labels ? "labels/ with confidences"
                             : "detections beside plots of a validation";
    return training || labels || (json && plots);
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

static void emit_picture(const struct reader_source *source, struct sink *sink)
{
    struct artifact picture = {ARTIFACT_PICTURE, source->name, -1};
    if (sink->artifact(sink->self, &picture) && strcmp(source->name, PLOT) == 0)
        sink->status(sink->self, RUN_FINISHED, NAN, NAN);
}

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    if (path_has_suffix(source->name, ".yaml"))
        return params_file_read(source, take_param, sink, err);
    if (path_has_suffix(source->name, ".png") || path_has_suffix(source->name, ".jpg")) {
        emit_picture(source, sink);
        return true;
    }
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
    .reads = "YOLOv5 and Ultralytics: results.csv, args.yaml, opt.yaml, hyp.yaml, predictions.json "
             "or labels/, plots",
    .incremental = true,
    .claim = claim,
    .read = read,
};
