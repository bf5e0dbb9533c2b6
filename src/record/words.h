/*
 * The words of a command as parameters: what a run was told.
 * Knows: how training scripts spell options, configuration files named among them. Must not know:
 * which script it is, the terminal, the process.
 *
 *     --lr 0.005   --lr=0.005   -b 8   -b8   lr=0.005   +a.b=1   SOLVER.BASE_LR 0.1     numbers
 *     --amp   --no-amp                                                                  true, false
 *     --steps 16 22   --aug flip --aug crop   --size [640,480]                          lists
 *
 * An option's values are the words behind it that are of one kind (numbers, paths, other words);
 * the rest are "command.args". Options of a launcher stand under its name
 * ("torchrun.nproc_per_node"). A file *.yaml, *.yml, *.json or *.py among the words is read, its
 * parameters under their own names: the line overrules the file, a later file an earlier one,
 * --param both; what is overruled stays as "overruled.NAME". Secrets are masked (record/secret.h).
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/json_writer.h"

struct words_from {
    char *const *words; /* the command, NULL-terminated, not empty */
    char *const *given; /* "name=value" that the person gives besides, NULL-terminated; or NULL */
    const char *directory; /* that the command runs in; "." for ours */
};

/* Puts the whole config.json onto OUT (no maximum below 1 MiB). Reads the files that are named,
 * which may be slow: off the main thread. False with ERR when memory is out. */
bool words_write_config(const struct words_from *from, struct buf *out, struct err *err);
/* The command as an array of words with the secrets masked. */
void words_write_command(char *const *words, struct json_writer *writer);
