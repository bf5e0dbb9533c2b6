/*
 * What is looked up about a command, all together, on its thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "record/lookup.h"
#include "temp.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONG_MS = 60000 };

static void enter_fresh_directory(void)
{
    assert_int_equal(chdir(temp_dir()), 0);
    temp_text(".", "train.py", "print(1)\n");
    setenv("PATH", "/nowhere", 1); /* no git, no Python */
}

static cJSON *json_of(const struct run_dir *dir, const char *name)
{
    struct buf text;
    struct err err = {0};
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir->path, name);
    buf_init(&text, 1 << 20);
    assert_true(file_read(path, &text, &err));
    cJSON *json = cJSON_Parse(text.data);
    assert_non_null(json);
    buf_done(&text);
    return json;
}

static void test_all(void **state)
{
    (void)state;
    char *words[] = {"python", "train.py", "--lr", "0.5", NULL}, *given[] = {"note=x", NULL};
    struct run_dir dir;
    struct file_stat stat;
    char path[4096];
    enter_fresh_directory();
    assert_true(run_dir_make(&dir, ".", "run", NULL, NULL, NULL));
    struct lookup_from from = {words, given, &dir};
    assert_true(lookup_finish(lookup_start(&from, NULL), LONG_MS));
    cJSON *config = json_of(&dir, "config.json"), *here = json_of(&dir, "environment.json"),
          *code = json_of(&dir, "code/commit.json");
    assert_true(cJSON_GetObjectItem(config, "lr")->valuedouble == 0.5);
    assert_string_equal(cJSON_GetObjectItem(config, "note")->valuestring, "x");
    assert_non_null(cJSON_GetObjectItem(here, "kernel"));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(code, "copied")), 1);
    snprintf(path, sizeof path, "%s/packages.txt", dir.path);
    assert_false(file_stat(path, &stat)); /* no Python was found: absent, not empty */
    cJSON_Delete(config);
    cJSON_Delete(here);
    cJSON_Delete(code);
    run_dir_done(&dir);
}

/* Who does not wait goes on at once, and the looking up ends all the same. */
static void test_left(void **state)
{
    (void)state;
    static char *words[] = {"python", "train.py", NULL};
    static struct run_dir dir;
    struct file_stat stat;
    char path[4096];
    enter_fresh_directory();
    assert_true(run_dir_make(&dir, ".", "run", NULL, NULL, NULL));
    struct lookup_from from = {words, NULL, &dir};
    bool ended = lookup_finish(lookup_start(&from, NULL), 0);
    snprintf(path, sizeof path, "%s/code/commit.json", dir.path);
    while (!file_stat(path, &stat))
        usleep(1000);
    if (ended)
        run_dir_done(&dir);
    assert_true(lookup_finish(NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
