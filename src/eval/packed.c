#include "eval/packed.h"

#include "base/digest.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { VERSION = 4, BYTE_ORDER_MARK = 0x01020304 };

/* What a column has one item of. */
enum extent { OF_DETECTIONS, OF_GROUPS, OF_TRUTH, OF_CATEGORIES, OF_BOUNDS, OF_IMAGES, OF_SIZES, EXTENTS };

struct head {
    unsigned char digest[DIGEST_BYTES]; /* of all that follows */
    uint32_t byte_order, version;
    uint64_t length; /* of all */
    uint64_t counts[EXTENTS];
    int32_t max_dets[3], iou_count;
    double ious[EVAL_MOST_IOUS];
    uint64_t overlap;
    struct eval_unused unused;
    double stats[EVAL_STATS], ap_per_iou[EVAL_MOST_IOUS];
};

/* The columns that are kept as they are. Image and category of a detection follow from its group,
 * and so do the bounds of categories. */
#define COLUMN(field, extent) {offsetof(struct eval_set, field), \
    sizeof *((struct eval_set *)NULL)->field, extent}
static const struct column {
    size_t at, item_bytes;
    enum extent extent;
} COLUMNS[] = {
    COLUMN(score, OF_DETECTIONS),
    COLUMN(row, OF_DETECTIONS),
    COLUMN(gt, OF_DETECTIONS),
    COLUMN(iou, OF_DETECTIONS),
    COLUMN(tp[EVAL_ALL], OF_DETECTIONS),
    COLUMN(tp[EVAL_SMALL], OF_DETECTIONS),
    COLUMN(tp[EVAL_MEDIUM], OF_DETECTIONS),
    COLUMN(tp[EVAL_LARGE], OF_DETECTIONS),
    COLUMN(ignored[EVAL_ALL], OF_DETECTIONS),
    COLUMN(ignored[EVAL_SMALL], OF_DETECTIONS),
    COLUMN(ignored[EVAL_MEDIUM], OF_DETECTIONS),
    COLUMN(ignored[EVAL_LARGE], OF_DETECTIONS),
    COLUMN(category_group, OF_BOUNDS),
    COLUMN(gt_image, OF_TRUTH),
    COLUMN(gt_areas, OF_TRUTH),
    COLUMN(category_gt, OF_BOUNDS),
    COLUMN(rows_of_category, OF_CATEGORIES),
    COLUMN(image_order, OF_IMAGES),
    COLUMN(left_out, OF_IMAGES),
    COLUMN(sizes, OF_SIZES),
};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

/* Where a group begins and its best score follow from the groups before it. */
struct packed_group {
    int32_t image;
    uint32_t count;
};

static size_t aligned(size_t bytes)
{
    return (bytes + EVAL_PACKED_ALIGN - 1) / EVAL_PACKED_ALIGN * EVAL_PACKED_ALIGN;
}

static void count_extents(const struct eval_set *set, uint64_t counts[EXTENTS])
{
    counts[OF_DETECTIONS] = set->count;
    counts[OF_GROUPS] = set->group_count;
    counts[OF_TRUTH] = set->gt_count;
    counts[OF_CATEGORIES] = set->category_count;
    counts[OF_BOUNDS] = set->category_count + 1;
    counts[OF_IMAGES] = set->image_count;
    counts[OF_SIZES] = set->sizes ? set->image_count : 0;
}

/* The counts are below 2^31 + 1, so that no sum here can overflow. */
static size_t total_bytes(const uint64_t counts[EXTENTS])
{
    size_t total = aligned(sizeof(struct head));
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        total += aligned(counts[COLUMNS[i].extent] * COLUMNS[i].item_bytes);
    total += aligned(counts[OF_GROUPS] * sizeof(struct packed_group));
    return total + aligned(counts[OF_CATEGORIES] * sizeof(struct eval_class));
}

size_t eval_packed_bytes(const struct eval_set *set)
{
    uint64_t counts[EXTENTS];
    count_extents(set, counts);
    return total_bytes(counts);
}

void eval_packed_seal(void *bytes, size_t length)
{
    if (length < sizeof(struct head))
        return;
    struct digest digest = digest_of((char *)bytes + DIGEST_BYTES, length - DIGEST_BYTES);
    digest_put(&digest, bytes);
}

/* ---- packing ---- */

static struct head make_head(const struct eval_set *set, const struct eval_summary *summary)
{
    struct head head = {.byte_order = BYTE_ORDER_MARK,
        .version = VERSION,
        .length = eval_packed_bytes(set),
        .iou_count = set->settings.iou_count,
        .overlap = set->settings.overlap,
        .unused = set->unused};
    count_extents(set, head.counts);
    memcpy(head.max_dets, set->settings.max_dets, sizeof head.max_dets);
    memcpy(head.ious, set->settings.ious, sizeof head.ious);
    memcpy(head.stats, summary->stats, sizeof head.stats);
    memcpy(head.ap_per_iou, summary->ap_per_iou, sizeof head.ap_per_iou);
    return head;
}

static char *put(char *at, const void *bytes, size_t length)
{
    if (length)
        memcpy(at, bytes, length);
    return at + aligned(length);
}

static const void *column_of(const struct eval_set *set, size_t i)
{
    const void *column;
    memcpy(&column, (const char *)set + COLUMNS[i].at, sizeof column);
    return column;
}

bool eval_pack(const struct eval_set *set, const struct eval_summary *summary, struct buf *out,
    struct err *err)
{
    struct head head = make_head(set, summary);
    if (!buf_reserve(out, head.length))
        return err_set(err, ERR_MEMORY, "out of memory for packing an evaluation");
    char *first = out->data + out->length;
    memset(first, 0, head.length); /* what lies between the columns too is always the same */
    char *at = put(first, &head, sizeof head);
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        at = put(at, column_of(set, i), head.counts[COLUMNS[i].extent] * COLUMNS[i].item_bytes);
    for (size_t g = 0; g < set->group_count; g++) {
        struct packed_group group = {set->groups[g].image, set->groups[g].count};
        memcpy(at + g * sizeof group, &group, sizeof group);
    }
    at += aligned(set->group_count * sizeof(struct packed_group));
    put(at, summary->classes, set->category_count * sizeof *summary->classes);
    eval_packed_seal(first, head.length);
    out->length += head.length;
    return true;
}

/* ---- unpacking ---- */

static bool refuse(struct err *err)
{
    return err_set(err, ERR_FORMAT, "a kept evaluation is damaged or of another version");
}

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory for a kept evaluation");
}

static bool are_settings(const struct head *head)
{
    if (head->iou_count < 1 || head->iou_count > EVAL_MOST_IOUS || head->max_dets[0] < 1 ||
        head->max_dets[1] < head->max_dets[0] || head->max_dets[2] < head->max_dets[1])
        return false;
    for (int i = 0; i < head->iou_count; i++)
        if (!(head->ious[i] > (i ? head->ious[i - 1] : 0)) || !(head->ious[i] <= 1))
            return false;
    return true;
}

static bool is_head(const struct head *head, const void *bytes, size_t length)
{
    if (head->byte_order != BYTE_ORDER_MARK || head->version != VERSION || head->length != length)
        return false;
    for (int i = 0; i < EXTENTS; i++)
        if (head->counts[i] > (uint64_t)INT32_MAX + 1)
            return false;
    uint64_t sizes = head->overlap == EVAL_MASKS ? head->counts[OF_IMAGES] : 0;
    if (head->overlap > EVAL_MASKS || head->counts[OF_SIZES] != sizes ||
        head->counts[OF_BOUNDS] != head->counts[OF_CATEGORIES] + 1 ||
        total_bytes(head->counts) != length || !are_settings(head))
        return false;
    struct digest is = digest_of((const char *)bytes + DIGEST_BYTES, length - DIGEST_BYTES);
    struct digest should = digest_get(head->digest);
    return digest_equal(&is, &should);
}

/* The set as far as it needs no making. Returns where the groups begin. */
static char *take_columns(const struct head *head, char *bytes, struct eval_set *set)
{
    *set = (struct eval_set){.settings = {.iou_count = head->iou_count,
            .overlap = (enum eval_overlap)head->overlap,
            .threads = 1},
        .count = head->counts[OF_DETECTIONS],
        .group_count = head->counts[OF_GROUPS],
        .gt_count = head->counts[OF_TRUTH],
        .category_count = head->counts[OF_CATEGORIES],
        .image_count = head->counts[OF_IMAGES],
        .custom_iou = NAN,
        .unused = head->unused};
    memcpy(set->settings.max_dets, head->max_dets, sizeof head->max_dets);
    memcpy(set->settings.ious, head->ious, sizeof head->ious);
    char *at = bytes + aligned(sizeof *head);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        void *column = at;
        memcpy((char *)set + COLUMNS[i].at, &column, sizeof column);
        at += aligned(head->counts[COLUMNS[i].extent] * COLUMNS[i].item_bytes);
    }
    if (head->overlap == EVAL_BOXES)
        set->sizes = NULL;
    return at;
}

static bool are_bounds(const uint32_t *bounds, size_t categories, size_t end)
{
    for (size_t c = 0; c < categories; c++)
        if (bounds[c] > bounds[c + 1])
            return false;
    return bounds[0] == 0 && bounds[categories] == end;
}

/* The place of every image in the order; false when it is no order of them. */
static bool rank_images(const struct eval_set *set, int32_t *ranks)
{
    memset(ranks, 0xff, set->image_count * sizeof *ranks);
    for (size_t i = 0; i < set->image_count; i++) {
        int32_t image = set->image_order[i];
        const unsigned char *left_out = (const unsigned char *)set->left_out;
        if (image < 0 || (size_t)image >= set->image_count || ranks[image] >= 0 || left_out[i] > 1)
            return false;
        ranks[image] = (int32_t)i;
    }
    return true;
}

static bool make_groups(struct eval_set *set, const struct packed_group *packed)
{
    size_t start = 0;
    for (size_t c = 0; c < set->category_count; c++) {
        for (uint32_t g = set->category_group[c]; g < set->category_group[c + 1]; g++) {
            size_t count = packed[g].count;
            if (!count || count > set->count - start || packed[g].image < 0 ||
                (size_t)packed[g].image >= set->image_count)
                return false;
            set->groups[g] = (struct eval_group){set->score[start], (uint32_t)start,
                (uint32_t)count, packed[g].image};
            for (size_t end = start + count; start < end; start++) {
                set->image[start] = packed[g].image;
                set->category[start] = (int32_t)c;
            }
        }
        set->category_start[c + 1] = (uint32_t)start;
    }
    return start == set->count;
}

static bool make_positives(struct eval_set *set)
{
    for (size_t c = 0; c < set->category_count; c++) {
        if (set->rows_of_category[c] < 0)
            return false;
        for (uint32_t i = set->category_gt[c]; i < set->category_gt[c + 1]; i++) {
            unsigned areas = set->gt_areas[i];
            if (set->gt_image[i] < 0 || (size_t)set->gt_image[i] >= set->image_count ||
                areas >> EVAL_AREAS || !(areas & 1))
                return false;
            for (int a = 0; a < EVAL_AREAS; a++)
                set->positives[c][a] += areas >> a & 1;
        }
    }
    return true;
}

/* No threshold of ALL has more than MOST of the true positives TP[0..COUNT). */
static bool are_few(const uint16_t *tp, size_t count, unsigned all, uint32_t most)
{
    uint32_t found[EVAL_MOST_IOUS] = {0};
    for (size_t i = 0; i < count; i++)
        for (unsigned hit = tp[i] & all; hit; hit &= hit - 1)
            if (++found[__builtin_ctz(hit)] > most)
                return false;
    return true;
}

/* GROUP has no more true positives than there is ground truth for, COUNTS of it in each area. */
static bool is_group(
    const struct eval_set *set, const struct eval_group *group, const uint32_t counts[EVAL_AREAS])
{
    unsigned all = (1u << set->settings.iou_count) - 1, used = 0;
    for (int a = 0; a < EVAL_AREAS; a++) {
        unsigned hits = 0;
        for (uint32_t i = group->start; i < group->start + group->count; i++) {
            hits |= set->tp[a][i];
            used |= set->ignored[a][i];
        }
        used |= hits;
        if (hits && !are_few(set->tp[a] + group->start, group->count, all, counts[a]))
            return false;
    }
    return !(used & ~all);
}

/* Groups and ground truth of a category lie in the order of the images, groups one an image. */
static bool is_category(const struct eval_set *set, size_t category, const int32_t *ranks)
{
    uint32_t at = set->category_gt[category], end = set->category_gt[category + 1];
    for (uint32_t i = at + 1; i < end; i++)
        if (ranks[set->gt_image[i]] < ranks[set->gt_image[i - 1]])
            return false;
    int32_t before = -1;
    for (uint32_t g = set->category_group[category]; g < set->category_group[category + 1]; g++) {
        const struct eval_group *group = &set->groups[g];
        int32_t rank = ranks[group->image];
        uint32_t counts[EVAL_AREAS] = {0};
        if (rank <= before)
            return false;
        before = rank;
        while (at < end && ranks[set->gt_image[at]] < rank)
            at++;
        for (; at < end && ranks[set->gt_image[at]] == rank; at++)
            for (int a = 0; a < EVAL_AREAS; a++)
                counts[a] += set->gt_areas[at] >> a & 1;
        if (!is_group(set, group, counts))
            return false;
    }
    return true;
}

static bool make_columns(struct eval_set *set, struct arena *arena, int32_t **ranks)
{
    set->image = ARENA_ARRAY(arena, int32_t, set->count + 1);
    set->category = ARENA_ARRAY(arena, int32_t, set->count + 1);
    set->groups = ARENA_ARRAY(arena, struct eval_group, set->group_count + 1);
    set->category_start = ARENA_ARRAY(arena, uint32_t, set->category_count + 1);
    set->positives = arena_array(arena, set->category_count + 1, sizeof *set->positives);
    *ranks = ARENA_ARRAY(arena, int32_t, set->image_count + 1);
    return set->image && set->category && set->groups && set->category_start && set->positives &&
           *ranks;
}

static bool is_consistent(struct eval_set *set, const struct packed_group *groups, int32_t *ranks)
{
    if (!are_bounds(set->category_group, set->category_count, set->group_count) ||
        !are_bounds(set->category_gt, set->category_count, set->gt_count) ||
        !rank_images(set, ranks) || !make_groups(set, groups) || !make_positives(set))
        return false;
    for (size_t c = 0; c < set->category_count; c++)
        if (!is_category(set, c, ranks))
            return false;
    return true;
}

bool eval_unpack(void *bytes, size_t length, struct arena *arena, struct eval_set **out,
    struct eval_summary *summary, struct err *err)
{
    struct head head;
    int32_t *ranks;
    if (length < sizeof head || (uintptr_t)bytes % EVAL_PACKED_ALIGN)
        return refuse(err);
    memcpy(&head, bytes, sizeof head);
    if (!is_head(&head, bytes, length))
        return refuse(err);
    struct eval_set *set = ARENA_NEW(arena, struct eval_set);
    if (!set)
        return no_memory(err);
    char *groups = take_columns(&head, bytes, set);
    if (!make_columns(set, arena, &ranks))
        return no_memory(err);
    if (!is_consistent(set, (const struct packed_group *)groups, ranks))
        return refuse(err);
    memcpy(summary->stats, head.stats, sizeof head.stats);
    memcpy(summary->ap_per_iou, head.ap_per_iou, sizeof head.ap_per_iou);
    summary->classes = (struct eval_class *)(groups +
        aligned(set->group_count * sizeof(struct packed_group)));
    *out = set;
    return true;
}
