/*
 * Random keys, mouse, pastes and sizes: no view crashes, leaks or hangs, whatever comes.
 * Knows: the stage, what a terminal can send. Must not know: what any of it does.
 *
 * BOXTOP_RANDOM_EVENTS and BOXTOP_RANDOM_SEED play more of it, or another one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/num.h"
#include "made_runs.h"
#include "stage.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS = 4000, MOST_ROWS = 100, MOST_COLS = 300, MOST_WORN_RUNS = 3 };

/* xorshift64: the same course on every machine. */
struct dice {
    uint64_t state;
};

static uint64_t throw_dice(struct dice *dice)
{
    dice->state ^= dice->state << 13;
    dice->state ^= dice->state >> 7;
    dice->state ^= dice->state << 17;
    return dice->state;
}

static int below(struct dice *dice, int most)
{
    return (int)(throw_dice(dice) % (uint64_t)most);
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    double value;
    return text && num_parse(text, strlen(text), &value) && value >= 1 ? (uint64_t)value
                                                                       : otherwise;
}

/* One of the names in a random row of ROWS. */
static struct event named_key(struct dice *dice, const struct key_row *rows)
{
    struct event event = {.kind = EVENT_KEY};
    int count = 0;
    while (rows[count].keys)
        count++;
    const char *at = rows[below(dice, count)].keys;
    const char *blank = strchr(at, ' ');
    if (blank && below(dice, 2))
        at = blank + 1;
    key_parse(at, strcspn(at, " "), &event.key, &event.mods);
    return event;
}

static struct event any_key(struct dice *dice)
{
    static const int32_t CHARACTERS[] = {' ', '~', 0xe9, 0x6f22, 0x301, 0x202e, 0x1f697, 0x7f, 0};
    struct event event = {
        .kind = EVENT_KEY, .mods = (uint8_t)(below(dice, 4) ? 0 : below(dice, 8))};
    int kind = below(dice, 4);
    if (kind == 0)
        event.key = KEY_ENTER + below(dice, KEY_F12 - KEY_ENTER + 1);
    else if (kind == 1)
        event.key = CHARACTERS[below(dice, sizeof CHARACTERS / sizeof *CHARACTERS)];
    else
        event.key = ' ' + below(dice, 95);
    return event;
}

static struct event any_mouse(struct dice *dice, const struct grid *grid)
{
    struct event event = {.kind = EVENT_MOUSE,
        .action = (enum mouse_action)below(dice, MOUSE_WHEEL + 1),
        .button = (uint8_t)(1 + below(dice, 3)),
        .mods = (uint8_t)(below(dice, 8) ? 0 : below(dice, 8)),
        /* a terminal that has just shrunk still tells of places outside */
        .row = below(dice, grid->rows + 2),
        .col = below(dice, grid->cols + 2)};
    if (event.action == MOUSE_WHEEL) {
        event.wheel_rows = below(dice, 3) - 1;
        event.wheel_cols = event.wheel_rows ? 0 : below(dice, 3) - 1;
    }
    return event;
}

static struct event any_paste(struct dice *dice)
{
    static const char *const TEXTS[] = {"", "AP>=0.1 & lr<1e-3", "\x1b[2J\x1b]52;c;x\x07",
        "\xff\xfe\xc3", "line\nline\r\n\ttab", "\xe2\x80\xae\xe2\x80\xa8",
        "\xe6\xbc\xa2\xe5\xad\x97 e\xcc\x81\xcc\x82\xcc\x83", "((((((((", ".5", "1e999 -inf nan",
        "name~ status= !=", "q Q \x03\x04"};
    static char flood[5000];
    if (below(dice, 10) == 0) {
        memset(flood, 'a' + below(dice, 26), sizeof flood);
        return (struct event){.kind = EVENT_PASTE, .text = flood, .length = sizeof flood};
    }
    const char *text = TEXTS[below(dice, sizeof TEXTS / sizeof *TEXTS)];
    return (struct event){.kind = EVENT_PASTE, .text = text, .length = strlen(text)};
}

static void send_one(struct dice *dice, struct stage *stage)
{
    int kind = below(dice, 100);
    struct event event;
    if (kind < 2) {
        stage_resize(stage, 1 + below(dice, MOST_ROWS), 1 + below(dice, MOST_COLS));
        event = (struct event){.kind = EVENT_RESIZE};
    } else if (kind < 50) {
        const struct key_row *tables[] = {
            stage_keys_now(stage), stage_view(stage)->keys, view_move_keys, stage_keys};
        event = named_key(dice, tables[below(dice, 4)]);
    } else if (kind < 70) {
        event = any_key(dice);
    } else if (kind < 95) {
        event = any_mouse(dice, stage_grid(stage));
    } else {
        event = any_paste(dice);
    }
    stage_event(stage, &event);
}

/* Everything that was drawn is inside, whole, and of a role that is there. */
static void check_grid(const struct grid *grid)
{
    for (int row = 0; row < grid->rows; row++)
        for (int col = 0; col < grid->cols; col++) {
            const struct cell *cell = &grid->cells[row * grid->cols + col];
            assert_true(cell->role < STYLE_ROLES);
            assert_true(cell->cols <= 2);
            assert_false(cell->cols == 2 && (col + 1 == grid->cols || cell[1].cols != 0));
            assert_false(cell->cols == 0 && (col == 0 || cell[-1].cols != 2));
        }
    assert_true(
        !grid->cursor_shown || rect_holds(grid_rect(grid), grid->cursor_row, grid->cursor_col));
}

static void open_again(struct dice *dice, struct stage *stage, const struct view *view)
{
    const struct runs *runs = stage_world(stage)->runs;
    int which = below(dice, (int)runs->count + 1);
    stage_open(stage, view, which ? runs->rows[which - 1].id : 0);
}

/* EVENTS events on VIEW (opened again when it closes); the runs change under it now and then. */
static void play(const struct view *view, uint64_t salt)
{
    static const char *const RUNS[MOST_WORN_RUNS] = {"boxes", "names", "gaps"};
    struct dice dice = {setting("BOXTOP_RANDOM_SEED", 20240501) * 2654435761u + salt};
    uint64_t events = setting("BOXTOP_RANDOM_EVENTS", EVENTS);
    struct stage_settings settings = {.store = made_runs("boxes")->store,
        /* small cells: a picture costs time, and what it shows does not matter here */
        .terminal = {.graphics = EASEL_KITTY,
            .cell_width_px = 1,
            .cell_height_px = 2,
            .colours = 256,
            .utf8 = true},
        .rows = 40,
        .cols = 140};
    struct stage *stage = stage_new(&settings);
    for (uint64_t i = 0; i < events; i++) {
        if (!stage_view(stage) || (view != views[0] && stage_view(stage) == views[0]))
            open_again(&dice, stage, view);
        send_one(&dice, stage);
        if (below(&dice, 200) == 0)
            stage_reload(stage, made_runs(RUNS[below(&dice, MOST_WORN_RUNS)])->store);
        stage_frame(stage);
        if (i % 16 == 0)
            check_grid(stage_grid(stage));
    }
    stage_free(stage);
}

static void test_view(void **state)
{
    const struct view *const *view = *state;
    play(*view, (uint64_t)(view - views) + 1);
}

/* From the table, as a person would: whatever opens is played on. */
static void test_stack(void **state)
{
    (void)state;
    play(views[0], 1000);
}

int main(void)
{
    struct CMUnitTest tests[32] = {{"stack", test_stack, NULL, NULL, NULL}};
    size_t count = 1;
    for (const struct view *const *view = views; *view && count < 32; view++)
        tests[count++] = (struct CMUnitTest){(*view)->name, test_view, NULL, NULL, (void *)view};
    return _cmocka_run_group_tests("views", tests, count, NULL, NULL);
}
