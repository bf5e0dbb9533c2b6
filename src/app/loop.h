/*
 * The event loop of the screen: events to views, wants to the service, frames to the painter.
 * Knows: the stack of views, one frame's order of things. Must not know: what a view shows.
 */
#pragma once

#include "app/terminal.h"
#include "base/err.h"
#include "screen/paint.h"
#include "screen/remap.h"
#include "screen/tty.h"
#include "work/boards_file.h"
#include "work/service.h"

struct loop_settings {
    struct service *service;
    struct painter *painter;
    const struct theme *theme;
    struct terminal_talk *talk; /* with the terminal */
    const char *const *roots;
    size_t root_count;
    const char *settings; /* the person's, JSON text; NULL for none */
    bool clipboard;       /* the terminal takes OSC 52 */
    const void *typed; /* bytes that came while the terminal was asked what it is */
    size_t typed_length;
    struct boards *boards; /* what was read of the person's; ownership moves */
    struct boards_paths paths;
    const struct remap *remap;
    const char *trouble; /* what was wrong with those files; "" for nothing */
};

/* The keys that no view has: "all". */
extern const struct key_row loop_keys[];

/* Runs until the person quits or the terminal goes away. False when the terminal fails. Main
 * thread. */
bool loop_run(const struct loop_settings *settings, struct err *err);
