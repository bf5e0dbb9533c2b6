#include "record/sampler.h"

#include "base/clock.h"
#include "base/thread.h"
#include "record/columns.h"
#include "record/gpu.h"
#include "record/machine.h"
#include "record/thrift.h"
#include "record/tree.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    FIRST_ROW_MS = 1000,
    LEAST_INTERVAL_MS = 100,
    DRIVER_START_MS = 5000, /* what the first row waits for slow drivers */
    DRIVER_LOOK_MS = 100,
    DRIVER_ANSWER_MS = 200,
    ROW_BYTES = 1 << 20,
};
static const double PSS_SHARE = 0.001, MEGA = 1e6;

struct sampler {
    struct sampler_setup setup;
    struct tree *tree;
    struct machine *machine;
    struct gpus *gpus;
    struct gpu_load loads[GPU_MOST];
    bool own_numbers; /* of processes: a driver may know them by others */
    struct thrift pss;
    struct columns columns;

    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t told;
    bool quit; /* with the lock */
};

/* ---- a row ---- */

/* The first user of a kernel has the space of process numbers with this inode (proc_ns.h of Linux);
 * containers have others. */
static bool has_own_numbers(const char *proc)
{
    static const char FIRST[] = "pid:[4026531836]";
    char path[512], target[64];
    snprintf(path, sizeof path, "%s/self/ns/pid", proc);
    ssize_t length = readlink(path, target, sizeof target - 1);
    return length > 0 &&
           ((size_t)length != strlen(FIRST) || strncmp(target, FIRST, (size_t)length) != 0);
}

static bool put_tree(struct sampler *sampler, double elapsed_s)
{
    struct columns *columns = &sampler->columns;
    struct tree_load load;
    double pss = NAN;
    if (tree_read(sampler->tree, &load) && thrift_begin(&sampler->pss)) {
        pss = tree_pss_bytes(sampler->tree);
        thrift_end(&sampler->pss);
    }
    return columns_put(columns, "cpu_percent", 100 * load.cpu_s / elapsed_s, 1) &&
           columns_put(columns, "rss_mb", load.rss_bytes / MEGA, 1) &&
           columns_put(columns, "pss_mb", pss / MEGA, 1) &&
           columns_put(columns, "processes", load.processes, 0) &&
           columns_put(columns, "threads", load.threads, 0) &&
           columns_put(columns, "read_mb_per_s", load.read_bytes / elapsed_s / MEGA, 3) &&
           columns_put(columns, "written_mb_per_s", load.written_bytes / elapsed_s / MEGA, 3);
}

static bool put_machine(struct sampler *sampler, double elapsed_s)
{
    struct columns *columns = &sampler->columns;
    struct machine_load load;
    machine_read(sampler->machine, elapsed_s, &load);
    return columns_put(columns, "machine_cpu_percent", load.cpu_percent, 1) &&
           columns_put(columns, "memory_percent", load.memory_percent, 1) &&
           columns_put(columns, "swap_mb", load.swap_bytes / MEGA, 1) &&
           columns_put(columns, "disk_read_mb_per_s", load.disk_read_bytes_per_s / MEGA, 3) &&
           columns_put(columns, "disk_written_mb_per_s", load.disk_written_bytes_per_s / MEGA, 3) &&
           columns_put(columns, "network_received_mb_per_s", load.received_bytes_per_s / MEGA, 3) &&
           columns_put(columns, "network_sent_mb_per_s", load.sent_bytes_per_s / MEGA, 3) &&
           columns_put(columns, "memory_limit_mb", load.limit_bytes / MEGA, 1) &&
           columns_put(columns, "memory_limit_percent", load.limit_percent, 1);
}

static bool put_card(struct columns *columns, const struct gpu_load *load)
{
    const struct {
        const char *what;
        double value;
        int decimals;
    } CELLS[] = {{"percent", load->use_percent, 0}, {"memory_mb", load->memory_bytes / MEGA, 1},
        {"memory_percent", load->memory_percent, 1}, {"temperature_c", load->temperature_c, 1},
        {"power_w", load->power_w, 1}};
    for (size_t i = 0; i < sizeof CELLS / sizeof *CELLS; i++) {
        char name[COLUMNS_NAME_BYTES];
        snprintf(name, sizeof name, "gpu_%d_%s", load->number, CELLS[i].what);
        if (!columns_put(columns, name, CELLS[i].value, CELLS[i].decimals))
            return false;
    }
    return true;
}

struct share {
    double percent, bytes; /* of all its cards together */
    int cards, percents;
};

static void add_card(struct share *share, double percent, double bytes)
{
    share->cards++;
    if (!isnan(percent)) {
        share->percent += percent;
        share->percents++;
    }
    share->bytes += bytes; /* NaN when one is not known */
}

/* Whether the command computes on LOAD's card, and its memory there. */
static bool computes_on(const struct sampler *sampler, const struct gpu_load *load, double *bytes)
{
    bool any = false;
    *bytes = 0;
    for (size_t i = 0; i < load->process_count; i++)
        if (tree_has(sampler->tree, load->processes[i].pid)) {
            any = true;
            *bytes += load->processes[i].memory_bytes;
        }
    return any;
}

static bool put_cards(struct sampler *sampler, const struct gpu_load *loads, size_t count)
{
    struct columns *columns = &sampler->columns;
    struct share sure = {0}, perhaps = {0};
    for (size_t i = 0; i < count; i++) {
        const struct gpu_load *load = &loads[i];
        double bytes;
        if (!put_card(columns, load))
            return false;
        if (computes_on(sampler, load, &bytes))
            add_card(&sure, load->use_percent, bytes);
        else if (!load->tells_processes || sampler->own_numbers)
            add_card(&perhaps, load->use_percent, load->memory_bytes);
    }
    const struct share *share = sure.cards ? &sure : &perhaps;
    return !count ||
           (columns_want(columns, "gpu_percent") && columns_want(columns, "gpu_memory_mb") &&
               columns_put(columns, "gpu_percent",
                   share->percents ? share->percent / share->percents : NAN, 1) &&
               columns_put(columns, "gpu_memory_mb", share->cards ? share->bytes / MEGA : NAN, 1));
}

bool sampler_row(struct sampler *sampler, double wall_s, double elapsed_s, struct buf *out)
{
    bool settled;
    gpus_ask(sampler->gpus);
    bool ok = put_tree(sampler, elapsed_s) && put_machine(sampler, elapsed_s);
    size_t count = gpus_take(sampler->gpus, DRIVER_ANSWER_MS, sampler->loads, &settled);
    ok = ok && put_cards(sampler, sampler->loads, count);
    columns_row(&sampler->columns, wall_s, out);
    return ok && !out->failed;
}

/* ---- the thread ---- */

/* True when it is time to end. */
static bool wait_until(struct sampler *sampler, int64_t until_ms)
{
    struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};
    pthread_mutex_lock(&sampler->lock);
    while (!sampler->quit && clock_ms() < until_ms)
        pthread_cond_timedwait(&sampler->told, &sampler->lock, &until);
    bool quit = sampler->quit;
    pthread_mutex_unlock(&sampler->lock);
    return quit;
}

/* False when it is time to end. */
static bool wait_for_drivers(struct sampler *sampler, int64_t until_ms)
{
    for (;;) {
        bool settled;
        gpus_ask(sampler->gpus);
        gpus_take(sampler->gpus, DRIVER_LOOK_MS, sampler->loads, &settled);
        if (settled || clock_ms() >= until_ms)
            return true;
        if (wait_until(sampler, clock_ms() + DRIVER_LOOK_MS))
            return false;
    }
}

static void *run(void *self)
{
    struct sampler *sampler = self;
    int64_t begun = clock_ms(), last = begun;
    int64_t interval = (int64_t)fmin(1e9, fmax(LEAST_INTERVAL_MS, sampler->setup.interval_s * 1e3));
    int64_t next = begun + (interval < FIRST_ROW_MS ? interval : FIRST_ROW_MS);
    struct buf out;
    buf_init(&out, ROW_BYTES);
    bool ok = !wait_until(sampler, next) && wait_for_drivers(sampler, begun + DRIVER_START_MS);
    while (ok && !wait_until(sampler, next)) {
        int64_t now = clock_ms();
        buf_clear(&out);
        ok = sampler_row(sampler, clock_wall_s(), (double)(now - last) / 1e3, &out) &&
             sampler->setup.append(sampler->setup.self, out.data, out.length);
        last = now;
        next += (clock_ms() - next) / interval * interval +
                interval; /* rows in the past are left out */
    }
    buf_done(&out);
    return NULL;
}

bool sampler_start(struct sampler *sampler, struct err *err)
{
    sampler->started = thread_start(&sampler->thread, run, sampler, err);
    return sampler->started;
}

/* ---- its life ---- */

struct sampler *sampler_new(const struct sampler_setup *setup, struct err *err)
{
    struct sampler *sampler = calloc(1, sizeof *sampler);
    if (!sampler) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    const char *proc = setup->proc ? setup->proc : "/proc";
    const char *sys = setup->sys ? setup->sys : "/sys";
    const struct gpu_start DRIVERS[] = {
        {&gpu_nvml, setup->nvml ? setup->nvml : "libnvidia-ml.so.1"}, {&gpu_amd, sys}};
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&sampler->told, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&sampler->lock, NULL);
    sampler->setup = *setup;
    sampler->pss.share = PSS_SHARE;
    sampler->own_numbers = has_own_numbers(proc);
    sampler->tree = tree_new(proc, setup->command, setup->mark, err);
    sampler->machine = sampler->tree ? machine_new(proc, sys, setup->command, err) : NULL;
    sampler->gpus =
        sampler->machine ? gpus_new(DRIVERS, sizeof DRIVERS / sizeof *DRIVERS, err) : NULL;
    if (!sampler->gpus) {
        sampler_free(sampler);
        return NULL;
    }
    struct tree_load processes;
    struct machine_load load;
    tree_read(sampler->tree, &processes);
    machine_read(sampler->machine, 1, &load);
    return sampler;
}

void sampler_free(struct sampler *sampler)
{
    if (!sampler)
        return;
    pthread_mutex_lock(&sampler->lock);
    sampler->quit = true;
    pthread_cond_signal(&sampler->told);
    pthread_mutex_unlock(&sampler->lock);
    if (sampler->started)
        pthread_join(sampler->thread, NULL);
    gpus_free(sampler->gpus);
    tree_free(sampler->tree);
    machine_free(sampler->machine);
    columns_done(&sampler->columns);
    pthread_cond_destroy(&sampler->told);
    pthread_mutex_destroy(&sampler->lock);
    free(sampler);
}
