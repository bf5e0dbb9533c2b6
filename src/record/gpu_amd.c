/*
 * AMD's cards through sysfs.
 * Knows: the files of the kernel's amdgpu driver. Must not know: threads, what becomes of numbers.
 *
 * Below class/drm/cardN/device, after the kernel's "AMDGPU driver: thermal and memory attributes":
 * gpu_busy_percent; mem_info_vram_used and mem_info_vram_total in bytes; hwmon/hwmonN/temp1_input
 * (the edge of the die) in thousandths of a degree, power1_average or, on cards that have no
 * average, power1_input in millionths of a watt. Who computes on a card is not asked. Tested with a
 * tree of files that the tests make, not on hardware.
 */
#include "record/gpu.h"

#include "base/file.h"
#include "base/num.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_ROOM = 512, TEXT_ROOM = 64 };

/* The number that FILE of DIRECTORY holds, NaN when it has none. */
static double number_in(const char *directory, const char *file)
{
    char path[PATH_ROOM], text[TEXT_ROOM];
    double value;
    if (snprintf(path, sizeof path, "%s/%s", directory, file) >= (int)sizeof path)
        return NAN;
    size_t got = file_peek(path, text, sizeof text);
    while (got && (text[got - 1] == '\n' || text[got - 1] == ' '))
        got--;
    return num_parse(text, got, &value) && isfinite(value) ? value : NAN;
}

static bool is_amd(const char *device)
{
    char path[PATH_ROOM], text[TEXT_ROOM] = {0};
    if (snprintf(path, sizeof path, "%s/vendor", device) >= (int)sizeof path)
        return false;
    file_peek(path, text, sizeof text - 1);
    return strncmp(text, "0x1002", 6) == 0;
}

/* The sensors' directory of DEVICE into PATH; false when there is none. */
static bool find_sensors(const char *device, char path[PATH_ROOM])
{
    char parent[PATH_ROOM];
    bool found = false;
    if (snprintf(parent, sizeof parent, "%s/hwmon", device) >= (int)sizeof parent)
        return false;
    DIR *dir = opendir(parent);
    for (struct dirent *entry; dir && !found && (entry = readdir(dir));)
        found = strncmp(entry->d_name, "hwmon", 5) == 0 &&
                snprintf(path, PATH_ROOM, "%s/%s", parent, entry->d_name) < PATH_ROOM;
    if (dir)
        closedir(dir);
    return found;
}

/* The card's place on the bus, which stays when cards are numbered anew; else NAME. */
static void name_card(const char *device, const char *name, char key[GPU_KEY_BYTES])
{
    char target[PATH_ROOM];
    ssize_t length = readlink(device, target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    snprintf(key, GPU_KEY_BYTES, "amd %.80s", length > 0 ? path_base(target) : name);
}

static void read_card(const char *device, const char *name, struct gpu_load *load)
{
    char sensors[PATH_ROOM];
    double total = number_in(device, "mem_info_vram_total");
    *load = (struct gpu_load){.use_percent = number_in(device, "gpu_busy_percent"),
        .memory_bytes = number_in(device, "mem_info_vram_used"),
        .temperature_c = NAN,
        .power_w = NAN};
    load->memory_percent = total > 0 ? 100 * load->memory_bytes / total : NAN;
    name_card(device, name, load->key);
    if (!find_sensors(device, sensors))
        return;
    double average = number_in(sensors, "power1_average");
    load->temperature_c = number_in(sensors, "temp1_input") / 1e3;
    load->power_w = (isnan(average) ? number_in(sensors, "power1_input") : average) / 1e6;
}

/* "card0", and not a connector of it ("card0-DP-1"). */
static bool is_card(const char *name)
{
    return strncmp(name, "card", 4) == 0 && name[4] && !name[4 + strspn(name + 4, "0123456789")];
}

static size_t read_all(void *self, struct gpu_load *out, size_t most)
{
    char drm[PATH_ROOM];
    struct arena arena;
    struct file_list list;
    size_t held = 0;
    snprintf(drm, sizeof drm, "%s/class/drm", (const char *)self);
    arena_init(&arena, 0);
    if (file_list(drm, &arena, &list, NULL))
        for (size_t i = 0; i < list.count && held < most; i++) {
            char device[PATH_ROOM];
            const char *name = list.entries[i].name;
            if (is_card(name) &&
                snprintf(device, sizeof device, "%s/%s/device", drm, name) < (int)sizeof device &&
                is_amd(device))
                read_card(device, name, &out[held++]);
        }
    arena_done(&arena);
    return held;
}

/* Cards may come later: there is always something to ask. */
static void *open_sys(const char *where)
{
    return strlen(where) < PATH_ROOM / 4 ? strdup(where) : NULL;
}

const struct gpu_source gpu_amd = {"amd", open_sys, read_all, free};
