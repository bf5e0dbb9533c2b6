#include "picture/over_grey.h"

void over_grey(uint8_t *row, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *from = row + i * 4;
        unsigned alpha = from[3], ground = OVER_GREY_GROUND * (255 - alpha) + 127;
        for (size_t c = 0; c < 3; c++)
            row[i * 3 + c] = (uint8_t)((from[c] * alpha + ground) / 255);
    }
}
