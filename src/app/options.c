/*
 * Words of a command line into settings, and the help of a command, both from options.def.
 * Knows: options. Must not know: what a command does with them.
 */
#include "app/command.h"

#include "base/num.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum option_kind { FLAG, TEXT, NUMBER, LIST };

struct option {
    const char *field, *name;
    char letter;
    enum option_kind kind;
    size_t offset;
    const char *argument, *help;
};

static const struct option OPTIONS[] = {
#define OPTION(field, name, letter, kind, argument, help)                                          \
    {#field, name, letter, kind, offsetof(struct settings, field), argument, help},
#include "app/options.def"
#undef OPTION
};

enum { OPTION_COUNT = sizeof OPTIONS / sizeof *OPTIONS };

/* What a command calls the option that it accepts: its name, or its field where another option
 * above it has that name. */
static const char *accepted_as(const struct option *option)
{
    for (const struct option *above = OPTIONS; above < option; above++)
        if (strcmp(above->name, option->name) == 0)
            return option->field;
    return option->name;
}

static bool accepts(const struct command *command, const struct option *option)
{
    const char *name = accepted_as(option);
    size_t length = strlen(name);
    if (strcmp(name, "help") == 0)
        return true;
    for (const char *at = command->accepts; *at; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");
        if (word == length && strncmp(at, name, length) == 0)
            return true;
        at += word;
    }
    return false;
}

static const struct option *find_option(
    const struct command *command, const char *word, size_t length)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &OPTIONS[i];
        bool named = word[1] == '-' ? strlen(option->name) == length - 2 &&
                                          strncmp(word + 2, option->name, length - 2) == 0
                                    : length == 2 && option->letter == word[1];
        if (named && accepts(command, option))
            return option;
    }
    return NULL;
}

static bool add_value(
    const struct option *option, const char *value, struct option_values *values, struct err *err)
{
    if (values->count == OPTION_MOST_VALUES)
        return err_set(
            err, ERR_USAGE, "--%s can be given %d times", option->name, OPTION_MOST_VALUES);
    values->items[values->count++] = value;
    return true;
}

static bool set_option(
    const struct option *option, const char *value, struct settings *settings, struct err *err)
{
    char *field = (char *)settings + option->offset;
    if (option->kind == FLAG)
        *(bool *)(void *)field = true;
    else if (option->kind == TEXT)
        *(const char **)(void *)field = value;
    else if (option->kind == LIST)
        return add_value(option, value, (struct option_values *)(void *)field, err);
    else if (!num_parse(value, strlen(value), (double *)(void *)field))
        return err_set(err, ERR_USAGE, "--%s takes a number, not \"%.60s\"", option->name, value);
    return true;
}

static void clear(struct settings *settings)
{
    *settings = (struct settings){0};
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (OPTIONS[i].kind == NUMBER)
            *(double *)(void *)((char *)settings + OPTIONS[i].offset) = NAN;
}

bool options_parse(const struct command *command, char **words, struct settings *settings,
    char **operands, struct err *err)
{
    clear(settings);
    size_t count = 0;
    bool options_over = false;
    for (; *words; words++) {
        char *word = *words;
        if (options_over || word[0] != '-' || !word[1]) {
            operands[count++] = word;
            options_over = options_over || command->operands_end_options;
            continue;
        }
        if (strcmp(word, "--") == 0) {
            options_over = true;
            continue;
        }
        const char *equals = word[1] == '-' ? strchr(word, '=') : NULL;
        size_t length = equals ? (size_t)(equals - word) : strlen(word);
        const struct option *option = find_option(command, word, length);
        if (!option)
            return err_set(
                err, ERR_USAGE, "no option %.80s here: see boxtop %s --help", word, command->name);
        const char *value = equals ? equals + 1 : NULL;
        if (option->kind == FLAG && value)
            return err_set(err, ERR_USAGE, "--%s takes no value", option->name);
        if (option->kind != FLAG && !value && !(value = *++words))
            return err_set(err, ERR_USAGE, "--%s needs %s", option->name, option->argument);
        if (!set_option(option, value, settings, err))
            return false;
    }
    operands[count] = NULL;
    return true;
}

void options_help(const struct command *command)
{
    bool plain = strcmp(command->name, "open") == 0;
    printf("usage: boxtop%s%s [OPTION...] %s\n%s\n\n", plain ? "" : " ", plain ? "" : command->name,
        command->operands, command->summary);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &OPTIONS[i];
        if (!accepts(command, option))
            continue;
        char letter[8] = "", left[48];
        if (option->letter)
            snprintf(letter, sizeof letter, "-%c, ", option->letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name, option->argument ? " " : "",
            option->argument ? option->argument : "");
        printf("  %-24s %s\n", left, option->help);
    }
    if (command->examples)
        printf("\n%s", command->examples);
}

void say_error(const struct err *err)
{
    char line[2048];
    err_print(err, line, sizeof line);
    fprintf(stderr, "boxtop: %s\n", line);
}
