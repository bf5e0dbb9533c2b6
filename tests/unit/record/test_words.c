/*
 * The words of a command as parameters, read back as the plain reader reads them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "readers/json_params.h"
#include "record/words.h"
#include "temp.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static bool take(void *self, const struct param *param)
{
    static const char KINDS[] = {'0', 'b', 'n', 't'};
    buf_printf(self, "%s %c %s\n", param->name, KINDS[param->kind], param->text);
    return true;
}

/* config.json of WORDS, a line a parameter: name, kind, text. */
static char *config_of(char *const *words, char *const *given, const char *directory)
{
    struct words_from from = {words, given, directory};
    struct buf out, lines;
    struct params params;
    struct err err = {0};
    buf_init(&out, 8 << 20);
    buf_init(&lines, 8 << 20);
    assert_true(words_write_config(&from, &out, &err));
    cJSON *json = cJSON_Parse(out.data); /* by another's word too it is JSON */
    assert_non_null(json);
    cJSON_Delete(json);
    params_init(&params, take, &lines);
    assert_int_equal(json_params_put(out.data, out.length, &params), -1);
    params_done(&params);
    buf_done(&out);
    return lines.data ? lines.data : calloc(1, 1);
}

static void expect_in(
    const char *directory, char *const *given, char *const *words, const char *wanted)
{
    char *got = config_of(words, given, directory);
    assert_string_equal(got, wanted);
    free(got);
}

#define EXPECT(wanted, ...) expect_in(".", NULL, (char *[]){__VA_ARGS__, NULL}, wanted)
#define HEAD "command.script t t.py\ncommand.interpreter t python\n"
#define EXPECT_OWN(wanted, ...) EXPECT(HEAD wanted, "python", "t.py", __VA_ARGS__)

static void test_options(void **state)
{
    (void)state;
    EXPECT_OWN("lr n 0.005\nb n 8\nj n 4\n", "--lr", "0.005", "-b", "8", "-j4");
    EXPECT_OWN("lr n 0.005\nweight_decay n 0.0001\n", "--lr=0.005", "--weight-decay=1e-4");
    EXPECT_OWN("amp b true\nema b false\nlr n -0.1\n", "--amp", "--no-ema", "--lr", "-0.1");
    EXPECT_OWN("name t \nempty t \nnone 0 null\nflag b true\n", "--name", "", "--empty=", "--none",
        "None", "--flag", "True");
    EXPECT_OWN("steps t [16,22]\nclasses t [\"cat\",\"dog\"]\nlast b true\n", "--steps", "16", "22",
        "--classes", "cat", "dog", "--last");
    EXPECT_OWN("aug t [\"flip\",\"crop\"]\n", "--aug", "flip", "--aug=crop");
    EXPECT_OWN("rank n 0\ncommand.args t [\"/data/coco\"]\n", "--rank", "0", "/data/coco");
    EXPECT_OWN("model t resnet50\ncommand.args t [\"/data\"]\n", "--model", "resnet50", "/data");
    EXPECT_OWN("size t [640,480]\naug.hue n 0.1\naug.flip b true\nbetas t [0.9,0.999]\n", "--size",
        "[640, 480]", "--aug", "{hue: 0.1, flip: true}", "--betas", "(0.9, 0.999)");
    EXPECT_OWN("a t [1\nb t {x\nc t ]\n", "--a", "[1", "--b", "{x", "--c", "]");
    EXPECT_OWN("id t 007\nseed n 18446744073709551\nbig t 184467440737095516150\nhex t 0x10\n",
        "--id", "007", "--seed", "18446744073709551", "--big", "184467440737095516150", "--hex",
        "0x10");
    EXPECT_OWN("x t nan\ny t 1e999\n", "--x", "nan", "--y", "1e999");
    EXPECT_OWN("command.args t [\"-\",\"--lr\",5]\n", "-", "--", "--lr", "5");
}

static void test_assignments(void **state)
{
    (void)state;
    EXPECT_OWN("lr n 0.005\na.b n 1\nc n 2\ndb/engine t mysql\ncommand.args t [\"~x\"]\n",
        "lr=0.005", "+a.b=1", "++c=2", "db/engine=mysql", "~x");
    EXPECT_OWN("config t a/b\noptimizer.lr n 0.1\nmodel.depth n 50\n", "--config", "a/b",
        "--cfg-options", "optimizer.lr=0.1", "model.depth=50");
    EXPECT_OWN("multirun b true\nlr t 0.1,0.2\n", "--multirun", "lr=0.1,0.2");
    EXPECT_OWN("resume t runs/lr=0.1/a.pt\n", "--resume", "runs/lr=0.1/a.pt");
    EXPECT_OWN("num_gpus n 8\nSOLVER.BASE_LR n 0.0025\nSOLVER.STEPS t (1,)x\n", "--num-gpus", "8",
        "SOLVER.BASE_LR", "0.0025", "SOLVER.STEPS", "(1,)x");
    EXPECT_OWN("command.args t [\"https://h/?a=1\"]\n", "https://h/?a=1");
    EXPECT(
        "command.script t yolo\nmodel t y.pt\nimgsz n 640\ncommand.args t [\"detect\",\"train\"]\n",
        "yolo", "model=y.pt", "imgsz=640", "detect", "train");
}

static void test_launchers(void **state)
{
    (void)state;
    EXPECT(
        "command.script t t.py\ntorchrun.nproc_per_node n 8\ntorchrun.standalone b true\nlr n 1\n",
        "torchrun", "--nproc_per_node", "8", "--standalone", "t.py", "--lr", "1");
    EXPECT("command.script t t.py\ncommand.interpreter t python\nenv.A n 1\nenv.HF_TOKEN t ***\n",
        "env", "A=1", "HF_TOKEN=Abcdef12345", "python", "t.py");
    EXPECT("command.module t pkg.train\ncommand.interpreter t python\nlr n 1\n", "python", "-m",
        "pkg.train", "--lr", "1");
}

static void test_secrets(void **state)
{
    (void)state;
    EXPECT_OWN("password t ***\napi_key t ***\ndb.password t ***\nurl t http://u:***@h\n",
        "--password", "hunter2", "--api-key=1234567890", "db.password=1", "--url", "http://u:p@h");
    EXPECT_OWN("passwords t [\"***\",\"***\"]\nauth.token t ***\n", "--passwords", "a", "b",
        "--auth", "{token: Zm9vYmFy01}");
    EXPECT("command.text t PASSWORD=*** ./train\ncommand.interpreter t bash\n", "bash", "-c",
        "PASSWORD=x ./train");
}

static void test_files(void **state)
{
    (void)state;
    const char *dir = temp_dir();
    temp_text(dir, "conf/base.yaml", "lr: 0.1\nbatch-size: 4\nmodel: {depth: 18}\nsteps: [1, 2]\n");
    temp_text(dir, "b.json", "{\"lr\": 0.2, \"ema\": true, \"password\": \"p\"}");
    temp_text(dir, "c.py", "model = dict(depth=50)\nbase = 'x'\n");
    temp_text(dir, "boxes.json", "{\"images\": [], \"annotations\": [], \"categories\": []}");
    temp_text(dir, "broken.yaml", "a: 1\n]] not: [yaml\n");
    temp_text(dir, "huge.yaml", "a: 1\n");
    expect_in(dir, NULL,
        (char *[]){"python", "t.py", "--config", "conf/base.yaml", "--batch_size", "8", NULL},
        HEAD "config t conf/base.yaml\nbatch_size n 8\nlr n 0.1\noverruled.batch-size n 4\n"
             "model.depth n 18\nsteps t [1,2]\n");
    expect_in(dir, (char *[]){"lr=9", "tag.x=a b", "nothing", NULL},
        (char *[]){"python", "t.py", "--lr", "5", "conf=b.json", "conf/base.yaml", NULL},
        HEAD
        "lr n 9\nconf t b.json\ncommand.args t [\"conf/base.yaml\"]\noverruled.lr t [5,0.2,0.1]\n"
        "tag.x t a b\nema b true\npassword t ***\nbatch-size n 4\nmodel.depth n 18\n"
        "steps t [1,2]\n");
    expect_in(dir, NULL, (char *[]){"python", "t.py", "conf/base.yaml", "c.py", NULL},
        HEAD "command.args t [\"conf/base.yaml\",\"c.py\"]\nlr n 0.1\nbatch-size n 4\n"
             "model.depth n 50\nsteps t [1,2]\noverruled.model.depth n 18\nbase t x\n");
    expect_in(dir, NULL,
        (char *[]){"python", "t.py", "--ann", "boxes.json", "--c=broken.yaml", "--d=not-there.yaml",
            "--e=conf/", NULL},
        HEAD "ann t boxes.json\nc t broken.yaml\nd t not-there.yaml\ne t conf/\na n 1\n");
}

static void test_hostile(void **state)
{
    (void)state;
    EXPECT_OWN("\xef\xbf\xbd t \x1b[31m\na\nb t x\n", "--\xff=\x1b[31m", "--a\nb", "x");
    EXPECT_OWN("command.args t [\"--\\u001b\"]\n", "--", "--\x1b");
    EXPECT("command.script t -x\ny b true\n", "-x", "--y");
    EXPECT("command.script t \n", "");
    /* Long names, many words: within limits, and said. */
    char *words[4000], *name = malloc(5000);
    memset(name, 'n', 4999);
    memcpy(name, "--", 2);
    name[4999] = '\0';
    words[0] = "python", words[1] = "t.py", words[2] = name;
    for (size_t i = 3; i < 3999; i++)
        words[i] = i % 2 ? "--x" : "5";
    words[3999] = NULL;
    char *got = config_of(words, NULL, ".");
    assert_non_null(strstr(got, "x t [5,5,5,"));
    assert_non_null(strstr(got, "command.left_out n 1\n"));
    free(got);
    free(name);
}

static void test_command(void **state)
{
    (void)state;
    struct buf out;
    struct json_writer writer;
    buf_init(&out, 1 << 20);
    json_writer_init(&writer, &out, false);
    words_write_command(
        (char *[]){"python", "t.py", "--password", "x", "\x1b", "--k=http://u:p@h", NULL}, &writer);
    assert_string_equal(out.data,
        "[\"python\",\"t.py\",\"--password\",\"***\",\"\\u001b\",\"--k=http://u:***@h\"]");
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_assignments),
        cmocka_unit_test(test_launchers),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
