/*
 * The person's door: finds the command and hands it its words.
 * Knows: the table of commands. Must not know: what they do.
 */
#include "app/command.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND(name) extern const struct command command_##name;
#include "app/commands.def"
#undef COMMAND

const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "app/commands.def"
#undef COMMAND
    NULL};

static void print_overview(void)
{
    printf("boxtop %s: compare object-detection training runs in the terminal\n\n", BOXTOP_VERSION);
    printf("  %-9s %-22s %s\n", "boxtop", command_open.operands, command_open.summary);
    for (const struct command *const *c = commands + 1; *c; c++)
        printf("  %-9s %-22s %s\n", (*c)->name, (*c)->operands, (*c)->summary);
    printf("\nboxtop COMMAND --help tells its options.\n");
}

static const struct command *find_command(const char *word)
{
    for (const struct command *const *c = commands; *c; c++)
        if (strcmp((*c)->name, word) == 0)
            return *c;
    return NULL;
}

static int run(const struct command *command, char **words)
{
    size_t count = 0;
    while (words[count])
        count++;
    struct err err = {0};
    struct settings settings;
    char **operands = calloc(count + 1, sizeof *operands);
    int status = EXIT_WRONG_USAGE;
    if (!operands)
        err_set(&err, ERR_MEMORY, "out of memory");
    else if (options_parse(command, words, &settings, operands, &err)) {
        if (settings.help) {
            options_help(command);
            status = EXIT_FINE;
        } else {
            status = command->run(&settings, operands);
        }
    }
    if (err.code)
        say_error(&err);
    free(operands);
    return status;
}

/* What was printed has arrived, or the exit status says that it has not. */
static int close_output(int status)
{
    struct err err = {0};
    if (fflush(stdout) == 0 || status != EXIT_FINE)
        return status;
    err_set_errno(&err, "cannot write to standard output");
    say_error(&err);
    return EXIT_UNREADABLE;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, ""); /* only this: numbers are always read and written in the C locale */
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
                        strcmp(argv[1], "help") == 0)) {
        print_overview();
        return close_output(EXIT_FINE);
    }
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        printf("boxtop %s\n", BOXTOP_VERSION);
        return close_output(EXIT_FINE);
    }
    const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;
    int status = command ? run(command, argv + 2) : run(&command_open, argv + (argc > 0));
    return close_output(status);
}
