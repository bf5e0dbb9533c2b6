/*
 * `boxtop keys`: every action with the keys that it has, in the words of the file that changes them.
 * Knows: the tables of keys. Must not know: what an action does.
 */
#include "app/command.h"
#include "app/keys.h"

#include <stdio.h>
#include <string.h>

/* Rows without a name of their own (a second row of one action) cannot be changed. */
static bool is_first_of_its_name(const struct key_table *table, const struct key_row *row)
{
    char name[KEY_NAME_BYTES], other[KEY_NAME_BYTES];
    key_row_name(row, name);
    for (const struct key_row *before = table->rows; before < row; before++) {
        key_row_name(before, other);
        if (strcmp(name, other) == 0)
            return false;
    }
    return true;
}

static void print_table(const struct key_table *table)
{
    char name[KEY_NAME_BYTES], left[KEY_NAME_BYTES * 2];
    for (const struct key_row *row = table->rows; row->keys; row++) {
        if (!is_first_of_its_name(table, row))
            continue;
        key_row_name(row, name);
        snprintf(left, sizeof left, "%s.%s", table->screen, name);
        printf("# %s\n%-32s %s\n", row->does, left, row->keys);
    }
}

static int run(const struct settings *settings, char **operands)
{
    struct key_table tables[KEYS_MOST_TABLES];
    size_t count = keys_all_tables(tables);
    struct err err = {0};
    (void)settings;
    if (*operands) {
        err_set(&err, ERR_USAGE, "keys takes no words: try boxtop keys");
        say_error(&err);
        return EXIT_WRONG_USAGE;
    }
    printf("# lines of $XDG_CONFIG_HOME/boxtop/keys: SCREEN.ACTION KEY...\n");
    for (size_t i = 0; i < count; i++) {
        printf("\n");
        print_table(&tables[i]);
    }
    return EXIT_FINE;
}

const struct command command_keys = {
    .name = "keys",
    .operands = "",
    .summary = "list every action of the screens with its keys, as the file that changes them has it",
    .accepts = "",
    .run = run,
};
