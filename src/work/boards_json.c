/*
 * Dashboards as JSON: reading, and writing with every member that is not ours.
 * Knows: the document of boards.h, cJSON. Must not know: files.
 */
#include "work/boards.h"

#include "base/json_writer.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DEEPEST = 16 };

/* ---- reading ---- */

/* What is in OBJECT besides KNOWN (NULL-terminated), as a JSON object; NULL when nothing. */
static const char *other_members(
    struct arena *arena, const cJSON *object, const char *const *known)
{
    const char *text = NULL;
    cJSON *others = cJSON_CreateObject();
    const cJSON *member;
    cJSON_ArrayForEach(member, object)
    {
        bool is_ours = false;
        for (const char *const *name = known; *name; name++)
            is_ours |= strcmp(*name, member->string) == 0;
        cJSON *copy = is_ours || !others ? NULL : cJSON_Duplicate(member, true);
        if (copy)
            cJSON_AddItemToObject(others, member->string, copy);
    }
    char *printed = others && others->child ? cJSON_PrintUnformatted(others) : NULL;
    if (printed)
        text = arena_string(arena, printed);
    cJSON_free(printed);
    cJSON_Delete(others);
    return text;
}

static void take_text(const cJSON *object, const char *name, char *out, size_t out_bytes)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    if (text)
        snprintf(out, out_bytes, "%s", text);
}

static double number_of(const cJSON *object, const char *name, double otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : otherwise;
}

struct reading {
    struct board *board;
    struct boards *boards;
    int used;
    struct err *err;
};

static bool read_panel(struct reading *reading, const cJSON *object, struct board_pane *pane)
{
    static const char *const KNOWN[] = {"panel", "do", NULL};
    const char *command = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, "do"));
    pane->split = BOARD_PANEL;
    pane->id = reading->boards->next_id++;
    take_text(object, "panel", pane->panel, sizeof pane->panel);
    if (!pane->panel[0])
        return err_set(reading->err, ERR_FORMAT,
            "dashboard \"%.40s\": a pane is {\"panel\": ...}, {\"rows\": [...]} or "
            "{\"columns\": [...]}",
            reading->board->name);
    pane->command = command && *command ? arena_string(&reading->boards->arena, command) : NULL;
    pane->others = other_members(&reading->boards->arena, object, KNOWN);
    return true;
}

/* Reads OBJECT into pane AT, which is taken already. */
static bool read_pane(struct reading *reading, const cJSON *object, int at, int depth)
{
    static const char *const KNOWN[] = {"rows", "columns", "first", NULL};
    struct board_pane *pane = &reading->board->panes[at];
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(object, "rows");
    const cJSON *columns = cJSON_GetObjectItemCaseSensitive(object, "columns");
    const cJSON *parts = rows ? rows : columns;
    if (!parts)
        return read_panel(reading, object, pane);
    if (cJSON_GetArraySize(parts) != 2)
        return err_set(reading->err, ERR_FORMAT,
            "dashboard \"%.40s\": \"%s\" are two panes; nest them for more", reading->board->name,
            rows ? "rows" : "columns");
    if (reading->used + 2 > BOARD_MOST_PANES || depth == DEEPEST)
        return err_set(reading->err, ERR_LIMIT, "dashboard \"%.40s\" has too many panels",
            reading->board->name);
    *pane = (struct board_pane){.split = rows ? BOARD_ROWS : BOARD_COLUMNS,
        .parts = {reading->used, reading->used + 1}};
    double first = number_of(object, "first", 0.5);
    board_set_ratio(reading->board, at, isfinite(first) ? first : 0.5);
    if (depth > 0) /* those of the root are the dashboard's */
        pane->others = other_members(&reading->boards->arena, object, KNOWN);
    reading->used += 2;
    for (int i = 0; i < 2; i++)
        if (!read_pane(reading, cJSON_GetArrayItem(parts, i), pane->parts[i], depth + 1))
            return false;
    return true;
}

static bool read_board(
    struct boards *boards, struct board *board, const cJSON *object, struct err *err)
{
    static const char *const KNOWN[] = {"name", "rows", "columns", "first", "panel", "do", NULL};
    struct reading reading = {board, boards, 1, err};
    *board = (struct board){0};
    take_text(object, "name", board->name, sizeof board->name);
    if (!board->name[0])
        return err_set(err, ERR_FORMAT, "a dashboard has no \"name\"");
    board->others = other_members(&boards->arena, object, KNOWN);
    if (!read_pane(&reading, object, 0, 0))
        return false;
    board->panes[0].others = NULL;
    return true;
}

static bool read_list(struct boards *boards, const cJSON *list, struct err *err)
{
    struct board items[BOARDS_MOST];
    int count = cJSON_GetArraySize(list);
    if (!cJSON_IsArray(list) || count < 1 || count > BOARDS_MOST)
        return err_set(
            err, ERR_FORMAT, "\"dashboards\" is a list of one to %d dashboards", BOARDS_MOST);
    for (int i = 0; i < count; i++)
        if (!read_board(boards, &items[i], cJSON_GetArrayItem(list, i), err))
            return false;
    memcpy(boards->items, items, (size_t)count * sizeof *items);
    boards->count = count;
    return true;
}

static cJSON *parse(const char *text, size_t length, struct err *err)
{
    cJSON *object = cJSON_ParseWithLength(text, length);
    if (cJSON_IsObject(object))
        return object;
    cJSON_Delete(object);
    err_set(err, ERR_FORMAT, "is no JSON object: mend it or take it away");
    return NULL;
}

bool boards_read(struct boards *boards, const char *text, size_t length, struct err *err)
{
    static const char *const KNOWN[] = {"dashboards", NULL};
    cJSON *object = parse(text, length, err);
    if (!object)
        return false;
    bool ok = read_list(boards, cJSON_GetObjectItemCaseSensitive(object, "dashboards"), err);
    if (ok)
        boards->others = other_members(&boards->arena, object, KNOWN);
    cJSON_Delete(object);
    return ok;
}

static void read_classes(struct boards *boards, const cJSON *list)
{
    const char *names[KEPT_MOST_CLASSES];
    size_t count = 0;
    const cJSON *item;
    if (!cJSON_IsArray(list))
        return;
    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_IsString(item) && count < KEPT_MOST_CLASSES)
            names[count++] = item->valuestring;
    }
    boards_keep_classes(boards, names, count);
}

static double share_of(const cJSON *object, const char *name)
{
    double value = number_of(object, name, NAN);
    return value >= 0 && value <= 1 ? value : NAN;
}

bool boards_read_kept(struct boards *boards, const char *text, size_t length, struct err *err)
{
    static const char *const KNOWN[] = {"dashboards", "open", "focus", "confidence", "iou",
        "theme", "classes", NULL};
    char open[BOARD_NAME_BYTES] = "";
    struct boards_kept *kept = &boards->kept;
    cJSON *object = parse(text, length, err);
    if (!object)
        return false;
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, "dashboards");
    bool own = list && !cJSON_IsNull(list), ok = !own || read_list(boards, list, err);
    boards->own = own && ok;
    kept->confidence = share_of(object, "confidence");
    kept->iou = share_of(object, "iou");
    take_text(object, "theme", kept->theme, sizeof kept->theme);
    take_text(object, "open", open, sizeof open);
    kept->shown = -1;
    for (int i = 0; i < boards->count; i++)
        if (strcmp(boards->items[i].name, open) == 0)
            kept->shown = i;
    double focus = number_of(object, "focus", 0);
    kept->focus = focus >= 0 && focus < BOARD_MOST_PANES ? (int)focus : 0;
    read_classes(boards, cJSON_GetObjectItemCaseSensitive(object, "classes"));
    kept->others = other_members(&boards->arena, object, KNOWN);
    cJSON_Delete(object);
    return ok;
}

/* ---- writing ---- */

static void write_value(struct json_writer *writer, const cJSON *value)
{
    const cJSON *item;
    if (cJSON_IsObject(value)) {
        json_writer_object(writer);
        cJSON_ArrayForEach(item, value)
        {
            json_writer_key(writer, item->string);
            write_value(writer, item);
        }
        json_writer_object_end(writer);
    } else if (cJSON_IsArray(value)) {
        json_writer_array(writer);
        cJSON_ArrayForEach(item, value) write_value(writer, item);
        json_writer_array_end(writer);
    } else if (cJSON_IsString(value)) {
        json_writer_string(writer, value->valuestring);
    } else if (cJSON_IsNumber(value)) {
        json_writer_number(writer, value->valuedouble);
    } else if (cJSON_IsBool(value)) {
        json_writer_bool(writer, cJSON_IsTrue(value));
    } else {
        json_writer_null(writer);
    }
}

static void write_others(struct json_writer *writer, const char *others)
{
    cJSON *object = others ? cJSON_Parse(others) : NULL;
    const cJSON *member;
    cJSON_ArrayForEach(member, object)
    {
        json_writer_key(writer, member->string);
        write_value(writer, member);
    }
    cJSON_Delete(object);
}

static void write_text(struct json_writer *writer, const char *key, const char *text)
{
    json_writer_key(writer, key);
    json_writer_string(writer, text);
}

static void write_number(struct json_writer *writer, const char *key, double value)
{
    json_writer_key(writer, key);
    json_writer_number(writer, round(value * 1000) / 1000); /* as a person would write it */
}

/* The members of a pane, without its brackets. */
static void write_pane(struct json_writer *writer, const struct board *board, int at)
{
    const struct board_pane *pane = &board->panes[at];
    if (pane->split == BOARD_PANEL) {
        write_text(writer, "panel", pane->panel);
        if (pane->command)
            write_text(writer, "do", pane->command);
    } else {
        json_writer_key(writer, pane->split == BOARD_ROWS ? "rows" : "columns");
        json_writer_array(writer);
        for (int i = 0; i < 2; i++) {
            json_writer_object(writer);
            write_pane(writer, board, pane->parts[i]);
            json_writer_object_end(writer);
        }
        json_writer_array_end(writer);
        write_number(writer, "first", pane->ratio);
    }
    write_others(writer, pane->others);
}

static void write_list(struct json_writer *writer, const struct boards *boards)
{
    json_writer_key(writer, "dashboards");
    json_writer_array(writer);
    for (int i = 0; i < boards->count; i++) {
        json_writer_object(writer);
        write_text(writer, "name", boards->items[i].name);
        write_pane(writer, &boards->items[i], 0);
        write_others(writer, boards->items[i].others);
        json_writer_object_end(writer);
    }
    json_writer_array_end(writer);
}

void boards_print(const struct boards *boards, struct buf *out)
{
    struct json_writer writer;
    json_writer_init(&writer, out, true);
    json_writer_object(&writer);
    write_list(&writer, boards);
    write_others(&writer, boards->others);
    json_writer_object_end(&writer);
    buf_add_char(out, '\n');
}

static void write_share(struct json_writer *writer, const char *key, double value)
{
    if (isnan(value))
        write_text(writer, key, NULL);
    else
        write_number(writer, key, value);
}

void boards_print_kept(const struct boards *boards, struct buf *out)
{
    const struct boards_kept *kept = &boards->kept;
    bool open = kept->shown >= 0 && kept->shown < boards->count;
    struct json_writer writer;
    json_writer_init(&writer, out, false);
    json_writer_object(&writer);
    write_text(&writer, "open", open ? boards->items[kept->shown].name : NULL);
    json_writer_key(&writer, "focus");
    json_writer_int(&writer, open ? kept->focus : 0);
    write_share(&writer, "confidence", kept->confidence);
    write_share(&writer, "iou", kept->iou);
    write_text(&writer, "theme", kept->theme[0] ? kept->theme : NULL);
    json_writer_key(&writer, "classes");
    if (kept->classes) {
        json_writer_array(&writer);
        for (size_t i = 0; i < kept->class_count; i++)
            json_writer_string(&writer, kept->classes[i]);
        json_writer_array_end(&writer);
    } else {
        json_writer_null(&writer);
    }
    if (boards->own)
        write_list(&writer, boards);
    write_others(&writer, kept->others);
    json_writer_object_end(&writer);
}
