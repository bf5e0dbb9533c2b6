/* The Hugging Face reader: the trainer's state, whose files a run is made of, real runs. */
#include "expected.h"
#include "reading.h"
#include "temp.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char STATE[] = "trainer_state.json", REAL[] = SHARED "/real-runs/hf-agnews";

static const char FINISHED[] =
    "{\n"
    "  \"best_metric\": 0.5,\n"
    "  \"best_model_checkpoint\": \"out/checkpoint-4\",\n"
    "  \"epoch\": 2.0,\n"
    "  \"eval_steps\": 2,\n"
    "  \"global_step\": 4,\n"
    "  \"is_world_process_zero\": true,\n"
    "  \"log_history\": [\n"
    "    {\"epoch\": 0.5, \"grad_norm\": NaN, \"learning_rate\": 5e-05, \"loss\": 12345.0, "
    "\"step\": 2},\n"
    "    {\"epoch\": 0.5, \"eval_loss\": Infinity, \"eval_runtime\": 1.5, \"step\": 2},\n"
    "    {\"epoch\": 2.0, \"learning_rate\": 0.0, \"loss\": 0.25, \"step\": 4, \"word\": \"x\"},\n"
    "    {\"epoch\": 2.0, \"eval_loss\": 0.5, \"eval_runtime\": 1.5, \"step\": 4},\n"
    "    {\"epoch\": 2.0, \"step\": 4, \"total_flos\": 1e+16, \"train_loss\": 0.75, "
    "\"train_runtime\": 60.5}\n"
    "  ],\n"
    "  \"logging_steps\": 2,\n"
    "  \"max_steps\": 4,\n"
    "  \"num_train_epochs\": 2,\n"
    "  \"stateful_callbacks\": {\"TrainerControl\": {\"args\": {\"should_training_stop\": "
    "false}}},\n"
    "  \"train_batch_size\": 8,\n"
    "  \"trial_name\": null,\n"
    "  \"trial_params\": {\"learning_rate\": 0.001, \"optim\": \"adamw\", \"deep\": {\"a\": 1}}\n"
    "}\n";

static const struct reader *reader(void)
{
    return reader_find("huggingface");
}

static const char *text_of(const char *name, const char *data)
{
    return reading_text(reader(), name, data, strlen(data));
}

static void the_history_becomes_metrics_and_the_rest_parameters(void **state)
{
    (void)state;
    assert_string_equal(text_of(STATE, FINISHED),
        "param best_metric = number 0.5\n"
        "param best_model_checkpoint = text out/checkpoint-4\n"
        "param eval_steps = number 2\n"
        "param logging_steps = number 2\n"
        "param num_train_epochs = number 2\n"
        "param train_batch_size = number 8\n"
        "param trial_params.learning_rate = number 0.001\n"
        "param trial_params.optim = text adamw\n"
        "param max_steps = number 4\n"
        "metric epoch: 2=0.5 2=0.5 4=2 4=2 4=2\n"
        "metric grad_norm: 2=NaN\n"
        "metric learning_rate: 2=5e-05 4=0\n"
        "metric loss: 2=12345 4=0.25\n"
        "metric eval_loss: 2=Infinity 4=0.5\n"
        "metric eval_runtime: 2=1.5 4=1.5\n"
        "metric total_flos: 4=1e+16\n"
        "metric train_loss: 4=0.75\n"
        "metric train_runtime: 4=60.5\n"
        "status finished NaN NaN\n");
}

static void a_state_is_read_however_it_is_cut_or_grows(void **state)
{
    (void)state;
    reading_survives_cuts(reader(), STATE, FINISHED, sizeof FINISHED - 1);
    for (size_t chunk = 1; chunk < 200; chunk += 66)
        reading_grows_to_the_same(reader(), STATE, FINISHED, sizeof FINISHED - 1, chunk);
    reading_survives_refusals(reader(), STATE, FINISHED, sizeof FINISHED - 1);
}

static void only_a_training_that_is_over_is_finished(void **state)
{
    static const char RUNNING[] = "{\"global_step\": 2, \"log_history\": [], \"max_steps\": 4}",
                      DONE[] = "{\"global_step\": 4, \"log_history\": [], \"max_steps\": 4}",
                      STOPPED[] =
                          "{\"global_step\": 2, \"log_history\": [], \"max_steps\": 4, "
                          "\"stateful_callbacks\": {\"A\": [{}], \"TrainerControl\": {\"args\": "
                          "{\"should_training_stop\": true}}}}",
                      ENDED[] =
                          "{\"global_step\": 2, \"log_history\": [{\"loss\": 1, \"step\": 1}, "
                          "{\"train_runtime\": 9, \"step\": 2}, {\"eval_loss\": 1, \"step\": 2}], "
                          "\"max_steps\": 0}",
                      GOES_ON[] = "{\"global_step\": 3, \"log_history\": [{\"train_runtime\": 9, "
                                  "\"step\": 2}, {\"loss\": 1, \"step\": 3}], \"max_steps\": 4}";
    (void)state;
    assert_null(strstr(text_of(STATE, RUNNING), "status"));
    assert_non_null(strstr(text_of(STATE, DONE), "status finished"));
    assert_non_null(strstr(text_of(STATE, STOPPED), "status finished"));
    assert_non_null(strstr(text_of(STATE, ENDED), "status finished"));
    assert_null(strstr(text_of(STATE, GOES_ON), "status"));
}

static void damage_is_told(void **state)
{
    (void)state;
    assert_string_equal(text_of(STATE, "{\"global_step\": 1}"),
        "note trainer_state.json line 0 byte -1 x1 has no log_history\n");
    assert_string_equal(
        text_of(STATE, "{\"global_step\": 1, \"log_history\": [3, {\"loss\": 1, "
                       "\"step\": 7}, [], {\"loss\": 2}, {\"loss\": 3, \"step\": 1e99}], "
                       "\"max_steps\": 2}"),
        "param max_steps = number 2\nmetric loss: 7=1 7=2 7=3\n"
        "note trainer_state.json line 0 byte -1 x3 damaged row of log_history, skipped\n");
    assert_string_equal(
        text_of(STATE, "{\"log_history\": [{\"loss\": 1, \"step\": 1}, {\"loss\": 2"),
        "metric loss: 1=1\nnote trainer_state.json line 0 byte 51 x1 no trainer's state from here "
        "on: "
        "being written, or damaged\n");
    assert_non_null(strstr(text_of(STATE, ""), "byte 0 x1 no trainer's state"));
}

static void configurations_are_parameters_without_the_names_of_classes(void **state)
{
    (void)state;
    assert_string_equal(
        text_of("config.json", "{\"model_type\": \"detr\", \"id2label\": {\"0\": \"cat\"}, "
                               "\"label2id\": {\"cat\": 0}, \"d_model\": 256}"),
        "param model_type = text detr\nparam d_model = number 256\n");
    assert_string_equal(
        text_of("adapter_config.json", "{\"peft_type\": \"LORA\", \"r\": 8, \"target\": [\"q\"]}"),
        "param peft_type = text LORA\nparam r = number 8\nparam target = text [\"q\"]\n");
    assert_string_equal(text_of("training_params.json", "{\"token\": \"hf_1\", \"lr\": 1e-5}"),
        "param lr = number 1e-5\n");
    assert_string_equal(
        text_of("training_args.yaml", "hub_token: hf_1\nlr: 1e-5\n"), "param lr = number 1e-5\n");
}

static void the_latest_state_is_read_and_all_below_is_one_run(void **state)
{
    static const char HEAD[] = "{\"global_step\": 10, \"log_history\": []}", OTHER[] = "{\"a\": 1}",
                      LATER[] = "{\"global_step\": 20, \"log_history\": []}",
                      MODEL[] = "{\"architectures\": [\"Detr\"], \"model_type\": \"detr\"}";
    (void)state;
    assert_string_equal(READING_CLAIMS("checkpoint-5/trainer_state.json", HEAD,
                            "checkpoint-10/trainer_state.json", HEAD, "checkpoint-9/x", ""),
        "huggingface: checkpoint-10/trainer_state.json checkpoint-10/ checkpoint-9/ "
        "checkpoint-5/\n");
    assert_string_equal(
        READING_CLAIMS("checkpoint-10/trainer_state.json", HEAD, "trainer_state.json", LATER,
            "config.json", MODEL, "checkpoint-10/config.json", MODEL),
        "huggingface: trainer_state.json config.json checkpoint-10/\n");
    assert_string_equal(
        READING_CLAIMS("checkpoint-10/trainer_state.json", LATER, "trainer_state.json", HEAD,
            "config.json", OTHER, "checkpoint-10/config.json", MODEL,
            "checkpoint-10/adapter_config.json", "{\"peft_type\": \"LORA\"}"),
        "huggingface: checkpoint-10/trainer_state.json checkpoint-10/config.json "
        "checkpoint-10/adapter_config.json checkpoint-10/\n");
    assert_string_equal(READING_CLAIMS("checkpoint-10/trainer_state.json", HEAD,
                            "training_params.json", "{}", "training_args.yaml", "a: 1\n"),
        "huggingface: checkpoint-10/trainer_state.json training_params.json training_args.yaml "
        "checkpoint-10/\n");
    assert_string_equal(READING_CLAIMS("checkpoint-20/trainer_state.json",
                            "version https://git-lfs", "checkpoint-best/trainer_state.json", HEAD),
        "huggingface: checkpoint-best/trainer_state.json checkpoint-20/ checkpoint-best/\n");
    assert_string_equal(READING_CLAIMS("trainer_state.json", OTHER), "");
    assert_string_equal(READING_CLAIMS("checkpoint-1/model.bin", ""), "");
    assert_string_equal(READING_CLAIMS("config.json", MODEL), "");
}

static void results_that_the_state_does_not_have_are_metrics(void **state)
{
    static const char TRAINED[] = "{\"global_step\": 30, \"log_history\": [{\"eval_map\": 0.25, "
                                  "\"step\": 30, \"epoch\": 3}]}",
                      RESULTS[] = "{\"epoch\": 3.0, \"eval_map\": 0.25, \"test_map\": 0.5, "
                                  "\"test_map_large\": NaN, \"test_classes\": [0, 1], "
                                  "\"test_samples\": 12}";
    static const char FILE_NAME[] = "all_results.json";
    (void)state;
    const char *directory = temp_dir();
    struct record record;
    temp_text(directory, FILE_NAME, RESULTS);
    reading_whole(reader(), directory, FILE_NAME, &record);
    assert_int_equal(record.metric_count, 0); /* nobody knows what is said already */
    record_done(&record);
    temp_text(directory, "trainer_state.json", TRAINED);
    reading_whole(reader(), directory, FILE_NAME, &record);
    assert_int_equal(record.metric_count, 2);
    const struct record_metric *map = record_metric(&record, "test_map");
    assert_non_null(map);
    assert_int_equal(map->points[0].step, 30);
    assert_non_null(record_metric(&record, "test_map_large"));
    assert_int_equal(record.note_count, 0);
    record_done(&record);
    temp_text(directory, FILE_NAME, "{\"test_map\": 0.5, \"test_ma");
    reading_whole(reader(), directory, FILE_NAME, &record);
    assert_int_equal(record.metric_count, 1);
    assert_int_equal(record.note_count, 1);
    record_done(&record);
    assert_string_equal(READING_CLAIMS("trainer_state.json", TRAINED, FILE_NAME, RESULTS),
        "huggingface: trainer_state.json all_results.json\n");
    assert_string_equal(
        READING_CLAIMS("checkpoint-30/trainer_state.json", TRAINED, FILE_NAME, RESULTS),
        "huggingface: checkpoint-30/trainer_state.json checkpoint-30/\n");
}

static void a_file_that_is_no_state_says_why(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    struct arena arena = {0};
    struct file_list list;
    struct err err = {0};
    struct reader_claim claim = {0};
    temp_text(directory, "trainer_state.json", "version https://git-lfs.github.com/spec/v1\n");
    temp_text(directory, "checkpoint-3/trainer_state.json", "{\"epoch\": 1}");
    assert_true(file_list(directory, &arena, &list, &err));
    struct reader_place place = {directory, &list, &arena};
    assert_false(reader()->claim(&place, &claim));
    assert_int_equal(claim.refusal_count, 2);
    assert_string_equal(claim.refusals[0].name, "trainer_state.json");
    assert_string_equal(claim.refusals[1].name, "checkpoint-3/trainer_state.json");
    assert_string_equal(
        claim.refusals[1].reason, "does not begin as a trainer's state with a global_step");
    arena_done(&arena);
}

static void event_files_below_runs_belong_to_the_run(void **state)
{
    static const char HEAD[] = "{\"global_step\": 10}";
    (void)state;
    assert_string_equal(
        READING_CLAIMS("trainer_state.json", HEAD, "runs/Sep01_host/events.out.tfevents.200.h.1.0",
            "", "runs/Apr01_host/events.out.tfevents.300.h.1.0", "",
            "runs/Apr01_host/300.5/events.out.tfevents.301.h.1.1", "", "runs/other/notes.txt", "",
            "events.out.tfevents.100.h.1.0", ""),
        "huggingface: trainer_state.json tensorboard:runs/Sep01_host/events.out.tfevents.200.h.1.0 "
        "tensorboard:runs/Apr01_host/events.out.tfevents.300.h.1.0 "
        "tensorboard:runs/Apr01_host/300.5/events.out.tfevents.301.h.1.1 runs/Sep01_host/ "
        "runs/Apr01_host/ runs/Apr01_host/300.5/\n"
        "tensorboard: events.out.tfevents.100.h.1.0\n");
    assert_string_equal(
        READING_CLAIMS("trainer_state.json", HEAD, "logs/events.out.tfevents.200.h.1.0", ""),
        "huggingface: trainer_state.json tensorboard:logs/events.out.tfevents.200.h.1.0 logs/\n");
}

static void real_states_say_what_independent_readers_found(void **state)
{
    (void)state;
    struct arena arena = {0};
    cJSON *expected = expected_load(REAL, "");
    if (!expected)
        skip();
    const cJSON *facts;
    int states = 0;
    cJSON_ArrayForEach(facts, cJSON_GetObjectItemCaseSensitive(expected, "facts"))
    {
        const char *kind = cJSON_GetObjectItemCaseSensitive(facts, "reader")->valuestring;
        if (strcmp(kind, "hf") != 0)
            continue;
        struct record record;
        const cJSON *step = cJSON_GetObjectItemCaseSensitive(facts, "global_step");
        reading_whole(
            reader(), REAL, cJSON_GetObjectItemCaseSensitive(facts, "file")->valuestring, &record);
        assert_int_equal(
            expected_metrics(&record, cJSON_GetObjectItemCaseSensitive(facts, "metrics")), 9);
        assert_int_equal(record.metric_count, 9);
        assert_int_equal(record.note_count, 0);
        assert_string_equal(record_param(&record, "max_steps"), "1200");
        assert_int_equal(record.status, step->valuedouble == 1200 ? RUN_FINISHED : RUN_UNKNOWN);
        record_done(&record);
        states++;
    }
    assert_int_equal(states, 3);
    cJSON_Delete(expected);
    struct buf claims;
    buf_init(&claims, 4096);
    reading_claims(path_join(&arena, REAL, "results"), &claims);
    assert_string_equal(claims.data, "huggingface: checkpoint-1200/trainer_state.json "
                                     "checkpoint-1200/ checkpoint-1000/ checkpoint-500/\n");
    buf_done(&claims);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_history_becomes_metrics_and_the_rest_parameters),
        cmocka_unit_test(a_state_is_read_however_it_is_cut_or_grows),
        cmocka_unit_test(only_a_training_that_is_over_is_finished),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(configurations_are_parameters_without_the_names_of_classes),
        cmocka_unit_test(the_latest_state_is_read_and_all_below_is_one_run),
        cmocka_unit_test(results_that_the_state_does_not_have_are_metrics),
        cmocka_unit_test(a_file_that_is_no_state_says_why),
        cmocka_unit_test(event_files_below_runs_belong_to_the_run),
        cmocka_unit_test(real_states_say_what_independent_readers_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
