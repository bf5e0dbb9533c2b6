/* The same run in C++11. */
#include "boxtop/log.h"

#include "log_words.h"

#include <cmath>

int log_words(const char *directory)
{
    boxtop::logger log(directory);
    int failed = log.error();
    failed = failed ? failed : log.param("model", "a \"b\"\\\n\x01\xc3\xa4");
    failed = failed ? failed : log.param("optimizer.lr", 0.005);
    failed = failed ? failed : log.param("epochs", 1);
    failed = failed ? failed : log.param("epochs", 12);
    failed = failed ? failed : log.param("amp", true);
    failed = failed ? failed : log.metric(1, "train/loss", 1.0 / 3);
    failed = failed ? failed
                    : log.metrics(2, {{"train/loss", 0.1}, {"AP", NAN}, {"high", INFINITY},
                                         {"low", -INFINITY}});
    return failed; /* closed by going out of scope */
}
