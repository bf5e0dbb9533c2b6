#include "record/tree.h"

#include "base/file.h"
#include "base/grow.h"

#include <dirent.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_ROOM = 512, STAT_ROOM = 1024, ROLLUP_ROOM = 2048, ENVIRONMENT_BYTES = 1 << 20 };

/* What only grows. CPU time of its own, and of its children that ended and that it waited for;
 * bytes are always of both, the kernel adds them up. */
enum amount { CPU_OWN, CPU_COLLECTED, BYTES_READ, BYTES_WRITTEN, AMOUNTS };

struct process {
    int64_t pid;
    uint64_t inode; /* of its directory: another one, another process */
    uint64_t born;  /* in ticks since the machine started */
    int64_t parent, group, session;
    double amounts[AMOUNTS];
    double counted[AMOUNTS]; /* of what it collected, what was counted while its children lived */
    double threads, pages;
    bool ours, ended, tells_io;
    int trusted; /* readings since it was looked at */
    int idle;    /* readings since its bytes were */
};

struct processes {
    struct process *items; /* by pid */
    size_t count, capacity;
};

struct tree {
    char *proc;
    char *mark;
    int64_t command;
    uint64_t command_born;  /* 0: not seen yet */
    struct buf environment; /* of one process at a time */
    double ticks_per_s, page_bytes;
    struct processes before, now;
    int64_t *leaders; /* of groups and sessions of ours */
    size_t leader_count, leader_capacity;
    bool begun;
};

struct tree *tree_new(const char *proc, int64_t command, const char *mark, struct err *err)
{
    struct tree *tree = calloc(1, sizeof *tree);
    if (tree) {
        tree->proc = strdup(proc);
        tree->mark = mark ? strdup(mark) : NULL;
    }
    if (!tree || !tree->proc || (mark && !tree->mark)) {
        tree_free(tree);
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    tree->command = command;
    buf_init(&tree->environment, ENVIRONMENT_BYTES);
    tree->ticks_per_s = (double)sysconf(_SC_CLK_TCK);
    tree->page_bytes = (double)sysconf(_SC_PAGESIZE);
    return tree;
}

void tree_free(struct tree *tree)
{
    if (!tree)
        return;
    free(tree->proc);
    free(tree->mark);
    buf_done(&tree->environment);
    free(tree->before.items);
    free(tree->now.items);
    free(tree->leaders);
    free(tree);
}

static int compare(const void *a, const void *b)
{
    int64_t left = ((const struct process *)a)->pid, right = ((const struct process *)b)->pid;
    return (left > right) - (left < right);
}

static struct process *find(const struct processes *all, int64_t pid)
{
    struct process key = {.pid = pid};
    return all->count ? bsearch(&key, all->items, all->count, sizeof key, compare) : NULL;
}

static struct process *find_ours(const struct processes *all, int64_t pid)
{
    struct process *found = find(all, pid);
    return found && found->ours ? found : NULL;
}

/* The number that TEXT begins with when it is nothing but digits; 0 else. */
static int64_t parse_pid(const char *text)
{
    int64_t pid = 0;
    for (; *text >= '0' && *text <= '9' && pid < INT32_MAX; text++)
        pid = 10 * pid + *text - '0';
    return *text ? 0 : pid;
}

/* Numbers and inodes of all processes into NOW. */
static bool list(struct tree *tree)
{
    DIR *dir = opendir(tree->proc);
    bool ok = dir != NULL;
    tree->now.count = 0;
    for (struct dirent *entry; ok && (entry = readdir(dir));) {
        struct processes *now = &tree->now;
        int64_t pid = parse_pid(entry->d_name);
        if (!pid)
            continue;
        ok = GROW(now->items, now->capacity, now->count + 1);
        if (ok)
            now->items[now->count++] = (struct process){.pid = pid, .inode = entry->d_ino};
    }
    if (dir)
        closedir(dir);
    if (ok && tree->now.count)
        qsort(tree->now.items, tree->now.count, sizeof *tree->now.items, compare);
    return ok;
}

static size_t peek(const struct tree *tree, int64_t pid, const char *name, char *text, size_t room)
{
    char path[PATH_ROOM];
    int length = snprintf(path, sizeof path, "%s/%" PRId64 "/%s", tree->proc, pid, name);
    size_t got = (size_t)length < sizeof path ? file_peek(path, text, room - 1) : 0;
    text[got] = '\0';
    return got;
}

/* Fields by proc(5), of which the third is the state. The second is the program's name in brackets,
 * which may hold brackets, blanks and line ends itself. */
static bool look(const struct tree *tree, struct process *process)
{
    enum {
        PARENT = 4,
        GROUP,
        SESSION,
        OWN = 14,
        COLLECTED = 16,
        THREADS = 20,
        BORN = 22,
        PAGES = 24
    };
    char text[STAT_ROOM];
    double fields[PAGES + 1] = {0};
    peek(tree, process->pid, "stat", text, sizeof text);
    const char *at = strrchr(text, ')');
    if (!at || at[1] != ' ' || !at[2])
        return false;
    process->ended = at[2] == 'Z' || at[2] == 'X' || at[2] == 'x';
    at += 3;
    for (int field = PARENT; field <= PAGES; field++) {
        char *end;
        fields[field] = (double)strtoll(at, &end, 10);
        if (end == at)
            return false;
        at = end;
    }
    process->parent = (int64_t)fields[PARENT];
    process->group = (int64_t)fields[GROUP];
    process->session = (int64_t)fields[SESSION];
    process->born = (uint64_t)fields[BORN];
    process->threads = fields[THREADS];
    process->pages = fields[PAGES];
    process->amounts[CPU_OWN] = fields[OWN] + fields[OWN + 1];
    process->amounts[CPU_COLLECTED] = fields[COLLECTED] + fields[COLLECTED + 1];
    return true;
}

static void look_at_io(const struct tree *tree, struct process *process)
{
    static const char *const KEYS[] = {"\nread_bytes: ", "\nwrite_bytes: "};
    char text[STAT_ROOM];
    process->tells_io = peek(tree, process->pid, "io", text, sizeof text) > 0;
    for (int i = 0; i < 2; i++) {
        const char *found = strstr(text, KEYS[i]);
        process->amounts[BYTES_READ + i] = found ? strtod(found + strlen(KEYS[i]), NULL) : 0;
        process->tells_io = process->tells_io && found;
    }
}

static bool is_same(const struct process *before, const struct process *now)
{
    return before && before->born == now->born;
}

/* Whoever was not given a tick of the clock has hardly read or written; what it has is counted when
 * it is looked at again. Of the files that are read for a process this is the dear one. */
static bool was_idle(const struct process *before, const struct process *now)
{
    return before && before->ours && before->tells_io && before->idle < TREE_READINGS_TRUSTED &&
           before->amounts[CPU_OWN] == now->amounts[CPU_OWN] &&
           before->amounts[CPU_COLLECTED] == now->amounts[CPU_COLLECTED];
}

static void take_io(struct tree *tree, struct process *process)
{
    const struct process *before = find(&tree->before, process->pid);
    if (!is_same(before, process) || !was_idle(before, process)) {
        look_at_io(tree, process);
        return;
    }
    process->amounts[BYTES_READ] = before->amounts[BYTES_READ];
    process->amounts[BYTES_WRITTEN] = before->amounts[BYTES_WRITTEN];
    process->tells_io = true;
    process->idle = before->idle + 1;
}

/* Whether PROCESS, which is no older than the command, has the mark. */
static bool is_marked(struct tree *tree, const struct process *process)
{
    char path[PATH_ROOM];
    struct buf *text = &tree->environment;
    buf_clear(text);
    if (!tree->mark || !tree->command_born || process->born < tree->command_born ||
        snprintf(path, sizeof path, "%s/%" PRId64 "/environ", tree->proc, process->pid) >=
            (int)sizeof path ||
        !file_read(path, text, NULL))
        return false;
    for (size_t at = 0; at < text->length; at += strlen(text->data + at) + 1)
        if (strcmp(text->data + at, tree->mark) == 0)
            return true;
    return false;
}

/* Looks at each of NOW, but for those that are known not to be ours; what is gone is dropped. */
static void look_at_all(struct tree *tree)
{
    struct processes *now = &tree->now;
    size_t kept = 0;
    for (size_t i = 0; i < now->count; i++) {
        struct process *process = &now->items[i];
        const struct process *before = find(&tree->before, process->pid);
        if (before && !before->ours && before->inode == process->inode &&
            before->trusted < TREE_READINGS_TRUSTED) {
            *process = *before;
            process->trusted++;
        } else if (look(tree, process)) {
            process->ours = process->pid == tree->command ||
                            (is_same(before, process) && before->ours) || is_marked(tree, process);
        } else {
            continue;
        }
        now->items[kept++] = *process;
    }
    now->count = kept;
}

static bool is_leader(const struct tree *tree, int64_t pid)
{
    for (size_t i = 0; i < tree->leader_count; i++)
        if (tree->leaders[i] == pid)
            return true;
    return false;
}

/* A leader that cannot be remembered leads nobody. */
static void add_leader(struct tree *tree, int64_t pid)
{
    if (!is_leader(tree, pid) && GROW(tree->leaders, tree->leader_capacity, tree->leader_count + 1))
        tree->leaders[tree->leader_count++] = pid;
}

static void claim(struct tree *tree, struct process *process)
{
    process->ours = true;
    if (process->group == process->pid || process->session == process->pid)
        add_leader(tree, process->pid);
}

/* The parent may have ended since it was seen. */
static bool belongs(const struct tree *tree, const struct process *process)
{
    return find_ours(&tree->now, process->parent) || is_leader(tree, process->group) ||
           is_leader(tree, process->session) ||
           (!find(&tree->now, process->parent) && find_ours(&tree->before, process->parent));
}

static void claim_all(struct tree *tree)
{
    struct processes *now = &tree->now;
    for (size_t i = 0; i < now->count; i++)
        if (now->items[i].ours)
            claim(tree, &now->items[i]);
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < now->count; i++) {
            struct process *process = &now->items[i];
            if (!process->ours && !process->trusted && belongs(tree, process)) {
                claim(tree, process);
                more = true;
            }
        }
    }
}

/* Once a group has no member left its number may be given to strangers. */
static void forget_leaders(struct tree *tree)
{
    size_t kept = 0;
    for (size_t i = 0; i < tree->leader_count; i++) {
        int64_t leader = tree->leaders[i];
        bool led = false;
        for (size_t k = 0; k < tree->now.count && !led; k++) {
            const struct process *process = &tree->now.items[k];
            led = process->ours && (process->group == leader || process->session == leader);
        }
        if (led)
            tree->leaders[kept++] = leader;
    }
    tree->leader_count = kept;
}

/* The nearest process of ours above GONE that still is: it is who collects what GONE has used. */
static struct process *collector(const struct tree *tree, const struct process *gone)
{
    for (size_t i = 0; i <= tree->before.count; i++) {
        struct process *now = find_ours(&tree->now, gone->parent);
        if (now)
            return now;
        gone = find_ours(&tree->before, gone->parent);
        if (!gone)
            return NULL;
    }
    return NULL;
}

static void count_gone(struct tree *tree)
{
    for (size_t i = 0; i < tree->before.count; i++) {
        const struct process *gone = &tree->before.items[i];
        const struct process *now = find(&tree->now, gone->pid);
        if (!gone->ours || (now && is_same(gone, now)))
            continue;
        struct process *heir = collector(tree, gone);
        if (!heir)
            continue;
        heir->counted[CPU_COLLECTED] += gone->amounts[CPU_OWN] + gone->amounts[CPU_COLLECTED];
        heir->counted[BYTES_READ] += gone->amounts[BYTES_READ];
        heir->counted[BYTES_WRITTEN] += gone->amounts[BYTES_WRITTEN];
    }
}

/* What PROCESS has used since it was last seen, or since it began. */
static double used(const struct tree *tree, const struct process *process, enum amount amount)
{
    const struct process *before = find(&tree->before, process->pid);
    bool same = is_same(before, process);
    bool bytes = amount == BYTES_READ || amount == BYTES_WRITTEN;
    if (same && (!before->ours || (bytes && !before->tells_io)))
        return 0; /* what it used before it was known is not of this reading */
    double used = process->amounts[amount] - (same ? before->amounts[amount] : 0);
    return fmax(0, used - process->counted[amount]);
}

static void sum_up(struct tree *tree, struct tree_load *load)
{
    double amounts[AMOUNTS] = {0}, pages = 0;
    bool tells_io = false;
    load->processes = load->threads = 0;
    for (size_t i = 0; i < tree->now.count; i++) {
        const struct process *process = &tree->now.items[i];
        if (!process->ours)
            continue;
        for (int amount = 0; amount < AMOUNTS; amount++)
            amounts[amount] += used(tree, process, amount);
        tells_io |= process->tells_io;
        if (process->ended)
            continue;
        load->processes++;
        load->threads += process->threads;
        pages += process->pages;
    }
    load->rss_bytes = pages * tree->page_bytes;
    if (!tree->begun)
        return;
    load->cpu_s = (amounts[CPU_OWN] + amounts[CPU_COLLECTED]) / tree->ticks_per_s;
    if (tells_io) {
        load->read_bytes = amounts[BYTES_READ];
        load->written_bytes = amounts[BYTES_WRITTEN];
    }
}

bool tree_read(struct tree *tree, struct tree_load *load)
{
    *load = (struct tree_load){NAN, NAN, NAN, NAN, NAN, NAN};
    struct processes spare = tree->before;
    tree->before = tree->now;
    tree->now = spare;
    if (!list(tree)) {
        tree->now.count = 0;
        tree->begun = false;
        return false;
    }
    struct process command = {.pid = tree->command};
    if (!tree->command_born && look(tree, &command))
        tree->command_born = command.born;
    look_at_all(tree);
    claim_all(tree);
    forget_leaders(tree);
    bool left = false;
    for (size_t i = 0; i < tree->now.count; i++) {
        struct process *process = &tree->now.items[i];
        if (process->ours)
            take_io(tree, process);
        left |= process->ours && !process->ended;
    }
    count_gone(tree);
    if (left)
        sum_up(tree, load);
    tree->begun = true;
    return left;
}

bool tree_has(const struct tree *tree, int64_t pid)
{
    return find_ours(&tree->now, pid) != NULL;
}

/* It may have ended since it was read. */
static bool still_has_memory(const struct tree *tree, const struct process *process)
{
    struct process again = *process;
    return process->pages > 0 && look(tree, &again) && !again.ended && again.pages > 0;
}

double tree_pss_bytes(const struct tree *tree)
{
    double sum = 0;
    for (size_t i = 0; i < tree->now.count; i++) {
        const struct process *process = &tree->now.items[i];
        if (!process->ours || process->ended)
            continue;
        char text[ROLLUP_ROOM];
        peek(tree, process->pid, "smaps_rollup", text, sizeof text);
        const char *found = strstr(text, "\nPss:");
        if (found)
            sum += 1024 * strtod(found + 5, NULL);
        else if (still_has_memory(tree, process))
            return NAN;
    }
    return sum;
}
