#include "dump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes out the empty lines in front of "--" and at the end. */
static void drop_empty_lines(char *text)
{
    char *end = text + strlen(text);
    while (end > text + 1 && end[-1] == '\n' && end[-2] == '\n')
        *--end = '\0';
    char *rule = strstr(text, "\n--\n");
    if (!rule)
        return;
    char *from = rule;
    while (from > text && from[-1] == '\n')
        from--;
    memmove(from, rule, strlen(rule) + 1);
}

void assert_dump(const struct grid *grid, bool roles, const char *want)
{
    struct buf buf;
    buf_init(&buf, 1 << 22);
    grid_dump(grid, &buf, roles);
    assert_false(buf.failed);
    drop_empty_lines(buf.data);
    if (strcmp(buf.data, want) != 0)
        fprintf(stderr, "--- the screen is:\n%s--- it should be:\n%s---\n", buf.data, want);
    bool same = strcmp(buf.data, want) == 0;
    buf_done(&buf);
    assert_true(same);
}

struct grid *grid_of(int rows, int cols)
{
    struct grid *grid = grid_new(rows, cols, NULL);
    if (!grid)
        abort();
    return grid;
}
