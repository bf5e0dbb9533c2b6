/*
 * Several evaluations compared: on their common images, with a paired bootstrap.
 * Knows: studies, common, the bootstrap of eval. Must not know: how it is shown.
 */
#pragma once

#include "eval/bootstrap.h"
#include "eval/versus.h"
#include "work/common.h"

struct comparison_request {
    const struct study *const *studies;
    const struct eval_set *const *sets; /* by study: its own, or matched anew at the IoU */
    size_t count;
    int iou_index; /* of the sets */
    double confidence;
    bool common_images; /* compare on what is common even if ground truths or images differ */
    int resamples;      /* 1 or more */
    int class_numbers;  /* as in struct eval_bootstrap_settings */
};

struct comparison {
    struct common common;
    const char *difference; /* as common_difference(): NULL, or what --common-images accepted */
    struct eval_bootstrap *bootstrap; /* prepared: no resample is made yet */
};

/* Memory from ARENA. False with ERR, with ERR_USAGE when the evaluations are of different ground
 * truth or images and `common_images` is not set: the text says which and what to do. */
bool comparison_make(const struct comparison_request *request, struct arena *arena,
    struct comparison *out, struct err *err);

/* Resamples on until there are COUNT, and says in *DONE (0 at first) how many there are. Gives up
 * (ERR_CANCELLED) soon after *STALE (may be NULL) is set. */
bool comparison_resample(struct comparison *comparison, int count, const atomic_bool *stale,
    int *done, struct err *err);

/*
 * Study INDEX, box for box against the first (A), in the categories of FILTER: *OUT in ARENA, NULL
 * when their ground truths are not the same object for object. Images that are not common are in it
 * too. Both studies have their boxes. False with ERR when memory is out.
 */
bool comparison_versus(const struct comparison_request *request, size_t index, eval_filter filter,
    struct arena *arena, struct eval_versus **out, struct err *err);

/* Whether indices of images, categories and annotations of A mean the same in B. */
bool comparison_same_truth(const struct dataset *a, const struct dataset *b);
