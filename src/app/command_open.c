/*
 * `boxtop [PATH...]`: opens the screen; without a terminal, the same as `ls`.
 * Knows: how terminal, service and loop are put together. Must not know: what a screen shows.
 */
#include "app/command.h"
#include "app/loop.h"
#include "base/buf.h"
#include "screen/paint.h"
#include "screen/probe.h"
#include "work/scan.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const struct command command_ls;

/* What the terminal answered, in the words of the easel. */
static struct easel_terminal easel_terminal_of(const struct terminal *terminal, int text_colours)
{
    static const enum easel_graphics GRAPHICS[] = {[GRAPHICS_NONE] = EASEL_NONE,
        [GRAPHICS_BLOCKS] = EASEL_BLOCKS,
        [GRAPHICS_SIXEL] = EASEL_SIXEL,
        [GRAPHICS_KITTY] = EASEL_KITTY};
    static const enum easel_delta DELTAS[] = {[DELTA_FULL] = EASEL_FULL,
        [DELTA_BANDS] = EASEL_BANDS,
        [DELTA_CELLS] = EASEL_CELLS,
        [DELTA_PIXELS] = EASEL_PIXELS};
    return (struct easel_terminal){
        .graphics = GRAPHICS[terminal->graphics],
        .delta = DELTAS[terminal->delta],
        .cell_width_px = terminal->cell_w_px,
        .cell_height_px = terminal->cell_h_px,
        .max_width_px = terminal->max_w_px,
        .max_height_px = terminal->max_h_px,
        .colours = terminal->truecolour ? 1 << 24 : text_colours,
        .utf8 = terminal->utf8,
    };
}

static bool ask_terminal(const struct settings *settings, bool utf8, struct terminal *terminal,
    struct buf *typed, struct err *err)
{
    struct probe probe;
    struct probe_env env = {.graphics = settings->graphics,
        .term = getenv("TERM"),
        .colorterm = getenv("COLORTERM"),
        .no_color = getenv("NO_COLOR"),
        .tmux = getenv("TMUX"),
        .utf8 = utf8};
    probe_init(&probe);
    tty_get_size(STDOUT_FILENO, &env.size);
    return probe_ask(STDIN_FILENO, STDOUT_FILENO, &probe, typed, err) &&
           probe_decide(&probe, &env, terminal, err);
}

static bool is_no_colour(void)
{
    const char *no_color = getenv("NO_COLOR");
    return no_color && *no_color;
}

static bool run_screen(const struct settings *settings, const char *const *roots, size_t count,
    const struct theme *theme, bool utf8, struct err *err)
{
    struct terminal terminal;
    struct buf typed;
    buf_init(&typed, INT32_MAX);
    bool ok = tty_open(STDIN_FILENO, STDOUT_FILENO, err) &&
              ask_terminal(settings, utf8, &terminal, &typed, err);
    struct painter_options options = {.term = getenv("TERM"),
        .out_fd = STDOUT_FILENO,
        .sync2026 = ok && terminal.sync2026,
        .mono = is_no_colour()};
    struct painter *painter = ok ? painter_new(&options, theme, err) : NULL;
    struct tty_options tty = {
        .mouse = !settings->no_mouse, .kitty = ok && terminal.graphics == GRAPHICS_KITTY};
    ok = painter && tty_enter(&tty, err);
    struct service *service = NULL;
    struct service_settings wanted = {.index = {.roots = roots,
                                          .root_count = count,
                                          .ground_truth = settings->ground_truth,
                                          .images = settings->images,
                                          .evaluate = true},
        .index_path = settings->index};
    if (ok) {
        wanted.terminal = easel_terminal_of(&terminal, painter_colours(painter));
        service = service_new(&wanted, err);
    }
    if (service) {
        struct loop_settings loop = {service, painter, theme, &terminal, &wanted.terminal, tty,
            roots, count, typed.data, typed.length};
        ok = loop_run(&loop, err);
    }
    tty_close();
    service_free(service);
    painter_free(painter);
    buf_done(&typed);
    return ok && service;
}

/* What cannot be opened is said before the screen is switched. */
static bool check_paths(char **paths, struct err *err)
{
    struct arena arena = {0};
    bool ok = true;
    for (; *paths && ok; paths++)
        ok = scan_absolute(&arena, *paths, err) != NULL;
    arena_done(&arena);
    return ok;
}

static int run(const struct settings *settings, char **operands)
{
    static const char *const HERE[] = {"."};
    struct err err = {0};
    struct theme theme;
    size_t count = 0;
    while (operands[count])
        count++;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return command_ls.run(settings, operands);
    bool utf8 = paint_locale();
    const char *name = settings->theme ? settings->theme : theme_default_name(getenv("NO_COLOR"));
    int status = EXIT_FINE;
    if (!check_paths(operands, &err))
        status = EXIT_UNREADABLE;
    else if (!theme_load(&theme, name, &err) ||
             !run_screen(settings, count ? (const char *const *)operands : HERE, count ? count : 1,
                 &theme, utf8, &err))
        status = err.code == ERR_USAGE ? EXIT_WRONG_USAGE : EXIT_UNREADABLE;
    if (err.code)
        say_error(&err);
    return status;
}

const struct command command_open = {
    .name = "open",
    .operands = "[PATH...]",
    .summary = "open the screen on the runs below PATH; without a terminal, the same as ls",
    .accepts = "index gt images theme graphics no-mouse format sort filter columns",
    .run = run,
};
