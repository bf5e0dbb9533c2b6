#include "made.h"

#include "event_file.h"
#include "temp.h"

#include <spng.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    int x, y, w, h;
} EXACT = {40, 40, 80, 80}, SHIFTED = {180, 120, 80, 60}, NOTHING = {10, 180, 40, 40};
enum { SHIFT_PX = 16 }; /* 64 of 96 columns in common */

static double score_exact(int i)
{
    return 0.905 - 0.01 * i;
}

static double score_shifted(int i)
{
    return 0.605 - 0.01 * i;
}

static double score_nothing(int i)
{
    return 0.455 + 0.02 * i;
}

static int class_of(int image, int box)
{
    return 1 + (image + box) % 3;
}

struct made_counts made_counts(int index, double confidence, double iou, bool weaker, int category)
{
    struct made_counts counts = {0};
    for (int i = 0; i < MADE_IMAGES; i++) {
        if (index >= 0 && i != index)
            continue;
        bool exact = score_exact(i) >= confidence;
        bool shifted = !weaker && score_shifted(i) >= confidence;
        bool near_enough = shifted && iou <= 2.0 / 3;
        if (!category || class_of(i, 0) == category) {
            counts.tp += exact;
            counts.fn += !exact;
        }
        if (!category || class_of(i, 1) == category) {
            counts.tp += near_enough;
            counts.fp += shifted && !near_enough;
            counts.fn += !near_enough;
        }
        if (!category || class_of(i, 2) == category)
            counts.fp += score_nothing(i) >= confidence;
    }
    return counts;
}

/* A page of text that grows. */
struct page {
    FILE *out;
};

static struct page page_open(void)
{
    struct page page = {0};
    page.out = tmpfile();
    if (!page.out)
        abort();
    return page;
}

/* Writes the page to ROOT/FILE and forgets it. */
static const char *page_save(struct page *page, const char *root, const char *file)
{
    long length = ftell(page->out);
    char *text = malloc((size_t)length + 1);
    rewind(page->out);
    if (!text || fread(text, 1, (size_t)length, page->out) != (size_t)length)
        abort();
    const char *path = temp_file(root, file, text, (size_t)length);
    fclose(page->out);
    free(text);
    return path;
}

/* ---- the data set ---- */

static void save_image(const char *root, const char *file, int index)
{
    size_t length = (size_t)MADE_WIDTH_PX * MADE_HEIGHT_PX * 3, png_length;
    unsigned char *rgb = malloc(length);
    int code;
    for (size_t i = 0; rgb && i < length; i++) {
        size_t column = i / 3 % MADE_WIDTH_PX;
        rgb[i] = (unsigned char)(40 + 12 * index + (int)(column / 16));
    }
    spng_ctx *png = spng_ctx_new(SPNG_CTX_ENCODER);
    struct spng_ihdr head = {.width = MADE_WIDTH_PX,
        .height = MADE_HEIGHT_PX,
        .bit_depth = 8,
        .color_type = SPNG_COLOR_TYPE_TRUECOLOR};
    if (!rgb || !png || spng_set_option(png, SPNG_ENCODE_TO_BUFFER, 1) ||
        spng_set_ihdr(png, &head) ||
        spng_encode_image(png, rgb, length, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE))
        abort();
    void *bytes = spng_get_png_buffer(png, &png_length, &code);
    temp_file(root, file, bytes, png_length);
    free(bytes);
    free(rgb);
    spng_ctx_free(png);
}

static void save_images(const char *root, const char *directory)
{
    for (int i = 0; i < MADE_IMAGES; i++) {
        char file[64];
        snprintf(file, sizeof file, "%s/img%d.png", directory, i);
        save_image(root, file, i);
    }
}

static void put_truth(FILE *out, int i)
{
    fprintf(out,
        "%s{\"id\":%d,\"image_id\":%d,\"category_id\":%d,\"iscrowd\":0,\"area\":%d,"
        "\"bbox\":[%d,%d,%d,%d]}",
        i ? "," : "", 2 * i + 1, i + 1, class_of(i, 0), EXACT.w * EXACT.h, EXACT.x, EXACT.y,
        EXACT.w, EXACT.h);
    fprintf(out,
        ",{\"id\":%d,\"image_id\":%d,\"category_id\":%d,\"iscrowd\":0,\"area\":%d,"
        "\"bbox\":[%d,%d,%d,%d]}",
        2 * i + 2, i + 1, class_of(i, 1), SHIFTED.w * SHIFTED.h, SHIFTED.x, SHIFTED.y, SHIFTED.w,
        SHIFTED.h);
}

const char *made_set(const char *root)
{
    struct page page = page_open();
    fprintf(page.out, "{\"images\":[");
    for (int i = 0; i < MADE_IMAGES; i++)
        fprintf(page.out, "%s{\"id\":%d,\"file_name\":\"img%d.png\",\"width\":%d,\"height\":%d}",
            i ? "," : "", i + 1, i, MADE_WIDTH_PX, MADE_HEIGHT_PX);
    fprintf(page.out,
        "],\"categories\":[{\"id\":1,\"name\":\"car\"},{\"id\":2,\"name\":\"person\"},"
        "{\"id\":3,\"name\":\"dog\"}],\"annotations\":[");
    for (int i = 0; i < MADE_IMAGES; i++)
        put_truth(page.out, i);
    fprintf(page.out, "]}");
    save_images(root, "set/images");
    return page_save(&page, root, "set/instances.json");
}

/* Detections of image I; its id is I + 1, or the stem of its file. */
static void put_detections(FILE *out, int i, bool weaker, bool stems)
{
    char id[16];
    snprintf(id, sizeof id, stems ? "\"img%d\"" : "%d", stems ? i : i + 1);
    static const char SHAPE[] =
        "%s{\"image_id\":%s,\"category_id\":%d,\"bbox\":[%d,%d,%d,%d],\"score\":%.4f}";
    fprintf(out, SHAPE, i ? "," : "", id, class_of(i, 0), EXACT.x, EXACT.y, EXACT.w, EXACT.h,
        score_exact(i));
    if (!weaker)
        fprintf(out, SHAPE, ",", id, class_of(i, 1), SHIFTED.x + SHIFT_PX, SHIFTED.y, SHIFTED.w,
            SHIFTED.h, score_shifted(i));
    fprintf(out, SHAPE, ",", id, class_of(i, 2), NOTHING.x, NOTHING.y, NOTHING.w, NOTHING.h,
        score_nothing(i));
}

static const char *save_detections(const char *root, const char *file, bool weaker, bool stems)
{
    struct page page = page_open();
    fprintf(page.out, "[");
    for (int i = 0; i < MADE_IMAGES; i++)
        put_detections(page.out, i, weaker, stems);
    fprintf(page.out, "]");
    return page_save(&page, root, file);
}

const char *made_predictions(const char *root, const char *file, bool weaker)
{
    return save_detections(root, file, weaker, false);
}

/* ---- runs ---- */

static const char *inside(const char *name, const char *file)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", name, file);
    return path;
}

void made_plain(
    const char *root, const char *name, const char *learning_rate, int epochs, double loss)
{
    struct page page = page_open();
    fprintf(page.out, "{\"optimizer\":{\"name\":\"sgd\",\"lr\":%s},\"batch\":8,\"fast\":true}",
        learning_rate);
    page_save(&page, root, inside(name, "config.json"));
    page = page_open();
    fprintf(page.out, "epoch,loss\n");
    for (int i = 0; i < epochs; i++)
        fprintf(page.out, "%d,%.9g\n", i, loss + (double)(epochs - 1 - i) / epochs);
    page_save(&page, root, inside(name, "metrics.csv"));
    temp_text(root, inside(name, "status.json"),
        "{\"status\":\"finished\",\"started\":1714557600,\"ended\":1714561200}");
}

void made_detector(const char *root, const char *name, const char *learning_rate)
{
    made_plain(root, name, learning_rate, 2, 0.25);
    temp_text(root, inside(name, "dataset.json"),
        "{\"ground_truth\":\"../set/instances.json\",\"images\":\"../set/images\"}");
    save_detections(root, inside(name, "predictions/epoch_000.json"), true, false);
    save_detections(root, inside(name, "predictions/epoch_001.json"), false, false);
}

void made_ultralytics(const char *root, const char *name, double map)
{
    temp_text(root, inside(name, "args.yaml"),
        "task: detect\nmode: train\nmodel: yolov8n.pt\nlr0: 0.01\nbatch: 16\n");
    struct page page = page_open();
    fprintf(page.out, "epoch,train/box_loss,metrics/mAP50-95(B),lr/pg0\n");
    for (int i = 1; i <= 3; i++)
        fprintf(page.out, "%d,%.5g,%.5g,0.01\n", i, 3.0 / i, map * i / 3);
    page_save(&page, root, inside(name, "results.csv"));
}

void made_tensorboard(const char *root, const char *name, int points)
{
    struct buf file = event_buf();
    event_version(&file, 1714557600);
    for (int i = 0; i < points; i++) {
        event_scalar(&file, 1714557600 + i, i, "train/loss", 1.0F / (float)(i + 1));
        event_scalar(&file, 1714557600 + i, i, "val/mAP", (float)i / (float)points);
    }
    temp_file(
        root, inside(name, "events.out.tfevents.1714557600.host.1.0"), file.data, file.length);
    buf_done(&file);
}

const char *made_yolo(const char *root)
{
    save_images(root, "yolo/images/val");
    for (int i = 0; i < MADE_IMAGES; i++) {
        char file[64], text[256];
        snprintf(file, sizeof file, "yolo/labels/val/img%d.txt", i);
        snprintf(text, sizeof text, "%d %.9f %.9f %.9f %.9f\n%d %.9f %.9f %.9f %.9f\n",
            class_of(i, 0) - 1, (EXACT.x + EXACT.w / 2.0) / MADE_WIDTH_PX,
            (EXACT.y + EXACT.h / 2.0) / MADE_HEIGHT_PX, (double)EXACT.w / MADE_WIDTH_PX,
            (double)EXACT.h / MADE_HEIGHT_PX, class_of(i, 1) - 1,
            (SHIFTED.x + SHIFTED.w / 2.0) / MADE_WIDTH_PX,
            (SHIFTED.y + SHIFTED.h / 2.0) / MADE_HEIGHT_PX, (double)SHIFTED.w / MADE_WIDTH_PX,
            (double)SHIFTED.h / MADE_HEIGHT_PX);
        temp_text(root, file, text);
    }
    save_detections(root, "yolo-run/predictions.json", false, true);
    return temp_text(root, "yolo/data.yaml",
        "path: .\ntrain: images/val\nval: images/val\nnames:\n  0: car\n  1: person\n  2: dog\n");
}
