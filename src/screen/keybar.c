#include "screen/keybar.h"

#include <stdio.h>
#include <string.h>

enum { GAP = 2, MESSAGE_GAP = GAP + 1 };

struct word {
    const struct key_row *row;
    char key[32];
    int key_cols, cols;
    bool shown;
};

struct words {
    struct word items[KEYBAR_MAX_WORDS];
    size_t count;
};

static void add_word(struct words *words, const struct key_row *row)
{
    struct word word = {.row = row, .shown = true};
    const char *first = row->keys + strspn(row->keys, " ");
    snprintf(word.key, sizeof word.key, "%.*s", (int)strcspn(first, " "), first);
    for (size_t i = 0; i < words->count; i++)
        if (!strcmp(words->items[i].key, word.key))
            return;
    word.key_cols = grid_text_cols(word.key);
    word.cols = word.key_cols + 1 + grid_text_cols(row->bar);
    if (words->count < KEYBAR_MAX_WORDS)
        words->items[words->count++] = word;
}

/* What fits into COLS columns. */
static void choose_words(struct words *words, int cols, const struct keybar *bar)
{
    words->count = 0;
    for (size_t i = 0; i < bar->count; i++)
        for (const struct key_row *row = bar->tables[i]; row->keys; row++)
            if (row->bar)
                add_word(words, row);
    int total = -GAP;
    for (size_t i = 0; i < words->count; i++)
        total += words->items[i].cols + GAP;
    while (total > cols) {
        struct word *worst = NULL;
        for (size_t i = 0; i < words->count; i++) {
            struct word *word = &words->items[i];
            if (word->shown && (!worst || word->row->rank >= worst->row->rank))
                worst = word;
        }
        if (!worst)
            return;
        worst->shown = false;
        total -= worst->cols + GAP;
    }
}

/* The columns that the message takes, with what parts it from the words. */
static int message_cols(const struct keybar *bar)
{
    return bar->message && *bar->message ? grid_text_cols(bar->message) + MESSAGE_GAP : 0;
}

void keybar_draw(const struct keybar *bar, struct grid *grid, int row, int col, int cols)
{
    struct words words;
    int said = message_cols(bar), from = col + said;
    bool parted = false;
    if (said)
        grid_text(grid, row, col, cols, bar->style, bar->message);
    choose_words(&words, cols, bar);
    for (size_t i = 0; i < words.count; i++) {
        const struct word *word = &words.items[i];
        if (!word->shown)
            continue;
        if (col >= from) {
            if (said && !parted)
                grid_put(grid, row, col - GAP, STYLE_IS(BORDER), 0x2502);
            parted = true;
            grid_text(grid, row, col, word->key_cols, STYLE_IS(KEY), word->key);
            grid_text(grid, row, col + word->key_cols + 1, word->cols - word->key_cols - 1,
                STYLE_IS(BAR), word->row->bar);
        }
        col += word->cols + GAP;
    }
}

const struct key_row *keybar_at(const struct keybar *bar, int col, int cols, int at_col)
{
    struct words words;
    int from = col + message_cols(bar);
    choose_words(&words, cols, bar);
    for (size_t i = 0; i < words.count; i++) {
        const struct word *word = &words.items[i];
        if (!word->shown)
            continue;
        if (col >= from && at_col >= col && at_col < col + word->cols)
            return word->row;
        col += word->cols + GAP;
    }
    return NULL;
}
