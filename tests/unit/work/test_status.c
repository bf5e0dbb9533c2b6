/*
 * The status of a run: a table of what files say, how old they are and how far the run got.
 */
#include "made_metric.h"
#include "scene.h"

#include "facts/synonym.h"
#include "work/status.h"
#include "work/title.h"

#include <math.h>
#include <string.h>

enum { NOW = 0, MINUTE = 60, HOUR = 3600 };

/* A run with one metric of POINTS steps from FIRST_STEP on, SPACING apart, whose last value is
 * LAST. */
struct got {
    const char *metric;
    int first_step, spacing, points;
    double last;
};

static const struct {
    const char *what;
    enum run_status said;
    int age_s;
    const char *param, *value;
    struct got got;
    enum run_status status;
} CASES[] = {
    {"what the files say goes first", RUN_FINISHED, NOW, NULL, NULL, {0}, RUN_FINISHED},
    {"a failure is never young", RUN_FAILED, NOW, NULL, NULL, {0}, RUN_FAILED},
    {"says running, and writes", RUN_RUNNING, MINUTE, NULL, NULL, {0}, RUN_RUNNING},
    {"says running, but an epoch takes long", RUN_RUNNING, 25 * MINUTE, NULL, NULL, {0},
        RUN_RUNNING},
    {"says running, and nobody writes", RUN_RUNNING, 31 * MINUTE, NULL, NULL, {0}, RUN_STALLED},
    {"says running, has all its epochs, was killed", RUN_RUNNING, HOUR, "epochs", "3",
        {"loss", 1, 1, 3, 1}, RUN_STALLED},
    {"young, says nothing", RUN_UNKNOWN, MINUTE, NULL, NULL, {0}, RUN_RUNNING},
    {"old, says nothing", RUN_UNKNOWN, HOUR, NULL, NULL, {0}, RUN_UNKNOWN},
    {"epochs from 1", RUN_UNKNOWN, HOUR, "epochs", "3", {"loss", 1, 1, 3, 1}, RUN_FINISHED},
    {"epochs from 0", RUN_UNKNOWN, HOUR, "max_epochs", "3", {"loss", 0, 1, 3, 1}, RUN_FINISHED},
    {"just finished", RUN_UNKNOWN, NOW, "num_epochs", "3", {"loss", 0, 1, 3, 1}, RUN_FINISHED},
    {"stopped early", RUN_UNKNOWN, HOUR, "epochs", "9", {"loss", 1, 1, 3, 1}, RUN_UNKNOWN},
    {"iterations that are as many as epochs", RUN_UNKNOWN, MINUTE, "epochs", "100",
        {"loss", 50, 50, 2, 1}, RUN_RUNNING},
    {"samples of the machine are no epochs", RUN_UNKNOWN, HOUR, "epochs", "3",
        {"system/cpu", 0, 1, 3, 50}, RUN_UNKNOWN},
    {"an epoch in fractions", RUN_UNKNOWN, HOUR, "num_train_epochs", "3", {"epoch", 10, 10, 6, 3.0},
        RUN_FINISHED},
    {"not quite", RUN_UNKNOWN, HOUR, "num_train_epochs", "3", {"epoch", 10, 10, 6, 2.97},
        RUN_UNKNOWN},
    {"in its last epoch, counted from 0", RUN_UNKNOWN, MINUTE, "max_epochs", "6",
        {"epoch", 10, 10, 6, 5}, RUN_RUNNING},
    {"was in its last epoch an hour ago", RUN_UNKNOWN, HOUR, "max_epochs", "6",
        {"epoch", 10, 10, 6, 5}, RUN_FINISHED},
    {"all steps", RUN_UNKNOWN, HOUR, "SOLVER.MAX_ITER", "300", {"total_loss", 19, 20, 15, 1},
        RUN_FINISHED},
    {"not all steps", RUN_UNKNOWN, HOUR, "max_steps", "400", {"total_loss", 19, 20, 15, 1},
        RUN_UNKNOWN},
    {"no limit of steps", RUN_UNKNOWN, HOUR, "max_steps", "-1", {"total_loss", 19, 20, 15, 1},
        RUN_UNKNOWN},
    {"epochs that are a word", RUN_UNKNOWN, HOUR, "epochs", "many", {"loss", 1, 1, 3, 1},
        RUN_UNKNOWN},
    {"nothing logged yet", RUN_UNKNOWN, HOUR, "epochs", "3", {0}, RUN_UNKNOWN},
};

static void test_the_table(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct synonyms synonyms;
    assert_true(synonyms_init(&synonyms, &arena));
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const struct got *got = &CASES[i].got;
        struct metric_summary summary = {0};
        struct made_metric parts;
        struct run_metric metric;
        struct run_row run = {.metrics = &metric, .metric_count = got->metric != NULL};
        for (int k = 0; k < got->points; k++) {
            struct point point = {
                got->first_step + k * got->spacing, NAN, got->last * k / (got->points - 1)};
            metric_summary_add(&summary, &point, 1);
        }
        made_metric_set(&parts, got->metric ? got->metric : "", 1, &summary, &metric);
        if (parts.kind.role != ROLE_NONE)
            run.by_role[parts.kind.role] = &metric;
        struct param param = param_from_text(
            CASES[i].param ? CASES[i].param : "", CASES[i].value ? CASES[i].value : "");
        struct run_setting setting = {.param = &param};
        if (CASES[i].param) {
            setting.quantity = synonyms_find(&synonyms, CASES[i].param)->quantity;
            run.params = &param;
            run.settings = &setting;
            run.param_count = run.setting_count = 1;
        }
        enum run_status status = status_infer(&run, CASES[i].said, RECORDING_NONE, CASES[i].age_s);
        if (status != CASES[i].status)
            fail_msg("%s: %s", CASES[i].what, run_status_name(status));
    }
    synonyms_done(&synonyms);
    arena_done(&arena);
}

/* Of one that says it is running, and somebody recorded it. */
static void test_recorded(void **state)
{
    (void)state;
    static const struct {
        enum recording_life life;
        double age_s;
        enum run_status status;
    } RECORDED[] = {
        {RECORDING_LIVES, 1, RUN_RUNNING},
        {RECORDING_LIVES, HOUR, RUN_STALLED},
        {RECORDING_DEAD, 1, RUN_UNKNOWN},
        {RECORDING_UNSURE, 1, RUN_RUNNING},
        {RECORDING_UNSURE, HOUR, RUN_UNKNOWN},
        {RECORDING_NONE, HOUR, RUN_STALLED},
    };
    const struct run_row run = {0};
    for (size_t i = 0; i < sizeof RECORDED / sizeof *RECORDED; i++)
        assert_int_equal(status_infer(&run, RUN_RUNNING, RECORDED[i].life, RECORDED[i].age_s),
            RECORDED[i].status);
    assert_int_equal(status_infer(&run, RUN_FINISHED, RECORDING_DEAD, 1), RUN_FINISHED);
}

static void test_where_the_loss_was_lost(void **state)
{
    (void)state;
    const struct point lost[] = {{1, 0, 1}, {2, 0, NAN}, {3, 0, NAN}},
                       fine[] = {{1, 0, NAN}, {2, 0, 1}};
    struct metric_summary summaries[2] = {0};
    struct made_metric parts[2];
    struct run_metric metrics[2];
    struct run_row run = {.metrics = metrics, .metric_count = 2};
    metric_summary_add(&summaries[0], lost, 3);
    metric_summary_add(&summaries[1], fine, 2);
    made_metric_set(&parts[0], "train/box_loss", 1, &summaries[0], &metrics[0]);
    made_metric_set(&parts[1], "train/loss", 1, &summaries[1], &metrics[1]);
    assert_int_equal(parts[0].kind.role, ROLE_PART_LOSS);
    assert_int_equal(parts[1].kind.role, ROLE_LOSS);
    run.by_role[ROLE_LOSS] = &metrics[1];
    status_find_lost(&run);
    assert_false(run.loss_lost); /* one of its terms only */
    run.by_role[ROLE_LOSS] = NULL;
    run.metric_count = 1;
    status_find_lost(&run);
    assert_true(run.loss_lost);
    assert_int_equal(run.lost_step, 2);
}

static void test_titles(void **state)
{
    (void)state;
    static const char *const NAMES[][3] = {
        {"mlruns/1/0123456789abcdef0123456789abcdef", "happy fox", "mlruns/1/happy fox"},
        {"mlflow.db/0123456789abcdef0123456789abcdef", "fox", "mlflow.db/fox"},
        {"wandb/run-20240501_101010-1a2b3c4d", "calm-sea-1", "wandb/calm-sea-1"},
        {"wandb/offline-run-20240501_101010-1a2b3c4d", "calm", "wandb/calm"},
        {"0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9.zip", "zip", "zip"},
        {"exp/baseline", "happy fox", "exp/baseline"},
        {"exp/deadbeef", "happy fox", "exp/deadbeef"},
        {"exp/20240501", "x", "exp/20240501"},
        {"mlruns/1/0123456789abcdef0123456789abcdef", NULL,
            "mlruns/1/0123456789abcdef0123456789abcdef"},
        {"run-2024", "x", "run-2024"},
        {"", "x", ""},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        assert_string_equal(title_shown(&arena, NAMES[i][0], NAMES[i][1]), NAMES[i][2]);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table),
        cmocka_unit_test(test_recorded),
        cmocka_unit_test(test_where_the_loss_was_lost),
        cmocka_unit_test(test_titles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
