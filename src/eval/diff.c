#include "eval/diff.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Values that agree to what a float carries (24 bits) are the same: a script that logs lr as a float
 * and one that logs it as a double mean one number. */
static const double FLOAT_NOISE = 1.2e-7;

/* A name of the union, and the same with a separator that sorts before every letter, so that
 * "a.b" stands with "a.c" and not behind "a-x". */
struct name {
    const char *name, *sorting;
};

struct names {
    struct name *items;
    size_t count;
};

/* What the union of names needs of a list: its names in order. */
struct list {
    const char *(*name_at)(const void *items, size_t i);
    const void *items;
    size_t count;
};

static const char *param_name(const void *items, size_t i)
{
    return ((const struct param *)items)[i].name;
}

static const char *value_name(const void *items, size_t i)
{
    return ((const struct diff_value *)items)[i].name;
}

static int compare_strings(const void *left, const void *right)
{
    return strcmp(((const struct name *)left)->name, ((const struct name *)right)->name);
}

static int compare_names(const void *left, const void *right)
{
    const struct name *a = left, *b = right;
    int order = text_compare_natural(a->sorting, b->sorting);
    return order ? order : strcmp(a->name, b->name);
}

/* The distinct names of all lists, in natural order. */
static bool unite(
    const struct list *lists, size_t list_count, struct arena *arena, struct names *names)
{
    size_t all = 0, kept = 0;
    for (size_t l = 0; l < list_count; l++)
        all += lists[l].count;
    names->items = ARENA_ARRAY(arena, struct name, all + 1);
    if (!names->items)
        return false;
    all = 0;
    for (size_t l = 0; l < list_count; l++)
        for (size_t i = 0; i < lists[l].count; i++)
            names->items[all++].name = lists[l].name_at(lists[l].items, i);
    qsort(names->items, all, sizeof *names->items, compare_strings);
    for (size_t i = 0; i < all; i++) {
        struct name *name = &names->items[kept];
        if (kept && strcmp(names->items[kept - 1].name, names->items[i].name) == 0)
            continue;
        char *sorting = arena_string(arena, names->items[i].name);
        if (!sorting)
            return false;
        for (char *at = sorting; *at; at++)
            if (*at == '.')
                *at = '\x01';
        *name = (struct name){names->items[i].name, sorting};
        kept++;
    }
    names->count = kept;
    qsort(names->items, kept, sizeof *names->items, compare_names);
    return true;
}

/* The last entry called NAME, or -1. */
static int64_t find(const struct list *list, const char *name)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(list->name_at(list->items, middle), name) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low || strcmp(list->name_at(list->items, low - 1), name) != 0)
        return -1;
    return (int64_t)low - 1;
}

/* Values of two types that mean the same: a file says 0.1, another "0.1". */
static bool is_same_spelling(const struct param *a, const struct param *b)
{
    const struct param *text = a->kind == PARAM_TEXT ? a : b, *other = text == a ? b : a;
    if (text->kind != PARAM_TEXT || (other->kind != PARAM_NUMBER && other->kind != PARAM_BOOL))
        return false;
    struct param meant = param_from_text(text->name, text->text);
    return param_equal(&meant, other);
}

static void judge_param(struct diff_param *row, size_t count)
{
    for (size_t r = 1; r < count && !row->differs; r++) {
        const struct param *a = row->values[0], *b = row->values[r];
        if (!a != !b)
            row->differs = true;
        else if (a && !param_equal(a, b)) {
            row->types_differ |= is_same_spelling(a, b);
            row->differs = !is_same_spelling(a, b);
        }
    }
    row->types_differ &= !row->differs;
}

/* ---- items of lists ---- */

/* 64 runs of 64 items take some 160 KB a list; more runs than one sees beside another are not split. */
enum { MOST_ITEMS = 64, MOST_SPLIT_RUNS = 64 };

/* The items of a list in JSON's spelling, as parameters without a name; -1 when TEXT is none, or
 * longer than MOST_ITEMS, or memory is out: then it is compared as a whole. */
static int split_list(const char *text, struct arena *arena, struct param *items)
{
    int count = 0, depth = 0;
    bool quoted = false;
    const char *from = text + 1;
    if (*text != '[')
        return -1;
    for (const char *at = from; *at; at++) {
        if (quoted) {
            at += *at == '\\' && at[1];
            quoted = *at != '"';
            continue;
        }
        quoted = *at == '"';
        bool ends = depth == 0 && (*at == ',' || *at == ']');
        if (ends && (*at == ',' || at > from || count)) {
            while (*from == ' ')
                from++;
            const char *item = count < MOST_ITEMS ? arena_copy(arena, from, (size_t)(at - from)) : NULL;
            if (!item)
                return -1;
            items[count++] = param_from_text("", item);
            from = at + 1;
        }
        if (ends && *at == ']')
            return at[1] ? -1 : count;
        depth += (*at == '[' || *at == '{') - (*at == ']' || *at == '}');
    }
    return -1;
}

struct split {
    struct param items[MOST_ITEMS];
    int count;
};

/* Item I of each of the lists, as a row of its own; false when memory is out. */
static bool fill_element(
    struct diff_param *row, const struct split *lists, size_t count, int i, struct arena *arena)
{
    const struct param **values = ARENA_ARRAY(arena, const struct param *, count);
    const char *name = arena_printf(arena, "[%d]", i);
    if (!values || !name)
        return false;
    for (size_t r = 0; r < count; r++)
        values[r] = i < lists[r].count ? &lists[r].items[i] : NULL;
    *row = (struct diff_param){.name = name, .values = values};
    judge_param(row, count);
    return true;
}

/* Fills `elements` where that tells more than the lists do. False when memory is out. */
static bool compare_items(struct diff_param *row, size_t count, struct arena *arena)
{
    int longest = 0, kept = 0;
    if (count > MOST_SPLIT_RUNS)
        return true;
    for (size_t r = 0; r < count; r++)
        if (!row->values[r] || row->values[r]->kind != PARAM_TEXT || *row->values[r]->text != '[')
            return true;
    struct split *lists = ARENA_ARRAY(arena, struct split, count);
    struct diff_param *elements = ARENA_ARRAY(arena, struct diff_param, DIFF_MOST_ELEMENTS);
    if (!lists || !elements)
        return false;
    for (size_t r = 0; r < count; r++) {
        lists[r].count = split_list(row->values[r]->text, arena, lists[r].items);
        if (lists[r].count < 0)
            return true;
        longest = lists[r].count > longest ? lists[r].count : longest;
    }
    for (int i = 0; i < longest; i++) {
        struct diff_param element;
        if (!fill_element(&element, lists, count, i, arena))
            return false;
        if (!element.differs)
            continue;
        if (kept == DIFF_MOST_ELEMENTS)
            return true;
        elements[kept++] = element;
    }
    if (kept == longest)
        return true;
    row->elements = elements;
    row->element_count = (size_t)kept;
    return true;
}

bool diff_params(const struct diff_run *runs, size_t run_count, bool all, struct arena *arena,
    struct diff_params *out, struct err *err)
{
    struct names names;
    *out = (struct diff_params){0};
    struct list *lists = ARENA_ARRAY(arena, struct list, run_count + 1);
    for (size_t r = 0; lists && r < run_count; r++)
        lists[r] = (struct list){param_name, runs[r].params, runs[r].count};
    if (!lists || !unite(lists, run_count, arena, &names))
        return err_set(err, ERR_MEMORY, "out of memory while comparing parameters");
    out->rows = ARENA_ARRAY(arena, struct diff_param, names.count + 1);
    const struct param **values = NULL;
    size_t done = 0;
    for (; out->rows && done < names.count; done++) {
        const char *name = names.items[done].name;
        if (!values && !(values = ARENA_ARRAY(arena, const struct param *, run_count + 1)))
            break;
        for (size_t r = 0; r < run_count; r++) {
            int64_t at = find(&lists[r], name);
            values[r] = at < 0 ? NULL : &runs[r].params[at];
        }
        struct diff_param row = {.name = name, .values = values};
        judge_param(&row, run_count);
        if (row.differs && !compare_items(&row, run_count, arena))
            break;
        out->differ_count += row.differs;
        out->same_count += !row.differs;
        if (!row.differs && !row.types_differ && !all)
            continue;
        out->rows[out->count++] = row;
        values = NULL;
    }
    if (!out->rows || done < names.count)
        return err_set(err, ERR_MEMORY, "out of memory while comparing parameters");
    return true;
}

enum diff_verdict diff_judge(double baseline, double value, enum better better)
{
    if (isnan(baseline) || isnan(value))
        return DIFF_UNKNOWN;
    if (value == baseline)
        return DIFF_SAME;
    if (better == BETTER_NEITHER)
        return DIFF_CHANGED;
    return (value > baseline) == (better == BETTER_HIGHER) ? DIFF_BETTER : DIFF_WORSE;
}

static bool fill_metric(struct diff_metric *row, const struct list *lists, size_t run_count,
    size_t baseline, struct arena *arena)
{
    row->values = ARENA_ARRAY(arena, const struct diff_value *, run_count + 1);
    row->deltas = ARENA_ARRAY(arena, double, run_count + 1);
    row->verdicts = ARENA_ARRAY(arena, enum diff_verdict, run_count + 1);
    if (!row->values || !row->deltas || !row->verdicts)
        return false;
    row->better = BETTER_NEITHER;
    for (size_t r = run_count; r-- > 0;) {
        int64_t at = find(&lists[r], row->name);
        row->values[r] = at < 0 ? NULL : (const struct diff_value *)lists[r].items + at;
        if (row->values[r])
            row->better = role_info(row->values[r]->role)->better;
    }
    double base =
        baseline < run_count && row->values[baseline] ? row->values[baseline]->value : NAN;
    for (size_t r = 0; r < run_count; r++) {
        double value = row->values[r] && r != baseline ? row->values[r]->value : NAN;
        if (fabs(value - base) <= FLOAT_NOISE * fabs(base))
            value = base;
        row->deltas[r] = value - base;
        row->verdicts[r] = diff_judge(base, value, row->better);
    }
    return true;
}

bool diff_metrics(const struct diff_metrics_run *runs, size_t run_count, size_t baseline,
    struct arena *arena, struct diff_metrics *out, struct err *err)
{
    struct names names;
    *out = (struct diff_metrics){0};
    struct list *lists = ARENA_ARRAY(arena, struct list, run_count + 1);
    for (size_t r = 0; lists && r < run_count; r++)
        lists[r] = (struct list){value_name, runs[r].values, runs[r].count};
    if (!lists || !unite(lists, run_count, arena, &names))
        return err_set(err, ERR_MEMORY, "out of memory while comparing metrics");
    out->rows = ARENA_ARRAY(arena, struct diff_metric, names.count + 1);
    for (; out->rows && out->count < names.count; out->count++) {
        out->rows[out->count].name = names.items[out->count].name;
        if (!fill_metric(&out->rows[out->count], lists, run_count, baseline, arena))
            break;
    }
    if (!out->rows || out->count < names.count)
        return err_set(err, ERR_MEMORY, "out of memory while comparing metrics");
    return true;
}
