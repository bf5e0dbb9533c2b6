/*
 * Keeps the arrangement of the runs table: layout, groups and filter, as JSON in the person's
 * settings. Knows: the state of runs_view.h, one member of the settings. Must not know: files.
 */
#include "view/runs_view.h"

#include "work/settings.h"

#include <stdlib.h>
#include <string.h>

static const char MEMBER[] = "runs";

static void print_settings(const struct runs_state *state, struct buf *text)
{
    struct json_writer json;
    json_writer_init(&json, text, false);
    json_writer_object(&json);
    layout_write(&state->layout, &json);
    json_writer_key(&json, "group");
    json_writer_string(&json, state->lines.by);
    json_writer_key(&json, "filter"); /* not what is being typed */
    json_writer_string(
        &json, state->asking == RUNS_ASKING_FILTER ? state->filter_before : state->filter);
    json_writer_object_end(&json);
}

/* Made to fit and harmless, as if it had been typed. */
static void read_text(
    struct runs_state *state, struct json *json, struct arena *arena, char *out, size_t out_bytes)
{
    prompt_set(&state->prompt, json_string(json, arena));
    if (state->prompt.length < out_bytes)
        memcpy(out, state->prompt.text, state->prompt.length + 1);
}

void runs_read_settings(struct runs_state *state, const char *settings)
{
    struct arena arena = {0};
    const char *text = settings ? settings_member(&arena, settings, MEMBER) : NULL;
    struct json json;
    if (text) {
        json_init_memory(&json, text, strlen(text));
        json_next(&json);
    }
    while (text && json.kind != JSON_BAD && json_next(&json) == JSON_KEY) {
        if (layout_read(&state->layout, &json))
            continue;
        if (json_is(&json, "filter") && json_next(&json) == JSON_STRING) {
            read_text(state, &json, &arena, state->filter, sizeof state->filter);
        } else if (json_is(&json, "group") && json_next(&json) == JSON_STRING) {
            read_text(state, &json, &arena, state->lines.by, sizeof state->lines.by);
        } else {
            json_skip(&json);
        }
    }
    arena_done(&arena);
    struct buf kept; /* as it is now: what differs later is to be kept */
    buf_init(&kept, SETTINGS_MOST_BYTES);
    print_settings(state, &kept);
    state->kept = kept.data;
}

void runs_keep_settings(struct runs_state *state, struct session *session)
{
    struct buf text;
    buf_init(&text, SETTINGS_MOST_BYTES);
    print_settings(state, &text);
    session_keep_text(session, MEMBER, &text, &state->kept);
    buf_done(&text);
}
