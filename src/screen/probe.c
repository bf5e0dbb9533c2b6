#include "screen/probe.h"

#include "base/clock.h"
#include "base/text.h"
#include "screen/input.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { MAX_NUMBERS = 32, MAX_CELL_PX = 256, MAX_PICTURE_PX = 1 << 16, MAX_READ_BYTES = 256 << 10 };
enum { GUESSED_CELL_W = 8, GUESSED_CELL_H = 16, LIGHT_LUMA = 127 };

static bool begins(const char *text, const char *with)
{
    return text && !strncmp(text, with, strlen(with));
}

/* Inside tmux or GNU screen: there an APC string becomes the pane's title (tmux), or is handed to
 * the terminal around it (screen). */
static bool is_multiplexed(const struct probe_env *env)
{
    return (env->tmux && *env->tmux) || (env->sty && *env->sty) || begins(env->term, "screen") ||
           begins(env->term, "tmux");
}

/* The linux console printed strings that it did not know until a few years ago. */
static bool takes_strings(const struct probe_env *env)
{
    return !begins(env->term, "linux") && !begins(env->term, "dumb");
}

/* Cell, text area, sixel area now, its limit. */
#define SIZES "\x1b[16t\x1b[14t\x1b[?2;1;0S\x1b[?2;4;0S"
/* DA1: all know it, so its answer is the end. */
#define LAST "\x1b[c"

void probe_questions(const struct probe_env *env, struct buf *out)
{
    bool strings = takes_strings(env);
    if (strings && !is_multiplexed(env)) /* kitty: would you show this one pixel? */
        buf_add_string(out, "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\");
    if (strings)
        buf_add_string(out, "\x1b[>q"              /* XTVERSION */
                            "\x1b[?1;1;0S"         /* XTSMGRAPHICS: colour registers */
                            SIZES "\x1b[?2026$p"   /* DECRQM: synchronized output */
                            "\x1b[?1006$p"         /* DECRQM: the mouse in decimal */
                            "\x1bP+q524742\x1b\\" /* XTGETTCAP: RGB */
                            "\x1b]11;?\x1b\\"     /* the colour of the ground */
        );
    buf_add_string(out, LAST);
}

void probe_init(struct probe *probe)
{
    *probe = (struct probe){.sync2026 = -1, .sgr_mouse = -1, .trip_ms = -1, .ground_luma = -1};
}

void probe_sizes_again(struct probe *probe, const struct probe_env *env, struct buf *out)
{
    probe->done = false;
    probe->size_answers = 0;
    probe->now_w = probe->now_h = probe->max_w = probe->max_h = 0;
    probe->cell_w = probe->cell_h = probe->text_w = probe->text_h = 0;
    buf_add_string(out, takes_strings(env) ? SIZES LAST : LAST);
}

/* The numbers of `62;4;22` in exactly [at, end): how many, or -1 for anything else. */
static int read_numbers(const char *at, const char *end, int numbers[MAX_NUMBERS])
{
    int count = 0;
    bool digits = false;
    if (at == end)
        return 0;
    numbers[0] = 0;
    for (; at < end; at++) {
        if (*at >= '0' && *at <= '9' && numbers[count] < 100000) {
            numbers[count] = numbers[count] * 10 + (*at - '0');
            digits = true;
        } else if (*at == ';' && count + 1 < MAX_NUMBERS) {
            numbers[++count] = 0;
        } else {
            return -1;
        }
    }
    return digits ? count + 1 : -1;
}

static bool take_attributes(struct probe *probe, const int *numbers, int count)
{
    probe->done = true;
    for (int i = 1; i < count; i++) /* the first is the level: "4" there would be no sixel */
        if (numbers[i] == 4)
            probe->da1_sixel = true;
    return true;
}

/* CSI ? item ; status ; values S: status 0 is good. */
static bool take_graphics(struct probe *probe, const int *n, int count)
{
    if (count == 3 && n[0] == 1 && n[1] == 0) {
        probe->registers = n[2];
        return true;
    }
    if (count < 2 || n[0] != 2)
        return false;
    /* The question for the size now and the one for the limit have answers of one shape, in the
     * order of the questions. */
    bool now = probe->size_answers++ == 0;
    if (count != 4 || n[1] != 0 || n[2] > MAX_PICTURE_PX || n[3] > MAX_PICTURE_PX)
        return false;
    *(now ? &probe->now_w : &probe->max_w) = n[2];
    *(now ? &probe->now_h : &probe->max_h) = n[3];
    return true;
}

static bool take_window(struct probe *probe, const int *n, int count)
{
    if (count != 3 || n[1] <= 0 || n[2] <= 0 || n[1] > MAX_PICTURE_PX || n[2] > MAX_PICTURE_PX)
        return false;
    if (n[0] == 6) {
        probe->cell_h = n[1];
        probe->cell_w = n[2];
    } else if (n[0] == 4) {
        probe->text_h = n[1];
        probe->text_w = n[2];
    }
    return n[0] == 6 || n[0] == 4;
}

/* AT is behind `ESC [`, END behind the final byte. */
static bool take_csi(struct probe *probe, const char *at, const char *end)
{
    int numbers[MAX_NUMBERS];
    char final = end[-1];
    if (*at == '?' && final == 'y' && end - at > 2 && end[-2] == '$') {
        int count = read_numbers(at + 1, end - 2, numbers);
        if (count != 2 || (numbers[0] != 2026 && numbers[0] != 1006))
            return false;
        *(numbers[0] == 2026 ? &probe->sync2026 : &probe->sgr_mouse) = numbers[1];
        return true;
    }
    if (*at == '?' && (final == 'c' || final == 'S')) {
        int count = read_numbers(at + 1, end - 1, numbers);
        return count < 1      ? false
               : final == 'c' ? take_attributes(probe, numbers, count)
                              : take_graphics(probe, numbers, count);
    }
    if (final == 't')
        return take_window(probe, numbers, read_numbers(at, end - 1, numbers));
    return false;
}

/* "rgb:ffff/8080/00" behind `OSC 11 ;`, or "rgba:" with one more: each of 1 to 4 hexadecimal digits. */
static bool take_ground(struct probe *probe, const char *at, const char *end)
{
    static const double SHARES[] = {0.299, 0.587, 0.114}; /* Rec. 601 */
    double luma = 0;
    at = memchr(at, ':', (size_t)(end - at));
    for (int i = 0; at && i < 3; i++) {
        int value = 0, most = 0;
        for (at++; at < end && isxdigit((unsigned char)*at) && most < 0xffff; at++) {
            int digit = *at <= '9' ? *at - '0' : (*at | 0x20) - 'a' + 10;
            value = value * 16 + digit;
            most = most * 16 + 15;
        }
        if (!most || (i < 2 && (at == end || *at != '/')))
            return false;
        luma += SHARES[i] * value / most;
    }
    if (at)
        probe->ground_luma = (int)(255 * luma + 0.5);
    return at != NULL;
}

bool probe_answer(struct probe *probe, const char *answer, size_t length)
{
    static const char VERSION[] = "\x1bP>|", RGB[] = "\x1bP1+r524742",
                      KITTY[] = "\x1b_Gi=31;OK\x1b\\", GROUND[] = "\x1b]11;rgb";
    const char *end = answer + length;
    if (length > 3 && answer[0] == '\x1b' && answer[1] == '[')
        return take_csi(probe, answer + 2, end);
    if (length >= 6 && !memcmp(answer, VERSION, 4) && !memcmp(end - 2, "\x1b\\", 2)) {
        text_harmless(probe->name, sizeof probe->name, answer + 4, length - 6);
        return true;
    }
    if (length >= sizeof RGB + 1 && !memcmp(answer, RGB, sizeof RGB - 1))
        return probe->rgb = true;
    if (length > sizeof GROUND && !memcmp(answer, GROUND, sizeof GROUND - 1))
        return take_ground(probe, answer + sizeof GROUND - 1, end);
    if (length == sizeof KITTY - 1 && !memcmp(answer, KITTY, length))
        return probe->kitty_ok = true;
    return false;
}

static bool is_cell(int w, int h)
{
    return w >= 2 && h >= 4 && w <= MAX_CELL_PX && h <= MAX_CELL_PX;
}

static void decide_cell(
    const struct probe *probe, const struct tty_size *size, struct terminal *out)
{
    int rows = size->rows > 0 ? size->rows : 24, cols = size->cols > 0 ? size->cols : 80;
    /* A "size now" that equals the limit is only the limit (Konsole: 16384 x 16384). */
    bool exact = probe->now_w % cols == 0 && probe->now_h % rows == 0 &&
                 (probe->now_w != probe->max_w || probe->now_h != probe->max_h);
    const struct {
        int w, h;
    } found[] = {{exact ? probe->now_w / cols : 0, exact ? probe->now_h / rows : 0},
        {probe->cell_w, probe->cell_h}, {probe->text_w / cols, probe->text_h / rows},
        {size->width_px / cols, size->height_px / rows}, {GUESSED_CELL_W, GUESSED_CELL_H}};
    size_t i = 0;
    while (!is_cell(found[i].w, found[i].h))
        i++;
    out->cell_w_px = found[i].w;
    out->cell_h_px = found[i].h;
    out->cell_from = (enum terminal_cell)i;
}

/* Which terminals take which changes and end as after a whole repaint: seen with pictures on glass.
 * The unknown get what is right in most, and one whole repaint when the person rests. */
static const struct {
    const char *name, *term; /* how XTVERSION's answer or TERM begin; mlterm tells no name */
    enum terminal_graphics graphics;
    enum terminal_delta delta;
} PROVEN[] = {
    {"XTerm(", NULL, GRAPHICS_SIXEL, DELTA_PIXELS},
    {"foot(", NULL, GRAPHICS_SIXEL, DELTA_PIXELS},
    {NULL, "mlterm", GRAPHICS_SIXEL, DELTA_CELLS},
    {"Konsole", NULL, GRAPHICS_SIXEL, DELTA_BANDS},
    {"Konsole", NULL, GRAPHICS_KITTY, DELTA_BANDS},
    {"kitty(", NULL, GRAPHICS_KITTY, DELTA_CELLS},
};

static void decide_delta(
    const struct probe *probe, const struct probe_env *env, struct terminal *out)
{
    out->delta = DELTA_CELLS;
    out->proven = out->graphics == GRAPHICS_BLOCKS;
    for (size_t i = 0; i < sizeof PROVEN / sizeof *PROVEN; i++)
        if (PROVEN[i].name ? begins(probe->name, PROVEN[i].name)
                           : begins(env->term, PROVEN[i].term) && !probe->name[0]) {
            out->delta = PROVEN[i].delta;
            out->proven |= PROVEN[i].graphics == out->graphics;
        }
}

static const char *const WORDS[] = {[GRAPHICS_NONE] = "none",
    [GRAPHICS_BLOCKS] = "blocks",
    [GRAPHICS_SIXEL] = "sixel",
    [GRAPHICS_KITTY] = "kitty",
    [GRAPHICS_ITERM] = "iterm"};

const char *terminal_graphics_name(enum terminal_graphics graphics)
{
    return WORDS[graphics];
}

const char *terminal_delta_name(enum terminal_delta delta)
{
    static const char *const NAMES[] = {[DELTA_FULL] = "full",
        [DELTA_BANDS] = "bands",
        [DELTA_CELLS] = "cells",
        [DELTA_PIXELS] = "pixels"};
    return NAMES[delta];
}

const char *terminal_cell_name(enum terminal_cell from)
{
    static const char *const NAMES[] = {[CELL_BY_GRAPHICS] = "the size of its sixel area",
        [CELL_BY_QUERY] = "the terminal, asked for its cell",
        [CELL_BY_AREA] = "the terminal, asked for its text area",
        [CELL_BY_SYSTEM] = "the window size that the system keeps",
        [CELL_GUESSED] = "nobody: assumed"};
    return NAMES[from];
}

static bool is(const char *text, const char *word)
{
    return text && !strcmp(text, word);
}

/* The name of a terminal that takes iTerm2's pictures best, or NULL. Inside tmux and screen the names
 * are those of the terminal around, which sees no pictures. */
static const char *iterm_name(const struct probe *probe, const struct probe_env *env)
{
    if (is_multiplexed(env) || begins(probe->name, "tmux"))
        return NULL;
    if (begins(probe->name, "iTerm2") || is(env->lc_terminal, "iTerm2") ||
        is(env->term_program, "iTerm.app"))
        return "iTerm2";
    if (begins(probe->name, "WezTerm") || is(env->term_program, "WezTerm"))
        return "WezTerm";
    bool vscode = begins(probe->name, "xterm.js") || is(env->term_program, "vscode");
    return vscode && probe->da1_sixel ? "VS Code" : NULL; /* 4 only with the setting for images */
}

static const char *why_blocks(
    const struct probe *probe, const struct probe_env *env, const struct terminal *out)
{
    if (out->in_tmux)
        return "this tmux shows no pictures: 3.4 and later can, when built with sixel; outside of it "
               "there may be more";
    if (out->in_screen)
        return "GNU screen shows no pictures; outside of it there may be more";
    if (begins(probe->name, "XTerm("))
        return "this xterm has sixel switched off; start it as: xterm -ti vt340";
    if (is(env->term_program, "vscode"))
        return "the setting terminal.integrated.enableImages of VS Code is off";
    if (!probe->done)
        return "the terminal did not answer; --graphics=sixel, kitty or iterm if it can";
    return "the terminal names neither sixel nor kitty graphics";
}

static void decide_graphics(
    const struct probe *probe, const struct probe_env *env, struct terminal *out)
{
    const char *name = iterm_name(probe, env), *why;
    if (probe->kitty_ok && !name) { /* WezTerm answers OK, too, and knows it in part only */
        out->graphics = GRAPHICS_KITTY;
        why = "the terminal answered the query of kitty graphics with OK";
    } else if (name) {
        out->graphics = GRAPHICS_ITERM;
        why = name;
    } else if (probe->da1_sixel) {
        out->graphics = GRAPHICS_SIXEL;
        why = "the terminal names it among its features";
    } else if (begins(env->term, "dumb")) {
        out->graphics = GRAPHICS_NONE;
        why = "TERM is dumb";
    } else {
        out->graphics = GRAPHICS_BLOCKS;
        why = why_blocks(probe, env, out);
    }
    snprintf(out->why, sizeof out->why, "%s: %s%s", WORDS[out->graphics], name ? "this is " : "",
        why);
}

/* What stands between the program and the terminal, and hands GRAPHICS on neither to the glass nor
 * silently away: GNU screen prints sixels as text, tmux takes kitty's pictures for titles. Through
 * tmux's passthrough they would lie on the glass wherever the pane is, and stay when it is not. */
static const char *barrier(
    const struct probe *probe, const struct probe_env *env, enum terminal_graphics graphics)
{
    bool tmux = (env->tmux && *env->tmux) || begins(env->term, "tmux") ||
                begins(probe->name, "tmux");
    if (graphics <= GRAPHICS_BLOCKS || (graphics == GRAPHICS_SIXEL && probe->da1_sixel))
        return NULL;
    return tmux ? "tmux" : is_multiplexed(env) ? "GNU screen" : NULL;
}

static bool override_graphics(
    const struct probe *probe, const struct probe_env *env, struct terminal *out, struct err *err)
{
    const char *word = env->graphics;
    if (!word || !*word || !strcmp(word, "auto"))
        return true;
    int i = GRAPHICS_NONE;
    while (i < GRAPHICS_KINDS && strcmp(word, WORDS[i]) != 0)
        i++;
    if (i == GRAPHICS_KINDS)
        return err_set(err, ERR_USAGE,
            "--graphics=%.40s is not known: auto, sixel, kitty, iterm, blocks or none", word);
    const char *between = barrier(probe, env, (enum terminal_graphics)i);
    if (between)
        return err_set(err, ERR_USAGE,
            "--graphics=%s: %s, which is in between, does not show such pictures: run boxtop "
            "outside of it, or with --graphics=blocks",
            word, between);
    out->graphics = (enum terminal_graphics)i;
    snprintf(out->why, sizeof out->why, "%s: asked for by --graphics", WORDS[i]);
    return true;
}

bool probe_decide(
    const struct probe *probe, const struct probe_env *env, struct terminal *out, struct err *err)
{
    *out = (struct terminal){.answered = probe->done,
        .utf8 = env->utf8,
        .registers = probe->registers,
        .max_w_px = probe->max_w,
        .max_h_px = probe->max_h,
        .sync2026 = probe->sync2026 == 1 || probe->sync2026 == 2,
        .sgr_mouse = probe->sgr_mouse >= 1 && probe->sgr_mouse <= 3,
        .light = probe->ground_luma > LIGHT_LUMA,
        .trip_ms = probe->trip_ms,
        .in_tmux = (env->tmux && *env->tmux) || begins(probe->name, "tmux"),
        .in_screen = env->sty && *env->sty};
    memcpy(out->name, probe->name, sizeof out->name);
    const char *term = env->term ? env->term : "", *direct = strstr(term, "-direct");
    bool no_color = env->no_color && *env->no_color;
    bool said = env->colorterm &&
                (!strcmp(env->colorterm, "truecolor") || !strcmp(env->colorterm, "24bit"));
    out->truecolour = !no_color && (said || probe->rgb || (direct && !direct[7]));
    decide_cell(probe, &env->size, out);
    decide_graphics(probe, env, out);
    bool ok = override_graphics(probe, env, out, err);
    decide_delta(probe, env, out);
    return ok;
}

/* Reads what has come; false at the end of the input or when it is too much. */
static bool read_some(int fd, struct buf *read_bytes, struct input *input)
{
    char bytes[4096];
    ssize_t n = read(fd, bytes, sizeof bytes);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    return n > 0 && buf_add(read_bytes, bytes, (size_t)n) && input_feed(input, bytes, (size_t)n);
}

bool probe_ask(int in_fd, int out_fd, const struct probe_env *env, struct probe *probe,
    struct buf *read_bytes, struct err *err)
{
    struct buf questions;
    buf_init(&questions, 1024);
    probe_questions(env, &questions);
    bool good = tty_write(out_fd, questions.data, questions.length, err);
    buf_done(&questions);
    struct input input;
    input_init(&input);
    int64_t start = clock_ms(), end = start + PROBE_LIMIT_MS;
    for (int64_t left = PROBE_LIMIT_MS; good && !probe->done && left > 0; left = end - clock_ms()) {
        struct pollfd wait = {.fd = in_fd, .events = POLLIN};
        if (poll(&wait, 1, (int)left) > 0 && !read_some(in_fd, read_bytes, &input))
            break;
        struct event event;
        while (input_next(&input, &event))
            if (event.kind == EVENT_ANSWER)
                probe_answer(probe, event.text, event.length);
    }
    if (probe->done)
        probe->trip_ms = (int)(clock_ms() - start);
    input_done(&input);
    return good;
}
