#include "work/same.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void same_names_init(struct same_names *names, struct arena *arena)
{
    names->arena = arena;
    map_init(&names->keys, arena);
}

void same_names_done(struct same_names *names)
{
    map_done(&names->keys);
}

static bool number_of(struct same_names *names, const char *text, size_t length, uint32_t *number)
{
    int64_t at = map_put(&names->keys, text, length, (int64_t)names->keys.count, NULL);
    *number = (uint32_t)at;
    return at >= 0;
}

bool same_names_put(struct same_names *names, const char *text, struct same_name *name)
{
    static const char TRAIN[] = "train/";
    enum { TRAIN_BYTES = sizeof TRAIN - 1 };
    size_t length = strlen(text);
    char *key = malloc(TRAIN_BYTES + length + 1);
    if (!key)
        return false;
    memcpy(key, TRAIN, TRAIN_BYTES);
    for (size_t i = 0; i < length; i++)
        key[TRAIN_BYTES + i] =
            strchr("._- ", text[i]) ? '/' : (char)tolower((unsigned char)text[i]);
    bool ok = number_of(names, key + TRAIN_BYTES, length, &name->key) &&
              number_of(names, key, TRAIN_BYTES + length, &name->train_key);
    free(key);
    return ok;
}

bool same_name(const struct same_name *a, const struct same_name *b)
{
    return a->key == b->key || a->train_key == b->key || a->key == b->train_key;
}

enum same_series same_series(const struct metric_summary *a, const struct metric_summary *b)
{
    if (!a->count || !b->count || a->first_step != b->first_step ||
        !metric_value_same(a->first, b->first))
        return SAME_NOT;
    if (a->count == b->count)
        return metric_summary_same(a, b) ? SAME_WHOLE : SAME_NOT;
    int64_t lag = llabs(a->count - b->count), longer = a->count > b->count ? a->count : b->count;
    bool alive = lag <= SAME_MOST_LAG && (lag <= 2 || lag * 10 <= longer);
    return alive ? SAME_PERHAPS : SAME_NOT;
}

bool same_points(const struct point *a, size_t a_count, const struct point *b, size_t b_count)
{
    size_t count = a_count < b_count ? a_count : b_count;
    for (size_t i = 0; i < count; i++)
        if (a[i].step != b[i].step || !metric_value_same(a[i].value, b[i].value))
            return false;
    return count > 0;
}
