#include "view/look_keep.h"

#include "base/json.h"
#include "base/json_writer.h"
#include "work/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CURVES[] = "curves", TRADEOFF[] = "tradeoff", IMAGES[] = "images";

/* The truth values, by their names in the file. */
struct look_flag {
    const char *name;
    bool *flag;
};

enum { FLAGS = 4, TRADEOFF_FLAGS = 2 };

static void list_flags(struct session *session, struct look_flag out[FLAGS])
{
    struct panel_look *look = &session->look;
    out[0] = (struct look_flag){"log_x", &look->log_x};
    out[1] = (struct look_flag){"log_y", &look->log_y};
    out[2] = (struct look_flag){"band", &look->band};
    out[3] = (struct look_flag){"pixels", &session->pixels};
}

static void list_tradeoff_flags(struct session *session, struct look_flag out[TRADEOFF_FLAGS])
{
    out[0] = (struct look_flag){"front_only", &session->tradeoff_front_only};
    out[1] = (struct look_flag){"parallel", &session->tradeoff_parallel};
}

/* The value of the key just taken, when it is one of COUNT FLAGS. */
static bool read_flag(const struct look_flag *flags, size_t count, struct json *json)
{
    for (size_t i = 0; i < count; i++) {
        if (!json_is(json, flags[i].name))
            continue;
        *flags[i].flag = json_next(json) == JSON_TRUE;
        json_skip(json);
        return true;
    }
    return false;
}

static void write_flags(const struct look_flag *flags, size_t count, struct json_writer *json)
{
    for (size_t i = 0; i < count; i++) {
        json_writer_key(json, flags[i].name);
        json_writer_bool(json, *flags[i].flag);
    }
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

/* Stands before the first member of the object NAME of SETTINGS. */
static void begin(struct json *json, struct arena *arena, const char *settings, const char *name)
{
    const char *text = settings ? settings_member(arena, settings, name) : NULL;
    json_init_memory(json, text ? text : "{}", text ? strlen(text) : 2);
    json_next(json);
}

static void read_curves(struct session *session, const char *settings)
{
    struct arena arena = {0};
    const char *word;
    struct look_flag flags[FLAGS];
    struct json json;
    list_flags(session, flags);
    begin(&json, &arena, settings, CURVES);
    while (json.kind != JSON_BAD && json_next(&json) == JSON_KEY) {
        if (read_flag(flags, FLAGS, &json))
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

static void write_curves(struct session *session, struct json_writer *json)
{
    struct look_flag flags[FLAGS];
    char smooth[64];
    json_writer_object(json);
    json_writer_key(json, "pinned");
    json_writer_array(json);
    for (size_t i = 0; i < session->pins.count; i++)
        json_writer_string(json, session->pins.names[i]);
    json_writer_array_end(json);
    json_writer_key(json, "x");
    json_writer_string(json, panel_look_x_name(&session->look));
    json_writer_key(json, "smooth");
    panel_look_spell_smooth(&session->look, smooth, sizeof smooth);
    json_writer_string(json, smooth);
    json_writer_key(json, "panels");
    json_writer_string(json, session->curve_pattern);
    list_flags(session, flags);
    write_flags(flags, FLAGS, json);
    json_writer_object_end(json);
}

/* ---- the trade-off ---- */

static void read_axis(struct json *json, struct tradeoff_choice *axis, struct arena *arena)
{
    int64_t direction;
    const char *word;
    *axis = (struct tradeoff_choice){0};
    if (json_next(json) != JSON_OBJECT) {
        json_skip(json);
        return;
    }
    while (json->kind != JSON_BAD && json_next(json) == JSON_KEY) {
        if (json_is(json, "column")) {
            word = next_string(json, arena);
            snprintf(axis->name, sizeof axis->name, "%s", word ? word : "");
        } else if (json_is(json, "log")) {
            axis->log = json_next(json) == JSON_TRUE;
            json_skip(json);
        } else if (json_is(json, "better")) {
            json_next(json);
            if (json_int(json, &direction))
                axis->direction = direction > 0 ? 1 : direction < 0 ? -1 : 0;
            else
                json_skip(json);
        } else {
            json_skip(json);
        }
    }
}

static void read_tradeoff(struct session *session, const char *settings)
{
    struct arena arena = {0};
    struct look_flag flags[TRADEOFF_FLAGS];
    struct json json;
    list_tradeoff_flags(session, flags);
    begin(&json, &arena, settings, TRADEOFF);
    while (json.kind != JSON_BAD && json_next(&json) == JSON_KEY) {
        if (read_flag(flags, TRADEOFF_FLAGS, &json))
            continue;
        if (json_is(&json, "x") || json_is(&json, "y")) {
            read_axis(&json, json_is(&json, "x") ? &session->tradeoff_x : &session->tradeoff_y,
                &arena);
        } else if (json_is(&json, "constraint")) {
            const char *word = next_string(&json, &arena);
            snprintf(session->constraint, sizeof session->constraint, "%s", word ? word : "");
        } else {
            json_skip(&json);
        }
    }
    arena_done(&arena);
}

static void write_axis(
    struct json_writer *json, const char *name, const struct tradeoff_choice *axis)
{
    json_writer_key(json, name);
    json_writer_object(json);
    json_writer_key(json, "column");
    json_writer_string(json, axis->name);
    json_writer_key(json, "log");
    json_writer_bool(json, axis->log);
    json_writer_key(json, "better");
    json_writer_int(json, axis->direction);
    json_writer_object_end(json);
}

static void write_tradeoff(struct session *session, struct json_writer *json)
{
    struct look_flag flags[TRADEOFF_FLAGS];
    list_tradeoff_flags(session, flags);
    json_writer_object(json);
    write_axis(json, "x", &session->tradeoff_x);
    write_axis(json, "y", &session->tradeoff_y);
    json_writer_key(json, "constraint");
    json_writer_string(json, session->constraint);
    write_flags(flags, TRADEOFF_FLAGS, json);
    json_writer_object_end(json);
}

/* ---- images ---- */

enum { MOST_TONE = 100, IMAGE_TEXTS = 4, IMAGE_FLAGS = 4, IMAGE_TONES = 2 };

/* The members of the session, by their names in the file. */
struct image_members {
    struct {
        const char *name;
        char *text;
        size_t bytes;
    } texts[IMAGE_TEXTS];
    struct look_flag flags[IMAGE_FLAGS];
    struct {
        const char *name;
        int *tone;
    } tones[IMAGE_TONES];
};

static struct image_members list_members(struct images_looks *looks)
{
    return (struct image_members){.texts = {{"show", looks->show, sizeof looks->show},
                                      {"order", looks->order, sizeof looks->order},
                                      {"overlay", looks->overlay, sizeof looks->overlay},
                                      {"hover", looks->hover, sizeof looks->hover}},
        .flags = {{"by_verdict", &looks->by_verdict}, {"maskless", &looks->maskless},
            {"squares", &looks->squares}, {"grey", &looks->grey}},
        .tones = {{"brightness", &looks->brightness}, {"contrast", &looks->contrast}}};
}

/* The value of the key just taken, when it is one of MEMBERS. */
static bool read_member(
    const struct image_members *members, struct json *json, struct arena *arena)
{
    for (size_t i = 0; i < IMAGE_TEXTS; i++)
        if (json_is(json, members->texts[i].name)) {
            const char *word = next_string(json, arena);
            snprintf(members->texts[i].text, members->texts[i].bytes, "%s", word ? word : "");
            return true;
        }
    if (read_flag(members->flags, IMAGE_FLAGS, json))
        return true;
    for (size_t i = 0; i < IMAGE_TONES; i++)
        if (json_is(json, members->tones[i].name)) {
            int64_t tone;
            json_next(json);
            if (json_int(json, &tone) && tone >= -MOST_TONE && tone <= MOST_TONE)
                *members->tones[i].tone = (int)tone;
            json_skip(json);
            return true;
        }
    return false;
}

static void read_images(struct session *session, const char *settings)
{
    struct image_members members = list_members(&session->images);
    struct arena arena = {0};
    struct json json;
    begin(&json, &arena, settings, IMAGES);
    while (json.kind != JSON_BAD && json_next(&json) == JSON_KEY)
        if (!read_member(&members, &json, &arena))
            json_skip(&json);
    arena_done(&arena);
}

static void write_images(struct session *session, struct json_writer *json)
{
    struct image_members members = list_members(&session->images);
    json_writer_object(json);
    for (size_t i = 0; i < IMAGE_TEXTS; i++) {
        json_writer_key(json, members.texts[i].name);
        json_writer_string(json, members.texts[i].text);
    }
    write_flags(members.flags, IMAGE_FLAGS, json);
    for (size_t i = 0; i < IMAGE_TONES; i++) {
        json_writer_key(json, members.tones[i].name);
        json_writer_int(json, *members.tones[i].tone);
    }
    json_writer_object_end(json);
}

/* ---- all ---- */

void look_keep_read(struct session *session, const char *settings)
{
    read_curves(session, settings);
    read_tradeoff(session, settings);
    read_images(session, settings);
}

void look_keep_order(struct look_kept *kept, struct session *session)
{
    struct json_writer json;
    struct buf text;
    buf_init(&text, SETTINGS_MOST_BYTES);
    json_writer_init(&json, &text, false);
    write_curves(session, &json);
    session_keep_text(session, CURVES, &text, &kept->curves);
    buf_clear(&text);
    json_writer_init(&json, &text, false);
    write_tradeoff(session, &json);
    session_keep_text(session, TRADEOFF, &text, &kept->tradeoff);
    buf_clear(&text);
    json_writer_init(&json, &text, false);
    write_images(session, &json);
    session_keep_text(session, IMAGES, &text, &kept->images);
    buf_done(&text);
}

void look_keep_done(struct look_kept *kept)
{
    free(kept->curves);
    free(kept->tradeoff);
    free(kept->images);
    *kept = (struct look_kept){0};
}
