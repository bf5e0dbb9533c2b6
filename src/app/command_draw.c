/*
 * `boxtop draw`: images with their boxes, to the terminal or into a PNG.
 * Knows: drawings, sheets, the easel. Must not know: what is on a picture.
 */
#include "app/drawing.h"
#include "app/terminal.h"
#include "base/text.h"
#include "screen/paint.h"
#include "work/darkroom.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BYTES = 64 << 20, ROWS_LEFT_FREE = 2 };

/* The text in raw mode: a new line does not return to its beginning. */
static bool write_text(const char *text, struct err *err)
{
    return tty_write(STDOUT_FILENO, text, strlen(text), err);
}

/* TEXT at a cell, harmless and cut at COLS. */
static bool write_at(int row, int col, int cols, const char *text, struct err *err)
{
    char fitting[SHEET_LINE_BYTES * 4], bytes[sizeof fitting + 32];
    text_fit(fitting, sizeof fitting, text, strlen(text), cols);
    snprintf(bytes, sizeof bytes, "\033[%d;%dH%s", row + 1, col + 1, fitting);
    return write_text(bytes, err);
}

/* Where the pictures stand on a screen: a line of text above each, one more for the heading. */
struct layout {
    int top, text, rows, cols; /* of the whole; then of one picture */
};

static struct layout lay_out(const struct sheet *sheet, const struct tty_size *size)
{
    int across = (int)sheet->cols, down = (int)((sheet->count + sheet->cols - 1) / sheet->cols);
    struct layout layout = {.top = sheet->heading[0] != '\0', .text = !sheet->bare};
    layout.rows = (size->rows - ROWS_LEFT_FREE - layout.top) / down - layout.text;
    layout.cols = size->cols / across - (across > 1);
    return layout;
}

static int tile_row(const struct sheet *sheet, const struct layout *layout, size_t i)
{
    return layout->top + layout->text + (int)(i / sheet->cols) * (layout->rows + layout->text);
}

static int tile_col(const struct sheet *sheet, const struct layout *layout, size_t i)
{
    return (int)(i % sheet->cols) * (layout->cols + 1);
}

/* On a sheet a picture that cannot be had is a place left empty: FAILED[i] says why. */
static bool place_tiles(const struct sheet *sheet, const struct layout *layout,
    const struct easel_terminal *terminal, struct darkroom *room, struct easel_scene *scene,
    struct photo *failed[EASEL_MOST_TILES], struct err *err)
{
    int32_t width, height;
    if (layout->rows < 1 || layout->cols < 1 || sheet->count > EASEL_MOST_TILES)
        return err_set(err, ERR_LIMIT,
            "this terminal is too small for %zu pictures: write them with -o FILE.png", sheet->count);
    easel_room(terminal, layout->rows, layout->cols, &width, &height);
    for (size_t i = 0; i < sheet->count; i++) {
        struct photo *photo = photo_load(room, sheet->tiles[i].path, width, height, false);
        if (!photo)
            return err_set(err, ERR_MEMORY, "out of memory");
        if (!photo->pixels) {
            failed[i] = photo;
            if (sheet->count == 1)
                return err_set(err, ERR_IO, "%.200s", photo->trouble);
            continue;
        }
        struct easel_tile *tile = easel_scene_add(scene), *boxes = &sheet->tiles[i].boxes;
        *tile = *boxes;
        *boxes = (struct easel_tile){0}; /* they are the scene's now */
        tile->fine = true;
        tile->rows = layout->rows;
        tile->cols = layout->cols;
        tile->row = tile_row(sheet, layout, i);
        tile->col = tile_col(sheet, layout, i);
        tile->photo = photo;
    }
    return true;
}

static bool write_captions(const struct sheet *sheet, const struct layout *layout,
    struct photo *const failed[EASEL_MOST_TILES], int cols, struct err *err)
{
    bool ok = !layout->top || write_at(0, 0, cols, sheet->heading, err);
    for (size_t i = 0; ok && i < sheet->count; i++) {
        const struct sheet_tile *tile = &sheet->tiles[i];
        char title[SHEET_LINE_BYTES * 4], line[sizeof title + SHEET_LINE_BYTES + 2];
        int row = tile_row(sheet, layout, i), col = tile_col(sheet, layout, i);
        int left = layout->cols - (int)strlen(tile->lines[1]) - 2; /* the name is cut, not the counts */
        text_fit(title, sizeof title, tile->lines[0], strlen(tile->lines[0]), left < 4 ? 4 : left);
        snprintf(line, sizeof line, "%s  %s", title, tile->lines[1]);
        ok = !layout->text || write_at(row - 1, col, layout->cols, line, err);
        if (ok && failed[i])
            ok = write_at(row + layout->rows / 2, col, layout->cols, failed[i]->trouble, err);
    }
    return ok;
}

/* Scrolls the screen free, paints at its top, leaves the cursor below. */
static bool paint_on_terminal(const struct easel_terminal *terminal, const struct sheet *sheet,
    struct darkroom *room, const struct tty_size *size, struct err *err)
{
    struct layout layout = lay_out(sheet, size);
    struct easel_scene *scene = easel_scene_new();
    struct easel *easel = scene ? easel_new(terminal, NULL, err) : NULL;
    struct photo *failed[EASEL_MOST_TILES] = {NULL};
    struct buf bytes;
    char below[32];
    buf_init(&bytes, MOST_BYTES);
    bool ok = (scene || err_set(err, ERR_MEMORY, "out of memory")) && easel &&
              place_tiles(sheet, &layout, terminal, room, scene, failed, err) &&
              easel_paint(easel, scene, true, &bytes, err);
    for (int i = 0; ok && i < size->rows; i++)
        ok = write_text("\r\n", err);
    snprintf(below, sizeof below, "\033[%d;1H", size->rows - ROWS_LEFT_FREE + 1);
    ok = ok && tty_write(STDOUT_FILENO, bytes.data, bytes.length, err) &&
         write_captions(sheet, &layout, failed, size->cols, err) && write_text(below, err);
    for (size_t i = 0; i < EASEL_MOST_TILES; i++)
        photo_release(failed[i]);
    buf_done(&bytes);
    easel_free(easel);
    easel_scene_free(scene);
    return ok;
}

static bool show_on_terminal(const struct settings *settings, const struct sheet *sheet,
    struct darkroom *room, struct err *err)
{
    struct terminal_talk talk;
    struct tty_size size;
    struct buf typed;
    buf_init(&typed, INT32_MAX);
    bool utf8 = paint_locale();
    tty_get_size(STDOUT_FILENO, &size);
    bool ok = tty_open(STDIN_FILENO, STDOUT_FILENO, err) &&
              terminal_ask(settings, utf8, STDIN_FILENO, STDOUT_FILENO, &talk, &typed, err);
    if (ok) {
        struct easel_terminal easel = terminal_easel(&talk.terminal, terminal_is_mono() ? 0 : 256);
        ok = easel.graphics == EASEL_NONE
                 ? err_set(err, ERR_UNSUPPORTED,
                       "this terminal shows no pictures: write one with -o FILE.png")
                 : paint_on_terminal(&easel, sheet, room, &size, err);
    }
    tty_close();
    buf_done(&typed);
    return ok;
}

/* What the captions say, for those who read. */
static void print_captions(const struct drawing *drawing)
{
    const struct sheet *sheet = &drawing->sheet;
    for (size_t i = 0; i < sheet->count; i++) {
        char title[SHEET_LINE_BYTES * 4];
        const char *line = sheet->tiles[i].lines[0];
        text_harmless(title, sizeof title, line, strlen(line));
        printf("%s  %s%s\n", sheet->tiles[i].lines[1], sheet->bare ? "at " : "",
            sheet->bare ? drawing->at : title);
    }
    if (!sheet->bare)
        printf("at %s\n", drawing->at);
}

/* An image that is not here is a place left empty on a sheet, but one alone is an error. */
static bool is_here(const struct sheet *sheet, struct err *err)
{
    return !sheet->bare || sheet->tiles[0].path ||
           err_set(err, ERR_IO, "the image file is not here: name its folder with --images DIR");
}

static bool draw(const struct settings *settings, char **operands, struct err *err)
{
    struct drawing drawing;
    if (!settings->output && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)))
        return err_set(
            err, ERR_USAGE, "standard output is no terminal: write a PNG with -o FILE.png");
    struct darkroom *room = darkroom_new(err); /* before gathering starts threads */
    if (!room)
        return false;
    bool ok = drawing_make(settings, operands, &drawing, err) && is_here(&drawing.sheet, err) &&
              (settings->output ? sheet_write_png(&drawing.sheet, room, settings->output, err)
                                : show_on_terminal(settings, &drawing.sheet, room, err));
    if (ok && (settings->output || drawing.sheet.bare)) /* on a screen they stand by the pictures */
        print_captions(&drawing);
    drawing_done(&drawing);
    darkroom_free(room);
    return ok;
}

static int run(const struct settings *settings, char **operands)
{
    struct err err = {0};
    if (draw(settings, operands, &err))
        return EXIT_FINE;
    say_error(&err);
    return err.code == ERR_USAGE ? EXIT_WRONG_USAGE : EXIT_UNREADABLE;
}

const struct command command_draw = {
    .name = "draw",
    .operands = "RUN... IMAGE | --grid CxR RUN",
    .summary = "images with their boxes, to the terminal or a PNG: a run's, several beside the ground truth",
    .accepts = FINDING_ACCEPTS " steps grid graphics theme output",
    .examples =
        "  boxtop draw RUN IMAGE -o figure.png            in the image's own size\n"
        "  boxtop draw A B IMAGE                          ground truth, A and B side by side\n"
        "  boxtop draw A B IMAGE --compare                both on one picture\n"
        "  boxtop draw RUN IMAGE --steps -o steps.png     at every step\n"
        "  boxtop draw RUN --grid 4x3 --sort FP -o worst.png\n",
    .run = run,
};
