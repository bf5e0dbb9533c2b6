/*
 * The state of the code, of repositories that git makes for it, and of none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "record/code.h"
#include "temp.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONG_MS = 60000 };

#define WORDS(...)                                                                                 \
    (char *[])                                                                                     \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

struct recorded {
    struct run_dir dir;
    cJSON *commit;
};

static bool has_git(void)
{
    return system("git --version >/dev/null 2>&1") == 0;
}

/* A shell in DIRECTORY, with a git that knows no settings of this machine. */
static void shell(const char *directory, const char *script)
{
    char *command;
    assert_true(asprintf(&command, "cd '%s' && { %s\n} >/dev/null 2>&1", directory, script) > 0);
    if (system(command) != 0)
        fail_msg("failed: %s", command);
    free(command);
}

static const char *repository(void)
{
    const char *path = temp_dir();
    shell(path, "git init -q --template= -b main . && printf 'a\\n' >train.py && mkdir sub && "
                "printf 'b\\n' "
                ">sub/c.yaml &&"
                "git add . && git commit -q -m 'first words'");
    return path;
}

static struct recorded record_in(const char *directory, char *const *words, int64_t limit_ms)
{
    struct recorded recorded = {0};
    struct code_from from = {words, directory, limit_ms};
    struct err err = {0};
    struct buf text;
    char path[4096];
    assert_true(run_dir_make(&recorded.dir, temp_dir(), "run", NULL, NULL, &err));
    assert_true(code_record(&from, &recorded.dir, &err));
    snprintf(path, sizeof path, "%s/code/commit.json", recorded.dir.path);
    buf_init(&text, 1 << 20);
    assert_true(file_read(path, &text, &err));
    recorded.commit = cJSON_Parse(text.data);
    assert_non_null(recorded.commit);
    buf_done(&text);
    return recorded;
}

static void done(struct recorded *recorded)
{
    cJSON_Delete(recorded->commit);
    run_dir_done(&recorded->dir);
}

static const char *string(const struct recorded *recorded, const char *key)
{
    const char *text =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(recorded->commit, key));
    return text ? text : "";
}

static int number(const struct recorded *recorded, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(recorded->commit, key);
    return cJSON_IsNumber(item) ? item->valueint : -1;
}

/* How many items the list KEY has; 0 when it is absent. */
static int items(const struct recorded *recorded, const char *key)
{
    return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(recorded->commit, key));
}

/* The file NAME below code/, "" when it is not there; valid until the next call. */
static const char *text_of(const struct recorded *recorded, const char *name)
{
    static char text[64 << 10];
    char path[4096];
    snprintf(path, sizeof path, "%s/code/%s", recorded->dir.path, name);
    text[file_peek(path, text, sizeof text - 1)] = '\0';
    return text;
}

static void skip_without_git(void)
{
    if (has_git())
        return;
    print_message("no git here: nothing is tested\n");
    skip();
}

static void test_clean(void **state)
{
    (void)state;
    skip_without_git();
    const char *path = repository();
    shell(path, "git remote add up https://me:secret@git.example/x.git");
    struct recorded recorded = record_in(path, WORDS("python", "train.py", "sub/c.yaml"), LONG_MS);
    assert_int_equal(strlen(string(&recorded, "commit")), 40);
    assert_string_equal(string(&recorded, "branch"), "main");
    assert_string_equal(string(&recorded, "subject"), "first words");
    assert_string_equal(string(&recorded, "remote"), "https://me:***@git.example/x.git");
    assert_int_equal(number(&recorded, "changed"), 0);
    assert_int_equal(number(&recorded, "untracked"), 0);
    assert_int_equal(items(&recorded, "copied"), 0);
    assert_int_equal(items(&recorded, "late"), 0);
    assert_string_equal(text_of(&recorded, "diff.patch"), "");
    assert_string_equal(text_of(&recorded, "untracked.txt"), "");
    done(&recorded);
}

static void test_dirty(void **state)
{
    (void)state;
    skip_without_git();
    const char *path = repository();
    shell(path, "git checkout -q --detach && printf 'x\\n' >>train.py && printf 'n\\n' >new.py && "
                "git add new.py &&"
                "mkdir -p many && : >many/1 && : >many/2 && printf 'u' >own.py && echo skipped "
                ">.gitignore && : >skipped &&"
                ": >\"$(printf 'od\\033d\\nname')\"");
    /* Asked from elsewhere: the script's own repository counts. */
    char script[4096], own[4096];
    snprintf(script, sizeof script, "%s/train.py", path);
    snprintf(own, sizeof own, "--extra=%s/own.py", path);
    struct recorded recorded = record_in(temp_dir(), WORDS("python", script, own), LONG_MS);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(recorded.commit, "detached")));
    assert_null(cJSON_GetObjectItem(recorded.commit, "branch"));
    assert_int_equal(number(&recorded, "changed"), 2);
    assert_int_equal(number(&recorded, "untracked"), 4);
    assert_string_equal(
        text_of(&recorded, "untracked.txt"), ".gitignore\nmany/\nod\\x1bd\\x0aname\nown.py\n");
    assert_non_null(
        strstr(text_of(&recorded, "diff.patch"), "+++ b/train.py\n@@ -1 +1,2 @@\n a\n+x\n"));
    assert_non_null(strstr(text_of(&recorded, "diff.patch"), "+++ b/new.py\n"));
    assert_string_equal(text_of(&recorded, "copies/own.py"), "u");
    assert_int_equal(items(&recorded, "copied"), 1);
    /* What was written leads from the commit to the state. */
    char apply[9000];
    snprintf(apply, sizeof apply,
        "git stash -q -- train.py new.py && git apply --check '%s/code/diff.patch'",
        recorded.dir.path);
    shell(path, apply);
    done(&recorded);
}

static void test_unborn(void **state)
{
    (void)state;
    skip_without_git();
    const char *path = temp_dir();
    shell(path, "git init -q --template= -b main . && printf 'a\\n' >train.py && git add train.py "
                "&& printf "
                "'b\\n' >>train.py");
    struct recorded recorded = record_in(path, WORDS("python", "train.py"), LONG_MS);
    assert_string_equal(string(&recorded, "commit"), "");
    assert_string_equal(string(&recorded, "branch"), "main");
    assert_non_null(strstr(text_of(&recorded, "diff.patch"), "+a\n+b\n"));
    done(&recorded);
}

static void test_submodule_and_worktree(void **state)
{
    (void)state;
    skip_without_git();
    const char *path = repository(), *library = repository(), *beside = temp_dir();
    char script[9000];
    snprintf(script, sizeof script,
        "git clone -q --template= '%s' lib && git add lib && git commit -q -m sub &&"
        "printf 'changed\\n' >lib/train.py && git worktree add -q -b side '%s/tree'",
        library, beside);
    shell(path, script);
    struct recorded recorded = record_in(path, WORDS("python", "train.py"), LONG_MS);
    assert_int_equal(number(&recorded, "changed"), 1);
    assert_non_null(strstr(text_of(&recorded, "diff.patch"), "lib/train.py"));
    assert_non_null(strstr(text_of(&recorded, "diff.patch"), "+changed\n"));
    done(&recorded);
    recorded = record_in(path, WORDS("python", "lib/train.py"), LONG_MS);
    assert_non_null(strstr(string(&recorded, "top"), "/lib"));
    assert_string_not_equal(string(&recorded, "superproject"), "");
    done(&recorded);
    snprintf(script, sizeof script, "%s/tree", beside);
    recorded = record_in(script, WORDS("python", "train.py"), LONG_MS);
    assert_string_equal(string(&recorded, "branch"), "side");
    assert_int_equal(number(&recorded, "changed"), 0);
    done(&recorded);
}

/* What a repository is set to run is not run, and nothing in it changes. */
static void test_harmless(void **state)
{
    (void)state;
    skip_without_git();
    const char *path = repository();
    shell(path,
        "git config core.fsmonitor 'touch ran-monitor; false' && git config diff.external 'touch "
        "ran-diff' &&"
        "git config core.pager 'touch ran-pager' && git config log.showSignature true &&"
        "git config diff.py.textconv 'touch ran-text; cat' && echo '*.py diff=py' >.gitattributes "
        "&&"
        "git config diff.noprefix true && git config color.ui always && printf 'x\\n' >>train.py &&"
        "rm .git/index.lock 2>/dev/null; touch -d '2001-01-01' .git/index");
    struct file_stat before, after;
    char index[4096];
    snprintf(index, sizeof index, "%s/.git/index", path);
    assert_true(file_stat(index, &before));
    struct recorded recorded = record_in(path, WORDS("python", "train.py"), LONG_MS);
    assert_true(file_stat(index, &after));
    assert_true(before.mtime_ns == after.mtime_ns && before.inode == after.inode);
    assert_non_null(
        strstr(text_of(&recorded, "diff.patch"), "+++ b/train.py\n@@ -1 +1,2 @@\n a\n+x\n"));
    shell(path, "! ls ran-*");
    done(&recorded);
}

static void test_limits(void **state)
{
    (void)state;
    skip_without_git();
    const char *path = repository();
    shell(path, "head -c 4300000 /dev/zero | tr '\\0' 'x' | fold -w 99 >>train.py &&"
                "seq -f '%0240.0f' 300 | xargs touch");
    struct recorded recorded = record_in(path, WORDS("python", "train.py"), LONG_MS);
    assert_int_equal(items(&recorded, "cut"), 2);
    char whole[4096];
    struct file_stat stat;
    snprintf(whole, sizeof whole, "%s/code/diff.patch", recorded.dir.path);
    assert_true(file_stat(whole, &stat) && stat.size_bytes <= 4 << 20 && stat.size_bytes > 3 << 20);
    assert_int_equal(number(&recorded, "untracked"), -1);
    assert_int_equal(number(&recorded, "changed"), 1);
    done(&recorded);
    recorded = record_in(path, WORDS("python", "train.py"), 0);
    assert_string_equal(string(&recorded, "top"), "");
    assert_true(items(&recorded, "late") > 0);
    assert_int_equal(items(&recorded, "copied"), 0); /* beyond the limit of a copy */
    done(&recorded);
}

static void test_no_git(void **state)
{
    (void)state;
    const char *path = temp_dir();
    char *old = getenv("PATH") ? strdup(getenv("PATH")) : NULL;
    temp_text(path, "train.py", "script\n");
    temp_text(path, "a/x.yaml", "one\n");
    temp_text(path, "b/x.yaml", "two\n");
    temp_text(path, "o\x1b\n.py", "odd\n");
    temp_text(path, "pkg/go.py", "module\n");
    temp_text(path, "blob", "not code\n");
    setenv("PATH", "/nowhere", 1);
    struct recorded recorded = record_in(path,
        WORDS("python", "train.py", "--a", "a/x.yaml", "--b=b/x.yaml", "o\x1b\n.py", "blob",
            "a/x.yaml"),
        LONG_MS);
    setenv("PATH", old ? old : "", 1);
    free(old);
    assert_int_equal(items(&recorded, "copied"), 4);
    assert_string_equal(text_of(&recorded, "copies/train.py"), "script\n");
    assert_string_equal(text_of(&recorded, "copies/x.yaml"), "one\n");
    assert_string_equal(text_of(&recorded, "copies/2-x.yaml"), "two\n");
    assert_string_equal(text_of(&recorded, "copies/o__.py"), "odd\n");
    assert_string_equal(string(&recorded, "top"), "");
    done(&recorded);
    recorded = record_in(path, WORDS("python", "-m", "pkg.go"), LONG_MS);
    assert_string_equal(text_of(&recorded, "copies/go.py"), "module\n");
    done(&recorded);
    recorded = record_in(path, WORDS("ls", "-l"), LONG_MS);
    assert_int_equal(items(&recorded, "copied"), 0);
    done(&recorded);
}

int main(void)
{
    /* git as it is without anybody's settings, and with no repository around the temporary ones. */
    static const char *const OURS[][2] = {{"GIT_CONFIG_GLOBAL", "/dev/null"},
        {"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_AUTHOR_NAME", "a"}, {"GIT_AUTHOR_EMAIL", "a@b"},
        {"GIT_COMMITTER_NAME", "a"}, {"GIT_COMMITTER_EMAIL", "a@b"}};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_dirty),
        cmocka_unit_test(test_unborn),
        cmocka_unit_test(test_submodule_and_worktree),
        cmocka_unit_test(test_harmless),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_no_git),
    };
    for (size_t i = 0; i < sizeof OURS / sizeof *OURS; i++)
        setenv(OURS[i][0], OURS[i][1], 1);
    unsetenv("GIT_DIR");
    unsetenv("GIT_WORK_TREE");
    unsetenv("GIT_INDEX_FILE");
    unsetenv("HOME");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
