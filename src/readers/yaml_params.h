/*
 * YAML to parameters: nested maps become dotted names, lists become JSON text.
 * Knows: YAML (through libyaml). Must not know: which file it is, or what a parameter means.
 *
 * Tags, Python's too, are passed over: a tagged node is the plain map, list or scalar that it is,
 * and a set the list of its members. But what Python only names is its name ("torch.float16"), and
 * the parts of a path or of a torch device are one text ("data/coco", "cuda:1"). Aliases and merge
 * keys ("<<") are followed, within the limits of params.h. Only the first document counts.
 */
#pragma once

#include "base/err.h"
#include "readers/params.h"

enum { YAML_PARAMS_MAX_BYTES = 16 << 20 };

/* Puts what TEXT holds into PARAMS. Returns the line (1-based) where the text stops being a map in
 * YAML, 0 when it does not; what came before counts. */
int64_t yaml_params_put(const void *text, size_t length, struct params *params);
/* The same for the file PATH, with damage and limits as notes on NAME in SINK. False, with ERR,
 * when it cannot be read. */
bool yaml_params_read(
    const char *path, const char *name, struct params *params, struct sink *sink, struct err *err);
