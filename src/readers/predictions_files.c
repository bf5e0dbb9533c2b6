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

/* Folders of label files that a run keeps beside its other files. */
static bool is_folder_name(const char *name)
{
    static const char *const NAMES[] = {"predictions", "detections", "detection-results", "labels"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (strcmp(name, NAMES[i]) == 0)
            return true;
    return false;
}

/* What may hold detections, by its name: *SURE says that in "predictions" no look is needed. */
static bool is_candidate(const char *directory, const struct file_entry *entry, bool *sure)
{
    *sure = !entry->is_dir && path_has_suffix(entry->name, ".json");
    if (entry->name[0] == '.')
        return false;
    if (entry->is_dir)
        return directory[0] || is_folder_name(entry->name);
    return *sure || path_has_suffix(entry->name, ".csv");
}

static int compare_names(const void *a, const void *b)
{
    return text_compare_natural(*(const char *const *)a, *(const char *const *)b);
}

/* The names of DIRECTORY's files (or FOLDERS) that hold detections, into NAMES; how many there are.
 */
static size_t collect(const struct reader_place *place, const char *directory,
    const struct file_list *list, bool folders, bool sniff_all, const char **names)
{
    size_t count = 0;
    bool sure;
    for (size_t i = 0; i < list->count; i++) {
        const struct file_entry *entry = &list->entries[i];
        if (entry->is_dir != folders || !is_candidate(directory, entry, &sure))
            continue;
        const char *name = path_join(place->arena, directory, entry->name);
        if (name && ((sure && !sniff_all) || predictions_is_file(place, name)))
            names[count++] = name;
    }
    return count;
}

size_t predictions_claim(const struct reader_place *place, const char *directory,
    const struct file_list *list, bool sniff_all, struct reader_claim *claim)
{
    const char **names = ARENA_ARRAY(place->arena, const char *, list->count);
    size_t count = 0, added = 0;
    if (names)
        count = collect(place, directory, list, false, sniff_all, names);
    if (names && (!count || directory[0]))
        count += collect(place, directory, list, true, sniff_all, names + count);
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
    bool sure;
    for (size_t i = 0; i < list->count; i++) {
        if (!is_candidate(DIRECTORY, &list->entries[i], &sure))
            continue;
        const char *name = path_join(place->arena, DIRECTORY, list->entries[i].name);
        if (name && predictions_is_file(place, name))
            return true;
    }
    return false;
}

bool predictions_is_folder(const struct reader_place *place)
{
    struct arena arena = {0};
    const char *base = path_base(place->path), *parent = path_parent(&arena, place->path);
    bool part = is_folder_name(base) || !parent || strcmp(path_base(parent), DIRECTORY) == 0;
    size_t labels = 0;
    arena_done(&arena);
    for (size_t i = 0; !part && i < place->list->count; i++) {
        const struct file_entry *entry = &place->list->entries[i];
        if (entry->name[0] == '.')
            continue;
        if (entry->is_dir || !path_has_suffix(entry->name, ".txt"))
            return false;
        labels++;
    }
    return labels && predictions_is_file(place, ".");
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
