/*
 * The DETR reader: log.txt of DETR and its kin (Deformable DETR, DINO, RT-DETR, D-FINE, RF-DETR).
 * Knows: a row of JSON an epoch, and the twelve numbers of COCO in it. Must not know: other files
 * called log.txt, or event files.
 *
 * Logs are also kept under the name of their model, "detr-r50_log.txt": without a log.txt each of
 * them is a run.
 *
 * The loss of every decoder layer ("train_loss_ce_0", "..._aux_1", "..._dn_2") is a metric like
 * others; facts/metrics.def keeps them without a role, so that tables leave them out.
 */
#include "readers/params_file.h"
#include "readers/predictions_files.h"
#include "readers/rows.h"
#include "readers/tensorboard.h"

#include <string.h>

static const char LOG[] = "log.txt";
static const char *const STEPS[] = {"epoch", NULL}, *const SIGNS[] = {"train_loss", NULL};
static const char *const NONE[] = {NULL};
static const char *const COCO[] = {
    "AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl", NULL};
static const struct rows_rules RULES = {.steps = STEPS, .walls = NONE, .prefix = "", .items = COCO};
static const struct rows_rules KIN = {.steps = SIGNS, .walls = NONE, .prefix = ""};

/* Where forks leave what they were called with; one of them is enough. */
static const char *const CONFIGS[] = {"args.json", "config_args_all.json", "config_args_raw.json",
    "config.json", "config.yml", "config.yaml", "args.yaml"};

/* The logs under other names, each a run unless there is but one. */
static void claim_named(const struct reader_place *place, struct reader_claim *claim)
{
    for (size_t i = 0; i < place->list->count; i++) {
        const char *name = place->list->entries[i].name;
        if (!place->list->entries[i].is_dir && path_has_suffix(name, LOG) &&
            rows_is_json_log(place, name, &RULES) && rows_is_json_log(place, name, &KIN))
            reader_claim_part(place, claim, name, name);
    }
    if (claim->count == 1)
        claim->sources[0].part = NULL;
    claim->reason = "*log.txt of lines with an epoch and a train_loss";
}

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    if (!reader_has_file(place, LOG))
        claim_named(place, claim);
    else if (rows_is_json_log(place, LOG, &RULES)) {
        reader_claim_add(place, claim, LOG);
        claim->reason = "log.txt of lines with an epoch";
    } else
        reader_refuse(place, claim, LOG, "is not JSON lines with an epoch");
    if (claim->count != 1)
        return claim->count > 0;
    for (size_t i = 0; i < sizeof CONFIGS / sizeof *CONFIGS; i++)
        if (reader_has_file(place, CONFIGS[i])) {
            reader_claim_add(place, claim, CONFIGS[i]);
            break;
        }
    predictions_claim(place, "", place->list, true, claim);
    tensorboard_claim_below(place, claim, "summary");
    return true;
}

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    if (path_has_suffix(source->name, LOG))
        return rows_read_json_file(source, &RULES, mark, sink, err);
    for (size_t i = 0; i < sizeof CONFIGS / sizeof *CONFIGS; i++)
        if (strcmp(source->name, CONFIGS[i]) == 0)
            return params_file_read(source, NULL, sink, err);
    predictions_emit(source, sink);
    return true;
}

const struct reader reader_detr = {
    .name = "detr",
    .reads = "DETR, DINO, RT-DETR, D-FINE and kin: log.txt of JSON lines",
    .incremental = true,
    .claim = claim,
    .read = read,
};
