/* The run in C11, without any extension: this file is built with -pedantic. */
#include "boxtop/log.h"

#include "log_words.h"

#include <math.h>

int log_words(const char *directory)
{
    const boxtop_metric row[] = {
        {"train/loss", 0.1}, {"AP", NAN}, {"high", INFINITY}, {"low", -INFINITY}};
    boxtop_log log;
    int failed = boxtop_log_open(&log, directory);
    failed = failed ? failed : boxtop_log_param(&log, "model", "a \"b\"\\\n\x01\xc3\xa4");
    failed = failed ? failed : boxtop_log_param_number(&log, "optimizer.lr", 0.005);
    failed = failed ? failed : boxtop_log_param_number(&log, "epochs", 1);
    failed = failed ? failed : boxtop_log_param_number(&log, "epochs", 12);
    failed = failed ? failed : boxtop_log_param_bool(&log, "amp", 1);
    failed = failed ? failed : boxtop_log_metric(&log, 1, "train/loss", 1.0 / 3);
    failed = failed ? failed : boxtop_log_metrics(&log, 2, row, sizeof row / sizeof *row);
    failed = failed ? failed : boxtop_log_close(&log);
    return failed ? failed : boxtop_log_close(&log);
}
