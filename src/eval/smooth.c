#include "eval/smooth.h"

#include <math.h>

void smooth_init(struct smooth *smooth, double weight)
{
    *smooth = (struct smooth){.weight = weight > 0 ? fmin(weight, .9999) : 0, .bias = 1};
}

double smooth_next(struct smooth *smooth, double v)
{
    if (!isfinite(v))
        return v;
    smooth->average = smooth->average * smooth->weight + v * (1 - smooth->weight);
    smooth->bias *= smooth->weight;
    return smooth->average / (1 - smooth->bias);
}
