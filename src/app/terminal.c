#include "app/terminal.h"

#include <stdlib.h>
#include <unistd.h>

bool terminal_ask(const struct settings *settings, bool utf8, struct terminal *out,
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
    return probe_ask(STDIN_FILENO, STDOUT_FILENO, &env, &probe, typed, err) &&
           probe_decide(&probe, &env, out, err);
}

struct easel_terminal terminal_easel(const struct terminal *terminal, int text_colours)
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

bool terminal_is_mono(void)
{
    const char *no_color = getenv("NO_COLOR");
    return no_color && *no_color;
}
