#include "made_proc.h"

#include "temp.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void made_file(const char *root, const char *file, const char *format, ...)
{
    char *text;
    va_list values;
    va_start(values, format);
    if (vasprintf(&text, format, values) < 0)
        abort();
    va_end(values);
    temp_text(root, file, text);
    free(text);
}

static void remove_file(const char *root, int pid, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%d/%s", root, pid, name);
    unlink(path);
}

void made_process(const char *root, const struct made_process *process)
{
    char file[64];
    snprintf(file, sizeof file, "%d/stat", process->pid);
    made_file(root, file,
        "%d (%s) %c %d %d %d 34816 1 4194304 5000 900 2 1 %ld %ld %ld %ld 20 0 %ld 0 %ld 123456789 "
        "%ld 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
        process->pid, process->name ? process->name : "python",
        process->state ? process->state : 'S', process->parent, process->group, process->session,
        process->own_ticks - process->own_ticks / 3, process->own_ticks / 3,
        process->collected_ticks, 0L, process->threads, process->born, process->pages);
    remove_file(root, process->pid, "io");
    remove_file(root, process->pid, "smaps_rollup");
    snprintf(file, sizeof file, "%d/io", process->pid);
    if (process->read_bytes >= 0)
        made_file(root, file,
            "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: %lld\nwrite_bytes: %lld\n"
            "cancelled_write_bytes: 9\n",
            process->read_bytes, process->written_bytes);
    snprintf(file, sizeof file, "%d/smaps_rollup", process->pid);
    if (process->pss_kb)
        made_file(root, file,
            "55a000000000-7ffd00000000 ---p 00000000 00:00 0    [rollup]\nRss:    99 kB\n"
            "Pss:    %ld kB\nPss_Anon:    7 kB\n",
            process->pss_kb);
}

void made_process_ends(const char *root, int pid)
{
    char path[4096];
    remove_file(root, pid, "stat");
    remove_file(root, pid, "io");
    remove_file(root, pid, "smaps_rollup");
    snprintf(path, sizeof path, "%s/%d", root, pid);
    rmdir(path);
}
