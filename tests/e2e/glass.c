#include "glass.h"

#include "program.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

/* One piece of the stream: a control sequence, a string, or a run of text. */
struct piece {
    const char *at;
    size_t length;
    char kind;        /* 't' text, '[' CSI, 'P' or '_' or ']' or '^' or 'X' string, 'e' other ESC */
    const char *body; /* behind the introducer, of body_length, without the terminator */
    size_t body_length;
    bool whole;
};

static struct piece string_piece(const char *at, const char *end)
{
    struct piece piece = {.at = at, .kind = at[1], .body = at + 2};
    const char *stop = memmem(at + 2, (size_t)(end - at - 2), "\033\\", 2);
    piece.whole = stop != NULL;
    piece.body_length = (size_t)((stop ? stop : end) - piece.body);
    piece.length = (size_t)((stop ? stop + 2 : end) - at);
    return piece;
}

static struct piece csi_piece(const char *at, const char *end)
{
    struct piece piece = {.at = at, .kind = '[', .body = at + 2};
    const char *last = at + 2;
    while (last < end && *last >= 0x20 && *last < 0x40)
        last++;
    piece.whole = last < end && *last >= 0x40 && *last < 0x7f;
    last += piece.whole;
    piece.length = (size_t)(last - at);
    piece.body_length = piece.length - 2;
    return piece;
}

static struct piece next_piece(const char *at, const char *end)
{
    if (*at != '\033') {
        const char *stop = memchr(at, '\033', (size_t)(end - at));
        size_t length = (size_t)((stop ? stop : end) - at);
        return (struct piece){at, length, 't', at, length, true};
    }
    if (at + 1 == end)
        return (struct piece){at, 1, 'e', at, 0, false};
    if (strchr("P_]^X", at[1]) && at[1])
        return string_piece(at, end);
    if (at[1] == '[')
        return csi_piece(at, end);
    size_t length = strchr("()*+", at[1]) && at + 2 < end ? 3 : 2;
    return (struct piece){at, length, 'e', at + 1, length - 1, true};
}

static const char *wrong_piece(const struct piece *piece, const char *what)
{
    static char said[256];
    int used = snprintf(said, sizeof said, "%s: ", what);
    for (size_t i = 0; i < piece->length && used + 5 < (int)sizeof said; i++) {
        unsigned char c = (unsigned char)piece->at[i];
        used += snprintf(
            said + used, sizeof said - (size_t)used, c > 0x20 && c < 0x7f ? "%c" : "\\x%02x", c);
    }
    return said;
}

/* Text of the screen: beside characters only the moves that curses makes with them, and the
 * alternate characters of LC_ALL=C. */
static const char *text_harm(const struct piece *piece)
{
    char *plain = malloc(piece->length + 1);
    size_t length = 0;
    for (size_t i = 0; plain && i < piece->length; i++)
        if (!strchr("\b\r\016\017", piece->at[i]) || !piece->at[i])
            plain[length++] = piece->at[i];
    const char *harm = plain ? program_harm(plain, length) : "out of memory";
    free(plain);
    return harm;
}

/* CSI: the moves, erasures, attributes and modes of curses and of the modes we set, and the
 * questions of the beginning and the one behind pictures. */
static bool is_known_csi(const struct piece *piece)
{
    /* And the title, which curses keeps and gives back on an xterm; the console's cursor. */
    static const char *const QUESTIONS[] = {"22;0;0t", "23;0;0t", "?0c", "?1c", ">q", "16t", "14t",
        "?1;1;0S", "?2;1;0S", "?2;4;0S", "?2026$p", "?1006$p", "c", "5n"};
    static const char *const MODES[] = {"1", "7", "12", "25", "12;25", "1000", "1002", "1003", "1006",
        "1049", "2004", "2026", "4", "?", "1034"};
    const char *body = piece->body;
    size_t length = piece->body_length;
    char final = body[length - 1];
    for (size_t i = 0; i < sizeof QUESTIONS / sizeof *QUESTIONS; i++)
        if (strlen(QUESTIONS[i]) == length && memcmp(QUESTIONS[i], body, length) == 0)
            return true;
    if (final == 'h' || final == 'l') {
        size_t skip = *body == '?';
        for (size_t i = 0; i < sizeof MODES / sizeof *MODES; i++)
            if (strlen(MODES[i]) == length - skip - 1 &&
                memcmp(MODES[i], body + skip, length - skip - 1) == 0)
                return true;
        return false;
    }
    int value = 0;
    for (size_t i = 0; i + 1 < length; i++) {
        if (!strchr("0123456789;:", body[i]))
            return false;
        value = body[i] == ';' || body[i] == ':' ? 0 : value * 10 + body[i] - '0';
        if (value > 999) /* no screen, colour or attribute of these tests is that large */
            return false;
    }
    return strchr("ABCDGHJKLMSTXbdfmr", final) != NULL;
}

/* OSC 52: base64 for the clipboard, and never a question for what is in it. */
static bool is_clipboard(const char *body, size_t length)
{
    static const char BEGIN[] = "52;c;";
    size_t begin = sizeof BEGIN - 1;
    if (length < begin || memcmp(body, BEGIN, begin) != 0)
        return false;
    for (size_t i = begin; i < length; i++)
        if (!isalnum((unsigned char)body[i]) && !strchr("+/=", body[i]))
            return false;
    return true;
}

static bool is_known_string(const struct piece *piece)
{
    static const char THROUGH_TMUX[] = "tmux;\033\033]";
    size_t through = sizeof THROUGH_TMUX - 1;
    const char *body = piece->body;
    if (piece->kind == ']' && is_clipboard(body, piece->body_length))
        return true;
    if (piece->kind == 'P' && piece->body_length > through &&
        memcmp(body, THROUGH_TMUX, through) == 0 && body[piece->body_length - 1] == '\a')
        return is_clipboard(body + through, piece->body_length - through - 1);
    size_t parameters = strspn(body, "0123456789;");
    if (piece->kind == 'P' && piece->body_length == 8 && memcmp(body, "+q524742", 8) == 0)
        return true;
    if (piece->kind == 'P' && body[parameters] == 'q') {
        for (size_t i = parameters; i < piece->body_length; i++)
            if (body[i] < 0x20 || body[i] > 0x7e)
                return false;
        return true;
    }
    for (size_t i = 0; i < piece->body_length; i++)
        if (body[i] < 0x20 || body[i] > 0x7e)
            return false;
    return (piece->kind == '_' && *body == 'G') ||
           (piece->kind == ']' && piece->body_length == 4 && memcmp(body, "11;?", 4) == 0);
}

static bool is_known_escape(const struct piece *piece)
{
    static const char *const KNOWN[] = {
        "7", "8", "(B", ")0", "(0", "=", ">", "\\", "M", "*0", "+B"};
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
        if (strlen(KNOWN[i]) == piece->body_length &&
            memcmp(KNOWN[i], piece->body, piece->body_length) == 0)
            return true;
    return false;
}

const char *glass_harm(const char *bytes, size_t length)
{
    const char *end = bytes + length;
    for (const char *at = bytes; at < end;) {
        struct piece piece = next_piece(at, end);
        const char *harm = piece.kind == 't' ? text_harm(&piece) : NULL;
        if (harm)
            return harm;
        if (!piece.whole)
            return wrong_piece(&piece, "an unfinished sequence");
        if (piece.kind == '[' && !is_known_csi(&piece))
            return wrong_piece(&piece, "an unknown CSI");
        if (piece.kind == 'e' && !is_known_escape(&piece))
            return wrong_piece(&piece, "an unknown ESC");
        if (strchr("P_]^X", piece.kind) && !is_known_string(&piece))
            return wrong_piece(&piece, "an unknown string");
        at += piece.length;
    }
    return NULL;
}

/* A terminal that shows sixels forgets what is under the text that it writes or erases. */
static int wipe(VTermRect rect, void *user)
{
    sixel_screen_wipe(user, rect.start_row, rect.start_col, rect.end_row - rect.start_row,
        rect.end_col - rect.start_col);
    return 1;
}

static VTerm *open_text(struct sixel_screen *screen)
{
    static const VTermScreenCallbacks CALLS = {.damage = wipe};
    VTerm *text = vterm_new(screen->rows, screen->cols);
    if (!text)
        fail_msg("out of memory");
    vterm_set_utf8(text, 1);
    vterm_screen_enable_altscreen(vterm_obtain_screen(text), 1);
    vterm_screen_reset(vterm_obtain_screen(text), 1);
    vterm_screen_set_callbacks(vterm_obtain_screen(text), &CALLS, screen);
    return text;
}

size_t glass_moves(const char *bytes, size_t length)
{
    const char *end = bytes + length;
    size_t count = 0;
    for (const char *at = bytes; at < end;) {
        struct piece piece = next_piece(at, end);
        char final = piece.kind == '[' ? piece.body[piece.body_length - 1] : '\0';
        count += final && strchr("STLMP@r", final);
        count += piece.kind == 'e' && piece.body_length == 1 && *piece.body == 'M';
        at += piece.length;
    }
    return count;
}

/* What a piece of the stream is to pictures. */
struct part {
    bool placed; /* between ESC 7 and ESC 8: an encoder's own */
    bool saves, moves, sixel, kitty;
};

static struct part part_of(const struct piece *piece, bool *placed)
{
    char final = piece->kind == '[' ? piece->body[piece->body_length - 1] : '\0';
    struct part part = {
        .saves = piece->kind == 'e' && piece->body_length == 1 && strchr("78", *piece->body)};
    if (part.saves)
        *placed = piece->at[1] == '7';
    part.placed = *placed || part.saves;
    part.moves = *placed && final && strchr("HX", final);
    part.sixel = piece->kind == 'P' && piece->body[0] != '+';
    part.kitty = piece->kind == '_' && !memmem(piece->body, piece->body_length, "a=q", 3);
    return part;
}

bool glass_show(struct sixel_screen *screen, const char *bytes, size_t length)
{
    const char *end = bytes + length;
    bool placed = false, ok = true;
    VTerm *text = open_text(screen);
    for (const char *at = bytes; at < end && ok;) {
        struct piece piece = next_piece(at, end);
        struct part part = part_of(&piece, &placed);
        if (part.saves || part.sixel || part.moves)
            ok = sixel_screen_feed(screen, piece.at, piece.length);
        else if (strchr("t[e", piece.kind))
            vterm_input_write(text, piece.at, piece.length);
        at += piece.length;
    }
    vterm_free(text);
    return ok;
}

bool glass_show_kitty(struct kitty_screen *screen, const char *bytes, size_t length)
{
    const char *end = bytes + length;
    bool placed = false;
    char *pictures = malloc(length + 1);
    size_t used = 0;
    for (const char *at = bytes; pictures && at < end;) {
        struct piece piece = next_piece(at, end);
        struct part part = part_of(&piece, &placed);
        bool all = piece.body_length >= 8 && memcmp(piece.body, "Ga=d,d=A", 8) == 0;
        if (all) { /* on leaving */
            kitty_screen_done(screen);
            kitty_screen_init(screen, screen->rows, screen->cols, screen->cell_width_px,
                screen->cell_height_px);
            used = 0;
        } else if (part.saves || part.moves || part.kitty) {
            memcpy(pictures + used, piece.at, piece.length);
            used += piece.length;
        }
        at += piece.length;
    }
    bool ok = pictures && kitty_screen_feed(screen, pictures, used);
    free(pictures);
    return ok;
}
