/*
 * The service: the threads behind the screen, and their one way to the main thread.
 * Knows: which thread may do what. Must not know: screens, keys.
 *
 * Four threads do the work, each in a file of its own: the indexer writes the index, the librarian
 * reads it, the studio loads and paints, the clerk compares runs and reads texts. Beside them the
 * album decodes.
 *
 * All functions are the main thread's and return at once.
 */
#pragma once

#include "work/errand.h"
#include "work/message.h"
#include "work/service_settings.h"

struct service;

/* SETTINGS and all it points to outlive the service. */
struct service *service_new(const struct service_settings *settings, struct err *err);
/* Cancels, waits for the threads, closes the index. */
void service_free(struct service *service);

/* Readable while answers wait. */
int service_fd(const struct service *service);

/* Takes one waiting answer into WORLD, or a painted picture into PAINT. False when none waits. */
bool service_take(struct service *service, struct world *world, struct service_paint *paint);
/* Orders what WANTS holds and WORLD lacks; what was ordered already is not ordered again. */
void service_want(struct service *service, const struct world *world, const struct wants *wants);
/* Paints SCENE (ownership moves; NULL: take the picture away); a newer one overtakes. WHOLE: the
 * screen was erased. The answer comes through service_take() with SERIAL. */
void service_paint(struct service *service, struct easel_scene *scene, bool whole, uint64_t serial);
/* What is painted from here on is for TERMINAL. */
void service_set_terminal(struct service *service, const struct easel_terminal *terminal);
/* Has ERRAND (ownership moves) run, in the order of these calls; before service_free() is through
 * all are. */
void service_run(struct service *service, struct errand *errand);
/* Reads the roots again. */
void service_refresh(struct service *service);
