#include "work/remarks.h"

#include "base/map.h"
#include "work/own.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <strings.h>

static const char BETWEEN[] = " \t\n,";

char *remarks_path(struct arena *arena, struct err *err)
{
    return own_data_path(arena, "notes.json", err);
}

/* ---- writing ---- */

static bool is_listed(const cJSON *tags, const char *tag)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, tags)
    {
        if (cJSON_IsString(item) && strcasecmp(item->valuestring, tag) == 0)
            return true;
    }
    return false;
}

static bool put_tags(cJSON *run, const char *words)
{
    cJSON_DeleteItemFromObjectCaseSensitive(run, "tags");
    cJSON *tags = NULL;
    for (const char *at = words + strspn(words, BETWEEN); *at; at += strspn(at, BETWEEN)) {
        char tag[REMARK_TAG_BYTES];
        size_t length = strcspn(at, BETWEEN), kept = length < sizeof tag ? length : sizeof tag - 1;
        memcpy(tag, at, kept);
        tag[kept] = '\0';
        at += length;
        if (!tags && !(tags = cJSON_AddArrayToObject(run, "tags")))
            return false;
        if (is_listed(tags, tag) || cJSON_GetArraySize(tags) == REMARK_TAGS)
            continue;
        if (!cJSON_AddItemToArray(tags, cJSON_CreateString(tag)))
            return false;
    }
    return true;
}

static bool put_note(cJSON *run, const char *note)
{
    cJSON_DeleteItemFromObjectCaseSensitive(run, "note");
    return !note[strspn(note, BETWEEN)] || cJSON_AddStringToObject(run, "note", note);
}

struct change {
    const struct remark *remarks;
    size_t count;
};

static bool change_one(cJSON *runs, const struct remark *remark)
{
    cJSON *run = runs ? own_object(runs, remark->directory) : NULL;
    bool ok = run && (!remark->tags || put_tags(run, remark->tags)) &&
              (!remark->note || put_note(run, remark->note));
    if (ok && !run->child) /* nothing is left to say of it */
        cJSON_DeleteItemFromObjectCaseSensitive(runs, remark->directory);
    return ok;
}

static bool change(void *self, cJSON *object, struct err *err)
{
    const struct change *asked = self;
    cJSON *runs = own_object(object, "runs");
    bool ok = true;
    for (size_t i = 0; ok && i < asked->count; i++)
        ok = change_one(runs, &asked->remarks[i]);
    return ok || err_set(err, ERR_MEMORY, "out of memory");
}

bool remarks_write(const char *path, const struct remark *remarks, size_t count, struct err *err)
{
    struct change asked = {remarks, count};
    return own_write(path, &(struct own_change){change, &asked}, err);
}

/* ---- reading ---- */

/* "keep paper"; NULL for none, or when memory is out. */
static const char *tags_of(struct arena *arena, const cJSON *remark)
{
    char text[REMARK_TAGS * REMARK_TAG_BYTES];
    size_t used = 0;
    const cJSON *tag;
    cJSON_ArrayForEach(tag, cJSON_GetObjectItemCaseSensitive(remark, "tags"))
    {
        size_t length = cJSON_IsString(tag) ? strcspn(tag->valuestring, BETWEEN) : 0;
        if (!length || used + length + 1 > sizeof text)
            continue;
        if (used)
            text[used++] = ' ';
        memcpy(text + used, tag->valuestring, length);
        used += length;
    }
    return used ? arena_copy(arena, text, used) : NULL;
}

static const cJSON *remark_of(
    struct map *places, const cJSON *const *remarks, const struct run_row *run)
{
    int64_t at = map_get(places, run->directory, strlen(run->directory));
    for (size_t i = 0; at < 0 && i < run->absorbed_count; i++)
        at = map_get(places, run->absorbed[i].directory, strlen(run->absorbed[i].directory));
    return at < 0 ? NULL : remarks[at];
}

static void attach(struct arena *arena, struct run_row *run, const cJSON *remark)
{
    const cJSON *note = cJSON_GetObjectItemCaseSensitive(remark, "note");
    run->tags = tags_of(arena, remark);
    if (cJSON_IsString(note) && note->valuestring[0])
        run->note =
            arena_copy(arena, note->valuestring, strnlen(note->valuestring, REMARK_NOTE_BYTES));
}

static void insert(struct runs *runs, size_t at, struct run_column column)
{
    if (runs->column_count == RUNS_MOST_COLUMNS)
        runs->column_count--; /* of many parameters the last is the least worth */
    if (at > runs->column_count)
        return;
    memmove(&runs->columns[at + 1], &runs->columns[at],
        (runs->column_count++ - at) * sizeof *runs->columns);
    runs->columns[at] = column;
}

/* Tags behind what every run has, the note before the parameters. */
static void add_columns(struct runs *runs)
{
    bool tags = false, note = false;
    size_t at = 0;
    for (size_t i = 0; i < runs->count; i++) {
        tags |= runs->rows[i].tags != NULL;
        note |= runs->rows[i].note != NULL;
    }
    while (at < runs->column_count && runs->columns[at].kind <= RUN_COLUMN_AGE)
        at++;
    if (tags)
        insert(runs, at, (struct run_column){.kind = RUN_COLUMN_TAGS, .title = "tag"});
    while (at < runs->column_count && runs->columns[at].kind != RUN_COLUMN_PARAM)
        at++;
    if (note)
        insert(runs, at, (struct run_column){.kind = RUN_COLUMN_REMARK, .title = "note"});
}

bool remarks_attach(struct runs *runs, const char *path, struct err *err)
{
    cJSON *object = own_read(path, err);
    const cJSON *all = cJSON_GetObjectItemCaseSensitive(object, "runs"), *item;
    size_t count = 0, most = cJSON_IsObject(all) ? (size_t)cJSON_GetArraySize(all) : 0;
    struct arena scratch = {0};
    struct map places;
    const cJSON **remarks = ARENA_ARRAY(&scratch, const cJSON *, most + 1);
    bool ok = object && (remarks || err_set(err, ERR_MEMORY, "out of memory"));
    map_init(&places, &scratch);
    if (ok && most)
        cJSON_ArrayForEach(item, all)
        {
            if (map_put(&places, item->string, strlen(item->string), (int64_t)count, NULL) ==
                (int64_t)count)
                remarks[count++] = item;
        }
    for (size_t i = 0; ok && count && i < runs->count; i++) {
        const cJSON *remark = remark_of(&places, remarks, &runs->rows[i]);
        if (remark)
            attach(&runs->arena, &runs->rows[i], remark);
    }
    map_done(&places);
    arena_done(&scratch);
    cJSON_Delete(object);
    if (ok)
        add_columns(runs);
    return ok;
}

void remarks_attach_own(struct runs *runs, struct err *err)
{
    struct arena arena = {0};
    struct err none = {0}; /* without a home there are no remarks, which is no trouble */
    char *path = remarks_path(&arena, &none);
    if (path)
        remarks_attach(runs, path, err);
    arena_done(&arena);
}
