#include "view/look_keep.h"

#include "base/json.h"
#include "base/json_writer.h"
#include "work/settings.h"

#include <stdio.h>
#include <string.h>

static const char MEMBER[] = "curves";

/* The truth values, by their names in the file. */
struct look_flag {
    const char *name;
    bool *flag;
};

enum { FLAGS = 4 };

static void list_flags(struct session *session, struct look_flag out[FLAGS])
{
    struct panel_look *look = &session->look;
    out[0] = (struct look_flag){"log_x", &look->log_x};
    out[1] = (struct look_flag){"log_y", &look->log_y};
    out[2] = (struct look_flag){"band", &look->band};
    out[3] = (struct look_flag){"pixels", &session->pixels};
}

static bool read_flag(struct session *session, struct json *json)
{
    struct look_flag flags[FLAGS];
    list_flags(session, flags);
    for (size_t i = 0; i < FLAGS; i++) {
        if (!json_is(json, flags[i].name))
            continue;
        *flags[i].flag = json_next(json) == JSON_TRUE;
        json_skip(json);
        return true;
    }
    return false;
}

static void read_pins(struct session *session, struct json *json, struct arena *arena)
{
    if (json_next(json) != JSON_ARRAY) {
        json_skip(json);
        return;
    }
    session->pins.count = 0;
    while (json_next(json) != JSON_ARRAY_END && json->kind != JSON_BAD && json->kind != JSON_END) {
        const char *name = json->kind == JSON_STRING ? json_string(json, arena) : NULL;
        if (name && *name)
            panel_toggle_pin(&session->pins, name);
        else
            json_skip(json);
    }
}

static const char *next_string(struct json *json, struct arena *arena)
{
    if (json_next(json) == JSON_STRING)
        return json_string(json, arena);
    json_skip(json);
    return NULL;
}

void look_keep_read(struct session *session, const char *settings)
{
    struct arena arena = {0};
    const char *text = settings ? settings_member(&arena, settings, MEMBER) : NULL, *word;
    struct json json;
    json_init_memory(&json, text ? text : "{}", text ? strlen(text) : 2);
    json_next(&json);
    while (json.kind != JSON_BAD && json_next(&json) == JSON_KEY) {
        if (read_flag(session, &json))
            continue;
        if (json_is(&json, "pinned")) {
            read_pins(session, &json, &arena);
        } else if (json_is(&json, "x")) {
            if ((word = next_string(&json, &arena)) && *word)
                panel_look_set_x(&session->look, word);
        } else if (json_is(&json, "smooth")) {
            if ((word = next_string(&json, &arena)))
                panel_look_set_smooth(&session->look, word, NULL);
        } else if (json_is(&json, "panels")) {
            word = next_string(&json, &arena);
            snprintf(session->curve_pattern, sizeof session->curve_pattern, "%s", word ? word : "");
        } else {
            json_skip(&json);
        }
    }
    arena_done(&arena);
}

void look_keep_order(char **kept, struct session *session)
{
    struct look_flag flags[FLAGS];
    struct json_writer json;
    struct buf text;
    char smooth[64];
    buf_init(&text, SETTINGS_MOST_BYTES);
    json_writer_init(&json, &text, false);
    json_writer_object(&json);
    json_writer_key(&json, "pinned");
    json_writer_array(&json);
    for (size_t i = 0; i < session->pins.count; i++)
        json_writer_string(&json, session->pins.names[i]);
    json_writer_array_end(&json);
    json_writer_key(&json, "x");
    json_writer_string(&json, panel_look_x_name(&session->look));
    json_writer_key(&json, "smooth");
    panel_look_spell_smooth(&session->look, smooth, sizeof smooth);
    json_writer_string(&json, smooth);
    json_writer_key(&json, "panels");
    json_writer_string(&json, session->curve_pattern);
    list_flags(session, flags);
    for (size_t i = 0; i < FLAGS; i++) {
        json_writer_key(&json, flags[i].name);
        json_writer_bool(&json, *flags[i].flag);
    }
    json_writer_object_end(&json);
    session_keep_text(session, MEMBER, &text, kept);
    buf_done(&text);
}
