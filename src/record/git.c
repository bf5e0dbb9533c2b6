#include "record/git.h"

#include "base/clock.h"

#include <string.h>

extern char **environ;

/* What would make git look elsewhere, run something or talk. */
static bool is_kept(const char *variable)
{
    static const char *const KEPT[] = {
        "GIT_CONFIG", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY", "GIT_EXEC_PATH", NULL};
    if (strncmp(variable, "LC_ALL=", 7) == 0)
        return false;
    if (strncmp(variable, "GIT_", 4) != 0)
        return true;
    for (const char *const *kept = KEPT; *kept; kept++)
        if (strncmp(variable, *kept, strlen(*kept)) == 0)
            return true;
    return false;
}

bool git_init(struct git *git, const char *place, int64_t limit_ms, struct arena *arena)
{
    static char *const OURS[] = {"LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0",
        "GIT_NO_LAZY_FETCH=1", "GIT_PAGER=cat"};
    size_t count = 0, used = 0, ours = sizeof OURS / sizeof *OURS;
    while (environ && environ[count])
        count++;
    *git = (struct git){.place = place,
        .end_ms = clock_ms() + limit_ms,
        .environment = ARENA_ARRAY(arena, char *, count + ours + 1)};
    if (!git->environment)
        return false;
    for (size_t i = 0; i < count; i++)
        if (is_kept(environ[i]))
            git->environment[used++] = environ[i];
    memcpy(git->environment + used, OURS, sizeof OURS);
    return true;
}

struct child_result git_run(const struct git *git, const char *const *words, struct buf *out)
{
    /* Another user's repository counts (root in a container, on a mounted one): the command that is
     * recorded runs its code anyway. */
    const char *all[GIT_MOST_WORDS + 12] = {"git", "-C", git->place, "-c", "safe.directory=*", "-c",
        "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-pager"};
    size_t count = 10;
    for (; *words && count < sizeof all / sizeof *all - 1; words++)
        all[count++] = *words;
    int64_t left_ms = git->end_ms - clock_ms();
    if (left_ms <= 0)
        return (struct child_result){.end = CHILD_LATE};
    return child_run((char *const *)all, git->environment, left_ms, out);
}

bool git_says(const struct git *git, const char *const *words, struct buf *out)
{
    struct child_result result = git_run(git, words, out);
    return result.end == CHILD_DONE && result.code == 0 && !out->failed;
}
