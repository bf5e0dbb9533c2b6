/* The console reader: what of a script's output is a metric, and above all what is none. */
#include "readers/console_line.h"

#include "base/num.h"
#include "reading.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* "@epoch/step:steps name=value ...", "" for a line without metrics. */
static const char *said(const char *line)
{
    static char out[4096];
    struct console_row row;
    size_t used = 0;
    out[0] = '\0';
    if (!console_line_read(line, strlen(line), &row))
        return out;
    used += (size_t)snprintf(out, sizeof out, "@");
    if (row.has_epoch)
        used += (size_t)snprintf(out + used, sizeof out - used, "%lld", (long long)row.epoch);
    if (row.has_step)
        used += (size_t)snprintf(
            out + used, sizeof out - used, "/%lld:%lld", (long long)row.step, (long long)row.steps);
    for (size_t i = 0; i < row.count; i++) {
        char value[40];
        num_print(row.metrics[i].value, value, sizeof value);
        used +=
            (size_t)snprintf(out + used, sizeof out - used, " %s=%s", row.metrics[i].name, value);
    }
    return out;
}

static void lines_of_pairs_are_metrics(void **state)
{
    static const char *const CASES[][2] = {
        {"epoch 3/10 loss 0.52 acc: 0.81", "@3 loss=0.52 acc=0.81"},
        {"epoch: 3, loss: 0.52, lr: 1e-4", "@3 loss=0.52 lr=0.0001"},
        {"fcos-r18 epoch 0: loss 1.718, 91 s, 640 detections", "@0 loss=1.718"},
        {"epoch 3 | loss 0.5 | 640 images | acc 0.25", "@3 loss=0.5 acc=0.25"},
        {"epoch=3 step=120 loss=nan", "@3/120:0 loss=NaN"},
        {"Epoch [3/10], Step [100/600], Loss: 0.5", "@3/100:600 Loss=0.5"},
        {"Epoch: [3][ 20/5005]\tTime  0.5 ( 0.6)\tLoss 6.9e+00 (7.0e+00)\tAcc@1   0.00 (  0.10)",
            "@3/20:5005 Time=0.5 Loss=6.9 Acc@1=0"},
        {"Train Epoch: 3 [640/60000 (1%)]\tLoss: 0.250000", "@3/640:60000 train/Loss=0.25"},
        {"Epoch 003 | train loss: 0.5 | val loss: 0.6 | AP50: 41.2%",
            "@3 train_loss=0.5 val_loss=0.6 AP50=41.2"},
        {"step 120: train loss 1.8, val loss 1.9", "@/120:0 train_loss=1.8 val_loss=1.9"},
        {"{'loss': 0.5, 'grad_norm': 1.5, 'epoch': 3}", "@3 loss=0.5 grad_norm=1.5"},
        {"{\"epoch\":3,\"train_loss\":0.5}", "@3 train_loss=0.5"},
        {"2024-05-01 10:00:00,123 INFO train.py:12: epoch 3 mAP=0.5", "@3 mAP=0.5"},
        {"2024-05-01 10:00:00,123 - __main__ - INFO - Epoch 3 - loss = 0.5", "@3 loss=0.5"},
        {"[10:00:00] epoch 3 loss: 0.5", "@3 loss=0.5"},
        {"INFO:root:epoch 3 loss: 0.5", "@3 loss=0.5"},
        {"Val: epoch 3, loss 0.5, mAP@0.5:0.95: 0.25", "@3 val/loss=0.5 val/mAP@0.5:0.95=0.25"},
        {"Epoch 3: 100%|\xe2\x96\x88\xe2\x96\x88| 50/50 [00:10<00:00,  4.93it/s, loss=0.52]",
            "@3 loss=0.52"},
        {"iter 100 loss 0.5 time 12.5ms eta: 0:12:30", "@/100:0 loss=0.5 time=12.5"},
        {"batch 10/50 loss: inf", "@/10:50 loss=Infinity"},
        {"Epoch 3 finished: loss: 0.5", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_string_equal(said(CASES[i][0]), CASES[i][1]);
}

static void prose_and_settings_are_none(void **state)
{
    static const char *const LINES[] = {
        "",
        "loss: 0.5",
        "Epoch 3/10",
        "epochs: 10, lr: 0.005",
        "epoch: 10, lr: 0.005, batch_size: 32, workers: 8",
        "Resuming from checkpoint epoch=3 loss=0.5",
        "Loading: checkpoint epoch 3 loss 0.5",
        "Resumed: model.pt, epoch 3, loss: 0.5",
        "Epoch 3 took 12.5 seconds, loss: 0.5",
        "Epoch 3: the loss is 0.5",
        "Epoch 3: saving to runs/exp1, loss: 0.5",
        "Epoch 3: new best accuracy: 0.9",
        "Epoch 3 done in 12.5 s",
        "step 100 of 1000",
        "config: epoch=10 lr=0.005 loss=2",
        "train.py --epoch 10 --loss 0.5",
        "python train.py epoch=10 loss=0.5",
        "WARNING epoch 3 loss: nan",
        "2024-05-01 10:00:00 ERROR epoch 3 loss: nan",
        "Epoch 3:  50%|\xe2\x96\x88 | 25/50 [00:10<00:10,  4.93it/s, loss=0.52]",
        "epoch 3.5 loss 0.5",
        "checkpoint-500 epoch 3 loss 0.5",
        "best_model.pt epoch 3 loss 0.5",
        "fcos-r18 finished, epoch 3 loss 0.5",
        "epoch 3 loss 0.5, 640 detections more than before",
        "epoch 3 loss 0.5 640 detections",
        "epoch -1 loss 0.5",
        "epoch 3 loss 0.5 epoch 4 loss 0.4",
        "epoch 3 loss 0.5 loss 0.4",
        "epoch 3 loss: 0.5 0.4",
        "epoch 3 loss: low",
        "epoch 3 loss:",
        "batch 10 loss 0.5",
        "epoch 3, 1,234 images, loss: 0.5",
        "Best: epoch 3, loss 0.4",
        "early stop at epoch: 3, best loss: 0.5",
        "Traceback (most recent call last): File \"train.py\", line 3, epoch 3 loss: 0.5",
        "Average Precision (AP) @[ IoU=0.50:0.95 | area= all | maxDets=100 ] = 0.312",
    };
    (void)state;
    for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++)
        if (*said(LINES[i])) {
            print_message("\"%s\" says %s\n", LINES[i], said(LINES[i]));
            fail();
        }
}

static void any_bytes_are_survived(void **state)
{
    static const char WORDS[][12] = {"epoch", "3", "loss", ":", "=", "0.5", ",", "[", "(", "10/50",
        "\xff", "%", "100%", "|", "Train", "INFO", "'", " ", " ", ".py", "12:00", "a/b", "\x01"};
    (void)state;
    uint32_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        char line[256] = "";
        for (size_t used = 0, n = 0; n < 20 && used < 240; n++) {
            seed = seed * 1664525 + 1013904223;
            const char *word = WORDS[(seed >> 16) % (sizeof WORDS / sizeof *WORDS)];
            used += (size_t)snprintf(line + used, sizeof line - used, "%s", word);
        }
        struct console_row row;
        if (console_line_read(line, strlen(line), &row))
            assert_true(row.count && (row.has_epoch || row.has_step));
    }
}

/* ---- the reader ---- */

#define AT "2024-05-01T10:00:0"

static const char OUTPUT[] = AT
    "0.000Z | Namespace(lr=0.02, model='fcos')\n" AT
    "1.000Z | Epoch: [0]  [ 1/10]  eta: 0:00:10  lr: 0.005000  loss: 1.5000 (1.6000)  max mem: "
    "0\n" AT "2.000Z | Test:  [0/5]  eta: 0:00:01  model_time: 0.1 (0.1)\n" AT
    "2.500Z | IoU metric: bbox\n" AT
    "3.000Z |  Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.312\n" AT
    "3.500Z - 1048576 bytes left out\n" AT "4.000Z ! epoch 1 step 20 loss: 0.5\n" AT
    "4.500Z | Saved to model.pt\n" AT "5.000Z | epoch 1: acc 0.75\n";

static const char FACTS[] =
    "param lr = number 0.02\nparam model = text fcos\n"
    "metric epoch: 1=0@1714557601 20=1@1714557604\n"
    "metric lr: 1=0.005@1714557601\nmetric loss: 1=1.5@1714557601 20=0.5@1714557604\n"
    "metric average/loss: 1=1.6@1714557601\nmetric max_mem: 1=0@1714557601\n"
    "metric test/bbox/AP: 1=0.312@1714557603\nmetric acc: 20=0.75@1714557605\n";

static const struct reader *reader(void)
{
    return reader_find("console");
}

static void recorded_output_is_read(void **state)
{
    (void)state;
    assert_string_equal(reading_text(reader(), "console.log", OUTPUT, sizeof OUTPUT - 1), FACTS);
    /* The last line may still be drawn again. */
    assert_string_equal(reading_text(reader(), "console.log", OUTPUT, sizeof OUTPUT - 2),
        "param lr = number 0.02\nparam model = text fcos\n"
        "metric epoch: 1=0@1714557601 20=1@1714557604\n"
        "metric lr: 1=0.005@1714557601\nmetric loss: 1=1.5@1714557601 20=0.5@1714557604\n"
        "metric average/loss: 1=1.6@1714557601\nmetric max_mem: 1=0@1714557601\n"
        "metric test/bbox/AP: 1=0.312@1714557603\n");
}

static void it_is_read_on_as_it_grows(void **state)
{
    (void)state;
    reading_survives_cuts(reader(), "console.log", OUTPUT, sizeof OUTPUT - 1);
    for (size_t chunk = 1; chunk < 120; chunk += 17)
        reading_grows_to_the_same(reader(), "console.log", OUTPUT, sizeof OUTPUT - 1, chunk);
    reading_survives_refusals(reader(), "console.log", OUTPUT, sizeof OUTPUT - 1);
}

#define STATUS "{\"status\": \"running\", \"command\": [\"python\"]}"
#define PROGRESS AT "1.000Z | Epoch: [0]  [ 1/10]  eta: 0:00:10  loss: 1.5000 (1.6000)\n"

static void only_of_runs_that_log_nothing_else(void **state)
{
    (void)state;
    assert_string_equal(
        READING_CLAIMS("status.json", STATUS, "console.log", PROGRESS, "config.json", "{}"),
        "plain: config.json status.json\nconsole: console.log\n");
    assert_string_equal(READING_CLAIMS("status.json", STATUS, "console.log", PROGRESS,
                            "metrics.jsonl", "{\"step\": 1, \"loss\": 1}\n"),
        "plain: metrics.jsonl status.json\n");
    /* Nobody recorded it: a log like others. */
    assert_string_equal(READING_CLAIMS("console.log", PROGRESS), "torchvision: console.log\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_pairs_are_metrics),
        cmocka_unit_test(prose_and_settings_are_none),
        cmocka_unit_test(any_bytes_are_survived),
        cmocka_unit_test(recorded_output_is_read),
        cmocka_unit_test(it_is_read_on_as_it_grows),
        cmocka_unit_test(only_of_runs_that_log_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
