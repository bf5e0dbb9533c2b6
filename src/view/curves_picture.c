#include "view/curves_picture.h"

#include "view/chart_figure.h"

#include <math.h>
#include <string.h>

/* Cells for which a figure's line widths are meant. */
enum { CELL_PX = 8 };
static const double GRID_ALPHA = 0.15;

bool curves_picture_can(const struct world *world)
{
    return world->terminal.graphics == EASEL_SIXEL || world->terminal.graphics == EASEL_KITTY;
}

/* A faint line across at each number of the axis. */
static void add_grid(struct chart_figure *in)
{
    for (int i = 0; i < in->y.count; i++) {
        struct figure_point *ends = ARENA_ARRAY(in->figure->arena, struct figure_point, 2);
        double y = chart_figure_place(in, in->x.low, in->y.ticks[i].value).y;
        if (!ends || y < in->frame.top || y > in->frame.bottom)
            continue;
        y = floor(y) + 0.5; /* one row of pixels, not two half ones */
        ends[0] = (struct figure_point){in->frame.left, y};
        ends[1] = (struct figure_point){in->frame.right, y};
        struct figure_shape line = {.kind = FIGURE_LINE,
            .alpha = GRID_ALPHA,
            .points = ends,
            .count = 2,
            .width_px = 1};
        theme_rgb(in->theme, STYLE_TEXT, 0, line.rgb);
        figure_add(in->figure, &line);
    }
}

static void draw_anew(
    struct curves_picture_part *part, struct chart_figure *in, const struct chart *chart)
{
    add_grid(in);
    chart_figure_add(in, chart);
    struct digest of = figure_digest(in->figure);
    if (!part->photo || !digest_equal(&of, &part->of)) {
        photo_release(part->photo);
        part->photo = figure_photo(in->figure);
        part->of = of;
    }
    figure_done(in->figure);
    arena_done(in->figure->arena);
}

static void add_mark(struct easel_tile *tile, const struct chart_figure *in, double mark)
{
    double x = chart_figure_place(in, mark, in->y.low).x;
    struct easel_box *box = x >= 0 && x < in->figure->width_px ? easel_tile_add(tile) : NULL;
    if (!box)
        return;
    *box = (struct easel_box){.x = floor(x), .w = 1, .h = in->figure->height_px, .line_px = 1};
    theme_rgb(in->theme, STYLE_CHART_MARK, 0, box->rgb);
}

/* Whether a picture may be as large as that many cells. */
static bool fits(const struct easel_terminal *terminal, int rows, int cols)
{
    int32_t width, height;
    easel_room(terminal, rows, cols, &width, &height);
    return width > (cols - 1) * terminal->cell_width_px &&
           height > (rows - 1) * terminal->cell_height_px;
}

/* How many pictures beside one another a plot takes; 0: it cannot be had. */
static int parts_of(const struct easel_terminal *terminal, struct rect plot)
{
    for (int parts = 1; plot.rows > 0 && parts <= CURVES_PICTURE_PARTS; parts++)
        if (fits(terminal, plot.rows, (plot.cols + parts - 1) / parts))
            return parts;
    return 0;
}

struct painting {
    const struct chart *chart;
    const struct chart_place *place;
    const struct theme *theme;
    const struct easel_terminal *terminal;
    struct easel_scene *scene;
};

/* The part of the plot on the cells WHERE. */
static bool add_part(
    const struct painting *painting, struct curves_picture_part *part, struct rect where)
{
    struct rect plot = painting->place->plot;
    int32_t width, height;
    easel_room(painting->terminal, where.rows, where.cols, &width, &height);
    struct arena arena = {0};
    struct figure figure = {.width_px = width, .height_px = height, .arena = &arena};
    memcpy(figure.ground, painting->theme->ground, sizeof figure.ground);
    /* The axes' ends lie where the middles of the first and last dots would: so do the numbers. */
    double dot_x = (double)width / where.cols / 2, dot_y = (double)height / where.rows / 4;
    double left = 2 * dot_x * (plot.col - where.col);
    struct chart_figure in = {.figure = &figure,
        .theme = painting->theme,
        .frame = {left + dot_x / 2, dot_y / 2, left + 2 * dot_x * plot.cols - dot_x / 2,
            height - dot_y / 2},
        .scale = fmax(2 * dot_x / CELL_PX, 1),
        .x = painting->place->x,
        .y = painting->place->y};
    draw_anew(part, &in, painting->chart);
    struct easel_tile *tile = part->photo ? easel_scene_add(painting->scene) : NULL;
    if (!tile)
        return false;
    tile->photo = photo_share(part->photo);
    tile->row = where.row;
    tile->col = where.col;
    tile->rows = where.rows;
    tile->cols = where.cols;
    if (!isnan(painting->chart->mark_x))
        add_mark(tile, &in, painting->chart->mark_x);
    return true;
}

bool curves_picture_draw(struct curves_picture *picture, const struct chart *chart,
    const struct chart_place *place, const struct session *session, const struct world *world,
    struct canvas *canvas)
{
    struct rect plot = place->plot;
    int parts = parts_of(&world->terminal, plot), done = 0;
    if (!canvas->scene)
        canvas->scene = easel_scene_new();
    struct painting painting = {chart, place, &session->theme, &world->terminal, canvas->scene};
    while (canvas->scene && done < parts) {
        int from = plot.cols * done / parts, to = plot.cols * (done + 1) / parts;
        struct rect where = {plot.row, plot.col + from, plot.rows, to - from};
        if (!add_part(&painting, &picture->parts[done], where))
            break;
        done++;
    }
    bool ok = parts > 0 && done == parts;
    for (; !ok && done > 0; done--)
        easel_scene_drop(canvas->scene);
    if (ok)
        grid_reserve(canvas->grid, plot, CANVAS_PICTURE);
    if (canvas->scene && !canvas->scene->tile_count) {
        easel_scene_free(canvas->scene);
        canvas->scene = NULL;
    }
    return ok;
}

void curves_picture_done(struct curves_picture *picture)
{
    for (int i = 0; i < CURVES_PICTURE_PARTS; i++)
        photo_release(picture->parts[i].photo);
    *picture = (struct curves_picture){0};
}
