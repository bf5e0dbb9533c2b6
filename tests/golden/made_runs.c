#include "made_runs.h"

#include "base/buf.h"
#include "picture/png_out.h"
#include "temp.h"
#include "work/index.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* The first of the runs started at 2024-05-01T06:00:00Z. */
enum { START_S = 1714543200, HOUR_S = 3600 };

/* Gives the file PATH the time WRITTEN_S. */
static void date(const char *path, time_t written_s)
{
    struct timespec times[2] = {{.tv_sec = written_s}, {.tv_sec = written_s}};
    if (utimensat(AT_FDCWD, path, times, 0) != 0)
        abort();
}

/* Writes NAME in RUN below ROOT with a fixed time of its own. */
static void write_file(
    const char *root, const char *run, const char *name, const void *data, size_t length)
{
    char below[512];
    snprintf(below, sizeof below, "%s/%s", run, name);
    date(temp_file(root, below, data, length), START_S + HOUR_S);
}

static void write_text(const char *root, const char *run, const char *name, const char *text)
{
    write_file(root, run, name, text, strlen(text));
}

static void write_buf(const char *root, const char *run, const char *name, struct buf *buf)
{
    if (buf->failed)
        abort();
    write_file(root, run, name, buf->data, buf->length);
    buf_done(buf);
}

/* ---- runs of the plain layout ---- */

struct plain {
    const char *name, *status, *config; /* STATUS NULL: no status.json */
    int epochs, hours;                  /* HOURS after START_S it began */
    double best;                        /* its AP at the end */
};

static void make_plain(const char *root, const struct plain *plain)
{
    struct buf csv;
    char status[256];
    int began = START_S + plain->hours * HOUR_S;
    buf_init(&csv, 1 << 20);
    buf_add_string(&csv, "step,wall_time,train/loss,val/AP,val/AP50,ms_per_image\n");
    for (int i = 0; i < plain->epochs; i++) {
        double ap = plain->best * (i + 1) / plain->epochs;
        buf_printf(&csv, "%d,%d,%.4f,%.4f,%.4f,%.2f\n", i, began + i * 600, 2.5 / (i + 1), ap,
            ap * 1.5, 31.25 + i % 3);
    }
    write_buf(root, plain->name, "metrics.csv", &csv);
    write_text(root, plain->name, "config.json", plain->config);
    snprintf(status, sizeof status, "{\"status\": \"%s\", \"started\": %d, \"ended\": %d}",
        plain->status ? plain->status : "", began, began + plain->epochs * 600);
    if (plain->status)
        write_text(root, plain->name, "status.json", status);
}

#define BASE_CONFIG                                                                                \
    "{\"model\": {\"name\": \"fcos\", \"backbone\": \"resnet18\"}, \"optimizer\": {\"lr\": 0.005," \
    " \"momentum\": 0.9}, \"seed\": 1, \"augment\": [\"flip\", \"crop\"]}"

static void make_one(const char *root)
{
    make_plain(root, &(struct plain){"fcos/base", "finished", BASE_CONFIG, 10, 0, 0.4123});
}

static void make_ultralytics(const char *root, const char *name)
{
    write_text(root, name, "args.yaml",
        "task: detect\nmode: train\nmodel: yolov8n.pt\ndata: nowhere.yaml\nepochs: 4\n"
        "batch: 16\nlr0: 0.01\nmosaic: 1.0\nsave_period: -1\n");
    write_text(root, name, "results.csv",
        "                  epoch,         train/box_loss,   metrics/precision(B),"
        "      metrics/recall(B),       metrics/mAP50(B),    metrics/mAP50-95(B),      lr/pg0\n"
        "   1,  1.9,  0.31, 0.40, 0.35, 0.20, 0.0033\n"
        "<<<<<<< HEAD\n"
        "   2,  1.6,  0.42, 0.47, 0.44, 0.27, 0.0066\n"
        "   3,  1.4,  0.55, 0.51, 0.53, 0.33, 0.0099\n"
        "   4,  1.3,  0.61, 0.55, 0.58, 0.37, 0.0100\n");
}

static void make_three(const char *root)
{
    make_one(root);
    make_plain(root, &(struct plain){"fcos/faster-lr", "failed",
                         "{\"model\": {\"name\": \"fcos\", \"backbone\": \"resnet18\"},"
                         " \"optimizer\": {\"lr\": 0.05, \"momentum\": 0.9, \"nesterov\": true},"
                         " \"seed\": 2, \"augment\": [\"flip\", \"crop\"], \"note\": null}",
                         6, 1, 0.2981});
    make_ultralytics(root, "yolo");
}

static void make_many(const char *root)
{
    static const char *const MODELS[] = {"fcos", "retinanet", "fasterrcnn"};
    for (int i = 0; i < 300; i++) {
        char name[64], config[256];
        snprintf(name, sizeof name, "sweep/run_%d", i);
        snprintf(config, sizeof config,
            "{\"model\": \"%s\", \"optimizer\": {\"lr\": %g}, \"seed\": %d, \"batch\": 8}",
            MODELS[i % 3], 0.001 * (1 + i % 10), i);
        make_plain(root, &(struct plain){name, i % 50 == 7 ? "failed" : "finished", config,
                             3 + i % 4, i % 5, 0.1 + 0.001 * (i * 37 % 300)});
    }
}

/* ---- trade-offs ---- */

struct traded {
    const char *name, *ap, *ms, *config;
};

static void make_traded(const char *root, const struct traded *run)
{
    char csv[256];
    snprintf(csv, sizeof csv,
        "step,wall_time,train/loss,val/AP,ms_per_image\n0,1714543200,1,%s,%s\n", run->ap, run->ms);
    write_text(root, run->name, "metrics.csv", csv);
    write_text(root, run->name, "config.json", run->config);
    write_text(root, run->name, "status.json", "{\"status\": \"finished\"}");
}

/* AP falls off around a learning rate of its own for each model, slower models reach more. */
static void make_spread(const char *root)
{
    static const char *const MODELS[] = {"ssdlite", "fcos", "retinanet", "fasterrcnn"};
    static const int EXPONENTS[] = {-2, -3, -2, -3};
    for (int i = 0; i < 300; i++) {
        char name[64], config[256], ap[32], ms[32];
        int model = i % 4, step = i * 7 % 25; /* of six to a decade */
        int off = step - 12 + EXPONENTS[model], size = 320 + 32 * (i * 11 % 10);
        double worth = (0.24 + 0.05 * model + 0.0002 * (size - 320)) / (1 + off * off / 30.0);
        snprintf(name, sizeof name, "sweep/%s-%03d", MODELS[model], i);
        snprintf(ap, sizeof ap, "%.4f", worth + 0.0001 * (i * 37 % 97));
        snprintf(ms, sizeof ms, "%.2f",
            (5 + 9 * model) * (size / 320.0) * (size / 320.0) + 0.02 * (i * 53 % 89));
        snprintf(config, sizeof config,
            "{\"model\": \"%s\", \"optimizer\": {\"lr\": %d.%de-%d}, \"size\": %d, "
            "\"batch\": %d, \"augment\": %s, \"seed\": %d}",
            MODELS[model], 1 + step % 6, step % 3, 5 - step / 6, size, 4 << i % 3,
            i % 5 ? "true" : "false", i % 3);
        make_traded(root, &(struct traded){name, ap, ms, config});
    }
}

static void make_ties(const char *root)
{
    static const struct traded RUNS[] = {
        {"small", "0.21", "9.5", "{\"lr\": 0.01, \"model\": \"ssd\"}"},
        {"middle", "0.35", "31", "{\"lr\": 0.001, \"model\": \"fcos\"}"},
        {"middle-again", "0.35", "31", "{\"lr\": 0.001, \"model\": \"fcos\", \"seed\": 2}"},
        {"an-experiment-with-a-name-that-no-label-can-show/whole-and-then-some/large", "0.43", "66",
            "{\"lr\": 0.00001, \"model\": \"fasterrcnn\"}"},
        {"\xe6\xbc\xa2\xe5\xad\x97\xe3\x81\xae\xe5\xae\x9f\xe9\xa8\x93-esc-\x1b[31m", "0.3", "40",
            "{\"lr\": 0.02}"},
        {"worse", "0.2", "31", "{\"lr\": 0.02, \"model\": \"fcos\"}"},
        {"diverged", "nan", "12", "{\"lr\": 0.5, \"model\": \"fcos\"}"},
        {"never-timed", "0.5", "", "{\"lr\": 0.01, \"model\": \"fcos\"}"},
        {"endless", "0.6", "inf", "{\"lr\": 0.01, \"model\": \"fcos\"}"},
    };
    for (size_t i = 0; i < sizeof RUNS / sizeof *RUNS; i++)
        make_traded(root, &RUNS[i]);
}

/* ---- names ---- */

static void make_names(const char *root)
{
    static const char *const NAMES[] = {
        "a-name-so-long-that-no-column-of-any-table-can-show-it-whole/and-then-one-more-level",
        "esc-\x1b[31mred\x1b[0m-\x1b]0;title\x07",
        "two\nlines\tand a tab",
        "rtl-\xe2\x80\xaegnp.exe",
        "bad-\xff\xfe-utf8-\xc3",
        "\xe6\xbc\xa2\xe5\xad\x97\xe3\x81\xae\xe5\xae\x9f\xe9\xa8\x93-\xed\x95\x9c\xea\xb8\x80",
        "combining-e\xcc\x81\xcc\x82\xcc\x83\xcc\x84o\xcc\x88",
        "emoji-\xf0\x9f\x9a\x97\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
    };
    static const char CONFIG[] =
        "{\"\\u001b[2Jclears\": \"\\u001b]52;c;ZXZpbA==\\u0007\", "
        "\"\xe5\xad\xa6\xe7\xbf\x92\xe7\x8e"
        "\x87\": 0.01, \"rtl\": \"\\u202egnp\", \"lines\": \"one\\ntwo\", \"raw\": \"\xff\xfe\"}";
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        make_plain(root, &(struct plain){NAMES[i], "finished", CONFIG, 3 + (int)i, (int)i % 5,
                             0.2 + 0.02 * (double)i});
    write_text(root, NAMES[1], "metrics.csv",
        "step,wall_time,train/loss,\x1b[2J\xe2\x80\xae,\xe6\x90\x8d\xe5\xa4\xb1\n"
        "0,1714543200,2.5,1,3\n1,1714543260,oops\x1b[31m,2,2\n2,1714543320,1.5,3,1\n");
}

/* ---- gaps ---- */

static void make_gaps(const char *root)
{
    static const char CONFIG[] = "{\"lr\": 0.01, \"epochs\": 12}";
    static const char *const METRICS[][2] = {
        {"nan", "step,wall_time,train/loss,val/AP\n0,1714543200,2.5,\n1,1714543260,2.1,0.1\n"
                "2,1714543320,nan,\n3,1714543380,nan,0.15\n4,1714543440,inf,nan\n"
                "5,1714543500,1.2,0.2\n6,1714543560,1.1,\n7,1714543620,1.0,0.3\n"},
        {"restart", "step,wall_time,train/loss,val/AP\n0,1714543200,3,0.05\n1,1714543260,2.6,0.1\n"
                    "2,1714543320,2.2,0.14\n3,1714543380,2,0.18\n2,1714544320,2.3,0.13\n"
                    "3,1714544380,1.8,0.2\n4,1714544440,1.5,0.26\n5,1714544500,1.3,0.31\n"},
        {"undefined", "step,wall_time,train/loss,val/AP\n0,1714543200,2,-1\n1,1714543260,1,-1\n"},
        {"lost", "step,wall_time,train/loss,val/AP\n0,1714543200,2,0.05\n1,1714543260,1.5,0.07\n"
                 "2,1714543320,nan,\n3,1714543380,inf,\n"},
        {"one-point", "step,wall_time,train/loss,val/AP\n0,1714543200,2.25,0.125\n"},
        {"header-alone", "step,wall_time,train/loss,val/AP\n"},
        {"damaged", "step,wall_time,train/loss,val/AP\n0,1714543200,2,0.1\nx,y\n1,2,3,4,5,6,7\n"
                    "2,1714543320,1.5,what\n"},
    };
    for (size_t i = 0; i < sizeof METRICS / sizeof *METRICS; i++) {
        write_text(root, METRICS[i][0], "metrics.csv", METRICS[i][1]);
        write_text(root, METRICS[i][0], "config.json", CONFIG);
    }
    write_text(root, "restart", "status.json", "{\"status\": \"finished\"}");
    write_text(root, "nan", "status.json", "{\"status\": \"failed\"}");
    write_text(root, "one-point", "status.json", "{\"status\": \"running\"}"); /* is old: stalled */
    write_text(root, "damaged", "status.json", "{\"status\": \"asleep\"}");
    make_plain(root, &(struct plain){"live", NULL, CONFIG, 3, 5, 0.25});
    /* Written just now by the real clock (a little later, lest a slow machine finds them settled):
     * live, and the last row of one is only half there. Their ages come from the times inside. */
    time_t now_s = time(NULL) + HOUR_S;
    date(temp_text(root, "cut/config.json", CONFIG), now_s);
    date(temp_text(root, "cut/metrics.csv",
             "step,wall_time,train/loss,val/AP\n0,1714543200,2,0.1\n1,1714543260,1.5,0.2\n"
             "2,1714543320,1.4,0."),
        now_s);
    date(temp_text(root, "live/status.json", "{\"status\": \"running\", \"started\": 1714561200}"),
        now_s);
}

/* ---- courses ---- */

/* Runs that differ in the seed alone, one of other settings, and metrics of every size. */
static void make_courses(const char *root)
{
    static const char *const NAMES[] = {"seed-1", "seed-2", "seed-3", "other"};
    for (int run = 0; run < 4; run++) {
        struct buf csv;
        char config[128];
        buf_init(&csv, 1 << 20);
        buf_add_string(
            &csv, "step,wall_time,epoch,train/loss,val/AP,lr,constant,huge,tiny,system/cpu\n");
        for (int i = 0; i < 60; i++) {
            double noise = ((i * 7919 + run * 104729) % 97 - 48) / 480.0;
            buf_printf(&csv, "%d,%d,%d,%.4f,%s,%g,1,%g,%g,%d\n", i * 10,
                START_S + run * 120 + i * 90, i / 10, 2.5 / (1 + i * 0.1) + noise,
                i % 10 != 9   ? ""
                : i == 9      ? "0.1"
                : i == 19     ? "0.2"
                : run == 3    ? "0.25"
                : i % 20 == 9 ? "0.3"
                              : "0.35",
                i < 30 ? 0.01 : 0.001, 1e30 * (i + 1), 1e-12 * (60 - i), 40 + i % 5);
        }
        write_buf(root, NAMES[run], "metrics.csv", &csv);
        snprintf(
            config, sizeof config, "{\"lr\": %s, \"seed\": %d}", run == 3 ? "0.1" : "0.01", run);
        write_text(root, NAMES[run], "config.json", config);
        write_text(root, NAMES[run], "status.json", "{\"status\": \"finished\"}");
    }
}

/* ---- boxes ---- */

enum { IMAGES = 6, CLASSES = 3, IMAGE_WIDTH = 64, IMAGE_HEIGHT = 48 };

static void write_image(const char *root, const char *folder, const char *name, int shade)
{
    struct pixels *pixels = pixels_new(IMAGE_WIDTH, IMAGE_HEIGHT);
    struct buf png;
    buf_init(&png, 1 << 20);
    for (int i = 0; pixels && i < IMAGE_WIDTH * IMAGE_HEIGHT * 3; i++)
        pixels->rgb[i] = (uint8_t)(i / 3 % IMAGE_WIDTH * 4 + shade);
    if (!pixels || !png_out_buf(pixels, &png, NULL))
        abort();
    pixels_free(pixels);
    write_buf(root, folder, name, &png);
}

static void write_street(const char *root, int index)
{
    char name[64];
    snprintf(name, sizeof name, "street_%d.png", index);
    write_image(root, "data/images", name, index * 20);
}

static void add_box(struct buf *json, int image, int object, double shift)
{
    buf_printf(json, "\"image_id\": %d, \"category_id\": %d, \"bbox\": [%g, %g, %d, %d]", image,
        1 + (image + object) % CLASSES, 4 + object * 18 + shift, 6 + image * 3 + shift, 14,
        16 + object * 2);
}

/* Image I has I % 4 objects; the second has none. */
static int object_count(int image)
{
    return image == 1 ? 0 : 1 + image % 3;
}

static void write_ground_truth(const char *root)
{
    static const char *const NAMES[CLASSES] = {"person", "\xe8\xbb\x8a car", "bi\\u001bcycle"};
    struct buf json;
    int id = 1;
    buf_init(&json, 1 << 20);
    buf_add_string(&json, "{\"images\": [");
    for (int i = 0; i < IMAGES; i++)
        buf_printf(&json,
            "%s{\"id\": %d, \"file_name\": \"street_%d.png\", \"width\": %d, \"height\": %d}",
            i ? ", " : "", i, i, IMAGE_WIDTH, IMAGE_HEIGHT);
    buf_add_string(&json, "], \"categories\": [");
    for (int i = 0; i < CLASSES; i++)
        buf_printf(&json, "%s{\"id\": %d, \"name\": \"%s\"}", i ? ", " : "", i + 1, NAMES[i]);
    buf_add_string(&json, "], \"annotations\": [");
    for (int i = 0; i < IMAGES; i++)
        for (int object = 0; object < object_count(i); object++, id++) {
            buf_printf(
                &json, "%s{\"id\": %d, \"iscrowd\": 0, \"area\": 200, ", id > 1 ? ", " : "", id);
            add_box(&json, i, object, 0);
            buf_add_char(&json, '}');
        }
    buf_add_string(&json, "]}");
    write_buf(root, "data", "truth.json", &json);
}

/* Detections that lie SHIFT pixels beside the truth; the last object of an image is found only when
 * ALL, and image 1 always has one too many. */
static void write_predictions(
    const char *root, const char *run, const char *file, double shift, bool all)
{
    struct buf json;
    buf_init(&json, 1 << 20);
    buf_add_char(&json, '[');
    for (int i = 0; i < IMAGES; i++) {
        int found = object_count(i) - (all || i % 2 ? 0 : 1);
        for (int object = 0; object < (i == 1 ? 1 : found); object++) {
            buf_add_string(&json, json.length > 1 ? ", {" : "{");
            add_box(&json, i, object, shift + object);
            buf_printf(&json, ", \"score\": %.2f}", 0.95 - 0.1 * object - 0.07 * i);
        }
    }
    buf_add_char(&json, ']');
    write_buf(root, run, file, &json);
}

static const char DATASET[] =
    "{\"ground_truth\": \"../../data/truth.json\", \"images\": \"../../data/images\"}";

static void make_boxes(const char *root)
{
    write_ground_truth(root);
    for (int i = 0; i < IMAGES; i++)
        if (i != 4)
            write_street(root, i);
    make_plain(root, &(struct plain){"det/a", "finished", BASE_CONFIG, 3, 0, 0.3});
    write_text(root, "det/a", "dataset.json", DATASET);
    write_predictions(root, "det/a", "predictions/epoch_000.json", 4, false);
    write_predictions(root, "det/a", "predictions/epoch_001.json", 2, false);
    write_predictions(root, "det/a", "predictions/epoch_002.json", 1, true);
    make_plain(root, &(struct plain){"det/b", "finished", BASE_CONFIG, 2, 1, 0.4});
    write_text(root, "det/b", "dataset.json", DATASET);
    write_predictions(root, "det/b", "predictions/epoch_001.json", 0.5, false);
    make_plain(root, &(struct plain){"det/no-predictions", "finished", BASE_CONFIG, 2, 2, 0.2});
}

/* The truth of make_boxes(), of which a box was moved: other content, under the same name. */
static void write_moved_truth(const char *root)
{
    struct buf json;
    buf_init(&json, 1 << 20);
    char path[1024];
    snprintf(path, sizeof path, "%s/data/truth.json", root);
    if (!file_read(path, &json, NULL))
        abort();
    char *box = strstr(json.data, "\"bbox\": [4, 6,");
    if (!box)
        abort();
    memcpy(box, "\"bbox\": [5, 6,", strlen("\"bbox\": [5, 6,"));
    write_buf(root, "moved", "truth.json", &json);
}

/* Two runs on one ground truth, one on another, and one that logs an AP of its own. */
static void make_versions(const char *root)
{
    static const struct {
        const char *run, *dataset;
        double shift;
    } RUNS[] = {{"det/a", "{\"ground_truth\": \"../../data/truth.json\"}", 2},
        {"det/b", "{\"ground_truth\": \"../../data/truth.json\"}", 1},
        {"det/moved", "{\"ground_truth\": \"../../moved/truth.json\"}", 0.5}};
    write_ground_truth(root);
    write_moved_truth(root);
    for (size_t i = 0; i < sizeof RUNS / sizeof *RUNS; i++) {
        make_plain(root, &(struct plain){RUNS[i].run, "finished", BASE_CONFIG, 2, (int)i, 0.3});
        write_text(root, RUNS[i].run, "dataset.json", RUNS[i].dataset);
        write_predictions(root, RUNS[i].run, "predictions/epoch_001.json", RUNS[i].shift, true);
    }
    make_plain(root, &(struct plain){"det/own", "finished", BASE_CONFIG, 2, 3, 0.2});
}

/* ---- many classes ---- */

enum { MANY_CLASSES = 80, MANY_IMAGES = 40, MANY_OBJECTS = 8 };

/* A box of image I, wherever object O is, SHIFT beside it. */
static void add_many_box(struct buf *json, int image, int object, int category, double shift)
{
    buf_printf(json, "\"image_id\": %d, \"category_id\": %d, \"bbox\": [%g, %g, 20, 20]", image,
        category + 1, 30 * object + shift, 10. + image);
}

/* The last class has no object. */
static int many_class(int image, int object)
{
    return (image + object * MANY_OBJECTS) % (MANY_CLASSES - 1);
}

static void add_many_name(struct buf *json, int category)
{
    static const char *const NAMES[] = {
        "kind", "a class with a very long name indeed", "\xe4\xba\xa4\xe9\x80\x9a\xe7\x81\xaf"};
    buf_printf(json, "%s{\"id\": %d, \"name\": \"%s %d\"}", category ? ", " : "", category + 1,
        NAMES[category < 3 ? category : 0], category);
}

static void write_many_truth(const char *root)
{
    struct buf json;
    buf_init(&json, 1 << 20);
    buf_add_string(&json, "{\"images\": [");
    for (int i = 0; i < MANY_IMAGES; i++)
        buf_printf(&json,
            "%s{\"id\": %d, \"file_name\": \"%02d.png\", \"width\": 320, \"height\": 80}",
            i ? ", " : "", i, i);
    buf_add_string(&json, "], \"categories\": [");
    for (int c = 0; c < MANY_CLASSES; c++)
        add_many_name(&json, c);
    buf_add_string(&json, "], \"annotations\": [");
    for (int n = 0; n < MANY_IMAGES * MANY_OBJECTS; n++) {
        int image = n / MANY_OBJECTS, object = n % MANY_OBJECTS;
        buf_printf(&json, "%s{\"id\": %d, \"iscrowd\": 0, \"area\": 400, ", n ? ", " : "", n + 1);
        add_many_box(&json, image, object, many_class(image, object), 0);
        buf_add_char(&json, '}');
    }
    buf_add_string(&json, "]}");
    write_buf(root, "data", "many.json", &json);
}

/* Every EVERY-th object is taken for the class behind its own. */
static void write_many_predictions(const char *root, const char *run, int every)
{
    struct buf json;
    buf_init(&json, 1 << 20);
    buf_add_char(&json, '[');
    for (int n = 0; n < MANY_IMAGES * MANY_OBJECTS; n++) {
        int image = n / MANY_OBJECTS, object = n % MANY_OBJECTS;
        buf_add_string(&json, n ? ", {" : "{");
        add_many_box(&json, image, object, many_class(image, object) + (n % every == 0), n % 5);
        buf_printf(&json, ", \"score\": %.3f}", 0.3 + 0.6 * (n * 37 % 320) / 320);
    }
    buf_add_char(&json, ']');
    write_buf(root, run, "predictions/epoch_000.json", &json);
}

static void make_single_class(const char *root)
{
    write_text(root, "data", "single.json",
        "{\"images\": [{\"id\": 1, \"file_name\": \"1.png\", \"width\": 99, \"height\": 99}],"
        " \"categories\": [{\"id\": 1, \"name\": \"cell\"}], \"annotations\": [{\"id\": 1,"
        " \"image_id\": 1, \"category_id\": 1, \"bbox\": [1, 1, 20, 20], \"area\": 400}]}");
    make_plain(root, &(struct plain){"single/only", "finished", BASE_CONFIG, 2, 2, 0.2});
    write_text(
        root, "single/only", "dataset.json", "{\"ground_truth\": \"../../data/single.json\"}");
    write_text(root, "single/only", "predictions/epoch_000.json",
        "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [1, 1, 20, 20], \"score\": 0.9},"
        " {\"image_id\": 1, \"category_id\": 1, \"bbox\": [50, 50, 20, 20], \"score\": 0.7}]");
}

static void make_classes(const char *root)
{
    static const char MANY[] = "{\"ground_truth\": \"../../data/many.json\"}";
    write_many_truth(root);
    make_plain(root, &(struct plain){"many/a", "finished", BASE_CONFIG, 2, 0, 0.3});
    write_text(root, "many/a", "dataset.json", MANY);
    write_many_predictions(root, "many/a", 5);
    make_plain(root, &(struct plain){"many/b", "finished", BASE_CONFIG, 2, 1, 0.4});
    write_text(root, "many/b", "dataset.json", MANY);
    write_many_predictions(root, "many/b", 3);
    make_single_class(root);
}

static void make_lost(const char *root)
{
    make_plain(root, &(struct plain){"det/lost", "finished", BASE_CONFIG, 2, 0, 0.3});
    write_text(root, "det/lost", "dataset.json", DATASET);
    write_predictions(root, "det/lost", "predictions/epoch_001.json", 1, true);
    make_plain(root, &(struct plain){"other/broken", "finished", BASE_CONFIG, 2, 1, 0.2});
    write_text(root, "other/broken", "dataset.json", "{\"ground_truth\": \"far/off/broken.json\"}");
    write_text(
        root, "other/broken", "far/off/broken.json", "{\"images\": [{\"id\": 1, \"file_name");
    write_predictions(root, "other/broken", "predictions/epoch_001.json", 1, true);
    make_plain(root, &(struct plain){"other/cut", "finished", BASE_CONFIG, 2, 2, 0.1});
    write_text(root, "other/cut", "dataset.json", "{\"ground_truth\": \"far/off/truth.json\"}");
    write_text(root, "other/cut", "far/off/truth.json",
        "{\"images\": [{\"id\": 0, \"file_name\": \"a.png\", \"width\": 9, \"height\": 9}],"
        " \"categories\": [{\"id\": 1, \"name\": \"a\"}], \"annotations\": []}");
    write_text(root, "other/cut", "predictions/epoch_001.json",
        "[{\"image_id\": 0, \"category_id\": 1, \"bbox\": [1, 2, 3, 4], \"score\": 0.5}, "
        "{\"image_");
}

/* Two runs with nested parameters, of which one says more, and files beside them. */
static void make_layouts(const char *root)
{
    static const char *const CONFIGS[] = {
        "{\"model\": {\"name\": \"fcos\", \"head\": {\"width\": 128, \"dropout\": 0}},"
        " \"optimizer\": {\"lr\": 1e-4, \"betas\": [0.9, 0.99]}, \"batch\": 8,"
        " \"output_dir\": \"/scratch/a/out\", \"run_name\": \"a\", \"host\": \"node1\"}",
        "{\"model\": {\"name\": \"fcos\", \"head\": {\"width\": 256, \"dropout\": 0.1}},"
        " \"optimizer\": {\"lr\": 0.0001, \"betas\": [0.9, 0.999]}, \"batch\": \"8\","
        " \"output_dir\": \"/scratch/b/out\", \"run_name\": \"b\", \"host\": \"node2\","
        " \"SOLVER\": {\"MAX_ITER\": 90000, \"STEPS\": [60000, 80000], \"GAMMA\": 0.1,"
        " \"WARMUP\": 1000, \"CLIP\": true, \"AMP\": false, \"EMA\": null}}"};
    static const char *const LOGS[] = {
        "start\nlr 0.0001\nepoch 1\tloss 2.5\nepoch 2\tloss 1.3\nLR dropped\n"
        "a long line: 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 "
        "0123456789 0123456789\n 10%|#   |\r100%|####|\n\x1b[31mred\x1b[0m\nend\n",
        "start\nlr 0.0001\nepoch 1\tloss 2.7\nepoch 2\tloss 1.3\nepoch 3\tloss 1.1\nLR dropped\n"
        "a long line: 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 "
        "0123456789 012345678x\n 10%|#   |\r100%|####|\n\x1b[31mred\x1b[0m\nend\n"};
    for (int i = 0; i < 2; i++) {
        const char *name = i ? "lay/b" : "lay/a";
        make_plain(root, &(struct plain){name, "finished", CONFIGS[i], 3, i, 0.4 - 0.1 * i});
        write_text(root, name, "console.log", LOGS[i]);
        write_file(root, name, "weights/best.pt", "PK\0\1\2", 5);
        write_text(root, name, "empty.txt", "");
        write_image(root, name, "plots/confusion.png", 0);
        write_text(root, name, "plots/cut.png", "\x89PNG\r\n\x1a\n");
    }
}

#define STAMP "2024-05-01T06:00:"

/* Two runs that boxtop recorded: one that runs, whose metrics were only printed, and one that
 * failed. */
static void make_recorded(const char *root)
{
    struct buf system;
    buf_init(&system, 1 << 16);
    buf_add_string(&system, "wall_time,cpu,memory/rss,gpu 0/use\n");
    for (int i = 0; i < 40; i++)
        buf_printf(
            &system, "%d,%d,%d,%d\n", START_S + i * 30, 40 + i % 7 * 5, 4000 + i * 20, 90 - i % 3);
    write_buf(root, "rec/live", "system.csv", &system);
    write_text(
        root, "rec/live", "config.json", "{\"lr\": 0.005, \"batch\": 8, \"model\": \"fcos\"}");
    write_text(root, "rec/live", "status.json",
        "{\"status\": \"running\", \"started\": \"2024-05-01T06:00:00Z\", \"host\": \"gpu1\", "
        "\"pid\": 4711,"
        " \"pid_start\": 88, \"command\": [\"python\", \"train.py\", \"--lr\", \"0.005\", "
        "\"--tag\", \"two"
        " words\"]}");
    write_text(root, "rec/live", "console.log",
        STAMP "01.000Z | start\n" STAMP "02.000Z ! UserWarning: \x1b[31m slow\n" STAMP
              "03.000Z | epoch 0 loss: 2.5 acc: 0.25\n" STAMP
              "04.000Z | epoch 1 loss: 1.5 acc: 0.5\n" STAMP "05.000Z - 4096 bytes left out\n" STAMP
              "06.000Z | epoch 2 loss: 1.25 acc: 0.75\n" STAMP
              "07.000Z | a long line: 0123456789 0123456789 0123456789 0123456789 0123456789 "
              "0123456789\n" STAMP
              "08.000Z | Epoch 3:  42%|####   | 21/50 [00:04<00:05, 4.93it/s, loss=0.31]");
    write_image(root, "rec/live/images/step_000001", "val.png", 1);
    write_image(root, "rec/live/images/step_000002", "train.png", 2);
    write_image(root, "rec/live/images/step_000002", "val.png", 3);
    write_text(root, "rec/failed", "config.json", "{\"lr\": 0.5}");
    write_text(root, "rec/failed", "status.json",
        "{\"status\": \"failed\", \"started\": \"2024-05-01T06:00:00Z\", \"ended\": "
        "\"2024-05-01T06:00:03Z\","
        " \"host\": \"gpu1\", \"pid\": 4712, \"signal\": \"SIGKILL\", \"command\": [\"./train\"]}");
}

static void make_none(const char *root)
{
    write_text(root, "notes", "readme.txt", "no run is here\n");
}

/* ---- the index ---- */

static bool go_on(void *self, const struct index_progress *progress)
{
    (void)self, (void)progress;
    return true;
}

static void say_trouble(void *self, const struct err *err)
{
    char text[1024];
    (void)self;
    err_print(err, text, sizeof text);
    fprintf(stderr, "indexing: %s\n", text);
}

static struct store *index_runs(const char *root, const char *file)
{
    const char *const roots[] = {root};
    struct index_settings settings = {.roots = roots, .root_count = 1, .evaluate = true};
    struct index_listener listener = {NULL, go_on, say_trouble};
    struct err err = {0};
    struct store *store = index_open(&settings, file, false, &err);
    if (store && index_refresh(store, &settings, &listener, &err))
        return store;
    say_trouble(NULL, &err);
    abort();
}

const struct made_runs *made_runs(const char *name)
{
    static const struct {
        const char *name;
        void (*make)(const char *root);
    } ALL[] = {
        {"none", make_none},
        {"one", make_one},
        {"three", make_three},
        {"many", make_many},
        {"spread", make_spread},
        {"ties", make_ties},
        {"names", make_names},
        {"gaps", make_gaps},
        {"courses", make_courses},
        {"boxes", make_boxes},
        {"lost", make_lost},
        {"versions", make_versions},
        {"classes", make_classes},
        {"layouts", make_layouts},
        {"recorded", make_recorded},
    };
    static struct made_runs made[sizeof ALL / sizeof *ALL];
    for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++) {
        if (strcmp(ALL[i].name, name) != 0)
            continue;
        if (made[i].store)
            return &made[i];
        const char *top = temp_dir();
        char file[512], *root;
        snprintf(file, sizeof file, "%s/index.db", top);
        temp_text(top, "a/b/c/d/.made", ""); /* makes the directories as well */
        if (asprintf(&root, "%s/a/b/c/d", top) < 0)
            abort();
        ALL[i].make(root);
        made[i] = (struct made_runs){root, index_runs(root, file)};
        return &made[i];
    }
    return NULL;
}
