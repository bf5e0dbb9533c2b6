/*
 * `boxtop probe`: what the terminal was found to be, and why.
 * Knows: terminal.h, the environment of a session. Must not know: how answers are read, screens.
 */
#include "app/print.h"
#include "app/terminal.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/json_writer.h"
#include "screen/paint.h"
#include "work/darkroom.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_OUTPUT_BYTES = 1 << 20, MOST_FACTS = 16, COLUMNS = 3 };

struct fact {
    const char *what, *value, *why;
};

struct facts {
    struct arena arena;
    struct fact items[MOST_FACTS];
    size_t count;
};

static void add(struct facts *facts, const char *what, const char *value, const char *why)
{
    facts->items[facts->count++] = (struct fact){what, value ? value : "", why ? why : ""};
}

static const char *size_of(struct facts *facts, int width, int height)
{
    return width > 0 ? arena_printf(&facts->arena, "%d x %d px", width, height) : "";
}

static const char *within(const struct terminal *terminal)
{
    const char *ssh = getenv("SSH_CONNECTION"), *tty = getenv("SSH_TTY");
    return terminal->in_tmux                ? "tmux"
           : terminal->in_screen            ? "GNU screen"
           : (ssh && *ssh) || (tty && *tty) ? "ssh"
                                            : "nothing";
}

/* "XTerm(379)", or what TERM says in parentheses. */
static void add_name(struct facts *facts, const struct terminal_talk *talk, int64_t took_ms)
{
    const char *term = talk->env.term && *talk->env.term ? talk->env.term : "not set";
    const char *name = talk->terminal.name;
    add(facts, "terminal", *name ? name : "nameless",
        arena_printf(&facts->arena, "TERM is %s; %s %d ms", term,
            talk->terminal.answered ? "it answered in" : "no answer within", (int)took_ms));
    add(facts, "inside of", within(&talk->terminal), "");
}

static const char *colours_of(
    struct facts *facts, const struct terminal *terminal, int text_colours)
{
    if (terminal_is_mono())
        return "none";
    return terminal->truecolour ? "16777216" : arena_printf(&facts->arena, "%d", text_colours);
}

static const char *why_changes(const struct terminal *terminal)
{
    if (terminal->graphics <= GRAPHICS_BLOCKS)
        return "";
    return terminal->proven ? "seen to leave what a whole repaint leaves"
                            : "not proven here: repainted whole when the keys rest";
}

static void add_decoding(struct facts *facts)
{
    struct darkroom *room = darkroom_new(NULL);
    add(facts, "decoding", room ? "apart" : "none",
        room ? darkroom_guards(room) : "no process can be started");
    darkroom_free(room);
}

/* TEXT_COLOURS: of terminfo. */
static void collect(
    struct facts *facts, const struct terminal_talk *talk, int text_colours, int64_t took_ms)
{
    const struct terminal *terminal = &talk->terminal;
    const char *why = strstr(terminal->why, ": "), *graphics;
    bool sixel = terminal->graphics == GRAPHICS_SIXEL;
    graphics = terminal_graphics_name(terminal->graphics);
    add_name(facts, talk, took_ms);
    add(facts, "pictures", graphics, why ? why + 2 : terminal->why);
    add(facts, "changes",
        terminal->graphics <= GRAPHICS_BLOCKS  ? "cells"
        : sixel                                ? terminal_delta_name(terminal->delta)
        : terminal->graphics == GRAPHICS_KITTY ? "placements"
                                               : "cells",
        why_changes(terminal));
    add(facts, "cell", size_of(facts, terminal->cell_w_px, terminal->cell_h_px),
        terminal_cell_name(terminal->cell_from));
    add(facts, "largest picture", size_of(facts, terminal->max_w_px, terminal->max_h_px),
        terminal->max_w_px ? "larger ones are sent in pieces" : "no limit told");
    add(facts, "registers",
        terminal->registers ? arena_printf(&facts->arena, "%d", terminal->registers) : "",
        terminal->registers ? "colours of one sixel" : "not told");
    add(facts, "colours", colours_of(facts, terminal, text_colours),
        terminal_is_mono()     ? "NO_COLOR is set"
        : terminal->truecolour ? "COLORTERM, TERM or the terminal says so"
                               : "of TERM's description");
    add(facts, "text", terminal->utf8 ? "UTF-8" : "ASCII",
        terminal->utf8 ? "" : "the locale is not UTF-8, and there is none that is");
    add(facts, "whole frames", terminal->sync2026 ? "yes" : "no", "synchronized output, mode 2026");
    static const char *const MOUSE[] = {
        [MOTION_NEVER] = "no", [MOTION_COSTLY] = "when asked", [MOTION_CHEAP] = "yes"};
    enum world_motion motion = terminal_motion(talk);
    add(facts, "mouse's motion", MOUSE[motion],
        motion == MOTION_NEVER    ? "the terminal does not say that it knows mode 1006"
        : motion == MOTION_COSTLY ? "its answers took long: p on the images screen"
                                  : "mode 1006, and answers come quickly");
    add_decoding(facts);
}

static void print_json(
    const struct facts *facts, const struct terminal_talk *talk, int64_t took_ms, struct buf *out)
{
    const struct terminal *terminal = &talk->terminal;
    struct json_writer json;
    json_writer_init(&json, out, true);
    json_writer_object(&json);
    for (size_t i = 0; i < facts->count; i++) {
        const struct fact *fact = &facts->items[i];
        json_writer_key(&json, fact->what);
        json_writer_object(&json);
        json_writer_key(&json, "value");
        json_writer_string(&json, *fact->value ? fact->value : NULL);
        json_writer_key(&json, "why");
        json_writer_string(&json, *fact->why ? fact->why : NULL);
        json_writer_object_end(&json);
    }
    const struct {
        const char *key;
        int value;
    } NUMBERS[] = {{"cell_width_px", terminal->cell_w_px}, {"cell_height_px", terminal->cell_h_px},
        {"rows", talk->env.size.rows}, {"cols", talk->env.size.cols}, {"answer_ms", (int)took_ms}};
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        json_writer_key(&json, NUMBERS[i].key);
        json_writer_int(&json, NUMBERS[i].value);
    }
    json_writer_object_end(&json);
    buf_add_char(out, '\n');
}

static void print_text(const struct facts *facts, enum print_format format, struct buf *out)
{
    static const char *const TITLES[COLUMNS] = {"what", "value", "why"};
    struct print_cell cells[MOST_FACTS * COLUMNS];
    for (size_t i = 0; i < facts->count; i++) {
        cells[i * COLUMNS] = (struct print_cell){.text = facts->items[i].what};
        cells[i * COLUMNS + 1] = (struct print_cell){.text = facts->items[i].value};
        cells[i * COLUMNS + 2] = (struct print_cell){.text = facts->items[i].why};
    }
    struct print_table table = {TITLES, COLUMNS, facts->count, cells};
    print_table(&table, format, out);
    if (format == PRINT_TABLE)
        buf_add_string(out,
            "\nxterm shows pictures when started as:\n"
            "  xterm -ti vt340 -xrm 'XTerm*maxGraphicSize: 4000x4000'\n"
            "another way than the one found: --graphics=sixel, kitty, iterm, blocks or none\n");
}

/* Colours that TERM's description has. A terminal that the painter cannot use has none. */
static int text_colours(int fd)
{
    struct painter_options options = {
        .term = getenv("TERM"), .out_fd = fd, .mono = terminal_is_mono()};
    struct theme theme;
    theme_builtin(&theme, "mono", NULL);
    struct painter *painter = painter_new(&options, &theme, NULL);
    int colours = painter ? painter_colours(painter) : 0;
    painter_free(painter);
    return colours;
}

/* Asks the terminal of this session, also when input and output are files or pipes. */
static bool ask(const struct settings *settings, struct terminal_talk *talk, int *colours,
    int64_t *took_ms, struct err *err)
{
    bool utf8 = paint_locale();
    struct buf typed;
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return err_set(err, ERR_UNSUPPORTED,
            "there is no terminal to ask: run boxtop probe in one (ssh -t HOST boxtop probe)");
    buf_init(&typed, INT32_MAX);
    int64_t start = clock_ms();
    bool ok = tty_open(fd, fd, err) && terminal_ask(settings, utf8, fd, fd, talk, &typed, err);
    *took_ms = clock_ms() - start;
    tty_close();
    buf_done(&typed);
    *colours = text_colours(fd);
    close(fd);
    return ok;
}

static int run(const struct settings *settings, char **operands)
{
    struct err err = {0};
    struct terminal_talk talk;
    struct facts facts = {0};
    enum print_format format;
    int colours = 0;
    int64_t took_ms = 0;
    bool ok = !*operands || err_set(&err, ERR_USAGE, "probe takes no words: try boxtop probe");
    ok = ok && print_format_parse(settings->format, &format, &err) &&
         ask(settings, &talk, &colours, &took_ms, &err);
    if (ok) {
        struct buf out;
        buf_init(&out, MOST_OUTPUT_BYTES);
        collect(&facts, &talk, colours, took_ms);
        if (format == PRINT_JSON)
            print_json(&facts, &talk, took_ms, &out);
        else
            print_text(&facts, format, &out);
        ok = print_flush(&out, &err);
        buf_done(&out);
    }
    arena_done(&facts.arena);
    if (ok)
        return EXIT_FINE;
    say_error(&err);
    return err.code == ERR_USAGE ? EXIT_WRONG_USAGE : EXIT_UNREADABLE;
}

const struct command command_probe = {
    .name = "probe",
    .operands = "",
    .summary = "what the terminal can show and why, and how to start xterm with pictures",
    .accepts = "graphics format",
    .run = run,
};
