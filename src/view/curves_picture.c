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
    struct curves_picture *picture, struct chart_figure *in, const struct chart *chart)
{
    add_grid(in);
    chart_figure_add(in, chart);
    struct digest of = figure_digest(in->figure);
    if (!picture->photo || !digest_equal(&of, &picture->of)) {
        photo_release(picture->photo);
        picture->photo = figure_photo(in->figure);
        picture->of = of;
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

bool curves_picture_draw(struct curves_picture *picture, const struct chart *chart,
    const struct chart_place *place, const struct session *session, const struct world *world,
    struct canvas *canvas)
{
    const struct easel_terminal *terminal = &world->terminal;
    struct rect plot = place->plot;
    int32_t width, height;
    easel_room(terminal, plot.rows, plot.cols, &width, &height);
    bool fits = place->any && plot.rows && width > (plot.cols - 1) * terminal->cell_width_px &&
                height > (plot.rows - 1) * terminal->cell_height_px;
    struct easel_scene *scene = canvas->scene ? canvas->scene : easel_scene_new();
    struct easel_tile *tile = fits && scene ? easel_scene_add(scene) : NULL;
    canvas->scene = scene && scene->tile_count ? scene : NULL;
    if (!canvas->scene)
        easel_scene_free(scene);
    if (!tile)
        return false;
    struct arena arena = {0};
    struct figure figure = {.width_px = width, .height_px = height, .arena = &arena};
    memcpy(figure.ground, session->theme.ground, sizeof figure.ground);
    /* The axes' ends lie in the middle of cells, as the numbers beside them do. */
    double half_x = (double)width / plot.cols / 2, half_y = (double)height / plot.rows / 2;
    struct chart_figure in = {.figure = &figure,
        .theme = &session->theme,
        .frame = {half_x, half_y, width - half_x, height - half_y},
        .scale = fmax(2 * half_x / CELL_PX, 1),
        .x = place->x,
        .y = place->y};
    draw_anew(picture, &in, chart);
    if (!picture->photo) {
        easel_scene_drop(scene);
        return false;
    }
    tile->photo = photo_share(picture->photo);
    tile->row = plot.row;
    tile->col = plot.col;
    tile->rows = plot.rows;
    tile->cols = plot.cols;
    if (!isnan(chart->mark_x))
        add_mark(tile, &in, chart->mark_x);
    grid_reserve(canvas->grid, plot, CANVAS_PICTURE);
    return true;
}

void curves_picture_done(struct curves_picture *picture)
{
    photo_release(picture->photo);
    *picture = (struct curves_picture){0};
}
