#include "record/machine.h"

#include "base/file.h"
#include "base/num.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_ROOM = 1024, NAME_ROOM = 64, TEXT_BYTES = 1 << 20, SECTOR_BYTES = 512 };

/* What only grows, of all devices together; NaN: not known. */
enum counter { CPU_ALL, CPU_IDLE, DISK_READ, DISK_WRITTEN, RECEIVED, SENT, COUNTERS };

struct machine {
    char *proc, *sys;
    char *limit; /* the directory whose memory limit is the narrowest; NULL: none has any */
    bool limit_is_v1;
    double before[COUNTERS];
    double memory_bytes; /* of the machine */
    struct buf text;     /* of one file at a time */
};

/* ---- files ---- */

/* The text of the file, valid until the next call; "" when it cannot be read. */
static const char *text_of(struct machine *machine, const char *root, const char *name)
{
    char path[PATH_ROOM];
    buf_clear(&machine->text);
    if (snprintf(path, sizeof path, "%s/%s", root, name) >= (int)sizeof path ||
        !file_read(path, &machine->text, NULL))
        return "";
    return machine->text.data ? machine->text.data : "";
}

/* The number that the file is; NaN when it is none ("max"). */
static double number_of(struct machine *machine, const char *root, const char *name)
{
    const char *text = text_of(machine, root, name);
    double value;
    return num_parse(text, strcspn(text, "\n"), &value) ? value : NAN;
}

/* What stands behind the end of the line; NULL when nothing does. */
static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : NULL;
}

/* The number behind KEY, which begins a line of TEXT; NaN when it does not. */
static double number_after(const char *text, const char *key)
{
    size_t length = strlen(key);
    for (; text; text = next_line(text))
        if (strncmp(text, key, length) == 0)
            return strtod(text + length, NULL);
    return NAN;
}

static bool exists(const char *root, const char *directory, const char *name, const char *below)
{
    char path[PATH_ROOM];
    return snprintf(path, sizeof path, "%s/%s/%s%s", root, directory, name, below) <
               (int)sizeof path &&
           access(path, F_OK) == 0;
}

/* ---- what grows ---- */

static void count_cpu(struct machine *machine, double *now)
{
    enum { IDLE = 3, WAITING, STOLEN = 7 };
    const char *at = text_of(machine, machine->proc, "stat");
    if (strncmp(at, "cpu ", 4) != 0)
        return;
    at += 4;
    double all = 0, idle = 0;
    for (int i = 0; i <= STOLEN; i++) {
        char *end;
        double ticks = strtod(at, &end);
        if (end == at)
            break;
        at = end;
        all += ticks;
        idle += i == IDLE || i == WAITING ? ticks : 0;
    }
    now[CPU_ALL] = all;
    now[CPU_IDLE] = idle;
}

/* Names that the kernel itself takes from a path hold "!" for "/". */
static bool is_disk(const struct machine *machine, const char *name)
{
    static const char *const OTHERS[] = {"loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd"};
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        if (strncmp(name, OTHERS[i], strlen(OTHERS[i])) == 0)
            return false;
    return exists(machine->sys, "block", name, "");
}

static double sum(double before, double more)
{
    return isnan(before) ? more : before + more;
}

static void count_disks(struct machine *machine, double *now)
{
    for (const char *line = text_of(machine, machine->proc, "diskstats"); line && *line;
         line = next_line(line)) {
        char name[NAME_ROOM];
        uint64_t read, written;
        if (sscanf(line, "%*u %*u %63s %*u %*u %" SCNu64 " %*u %*u %*u %" SCNu64, name, &read,
                &written) == 3 &&
            is_disk(machine, name)) {
            now[DISK_READ] = sum(now[DISK_READ], (double)read * SECTOR_BYTES);
            now[DISK_WRITTEN] = sum(now[DISK_WRITTEN], (double)written * SECTOR_BYTES);
        }
    }
}

/* Of the network cards with a device, or of all but the loopback. */
static bool count_cards(
    struct machine *machine, const char *text, bool with_device, double *received, double *sent)
{
    bool any = false;
    *received = *sent = NAN;
    for (const char *line = text; line && *line; line = next_line(line)) {
        char name[NAME_ROOM];
        uint64_t in, out;
        if (sscanf(line, " %63[^:\n]: %" SCNu64 " %*u %*u %*u %*u %*u %*u %*u %" SCNu64, name, &in,
                &out) != 3 ||
            strcmp(name, "lo") == 0 ||
            (with_device && !exists(machine->sys, "class/net", name, "/device")))
            continue;
        *received = sum(*received, (double)in);
        *sent = sum(*sent, (double)out);
        any = true;
    }
    return any;
}

static void count_network(struct machine *machine, double *now)
{
    const char *text = text_of(machine, machine->proc, "net/dev");
    if (!count_cards(machine, text, true, &now[RECEIVED], &now[SENT]))
        count_cards(machine, text, false, &now[RECEIVED], &now[SENT]);
}

/* ---- memory ---- */

static void read_memory(struct machine *machine, struct machine_load *load)
{
    const char *text = text_of(machine, machine->proc, "meminfo");
    double total = number_after(text, "MemTotal:"), swap = number_after(text, "SwapTotal:");
    machine->memory_bytes = 1024 * total;
    if (total > 0)
        load->memory_percent = 100 * (1 - number_after(text, "MemAvailable:") / total);
    if (swap > 0)
        load->swap_bytes = 1024 * (swap - number_after(text, "SwapFree:"));
}

static const char *limit_name(bool is_v1)
{
    return is_v1 ? "memory.limit_in_bytes" : "memory.max";
}

/* The narrowest limit from the control group GROUP of the hierarchy at ROOT up. */
static void climb(struct machine *machine, const char *root, const char *group, bool is_v1)
{
    char path[PATH_ROOM];
    double narrowest = INFINITY;
    if (strstr(group, "..") || snprintf(path, sizeof path, "%s%s", root, group) >= (int)sizeof path)
        snprintf(
            path, sizeof path, "%s", root); /* of another container's view: only the root is ours */
    for (;;) {
        double limit = number_of(machine, path, limit_name(is_v1));
        if (limit < narrowest && limit < machine->memory_bytes) {
            char *copy = strdup(path);
            free(machine->limit);
            machine->limit = copy;
            machine->limit_is_v1 = is_v1;
            narrowest = limit;
        }
        char *slash = strrchr(path, '/');
        if (!slash || (size_t)(slash - path) < strlen(root))
            return;
        *slash = '\0';
    }
}

/* A line of /proc/PID/cgroup is HIERARCHY:CONTROLLERS:GROUP; v2's is 0 and has none. */
static void find_limit(struct machine *machine, int64_t pid)
{
    char name[NAME_ROOM], root[PATH_ROOM / 2];
    snprintf(name, sizeof name, "%" PRId64 "/cgroup", pid);
    char *text = strdup(text_of(machine, machine->proc, name)), *rest = text;
    for (char *line; rest && !machine->limit && (line = strsep(&rest, "\n"));) {
        char *group = strchr(line, ':');
        group = group ? strchr(group + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        bool is_v2 = strcmp(line, "0:") == 0;
        if (!is_v2 && !strstr(line, ":memory"))
            continue;
        snprintf(root, sizeof root, is_v2 ? "%s/fs/cgroup" : "%s/fs/cgroup/memory", machine->sys);
        climb(machine, root, group, !is_v2);
    }
    free(text);
}

static void read_limit(struct machine *machine, struct machine_load *load)
{
    const char *directory = machine->limit;
    bool is_v1 = machine->limit_is_v1;
    if (!directory)
        return;
    double limit = number_of(machine, directory, limit_name(is_v1));
    double used = number_of(machine, directory, is_v1 ? "memory.usage_in_bytes" : "memory.current");
    double files = number_after(text_of(machine, directory, "memory.stat"),
        is_v1 ? "total_inactive_file " : "inactive_file ");
    load->limit_bytes = limit;
    if (limit > 0)
        load->limit_percent = 100 * fmax(0, used - (isnan(files) ? 0 : files)) / limit;
}

/* ---- all of it ---- */

struct machine *machine_new(const char *proc, const char *sys, int64_t pid, struct err *err)
{
    struct machine *machine = calloc(1, sizeof *machine);
    struct machine_load load;
    if (machine) {
        machine->proc = strdup(proc);
        machine->sys = strdup(sys);
    }
    if (!machine || !machine->proc || !machine->sys) {
        machine_free(machine);
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    buf_init(&machine->text, TEXT_BYTES);
    for (int i = 0; i < COUNTERS; i++)
        machine->before[i] = NAN;
    read_memory(machine, &load);
    find_limit(machine, pid);
    return machine;
}

void machine_free(struct machine *machine)
{
    if (!machine)
        return;
    free(machine->proc);
    free(machine->sys);
    free(machine->limit);
    buf_done(&machine->text);
    free(machine);
}

void machine_read(struct machine *machine, double elapsed_s, struct machine_load *load)
{
    *load = (struct machine_load){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    double now[COUNTERS], grown[COUNTERS];
    for (int i = 0; i < COUNTERS; i++)
        now[i] = NAN;
    count_cpu(machine, now);
    count_disks(machine, now);
    count_network(machine, now);
    for (int i = 0; i < COUNTERS; i++) {
        double growth = now[i] - machine->before[i];
        grown[i] = growth >= 0 ? growth : NAN;
        machine->before[i] = now[i];
    }
    if (grown[CPU_ALL] > 0 && !isnan(grown[CPU_IDLE]))
        load->cpu_percent = 100 * fmax(0, 1 - grown[CPU_IDLE] / grown[CPU_ALL]);
    load->disk_read_bytes_per_s = grown[DISK_READ] / elapsed_s;
    load->disk_written_bytes_per_s = grown[DISK_WRITTEN] / elapsed_s;
    load->received_bytes_per_s = grown[RECEIVED] / elapsed_s;
    load->sent_bytes_per_s = grown[SENT] / elapsed_s;
    read_memory(machine, load);
    read_limit(machine, load);
}
