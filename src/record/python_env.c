#include "record/python_env.h"

#include "base/file.h"
#include "base/text.h"
#include "record/launch.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_SMALL_FILE_BYTES = 64 << 10, HEAD_BYTES = 1024 };

struct search {
    struct arena *arena;
    const struct python_env_from *from;
    struct launch launch;
    const char *first; /* a directory looked into before PATH; NULL for none */
};

/* ---- small things ---- */

static const char *variable(const struct search *search, const char *name)
{
    size_t length = strlen(name);
    for (char *const *at = search->from->environment; *at; at++)
        if (strncmp(*at, name, length) == 0 && (*at)[length] == '=' && (*at)[length + 1])
            return *at + length + 1;
    return NULL;
}

static bool is_directory(const char *path)
{
    struct file_stat stat;
    return path && file_stat(path, &stat) && stat.is_dir;
}

static bool is_program(const char *path)
{
    struct file_stat stat;
    return path && file_stat(path, &stat) && stat.is_regular && access(path, X_OK) == 0;
}

/* The environment of a program in its "bin"; NULL when memory is out. */
static const char *grandparent(struct arena *arena, const char *path)
{
    const char *parent = path_parent(arena, path);
    return parent ? path_parent(arena, parent) : NULL;
}

/* The small file PATH as text, "" when it cannot be read. */
static const char *text_of(struct arena *arena, const char *path)
{
    struct buf text;
    const char *copy = NULL;
    buf_init(&text, MOST_SMALL_FILE_BYTES);
    if (path && file_read(path, &text, NULL) && text.data)
        copy = arena_copy(arena, text.data, text.length);
    buf_done(&text);
    return copy ? copy : "";
}

/* The first line of TEXT, without blanks around it. */
static const char *first_line(struct arena *arena, const char *text)
{
    text += strspn(text, " \t");
    size_t length = strcspn(text, "\r\n");
    while (length && isblank((unsigned char)text[length - 1]))
        length--;
    const char *line = arena_copy(arena, text, length);
    return line ? line : "";
}

/* DIRECTORY/NAME, or that of the nearest directory above that has it; NULL when none has. */
static const char *find_above(struct arena *arena, const char *directory, const char *name)
{
    char *real = realpath(directory, NULL);
    const char *at = real ? arena_string(arena, real) : NULL, *found = NULL;
    free(real);
    while (at && !found) {
        const char *path = path_join(arena, at, name);
        if (path && access(path, F_OK) == 0)
            found = path;
        at = strcmp(at, "/") == 0 ? NULL : path_parent(arena, at);
    }
    return found;
}

/* ---- programs ---- */

/* NAME as the system would find it; those in a directory called SKIPPED (NULL: none) are passed
 * over. */
static const char *find_program(const struct search *search, const char *name, const char *skipped)
{
    const char *path = variable(search, "PATH");
    if (strchr(name, '/'))
        return path_join(search->arena, search->from->directory, name);
    const char *candidate = search->first ? path_join(search->arena, search->first, name) : NULL;
    if (is_program(candidate))
        return candidate;
    for (const char *at = path ? path : "/usr/local/bin:/usr/bin:/bin"; *at;) {
        size_t length = strcspn(at, ":");
        const char *directory = arena_copy(search->arena, at, length);
        at += length + (at[length] == ':');
        if (!directory || !*directory || (skipped && strcmp(path_base(directory), skipped) == 0))
            continue;
        directory = path_join(search->arena, search->from->directory, directory);
        candidate = directory ? path_join(search->arena, directory, name) : NULL;
        if (is_program(candidate))
            return candidate;
    }
    return NULL;
}

/* pyenv's version VERSION, or the last whose name begins with it, below ROOT. */
static const char *pyenv_version(struct arena *arena, const char *root, const char *version)
{
    const char *versions = arena_printf(arena, "%s/versions", root);
    const char *exact = versions ? path_join(arena, versions, version) : NULL, *best = NULL;
    struct file_list list;
    if (!*version || is_directory(exact) || !versions || !file_list(versions, arena, &list, NULL))
        return *version ? exact : NULL;
    for (size_t i = 0; i < list.count; i++)
        if (strncmp(list.entries[i].name, version, strlen(version)) == 0 &&
            (!best || text_compare_natural(list.entries[i].name, best) > 0))
            best = list.entries[i].name;
    return best ? path_join(arena, versions, best) : NULL;
}

/* What pyenv's SHIM starts. */
static const char *behind_shim(const struct search *search, const char *shim)
{
    struct arena *arena = search->arena;
    const char *name = path_base(shim), *root = variable(search, "PYENV_ROOT"),
               *version = variable(search, "PYENV_VERSION");
    if (!root)
        root = grandparent(arena, shim);
    if (!root)
        return NULL;
    if (!version)
        version = text_of(arena, find_above(arena, search->from->directory, ".python-version"));
    if (!*version)
        version = text_of(arena, path_join(arena, root, "version"));
    version = first_line(arena, version);
    version = arena_copy(arena, version, strcspn(version, ": "));
    if (!version || strcmp(version, "system") == 0)
        return find_program(search, name, "shims");
    const char *home = pyenv_version(arena, root, version);
    return home ? arena_printf(arena, "%s/bin/%s", home, name) : NULL;
}

/* The interpreter that a script's HEAD names: "#!/path/python", "#!/usr/bin/env python3", or pip's
 * way around long paths: "#!/bin/sh" and "'''exec' /path/python "$0"". NULL for none of Python's.
 */
static const char *shebang(const struct search *search, const char *head)
{
    static const char EXEC[] = "'''exec' ";
    if (strncmp(head, "#!", 2) != 0)
        return NULL;
    const char *line = first_line(search->arena, head + 2), *exec = strstr(head, EXEC);
    if (exec) {
        exec += sizeof EXEC - 1;
        exec += *exec == '"';
        line = arena_copy(search->arena, exec, strcspn(exec, "\" \n"));
    }
    for (const char *at = line; at && *at; at += strspn(at, " \t")) {
        size_t length = strcspn(at, " \t");
        const char *word = arena_copy(search->arena, at, length);
        if (word && launch_is_python(word))
            return find_program(search, word, NULL);
        if (at == line && strcmp(path_base(word ? word : ""), "env") != 0)
            return NULL;
        at += length;
    }
    return NULL;
}

/* The interpreter that runs PROGRAM (found already): itself, or what its first line names. */
static const char *interpreter_of(const struct search *search, const char *program)
{
    char head[HEAD_BYTES + 1];
    size_t got = program ? file_peek(program, head, HEAD_BYTES) : 0;
    head[got] = '\0';
    if (strncmp(head, "#!", 2) == 0 && strstr(head, "pyenv")) {
        program = behind_shim(search, program);
        got = program ? file_peek(program, head, HEAD_BYTES) : 0;
        head[got] = '\0';
    }
    if (!program || !got)
        return NULL;
    return strncmp(head, "#!", 2) == 0 ? shebang(search, head)
           : launch_is_python(program) ? program
                                       : NULL;
}

/* ---- runners of environments ---- */

/* The value of the option SHORT or LONG among the words of STEP; NULL. */
static const char *option_of(const struct search *search, const struct launch_step *step,
    const char *brief, const char *full)
{
    char *const *words = search->from->words;
    for (size_t i = step->first; i < step->end; i++) {
        size_t length = strlen(full);
        if (i + 1 < step->end && (strcmp(words[i], brief) == 0 || strcmp(words[i], full) == 0))
            return words[i + 1];
        if (strncmp(words[i], full, length) == 0 && words[i][length] == '=')
            return words[i] + length + 1;
    }
    return NULL;
}

static const char *conda_prefix(const struct search *search, const struct launch_step *step)
{
    struct arena *arena = search->arena;
    const char *prefix = option_of(search, step, "-p", "--prefix"),
               *name = option_of(search, step, "-n", "--name"),
               *program = variable(search, "CONDA_EXE"), *home = variable(search, "HOME");
    if (prefix || !name)
        return prefix ? path_join(arena, search->from->directory, prefix)
                      : variable(search, "CONDA_PREFIX");
    if (!program)
        program = find_program(search, step->name, NULL);
    const char *root = variable(search, "MAMBA_ROOT_PREFIX");
    if (!root && program)
        root = grandparent(arena, program);
    const char *places[] = {root ? arena_printf(arena, "%s/envs/%s", root, name) : NULL,
        home ? arena_printf(arena, "%s/.conda/envs/%s", home, name) : NULL,
        root && strcmp(name, "base") == 0 ? root : NULL};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (is_directory(places[i]))
            return places[i];
    return NULL;
}

/* The environment that STEP enters; NULL for none. */
static const char *entered(const struct search *search, const struct launch_step *step)
{
    static const char *const CONDAS[] = {"conda", "mamba", "micromamba", NULL};
    static const char *const PROJECTS[] = {"uv", "poetry", "pdm", "pipenv", "hatch", "rye", NULL};
    const char *name = path_base(step->name), *directory = search->from->directory;
    for (const char *const *conda = CONDAS; *conda; conda++)
        if (strcmp(name, *conda) == 0)
            return conda_prefix(search, step);
    if (strcmp(name, "pixi") == 0) {
        const char *which = option_of(search, step, "-e", "--environment");
        const char *envs = find_above(search->arena, directory, ".pixi/envs");
        return envs ? path_join(search->arena, envs, which ? which : "default") : NULL;
    }
    for (const char *const *project = PROJECTS; *project; project++)
        if (strcmp(name, *project) == 0) {
            const char *said =
                strcmp(name, "uv") == 0 ? variable(search, "UV_PROJECT_ENVIRONMENT") : NULL;
            const char *below = option_of(search, step, "--directory", "--project");
            if (below)
                directory = path_join(search->arena, directory, below);
            const char *found = find_above(search->arena, directory, said ? said : ".venv");
            return found ? found : variable(search, "VIRTUAL_ENV");
        }
    return NULL;
}

/* ---- where its packages are ---- */

static void add_site(struct python_env *env, const char *path)
{
    for (size_t i = 0; i < env->site_count; i++)
        if (text_same(env->sites[i], path))
            return;
    if (env->site_count < PYTHON_ENV_MOST_SITES && is_directory(path))
        env->sites[env->site_count++] = path;
}

/* The "3.11" behind "python" or "pypy" in NAME, "" for less than that. */
static const char *version_in(struct arena *arena, const char *name)
{
    const char *digits = name + strcspn(name, "0123456789");
    bool full = strncmp(name, "py", 2) == 0 && strchr(digits, '.');
    const char *copy = full ? arena_string(arena, digits) : NULL;
    return copy ? copy : "";
}

/* What the directory PREFIX/lib says of the version, where names of programs do not. */
static void learn_version(struct arena *arena, struct python_env *env, const char *prefix)
{
    struct file_list list;
    const char *lib = path_join(arena, prefix, "lib");
    if (*env->version || !lib || !is_directory(lib) || !file_list(lib, arena, &list, NULL))
        return;
    for (size_t i = 0; i < list.count && !*env->version; i++)
        env->version = version_in(arena, list.entries[i].name);
}

/* site-packages and dist-packages of PREFIX, with Debian's ways. */
static void add_prefix(struct arena *arena, struct python_env *env, const char *prefix)
{
    const char *version = env->version;
    const char *sites[] = {
        arena_printf(arena, "%s/local/lib/python%s/dist-packages", prefix, version),
        arena_printf(arena, "%s/lib/python%s/site-packages", prefix, version),
        arena_printf(arena, "%s/lib64/python%s/site-packages", prefix, version),
        arena_printf(arena, "%s/lib/pypy%s/site-packages", prefix, version),
        arena_printf(arena, "%s/lib/python3/dist-packages", prefix)};
    for (size_t i = 0; i < sizeof sites / sizeof *sites; i++)
        add_site(env, sites[i]);
}

static void add_user_site(const struct search *search, struct python_env *env)
{
    const char *base = variable(search, "PYTHONUSERBASE"), *home = variable(search, "HOME");
    if (variable(search, "PYTHONNOUSERSITE") || !*env->version)
        return;
    if (!base && home)
        base = path_join(search->arena, home, ".local");
    if (base)
        add_site(
            env, arena_printf(search->arena, "%s/lib/python%s/site-packages", base, env->version));
}

static void add_python_path(const struct search *search, struct python_env *env)
{
    const char *at = variable(search, "PYTHONPATH");
    while (at && *at) {
        size_t length = strcspn(at, ":");
        const char *path = arena_copy(search->arena, at, length);
        if (length && path)
            add_site(env, path_join(search->arena, search->from->directory, path));
        at += length + (at[length] == ':');
    }
}

/* The value of KEY in the text of a pyvenv.cfg; NULL. */
static const char *setting(struct arena *arena, const char *text, const char *key)
{
    size_t length = strlen(key);
    for (const char *at = text; *at; at = strchrnul(at, '\n'), at += *at == '\n') {
        const char *sign = at + length;
        if (strncmp(at, key, length) != 0)
            continue;
        sign += strspn(sign, " \t");
        if (*sign == '=')
            return first_line(arena, sign + 1);
    }
    return NULL;
}

/* The interpreter PATH behind its links: its name may tell the version, its place the prefix. */
static const char *real_prefix(struct arena *arena, struct python_env *env, const char *path)
{
    char *real = realpath(path, NULL);
    const char *copy = arena_string(arena, real ? real : path);
    free(real);
    if (copy && !*env->version)
        env->version = version_in(arena, path_base(copy));
    return copy ? grandparent(arena, copy) : NULL;
}

static bool fill(const struct search *search, struct python_env *env)
{
    struct arena *arena = search->arena;
    const char *prefix = grandparent(arena, env->interpreter),
               *base = real_prefix(arena, env, env->interpreter);
    if (!prefix || !base)
        return false;
    const char *config = text_of(arena, path_join(arena, prefix, "pyvenv.cfg"));
    const char *home = setting(arena, config, "home"),
               *system = setting(arena, config, "include-system-site-packages");
    env->prefix = *config ? prefix : base;
    if (*config && home)
        base = path_parent(arena, home);
    learn_version(arena, env, env->prefix);
    add_python_path(search, env);
    if (*config)
        add_prefix(arena, env, prefix);
    if (!*config || (system && strcasecmp(system, "true") == 0)) {
        add_user_site(search, env);
        if (base)
            add_prefix(arena, env, base);
    }
    return true;
}

/* ---- the whole ---- */

static const char *find_interpreter(const struct search *search, bool *guessed)
{
    const struct launch *launch = &search->launch;
    const char *found = NULL;
    *guessed = false;
    if (launch->interpreter && launch_is_python(launch->interpreter))
        return interpreter_of(search, find_program(search, launch->interpreter, NULL));
    for (size_t i = launch->step_count; i > 0 && !found; i--)
        found = interpreter_of(search, find_program(search, launch->steps[i - 1].name, NULL));
    if (launch->script && !found)
        found = interpreter_of(search, find_program(search, launch->script, NULL));
    if (found)
        return found;
    bool by_runner = search->first && launch->script && path_has_suffix(launch->script, ".py");
    *guessed = launch->interpreter != NULL;
    if (by_runner || *guessed) {
        found = interpreter_of(search, find_program(search, "python", NULL));
        if (!found)
            found = interpreter_of(search, find_program(search, "python3", NULL));
    }
    return found;
}

bool python_env_find(
    const struct python_env_from *from, struct arena *arena, struct python_env *env)
{
    struct search search = {.arena = arena, .from = from, .launch = launch_read(from->words)};
    *env = (struct python_env){.version = ""};
    for (size_t i = 0; i < search.launch.step_count; i++) {
        const char *prefix = entered(&search, &search.launch.steps[i]);
        if (prefix)
            search.first = arena_printf(arena, "%s/bin", prefix);
    }
    env->interpreter = find_interpreter(&search, &env->guessed);
    return env->interpreter && fill(&search, env);
}
