/*
 * A terminal in memory for tests: bytes go in, what it then shows can be asked.
 * Knows: libvterm. Must not know: what is painted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vt;

struct vt_cell {
    uint32_t code; /* 0 for a blank never written */
    int cols;
    int fg, bg; /* palette index; -1 the default; -2 anything else */
    bool bold, underline, reverse, italic;
};

struct vt *vt_new(int rows, int cols); /* never NULL */
void vt_free(struct vt *vt);
void vt_resize(struct vt *vt, int rows, int cols);
/* Shows BYTES, as if the program had written them. */
void vt_feed(struct vt *vt, const void *bytes, size_t length);
/* Shows what the pipe or pty master FD has, without waiting for more; returns how many bytes. */
size_t vt_feed_fd(struct vt *vt, int fd);

/* The screen as UTF-8, a line a row, without trailing blanks; valid until the next call. */
const char *vt_text(struct vt *vt);
struct vt_cell vt_at(struct vt *vt, int row, int col);
void vt_cursor(struct vt *vt, int *row, int *col, bool *shown);
