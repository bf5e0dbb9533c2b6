/*
 * Decoding in a process of its own: what comes back, and what becomes of decoders that crash, hang,
 * swallow memory, lie, or reach for what is not theirs. The bad decoders are here: files that begin
 * with their names.
 */
#include "picture/decode_child.h"
#include "picture/decode_guard.h"
#include "quarters.h"
#include "temp.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_MS = 400, LONG_MS = 60000, BIG = 700 << 20, PAGE_BYTES = 4096 };

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

static const struct picture_ask SMALL = {20, 20};

static bool begins(const void *data, size_t length, const char *word)
{
    return length >= strlen(word) && memcmp(data, word, strlen(word)) == 0;
}

/* What a decoder that was taken over might try. "": all of it failed. */
static const char *reach_out(void)
{
    if (open("/etc/passwd", O_RDONLY) >= 0)
        return "a file was opened";
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0)
        return "a socket was opened";
    if (fork() >= 0)
        return "a process was made";
    if (kill(getppid(), 0) == 0)
        return "another process was signalled";
    void *page = NULL;
    bool code = posix_memalign(&page, PAGE_BYTES, PAGE_BYTES) == 0 &&
                mprotect(page, PAGE_BYTES, PROT_READ | PROT_EXEC) == 0;
    free(page);
    return code ? "memory was made code" : "";
}

static bool bad_plan(const void *data, size_t length, const struct picture_ask *ask,
    struct picture_plan *plan, struct err *err)
{
    if (begins(data, length, "crash"))
        __builtin_trap(); /* unlike a wild pointer no sanitizer gets hold of it first */
    for (volatile unsigned spin = 0; begins(data, length, "spin");)
        spin++;
    while (begins(data, length, "sleep"))
        recv(-1, NULL, 0, 0), poll(NULL, 0, 50);
    if (begins(data, length, "swallow")) {
        void *volatile memory = malloc(BIG);
        bool refused = !memory;
        free(memory);
        return err_set(err, refused ? ERR_MEMORY : ERR_USAGE, "swallowed");
    }
    if (begins(data, length, "reach"))
        return err_set(err, ERR_USAGE, "%s", reach_out());
    if (begins(data, length, "die"))
        _exit(3);
    if (begins(data, length, "lie")) {
        *plan = (struct picture_plan){30000, 30000, 1, 1, 1, false};
        return true;
    }
    return picture_plan(data, length, ask, plan, err);
}

static bool bad_fill(const void *data, size_t length, struct pixels *out, struct err *err)
{
    return picture_fill(data, length, out, err);
}

static const struct decode_work bad_work = {bad_plan, bad_fill, LIMIT_MS};
static const struct decode_work patient_work = {bad_plan, bad_fill, LONG_MS};

static const char *write_picture(void)
{
    struct pixels *p = quarters(40, 30);
    char text[4096] = "P6 40 30 255\n";
    size_t head = strlen(text), bytes = pixels_bytes(p);
    memcpy(text + head, p->rgb, bytes);
    pixels_free(p);
    return temp_file(temp_dir(), "good.ppm", text, head + bytes);
}

static void expect_picture(struct decode_child *child)
{
    struct err err = {0};
    struct picture_plan plan;
    struct pixels *p = decode_child_picture(child, write_picture(), &SMALL, &plan, &err);
    if (!p)
        fail_msg("%s", err.text);
    assert_int_equal(p->width_px, 20);
    assert_int_equal(p->height_px, 15);
    assert_int_equal(plan.original_width_px, 40);
    expect_corners(p, "rgbw");
    pixels_free(p);
}

/* The file that says WORD is refused; the next picture comes all the same. */
static void expect_trouble(
    struct decode_child *child, const char *word, enum err_code code, const char *part)
{
    struct err err = {0};
    const char *path = temp_text(temp_dir(), "bad", word);
    assert_null(decode_child_picture(child, path, &SMALL, NULL, &err));
    if (err.code != code || !strstr(err.text, part))
        fail_msg("%s: %d \"%s\", not %d \"%s\"", word, (int)err.code, err.text, (int)code, part);
    assert_string_equal(err.file, path);
    expect_picture(child);
}

static int open_files(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (directory && readdir(directory))
        count++;
    if (directory)
        closedir(directory);
    return count;
}

static void a_picture_comes_through_a_process(void **state)
{
    (void)state;
    int before = open_files();
    struct decode_nursery *nursery = decode_nursery_new(&decode_pictures, NULL);
    struct decode_child *child = decode_child_new(nursery, NULL);
    struct err err = {0};
    for (int i = 0; i < 20; i++)
        expect_picture(child);
    const char *text = temp_text(temp_dir(), "text.ppm", "no picture");
    assert_null(decode_child_picture(child, text, &SMALL, NULL, &err));
    assert_int_equal(err.code, ERR_UNSUPPORTED);
    err = (struct err){0};
    assert_null(decode_child_picture(child, "/nowhere/x", &SMALL, NULL, &err));
    assert_int_equal(err.code, ERR_IO);
    expect_picture(child);
    assert_non_null(strstr(decode_child_guards(child), "process of limited memory"));
    decode_child_free(child);
    decode_nursery_free(nursery);
    assert_int_equal(open_files(), before);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left */
}

static void bad_decoders_harm_nobody(void **state)
{
    (void)state;
    int before = open_files();
    struct decode_nursery *nursery = decode_nursery_new(&bad_work, NULL);
    struct decode_child *child = decode_child_new(nursery, NULL);
    expect_trouble(child, "crash", ERR_FORMAT, "the decoder crashed (signal ");
    expect_trouble(child, "spin", ERR_LIMIT, "longer than decoding may (0.4 s)");
    expect_trouble(child, "sleep", ERR_LIMIT, "longer than decoding may");
    expect_trouble(child, "die", ERR_IO, "is gone");
    expect_trouble(child, "lie", ERR_MEMORY, "more memory");
    decode_child_free(child);
    decode_nursery_free(nursery);
    assert_int_equal(open_files(), before);
}

static void a_child_is_fenced_in(void **state)
{
    (void)state;
#ifdef SANITIZED
    skip(); /* a sanitizer needs what the fence forbids: see decode_guard.c */
#else
    struct decode_nursery *nursery = decode_nursery_new(&patient_work, NULL);
    struct decode_child *child = decode_child_new(nursery, NULL);
    expect_trouble(child, "swallow", ERR_MEMORY, "512 MiB");
    if (!strstr(decode_child_guards(child), "seccomp"))
        expect_trouble(child, "reach", ERR_USAGE, "");
    struct err err = {0};
    const char *path = temp_text(temp_dir(), "bad", "reach");
    assert_null(decode_child_picture(child, path, &SMALL, NULL, &err));
    if (!strstr(decode_child_guards(child), "seccomp"))
        assert_string_equal(err.text, "");
    decode_child_free(child);
    decode_nursery_free(nursery);
#endif
}

/* ---- from outside ---- */

/* The processes below PARENT, at most MOST of them. */
static size_t children_of(int parent, int *out, size_t most)
{
    size_t count = 0;
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    while (proc && (entry = readdir(proc))) {
        char path[300], state;
        int pid, ppid;
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        FILE *file = entry->d_name[0] >= '0' && entry->d_name[0] <= '9' ? fopen(path, "r") : NULL;
        if (file && fscanf(file, "%d %*[^)]) %c %d", &pid, &state, &ppid) == 3 && ppid == parent &&
            state != 'Z' && count < most)
            out[count++] = pid;
        if (file)
            fclose(file);
    }
    if (proc)
        closedir(proc);
    return count;
}

struct request {
    struct decode_child *child;
    const char *path;
    struct err err;
    struct pixels *pixels;
};

static void *decode_one(void *self)
{
    struct request *request = self;
    request->pixels =
        decode_child_picture(request->child, request->path, &SMALL, NULL, &request->err);
    return NULL;
}

/* Three at once: two pictures come while the third hangs, whose process is then killed. */
static void children_work_side_by_side(void **state)
{
    (void)state;
    struct decode_nursery *nursery = decode_nursery_new(&patient_work, NULL);
    struct request requests[3] = {
        {.path = temp_text(temp_dir(), "hangs", "sleep")}, {.path = write_picture()},
        {.path = write_picture()}};
    pthread_t threads[3];
    int nurseries[4], children[4];
    assert_int_equal(children_of(getpid(), nurseries, 4), 1);
    for (size_t i = 0; i < 3; i++)
        requests[i].child = decode_child_new(nursery, NULL);
    pthread_create(&threads[0], NULL, decode_one, &requests[0]);
    while (children_of(nurseries[0], children, 4) < 1)
        sched_yield();
    for (size_t i = 1; i < 3; i++)
        pthread_create(&threads[i], NULL, decode_one, &requests[i]);
    for (size_t i = 1; i < 3; i++) {
        pthread_join(threads[i], NULL);
        assert_non_null(requests[i].pixels);
        expect_corners(requests[i].pixels, "rgbw");
        pixels_free(requests[i].pixels);
    }
    kill(children[0], SIGKILL);
    pthread_join(threads[0], NULL);
    assert_null(requests[0].pixels);
    if (!strstr(requests[0].err.text, "was killed (signal 9)"))
        fail_msg("%s", requests[0].err.text);
    expect_picture(requests[0].child);
    for (size_t i = 0; i < 3; i++)
        decode_child_free(requests[i].child);
    assert_int_equal(children_of(nurseries[0], children, 4), 0);
    decode_nursery_free(nursery);
}

/* The nursery killed: its children go with it, what is asked then is refused, and nothing hangs. */
static void without_a_nursery_nothing_hangs(void **state)
{
    (void)state;
    struct decode_nursery *nursery = decode_nursery_new(&patient_work, NULL);
    struct decode_child *child = decode_child_new(nursery, NULL);
    struct err err = {0};
    int nurseries[4], children[4];
    expect_picture(child);
    assert_int_equal(children_of(getpid(), nurseries, 4), 1);
    assert_int_equal(children_of(nurseries[0], children, 4), 1);
    kill(nurseries[0], SIGKILL);
    const char *path = write_picture();
    for (int i = 0; i < 2; i++) { /* the first may still be answered */
        err = (struct err){0};
        struct pixels *p = decode_child_picture(child, path, &SMALL, NULL, &err);
        assert_true(!p == (err.code != ERR_NONE));
        pixels_free(p);
    }
    while (kill(children[0], 0) == 0) { /* until it is gone, and reaped by whoever inherits it */
        char stat_path[64], line[256] = "";
        snprintf(stat_path, sizeof stat_path, "/proc/%d/stat", children[0]);
        FILE *file = fopen(stat_path, "r");
        bool dead = !file || !fgets(line, sizeof line, file) || strstr(line, ") Z ");
        if (file)
            fclose(file);
        if (dead)
            break;
        sched_yield();
    }
    err = (struct err){0};
    assert_null(decode_child_picture(child, path, &SMALL, NULL, &err));
    assert_int_equal(err.code, ERR_IO);
    decode_child_free(child);
    decode_nursery_free(nursery);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_comes_through_a_process),
        cmocka_unit_test(bad_decoders_harm_nobody),
        cmocka_unit_test(a_child_is_fenced_in),
        cmocka_unit_test(children_work_side_by_side),
        cmocka_unit_test(without_a_nursery_nothing_hangs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
