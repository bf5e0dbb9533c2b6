/*
 * The public library as another program uses it: through boxtop/boxtop.h alone, as C and (by
 * test_api_cpp.cpp) as C++. Makes runs below a fresh directory, given by mkdtemp().
 */
#include "boxtop/boxtop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);              \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static const char TRUTH[] =
    "{\"images\":[{\"id\":1,\"file_name\":\"a.png\",\"width\":100,\"height\":80},"
    "{\"id\":2,\"file_name\":\"b.png\",\"width\":120,\"height\":90}],"
    "\"categories\":[{\"id\":1,\"name\":\"cat\"},{\"id\":2,\"name\":\"dog\"}],"
    "\"annotations\":["
    "{\"id\":1,\"image_id\":1,\"category_id\":1,\"bbox\":[10,10,20,20],\"area\":400,\"iscrowd\":0},"
    "{\"id\":2,\"image_id\":1,\"category_id\":2,\"bbox\":[50,40,20,20],\"area\":400,\"iscrowd\":0},"
    "{\"id\":3,\"image_id\":2,\"category_id\":1,\"bbox\":[10,10,40,40],\"area\":1600,"
    "\"iscrowd\":0}]}";

/* The second cat is found with an IoU of 30 / 40. */
static const char DETECTIONS[] =
    "[{\"image_id\":1,\"category_id\":1,\"bbox\":[10,10,20,20],\"score\":0.9},"
    "{\"image_id\":1,\"category_id\":2,\"bbox\":[50,40,20,20],\"score\":0.8},"
    "{\"image_id\":2,\"category_id\":1,\"bbox\":[10,10,30,40],\"score\":0.4},"
    "{\"image_id\":2,\"category_id\":2,\"bbox\":[60,60,9,9],\"score\":0.3}]";

static char top[256]; /* the fresh directory */

static const char *path_of(const char *name)
{
    static char paths[64][512];
    static int next;
    char *path = paths[next++ % 64];
    snprintf(path, sizeof paths[0], "%s/%s", top, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *out = fopen(path_of(name), "wb");
    MUST(out && fwrite(text, 1, strlen(text), out) == strlen(text));
    MUST(fclose(out) == 0);
}

static void make_runs(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(top, sizeof top, "%s/boxtop-api-XXXXXX", base && *base ? base : "/tmp");
    MUST(mkdtemp(top));
    MUST(mkdir(path_of("roots"), 0700) == 0 && mkdir(path_of("roots/exp"), 0700) == 0);
    write_file("roots/exp/metrics.csv", "step,val/mAP,loss\n1,0.1,3\n2,0.3,nan\nbroken\n");
    write_file("roots/exp/config.json", "{\"optimizer\":{\"lr\":0.005},\"amp\":true,\"a\":null}");
    write_file("roots/exp/status.json", "{\"status\":\"finished\"}");
    write_file("roots/exp/predictions.json", DETECTIONS);
    write_file("val.json", TRUTH);
    write_file("boxtop.json", "not json");
}

static void remove_runs(void)
{
    static const char *const NAMES[] = {"roots/exp/metrics.csv", "roots/exp/config.json",
        "roots/exp/status.json", "roots/exp/predictions.json", "val.json", "boxtop.json",
        "index.db-wal", "index.db-shm", "index.db"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        unlink(path_of(NAMES[i]));
    rmdir(path_of("roots/exp"));
    rmdir(path_of("roots"));
    rmdir(top);
}

struct heard {
    int reports, troubles;
    bool done;
    int stop_at; /* this report cancels; 0: none */
};

static bool hear_progress(void *self, const struct boxtop_progress *progress)
{
    struct heard *heard = (struct heard *)self;
    heard->done = progress->phase == BOXTOP_DONE;
    return ++heard->reports != heard->stop_at;
}

static void hear_trouble(void *self, const struct boxtop_error *error)
{
    MUST(error->code == BOXTOP_FORMAT && strstr(error->text, "boxtop.json"));
    ((struct heard *)self)->troubles++;
}

static struct boxtop_index *open_index(const char *const *roots, bool with_truth)
{
    struct boxtop_options options;
    struct boxtop_error error;
    memset(&options, 0, sizeof options);
    options.roots = roots;
    options.root_count = 1;
    options.index_file = path_of("index.db");
    options.ground_truth = with_truth ? path_of("val.json") : NULL;
    struct boxtop_index *index = boxtop_open(&options, &error);
    if (!index)
        fprintf(stderr, "%s\n", error.text);
    MUST(index);
    return index;
}

static void test_refresh(struct boxtop_index *index)
{
    struct heard heard = {0, 0, false, 1};
    struct boxtop_listener listener = {&heard, hear_progress, hear_trouble};
    struct boxtop_error error;
    MUST(!boxtop_refresh(index, &listener, &error) && error.code == BOXTOP_CANCELLED);
    MUST(error.text[0]);
    heard.stop_at = 0;
    heard.troubles = 0;
    MUST(boxtop_refresh(index, &listener, &error));
    MUST(heard.done && heard.troubles == 1 && heard.reports > 2);
    MUST(boxtop_refresh(index, NULL, NULL)); /* nobody listens */
    listener.progress = NULL;
    listener.trouble = NULL;
    MUST(boxtop_refresh(index, &listener, &error));
}

static void test_run(const struct boxtop_runs *runs)
{
    struct boxtop_run run;
    struct boxtop_param param;
    struct boxtop_prediction prediction;
    char note[256];
    MUST(boxtop_runs_count(runs) == 1);
    MUST(boxtop_runs_get(runs, 0, &run) && !boxtop_runs_get(runs, 1, &run));
    MUST(strcmp(run.name, "exp") == 0 && strcmp(run.format, "plain") == 0);
    MUST(run.directory[0] == '/' && run.status == BOXTOP_FINISHED);
    MUST(run.param_count == 3 && run.prediction_count == 1 && run.note_count == 1);
    MUST(boxtop_runs_param(runs, 0, 0, &param) && param.kind == BOXTOP_NULL);
    MUST(boxtop_runs_param(runs, 0, 1, &param) && param.kind == BOXTOP_BOOL && param.number == 1);
    MUST(boxtop_runs_param(runs, 0, 2, &param) && param.kind == BOXTOP_NUMBER);
    MUST(strcmp(param.name, "optimizer.lr") == 0 && param.number == 0.005);
    MUST(!boxtop_runs_param(runs, 0, 3, &param) && !boxtop_runs_param(runs, 1, 0, &param));
    MUST(boxtop_runs_prediction(runs, 0, 0, &prediction) && prediction.step == -1);
    MUST(prediction.path[0] == '/' && strstr(prediction.path, "exp/predictions.json"));
    MUST(!boxtop_runs_prediction(runs, 0, 1, &prediction));
    MUST(boxtop_runs_note(runs, 0, 0, note, sizeof note) && strstr(note, "metrics.csv line 4"));
    MUST(boxtop_runs_note(runs, 0, 0, note, 8) && strlen(note) == 7);
    MUST(!boxtop_runs_note(runs, 0, 1, note, sizeof note));
}

static bool find_metric(
    const struct boxtop_runs *runs, const char *name, struct boxtop_metric *metric)
{
    for (size_t i = 0; boxtop_runs_metric(runs, 0, i, metric); i++)
        if (strcmp(metric->name, name) == 0)
            return true;
    return false;
}

static void test_metrics(struct boxtop_index *index, const struct boxtop_runs *runs)
{
    struct boxtop_metric metric;
    struct boxtop_point *points = NULL;
    struct boxtop_error error;
    size_t count = 0, run = 99;
    MUST(find_metric(runs, "loss", &metric) && strcmp(metric.role, "loss") == 0);
    MUST(metric.count == 2 && metric.nonfinite == 1 && metric.min == 3 && isnan(metric.last));
    MUST(metric.scale == 1 && metric.last_step == 2);
    MUST(find_metric(runs, "eval/AP", &metric) && metric.count == 1 && metric.last_step == 2);
    MUST(boxtop_runs_find(runs, "exp", &run, &error) && run == 0);
    MUST(!boxtop_runs_find(runs, "nothing", &run, &error) && error.code == BOXTOP_USAGE);
    MUST(boxtop_read_points(index, runs, run, "loss", &points, &count, &error));
    MUST(count == 2 && points[0].step == 1 && points[0].value == 3 && isnan(points[1].value));
    MUST(isnan(points[0].wall_s));
    boxtop_points_free(points);
    boxtop_points_free(NULL);
    MUST(!boxtop_read_points(index, runs, run, "no metric", &points, &count, &error));
    MUST(error.code == BOXTOP_USAGE && error.text[0]);
    MUST(!boxtop_read_points(index, runs, 7, "loss", &points, &count, NULL));
}

static void test_evaluation(const struct boxtop_evaluation *evaluation)
{
    struct boxtop_summary summary;
    struct boxtop_class found;
    struct boxtop_counts total, classes[2];
    struct boxtop_error error;
    boxtop_evaluation_summary(evaluation, &summary);
    MUST(summary.image_count == 2 && summary.class_count == 2 && summary.detection_count == 4);
    MUST(strcmp(summary.joined, "2 of 2 images joined by id") == 0 && !summary.warning);
    /* Cats: both up to an IoU of .75, then one of two: (6 + 4 * 51 / 101) / 10; dogs: 1. */
    double cats = (6 + 4 * 51.0 / 101) / 10;
    MUST(fabs(summary.stats[0] - (cats + 1) / 2) < 1e-9 && fabs(summary.stats[1] - 1) < 1e-9);
    MUST(summary.stats[5] == -1); /* nothing large */
    MUST(fabs(summary.best_f1 - 1) < 1e-9 && summary.best_f1_confidence == 0.4);
    MUST(boxtop_evaluation_class(evaluation, 0, &found) && found.id == 1);
    MUST(strcmp(found.name, "cat") == 0 && found.ground_truths == 2 && found.detections == 2);
    MUST(fabs(found.stats[0] - cats) < 1e-9);
    MUST(!boxtop_evaluation_class(evaluation, 2, &found));
    MUST(boxtop_evaluation_counts(evaluation, 0.5, 0.5, &total, classes, &error));
    MUST(total.tp == 2 && total.fp == 0 && total.fn == 1 && total.precision == 1);
    MUST(fabs(total.recall - 2.0 / 3) < 1e-9 && fabs(total.f1 - 0.8) < 1e-9);
    MUST(classes[0].tp == 1 && classes[0].fn == 1 && classes[1].tp == 1 && classes[1].fn == 0);
    MUST(boxtop_evaluation_counts(evaluation, 0, 0.75, &total, NULL, &error) && total.tp == 3);
    MUST(boxtop_evaluation_counts(evaluation, 0, 0.76, &total, NULL, &error) && total.tp == 2);
    MUST(boxtop_evaluation_counts(evaluation, 2, 0.5, &total, NULL, NULL) && total.fn == 3);
    MUST(isnan(total.precision) && total.recall == 0);
    static const double WRONG[] = {0, -1, 1.01, NAN};
    for (size_t i = 0; i < 4; i++)
        MUST(!boxtop_evaluation_counts(evaluation, 0.5, WRONG[i], &total, NULL, &error));
    MUST(error.code == BOXTOP_USAGE);
}

static void test_files(void)
{
    struct boxtop_error error;
    const char *gt = path_of("val.json"), *dt = path_of("roots/exp/predictions.json");
    struct boxtop_evaluation *evaluation = boxtop_evaluate_files(gt, dt, NULL, &error);
    MUST(evaluation);
    test_evaluation(evaluation);
    boxtop_evaluation_free(evaluation);
    boxtop_evaluation_free(NULL);
    MUST(!boxtop_evaluate_files(path_of("gone"), dt, NULL, &error) && error.code == BOXTOP_IO);
    MUST(strstr(error.text, "gone"));
    MUST(!boxtop_evaluate_files(gt, path_of("gone"), NULL, &error) && error.code == BOXTOP_IO);
    MUST(!boxtop_evaluate_files(gt, dt, path_of("gone"), &error) && error.code == BOXTOP_IO);
    MUST(!boxtop_evaluate_files(gt, path_of("boxtop.json"), NULL, NULL));
}

static void test_refusals(void)
{
    struct boxtop_options options;
    struct boxtop_error error;
    const char *gone[1], *here[1];
    gone[0] = path_of("gone");
    here[0] = path_of("roots");
    memset(&options, 0, sizeof options);
    MUST(!boxtop_open(&options, &error) && error.code == BOXTOP_USAGE);
    options.roots = gone;
    options.root_count = 1;
    MUST(!boxtop_open(&options, &error) && error.code == BOXTOP_IO);
    options.roots = here;
    options.index_file = path_of("val.json"); /* another program's file */
    MUST(!boxtop_open(&options, &error) && error.code == BOXTOP_USAGE);
    options.index_file = path_of("index.db");
    options.ground_truth = gone[0];
    MUST(!boxtop_open(&options, NULL));
    boxtop_close(NULL);
    boxtop_runs_free(NULL);
}

int main(void)
{
    make_runs();
    const char *roots[1];
    struct boxtop_error error;
    roots[0] = path_of("roots");
    MUST(strchr(boxtop_version(), '.'));
    MUST(strcmp(boxtop_stat_name(0), "AP") == 0 && strcmp(boxtop_stat_name(11), "ARl") == 0);
    MUST(!boxtop_stat_name(12) && !boxtop_stat_name(-1));
    test_refusals();
    test_files();
    struct boxtop_index *index = open_index(roots, false); /* boxtop.json is looked at, */
    test_refresh(index);
    boxtop_close(index);
    index = open_index(roots, true); /* and here it does not matter */
    MUST(boxtop_refresh(index, NULL, &error));
    struct boxtop_runs *runs = boxtop_runs_load(index, &error);
    MUST(runs);
    test_run(runs);
    test_metrics(index, runs);
    struct boxtop_evaluation *evaluation = boxtop_evaluate_run(index, runs, 0, 0, &error);
    if (!evaluation)
        fprintf(stderr, "%s\n", error.text);
    MUST(evaluation);
    MUST(!boxtop_evaluate_run(index, runs, 0, 1, &error) && error.code == BOXTOP_USAGE);
    MUST(!boxtop_evaluate_run(index, runs, 1, 0, NULL));
    boxtop_close(index);
    test_evaluation(evaluation); /* it needs no index */
    test_run(runs);              /* nor do the runs */
    boxtop_evaluation_free(evaluation);
    boxtop_runs_free(runs);
    remove_runs();
    return 0;
}
