#include "picture/sixel_writer.h"

#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

enum {
    LARGEST_GAP = 6, /* columns: a gap costs about as much as naming the register again */
    MOST_NUMBER_BYTES = 12,
    NONE = -1,
};

/* The pixels of one register in one column of the band. */
struct sixel_pair {
    int32_t x, next; /* next: of the same run, or NONE */
    uint8_t bits;
};

/* Pairs of one register, close enough together to be written at one go. */
struct sixel_run {
    int32_t start, end;  /* columns */
    int32_t first, last; /* pairs */
    int32_t next;        /* run not yet written, by start */
    uint8_t reg;
};

/* One band: its pairs and runs, both in the order of columns. */
struct band {
    struct sixel_pair *pairs;
    struct sixel_run *runs;
    int32_t pair_count, run_count;
    int32_t open_run[SIXEL_REGISTERS]; /* the register's latest run, or NONE */
};

void sixel_writer_done(struct sixel_writer *writer)
{
    free(writer->runs);
    free(writer->pairs);
    *writer = (struct sixel_writer){0};
}

static bool drawn(const struct sixel_picture *picture, size_t at)
{
    return !picture->mask || picture->mask[at];
}

static bool find_used(const struct sixel_picture *picture, bool used[SIXEL_REGISTERS])
{
    bool any = false;
    for (int32_t y = 0; y < picture->height_px; y++) {
        size_t at = (size_t)y * picture->stride, end = at + (size_t)picture->width_px;
        for (; at < end; at++)
            if (drawn(picture, at))
                any = used[picture->index[at]] = true;
    }
    return any;
}

static int percent(uint8_t level)
{
    return (level * 100 + 127) / 255;
}

static void write_head(
    const struct sixel_picture *picture, const bool used[SIXEL_REGISTERS], struct buf *out)
{
    buf_printf(out, "\x1bP%sq\"1;1;%d;%d", picture->mask ? "0;1" : "", (int)picture->width_px,
        (int)picture->height_px);
    for (int reg = 0; reg < SIXEL_REGISTERS; reg++)
        if (used[reg])
            buf_printf(out, "#%d;2;%d;%d;%d", reg, percent(picture->rgb[reg][0]),
                percent(picture->rgb[reg][1]), percent(picture->rgb[reg][2]));
}

static void add_pair(struct band *band, uint8_t reg, int32_t x, uint8_t bits)
{
    int32_t pair = band->pair_count++;
    band->pairs[pair] = (struct sixel_pair){x, NONE, bits};
    int32_t at = band->open_run[reg];
    if (at != NONE && x - band->runs[at].end <= LARGEST_GAP) {
        struct sixel_run *run = &band->runs[at];
        band->pairs[run->last].next = pair;
        run->last = pair;
        run->end = x + 1;
        return;
    }
    at = band->run_count++;
    band->runs[at] = (struct sixel_run){x, x + 1, pair, pair, at + 1, reg};
    band->open_run[reg] = at;
}

/* Splits one column of the band by registers. */
static void add_column(
    struct band *band, const struct sixel_picture *picture, int32_t top, int32_t rows, int32_t x)
{
    uint8_t regs[SIXEL_BAND_PX], bits[SIXEL_BAND_PX];
    int count = 0;
    size_t at = (size_t)top * picture->stride + (size_t)x;
    for (int32_t row = 0; row < rows; row++, at += picture->stride) {
        if (!drawn(picture, at))
            continue;
        int i = 0;
        while (i < count && regs[i] != picture->index[at])
            i++;
        if (i == count) {
            regs[count] = picture->index[at];
            bits[count++] = 0;
        }
        bits[i] |= (uint8_t)(1 << row);
    }
    for (int i = 0; i < count; i++)
        add_pair(band, regs[i], x, bits[i]);
}

static char *put_number(char *at, int32_t value)
{
    char digits[MOST_NUMBER_BYTES];
    int count = 0;
    do
        digits[count++] = (char)('0' + value % 10);
    while (value /= 10);
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

static char *put_columns(char *at, int32_t count, uint8_t bits)
{
    char c = (char)('?' + bits);
    if (count > 3) {
        *at++ = '!';
        at = put_number(at, count);
        *at++ = c;
        return at;
    }
    for (; count > 0; count--)
        *at++ = c;
    return at;
}

/* The columns of RUN, from its start to its end. */
static char *put_run(char *at, const struct band *band, const struct sixel_run *run)
{
    int32_t x = run->start, count = 0;
    uint8_t bits = 0;
    for (int32_t i = run->first; i != NONE; i = band->pairs[i].next) {
        const struct sixel_pair *pair = &band->pairs[i];
        if (pair->x > x + count || pair->bits != bits) {
            at = put_columns(at, count, bits);
            at = put_columns(at, pair->x - x - count, 0);
            x = pair->x;
            count = 0;
            bits = pair->bits;
        }
        count++;
    }
    return put_columns(at, count, bits);
}

/* One pass from left to right with every waiting run that still fits behind the one before. */
static char *put_pass(char *at, struct band *band, int32_t *waiting, int *reg)
{
    int32_t x = 0;
    for (int32_t *link = waiting; *link != band->run_count;) {
        struct sixel_run *run = &band->runs[*link];
        if (run->start < x) {
            link = &run->next;
            continue;
        }
        if (run->reg != *reg) {
            *reg = run->reg;
            *at++ = '#';
            at = put_number(at, *reg);
        }
        at = put_columns(at, run->start - x, 0);
        at = put_run(at, band, run);
        x = run->end;
        *link = run->next;
    }
    return at;
}

/* Worst case: each pair a run of its own in its own pass, behind a register and a gap. */
static bool write_band(struct band *band, int *reg, struct buf *out)
{
    size_t most = (size_t)band->pair_count * 4 * MOST_NUMBER_BYTES + 1;
    if (!buf_reserve(out, most))
        return false;
    char *begin = out->data + out->length, *at = begin;
    int32_t waiting = 0;
    while (waiting != band->run_count) {
        if (at != begin)
            *at++ = '$';
        at = put_pass(at, band, &waiting, reg);
    }
    out->length += (size_t)(at - begin);
    out->data[out->length] = '\0';
    return true;
}

bool sixel_write(struct sixel_writer *writer, const struct sixel_picture *picture, struct buf *out)
{
    bool used[SIXEL_REGISTERS] = {false};
    if (!find_used(picture, used))
        return true;
    size_t most = (size_t)picture->width_px * SIXEL_BAND_PX;
    if (!GROW(writer->runs, writer->run_capacity, most) ||
        !GROW(writer->pairs, writer->pair_capacity, most))
        return false;
    write_head(picture, used, out);
    int reg = NONE;
    for (int32_t top = 0; top < picture->height_px; top += SIXEL_BAND_PX) {
        struct band band = {.pairs = writer->pairs, .runs = writer->runs};
        memset(band.open_run, 0xFF, sizeof band.open_run); /* NONE */
        int32_t left = picture->height_px - top;
        for (int32_t x = 0; x < picture->width_px; x++)
            add_column(&band, picture, top, left < SIXEL_BAND_PX ? left : SIXEL_BAND_PX, x);
        if (!write_band(&band, &reg, out))
            break;
        if (left > SIXEL_BAND_PX)
            buf_add_char(out, '-');
    }
    buf_add_string(out, "\x1b\\");
    return true;
}
