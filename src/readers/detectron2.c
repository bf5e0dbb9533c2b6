/*
 * The detectron2 reader: metrics.json, config.yaml, and what evaluation leaves in inference/.
 * Knows: their names and places. Must not know: the event files that lie beside them.
 *
 * metrics.json is JSON lines: medians every 20 iterations, `iteration` counted from 0, evaluations
 * on lines of their own. A start that does not resume appends from the first iterations again.
 * Tools of other makers write a metrics.json too, as one object.
 */
#include "readers/params_file.h"
#include "readers/predictions_files.h"
#include "readers/rows.h"

#include "base/num.h"

#include <string.h>

enum { DEEPEST = 2, MOST_FOLDERS = 64 };

static const char METRICS[] = "metrics.json", CONFIG[] = "config.yaml", INFERENCE[] = "inference",
                  CONVERTED[] = "_coco_format.json";
static const char *const STEPS[] = {"iteration", NULL};
static const char *const NONE[] = {NULL};
static const struct rows_rules RULES = {.steps = STEPS, .walls = NONE, .prefix = ""};

/* ---- recognising ---- */

/* Detections, and the ground truth that detectron2 wrote down for them, in DIRECTORY of the place
 * and in the folders of its data sets. */
static void claim_results(const struct reader_place *place, struct reader_claim *claim,
    const char *directory, const struct file_list *list, int depth)
{
    predictions_claim(place, directory, list, true, claim);
    int folders = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct file_entry *entry = &list->entries[i];
        const char *name = path_join(place->arena, directory, entry->name);
        if (name && !entry->is_dir && path_has_suffix(name, CONVERTED))
            reader_claim_add(place, claim, name);
        struct file_list below;
        if (!name || !entry->is_dir || entry->name[0] == '.' || !depth || folders++ == MOST_FOLDERS)
            continue;
        if (reader_list(place, name, &below))
            claim_results(place, claim, name, &below, depth - 1);
    }
}

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    if (!reader_has_file(place, METRICS))
        return false;
    if (!rows_is_json_log(place, METRICS, &RULES)) {
        reader_refuse(place, claim, METRICS, "is not JSON lines with an iteration");
        return false;
    }
    claim->reason = "metrics.json of lines with an iteration";
    reader_claim_add(place, claim, METRICS);
    if (reader_has_file(place, CONFIG))
        reader_claim_add(place, claim, CONFIG);
    claim_results(place, claim, "", place->list, 0);
    const struct file_entry *inference = file_list_find(place->list, INFERENCE);
    struct file_list list;
    if (!inference || !inference->is_dir)
        return true;
    reader_claim_own(place, claim, INFERENCE);
    if (reader_list(place, INFERENCE, &list))
        claim_results(place, claim, INFERENCE, &list, DEEPEST);
    return true;
}

/* ---- reading ---- */

/* The number of a folder called after an iteration or a checkpoint, "model_0004999"; -1. */
static int64_t folder_step(const char *folder, size_t length)
{
    static const char *const WORDS[] = {"model", "iter", "iteration", "step"};
    size_t digits = 0;
    int64_t step;
    while (digits < length && strchr("0123456789", folder[length - 1 - digits]))
        digits++;
    size_t word = length - digits;
    word -= word > 0 && (folder[word - 1] == '_' || folder[word - 1] == '-');
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (word == strlen(WORDS[i]) && memcmp(folder, WORDS[i], word) == 0 &&
            num_parse_int(folder + length - digits, digits, &step))
            return step;
    return -1;
}

/* The step that the file's name or that of a folder on its way says; -1 for none. */
static int64_t step_of(const char *name)
{
    int64_t step = predictions_step(name);
    for (const char *end; step < 0 && (end = strchr(name, '/')); name = end + 1)
        step = folder_step(name, (size_t)(end - name));
    return step;
}

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    if (strcmp(source->name, METRICS) == 0)
        return rows_read_json_file(source, &RULES, mark, sink, err);
    if (strcmp(source->name, CONFIG) == 0)
        return params_file_read(source, NULL, sink, err);
    bool truth = path_has_suffix(source->name, CONVERTED);
    struct artifact artifact = {truth ? ARTIFACT_GROUND_TRUTH : ARTIFACT_PREDICTIONS, source->name,
        truth ? -1 : step_of(source->name)};
    sink->artifact(sink->self, &artifact);
    return true;
}

const struct reader reader_detectron2 = {
    .name = "detectron2",
    .reads = "detectron2: metrics.json, config.yaml, inference/",
    .incremental = true,
    .claim = claim,
    .read = read,
};
