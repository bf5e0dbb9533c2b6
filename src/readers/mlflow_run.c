#include "readers/mlflow_run.h"

#include <math.h>
#include <string.h>

static const char *const TAGS[] = {"mlflow.source.git.commit", "mlflow.source.git.branch",
    "mlflow.source.name", "mlflow.user", "mlflow.parentRunId", "mlflow.note.content", NULL};

static const struct {
    const char *field, *param;
} ABOUT[] = {
    {"mlflow.source.git.commit", "git.commit"},
    {"mlflow.source.git.branch", "git.branch"},
    {"mlflow.source.name", "source.name"},
    {"mlflow.user", "user"},
    {"mlflow.parentRunId", "parent_run"},
    {"mlflow.note.content", "note"},
    /* Fields of the run itself, from before there were tags of the same meaning. */
    {"source_version", "git.commit"},
    {"source_name", "source.name"},
    {"user_id", "user"},
};

void mlflow_put_about(struct params *params, const char *field, const char *value, size_t length)
{
    for (size_t i = 0; length && i < sizeof ABOUT / sizeof *ABOUT; i++) {
        if (strcmp(ABOUT[i].field, field) != 0)
            continue;
        size_t entered = params_enter(params, ABOUT[i].param, strlen(ABOUT[i].param));
        params_put_text(params, value, length);
        params_leave(params, entered);
    }
}

const char *const *mlflow_tags(void)
{
    return TAGS;
}

enum run_status mlflow_status(const char *text)
{
    static const struct {
        const char *digit, *word;
        enum run_status status;
    } STATES[] = {
        {"1", "RUNNING", RUN_RUNNING},
        {"2", "SCHEDULED", RUN_UNKNOWN},
        {"3", "FINISHED", RUN_FINISHED},
        {"4", "FAILED", RUN_FAILED},
        {"5", "KILLED", RUN_FAILED},
    };
    for (size_t i = 0; i < sizeof STATES / sizeof *STATES; i++)
        if (strcmp(text, STATES[i].digit) == 0 || strcmp(text, STATES[i].word) == 0)
            return STATES[i].status;
    return RUN_UNKNOWN;
}

double mlflow_time_s(double ms)
{
    return ms > 0 && isfinite(ms) ? ms / 1000 : NAN;
}

bool mlflow_is_id(const char *text)
{
    static const char LETTERS[] =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
    size_t length = strspn(text, LETTERS);
    return length > 0 && length <= MLFLOW_ID_BYTES && !text[length];
}
