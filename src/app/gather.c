#include "app/gather.h"

#include "work/remarks.h"
#include "work/scan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct reporter {
    bool to_terminal, shown;
};

static bool report_progress(void *self, const struct index_progress *progress)
{
    struct reporter *reporter = self;
    static const char *const PHASES[] = {[INDEX_SCANNING] = "looking for runs",
        [INDEX_READING] = "reading",
        [INDEX_EVALUATING] = "evaluating"};
    if (!reporter->to_terminal)
        return true;
    if (progress->phase == INDEX_DONE) {
        if (reporter->shown)
            fprintf(stderr, "\r\033[K");
        return true;
    }
    fprintf(stderr, "\r%s: %zu runs\033[K", PHASES[progress->phase], progress->runs_found);
    reporter->shown = true;
    return true;
}

static void report_trouble(void *self, const struct err *err)
{
    (void)self;
    say_error(err);
}

static bool gather(const struct settings *settings, const char *const *roots, size_t count,
    struct gathered *gathered, struct err *err)
{
    gathered->settings = (struct index_settings){.roots = roots,
        .root_count = count,
        .ground_truth = settings->ground_truth,
        .images = settings->images,
        .evaluate = true};
    struct reporter reporter = {.to_terminal = isatty(STDERR_FILENO)};
    struct index_listener listener = {&reporter, report_progress, report_trouble};
    gathered->store = index_open(&gathered->settings, settings->index, settings->rebuild, err);
    if (!gathered->store || !index_refresh(gathered->store, &gathered->settings, &listener, err))
        return false;
    gathered->runs = runs_load(gathered->store, NULL, err);
    struct err remarks = {0};
    if (gathered->runs)
        remarks_attach_own(gathered->runs, &remarks);
    if (remarks.code)
        say_error(&remarks);
    return gathered->runs != NULL;
}

static bool choose_all(struct gathered *gathered, struct err *err)
{
    const struct runs *runs = gathered->runs;
    gathered->chosen = ARENA_ARRAY(&gathered->arena, const struct run_row *, runs->count);
    if (!gathered->chosen)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < runs->count; i++)
        gathered->chosen[gathered->count++] = &runs->rows[i];
    return true;
}

bool gather_below(
    const struct settings *settings, char **paths, struct gathered *gathered, struct err *err)
{
    static const char *const HERE[] = {"."};
    *gathered = (struct gathered){0};
    size_t count = 0;
    while (paths[count])
        count++;
    const char *const *roots = count ? (const char *const *)paths : HERE;
    return gather(settings, roots, count ? count : 1, gathered, err) && choose_all(gathered, err);
}

static void choose(struct gathered *gathered, const struct run_row *run)
{
    for (size_t i = 0; i < gathered->count; i++)
        if (gathered->chosen[i] == run)
            return;
    gathered->chosen[gathered->count++] = run;
}

bool gather_is_path(const char *name)
{
    return name[0] == '/' || strncmp(name, "./", 2) == 0 || strncmp(name, "../", 3) == 0;
}

/* The part of PATH that is there: all of it, or a file in which there are several runs, with the
 * name of one behind it. NULL for neither. */
static const char *part_on_disk(struct arena *arena, const char *path)
{
    struct file_stat stat;
    if (access(path, F_OK) == 0)
        return path;
    char *part = arena_string(arena, path), *slash;
    while (part && (slash = strrchr(part, '/')) && slash > part) {
        *slash = '\0';
        if (file_stat(part, &stat))
            return stat.is_regular ? part : NULL;
    }
    return NULL;
}

static void choose_in(struct gathered *gathered, const char *directory)
{
    for (size_t i = 0; i < gathered->runs->count; i++) {
        const struct run_row *run = &gathered->runs->rows[i];
        if (strcmp(path_below(directory, run->directory), run->directory) != 0)
            choose(gathered, run);
    }
}

static bool choose_below(struct gathered *gathered, const char *path, struct err *err)
{
    struct arena *arena = &gathered->arena;
    const char *part = part_on_disk(arena, path);
    const char *place = part ? scan_absolute(arena, part, err) : NULL;
    struct file_stat stat;
    size_t before = gathered->count;
    if (!place)
        return false;
    if (file_stat(place, &stat) && !stat.is_dir) {
        const char *run = arena_printf(arena, "%s%s", place, path + strlen(part));
        if (run)
            choose_in(gathered, run);
        place = strlen(part) == strlen(path) ? path_parent(arena, place) : NULL;
    }
    if (place && gathered->count == before)
        choose_in(gathered, place);
    if (gathered->count > before)
        return true;
    err_set(err, ERR_FORMAT, "no run found there: boxtop index --explain tells what was looked at");
    err_in_file(err, path);
    return false;
}

bool gather_named(const struct settings *settings, char **names, size_t least,
    struct gathered *gathered, struct err *err)
{
    *gathered = (struct gathered){0};
    size_t count = 0, root_count = 0;
    bool here = false;
    while (names[count])
        count++;
    const char **roots = ARENA_ARRAY(&gathered->arena, const char *, count + 1);
    bool *is_path = ARENA_ARRAY(&gathered->arena, bool, count + 1);
    if (!roots || !is_path)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++) {
        const char *part = part_on_disk(&gathered->arena, names[i]);
        is_path[i] = part != NULL;
        if (part) {
            roots[root_count++] = part;
        } else if (gather_is_path(names[i])) {
            err_set(err, ERR_IO, "cannot open: %s", strerror(ENOENT));
            err_in_file(err, names[i]);
            return false;
        }
        here |= !is_path[i];
    }
    if (here)
        roots[root_count++] = ".";
    if (count == 0)
        return err_set(
            err, ERR_USAGE, "name a run: its directory, or its name as boxtop ls shows it");
    if (!gather(settings, roots, root_count, gathered, err))
        return false;
    gathered->chosen =
        ARENA_ARRAY(&gathered->arena, const struct run_row *, gathered->runs->count + 1);
    if (!gathered->chosen)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++) {
        const struct run_row *run =
            is_path[i] ? NULL : runs_find_named(gathered->runs, names[i], err);
        if (run)
            choose(gathered, run);
        else if (!is_path[i] || !choose_below(gathered, names[i], err))
            return false;
    }
    return gathered->count >= least ||
           err_set(err, ERR_USAGE, "%zu runs are needed, and there is %zu", least, gathered->count);
}

void gather_done(struct gathered *gathered)
{
    runs_release(gathered->runs);
    store_close(gathered->store);
    arena_done(&gathered->arena);
}
