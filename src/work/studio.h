/*
 * The studio: the thread that loads studies and tables and paints.
 * Knows: the slow pure work behind the images screen. Must not know: the index, what is wanted
 * next.
 */
#pragma once

#include "work/message.h"
#include "work/service_settings.h"

struct studio;

/* Answers go to ANSWERS; PLATES (work/plates.h) has pictures that were made ready. All outlive the
 * studio. NULL with ERR. */
struct plates;
struct studio *studio_new(const struct service_settings *settings, struct plates *plates,
    struct queue *answers, struct err *err);
void studio_free(struct studio *studio); /* waits for the thread; accepts NULL */

/* Orders; each overtakes one of its kind (and slot) that still waits. Any thread; false when out of
 * memory. RUNS, STUDY and the studies of a want are shared, not taken. */
bool studio_order_study(
    struct studio *studio, size_t slot, const struct study_want *want, struct runs *runs);
/* All of WANT, one answer each; gives up soon after the next order. */
bool studio_order_appraisals(struct studio *studio, const struct appraisals_want *want);
bool studio_order_pool(struct studio *studio, const struct pool_want *want);
bool studio_order_data(struct studio *studio, const struct data_want *want, struct runs *runs);
/* What studio_paint() paints from here on is for TERMINAL. The thread that orders paintings. */
void studio_set_terminal(struct studio *studio, const struct easel_terminal *terminal);
/* SCENE (ownership moves; NULL: take the picture away). WHOLE: the screen was erased. */
void studio_paint(struct studio *studio, struct easel_scene *scene, bool whole, uint64_t serial);
