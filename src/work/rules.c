#include "work/rules.h"

#include "base/file.h"

#include <cjson/cJSON.h>
#include <string.h>

enum { LARGEST_BYTES = 1 << 20, MOST_SPELLINGS = 256 };

/* HOME and PATH of the file that counts for ROOT; both stay NULL when there is none. */
static bool find(struct arena *arena, const char *root, struct rules *rules)
{
    char *home = arena_string(arena, root);
    for (int level = 0; home; level++) {
        struct file_stat stat;
        char *path = path_join(arena, home, "boxtop.json");
        if (!path)
            return false;
        if (file_stat(path, &stat)) {
            rules->home = home;
            rules->path = path;
            return true;
        }
        if (level == RULES_LEVELS_ABOVE || strcmp(home, "/") == 0)
            return true;
        home = path_parent(arena, home);
    }
    return false;
}

static bool parse(struct rules *rules, struct err *err)
{
    struct buf text;
    buf_init(&text, LARGEST_BYTES);
    bool ok = file_read(rules->path, &text, err);
    if (ok) {
        rules->json = cJSON_ParseWithLength(text.data ? text.data : "", text.length);
        ok = rules->json != NULL ||
             err_set(err, ERR_FORMAT, "is not JSON: see the README for its shape");
    }
    if (ok && !cJSON_GetObjectItemCaseSensitive(rules->json, "datasets") &&
        !cJSON_GetObjectItemCaseSensitive(rules->json, "synonyms"))
        ok = err_set(err, ERR_FORMAT,
            "has neither \"datasets\" nor \"synonyms\": see the README for its shape");
    buf_done(&text);
    return ok;
}

bool rules_open(struct arena *arena, const char *root, struct rules *rules, struct err *err)
{
    *rules = (struct rules){0};
    if (!find(arena, root, rules))
        return err_set(err, ERR_MEMORY, "out of memory");
    if (!rules->path || parse(rules, err))
        return true;
    err_in_file(err, rules->path);
    rules_close(rules);
    return false;
}

void rules_close(struct rules *rules)
{
    cJSON_Delete(rules->json);
    rules->json = NULL;
}

static bool add_list(const cJSON *list, struct synonyms *synonyms, struct err *err)
{
    const char *names[MOST_SPELLINGS];
    size_t count = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item) || count == MOST_SPELLINGS)
            return err_set(err, ERR_FORMAT,
                "a row of \"synonyms\" is a list of at most %d parameter names", MOST_SPELLINGS);
        names[count++] = item->valuestring;
    }
    return synonyms_add(synonyms, names, count) || err_set(err, ERR_MEMORY, "out of memory");
}

bool rules_add_synonyms(const struct rules *rules, struct synonyms *synonyms, struct err *err)
{
    const cJSON *lists = cJSON_GetObjectItemCaseSensitive(rules->json, "synonyms"), *list;
    bool ok = !lists || cJSON_IsArray(lists);
    if (!ok)
        lists = NULL;
    cJSON_ArrayForEach(list, lists)
    {
        if (!cJSON_IsArray(list))
            ok = false;
        else if (!add_list(list, synonyms, err)) {
            err_in_file(err, rules->path);
            return false;
        }
    }
    if (ok)
        return true;
    err_set(err, ERR_FORMAT, "\"synonyms\" is a list of lists of parameter names");
    err_in_file(err, rules->path);
    return false;
}
