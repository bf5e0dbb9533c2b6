/*
 * How long the whole command takes from two files to metrics: prints figures, asserts nothing about
 * time.
 *
 *     bench_eval_files PROGRAM DIRECTORY
 *
 * Makes pairs of files in DIRECTORY, always the same and kept for the next time; runs `PROGRAM eval
 * --gt G --dt D --format json` on each, and in a child of its own one cJSON parse of the same
 * detections, which is the measure: a machine that is slower or busier is so for both. The reading
 * of either file alone stands beside. Times are of the processor, user and system.
 */
#include "readers/annotation.h"

#include <cjson/cJSON.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 5, WIDTH = 640, HEIGHT = 480, POINTS = 22, PATH_BYTES = 4096 };

/* ---- the pairs ---- */

struct recipe {
    const char *name;
    int images, objects, detections, classes;
    int duplicates;   /* of each object that is found */
    double found;     /* of the objects */
    double mean_side; /* as a fraction of the image's */
    bool even;        /* every image has as many objects; else many have few, and few many */
    bool gaps;        /* in the ids of the classes, as COCO's 80 lie in 1 to 90 */
};

static const struct recipe RECIPES[] = {
    {"val", 5000, 36700, 500000, 80, 6, .85, .15, false, true},
    {"small", 50, 130, 590, 1, 1, .9, .3, false, false},
    {"dense", 12, 6000, 7200, 3, 0, .9, .05, true, false},
    {"lvis", 1000, 12000, 300000, 1203, 6, .85, .12, false, false},
};

struct object {
    double x, y, w, h;
    int image, class;
};

struct maker {
    const struct recipe *recipe;
    struct object *objects;
    int count;
    uint64_t random;
    FILE *out;
};

static double uniform(struct maker *maker)
{
    uint64_t z = maker->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

/* About normal: of mean 0 and deviation 1. */
static double normal(struct maker *maker)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += uniform(maker);
    return sum;
}

static double within(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

static struct object random_object(struct maker *maker, int image)
{
    double side = maker->recipe->mean_side * exp(.8 * normal(maker) - .32);
    double aspect = exp(.3 * normal(maker));
    struct object object = {.w = within(WIDTH * side * aspect, 4, WIDTH - 2),
        .h = within(HEIGHT * side / aspect, 4, HEIGHT - 2),
        .image = image};
    object.x = uniform(maker) * (WIDTH - object.w);
    object.y = uniform(maker) * (HEIGHT - object.h);
    /* An image shows few classes, and some classes are seen much more than others. */
    uint32_t mixed = ((uint32_t)image * 4 + (uint32_t)(uniform(maker) * 4)) * UINT32_C(2654435761);
    double rank = (mixed >> 8) * 0x1p-24;
    object.class = (int)(rank * rank * maker->recipe->classes);
    return object;
}

static void make_objects(struct maker *maker)
{
    const struct recipe *recipe = maker->recipe;
    double mean = (double)recipe->objects / recipe->images;
    maker->objects = calloc((size_t)recipe->objects * 2 + 1000, sizeof *maker->objects);
    for (int image = 0; image < recipe->images; image++) {
        int here = (int)(recipe->even ? mean : within(-log(1 - uniform(maker)) * mean + .5, 0, 80));
        for (int i = 0; i < here && maker->count < recipe->objects * 2; i++)
            maker->objects[maker->count++] = random_object(maker, image);
    }
}

static int image_id(const struct recipe *recipe, int image)
{
    return recipe->images > 100 ? 139 + image * 116 + image * 7919 % 113 : image + 1;
}

static int class_id(const struct recipe *recipe, int class)
{
    return class + 1 + (recipe->gaps ? class / 8 : 0);
}

static void write_polygon(struct maker *maker, const struct object *o)
{
    fputs("[[", maker->out);
    for (int i = 0; i < POINTS; i++) {
        double angle = 2 * M_PI * i / POINTS, reach = .4 + .1 * uniform(maker);
        fprintf(maker->out, "%s%.2f,%.2f", i ? "," : "", o->x + o->w * (.5 + reach * cos(angle)),
            o->y + o->h * (.5 + reach * sin(angle)));
    }
    fputs("]]", maker->out);
}

/* Run lengths down the columns of the box, some pixels of each. */
static void write_runs(struct maker *maker, const struct object *o)
{
    int left = (int)o->x, right = (int)(o->x + o->w), top = (int)o->y, at = 0;
    fputs("{\"counts\": [", maker->out);
    for (int column = left; column < right; column++) {
        int begin = column * HEIGHT + top, inside = 1 + (int)(uniform(maker) * (o->h - 1));
        fprintf(maker->out, "%d, %d, ", begin - at, inside);
        at = begin + inside;
    }
    fprintf(maker->out, "%d], \"size\": [%d, %d]}", WIDTH * HEIGHT - at, HEIGHT, WIDTH);
}

static void write_annotation(struct maker *maker, const struct object *o, int id)
{
    bool crowd = uniform(maker) < .01;
    fputs("{\"segmentation\": ", maker->out);
    (crowd ? write_runs : write_polygon)(maker, o);
    fprintf(maker->out,
        ", \"area\": %.4f, \"iscrowd\": %d, \"image_id\": %d, "
        "\"bbox\": [%.2f, %.2f, %.2f, %.2f], \"category_id\": %d, \"id\": %d}",
        o->w * o->h * .62, crowd, image_id(maker->recipe, o->image), o->x, o->y, o->w, o->h,
        class_id(maker->recipe, o->class), id);
}

static void write_ground_truth(struct maker *maker)
{
    const struct recipe *recipe = maker->recipe;
    fputs("{\"info\": {\"year\": 2017}, \"images\": [", maker->out);
    for (int i = 0; i < recipe->images; i++) {
        int id = image_id(recipe, (int)((int64_t)i * 2741 % recipe->images));
        fprintf(maker->out,
            "%s{\"license\": %d, \"file_name\": \"%012d.jpg\", \"coco_url\": "
            "\"http://images.cocodataset.org/val2017/%012d.jpg\", \"height\": %d, \"width\": %d, "
            "\"date_captured\": \"2013-11-14 17:02:52\", \"id\": %d}",
            i ? ", " : "", 1 + i % 8, id, id, HEIGHT, WIDTH, id);
    }
    fputs("], \"annotations\": [", maker->out);
    for (int i = maker->count - 1; i > 0; i--) { /* they do not stand by image */
        int other = (int)(uniform(maker) * (i + 1));
        struct object object = maker->objects[i];
        maker->objects[i] = maker->objects[other];
        maker->objects[other] = object;
    }
    for (int i = 0; i < maker->count; i++) {
        fputs(i ? ", " : "", maker->out);
        write_annotation(maker, &maker->objects[i], 1000 + i * 3);
    }
    fputs("], \"categories\": [", maker->out);
    for (int c = 0; c < recipe->classes; c++)
        fprintf(maker->out, "%s{\"supercategory\": \"thing\", \"id\": %d, \"name\": \"class %d\"}",
            c ? ", " : "", class_id(recipe, c), c);
    fputs("]}\n", maker->out);
}

static void write_detection(
    struct maker *maker, const struct object *o, double off, double score, bool first)
{
    double w = o->w * exp(off * normal(maker)), h = o->h * exp(off * normal(maker));
    double x = o->x + o->w * off * normal(maker), y = o->y + o->h * off * normal(maker);
    fprintf(maker->out,
        "%s{\"image_id\": %d, \"category_id\": %d, \"bbox\": [%.2f, %.2f, %.2f, %.2f], "
        "\"score\": %.5f}",
        first ? "" : ", ", image_id(maker->recipe, o->image), class_id(maker->recipe, o->class),
        within(x, 0, WIDTH - 4), within(y, 0, HEIGHT - 4), w, h, within(score, .00001, 1));
}

/* Around each object what is found of it, the rest of an image's share false, most of low score. */
static void write_detections(struct maker *maker)
{
    const struct recipe *recipe = maker->recipe;
    int64_t written = 0;
    const struct object *o = maker->objects, *end = o + maker->count;
    fputc('[', maker->out);
    for (int image = 0; image < recipe->images; image++) {
        int64_t most = (int64_t)recipe->detections * (image + 1) / recipe->images;
        for (; o < end && o->image == image; o++) {
            double seen = uniform(maker), off = .005 + .055 * uniform(maker);
            for (int d = 0; seen < recipe->found && d <= recipe->duplicates && written < most;
                 d++) {
                double score = 1.2 - seen - 4 * off + .15 * normal(maker);
                write_detection(maker, o, d ? .2 : off, d ? .3 * score : score, !written);
                written++;
            }
        }
        for (; written < most; written++) {
            struct object wrong = random_object(maker, image);
            double u = uniform(maker);
            write_detection(maker, &wrong, 0, u * u * u * .8, !written);
        }
    }
    fputs("]\n", maker->out);
}

static void make_file(struct maker *maker, const char *directory, const char *name,
    void (*write_all)(struct maker *maker))
{
    char path[PATH_BYTES], made[PATH_BYTES + 8];
    struct stat stat_buf;
    snprintf(path, sizeof path, "%s/%s-%s.json", directory, maker->recipe->name, name);
    if (stat(path, &stat_buf) == 0)
        return;
    snprintf(made, sizeof made, "%s.made", path); /* so that half a file is never taken for one */
    maker->out = fopen(made, "wb");
    if (maker->out)
        write_all(maker);
    if (!maker->out || fclose(maker->out) != 0 || rename(made, path) != 0) {
        perror(made);
        exit(1);
    }
}

/* Detections go by image, so they come before the objects are shuffled. */
static void make_pair(const struct recipe *recipe, const char *directory)
{
    struct maker maker = {.recipe = recipe, .random = (uint64_t)recipe->images};
    make_objects(&maker);
    maker.random = 2;
    make_file(&maker, directory, "dt", write_detections);
    maker.random = 3;
    make_file(&maker, directory, "gt", write_ground_truth);
    free(maker.objects);
}

/* ---- the measuring ---- */

struct measure {
    double cpu_ms, peak_mb;
};

static double usage_ms(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e3 +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1e-3;
}

static struct measure wait_for(pid_t child, const char *what)
{
    int status;
    struct rusage usage;
    while (wait4(child, &status, 0, &usage) < 0)
        if (errno != EINTR) {
            perror("wait4");
            exit(1);
        }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "bench_eval_files: %s has failed\n", what);
        exit(1);
    }
    return (struct measure){usage_ms(&usage), (double)usage.ru_maxrss / 1e3};
}

static struct measure run_program(
    const char *program, const char *gt, const char *dt, const char *to)
{
    pid_t child = fork();
    if (child == 0) {
        int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (out >= 0 && dup2(out, STDOUT_FILENO) >= 0)
            execl(
                program, program, "eval", "--gt", gt, "--dt", dt, "--format", "json", (char *)NULL);
        perror(program);
        _exit(127);
    }
    return wait_for(child, program);
}

static char *read_whole(const char *path, size_t *length)
{
    struct stat stat_buf;
    FILE *in = fopen(path, "rb");
    char *text =
        in && fstat(fileno(in), &stat_buf) == 0 ? malloc((size_t)stat_buf.st_size + 1) : NULL;
    if (!text) {
        perror(path);
        exit(1);
    }
    *length = fread(text, 1, (size_t)stat_buf.st_size, in);
    fclose(in);
    return text;
}

/* What is timed of a file alone; false when it fails. START is to be set when the timing begins. */
typedef bool reading(const char *path, struct rusage *start);

static bool read_by_cjson(const char *path, struct rusage *start)
{
    size_t length;
    char *text = read_whole(path, &length);
    getrusage(RUSAGE_SELF, start);
    return cJSON_ParseWithLength(text, length) != NULL;
}

static bool read_detections(const char *path, struct rusage *start)
{
    getrusage(RUSAGE_SELF, start);
    return annotation_read_detections(path, NULL) != NULL;
}

static bool read_ground_truth(const char *path, struct rusage *start)
{
    getrusage(RUSAGE_SELF, start);
    return annotation_read_ground_truth(path, NULL) != NULL;
}

/* READ in a child: the time of it alone, and the child's peak. */
static struct measure run_reading(reading *read_file, const char *path)
{
    int ends[2];
    double ms = 0;
    pid_t child = pipe(ends) == 0 ? fork() : -1;
    if (child == 0) {
        struct rusage start, end;
        bool ok = read_file(path, &start);
        getrusage(RUSAGE_SELF, &end);
        ms = usage_ms(&end) - usage_ms(&start);
        _exit(!ok || write(ends[1], &ms, sizeof ms) != sizeof ms);
    }
    struct measure measure = wait_for(child, path);
    if (read(ends[0], &ms, sizeof ms) != sizeof ms)
        exit(1);
    close(ends[0]);
    close(ends[1]);
    measure.cpu_ms = ms;
    return measure;
}

/* Least, middle and greatest. */
struct spread {
    double min, median, max, peak_mb;
};

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static struct spread spread_of(const struct measure *rounds)
{
    struct spread spread = {0};
    double ms[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        ms[i] = rounds[i].cpu_ms;
        spread.peak_mb = fmax(spread.peak_mb, rounds[i].peak_mb);
    }
    qsort(ms, ROUNDS, sizeof *ms, compare_doubles);
    spread.min = ms[0];
    spread.median = ms[ROUNDS / 2];
    spread.max = ms[ROUNDS - 1];
    return spread;
}

/* What the program said the twelve numbers are: AP, so that a pair is seen to be what it should. */
static double average_precision(const char *output)
{
    size_t length;
    char *text = read_whole(output, &length);
    cJSON *json = cJSON_ParseWithLength(text, length);
    const cJSON *ap = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "stats"), "AP");
    double value = cJSON_IsNumber(ap) ? ap->valuedouble : NAN;
    cJSON_Delete(json);
    free(text);
    return value;
}

static double file_mb(const char *path)
{
    struct stat stat_buf = {0};
    stat(path, &stat_buf);
    return (double)stat_buf.st_size / 1e6;
}

static void say(const char *what, const struct measure *rounds, double mb)
{
    struct spread spread = spread_of(rounds);
    printf("    %-22s %7.1f ms CPU (%.1f to %.1f)  peak %5.1f MB", what, spread.median, spread.min,
        spread.max, spread.peak_mb);
    if (mb > 0)
        printf("  %4.0f MB/s", mb * 1e3 / spread.median);
    putchar('\n');
}

static void bench(const struct recipe *recipe, const char *program, const char *directory)
{
    char gt[PATH_BYTES], dt[PATH_BYTES], output[PATH_BYTES];
    struct measure command[ROUNDS], peer[ROUNDS], found[ROUNDS], truth[ROUNDS];
    snprintf(gt, sizeof gt, "%s/%s-gt.json", directory, recipe->name);
    snprintf(dt, sizeof dt, "%s/%s-dt.json", directory, recipe->name);
    snprintf(output, sizeof output, "%s/%s-out.json", directory, recipe->name);
    for (int i = 0; i < ROUNDS; i++) { /* in turns, so that all see the same machine */
        command[i] = run_program(program, gt, dt, output);
        peer[i] = run_reading(read_by_cjson, dt);
        found[i] = run_reading(read_detections, dt);
        truth[i] = run_reading(read_ground_truth, gt);
    }
    printf("%s: ground truth %.1f MB, detections %.1f MB, AP %.3f, command to cJSON %.2f\n",
        recipe->name, file_mb(gt), file_mb(dt), average_precision(output),
        spread_of(command).median / spread_of(peer).median);
    say("command", command, 0);
    say("cJSON on detections", peer, file_mb(dt));
    say("detections read", found, file_mb(dt));
    say("ground truth read", truth, file_mb(gt));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: bench_eval_files PROGRAM DIRECTORY\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof RECIPES / sizeof *RECIPES; i++) {
        make_pair(&RECIPES[i], argv[2]);
        bench(&RECIPES[i], argv[1], argv[2]);
    }
    return 0;
}
