/*
 * Columns of the runs table: which there are, what a cell is worth and how it is written.
 * Knows: rows, roles, parameters. Must not know: SQLite, widths, colours.
 */
#include "work/runs.h"

#include "base/grow.h"
#include "base/map.h"
#include "base/num.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Which roles the table shows by itself, in this order, where any run has them. */
static const struct {
    enum run_column_kind kind;
    enum role role;
    const char *title;
} SHOWN[] = {
    {RUN_COLUMN_BEST, ROLE_AP, "AP"},
    {RUN_COLUMN_BEST_STEP, ROLE_AP, "@"},
    {RUN_COLUMN_BEST, ROLE_ULTRALYTICS_AP, "AP (Ultralytics)"},
    {RUN_COLUMN_SPARK, ROLE_AP, "AP~"},
    {RUN_COLUMN_BEST, ROLE_MASK_AP, "mask AP"},
    {RUN_COLUMN_BEST, ROLE_KEYPOINT_AP, "keypoint AP"},
    {RUN_COLUMN_BEST, ROLE_VOC_AP, "mAP .50"},
    {RUN_COLUMN_BEST, ROLE_AP50, "AP50"},
    {RUN_COLUMN_BEST, ROLE_ULTRALYTICS_AP50, "AP50 (Ultralytics)"},
    {RUN_COLUMN_BEST, ROLE_F1, "F1"},
    {RUN_COLUMN_BEST, ROLE_ACCURACY, "accuracy"},
    {RUN_COLUMN_LAST, ROLE_LOSS, "loss"},
    {RUN_COLUMN_SPARK, ROLE_LOSS, "loss~"},
    {RUN_COLUMN_LAST, ROLE_VAL_LOSS, "val loss"},
    {RUN_COLUMN_LAST, ROLE_TIME_PER_IMAGE, "ms/img"},
};

static bool has_column(const struct run_row *run, enum run_column_kind kind, enum role role)
{
    if (kind == RUN_COLUMN_SPARK)
        return (role == ROLE_LOSS ? run->loss_spark.count : run->ap_spark.count) > 0;
    return run->by_role[role] != NULL;
}

static bool any_has(const struct runs *runs, enum run_column_kind kind, enum role role)
{
    for (size_t i = 0; i < runs->count; i++)
        if (has_column(&runs->rows[i], kind, role))
            return true;
    return false;
}

static struct run_column role_column(enum run_column_kind kind, enum role role, const char *title)
{
    return (struct run_column){.kind = kind,
        .title = title,
        .role = role,
        .better = kind == RUN_COLUMN_BEST_STEP ? BETTER_NEITHER : role_info(role)->better};
}

/* ---- parameters that differ ---- */

struct spread {
    const char *name;
    struct param sample;
    size_t runs; /* that have it */
    bool differs;
    bool noise; /* a name or a place rather than a choice */
};

static bool is_noise(const char *name)
{
    static const char *const NOISE[] = {"save_dir", "name", "project", "exist_ok", "output_dir",
        "log_dir", "logdir", "work_dir", "run_name", "OUTPUT_DIR", "data", "resume", "weights"};
    const char *last = strrchr(name, '.');
    last = last ? last + 1 : name;
    for (size_t i = 0; i < sizeof NOISE / sizeof *NOISE; i++)
        if (strcasecmp(last, NOISE[i]) == 0)
            return true;
    return false;
}

static int compare_spreads(const void *a, const void *b)
{
    const struct spread *x = a, *y = b;
    if (x->noise != y->noise)
        return x->noise ? 1 : -1;
    if (x->runs != y->runs)
        return x->runs > y->runs ? -1 : 1;
    return text_compare_natural(x->name, y->name);
}

struct spreads {
    struct map places; /* name to index */
    struct spread *items;
    size_t count, capacity;
};

/* False when memory is out: the table then has fewer columns. */
static bool add_spread(struct spreads *spreads, const struct param *param)
{
    if (!GROW(spreads->items, spreads->capacity, spreads->count + 1))
        return false;
    int64_t at =
        map_put(&spreads->places, param->name, strlen(param->name), (int64_t)spreads->count, NULL);
    if (at < 0)
        return false;
    struct spread *spread = &spreads->items[at];
    if ((size_t)at == spreads->count) {
        *spread =
            (struct spread){.name = param->name, .sample = *param, .noise = is_noise(param->name)};
        spreads->count++;
    }
    spread->runs++;
    spread->differs |= !param_equal(&spread->sample, param);
    return true;
}

/* Everything differing that a table can show, what it shows first in front. */
static void find_spreads(const struct runs *runs, struct arena *scratch, struct spreads *spreads)
{
    size_t most = 0, kept = 0;
    for (size_t i = 0; i < runs->count; i++)
        most = runs->rows[i].param_count > most ? runs->rows[i].param_count : most;
    struct param *params = ARENA_ARRAY(scratch, struct param, most);
    bool ok = params != NULL;
    *spreads = (struct spreads){0};
    map_init(&spreads->places, scratch);
    for (size_t i = 0; ok && i < runs->count; i++) {
        size_t count = run_settings(&runs->rows[i], params);
        for (size_t p = 0; ok && p < count; p++)
            ok = add_spread(spreads, &params[p]);
    }
    map_done(&spreads->places);
    for (size_t i = 0; i < spreads->count; i++)
        if (spreads->items[i].differs || spreads->items[i].runs < runs->count)
            spreads->items[kept++] = spreads->items[i];
    if (kept)
        qsort(spreads->items, kept, sizeof *spreads->items, compare_spreads);
    spreads->count = kept;
}

/* "optimizer.lr" as "lr" when that says enough. */
static const char *short_title(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot[1] ? dot + 1 : name;
}

static const struct run_column FIRST[] = {
    {.kind = RUN_COLUMN_NAME, .title = "run"},
    {.kind = RUN_COLUMN_STATUS, .title = "status"},
    {.kind = RUN_COLUMN_AGE, .title = "age"},
};

bool runs_find_columns(struct runs *runs)
{
    struct run_column *out = ARENA_ARRAY(&runs->arena, struct run_column, RUNS_MOST_COLUMNS);
    size_t count = 0;
    if (!out)
        return false;
    for (size_t i = 0; i < sizeof FIRST / sizeof *FIRST; i++)
        out[count++] = FIRST[i];
    for (size_t i = 0; i < sizeof SHOWN / sizeof *SHOWN; i++)
        if (any_has(runs, SHOWN[i].kind, SHOWN[i].role))
            out[count++] = role_column(SHOWN[i].kind, SHOWN[i].role, SHOWN[i].title);
    struct arena scratch = {0};
    struct spreads spreads;
    find_spreads(runs, &scratch, &spreads);
    for (size_t i = 0; i < spreads.count && count < RUNS_MOST_COLUMNS; i++)
        out[count++] = (struct run_column){.kind = RUN_COLUMN_PARAM,
            .title = short_title(spreads.items[i].name),
            .name = spreads.items[i].name};
    free(spreads.items);
    arena_done(&scratch);
    runs->columns = out;
    runs->column_count = count;
    return true;
}

/* ---- columns by name ---- */

/* Letter case does not matter, and "_" may stand for the blanks of "mask AP". */
static bool is_role_name(const char *name, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = text[i] == '_' ? ' ' : text[i];
        if (!name[i] || tolower((unsigned char)c) != tolower((unsigned char)name[i]))
            return false;
    }
    return !name[length];
}

static enum role role_named(const char *text, size_t length)
{
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
        if (is_role_name(role_info((enum role)role)->name, text, length))
            return (enum role)role;
    return ROLE_NONE;
}

/* What may stand behind, or before, the name of a quantity, and what it makes of it. */
static const struct {
    const char *before, *behind;
    enum run_column_kind kind;
} FORMS[] = {
    {"", "", RUN_COLUMN_BEST}, /* or the last, where that is what is shown of the quantity */
    {"", "@", RUN_COLUMN_BEST_STEP},
    {"", "~", RUN_COLUMN_SPARK},
    {"", ".last", RUN_COLUMN_LAST},
    {"", ".best", RUN_COLUMN_BEST},
    {"d", "", RUN_COLUMN_DELTA},
};

static bool parse_role_column(struct arena *arena, const char *text, struct run_column *out)
{
    static const char ALL[] = ".all";
    size_t length = strlen(text), all = sizeof ALL - 1;
    const char *title = arena_string(arena, text);
    bool all_segments = length > all && strcmp(text + length - all, ALL) == 0;
    if (all_segments)
        length -= all;
    for (size_t i = 0; title && i < sizeof FORMS / sizeof *FORMS; i++) {
        size_t before = strlen(FORMS[i].before), behind = strlen(FORMS[i].behind);
        if (length <= before + behind || strncmp(text, FORMS[i].before, before) != 0 ||
            strncmp(text + length - behind, FORMS[i].behind, behind) != 0)
            continue;
        enum role role = role_named(text + before, length - before - behind);
        if (role == ROLE_NONE)
            continue;
        bool shows_last = i == 0 && !run_role_shows_best(role) && !all_segments;
        *out = role_column(shows_last ? RUN_COLUMN_LAST : FORMS[i].kind, role, title);
        out->all_segments = all_segments;
        return true;
    }
    return false;
}

static bool has_metric(const struct runs *runs, const char *name)
{
    for (size_t i = 0; i < runs->count; i++)
        if (run_metric(&runs->rows[i], name))
            return true;
    return false;
}

static bool has_quantity(const struct runs *runs, const char *name)
{
    for (size_t i = 0; i < runs->count; i++)
        for (size_t s = 0; s < runs->rows[i].setting_count; s++)
            if (strcmp(runs->rows[i].settings[s].quantity, name) == 0)
                return true;
    return false;
}

/* The quantity or the parameter called TEXT, else the parameter whose last dotted part it is,
 * unless two end with it. */
static const char *param_named(const struct runs *runs, const char *text, bool *ambiguous)
{
    const char *by_end = NULL;
    *ambiguous = false;
    if (has_quantity(runs, text))
        return text;
    for (size_t i = 0; i < runs->count; i++)
        for (size_t p = 0; p < runs->rows[i].param_count; p++) {
            const char *name = runs->rows[i].params[p].name;
            if (strcmp(name, text) == 0) {
                *ambiguous = false;
                return name;
            }
            if (strcmp(short_title(name), text) != 0)
                continue;
            *ambiguous |= by_end && strcmp(by_end, name) != 0;
            by_end = name;
        }
    return *ambiguous ? NULL : by_end;
}

bool runs_parse_column(const struct runs *runs, struct arena *arena, const char *text,
    struct run_column *out, struct err *err)
{
    static const struct {
        const char *name;
        enum run_column_kind kind;
    } PLAIN[] = {{"name", RUN_COLUMN_NAME}, {"run", RUN_COLUMN_NAME}, {"path", RUN_COLUMN_PATH},
        {"title", RUN_COLUMN_TITLE}, {"id", RUN_COLUMN_ID}, {"status", RUN_COLUMN_STATUS},
        {"age", RUN_COLUMN_AGE}, {"duration", RUN_COLUMN_DURATION}, {"format", RUN_COLUMN_FORMAT},
        {"notes", RUN_COLUMN_NOTES}, {"nan", RUN_COLUMN_NAN},
        {"truth", RUN_COLUMN_DATASET}, {"tag", RUN_COLUMN_TAGS}, {"note", RUN_COLUMN_REMARK}};
    for (size_t i = 0; i < sizeof PLAIN / sizeof *PLAIN; i++)
        if (strcmp(text, PLAIN[i].name) == 0) {
            *out = (struct run_column){.kind = PLAIN[i].kind, .title = PLAIN[i].name};
            return true;
        }
    if (has_metric(runs, text)) {
        enum role role = role_match(text).role;
        const char *name = arena_string(arena, text);
        *out = (struct run_column){.kind = RUN_COLUMN_METRIC,
            .title = name,
            .role = role,
            .name = name,
            .better = role_info(role)->better};
        return name || err_set(err, ERR_MEMORY, "out of memory");
    }
    bool ambiguous;
    const char *param = param_named(runs, text, &ambiguous);
    struct run_column quantity;
    bool is_role = parse_role_column(arena, text, &quantity);
    /* "lr" is the parameter, where there is one, rather than the learning rate that was logged. */
    if (is_role &&
        (!param || quantity.better != BETTER_NEITHER || quantity.kind == RUN_COLUMN_BEST_STEP)) {
        *out = quantity;
        return true;
    }
    if (ambiguous)
        return err_set(err, ERR_USAGE,
            "several parameters end with \"%.60s\": give the whole name of one", text);
    if (!param)
        return err_set(err, ERR_USAGE,
            "no column \"%.60s\": name a parameter, a metric, a quantity such as AP or loss, or "
            "name, path, title, id, status, age, duration, format, tag, note, notes, nan, truth",
            text);
    const char *name = arena_string(arena, param);
    *out = (struct run_column){
        .kind = RUN_COLUMN_PARAM, .title = name ? short_title(name) : "", .name = name};
    return name || err_set(err, ERR_MEMORY, "out of memory");
}

/* ---- values ---- */

static struct run_value number(double value)
{
    return (struct run_value){.known = true, .is_number = true, .number = value};
}

static struct run_value text(const char *value)
{
    return (struct run_value){.known = value != NULL, .text = value};
}

static struct run_value param_value(const struct param *param)
{
    if (!param || param->kind == PARAM_NULL)
        return (struct run_value){0};
    if (param->kind == PARAM_NUMBER)
        return (struct run_value){
            .known = true, .is_number = true, .number = param->number, .text = param->text};
    return text(param->text);
}

static struct run_value undefined(void)
{
    return (struct run_value){.undefined = true};
}

static struct run_value role_value(const struct run_row *run, const struct run_column *column)
{
    const struct run_metric *metric = run->by_role[column->role];
    int64_t step;
    if (!metric)
        return (struct run_value){0};
    if (column->kind == RUN_COLUMN_LAST)
        return run_is_undefined(column->role, metric->summary.last)
                   ? undefined()
                   : number(run_role_last(run, column->role));
    double best = run_role_best(run, column->role, column->all_segments, &step);
    if (column->kind == RUN_COLUMN_BEST_STEP)
        return isnan(best) ? (struct run_value){0} : number((double)step);
    if (!isnan(best) || metric->summary.nonfinite)
        return number(best);
    return undefined(); /* every value is -1 */
}

static struct run_value delta_value(
    const struct run_row *run, const struct run_column *column, const struct run_row *baseline)
{
    if (!baseline || baseline == run || !run_compares(run, baseline, column->role))
        return (struct run_value){0};
    double delta = run_role_best(run, column->role, column->all_segments, NULL) -
                   run_role_best(baseline, column->role, column->all_segments, NULL);
    return isnan(delta) ? (struct run_value){0} : number(delta);
}

static struct run_value metric_value(const struct run_row *run, const char *name)
{
    const struct run_metric *metric = run_metric(run, name);
    if (!metric)
        return (struct run_value){0};
    return run_is_undefined(metric->role, metric->summary.last) ? undefined()
                                                                : number(metric->summary.last);
}

struct run_value run_value(const struct run_row *run, const struct run_column *column,
    const struct run_row *baseline, double now_s)
{
    switch (column->kind) {
    case RUN_COLUMN_NAME:
        return text(run->shown ? run->shown : run->name);
    case RUN_COLUMN_PATH:
        return text(run->name);
    case RUN_COLUMN_TITLE:
        return text(run->title);
    case RUN_COLUMN_ID:
        return text(run->label_id);
    case RUN_COLUMN_STATUS:
        return text(run_status_name(run->status));
    case RUN_COLUMN_AGE:
        return isnan(run->ended_s) ? (struct run_value){0} : number(now_s - run->ended_s);
    case RUN_COLUMN_DURATION:
        return isnan(run->ended_s - run->started_s) ? (struct run_value){0}
                                                    : number(run->ended_s - run->started_s);
    case RUN_COLUMN_FORMAT:
        return text(run->format);
    case RUN_COLUMN_NOTES:
        return number((double)run->note_count);
    case RUN_COLUMN_NAN:
        return run->loss_lost ? number((double)run->lost_step) : (struct run_value){0};
    case RUN_COLUMN_BEST:
    case RUN_COLUMN_BEST_STEP:
    case RUN_COLUMN_LAST:
    case RUN_COLUMN_SPARK:
        return role_value(run, column);
    case RUN_COLUMN_DELTA:
        return delta_value(run, column, baseline);
    case RUN_COLUMN_DATASET:
        return text(run->dataset_label);
    case RUN_COLUMN_METRIC:
        return metric_value(run, column->name);
    case RUN_COLUMN_PARAM:
        return param_value(run_setting(run, column->name));
    case RUN_COLUMN_TAGS:
        return text(run->tags);
    case RUN_COLUMN_REMARK:
        return text(run->note);
    }
    return (struct run_value){0};
}

static void print_age(double seconds, char *out, size_t out_bytes)
{
    static const struct {
        double seconds;
        const char *unit;
    } UNITS[] = {{365.25 * 86400, "y"}, {86400, "d"}, {3600, "h"}, {60, "min"}};
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        if (seconds >= UNITS[i].seconds) {
            snprintf(out, out_bytes, "%.0f%s", floor(seconds / UNITS[i].seconds), UNITS[i].unit);
            return;
        }
    snprintf(out, out_bytes, "%.0fs", seconds > 0 ? seconds : 0);
}

void run_value_print(
    const struct run_value *value, const struct run_column *column, char *out, size_t out_bytes)
{
    snprintf(out, out_bytes, "%s", value->undefined ? "undef" : "");
    if (!value->known)
        return;
    if (value->text) {
        snprintf(out, out_bytes, "%s", value->text);
        return;
    }
    bool fraction = column->better == BETTER_HIGHER && fabs(value->number) <= 1;
    if (column->kind == RUN_COLUMN_AGE || column->kind == RUN_COLUMN_DURATION)
        print_age(value->number, out, out_bytes);
    else if (column->kind == RUN_COLUMN_DELTA)
        snprintf(out, out_bytes, "%+.4f", value->number);
    else if (column->kind == RUN_COLUMN_BEST_STEP || column->kind == RUN_COLUMN_NOTES ||
             column->kind == RUN_COLUMN_NAN)
        snprintf(out, out_bytes, "%.0f", value->number);
    else if (fraction)
        snprintf(out, out_bytes, "%.4f", value->number);
    else
        num_print_short(value->number, 4, out, out_bytes);
}

/* ---- order and filter ---- */

struct sortable {
    uint32_t row;
    struct run_value value;
};

struct sorting {
    bool descending;
};

static bool is_nothing(const struct run_value *value)
{
    return !value->known || (value->is_number && isnan(value->number));
}

static int compare_values(const void *a, const void *b, void *context)
{
    const struct sortable *x = a, *y = b;
    const struct sorting *sorting = context;
    bool no_x = is_nothing(&x->value), no_y = is_nothing(&y->value);
    int order = 0;
    if (no_x || no_y)
        order = (int)no_x - (int)no_y;
    else {
        if (x->value.is_number && y->value.is_number)
            order = (x->value.number > y->value.number) - (x->value.number < y->value.number);
        else if (x->value.is_number != y->value.is_number)
            order = x->value.is_number ? -1 : 1;
        else
            order = text_compare_natural(x->value.text, y->value.text);
        if (sorting->descending)
            order = -order;
    }
    return order ? order : x->row < y->row ? -1 : 1;
}

/* The columns that a filter's names mean, found once and not for every row. */
enum { MOST_NAMES = 16 };

struct meaning {
    const char *name; /* the filter's own pointer */
    bool known;
    struct run_column column;
};

struct asked {
    const struct runs *runs;
    const struct run_row *run, *baseline;
    double now_s;
    struct arena *scratch;
    struct meaning meanings[MOST_NAMES];
    size_t meaning_count;
};

static const struct meaning *find_meaning(struct asked *asked, const char *name)
{
    for (size_t i = 0; i < asked->meaning_count; i++)
        if (asked->meanings[i].name == name)
            return &asked->meanings[i];
    if (asked->meaning_count == MOST_NAMES)
        asked->meaning_count--; /* more names than are remembered are looked up for every row */
    struct meaning *added = &asked->meanings[asked->meaning_count++];
    added->name = name;
    added->known = runs_parse_column(asked->runs, asked->scratch, name, &added->column, NULL);
    return added;
}

static struct filter_value filter_value_of(void *self, const char *name)
{
    struct asked *asked = self;
    const struct meaning *meaning = find_meaning(asked, name);
    if (!meaning->known)
        return (struct filter_value){0};
    struct run_value value = run_value(asked->run, &meaning->column, asked->baseline, asked->now_s);
    const struct dataset_version *dataset = asked->run->dataset;
    const char *also = meaning->column.kind == RUN_COLUMN_NAME                 ? asked->run->name
                       : meaning->column.kind == RUN_COLUMN_DATASET && dataset ? dataset->name
                                                                               : NULL;
    bool is_list = meaning->column.kind == RUN_COLUMN_TAGS;
    return (struct filter_value){
        value.known, value.is_number, value.number, value.text, is_list, also};
}

static bool filter_contains(void *self, const char *needle)
{
    const struct run_row *run = ((struct asked *)self)->run;
    const char *const texts[] = {run->name, run->shown, run->title, run->label_id, run->format,
        run_status_name(run->status), run->tags, run->note};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i] && text_contains(texts[i], needle))
            return true;
    for (size_t i = 0; i < run->param_count; i++)
        if (run->params[i].kind == PARAM_TEXT && text_contains(run->params[i].text, needle))
            return true;
    return false;
}

size_t runs_order(const struct runs *runs, const struct filter *filter,
    const struct run_column *column, bool descending, const struct run_row *baseline, double now_s,
    uint32_t *order)
{
    struct sortable *found = calloc(runs->count ? runs->count : 1, sizeof *found);
    size_t count = 0;
    struct arena scratch = {0};
    struct asked asked = {.runs = runs, .baseline = baseline, .now_s = now_s, .scratch = &scratch};
    struct filter_row row = {&asked, filter_value_of, filter_contains};
    for (size_t i = 0; found && i < runs->count; i++) {
        asked.run = &runs->rows[i];
        if (filter && !filter_matches(filter, &row))
            continue;
        found[count].row = (uint32_t)i;
        if (column)
            found[count].value = run_value(&runs->rows[i], column, baseline, now_s);
        count++;
    }
    struct sorting sorting = {descending};
    if (column && count)
        qsort_r(found, count, sizeof *found, compare_values, &sorting);
    for (size_t i = 0; i < count; i++)
        order[i] = found[i].row;
    arena_done(&scratch);
    free(found);
    return count;
}
