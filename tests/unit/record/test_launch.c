/*
 * Words of a command told apart: launchers, interpreter, script, the script's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "record/launch.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 32 };

/* "interpreter|script|module|text|launchers|the script's own words" of the blank-parted LINE. */
static void expect(const char *line, const char *wanted)
{
    char copy[512], *words[MOST + 1] = {0}, *rest = NULL;
    size_t count = 0;
    assert_true(strlen(line) < sizeof copy);
    memcpy(copy, line, strlen(line) + 1);
    for (char *word = strtok_r(copy, " ", &rest); word && count < MOST;
         word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    struct launch launch = launch_read(words);
    struct buf out;
    buf_init(&out, 4096);
    const char *parts[] = {launch.interpreter, launch.script, launch.module, launch.text};
    for (size_t i = 0; i < 4; i++)
        buf_printf(&out, "%s|", parts[i] ? parts[i] : "");
    for (size_t i = 0; i < launch.step_count; i++) {
        buf_printf(&out, "%s%s", i ? "," : "", launch.steps[i].told ? launch.steps[i].told : "-");
        for (size_t at = launch.steps[i].first; at < launch.steps[i].end; at++)
            buf_printf(&out, " %s", words[at]);
    }
    buf_add_char(&out, '|');
    assert_int_equal(launch.count, count);
    for (size_t at = launch.own; at < launch.count; at++)
        buf_printf(&out, "%s%s", at > launch.own ? " " : "", words[at]);
    if (strcmp(out.data, wanted) != 0)
        fail_msg("%s\n  is     %s\n  wanted %s", line, out.data, wanted);
    buf_done(&out);
}

static void test_python(void **state)
{
    (void)state;
    expect("python train.py --lr 1", "python|train.py|||"
                                     "|--lr 1");
    expect(
        "/opt/env/bin/python3.11 -u -W ignore train.py a", "/opt/env/bin/python3.11|train.py||||a");
    expect("python -um pkg.train --lr 1", "python||pkg.train|||--lr 1");
    expect("python -mpkg x", "python||pkg|||x");
    expect("python -c print x", "python|||print||x");
    expect("python -X importtime -B train.py", "python|train.py||||");
    expect("python --check-hash-based-pycs=never train.py x", "python|train.py||||x");
    expect("python - x", "python|-||||x");
    expect("python", "python|||||");
    expect("python -m", "python|||||");
    expect("pythonic train.py", "|pythonic||||train.py");
    expect("bash train.sh 5", "bash|train.sh||||5");
    expect("bash -ec train", "bash|||train||");
    expect("./train.py --lr 1", "|./train.py||||--lr 1");
    expect("yolo detect train lr0=1", "|yolo||||detect train lr0=1");
}

static void test_launchers(void **state)
{
    (void)state;
    expect("torchrun --standalone --nproc_per_node 8 train.py --lr 1",
        "|train.py|||torchrun --standalone --nproc_per_node 8|--lr 1");
    expect("torchrun --nproc_per_node=8 -m pkg.train x",
        "||pkg.train||torchrun --nproc_per_node=8 -m|x");
    expect("python -m torch.distributed.run --nnodes 2 train.py x",
        "python|train.py|||torchrun --nnodes 2|x");
    expect("python -m torch.distributed.launch --use_env --nproc_per_node 2 a/train.py",
        "python|a/train.py|||torchrun --use_env --nproc_per_node 2|");
    expect("accelerate launch --multi_gpu --mixed_precision fp16 train.py --lr 1",
        "|train.py|||accelerate --multi_gpu --mixed_precision fp16|--lr 1");
    expect("accelerate config", "|accelerate||||config");
    expect("deepspeed --num_gpus 4 train.py --deepspeed ds.json",
        "|train.py|||deepspeed --num_gpus 4|--deepspeed ds.json");
    expect("torchrun --unheard-of train.py x", "|train.py|||torchrun --unheard-of|x");
    expect("nohup nice -n 5 env -u X A=1 B=2 python train.py",
        "python|train.py|||-,- -n 5,env -u X A=1 B=2|");
    expect("timeout -k 5 1h python t.py", "python|t.py|||- -k 5 1h|");
    expect("mpirun -np 4 --mca btl tcp --allow-run-as-root python t.py",
        "python|t.py|||mpirun -np 4 --mca btl tcp --allow-run-as-root|");
    expect("srun -n 2 --gres=gpu:8 -l python t.py", "python|t.py|||srun -n 2 --gres=gpu:8 -l|");
    expect("uv run --with rich train.py x", "|train.py|||- --with rich|x");
    expect("uv run -m pkg.train x", "||pkg.train||- -m|x");
    expect("uv run -- python -m pkg x", "python||pkg||- --|x");
    expect("conda run -n det --no-capture-output python t.py",
        "python|t.py|||- -n det --no-capture-output|");
}

static void test_odd(void **state)
{
    (void)state;
    expect("nohup", "|nohup||||");
    expect("env A=1", "|env||||A=1");
    expect("torchrun", "|torchrun||||");
    expect("timeout 5", "|timeout||||5");
    expect("nice nice nice nice nice nice nice nice nice nice x",
        "|nice||||nice nice nice nice nice nice nice nice nice x");
}

/* The words of the command within, blank-parted; "|" between the words of a line. */
static void unwraps(const char *line, const char *wanted)
{
    char copy[512], *words[MOST + 1] = {0}, *rest = NULL;
    size_t count = 0;
    struct arena arena = {0};
    struct buf out;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok_r(copy, "|", &rest); word; word = strtok_r(NULL, "|", &rest))
        words[count++] = word;
    buf_init(&out, 4096);
    char *const *inner = launch_unwrap(words, &arena);
    for (size_t i = 0; inner[i]; i++)
        buf_printf(&out, "%s%s", i ? "|" : "", inner[i]);
    if (strcmp(out.data, wanted) != 0)
        fail_msg("%s\n  is     %s\n  wanted %s", line, out.data, wanted);
    assert_int_equal(inner == words, strcmp(line, wanted) == 0);
    buf_done(&out);
    arena_done(&arena);
}

static void stays(const char *line)
{
    unwraps(line, line);
}

static void test_shell_texts(void **state)
{
    (void)state;
    unwraps("bash|-c|python train.py --lr 0.1", "python|train.py|--lr|0.1");
    unwraps("sh|-lc|  exec python 'a b.py' \"x \\\"y\\\" $LR\" c\\ d  \n",
        "exec|python|a b.py|x \"y\" $LR|c d");
    unwraps("srun|--gpus=2|bash|-c|A=1 B='x y' torchrun t.py --lr 1 2>&1 > log.txt",
        "srun|--gpus=2|env|A=1|B=x y|torchrun|t.py|--lr|1");
    unwraps("sh|-c|bash -c \"python t.py --n 3\"", "python|t.py|--n|3");
    unwraps("sh|-c|python t.py --name \"\" '' *.jpg \\\n --k v2>x",
        "python|t.py|--name|||*.jpg|--k|v2");
    unwraps("sh|-c|train a#b ${X} 5>x", "train|a#b|${X}");
    stays("sh|-c|cd x && python t.py");
    stays("sh|-c|python t.py | tee log");
    stays("sh|-c|a; b");
    stays("sh|-c|a &");
    stays("sh|-c|a\nb");
    stays("sh|-c|python t.py --lr $(cat lr)");
    stays("sh|-c|python t.py --lr \"`cat lr`\"");
    stays("sh|-c|if true");
    stays("sh|-c|a 'b");
    stays("sh|-c|a >");
    stays("sh|-c|cat << E");
    stays("sh|-c|A=1");
    stays("sh|-c|   ");
    stays("sh|-c|a # b");
    stays("sh|-c|python t.py \"$@\"|x|--lr");
    stays("python|-c|print 1");
    stays("bash|train.sh");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_python),
        cmocka_unit_test(test_launchers),
        cmocka_unit_test(test_shell_texts),
        cmocka_unit_test(test_odd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
