#include "work/twins.h"

#include "base/grow.h"
#include "base/text.h"
#include "readers/reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_POINTS = 3, LEAST_ID_BYTES = 6 };
/* A beginning that so many series share tells nobody from anybody. */
enum { MOST_ALIKE = 4096 };
/* Two loggers write down the same moment no further apart. */
static const double MOST_APART_S = 10;

/* A loss of a run: what runs are recognised by. */
struct trace {
    const struct run_row *row;
    const struct run_metric *metric;
    uint32_t at; /* index of the row */
};

struct finding {
    const struct run_row *rows;
    size_t count;
    const uint32_t *watchers; /* or NULL */
    const struct twins_check *check;
    uint32_t *by_id, *by_series, *all; /* forests: the parent of each row */
    struct trace *traces;
    size_t trace_count, trace_capacity;
};

static uint32_t top(uint32_t *parents, uint32_t at)
{
    while (parents[at] != at)
        at = parents[at] = parents[parents[at]];
    return at;
}

static void unite(uint32_t *parents, uint32_t a, uint32_t b)
{
    a = top(parents, a);
    b = top(parents, b);
    if (a < b)
        parents[b] = a;
    else
        parents[a] = b;
}

bool twins_same_series(
    const struct twins_check *check, const struct run_metric *a, const struct run_metric *b)
{
    const struct metric_summary x = run_metric_summary(a), y = run_metric_summary(b);
    enum same_series same = same_series(&x, &y);
    return same == SAME_WHOLE || (same == SAME_PERHAPS && check->points(check->self, a, b));
}

/* ---- by id ---- */

static int compare_ids(const void *a, const void *b, void *rows)
{
    const struct run_row *x = (const struct run_row *)rows + *(const uint32_t *)a;
    const struct run_row *y = (const struct run_row *)rows + *(const uint32_t *)b;
    int order = strcmp(x->label_id, y->label_id);
    return order ? order : x->id < y->id ? -1 : x->id > y->id;
}

/* Both hold a series of one name that begins at one step, with another value. */
static bool contradict(const struct run_row *a, const struct run_row *b)
{
    for (size_t i = 0; i < a->metric_count; i++)
        for (size_t k = 0; k < b->metric_count; k++) {
            const struct run_metric *x = &a->metrics[i], *y = &b->metrics[k];
            if (x->extent->first_step == y->extent->first_step &&
                x->kind->same.key == y->kind->same.key &&
                strcmp(x->kind->name, y->kind->name) == 0 && !metric_value_same(x->first, y->first))
                return true;
        }
    return false;
}

static bool unite_by_id(struct finding *finding)
{
    uint32_t *named = malloc((finding->count + 1) * sizeof *named);
    size_t count = 0;
    for (size_t i = 0; named && i < finding->count; i++) {
        const char *id = finding->rows[i].label_id;
        if (id && strlen(id) >= LEAST_ID_BYTES)
            named[count++] = (uint32_t)i;
    }
    if (count)
        qsort_r(named, count, sizeof *named, compare_ids, (void *)finding->rows);
    for (size_t i = 1; i < count; i++) {
        const struct run_row *a = &finding->rows[named[i - 1]], *b = &finding->rows[named[i]];
        if (strcmp(a->label_id, b->label_id) == 0 && !contradict(a, b))
            unite(finding->by_id, named[i - 1], named[i]);
    }
    bool ok = named != NULL;
    free(named);
    return ok;
}

/* ---- by their losses ---- */

static bool is_loss(enum role role)
{
    return role == ROLE_LOSS || role == ROLE_VAL_LOSS || role == ROLE_PART_LOSS;
}

/* A constant series is no evidence. */
static bool tells(const struct run_metric *metric)
{
    return is_loss(metric->kind->role) && metric->extent->count >= LEAST_POINTS &&
           isfinite(metric->first) && metric->min < metric->max;
}

/* The terms of a loss are asked only of runs without a total. */
static bool add_traces(struct finding *finding, uint32_t at)
{
    const struct run_row *row = &finding->rows[at];
    bool has_total = false;
    for (size_t i = 0; i < row->metric_count; i++)
        has_total |= tells(&row->metrics[i]) && row->metrics[i].kind->role != ROLE_PART_LOSS;
    for (size_t i = 0; i < row->metric_count; i++) {
        const struct run_metric *metric = &row->metrics[i];
        if (!tells(metric) || (has_total && metric->kind->role == ROLE_PART_LOSS))
            continue;
        if (!GROW(finding->traces, finding->trace_capacity, finding->trace_count + 1))
            return false;
        finding->traces[finding->trace_count++] = (struct trace){row, metric, at};
    }
    return true;
}

static int compare_traces(const void *a, const void *b)
{
    const struct trace *x = a, *y = b;
    const struct run_metric *s = x->metric, *t = y->metric;
    int order = strcmp(x->row->root, y->row->root);
    if (order)
        return order;
    if (s->extent->first_step != t->extent->first_step)
        return s->extent->first_step < t->extent->first_step ? -1 : 1;
    if (s->first != t->first)
        return s->first < t->first ? -1 : 1;
    return strcmp(x->row->format, y->row->format);
}

static bool begin_alike(const struct trace *a, const struct trace *b)
{
    return a->metric->extent->first_step == b->metric->extent->first_step &&
           metric_value_same(a->metric->first, b->metric->first) &&
           strcmp(a->row->root, b->row->root) == 0;
}

static bool times_agree(const struct run_metric_extent *a, const struct run_metric_extent *b)
{
    if (fabs(a->first_wall_s - b->first_wall_s) > MOST_APART_S)
        return false; /* false too where one is not known */
    return a->count != b->count || !(fabs(a->last_wall_s - b->last_wall_s) > MOST_APART_S);
}

static bool are_equal(const struct finding *finding, const struct trace *a, const struct trace *b)
{
    const struct run_metric *x = a->metric, *y = b->metric;
    return a->at != b->at && strcmp(a->row->format, b->row->format) != 0 &&
           (x->kind->role == y->kind->role || same_name(&x->kind->same, &y->kind->same)) &&
           times_agree(x->extent, y->extent) && twins_same_series(finding->check, x, y);
}

static bool have_one_format(const struct finding *finding)
{
    for (size_t i = 1; i < finding->count; i++)
        if (strcmp(finding->rows[i].format, finding->rows[0].format) != 0)
            return false;
    return true;
}

static bool unite_by_series(struct finding *finding)
{
    if (have_one_format(finding))
        return true;
    for (size_t i = 0; i < finding->count; i++)
        if (!add_traces(finding, (uint32_t)i))
            return false;
    struct trace *traces = finding->traces;
    if (finding->trace_count)
        qsort(traces, finding->trace_count, sizeof *traces, compare_traces);
    for (size_t from = 0, to; from < finding->trace_count; from = to) {
        bool mixed = false;
        for (to = from + 1; to < finding->trace_count && begin_alike(&traces[to - 1], &traces[to]);
             to++)
            mixed |= strcmp(traces[from].row->format, traces[to].row->format) != 0;
        mixed &= to - from <= MOST_ALIKE;
        for (size_t i = from; mixed && i < to; i++)
            for (size_t k = i + 1; k < to; k++)
                if (are_equal(finding, &traces[i], &traces[k]))
                    unite(finding->by_series, traces[i].at, traces[k].at);
    }
    return true;
}

/* Which row of a class has this format: two that are not one by id make the class ambiguous, and
 * nobody in it is anybody's twin. */
static int compare_classes(const void *a, const void *b, void *context)
{
    struct finding *finding = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    uint32_t class_x = finding->by_series[x], class_y = finding->by_series[y];
    if (class_x != class_y)
        return class_x < class_y ? -1 : 1;
    int order = strcmp(finding->rows[x].format, finding->rows[y].format);
    return order ? order : x < y ? -1 : 1;
}

static bool is_ambiguous(const struct finding *finding, const uint32_t *members, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (strcmp(finding->rows[members[i - 1]].format, finding->rows[members[i]].format) == 0 &&
            finding->by_id[members[i - 1]] != finding->by_id[members[i]])
            return true;
    return false;
}

static bool take_classes(struct finding *finding)
{
    uint32_t *order = malloc((finding->count + 1) * sizeof *order);
    if (!order)
        return false;
    for (uint32_t i = 0; i < finding->count; i++) {
        order[i] = i;
        finding->by_series[i] = top(finding->by_series, i);
        finding->by_id[i] = top(finding->by_id, i);
        unite(finding->all, i, finding->by_id[i]);
    }
    if (finding->count)
        qsort_r(order, finding->count, sizeof *order, compare_classes, finding);
    for (size_t from = 0, to; from < finding->count; from = to) {
        for (to = from + 1; to < finding->count; to++)
            if (finding->by_series[order[to]] != finding->by_series[order[from]])
                break;
        if (is_ambiguous(finding, order + from, to - from))
            continue;
        for (size_t i = from + 1; i < to; i++)
            unite(finding->all, order[from], order[i]);
    }
    free(order);
    return true;
}

/* ---- which of them the others belong to ---- */

static int format_rank(const char *format)
{
    int rank = 0;
    while (readers[rank] && strcmp(readers[rank]->name, format) != 0)
        rank++;
    return rank;
}

static int64_t points_of(const struct run_row *row)
{
    int64_t points = 0;
    for (size_t i = 0; i < row->metric_count; i++)
        points += row->metrics[i].extent->count;
    return points;
}

static bool is_better(const struct run_row *a, const struct run_row *b)
{
    int rank_a = format_rank(a->format), rank_b = format_rank(b->format);
    int64_t points_a = points_of(a), points_b = points_of(b);
    bool one_id = a->label_id && text_same(a->label_id, b->label_id);
    if (!one_id && rank_a != rank_b)
        return rank_a < rank_b;
    if (a->source_count != b->source_count)
        return a->source_count > b->source_count;
    if (points_a != points_b)
        return points_a > points_b;
    return rank_a != rank_b ? rank_a < rank_b : a->id < b->id;
}

static bool has_recorded(const struct finding *finding, uint32_t at, uint32_t other)
{
    return finding->watchers && at != other && finding->watchers[other] == at;
}

static void unite_watched(struct finding *finding)
{
    for (uint32_t i = 0; finding->watchers && i < finding->count; i++)
        unite(finding->all, i, finding->watchers[i]);
}

static enum twins_reason reason_of(const struct finding *finding, uint32_t at, uint32_t owner)
{
    if (owner == at)
        return TWINS_SELF;
    if (has_recorded(finding, owner, at))
        return TWINS_BY_WATCH;
    return finding->by_id[at] == finding->by_id[owner] ? TWINS_BY_ID : TWINS_BY_SERIES;
}

/* Row by row the better one; whoever has recorded another of its class before all of them. */
static void choose_owners(struct finding *finding, struct twins_place *places)
{
    for (uint32_t i = 0; i < finding->count; i++) {
        struct twins_place *place = &places[top(finding->all, i)];
        if (top(finding->all, i) == i)
            place->owner = i;
        else if (is_better(&finding->rows[i], &finding->rows[place->owner]))
            place->owner = i;
    }
    for (uint32_t i = 0; finding->watchers && i < finding->count; i++)
        if (finding->watchers[i] != i)
            places[top(finding->all, i)].owner = finding->watchers[i];
    for (uint32_t i = finding->count ? (uint32_t)finding->count : 0; i-- > 0;) {
        uint32_t owner = places[top(finding->all, i)].owner;
        places[i].reason = reason_of(finding, i, owner);
        if (top(finding->all, i) != i)
            places[i].owner = owner;
    }
}

bool twins_find(const struct run_row *rows, size_t count, const uint32_t *watchers,
    const struct twins_check *check, struct twins_place *places)
{
    uint32_t *parents = malloc((count * 3 + 1) * sizeof *parents);
    struct finding finding = {.rows = rows, .count = count, .watchers = watchers, .check = check};
    if (!parents)
        return false;
    finding.by_id = parents;
    finding.by_series = parents + count;
    finding.all = parents + count * 2;
    for (size_t i = 0; i < count * 3; i++)
        parents[i] = (uint32_t)(i % count);
    bool ok = unite_by_id(&finding) && unite_by_series(&finding) && take_classes(&finding);
    if (ok) {
        unite_watched(&finding);
        choose_owners(&finding, places);
    }
    free(finding.traces);
    free(parents);
    return ok;
}
