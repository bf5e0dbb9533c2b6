#include "record/words.h"

#include "base/file.h"
#include "base/num.h"
#include "readers/annotation.h"
#include "readers/params_file.h"
#include "record/launch.h"
#include "record/ranked.h"
#include "record/secret.h"

#include <ctype.h>
#include <string.h>

enum { MOST_FILES = 16, MOST_FILE_BYTES = 1 << 20 };

struct line {
    struct ranked ranked;
    const char *directory;
    const char *prefix; /* of the names: "torchrun." */
    const char *files[MOST_FILES];
    size_t file_count;
};

/* ---- kinds of words ---- */

static bool is_number(const char *word)
{
    double number;
    return num_parse(word, strlen(word), &number);
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] && !is_number(word);
}

/* The bytes of the name in "name=value", Hydra's "+" and "~" in front included; 0 for another word.
 */
static size_t assigned_name(const char *word)
{
    size_t at = strspn(word, "+~");
    if (at > 2 || (!isalpha((unsigned char)word[at]) && word[at] != '_'))
        return 0;
    while (isalnum((unsigned char)word[at]) || (word[at] && strchr("_.-/@:", word[at])))
        at++;
    return word[at] == '=' && !memmem(word, at, "//", 2) ? at : 0;
}

/* "SOLVER.BASE_LR", which yacs takes with the word behind it. */
static bool is_yacs_name(const char *word)
{
    size_t length = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
    return isupper((unsigned char)word[0]) && !word[length] && length && strchr(word, '.') &&
           word[length - 1] != '.';
}

/* What an option's values have in common. */
enum kind { KIND_NUMBER, KIND_PATH, KIND_WORD };

static enum kind kind_of(const char *word)
{
    if (is_number(word))
        return KIND_NUMBER;
    return strchr(word, '/') ? KIND_PATH : KIND_WORD;
}

/* WORD cannot be an option's value: something of its own begins. */
static bool begins_anew(const char *word)
{
    size_t name = assigned_name(word);
    return is_option(word) || is_yacs_name(word) || (name && !memchr(word, '/', name));
}

static size_t values_behind(char *const *words, size_t at, size_t end)
{
    size_t count = 0;
    while (at + count < end && !begins_anew(words[at + count]) &&
           (!count || kind_of(words[at + count]) == kind_of(words[at])))
        count++;
    return count;
}

/* ---- one word after the other ---- */

static void note_file(struct line *line, const char *word)
{
    static const char *const ENDINGS[] = {".yaml", ".yml", ".json", ".py"};
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++)
        if (path_has_suffix(word, ENDINGS[i]) && line->file_count < MOST_FILES)
            line->files[line->file_count++] = word;
}

/* The name of LENGTH bytes as it is remembered: without dashes in front, "_" for those within. */
static const char *option_name(struct line *line, const char *word, size_t length)
{
    size_t dashes = strspn(word, "-");
    char *name = arena_printf(&line->ranked.arena, "%s%.*s", line->prefix,
        (int)(length > dashes ? length - dashes : 0), word + dashes);
    for (char *at = name; at && *at; at++)
        if (*at == '-')
            *at = '_';
    return name ? name : "";
}

static void put(struct line *line, const char *name, const char *value)
{
    ranked_put_text(&line->ranked, RANKED_LINE, name, value);
    note_file(line, value);
}

static void put_assignment(
    struct line *line, enum ranked_source source, const char *word, size_t name)
{
    size_t signs = strspn(word, "+~");
    const char *copy = arena_printf(
        &line->ranked.arena, "%s%.*s", line->prefix, (int)(name - signs), word + signs);
    if (copy)
        ranked_put_text(&line->ranked, source, copy, word + name + 1);
    if (source == RANKED_LINE)
        note_file(line, word + name + 1);
}

static void put_flag(struct line *line, const char *name, bool value)
{
    struct param param = {name, PARAM_BOOL, value ? "true" : "false", value};
    ranked_put(&line->ranked, RANKED_LINE, &param);
}

/* "--cfg-options" and the like only say that assignments follow. */
static bool is_introducer(const char *word)
{
    static const char *const WORDS[] = {"cfg-options", "cfg_options", "opts", "opt", "override",
        "overrides", "set", "options", "param", "P", "D", "o", NULL};
    for (const char *const *known = WORDS; *known; known++)
        if (strcmp(word + strspn(word, "-"), *known) == 0)
            return true;
    return false;
}

/* The option at AT, with its values; returns where the next word is. */
static size_t put_option(struct line *line, char *const *words, size_t at, size_t end)
{
    const char *word = words[at++], *equals = strchr(word, '=');
    size_t dashes = strspn(word, "-"), length = strlen(word);
    const char *bare = word + dashes;
    if (equals) {
        put(line, option_name(line, word, (size_t)(equals - word)), equals + 1);
        return at;
    }
    if (dashes == 1 && isalpha((unsigned char)bare[0]) && bare[1] && is_number(bare + 1)) {
        put(line, option_name(line, word, 2), bare + 1);
        return at;
    }
    if (dashes == 2 && (strncmp(bare, "no-", 3) == 0 || strncmp(bare, "no_", 3) == 0) && bare[3]) {
        put_flag(line, option_name(line, bare + 3, length - dashes - 3), false);
        return at;
    }
    const char *name = option_name(line, word, length);
    size_t count = values_behind(words, at, end);
    if (count > 1)
        ranked_put_list(&line->ranked, RANKED_LINE, name, words + at, count);
    else if (count == 1)
        ranked_put_text(&line->ranked, RANKED_LINE, name, words[at]);
    else if (at == end || !is_introducer(word) || is_option(words[at]))
        put_flag(line, name, true);
    for (size_t i = 0; i < count; i++)
        note_file(line, words[at + i]);
    return at + count;
}

static void put_words(
    struct line *line, const char *prefix, char *const *words, size_t at, size_t end)
{
    bool only_values = false; /* behind "--" */
    line->prefix = prefix;
    while (at < end) {
        const char *word = words[at];
        size_t name = assigned_name(word);
        if (strcmp(word, "--") == 0 && !only_values) {
            only_values = true;
            at++;
        } else if (is_option(word) && word[strspn(word, "-")] && !only_values) {
            at = put_option(line, words, at, end);
        } else if (name) {
            put_assignment(line, RANKED_LINE, word, name);
            at++;
        } else if (is_yacs_name(word) && at + 1 < end && !is_option(words[at + 1])) {
            put(line, word, words[at + 1]);
            at += 2;
        } else {
            put(line, "command.args", word);
            at++;
        }
    }
    ranked_make_list(&line->ranked, "command.args");
}

/* ---- files ---- */

static bool take(void *self, const struct param *param)
{
    struct line *line = ((struct sink *)self)->self;
    ranked_put(&line->ranked, RANKED_FILE, param);
    return true;
}

static bool no_note(void *self, const struct note *note)
{
    (void)self, (void)note;
    return true;
}

/* What cannot be read, or is no parameters but boxes, is left out: the words still name it. */
static void read_file(struct line *line, const char *name)
{
    struct file_stat stat;
    enum annotation_kind kind = ANNOTATION_NONE;
    const char *path = path_join(&line->ranked.arena, line->directory, name);
    if (!path || !file_stat(path, &stat) || !stat.is_regular || stat.size_bytes > MOST_FILE_BYTES)
        return;
    if (path_has_suffix(name, ".json"))
        annotation_sniff(path, &kind);
    if (kind != ANNOTATION_NONE)
        return;
    struct sink sink = {.self = line, .note = no_note};
    struct reader_source source = {.directory = line->directory, .name = name, .path = path};
    params_file_read(&source, take, &sink, NULL);
}

/* ---- the whole ---- */

static void put_named(struct line *line, const char *name, const char *value)
{
    struct param param = {name, PARAM_TEXT, value, 0};
    if (value)
        ranked_put(&line->ranked, RANKED_LINE, &param);
}

static void put_launch(struct line *line, const struct launch *launch, char *const *words)
{
    put_named(line, "command.script", launch->script);
    put_named(line, "command.module", launch->module);
    put_named(line, "command.text", launch->text);
    put_named(line, "command.interpreter", launch->interpreter);
    for (size_t i = 0; i < launch->step_count; i++) {
        const struct launch_step *step = &launch->steps[i];
        const char *prefix =
            step->told ? arena_printf(&line->ranked.arena, "%s.", step->told) : NULL;
        if (prefix)
            put_words(line, prefix, words, step->first, step->end);
    }
    put_words(line, "", words, launch->own, launch->count);
}

bool words_write_config(const struct words_from *from, struct buf *out, struct err *err)
{
    struct line line = {.directory = from->directory, .prefix = ""};
    struct launch launch = launch_read(from->words);
    struct json_writer writer;
    ranked_init(&line.ranked);
    put_launch(&line, &launch, from->words);
    line.prefix = "";
    for (char *const *given = from->given; given && *given; given++) {
        size_t name = strcspn(*given, "=");
        if ((*given)[name])
            put_assignment(&line, RANKED_GIVEN, *given, name);
    }
    for (size_t i = 0; i < line.file_count; i++)
        read_file(&line, line.files[i]);
    json_writer_init(&writer, out, true);
    json_writer_object(&writer);
    ranked_write(&line.ranked, &writer);
    json_writer_object_end(&writer);
    buf_add_char(out, '\n');
    ranked_done(&line.ranked);
    return !out->failed || err_set(err, ERR_MEMORY, "out of memory for the parameters");
}

void words_write_command(char *const *words, struct json_writer *writer)
{
    struct buf word;
    buf_init(&word, PARAMS_TEXT_BYTES * 4);
    json_writer_array(writer);
    for (const char *before = NULL; *words; before = *words++) {
        buf_clear(&word);
        secret_add_word(&word, before, *words);
        json_writer_bytes(writer, word.data ? word.data : "", word.length);
    }
    json_writer_array_end(writer);
    buf_done(&word);
}
