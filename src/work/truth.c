#include "work/truth.h"

#include "base/file.h"
#include "base/text.h"
#include "readers/annotation.h"
#include "work/rules.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SNIFFED = 64, MOST_LISTED = 256 };

static const char *string_in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

/* What stands at KEY, NULL for nothing; false when memory is out. */
static bool copy_format(struct arena *arena, const cJSON *row, const char *key, const char **format)
{
    const char *said = string_in(row, key);
    *format = said ? arena_string(arena, said) : NULL;
    return !said || *format;
}

static bool add_rule(struct arena *arena, const char *root, const cJSON *row,
    struct truth_rule *rule, struct err *err)
{
    const char *ground_truth = string_in(row, "ground_truth");
    const char *images = string_in(row, "images"), *runs = string_in(row, "runs");
    const char *name = string_in(row, "name");
    if (!ground_truth)
        return err_set(
            err, ERR_FORMAT, "a row of \"datasets\" has no \"ground_truth\": name its file");
    rule->name = arena_string(arena, name ? name : path_base(ground_truth));
    rule->ground_truth = path_join(arena, root, ground_truth);
    rule->images = images ? path_join(arena, root, images) : NULL;
    rule->runs = arena_string(arena, runs ? runs : "**");
    rule->home = root;
    return (rule->name && rule->ground_truth && rule->runs &&
               copy_format(arena, row, "ground_truth_format", &rule->ground_truth_format) &&
               copy_format(arena, row, "predictions_format", &rule->predictions_format)) ||
           err_set(err, ERR_MEMORY, "out of memory");
}

static bool add_rules(
    struct arena *arena, const struct rules *said, struct truth_rules *rules, struct err *err)
{
    const cJSON *datasets = cJSON_GetObjectItemCaseSensitive(said->json, "datasets");
    if (!datasets)
        return true;
    if (!cJSON_IsArray(datasets))
        return err_set(err, ERR_FORMAT, "has no list \"datasets\": see the README for its shape");
    size_t more = (size_t)cJSON_GetArraySize(datasets);
    struct truth_rule *all = ARENA_ARRAY(arena, struct truth_rule, rules->count + more);
    if (!all)
        return err_set(err, ERR_MEMORY, "out of memory");
    if (rules->count)
        memcpy(all, rules->rules, rules->count * sizeof *all);
    rules->rules = all;
    const cJSON *row;
    cJSON_ArrayForEach(row, datasets)
    {
        if (!add_rule(arena, said->home, row, &all[rules->count], err))
            return false;
        rules->count++;
    }
    return true;
}

/* The lists of synonyms are for whoever loads the runs; here only their shape is looked at, so that
 * what is wrong with the file is said once. */
static bool check_synonyms(struct arena *arena, const struct rules *said, struct err *err)
{
    struct synonyms synonyms;
    bool ok = synonyms_init(&synonyms, arena) ? rules_add_synonyms(said, &synonyms, err)
                                              : err_set(err, ERR_MEMORY, "out of memory");
    synonyms_done(&synonyms);
    return ok;
}

bool truth_read_rules(
    struct arena *arena, const char *root, struct truth_rules *rules, struct err *err)
{
    struct rules said;
    if (rules->ground_truth)
        return true;
    if (!rules_open(arena, root, &said, err))
        return false;
    bool ok =
        !said.json || (add_rules(arena, &said, rules, err) && check_synonyms(arena, &said, err));
    if (!ok)
        err_in_file(err, said.path);
    rules_close(&said);
    return ok;
}

static bool exists(const char *path)
{
    struct file_stat stat;
    return path && file_stat(path, &stat);
}

static void add_candidate(struct truth *truth, const char *path)
{
    for (size_t i = 0; i < truth->count; i++)
        if (strcmp(truth->ground_truth[i], path) == 0)
            return;
    if (truth->count < TRUTH_MAX_CANDIDATES)
        truth->ground_truth[truth->count++] = path;
}

static void add_image_dir(struct truth *truth, const char *path)
{
    if (path && truth->image_dir_count < TRUTH_MAX_IMAGE_DIRS && exists(path))
        truth->image_dirs[truth->image_dir_count++] = path;
}

/* A walk from a run's directory through its parents. */
struct climb {
    struct arena *arena;
    const char *root, *at; /* NULL: over */
    int level;
    bool passed_root;
};

static struct climb climb_from(struct arena *arena, const char *root, const char *directory)
{
    return (struct climb){arena, root, directory, 0, false};
}

static void climb_on(struct climb *climb)
{
    climb->level++;
    climb->passed_root |= strcmp(climb->at, climb->root) == 0;
    bool over =
        strcmp(climb->at, "/") == 0 || (climb->passed_root && climb->level > RULES_LEVELS_ABOVE);
    climb->at = over ? NULL : path_parent(climb->arena, climb->at);
}

/* What the run said, as it stands or (another machine's path) below one of the parents. */
static const char *resolve_said(
    struct arena *arena, const char *root, const char *directory, const char *said)
{
    char *path = path_join(arena, directory, said);
    path = path ? path_clean(arena, path) : NULL;
    if (exists(path))
        return path;
    struct climb climb = climb_from(arena, root, directory);
    for (; climb.at; climb_on(&climb)) {
        path = path_join(arena, climb.at, said[0] == '/' ? path_base(said) : said);
        if (exists(path))
            return path;
        path = path_join(arena, climb.at, path_base(said));
        if (exists(path))
            return path;
    }
    return NULL;
}

static bool is_annotation_name(const char *name)
{
    return path_has_suffix(name, ".json") || path_has_suffix(name, ".yaml") ||
           path_has_suffix(name, ".yml");
}

static bool has_folder(const struct file_list *list, const char *const *names)
{
    for (; *names; names++) {
        const struct file_entry *entry = file_list_find(list, *names);
        if (entry && entry->is_dir)
            return true;
    }
    return false;
}

/* A directory like VOC's, whose annotations are a folder in it. */
static bool is_tree(const struct file_list *list)
{
    static const char *const NAMES[] = {"Annotations", "annotations", "Annotation", NULL};
    return has_folder(list, NAMES);
}

/* A folder that says itself that it holds ground truth. */
static bool is_ground_truth_name(const char *name)
{
    static const char *const NAMES[] = {
        "ground-truth", "ground_truth", "groundtruth", "groundtruths"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (strcmp(name, NAMES[i]) == 0)
            return true;
    return false;
}

static void try_candidate(struct truth *truth, const char *path)
{
    enum annotation_kind kind;
    if (annotation_sniff(path, &kind) && kind == ANNOTATION_GROUND_TRUTH)
        add_candidate(truth, path);
}

/* What a search for ground truth may still look at. */
struct budget {
    int sniffs, listings;
};

/* Ground truth among the files of DIRECTORY, then of the folders in it, DEPTH levels down. */
static void look_in(struct arena *arena, const char *directory, int depth, struct truth *truth,
    struct budget *budget)
{
    struct file_list list;
    if (budget->listings-- <= 0 || !file_list(directory, arena, &list, NULL))
        return;
    for (size_t i = 0; i < list.count && budget->sniffs > 0; i++) {
        const struct file_entry *entry = &list.entries[i];
        if (entry->is_dir ? !is_ground_truth_name(entry->name) : !is_annotation_name(entry->name))
            continue;
        budget->sniffs--;
        const char *path = path_join(arena, directory, list.entries[i].name);
        if (path)
            try_candidate(truth, path);
    }
    if (is_tree(&list) && budget->sniffs-- > 0)
        try_candidate(truth, directory);
    for (size_t i = 0; i < list.count && depth > 0 && budget->listings > 0; i++) {
        const char *below = path_join(arena, directory, list.entries[i].name);
        if (below && list.entries[i].is_dir && list.entries[i].name[0] != '.')
            look_in(arena, below, depth - 1, truth, budget);
    }
}

/* A word of PATH begins with WORD. */
static bool has_word(const char *path, const char *word)
{
    for (const char *at = path; (at = strstr(at, word)); at++)
        if (at == path || !((at[-1] | 32) >= 'a' && (at[-1] | 32) <= 'z'))
            return true;
    return false;
}

/* Models are judged by what they have not been trained on; splits often share the ids of images, so
 * that any of them joins. */
static int unlikeliness(const char *path)
{
    return has_word(path, "val") ? 0 : has_word(path, "train") ? 2 : 1;
}

/* Of the candidates from FIRST on, found below DIRECTORY, the likeliest first. */
static void sort_candidates(struct truth *truth, size_t first, const char *directory)
{
    for (size_t i = first; i < truth->count; i++) {
        const char *path = truth->ground_truth[i];
        int rank = unlikeliness(path_below(directory, path));
        size_t at = i;
        for (;
             at > first && unlikeliness(path_below(directory, truth->ground_truth[at - 1])) > rank;
             at--)
            truth->ground_truth[at] = truth->ground_truth[at - 1];
        truth->ground_truth[at] = path;
    }
}

/* Nearest first; which of them is meant shows when it joins the predictions. */
static void look_nearby(
    struct arena *arena, const char *root, const char *directory, struct truth *truth)
{
    struct budget budget = {MOST_SNIFFED, MOST_LISTED};
    struct climb climb = climb_from(arena, root, directory);
    for (; climb.at && truth->count < TRUTH_MAX_CANDIDATES; climb_on(&climb)) {
        size_t first = truth->count;
        look_in(arena, climb.at, climb.level ? 3 : 0, truth, &budget);
        sort_candidates(truth, first, climb.at);
    }
}

static void take_said(struct arena *arena, const char *root, const char *directory,
    const struct artifact *artifacts, size_t count, struct truth *out)
{
    for (size_t i = 0; i < count; i++) {
        if (artifacts[i].kind != ARTIFACT_GROUND_TRUTH && artifacts[i].kind != ARTIFACT_IMAGES)
            continue;
        const char *path = resolve_said(arena, root, directory, artifacts[i].path);
        if (!path)
            continue;
        if (artifacts[i].kind == ARTIFACT_IMAGES)
            add_image_dir(out, path);
        else
            add_candidate(out, path);
    }
}

/* A rule speaks of the runs below its own boxtop.json only. */
static bool is_ruled(const struct truth_rule *rule, const char *directory)
{
    const char *below = path_below(rule->home, directory);
    return (below != directory || strcmp(rule->home, directory) == 0) &&
           text_glob(rule->runs, below);
}

/* What was said before goes before. */
static void obey(const struct truth_rule *rule, struct truth *out)
{
    if (!out->count && exists(rule->ground_truth)) {
        add_candidate(out, rule->ground_truth);
        add_image_dir(out, rule->images);
        out->name = rule->name;
        if (!out->ground_truth_format)
            out->ground_truth_format = rule->ground_truth_format;
    }
    if (!out->predictions_format)
        out->predictions_format = rule->predictions_format;
}

void truth_find_said(struct arena *arena, const struct truth_rules *rules, const char *root,
    const char *directory, const struct artifact *artifacts, size_t artifact_count,
    struct truth *out)
{
    *out = (struct truth){.ground_truth_format = rules->ground_truth_format,
        .predictions_format = rules->predictions_format};
    if (rules->ground_truth)
        add_candidate(out, rules->ground_truth);
    add_image_dir(out, rules->images);
    if (!rules->ground_truth)
        take_said(arena, root, directory, artifacts, artifact_count, out);
    for (size_t i = 0; i < rules->count; i++)
        if (is_ruled(&rules->rules[i], directory))
            obey(&rules->rules[i], out);
    out->said = out->count > 0;
}

bool truth_find(struct arena *arena, const struct truth_rules *rules, const char *root,
    const char *directory, const struct artifact *artifacts, size_t artifact_count,
    struct truth *out, struct err *err)
{
    truth_find_said(arena, rules, root, directory, artifacts, artifact_count, out);
    if (!out->said)
        look_nearby(arena, root, directory, out);
    if (out->count)
        return true;
    return err_set(err, ERR_FORMAT,
        "no ground truth found: name it with --gt FILE, or in a boxtop.json at the root");
}

static bool is_file(const char *path)
{
    struct file_stat stat;
    return path && file_stat(path, &stat) && stat.is_regular;
}

/* The file NAME; or, where only the stem of the image is known (YOLO's labels), with an ending. */
static const char *find_file(struct arena *arena, const char *directory, const char *name)
{
    static const char *const ENDINGS[] = {
        ".jpg", ".jpeg", ".png", ".webp", ".JPG", ".JPEG", ".PNG"};
    const char *path = path_join(arena, directory, name);
    if (!path || is_file(path))
        return path;
    bool ends = !name[0];
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++)
        ends |= path_has_suffix(name, ENDINGS[i]);
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS && !ends; i++) {
        const char *longer = arena_printf(arena, "%s%s", path, ENDINGS[i]);
        if (is_file(longer))
            return longer;
    }
    return NULL;
}

static const char *find_in(struct arena *arena, const char *directory, const char *file_name)
{
    const char *path = find_file(arena, directory, file_name), *base = path_base(file_name);
    return path || base == file_name ? path : find_file(arena, directory, base);
}

const char *truth_find_image(struct arena *arena, const struct truth *truth,
    const char *ground_truth, const char *images_dir, const char *file_name)
{
    static const char *const AROUND[] = {".", "images", "../images", "..", "../../images", "val",
        "valid", "test", "train", "images/val", "../images/val", "val2017", "../val2017"};
    const char *found = NULL;
    for (size_t i = 0; i < truth->image_dir_count && !found; i++)
        found = find_in(arena, truth->image_dirs[i], file_name);
    if (!found && images_dir)
        found = find_in(arena, images_dir, file_name);
    const char *home = found ? NULL : path_parent(arena, ground_truth);
    for (size_t i = 0; i < sizeof AROUND / sizeof *AROUND && home && !found; i++) {
        const char *directory = path_join(arena, home, AROUND[i]);
        if (directory)
            found = find_in(arena, directory, file_name);
    }
    return found ? path_clean(arena, found) : NULL;
}
