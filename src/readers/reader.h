/*
 * The reader interface: what understands one on-disk format of training runs.
 * Knows: directories, files, bookmarks, the sink. Must not know: the index, the screen, other readers.
 *
 * One reader is one .c file that defines `const struct reader reader_NAME` and one row in readers.def.
 * The order of rows is the precedence: of two sources of one run that hold the same metric, the one
 * whose reader stands higher is shown. Readers are pure but for reading the files they are handed, hold
 * no state between calls, and may run on several threads at once.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "facts/sink.h"

/* Something below a place, beside its own list, that a claim rests on. */
struct reader_look {
    const char *name;      /* relative to the place */
    struct file_stat stat; /* from before it was looked at; zeroed: it was not there */
};

struct reader_looks {
    struct reader_look *looks; /* in the order of looking; a name may come again */
    size_t count, capacity;
    bool incomplete; /* memory ran out */
};

/* A directory being looked at. */
struct reader_place {
    const char *path;
    const struct file_list *list;
    struct arena *arena;        /* for what a claim keeps */
    struct reader_looks *looks; /* NULL: nobody asks what the claim rests on */
};

/* PLACE has a file called NAME. */
bool reader_has_file(const struct reader_place *place, const char *name);
/*
 * How a claim may look at more than the list. While the directory and all that was looked at stay
 * as they were nobody is asked again, so a claim must look by no other way.
 */

/* The first bytes of file NAME in PLACE (at most BYTES); 0 when it cannot be read. */
size_t reader_peek(const struct reader_place *place, const char *name, char *out, size_t bytes);
/* Everything in the directory NAME below PLACE, into its arena; false when it cannot be listed. */
bool reader_list(const struct reader_place *place, const char *name, struct file_list *out);
/* Says that the file or directory NAME, there or not, is now looked at by other means. */
void reader_looked(const struct reader_place *place, const char *name);

enum { READER_MAX_SOURCES = 4096 };

struct reader;

struct reader_claimed {
    const char *name; /* of the file, relative to the place; or of a directory: its time tells of
                         what comes and goes in it */
    const char *part; /* what reader_claim_part() said, else NULL */
    const char *prefix; /* what reader_claim_prefixed() said, else NULL */
    const struct reader *reader; /* that reads it; NULL: the one that claims it */
};

/* A file that looks like one of the format's, and why it is none. */
struct reader_refusal {
    const char *name, *reason;
};

struct reader_claim {
    struct reader_claimed *sources; /* in reading order */
    size_t count, capacity;
    struct reader_refusal *refusals; /* also of a place that is not claimed */
    size_t refusal_count, refusal_capacity;
    bool is_aside; /* nothing that a tool logs: where another reader claims a log, the format is its */
    bool owns_subdirectories; /* what lies below is this run's own: no runs are looked for there */
    const char **owned; /* the same for some subdirectories only; also of an unclaimed place */
    size_t owned_count, owned_capacity;
    const char *reason;       /* "results.csv beside args.yaml", for `boxtop index --explain` */
};

/* Appends a source (copied into the place's arena); false when out of memory or over the maximum. */
bool reader_claim_add(const struct reader_place *place, struct reader_claim *claim, const char *name);
/* The same for a file that holds several runs, or one of several files that are a run each: PART is
 * the run's path below the place ("mlflow.db/4f0c...", "a1b2.zip"), though no directory may be
 * there. Sources of equal parts are one run. */
bool reader_claim_part(const struct reader_place *place, struct reader_claim *claim,
    const char *part, const char *name);
/* The same as reader_claim_add(), where several files of one run hold metrics of equal names:
 * PREFIX is to stand before those of this one. When it changes, the file is read anew. */
bool reader_claim_prefixed(const struct reader_place *place, struct reader_claim *claim,
    const char *prefix, const char *name);
/* The same for a file that the reader called READER reads and ranks, though the claim is another's:
 * the logs that one tool lets another write below the run. */
bool reader_claim_for(const struct reader_place *place, struct reader_claim *claim,
    const char *reader, const char *name);
/* Says that no runs are to be looked for in the subdirectory NAME (a path below the place). */
void reader_claim_own(
    const struct reader_place *place, struct reader_claim *claim, const char *name);
/* Says of the file NAME why it is not taken, for `boxtop index --explain`. */
void reader_refuse(const struct reader_place *place, struct reader_claim *claim, const char *name,
    const char *reason);

/* One file of a claimed run. */
struct reader_source {
    const char *directory; /* of the run */
    const char *name;      /* relative to it, as claimed */
    const char *path;      /* both joined */
    bool settled;          /* nobody has written to it for a while: its last line is whole */
    const char *part;      /* as claimed with reader_claim_part(), else NULL */
    const char *prefix;    /* as claimed with reader_claim_prefixed(), else NULL */
};

/*
 * How far a source has been read. Zeroed at first. A reader that is `incremental` continues at `offset`
 * (always behind a whole record) with the `state` bytes that it left there, and updates both; others
 * read the whole file each time it changes. The caller resets the mark when the file was replaced,
 * truncated or rewritten.
 */
struct reader_mark {
    int64_t offset;
    struct buf state;
};

enum { READER_MAX_STATE_BYTES = 1 << 20 };

struct reader {
    const char *name;  /* "tensorboard": the format in `boxtop ls` */
    const char *reads; /* one line for the README and help */
    bool incremental;
    const char *hidden_directory; /* the name of one that scanning must look into; NULL for none */
    /* Looks at one directory, by names and peeks. True when it holds a run of this format: CLAIM
     * (zeroed before) then lists its sources. */
    bool (*claim)(const struct reader_place *place, struct reader_claim *claim);
    /* Asked before a file that has grown is read on: false when what MARK says of its beginning no
     * longer holds, so that all is read anew. NULL: it always holds. */
    bool (*continues)(const struct reader_source *source, const struct reader_mark *mark);
    /* Reads SOURCE from MARK on into SINK. Damage inside the file is a note on the sink; false is for
     * a file that cannot be read at all. */
    bool (*read)(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
        struct err *err);
};

/* All readers, in the order of readers.def; NULL-terminated. */
extern const struct reader *const readers[];
const struct reader *reader_find(const char *name);
