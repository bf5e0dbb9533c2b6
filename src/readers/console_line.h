/*
 * A line that a training script printed, as metrics: only where the line says nothing else.
 * Knows: words, numbers, counts of steps. Must not know: time stamps, files, other tools' lines.
 *
 * A false metric is worse than a missing one. So a line counts only as a whole, and only when
 *
 *   - it says where training is: `epoch 3`, `Epoch: [3/10]`, `step=120`, `Iter 100/2000`,
 *     `batch 10/50` (epoch, ep, step, global_step, iter, iteration, it; of a batch the number of
 *     batches must be said); a fraction is no place;
 *   - everything else in it is pairs: `key: 0.5`, `key=0.5`, `"key": 0.5`, and `key 0.5` for keys
 * that are losses or scores, or lr or time. A key has at most two words. Behind a number may stand
 * its unit (`81%`, `12ms`) and an average in brackets, which is left out;
 *   - at least one key is a loss or a score: it has a word such as loss, acc, AP, IoU, F1, error.
 *     `epoch: 10, lr: 0.1` might be an echo of the settings.
 *
 * Besides it may have: a date, INFO, the file's name and the run's (`fcos-r18`) in front; how many
 * there were of something (`640 detections`) between separators; `Train`, `Val`, `Test` before the
 * place, which go before the keys (`val/loss`); clocks, percentages and speeds; a bar of tqdm,
 * which counts when it is full; separators. One word more and the line is prose.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONSOLE_MOST_METRICS = 48, CONSOLE_MOST_BYTES = 2048, CONSOLE_NAME_BYTES = 96 };

struct console_metric {
    char name[CONSOLE_NAME_BYTES];
    double value;
};

struct console_row {
    bool has_epoch, has_step;
    int64_t epoch, step; /* as printed */
    int64_t steps;       /* of the epoch, where the line says so; else 0 */
    struct console_metric metrics[CONSOLE_MOST_METRICS];
    size_t count;
};

/* False: the line has no metrics. ROW is then not defined. */
bool console_line_read(const char *line, size_t length, struct console_row *row);
