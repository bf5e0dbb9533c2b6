/*
 * The index: runs, parameters, metrics, points, notes, artifacts and evaluations in one SQLite
 * file. Knows: how facts are kept, found again and survive a kill at any instant. Must not know:
 * formats of runs, what a metric means, who asks.
 *
 * It is a cache: whatever stands in it can be read again from the runs. One store is one connection
 * and belongs to one thread at a time; only store_interrupt() may be called from another. One
 * thread of one process writes; any number of connections, in any number of processes, read
 * meanwhile.
 *
 * Error codes of every function here: ERR_FORMAT the file is damaged (store_rebuild() helps),
 * ERR_UNSUPPORTED a newer boxtop made it (so does a rebuild), ERR_USAGE it is some other program's
 * file (never touched), ERR_CANCELLED store_interrupt(), ERR_MEMORY, ERR_LIMIT, and ERR_IO for what
 * the system refused: a full disk, no permission, or another boxtop that is writing and did not
 * finish in STORE_BUSY_MS.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "facts/dataset_version.h"
#include "facts/sink.h"

enum { STORE_BUSY_MS = 10000, STORE_MAX_STATE_BYTES = 1 << 20 };

struct store;

enum store_mode { STORE_READ_WRITE, STORE_READ_ONLY };

/* ---- the file ---------------------------------------------------------------------------------
 */

/*
 * The index of this set of ROOTS (cleaned absolute paths; order and repeats do not matter):
 * $XDG_CACHE_HOME/boxtop/<16 hex digits>.db, else $HOME/.cache/boxtop/..., else
 * /tmp/boxtop-<uid>/... Makes the directory (mode 0700). In /tmp it must belong to us alone, or it
 * is refused. NULL with ERR.
 */
char *store_path_for_roots(
    struct arena *arena, const char *const *roots, size_t count, struct err *err);

enum store_journal { STORE_JOURNAL_WAL, STORE_JOURNAL_DELETE };
/* The journal for a file system, by the f_type of statfs(2): a write-ahead log wants shared memory,
 * so network, cluster and FUSE file systems get a rollback journal. */
enum store_journal store_journal_for_fs(uint64_t magic);

/* Opens PATH. STORE_READ_WRITE makes the file when it is not there (not its directory) and brings
 * an older schema up to date; STORE_READ_ONLY does neither. NULL with ERR. */
struct store *store_open(const char *path, enum store_mode mode, struct err *err);
/* Rolls back what was not committed; NULL is accepted. */
void store_close(struct store *store);
/* Empties the index at PATH, however damaged, and opens it STORE_READ_WRITE. Refuses (ERR_USAGE) a
 * file that another program made. */
struct store *store_rebuild(const char *path, struct err *err);
/* Reads everything: SQLite's own check, every chunk's checksum, and that chunks, summaries, sources
 * and runs agree. Slow. False with the first finding. */
bool store_check(struct store *store, struct err *err);
/* A number that differs from the one before when any connection has committed in between. */
bool store_generation(struct store *store, uint64_t *generation, struct err *err);
/* Rows that this connection has written since it was opened; equal numbers: nothing in between. */
int64_t store_rows_written(const struct store *store);
/* Makes the call that is running on STORE (if one is) fail with ERR_CANCELLED. Any thread; the
 * store must not be closed meanwhile. */
void store_interrupt(struct store *store);

/* ---- writing: STORE_READ_WRITE only -----------------------------------------------------------
 */

/*
 * The order of things, for one batch (some seconds' worth) of sources:
 *
 *     store_begin
 *       store_put_run                          for each run
 *         store_source_check                   for each of its sources; nothing to do when
 * STORE_SAME store_source_begin, the reader with store_sink(), store_source_end or
 * store_source_abandon store_commit
 *
 * Nothing is seen by other connections, nor survives a kill, before store_commit(); from then on
 * all of it does, facts and bookmarks together. A whole scan is opened by store_scan_begin() and,
 * when all of a root was walked, closed by store_forget_unseen().
 */
bool store_begin(struct store *store, struct err *err); /* waits for another writer */
/* False: nothing of the batch was kept, and the transaction is over. */
bool store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store); /* harmless without a transaction */

struct store_place {
    const char *root;       /* cleaned absolute path, as the person gave it */
    const char *name;       /* of the run, below the root */
    const char *directory;  /* cleaned absolute path of the run */
    const char *format;     /* name of the preferred reader */
    uint64_t device, inode; /* of the directory; both 0 when not known */
};

/* The id (> 0) of the run, made on first sight; -1 with ERR. A directory that is reached by two
 * ways (overlapping roots, links) has one id, and one that was renamed keeps its own. */
int64_t store_put_run(struct store *store, const struct store_place *place, struct err *err);

/* ROOT (a cleaned absolute path) was given by the person, or IS_WATCHED: named by recorded runs only.
 * In a transaction. */
bool store_put_root(struct store *store, const char *root, bool is_watched, struct err *err);

struct store_source {
    const char *name;   /* relative to the run's directory */
    const char *reader; /* its name, and what else decides what is read from the same bytes */
    int rank;           /* of two ranks that hold the same metric or parameter the lower is shown */
    int position;  /* in reading order among sources of the same rank: their series are joined */
    bool computed; /* made by the program itself (an evaluation): no file, so never "missing" */
    /* Taken before the file is read, so that later writes are noticed. One that was written to so
     * lately that the next write could leave the same times gets a ctime_ns of 0: it is compared
     * again when it has settled. */
    struct file_stat stat;
    /* Reads BYTES bytes of the file at OFFSET; false when it cannot. NULL: nothing to compare with,
     * so that a file that grew is STORE_CHANGED. */
    bool (*read_at)(void *self, int64_t offset, void *out, size_t bytes);
    void *self;
};

enum store_change {
    STORE_SAME,     /* size, times and inode are as they were */
    STORE_APPENDED, /* longer, or settled: what was read before still stands before the bookmark */
    STORE_CHANGED,  /* replaced, truncated, rewritten, or another reader's now */
    STORE_NEW,
    STORE_FAILED, /* with ERR */
};

/*
 * Compares SOURCE of run RUN with what was kept. For STORE_APPENDED *OFFSET and STATE (cleared
 * first; may be NULL) are the bookmark given to store_source_end(); otherwise they are 0 and empty.
 * Marks the source as seen. Also outside a transaction.
 */
enum store_change store_source_check(struct store *store, int64_t run,
    const struct store_source *source, int64_t *offset, struct buf *state, struct err *err);

/* Opens SOURCE for facts, one at a time, inside a transaction. FRESH forgets what it held (for
 * STORE_CHANGED and STORE_NEW, and for STORE_APPENDED when its reader starts at the front again).
 * *SOURCE and what it points to must stay until the source is ended or abandoned. */
bool store_source_begin(struct store *store, int64_t run, const struct store_source *source,
    bool fresh, struct err *err);
/* The sink into the open source; valid until it is ended. When one of its functions returned false,
 * store_source_end() says why. */
struct sink store_sink(struct store *store);
/* Says what the numbers of the open source were measured on; said again, it replaces what was said
 * before. */
bool store_source_dataset(
    struct store *store, const struct dataset_version *dataset, struct err *err);
/* Writes what is still in memory, and the bookmark. False: the source is as before
 * store_source_begin(), and unless ERR is ERR_LIMIT the whole batch should be rolled back. */
bool store_source_end(
    struct store *store, int64_t offset, const struct buf *state, struct err *err);
/* The source is as before store_source_begin(). Harmless when none is open. */
void store_source_abandon(struct store *store);

/* From here on runs and sources count as unseen until store_put_run() / store_source_check(). */
void store_scan_begin(struct store *store);
/* Counts RUN, and all that it holds, as seen: none of it has changed. */
bool store_see_run(struct store *store, int64_t run, struct err *err);
/* Forgets the sources of RUN that were not seen. In a transaction. */
bool store_forget_unseen_of(struct store *store, int64_t run, struct err *err);
/* Forgets the runs of ROOT that were not seen, and unseen sources of those that were. In a
 * transaction. Not to be called when part of the root could not be listed. */
bool store_forget_unseen(struct store *store, const char *root, struct err *err);

/* Keeps a result under a digest of all that it was computed from. Inside or outside a transaction.
 */
bool store_put_evaluation(
    struct store *store, const char *key, const void *data, size_t length, struct err *err);

enum store_room { STORE_WHERE_FREE, STORE_BY_FORGETTING };
/* Keeps the large result DATA under KEY while all that is kept so stays within BUDGET_BYTES. Where
 * it would not, those that were used least recently are forgotten (STORE_BY_FORGETTING), or this one
 * is not kept; nor is one that is larger than an eighth of the budget. Inside or outside a
 * transaction. */
bool store_keep(struct store *store, const char *key, const void *data, size_t length,
    int64_t budget_bytes, enum store_room room, struct err *err);

/*
 * Keeps what is to be remembered of DIRECTORY, for whoever loads places of the same KIND. In a
 * transaction, behind the facts that it speaks of.
 */
bool store_put_place(struct store *store, uint64_t kind, const char *directory, const void *data,
    size_t length, struct err *err);
bool store_forget_place(struct store *store, const char *directory, struct err *err);
/* Hands every place of KIND to TAKE, which returns false when memory is out, and forgets those of
 * other kinds. In a transaction. */
bool store_load_places(struct store *store, uint64_t kind,
    bool (*take)(void *self, const char *directory, const void *data, size_t length), void *self,
    struct err *err);

/* ---- reading: any mode ------------------------------------------------------------------------
 */

/* What is read between the two is as one commit left it, and costs less. They may be nested. */
bool store_snapshot_begin(struct store *store, struct err *err);
void store_snapshot_end(struct store *store);

struct store_param {
    uint32_t name; /* index into store_runs.names */
    struct param param;
};

enum { STORE_COURSE_POINTS = 24 };

/* The last finite value of each of at most STORE_COURSE_POINTS pieces, as store_load_curve() cuts
 * them: what a sparkline needs. */
struct store_course {
    uint32_t count; /* 0 where none is kept: the metric's role has no course, or it was joined */
    float values[STORE_COURSE_POINTS]; /* NaN where no value is finite */
};

struct store_metric {
    uint32_t name; /* index into store_runs.names */
    int rank;      /* of the sources that it was taken from */
    struct metric_summary summary;
    struct store_course course;
};

struct store_run {
    int64_t id;
    const char *root, *name, *directory, *format;
    bool is_watched;           /* as store_put_root() said of its root */
    const char *title, *label_id; /* as the best believed source says; NULL when none does */
    int64_t colour;            /* 0, 1, 2... in order of first sight; stays the run's own */
    enum run_status status;    /* as the files say: RUN_UNKNOWN when they do not */
    double started_s, ended_s; /* seconds since 1970, NaN when not said */
    int64_t newest_mtime_ns;   /* of its files */
    int64_t size_bytes;        /* of its files */
    size_t note_count, prediction_count;
    size_t source_count;              /* files, without what the program computed */
    const struct dataset_version *dataset; /* what it was evaluated on; NULL when it was not */
    const struct store_param *params; /* one per name; the lowest rank wins, then the last source */
    size_t param_count;
    const struct store_metric *metrics; /* one per name; lowest rank only, same rank joined */
    size_t metric_count;
    /* Of its parameters and metrics: where it and the names of the index are equal so are they. Found
     * by store_load_facts(). */
    struct digest print;
};

struct store_runs {
    struct store_run *runs; /* in order of first sight */
    size_t count;
    const char **names; /* of parameters and metrics, each once: equal index, equal name */
    size_t name_count;
    struct store_origin *origins; /* for store_load_facts() */
    size_t origin_count;
};

/* A source, in the order in which sources are believed: by run, rank, position. */
struct store_origin {
    int64_t id;
    uint32_t run; /* index into store_runs.runs */
    int rank, position;
};

/* Who gets the runs of store_load_facts(), each with its print. */
struct store_taker {
    void *self;
    /* True: the facts are at hand already, and TAKE gets the run without any. NULL: none are. */
    bool (*knows)(void *self, const struct store_run *run);
    /* A run whose parameters and metrics are complete; the two lists are gone when it returns. False
     * with ERR stops. */
    bool (*take)(void *self, const struct store_run *run, struct err *err);
};

/* All runs as one commit left them; everything lives in ARENA. */
bool store_load_runs(
    struct store *store, struct arena *arena, struct store_runs *out, struct err *err);
/*
 * The same in two steps, for whoever makes something smaller of the facts, which are most of it:
 * first all but parameters and metrics (both NULL), then those of one run after the other, which TAKER
 * gets in the order of RUNS. The lists and the names of OUT lie in LISTS and all other texts in TEXTS;
 * the texts of parameters in the arena given with TAKER. Both steps stand in one snapshot of the
 * caller's (store_snapshot_begin()).
 */
bool store_load_runs_only(struct store *store, struct arena *lists, struct arena *texts,
    struct store_runs *out, struct err *err);
bool store_load_facts(struct store *store, const struct store_runs *runs, struct arena *arena,
    const struct store_taker *taker, struct err *err);

/* All points of METRIC of run RUN in file order, bit for bit as they came. None: *COUNT is 0. */
bool store_load_points(struct store *store, int64_t run, const char *metric, struct arena *arena,
    struct point **points, size_t *count, struct err *err);

/* A piece of a series: consecutive points. Non-finite values are counted and left out of the rest.
 */
struct store_bucket {
    int64_t low_step, high_step;  /* smallest and largest step */
    double first, last, min, max; /* NaN when no value is finite */
    int64_t count, nonfinite;
};

/*
 * The series as at most MAX_BUCKETS (>= 1) buckets, for sparklines and for charts zoomed to the
 * steps LOW_STEP..HIGH_STEP (INT64_MIN..INT64_MAX for all). No extreme is lost. Long series are
 * answered from the chunks' summaries without unpacking; the outermost buckets may then reach
 * beyond the window.
 */
bool store_load_curve(struct store *store, int64_t run, const char *metric, int64_t low_step,
    int64_t high_step, size_t max_buckets, struct arena *arena, struct store_bucket **buckets,
    size_t *count, struct err *err);

bool store_load_notes(struct store *store, int64_t run, struct arena *arena, struct note **notes,
    size_t *count, struct err *err);

struct store_artifact {
    struct artifact artifact;
    const char *source; /* name of the file that said it: its relative path starts there */
};

bool store_load_artifacts(struct store *store, int64_t run, struct arena *arena,
    struct store_artifact **artifacts, size_t *count, struct err *err);

struct store_file {
    const char *name, *reader;
    int rank;
    int64_t size_bytes, mtime_ns, offset; /* offset: how far it was read */
};

/* Without what the program computed itself. */
bool store_load_files(struct store *store, int64_t run, struct arena *arena,
    struct store_file **files, size_t *count, struct err *err);

/* What the status.json of a recorded run says of where else it is written. */
struct store_watch {
    int64_t run;
    const char *directory;     /* of the run */
    double started_s, ended_s; /* ended: NaN when it has not, or nobody knows */
    const char *path;          /* absolute; NULL: nowhere else */
};

/* One for every recorded run and directory, by run. */
bool store_load_watches(struct store *store, struct arena *arena, struct store_watch **watches,
    size_t *count, struct err *err);
/* The roots that are watched only. */
bool store_load_watched_roots(
    struct store *store, struct arena *arena, const char ***roots, size_t *count, struct err *err);

struct store_predicted {
    int64_t run;
    const char *root, *name, *directory;
};

/* The runs that have predictions; RUN alone (or none) unless it is 0. */
bool store_load_predicted(struct store *store, int64_t run, struct arena *arena,
    struct store_predicted **runs, size_t *count, struct err *err);
/* The largest last step of what the files of RUN say, at least 0. */
bool store_last_step(struct store *store, int64_t run, int64_t *step, struct err *err);

/* Appends the result kept under KEY to OUT; *FOUND says whether there was one. */
bool store_get_evaluation(
    struct store *store, const char *key, struct buf *out, bool *found, struct err *err);
/* A copy of what is kept under KEY, in ARENA; *DATA is NULL when nothing is. It counts as used where
 * STORE can be written. */
bool store_get_kept(struct store *store, const char *key, struct arena *arena, void **data,
    size_t *length, struct err *err);
