/*
 * Columns of the runs table: which there are, and what a word means.
 * Knows: rows, roles, parameters. Must not know: SQLite, what a cell is worth.
 */
#include "work/runs.h"

#include "base/grow.h"
#include "base/map.h"
#include "base/text.h"

#include <ctype.h>
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
        return (role == ROLE_LOSS ? run->loss_spark : run->ap_spark) != NULL;
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
    const char **last; /* the names of the run before, and their indices: most are the same */
    size_t *last_at, last_count;
    struct spread *items;
    size_t count, capacity;
};

/* The index of a name, the count of items for a new one; -1 when memory is out. */
static int64_t place_of(struct spreads *spreads, size_t p, const char *name)
{
    if (p < spreads->last_count && spreads->last[p] == name)
        return (int64_t)spreads->last_at[p];
    return map_put(&spreads->places, name, strlen(name), (int64_t)spreads->count, NULL);
}

static void count_run(struct spread *spread, const struct param *param)
{
    spread->runs++;
    if (!spread->differs)
        spread->differs = !param_equal(&spread->sample, param);
}

/* Parameter P of a run. False when memory is out: the table then has fewer columns. */
static bool add_spread(struct spreads *spreads, size_t p, const struct param *param)
{
    int64_t at = place_of(spreads, p, param->name);
    if (at < 0 || !GROW(spreads->items, spreads->capacity, spreads->count + 1))
        return false;
    spreads->last[p] = param->name;
    spreads->last_at[p] = (size_t)at;
    spreads->last_count = p >= spreads->last_count ? p + 1 : spreads->last_count;
    struct spread *spread = &spreads->items[at];
    if ((size_t)at == spreads->count) {
        *spread =
            (struct spread){.name = param->name, .sample = *param, .noise = is_noise(param->name)};
        spreads->count++;
    }
    count_run(spread, param);
    return true;
}

/* Everything differing that a table can show, what it shows first in front. */
static void find_spreads(const struct runs *runs, struct arena *scratch, struct spreads *spreads)
{
    size_t most = 0, kept = 0;
    for (size_t i = 0; i < runs->count; i++)
        most = runs->rows[i].param_count > most ? runs->rows[i].param_count : most;
    struct param *params = ARENA_ARRAY(scratch, struct param, most);
    *spreads = (struct spreads){.last = ARENA_ARRAY(scratch, const char *, most),
        .last_at = ARENA_ARRAY(scratch, size_t, most)};
    bool ok = params && spreads->last && spreads->last_at;
    map_init(&spreads->places, scratch);
    for (size_t i = 0; ok && i < runs->count; i++) {
        const struct run_row *run = &runs->rows[i];
        if (i && runs_set_alike(run - 1, run)) {
            for (size_t p = 0; p < run->param_count; p++)
                count_run(&spreads->items[spreads->last_at[p]], &run->params[p]);
            continue;
        }
        size_t count = run_settings(run, params);
        for (size_t p = 0; ok && p < count; p++)
            ok = add_spread(spreads, p, &params[p]);
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
    static const struct {
        const char *name;
        enum role role;
    } OTHERS[] = {{"ms per image", ROLE_TIME_PER_IMAGE}, {"time per image", ROLE_TIME_PER_IMAGE}};
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
        if (is_role_name(role_info((enum role)role)->name, text, length))
            return (enum role)role;
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        if (is_role_name(OTHERS[i].name, text, length))
            return OTHERS[i].role;
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

static const struct {
    const char *name;
    enum run_column_kind kind;
} PLAIN[] = {{"name", RUN_COLUMN_NAME}, {"run", RUN_COLUMN_NAME}, {"path", RUN_COLUMN_PATH},
    {"title", RUN_COLUMN_TITLE}, {"id", RUN_COLUMN_ID}, {"status", RUN_COLUMN_STATUS},
    {"age", RUN_COLUMN_AGE}, {"started", RUN_COLUMN_STARTED}, {"duration", RUN_COLUMN_DURATION},
    {"format", RUN_COLUMN_FORMAT}, {"notes", RUN_COLUMN_NOTES}, {"nan", RUN_COLUMN_NAN},
    {"truth", RUN_COLUMN_DATASET}, {"tag", RUN_COLUMN_TAGS}, {"note", RUN_COLUMN_REMARK}};

/* The title is TEXT itself. */
static bool parse_role_column(const char *text, struct run_column *out)
{
    static const char ALL[] = ".all";
    size_t length = strlen(text), all = sizeof ALL - 1;
    bool all_segments = length > all && strcmp(text + length - all, ALL) == 0;
    if (all_segments)
        length -= all;
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++) {
        size_t before = strlen(FORMS[i].before), behind = strlen(FORMS[i].behind);
        if (length <= before + behind || strncmp(text, FORMS[i].before, before) != 0 ||
            strncmp(text + length - behind, FORMS[i].behind, behind) != 0)
            continue;
        enum role role = role_named(text + before, length - before - behind);
        if (role == ROLE_NONE)
            continue;
        bool shows_last = i == 0 && !run_role_shows_best(role) && !all_segments;
        *out = role_column(shows_last ? RUN_COLUMN_LAST : FORMS[i].kind, role, text);
        out->all_segments = all_segments;
        return true;
    }
    return false;
}

static bool parse_plain_column(const char *text, struct run_column *out)
{
    for (size_t i = 0; i < sizeof PLAIN / sizeof *PLAIN; i++)
        if (strcmp(text, PLAIN[i].name) == 0) {
            *out = (struct run_column){.kind = PLAIN[i].kind, .title = PLAIN[i].name};
            return true;
        }
    return false;
}

/* A column that a single name means; its title and name are TEXT itself or the index's. */
static bool find_column(
    const struct runs *runs, const char *text, struct run_column *out, bool *ambiguous)
{
    *ambiguous = false;
    if (parse_plain_column(text, out))
        return true;
    const char *param = runs_param_named(runs, text, ambiguous);
    enum role role = runs_has_metric(runs, text) ? role_match(text).role : ROLE_COUNT;
    /* "lr" is the parameter, where there is one, rather than the learning rate that was logged. */
    if (role < ROLE_COUNT && (!param || role_info(role)->better != BETTER_NEITHER)) {
        *out = (struct run_column){.kind = RUN_COLUMN_METRIC,
            .title = text,
            .role = role,
            .name = text,
            .better = role_info(role)->better};
        return true;
    }
    struct run_column quantity;
    bool is_role = parse_role_column(text, &quantity);
    if (is_role &&
        (!param || quantity.better != BETTER_NEITHER || quantity.kind == RUN_COLUMN_BEST_STEP)) {
        *out = quantity;
        return true;
    }
    if (param)
        *out = (struct run_column){
            .kind = RUN_COLUMN_PARAM, .title = short_title(param), .name = param};
    return param != NULL;
}

static bool no_column(const char *text, bool ambiguous, struct err *err)
{
    if (ambiguous)
        return err_set(err, ERR_USAGE,
            "several parameters end with \"%.60s\": give the whole name of one", text);
    return err_set(err, ERR_USAGE,
        "no column \"%.60s\": name a parameter, a metric, a quantity such as AP or loss, or "
        "name, path, title, id, status, age, started, duration, format, tag, note, notes, nan or "
        "truth",
        text);
}

/* What a function asks of a quantity, as the columns that tables have of it. */
static bool find_role_course(const struct expr_name *name, enum role role, struct run_column *out)
{
    static const enum run_column_kind KINDS[] = {[EXPR_BEST] = RUN_COLUMN_BEST,
        [EXPR_LAST] = RUN_COLUMN_LAST,
        [EXPR_FIRST] = RUN_COLUMN_COURSE,
        [EXPR_MIN] = RUN_COLUMN_COURSE,
        [EXPR_MAX] = RUN_COLUMN_COURSE,
        [EXPR_BEST_STEP] = RUN_COLUMN_BEST_STEP,
        [EXPR_COUNT] = RUN_COLUMN_COURSE,
        [EXPR_MEAN] = RUN_COLUMN_COURSE,
        [EXPR_DELTA] = RUN_COLUMN_DELTA};
    *out = role_column(KINDS[name->ask], role, name->text);
    out->ask = name->ask;
    out->tail = name->tail;
    if (name->ask == EXPR_COUNT)
        out->better = BETTER_NEITHER;
    return true;
}

static bool find_course(
    const struct runs *runs, const struct expr_name *name, struct run_column *out, struct err *err)
{
    enum role role = role_named(name->text, strlen(name->text));
    bool directed = name->ask == EXPR_BEST || name->ask == EXPR_BEST_STEP;
    if (role == ROLE_NONE && !runs_has_metric(runs, name->text))
        return err_set(err, ERR_USAGE, "no metric and no quantity is called \"%.60s\"", name->text);
    enum role direction = role == ROLE_NONE ? role_match(name->text).role : role;
    enum better better = role_info(direction)->better;
    if (directed && better == BETTER_NEITHER)
        return err_set(err, ERR_USAGE,
            "nothing says which values of \"%.60s\" are the best: ask for its min or max",
            name->text);
    if (role != ROLE_NONE)
        return find_role_course(name, role, out);
    bool is_value = name->ask != EXPR_BEST_STEP && name->ask != EXPR_COUNT;
    *out = (struct run_column){.kind = RUN_COLUMN_COURSE,
        .title = name->text,
        .role = direction,
        .name = name->text,
        .better = is_value ? better : BETTER_NEITHER,
        .ask = name->ask,
        .tail = name->tail};
    return true;
}

static bool column_of(
    const struct runs *runs, const struct expr_name *name, struct run_column *out, struct err *err)
{
    bool ambiguous;
    if (name->ask != EXPR_PLAIN)
        return find_course(runs, name, out, err);
    return find_column(runs, name->text, out, &ambiguous) || no_column(name->text, ambiguous, err);
}

/* ---- expressions ---- */

static bool has_name(void *self, const char *text, size_t length)
{
    char name[EXPR_MOST_WORD + 1];
    struct run_column column;
    bool ambiguous;
    if (length >= sizeof name)
        return false;
    memcpy(name, text, length);
    name[length] = '\0';
    return find_column(self, name, &column, &ambiguous);
}

static bool check_name(void *self, const struct expr_name *name, struct err *err)
{
    struct run_column column;
    return column_of(self, name, &column, err);
}

struct expr_names runs_expr_names(const struct runs *runs)
{
    return (struct expr_names){(void *)runs, has_name, check_name};
}

const struct filter *runs_parse_filter(
    const struct runs *runs, struct arena *arena, const char *text, struct err *err)
{
    struct expr_names names = runs_expr_names(runs);
    return filter_parse_with(arena, text, &names, err);
}

struct run_column *runs_bind(const struct runs *runs, const struct expr *expr, struct arena *arena)
{
    size_t count = expr_name_count(expr);
    struct run_column *columns = ARENA_ARRAY(arena, struct run_column, count);
    for (size_t i = 0; columns && i < count; i++)
        if (!column_of(runs, expr_name(expr, i), &columns[i], NULL)) /* is never known */
            columns[i] = (struct run_column){.kind = RUN_COLUMN_COURSE, .name = ""};
    return columns;
}

/* "=EXPRESSION" and "title=EXPRESSION" with the "=" at SIGN, or a function alone (SIGN is -1). */
static bool parse_computed(const struct runs *runs, struct arena *arena, const char *text,
    long sign, struct run_column *out, struct err *err)
{
    struct expr_names names = runs_expr_names(runs);
    const struct expr *expr = expr_parse(arena, text + sign + 1, EXPR_NUMBER, &names, err);
    if (!expr) {
        if (err && err->place == ERR_AT_BYTE)
            err->at += sign + 1;
        return false;
    }
    size_t from = strspn(text, " \t"), to = strlen(text);
    if (sign > (long)from)
        to = (size_t)sign;
    else if (sign >= 0) /* without a title the expression is the title */
        from = (size_t)sign + 1 + strspn(text + sign + 1, " \t");
    while (to > from && (text[to - 1] == ' ' || text[to - 1] == '\t'))
        to--;
    const char *title = arena_copy(arena, text + from, to - from);
    const struct expr_name *only = expr_only_name(expr);
    struct run_column *operands = runs_bind(runs, expr, arena);
    if (!title || !operands)
        return err_set(err, ERR_MEMORY, "out of memory");
    *out = (struct run_column){
        .kind = RUN_COLUMN_EXPR, .expr = expr, .operands = operands, .name = text + sign + 1};
    if (only)
        *out = operands[0];
    out->title = title;
    return true;
}

bool runs_parse_column(const struct runs *runs, struct arena *arena, const char *typed,
    struct run_column *out, struct err *err)
{
    bool ambiguous;
    const char *text = arena_string(arena, typed); /* what the column's title and name point to */
    if (!text)
        return err_set(err, ERR_MEMORY, "out of memory");
    if (find_column(runs, text, out, &ambiguous))
        return true;
    long sign = expr_assignment(text);
    if (sign >= 0 || (!ambiguous && strpbrk(text, "(`\"")))
        return parse_computed(runs, arena, text, sign, out, err);
    return no_column(text, ambiguous, err);
}

bool runs_parse_columns(const struct runs *runs, struct arena *arena, const char *text,
    struct run_column *out, size_t *count, size_t most, struct err *err)
{
    for (const char *at = text; *at;) {
        size_t length = expr_item_length(at);
        const char *word = arena_copy(arena, at, length);
        if (*count == most)
            return err_set(err, ERR_USAGE, "more than %zu columns", most);
        if (!word)
            return err_set(err, ERR_MEMORY, "out of memory");
        if (!runs_parse_column(runs, arena, word, &out[*count], err)) {
            if (err && err->place == ERR_AT_BYTE)
                err->at += at - text;
            return false;
        }
        ++*count;
        at += length;
        at += *at == ',';
    }
    return true;
}
