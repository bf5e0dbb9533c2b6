/*
 * Real run directories, compared with what independent readers found in them (expected.json);
 * skipped where the folder of reference files is absent.
 */
#include "base/file.h"
#include "expected.h"
#include "readers/reader.h"
#include "record_sink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char RUNS[] = SHARED "/real-runs";

static struct arena arena;

static void read_with(const struct reader *reader, const char *path, struct record *record)
{
    struct reader_source source = {path_parent(&arena, path), path_base(path), path};
    struct reader_mark mark = {0};
    struct sink sink = record_sink(record);
    struct err err = {0};
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    if (!reader->read(&source, &mark, &sink, &err))
        fail_msg("%s: %s", path, err.text);
    assert_false(mark.state.failed);
    buf_done(&mark.state);
}

/* A file's own facts, as its reader gave them. Returns how many were compared. */
static int check_facts(const struct record *record, const cJSON *facts)
{
    int compared = expected_metrics(record, cJSON_GetObjectItemCaseSensitive(facts, "metrics")) +
                   expected_params(record, cJSON_GetObjectItemCaseSensitive(facts, "hparams"));
    const cJSON *tags = cJSON_GetObjectItemCaseSensitive(facts, "scalar_tags");
    const cJSON *points = cJSON_GetObjectItemCaseSensitive(facts, "scalar_points");
    if (cJSON_IsNumber(tags)) {
        assert_int_equal(record->metric_count, (int)tags->valuedouble);
        assert_int_equal(record_points(record), (int)points->valuedouble);
        compared++;
    }
    return compared;
}

/* Which reader a fact is for; NULL where none of ours reads that file. */
static const struct reader *reader_for(const char *kind, const char *file)
{
    static const char *const YAML[] = {"args.yaml", "opt.yaml", "hyp.yaml"};
    const char *base = path_base(file);
    if (strcmp(kind, "tb") == 0)
        return reader_find("tensorboard");
    if (strcmp(kind, "csv") == 0 && strcmp(base, "results.csv") == 0)
        return reader_find("ultralytics");
    if (strcmp(kind, "csv") == 0 && strcmp(base, "metrics.csv") == 0)
        return reader_find("lightning");
    for (size_t i = 0; i < sizeof YAML / sizeof *YAML; i++)
        if (strcmp(kind, "yaml") == 0 && strcmp(base, YAML[i]) == 0)
            return reader_find("ultralytics");
    return NULL;
}

static int check_file(const char *folder, const char *kind, const cJSON *facts)
{
    const cJSON *file = cJSON_GetObjectItemCaseSensitive(facts, "file");
    const struct reader *reader = cJSON_IsString(file) ? reader_for(kind, file->valuestring) : NULL;
    if (!reader)
        return 0;
    struct record record;
    record_init(&record);
    read_with(reader, path_join(&arena, folder, file->valuestring), &record);
    assert_int_equal(record.note_count, 0);
    int compared = check_facts(&record, facts);
    record_done(&record);
    return compared;
}

static int check_folder(const char *folder)
{
    int compared = 0;
    cJSON *expected = expected_load(folder, "");
    if (!expected)
        return 0;
    const cJSON *facts, *file;
    cJSON_ArrayForEach(facts, cJSON_GetObjectItemCaseSensitive(expected, "facts"))
    {
        const char *kind = cJSON_GetObjectItemCaseSensitive(facts, "reader")->valuestring;
        compared += check_file(folder, kind, facts);
        cJSON_ArrayForEach(file, cJSON_GetObjectItemCaseSensitive(facts, "files")) compared +=
            check_file(folder, kind, file);
    }
    cJSON_Delete(expected);
    return compared;
}

static void list_runs(struct file_list *list)
{
    struct err err;
    if (!file_list(RUNS, &arena, list, &err))
        skip();
}

static void facts_are_those_of_independent_readers(void **state)
{
    static const char *const MUST[] = {"ultralytics-deeplabscan", "yolov5-disaster",
        "yolov5-crashed", "tensorboard-dupsteps", "tensorboard-lax", "tensorboard-tf2"};
    (void)state;
    struct file_list list;
    list_runs(&list);
    for (size_t i = 0; i < list.count; i++)
        if (list.entries[i].is_dir)
            check_folder(path_join(&arena, RUNS, list.entries[i].name));
    for (size_t i = 0; i < sizeof MUST / sizeof *MUST; i++)
        assert_true(check_folder(path_join(&arena, RUNS, MUST[i])) > 0);
}

/* Asks every reader about every directory and reads what is claimed; returns the runs found. */
static int walk(const char *directory, struct buf *claims)
{
    struct file_list list;
    struct err err;
    assert_true(file_list(directory, &arena, &list, &err));
    struct reader_place place = {directory, &list, &arena};
    int runs = 0;
    for (size_t r = 0; readers[r]; r++) {
        struct reader_claim claim = {0};
        if (!readers[r]->claim(&place, &claim))
            continue;
        assert_non_null(claim.reason);
        assert_true(claim.count > 0);
        runs++;
        buf_printf(claims, "%s %s\n", path_below(RUNS, directory), readers[r]->name);
        for (size_t i = 0; i < claim.count; i++) {
            struct record record;
            record_init(&record);
            const struct reader *other = claim.sources[i].reader;
            read_with(other ? other : readers[r],
                path_join(&arena, directory, claim.sources[i].name), &record);
            record_done(&record);
        }
    }
    for (size_t i = 0; i < list.count; i++)
        if (list.entries[i].is_dir)
            runs += walk(path_join(&arena, directory, list.entries[i].name), claims);
    return runs;
}

static void every_directory_is_recognised_for_what_it_is(void **state)
{
    (void)state;
    struct file_list list;
    struct buf claims;
    list_runs(&list);
    buf_init(&claims, 1 << 20);
    assert_true(walk(RUNS, &claims) > 0);
    static const char *const THERE[] = {"ultralytics-deeplabscan/train ultralytics\n",
        "yolov5-crashed/exp ultralytics\n", "yolov5-crashed/exp tensorboard\n",
        "yolov5-disaster/exp2 ultralytics\n", "tensorboard-tf2/validation tensorboard\n",
        "detectron2-smn/output tensorboard\n", "lightning-xkv/version_0 lightning\n",
        "detectron2-medwaste/output predictions\n", "detectron2-smn/output detectron2\n",
        "synthetic-mmdet3/20240102_030405 openmmlab\n", "detr-dfine/m_custom detr\n",
        "synthetic-torchvision-stdout torchvision\n"};
    for (size_t i = 0; i < sizeof THERE / sizeof *THERE; i++)
        if (!strstr(claims.data, THERE[i]))
            fail_msg("missing %s among\n%s", THERE[i], claims.data);
    static const char *const NOT_THERE[] = {"detectron2-smn/output plain\n",
        "dvclive-hf/dvclive plain\n", "sacred-local/my_runs/1 plain\n", "synthetic-mmdet3 plain\n"};
    for (size_t i = 0; i < sizeof NOT_THERE / sizeof *NOT_THERE; i++)
        if (strstr(claims.data, NOT_THERE[i]))
            fail_msg("%s among\n%s", NOT_THERE[i], claims.data);
    buf_done(&claims);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_are_those_of_independent_readers),
        cmocka_unit_test(every_directory_is_recognised_for_what_it_is),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
