/*
 * A command of the person: its record, and the settings that its options fill.
 * Knows: words of a command line. Must not know: what a command does.
 *
 * One command is one file command_NAME.c that defines `const struct command command_NAME` and one
 * row in commands.def. Help and the tests read the same rows.
 */
#pragma once

#include "base/err.h"

enum exit_status { EXIT_FINE = 0, EXIT_FINDING = 1, EXIT_WRONG_USAGE = 2, EXIT_UNREADABLE = 3 };

/* The values of an option that may be given more than once, in order. */
enum { OPTION_MOST_VALUES = 16 };

struct option_values {
    const char *items[OPTION_MOST_VALUES];
    size_t count;
};

#define OPTION_FLAG_TYPE bool
#define OPTION_TEXT_TYPE const char *
#define OPTION_NUMBER_TYPE double
#define OPTION_LIST_TYPE struct option_values

struct settings {
#define OPTION(field, name, letter, kind, argument, help) OPTION_##kind##_TYPE field;
#include "app/options.def"
#undef OPTION
};

struct command {
    const char *name;
    const char *operands; /* "[PATH...]" for the usage line */
    const char *summary;  /* one line */
    const char *accepts;  /* option names, separated by blanks */
    const char *examples; /* behind the options of the help, lines of text; may be NULL */
    bool operands_end_options; /* what follows the first operand is not ours to read */
    /* OPERANDS are the words that are no options, NULL-terminated. Returns an enum exit_status. */
    int (*run)(const struct settings *settings, char **operands);
};

extern const struct command *const commands[]; /* NULL-terminated */

/*
 * Reads the words behind the command's name into SETTINGS and OPERANDS (room for all of them and a
 * NULL). "--name value", "--name=value", "-f value"; "--" ends the options.
 */
bool options_parse(const struct command *command, char **words, struct settings *settings,
    char **operands, struct err *err);
/* Usage, summary and accepted options on standard output. */
void options_help(const struct command *command);

/* Prints "boxtop: ..." on standard error, harmless. */
void say_error(const struct err *err);
