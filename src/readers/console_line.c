#include "readers/console_line.h"

#include "base/num.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MOST_TOKENS = 160, MOST_PREFIX = 6, MOST_COUNT = 1 << 30 };

struct token {
    const char *text;
    size_t length;
    bool pairs; /* a ':' or '=' behind it */
    bool first; /* a separator or a bracket stands before it */
    char open;  /* the bracket before it, or 0 */
};

struct scan {
    char text[CONSOLE_MOST_BYTES];
    struct token tokens[MOST_TOKENS];
    size_t count, at;
    struct console_row *row;
    const char *split; /* "val": goes before the names */
    struct token word; /* of the name, the one before */
    bool has_word, anchored;
    bool in_place;  /* the token before was of the place: "[10/50]" goes on with it */
    bool in_value;  /* it was a metric's value */
    bool bar, full; /* of tqdm */
};

/* ---- tokens ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* Nothing that could be said: rules, bullets, the blocks of bars. */
static bool is_ornament(const struct token *token)
{
    for (size_t i = 0; i < token->length; i++)
        if (is_digit(token->text[i]) || is_letter(token->text[i]) || token->text[i] == '_' ||
            token->text[i] == '?')
            return false;
    return true;
}

static bool add_token(struct scan *scan, struct token token)
{
    if (scan->count == MOST_TOKENS)
        return false;
    scan->tokens[scan->count++] = token;
    return true;
}

static bool is_number(const char *text, size_t length, double *value)
{
    return length && num_parse(text, length, value);
}

/* "loss=0.5", "loss:0.5", "loss:", "0.5": as one token or two. */
static bool add_split(struct scan *scan, struct token token)
{
    double value;
    char last = token.text[token.length - 1];
    const char *equals = memchr(token.text, '=', token.length);
    const char *colon = memrchr(token.text, ':', token.length), *cut = equals ? equals : colon;
    if (last == ':' || last == '=') {
        token.length--;
        token.pairs = true;
        return add_token(scan, token);
    }
    size_t behind = cut ? (size_t)(token.text + token.length - (cut + 1)) : 0;
    bool named = cut && cut > token.text && !is_digit(token.text[0]);
    if (!named || (!equals && !is_number(cut + 1, behind, &value)))
        return add_token(scan, token);
    struct token name = token, number = {.text = cut + 1, .length = behind};
    name.length = (size_t)(cut - token.text);
    name.pairs = true;
    return add_token(scan, name) && add_token(scan, number);
}

/* A ':' in front belongs to what is before it: `loss : 0.5`, `"loss":0.5`. */
static bool take_token(struct scan *scan, struct token token, bool *separated)
{
    if (scan->count && (token.text[0] == ':' || token.text[0] == '=')) {
        scan->tokens[scan->count - 1].pairs = true;
        token.text++;
        if (!--token.length)
            return true;
    }
    if (is_ornament(&token)) {
        *separated = true;
        return true;
    }
    token.first = *separated || token.open;
    *separated = false;
    return add_split(scan, token);
}

static bool cut_tokens(struct scan *scan, size_t length)
{
    bool separated = true;
    char open = 0;
    for (size_t at = 0; at < length;) {
        char c = scan->text[at];
        if (strchr(" \t\"'", c)) {
            at++;
        } else if (strchr(",;|", c)) {
            separated = true;
            open = 0;
            at++;
        } else if (strchr("[]{}()", c)) {
            open = strchr("[{(", c) ? c : 0;
            at++;
        } else {
            size_t end = at;
            while (end < length && !strchr(" \t\"',;|[]{}()", scan->text[end]))
                end++;
            struct token token = {.text = scan->text + at, .length = end - at, .open = open};
            open = 0;
            if (!take_token(scan, token, &separated))
                return false;
            at = end;
        }
    }
    return true;
}

/* ---- words ---- */

static bool is_one_of(const struct token *token, const char *const *words)
{
    for (; *words; words++)
        if (strlen(*words) == token->length && strncasecmp(*words, token->text, token->length) == 0)
            return true;
    return false;
}

static bool is_epoch(const struct token *token)
{
    static const char *const WORDS[] = {"epoch", "ep", NULL};
    return is_one_of(token, WORDS);
}

static bool is_batch(const struct token *token)
{
    static const char *const WORDS[] = {"batch", NULL};
    return is_one_of(token, WORDS);
}

static bool is_step(const struct token *token)
{
    static const char *const WORDS[] = {"step", "global_step", "iter", "iteration", "it", NULL};
    return is_one_of(token, WORDS) || is_batch(token);
}

static bool is_place(const struct token *token)
{
    return is_epoch(token) || is_step(token);
}

/* What goes before the names, NULL for none. */
static const char *split_of(const struct token *token)
{
    static const char *const SPLITS[][2] = {{"train", "train"}, {"training", "train"},
        {"val", "val"}, {"valid", "val"}, {"validation", "val"}, {"eval", "eval"},
        {"evaluation", "eval"}, {"test", "test"}};
    for (size_t i = 0; i < sizeof SPLITS / sizeof *SPLITS; i++)
        if (is_one_of(token, (const char *const[]){SPLITS[i][0], NULL}))
            return SPLITS[i][1];
    return NULL;
}

/* A loss or a score: one of its runs of letters says so. */
static bool is_anchor(const struct token *token)
{
    static const char *const WORDS[] = {"loss", "losses", "acc", "accuracy", "map", "ap", "ar",
        "mar", "iou", "miou", "giou", "f", "precision", "recall", "err", "error", "perplexity",
        "ppl", "reward", "score", "dice", "psnr", "ssim", "mse", "mae", "rmse", "auc", "auroc",
        "bleu", "nll", "bce", "ce", "kl", "elbo", NULL};
    for (size_t at = 0; at < token->length;) {
        size_t end = at;
        while (end < token->length && is_letter(token->text[end]))
            end++;
        struct token run = {.text = token->text + at, .length = end - at};
        bool ends_in_loss =
            run.length >= 4 && strncasecmp(run.text + run.length - 4, "loss", 4) == 0;
        /* "f" only as F1, F2 */
        bool bare_f = run.length == 1 && (end == token->length || !is_digit(token->text[end]));
        if (run.length && (ends_in_loss || (is_one_of(&run, WORDS) && !bare_f)))
            return true;
        at = end + !run.length;
    }
    return false;
}

/* A number with what unit it has. */
static bool is_quantity(const struct token *token, double *value)
{
    static const char *const UNITS[] = {"%", "s", "ms", "sec", "min", "h", "MB", "GB", "MiB", "GiB",
        "it/s", "s/it", "ms/step", "s/step", "img/s", "imgs/s", NULL};
    size_t digits = token->length;
    if (is_number(token->text, token->length, value))
        return true;
    while (digits && !is_digit(token->text[digits - 1]) && token->text[digits - 1] != '.')
        digits--;
    struct token unit = {.text = token->text + digits, .length = token->length - digits};
    return digits && is_one_of(&unit, UNITS) && is_number(token->text, digits, value);
}

/* "10:00:00", "2024-05-01", "00:10<00:00": numbers with more than points between them. */
static bool is_clock(const struct token *token)
{
    bool digits = false, marks = false;
    for (size_t i = 0; i < token->length; i++) {
        char c = token->text[i];
        digits |= is_digit(c);
        marks |= c == ':' || c == '<' || (c == '-' && i);
        if (!is_digit(c) && !strchr(":-.<+TZ?", c))
            return false;
    }
    return digits && marks;
}

/* "3", "3/10", "#3"; *OF is 0 where it is not said. */
static bool is_count(const struct token *token, int64_t *count, int64_t *of)
{
    const char *text = token->text, *end = text + token->length;
    const char *slash = memchr(text, '/', token->length), *stop = slash ? slash : end;
    *of = 0;
    return num_parse_int(text, (size_t)(stop - text), count) && *count >= 0 &&
           *count <= MOST_COUNT &&
           (!slash || (num_parse_int(slash + 1, (size_t)(end - slash - 1), of) && *of > 0 &&
                          *of <= MOST_COUNT));
}

/* ---- the line ---- */

static const struct token *token_at(const struct scan *scan, size_t at)
{
    return at < scan->count ? &scan->tokens[at] : NULL;
}

/* "fcos-r18", "exp_3": a word with what stands in no sentence; not what was saved or taken up. */
static bool is_run_name(const struct token *token)
{
    static const char *const OTHERS[] = {
        "checkpoint", "ckpt", "model", "best", "last", "resum", "load", "sav", "early", NULL};
    bool odd = false;
    for (size_t i = 0; i < token->length; i++) {
        char c = token->text[i];
        bool sign = is_digit(c) || c == '_' || c == '-';
        if (!sign && !is_letter(c))
            return false;
        odd |= sign;
    }
    for (const char *const *other = OTHERS; *other; other++)
        if (strncasecmp(token->text, *other, strlen(*other)) == 0)
            return false;
    return odd && is_letter(token->text[0]) && !token->pairs;
}

/* Passes over the date, the level, the file and the run's name in front. False: it is a warning. */
static bool pass_prefix(struct scan *scan)
{
    static const char *const FINE[] = {"INFO", "DEBUG", NULL};
    static const char *const WORSE[] = {"WARNING", "WARN", "ERROR", "CRITICAL", "FATAL", NULL};
    const struct token *token;
    size_t level = 0;
    for (size_t i = 0; i < MOST_PREFIX && (token = token_at(scan, i)); i++) {
        if (is_one_of(token, WORSE))
            return false;
        if (is_one_of(token, FINE) && (i == 0 || is_clock(&scan->tokens[0])))
            level = i + 1;
    }
    scan->at = level;
    while ((token = token_at(scan, scan->at)) &&
           (is_clock(token) || memmem(token->text, token->length, ".py", 3)))
        scan->at++;
    const struct token *next = token_at(scan, scan->at + 1);
    if (token && next && is_place(next) && is_run_name(token))
        scan->at++;
    return true;
}

static bool take_metric(struct scan *scan, const struct token *name, double value)
{
    struct console_row *row = scan->row;
    if (row->count == CONSOLE_MOST_METRICS)
        return false;
    struct console_metric *metric = &row->metrics[row->count];
    const struct token none = {.text = ""}, *word = scan->has_word ? &scan->word : &none;
    int length = snprintf(metric->name, sizeof metric->name, "%s%s%.*s%s%.*s",
        scan->split ? scan->split : "", scan->split ? "/" : "", (int)word->length, word->text,
        scan->has_word ? "_" : "", (int)name->length, name->text);
    if (length < 0 || (size_t)length >= sizeof metric->name)
        return false;
    for (size_t i = 0; i < row->count; i++)
        if (strcmp(row->metrics[i].name, metric->name) == 0)
            return false;
    metric->value = value;
    row->count++;
    scan->anchored |= is_anchor(name) || (scan->has_word && is_anchor(word));
    scan->has_word = false;
    scan->in_value = true;
    return true;
}

/* "epoch 3", "Epoch: [3/10]", "step=120": the word, then the count. */
static bool take_place(struct scan *scan, const struct token *word)
{
    const struct token *value = token_at(scan, scan->at + 1);
    struct console_row *row = scan->row;
    int64_t count, of;
    bool epoch = is_epoch(word);
    if (!value || !is_count(value, &count, &of) || (epoch ? row->has_epoch : row->has_step) ||
        (is_batch(word) && !of))
        return false;
    if (epoch) {
        row->has_epoch = true;
        row->epoch = count;
    } else {
        row->has_step = true;
        row->step = count;
        row->steps = of;
    }
    scan->at += 2;
    scan->in_place = true;
    return true;
}

/* "640 detections", "91 s" between separators: how many there were of something is no metric. */
static bool is_counted(const struct scan *scan)
{
    const struct token *number = token_at(scan, scan->at), *word = token_at(scan, scan->at + 1);
    const struct token *behind = token_at(scan, scan->at + 2);
    if (!word || !number->first || word->pairs || word->first || is_place(word) ||
        is_anchor(word) || (behind && !behind->first))
        return false;
    for (size_t i = 0; i < word->length; i++)
        if (!is_letter(word->text[i]))
            return false;
    return true;
}

/* What has no name: "[10/50]" behind the epoch, the parts of a bar, clocks, averages. */
static bool take_nameless(
    struct scan *scan, const struct token *token, bool in_place, bool in_value)
{
    int64_t count, of;
    double value;
    if (is_count(token, &count, &of) && of) {
        if (scan->bar)
            scan->full |= count == of;
        else if (in_place && token->open == '[' && !scan->row->has_step) {
            scan->row->has_step = true;
            scan->row->step = count;
            scan->row->steps = of;
        } else
            return false;
    } else if (is_clock(token))
        ;
    else if (is_number(token->text, token->length, &value) && is_counted(scan))
        scan->at++;
    else if (is_number(token->text, token->length, &value)) {
        if (!in_value || token->open != '(')
            return false;
    } else if (is_quantity(token, &value)) {
        bool percent = token->text[token->length - 1] == '%';
        scan->bar |= percent && !token->open;
    } else if (!(token->length > 4 && memmem(token->text, token->length, "it/s", 4)))
        return false;
    scan->at++;
    return true;
}

/* "eta: 0:12:30", "time: 1:02": a clock is no metric, whatever it is called. */
static bool take_pair(struct scan *scan, const struct token *name)
{
    const struct token *value = token_at(scan, scan->at + 1);
    const char *split = scan->has_word ? NULL : split_of(name);
    double number;
    if (!value)
        return false;
    if (split && (is_place(value) || value->pairs)) {
        scan->split = split;
        scan->at++;
        return true;
    }
    if (value->pairs)
        return false;
    scan->at += 2;
    if (is_quantity(value, &number))
        return take_metric(scan, name, number);
    scan->has_word = false;
    return is_clock(value);
}

/* A word with no sign behind it: a name of "loss 0.5", the first of two words, "Train" before a
 * place. */
static bool take_word(struct scan *scan, const struct token *word)
{
    static const char *const ALSO[] = {"lr", "time", NULL};
    const struct token *next = token_at(scan, scan->at + 1);
    double value;
    bool named = is_anchor(word) || is_one_of(word, ALSO);
    if (named && next && !next->pairs && !next->first && is_quantity(next, &value)) {
        scan->at += 2;
        return take_metric(scan, word, value);
    }
    if (!next || scan->has_word)
        return false;
    scan->at++;
    const char *split = split_of(word);
    if (split && (is_place(next) || next->first)) {
        scan->split = split;
        return true;
    }
    scan->word = *word;
    scan->has_word = true;
    return !next->first && !is_digit(next->text[0]);
}

static bool take_next(struct scan *scan)
{
    const struct token *token = &scan->tokens[scan->at];
    bool in_place = scan->in_place, in_value = scan->in_value;
    scan->in_place = scan->in_value = false;
    if (!scan->has_word && is_place(token))
        return take_place(scan, token);
    bool spelt = is_letter(token->text[0]) || token->text[0] == '_';
    if (!spelt)
        return !scan->has_word && !token->pairs && take_nameless(scan, token, in_place, in_value);
    return token->pairs ? take_pair(scan, token) : take_word(scan, token);
}

/* "INFO:root:Epoch 3 ...": where the message begins. */
static size_t message_begin(const char *line, size_t length)
{
    static const char HEAD[] = "INFO:";
    const size_t head = sizeof HEAD - 1;
    if (length < head || memcmp(line, HEAD, head) != 0)
        return 0;
    const char *colon = memchr(line + head, ':', length - head);
    const char *blank = memchr(line + head, ' ', length - head);
    return colon && (!blank || colon < blank) ? (size_t)(colon + 1 - line) : head;
}

bool console_line_read(const char *line, size_t length, struct console_row *row)
{
    struct scan scan = {.row = row};
    size_t begin = message_begin(line, length);
    *row = (struct console_row){0};
    if (length - begin > sizeof scan.text || memchr(line, '\0', length))
        return false;
    memcpy(scan.text, line + begin, length - begin);
    if (!cut_tokens(&scan, length - begin) || !pass_prefix(&scan))
        return false;
    while (scan.at < scan.count)
        if (!take_next(&scan))
            return false;
    return !scan.has_word && scan.anchored && (row->has_epoch || row->has_step) &&
           (!scan.bar || scan.full);
}
