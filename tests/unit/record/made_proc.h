/*
 * Files of /proc and /sys as the kernel writes them, made in a temporary directory.
 * Knows: proc(5). Must not know: who reads them.
 */
#pragma once

#include <stdbool.h>

struct made_process {
    int pid, parent, group, session;
    const char *name; /* NULL: "python" */
    char state;       /* 0: 'S' */
    long own_ticks, collected_ticks, threads, pages;
    long born;
    long long read_bytes, written_bytes; /* -1: the file may not be read */
    long pss_kb;                         /* 0: no smaps_rollup */
};

/* Writes the process below ROOT. */
void made_process(const char *root, const struct made_process *process);
void made_process_ends(const char *root, int pid);
/* Writes FILE below ROOT, as printf() makes it. */
void made_file(const char *root, const char *file, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
