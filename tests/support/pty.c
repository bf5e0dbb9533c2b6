#include "pty.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

/* The cells of the terminals whose answers were recorded; xterm adds its border to the window. */
enum { CELL_WIDTH_PX = 8, CELL_HEIGHT_PX = 17, XTERM_BORDER_PX = 4, DEADLINE_MS = 20000 };

struct pty {
    int master;
    pid_t child;
    bool ended, closed; /* waited for; no more output */
    int status, deadline_ms, cols, rows;
    enum wire_terminal terminal;
    struct termios before;
    struct wire *wire;
    VTerm *vterm;
    VTermScreen *screen;
    char *text; /* of pty_screen() */
    char *row;  /* of pty_row() */
    char left_on[640];
    char *log, *held; /* all output; answers that wait */
    size_t log_length, log_capacity, held_length, held_capacity;
    bool holding;
    int cell_width_px, cell_height_px;
    int bytes_per_ms, answer_ms; /* of a slow link; 0: at once */
    int64_t read_ms;             /* until when the link is busy with what was read */
    int64_t answers_due_ms;      /* when what is held goes out; 0: nothing waits for that */
};

static void die(const char *doing)
{
    fprintf(stderr, "pty: %s: %s\n", doing, strerror(errno));
    abort();
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What the wire asks of its owner. */

static void show(void *self, const char *bytes, size_t length)
{
    struct pty *pty = self;
    vterm_input_write(pty->vterm, bytes, length);
}

static void find_cursor(void *self, int *row, int *col)
{
    struct pty *pty = self;
    VTermPos at;
    vterm_state_get_cursorpos(vterm_obtain_state(pty->vterm), &at);
    *row = at.row;
    *col = at.col;
}

static void append(char **to, size_t *used, size_t *capacity, const char *bytes, size_t length)
{
    if (*used + length > *capacity) {
        *capacity = (*used + length) * 2;
        *to = realloc(*to, *capacity);
        if (!*to)
            die("out of memory");
    }
    memcpy(*to + *used, bytes, length);
    *used += length;
}

static void send_bytes(void *self, const char *bytes, size_t length)
{
    struct pty *pty = self;
    int64_t deadline = now_ms() + pty->deadline_ms;
    while (length > 0 && !pty->closed && now_ms() < deadline) {
        ssize_t written = write(pty->master, bytes, length);
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        } else if (errno == EAGAIN || errno == EINTR) {
            struct pollfd wait = {pty->master, POLLOUT, 0};
            poll(&wait, 1, 10);
        } else {
            return; /* nobody listens any more */
        }
    }
}

static void answer(void *self, const char *bytes, size_t length)
{
    struct pty *pty = self;
    if (pty->answer_ms && !pty->answers_due_ms)
        pty->answers_due_ms = now_ms() + pty->answer_ms;
    if (pty->holding || pty->answer_ms)
        append(&pty->held, &pty->held_length, &pty->held_capacity, bytes, length);
    else
        send_bytes(pty, bytes, length);
}

void pty_release_answers(struct pty *pty)
{
    pty->holding = false;
    if (pty->held_length)
        send_bytes(pty, pty->held, pty->held_length);
    pty->held_length = 0;
}

static struct winsize window_size(const struct pty *pty)
{
    int border = pty->terminal == WIRE_XTERM ? XTERM_BORDER_PX : 0;
    struct winsize size = {(unsigned short)pty->rows, (unsigned short)pty->cols, 0, 0};
    if (pty->terminal != WIRE_DUMB) {
        size.ws_xpixel = (unsigned short)(pty->cols * pty->cell_width_px + border);
        size.ws_ypixel = (unsigned short)(pty->rows * pty->cell_height_px + border);
    }
    return size;
}

static void be_the_child(const struct pty_start *start, int slave)
{
    setsid();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (ioctl(slave, TIOCSCTTY, 0) == 0 && dup2(slave, 0) == 0 && dup2(slave, 1) == 1 &&
        dup2(slave, 2) == 2 && (!start->directory || chdir(start->directory) == 0)) {
        if (slave > 2)
            close(slave);
        execve(start->argv[0], (char *const *)start->argv, (char *const *)start->env);
    }
    _exit(127);
}

static void start_child(struct pty *pty, const struct pty_start *start)
{
    char name[64];
    struct winsize size = window_size(pty);
    pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (pty->master < 0 || grantpt(pty->master) < 0 || unlockpt(pty->master) < 0 ||
        ptsname_r(pty->master, name, sizeof name) != 0)
        die("no pseudo terminal");
    int slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || ioctl(slave, TIOCSWINSZ, &size) < 0 || tcgetattr(slave, &pty->before) < 0)
        die("no terminal settings");
    pty->child = fork();
    if (pty->child < 0)
        die("cannot start a process");
    if (pty->child == 0) {
        close(pty->master);
        be_the_child(start, slave);
    }
    close(slave);
    fcntl(pty->master, F_SETFL, O_NONBLOCK);
}

struct pty *pty_open(const struct pty_start *start)
{
    struct pty *pty = calloc(1, sizeof *pty);
    if (!pty)
        die("out of memory");
    pty->cols = start->cols ? start->cols : 80;
    pty->rows = start->rows ? start->rows : 24;
    pty->terminal = start->terminal;
    pty->cell_width_px = CELL_WIDTH_PX;
    pty->cell_height_px = CELL_HEIGHT_PX;
    pty->holding = start->hold_answers;
    pty->deadline_ms = start->deadline_ms ? start->deadline_ms : DEADLINE_MS;
    pty->vterm = vterm_new(pty->rows, pty->cols);
    if (!pty->vterm)
        die("out of memory");
    vterm_set_utf8(pty->vterm, 1);
    pty->screen = vterm_obtain_screen(pty->vterm);
    vterm_screen_enable_altscreen(pty->screen, 1);
    vterm_screen_reset(pty->screen, 1);
    struct wire_owner owner = {pty, show, answer, find_cursor};
    pty->wire = wire_new(start->terminal, CELL_WIDTH_PX, CELL_HEIGHT_PX, &owner);
    wire_resize(pty->wire, pty->cols, pty->rows);
    start_child(pty, start);
    return pty;
}

void pty_close(struct pty *pty)
{
    if (!pty)
        return;
    if (!pty->ended) {
        kill(-pty->child, SIGKILL); /* it leads a session, and so a group, of its own */
        kill(pty->child, SIGKILL);
        waitpid(pty->child, NULL, 0);
    }
    if (pty->master >= 0)
        close(pty->master);
    wire_free(pty->wire);
    vterm_free(pty->vterm);
    free(pty->text);
    free(pty->row);
    free(pty->log);
    free(pty->held);
    free(pty);
}

/* How many bytes the link takes now; while it is busy it waits, and lets answers through. */
static size_t wait_for_link(struct pty *pty, size_t most)
{
    enum { PART_MS = 8 };
    int64_t now = now_ms();
    if (pty->answers_due_ms && now >= pty->answers_due_ms) {
        pty->answers_due_ms = 0;
        pty_release_answers(pty);
    }
    if (!pty->bytes_per_ms)
        return most;
    if (pty->read_ms > now)
        poll(NULL, 0, (int)(pty->read_ms - now));
    size_t part = (size_t)(pty->bytes_per_ms * PART_MS);
    return part < most ? part : most;
}

/* Takes what the program wrote, waiting at most WAIT_MS for the first byte; false when none came.
 */
static bool take_output(struct pty *pty, int64_t wait_ms)
{
    char bytes[65536];
    struct pollfd wait = {pty->master, POLLIN, 0};
    size_t most = wait_for_link(pty, sizeof bytes);
    int64_t due_ms = pty->answers_due_ms ? pty->answers_due_ms - now_ms() : wait_ms;
    bool early = due_ms < wait_ms;
    wait_ms = early ? due_ms : wait_ms;
    if (pty->closed || poll(&wait, 1, wait_ms < 0 ? 0 : (int)wait_ms) <= 0)
        return early && !pty->closed; /* an answer is due: there may be more */
    ssize_t count = read(pty->master, bytes, most);
    if (count > 0 && pty->bytes_per_ms)
        pty->read_ms = now_ms() + count / pty->bytes_per_ms;
    if (count > 0) {
        append(&pty->log, &pty->log_length, &pty->log_capacity, bytes, (size_t)count);
        wire_feed(pty->wire, bytes, (size_t)count);
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
        pty->closed = true; /* EIO: the last one who had the terminal open is gone */
    }
    return count > 0;
}

void pty_type(struct pty *pty, const char *keys)
{
    send_bytes(pty, keys, strlen(keys));
}

void pty_mouse(struct pty *pty, int button, int row, int col)
{
    char event[80];
    int length = snprintf(event, sizeof event, "\033[<%d;%d;%dM", button, col + 1, row + 1);
    if (button < 64)
        length += snprintf(event + length, sizeof event - (size_t)length, "\033[<%d;%d;%dm", button,
            col + 1, row + 1);
    send_bytes(pty, event, (size_t)length);
}

void pty_resize(struct pty *pty, int cols, int rows)
{
    pty->cols = cols;
    pty->rows = rows;
    struct winsize size = window_size(pty);
    vterm_set_size(pty->vterm, rows, cols);
    wire_resize(pty->wire, cols, rows);
    if (ioctl(pty->master, TIOCSWINSZ, &size) < 0)
        die("cannot resize");
}

void pty_set_cell(struct pty *pty, int width_px, int height_px)
{
    pty->cell_width_px = width_px;
    pty->cell_height_px = height_px;
    wire_set_cell(pty->wire, width_px, height_px);
    pty_resize(pty, pty->cols, pty->rows);
}

void pty_set_link(struct pty *pty, int bytes_per_ms, int answer_ms)
{
    pty->bytes_per_ms = bytes_per_ms;
    pty->answer_ms = answer_ms;
    if (!answer_ms)
        pty_release_answers(pty);
}

void pty_signal(struct pty *pty, int signal_number)
{
    if (!pty->ended)
        kill(pty->child, signal_number);
}

void pty_hang_up(struct pty *pty)
{
    close(pty->master);
    pty->master = -1;
    pty->closed = true;
}

/* Whether TEXT is on the screen, as WANTED. */
static bool wait_for_text(struct pty *pty, const char *text, bool wanted)
{
    int64_t deadline = now_ms() + pty->deadline_ms;
    int row, col;
    while (pty_find(pty, text, &row, &col) != wanted) {
        int64_t left = deadline - now_ms();
        if (left <= 0 || pty->closed)
            return false;
        take_output(pty, left);
    }
    return true;
}

bool pty_wait_text(struct pty *pty, const char *text)
{
    return wait_for_text(pty, text, true);
}

bool pty_wait_no_text(struct pty *pty, const char *text)
{
    return wait_for_text(pty, text, false);
}

bool pty_wait_pictures(struct pty *pty, size_t count)
{
    int64_t deadline = now_ms() + pty->deadline_ms;
    while (wire_picture_count(pty->wire) < count) {
        int64_t left = deadline - now_ms();
        if (left <= 0 || pty->closed)
            return false;
        take_output(pty, left);
    }
    return true;
}

bool pty_wait_quiet(struct pty *pty, int quiet_ms)
{
    int64_t deadline = now_ms() + pty->deadline_ms;
    while (take_output(pty, quiet_ms))
        if (now_ms() >= deadline)
            return false;
    return true;
}

bool pty_wait_exit(struct pty *pty)
{
    int64_t deadline = now_ms() + pty->deadline_ms;
    while (!pty->ended) {
        int64_t left = deadline - now_ms();
        if (left <= 0)
            return false;
        if (!pty->closed)
            take_output(pty, left < 50 ? left : 50);
        else
            poll(NULL, 0, 1); /* the terminal is closed, the process all but gone */
        pty->ended = waitpid(pty->child, &pty->status, WNOHANG) == pty->child;
    }
    while (take_output(pty, 0))
        ;
    return true;
}

static size_t add_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    static const unsigned char LEADS[] = {0, 0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(LEADS[length] | code);
    return length;
}

static void cell_text(const VTermScreenCell *cell, char out[40])
{
    size_t used = 0;
    if (cell->chars[0] == (uint32_t)-1) {
        out[0] = '\0'; /* the right half of a wide character */
        return;
    }
    for (size_t i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++)
        used += add_utf8(out + used, cell->chars[i]);
    if (!used)
        out[used++] = ' ';
    out[used] = '\0';
}

static void take_colour(struct pty *pty, VTermColor colour, uint8_t out[3])
{
    vterm_screen_convert_color_to_rgb(pty->screen, &colour);
    out[0] = colour.rgb.red;
    out[1] = colour.rgb.green;
    out[2] = colour.rgb.blue;
}

struct pty_cell pty_cell(struct pty *pty, int row, int col)
{
    struct pty_cell out = {0};
    VTermScreenCell cell;
    if (!vterm_screen_get_cell(pty->screen, (VTermPos){row, col}, &cell))
        return out;
    cell_text(&cell, out.text);
    take_colour(pty, cell.fg, out.foreground);
    take_colour(pty, cell.bg, out.background);
    out.plain_foreground = VTERM_COLOR_IS_DEFAULT_FG(&cell.fg);
    out.plain_background = VTERM_COLOR_IS_DEFAULT_BG(&cell.bg);
    out.bold = cell.attrs.bold;
    out.underline = cell.attrs.underline != 0;
    out.reverse = cell.attrs.reverse;
    return out;
}

const char *pty_row(struct pty *pty, int row)
{
    free(pty->row);
    pty->row = calloc((size_t)pty->cols + 1, sizeof((struct pty_cell *)0)->text);
    if (!pty->row)
        die("out of memory");
    size_t used = 0, end = 0;
    for (int col = 0; col < pty->cols; col++) {
        VTermScreenCell cell;
        char text[40];
        vterm_screen_get_cell(pty->screen, (VTermPos){row, col}, &cell);
        cell_text(&cell, text);
        memcpy(pty->row + used, text, strlen(text) + 1);
        used += strlen(text);
        if (strcmp(text, " ") != 0)
            end = used;
    }
    pty->row[end] = '\0';
    return pty->row;
}

const char *pty_screen(struct pty *pty)
{
    free(pty->text);
    size_t used = 0;
    pty->text = calloc(1, 1);
    for (int row = 0; row < pty->rows; row++) {
        const char *text = pty_row(pty, row);
        size_t length = strlen(text);
        pty->text = realloc(pty->text, used + length + 2);
        if (!pty->text)
            die("out of memory");
        memcpy(pty->text + used, text, length);
        used += length;
        memcpy(pty->text + used++, "\n", 2);
    }
    return pty->text;
}

/* The cell that starts at byte OFFSET of the row's text. */
static int col_of_byte(struct pty *pty, int row, size_t offset)
{
    size_t used = 0;
    for (int col = 0; col < pty->cols; col++) {
        struct pty_cell cell = pty_cell(pty, row, col);
        if (used >= offset && *cell.text)
            return col;
        used += strlen(cell.text);
    }
    return pty->cols;
}

bool pty_find(struct pty *pty, const char *text, int *row, int *col)
{
    for (*row = 0; *row < pty->rows; ++*row) {
        const char *line = pty_row(pty, *row), *found = strstr(line, text);
        if (found) {
            *col = col_of_byte(pty, *row, (size_t)(found - line));
            return true;
        }
    }
    return false;
}

void pty_cursor(struct pty *pty, int *row, int *col)
{
    find_cursor(pty, row, col);
}

/* ---- for whoever reads of a failure ---- */

struct process {
    char name[64], state;
    int parent, group, session, foreground;
};

static bool read_process(int pid, struct process *process)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    bool ok = file &&
              fscanf(file, "%*d (%63[^)]) %c %d %d %d %*d %d", process->name, &process->state,
                  &process->parent, &process->group, &process->session, &process->foreground) == 6;
    if (file)
        fclose(file);
    return ok;
}

static bool descends(int pid, int from)
{
    struct process process;
    while (pid > 1 && pid != from && read_process(pid, &process))
        pid = process.parent;
    return pid == from;
}

static void print_thread(int pid, const char *thread, FILE *out)
{
    char path[400], where[64] = "", state[64] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/wchan", pid, thread);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%63s", where) != 1)
        where[0] = '\0';
    if (file)
        fclose(file);
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/stat", pid, thread);
    file = fopen(path, "r");
    if (file && fscanf(file, "%*d (%*[^)]) %63s", state) != 1)
        state[0] = '\0';
    if (file)
        fclose(file);
    fprintf(out, " %s:%s", state, where);
}

/* What the program and its children are at: states and, thread by thread, what they wait for. */
static void print_processes(const struct pty *pty, FILE *out)
{
    DIR *all = opendir("/proc");
    for (struct dirent *entry; all && (entry = readdir(all));) {
        struct process process;
        char path[64];
        int pid = (int)strtol(entry->d_name, NULL, 10);
        if (pid <= 0 || !descends(pid, pty->child) || !read_process(pid, &process))
            continue;
        fprintf(out, "pid %d of %d (%s) %c, group %d, session %d, foreground %d, threads:", pid,
            process.parent, process.name, process.state, process.group, process.session,
            process.foreground);
        snprintf(path, sizeof path, "/proc/%d/task", pid);
        DIR *threads = opendir(path);
        while (threads && (entry = readdir(threads)))
            if (entry->d_name[0] != '.')
                print_thread(pid, entry->d_name, out);
        if (threads)
            closedir(threads);
        fputc('\n', out);
    }
    if (all)
        closedir(all);
}

void pty_print(struct pty *pty, FILE *out)
{
    for (int row = 0; row < pty->rows; row++)
        fprintf(out, "|%s\n", pty_row(pty, row));
    fprintf(
        out, "(%zu bytes, %zu pictures)\n", wire_bytes(pty->wire), wire_picture_count(pty->wire));
    print_processes(pty, out);
}

const char *pty_bytes(struct pty *pty, size_t *length)
{
    *length = pty->log_length;
    return pty->log;
}

struct wire *pty_wire(struct pty *pty)
{
    return pty->wire;
}

int pty_status(const struct pty *pty)
{
    return pty->status;
}

const char *pty_left_on(struct pty *pty)
{
    struct termios now;
    const struct termios *then = &pty->before;
    bool changed = tcgetattr(pty->master, &now) < 0 || now.c_iflag != then->c_iflag ||
                   now.c_oflag != then->c_oflag || now.c_cflag != then->c_cflag ||
                   now.c_lflag != then->c_lflag ||
                   memcmp(now.c_cc, then->c_cc, sizeof now.c_cc) != 0;
    const char *modes = wire_left_on(pty->wire);
    snprintf(pty->left_on, sizeof pty->left_on, "%s%s%s", modes, changed && *modes ? ", " : "",
        changed ? "terminal settings" : "");
    return pty->left_on;
}
