#include "view/session_keep.h"

#include "base/json.h"
#include "base/json_writer.h"
#include "base/map.h"
#include "work/settings.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_AT_EVERY_KEY = 500 };

static const char MEMBER[] = "chosen";

static void read_selected(struct session_keep *keep, struct json *json)
{
    if (json_next(json) != JSON_ARRAY) {
        json_skip(json);
        return;
    }
    keep->waiting = ARENA_ARRAY(&keep->arena, const char *, SESSION_MOST_SELECTED);
    while (json_next(json) != JSON_ARRAY_END && json->kind != JSON_BAD && json->kind != JSON_END) {
        if (json->kind != JSON_STRING)
            json_skip(json);
        else if (keep->waiting && keep->waiting_count < SESSION_MOST_SELECTED)
            keep->waiting[keep->waiting_count++] = json_string(json, &keep->arena);
    }
}

static void write_directory(struct json_writer *json, const struct runs *runs, int64_t id)
{
    const struct run_row *run = runs_find(runs, id);
    if (run)
        json_writer_string(json, run->directory);
}

/* What is to be kept; RUNS may be NULL while nothing is selected. */
static void print_chosen(const struct session_keep *keep, const struct session *session,
    const struct runs *runs, struct buf *text)
{
    struct json_writer json;
    json_writer_init(&json, text, false);
    json_writer_object(&json);
    json_writer_key(&json, "selected");
    json_writer_array(&json);
    for (size_t i = 0; i < session->selected_count; i++)
        write_directory(&json, runs, session->selected[i]);
    for (size_t i = 0; i < keep->waiting_count; i++)
        if (keep->waiting[i])
            json_writer_string(&json, keep->waiting[i]);
    json_writer_array_end(&json);
    json_writer_key(&json, "baseline");
    const struct run_row *baseline = session_baseline(session, runs);
    json_writer_string(&json, baseline ? baseline->directory : keep->waiting_baseline);
    json_writer_object_end(&json);
}

void session_keep_read(struct session_keep *keep, const char *settings)
{
    const char *text = settings ? settings_member(&keep->arena, settings, MEMBER) : NULL;
    struct json json;
    json_init_memory(&json, text ? text : "{}", text ? strlen(text) : 2);
    json_next(&json);
    while (json.kind != JSON_BAD && json_next(&json) == JSON_KEY) {
        if (json_is(&json, "selected"))
            read_selected(keep, &json);
        else if (json_is(&json, "baseline") && json_next(&json) == JSON_STRING)
            keep->waiting_baseline = json_string(&json, &keep->arena);
        else
            json_skip(&json);
    }
    struct buf kept; /* as it is now: what differs later is to be kept */
    buf_init(&kept, SETTINGS_MOST_BYTES);
    print_chosen(keep, &(struct session){0}, NULL, &kept);
    keep->kept = kept.data;
}

void session_keep_done(struct session_keep *keep)
{
    free(keep->kept);
    arena_done(&keep->arena);
    *keep = (struct session_keep){0};
}

bool session_keep_meet(struct session_keep *keep, struct session *session, const struct runs *runs)
{
    bool any = false, waits = keep->waiting_baseline != NULL;
    for (size_t i = 0; i < keep->waiting_count; i++)
        waits |= keep->waiting[i] != NULL;
    if (!runs || runs == keep->met || !waits)
        return false;
    keep->met = runs;
    struct map places;
    struct arena scratch = {0};
    map_init(&places, &scratch);
    for (size_t i = 0; i < runs->count; i++)
        map_put(&places, runs->rows[i].directory, strlen(runs->rows[i].directory), (int64_t)i, NULL);
    for (size_t i = 0; i < keep->waiting_count; i++) {
        const char *directory = keep->waiting[i];
        int64_t row = directory ? map_get(&places, directory, strlen(directory)) : -1;
        if (row < 0)
            continue;
        keep->waiting[i] = NULL;
        if (!session_is_selected(session, runs->rows[row].id))
            session_toggle(session, runs->rows[row].id);
        any = true;
    }
    const char *baseline = keep->waiting_baseline;
    int64_t row = baseline ? map_get(&places, baseline, strlen(baseline)) : -1;
    if (row >= 0) {
        keep->waiting_baseline = NULL;
        session->baseline = session->baseline ? session->baseline : runs->rows[row].id;
        any = true;
    }
    map_done(&places);
    arena_done(&scratch);
    return any;
}

void session_keep_order(
    struct session_keep *keep, struct session *session, const struct runs *runs, bool last)
{
    struct buf text;
    if (!runs || (!last && session->selected_count > MOST_AT_EVERY_KEY))
        return;
    buf_init(&text, SETTINGS_MOST_BYTES);
    print_chosen(keep, session, runs, &text);
    session_keep_text(session, MEMBER, &text, &keep->kept);
    buf_done(&text);
}
