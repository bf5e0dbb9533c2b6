/*
 * The painter with ncurses. Curses paints into a file in memory and never sees the terminal, so
 * that its bytes and those of the pictures can leave together in one write, and its idea of the
 * size, of raw mode and of signals stays ours.
 *
 * Knows: curses, colour pairs. Must not know: what is drawn. The only file that includes curses.
 */
#include "screen/paint.h"

#include "base/buf.h"
#include "screen/fold.h"
#include "screen/tty.h"

#define NCURSES_NOMACROS 1
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

enum {
    MAX_FRAME_BYTES = 256 << 20,
    COLOUR_ENTRIES = 257, /* -1 to 255 */
    PICTURE_PAIR = 1,     /* blanks of this pair are never cleared as blanks of pair 0 are */
    FIRST_PAIR = 2,
    LOOK_SLOTS = 1024, /* a power of two */
};

/* How cells of one style are shown, by a hash of the style. */
struct look {
    uint32_t style; /* role, hue, attr + 1 in the fourth byte: 0 is an empty slot */
    attr_t attr;
    short pair;
};

struct painter {
    SCREEN *screen;
    FILE *out, *in;
    int memory_fd, out_fd;
    bool utf8, sync2026, redraw;
    bool pictured; /* there has been a picture */
    int colours, pairs, next_pair;
    struct theme theme;
    struct grid *before; /* what was painted last; NULL at first */
    struct buf bytes;
    struct look looks[LOOK_SLOTS];
    short pair_of[COLOUR_ENTRIES][COLOUR_ENTRIES];
};

static bool is_utf8(void)
{
    return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

bool paint_locale(void)
{
    if ((!setlocale(LC_ALL, "") || !is_utf8()) && !setlocale(LC_CTYPE, "C.UTF-8"))
        setlocale(LC_CTYPE, "C.utf8");
    setlocale(LC_NUMERIC, "C");
    return is_utf8();
}

/* newterm() sets the scrolling margins to the size that it believes in, and a picture that reaches
 * beyond them scrolls the screen: so it is told the true size, which it cannot ask of a file in
 * memory. */
static void tell_size(int out_fd)
{
    struct winsize size;
    char text[16];
    if (ioctl(out_fd, TIOCGWINSZ, &size) != 0 || !size.ws_row || !size.ws_col)
        return;
    snprintf(text, sizeof text, "%u", size.ws_row);
    setenv("LINES", text, 1);
    snprintf(text, sizeof text, "%u", size.ws_col);
    setenv("COLUMNS", text, 1);
}

/* newterm() takes over signals that nobody handles yet; they are not its business here. */
static SCREEN *open_screen(const char *term, FILE *out, FILE *in)
{
    static const int SIGNALS[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
    enum { COUNT = sizeof SIGNALS / sizeof *SIGNALS };
    struct sigaction kept[COUNT];
    for (int i = 0; i < COUNT; i++)
        sigaction(SIGNALS[i], NULL, &kept[i]);
    SCREEN *screen = newterm(term, out, in);
    for (int i = 0; i < COUNT; i++)
        sigaction(SIGNALS[i], &kept[i], NULL);
    return screen;
}

/* The variants with direct colour number their colours otherwise; the same terminals know 256. */
static SCREEN *open_term(const char *term, FILE *out, FILE *in)
{
    const char *direct = strstr(term, "-direct");
    char indexed[128];
    if (direct && (size_t)(direct - term) + sizeof "-256color" <= sizeof indexed) {
        snprintf(indexed, sizeof indexed, "%.*s-256color", (int)(direct - term), term);
        SCREEN *screen = open_screen(indexed, out, in);
        if (screen)
            return screen;
    }
    return open_screen(term, out, in);
}

static void start_colours(struct painter *painter, bool mono)
{
    if (mono || !has_colors() || start_color() == ERR)
        return;
    painter->colours = COLORS >= 256 ? 256 : COLORS >= 16 ? 16 : COLORS >= 8 ? 8 : 0;
    painter->pairs = COLOR_PAIRS < SHRT_MAX ? COLOR_PAIRS : SHRT_MAX;
    if (use_default_colors() == ERR)
        assume_default_colors(COLOR_WHITE, COLOR_BLACK);
    init_pair(PICTURE_PAIR, COLOR_WHITE, -1);
}

static bool start_curses(
    struct painter *painter, const struct painter_options *options, struct err *err)
{
    painter->memory_fd = memfd_create("boxtop-frame", MFD_CLOEXEC);
    painter->out = painter->memory_fd < 0 ? NULL : fdopen(painter->memory_fd, "w+");
    painter->in = fopen("/dev/null", "re");
    if (!painter->out || !painter->in)
        return err_set_errno(err, "cannot prepare a frame in memory");
    setenv("NCURSES_NO_PADDING", "1", 1); /* delays for the glass terminals of 1978 */
    tell_size(options->out_fd);
    painter->screen = open_term(options->term, painter->out, painter->in);
    if (!painter->screen)
        return err_set(err, ERR_USAGE,
            "the terminal \"%.40s\" is not in this machine's terminfo: try TERM=xterm-256color",
            options->term);
    if (!cursor_address)
        return err_set(err, ERR_USAGE,
            "the terminal \"%.40s\" cannot place its cursor: use boxtop's commands instead",
            options->term);
    start_colours(painter, options->mono);
    typeahead(-1);
    nonl();
    leaveok(stdscr, FALSE);
    scrollok(stdscr, FALSE);
    idlok(stdscr, FALSE);
    idcok(stdscr, FALSE); /* inserted characters would push pictures along */
    return true;
}

struct painter *painter_new(
    const struct painter_options *options, const struct theme *theme, struct err *err)
{
    if (!options->term || !*options->term) {
        err_set(err, ERR_USAGE, "TERM is not set: try TERM=xterm-256color");
        return NULL;
    }
    struct painter *painter = calloc(1, sizeof *painter);
    if (!painter) {
        err_set(err, ERR_MEMORY, "no memory for the screen");
        return NULL;
    }
    buf_init(&painter->bytes, MAX_FRAME_BYTES);
    painter->memory_fd = -1;
    painter->out_fd = options->out_fd;
    painter->sync2026 = options->sync2026;
    painter->utf8 = is_utf8();
    if (!start_curses(painter, options, err)) {
        painter_free(painter);
        return NULL;
    }
    painter_set_theme(painter, theme);
    return painter;
}

void painter_free(struct painter *painter)
{
    if (!painter)
        return;
    if (painter->screen) {
        endwin(); /* into memory: tty_close() restores the terminal */
        delscreen(painter->screen);
    }
    if (painter->out)
        fclose(painter->out);
    else if (painter->memory_fd >= 0)
        close(painter->memory_fd);
    if (painter->in)
        fclose(painter->in);
    grid_free(painter->before);
    buf_done(&painter->bytes);
    free(painter);
}

int painter_colours(const struct painter *painter)
{
    return painter->colours;
}

void painter_set_theme(struct painter *painter, const struct theme *theme)
{
    painter->theme = *theme;
    if (painter->colours == 0)
        theme_builtin(&painter->theme, "mono", NULL);
    memset(painter->looks, 0, sizeof painter->looks);
    memset(painter->pair_of, 0, sizeof painter->pair_of);
    painter->next_pair = FIRST_PAIR;
    paint_redraw_all(painter);
}

static short pair_for(struct painter *painter, int fg, int bg)
{
    if (painter->colours == 0 || (fg < 0 && bg < 0))
        return 0;
    short *pair = &painter->pair_of[fg + 1][bg + 1];
    if (*pair)
        return *pair;
    if (painter->next_pair >= painter->pairs) /* 64 pairs on 8 colours: the ground goes first */
        return bg >= 0 ? pair_for(painter, fg, -1) : 0;
    *pair = (short)painter->next_pair++;
    init_pair(*pair, (short)fg, (short)bg);
    return *pair;
}

static attr_t attributes(uint8_t attr)
{
    static const struct {
        uint8_t ours;
        attr_t theirs;
    } MAP[] = {{STYLE_BOLD, A_BOLD}, {STYLE_DIM, A_DIM}, {STYLE_UNDERLINE, A_UNDERLINE},
        {STYLE_REVERSE, A_REVERSE}, {STYLE_ITALIC, A_ITALIC}};
    attr_t set = A_NORMAL;
    for (size_t i = 0; i < sizeof MAP / sizeof *MAP; i++)
        if (attr & MAP[i].ours)
            set |= MAP[i].theirs;
    return set;
}

static const struct look *look_of(struct painter *painter, const struct cell *cell)
{
    uint32_t style =
        (uint32_t)cell->role | (uint32_t)cell->hue << 8 | (uint32_t)cell->attr << 16 | 1U << 24;
    struct look *look = &painter->looks[(style * 2654435761U) >> 22];
    if (look->style == style)
        return look;
    struct theme_entry entry;
    theme_look(&painter->theme, cell, &entry);
    struct theme_fitted fitted = theme_fit(&painter->theme, &entry, painter->colours);
    *look = (struct look){style, attributes(fitted.attr), pair_for(painter, fitted.fg, fitted.bg)};
    return look;
}

/* The characters of a cell as this terminal and this C library can have them; returns the columns.
 */
static int characters(const struct painter *painter, const struct cell *cell, wchar_t out[4])
{
    int count = 0;
    if (painter->utf8 && wcwidth((wchar_t)cell->code[0]) == cell->cols) {
        out[count++] = (wchar_t)cell->code[0];
        for (int i = 1; i < 3 && cell->code[i]; i++)
            if (wcwidth((wchar_t)cell->code[i]) == 0)
                out[count++] = (wchar_t)cell->code[i];
        out[count] = L'\0';
        return cell->cols;
    }
    out[0] = (wchar_t)(unsigned char)fold_code(cell->code[0]);
    out[1] = L'\0';
    return 1;
}

static void paint_cell(struct painter *painter, int row, int col, const struct cell *cell)
{
    wchar_t text[4] = L" ";
    cchar_t shown;
    int cols = 1;
    if (cell->role == STYLE_PICTURE) {
        /* Without colours there is no other pair, but another blank. */
        if (painter->colours == 0 && painter->utf8)
            text[0] = 0xa0;
        setcchar(&shown, text, A_NORMAL, painter->colours ? PICTURE_PAIR : 0, NULL);
        mvadd_wch(row, col, &shown);
        return;
    }
    const struct look *look = look_of(painter, cell);
    cols = characters(painter, cell, text);
    setcchar(&shown, text, look->attr, look->pair, NULL);
    mvadd_wch(row, col, &shown);
    if (cell->cols == 2 && cols == 1) {
        setcchar(&shown, L" ", look->attr, look->pair, NULL);
        mvadd_wch(row, col + 1, &shown);
    }
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    return !memcmp(a, b, sizeof *a);
}

/* Returns whether any cell of ROW was painted. */
static bool paint_row(struct painter *painter, const struct grid *grid, int row)
{
    bool any = false;
    for (int col = 0; col < grid->cols; col++) {
        size_t at = (size_t)row * (size_t)grid->cols + (size_t)col;
        const struct cell *cell = &grid->cells[at];
        if (cell->cols && (painter->redraw || !same_cell(cell, &painter->before->cells[at]))) {
            paint_cell(painter, row, col, cell);
            any = true;
        }
    }
    return any;
}

static bool has_picture(const struct grid *grid)
{
    size_t cells = grid ? (size_t)grid->rows * (size_t)grid->cols : 0;
    for (size_t i = 0; i < cells; i++)
        if (grid->cells[i].role == STYLE_PICTURE)
            return true;
    return false;
}

/* Curses scrolls lines that have moved, whatever idlok() says, and would take a picture beside them
 * along; in xterm a scrolled line even shows one again that has long been wiped. A row that is
 * refreshed alone has not moved: it stands where it was, too. */
static void paint_cells(struct painter *painter, const struct grid *grid)
{
    painter->pictured = painter->pictured || has_picture(grid);
    bool alone = !painter->redraw && painter->pictured;
    leaveok(stdscr, TRUE);
    for (int row = 0; row < grid->rows; row++)
        if (paint_row(painter, grid, row) && alone)
            refresh();
    leaveok(stdscr, FALSE);
}

/* Keeps a copy of what is painted, at its size. */
static bool keep(struct painter *painter, const struct grid *grid, struct err *err)
{
    if (!painter->before && !(painter->before = grid_new(grid->rows, grid->cols, err)))
        return false;
    memcpy(painter->before->cells, grid->cells,
        (size_t)grid->rows * (size_t)grid->cols * sizeof *grid->cells);
    return true;
}

static bool fit_size(struct painter *painter, const struct grid *grid, struct err *err)
{
    struct grid *before = painter->before;
    if (before && before->rows == grid->rows && before->cols == grid->cols)
        return true;
    if (before && !grid_resize(before, grid->rows, grid->cols, err))
        return false;
    if (resize_term(grid->rows, grid->cols) == ERR)
        return err_set(
            err, ERR_MEMORY, "no memory for a screen of %d x %d cells", grid->cols, grid->rows);
    paint_redraw_all(painter);
    return true;
}

/* Moves what curses wrote into the frame's bytes. */
static bool take_bytes(struct painter *painter, struct err *err)
{
    off_t length = lseek(painter->memory_fd, 0, SEEK_END);
    bool good = length >= 0 && buf_reserve(&painter->bytes, (size_t)length);
    for (off_t at = 0; good && at < length;) {
        ssize_t n = pread(painter->memory_fd, painter->bytes.data + painter->bytes.length,
            (size_t)(length - at), at);
        good = n > 0;
        if (good) {
            painter->bytes.length += (size_t)n;
            at += n;
        }
    }
    if (ftruncate(painter->memory_fd, 0) != 0 || lseek(painter->memory_fd, 0, SEEK_SET) != 0)
        good = false;
    return good ? true : err_set(err, ERR_MEMORY, "no memory for a frame");
}

static void run_curses(struct painter *painter, const struct grid *grid)
{
    if (painter->redraw) {
        erase();
        clearok(stdscr, TRUE);
        curs_set(0); /* whatever it is now */
    }
    paint_cells(painter, grid);
    curs_set(grid->cursor_shown);
    move(grid->cursor_row, grid->cursor_col);
    refresh();
}

/* The cursor walks through the pictures: where xterm shows it on its way, a cell of them is gone. */
static void add_extra(
    struct painter *painter, const struct grid *grid, const void *extra, size_t length)
{
    if (grid->cursor_shown)
        buf_add_string(&painter->bytes, "\x1b[?25l");
    buf_add(&painter->bytes, extra, length);
    if (grid->cursor_shown)
        buf_add_string(&painter->bytes, "\x1b[?25h");
}

bool paint_frame(struct painter *painter, const struct grid *grid, const void *extra, size_t length,
    struct err *err)
{
    static const char BEGIN[] = "\x1b[?2026h", END[] = "\x1b[?2026l";
    set_term(painter->screen);
    if (!fit_size(painter, grid, err))
        return false;
    run_curses(painter, grid);
    buf_clear(&painter->bytes);
    if (painter->sync2026)
        buf_add_string(&painter->bytes, BEGIN);
    size_t head = painter->bytes.length;
    bool good = take_bytes(painter, err) && keep(painter, grid, err);
    if (length)
        add_extra(painter, grid, extra, length);
    bool empty = painter->bytes.length == head;
    if (painter->sync2026)
        buf_add_string(&painter->bytes, END);
    if (good && painter->bytes.failed)
        good = err_set(err, ERR_MEMORY, "no memory for a frame");
    if (good && !empty)
        good = tty_write(painter->out_fd, painter->bytes.data, painter->bytes.length, err);
    painter->redraw = !good;
    return good;
}

void paint_damage(const struct painter *painter, const struct grid *grid, bool damaged[256])
{
    grid_damage(painter->redraw ? NULL : painter->before, grid, damaged);
}

void paint_redraw_all(struct painter *painter)
{
    painter->redraw = true;
}
