/*
 * The OpenMMLab reader: MMDetection, MMSegmentation and their kin, of the time of MMCV (2.x) and of
 * MMEngine (3.x). Knows: which files are theirs. Must not know: what a row of their logs means.
 *
 *     2.x  <time>.log.json, None.log.json     rows with a mode; the directory is the run
 *     3.x  <time>/vis_data/scalars.json       rows without one; <time> is the run
 *          <time>/vis_data/<time>.json        the same again
 *          <time>/vis_data/config.py          and event files; or the config above the run
 *
 * MMEngine starts a directory for each start; MMCV a file, so that one directory is one run.
 */
#include "readers/openmmlab.h"

#include "base/text.h"
#include "readers/params_file.h"
#include "readers/predictions_files.h"
#include "readers/tensorboard.h"

#include <string.h>

static const char VIS_DATA[] = "vis_data", SCALARS[] = "scalars.json", LOG[] = ".log.json",
                  CONFIG[] = "config.py";

static bool file_in(const struct file_list *list, const char *name)
{
    const struct file_entry *entry = file_list_find(list, name);
    return entry && !entry->is_dir;
}

static bool directory_in(const struct reader_place *place, const char *name)
{
    const struct file_entry *entry = file_list_find(place->list, name);
    return entry && entry->is_dir;
}

/* ---- 2.x ---- */

/* "results.segm.json" beside "results.bbox.json" has the same boxes once more. */
static bool is_twin(const char *path)
{
    static const char MASKS[] = ".segm.json";
    struct arena arena = {0};
    struct file_stat stat;
    size_t length = strlen(path), ending = sizeof MASKS - 1;
    bool masks = length > ending && strcmp(path + length - ending, MASKS) == 0;
    const char *other =
        masks ? arena_printf(&arena, "%.*s.bbox.json", (int)(length - ending), path) : NULL;
    bool twin = other && file_stat(other, &stat);
    arena_done(&arena);
    return twin;
}

static void claim_predictions(const struct reader_place *place, struct reader_claim *claim)
{
    for (size_t i = 0; i < place->list->count; i++) {
        const struct file_entry *entry = &place->list->entries[i];
        if (!entry->is_dir && path_has_suffix(entry->name, ".json") &&
            predictions_is_file(place, entry->name))
            reader_claim_add(place, claim, entry->name);
    }
}

/* Of the Python files of LIST that called after DIRECTORY, else the only one if it MAY_BE_OTHER;
 * NULL for none or no knowing. */
static const char *config_in(const struct file_list *list, const char *directory, bool may_be_other)
{
    const char *only = NULL;
    size_t count = 0, length = strlen(directory);
    for (size_t i = 0; i < list->count; i++) {
        const char *name = list->entries[i].name;
        if (list->entries[i].is_dir || !path_has_suffix(name, ".py"))
            continue;
        if (path_stem_length(name) == length && memcmp(name, directory, length) == 0)
            return name;
        only = name;
        count++;
    }
    return count == 1 && may_be_other ? only : NULL;
}

static bool claim_logs(const struct reader_place *place, struct reader_claim *claim)
{
    bool says_config = false;
    for (size_t i = 0; i < place->list->count; i++) {
        const char *name = place->list->entries[i].name;
        if (place->list->entries[i].is_dir || !path_has_suffix(name, LOG))
            continue;
        if (openmmlab_is_log(place, name, &says_config))
            reader_claim_add(place, claim, name);
        else
            reader_refuse(place, claim, name, "has no row with a mode and no header of OpenMMLab");
    }
    if (!claim->count)
        return false;
    const char *config = says_config ? NULL : config_in(place->list, path_base(place->path), true);
    if (config)
        reader_claim_add(place, claim, config);
    claim_predictions(place, claim);
    tensorboard_claim_below(place, claim, "tf_logs");
    claim->reason = "*.log.json of MMCV";
    return true;
}

/* ---- 3.x ---- */

/* "20240102_030405", then ENDING. */
static bool is_timed(const char *name, const char *ending)
{
    static const char DIGITS[] = "0123456789";
    enum { DAY = 8, TIME = 6 };
    return strspn(name, DIGITS) == DAY && name[DAY] == '_' &&
           strspn(name + DAY + 1, DIGITS) == TIME && strcmp(name + DAY + 1 + TIME, ending) == 0;
}

/* The log among LIST, the files of BELOW in the place; NULL for none. Both copies are alike, unless
 * one is damaged. */
static const char *scalars_in(const struct reader_place *place, const char *below,
    const struct file_list *list, struct reader_claim *claim)
{
    const char *name = path_join(place->arena, below, SCALARS);
    if (name && file_in(list, SCALARS)) {
        if (openmmlab_is_scalars(place, name))
            return name;
        reader_refuse(place, claim, name, "is not JSON lines with a step");
    }
    for (size_t i = 0; i < list->count; i++) {
        name = path_join(place->arena, below, list->entries[i].name);
        if (name && !list->entries[i].is_dir && is_timed(list->entries[i].name, ".json") &&
            openmmlab_is_scalars(place, name))
            return name;
    }
    return NULL;
}

/* The config beside the log, where people copy it; else that in the directory above the run, which
 * is where MMEngine leaves it for all its starts. Above a run that was moved anything may lie. */
static void claim_config_outside(const struct reader_place *place, struct reader_claim *claim)
{
    struct file_list list;
    const char *beside = config_in(place->list, path_base(place->path), true);
    if (beside) {
        reader_claim_add(place, claim, beside);
        return;
    }
    const char *above = path_parent(place->arena, place->path);
    if (!above || !reader_list(place, "..", &list))
        return;
    const char *config = config_in(&list, path_base(above), is_timed(path_base(place->path), ""));
    const char *name = config ? path_join(place->arena, "..", config) : NULL;
    if (name)
        reader_claim_add(place, claim, name);
}

static bool claim_scalars(const struct reader_place *place, struct reader_claim *claim)
{
    struct file_list list = *place->list;
    const char *below = "";
    if (directory_in(place, VIS_DATA)) {
        if (!reader_list(place, VIS_DATA, &list))
            return false;
        below = VIS_DATA;
    }
    const char *scalars = scalars_in(place, below, &list, claim);
    const char *config = file_in(&list, CONFIG) ? path_join(place->arena, below, CONFIG) : NULL;
    if (!scalars && !(config && below[0]))
        return false;
    if (scalars)
        reader_claim_add(place, claim, scalars);
    if (config)
        reader_claim_add(place, claim, config);
    else
        claim_config_outside(place, claim);
    claim_predictions(place, claim);
    tensorboard_claim_below(place, claim, VIS_DATA);
    if (below[0])
        reader_claim_own(place, claim, VIS_DATA);
    claim->reason = scalars ? "scalars of MMEngine" : "vis_data/config.py";
    return true;
}

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    return claim_logs(place, claim) || claim_scalars(place, claim);
}

/* ---- reading ---- */

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    const char *base = path_base(source->name);
    if (path_has_suffix(base, ".py"))
        return params_file_read(source, NULL, sink, err);
    if (path_has_suffix(base, LOG) || strcmp(base, SCALARS) == 0 || is_timed(base, ".json"))
        return openmmlab_read_log(source, mark, sink, err);
    if (!is_twin(source->path))
        predictions_emit(source, sink);
    return true;
}

const struct reader reader_openmmlab = {
    .name = "openmmlab",
    .reads = "OpenMMLab: *.log.json of MMCV, vis_data/ of MMEngine, configs in Python",
    .incremental = true,
    .claim = claim,
    .read = read,
};
