#include "screen/spark.h"

#include <math.h>

static int level_of(double value, double low, double high)
{
    if (!(high > low))
        return 3;
    double place = (value / 2 - low / 2) / (high / 2 - low / 2); /* halves: no overflow */
    int level = (int)(fmin(fmax(place, 0), 1) * 8);
    return level > 7 ? 7 : level;
}

void spark_draw(struct grid *grid, int row, int col, int cols, struct style style,
    const double *values, size_t count, double low, double high)
{
    if (cols <= 0)
        return;
    if (count > (size_t)cols) {
        values += count - (size_t)cols;
        count = (size_t)cols;
    }
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i])) {
            least = fmin(least, values[i]);
            most = fmax(most, values[i]);
        }
    if (isnan(low))
        low = isfinite(least) ? least : 0;
    if (isnan(high))
        high = isfinite(most) ? most : 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(values[i]))
            grid_put(grid, row, col + (int)i, style,
                0x2581 + (uint32_t)(isinf(values[i]) ? (values[i] > 0 ? 7 : 0)
                                                     : level_of(values[i], low, high)));
}
