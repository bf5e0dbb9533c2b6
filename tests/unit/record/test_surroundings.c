/*
 * The surroundings: this machine's as far as any machine has them, a made root, variables and
 * secrets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record/surroundings.h"
#include "temp.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static cJSON *written(const char *root, char *const *environment)
{
    struct surroundings_from from = {root, environment};
    struct buf out;
    struct json_writer writer;
    buf_init(&out, 1 << 20);
    json_writer_init(&writer, &out, true);
    surroundings_write(&from, &writer);
    assert_false(out.failed);
    for (size_t i = 0; i < out.length; i++)
        assert_true(out.data[i] == '\n' || (unsigned char)out.data[i] >= ' ');
    cJSON *json = cJSON_Parse(out.data);
    assert_non_null(json);
    buf_done(&out);
    return json;
}

static const char *string(const cJSON *json, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));
}

static double number(const cJSON *json, const char *key)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(json, key));
}

static void test_here(void **state)
{
    (void)state;
    cJSON *json = written("", (char *[]){NULL});
    char directory[4096];
    assert_string_equal(string(json, "directory"), getcwd(directory, sizeof directory));
    assert_true(number(json, "cpus") >= 1);
    assert_true(number(json, "cpus_allowed") >= 1);
    assert_int_equal(number(json, "user_id"), geteuid());
    assert_non_null(string(json, "kernel"));
    assert_non_null(string(json, "boxtop"));
    cJSON_Delete(json);
}

static void test_made(void **state)
{
    (void)state;
    const char *root = temp_dir();
    char passwd[200];
    snprintf(passwd, sizeof passwd, "odd\n:\na:x:4294967294:0::\nme\x1b[31m:x:%d:0::/:/bin/sh\n",
        (int)geteuid());
    temp_text(root, "etc/passwd", passwd);
    temp_text(root, "etc/os-release", "NAME=\"X\"\nPRETTY_NAME=\"Some Linux 9\"\n");
    temp_text(root, "proc/cpuinfo", "processor\t: 0\nmodel name\t: Fast CPU @ 3GHz\n");
    temp_text(root, "proc/meminfo", "MemTotal:       1024 kB\nMemFree: 1 kB\n");
    temp_text(root, "proc/self/cgroup", "1:name=x:/y\n0::/a/b\n");
    temp_text(root, "sys/fs/cgroup/a/memory.max", "5000\n");
    temp_text(root, "sys/fs/cgroup/a/b/memory.max", "max\n");
    temp_text(root, "proc/driver/nvidia/version",
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19\nGCC version: "
        "12\n");
    temp_text(root, "proc/driver/nvidia/gpus/0000:01:00.0/information",
        "Model: \t\t NVIDIA A100-SXM4-80GB\nIRQ: 1\n");
    temp_text(root, "proc/driver/nvidia/gpus/0000:02:00.0/information", "IRQ: 1\n");
    cJSON *json = written(root, (char *[]){NULL});
    assert_string_equal(string(json, "user"), "me\x1b[31m");
    assert_string_equal(string(json, "system"), "Some Linux 9");
    assert_string_equal(string(json, "cpu"), "Fast CPU @ 3GHz");
    assert_int_equal(number(json, "memory_bytes"), 1024 * 1024);
    assert_int_equal(number(json, "memory_limit_bytes"), 5000);
    assert_string_equal(string(json, "nvidia_driver"), "535.129.03");
    const cJSON *gpus = cJSON_GetObjectItem(json, "gpus");
    assert_int_equal(cJSON_GetArraySize(gpus), 2);
    assert_string_equal(cJSON_GetArrayItem(gpus, 0)->valuestring, "NVIDIA A100-SXM4-80GB");
    assert_true(cJSON_IsNull(cJSON_GetArrayItem(gpus, 1)));
    cJSON_Delete(json);
}

static void test_nothing(void **state)
{
    (void)state;
    cJSON *json = written(temp_dir(), (char *[]){"USER=someone", NULL});
    static const char *const ABSENT[] = {
        "system", "cpu", "memory_bytes", "memory_limit_bytes", "nvidia_driver", "gpus"};
    for (size_t i = 0; i < sizeof ABSENT / sizeof *ABSENT; i++)
        if (cJSON_GetObjectItem(json, ABSENT[i]))
            fail_msg("%s is there", ABSENT[i]);
    assert_string_equal(string(json, "user"), "someone");
    cJSON_Delete(json);
}

static void test_variables(void **state)
{
    (void)state;
    char *environment[] = {"SLURM_JOB_ID=7", "CUDA_VISIBLE_DEVICES=0,1", "WANDB_API_KEY=abc",
        "SLURM_JWT=eyJ", "HF_TOKEN=Abc123Def", "HF_HOME=\x1b[31m", "PYTHONPATH=a:b", "LS_COLORS=x",
        "GITHUB_TOKEN=x", "OMP_NUM_THREADS=", "COMET_URL=http://u:p@h", "broken", "=odd", NULL};
    cJSON *json = written(temp_dir(), environment);
    cJSON *variables = cJSON_GetObjectItem(json, "variables");
    assert_int_equal(cJSON_GetArraySize(variables), 9);
    assert_string_equal(cJSON_GetArrayItem(variables, 0)->string, "COMET_URL"); /* sorted */
    assert_string_equal(string(variables, "COMET_URL"), "http://u:***@h");
    assert_string_equal(string(variables, "SLURM_JOB_ID"), "7");
    assert_string_equal(string(variables, "CUDA_VISIBLE_DEVICES"), "0,1");
    assert_string_equal(string(variables, "WANDB_API_KEY"), "***");
    assert_string_equal(string(variables, "SLURM_JWT"), "***");
    assert_string_equal(string(variables, "HF_TOKEN"), "***");
    assert_string_equal(string(variables, "HF_HOME"), "\x1b[31m");
    assert_string_equal(string(variables, "PYTHONPATH"), "a:b");
    assert_string_equal(string(variables, "OMP_NUM_THREADS"), "");
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_here),
        cmocka_unit_test(test_made),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
