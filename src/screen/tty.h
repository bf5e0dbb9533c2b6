/*
 * The terminal as a device: raw mode, sizes, modes switched on and always off again, signals.
 * Knows: termios, ioctl, signals. Must not know: curses, cells, keys.
 *
 * There is one terminal and it must be restored from signal handlers, so this file holds the only
 * mutable file-level state of the program. All functions: main thread.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct tty_options {
    bool mouse; /* press, release, drag, wheel (SGR) */
    bool kitty; /* on leaving, delete kitty pictures: only where the terminal knows that protocol */
};

struct tty_size {
    int rows, cols;          /* 24 x 80 when the system does not know */
    int width_px, height_px; /* 0 when unknown or nonsense; may include a border */
};

enum tty_signal { TTY_NO_SIGNAL, TTY_RESIZED, TTY_CONTINUED };

/* Saves the modes, enters raw mode without echo (Ctrl-C, Ctrl-Z and Ctrl-S come as keys), and sees
 * to it that tty_stop() happens on exit() and on SIGINT, TERM, HUP, QUIT, ABRT, SEGV, BUS, FPE,
 * ILL; the signal then does what it did before. Answers of probe_ask() are readable from here on.
 * IN_FD that is no terminal is ERR_IO. */
bool tty_open(int in_fd, int out_fd, struct err *err);
/* Alternate screen, mouse, bracketed paste, cursor hidden. */
bool tty_enter(const struct tty_options *options, struct err *err);
/* The terminal keeps kitty's pictures, and said so late: they go on leaving. */
void tty_found_kitty(void);
/* The mouse tells of every cell that it crosses (mode 1003), at about ten bytes each, or no more.
 * Without effect where it is so already, or where there is no mouse. */
void tty_set_motion(bool on);
/* Everything as it was before tty_open(); harmless when nothing is open, or twice. */
void tty_close(void);

bool tty_get_size(int fd, struct tty_size *size); /* false (24 x 80) when unknown */

/* Readable while tty_take_signal() has something. -1 when no terminal is open. */
int tty_signal_fd(void);
/* The oldest: TTY_RESIZED (ask the size again) or TTY_CONTINUED (was stopped: ask the size, repaint
 * all). */
enum tty_signal tty_take_signal(void);
/* Ctrl-Z: restores the terminal, stops the process; returns when it goes on, modes set again. */
void tty_suspend(void);

/* All of BYTES, in one write() when the system takes them at once. False: ERR_IO. */
bool tty_write(int fd, const void *bytes, size_t length, struct err *err);
