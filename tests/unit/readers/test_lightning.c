/* The Lightning reader: sparse rows, a header that widens, hparams.yaml, and whose metrics.csv it is. */
#include "event_file.h"
#include "expected.h"
#include "reading.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A row of a training step, one of the epoch's end, one of its validation; one that diverged. */
static const char CSV[] = "epoch,step,train_loss_epoch,train_loss_step,val/AP\n"
                          "0,49,,0.0733703225851059,\n"
                          "0,62,0.26755237579345703,,\n"
                          "0,62,,,0.125\n"
                          "1.0,99,,nan,\n"
                          "1.0,125,inf,,-1\n";

static const char FACTS[] = "metric epoch: 49=0 62=0 62=0 99=1 125=1\n"
                            "metric train_loss_step: 49=0.0733703225851059 99=NaN\n"
                            "metric train_loss_epoch: 62=0.26755237579345703 125=Infinity\n"
                            "metric val/AP: 62=0.125 125=-1\n";

static const struct reader *reader(void)
{
    return reader_find("lightning");
}

static const char *text_of(const char *name, const char *data)
{
    return reading_text(reader(), name, data, strlen(data));
}

static void sparse_rows_stand_at_the_global_step(void **state)
{
    (void)state;
    assert_string_equal(text_of("metrics.csv", CSV), FACTS);
    char text[1024];
    size_t used = 0;
    for (const char *at = CSV; *at; at++) {
        if (*at == '\n')
            text[used++] = '\r';
        text[used++] = *at;
    }
    assert_string_equal(reading_text(reader(), "metrics.csv", text, used), FACTS);
    assert_string_equal(text_of("metrics.csv", "loss,step\n0.5,0\ntensor(1.),1\n"),
        "metric loss: 0=0.5\nnote metrics.csv line 3 byte -1 x1 cell that is no number, left out\n");
}

static void cuts_growth_and_refusals_are_survived(void **state)
{
    (void)state;
    reading_survives_cuts(reader(), "metrics.csv", CSV, sizeof CSV - 1);
    for (size_t chunk = 1; chunk < 60; chunk += 9)
        reading_grows_to_the_same(reader(), "metrics.csv", CSV, sizeof CSV - 1, chunk);
    reading_survives_refusals(reader(), "metrics.csv", CSV, sizeof CSV - 1);
}

/* As boxtop reads a file that has grown: on, where the reader agrees, else anew. */
static void read_grown(const char *directory, struct reader_mark *mark, struct record *record)
{
    char path[512];
    struct reader_source source = {directory, "metrics.csv", path};
    snprintf(path, sizeof path, "%s/metrics.csv", directory);
    if (!reader()->continues(&source, mark)) {
        record_done(record);
        record_init(record);
        mark->offset = 0;
        buf_clear(&mark->state);
    }
    reading_on(reader(), directory, "metrics.csv", mark, record);
}

static void a_file_rewritten_with_a_wider_header_is_read_anew(void **state)
{
    static const char *const STAGES[] = {"epoch,step,train_loss\n0,9,1\n",
        "epoch,step,train_loss\n0,9,1\n0,19,0.5\n",
        "epoch,step,train_loss,val_loss\n0,9,1,\n0,19,0.5,\n0,19,,0.75\n",
        "epoch,step,train_loss,val_loss\n0,9,1,\n0,19,0.5,\n0,19,,0.75\n1,29,0.25,\n"};
    (void)state;
    const char *directory = temp_dir();
    struct reader_mark mark = {0};
    struct record record;
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    record_init(&record);
    for (size_t i = 0; i < sizeof STAGES / sizeof *STAGES; i++) {
        temp_text(directory, "metrics.csv", STAGES[i]);
        read_grown(directory, &mark, &record);
    }
    assert_string_equal(record_text(&record), "metric epoch: 9=0 19=0 19=0 29=1\n"
                                   "metric train_loss: 9=1 19=0.5 29=0.25\n"
                                   "metric val_loss: 19=0.75\n");
    buf_done(&mark.state);
    record_done(&record);
}

static void hyperparameters_may_be_missing_empty_or_of_python(void **state)
{
    (void)state;
    assert_string_equal(text_of("hparams.yaml", "{}\n"), "");
    assert_string_equal(text_of("hparams.yaml", ""), "");
    assert_string_equal(
        text_of("hparams.yaml",
            "lr: 0.001\nmodel: &id001 !!python/object:my.Model\n  width: 64\n"
            "  layers: !!python/tuple\n  - 1\n  - 2\nagain: *id001\nfields: !!set\n  a: null\n"
            "  b: null\ndtype: !!python/name:torch.float32 ''\nnone: null\n"),
        "param lr = number 0.001\nparam model.width = number 64\nparam model.layers = text [1,2]\n"
        "param again.width = number 64\nparam again.layers = text [1,2]\n"
        "param fields = text [\"a\",\"b\"]\nparam dtype = text torch.float32\nparam none = null "
        "null\n");
    assert_non_null(strstr(text_of("hparams.yaml", "lr: 1\nbad: [1, 2\n"), "note hparams.yaml"));
}

/* ---- whose it is ---- */

static const char *claims_on(const char *below, const char *const *files)
{
    static char text[4096];
    static const char *top;
    static int calls; /* one temporary directory, and below it one for each call */
    struct buf claims;
    char path[512];
    top = top ? top : temp_dir();
    for (; *files; files += 2) {
        snprintf(path, sizeof path, "%d/%s/%s", calls, below, files[0]);
        temp_text(top, path, files[1]);
    }
    snprintf(path, sizeof path, "%s/%d/%s", top, calls++, below);
    buf_init(&claims, sizeof text - 1);
    reading_claims(path, &claims);
    snprintf(text, sizeof text, "%s", claims.data ? claims.data : "");
    buf_done(&claims);
    return text;
}

#define CLAIMS_ON(below, ...) claims_on(below, (const char *const[]){__VA_ARGS__, NULL})

static const char ITS[] = "lightning: metrics.csv\n", PLAIN[] = "plain: metrics.csv\n";

static void its_files_are_known_by_their_neighbours_and_their_shape(void **state)
{
    static const char SORTED[] = "epoch,step,train_loss\n0,1,2\n";
    static const char UNSORTED[] = "train_loss,epoch,step,val_loss\n1,0,1,\n";
    (void)state;
    assert_string_equal(CLAIMS_ON("any name", "metrics.csv", UNSORTED, "hparams.yaml", "{}\n"),
        "lightning: hparams.yaml metrics.csv\n");
    assert_string_equal(CLAIMS_ON("version_12", "metrics.csv", UNSORTED), ITS);
    assert_string_equal(CLAIMS_ON("version_0", "metrics.csv", "loss,step\n"), ITS); /* Fabric's */
    assert_string_equal(CLAIMS_ON("exp", "metrics.csv", SORTED), ITS);
    assert_string_equal(CLAIMS_ON("exp", "metrics.csv", "acc,epoch,step\r\n"), ITS);
    /* Its command line saves a config.yaml, which stays readable. */
    assert_string_equal(CLAIMS_ON("version_0", "metrics.csv", SORTED, "hparams.yaml", "a: 1\n",
                            "config.yaml", "trainer: {max_epochs: 3}\n"),
        "lightning: hparams.yaml metrics.csv\nplain: config.yaml\n");
    assert_string_equal(CLAIMS_ON("version_3", "hparams.yaml", "a: 1\n",
                            "events.out.tfevents.1.host.1.0", "not looked into here"),
        "lightning: hparams.yaml\ntensorboard: events.out.tfevents.1.host.1.0\n");
}

static void what_is_plain_stays_plain(void **state)
{
    static const char SORTED[] = "epoch,step,train_loss\n0,1,2\n";
    (void)state;
    assert_string_equal(CLAIMS_ON("exp", "metrics.csv", "step,epoch,loss\n1,0,2\n"), PLAIN);
    assert_string_equal(CLAIMS_ON("exp", "metrics.csv", "epoch,step,loss\n0,1,2\n"), PLAIN);
    assert_string_equal(CLAIMS_ON("exp", "metrics.csv", "step,train_loss\n1,2\n"), PLAIN);
    assert_string_equal(CLAIMS_ON("version_x", "metrics.csv", "step,loss\n1,2\n"), PLAIN);
    assert_string_equal(CLAIMS_ON("version_0", "metrics.csv", SORTED, "config.json", "{}"),
        "plain: config.json metrics.csv\n");
    assert_string_equal(CLAIMS_ON("version_0", "metrics.csv", SORTED, "config.yaml", "a: 1\n"),
        "plain: config.yaml metrics.csv\n");
    assert_string_equal(CLAIMS_ON("version_0", "metrics.csv", SORTED, "status.json", "{}"),
        "plain: metrics.csv status.json\n");
    assert_string_equal(CLAIMS_ON("version_0", "metrics.csv", SORTED, "hparams.yaml", "{}",
                            "dataset.json", "{\"ground_truth\": \"x\"}"),
        "plain: metrics.csv dataset.json\n"
        "generic: hparams.yaml\n");
    assert_string_equal(CLAIMS_ON("exp", "hparams.yaml", "a: 1\n"), "");
    assert_string_equal(CLAIMS_ON("version_0", "metrics.csv", "name,value\n", "hparams.yaml", "{}"), "");
}

static void why_it_is_not_taken_is_told(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct file_list list;
    struct err err;
    struct reader_claim claim = {0};
    const char *directory = temp_dir();
    temp_text(directory, "metrics.csv", "name,value\n");
    temp_text(directory, "hparams.yaml", "{}");
    assert_true(file_list(directory, &arena, &list, &err));
    struct reader_place place = {directory, &list, &arena};
    assert_false(reader()->claim(&place, &claim));
    assert_int_equal(claim.refusal_count, 1);
    assert_string_equal(claim.refusals[0].name, "metrics.csv");
    assert_string_equal(claim.refusals[0].reason, "its first line names no step");
    arena_done(&arena);
}

/* Both loggers of one trainer: the names are the same, so that each metric is shown once. */
static void names_are_those_of_the_event_file_beside_it(void **state)
{
    static const char EVENTS[] = "events.out.tfevents.1700000000.host.1.0",
                      EVENTS_PATH[] = "version_0/events.out.tfevents.1700000000.host.1.0";
    (void)state;
    struct record ours, theirs;
    struct buf file = event_buf();
    event_version(&file, 100);
    event_scalar(&file, 101, 49, "train_loss_step", 0.5f);
    event_scalar(&file, 101, 49, "epoch", 0);
    event_scalar(&file, 102, 62, "val/AP", 0.125f);
    char directory[512];
    const char *top = temp_dir();
    snprintf(directory, sizeof directory, "%s/version_0", top);
    temp_text(top, "version_0/metrics.csv", CSV);
    temp_file(top, EVENTS_PATH, file.data, file.length);
    reading_whole(reader(), directory, "metrics.csv", &ours);
    reading_whole(reader_find("tensorboard"), directory, EVENTS, &theirs);
    assert_int_equal(theirs.metric_count, 3);
    for (size_t i = 0; i < theirs.metric_count; i++)
        assert_non_null(record_metric(&ours, theirs.metrics[i].name));
    struct buf claims;
    buf_init(&claims, 4096);
    reading_claims(directory, &claims);
    assert_string_equal(claims.data, "lightning: metrics.csv\n"
                                     "tensorboard: events.out.tfevents.1700000000.host.1.0\n");
    buf_done(&claims);
    buf_done(&file);
    record_done(&ours);
    record_done(&theirs);
}

/* ---- real ones ---- */

static int check_real(const char *run)
{
    struct arena arena = {0};
    int compared = 0;
    const char *folder = path_join(&arena, SHARED "/real-runs", run);
    cJSON *expected = expected_load(SHARED "/real-runs", run);
    if (!expected) {
        arena_done(&arena);
        skip();
    }
    const cJSON *facts;
    cJSON_ArrayForEach(facts, cJSON_GetObjectItemCaseSensitive(expected, "facts"))
    {
        struct record record;
        cJSON *params = cJSON_GetObjectItemCaseSensitive(facts, "hparams");
        /* A set, which that reader printed as Python does, and cut. */
        cJSON_DeleteItemFromObjectCaseSensitive(
            cJSON_GetObjectItemCaseSensitive(params, "values"), "config.__pydantic_fields_set__");
        const char *path =
            path_join(&arena, folder, cJSON_GetObjectItemCaseSensitive(facts, "file")->valuestring);
        reading_whole(reader(), path_parent(&arena, path), path_base(path), &record);
        assert_int_equal(record.note_count, 0);
        compared += expected_metrics(&record, cJSON_GetObjectItemCaseSensitive(facts, "metrics")) +
                    expected_params(&record, params);
        record_done(&record);
    }
    cJSON_Delete(expected);
    arena_done(&arena);
    return compared;
}

static void real_runs_hold_what_independent_readers_found(void **state)
{
    (void)state;
    assert_int_equal(check_real("lightning-pendulum"), 23);
    assert_int_equal(check_real("lightning-xkv"), 27);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sparse_rows_stand_at_the_global_step),
        cmocka_unit_test(cuts_growth_and_refusals_are_survived),
        cmocka_unit_test(a_file_rewritten_with_a_wider_header_is_read_anew),
        cmocka_unit_test(hyperparameters_may_be_missing_empty_or_of_python),
        cmocka_unit_test(its_files_are_known_by_their_neighbours_and_their_shape),
        cmocka_unit_test(what_is_plain_stays_plain),
        cmocka_unit_test(why_it_is_not_taken_is_told),
        cmocka_unit_test(names_are_those_of_the_event_file_beside_it),
        cmocka_unit_test(real_runs_hold_what_independent_readers_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
