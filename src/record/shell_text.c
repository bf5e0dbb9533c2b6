#include "record/shell_text.h"

#include "base/buf.h"

#include <ctype.h>
#include <string.h>

enum { MOST_WORDS = 4096, MOST_BYTES = 1 << 20 };

struct splitting {
    const char *at;
    struct arena *arena;
    struct buf word;
    bool in_word, quoted; /* of the word: something of it was */
    bool to_file;         /* a redirection: the word behind it is no word of the command */
    char **words;
    size_t count;
};

static bool end_word(struct splitting *s)
{
    bool dropped = s->to_file;
    if (!s->in_word)
        return true;
    s->in_word = s->quoted = s->to_file = false;
    if (!dropped && s->count < MOST_WORDS)
        s->words[s->count] = arena_copy(s->arena, s->word.data ? s->word.data : "", s->word.length);
    buf_clear(&s->word);
    return dropped || (s->count < MOST_WORDS && s->words[s->count++]);
}

static bool add(struct splitting *s, char c)
{
    s->in_word = true;
    return buf_add_char(&s->word, c);
}

/* Behind the opening quote. */
static bool take_quoted(struct splitting *s, char quote)
{
    s->in_word = s->quoted = true;
    for (; *s->at && *s->at != quote; s->at++) {
        bool doubled = quote == '"';
        if (doubled && (*s->at == '`' || (s->at[0] == '$' && s->at[1] == '(')))
            return false;
        if (doubled && s->at[0] == '\\' && s->at[1] == '\n') {
            s->at++;
            continue;
        }
        if (doubled && s->at[0] == '\\' && s->at[1] && strchr("$`\"\\", s->at[1]))
            s->at++;
        if (!add(s, *s->at))
            return false;
    }
    return *s->at++ == quote;
}

static bool is_digits(const struct buf *word)
{
    for (size_t i = 0; i < word->length; i++)
        if (!isdigit((unsigned char)word->data[i]))
            return false;
    return true;
}

/* "2>", ">>", "&>", "2>&1": to the word behind it. "<<" has a text of its own. */
static bool take_redirection(struct splitting *s)
{
    if (s->in_word && !s->quoted && is_digits(&s->word)) {
        buf_clear(&s->word);
        s->in_word = false;
    }
    if (!end_word(s) || (s->at[0] == '<' && s->at[1] == '<') || s->at[1] == '(')
        return false;
    s->at += strspn(s->at, "<>&|");
    s->to_file = true;
    return true;
}

static bool take_next(struct splitting *s)
{
    char c = *s->at;
    if (c == '\'' || c == '"') {
        s->at++;
        return take_quoted(s, c);
    }
    if (c == '\\' && s->at[1] == '\n') {
        s->at += 2;
        return true;
    }
    if (c == '<' || c == '>' || (c == '&' && s->at[1] == '>'))
        return take_redirection(s);
    if (c == ' ' || c == '\t') {
        s->at++;
        return end_word(s);
    }
    if (strchr(";&|()`\n", c) || (c == '#' && !s->in_word) || (c == '$' && s->at[1] == '('))
        return false;
    if (c == '\\' && s->at[1]) {
        s->quoted = true;
        c = *++s->at;
    }
    s->at++;
    return add(s, c);
}

/* The words of compound commands. */
static bool is_reserved(const char *word)
{
    static const char *const WORDS[] = {"if", "for", "while", "until", "case", "select", "function",
        "{", "!", "[[", "cd", "source", ".", "eval", "export", "set", "trap", NULL};
    for (const char *const *known = WORDS; *known; known++)
        if (strcmp(word, *known) == 0)
            return true;
    return false;
}

bool shell_is_assignment(const char *word)
{
    size_t name = 0;
    while (isalnum((unsigned char)word[name]) || word[name] == '_')
        name++;
    return name && !isdigit((unsigned char)word[0]) && word[name] == '=';
}

/* The first word that is no assignment; COUNT: none. */
static size_t command_at(char *const *words, size_t count)
{
    size_t at = 0;
    while (at < count && shell_is_assignment(words[at]))
        at++;
    return at;
}

char **shell_text_words(const char *text, struct arena *arena)
{
    struct splitting s = {.arena = arena};
    size_t length = strlen(text);
    while (length && strchr(" \t\n", text[length - 1]))
        length--; /* what ends the command, too */
    const char *copy = arena_copy(arena, text, length);
    char **words = ARENA_ARRAY(arena, char *, MOST_WORDS + 2);
    if (!copy || !words)
        return NULL;
    s.words = words + 1;
    s.at = copy + strspn(copy, " \t\n");
    buf_init(&s.word, MOST_BYTES);
    bool ok = true;
    while (ok && *s.at)
        ok = take_next(&s);
    ok = ok && end_word(&s) && !s.to_file;
    buf_done(&s.word);
    size_t command = ok ? command_at(s.words, s.count) : 0;
    if (!ok || command == s.count || is_reserved(s.words[command]))
        return NULL;
    s.words[s.count] = NULL;
    words[0] = "env";
    return command ? words : s.words;
}
