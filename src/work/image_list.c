#include "work/image_list.h"

#include "base/num.h"
#include "base/text.h"
#include "facts/role.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PER_SIDE = IMAGE_B_TP - IMAGE_TP, /* from a number of A to that of B */
    ERROR_VERDICTS = 1 << EVAL_TP | 1 << EVAL_FP | 1 << EVAL_FN,
};

const struct image_preset image_presets[] = {
    {"most FP", {IMAGE_FP, true}, IMAGE_ANY, false},
    {"most FN", {IMAGE_FN, true}, IMAGE_ANY, false},
    {"lowest F1", {IMAGE_F1, false}, IMAGE_ANY, false},
    {"name", {IMAGE_NAME, false}, IMAGE_ANY, false},
    {"A and B differ", {IMAGE_DISAGREEMENT, true}, IMAGE_DIFFERS, true},
    {"fixed by B", {IMAGE_GAIN, true}, IMAGE_FIXED, true},
    {"broken by B", {IMAGE_GAIN, false}, IMAGE_BROKEN, true},
    {0},
};

/* What one side has, by image of its own. */
struct side {
    const struct eval_set *set;
    struct eval_at at;
    struct eval_counts *counts;
    double *scores;  /* sum of those of TP and FP */
    uint32_t *boxes; /* detections that were asked for; NULL of B */
};

/* A list being made. */
struct making {
    struct image_pool *pool;
    const struct image_at *at;
    const struct image_which *which;
    const struct image_order *order;
    struct side sides[2];
    uint32_t *disagreement; /* by image; NULL where it is not known */
    int *columns;           /* of the filter's names */
    struct arena *arena, scratch;
    struct image_list *out;
    struct err *err;
};

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory while listing images");
}

/* ---- where it is looked at ---- */

/* The categories of A that are common and asked for; NULL: all. */
static bool filter_of_a(struct making *m, eval_filter *filter)
{
    const struct image_pool *pool = m->pool;
    size_t words = pool->sides[0]->dataset->category_count / 64 + 1;
    *filter = m->at->filter ? m->at->filter : pool->categories;
    if (!m->at->filter || !pool->categories)
        return true;
    uint64_t *both = ARENA_ARRAY(&m->scratch, uint64_t, words);
    for (size_t w = 0; both && w < words; w++)
        both[w] = m->at->filter[w] & pool->categories[w];
    *filter = both;
    return both != NULL;
}

/* The same in the words of B. */
static bool translate_for_b(struct making *m, const struct eval_at *a, struct eval_at *b)
{
    const struct image_pool *pool = m->pool;
    size_t count = pool->sides[1]->dataset->category_count;
    uint64_t *filter = ARENA_ARRAY(&m->scratch, uint64_t, count / 64 + 1);
    double *confidences = ARENA_ARRAY(&m->scratch, double, count + 1);
    if (!filter || !confidences)
        return false;
    for (size_t c = 0; c < count; c++) {
        int32_t category = pool->category_of_b[c];
        if (category < 0 || !eval_filter_has(a->filter, (size_t)category))
            continue;
        filter[c / 64] |= UINT64_C(1) << (c % 64);
        confidences[c] = eval_confidence_of(a, (size_t)category);
    }
    *b = *a;
    b->filter = filter;
    b->of_category = confidences;
    return true;
}

static bool look_from(struct making *m)
{
    struct image_pool *pool = m->pool;
    for (size_t s = 0; s < pool->side_count; s++) {
        struct side *side = &m->sides[s];
        side->at = (struct eval_at){.area = m->at->size,
            .confidence = m->at->confidence,
            .of_category = m->at->of_category};
        bool ok = s == 0 ? filter_of_a(m, &side->at.filter)
                         : translate_for_b(m, &m->sides[0].at, &side->at);
        if (!ok)
            return no_memory(m->err);
        side->set = image_pool_set(pool, (int)s, m->at->iou, false, &side->at.iou_index, m->err);
        if (!side->set)
            return false;
        if (m->at->size != EVAL_ALL && side->at.iou_index == EVAL_IOU_CUSTOM)
            return err_set(m->err, ERR_USAGE,
                "objects of one size are matched at the IoUs of the evaluation, of which %g is none",
                m->at->iou);
    }
    return true;
}

/* ---- counting ---- */

static bool is_wanted(const struct image_which *which, enum eval_verdict verdict, double score)
{
    unsigned verdicts = which->verdicts ? which->verdicts : (unsigned)ERROR_VERDICTS;
    return verdicts >> verdict & 1 &&
           (!which->in_range || (score >= which->low && score <= which->high));
}

/* Scores of a group descend. */
static void add_group(
    struct side *side, const struct eval_group *group, double confidence, const struct image_which *which)
{
    const struct eval_set *set = side->set;
    const uint16_t *tps = set->tp[side->at.area], *ignored = set->ignored[side->at.area];
    uint32_t end = group->start + group->count, boxes = 0;
    double sum = 0;
    for (uint32_t i = group->start; i < end && set->score[i] >= confidence; i++) {
        enum eval_verdict verdict = ignored[i] >> side->at.iou_index & 1 ? EVAL_IGNORED
                                    : tps[i] >> side->at.iou_index & 1   ? EVAL_TP
                                                                         : EVAL_FP;
        sum += verdict == EVAL_IGNORED ? 0 : set->score[i];
        boxes += is_wanted(which, verdict, set->score[i]);
    }
    side->scores[group->image] += sum;
    if (side->boxes)
        side->boxes[group->image] += boxes;
}

static bool count_side(struct making *m, int which_side)
{
    struct side *side = &m->sides[which_side];
    const struct eval_set *set = side->set;
    side->counts = ARENA_ARRAY(&m->scratch, struct eval_counts, set->image_count + 1);
    side->scores = ARENA_ARRAY(&m->scratch, double, set->image_count + 1);
    side->boxes =
        which_side == 0 ? ARENA_ARRAY(&m->scratch, uint32_t, set->image_count + 1) : NULL;
    if (!side->counts || !side->scores || (which_side == 0 && !side->boxes))
        return no_memory(m->err);
    eval_counts_of(set, &side->at, &m->out->total[which_side], NULL, side->counts);
    for (size_t c = 0; c < set->category_count; c++) {
        if (!eval_filter_has(side->at.filter, c))
            continue;
        double confidence = eval_confidence_of(&side->at, c);
        for (uint32_t g = set->category_group[c]; g < set->category_group[c + 1]; g++)
            if (set->groups[g].best >= confidence)
                add_group(side, &set->groups[g], confidence, m->which);
    }
    bool misses = is_wanted(m->which, EVAL_FN, NAN) && !m->which->in_range;
    for (size_t i = 0; side->boxes && misses && i < set->image_count; i++)
        side->boxes[i] += (uint32_t)side->counts[i].fn;
    return true;
}

static bool asks_disagreement(const struct making *m)
{
    const struct expr *filter = m->which->filter;
    bool asked = m->at->disagreement || m->which->change == IMAGE_DIFFERS ||
                 m->order->column == IMAGE_DISAGREEMENT;
    for (size_t i = 0; filter && !asked && i < expr_name_count(filter); i++)
        asked = m->columns[i] == IMAGE_DISAGREEMENT;
    return asked;
}

/* One truth: indices of A's dataset are those of B's. */
static bool count_disagreement(struct making *m)
{
    struct image_pool *pool = m->pool;
    const struct eval_counts *counts[2] = {m->sides[0].counts, m->sides[1].counts};
    if (pool->side_count < 2 || !pool->one_truth || m->at->size != EVAL_ALL || !asks_disagreement(m))
        return true;
    m->disagreement = ARENA_ARRAY(&m->scratch, uint32_t, pool->sides[0]->dataset->image_count + 1);
    return m->disagreement ? image_pool_alone(
                                 pool, &m->sides[0].at, m->at->iou, counts, m->disagreement, m->err)
                           : no_memory(m->err);
}

/* ---- entries ---- */

static void set_numbers(const struct side *side, const double *aps, int32_t image, double *numbers)
{
    const struct eval_counts *counts = &side->counts[image];
    int64_t found = counts->tp + counts->fp;
    numbers[IMAGE_TP] = (double)counts->tp;
    numbers[IMAGE_FP] = (double)counts->fp;
    numbers[IMAGE_FN] = (double)counts->fn;
    numbers[IMAGE_PRECISION] = eval_precision(counts);
    numbers[IMAGE_RECALL] = eval_recall(counts);
    numbers[IMAGE_F1] = eval_f1(counts);
    numbers[IMAGE_SCORE] = found ? side->scores[image] / (double)found : NAN;
    numbers[IMAGE_AP] = aps ? aps[image] : NAN;
}

static void fill_entry(const struct making *m, int32_t image, struct image_entry *entry)
{
    const struct image_pool *pool = m->pool;
    const struct side *a = &m->sides[0], *b = &m->sides[1];
    *entry = (struct image_entry){.image = image, .image_b = pool->image_of_b[image]};
    for (int n = IMAGE_B_TP; n < IMAGE_NUMBERS; n++)
        entry->numbers[n] = NAN;
    set_numbers(a, pool->aps[0], image, entry->numbers);
    entry->numbers[IMAGE_BOXES] = m->which->marks ? m->which->marks[image] : a->boxes[image];
    if (pool->side_count < 2)
        return;
    const struct eval_counts *x = &a->counts[image], *y = &b->counts[entry->image_b];
    set_numbers(b, pool->aps[1], entry->image_b, entry->numbers + PER_SIDE);
    entry->numbers[IMAGE_GAIN] = (double)(x->fp + x->fn - y->fp - y->fn);
    if (m->disagreement)
        entry->numbers[IMAGE_DISAGREEMENT] = m->disagreement[image];
}

static bool has_changed(const struct making *m, const struct image_entry *entry)
{
    const double *n = entry->numbers;
    double a = n[IMAGE_FP] + n[IMAGE_FN], b = n[IMAGE_B_FP] + n[IMAGE_B_FN];
    switch (m->which->change) {
    case IMAGE_FIXED:
        return a > 0 && b == 0;
    case IMAGE_BROKEN:
        return a == 0 && b > 0;
    case IMAGE_BETTER:
        return b < a;
    case IMAGE_WORSE:
        return b > a;
    case IMAGE_DIFFERS:
        return n[IMAGE_DISAGREEMENT] > 0;
    default:
        return true;
    }
}

/* ---- filters ---- */

/* An entry as the filter asks it. */
struct asked {
    const struct making *making;
    const struct image_entry *entry;
};

static const char *text_at(const struct image_pool *pool, int32_t image, int column)
{
    return column == IMAGE_NAME ? pool->names[image]
                                : pool->columns[column - IMAGE_COLUMNS].values[image];
}

static struct expr_value asked_value(void *self, const struct expr_name *name)
{
    const struct asked *asked = self;
    const struct image_pool *pool = asked->making->pool;
    int column = asked->making->columns[name->index];
    if (column < IMAGE_NUMBERS) {
        double number = asked->entry->numbers[column];
        return (struct expr_value){.known = !isnan(number), .is_number = true, .number = number};
    }
    const char *text = text_at(pool, asked->entry->image, column);
    struct expr_value value = {.known = text != NULL, .text = text};
    value.is_number = text && num_parse(text, strlen(text), &value.number);
    value.is_list = column >= IMAGE_COLUMNS && pool->columns[column - IMAGE_COLUMNS].is_tags;
    return value;
}

static bool asked_contains(void *self, const char *text)
{
    const struct asked *asked = self;
    const struct image_pool *pool = asked->making->pool;
    for (int c = IMAGE_NAME; c < IMAGE_COLUMNS + (int)pool->column_count; c++) {
        const char *own = text_at(pool, asked->entry->image, c);
        if (own && text_contains(own, text))
            return true;
    }
    return false;
}

static bool bind_filter(struct making *m)
{
    const struct expr *filter = m->which->filter;
    size_t count = filter ? expr_name_count(filter) : 0;
    m->columns = ARENA_ARRAY(&m->scratch, int, count + 1);
    if (!m->columns)
        return no_memory(m->err);
    for (size_t i = 0; i < count; i++) {
        const char *name = expr_name(filter, i)->text;
        if (!image_pool_know(m->pool, name, m->err))
            return false;
        m->columns[i] = image_pool_find(m->pool, name, strlen(name));
    }
    return true;
}

static bool is_listed(const struct making *m, const struct image_entry *entry)
{
    const struct image_which *which = m->which;
    const struct side *a = &m->sides[0];
    const struct eval_counts *counts = &a->counts[entry->image];
    bool narrowed = m->at->filter || m->at->size != EVAL_ALL;
    struct asked asked = {m, entry};
    struct expr_row row = {&asked, asked_value, asked_contains};
    bool empty = counts->tp + counts->fp + counts->fn == 0;
    if (empty && m->pool->side_count > 1) {
        const struct eval_counts *b = &m->sides[1].counts[entry->image_b];
        empty = b->tp + b->fp + b->fn == 0;
    }
    return !(narrowed && empty && !(which->verdicts >> EVAL_IGNORED & 1)) &&
           !((which->verdicts || which->in_range) && !a->boxes[entry->image]) &&
           !(which->marks && !which->marks[entry->image]) && has_changed(m, entry) &&
           (!which->tag || image_pool_has_tag(m->pool, entry->image, which->tag)) &&
           (!which->name || pattern_fits(which->name, m->pool->names[entry->image])) &&
           (!which->filter || expr_holds(which->filter, &row));
}

/* ---- order ---- */

struct sort_key {
    double number;    /* NaN: it is none */
    const char *text; /* NULL: there is none */
    uint32_t place;   /* in the order of ids */
    bool descending;
};

static int rank_of(const struct sort_key *key)
{
    return !isnan(key->number) ? 0 : key->text ? 1 : 2;
}

static int compare_keys(const void *left, const void *right)
{
    const struct sort_key *a = left, *b = right;
    int rank = rank_of(a), other = rank_of(b), order = 0;
    if (rank == 2 || other == 2)
        order = rank - other;
    else if (rank != other)
        order = a->descending ? other - rank : rank - other;
    else if (rank == 0)
        order = a->descending ? (a->number < b->number) - (a->number > b->number)
                              : (a->number > b->number) - (a->number < b->number);
    else
        order = a->descending ? text_compare_natural(b->text, a->text)
                              : text_compare_natural(a->text, b->text);
    return order ? order : (a->place > b->place) - (a->place < b->place);
}

static struct sort_key key_of(const struct making *m, const struct image_entry *entry, uint32_t place)
{
    int column = m->order->column;
    struct sort_key key = {.number = NAN, .place = place, .descending = m->order->descending};
    if (column < IMAGE_NUMBERS) {
        key.number = entry->numbers[column];
        return key;
    }
    key.text = text_at(m->pool, entry->image, column);
    if (column != IMAGE_NAME && key.text && !num_parse(key.text, strlen(key.text), &key.number))
        key.number = NAN;
    return key;
}

static bool sort(struct making *m)
{
    struct image_list *out = m->out;
    struct sort_key *keys = ARENA_ARRAY(&m->scratch, struct sort_key, out->count + 1);
    struct image_entry *sorted = ARENA_ARRAY(m->arena, struct image_entry, out->count + 1);
    if (!keys || !sorted)
        return no_memory(m->err);
    for (size_t i = 0; i < out->count; i++)
        keys[i] = key_of(m, &out->items[i], (uint32_t)i);
    qsort(keys, out->count, sizeof *keys, compare_keys);
    for (size_t i = 0; i < out->count; i++)
        sorted[i] = out->items[keys[i].place];
    out->items = sorted;
    return true;
}

static bool starts(const char *text, const char *direction, size_t *length)
{
    size_t tail = strlen(direction);
    if (*length <= tail || memcmp(text + *length - tail, direction, tail) != 0)
        return false;
    *length -= tail;
    return true;
}

bool image_order_parse(
    const struct image_pool *pool, const char *text, struct image_order *order, struct err *err)
{
    static const enum better BETTER[] = {
#define NUMBER(id, name, better, needs_b, what) BETTER_##better,
#include "work/image_numbers.def"
#undef NUMBER
    };
    char name[EXPR_MOST_WORD + 1];
    size_t length = strlen(text);
    bool down = starts(text, ":desc", &length), up = !down && starts(text, ":asc", &length);
    if (length >= sizeof name)
        return err_set(err, ERR_USAGE, "no column of the images is called that");
    memcpy(name, text, length);
    name[length] = '\0';
    if (!image_pool_know(pool, name, err))
        return false;
    order->column = image_pool_find(pool, name, length);
    order->descending =
        down || (!up && order->column < IMAGE_NUMBERS && BETTER[order->column] == BETTER_LOWER);
    return true;
}

/* ---- the list ---- */

static bool is_possible(const struct making *m)
{
    enum image_change change = m->which->change;
    if (change == IMAGE_ANY)
        return true;
    if (m->pool->side_count < 2)
        return err_set(m->err, ERR_USAGE, "only of two runs it is known what one fixes or breaks");
    if (change != IMAGE_DIFFERS || m->disagreement)
        return true;
    return err_set(m->err, ERR_USAGE,
        m->at->size != EVAL_ALL
            ? "disagreement is counted for objects of all sizes together"
            : "disagreement is counted on one ground truth only, and these runs have two");
}

static bool make(struct making *m)
{
    struct image_list *out = m->out;
    const struct image_pool *pool = m->pool;
    if (!look_from(m) || !bind_filter(m))
        return false;
    for (size_t s = 0; s < pool->side_count; s++)
        if (!count_side(m, (int)s))
            return false;
    if (!count_disagreement(m) || !is_possible(m))
        return false;
    struct arena *arena = m->order->column < 0 ? m->arena : &m->scratch;
    out->of = pool->count;
    out->items = ARENA_ARRAY(arena, struct image_entry, pool->count + 1);
    if (!out->items)
        return no_memory(m->err);
    for (size_t i = 0; i < pool->count; i++) {
        struct image_entry *entry = &out->items[out->count];
        fill_entry(m, pool->images[i], entry);
        out->count += is_listed(m, entry);
    }
    return m->order->column < 0 || sort(m);
}

bool image_list_make(struct image_pool *pool, const struct image_at *at,
    const struct image_which *which, const struct image_order *order, struct arena *arena,
    struct image_list *out, struct err *err)
{
    struct making making = {.pool = pool,
        .at = at,
        .which = which,
        .order = order,
        .arena = arena,
        .out = out,
        .err = err};
    *out = (struct image_list){0};
    bool ok = make(&making);
    arena_done(&making.scratch);
    if (!ok)
        *out = (struct image_list){0};
    return ok;
}

size_t image_list_place(const struct image_list *list, int32_t image)
{
    size_t place = 0;
    while (place < list->count && list->items[place].image != image)
        place++;
    return place;
}
