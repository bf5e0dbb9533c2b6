#include "app/terminal.h"

#include <stdlib.h>

bool terminal_ask(const struct settings *settings, bool utf8, int in_fd, int out_fd,
    struct terminal_talk *out, struct buf *typed, struct err *err)
{
    *out = (struct terminal_talk){.env = {.graphics = settings->graphics,
                                      .term = getenv("TERM"),
                                      .colorterm = getenv("COLORTERM"),
                                      .no_color = getenv("NO_COLOR"),
                                      .tmux = getenv("TMUX"),
                                      .sty = getenv("STY"),
                                      .term_program = getenv("TERM_PROGRAM"),
                                      .lc_terminal = getenv("LC_TERMINAL"),
                                      .utf8 = utf8}};
    probe_init(&out->probe);
    out->out_fd = out_fd;
    out->mouse = !settings->no_mouse;
    tty_get_size(out_fd, &out->env.size);
    return probe_ask(in_fd, out_fd, &out->env, &out->probe, typed, err) &&
           probe_decide(&out->probe, &out->env, &out->terminal, err);
}

/* Decides again; true when that changes how pictures are shown. */
static bool decide(struct terminal_talk *talk)
{
    struct terminal before = talk->terminal, *now = &talk->terminal;
    probe_decide(&talk->probe, &talk->env, now, NULL); /* the word was known the first time */
    now->answered |= before.answered;
    return now->graphics != before.graphics || now->cell_w_px != before.cell_w_px ||
           now->cell_h_px != before.cell_h_px || now->max_w_px != before.max_w_px ||
           now->max_h_px != before.max_h_px;
}

bool terminal_resized(struct terminal_talk *talk, const struct tty_size *size)
{
    talk->env.size = *size;
    if (!talk->terminal.answered)
        return decide(talk);
    struct buf questions;
    buf_init(&questions, 1024);
    probe_sizes_again(&talk->probe, &talk->env, &questions);
    talk->asked_again = true;
    tty_write(
        talk->out_fd, questions.data, questions.length, NULL); /* the next frame would tell */
    buf_done(&questions);
    return false;
}

bool terminal_answered(struct terminal_talk *talk, const char *answer, size_t length)
{
    bool closing = talk->asked_again || !talk->terminal.answered;
    if (!probe_answer(&talk->probe, answer, length) || (closing && !talk->probe.done))
        return false; /* half of the answers would be taken for the truth */
    talk->asked_again = false;
    return decide(talk);
}

struct easel_terminal terminal_easel(const struct terminal *terminal, int text_colours)
{
    static const enum easel_graphics GRAPHICS[] = {[GRAPHICS_NONE] = EASEL_NONE,
        [GRAPHICS_BLOCKS] = EASEL_BLOCKS,
        [GRAPHICS_SIXEL] = EASEL_SIXEL,
        [GRAPHICS_KITTY] = EASEL_KITTY,
        [GRAPHICS_ITERM] = EASEL_ITERM};
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

enum world_motion terminal_motion(const struct terminal_talk *talk)
{
    enum { CHEAP_TRIP_MS = 250 };
    const struct terminal *terminal = &talk->terminal;
    if (!talk->mouse || !terminal->sgr_mouse)
        return MOTION_NEVER;
    return terminal->trip_ms <= CHEAP_TRIP_MS ? MOTION_CHEAP : MOTION_COSTLY;
}

bool terminal_is_mono(void)
{
    const char *no_color = getenv("NO_COLOR");
    return no_color && *no_color;
}
