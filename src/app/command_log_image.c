/*
 * `boxtop log-image`: a picture into a run, from a shell script.
 * Knows: where the plain layout keeps pictures. Must not know: what is in them.
 */
#include "app/logging.h"

static int run(const struct settings *settings, char **operands)
{
    return logging_file(settings, operands, "images");
}

const struct command command_log_image = {
    .name = "log-image",
    .operands = "[RUN] FILE",
    .summary = "copy a picture into a run (images/NAME, with --step images/step_N/NAME)",
    .accepts = "logged_step logged_name",
    .examples =
        "RUN is a directory, made when it is not there; without it $BOXTOP_RUN, which boxtop\n"
        "record sets. A picture of that name is replaced.\n\n"
        "  boxtop log-image runs/exp1 val.png --step 3\n",
    .run = run,
};
