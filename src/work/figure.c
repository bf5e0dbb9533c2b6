#include "work/figure.h"

#include "base/file.h"
#include "base/grow.h"
#include "base/text.h"
#include "picture/draw.h"
#include "picture/png_out.h"
#include "picture/stroke.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SVG_BYTES = 64 << 20, MOST_TEXT_BYTES = 1024, PNG_SCALE = 2 };

static const struct {
    double lengths[STROKE_MOST_DASHES];
    size_t count;
} DASHES[] = {[FIGURE_SOLID] = {{0}, 0},
    [FIGURE_DASHED] = {{9, 5}, 2},
    [FIGURE_DOTTED] = {{2, 4}, 2},
    [FIGURE_DASHDOT] = {{9, 4, 2, 4}, 4}};

void figure_add(struct figure *figure, const struct figure_shape *shape)
{
    if (!GROW(figure->shapes, figure->capacity, figure->count + 1)) {
        figure->failed = true;
        return;
    }
    figure->shapes[figure->count++] = *shape;
}

void figure_done(struct figure *figure)
{
    free(figure->shapes);
    figure->shapes = NULL;
    figure->count = figure->capacity = 0;
}

double figure_text_px(const char *text)
{
    char harmless[MOST_TEXT_BYTES];
    text_harmless(harmless, sizeof harmless, text, strlen(text));
    return (double)text_cols(harmless) * FIGURE_CHAR_PX;
}

/* ---- SVG ---- */

static void add_escaped(struct buf *out, const char *text)
{
    char harmless[MOST_TEXT_BYTES];
    text_harmless(harmless, sizeof harmless, text ? text : "", text ? strlen(text) : 0);
    for (const char *at = harmless; *at; at++)
        if (*at == '<')
            buf_add_string(out, "&lt;");
        else if (*at == '>')
            buf_add_string(out, "&gt;");
        else if (*at == '&')
            buf_add_string(out, "&amp;");
        else if (*at == '"')
            buf_add_string(out, "&quot;");
        else
            buf_add_char(out, *at);
}

static void add_colour(struct buf *out, const char *what, const uint8_t rgb[3])
{
    buf_printf(out, " %s=\"#%02x%02x%02x\"", what, rgb[0], rgb[1], rgb[2]);
}

static void svg_text(const struct figure_shape *shape, struct buf *out)
{
    static const char *const ANCHORS[] = {"start", "middle", "end"};
    buf_printf(out, "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\"%s", shape->points[0].x,
        shape->points[0].y, ANCHORS[shape->anchor], shape->bold ? " font-weight=\"bold\"" : "");
    add_colour(out, "fill", shape->rgb);
    buf_add_char(out, '>');
    add_escaped(out, shape->text);
    buf_add_string(out, "</text>\n");
}

static void svg_shape(const struct figure_shape *shape, struct buf *out)
{
    bool line = shape->kind == FIGURE_LINE;
    buf_printf(out, "<%s points=\"", line ? "polyline" : "polygon");
    for (size_t i = 0; i < shape->count; i++)
        buf_printf(out, "%s%.2f,%.2f", i ? " " : "", shape->points[i].x, shape->points[i].y);
    if (shape->count == 1 && line) /* a line of one point is drawn as a dot only so */
        buf_printf(out, " %.2f,%.2f", shape->points[0].x, shape->points[0].y);
    buf_add_char(out, '"');
    add_colour(out, line ? "stroke" : "fill", shape->rgb);
    if (line)
        buf_printf(out, " fill=\"none\" stroke-width=\"%.2f\"", shape->width_px);
    if (line && shape->dash) {
        buf_add_string(out, " stroke-dasharray=\"");
        for (size_t i = 0; i < DASHES[shape->dash].count; i++)
            buf_printf(out, "%s%g", i ? " " : "", DASHES[shape->dash].lengths[i]);
        buf_add_char(out, '"');
    }
    if (shape->alpha < 1)
        buf_printf(out, " %s=\"%.3f\"", line ? "stroke-opacity" : "fill-opacity", shape->alpha);
    buf_add_string(out, "/>\n");
}

bool figure_svg(const struct figure *figure, struct buf *out, struct err *err)
{
    buf_printf(out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
        " viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"%d\""
        " stroke-linecap=\"round\" stroke-linejoin=\"round\">\n<title>",
        figure->width_px, figure->height_px, figure->width_px, figure->height_px, FIGURE_TEXT_PX);
    add_escaped(out, figure->title);
    buf_add_string(out, "</title>\n<rect width=\"100%\" height=\"100%\"");
    add_colour(out, "fill", figure->ground);
    buf_add_string(out, "/>\n");
    for (size_t i = 0; i < figure->count; i++)
        if (figure->shapes[i].kind == FIGURE_TEXT)
            svg_text(&figure->shapes[i], out);
        else if (figure->shapes[i].count)
            svg_shape(&figure->shapes[i], out);
    buf_add_string(out, "</svg>\n");
    return !(out->failed || figure->failed) || err_set(err, ERR_MEMORY, "out of memory");
}

/* ---- PNG ---- */

static void draw_words(struct pixels *pixels, const struct figure_shape *shape)
{
    char harmless[MOST_TEXT_BYTES], ascii[MOST_TEXT_BYTES];
    size_t length = 0, bytes = text_harmless(harmless, sizeof harmless, shape->text,
                           strlen(shape->text));
    for (const char *at = harmless, *end = harmless + bytes; at < end;) {
        int32_t code; /* the room's font has ASCII */
        at += text_decode(at, end, &code);
        if (text_code_cols(code) > 0)
            ascii[length++] = code == 0xd7 ? 'x' : code < 0x7f ? (char)code : '?';
    }
    ascii[length] = '\0';
    double x = shape->points[0].x, width = (double)length * FIGURE_CHAR_PX;
    x -= shape->anchor == FIGURE_END ? width : shape->anchor == FIGURE_MIDDLE ? width / 2 : 0;
    draw_text_scaled(pixels, (int32_t)lround(x),
        (int32_t)lround(shape->points[0].y) - FIGURE_TEXT_PX, ascii, PNG_SCALE, shape->rgb);
}

static bool draw_shape(
    struct pixels *pixels, const struct figure_shape *shape, struct stroke_point *points)
{
    struct stroke_ink ink = {{shape->rgb[0], shape->rgb[1], shape->rgb[2]}, shape->alpha};
    for (size_t i = 0; i < shape->count; i++)
        points[i] = (struct stroke_point){shape->points[i].x, shape->points[i].y};
    if (shape->kind == FIGURE_AREA)
        return stroke_area(pixels, points, shape->count, &ink);
    return stroke_line(pixels, points, shape->count, shape->width_px, DASHES[shape->dash].lengths,
        DASHES[shape->dash].count, &ink);
}

static struct pixels *draw(const struct figure *figure, struct err *err)
{
    struct pixels *pixels = pixels_new(figure->width_px, figure->height_px);
    size_t most = 1;
    for (size_t i = 0; i < figure->count; i++)
        most = figure->shapes[i].count > most ? figure->shapes[i].count : most;
    struct stroke_point *points = calloc(most, sizeof *points);
    bool ok = pixels && points && !figure->failed;
    if (ok)
        draw_fill(pixels, (struct draw_rect){0, 0, figure->width_px, figure->height_px},
            figure->ground);
    for (size_t i = 0; ok && i < figure->count; i++)
        if (figure->shapes[i].kind == FIGURE_TEXT)
            draw_words(pixels, &figure->shapes[i]);
        else if (figure->shapes[i].count)
            ok = draw_shape(pixels, &figure->shapes[i], points);
    free(points);
    if (ok)
        return pixels;
    pixels_free(pixels);
    err_set(err, ERR_MEMORY, "out of memory");
    return NULL;
}

struct kept {
    struct figure figure;
    struct arena arena;
};

static struct pixels *draw_kept(void *self)
{
    return draw(&((struct kept *)self)->figure, NULL);
}

static void free_kept(void *self)
{
    struct kept *kept = self;
    figure_done(&kept->figure);
    arena_done(&kept->arena);
    free(kept);
}

struct photo *figure_photo(struct figure *figure)
{
    struct kept *kept = calloc(1, sizeof *kept);
    if (!kept || figure->failed) {
        free(kept);
        return NULL;
    }
    kept->arena = *figure->arena;
    *figure->arena = (struct arena){0};
    kept->figure = *figure;
    kept->figure.arena = &kept->arena;
    figure->shapes = NULL;
    figure->count = figure->capacity = 0;
    return photo_later(&(struct photo_source){draw_kept, free_kept, kept}, kept->figure.width_px,
        kept->figure.height_px);
}

struct digest figure_digest(const struct figure *figure)
{
    const int32_t size[] = {figure->width_px, figure->height_px};
    struct digest sum = digest_add(digest_of(size, sizeof size), digest_of(figure->ground, 3));
    for (size_t i = 0; i < figure->count; i++) {
        const struct figure_shape *shape = &figure->shapes[i];
        /* What lies where: order counts, so each is taken with its number. */
        const double how[] = {(double)i, shape->kind, shape->rgb[0], shape->rgb[1], shape->rgb[2],
            shape->alpha, shape->width_px, shape->dash, shape->anchor};
        struct digest points = digest_of(shape->points, shape->count * sizeof *shape->points);
        struct digest text = digest_of(shape->text, shape->text ? strlen(shape->text) : 0);
        struct digest parts[] = {digest_of(how, sizeof how), points, text};
        sum = digest_add(sum, digest_of(parts, sizeof parts));
    }
    return sum;
}

static bool write_png(const struct figure *figure, const char *path, struct err *err)
{
    struct pixels *pixels = draw(figure, err);
    bool ok = pixels && png_out_file(pixels, path, err);
    pixels_free(pixels);
    return ok;
}

static bool write_svg(const struct figure *figure, const char *path, struct err *err)
{
    struct buf out;
    buf_init(&out, MOST_SVG_BYTES);
    bool ok = figure_svg(figure, &out, err) &&
              file_write_atomically(path, out.data, out.length, err);
    buf_done(&out);
    return ok;
}

bool figure_write(const struct figure *figure, const char *path, struct err *err)
{
    if (path_has_suffix(path, ".svg"))
        return write_svg(figure, path, err);
    if (path_has_suffix(path, ".png"))
        return write_png(figure, path, err);
    return err_set(err, ERR_USAGE, "%.200s: name a file that ends in .svg or .png", path);
}
