/*
 * Options: every form of every option of every command, wrong words, and what --help lists.
 * Knows: options.def, the records of all commands. Must not know: what they do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/command.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMMAND(name) extern const struct command command_##name;
#include "app/commands.def"
#undef COMMAND

const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "app/commands.def"
#undef COMMAND
    NULL};

enum kind { FLAG, TEXT, NUMBER, LIST };

static const struct row {
    const char *field, *name;
    char letter;
    enum kind kind;
    size_t offset;
    const char *argument, *help;
} ROWS[] = {
#define OPTION(field, name, letter, kind, argument, help)                                          \
    {#field, name, letter, kind, offsetof(struct settings, field), argument, help},
#include "app/options.def"
#undef OPTION
};

enum { ROW_COUNT = sizeof ROWS / sizeof *ROWS, MOST_WORDS = 16 };

/* Of two options with one name a command names the second by its field. */
static const char *accepted_as(const struct row *row)
{
    for (const struct row *above = ROWS; above < row; above++)
        if (strcmp(above->name, row->name) == 0)
            return row->field;
    return row->name;
}

static bool accepts(const struct command *command, const struct row *row)
{
    const char *name = accepted_as(row);
    size_t length = strlen(name);
    for (const char *at = command->accepts; (at = strstr(at, name)); at += length)
        if ((at == command->accepts || at[-1] == ' ') && (!at[length] || at[length] == ' '))
            return true;
    return strcmp(name, "help") == 0;
}

/* The words in LINE, separated by blanks, as a command line has them. */
struct line {
    char text[512];
    char *words[MOST_WORDS], *operands[MOST_WORDS];
    struct settings settings;
    struct err err;
};

static bool parse(const struct command *command, const char *text, struct line *line)
{
    size_t count = 0;
    *line = (struct line){0};
    snprintf(line->text, sizeof line->text, "%s", text);
    for (char *next = line->text, *word; (word = strsep(&next, " "));)
        if (*word)
            line->words[count++] = word;
    assert_true(count < MOST_WORDS);
    return options_parse(command, line->words, &line->settings, line->operands, &line->err);
}

static const void *field(const struct settings *settings, const struct row *row)
{
    return (const char *)settings + row->offset;
}

/* Nothing is set but ROW (NULL: nothing at all). */
static void assert_only(const struct settings *settings, const struct row *row)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const void *at = field(settings, &ROWS[i]);
        if (&ROWS[i] == row)
            continue;
        if (ROWS[i].kind == FLAG)
            assert_false(*(const bool *)at);
        else if (ROWS[i].kind == TEXT)
            assert_null(*(const char *const *)at);
        else if (ROWS[i].kind == LIST)
            assert_int_equal(((const struct option_values *)at)->count, 0);
        else
            assert_true(isnan(*(const double *)at));
    }
}

static void assert_set(const struct settings *settings, const struct row *row)
{
    const void *at = field(settings, row);
    if (row->kind == FLAG)
        assert_true(*(const bool *)at);
    else if (row->kind == TEXT)
        assert_string_equal(*(const char *const *)at, "0.25");
    else if (row->kind == LIST)
        assert_string_equal(((const struct option_values *)at)->items[0], "0.25");
    else
        assert_true(*(const double *)at == 0.25);
    assert_only(settings, row);
}

static void test_every_form_of_every_option(void **state)
{
    (void)state;
    for (const struct command *const *c = commands; *c; c++)
        for (size_t i = 0; i < ROW_COUNT; i++) {
            const struct row *row = &ROWS[i];
            char text[128];
            struct line line;
            if (!accepts(*c, row))
                continue;
            const char *value = row->kind == FLAG ? "" : "0.25";
            bool first = (*c)->operands_end_options;
            snprintf(text, sizeof text, "%s --%s %s behind", first ? "" : "before", row->name, value);
            assert_true(parse(*c, text, &line));
            assert_set(&line.settings, row);
            assert_string_equal(line.operands[0], first ? "behind" : "before");
            assert_string_equal(line.operands[!first], "behind");
            assert_null(line.operands[1 + !first]);
            snprintf(text, sizeof text, "--%s=0.25", row->name);
            assert_int_equal(parse(*c, text, &line), row->kind != FLAG);
            if (row->kind == FLAG)
                assert_int_equal(line.err.code, ERR_USAGE);
            else
                assert_set(&line.settings, row);
            if (!row->letter)
                continue;
            snprintf(text, sizeof text, "-%c %s", row->letter, value);
            assert_true(parse(*c, text, &line));
            assert_set(&line.settings, row);
        }
}

static void test_an_option_without_its_value_is_refused(void **state)
{
    (void)state;
    for (const struct command *const *c = commands; *c; c++)
        for (size_t i = 0; i < ROW_COUNT; i++) {
            char text[128];
            struct line line;
            if (!accepts(*c, &ROWS[i]) || ROWS[i].kind == FLAG)
                continue;
            snprintf(text, sizeof text, "%s --%s", (*c)->operands_end_options ? "" : "x", ROWS[i].name);
            assert_false(parse(*c, text, &line));
            assert_int_equal(line.err.code, ERR_USAGE);
            assert_non_null(strstr(line.err.text, ROWS[i].name));
            assert_non_null(strstr(line.err.text, ROWS[i].argument));
        }
}

static void test_options_of_other_commands_are_refused(void **state)
{
    (void)state;
    for (const struct command *const *c = commands; *c; c++)
        for (size_t i = 0; i < ROW_COUNT; i++) {
            char text[128];
            struct line line;
            bool namesake = false; /* another option of that name may be the command's */
            for (size_t k = 0; k < ROW_COUNT; k++)
                namesake |= accepts(*c, &ROWS[k]) && strcmp(ROWS[k].name, ROWS[i].name) == 0;
            if (namesake)
                continue;
            snprintf(text, sizeof text, "--%s 0.25", ROWS[i].name);
            assert_false(parse(*c, text, &line));
            assert_int_equal(line.err.code, ERR_USAGE);
            assert_non_null(strstr(line.err.text, (*c)->name));
        }
}

static void test_wrong_words(void **state)
{
    (void)state;
    static const char *const WRONG[] = {"--no-such-option", "--", "-", "--=x", "-Z", "--help=yes",
        "---", "-hx", "--hel", "--helpx", "--\x1b[2J"};
    for (const struct command *const *c = commands; *c; c++)
        for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
            struct line line;
            bool is_word = strcmp(WRONG[i], "-") == 0 || strcmp(WRONG[i], "--") == 0;
            assert_int_equal(parse(*c, WRONG[i], &line), is_word);
            assert_int_equal(line.err.code, is_word ? ERR_NONE : ERR_USAGE);
        }
}

static void test_lists_keep_every_value(void **state)
{
    (void)state;
    struct line line;
    assert_true(parse(&command_eval, "--dt a --dt=b x --class cat --dt c", &line));
    assert_int_equal(line.settings.detections.count, 3);
    assert_string_equal(line.settings.detections.items[1], "b");
    assert_string_equal(line.settings.detections.items[2], "c");
    assert_int_equal(line.settings.category.count, 1);
    char *words[2 * OPTION_MOST_VALUES + 3] = {0}, *operands[2 * OPTION_MOST_VALUES + 3];
    struct err err;
    for (int i = 0; i < 2 * OPTION_MOST_VALUES + 2; i++)
        words[i] = i % 2 ? "one" : "--class";
    assert_false(options_parse(&command_eval, words, &line.settings, operands, &err));
    assert_int_equal(err.code, ERR_USAGE);
    words[2 * OPTION_MOST_VALUES] = NULL;
    assert_true(options_parse(&command_eval, words, &line.settings, operands, &err));
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
    } VALUES[] = {{"0", true}, {".5", true}, {"1e-3", true}, {"0,5", false}, {"half", false},
        {"0.5x", false}, {"0x", false}};
    for (size_t i = 0; i < sizeof VALUES / sizeof *VALUES; i++) {
        char text[64];
        struct line line;
        snprintf(text, sizeof text, "--conf %s", VALUES[i].text);
        assert_int_equal(parse(&command_eval, text, &line), VALUES[i].ok);
        if (!VALUES[i].ok)
            assert_non_null(strstr(line.err.text, VALUES[i].text));
    }
    struct line line;
    assert_false(parse(&command_eval, "--conf=", &line));
    assert_true(parse(&command_eval, "--class=", &line)); /* a text may be empty */
    assert_string_equal(line.settings.category.items[0], "");
}

static void test_operands_and_their_end(void **state)
{
    (void)state;
    struct line line;
    assert_true(parse(&command_ls, "a -- --sort -x -- b", &line));
    static const char *const WANT[] = {"a", "--sort", "-x", "--", "b"};
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(line.operands[i], WANT[i]);
    assert_null(line.operands[5]);
    assert_only(&line.settings, NULL);
    assert_true(parse(&command_ls, "", &line));
    assert_null(line.operands[0]);
    assert_only(&line.settings, NULL);
    /* the words of another command are not ours */
    assert_true(parse(&command_record, "--name n python --sort x -- --name m", &line));
    assert_string_equal(line.settings.run_name, "n");
    assert_string_equal(line.operands[0], "python");
    assert_string_equal(line.operands[4], "--name");
    /* the last one counts; a value may look like an option */
    assert_true(parse(&command_ls, "--sort lr --sort -AP", &line));
    assert_string_equal(line.settings.sort, "-AP");
}

static void test_every_accepted_word_is_an_option(void **state)
{
    (void)state;
    for (const struct command *const *c = commands; *c; c++) {
        char accepted[512];
        snprintf(accepted, sizeof accepted, "%s", (*c)->accepts);
        for (char *next = *accepted ? accepted : NULL, *word; (word = strsep(&next, " "));) {
            size_t i = 0;
            while (i < ROW_COUNT && strcmp(accepted_as(&ROWS[i]), word) != 0)
                i++;
            if (i == ROW_COUNT)
                print_error("%s accepts \"%s\", which is no option\n", (*c)->name, word);
            assert_true(i < ROW_COUNT);
        }
        for (size_t i = 0; i < ROW_COUNT; i++) /* one letter, one option */
            for (size_t k = 0; k < i; k++)
                assert_false(ROWS[i].letter && ROWS[i].letter == ROWS[k].letter &&
                             accepts(*c, &ROWS[i]) && accepts(*c, &ROWS[k]));
    }
}

/* What options_help() prints. */
static void catch_help(const struct command *command, char *out, size_t out_bytes)
{
    FILE *file = tmpfile();
    int kept = dup(STDOUT_FILENO);
    assert_non_null(file);
    fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    options_help(command);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    rewind(file);
    out[fread(out, 1, out_bytes - 1, file)] = '\0';
    fclose(file);
}

static void test_help_lists_what_is_accepted(void **state)
{
    (void)state;
    for (const struct command *const *c = commands; *c; c++) {
        char help[8192], name[64];
        struct line line;
        assert_true(parse(*c, "--help", &line));
        assert_true(line.settings.help);
        catch_help(*c, help, sizeof help);
        assert_int_equal(strncmp(help, "usage: boxtop", 13), 0);
        assert_non_null(strstr(help, (*c)->operands));
        assert_non_null(strstr(help, (*c)->summary));
        for (size_t i = 0; i < ROW_COUNT; i++) {
            snprintf(name, sizeof name, "--%s%s%s", ROWS[i].name, ROWS[i].argument ? " " : "  ",
                ROWS[i].argument ? ROWS[i].argument : "");
            bool listed = strstr(help, name) && strstr(help, ROWS[i].help);
            if (listed != accepts(*c, &ROWS[i]))
                print_error("%s --help and --%s\n", (*c)->name, ROWS[i].name);
            assert_int_equal(listed, accepts(*c, &ROWS[i]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form_of_every_option),
        cmocka_unit_test(test_an_option_without_its_value_is_refused),
        cmocka_unit_test(test_options_of_other_commands_are_refused),
        cmocka_unit_test(test_wrong_words),
        cmocka_unit_test(test_lists_keep_every_value),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_operands_and_their_end),
        cmocka_unit_test(test_every_accepted_word_is_an_option),
        cmocka_unit_test(test_help_lists_what_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
