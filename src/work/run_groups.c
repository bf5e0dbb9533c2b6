#include "work/run_groups.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/num.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_KEY_BYTES = 1 << 24 };

/* ---- what tells configurations apart ---- */

static const char *last_part(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot[1] ? dot + 1 : name;
}

/* A name or a place of one run, or its seed: no choice of configuration. */
static bool is_of_one_run(const char *name)
{
    static const char *const NAMES[] = {"seed", "name", "run_name", "run_id", "exp_name",
        "experiment_name", "project", "exist_ok", "resume", "output", "save_path", "log_path",
        "timestamp", "start_time", "hostname", "device", "local_rank", "dist_url"};
    const char *last = last_part(name);
    size_t length = strlen(last);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (strcasecmp(last, NAMES[i]) == 0)
            return true;
    return length >= 3 && strcasecmp(last + length - 3, "dir") == 0;
}

static bool is_left_out(const struct runs_grouping *grouping, const char *name)
{
    for (size_t i = 0; i < grouping->but_count; i++)
        if (strcmp(grouping->but[i], name) == 0 || strcmp(grouping->but[i], last_part(name)) == 0)
            return true;
    return is_of_one_run(name);
}

static int compare_params(const void *a, const void *b)
{
    return strcmp(((const struct param *)a)->name, ((const struct param *)b)->name);
}

/* Two values have the same bytes when param_equal() says that they are equal: lists without the
 * blanks between their items. */
static void add_value(struct buf *key, const struct param *param)
{
    char number[32];
    bool quoted = false, is_list = param->text[0] == '[' || param->text[0] == '{';
    buf_add_char(key, (char)('0' + (int)param->kind));
    if (param->kind == PARAM_NUMBER) {
        num_print(param->number, number, sizeof number);
        buf_add_string(key, number);
        return;
    }
    for (const char *at = param->text; *at; at++) {
        quoted ^= *at == '"';
        if (!is_list || quoted || !strchr(" \t\n", *at))
            buf_add_char(key, *at);
    }
}

/* The parameters that count, one behind the other. PARAMS has room for those of RUN. */
static void configuration_key(const struct run_row *run, const struct runs_grouping *grouping,
    struct param *params, struct buf *key)
{
    size_t count = run_settings(run, params);
    if (count)
        qsort(params, count, sizeof *params, compare_params);
    for (size_t i = 0; i < count; i++) {
        if (params[i].kind == PARAM_NULL || is_left_out(grouping, params[i].name))
            continue;
        buf_add(key, params[i].name, strlen(params[i].name) + 1);
        add_value(key, &params[i]);
        buf_add_char(key, '\0');
    }
    if (!key->length) /* nothing is known of it: like no other */
        buf_printf(key, "%lld", (long long)run->id);
}

static void value_key(const struct run_value *value, struct buf *key)
{
    char number[32];
    if (!value->known)
        return;
    if (value->is_number)
        num_print(value->number, number, sizeof number);
    buf_add_string(key, value->is_number ? "#" : "=");
    buf_add_string(key, value->is_number ? number : value->text);
}

/* ---- groups ---- */

/* The names of several have a beginning in common: "exp_seed*". */
static const char *common_label(
    const struct runs *runs, const struct run_group *group, struct arena *arena)
{
    const char *first = runs->rows[group->rows[0]].shown;
    if (group->count == 1)
        return first;
    size_t length = strlen(first);
    for (size_t i = 1; i < group->count; i++) {
        const char *other = runs->rows[group->rows[i]].shown;
        size_t same = 0;
        while (same < length && first[same] == other[same])
            same++;
        length = same;
    }
    while (length && ((unsigned char)first[length] & 0xc0) == 0x80) /* not within a character */
        length--;
    return length ? arena_printf(arena, "%.*s*", (int)length, first)
                  : arena_printf(arena, "%s +%zu", first, group->count - 1);
}

struct grouping {
    const struct runs_grouping *how;
    const struct run_row *baseline;
    double now_s;
    struct arena scratch;
    struct map places; /* key to group */
    struct buf key;
    struct param *params;
};

/* MOST: parameters of any run. */
static bool start(struct grouping *g, size_t most)
{
    g->params = ARENA_ARRAY(&g->scratch, struct param, most);
    map_init(&g->places, &g->scratch);
    buf_init(&g->key, MOST_KEY_BYTES);
    return g->params != NULL;
}

static void stop(struct grouping *g)
{
    map_done(&g->places);
    buf_done(&g->key);
    arena_done(&g->scratch);
}

/* Which group ROW is of: COUNT when of a new one; -1 when memory is out. */
static int64_t place_of(struct grouping *g, const struct run_row *row, size_t count)
{
    buf_clear(&g->key);
    if (g->how->by) {
        struct run_value value = run_value(row, g->how->by, g->baseline, g->now_s);
        value_key(&value, &g->key);
    } else
        configuration_key(row, g->how, g->params, &g->key);
    if (g->key.failed)
        return -1;
    return map_put(&g->places, g->key.data ? g->key.data : "", g->key.length, (int64_t)count, NULL);
}

static const char *label_of(
    struct grouping *g, const struct runs *runs, const struct run_group *group, struct arena *arena)
{
    char text[256];
    const struct run_column *by = g->how->by;
    if (!by)
        return common_label(runs, group, arena);
    struct run_value value = run_value(&runs->rows[group->rows[0]], by, g->baseline, g->now_s);
    run_value_print(&value, by, text, sizeof text);
    return value.known ? arena_printf(arena, "%s=%s", by->title, text)
                       : arena_printf(arena, "no %s", by->title);
}

/* Members of one group lie together: counted first, then put. */
static bool fill(struct grouping *g, const struct runs *runs, const uint32_t *order,
    const uint32_t *places, size_t count, struct arena *arena, struct run_groups *out)
{
    uint32_t *rows = ARENA_ARRAY(arena, uint32_t, count);
    struct run_group *groups = ARENA_ARRAY(arena, struct run_group, out->count);
    if (!rows || !groups)
        return false;
    for (size_t i = 0; i < count; i++)
        groups[places[i]].count++;
    for (size_t i = 0; i < out->count; i++) {
        groups[i].rows = rows;
        rows += groups[i].count;
        groups[i].count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        struct run_group *group = &groups[places[i]];
        ((uint32_t *)group->rows)[group->count++] = order[i];
    }
    for (size_t i = 0; i < out->count; i++)
        if (!(groups[i].label = label_of(g, runs, &groups[i], arena)))
            return false;
    out->groups = groups;
    return true;
}

bool runs_number(const struct runs *runs, const struct runs_grouping *grouping,
    const struct run_row *baseline, double now_s, struct arena *arena, struct run_numbers *out,
    struct err *err)
{
    struct grouping g = {.how = grouping, .baseline = baseline, .now_s = now_s};
    size_t most = 0;
    for (size_t i = 0; i < runs->count; i++)
        most = runs->rows[i].param_count > most ? runs->rows[i].param_count : most;
    uint32_t *of = start(&g, most) ? ARENA_ARRAY(arena, uint32_t, runs->count + 1) : NULL;
    bool ok = of != NULL;
    *out = (struct run_numbers){.of = of};
    for (size_t i = 0; ok && i < runs->count; i++) {
        int64_t place = place_of(&g, &runs->rows[i], out->count);
        ok = place >= 0;
        out->count += ok && (size_t)place == out->count;
        of[i] = ok ? (uint32_t)place : 0;
    }
    stop(&g);
    return ok || err_set(err, ERR_MEMORY, "out of memory for the groups");
}

bool runs_group(const struct runs *runs, const uint32_t *order, size_t count,
    const struct runs_grouping *grouping, const struct run_numbers *numbers,
    const struct run_row *baseline, double now_s, struct arena *arena, struct run_groups *out,
    struct err *err)
{
    struct grouping g = {.how = grouping, .baseline = baseline, .now_s = now_s};
    uint32_t *places = ARENA_ARRAY(&g.scratch, uint32_t, count + 1);
    uint32_t *seen = ARENA_ARRAY(&g.scratch, uint32_t, numbers->count + 1); /* 1 + the group */
    *out = (struct run_groups){0};
    bool ok = places && seen;
    for (size_t i = 0; ok && i < count; i++) {
        uint32_t *group = &seen[numbers->of[order[i]]];
        if (!*group)
            *group = (uint32_t)++out->count;
        places[i] = *group - 1;
    }
    ok = ok && fill(&g, runs, order, places, count, arena, out);
    arena_done(&g.scratch);
    return ok || err_set(err, ERR_MEMORY, "out of memory for the groups");
}

bool runs_number_siblings(const struct run_row *const *rows, size_t count, int32_t *numbers)
{
    struct runs_grouping seeds = {0};
    struct grouping g = {.how = &seeds};
    size_t most = 0, groups = 0;
    for (size_t i = 0; i < count; i++)
        most = rows[i]->param_count > most ? rows[i]->param_count : most;
    bool ok = start(&g, most);
    size_t *sizes = ok ? ARENA_ARRAY(&g.scratch, size_t, count + 1) : NULL;
    ok = sizes != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        int64_t place = place_of(&g, rows[i], groups);
        ok = place >= 0;
        numbers[i] = ok ? (int32_t)place : 0;
        groups += ok && (size_t)place == groups;
        sizes[ok ? place : 0]++;
    }
    int32_t last = 0; /* those of one run have no number, the others close the ranks */
    for (size_t i = 0; ok && i < groups; i++)
        sizes[i] = sizes[i] > 1 ? (size_t)++last : 0;
    for (size_t i = 0; i < count; i++)
        numbers[i] = ok ? (int32_t)sizes[numbers[i]] : 0;
    stop(&g);
    return ok;
}

bool runs_parse_grouping(const struct runs *runs, struct arena *arena, const char *text,
    struct runs_grouping *out, struct err *err)
{
    *out = (struct runs_grouping){0};
    if (!*text || strcmp(text, "seed") == 0)
        return true;
    if (*text != '!') {
        struct run_column *by = ARENA_NEW(arena, struct run_column);
        out->by = by;
        return by ? runs_parse_column(runs, arena, text, by, err)
                  : err_set(err, ERR_MEMORY, "out of memory");
    }
    const char **but = ARENA_ARRAY(arena, const char *, strlen(text));
    for (const char *at = text; but && *at; at += *at == ',') {
        size_t length = strcspn(at, ",");
        if (*at != '!' || length < 2)
            return err_set(err, ERR_USAGE, "\"!a,!b\" groups what differs in a and b only");
        if (!(but[out->but_count++] = arena_copy(arena, at + 1, length - 1)))
            return err_set(err, ERR_MEMORY, "out of memory");
        at += length;
    }
    out->but = but;
    return but || err_set(err, ERR_MEMORY, "out of memory");
}

/* ---- what groups show ---- */

struct run_spread run_group_spread(const struct runs *runs, const struct run_group *group,
    const struct run_column *column, const struct run_row *baseline, double now_s)
{
    struct run_spread spread = {0, NAN, NAN};
    double mean = 0, squares = 0; /* Welford's recurrence */
    for (size_t i = 0; i < group->count; i++) {
        struct run_value value = run_value(&runs->rows[group->rows[i]], column, baseline, now_s);
        if (!value.known || !value.is_number || !isfinite(value.number))
            continue;
        double off = value.number - mean;
        mean += off / (double)++spread.n;
        squares += off * (value.number - mean);
    }
    if (spread.n)
        spread.mean = mean;
    if (spread.n > 1)
        spread.std = sqrt(squares / (double)(spread.n - 1));
    return spread;
}

/* Of times the mean says nothing: the least of them, without a deviation. */
static struct run_value least(const struct runs *runs, const struct run_group *group,
    const struct run_column *column, const struct run_row *baseline, double now_s,
    struct run_spread *spread)
{
    struct run_value least = {0};
    spread->std = NAN;
    for (size_t i = 0; i < group->count; i++) {
        struct run_value value = run_value(&runs->rows[group->rows[i]], column, baseline, now_s);
        if (value.known && (!least.known || value.number < least.number))
            least = value;
    }
    return least;
}

struct run_value run_group_value(const struct runs *runs, const struct run_group *group,
    const struct run_column *column, const struct run_row *baseline, double now_s,
    struct run_spread *spread)
{
    *spread = run_group_spread(runs, group, column, baseline, now_s);
    if (column->kind == RUN_COLUMN_NAME)
        return (struct run_value){.known = true, .text = group->label};
    if (column->kind == RUN_COLUMN_AGE || column->kind == RUN_COLUMN_STARTED)
        return least(runs, group, column, baseline, now_s, spread);
    struct run_value first = run_value(&runs->rows[group->rows[0]], column, baseline, now_s);
    if (spread->n == group->count && (spread->n == 1 || spread->std == 0))
        return first; /* as it was written */
    if (spread->n)
        return (struct run_value){.known = true, .is_number = true, .number = spread->mean};
    for (size_t i = 1; i < group->count; i++) {
        struct run_value other = run_value(&runs->rows[group->rows[i]], column, baseline, now_s);
        if (!other.text || !first.text || strcmp(other.text, first.text) != 0)
            return (struct run_value){0};
    }
    return first;
}

void run_group_print(const struct run_value *value, const struct run_spread *spread,
    const struct run_column *column, const char *between, char *out, size_t out_bytes)
{
    bool is_time = column->kind == RUN_COLUMN_DURATION;
    bool is_fraction = column->better == BETTER_HIGHER && fabs(value->number) <= 1;
    struct run_value std = {.known = true, .is_number = true, .number = spread->std};
    run_value_print(value, column, out, out_bytes);
    size_t length = strlen(out), tail = strlen(between);
    if (!(spread->n > 1 && spread->std > 0) || length + tail >= out_bytes)
        return;
    memcpy(out + length, between, tail + 1);
    char *at = out + length + tail;
    size_t room = out_bytes - length - tail;
    if (is_time)
        run_value_print(&std, column, at, room);
    else if (is_fraction) /* to the digit of the mean */
        snprintf(at, room, "%.4f", spread->std);
    else
        num_print_short(spread->std, 2, at, room);
}

static int badness(const struct run_row *run)
{
    static const int WORSE[] = {[RUN_FINISHED] = 0,
        [RUN_UNKNOWN] = 1,
        [RUN_RUNNING] = 2,
        [RUN_STALLED] = 3,
        [RUN_FAILED] = 4};
    return run->loss_lost ? 5 : WORSE[run->status];
}

const struct run_row *run_group_worst(const struct runs *runs, const struct run_group *group)
{
    const struct run_row *worst = &runs->rows[group->rows[0]];
    for (size_t i = 1; i < group->count; i++)
        if (badness(&runs->rows[group->rows[i]]) > badness(worst))
            worst = &runs->rows[group->rows[i]];
    return worst;
}

void run_group_print_status(
    const struct runs *runs, const struct run_group *group, char *out, size_t out_bytes)
{
    const struct run_row *worst = run_group_worst(runs, group);
    const char *name = worst->loss_lost ? "NaN" : run_status_name(worst->status);
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++)
        count += badness(&runs->rows[group->rows[i]]) == badness(worst);
    if (count == group->count)
        snprintf(out, out_bytes, "%s", name);
    else
        snprintf(out, out_bytes, "%zu of %zu %s", count, group->count, name);
}

/* ---- order and lines ---- */

struct sorting {
    const struct run_key *keys;
    size_t key_count;
    const struct run_value *values;
};

static int compare_groups(const void *a, const void *b, void *context)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    const struct sorting *sorting = context;
    for (size_t k = 0; k < sorting->key_count; k++) {
        int order = run_value_compare(&sorting->values[x * sorting->key_count + k],
            &sorting->values[y * sorting->key_count + k], sorting->keys[k].descending);
        if (order)
            return order;
    }
    return x < y ? -1 : x > y;
}

bool run_groups_sort(const struct runs *runs, struct run_groups *groups, const struct run_key *keys,
    size_t key_count, const struct run_row *baseline, double now_s)
{
    struct run_value *values = calloc(groups->count * key_count + 1, sizeof *values);
    struct run_group *sorted = calloc(groups->count + 1, sizeof *sorted);
    size_t *order = calloc(groups->count + 1, sizeof *order);
    bool ok = values && sorted && order;
    struct run_spread spread;
    for (size_t i = 0; ok && i < groups->count; i++) {
        order[i] = i;
        for (size_t k = 0; k < key_count; k++)
            values[i * key_count + k] = run_group_value(
                runs, &groups->groups[i], &keys[k].column, baseline, now_s, &spread);
    }
    struct sorting sorting = {keys, key_count, values};
    if (ok && groups->count) {
        qsort_r(order, groups->count, sizeof *order, compare_groups, &sorting);
        for (size_t i = 0; i < groups->count; i++)
            sorted[i] = groups->groups[order[i]];
        memcpy(groups->groups, sorted, groups->count * sizeof *sorted);
    }
    free(values);
    free(sorted);
    free(order);
    return ok;
}

size_t run_groups_lines(const struct run_groups *groups, const bool *open, struct run_line *out)
{
    size_t count = 0;
    for (size_t i = 0; i < groups->count; i++) {
        const struct run_group *group = &groups->groups[i];
        out[count++] = (struct run_line){.group = (uint32_t)i, .is_head = true};
        for (size_t m = 0; open && open[i] && m < group->count; m++)
            out[count++] = (struct run_line){.group = (uint32_t)i, .row = group->rows[m]};
    }
    return count;
}
