/* Tables under any name: what the readers keras and generic take, what they leave, and what they read. */
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

static const char KERAS[] = "epoch,accuracy,loss,per_class,val_accuracy,val_loss\r\n"
                            "0,0.51,1.4481,\"[0.5, 0.52]\",0.55,1.31\r\n"
                            "1,0.62,1.1002,\"[0.6, 0.64]\",NA,NA\r\n"
                            "0,0.74,nan,\"\"\"[0.73, 0.75]\"\"\",0.7,0.9\r\n";

static const char KERAS_FACTS[] = "metric accuracy: 0=0.51 1=0.62 0=0.74\n"
                                  "metric loss: 0=1.4481 1=1.1002 0=NaN\n"
                                  "metric val_accuracy: 0=0.55 0=0.7\n"
                                  "metric val_loss: 0=1.31 0=0.9\n"
                                  "note training.log line 2 byte -1 x3 cell that is no number, left "
                                  "out\n";

static const char CSV[] = "Step,timestamp,loss,mAP\n1,2024-05-01T10:00:00Z,1.5,\n2,1714557601,,0.25\n"
                          "2,,0.5,nan\nbroken\n3,,1e-3,-1\n";

static const char CSV_FACTS[] = "metric loss: 1=1.5@1714557600 2=0.5 3=0.001\n"
                                "metric mAP: 2=0.25@1714557601 2=NaN 3=-1\n"
                                "note log.csv line 5 byte -1 x1 damaged row, skipped\n";

static const char JSONL[] = "{\"about\": \"words\"}\n{\"iter\": 1, \"loss\": 1.5, \"mode\": \"train\"}\n"
                            "{\"iter\": 2, \"loss\": NaN, \"val\": {\"AP\": 0.5}}\n";

static const char SCORES[] = "{\n  \"AP\": 0.5,\n  \"epoch\": 90,\n  \"bbox\": {\"AR\": NaN},\n"
                             "  \"model\": \"fcos\",\n  \"classes\": [1, 2]\n}\n";

static const char COLUMNS[] =
    "{\"loss\": [1.5, NaN, 0.5], \"val\": {\"acc\": [0.25, null, 0.75]},\n"
    " \"lr\": [0.1, 0.2], \"note\": \"x\", \"words\": [\"a\", [1]],\n"
    " \"epoch\": [1, 2, 4]}\n";

static const char COLUMNS_FACTS[] =
    "metric loss: 1=1.5 2=NaN 4=0.5\nmetric val/acc: 1=0.25 4=0.75\n"
    "metric lr: 0=0.1 1=0.2\n"
    "note history.json line 0 byte -1 x2 value that is no number, left out\n";

static const char LIST[] = "[\n {\"epoch\": 1, \"loss\": 2.5, \"val\": {\"mAP\": 0.5}},\n"
                           " 7, {\"epoch\": 2, \"loss\": NaN}\n]\n";

static const char LIST_FACTS[] = "metric loss: 1=2.5 2=NaN\nmetric val/mAP: 1=0.5\n"
                                 "note history.json line 2 byte -1 x1 damaged row, skipped\n";

static const char *text_of(const char *reader, const char *name, const char *data)
{
    return reading_text(reader_find(reader), name, data, strlen(data));
}

/* ---- reading ---- */

static void a_log_of_keras_is_read(void **state)
{
    char text[512];
    (void)state;
    assert_string_equal(text_of("keras", "training.log", KERAS), KERAS_FACTS);
    for (size_t i = 0; i < 2; i++) { /* separators that its lists do not hold */
        snprintf(text, sizeof text, "epoch%closs\n3%c0.5\n4%c0.25\n", ";\t"[i], ";\t"[i], ";\t"[i]);
        assert_string_equal(text_of("keras", "a.csv", text), "metric loss: 3=0.5 4=0.25\n");
    }
}

static void any_table_is_read(void **state)
{
    (void)state;
    assert_string_equal(text_of("generic", "log.csv", CSV), CSV_FACTS);
    assert_string_equal(text_of("generic", "log.tsv", "loss\titeration\tepoch\n1\t10\t0\n"),
        "metric loss: 10=1\nmetric epoch: 10=0\n");
    assert_string_equal(text_of("generic", "log.jsonl", JSONL),
        "metric loss: 1=1.5 2=NaN\nmetric val/AP: 2=0.5\n");
    assert_string_equal(text_of("generic", "params.json", "{\"a\": {\"b\": 1}}"),
        "param a.b = number 1\n");
    assert_string_equal(text_of("generic", "args.yml", "a: {b: x}\n"), "param a.b = text x\n");
}

static void final_scores_are_a_summary(void **state)
{
    (void)state;
    assert_string_equal(text_of("generic", "metrics.json", SCORES),
        "metric AP: 0=0.5\nmetric epoch: 0=90\nmetric bbox/AR: 0=NaN\n");
    assert_string_equal(text_of("generic", "metrics.json", "{\"AP\": 0.5}"), "metric AP: 0=0.5\n");
    assert_string_equal(text_of("generic", "metrics.json", "{\"iteration\": 7, \"AP\": 1}\n"),
        "metric AP: 7=1\n");
}

static void lists_of_values_are_columns(void **state)
{
    (void)state;
    assert_string_equal(text_of("generic", "history.json", COLUMNS), COLUMNS_FACTS);
    assert_string_equal(text_of("generic", "metrics.json", "{\"epoch\": [0.5], \"loss\": [2, 3]}"),
        "metric epoch: 0=0.5\nmetric loss: 0=2 1=3\n");
    assert_string_equal(text_of("generic", "history.json",
                            "{\"history\": {\"loss\": [2]}, \"a\": {\"loss\": [3]}}"),
        "metric loss: 0=2\nmetric a/loss: 0=3\n");
}

/* What losses say without a column of steps. */
static void rows_count_where_no_step_is_named(void **state)
{
    (void)state;
    assert_string_equal(text_of("generic", "log.csv", "train_loss,val_loss\n3,4\n1,2\n"),
        "metric train_loss: 0=3 1=1\nmetric val_loss: 0=4 1=2\n");
    assert_string_equal(text_of("generic", "log.csv", ",dice_loss,iou\n1,3,4\n2,1,2\n"),
        "metric dice_loss: 1=3 2=1\nmetric iou: 1=4 2=2\n");
    assert_string_equal(text_of("generic", "progress.csv",
                            "time/fps,train/loss,time/total_timesteps\n700,,2048\n710,0.5,4096\n"),
        "metric time/fps: 2048=700 4096=710\nmetric train/loss: 4096=0.5\n");
}

static void cuts_growth_and_refusals_are_survived(void **state)
{
    static const struct {
        const char *reader, *name, *data;
    } SAMPLES[] = {{"keras", "training.log", KERAS}, {"generic", "log.csv", CSV},
        {"generic", "log.jsonl", JSONL}};
    (void)state;
    for (size_t i = 0; i < sizeof SAMPLES / sizeof *SAMPLES; i++) {
        const struct reader *reader = reader_find(SAMPLES[i].reader);
        size_t length = strlen(SAMPLES[i].data);
        reading_survives_cuts(reader, SAMPLES[i].name, SAMPLES[i].data, length);
        for (size_t chunk = 1; chunk < 40; chunk += 13)
            reading_grows_to_the_same(reader, SAMPLES[i].name, SAMPLES[i].data, length, chunk);
        reading_survives_refusals(reader, SAMPLES[i].name, SAMPLES[i].data, length);
    }
    /* A whole document: nothing of it counts before it is whole, and it is never read on. */
    const struct reader *generic = reader_find("generic");
    reading_survives_cuts(generic, "metrics.json", SCORES, sizeof SCORES - 1);
    reading_survives_refusals(generic, "metrics.json", SCORES, sizeof SCORES - 1);
    reading_survives_cuts(generic, "history.json", COLUMNS, sizeof COLUMNS - 1);
    reading_survives_refusals(generic, "history.json", COLUMNS, sizeof COLUMNS - 1);
    reading_survives_cuts(generic, "history.json", LIST, sizeof LIST - 1);
    reading_survives_refusals(generic, "history.json", LIST, sizeof LIST - 1);
}

/* ---- recognising ---- */

static const char *claims_on(const char *const *files)
{
    static char text[4096];
    static const char *top;
    static int calls; /* one temporary directory, and below it one for each call */
    struct buf claims;
    top = top ? top : temp_dir();
    char path[512];
    for (; *files; files += 2) {
        snprintf(path, sizeof path, "%d/%s", calls, files[0]);
        temp_text(top, path, files[1]);
    }
    snprintf(path, sizeof path, "%s/%d", top, calls++);
    buf_init(&claims, sizeof text - 1);
    reading_claims(path, &claims);
    snprintf(text, sizeof text, "%s", claims.data ? claims.data : "");
    buf_done(&claims);
    return text;
}

#define CLAIMS_ON(...) claims_on((const char *const[]){__VA_ARGS__, NULL})

static void the_line_between_keras_and_the_rest(void **state)
{
    static const char *const THEIRS[] = {"epoch,accuracy,loss,val_accuracy,val_loss\n",
        "epoch,loss\n0,1\n", "epoch;acc;loss\n0;1;2\n",
        "epoch,accuracy,loss,time,val_accuracy,val_loss\n0,1,2,NA,NA,NA\n", KERAS,
        "epoch\tloss\tlr\n3\t1\t1\n"};
    static const char *const OTHERS[] = {"epoch,loss,accuracy\n0,1,2\n", "loss,epoch\n1,0\n",
        "epoch,accuracy\n0,1\n", "step,loss\n0,1\n", "epoch,loss,kl_div,alpha\n1,1,1,1\n",
        "Epoch,loss\n0,1\n"};
    (void)state;
    for (size_t i = 0; i < sizeof THEIRS / sizeof *THEIRS; i++)
        assert_string_equal(CLAIMS_ON("any.log", THEIRS[i]), "keras: any.log\n");
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        assert_string_equal(CLAIMS_ON("any.log", OTHERS[i]), "generic: any.log\n");
}

static void tables_have_a_step_and_numbers(void **state)
{
    static const char GENERIC[] = "generic: t.csv\n";
    (void)state;
    assert_string_equal(CLAIMS_ON("t.csv", CSV), GENERIC);
    assert_string_equal(CLAIMS_ON("t.csv", "step,loss\n1,0.5"), GENERIC);
    assert_string_equal(CLAIMS_ON("t.csv", "step;a;b\n1;[1, 2];True\n"), GENERIC);
    assert_string_equal(CLAIMS_ON("t.csv", ",epoch,loss\n0,1,0.5\n1,2,nan\n"), GENERIC); /* pandas */
    assert_string_equal(CLAIMS_ON("t.csv", "step,loss\n<<<<<<< HEAD\n1,NA\n"), GENERIC);
    /* Losses without a named step. */
    assert_string_equal(CLAIMS_ON("t.csv", "train_loss,val_loss\n1,2\n"), GENERIC);
    assert_string_equal(CLAIMS_ON("t.csv", ",Dice_loss,iou_score\n0,1,0.5\n"), GENERIC);
    /* Measures tell no rows of one kind from those of another. */
    assert_string_equal(
        CLAIMS_ON("t.csv", "epoch,loss,took,mem,done\n1,2,00:12:33,7.36G,1.15%\n"), GENERIC);
    static const char *const NONE[] = {"lr,val_loss\n1,2\n", ",x,y\n0,1,2\n", "a,b,\n1,2,3\n", "",
        "\n", "step\n1\n", "step,loss\n", "step,loss\n1", "name,value\na,1\n", "a,b\n1,2\n",
        "step,phase,loss\n1,train,0.5\n1,val,0.6\n",
        "epoch,image_id,x,y,w,h,score\n1,5,0,0,9,9,0.5\n", "epoch,filename,loss\n0,1,1\n",
        "filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,1,1,dog,0,0,1,1\n",
        "image_id,AP\n1,0.5\n", "image_id,category_id,score\n1,1,0.5\n", "0 0.5 0.5 0.1 0.1\n",
        "epoch: 1 loss: 0.5\nepoch: 2 loss: 0.4\n", "version https://x\n", "iter loss\n1 0.5\n"};
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
        assert_string_equal(CLAIMS_ON("t.csv", NONE[i]), "");
    assert_string_equal(CLAIMS_ON("t.dat", CSV, ".t.csv", CSV, "t.csv/x", CSV), "");
}

static void lines_of_json_are_tables_too(void **state)
{
    (void)state;
    assert_string_equal(CLAIMS_ON("log.jsonl", JSONL), "generic: log.jsonl\n");
    assert_string_equal(CLAIMS_ON("log.jsonl", "{\"step\": 1, \"loss\": 2}"), "generic: log.jsonl\n");
    assert_string_equal(
        text_of("generic", "log.jsonl", "{\"current_steps\": 10, \"loss\": 2, \"epoch\": 0.5}\n"),
        "metric loss: 10=2\nmetric epoch: 10=0.5\n");
    assert_string_equal(CLAIMS_ON("log.txt", JSONL, "history.json", JSONL),
        "generic: history/=history.json log/=log.txt\n");
    static const char *const NONE[] = {"{\"step\": 1}\n", "{\"loss\": 1}\n{\"loss\": 2}\n",
        "{\"image_id\": 1, \"step\": 3, \"score\": 0.5}\n", "[1, 2]\n", "{\"step\": 1, \"loss\": "};
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
        assert_string_equal(CLAIMS_ON("log.jsonl", NONE[i]), "");
    /* A file that keeps where something stands. */
    assert_string_equal(CLAIMS_ON("last_log.json", "{\"epoch\": 3, \"best\": 0.5}\n"), "");
}

static void lists_are_tables_when_one_is_a_loss(void **state)
{
    (void)state;
    assert_string_equal(CLAIMS_ON("history.json", COLUMNS), "generic: history.json\n");
    assert_string_equal(CLAIMS_ON("training_history.json", "{\"val_loss\": [1]}"),
        "generic: training_history.json\n");
    assert_string_equal(CLAIMS_ON("metrics.json", COLUMNS), "generic: metrics.json\n");
    static const char *const NONE[] = {"{\"acc\": [1]}", "{\"loss\": []}", "{\"loss\": [\"a\"]}",
        "{\"a\": {\"b\": {\"loss\": [1]}}}", "{\"loss\": [1"};
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
        assert_string_equal(CLAIMS_ON("history.json", NONE[i]), "");
    assert_string_equal(CLAIMS_ON("weights.json", COLUMNS), "");
}

static void a_list_of_rows_is_a_table(void **state)
{
    (void)state;
    assert_string_equal(text_of("generic", "history.json", LIST), LIST_FACTS);
    assert_string_equal(CLAIMS_ON("history.json", LIST), "generic: history.json\n");
    assert_string_equal(CLAIMS_ON("a_log.json", "[{\"epoch\": 1, \"label\": 1, \"loss\": 2}]"), "");
    assert_string_equal(
        CLAIMS_ON("history.json", "[{\"epoch\": 1}]", "metrics.json", "[{\"a\": 1}]"), "");
}

static void final_scores_are_known_by_name(void **state)
{
    (void)state;
    assert_string_equal(CLAIMS_ON("metrics.json", SCORES), "generic: metrics.json\n");
    assert_string_equal(CLAIMS_ON("metrics.json", SCORES, "params.yaml", "lr: 1\n"),
        "generic: params.yaml metrics.json\n");
    assert_string_equal(CLAIMS_ON("metrics.json", SCORES, "log.csv", CSV),
        "generic: log.csv metrics/=metrics.json\n");
    assert_string_equal(CLAIMS_ON("val_metrics.json", SCORES), "");
    static const char *const NONE[] = {"{}", "{\"a\": \"words\"}", "[0.5]",
        "{\"loss\": {\"steps\": [1], \"values\": [2]}}",
        "{\"info\": {\"year\": 2017}, \"images\": [{\"id\": 1}]}", "{\"AP\": 0.5"};
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
        assert_string_equal(CLAIMS_ON("metrics.json", NONE[i]), "");
}

static void several_tables_are_named_apart_and_parameters_come_along(void **state)
{
    (void)state;
    assert_string_equal(CLAIMS_ON("b.csv", CSV, "a.csv", CSV, "params.json", "{}", "config.yml", "a: 1\n",
                            "args.txt", "x", "labels.csv", "image,label\n"),
        "generic: config.yml params.json a/=a.csv b/=b.csv\n");
    assert_string_equal(CLAIMS_ON("a.csv", CSV, "a.tsv", CSV), "generic: a.csv/=a.csv a.tsv/=a.tsv\n");
    assert_string_equal(CLAIMS_ON("training.log", KERAS, "eval.csv", CSV, "hparams.yaml", "a: 1\n"),
        "keras: hparams.yaml training/=training.log\ngeneric: eval/=eval.csv\n");
    assert_string_equal(CLAIMS_ON("params.json", "{}"), "");
    /* Beside a run of another format: its own file stays its own, the rest is told apart. */
    assert_string_equal(CLAIMS_ON("metrics.csv", "step,loss\n1,2\n", "extra.csv", CSV),
        "plain: metrics.csv\ngeneric: extra/=extra.csv\n");
}

static void a_prefix_is_what_the_names_begin_with(void **state)
{
    (void)state;
    struct record record;
    struct err err = {0};
    struct reader_mark mark = {0};
    const char *directory = temp_dir();
    struct reader_source source = {.directory = directory,
        .name = "a.csv",
        .path = temp_text(directory, "a.csv", "step,loss\n1,2\n"),
        .prefix = "a/"};
    record_init(&record);
    struct sink sink = record_sink(&record);
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    assert_true(reader_find("generic")->read(&source, &mark, &sink, &err));
    assert_non_null(record_metric(&record, "a/loss"));
    assert_int_equal(record.metric_count, 1);
    buf_done(&mark.state);
    record_done(&record);
}

static void why_a_table_is_not_taken_is_told(void **state)
{
    static const struct {
        const char *name, *data, *reason;
    } CASES[] = {
        {"a.csv", "name,value\na,1\n", "no column counts steps"},
        {"b.csv", "epoch,image_id\n1,1\n", "its rows are about images or boxes, not steps"},
        {"c.csv", "step,phase\n1,train\n", "a column holds words"},
        {"d.csv", "step,loss\n", "it has no whole row yet"},
        {"e.jsonl", "{\"a\": 1}\n{\"a\": 2}\n", "no column counts steps"},
        {"f.log", "name,value\na,1\n", NULL},
        {"g_log.json", "{\"a\": 1}\n{\"a\": 2}\n", NULL},
    };
    enum { COUNT = sizeof CASES / sizeof *CASES };
    (void)state;
    struct arena arena = {0};
    struct file_list list;
    struct err err;
    struct reader_claim claim = {0};
    const char *directory = temp_dir();
    size_t told = 0;
    for (size_t i = 0; i < COUNT; i++)
        temp_text(directory, CASES[i].name, CASES[i].data);
    assert_true(file_list(directory, &arena, &list, &err));
    struct reader_place place = {directory, &list, &arena};
    assert_false(reader_find("generic")->claim(&place, &claim));
    for (size_t i = 0; i < COUNT; i++) {
        if (!CASES[i].reason)
            continue;
        assert_string_equal(claim.refusals[told].name, CASES[i].name);
        assert_non_null(strstr(claim.refusals[told].reason, CASES[i].reason));
        told++;
    }
    assert_int_equal(claim.refusal_count, told);
    arena_done(&arena);
}

/* A directory of very many files costs no more than a run's own. */
static void only_so_many_files_are_looked_into(void **state)
{
    enum { FILES = 200 };
    char name[32];
    (void)state;
    const char *directory = temp_dir();
    struct buf claims;
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "%03d.log", i);
        temp_text(directory, name, "{\"label\": 1}");
    }
    temp_text(directory, "z.csv", CSV);
    buf_init(&claims, 4096);
    reading_claims(directory, &claims);
    assert_int_equal(claims.length, 0);
    buf_done(&claims);
    struct arena arena = {0};
    struct file_list list;
    struct err err;
    struct reader_claim claim = {0};
    assert_true(file_list(directory, &arena, &list, &err));
    struct reader_place place = {directory, &list, &arena};
    assert_false(reader_find("generic")->claim(&place, &claim));
    assert_int_equal(claim.refusal_count, 1);
    assert_string_equal(claim.refusals[0].name, "064.log");
    arena_done(&arena);
}

/* ---- real ones ---- */

static int check_real(const char *run, const char *reader)
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
        const char *file = cJSON_GetObjectItemCaseSensitive(facts, "file")->valuestring;
        const char *path = path_join(&arena, folder, file);
        reading_whole(reader_find(reader), path_parent(&arena, path), path_base(path), &record);
        compared += expected_metrics(&record, cJSON_GetObjectItemCaseSensitive(facts, "metrics")) +
                    expected_params(&record, cJSON_GetObjectItemCaseSensitive(facts, "hparams"));
        record_done(&record);
    }
    cJSON_Delete(expected);
    arena_done(&arena);
    return compared;
}

static void real_runs_hold_what_independent_readers_found(void **state)
{
    (void)state;
    assert_int_equal(check_real("synthetic-keras", "keras"), 5);
    assert_int_equal(check_real("csv-mlpws", "generic"), 30);
    struct buf claims;
    buf_init(&claims, 4096);
    reading_claims(SHARED "/real-runs/csv-mlpws/gain_sweep01/mlpws_gain=0.025", &claims);
    assert_string_equal(claims.data,
        "generic: parameters.json backward_training_log/=backward_training_log.csv "
        "forward_training_log/=forward_training_log.csv result/=result.csv\n");
    buf_clear(&claims);
    reading_claims(SHARED "/real-runs/synthetic-keras", &claims);
    assert_string_equal(claims.data, "keras: training.log\n");
    buf_done(&claims);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_of_keras_is_read),
        cmocka_unit_test(any_table_is_read),
        cmocka_unit_test(final_scores_are_a_summary),
        cmocka_unit_test(lists_of_values_are_columns),
        cmocka_unit_test(rows_count_where_no_step_is_named),
        cmocka_unit_test(lists_are_tables_when_one_is_a_loss),
        cmocka_unit_test(a_list_of_rows_is_a_table),
        cmocka_unit_test(cuts_growth_and_refusals_are_survived),
        cmocka_unit_test(the_line_between_keras_and_the_rest),
        cmocka_unit_test(tables_have_a_step_and_numbers),
        cmocka_unit_test(lines_of_json_are_tables_too),
        cmocka_unit_test(final_scores_are_known_by_name),
        cmocka_unit_test(several_tables_are_named_apart_and_parameters_come_along),
        cmocka_unit_test(a_prefix_is_what_the_names_begin_with),
        cmocka_unit_test(why_a_table_is_not_taken_is_told),
        cmocka_unit_test(only_so_many_files_are_looked_into),
        cmocka_unit_test(real_runs_hold_what_independent_readers_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
