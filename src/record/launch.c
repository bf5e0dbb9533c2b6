#include "record/launch.h"

#include "base/file.h"
#include "record/shell_text.h"

#include <string.h>

enum next { ANOTHER, PYTHON };
enum listed { FLAGS, VALUES };

struct launcher {
    const char *name, *second, *told;
    size_t skip;
    enum next next;
    enum listed listed;
    const char *options; /* without dashes, parted by blanks */
};

static const struct launcher LAUNCHERS[] = {
#define LAUNCHER(name, second, told, skip, next, listed, options)                                  \
    {name, second, told, skip, next, listed, options},
#include "record/launchers.def"
#undef LAUNCHER
};

static const char *const SHELLS[] = {"bash", "sh", "dash", "zsh", "ksh", NULL};

bool launch_is_python(const char *name)
{
    static const char *const PYTHONS[] = {"python", "pypy", "ipython", NULL};
    const char *base = path_base(name);
    for (const char *const *python = PYTHONS; *python; python++) {
        size_t length = strlen(*python);
        if (strncmp(base, *python, length) == 0 &&
            base[length + strspn(base + length, "0123456789.")] == '\0')
            return true;
    }
    return false;
}

static bool is_shell(const char *name)
{
    for (const char *const *shell = SHELLS; *shell; shell++)
        if (strcmp(path_base(name), *shell) == 0)
            return true;
    return false;
}

static const struct launcher *find(const char *name, const char *second)
{
    for (size_t i = 0; i < sizeof LAUNCHERS / sizeof *LAUNCHERS; i++) {
        const struct launcher *row = &LAUNCHERS[i];
        if (strcmp(row->name, name) == 0 &&
            (!*row->second || (second && strcmp(row->second, second) == 0)))
            return row;
    }
    return NULL;
}

static bool is_listed(const char *list, const char *name, size_t length)
{
    for (const char *at = list; *at; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");
        if (word == length && memcmp(at, name, length) == 0)
            return true;
        at += word;
    }
    return false;
}

static bool is_option(const char *word, const char *name)
{
    return strcmp(word + strspn(word, "-"), name) == 0;
}

/* The words that the option at WORDS takes, itself included. */
static size_t option_words(const struct launcher *row, char *const *words)
{
    const char *name = words[0] + strspn(words[0], "-"), *value = words[1];
    size_t length = strcspn(name, "=");
    if (name[length] == '=')
        return 1;
    if (is_listed("mca gmca", name, length) && value && words[2])
        return 3;
    bool takes = is_listed(row->options, name, length) == (row->listed == VALUES);
    bool is_value =
        value && value[0] != '-' && !path_has_suffix(value, ".py") && !launch_is_python(value);
    return takes && is_value ? 2 : 1;
}

/* A launcher's own words, from AT on. Returns the first that is not; *MODULE and *PROGRAM: its
 * options say that a module, or a program of any kind, follows. */
static size_t skip_own(
    const struct launcher *row, char *const *words, size_t at, bool *module, bool *program)
{
    bool assigns = strcmp(row->told, "env") == 0 || strcmp(row->name, "sudo") == 0;
    for (; words[at]; at += option_words(row, words + at)) {
        if (strcmp(words[at], "--") == 0) {
            at++;
            break;
        }
        if (words[at][0] != '-' && !(assigns && shell_is_assignment(words[at])))
            break;
        *module |= is_option(words[at], "m") || is_option(words[at], "module");
        *program |= is_option(words[at], "no_python") || is_option(words[at], "no-python");
    }
    for (size_t i = 0; i < row->skip && words[at]; i++)
        at++;
    return at;
}

/* Python's own options, or a shell's, from AT on, and what they run. */
static void read_interpreter(struct launch *launch, char *const *words, size_t at, bool python)
{
    for (; words[at] && words[at][0] == '-' && words[at][1]; at++) {
        const char *takes = python ? "mcXW" : "cO";
        if (strcmp(words[at], "--") == 0) {
            at++;
            break;
        }
        size_t letter = words[at][1] == '-' ? strlen(words[at]) : strcspn(words[at], takes);
        if (!words[at][letter])
            continue;
        const char *value = words[at] + letter + 1;
        char which = words[at][letter];
        if (!*value || !python)
            value = words[at + 1] ? words[++at] : "";
        if (which == 'm' || which == 'c') {
            *(which == 'm' ? &launch->module : &launch->text) = value;
            launch->own = at + 1;
            return;
        }
    }
    launch->script = words[at];
    launch->own = at + (words[at] != NULL);
}

static void add_step(
    struct launch *launch, const struct launcher *row, const char *name, size_t first, size_t end)
{
    launch->steps[launch->step_count++] = (struct launch_step){
        .name = name, .told = *row->told ? row->told : NULL, .first = first, .end = end};
}

/* Reads on from AT; returns where a further command begins, 0 when all is told. */
static size_t read_step(struct launch *launch, char *const *words, size_t at)
{
    const struct launcher *row = NULL;
    const char *name = words[at];
    if (launch_is_python(name) || is_shell(name)) {
        launch->interpreter = name;
        read_interpreter(launch, words, at + 1, launch_is_python(name));
        row = launch->module ? find(launch->module, NULL) : NULL;
        if (!row)
            return 0;
        name = launch->module;
        launch->module = NULL;
        at = launch->own;
    } else {
        row = find(path_base(name), words[at + 1]);
        if (!row) {
            launch->script = name;
            launch->own = at + 1;
            return 0;
        }
        at += 1 + (*row->second != '\0');
    }
    bool module = false, program = row->next == ANOTHER;
    size_t next = skip_own(row, words, at, &module, &program);
    add_step(launch, row, name, at, next);
    launch->own = next + (words[next] != NULL);
    bool is_script = words[next] && path_has_suffix(words[next], ".py");
    if (program && !module && !is_script && words[next])
        return next;
    *(module ? &launch->module : &launch->script) = words[next];
    return 0;
}

struct launch launch_read(char *const *words)
{
    struct launch launch = {0};
    size_t at = 0;
    while (words[launch.count])
        launch.count++;
    do
        at = read_step(&launch, words, at);
    while (at && launch.step_count < LAUNCH_MOST_STEPS);
    if (at || (!launch.script && !launch.module && !launch.text && !launch.interpreter)) {
        launch = (struct launch){.script = words[0], .own = 1, .count = launch.count};
    }
    return launch;
}

/* WORDS without its shell, whose text is INNER. */
static char *const *put_in(
    char *const *words, const struct launch *launch, char *const *inner, struct arena *arena)
{
    size_t before = 0, count = 0;
    while (words[before] != launch->interpreter)
        before++;
    while (inner[count])
        count++;
    char **all = ARENA_ARRAY(arena, char *, before + count + 1);
    if (!all)
        return words;
    memcpy(all, words, before * sizeof *all);
    memcpy(all + before, inner, count * sizeof *all);
    return all;
}

char *const *launch_unwrap(char *const *words, struct arena *arena)
{
    for (int i = 0; i < LAUNCH_MOST_STEPS; i++) {
        struct launch launch = launch_read(words);
        if (!launch.text || launch_is_python(launch.interpreter) || launch.own != launch.count)
            break;
        char *const *inner = shell_text_words(launch.text, arena);
        if (!inner)
            break;
        words = put_in(words, &launch, inner, arena);
    }
    return words;
}
