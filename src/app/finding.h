/*
 * Finding: the list of images that the options of `boxtop images` ask for, of one run or of two.
 * Knows: options, pools, lists, marks, tags. Must not know: how a list is printed or drawn.
 */
#pragma once

#include "app/gather.h"
#include "work/image_list.h"
#include "work/runs.h"

struct finding {
    struct arena arena;
    const char *names[2];     /* of the runs A and B; B NULL without one */
    struct study *studies[2]; /* with their boxes */
    struct image_pool *pool;
    struct image_column columns[64]; /* of --image-table, and the person's tags */
    size_t column_count;
    struct image_at at;
    struct image_which which;
    struct image_order order;
    struct image_list list; /* cut at --head */
    size_t found;           /* before it was cut */
};

/* The options that it heeds, for `accepts` of a command. */
#define FINDING_ACCEPTS                                                                            \
    "index gt gt-format dt-format images threshold iou step class size verdict scores error cell " \
    "fixed broken disagree compare baseline name tag sort filter image-table head"

/* Whether A and B are asked for, by --baseline, --compare, --fixed and the like. */
bool finding_of_two(const struct settings *settings);

/* The runs that OPERANDS name into GATHERED, behind --baseline when that is given: the first is then
 * A. To be finished with gather_done() in any case. */
bool finding_gather(const struct settings *settings, char **operands, struct gathered *gathered,
    struct err *err);

/* Of run A, or of A and B (NULL: none). APS: the AP of each image is wanted. FINDING is to be
 * finished with finding_done() in any case. */
bool finding_make(const struct settings *settings, const struct run_row *a,
    const struct run_row *b, bool aps, struct finding *finding, struct err *err);
void finding_done(struct finding *finding);

/* --conf for STUDY at IOU and FILTER: a number, best, or 0.5. */
bool finding_confidence(const struct settings *settings, const struct study *study, double iou,
    eval_filter filter, double *confidence, struct err *err);
