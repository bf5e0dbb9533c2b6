/*
 * The truth of a run: where its ground truth and its images are.
 * Knows: what runs, boxtop.json and the command line say, and where to look when nobody says.
 * Must not know: what the files hold beyond their kind, matching, or the screen.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "facts/run.h"

/* One row of "datasets" in boxtop.json: {"name", "ground_truth", "ground_truth_format", "images",
 * "runs": glob, "predictions_format"}. Formats are spelt as in annotation.h, NULL: as it looks. */
struct truth_rule {
    const char *name;
    const char *ground_truth; /* absolute */
    const char *images;       /* absolute, or NULL */
    const char *ground_truth_format, *predictions_format;
    const char *runs;         /* glob over the run's path below `home`; "**" when not given */
    const char *home;         /* the directory of the boxtop.json */
};

struct truth_rules {
    const char *ground_truth, *images; /* --gt and --images, absolute; NULL when not given */
    const char *ground_truth_format, *predictions_format; /* --gt-format, --dt-format, or NULL */
    struct truth_rule *rules;
    size_t count;
};

/* Reads the boxtop.json of ROOT, else of the nearest of its RULES_LEVELS_ABOVE (work/rules.h)
 * parents, into RULES (appending, memory from ARENA). A missing file is no error, and nothing is
 * read when RULES hold a
 * --gt: that goes before. */
bool truth_read_rules(
    struct arena *arena, const char *root, struct truth_rules *rules, struct err *err);

enum { TRUTH_MAX_CANDIDATES = 16, TRUTH_MAX_IMAGE_DIRS = 16 };

struct truth {
    /* Existing files, likeliest first; the first that joins is taken. */
    const char *ground_truth[TRUTH_MAX_CANDIDATES];
    size_t count;
    bool said; /* by the run, boxtop.json or the person; else found nearby */
    const char *name; /* what boxtop.json calls the first of them; NULL when it does not */
    const char *ground_truth_format, *predictions_format; /* as somebody said, else NULL */
    /* Existing directories to look for image files in, likeliest first. */
    const char *image_dirs[TRUTH_MAX_IMAGE_DIRS];
    size_t image_dir_count;
};

/*
 * Finds candidates for the run in DIRECTORY (below ROOT) that says ARTIFACTS of itself.
 * Order: --gt; what the run says (its path as said, else the same below any parent up to ROOT, for
 * the path may be another machine's); boxtop.json; else ground truth standing in the run's
 * directory, a parent, or up to three folders beside, of one parent what is called val first and
 * train last. Parents count up to ROOT, and
 * RULES_LEVELS_ABOVE in any case.
 */
bool truth_find(struct arena *arena, const struct truth_rules *rules, const char *root,
    const char *directory, const struct artifact *artifacts, size_t artifact_count,
    struct truth *out, struct err *err);

/* The same without looking nearby: cheap, and no error when nothing that exists is said. */
void truth_find_said(struct arena *arena, const struct truth_rules *rules, const char *root,
    const char *directory, const struct artifact *artifacts, size_t artifact_count,
    struct truth *out);

/* The path of the image called FILE_NAME (as ground truth or detections name it; its ending may be
 * missing) below the truth's
 * directories, those around GROUND_TRUTH, or IMAGES_DIR (may be NULL); NULL when it is not there.
 */
const char *truth_find_image(struct arena *arena, const struct truth *truth,
    const char *ground_truth, const char *images_dir, const char *file_name);
