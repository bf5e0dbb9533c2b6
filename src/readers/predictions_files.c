#include "readers/predictions_files.h"

#include "base/num.h"
#include "base/text.h"
#include "readers/annotation.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char DIRECTORY[] = "predictions";

bool predictions_is_file(const struct reader_place *place, const char *name)
{
    struct arena arena = {0};
    enum annotation_kind kind = ANNOTATION_NONE;
    const char *path = path_join(&arena, place->path, name);
    reader_looked(place, name);
    if (path)
        annotation_sniff(path, &kind);
    arena_done(&arena);
    return kind == ANNOTATION_DETECTIONS;
}

static bool is_candidate(const struct file_entry *entry)
{
    return !entry->is_dir && entry->name[0] != '.' && path_has_suffix(entry->name, ".json");
}

static int compare_names(const void *a, const void *b)
{
    return text_compare_natural(*(const char *const *)a, *(const char *const *)b);
}

size_t predictions_claim(const struct reader_place *place, const char *directory,
    const struct file_list *list, bool sniff_all, struct reader_claim *claim)
{
    const char **names = ARENA_ARRAY(place->arena, const char *, list->count);
    size_t count = 0, added = 0;
    for (size_t i = 0; names && i < list->count; i++) {
        if (!is_candidate(&list->entries[i]))
            continue;
        const char *name = path_join(place->arena, directory, list->entries[i].name);
        if (name && (!sniff_all || predictions_is_file(place, name)))
            names[count++] = name;
    }
    if (count)
        qsort(names, count, sizeof *names, compare_names);
    while (added < count && reader_claim_add(place, claim, names[added]))
        added++;
    return added;
}

struct file_list predictions_list(const struct reader_place *place)
{
    struct file_list list = {0};
    const struct file_entry *entry = file_list_find(place->list, DIRECTORY);
    if (entry && entry->is_dir && !reader_list(place, DIRECTORY, &list))
        list = (struct file_list){0}; /* unreadable: as if it were empty */
    return list;
}

bool predictions_any(const struct reader_place *place, const struct file_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!is_candidate(&list->entries[i]))
            continue;
        const char *name = path_join(place->arena, DIRECTORY, list->entries[i].name);
        if (name && predictions_is_file(place, name))
            return true;
    }
    return false;
}

/* The letters before END are none, or a word that counts something. */
static bool counts_steps(const char *base, const char *end)
{
    static const char *const WORDS[] = {"epoch", "step", "iter"};
    const char *begin = end;
    while (begin > base && ((begin[-1] | 32) >= 'a' && (begin[-1] | 32) <= 'z'))
        begin--;
    if (begin == end)
        return true;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if ((size_t)(end - begin) == strlen(WORDS[i]) &&
            strncasecmp(begin, WORDS[i], strlen(WORDS[i])) == 0)
            return true;
    return false;
}

int64_t predictions_step(const char *name)
{
    const char *base = path_base(name);
    const char *end = base + path_stem_length(base), *begin = end;
    int64_t step;
    while (begin > base && begin[-1] >= '0' && begin[-1] <= '9')
        begin--;
    return begin < end && counts_steps(base, begin) &&
                   num_parse_int(begin, (size_t)(end - begin), &step)
               ? step
               : -1;
}

void predictions_emit(const struct reader_source *source, struct sink *sink)
{
    struct artifact artifact = {ARTIFACT_PREDICTIONS, source->name, predictions_step(source->name)};
    sink->artifact(sink->self, &artifact);
}
