/*
 * Names that would take over a terminal: in folders, files, parameters, metrics, classes, images
 * and on the command line. By bytes, nothing of them reaches standard output, standard error or a
 * screen.
 */
#include "made.h"
#include "temp.h"
#include "visit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A thousand characters for names in files; the longest that a folder can have. */
enum { LONG = 1000, LONGEST_NAME = 240 };

static char endless[LONG + 1];

static const char *const NAMES[] = {
    "title\033]0;PWNED\007x",
    "colour\033[38;2;7777;0;0mx",
    "made-up\033[666z\033[9999;9999Hx",
    "string\033P1$tx\033\\\033_Gi=31;x",
    "line\nbreak\r\tx",
    "c1\302\23331mx\302\235",
    "turned\342\200\256txt.exe\342\200\246\342\201\247x",
    "hidden\357\273\277\342\200\213\302\255x",
    "bad\377\376\300\200\355\240\200\233x",
    "del\177\001\b\fx",
    "=cmd|' /C calc'!A0,\"quoted\"",
    endless,
};
enum { COUNT = sizeof NAMES / sizeof *NAMES };

static const char *root, *first;
static char paths[COUNT][4400];

static void put_json(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++)
        if ((unsigned char)*text < 0x20)
            fprintf(out, "\\u%04x", (unsigned char)*text);
        else if (*text == '"' || *text == '\\')
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    fputc('"', out);
}

static FILE *create(const char *directory, const char *name)
{
    char path[4600];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    return file;
}

static void make_config(const char *directory, int index)
{
    FILE *file = create(directory, "config.json");
    fprintf(file, "{\"index\":%d", index);
    for (int i = 0; i < COUNT; i++) {
        fprintf(file, ",");
        put_json(file, NAMES[i]);
        fprintf(file, ":");
        put_json(file, NAMES[(i + index) % COUNT]);
    }
    fprintf(file, "}");
    fclose(file);
    file = create(directory, "metrics.csv");
    fprintf(file, "epoch,loss");
    for (int i = 0; i < COUNT; i++) {
        fprintf(file, ",\"");
        for (const char *at = NAMES[i]; *at; at++)
            if (*at != '\n' && *at != '\r')
                fprintf(file, *at == '"' ? "\"\"" : "%c", *at);
        fprintf(file, "\"");
    }
    for (int epoch = 0; epoch < 3; epoch++) {
        fprintf(file, "\n%d,0.5", epoch);
        for (int i = 0; i < COUNT; i++)
            fprintf(file, ",%d", i + epoch);
    }
    fprintf(file, "\nbroken \033[666z,row\n");
    fclose(file);
}

/* The truth and the detections of a run: classes and images by the hostile names. */
static void make_boxes(const char *directory)
{
    FILE *file = create(directory, "truth.json");
    fprintf(file, "{\"images\":[");
    for (int i = 0; i < COUNT; i++) {
        fprintf(file, "%s{\"id\":%d,\"width\":320,\"height\":240,\"file_name\":", i ? "," : "", i);
        put_json(file, NAMES[i]);
        fprintf(file, "}");
    }
    fprintf(file, "],\"categories\":[");
    for (int i = 0; i < COUNT; i++) {
        fprintf(file, "%s{\"id\":%d,\"name\":", i ? "," : "", i);
        put_json(file, NAMES[i]);
        fprintf(file, "}");
    }
    fprintf(file, "],\"annotations\":[");
    for (int i = 0; i < COUNT; i++)
        fprintf(file,
            "%s{\"id\":%d,\"image_id\":%d,\"category_id\":%d,\"bbox\":[20,20,80,80],\"area\":6400,"
            "\"iscrowd\":0}",
            i ? "," : "", i + 1, i, i);
    fprintf(file, "]}");
    fclose(file);
    file = create(directory, "predictions.json");
    for (int i = 0; i < COUNT; i++)
        fprintf(file, "%s{\"image_id\":%d,\"category_id\":%d,\"bbox\":[20,20,80,80],\"score\":0.9}",
            i ? "," : "[", i, i);
    fprintf(file, "]");
    fclose(file);
    file = create(directory, "dataset.json");
    fprintf(file, "{\"ground_truth\":\"truth.json\",\"images\":\"../pictures\"}");
    fclose(file);
}

/* Pictures by the hostile names, those that a file can have. */
static void make_images(void)
{
    char from[4400], to[4600];
    made_set(root);
    snprintf(from, sizeof from, "%s/set/images/img0.png", root);
    snprintf(to, sizeof to, "%s/pictures", root);
    assert_int_equal(mkdir(to, 0700), 0);
    for (int i = 0; i < COUNT; i++) {
        snprintf(to, sizeof to, "%s/pictures/%s", root, NAMES[i]);
        (void)(symlink(from, to) == 0); /* not for those with a slash, or too long */
    }
}

static int make_runs(void **state)
{
    (void)state;
    memset(endless, 'W', LONG);
    root = temp_dir();
    for (int i = 0; i < COUNT; i++) {
        char name[LONGEST_NAME + 1];
        snprintf(name, sizeof name, "%s", NAMES[i]);
        for (char *at = name; *at; at++)
            if (*at == '/')
                *at = '_';
        snprintf(paths[i], sizeof paths[i], "%s/%s", root, name);
        assert_int_equal(mkdir(paths[i], 0700), 0);
        make_config(paths[i], i);
        make_boxes(paths[i]);
    }
    make_images();
    first = paths[0];
    made_tensorboard(root, "events\033[666z", 4);
    return 0;
}

/* program_run() refuses every harmful byte. */
static void test_commands(void **state)
{
    (void)state;
    static const char *const FORMATS[] = {"table", "csv", "tsv", "json", "markdown"};
    EXPECT(0, "index", "--check", root);
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++) {
        EXPECT(0, "ls", root, "--format", FORMATS[i]);
        EXPECT(0, "diff", "--all", paths[0], paths[3], paths[8], "--format", FORMATS[i]);
        EXPECT(0, "eval", first, "--per-image", "--format", FORMATS[i]);
        EXPECT(0, "images", first, "--format", FORMATS[i]);
    }
    assert_int_equal(cJSON_GetArraySize(BOXTOP_JSON("ls", root)), COUNT + 1);
    for (int i = 0; i < COUNT; i++) {
        assert_true(strlen(EXPECT(0, "show", paths[i])->out) > 100);
        BOXTOP_JSON("show", paths[i]);
        EXPECT(0, "eval", paths[i], "--class", NAMES[i]);
    }
    EXPECT(0, "draw", first, NAMES[0], "-o", "out.png");
}

static void test_words(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        const char *name = NAMES[i];
        BOXTOP(name);
        EXPECT(3, "ls", name);
        EXPECT(2, "ls", root, "--format", name);
        EXPECT(2, "eval", first, "--class", "no", "--step", name);
        EXPECT(2, "draw", first, "none of these", "-o", "out.png");
        BOXTOP("ls", root, "--sort", name);
        BOXTOP("ls", root, "--columns", name);
        BOXTOP("ls", root, "--filter", name);
        BOXTOP("show", name);
        BOXTOP("eval", "--gt", name, "--dt", name);
        BOXTOP("ls", root, "--index", name);
        BOXTOP("draw", first, name, "-o", name);
        BOXTOP("images", first, "--name", name);
        BOXTOP("images", first, "--filter", name, "--tag-as", name);
    }
}

/* Through every screen; visit_over() judges all that was sent. */
static void walk(enum wire_terminal terminal, int cols, int rows, const char *locale)
{
    const char *env[] = {locale, NULL}, *words[] = {root, NULL};
    struct visit visit = {
        .words = words, .terminal = terminal, .cols = cols, .rows = rows, .more_env = env};
    struct pty *pty = visit_open(&visit);
    visit_expect(pty, "  13 runs");
    visit_gone(pty, "indexing");
    visit_settle(pty);
    pty_type(pty, "llllllllllllllllhhjjjjjjjjGg  ");
    visit_settle(pty);
    visit_type(pty, PTY_ENTER, "Run");
    visit_settle(pty);
    pty_type(pty, "\tjjjjG\tjjjj");
    visit_settle(pty);
    visit_type(pty, "qd", "Diff");
    pty_type(pty, "Djjjjjjjjjlllllhh");
    visit_settle(pty);
    visit_type(pty, "qv", "Curves");
    pty_type(pty, "jjjjjjjjjjjj");
    visit_settle(pty);
    visit_type(pty, "qgi", "Images");
    visit_expect(pty, "joined by id");
    if (terminal != WIRE_ALACRITTY)
        assert_true(pty_wait_pictures(pty, 1));
    visit_settle(pty);
    pty_type(pty, "llllllllllllchhhhjjjj jjC");
    visit_settle(pty);
    pty_type(pty, "\t\t\t");
    visit_settle(pty);
    pty_type(pty, "q/\033[200~\033[666z\302\23331m\033[201~\r");
    visit_settle(pty);
    pty_type(pty, "f=\"\342\200\256<\r");
    visit_settle(pty);
    pty_type(pty, "\033");
    visit_settle(pty);
    visit_quit(pty);
}

static void test_screens(void **state)
{
    (void)state;
    walk(WIRE_XTERM, 140, 40, "LC_ALL=C.UTF-8");
    walk(WIRE_KITTY, 80, 24, "LC_ALL=C.UTF-8");
    walk(WIRE_ALACRITTY, 100, 30, "LC_ALL=C");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_screens),
    };
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, make_runs, NULL);
}
