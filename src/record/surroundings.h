/*
 * Where a command runs: host, system, processors, memory, graphics driver, and those environment
 * variables that change what training does.
 * Knows: /proc, /sys, os-release, which variables matter, that secrets are masked. Must not know:
 * the command, files of the run.
 *
 *     {"host", "user", "user_id", "directory", "boxtop", "system", "kernel", "architecture",
 *      "cpu", "cpus", "cpus_allowed", "memory_bytes", "memory_limit_bytes", "nvidia_driver",
 *      "gpus": [model...], "variables": {...}}
 *
 * What the system does not tell is absent. No name service is asked: it may be slow.
 */
#pragma once

#include "base/json_writer.h"

struct surroundings_from {
    const char *root;         /* before /proc, /sys and /etc: "" but in tests */
    char *const *environment; /* "NAME=value", NULL-terminated */
};

/* Writes the one object. Reads a dozen small files. */
void surroundings_write(const struct surroundings_from *from, struct json_writer *writer);
/* True for the variables that are remembered: "CUDA_VISIBLE_DEVICES", "SLURM_JOB_ID". */
bool surroundings_has_variable(const char *name);
