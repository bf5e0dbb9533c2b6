#include "screen/input.h"

#include "base/text.h"

#include <string.h>

/*
 * Each take_ function looks at the bytes [at, end) and returns how many it used, with *EVENT filled
 * or EVENT's kind NOTHING; 0 means that it cannot tell without more bytes.
 */
enum { NOTHING = -1, ESC = 0x1b, MAX_PARAMS = 8, MAX_PARAM = 99999 };
enum { MAX_CSI_BYTES = 256, PASTE_END_BYTES = 6, MAX_FED_BYTES = 16 << 20 };

static const char PASTE_END[] = "\x1b[201~";

struct csi {
    char private; /* '<', '=', '>' or '?' in front, or 0 */
    char between; /* an intermediate, or 0 */
    char final;
    int params[MAX_PARAMS], count;
};

void input_init(struct input *input)
{
    memset(input, 0, sizeof *input);
    buf_init(&input->bytes, MAX_FED_BYTES);
}

void input_done(struct input *input)
{
    buf_done(&input->bytes);
}

bool input_feed(struct input *input, const void *bytes, size_t length)
{
    if (length == 0)
        return true;
    struct buf *buf = &input->bytes;
    if (input->at) {
        memmove(buf->data, buf->data + input->at, buf->length - input->at);
        buf->length -= input->at;
        input->at = 0;
    }
    input->expired = false;
    bool good = buf_add(buf, bytes, length);
    buf->failed = false;
    return good;
}

static void set_key(struct event *event, int32_t key, uint8_t mods)
{
    event->kind = EVENT_KEY;
    event->key = key;
    event->mods = mods;
}

static void set_text(struct event *event, enum event_kind kind, const char *at, size_t length)
{
    event->kind = kind;
    event->text = at;
    event->length = length;
}

/* xterm's modifier parameter: 1 + shift 1 + alt 2 + control 4 (+ meta 8). */
static uint8_t mods_of(const struct csi *csi, int which)
{
    int bits = csi->count > which && csi->params[which] > 0 ? csi->params[which] - 1 : 0;
    return (uint8_t)((bits & 7) | (bits & 8 ? KEY_ALT : 0));
}

static int32_t key_of_letter(char letter)
{
    static const struct {
        char letter;
        int32_t key;
    } KEYS[] = {{'A', KEY_UP}, {'B', KEY_DOWN}, {'C', KEY_RIGHT}, {'D', KEY_LEFT}, {'H', KEY_HOME},
        {'F', KEY_END}, {'P', KEY_F1}, {'Q', KEY_F1 + 1}, {'R', KEY_F1 + 2}, {'S', KEY_F1 + 3},
        {'M', KEY_ENTER}, {'E', KEY_ENTER}};
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
        if (KEYS[i].letter == letter)
            return KEYS[i].key;
    return 0;
}

static int32_t key_of_number(int number)
{
    static const int32_t KEYS[] = {0, KEY_HOME, KEY_INSERT, KEY_DELETE, KEY_END, KEY_PAGE_UP,
        KEY_PAGE_DOWN, KEY_HOME, KEY_END, 0, 0, KEY_F1, KEY_F1 + 1, KEY_F1 + 2, KEY_F1 + 3,
        KEY_F1 + 4, 0, KEY_F1 + 5, KEY_F1 + 6, KEY_F1 + 7, KEY_F1 + 8, KEY_F1 + 9, 0, KEY_F1 + 10,
        KEY_F12};
    return number >= 0 && number < (int)(sizeof KEYS / sizeof *KEYS) ? KEYS[number] : 0;
}

/* The button byte that SGR and X10 mice share; bits 2 to 4 are modifiers. */
static void set_mouse(struct event *event, int bits, int col, int row, bool release)
{
    if (bits > 255)
        return;
    event->kind = EVENT_MOUSE;
    event->mods = (uint8_t)((bits & 4 ? KEY_SHIFT : 0) | (bits & 8 ? KEY_ALT : 0) |
                            (bits & 16 ? KEY_CTRL : 0));
    event->row = row > 0 ? row - 1 : 0;
    event->col = col > 0 ? col - 1 : 0;
    int low = bits & 3;
    if (bits & 64) {
        event->action = MOUSE_WHEEL;
        event->wheel_rows = low == 0 ? -1 : low == 1 ? 1 : 0;
        event->wheel_cols = low == 2 ? -1 : low == 3 ? 1 : 0;
        return;
    }
    event->button = low == 3 ? 0 : (uint8_t)(low + 1);
    if (bits & 32)
        event->action = low == 3 ? MOUSE_MOVE : MOUSE_DRAG;
    else
        event->action = release || low == 3 ? MOUSE_RELEASE : MOUSE_PRESS;
}

/* A cursor report is an answer, but Shift-F3 is written CSI 1 ; 2 R like one. */
static bool is_key_letter(const struct csi *csi)
{
    if (csi->private || csi->between || !key_of_letter(csi->final))
        return false;
    return csi->count == 0 || (csi->params[0] <= 1 && csi->count <= 2 && mods_of(csi, 1) <= 7 &&
                                  (csi->count < 2 || csi->params[1] <= 16));
}

static void set_csi(
    struct input *input, struct event *event, const struct csi *csi, const char *at, size_t used)
{
    int32_t numbered = csi->count > 0 && !csi->private ? key_of_number(csi->params[0]) : 0;
    if (csi->private == '<' && (csi->final == 'M' || csi->final == 'm') && csi->count == 3)
        set_mouse(event, csi->params[0], csi->params[1], csi->params[2], csi->final == 'm');
    else if (csi->final == '~' && !csi->private && csi->count && csi->params[0] == 200)
        input->pasting = true;
    else if (csi->final == '~' && !csi->private && csi->count && csi->params[0] == 201)
        return; /* the end of a paste that never began */
    else if (csi->final == '~' && !csi->between && numbered)
        set_key(event, numbered, mods_of(csi, 1));
    else if ((csi->final == '$' || csi->final == '^' || csi->final == '@') && numbered)
        set_key(event, numbered, /* rxvt: the final byte is the modifier */
            (uint8_t)((csi->final != '^' ? KEY_SHIFT : 0) | (csi->final != '$' ? KEY_CTRL : 0)));
    else if (csi->final >= 'a' && csi->final <= 'd' && !csi->private && !csi->count)
        set_key(event, key_of_letter((char)(csi->final - 'a' + 'A')), KEY_SHIFT); /* rxvt */
    else if (csi->final == 'Z' && !csi->private)
        set_key(event, KEY_TAB, KEY_SHIFT);
    else if ((csi->final == 'I' || csi->final == 'O') && !csi->private && !csi->count) {
        event->kind = EVENT_FOCUS;
        event->focused = csi->final == 'I';
    } else if (is_key_letter(csi))
        set_key(event, key_of_letter(csi->final), mods_of(csi, 1));
    else
        set_text(event, EVENT_ANSWER, at, used);
}

/* AT is behind the `[`. Returns the bytes up to the final one, 0 for more, SIZE_MAX when broken:
 * then *BROKEN bytes of it are to be dropped. */
static size_t scan_csi(const char *at, const char *end, struct csi *csi, size_t *broken)
{
    *csi = (struct csi){0};
    const char *from = at;
    if (at < end && *at >= '<' && *at <= '?')
        csi->private = *at++;
    bool number = false;
    for (; at < end && at - from < MAX_CSI_BYTES; at++) {
        char c = *at;
        if (c >= '0' && c <= '9') {
            if (!number && csi->count < MAX_PARAMS)
                csi->params[csi->count++] = 0;
            number = true;
            int *param = &csi->params[csi->count - 1];
            *param = *param > MAX_PARAM ? *param : *param * 10 + (c - '0');
        } else if (c == ';' || c == ':') {
            if (!number && csi->count < MAX_PARAMS)
                csi->params[csi->count++] = 0;
            number = false;
        } else if (c == '$' && !csi->private && csi->count == 1) {
            csi->final = c; /* rxvt's Shift-PgUp; DECRQM's answer has a '?' in front */
            return (size_t)(at - from) + 1;
        } else if (c >= 0x20 && c <= 0x2f) {
            csi->between = c;
        } else if (c >= 0x40 && c <= 0x7e) {
            csi->final = c;
            return (size_t)(at - from) + 1;
        } else {
            *broken = (size_t)(at - from);
            return SIZE_MAX;
        }
    }
    *broken = (size_t)(at - from);
    return at - from >= MAX_CSI_BYTES ? SIZE_MAX : 0;
}

/* AT is at the ESC; the `[` stands SKIP bytes behind it (1, or 2 when another ESC is in front). */
static size_t take_csi(
    struct input *input, const char *at, const char *end, size_t skip, struct event *event)
{
    const char *body = at + skip + 1;
    if (body < end && *body == 'M') { /* X10 mouse: three bytes follow */
        if (end - body < 4)
            return 0;
        const unsigned char *bytes = (const unsigned char *)body + 1;
        if (bytes[0] >= 32 && bytes[1] > 32 && bytes[2] > 32)
            set_mouse(event, bytes[0] - 32, bytes[1] - 32, bytes[2] - 32, false);
        return skip + 1 + 4;
    }
    if (body < end && *body == '[') { /* the linux console's F1 to F5 */
        if (end - body < 2)
            return 0;
        if (body[1] >= 'A' && body[1] <= 'E')
            set_key(event, KEY_F1 + (body[1] - 'A'), 0);
        return skip + 1 + 2;
    }
    struct csi csi;
    size_t broken = 0, used = scan_csi(body, end, &csi, &broken);
    if (used == SIZE_MAX)
        return skip + 1 + broken;
    if (used)
        set_csi(input, event, &csi, at, skip + 1 + used);
    return used ? skip + 1 + used : 0;
}

static size_t take_ss3(const char *at, const char *end, size_t skip, struct event *event)
{
    const char *body = at + skip + 1;
    uint8_t mods = 0;
    if (body < end && *body >= '2' && *body <= '8') /* old xterm: ESC O 5 P */
        mods = (uint8_t)((*body++ - '1') & 7);
    if (body == end)
        return 0;
    size_t used = (size_t)(body + 1 - at);
    static const char KEYPAD[] = "*+,-./0123456789"; /* j to y */
    if (key_of_letter(*body))
        set_key(event, key_of_letter(*body), mods);
    else if (*body >= 'a' && *body <= 'd')
        set_key(event, key_of_letter((char)(*body - 'a' + 'A')), KEY_CTRL); /* rxvt */
    else if (*body >= 'j' && *body <= 'y')
        set_key(event, KEYPAD[*body - 'j'], mods);
    else if (*body == 'X')
        set_key(event, '=', mods);
    else if (*body == ESC)
        return used - 1; /* broken off by the next sequence */
    return used;
}

/* A control string, AT is at its ESC: up to ST (ESC \), for OSC also BEL. What breaks it off (ESC
 * and anything else, CAN, SUB) stays for the next. */
static size_t take_string(struct input *input, const char *at, const char *end, struct event *event)
{
    bool osc = !input->dropping && at[1] == ']';
    const char *from = input->dropping ? at : at + 2;
    for (const char *p = from; p < end; p++) {
        size_t used = (size_t)(p - at);
        if (!input->dropping && used > INPUT_MAX_STRING_BYTES) {
            input->dropping = true;
            return used;
        }
        if (*p == 0x18 || *p == 0x1a) {
            input->dropping = false;
            return used + 1;
        }
        bool st = *p == ESC && p + 1 < end && p[1] == '\\';
        if (*p == ESC && p + 1 == end)
            break;
        if (st || ((osc || input->dropping) && *p == 7)) {
            used += st ? 2 : 1;
            if (!input->dropping)
                set_text(event, EVENT_ANSWER, at, used);
            input->dropping = false;
            return used;
        }
        if (*p == ESC) {
            input->dropping = false;
            return used;
        }
    }
    if (input->dropping && end > at) /* a final ESC may be half of an ST */
        return (size_t)(end - at) - (end[-1] == ESC ? 1 : 0);
    return 0;
}

static size_t take_paste(struct input *input, const char *at, const char *end, struct event *event)
{
    size_t length = (size_t)(end - at);
    const char *stop = memmem(at, length, PASTE_END, PASTE_END_BYTES);
    if (stop && stop - at <= INPUT_MAX_STRING_BYTES) {
        input->pasting = false;
        if (stop > at)
            set_text(event, EVENT_PASTE, at, (size_t)(stop - at));
        return (size_t)(stop - at) + PASTE_END_BYTES;
    }
    if (length < INPUT_MAX_STRING_BYTES + PASTE_END_BYTES)
        return 0;
    set_text(event, EVENT_PASTE, at, INPUT_MAX_STRING_BYTES);
    return INPUT_MAX_STRING_BYTES;
}

/* Bytes that the UTF-8 character at AT takes by its lead, if those that are there fit; else 1. */
static size_t utf8_bytes(const char *at, const char *end)
{
    unsigned char lead = (unsigned char)*at;
    size_t want = lead >= 0xc2 && lead < 0xe0   ? 2
                  : lead >= 0xe0 && lead < 0xf0 ? 3
                  : lead >= 0xf0 && lead < 0xf5 ? 4
                                                : 1;
    for (size_t i = 1; i < want && at + i < end; i++)
        if (((unsigned char)at[i] & 0xc0) != 0x80)
            return 1;
    return want;
}

static size_t take_plain(
    const struct input *input, const char *at, const char *end, uint8_t mods, struct event *event)
{
    unsigned char c = (unsigned char)*at;
    if (c == '\r' || c == '\n')
        set_key(event, KEY_ENTER, mods);
    else if (c == '\t')
        set_key(event, KEY_TAB, mods);
    else if (c == 0x7f || c == 8)
        set_key(event, KEY_BACKSPACE, mods);
    else if (c == 0)
        set_key(event, ' ', mods | KEY_CTRL);
    else if (c < 0x1b)
        set_key(event, c - 1 + 'a', mods | KEY_CTRL);
    else if (c < 0x20)
        set_key(event, c - 0x1c + '\\', mods | KEY_CTRL);
    else if (c < 0x7f)
        set_key(event, c, mods);
    else {
        size_t want = utf8_bytes(at, end);
        if ((size_t)(end - at) < want)
            return input->expired ? 1 : 0;
        int32_t code;
        size_t used = text_decode(at, end, &code);
        if (code >= 0)
            set_key(event, code, mods);
        return used;
    }
    return 1;
}

static bool begins_string(char c)
{
    return c == 'P' || c == ']' || c == '_';
}

/* ESC ESC: rxvt's Alt with a sequence, or the key Esc and something else. */
static size_t take_two_esc(
    struct input *input, const char *at, const char *end, struct event *event)
{
    bool more = end - at >= 3;
    if (!more && !input->expired)
        return 0;
    if (more && (at[2] == '[' || at[2] == 'O') && (end - at > 3 || !input->expired)) {
        size_t used =
            at[2] == '[' ? take_csi(input, at, end, 2, event) : take_ss3(at, end, 2, event);
        if ((int)event->kind == EVENT_KEY)
            event->mods |= KEY_ALT;
        return used;
    }
    set_key(event, KEY_ESC, 0);
    return 1;
}

/* What follows an ESC that was already given as the key: the rest of an answer whose ESC came alone
 * over a slow line, or fresh keys. */
enum late { LATE_KEYS, LATE_MORE, LATE_ANSWER };

static enum late judge_late(const char *at, const char *end)
{
    char c = at[1], next = end - at > 2 ? at[2] : 0;
    if (c != '[' && !begins_string(c))
        return LATE_KEYS;
    if (end - at == 2)
        return LATE_MORE;
    bool digit = next >= '0' && next <= '9';
    if (begins_string(c))
        return (c == '_' ? next == 'G' : digit || (c == 'P' && next == '>')) ? LATE_ANSWER
                                                                             : LATE_KEYS;
    struct csi csi;
    size_t broken, used = scan_csi(at + 2, end, &csi, &broken);
    if (used == 0)
        return digit || csi.private ? LATE_MORE : LATE_KEYS;
    return used != SIZE_MAX && (csi.private || csi.final == 't' || csi.final == 'n') ? LATE_ANSWER
                                                                                     : LATE_KEYS;
}

static size_t take_esc(struct input *input, const char *at, const char *end, struct event *event)
{
    if (end - at == 1) {
        if (input->expired && !input->esc_given)
            set_key(event, KEY_ESC, 0);
        input->esc_given |= input->expired; /* the byte stays, for judge_late() */
        return 0;
    }
    if (input->esc_given) {
        enum late late = judge_late(at, end);
        if (late == LATE_MORE && !input->expired)
            return 0;
        if (late != LATE_ANSWER) {
            input->esc_given = false;
            return 1;
        }
    }
    char c = at[1];
    bool alone = end - at == 2;
    if (c == ESC)
        return take_two_esc(input, at, end, event);
    if ((c == '[' || c == 'O' || begins_string(c)) && !(alone && input->expired)) {
        if (alone)
            return 0;
        return c == '['   ? take_csi(input, at, end, 1, event)
               : c == 'O' ? take_ss3(at, end, 1, event)
                          : take_string(input, at, end, event);
    }
    size_t used = take_plain(input, at + 1, end, KEY_ALT, event);
    return used ? used + 1 : 0;
}

bool input_next(struct input *input, struct event *event)
{
    while (input->at < input->bytes.length) {
        const char *at = input->bytes.data + input->at;
        const char *end = input->bytes.data + input->bytes.length;
        memset(event, 0, sizeof *event);
        event->kind = (enum event_kind)NOTHING;
        size_t used = input->pasting    ? take_paste(input, at, end, event)
                      : input->dropping ? take_string(input, at, end, event)
                      : *at == ESC      ? take_esc(input, at, end, event)
                                        : take_plain(input, at, end, 0, event);
        input->at += used;
        if (used)
            input->esc_given = false;
        if ((int)event->kind != NOTHING)
            return true;
        if (used == 0)
            return false;
    }
    return false;
}

bool input_waits(const struct input *input)
{
    return input->at < input->bytes.length && !input->pasting && !input->dropping &&
           !input->expired;
}

void input_timeout(struct input *input)
{
    input->expired = true;
}
