/*
 * Cells of a group's head: its label and size, mean and deviation, what its members have in common.
 * Knows: groups, the state of runs_view.h. Must not know: events, where cells are.
 */
#include "view/runs_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* "r50-seed* ×5 seeds", "lr=0.01 ×12". */
static void label_cell(
    const struct runs_drawing *drawing, const struct run_group *group, struct table_cell *out)
{
    bool seeds = !drawing->state->lines.how.by;
    char size[32];
    int bytes = snprintf(size, sizeof size, " \xc3\x97%zu%s", group->count, seeds ? " seeds" : "");
    size_t room = sizeof out->room - (size_t)bytes - 1, length = strlen(group->label);
    if (length > room) { /* the size must be seen: the label loses its end */
        static const char CUT[] = "\xe2\x80\xa6";
        length = room - (sizeof CUT - 1);
        while (length && ((unsigned char)group->label[length] & 0xc0) == 0x80)
            length--;
        snprintf(out->room, sizeof out->room, "%.*s%s%s", (int)length, group->label, CUT, size);
    } else
        snprintf(out->room, sizeof out->room, "%s%s", group->label, size);
    out->tail = out->room + strlen(out->room) - (size_t)bytes;
    out->style = STYLE_IS(TEXT);
}

/* A parameter is chosen, not measured: "1-5" says more of it than a mean. */
static bool range_cell(const struct runs_drawing *drawing, const struct run_group *group,
    const struct run_column *column, const struct run_spread *spread, struct table_cell *out)
{
    struct run_value low = {0}, high = {0};
    char texts[2][24];
    if (column->kind != RUN_COLUMN_PARAM || spread->n < 2 || !(spread->std > 0))
        return false;
    for (size_t i = 0; i < group->count; i++) {
        const struct run_row *run = &drawing->state->runs->rows[group->rows[i]];
        struct run_value value = run_value(run, column, NULL, drawing->session->now_s);
        if (!value.known || !value.is_number || !isfinite(value.number))
            continue;
        low = !low.known || value.number < low.number ? value : low;
        high = !high.known || value.number > high.number ? value : high;
    }
    run_value_print(&low, column, texts[0], sizeof texts[0]);
    run_value_print(&high, column, texts[1], sizeof texts[1]);
    snprintf(out->room, sizeof out->room, "%s\xe2\x80\xa6%s", texts[0], texts[1]);
    return true;
}

/* What is not the same in all members, or in none of them. */
static void unknown_cell(const struct runs_drawing *drawing, const struct run_group *group,
    const struct run_column *column, struct table_cell *out)
{
    bool any = false, undefined = true;
    for (size_t i = 0; i < group->count; i++) {
        const struct run_row *run = &drawing->state->runs->rows[group->rows[i]];
        struct run_value value = run_value(run, column, drawing->baseline, drawing->session->now_s);
        any |= value.known;
        undefined &= value.undefined;
    }
    out->text = any ? "varies" : undefined ? "undef" : "\xe2\x80\x93";
}

/* Behind the mean of fewer than all: "0.4123±0.002 n3". */
static void add_count(
    const struct run_group *group, const struct run_spread *spread, struct table_cell *out)
{
    size_t length = strlen(out->room);
    if (!spread->n || spread->n == group->count)
        return;
    snprintf(out->room + length, sizeof out->room - length, " n%zu", spread->n);
    out->tail = out->room + length;
}

void runs_head_cell(
    const struct runs_drawing *drawing, size_t line, size_t at, struct table_cell *out)
{
    const struct runs_state *state = drawing->state;
    const struct run_group *group = runs_group_at(state, line);
    const struct run_column *column = &state->columns[at];
    struct run_spread spread;
    struct run_value value =
        runs_value_at(state, line, column, drawing->baseline, drawing->session->now_s, &spread);
    out->text = out->room;
    out->style = STYLE_IS(MUTED);
    if (column->kind == RUN_COLUMN_NAME) {
        label_cell(drawing, group, out);
    } else if (column->kind == RUN_COLUMN_STATUS) {
        run_group_print_status(state->runs, group, out->room, sizeof out->room);
        out->style = runs_status_style(run_group_worst(state->runs, group));
    } else if (!value.known) {
        unknown_cell(drawing, group, column, out);
    } else if (!range_cell(drawing, group, column, &spread, out)) {
        out->style = runs_value_style(drawing, line, at, &value);
        run_group_print(&value, &spread, column, "\xc2\xb1", out->room, sizeof out->room);
        if (value.is_number && column->kind != RUN_COLUMN_AGE)
            add_count(group, &spread, out);
    }
}

struct run_spark runs_head_spark(
    const struct runs *runs, const struct run_group *group, enum role role)
{
    struct run_spark mean = {.count = 0};
    double sums[RUN_SPARK_POINTS] = {0};
    int counts[RUN_SPARK_POINTS] = {0};
    for (size_t i = 0; i < group->count; i++) {
        const struct run_row *run = &runs->rows[group->rows[i]];
        const struct run_spark *spark = role == ROLE_LOSS ? run->loss_spark : run->ap_spark;
        for (int p = 0; p < RUN_SPARK_POINTS && spark; p++) {
            float value = spark->values[p * spark->count / RUN_SPARK_POINTS];
            if (isfinite(value)) {
                sums[p] += (double)value;
                counts[p]++;
            }
        }
        mean.count = spark ? RUN_SPARK_POINTS : mean.count;
    }
    for (int p = 0; p < RUN_SPARK_POINTS; p++)
        mean.values[p] = counts[p] ? (float)(sums[p] / counts[p]) : NAN;
    return mean;
}
