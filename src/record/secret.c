#include "record/secret.h"

#include "base/num.h"

#include <ctype.h>
#include <string.h>

enum { MOST_NAME_BYTES = 128 };

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

/* ---- names ---- */

/* NAME in small letters, its parts set off by '_' ("hubToken" is "_hub_token_"); the tail of a long
 * one. Returns its length. */
static size_t fold(const char *name, size_t length, char out[MOST_NAME_BYTES])
{
    size_t used = 0;
    if (length > MOST_NAME_BYTES / 2 - 4) {
        name += length - (MOST_NAME_BYTES / 2 - 4);
        length = MOST_NAME_BYTES / 2 - 4;
    }
    out[used++] = '_';
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        bool hump = i && isupper(c) && islower((unsigned char)name[i - 1]);
        if ((hump || !isalnum(c)) && out[used - 1] != '_')
            out[used++] = '_';
        if (isalnum(c))
            out[used++] = (char)tolower(c);
    }
    if (out[used - 1] != '_')
        out[used++] = '_';
    out[used] = '\0';
    return used;
}

static bool has_any(const char *folded, const char *const *parts)
{
    for (; *parts; parts++)
        if (strstr(folded, *parts))
            return true;
    return false;
}

static bool ends_on_any(const char *folded, size_t length, const char *const *ends)
{
    for (; *ends; ends++) {
        size_t end = strlen(*ends);
        if (length >= end && strcmp(folded + length - end, *ends) == 0)
            return true;
    }
    return false;
}

static bool is_value(const char *value, size_t length, const char *const *words)
{
    for (; *words; words++)
        if (strlen(*words) == length && strncasecmp(value, *words, length) == 0)
            return true;
    return false;
}

/* Such as "image" under "label_key", or 512 under "max_token". */
static bool is_plain(const char *value, size_t length)
{
    double number;
    if (num_parse(value, length, &number))
        return length < 8;
    for (size_t i = 0; i < length; i++)
        if (!islower((unsigned char)value[i]) && value[i] != '_')
            return false;
    return length <= 16;
}

bool secret_is(const char *name, size_t name_length, const char *value, size_t value_length)
{
    static const char *const ALWAYS[] = {"password", "passwd", "passphrase", "secret", "credential",
        "apikey", "_api_key", "access_key", "private_key", "auth_token", "access_token", "_jwt_",
        "authorization", NULL};
    static const char *const AT_THE_END[] = {
        "token_", "_key_", "_pass_", "_pwd_", "_auth_", "_cookie_", "_signature_", "_sig_", NULL};
    static const char *const NOTHINGS[] = {"", "true", "false", "none", "null", "yes", "no", NULL};
    char folded[MOST_NAME_BYTES];
    size_t length = fold(name, name_length, folded);
    if (is_value(value, value_length, NOTHINGS))
        return false;
    if (has_any(folded, ALWAYS))
        return true;
    return ends_on_any(folded, length, AT_THE_END) && !is_plain(value, value_length);
}

/* ---- shapes ---- */

struct piece {
    const char *text;
    size_t length;
};

static bool is_token_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* The bytes of a known service's token that AT begins with; *KEPT of them name the service. */
static size_t token_length(const char *at, const char *end, size_t *kept)
{
    static const struct {
        const char *head;
        size_t least; /* bytes behind it */
    } TOKENS[] = {{"ghp_", 20}, {"gho_", 20}, {"ghu_", 20}, {"ghs_", 20}, {"ghr_", 20},
        {"github_pat_", 20}, {"glpat-", 16}, {"hf_", 20}, {"sk-", 20}, {"xoxb-", 10}, {"xoxp-", 10},
        {"xoxa-", 10}, {"xoxs-", 10}, {"AKIA", 16}, {"ASIA", 16}, {"AIza", 30}, {"pypi-", 30},
        {"npm_", 30}, {"eyJ", 30}};
    for (size_t i = 0; i < sizeof TOKENS / sizeof *TOKENS; i++) {
        size_t head = strlen(TOKENS[i].head), length = head;
        if ((size_t)(end - at) < head || memcmp(at, TOKENS[i].head, head) != 0)
            continue;
        while (at + length < end && (is_token_char(at[length]) || at[length] == '.'))
            length++;
        *kept = head;
        if (length - head >= TOKENS[i].least)
            return length;
    }
    return 0;
}

/* The password (or lone token) of a URL whose "//" ends at AT. */
static struct piece url_password(const char *at, const char *end)
{
    const char *last = at, *sign = NULL;
    for (; last < end && !strchr("/?#\"' \t\n", *last); last++)
        if (*last == '@')
            sign = last;
    if (!sign)
        return (struct piece){0};
    const char *colon = memchr(at, ':', (size_t)(sign - at));
    if (colon)
        return (struct piece){colon + 1, (size_t)(sign - colon - 1)};
    size_t length = (size_t)(sign - at);
    return (struct piece){at, length >= 20 ? length : 0};
}

/* The name that the value at AT goes by: before "=", ":" or, of an option, blanks. Empty: none. */
static struct piece name_before(const char *text, const char *at)
{
    const char *to = at;
    while (to > text && (to[-1] == ' ' || to[-1] == '"' || to[-1] == '\''))
        to--;
    bool by_blank = to == text || (to[-1] != '=' && to[-1] != ':');
    if (by_blank && (to == at || at[-1] != ' '))
        return (struct piece){0};
    to -= !by_blank;
    while (!by_blank && to > text && (to[-1] == ' ' || to[-1] == '"' || to[-1] == '\''))
        to--;
    const char *from = to;
    while (from > text && to - from < MOST_NAME_BYTES && is_name_char(from[-1]))
        from--;
    if (by_blank && *from != '-')
        return (struct piece){0};
    return (struct piece){from, (size_t)(to - from)};
}

/* How far the value at AT goes: to the quote that it stands in, else to what parts values. */
static size_t value_length(const char *text, const char *at, const char *end)
{
    char quote = at > text && (at[-1] == '"' || at[-1] == '\'') ? at[-1] : '\0';
    const char *to = at;
    while (to < end && (quote ? *to != quote : !strchr(" \t\n&;,\"')}]", *to)))
        to++;
    return (size_t)(to - at);
}

/* The bytes of the secret that begins at AT; the first *KEPT of them may be shown. */
static size_t secret_length(const char *text, const char *at, const char *end, size_t *kept)
{
    static const char BEARER[] = "Bearer ";
    size_t behind = sizeof BEARER - 1;
    *kept = 0;
    if (at > text && is_token_char(at[-1]))
        return 0;
    if ((size_t)(end - at) > behind && strncasecmp(at, BEARER, behind) == 0) {
        size_t length = value_length(text, at + behind, end);
        *kept = behind;
        return length >= 8 ? behind + length : 0;
    }
    size_t length = token_length(at, end, kept);
    if (length)
        return length;
    *kept = 0;
    if (at == text || !strchr("=: \"'", at[-1]) || strchr(" \"'", *at))
        return 0;
    struct piece name = name_before(text, at);
    length = name.length ? value_length(text, at, end) : 0;
    return length && secret_is(name.text, name.length, at, length) ? length : 0;
}

void secret_add(struct buf *out, const char *text, size_t length)
{
    const char *end = text + length, *plain = text;
    for (const char *at = text; at < end;) {
        size_t kept = 0, hidden = 0;
        if (at - text >= 3 && memcmp(at - 3, "://", 3) == 0) {
            struct piece password = url_password(at, end);
            if (password.length) {
                kept = (size_t)(password.text - at);
                hidden = kept + password.length;
            }
        }
        if (!hidden)
            hidden = secret_length(text, at, end, &kept);
        if (!hidden) {
            at++;
            continue;
        }
        buf_add(out, plain, (size_t)(at - plain) + kept);
        buf_add_string(out, SECRET_MASK);
        at += hidden;
        plain = at;
    }
    buf_add(out, plain, (size_t)(end - plain));
}

void secret_add_value(struct buf *out, const char *name, const char *value)
{
    size_t length = strlen(value);
    if (secret_is(name, strlen(name), value, length))
        buf_add_string(out, SECRET_MASK);
    else
        secret_add(out, value, length);
}

void secret_add_word(struct buf *out, const char *before, const char *word)
{
    size_t length = strlen(word);
    const char *equals = strchr(word, '=');
    if (before && before[0] == '-' && word[0] != '-' && !strchr(before, '=') &&
        secret_is(before, strlen(before), word, length)) {
        buf_add_string(out, SECRET_MASK);
        return;
    }
    for (const char *at = word; equals && at < equals; at++)
        if (!is_name_char(*at) && *at != '+' && *at != '/')
            equals = NULL;
    if (equals && secret_is(word, (size_t)(equals - word), equals + 1, strlen(equals + 1))) {
        buf_add(out, word, (size_t)(equals - word) + 1);
        buf_add_string(out, SECRET_MASK);
        return;
    }
    secret_add(out, word, length);
}
