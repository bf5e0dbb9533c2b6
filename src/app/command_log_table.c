/*
 * `boxtop log-table`: a table into a run, from a shell script.
 * Knows: where the plain layout keeps tables. Must not know: what is in them.
 */
#include "app/logging.h"

static int run(const struct settings *settings, char **operands)
{
    return logging_file(settings, operands, "tables");
}

const struct command command_log_table = {
    .name = "log-table",
    .operands = "[RUN] FILE",
    .summary = "copy a table into a run (tables/NAME), or from standard input: -",
    .accepts = "logged_name",
    .examples =
        "RUN is a directory, made when it is not there; without it $BOXTOP_RUN, which boxtop\n"
        "record sets. A table of that name is replaced.\n\n"
        "  boxtop log-table runs/exp1 per_class.csv\n"
        "  boxtop ls runs -f csv | boxtop log-table runs/exp1 - --name before.csv\n",
    .run = run,
};
