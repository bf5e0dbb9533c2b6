#include "work/panels.h"

#include "base/map.h"
#include "base/num.h"
#include "base/text.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the list ---- */

/* Quantities that stand for one metric each; parts of a loss are listed by their own names. */
static bool is_shared(enum role role)
{
    return role != ROLE_NONE && role != ROLE_PART_LOSS;
}

static bool is_of_machine(const struct panel *panel)
{
    switch (panel->role) {
    case ROLE_CPU:
    case ROLE_MEMORY:
    case ROLE_GPU:
    case ROLE_GPU_MEMORY:
        return true;
    default:
        return strncmp(panel->name, "system/", 7) == 0 || strncmp(panel->name, "system.", 7) == 0;
    }
}

/* The order of quantities: what is looked at first, then as in roles.def. */
static int role_place(enum role role)
{
    static const enum role FIRST[] = {
        ROLE_LOSS, ROLE_AP, ROLE_AP50, ROLE_LEARNING_RATE, ROLE_VAL_LOSS, ROLE_ULTRALYTICS_AP};
    enum { FIRSTS = sizeof FIRST / sizeof *FIRST };
    for (int i = 0; i < FIRSTS; i++)
        if (FIRST[i] == role)
            return i;
    return FIRSTS + (int)role;
}

static int class_of(const struct panel *panel)
{
    return panel->pinned ? 0 : is_of_machine(panel) ? 3 : panel->role != ROLE_NONE ? 1 : 2;
}

static int compare_panels(const void *a, const void *b)
{
    const struct panel *x = a, *y = b;
    if (class_of(x) != class_of(y))
        return class_of(x) - class_of(y);
    if ((x->role == ROLE_NONE) != (y->role == ROLE_NONE))
        return x->role == ROLE_NONE ? 1 : -1;
    if (x->role != y->role)
        return role_place(x->role) - role_place(y->role);
    int order = text_compare_natural(x->name, y->name);
    return order ? order : strcmp(x->name, y->name);
}

static struct panel panel_of(const struct run_row *run, const struct run_metric *metric)
{
    bool shared = is_shared(metric->kind->role) && run->by_role[metric->kind->role] == metric;
    return (struct panel){.name = shared ? role_info(metric->kind->role)->name : metric->kind->name,
        .role = shared ? metric->kind->role : ROLE_NONE};
}

static bool is_pinned(const struct panel_pins *pins, const char *name)
{
    for (size_t i = 0; pins && i < pins->count; i++)
        if (strcmp(pins->names[i], name) == 0)
            return true;
    return false;
}

struct lister {
    const struct panel_pins *pins;
    const regex_t *pattern; /* NULL: all */
    struct arena *arena;
    struct map seen; /* names of metrics without a shared role */
    bool roles[ROLE_COUNT];
    struct panels *out;
};

static bool add_panel(struct lister *lister, struct panel panel)
{
    struct panels *out = lister->out;
    size_t length = strlen(panel.name), had = lister->seen.count;
    if (out->count == PANELS_MOST || (panel.role != ROLE_NONE && lister->roles[panel.role]))
        return true;
    if (panel.role == ROLE_NONE) {
        if (map_put(&lister->seen, panel.name, length, 0, &panel.name) < 0)
            return false;
        if (lister->seen.count == had)
            return true;
    }
    lister->roles[panel.role] = true;
    if (lister->pattern && regexec(lister->pattern, panel.name, 0, NULL, 0) != 0)
        return true;
    panel.pinned = is_pinned(lister->pins, panel.name);
    out->items[out->count++] = panel;
    return true;
}

static bool compile(regex_t *regex, const char *pattern, struct err *err)
{
    char why[120];
    int failed = regcomp(regex, pattern, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    if (!failed)
        return true;
    regerror(failed, regex, why, sizeof why);
    return err_set(err, ERR_USAGE, "%.60s is no pattern: %s", pattern, why);
}

bool panels_list(const struct run_row *const *runs, size_t count, const struct panel_pins *pins,
    const char *pattern, struct arena *arena, struct panels *out, struct err *err)
{
    regex_t regex;
    bool filtered = pattern && *pattern;
    *out = (struct panels){0};
    if (filtered && !compile(&regex, pattern, err))
        return false;
    struct lister lister = {
        .pins = pins, .pattern = filtered ? &regex : NULL, .arena = arena, .out = out};
    map_init(&lister.seen, arena);
    out->items = ARENA_ARRAY(arena, struct panel, PANELS_MOST);
    bool ok = out->items != NULL;
    for (size_t r = 0; ok && r < count; r++)
        for (size_t m = 0; ok && m < runs[r]->metric_count; m++)
            ok = add_panel(&lister, panel_of(runs[r], &runs[r]->metrics[m]));
    if (ok && out->count)
        qsort(out->items, out->count, sizeof *out->items, compare_panels);
    map_done(&lister.seen);
    if (filtered)
        regfree(&regex);
    return ok || err_set(err, ERR_MEMORY, "out of memory");
}

bool panel_find(
    const struct run_row *const *runs, size_t count, const char *name, struct panel *out)
{
    for (int role = 1; role < ROLE_COUNT; role++) {
        *out = (struct panel){.name = role_info((enum role)role)->name, .role = (enum role)role};
        for (size_t r = 0; is_shared((enum role)role) && r < count; r++)
            if (strcmp(out->name, name) == 0 && runs[r]->by_role[role])
                return true;
    }
    *out = (struct panel){.name = name};
    for (size_t r = 0; r < count; r++)
        if (run_metric(runs[r], name))
            return true;
    return false;
}

bool panel_toggle_pin(struct panel_pins *pins, const char *name)
{
    for (size_t i = 0; i < pins->count; i++)
        if (strcmp(pins->names[i], name) == 0) {
            memmove(pins->names[i], pins->names[i + 1],
                (pins->count - i - 1) * sizeof *pins->names);
            pins->count--;
            return true;
        }
    if (pins->count == PANELS_MOST_PINS || strlen(name) >= PANELS_NAME_BYTES)
        return false;
    snprintf(pins->names[pins->count++], PANELS_NAME_BYTES, "%s", name);
    return true;
}

const struct run_metric *panel_metric(const struct panel *panel, const struct run_row *run)
{
    return panel->role != ROLE_NONE ? run->by_role[panel->role] : run_metric(run, panel->name);
}

/* ---- the look ---- */

static const char *const X_NAMES[] = {[CURVE_X_STEP] = "step",
    [CURVE_X_RELATIVE_STEP] = "relative step",
    [CURVE_X_TIME] = "time",
    [CURVE_X_WALL] = "wall time"};

void panel_look_set_x(struct panel_look *look, const char *name)
{
    look->x_metric[0] = '\0';
    for (int x = CURVE_X_STEP; x <= CURVE_X_WALL; x++)
        if (strcmp(X_NAMES[x], name) == 0) {
            look->x = (enum curve_x)x;
            return;
        }
    if (strcmp(name, "relative") == 0 || strcmp(name, "wall") == 0) {
        look->x = *name == 'w' ? CURVE_X_WALL : CURVE_X_RELATIVE_STEP;
        return;
    }
    look->x = CURVE_X_METRIC;
    snprintf(look->x_metric, sizeof look->x_metric, "%s", name);
}

const char *panel_look_x_name(const struct panel_look *look)
{
    return look->x == CURVE_X_METRIC ? look->x_metric : X_NAMES[look->x];
}

static const char *const SMOOTH_NAMES[] = {
    [SMOOTH_EMA] = "ema", [SMOOTH_MEAN] = "mean", [SMOOTH_MEDIAN] = "median"};

bool panel_look_set_smooth(struct panel_look *look, const char *text, struct err *err)
{
    const char *colon = strchr(text, ':');
    double strength;
    if (strcmp(text, "none") == 0) {
        look->smooth = (struct smooth_how){0};
        return true;
    }
    for (int kind = SMOOTH_EMA; colon && kind <= SMOOTH_MEDIAN; kind++) {
        size_t length = (size_t)(colon - text);
        if (strlen(SMOOTH_NAMES[kind]) != length || memcmp(SMOOTH_NAMES[kind], text, length) != 0 ||
            !num_parse(colon + 1, strlen(colon + 1), &strength) || !(strength >= 0))
            continue;
        if (kind == SMOOTH_EMA ? !(strength < 1) : !(strength <= SMOOTH_MOST_WINDOW))
            break;
        look->smooth = (struct smooth_how){(enum smooth_kind)kind, strength};
        return true;
    }
    return err_set(err, ERR_USAGE,
        "%.40s is no smoothing: ema:0.9 (below 1), mean:9, median:9 (points, at most %d), none",
        text, SMOOTH_MOST_WINDOW);
}

void panel_look_spell_smooth(const struct panel_look *look, char *out, size_t out_bytes)
{
    char number[32];
    num_print_short(look->smooth.strength, 6, number, sizeof number);
    if (smooth_is_on(&look->smooth))
        snprintf(out, out_bytes, "%s:%s", SMOOTH_NAMES[look->smooth.kind], number);
    else
        snprintf(out, out_bytes, "none");
}

void panel_look_print_smooth(const struct panel_look *look, char *out, size_t out_bytes)
{
    static const char *const KINDS[] = {
        [SMOOTH_EMA] = "EMA", [SMOOTH_MEAN] = "mean of", [SMOOTH_MEDIAN] = "median of"};
    char number[32];
    out[0] = '\0';
    if (!smooth_is_on(&look->smooth))
        return;
    num_print_short(look->smooth.strength, 4, number, sizeof number);
    snprintf(out, out_bytes, "%s %s", KINDS[look->smooth.kind], number);
}

/* ---- wants ---- */

/* When the run began: the first time that any of its metrics has, so that the panels of a run agree. */
static double began_s(const struct run_row *run)
{
    double began = NAN;
    for (size_t i = 0; i < run->metric_count; i++)
        began = fmin(began, run->metrics[i].extent->first_wall_s); /* fmin passes NaN over */
    return began;
}

bool panel_want(const struct panel *panel, const struct run_row *run, const struct panel_look *look,
    int32_t columns, int32_t number, int32_t group, struct curve_want *out)
{
    const struct run_metric *metric = panel_metric(panel, run), *x = NULL;
    if (!metric)
        return false;
    if (look->x == CURVE_X_METRIC) {
        struct panel axis;
        if (!panel_find(&run, 1, look->x_metric, &axis) || !(x = panel_metric(&axis, run)))
            return false;
    }
    *out = (struct curve_want){.run_id = metric->extent->run_id,
        .metric = metric->kind->written,
        .count = metric->extent->count,
        .columns = columns < 1 ? 1 : columns,
        .minus_one = run_is_undefined(metric->kind->role, -1),
        .scale = panel->role != ROLE_NONE ? metric->kind->scale : 1,
        .x = look->x,
        .origin = look->x == CURVE_X_TIME            ? began_s(run)
                  : look->x == CURVE_X_RELATIVE_STEP ? (double)metric->extent->first_step
                                                     : 0,
        .x_run_id = x ? x->extent->run_id : 0,
        .x_count = x ? x->extent->count : 0,
        .x_metric = x ? x->kind->written : NULL,
        .log_x = look->log_x,
        .low = look->low,
        .high = look->high,
        .smooth = look->smooth,
        .panel = number,
        .group = look->band ? group : 0};
    return true;
}
