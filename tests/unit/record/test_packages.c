/*
 * Which Python environment a command takes, and what is installed there: made trees, nothing run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record/packages.h"
#include "temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONG_MS = 60000 };

/* Kept to the end of the program. */
static char *format(const char *pattern, const char *a)
{
    static char *kept[512];
    static size_t count;
    assert_true(count < sizeof kept / sizeof *kept);
    assert_true(asprintf(&kept[count], pattern, a) >= 0);
    return kept[count++];
}

static void program(const char *root, const char *name, const char *text)
{
    assert_int_equal(chmod(temp_text(root, name, text), 0755), 0);
}

static void package(const char *site, const char *folder, const char *headers)
{
    char name[512];
    snprintf(
        name, sizeof name, "%s/%s", folder, strstr(folder, ".dist-info") ? "METADATA" : "PKG-INFO");
    temp_text(site, name, headers);
}

/* packages.txt of WORDS run in ROOT/project, ROOT spelt as "ROOT". */
static char *packages_of(const char *root, char *const *words, char *const *environment)
{
    struct python_env_from from = {words, format("%s/project", root), environment};
    struct buf out;
    struct err err = {0};
    buf_init(&out, 1 << 20);
    assert_true(packages_write(&from, LONG_MS, &out, &err));
    char *text = calloc(1, out.length + 1);
    for (size_t i = 0, used = 0; i < out.length;) {
        bool here = strncmp(out.data + i, root, strlen(root)) == 0;
        if (here)
            memcpy(text + used, "ROOT", 4);
        else
            text[used] = out.data[i];
        used += here ? 4 : 1;
        i += here ? strlen(root) : 1;
    }
    buf_done(&out);
    return text;
}

static void expect(
    const char *root, char *const *words, char *const *environment, const char *wanted)
{
    char *got = packages_of(root, words, environment);
    assert_string_equal(got, wanted);
    free(got);
}

/* A system with Python 3.11 in usr, a virtual environment, one of conda's, and a directory to work
 * in. */
static const char *made_root(void)
{
    const char *root = temp_dir();
    char *resolved = realpath(root, NULL);
    root = format("%s", resolved);
    free(resolved);
    program(root, "usr/bin/python3.11",
        "\x7f"
        "ELF");
    assert_int_equal(symlink("python3.11", format("%s/usr/bin/python3", root)), 0);
    package(format("%s/usr/lib/python3/dist-packages", root), "six-1.16.0.egg-info",
        "Name: six\nVersion: 1.16.0\n");
    package(format("%s/usr/local/lib/python3.11/dist-packages", root), "numpy-1.0.dist-info",
        "Name: numpy\nVersion: 1.0\n");
    package(format("%s/home/.local/lib/python3.11/site-packages", root), "six-2.0.dist-info",
        "Name: Six\nVersion: 2.0\n");
    temp_text(root, "venv/pyvenv.cfg", "home = /usr/bin\ninclude-system-site-packages = false\n");
    assert_int_equal(mkdir(format("%s/venv/bin", root), 0755), 0);
    assert_int_equal(symlink("../../usr/bin/python3", format("%s/venv/bin/python", root)), 0);
    package(format("%s/venv/lib/python3.11/site-packages", root), "torch-2.1.0.dist-info",
        "Metadata-Version: 2.1\nName: torch\nVersion: 2.1.0+cu118\n\nName: not me\n");
    program(root, "conda/bin/conda", "#!/bin/sh\n");
    program(root, "conda/envs/det/bin/python",
        "\x7f"
        "ELF");
    package(format("%s/conda/envs/det/lib/python3.9/site-packages", root), "torch-1.9.dist-info",
        "Name: torch\nVersion: 1.9\n");
    temp_text(root, "conda/envs/det/conda-meta/pytorch-cuda-11.8-h7e8668a_5.json", "{}");
    temp_text(root, "conda/envs/det/conda-meta/torch-1.9-py39_0.json", "{}");
    temp_text(root, "conda/envs/det/conda-meta/history", "x");
    temp_text(root, "project/train.py", "print(1)\n");
    return root;
}

#define WORDS(...)                                                                                 \
    (char *[])                                                                                     \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define SYSTEM                                                                                     \
    "# Python 3.11 of ROOT/usr/bin/python3\n# ROOT/usr/local/lib/python3.11/dist-packages\n"       \
    "# ROOT/usr/lib/python3/dist-packages\nnumpy==1.0\nsix==1.16.0\n"
#define VENV(name)                                                                                 \
    "# Python 3.11 of ROOT/venv/bin/" name                                                         \
    "\n# ROOT/venv/lib/python3.11/site-packages\ntorch==2.1.0+cu118\n"

static void test_interpreters(void **state)
{
    (void)state;
    const char *root = made_root();
    char *path = format("PATH=%s/usr/bin", root), *venv = format("PATH=%s/venv/bin", root);
    char *home = format("HOME=%s/home", root);
    expect(root, WORDS("python3", "train.py"), WORDS(path), SYSTEM);
    expect(root, WORDS("nohup", "python3", "-m", "train"), WORDS(path), SYSTEM);
    expect(root, WORDS("python3", "train.py"), WORDS(path, home),
        "# Python 3.11 of ROOT/usr/bin/python3\n# ROOT/home/.local/lib/python3.11/site-packages\n"
        "# ROOT/usr/local/lib/python3.11/dist-packages\n# ROOT/usr/lib/python3/dist-packages\n"
        "numpy==1.0\nSix==2.0\n");
    expect(root, WORDS("python3", "train.py"), WORDS(path, home, "PYTHONNOUSERSITE=1"), SYSTEM);
    expect(root, WORDS("python", "train.py"), WORDS(venv, home), VENV("python"));
    expect(root, WORDS("../venv/bin/python", "-m", "torch.distributed.run", "train.py"),
        WORDS(path),
        "# Python 3.11 of ROOT/project/../venv/bin/python\n# "
        "ROOT/project/../venv/lib/python3.11/site-packages\n"
        "torch==2.1.0+cu118\n");
    expect(root, WORDS("sleep", "10"), WORDS(path), "");
    expect(root, WORDS("python", "train.py"), WORDS(path), "");
    expect(root, WORDS("python"), WORDS("HOME=/"), "");
}

static void test_shebangs(void **state)
{
    (void)state;
    const char *root = made_root();
    char *venv = format("PATH=%s/venv/bin", root), *path = format("PATH=%s/usr/bin", root);
    program(root, "venv/bin/torchrun", format("#!%s/venv/bin/python\nimport torch\n", root));
    program(root, "venv/bin/yolo",
        format("#!/bin/sh\n'''exec' \"%s/venv/bin/python\" \"$0\" \"$@\"\n' '''\n", root));
    program(root, "project/run.py", "#!/usr/bin/env -S python -u\n");
    program(root, "project/run.sh", "#!/bin/bash\npython train.py\n");
    expect(
        root, WORDS("torchrun", "--nproc_per_node", "2", "train.py"), WORDS(venv), VENV("python"));
    expect(root, WORDS("yolo", "train"), WORDS(venv), VENV("python"));
    expect(root, WORDS("./run.py"), WORDS(venv), VENV("python"));
    expect(root, WORDS("./run.sh"), WORDS(venv), "");
    expect(root, WORDS("bash", "run.sh"), WORDS(venv),
        "# Python 3.11 of ROOT/venv/bin/python, which PATH gives to the script\n"
        "# ROOT/venv/lib/python3.11/site-packages\ntorch==2.1.0+cu118\n");
    expect(root, WORDS("./no-such.py"), WORDS(path), "");
}

static void test_runners(void **state)
{
    (void)state;
    const char *root = made_root();
    char *path = format("PATH=%s/conda/bin", root);
    temp_text(root, "project/.venv/pyvenv.cfg", "home = /usr/bin\n");
    program(root, "project/.venv/bin/python",
        "\x7f"
        "ELF");
    package(format("%s/project/.venv/lib/python3.12/site-packages", root), "a-1.dist-info",
        "Name: a\nVersion: 1\n");
    const char *own = "# Python 3.12 of ROOT/project/.venv/bin/python\n"
                      "# ROOT/project/.venv/lib/python3.12/site-packages\na==1\n";
    const char *conda = "# Python 3.9 of ROOT/conda/envs/det/bin/python\n"
                        "# ROOT/conda/envs/det/lib/python3.9/site-packages\ntorch==1.9\n"
                        "# conda\npytorch-cuda=11.8=h7e8668a_5\n";
    expect(root, WORDS("uv", "run", "train.py"), WORDS(path), own);
    expect(root, WORDS("uv", "run", "python", "train.py"), WORDS(path), own);
    expect(root, WORDS("poetry", "run", "python", "train.py"), WORDS(path), own);
    expect(root, WORDS("conda", "run", "-n", "det", "python", "train.py"), WORDS(path), conda);
    expect(root, WORDS("conda", "run", "--prefix=../conda/envs/none", "python", "t.py"),
        WORDS(path), "");
}

static void test_pyenv(void **state)
{
    (void)state;
    const char *root = made_root();
    char *path = format("PATH=%s/pyenv/shims", root);
    program(
        root, "pyenv/shims/python", "#!/usr/bin/env bash\nexec \"/x/libexec/pyenv\" exec python\n");
    program(root, "pyenv/versions/3.10.2/bin/python",
        "\x7f"
        "ELF");
    program(root, "pyenv/versions/3.10.12/bin/python",
        "\x7f"
        "ELF");
    package(format("%s/pyenv/versions/3.10.2/lib/python3.10/site-packages", root), "a-2.dist-info",
        "Name: a\nVersion: 2\n");
    package(format("%s/pyenv/versions/3.10.12/lib/python3.10/site-packages", root),
        "a-12.dist-info", "Name: a\nVersion: 12\n");
    temp_text(root, "pyenv/version", "3.10.2\n");
    char *got = packages_of(root, WORDS("python", "train.py"), WORDS(path));
    assert_non_null(strstr(got, "a==2\n"));
    free(got);
    temp_text(root, "project/.python-version", "3.10\n");
    got = packages_of(root, WORDS("python", "train.py"), WORDS(path));
    assert_non_null(strstr(got, "a==12\n"));
    free(got);
    expect(root, WORDS("python", "train.py"), WORDS(path, "PYENV_VERSION=2.7"), "");
}

static void test_records(void **state)
{
    (void)state;
    const char *root = made_root();
    char *venv = format("PATH=%s/venv/bin", root);
    char *site = format("%s/venv/lib/python3.11/site-packages", root);
    package(site, "PyYAML-6.0.dist-info", "Name: PyYAML\r\nVersion: 6.0\r\n");
    package(site, "no_headers-1.2-py3.11.egg-info", "");
    package(site, "~orch-1.0.dist-info", "Name: gone\nVersion: 1\n");
    package(site, "evil-1.dist-info", "Name: evil\x1b[31m\xe2\x80\xae\nVersion: 1\n");
    package(site, "mmdet-3.3.0.dist-info", "Name: mmdet\nVersion: 3.3.0\n");
    temp_text(site, "mmdet-3.3.0.dist-info/direct_url.json",
        "{\"url\": \"https://u:p@git.example/mmdet\", \"vcs_info\": {\"vcs\": \"git\", "
        "\"commit_id\": \"44eb\"}}");
    package(site, "mine-0.dist-info", "Name: mine\nVersion: 0\n");
    temp_text(site, "mine-0.dist-info/direct_url.json",
        "{\"dir_info\": {\"editable\": true}, \"url\": \"file:///data/mine\"}");
    temp_text(site, "flat-3.egg-info", "Name: flat\nVersion: 3\n");
    temp_text(site, "zipped-4-py3.egg/EGG-INFO/PKG-INFO", "Name: zipped\nVersion: 4\n");
    temp_text(site, "old.egg-link", format("%s/old\n.\n", root));
    temp_text(root, "old/old.egg-info/PKG-INFO", "Name: old\nVersion: 5\n");
    temp_text(site, "broken.egg-link", "relative\n");
    temp_text(site, "empty.dist-info/x", "");
    expect(root, WORDS("python", "train.py"), WORDS(venv),
        "# Python 3.11 of ROOT/venv/bin/python\n# ROOT/venv/lib/python3.11/site-packages\n"
        "empty\nevil\\x1b[31m\\u{202e}==1\nflat==3\nmine @ file:///data/mine (editable)\n"
        "mmdet @ git+https://u:***@git.example/mmdet@44eb\nno_headers==1.2\n"
        "old @ file://ROOT/old (editable)\nPyYAML==6.0\ntorch==2.1.0+cu118\nzipped==4\n");
    /* No time at all: said, not silently short. */
    struct python_env_from from = {WORDS("python"), root, WORDS(venv)};
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_true(packages_write(&from, 0, &out, NULL));
    assert_non_null(strstr(out.data, "# the time limit is over"));
    assert_null(strstr(out.data, "torch=="));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interpreters),
        cmocka_unit_test(test_shebangs),
        cmocka_unit_test(test_runners),
        cmocka_unit_test(test_pyenv),
        cmocka_unit_test(test_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
