#include "base/json.h"

#include "base/num.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

enum {
    LOOKAHEAD_BYTES = 4096,
    VECTOR_BYTES = 16,
    LITTLE_ENDIAN_BYTES = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
};

enum expects {
    EXPECT_START, /* the value, perhaps behind a byte order mark */
    EXPECT_VALUE,
    EXPECT_VALUE_OR_END,
    EXPECT_KEY,
    EXPECT_KEY_OR_END,
    EXPECT_COLON,
    EXPECT_COMMA_OR_END,
    EXPECT_NOTHING,
};

/* What a person may do about a bad document. */
#define CUT_SHORT ": wait until it is written, or copy it again"
#define MALFORMED ": mend it there, or write it anew"

static const double LARGEST_EXACT_INTEGER = 9007199254740992.0; /* 2^53 */

void json_init_stream(struct json *json, struct stream *stream)
{
    *json = (struct json){.stream = stream, .base_offset = stream->offset};
}

void json_init_memory(struct json *json, const void *data, size_t length)
{
    *json = (struct json){.at = data, .base = data, .whole = true};
    json->end = length ? json->at + length : json->at;
}

int64_t json_offset(const struct json *json)
{
    return json->base_offset + (json->at - json->base);
}

static enum json_kind bad(struct json *json, const char *wrong)
{
    json->wrong = wrong;
    json->text = NULL;
    json->length = 0;
    return json->kind = JSON_BAD;
}

/* What stands open when the input ends. */
static enum json_kind cut_off(struct json *json)
{
    if (json->expects == EXPECT_START)
        return bad(json, "holds no JSON" CUT_SHORT);
    if (json->depth == 0)
        return bad(json, "ends in the middle of a JSON value" CUT_SHORT);
    return bad(json, json->in_object ? "ends inside a JSON object" CUT_SHORT
                                     : "ends inside a JSON array" CUT_SHORT);
}

/* Lets the window hold WANT bytes from `at` on. False when nothing came in: the input ends here. */
static bool refill(struct json *json, size_t want)
{
    if (json->whole)
        return false;
    size_t held = json->at ? (size_t)(json->end - json->at) : 0;
    if (want <= held)
        want = held + 1;
    stream_skip(json->stream, json->at - json->base);
    size_t now = stream_need(json->stream, want);
    json->base = json->at = stream_at(json->stream);
    json->end = now ? json->at + now : json->at;
    json->base_offset = json->stream->offset;
    json->whole = now < want;
    return now > held;
}

/* The next byte that is no blank, not yet consumed; -1 at the end. */
static inline int look(struct json *json)
{
    for (;;) {
        for (; json->at < json->end; json->at++) {
            unsigned char c = (unsigned char)*json->at;
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
                return c;
        }
        if (!refill(json, LOOKAHEAD_BYTES))
            return -1;
    }
}

static bool push(struct json *json, bool object)
{
    if (json->depth == JSON_MAX_DEPTH)
        return false;
    uint64_t bit = UINT64_C(1) << (json->depth % 64);
    uint64_t *word = &json->objects[json->depth / 64];
    *word = object ? *word | bit : *word & ~bit;
    json->depth++;
    json->in_object = object;
    return true;
}

static void pop(struct json *json)
{
    json->depth--;
    int top = json->depth - 1;
    json->in_object = top >= 0 && (json->objects[top / 64] >> (top % 64) & 1);
    json->expects = json->depth ? EXPECT_COMMA_OR_END : EXPECT_NOTHING;
}

/* Not 0 when one of the eight bytes of WORD is the byte that PATTERN repeats: of the lowest such
 * byte the highest bit is then the lowest one set. */
static inline uint64_t find_byte(uint64_t word, uint64_t pattern)
{
    uint64_t x = word ^ pattern;
    return (x - UINT64_C(0x0101010101010101)) & ~x & UINT64_C(0x8080808080808080);
}

/*
 * The closing quote of a string whose bytes begin at AT; NULL when it is not in the window, and
 * *RESUME then says where to look on once there is more.
 */
static const char *string_end(const char *at, const char *end, bool *escaped, const char **resume)
{
    while (at < end) {
        uint64_t word;
        if (end - at >= (ptrdiff_t)sizeof word) {
            memcpy(&word, at, sizeof word);
            uint64_t found = find_byte(word, UINT64_C(0x2222222222222222)) |
                             find_byte(word, UINT64_C(0x5c5c5c5c5c5c5c5c));
            if (!found) {
                at += sizeof word;
                continue;
            }
            if (LITTLE_ENDIAN_BYTES)
                at += __builtin_ctzll(found) / 8;
        }
        while (at < end && *at != '"' && *at != '\\')
            at++;
        if (at < end && *at == '"')
            return at;
        if (at == end)
            break;
        *escaped = true;
        if (at + 1 == end)
            break; /* the escaped byte is still to come */
        at += 2;
    }
    *resume = at;
    return NULL;
}

/* Passes over a string without holding it; `at` is behind its opening quote. */
static bool pass_string(struct json *json)
{
    for (;;) {
        bool escaped;
        const char *resume;
        const char *close = string_end(json->at, json->end, &escaped, &resume);
        if (close) {
            json->at = close + 1;
            return true;
        }
        json->at = resume;
        if (!refill(json, LOOKAHEAD_BYTES)) {
            bad(json, "ends inside a JSON string" CUT_SHORT);
            return false;
        }
    }
}

/* Takes the string whose opening quote is at `at`. */
static bool take_string(struct json *json)
{
    size_t searched = 1;
    json->escaped = json->too_long = false;
    for (;;) {
        const char *resume;
        const char *close = string_end(json->at + searched, json->end, &json->escaped, &resume);
        if (close) {
            json->text = json->at + 1;
            json->length = (size_t)(close - json->text);
            json->at = close + 1;
            return true;
        }
        searched = (size_t)(resume - json->at);
        if (searched > JSON_MAX_TOKEN_BYTES) {
            json->at = resume;
            json->too_long = true;
            json->escaped = false;
            json->text = "";
            json->length = 0;
            return pass_string(json);
        }
        if (!refill(json, 2 * searched)) {
            bad(json, "ends inside a JSON string" CUT_SHORT);
            return false;
        }
    }
}

static enum json_kind take_key(struct json *json)
{
    if (!take_string(json))
        return JSON_BAD;
    json->expects = EXPECT_COLON; /* not taken now: fetching more could move the key away */
    return json->kind = JSON_KEY;
}

static enum json_kind take_number(struct json *json)
{
    for (;;) {
        size_t used = num_scan(json->at, json->end, &json->number);
        const char *behind = json->at + used;
        size_t held = (size_t)(json->end - json->at);
        /* A number that touches the window's end may go on; "-" and "1e" near it may become one. */
        if (json->end - behind < 3 && !json->whole && held < JSON_MAX_TOKEN_BYTES &&
            refill(json, 2 * held))
            continue;
        if (used == 0)
            return bad(json, "holds something that is no JSON value" MALFORMED);
        if (used >= JSON_MAX_TOKEN_BYTES - 3)
            return bad(json, "holds a number of more than a million digits" MALFORMED);
        json->text = json->at;
        json->length = used;
        json->at = behind;
        return json->kind = JSON_NUMBER;
    }
}

static enum json_kind take_word(struct json *json)
{
    static const struct {
        char word[12];
        unsigned char length, kind;
        double number;
    } WORDS[] = {
        {"true", 4, JSON_TRUE, 0},
        {"false", 5, JSON_FALSE, 0},
        {"null", 4, JSON_NULL, 0},
        {"NaN", 3, JSON_NUMBER, NAN},
        {"Infinity", 8, JSON_NUMBER, INFINITY},
        {"-Infinity", 9, JSON_NUMBER, -INFINITY},
    };
    if (json->end - json->at < (ptrdiff_t)sizeof WORDS[0].word)
        refill(json, LOOKAHEAD_BYTES);
    size_t held = (size_t)(json->end - json->at);
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (held >= WORDS[i].length && memcmp(json->at, WORDS[i].word, WORDS[i].length) == 0) {
            json->text = json->at;
            json->length = WORDS[i].length;
            json->number = WORDS[i].number;
            json->at += WORDS[i].length;
            return json->kind = (enum json_kind)WORDS[i].kind;
        }
    return bad(json, "holds something that is no JSON value" MALFORMED);
}

static enum json_kind open_bracket(struct json *json, bool object)
{
    if (!push(json, object))
        return bad(json, "nests brackets more than 512 deep" MALFORMED);
    json->at++;
    json->expects = object ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
    return json->kind = object ? JSON_OBJECT : JSON_ARRAY;
}

static enum json_kind close_bracket(struct json *json, int c)
{
    if (c < 0)
        return cut_off(json);
    if (c != (json->in_object ? '}' : ']'))
        return bad(json, "lacks a comma or a closing bracket" MALFORMED);
    json->at++;
    pop(json);
    return json->kind = c == '}' ? JSON_OBJECT_END : JSON_ARRAY_END;
}

static enum json_kind take_value(struct json *json, int c)
{
    enum json_kind kind;
    if (c == '{' || c == '[')
        return open_bracket(json, c == '{');
    if (c == '"')
        kind = take_string(json) ? JSON_STRING : JSON_BAD;
    else if ((c >= '0' && c <= '9') ||
             (c == '-' && (json->end - json->at < 2 || json->at[1] != 'I')))
        kind = take_number(json);
    else if (c < 0)
        return cut_off(json);
    else
        kind = take_word(json);
    if (kind != JSON_BAD)
        json->expects = json->depth ? EXPECT_COMMA_OR_END : EXPECT_NOTHING;
    return json->kind = kind;
}

static void pass_byte_order_mark(struct json *json)
{
    refill(json, LOOKAHEAD_BYTES);
    size_t mark_bytes = text_mark_bytes(json->at, (size_t)(json->end - json->at));
    if (mark_bytes) /* no text may be NULL, to which nothing is added */
        json->at += mark_bytes;
}

enum json_kind json_next(struct json *json)
{
    if (json->kind == JSON_BAD)
        return JSON_BAD;
    if (json->expects == EXPECT_START)
        pass_byte_order_mark(json);
    else if (json->end - json->at < LOOKAHEAD_BYTES && !json->whole)
        refill(json, LOOKAHEAD_BYTES); /* so that most tokens lie whole in the window */
    int c = look(json);
    if (json->expects == EXPECT_COMMA_OR_END) {
        if (c != ',')
            return close_bracket(json, c);
        json->at++;
        json->expects = json->in_object ? EXPECT_KEY : EXPECT_VALUE;
        c = look(json);
    }
    if (json->expects == EXPECT_COLON) {
        if (c != ':')
            return c < 0 ? cut_off(json) : bad(json, "has no colon behind a key" MALFORMED);
        json->at++;
        json->expects = EXPECT_VALUE;
        c = look(json);
    }
    switch (json->expects) {
    case EXPECT_KEY_OR_END:
        if (c == '}')
            return close_bracket(json, c);
        /* fallthrough */
    case EXPECT_KEY:
        if (c == '"')
            return take_key(json);
        return c < 0 ? cut_off(json)
                     : bad(json, "has something other than a key in a JSON object" MALFORMED);
    case EXPECT_VALUE_OR_END:
        if (c == ']')
            return close_bracket(json, c);
        return take_value(json, c);
    case EXPECT_NOTHING:
        return c < 0 ? (json->kind = JSON_END)
                     : bad(json, "goes on behind its JSON value: keep one value in a file");
    default:
        return take_value(json, c);
    }
}

/* The first of []{}" at or behind AT, or END. */
static const char *find_structure(const char *at, const char *end)
{
    typedef uint8_t vector __attribute__((vector_size(VECTOR_BYTES)));
    for (; end - at >= VECTOR_BYTES; at += VECTOR_BYTES) {
        vector bytes;
        memcpy(&bytes, at, sizeof bytes);
        /* The four brackets differ in these three bits only; what else falls in (Y _ y and DEL) is
         * sorted out below. */
        vector hits = (vector)((bytes | 0x26) == 0x7f) | (vector)(bytes == '"');
        uint64_t halves[2];
        memcpy(halves, &hits, sizeof halves);
        if (halves[0] | halves[1])
            for (int i = 0; i < VECTOR_BYTES; i++)
                if (hits[i] && strchr("[]{}\"", at[i]))
                    return at + i;
    }
    while (at < end && !(*at && strchr("[]{}\"", *at)))
        at++;
    return at;
}

/* Skips what is left of the bracket that stands LEVEL deep. */
static bool skip_bracket(struct json *json, int level)
{
    for (;;) {
        json->at = find_structure(json->at, json->end);
        if (json->at == json->end) {
            if (refill(json, LOOKAHEAD_BYTES))
                continue;
            cut_off(json);
            return false;
        }
        char c = *json->at;
        if (c == '"') {
            json->at++;
            if (!pass_string(json))
                return false;
        } else if (c == '[' || c == '{') {
            if (open_bracket(json, c == '{') == JSON_BAD)
                return false;
        } else if (close_bracket(json, c) == JSON_BAD) {
            return false;
        } else if (json->depth < level) {
            return true;
        }
    }
}

bool json_skip(struct json *json)
{
    enum json_kind kind = json->kind == JSON_KEY ? json_next(json) : json->kind;
    if (kind == JSON_OBJECT || kind == JSON_ARRAY)
        return skip_bracket(json, json->depth);
    return kind != JSON_BAD;
}

bool json_error(const struct json *json, const char *wanted, struct err *err)
{
    if (json->kind == JSON_BAD)
        err_set(err, ERR_FORMAT, "%s", json->wrong);
    else
        err_set(err, ERR_FORMAT, "does not hold %s: name a file that does", wanted);
    err_at(err, ERR_AT_BYTE, json_offset(json));
    return false;
}

bool json_is(const struct json *json, const char *word)
{
    size_t length = strlen(word);
    if (!json->escaped)
        return json->length == length && memcmp(json->text, word, length) == 0;
    char plain[256];
    return json->length <= sizeof plain &&
           json_unescape(json->text, json->length, plain) == length &&
           memcmp(plain, word, length) == 0;
}

bool json_int(const struct json *json, int64_t *value)
{
    if (json->kind != JSON_NUMBER)
        return false;
    if (fabs(json->number) < LARGEST_EXACT_INTEGER) {
        *value = (int64_t)json->number;
        return (double)*value == json->number;
    }
    return num_parse_int(json->text, json->length, value);
}

static const char *pass_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

/* The numbers of the list just opened that lie whole in the window, taken without a token each: in
 * files of boxes they are most of what there is. What follows them is left to json_next(). */
static size_t take_held_numbers(struct json *json, double *out, size_t most)
{
    size_t count = 0;
    if (json->kind != JSON_ARRAY)
        return 0;
    for (const char *at = json->at;; at++) {
        double number;
        at = pass_blanks(at, json->end);
        size_t used = num_scan(at, json->end, &number);
        at += used;
        if (!used || used >= JSON_MAX_TOKEN_BYTES - 3 || json->end - at < 3)
            return count; /* the number may go on, see take_number() */
        if (count < most)
            out[count] = number;
        count++;
        json->at = at;
        json->expects = EXPECT_COMMA_OR_END;
        at = pass_blanks(at, json->end);
        if (at == json->end || *at != ',')
            return count;
    }
}

size_t json_numbers(struct json *json, double *out, size_t most)
{
    size_t count = take_held_numbers(json, out, most);
    bool others = false;
    for (;;) {
        switch (json_next(json)) {
        case JSON_NUMBER:
            if (count < most)
                out[count] = json->number;
            count++;
            break;
        case JSON_ARRAY_END:
            return others ? JSON_NOT_NUMBERS : count;
        default:
            others = true;
            if (!json_skip(json))
                return JSON_NOT_NUMBERS;
        }
    }
}
