/*
 * `boxtop draw`: one image with its boxes, to the terminal or into a PNG.
 * Knows: a study, the gallery, the easel. Must not know: event loops.
 */
#include "app/gather.h"
#include "app/pick.h"
#include "app/terminal.h"
#include "screen/paint.h"
#include "screen/theme.h"
#include "work/gallery.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BYTES = 64 << 20, ROWS_LEFT_FREE = 2 };

static bool make_palette(
    const struct settings *settings, struct gallery_palette *palette, struct err *err)
{
    struct theme theme;
    if (!theme_load(&theme, settings->theme ? settings->theme : "dark", err))
        return false;
    for (int i = 0; i < GALLERY_HUES; i++)
        theme_rgb(&theme, STYLE_CLASS, i, palette->classes[i]);
    theme_rgb(&theme, STYLE_TRUTH, 0, palette->truth);
    return true;
}

/* The text in raw mode: a new line does not return to its beginning. */
static bool write_text(const char *text, struct err *err)
{
    return tty_write(STDOUT_FILENO, text, strlen(text), err);
}

/* Scrolls the screen free, paints at its top, leaves the cursor below. */
static bool paint_on_terminal(const struct easel_terminal *terminal, struct easel_scene *scene,
    int screen_rows, struct err *err)
{
    struct easel *easel = easel_new(terminal, err);
    struct buf bytes;
    char below[32];
    buf_init(&bytes, MOST_BYTES);
    bool ok = easel && easel_paint(easel, scene, true, &bytes, err);
    for (int i = 0; ok && i < screen_rows; i++)
        ok = write_text("\r\n", err);
    snprintf(below, sizeof below, "\033[%d;1H", scene->tiles[0].rows + 1);
    ok = ok && tty_write(STDOUT_FILENO, bytes.data, bytes.length, err) && write_text(below, err);
    buf_done(&bytes);
    easel_free(easel);
    return ok;
}

static bool show_on_terminal(
    const struct settings *settings, const char *path, struct easel_scene *scene, struct err *err)
{
    struct easel_tile *tile = &scene->tiles[0];
    struct terminal terminal;
    struct tty_size size;
    struct buf typed;
    int32_t width, height;
    buf_init(&typed, INT32_MAX);
    bool utf8 = paint_locale();
    tty_get_size(STDOUT_FILENO, &size);
    bool ok = tty_open(STDIN_FILENO, STDOUT_FILENO, err) &&
              terminal_ask(settings, utf8, &terminal, &typed, err);
    if (ok) {
        struct easel_terminal easel = terminal_easel(&terminal, terminal_is_mono() ? 0 : 256);
        tile->rows = size.rows - ROWS_LEFT_FREE;
        tile->cols = size.cols;
        easel_room(&easel, tile->rows, tile->cols, &width, &height);
        tile->photo = photo_load(path, width, height);
        if (easel.graphics == EASEL_NONE)
            ok = err_set(err, ERR_UNSUPPORTED,
                "this terminal shows no pictures: write one with -o FILE.png");
        else if (!tile->photo || !tile->photo->pixels)
            ok = err_set(
                err, ERR_IO, "%.200s", tile->photo ? tile->photo->trouble : "out of memory");
        else
            ok = paint_on_terminal(&easel, scene, size.rows, err);
    }
    tty_close();
    buf_done(&typed);
    return ok;
}

static bool draw_image(
    const struct settings *settings, const struct study *study, const char *name, struct err *err)
{
    struct arena arena = {0};
    struct easel_scene *scene = easel_scene_new();
    struct gallery_settings gallery = {
        .confidence = isnan(settings->confidence) ? 0.5 : settings->confidence,
        .iou = isnan(settings->iou) ? 0.5 : settings->iou};
    struct eval_counts counts;
    uint64_t *filter;
    int32_t image = pick_image(study, name, err);
    struct easel_tile *tile = scene ? easel_scene_add(scene) : NULL;
    bool ok = tile && image >= 0 && make_palette(settings, &gallery.palette, err) &&
              pick_category(settings, study, &arena, &filter, err);
    if (ok) {
        gallery.filter = filter;
        ok = gallery_boxes(study, image, &gallery, tile, &counts, err);
    }
    const char *path = ok ? study_image_path(study, &arena, image) : NULL;
    if (ok && !path) {
        ok = err_set(err, ERR_IO, "the image file is not here: name its folder with --images DIR");
        err_in_file(err, study->dataset->images[image].file_name);
    }
    if (ok)
        ok = settings->output ? easel_write_png(path, tile, settings->output, err)
                              : show_on_terminal(settings, path, scene, err);
    if (ok)
        printf("TP %lld  FP %lld  FN %lld  at confidence %.2f, IoU %.2f\n", (long long)counts.tp,
            (long long)counts.fp, (long long)counts.fn, gallery.confidence, gallery.iou);
    easel_scene_free(scene);
    arena_done(&arena);
    return ok;
}

static bool draw(const struct settings *settings, char **operands, struct err *err)
{
    if (!operands[0] || !operands[1] || operands[2])
        return err_set(
            err, ERR_USAGE, "name a run and an image: boxtop draw RUN IMAGE [-o FILE.png]");
    if (!settings->output && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)))
        return err_set(
            err, ERR_USAGE, "standard output is no terminal: write a PNG with -o FILE.png");
    struct gathered gathered;
    char *names[] = {operands[0], NULL};
    bool ok = gather_named(settings, names, 1, &gathered, err);
    if (ok && gathered.count > 1)
        ok = err_set(err, ERR_USAGE, "%.80s is %zu runs: name one", operands[0], gathered.count);
    struct study *study = ok ? pick_study(settings, gathered.chosen[0], err) : NULL;
    ok = study && draw_image(settings, study, operands[1], err);
    study_release(study);
    gather_done(&gathered);
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
    .operands = "RUN IMAGE",
    .summary = "one image with its boxes, to the terminal or a PNG",
    .accepts = "index gt gt-format dt-format images conf iou step class graphics theme output",
    .run = run,
};
