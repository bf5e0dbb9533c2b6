/*
 * libboxtop: object-detection training runs without a screen. Opens an index over directories of
 * runs, brings it up to date, reads parameters, metrics and points from it, and evaluates
 * detections with COCO's metrics. The program `boxtop` prints the same numbers.
 *
 * Threads: an index and all calls that take it belong to one thread at a time. What boxtop_runs_
 * and boxtop_evaluation_ functions are given may be read by several threads at once. Two indices
 * may be used by two threads, also of the same file: one of them writes, others wait up to 10 s.
 *
 * Ownership: every handle is freed by the function named beside it, which accepts NULL. Strings and
 * structures that a call hands out belong to the handle it was called on, and live as long as that.
 * Options and arguments are copied.
 *
 * Errors: a function that can fail returns false or NULL and fills *ERROR (which may be NULL).
 * ERROR is untouched when nothing failed. Nothing is printed, no signal or locale is changed.
 *
 * Numbers: times are seconds since 1970 (UTC), NaN when unknown. AP, AR, precision, recall and F1
 * are fractions. Names and paths are the raw bytes that the files hold, and may be harmful to a
 * terminal; the text of an error or a note is printable.
 */
#ifndef BOXTOP_BOXTOP_H
#define BOXTOP_BOXTOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0": the version of the library that is running. */
const char *boxtop_version(void);

/* ---- errors ---- */

enum boxtop_code {
    BOXTOP_OK,
    BOXTOP_USAGE,       /* an argument cannot be meant */
    BOXTOP_IO,          /* the system refused: open, read, write */
    BOXTOP_FORMAT,      /* a file is not what it should be, or what is asked for is not there */
    BOXTOP_LIMIT,       /* a file is larger than is accepted */
    BOXTOP_MEMORY,      /* out of memory */
    BOXTOP_UNSUPPORTED, /* a file is well-formed, but of a kind that is left out */
    BOXTOP_CANCELLED,   /* the caller's progress function asked to stop */
};

struct boxtop_error {
    enum boxtop_code code;
    char text[1024]; /* one line: the file, what is wrong, where, and what to do */
};

/* ---- the index ---- */

struct boxtop_options {
    const char *const *roots; /* directories with runs below them, or files in a run */
    size_t root_count;        /* 1 or more */
    const char *index_file;   /* NULL: in the user's cache directory, one for each set of roots */
    const char *ground_truth; /* of all runs, a COCO file or a data.yaml; NULL: as the runs say */
    const char *images;       /* directory of the images; NULL: as the runs say */
};

struct boxtop_index;

/* Opens the index of the roots, and makes it when it is not there. One that is damaged or that
 * another version made is made anew: it is a cache. A file of another program is refused
 * (BOXTOP_USAGE). Reads no run: see boxtop_refresh(). */
struct boxtop_index *boxtop_open(const struct boxtop_options *options, struct boxtop_error *error);
void boxtop_close(struct boxtop_index *index);

enum boxtop_phase { BOXTOP_SCANNING, BOXTOP_READING, BOXTOP_EVALUATING, BOXTOP_DONE };

struct boxtop_progress {
    enum boxtop_phase phase;
    size_t runs_found, runs_done;
    size_t sources_read; /* files that were new or had changed */
    const char *run;     /* name of the run that is worked on, or NULL; valid during the call */
};

struct boxtop_listener {
    void *self; /* handed to the functions; each of them may be NULL */
    /* Called about every 100 ms and at each change of phase. False cancels (BOXTOP_CANCELLED):
     * what has been read so far is kept. */
    bool (*progress)(void *self, const struct boxtop_progress *progress);
    /* Something outside the runs that cannot be read, as a directory; the work goes on. Damage
     * inside a run becomes a note on it instead. */
    void (*trouble)(void *self, const struct boxtop_error *error);
};

/* Reads what is new or has changed below the roots, forgets runs that are gone, and evaluates
 * predictions that have a ground truth into the metrics eval/AP, eval/AP50, ... Writes to the index
 * only. LISTENER may be NULL; its functions are called on this thread. */
bool boxtop_refresh(
    struct boxtop_index *index, const struct boxtop_listener *listener, struct boxtop_error *error);

/* ---- runs ---- */

/* All runs of the index at one moment; it outlives neither changes nor needs the index. */
struct boxtop_runs;

/* Freed by boxtop_runs_free(). */
struct boxtop_runs *boxtop_runs_load(struct boxtop_index *index, struct boxtop_error *error);
void boxtop_runs_free(struct boxtop_runs *runs);
size_t boxtop_runs_count(const struct boxtop_runs *runs);
/* The number of the run called NAME: its name, its directory, or a unique ending of its name. */
bool boxtop_runs_find(
    const struct boxtop_runs *runs, const char *name, size_t *run, struct boxtop_error *error);

enum boxtop_status {
    BOXTOP_UNKNOWN,
    BOXTOP_RUNNING,
    BOXTOP_FINISHED,
    BOXTOP_FAILED,
    BOXTOP_STALLED, /* says that it is running, and has written nothing for long */
};

struct boxtop_run {
    const char *name; /* below the root */
    const char *root, *directory;
    const char *format; /* "plain", "ultralytics", "tensorboard", ... */
    enum boxtop_status status;
    double started_s, ended_s; /* ended: the last sign of life */
    size_t param_count, metric_count, note_count, prediction_count;
};

enum boxtop_param_kind { BOXTOP_NULL, BOXTOP_BOOL, BOXTOP_NUMBER, BOXTOP_TEXT };

struct boxtop_param {
    const char *name; /* dotted: "optimizer.lr" */
    enum boxtop_param_kind kind;
    const char *text; /* as in the file; never NULL */
    double number;    /* BOXTOP_NUMBER; 0 or 1 for BOXTOP_BOOL */
};

struct boxtop_metric {
    const char *name; /* as in the file */
    const char *role; /* the quantity that all formats share ("AP", "loss"), or NULL */
    double scale; /* a value times SCALE is in the role's unit (0.01 where percent is written) */
    /* The values are as written. First and last are in file order. */
    int64_t count, nonfinite;
    int64_t first_step, last_step, min_step, max_step;
    double first, last;
    double min, max; /* of the finite values, NaN without any */
};

/* One set of detections that a run has written. */
struct boxtop_prediction {
    const char *path; /* absolute */
    int64_t step;     /* -1 when the run does not say */
};

/* Item number ITEM (from 0) of run number RUN into *OUT; false when there is none. Parameters and
 * metrics are in bytewise order of their names, predictions by step. */
bool boxtop_runs_get(const struct boxtop_runs *runs, size_t run, struct boxtop_run *out);
bool boxtop_runs_param(
    const struct boxtop_runs *runs, size_t run, size_t item, struct boxtop_param *out);
bool boxtop_runs_metric(
    const struct boxtop_runs *runs, size_t run, size_t item, struct boxtop_metric *out);
bool boxtop_runs_prediction(
    const struct boxtop_runs *runs, size_t run, size_t item, struct boxtop_prediction *out);
/* What a person should know about the run's files, as one printable line, cut at OUT_BYTES. */
bool boxtop_runs_note(
    const struct boxtop_runs *runs, size_t run, size_t item, char *out, size_t out_bytes);

struct boxtop_point {
    int64_t step;
    double wall_s; /* NaN when the file has no time */
    double value;  /* as written; NaN and infinities are data */
};

/* Every point of METRIC of run RUN in file order into *POINTS (freed by boxtop_points_free()), as
 * the index has them now. BOXTOP_USAGE when RUNS has no such run or the run no such metric; a
 * metric that has gone since gives no points. */
bool boxtop_read_points(struct boxtop_index *index, const struct boxtop_runs *runs, size_t run,
    const char *metric, struct boxtop_point **points, size_t *count, struct boxtop_error *error);
void boxtop_points_free(struct boxtop_point *points);

/* ---- evaluation ---- */

/* COCO's twelve numbers, in pycocotools' order: see boxtop_stat_name(). */
enum { BOXTOP_STATS = 12 };

/* "AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"; NULL
 * outside 0..11. */
const char *boxtop_stat_name(int stat);

/* Detections matched with their ground truth. Needs neither index nor runs once it is made. */
struct boxtop_evaluation;

/* Matches the detections in PREDICTIONS (COCO results, or a folder of YOLO labels) with
 * GROUND_TRUTH (a COCO file, or a data.yaml). IMAGES is the directory of the images or NULL: ground
 * truth in fractions (YOLO) takes the sizes of the images from there. Any thread. Freed by
 * boxtop_evaluation_free(). */
struct boxtop_evaluation *boxtop_evaluate_files(const char *ground_truth, const char *predictions,
    const char *images, struct boxtop_error *error);
/* The same for prediction number PREDICTION of run RUN, with the ground truth that the options, the
 * run or a boxtop.json name, or else what stands nearby. */
struct boxtop_evaluation *boxtop_evaluate_run(const struct boxtop_index *index,
    const struct boxtop_runs *runs, size_t run, size_t prediction, struct boxtop_error *error);
void boxtop_evaluation_free(struct boxtop_evaluation *evaluation);

struct boxtop_summary {
    const char *ground_truth, *predictions; /* paths */
    const char *joined;                     /* "19 of 19 images joined by stem": for a person */
    const char *warning; /* what was inferred or left out; NULL when nothing was */
    size_t image_count, class_count, detection_count;
    double stats[BOXTOP_STATS];         /* -1 where undefined, as pycocotools writes */
    double best_f1, best_f1_confidence; /* at IoU .50; NaN without ground truth or detections */
};

struct boxtop_class {
    int64_t id;
    const char *name;
    double stats[BOXTOP_STATS]; /* -1 where undefined */
    int64_t ground_truths;      /* that count: no crowds */
    int64_t detections;
};

void boxtop_evaluation_summary(
    const struct boxtop_evaluation *evaluation, struct boxtop_summary *out);
/* Class number ITEM, by ascending id; false when there is none. */
bool boxtop_evaluation_class(
    const struct boxtop_evaluation *evaluation, size_t item, struct boxtop_class *out);

/* Detections that count have a score of at least the confidence. Those matched to a crowd stand in
 * no column. precision, recall and f1 are NaN where undefined. */
struct boxtop_counts {
    int64_t tp, fp, fn;
    double precision, recall, f1;
};

/* Counts at CONFIDENCE and IOU (above 0, at most 1) over all classes into *TOTAL, and by class
 * into PER_CLASS (class_count of them; may be NULL). .50, .55, ... .95 take milliseconds; another
 * IoU is matched anew. */
bool boxtop_evaluation_counts(const struct boxtop_evaluation *evaluation, double confidence,
    double iou, struct boxtop_counts *total, struct boxtop_counts *per_class,
    struct boxtop_error *error);

#ifdef __cplusplus
}
#endif

#endif
