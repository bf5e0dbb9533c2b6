#include "screen/fuzzy.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { RUN = 12, WORD = 8, START = 6, ONE = 2, LONGEST = 128, NEVER = -100000 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool begins_word(const char *text, size_t i)
{
    return i == 0 || strchr(" .-_/:,(", text[i - 1]) != NULL;
}

/* The best sum over all ways to place the pattern: row by row of pattern letters, `here` the best
 * that ends at letter i, `so_far` the best that ends at or before it. Texts are cut at LONGEST. */
int fuzzy_score(const char *pattern, const char *text)
{
    int here[LONGEST], before[LONGEST], result = 0;
    size_t length = strnlen(text, LONGEST), row = 0;
    for (const char *p = pattern; *p && row < LONGEST; p++) {
        int so_far = row ? NEVER : 0;
        if (*p == ' ')
            continue;
        result = NEVER;
        for (size_t i = 0; i < length; i++) {
            int run = row && i && before[i - 1] > NEVER ? before[i - 1] + RUN : NEVER;
            int best = so_far > run ? so_far : run;
            here[i] = NEVER;
            if (lower(*p) == lower(text[i]) && best > NEVER)
                here[i] = best + ONE + (begins_word(text, i) ? WORD : 0) + (i == 0 ? START : 0);
            if (row && before[i] > so_far)
                so_far = before[i];
            result = here[i] > result ? here[i] : result;
        }
        memcpy(before, here, length * sizeof *here);
        row++;
        if (result == NEVER)
            return -1;
    }
    if (!row)
        return 0;
    int score = result - (int)length / 8;
    return score < 0 ? 0 : score;
}
