/*
 * `boxtop [PATH...]`: opens the screen; without a terminal, the same as `ls`.
 * Knows: how terminal, service and loop are put together. Must not know: what a screen shows.
 */
#include "app/command.h"
#include "app/keys.h"
#include "app/loop.h"
#include "app/terminal.h"
#include "base/buf.h"
#include "screen/clipboard.h"
#include "screen/paint.h"
#include "view/session.h"
#include "work/darkroom.h"
#include "work/scan.h"
#include "work/settings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const struct command command_ls;

/* The person's settings for these roots, into OUT. What cannot be read is left alone and not said:
 * the screen opens as it does for the first time, and says it when it comes to be written. */
static void read_settings(const char *const *roots, size_t count, struct buf *out)
{
    struct arena arena = {0};
    char *path = settings_path(&arena, roots, count, NULL);
    if (path && !settings_read(path, out, NULL))
        buf_clear(out);
    arena_done(&arena);
}

/* What the person keeps for themselves, read before the screen opens. */
struct own {
    struct arena arena;
    struct boards *boards;
    struct boards_paths paths;
    struct remap remap;
    struct buf settings; /* JSON text; empty for none */
    char trouble[SESSION_MESSAGE_BYTES];
};

static bool read_own(
    struct own *own, const char *const *roots, size_t count, struct err *err)
{
    char of_keys[SESSION_MESSAGE_BYTES];
    own->paths = boards_find_paths(&own->arena, roots, count);
    own->boards = boards_new(err);
    if (!own->boards)
        return false;
    read_settings(roots, count, &own->settings);
    boards_load(
        own->boards, &own->paths, own->settings.data, own->trouble, sizeof own->trouble);
    keys_read(&own->paths, &own->remap, of_keys, sizeof of_keys);
    if (!own->trouble[0])
        memcpy(own->trouble, of_keys, sizeof own->trouble);
    return true;
}

/* --theme, else the one chosen last for these roots, else the default: then *CHOSEN is false. */
static bool choose_theme(const struct settings *settings, const struct boards *boards,
    struct theme *theme, bool *chosen, struct err *err)
{
    const char *kept = boards->kept.theme;
    *chosen = settings->theme || terminal_is_mono();
    if (!*chosen && *kept && theme_builtin(theme, kept, NULL))
        return *chosen = true;
    const char *usual = theme_default_name(getenv("NO_COLOR"));
    return theme_load(theme, settings->theme ? settings->theme : usual, err);
}

static bool run_screen(const struct settings *settings, const char *const *roots, size_t count,
    struct own *own, struct darkroom *room, bool utf8, struct err *err)
{
    struct theme theme_read, *theme = &theme_read;
    bool chosen;
    if (!choose_theme(settings, own->boards, theme, &chosen, err))
        return false;
    struct terminal_talk talk;
    const struct terminal *terminal = &talk.terminal;
    struct buf typed;
    buf_init(&typed, INT32_MAX);
    bool ok = tty_open(STDIN_FILENO, STDOUT_FILENO, err) &&
              terminal_ask(settings, utf8, STDIN_FILENO, STDOUT_FILENO, &talk, &typed, err);
    if (ok && !chosen && terminal->light)
        theme_builtin(theme, "light", NULL);
    struct painter_options options = {.term = getenv("TERM"),
        .out_fd = STDOUT_FILENO,
        .sync2026 = ok && terminal->sync2026,
        .mono = terminal_is_mono()};
    struct painter *painter = ok ? painter_new(&options, theme, err) : NULL;
    struct tty_options tty = {
        .mouse = !settings->no_mouse, .kitty = ok && terminal->graphics == GRAPHICS_KITTY};
    ok = painter && tty_enter(&tty, err);
    struct service *service = NULL;
    struct service_settings wanted = {.index = {.roots = roots,
                                          .root_count = count,
                                          .ground_truth = settings->ground_truth,
                                          .images = settings->images,
                                          .evaluate = true},
        .index_path = settings->index};
    if (ok) {
        wanted.terminal = terminal_easel(terminal, painter_colours(painter));
        wanted.room = room;
        service = service_new(&wanted, err);
    }
    if (service) {
        struct loop_settings loop = {service, painter, theme, &talk,
            roots, count, own->settings.data,
            terminal->answered && clipboard_is_safe(options.term, getenv("STY")), typed.data,
            typed.length, own->boards, own->paths, &own->remap, own->trouble};
        own->boards = NULL; /* the loop's now */
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
    size_t count = 0;
    while (operands[count])
        count++;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return command_ls.run(settings, operands);
    bool utf8 = paint_locale();
    const char *const *roots = count ? (const char *const *)operands : HERE;
    struct own own = {0};
    buf_init(&own.settings, SETTINGS_MOST_BYTES);
    struct darkroom *room = NULL;
    int status = EXIT_FINE;
    if (!check_paths(operands, &err))
        status = EXIT_UNREADABLE;
    else if (!read_own(&own, roots, count ? count : 1, &err) || !(room = darkroom_new(&err)) ||
             !run_screen(settings, roots, count ? count : 1, &own, room, utf8, &err))
        status = err.code == ERR_USAGE ? EXIT_WRONG_USAGE : EXIT_UNREADABLE;
    darkroom_free(room);
    boards_free(own.boards);
    remap_done(&own.remap);
    buf_done(&own.settings);
    arena_done(&own.arena);
    if (err.code)
        say_error(&err);
    return status;
}

const struct command command_open = {
    .name = "open",
    .operands = "[PATH...]",
    .summary = "open the screen on the runs below PATH; without a terminal, the same as ls",
    .accepts = "index gt images theme graphics no-mouse format sort filter columns "
               "baseline group-by best constraint all",
    .run = run,
};
