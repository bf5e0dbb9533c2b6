#include "view/session.h"

#include "base/grow.h"
#include "base/text.h"
#include "screen/chart.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void session_init(struct session *session, const struct theme *theme)
{
    *session = (struct session){.confidence = 0.5,
        .iou = 0.5,
        .look = {.low = NAN, .high = NAN},
        .theme = *theme};
    session->boards = boards_new(NULL);
}

void session_done(struct session *session)
{
    for (struct errand *errand; (errand = errand_take(&session->errands));)
        errand_free(errand);
    free(session->selected);
    boards_free(session->boards);
    free(session->listed);
    *session = (struct session){0};
}

static size_t find(const struct session *session, int64_t run)
{
    size_t i = 0;
    while (i < session->selected_count && session->selected[i] != run)
        i++;
    return i;
}

bool session_is_selected(const struct session *session, int64_t run)
{
    return find(session, run) < session->selected_count;
}

void session_toggle(struct session *session, int64_t run)
{
    size_t at = find(session, run);
    if (at < session->selected_count) {
        session->selected_count--;
        memmove(session->selected + at, session->selected + at + 1,
            (session->selected_count - at) * sizeof *session->selected);
    } else if (session->selected_count == SESSION_MOST_SELECTED ||
               !GROW(session->selected, session->selected_capacity, session->selected_count + 1)) {
        session_say(session, "no more runs can be selected");
    } else {
        session->selected[session->selected_count++] = run;
    }
}

void session_select_none(struct session *session)
{
    session->selected_count = 0;
}

void session_say(struct session *session, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(session->message, sizeof session->message, format, args);
    va_end(args);
}

void session_order(struct session *session, struct errand *errand)
{
    if (errand)
        errand_append(&session->errands, errand);
    else
        session_say(session, "out of memory");
}

void session_keep_text(
    struct session *session, const char *name, const struct buf *text, char **kept)
{
    if (text->failed || text_same(*kept, text->data))
        return;
    if (*kept)
        session_order(session, errand_settings(name, text->data));
    free(*kept);
    *kept = strdup(text->data);
}

static void add_run(
    const struct runs *runs, int64_t id, const struct run_row **out, size_t *count, size_t most)
{
    const struct run_row *run = id ? runs_find(runs, id) : NULL;
    for (size_t i = 0; run && i < *count; i++)
        if (out[i] == run)
            return;
    if (run && *count < most)
        out[(*count)++] = run;
}

int64_t session_current(const struct session *session, const struct runs *runs, int64_t cursor)
{
    const struct run_row *best = NULL;
    double best_ap = -INFINITY;
    if (cursor || (runs && session->current && runs_find(runs, session->current)))
        return cursor ? cursor : session->current;
    for (size_t i = 0; runs && i < runs->count; i++) {
        double ap = run_role_best(&runs->rows[i], ROLE_AP, false, NULL);
        if (!best || ap > best_ap) {
            best = &runs->rows[i];
            best_ap = ap > best_ap ? ap : best_ap;
        }
    }
    return best ? best->id : 0;
}

void session_keep(struct session *session)
{
    if (!session->boards)
        return;
    session->boards->kept.confidence = session->confidence;
    session->boards->kept.iou = session->iou;
}

size_t session_runs(const struct session *session, const struct runs *runs, int64_t cursor,
    const struct run_row **out, size_t most)
{
    size_t count = 0;
    if (!runs)
        return 0;
    add_run(runs, session->baseline, out, &count, most);
    for (size_t i = 0; i < session->selected_count; i++)
        add_run(runs, session->selected[i], out, &count, most);
    if (!session->selected_count)
        add_run(runs, session_current(session, runs, cursor), out, &count, most);
    return count;
}

void session_list(
    struct session *session, const struct runs *runs, const uint32_t *order, size_t count)
{
    free(session->listed);
    session->listed = calloc(count + 1, sizeof *session->listed);
    session->listed_count = session->listed ? count : 0;
    for (size_t i = 0; i < session->listed_count; i++)
        session->listed[i] = runs->rows[order[i]].id;
}

const struct run_row *session_baseline(const struct session *session, const struct runs *runs)
{
    return session->baseline && runs ? runs_find(runs, session->baseline) : NULL;
}

struct style session_run_style(const struct run_row *run)
{
    return (struct style){.role = STYLE_RUN, .hue = (uint8_t)(run->colour & 0xff)};
}

void session_run_stroke(
    const struct session *session, const struct run_row *run, uint8_t *stroke, uint8_t *marker)
{
    enum { PLAIN_HUES = 8 };
    int64_t turn = session->theme.run.count ? run->colour / PLAIN_HUES : run->colour;
    *marker = (uint8_t)(turn % CHART_MARKERS);
    *stroke = (uint8_t)((turn + turn / CHART_MARKERS) % CHART_STROKES);
}
