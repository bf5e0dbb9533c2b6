#include "work/study.h"

#include "base/file.h"
#include "base/parallel.h"
#include "eval/image_stats.h"
#include "picture/decode.h"
#include "readers/annotation.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool cancelled(const atomic_bool *stale, struct err *err)
{
    if (!stale || !atomic_load_explicit(stale, memory_order_relaxed))
        return false;
    err_set(err, ERR_CANCELLED, "cancelled");
    return true;
}

/* A copy of TEXT (may be NULL) in the study's memory; *OK becomes false when that is out. */
static const char *copy(struct study *study, const char *text, bool *ok)
{
    const char *mine = text ? arena_string(&study->arena, text) : NULL;
    *ok &= !text || mine;
    return mine;
}

static bool copy_truth(struct study *study, const struct truth *truth)
{
    bool ok = true;
    study->truth = *truth;
    study->truth.name = copy(study, truth->name, &ok);
    study->truth.ground_truth_format = copy(study, truth->ground_truth_format, &ok);
    study->truth.predictions_format = copy(study, truth->predictions_format, &ok);
    for (size_t i = 0; i < truth->count; i++)
        study->truth.ground_truth[i] = copy(study, truth->ground_truth[i], &ok);
    for (size_t i = 0; i < truth->image_dir_count; i++)
        study->truth.image_dirs[i] = copy(study, truth->image_dirs[i], &ok);
    return ok;
}

/* Detections inside a file ("LOG#STEP") whose ground truth is said to be in the same file are
 * judged by that of their own step. */
static void choose_same_step(struct truth *truth, const char *predictions)
{
    for (size_t i = 0; i < truth->count; i++) {
        size_t length = strlen(truth->ground_truth[i]);
        if (strncmp(truth->ground_truth[i], predictions, length) == 0 && predictions[length] == '#')
            truth->ground_truth[i] = predictions;
    }
}

static int64_t rows_without_effect(const struct link *link)
{
    return link->rows_unknown_image + link->rows_unknown_category;
}

/* Takes TRUTH, which is candidate INDEX, when it explains more than the one before, else lets it go.
 * False when memory is out. */
static bool consider(
    struct study *study, struct ground_truth *truth, size_t index, struct err *err)
{
    struct link link;
    bool ok = link_make(
        truth->dataset, study->detections, LINK_SHIFT_AUTO, &study->arena, &link, err);
    bool better =
        ok && (!study->dataset ||
                  (link.images_joined &&
                      (!study->link.images_joined ||
                          rows_without_effect(&link) < rows_without_effect(&study->link))));
    if (better) {
        ground_truth_move(&study->read, truth);
        study->dataset = study->read.dataset;
        study->link = link;
        study->candidate = index;
    }
    ground_truth_done(truth);
    return ok;
}

static bool read_truth(const char *path, const struct annotation_options *options, bool masks_count,
    struct ground_truth *spare, struct ground_truth *out, struct err *err)
{
    *out = (struct ground_truth){0};
    if (!spare || !ground_truth_is(spare, path, options, masks_count))
        return ground_truth_read(path, options, masks_count, out, err);
    ground_truth_move(out, spare);
    return true;
}

/* The first candidate that joins at least one image; of those that were only found nearby the first
 * that leaves the fewest detections without effect. */
static bool join(
    struct study *study, bool masks, struct ground_truth *spare, struct err *err)
{
    const struct truth *truth = &study->truth;
    struct err refused = {0};
    for (size_t i = 0; i < truth->count; i++) {
        struct annotation_options options = {.format = truth->ground_truth_format,
            .columns = study->columns,
            .masks = masks || study->shapes};
        struct ground_truth read;
        if (read_truth(truth->ground_truth[i], &options, masks, spare, &read, &refused) &&
            !consider(study, &read, i, err))
            return false;
        if (study->dataset && study->link.images_joined &&
            (truth->said || !rows_without_effect(&study->link)))
            return true;
    }
    if (study->dataset && !study->link.images_joined && !truth->said)
        return err_set(err, ERR_FORMAT,
            "none of %zu ground truths nearby has its images: name the right one with --gt FILE",
            truth->count);
    if (study->dataset)
        return true;
    err_set(err, ERR_FORMAT, "no ground truth can be read: name it with --gt FILE");
    if (refused.code && err)
        *err = refused;
    return false;
}

/* Says WHAT there are COUNT of, unless that is none. WHAT begins with a plural. */
static void warn(struct study *study, int64_t count, const char *what)
{
    const char *before = study->warning, *rest = what + strcspn(what, " ");
    int letters = (int)(rest - what);
    if (count == 1)
        letters -= letters > 4 && memcmp(rest - 4, "sses", 4) == 0 ? 2 : 1;
    if (count)
        study->warning = arena_printf(&study->arena, "%s%s%lld %.*s%s", before ? before : "",
            before ? "; " : "", (long long)count, letters, what, rest);
}

/* Fractions need the pictures' sizes: from their files, else (for ground truth) from the extent of
 * the detections. */
static bool size_images(struct study *study, const atomic_bool *stale, struct err *err)
{
    struct dataset *dataset = study->dataset;
    if (!dataset->fractions && !study->detections->fractions)
        return true;
    for (size_t i = 0; i < dataset->image_count; i++) {
        if (dataset->images[i].width_px || cancelled(stale, NULL))
            continue;
        int32_t width, height;
        struct arena scratch = {0};
        const char *path = study_image_path(study, &scratch, (int32_t)i);
        if (path && picture_size(path, &width, &height, NULL))
            dataset_size_image(dataset, i, width, height);
        arena_done(&scratch);
    }
    struct link_sizes sizes;
    if (!link_infer_sizes(dataset, study->detections, &study->link, &sizes, err))
        return false;
    for (size_t i = 0; i < dataset->image_count && !dataset->fractions; i++)
        sizes.images_unknown += !dataset->images[i].width_px;
    if (sizes.images_unknown)
        warn(study, sizes.images_unknown,
            "images left out: their files are not here and nothing tells their sizes "
            "(--images names their folder)");
    else if (sizes.images_of_one)
        warn(study, sizes.images_of_one,
            "image files are not here: their boxes are compared as fractions, and what is said of "
            "small, medium and large ones means nothing");
    else
        warn(study, sizes.images_inferred,
            "image files are not here: their sizes are the extent of their detections");
    return true;
}

const char *study_truth_name(const struct truth *truth, size_t index)
{
    return truth->name && index == 0 ? truth->name : path_base(truth->ground_truth[index]);
}

static bool identify(struct study *study)
{
    study->version = (struct dataset_version){
        .name = arena_string(&study->arena, study_truth_name(&study->truth, study->candidate)),
        .content = study->read.digest.content,
        .images = study->read.digest.images,
        .image_count = (int64_t)study->dataset->image_count,
        .images_with_detections = study->link.images_joined};
    return study->version.name != NULL;
}

/* What in the files is not as it should be. */
static void describe_files(struct study *study)
{
    const struct dataset *truth = study->dataset;
    warn(study, study->detections->dropped,
        "detections left out: without a box, score, image or class that can be read");
    warn(study, study->detections->unreadable_values,
        "values of the detections that cannot be read: taken as absent");
    warn(study, truth->dropped_annotations,
        "objects of the ground truth left out: without a box, image or class that can be read");
    warn(study, truth->dropped_images,
        "images of the ground truth left out: without an id that can be read");
    warn(study, truth->dropped_categories,
        "classes of the ground truth left out: without an id that can be read");
    warn(study, truth->unreadable_values,
        "values of the ground truth that cannot be read: taken as absent");
    warn(study, truth->dropped_values,
        "values of the ground truth's images left out: too long, or of more columns than are kept");
    warn(study, truth->duplicate_images,
        "images of the ground truth with an id that stood before: the last with it counts");
    warn(study, truth->duplicate_categories,
        "classes of the ground truth with an id that stood before: the last with it counts");
    warn(study, truth->duplicate_ids,
        "objects of the ground truth with an id that stood before: all of them count");
}

/* Where pycocotools does otherwise, and what could not be used. */
static void describe_set(struct study *study)
{
    const struct eval_set *set = study->set;
    if (!study->detections->count && set->gt_count)
        warn(study, (int64_t)set->gt_count,
            "objects and no detection: AP is 0, where pycocotools stops with an error");
    warn(study, study->dataset->missing_area,
        "objects of the ground truth without an area: width times height is taken");
    warn(study, set->unused.annotations_id_zero,
        "objects with the id 0, which pycocotools takes for not found");
    warn(study, set->unused.annotations_not_finite,
        "objects of the ground truth left out: their boxes are not finite");
    warn(study, set->unused.annotations_without_mask,
        "objects of the ground truth without a mask: never found");
    warn(study, set->unused.rows_without_mask, "detections without a mask: their boxes are taken");
    if (set->settings.overlap == EVAL_MASKS && study->detections->boxes_say_areas)
        warn(study, study->detection_count - set->unused.rows_without_mask,
            "masks with boxes beside them: small, medium and large go by the box, as pycocotools has "
            "it");
    warn(study, study->dataset->dropped_masks + study->detections->dropped_masks,
        "masks that cannot be read");
    warn(study, set->unused.rows_not_finite, "detections left out: their boxes or scores are not finite");
}

static void describe(struct study *study)
{
    const struct link *link = &study->link;
    char unknown[64] = "";
    if (link->rows_unknown_image)
        snprintf(unknown, sizeof unknown, ", %lld detections on unknown images dropped",
            (long long)link->rows_unknown_image);
    if (link->images_joined)
        study->joined = arena_printf(&study->arena, "%lld of %zu images joined by %s%s%s",
            (long long)link->images_joined, study->dataset->image_count, link->joined_by,
            link->classes_shifted         ? ", class ids are 1-based"
            : link->classes_are_positions ? ", class ids are positions from 0"
                                          : "",
            unknown);
    else
        study->joined = arena_printf(
            &study->arena, "0 of %zu images joined%s", study->dataset->image_count, unknown);
    warn(study, link->rows_unknown_category,
        "detections of classes that the ground truth does not have: no effect");
    describe_set(study);
    describe_files(study);
}

static bool load(struct study *study, const struct study_request *request, const atomic_bool *stale,
    struct err *err)
{
    struct eval_settings settings =
        request->settings ? *request->settings : eval_settings_default();
    settings.threads = parallel_cores();
    bool masks = settings.overlap == EVAL_MASKS;
    struct annotation_options options = {
        .format = study->truth.predictions_format, .masks = masks || study->shapes};
    study->detections = annotation_read_detections_as(study->predictions, &options, err);
    if (!study->detections || cancelled(stale, err) ||
        !join(study, masks, request->spare, err))
        return false;
    study->detection_count = (int64_t)study->detections->count;
    study->ground_truth = arena_string(&study->arena, study->dataset->path);
    study->complete = study->link.images_joined && !rows_without_effect(&study->link);
    if (!identify(study))
        return err_set(err, ERR_MEMORY, "out of memory");
    if (!size_images(study, stale, err) || cancelled(stale, err))
        return false;
    study->set =
        eval_match(study->dataset, study->detections, &study->link, &settings, &study->arena, err);
    if (!study->set || cancelled(stale, err) ||
        !eval_stats(study->set, &study->arena, &study->summary, err) ||
        !eval_best_f1(study->set, 0, NULL, &study->best_f1, err))
        return false;
    describe(study);
    return (study->ground_truth && study->joined) || err_set(err, ERR_MEMORY, "out of memory");
}

struct study *study_new(const struct study_request *request, struct err *err)
{
    struct study *study = calloc(1, sizeof *study);
    struct truth truth = *request->truth;
    bool ok = study != NULL;
    choose_same_step(&truth, request->predictions);
    if (ok) {
        atomic_init(&study->references, 1);
        study->columns = request->columns;
        study->shapes = request->shapes;
        study->predictions = copy(study, request->predictions, &ok);
        ok &= copy_truth(study, &truth);
    }
    if (ok)
        return study;
    err_set(err, ERR_MEMORY, "out of memory");
    study_release(study);
    return NULL;
}

struct study *study_load(
    const struct study_request *request, const atomic_bool *stale, struct err *err)
{
    struct study *study = study_new(request, err);
    if (!study || load(study, request, stale, err))
        return study;
    study_release(study);
    return NULL;
}

bool study_has_boxes(const struct study *study)
{
    return study->detections != NULL;
}

bool study_load_boxes(struct study *study, struct err *err)
{
    if (study_has_boxes(study))
        return true;
    struct study_request request = {.predictions = study->predictions,
        .truth = &study->truth,
        .settings = &study->set->settings,
        .columns = study->columns,
        .shapes = study->shapes};
    struct study *whole = study_load(&request, NULL, err);
    if (!whole)
        return false;
    /* All but the references changes hands. */
    enum { FIRST = offsetof(struct study, arena), BYTES = sizeof(struct study) - FIRST };
    char room[BYTES];
    memcpy(room, (char *)study + FIRST, BYTES);
    memcpy((char *)study + FIRST, (char *)whole + FIRST, BYTES);
    memcpy((char *)whole + FIRST, room, BYTES);
    study_release(whole);
    return true;
}

struct study *study_share(struct study *study)
{
    atomic_fetch_add(&study->references, 1);
    return study;
}

void study_release(struct study *study)
{
    if (!study || atomic_fetch_sub(&study->references, 1) != 1)
        return;
    ground_truth_done(&study->read);
    detections_free(study->detections);
    arena_done(&study->arena);
    free(study);
}

void study_lend(struct study *study, struct ground_truth *spare)
{
    /* Only fractions are changed after reading. */
    if (study_has_boxes(study) && !study->dataset->fractions && !study->detections->fractions)
        ground_truth_move(spare, &study->read);
    study_release(study);
}

const char *study_image_path(const struct study *study, struct arena *arena, int32_t index)
{
    const struct dataset *dataset = study->dataset;
    return truth_find_image(
        arena, &study->truth, dataset->path, dataset->images_dir, dataset->images[index].file_name);
}

bool study_image_stats(const struct study *study, double (*stats)[EVAL_STATS], struct err *err)
{
    return eval_image_stats(study->set, stats, err);
}

void study_scores(const struct study *study, struct study_scores *out)
{
    memcpy(out->stats, study->summary.stats, sizeof out->stats);
    out->best_f1 = study->best_f1.f1;
    out->best_f1_confidence = study->best_f1.confidence;
    out->images = study->version.image_count;
    out->images_with_detections = study->version.images_with_detections;
    out->detections = study->detection_count;
    out->content = study->version.content;
    out->image_set = study->version.images;
    out->candidate = (int64_t)study->candidate;
    out->complete = study->complete;
}
