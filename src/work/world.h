/*
 * The world: all that the screens may look at, and the wants by which they ask for more.
 * Knows: answers, and which want each answers. Must not know: threads, SQLite, keys.
 *
 * The world belongs to the main thread. What it points to is immutable and shared by references.
 */
#pragma once

#include "work/appraisal.h"
#include "work/curves.h"
#include "work/deltas.h"
#include "work/data_answer.h"
#include "work/easel.h"
#include "work/image_list.h"
#include "work/index.h"
#include "work/influence.h"
#include "work/intervals.h"
#include "work/run_files.h"
#include "work/runs.h"
#include "work/study.h"
#include "work/text_file.h"

enum { WORLD_STUDIES = 16, WORLD_PHOTOS = 24, WANTS_TAILS_BYTES = 2048 };

struct study_want {
    int64_t run_id;   /* 0: nothing wanted */
    int32_t artifact; /* which of the run's artifacts: a predictions file */
};

struct photo_want {
    const struct study *study;     /* of the world; NULL: see files */
    const struct run_files *files; /* the world's; NULL, too: nothing wanted */
    int32_t image;                 /* index in the study's dataset, or of a file */
    int32_t width_px, height_px;
    bool ahead; /* not shown yet: to be decoded in time, when nothing that is shown waits */
};

/* The images of A, or of A and B, to be listed. */
struct pool_want {
    const struct study *a, *b; /* of the world; A is NULL: nothing wanted; B may be */
};

/* What a screen needs; filled anew before each frame, zeroed before. */
struct wants {
    struct curve_want curves[CURVES_MOST];
    size_t curve_count;
    struct study_want studies[WORLD_STUDIES]; /* each once */
    struct photo_want photos[WORLD_PHOTOS]; /* those shown, then those ahead */
    size_t photo_count;
    struct pool_want pool;
    bool motion; /* the mouse's: MOUSE_MOVE events; see enum world_motion */
    int tick_ms; /* EVENT_TICK so often, while no picture is on its way; 0: never */
    struct deltas_want deltas;
    struct influence_want influence;
    struct text_want texts;
    int64_t files; /* of this run; 0: none wanted */
    struct data_want data;
    struct appraisals_want appraisals; /* of studies that are there */
    struct intervals_want intervals;   /* the same */
    /* Means of last points that the runs are to have: see runs_list_tails(). "" leaves them as they
     * are. */
    char tails[WANTS_TAILS_BYTES];
};

struct study_answer {
    struct study_want want;
    struct study *study; /* NULL while loading, or when it failed */
    char trouble[512];   /* why there is none */
};

struct photo_answer {
    struct photo_want want;
    struct photo *photo; /* has its own trouble; NULL: no answer */
};

struct pool_answer {
    struct pool_want want;   /* references of the answer's own */
    struct arena arena;      /* of its columns of tags */
    struct image_pool *pool; /* the main thread's to use from now on; NULL: see trouble */
    char trouble[256];
};

/* What was copied last, and where it is kept. */
struct copied {
    bool done;       /* TEXT is whole */
    bool bare;       /* one cell */
    size_t rows;
    struct buf text; /* harmless; freed by whoever takes it, else with the world */
    char path[512];  /* "" when it could not be written */
};

/* Whether the mouse tells of its motion where a screen wants that: every cell costs the link a
 * report. */
enum world_motion {
    MOTION_NEVER,  /* there is no mouse, or the terminal did not say that it can */
    MOTION_COSTLY, /* it can, at the far end of a slow link */
    MOTION_CHEAP,
};

struct world {
    struct runs *runs;     /* NULL until the first load */
    struct curves *curves; /* the newest; may lag behind the want */
    /* What was asked for last; more than what is wanted now, so that going back costs nothing. */
    struct study_answer studies[WORLD_STUDIES];
    struct photo_answer photos[WORLD_PHOTOS]; /* in no order */
    struct pool_answer pool;
    struct copied copied; /* until it is taken: all zero then */
    struct deltas *deltas;              /* the newest, NULL for none; may lag behind the want */
    struct influence_answer *influence; /* the same of these */
    struct texts *texts;
    struct run_files *files;
    struct appraisals appraisals; /* of studies that are there; may lag behind the wants */
    struct intervals *intervals;  /* the newest, NULL for none; may lag behind the want */
    struct data_answer data; /* the newest; may lag behind the want */
    struct index_progress progress; /* `now` is not kept */
    bool indexing;
    char trouble[512]; /* the last thing that went wrong, "" for nothing */
    const char *const *roots;
    size_t root_count;
    const char *settings; /* the person's, as read at the start: JSON text, or NULL */
    struct easel_terminal terminal;
    enum world_motion motion;
};

bool study_want_same(const struct study_want *a, const struct study_want *b);
/* The answer to WANT or NULL while there is none. */
const struct study_answer *world_study(const struct world *world, const struct study_want *want);
const struct photo *world_photo(const struct world *world, const struct photo_want *want);
/* Of the same image in the same size; whether it is shown yet does not matter. */
bool photo_want_same(const struct photo_want *a, const struct photo_want *b);
/* The file, NULL when it is not on this disk. Memory from ARENA, or of what it is wanted of. */
const char *photo_want_path(const struct photo_want *want, struct arena *arena);
/* The answer to WANT or NULL while there is none. */
const struct pool_answer *world_pool(const struct world *world, const struct pool_want *want);
/* Makes the pool of ANSWER's want, with the tags in the file TAGS (NULL: none); else its trouble. Any
 * thread, then the main one. */
void pool_answer_make(struct pool_answer *answer, const char *tags);
void pool_answer_done(struct pool_answer *answer);
/* The want for all points of METRIC, wherever they are held. */
struct curve_want world_curve_want(const struct run_metric *metric);
const struct curve *world_curve(const struct world *world, const struct curve_want *want);
/* The answer to WANT or NULL while there is none; that of an older snapshot of the runs, or of a text
 * before it grew, until the newer one comes. */
const struct influence_answer *world_influence(
    const struct world *world, const struct influence_want *want);
const struct texts *world_texts(const struct world *world, const struct text_want *want);
const struct run_files *world_files(const struct world *world, int64_t run);
void world_done(struct world *world);
