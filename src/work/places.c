#include "work/places.h"

#include "base/grow.h"
#include "store/hash.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX_BYTES = 64 << 20, FIXED = 4, ID_BYTES = 8 };

/*
 * The bytes of a place: four words (digest, count of runs, of children, of witnesses), the ids of
 * the runs, the names of children and then of witnesses, each with its NUL.
 */

/* ---- learning ---- */

void place_notes_init(struct place_notes *notes, double now_s)
{
    *notes = (struct place_notes){.looked_s = now_s};
    buf_init(&notes->names, NAMES_MAX_BYTES);
    buf_init(&notes->runs, NAMES_MAX_BYTES);
    buf_init(&notes->children, NAMES_MAX_BYTES);
    map_init(&notes->witnesses, &notes->memory);
}

void place_notes_done(struct place_notes *notes)
{
    buf_done(&notes->names);
    buf_done(&notes->runs);
    buf_done(&notes->children);
    map_done(&notes->witnesses);
    arena_done(&notes->memory);
}

bool place_is_fresh(const struct file_stat *stat, double now_s)
{
    int64_t touched_ns = stat->mtime_ns > stat->ctime_ns ? stat->mtime_ns : stat->ctime_ns;
    return now_s - (double)touched_ns * 1e-9 <= PLACE_SETTLED_S;
}

/* Device numbers are left out: some file systems get another with each mount. */
static uint64_t digest_more(uint64_t digest, const struct file_stat *stat)
{
    uint64_t words[] = {(uint64_t)stat->size_bytes, (uint64_t)stat->mtime_ns,
        (uint64_t)stat->ctime_ns, stat->inode};
    return hash_stable(digest, words, sizeof words);
}

void place_notes_witness(struct place_notes *notes, const char *name, const struct file_stat *stat)
{
    int64_t mine = (int64_t)notes->name_count;
    int64_t held = map_put(&notes->witnesses, name, strlen(name), mine, NULL);
    if (held >= 0 && held != mine)
        return;
    notes->spoilt |= held < 0 || !buf_add(&notes->names, name, strlen(name) + 1);
    notes->digest = digest_more(notes->digest, stat);
    notes->name_count++;
    notes->fresh |= place_is_fresh(stat, notes->looked_s);
}

void place_notes_run(struct place_notes *notes, int64_t run)
{
    notes->spoilt |= !buf_add(&notes->runs, &run, sizeof run);
    notes->run_count++;
}

void place_notes_child(struct place_notes *notes, const char *name)
{
    notes->spoilt |= !buf_add(&notes->children, name, strlen(name) + 1);
    notes->child_count++;
}

/* ---- remembering ---- */

void places_init(struct places *places)
{
    *places = (struct places){0};
    map_init(&places->by_directory, &places->names);
    map_init(&places->inodes, &places->inode_memory);
}

void places_done(struct places *places)
{
    for (size_t i = 0; i < places->count; i++)
        free(places->all[i].bytes);
    free(places->all);
    map_done(&places->by_directory);
    arena_done(&places->names);
    map_done(&places->inodes);
    arena_done(&places->inode_memory);
}

void places_scan_begin(struct places *places)
{
    for (size_t i = 0; i < places->count; i++)
        places->all[i].met = false;
    map_done(&places->inodes);
    arena_done(&places->inode_memory);
    map_init(&places->inodes, &places->inode_memory);
}

bool places_meet(struct places *places, const struct file_stat *stat)
{
    uint64_t key[2] = {stat->device, stat->inode};
    int64_t mine = (int64_t)places->inodes.count;
    return map_put(&places->inodes, key, sizeof key, mine, NULL) == mine;
}

bool places_know(const struct places *places, const char *directory)
{
    int64_t at = map_get(&places->by_directory, directory, strlen(directory));
    return at >= 0 && places->all[at].bytes;
}

struct place *places_of(struct places *places, const char *directory)
{
    const char *kept;
    if (!GROW(places->all, places->capacity, places->count + 1))
        return NULL;
    int64_t at =
        map_put(&places->by_directory, directory, strlen(directory), (int64_t)places->count, &kept);
    if (at < 0)
        return NULL;
    if ((size_t)at == places->count)
        places->all[places->count++] = (struct place){.directory = kept};
    return &places->all[at];
}

static bool set_bytes(struct place *place, unsigned char *bytes, size_t length)
{
    free(place->bytes);
    place->bytes = bytes;
    place->length = length;
    place->trusted = place->kept = place->watched = false;
    return bytes != NULL;
}

static unsigned char *put(unsigned char *at, const void *bytes, size_t length)
{
    if (length)
        memcpy(at, bytes, length);
    return at + length;
}

bool place_learn(struct place *place, const struct place_notes *notes)
{
    uint64_t fixed[FIXED] = {
        notes->digest, notes->run_count, notes->child_count, notes->name_count};
    size_t length =
        sizeof fixed + notes->runs.length + notes->children.length + notes->names.length;
    unsigned char *bytes = malloc(length);
    if (!set_bytes(place, bytes, length))
        return false;
    unsigned char *at = put(bytes, fixed, sizeof fixed);
    at = put(at, notes->runs.data, notes->runs.length);
    at = put(at, notes->children.data, notes->children.length);
    put(at, notes->names.data, notes->names.length);
    place->trusted = !notes->spoilt && !notes->fresh;
    place->looked_s = notes->looked_s;
    return true;
}

static uint64_t word_of(const struct place *place, int i)
{
    uint64_t word;
    memcpy(&word, place->bytes + (size_t)i * sizeof word, sizeof word);
    return word;
}

/* As many names as the counts say, to the last byte. */
static bool is_sound(const unsigned char *bytes, size_t length)
{
    struct place place = {.bytes = (unsigned char *)bytes, .length = length};
    if (length < FIXED * sizeof(uint64_t))
        return false;
    uint64_t runs = word_of(&place, 1), names = 0;
    size_t at = FIXED * sizeof(uint64_t);
    if (runs > (length - at) / ID_BYTES || bytes[length - 1] != '\0')
        return false;
    for (at += runs * ID_BYTES; at < length; at++)
        names += bytes[at] == '\0';
    return word_of(&place, 2) <= names && names - word_of(&place, 2) == word_of(&place, 3) &&
           word_of(&place, 3) > 0;
}

void place_forget(struct place *place)
{
    set_bytes(place, NULL, 0);
}

bool place_recall(struct place *place, const void *bytes, size_t length)
{
    set_bytes(place, NULL, 0);
    if (!is_sound(bytes, length))
        return true;
    unsigned char *copy = malloc(length);
    if (!copy)
        return false;
    memcpy(copy, bytes, length);
    set_bytes(place, copy, length);
    place->trusted = place->kept = true;
    return true;
}

/* ---- asking ---- */

size_t place_run_count(const struct place *place)
{
    return (size_t)word_of(place, 1);
}

int64_t place_run(const struct place *place, size_t i)
{
    int64_t run;
    memcpy(&run, place->bytes + FIXED * sizeof(uint64_t) + i * sizeof run, sizeof run);
    return run;
}

const char *place_next(struct place_names *names)
{
    if (!names->left)
        return NULL;
    const char *name = names->at;
    names->at += strlen(name) + 1;
    names->left--;
    return name;
}

struct place_names place_children(const struct place *place)
{
    const unsigned char *at = place->bytes + FIXED * sizeof(uint64_t);
    return (struct place_names){
        (const char *)at + place_run_count(place) * ID_BYTES, word_of(place, 2)};
}

struct place_names place_witnesses(const struct place *place)
{
    struct place_names names = place_children(place);
    while (place_next(&names))
        ;
    names.left = word_of(place, 3);
    return names;
}

bool place_is_same(const struct place *place, int directory, const struct file_stat *itself)
{
    if (!place->trusted)
        return false;
    struct place_names names = place_witnesses(place);
    uint64_t digest = 0;
    for (const char *name; (name = place_next(&names));) {
        struct file_stat stat = *itself;
        if (name[0] && !file_stat_at(directory, name, &stat))
            stat = (struct file_stat){0};
        digest = digest_more(digest, &stat);
    }
    return digest == word_of(place, 0);
}

/* Every name of A stands in B, in the same order. */
static bool has_all(struct place_names a, struct place_names b)
{
    for (const char *name, *other; (name = place_next(&a));) {
        do
            other = place_next(&b);
        while (other && strcmp(name, other) != 0);
        if (!other)
            return false;
    }
    return true;
}

bool place_has_lost(const struct place *before, const struct place_notes *notes)
{
    if (!before->bytes)
        return false;
    struct place_names children = {notes->children.data, notes->child_count};
    if (!has_all(place_children(before), children))
        return true;
    for (size_t i = 0, k; i < place_run_count(before); i++) {
        int64_t run = place_run(before, i), other = 0;
        for (k = 0; k < notes->run_count && other != run; k++)
            memcpy(&other, notes->runs.data + k * sizeof other, sizeof other);
        if (other != run)
            return true;
    }
    return false;
}
