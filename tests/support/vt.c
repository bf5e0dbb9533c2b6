#include "vt.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vterm.h>

struct vt {
    VTerm *terminal;
    VTermScreen *screen;
    bool cursor_shown;
    char *text;
};

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    struct vt *vt = user;
    if (property == VTERM_PROP_CURSORVISIBLE)
        vt->cursor_shown = value->boolean;
    return 1;
}

static const VTermScreenCallbacks CALLBACKS = {.settermprop = on_property};

struct vt *vt_new(int rows, int cols)
{
    struct vt *vt = calloc(1, sizeof *vt);
    if (!vt || !(vt->terminal = vterm_new(rows, cols)))
        abort();
    vterm_set_utf8(vt->terminal, 1);
    vt->screen = vterm_obtain_screen(vt->terminal);
    vterm_screen_set_callbacks(vt->screen, &CALLBACKS, vt);
    vterm_screen_enable_altscreen(vt->screen, 1);
    vterm_screen_reset(vt->screen, 1);
    return vt;
}

void vt_free(struct vt *vt)
{
    if (!vt)
        return;
    vterm_free(vt->terminal);
    free(vt->text);
    free(vt);
}

void vt_resize(struct vt *vt, int rows, int cols)
{
    vterm_set_size(vt->terminal, rows, cols);
}

void vt_feed(struct vt *vt, const void *bytes, size_t length)
{
    vterm_input_write(vt->terminal, bytes, length);
}

size_t vt_feed_fd(struct vt *vt, int fd)
{
    char bytes[65536];
    size_t total = 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (poll(&wait, 1, 0) > 0 && (wait.revents & POLLIN)) {
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n <= 0)
            break;
        vt_feed(vt, bytes, (size_t)n);
        total += (size_t)n;
    }
    return total;
}

static size_t encode(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    out[0] = (char)((0xff00 >> (more + 1)) | (code >> (6 * more)));
    for (int i = 1; i <= more; i++)
        out[i] = (char)(0x80 | ((code >> (6 * (more - i))) & 0x3f));
    return (size_t)more + 1;
}

/* One row into OUT, without trailing blanks; returns the bytes. */
static size_t print_row(struct vt *vt, int row, int cols, char *out)
{
    size_t length = 0, kept = 0;
    for (int col = 0; col < cols; col++) {
        VTermScreenCell cell;
        vterm_screen_get_cell(vt->screen, (VTermPos){row, col}, &cell);
        if (cell.chars[0] == (uint32_t)-1) /* right of a wide one */
            continue;
        if (cell.chars[0] == 0)
            out[length++] = ' ';
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
            length += encode(cell.chars[i], out + length);
        if (cell.chars[0] != 0 && cell.chars[0] != ' ')
            kept = length;
    }
    return kept;
}

const char *vt_text(struct vt *vt)
{
    int rows, cols;
    size_t length = 0;
    vterm_get_size(vt->terminal, &rows, &cols);
    free(vt->text);
    vt->text = malloc((size_t)rows * ((size_t)cols * VTERM_MAX_CHARS_PER_CELL * 4 + 1) + 1);
    if (!vt->text)
        abort();
    for (int row = 0; row < rows; row++) {
        length += print_row(vt, row, cols, vt->text + length);
        vt->text[length++] = '\n';
    }
    vt->text[length] = '\0';
    return vt->text;
}

static int index_of(const VTermColor *colour)
{
    if (colour->type & (VTERM_COLOR_DEFAULT_FG | VTERM_COLOR_DEFAULT_BG))
        return -1;
    return VTERM_COLOR_IS_INDEXED(colour) ? colour->indexed.idx : -2;
}

struct vt_cell vt_at(struct vt *vt, int row, int col)
{
    VTermScreenCell cell;
    vterm_screen_get_cell(vt->screen, (VTermPos){row, col}, &cell);
    return (struct vt_cell){cell.chars[0], cell.width, index_of(&cell.fg), index_of(&cell.bg),
        cell.attrs.bold, cell.attrs.underline != 0, cell.attrs.reverse, cell.attrs.italic};
}

void vt_cursor(struct vt *vt, int *row, int *col, bool *shown)
{
    VTermPos position;
    vterm_state_get_cursorpos(vterm_obtain_state(vt->terminal), &position);
    *row = position.row;
    *col = position.col;
    *shown = vt->cursor_shown;
}
