#include "screen/slider.h"

#include <math.h>
#include <stdio.h>

enum { NUMBER_BYTES = 32, LEAST_TRACK = 3 };

/* ".55" for 0.55, as tables of scores are written; "-.20"; "12.0". */
static void print_number(double value, int decimals, char out[NUMBER_BYTES])
{
    char plain[NUMBER_BYTES];
    if (isnan(value)) {
        snprintf(out, NUMBER_BYTES, "\xe2\x80\x93"); /* U+2013: there is none */
        return;
    }
    snprintf(plain, sizeof plain, "%.*f",
        decimals < 0   ? 0
        : decimals > 9 ? 9
                       : decimals,
        fmin(fmax(value, -1e15), 1e15));
    bool minus = plain[0] == '-';
    const char *digits = plain + minus;
    if (digits[0] == '0' && digits[1] == '.')
        digits++;
    snprintf(out, NUMBER_BYTES, "%s%s", minus ? "-" : "", digits);
}

static double clamp(const struct slider *slider, double value)
{
    return !(value > slider->low) ? slider->low : value > slider->high ? slider->high : value;
}

static double snap(const struct slider *slider, double value)
{
    if (slider->step > 0)
        value = slider->low + round((value - slider->low) / slider->step) * slider->step;
    return clamp(slider, value);
}

/* Column of VALUE on a track of COLS columns; its ends stand for low and high. */
static int place_of(const struct slider *slider, double value, int cols)
{
    double range = slider->high - slider->low;
    double part = range > 0 ? (clamp(slider, value) - slider->low) / range : 0;
    return (int)lround(part * (cols - 1));
}

static void draw_track(
    struct grid *grid, const struct slider *slider, bool focused, const struct slider_place *place)
{
    struct style track = STYLE_IS(SLIDER), knob = STYLE_IS(KNOB);
    int last = place->cols - 1;
    for (int i = 0; i <= last; i++)
        grid_put(grid, place->row, place->col + i, track,
            i == 0      ? 0x251c
            : i == last ? 0x2524
                        : 0x2500);
    if (isfinite(slider->mark))
        grid_put(grid, place->row, place->col + place_of(slider, slider->mark, place->cols),
            STYLE_IS(BEST), 0x253c);
    int at = place->col + place_of(slider, slider->value, place->cols);
    if (isnan(slider->value))
        return;
    if (focused)
        knob.attr |= STYLE_REVERSE;
    grid_put(grid, place->row, at, knob, 0x25cf);
    if (focused)
        grid_cursor(grid, place->row, at);
}

void slider_draw(struct grid *grid, int row, int col, int cols, const struct slider *slider,
    bool focused, struct slider_place *place)
{
    struct rect before = grid_clip(grid, (struct rect){row, col, 1, cols > 0 ? cols : 0});
    char number[NUMBER_BYTES], low[NUMBER_BYTES], high[NUMBER_BYTES];
    print_number(
        isnan(slider->value) ? NAN : clamp(slider, slider->value), slider->decimals, number);
    if (slider->shown[0])
        snprintf(number, sizeof number, "%s", slider->shown);
    print_number(slider->low, slider->decimals, low);
    print_number(slider->high, slider->decimals, high);
    int label = grid_text_cols(slider->label), end = grid_text_cols(high) + 1;
    if (grid_text_cols(low) >= end)
        end = grid_text_cols(low) + 1;
    if (grid_text_cols(number) >= end)
        end = grid_text_cols(number) + 1;
    int suffix = slider->suffix && *slider->suffix ? grid_text_cols(slider->suffix) + 2 : 0;
    if (cols - label - 1 - end - suffix < LEAST_TRACK)
        suffix = 0;
    if (cols - label - 1 - end < LEAST_TRACK)
        label = cols - 1 - end - LEAST_TRACK > 0 ? cols - 1 - end - LEAST_TRACK : 0;
    struct style words = focused ? STYLE_IS(ACCENT) : STYLE_IS(TEXT);
    grid_text(grid, row, col, label, words, slider->label);
    *place = (struct slider_place){row, col + label + (label > 0), 0};
    place->cols = cols - (place->col - col) - end - suffix;
    if (place->cols < LEAST_TRACK)
        place->cols = LEAST_TRACK;
    draw_track(grid, slider, focused, place);
    int at = place->col + place->cols + 1;
    grid_text(grid, row, at, end, words, number);
    if (suffix)
        grid_text(grid, row, at + end + 1, suffix, STYLE_IS(MUTED), slider->suffix);
    grid_unclip(grid, before);
}

double slider_value_at(const struct slider *slider, const struct slider_place *place, int col)
{
    double part = place->cols > 1 ? (double)(col - place->col) / (place->cols - 1) : 0;
    return snap(slider, slider->low + part * (slider->high - slider->low));
}

double slider_move(const struct slider *slider, int steps)
{
    double step = slider->step > 0 ? slider->step : (slider->high - slider->low) / 100;
    return snap(slider, slider->value + steps * step);
}
