/*
 * What a person waits for before pictures: the real program in a pseudo terminal that answers as
 * xterm, foot, mlterm or kitty does. From a key to the last byte of its frame, what it cost the
 * program in CPU time, and the bytes of it. Prints figures, asserts nothing about time.
 *
 *     bench_slider BOXTOP DIRECTORY
 *
 * Below DIRECTORY it makes a data set of photos of 800 x 600 pixels with 24 boxes, of which each
 * step of the confidence slider changes four, one with masks too, and one with a hundred boxes.
 * Knows: COCO's JSON, keys. Must not know: how a frame is made.
 */
#include "picture/jpeg_out.h"
#include "timed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH_PX = 800, HEIGHT_PX = 600, IMAGES = 24, STEPS = 6, ROUNDS = 10, CLASSES = 5 };
enum { ROWS = 42, COLS = 131, CELL_WIDTH_PX = 8, CELL_HEIGHT_PX = 17 };
enum { QUIET_MS = 120, LONG_MS = 1500, PATH_BYTES = 4400, MOST_FILE_BYTES = 8 << 20 };

/* Each step of the slider: one hit becomes a miss (two boxes change), two false ones go. */
enum { TRUTHS = STEPS, FALSE_PER_STEP = 2, FIRST_SCORE = 30 };

struct scene {
    const char *name;
    bool masks;
    int crowd; /* hits more, far above the slider */
};
static const struct scene SCENES[] = {
    {"boxes", false, 0}, {"masks", true, 0}, {"crowd", false, 76}};

static const struct place {
    const char *name, *term;
    enum wire_terminal terminal;
} PLACES[] = {{"xterm", "xterm-256color", WIRE_XTERM}, {"foot", "foot", WIRE_FOOT},
    {"mlterm", "mlterm", WIRE_MLTERM}, {"kitty", "xterm-kitty", WIRE_KITTY}};

static const char *program;
static char root[4096], home[4200];

/* ---- the data set ---- */

static FILE *open_file(const char *file)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", root, file);
    FILE *out = fopen(path, "w");
    if (!out) {
        perror(path);
        exit(1);
    }
    return out;
}

static void make_directory(const char *name)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", root, name);
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        perror(path);
        exit(1);
    }
}

static uint32_t noise(uint32_t x, uint32_t y, uint32_t seed)
{
    uint32_t z = x * 0x9E3779B1u ^ y * 0x85EBCA77u ^ seed * 0xC2B2AE3Du;
    z = (z ^ z >> 15) * 0x2C1B3C6Du;
    return (z ^ z >> 12) >> 24;
}

/* Smooth at several scales, with grain: about as hard as a photo. */
static uint8_t level(int x, int y, uint32_t seed)
{
    uint32_t sum = 0;
    for (int side = 128; side >= 8; side /= 2) {
        uint32_t left = (uint32_t)(x / side), top = (uint32_t)(y / side);
        uint32_t across = (uint32_t)(x % side), down = (uint32_t)(y % side), all = (uint32_t)side;
        uint32_t upper = noise(left, top, seed) * (all - across) + noise(left + 1, top, seed) * across;
        uint32_t lower =
            noise(left, top + 1, seed) * (all - across) + noise(left + 1, top + 1, seed) * across;
        sum += (upper * (all - down) + lower * down) / all * (uint32_t)side / all;
    }
    return (uint8_t)(sum / 256 % 224 + noise((uint32_t)x, (uint32_t)y, seed + 9) / 16);
}

static void make_photo(int number)
{
    struct pixels *pixels = pixels_new(WIDTH_PX, HEIGHT_PX);
    struct buf out;
    char file[64];
    buf_init(&out, MOST_FILE_BYTES);
    for (int y = 0; pixels && y < HEIGHT_PX; y++)
        for (int x = 0; x < WIDTH_PX; x++)
            for (int c = 0; c < 3; c++)
                pixels->rgb[(y * WIDTH_PX + x) * 3 + c] =
                    level(x + number * 997, y, (uint32_t)(c ? 2 : 1) + (uint32_t)number);
    snprintf(file, sizeof file, "images/photo%02d.jpg", number);
    FILE *to = open_file(file);
    if (!pixels || !jpeg_out_buf(pixels, 90, &out, NULL) ||
        fwrite(out.data, 1, out.length, to) != out.length)
        exit(1);
    fclose(to);
    buf_done(&out);
    pixels_free(pixels);
}

struct place_px {
    int x, y, w, h;
};

/* In rows of six, the rest between them. */
static struct place_px place_of(int box)
{
    return (struct place_px){20 + box % 6 * 128 + box / 24 * 31, 30 + box / 6 % 4 * 140 + box % 6 * 5,
        70 + box * 7 % 40, 60 + box * 11 % 50};
}

static void put_box(FILE *out, const struct scene *scene, int box, int shift)
{
    struct place_px at = place_of(box);
    at.x += shift;
    fprintf(out, "\"category_id\":%d,\"bbox\":[%d,%d,%d,%d]", 1 + box % CLASSES, at.x, at.y, at.w,
        at.h);
    if (scene->masks)
        fprintf(out, ",\"segmentation\":[[%d,%d,%d,%d,%d,%d,%d,%d]]", at.x + at.w / 2, at.y,
            at.x + at.w, at.y + at.h / 2, at.x + at.w / 2, at.y + at.h, at.x, at.y + at.h / 2);
}

static void make_truth(const struct scene *scene)
{
    char file[64];
    int id = 1, truths = TRUTHS + scene->crowd;
    snprintf(file, sizeof file, "%s.json", scene->name);
    FILE *out = open_file(file);
    fprintf(out, "{\"images\":[");
    for (int i = 0; i < IMAGES; i++)
        fprintf(out, "%s{\"id\":%d,\"file_name\":\"photo%02d.jpg\",\"width\":%d,\"height\":%d}",
            i ? "," : "", i + 1, i, WIDTH_PX, HEIGHT_PX);
    fprintf(out, "],\"categories\":[");
    for (int c = 0; c < CLASSES; c++)
        fprintf(out, "%s{\"id\":%d,\"name\":\"class%d\"}", c ? "," : "", c + 1, c);
    fprintf(out, "],\"annotations\":[");
    for (int i = 0; i < IMAGES; i++)
        for (int box = 0; box < truths; box++, id++) {
            fprintf(out, "%s{\"id\":%d,\"image_id\":%d,\"iscrowd\":0,\"area\":5000,",
                id > 1 ? "," : "", id, i + 1);
            put_box(out, scene, box < TRUTHS ? box * 3 : box + STEPS * 2, 0);
            fprintf(out, "}");
        }
    fprintf(out, "]}");
    fclose(out);
}

static void put_detection(
    FILE *out, const struct scene *scene, int image, int box, int shift, double score)
{
    fprintf(out, "%s{\"image_id\":%d,\"score\":%.3f,", ftell(out) > 1 ? "," : "", image + 1, score);
    put_box(out, scene, box, shift);
    fprintf(out, "}");
}

static void make_run(const struct scene *scene)
{
    char file[64];
    make_directory(scene->name);
    snprintf(file, sizeof file, "%s/dataset.json", scene->name);
    FILE *out = open_file(file);
    fprintf(out, "{\"ground_truth\":\"../%s.json\",\"images\":\"../images\"}", scene->name);
    fclose(out);
    snprintf(file, sizeof file, "%s/predictions.json", scene->name);
    out = open_file(file);
    fprintf(out, "[");
    for (int i = 0; i < IMAGES; i++) {
        for (int step = 0; step < STEPS; step++) {
            double score = (FIRST_SCORE + i * 11 % 60 + step) / 100.0 + .005; /* each its own */
            put_detection(out, scene, i, step * 3, 4, score);
            for (int n = 0; n < FALSE_PER_STEP; n++)
                put_detection(out, scene, i, step * 3 + 1 + n, 0, score);
        }
        for (int n = 0; n < scene->crowd; n++)
            put_detection(out, scene, i, TRUTHS + n + STEPS * 2, 3, .7 + n % 29 / 100.0);
    }
    fprintf(out, "]");
    fclose(out);
}

static void make_set(void)
{
    make_directory("");
    make_directory("images");
    for (int i = 0; i < IMAGES; i++)
        make_photo(i);
    for (size_t i = 0; i < sizeof SCENES / sizeof *SCENES; i++) {
        make_truth(&SCENES[i]);
        make_run(&SCENES[i]);
    }
}

/* ---- figures ---- */

struct figures {
    double ms[256], cpu_ms[256], bytes[256];
    size_t count;
};

/* KEY, until the frame is there: nothing comes for a while, but before the picture is refined. */
static void press(struct timed *timed, const char *key, struct figures *figures)
{
    double cpu_ms = timed_cpu_ms(timed), began_ms = timed_now_ms();
    size_t total = timed->total;
    timed_type(timed, key);
    timed->last_ms = began_ms;
    timed_settle(timed, QUIET_MS);
    if (figures->count == sizeof figures->ms / sizeof *figures->ms)
        return;
    figures->ms[figures->count] = timed->last_ms - began_ms;
    figures->cpu_ms[figures->count] = timed_cpu_ms(timed) - cpu_ms;
    figures->bytes[figures->count++] = (double)(timed->total - total);
}

static void print(const char *place, const char *what, struct figures *figures)
{
    size_t n = figures->count;
    double bytes = timed_share(figures->bytes, n, .5), most = timed_share(figures->bytes, n, 1);
    double least_cpu = timed_share(figures->cpu_ms, n, 0), cpu = timed_share(figures->cpu_ms, n, .5);
    double ms = timed_share(figures->ms, n, .5), late = timed_share(figures->ms, n, .95);
    printf("%-7s %-28s median %6.1f ms, p95 %6.1f ms; CPU least %6.2f ms, median %6.2f ms; bytes "
           "median %7.0f, most %7.0f\n",
        place, what, ms, late, least_cpu, cpu, bytes, most);
    fflush(stdout);
}

static void bench_steps(struct timed *timed, const char *place, const char *what)
{
    struct figures figures = {.count = 0};
    for (int round = 0; round < ROUNDS; round++)
        for (int step = 0; step < STEPS; step++)
            press(timed, round % 2 ? "[" : "]", &figures);
    print(place, what, &figures);
}

/* The images beside are decoded while the person looks at one; ten further on none is. */
static void bench_images(struct timed *timed, const char *place)
{
    struct figures next = {.count = 0}, far = {.count = 0};
    for (int i = 0; i < 8; i++) {
        press(timed, i % 2 ? "h" : "l", &next);
        timed_settle(timed, LONG_MS);
    }
    for (int i = 0; i < 2; i++) {
        press(timed, ">", &far);
        timed_settle(timed, LONG_MS);
    }
    print(place, "next image, decoded ahead", &next);
    print(place, "image not yet decoded", &far);
}

/* How large the pictures are that were sent as sixel. */
static void print_size(const struct timed *timed)
{
    for (size_t i = 0; i < wire_picture_count(timed->wire); i++) {
        const char *raster = strstr(wire_picture(timed->wire, i)->bytes, "q\"1;1;");
        if (!raster)
            continue;
        printf("a picture of %.*s pixels\n", (int)strcspn(raster + 6, "#"), raster + 6);
        return;
    }
}

static void bench(const struct scene *scene, const struct place *place)
{
    char run[PATH_BYTES], what[64];
    snprintf(run, sizeof run, "%s/%s", root, scene->name);
    const char *const words[] = {program, run, NULL};
    struct timed_start start = {words, home, place->term, place->terminal, COLS, ROWS,
        CELL_WIDTH_PX, CELL_HEIGHT_PX};
    struct timed timed;
    timed_open(&timed, &start);
    timed_wait_for(&timed, "1 run");
    timed_settle(&timed, LONG_MS);
    timed_type(&timed, "i");
    timed_settle(&timed, LONG_MS);
    timed_type(&timed, "t.30\r");
    timed_settle(&timed, LONG_MS);
    print_size(&timed);
    snprintf(what, sizeof what, "a step, %s", scene->name);
    bench_steps(&timed, place->name, what);
    if (scene == SCENES)
        bench_images(&timed, place->name);
    timed_quit(&timed);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bench_slider BOXTOP DIRECTORY\n");
        return 2;
    }
    program = argv[1];
    snprintf(root, sizeof root, "%s/bench-slider-%ld", argv[2], (long)getpid());
    snprintf(home, sizeof home, "%s.home", root);
    make_set();
    for (size_t i = 0; i < sizeof SCENES / sizeof *SCENES; i++)
        for (size_t p = 0; p < sizeof PLACES / sizeof *PLACES; p++)
            bench(&SCENES[i], &PLACES[p]);
    return 0;
}
