#include "work/data_study.h"

#include "work/analysis.h"
#include "work/image_pool.h"

#include <math.h>
#include <string.h>

/* One table being made. */
struct making {
    const struct study *study;
    const struct eval_set *set; /* the study's, or matched anew */
    int iou_index;
    double confidence;
    struct data_table *table;
    struct arena arena; /* scratch */
    struct err *err;
};

enum { COUNT_COLUMNS = 6 };

static bool make_images(struct making *m);
static bool make_classes(struct making *m);
static bool make_detections(struct making *m);
static bool make_errors(struct making *m);

const struct data_study_table data_study_tables[] = {
#define TABLE(name, make, boxes, what) {name, what, boxes},
#include "work/data_tables.def"
#undef TABLE
    {0}};

static bool (*const MAKERS[])(struct making *m) = {
#define TABLE(name, make, boxes, what) make,
#include "work/data_tables.def"
#undef TABLE
};

const struct data_study_table *data_study_find(const char *name)
{
    for (const struct data_study_table *table = data_study_tables; table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

/* ---- cells ---- */

static bool add_columns(struct making *m, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (data_table_add_column(m->table, names[i], strlen(names[i]), m->err) < 0)
            return false;
    return true;
}

static bool add_stat_columns(struct making *m)
{
    for (int i = 0; i < EVAL_STATS; i++) {
        const char *name = eval_stat_name(i);
        if (data_table_add_column(m->table, name, strlen(name), m->err) < 0)
            return false;
    }
    return true;
}

static bool set_text(struct making *m, int column, const char *text)
{
    return data_table_set_text(m->table, column, text, strlen(text), m->err);
}

/* What is undefined (NaN, and COCO's -1) is absent. */
static void set_number(struct making *m, int column, double value)
{
    if (!isnan(value) && value != -1)
        data_table_set_number(m->table, column, value);
}

static void set_counts(struct making *m, int column, const struct eval_counts *counts)
{
    data_table_set_number(m->table, column, (double)counts->tp);
    data_table_set_number(m->table, column + 1, (double)counts->fp);
    data_table_set_number(m->table, column + 2, (double)counts->fn);
    set_number(m, column + 3, eval_precision(counts));
    set_number(m, column + 4, eval_recall(counts));
    set_number(m, column + 5, eval_f1(counts));
}

static void set_stats(struct making *m, int column, const double stats[EVAL_STATS])
{
    for (int i = 0; i < EVAL_STATS; i++)
        set_number(m, column + i, stats[i]);
}

/* Its file name, else its id: either is enough to find it again. */
static bool set_image(struct making *m, int column, int32_t index)
{
    char id[IMAGE_ID_BYTES];
    return set_text(m, column, image_name(m->study->dataset, index, id));
}

static bool set_category(struct making *m, int column, int32_t index)
{
    return set_text(m, column, m->study->dataset->categories[index].name);
}

/* ---- tables ---- */

static bool make_images(struct making *m)
{
    static const char *const NAMES[] = {
        "image", "TP", "FP", "FN", "precision", "recall", "F1", "gap"};
    enum { GAP = 1 + COUNT_COLUMNS, STATS };
    size_t count = m->set->image_count;
    struct eval_counts total, *counts = ARENA_ARRAY(&m->arena, struct eval_counts, count + 1);
    double(*stats)[EVAL_STATS] = arena_array(&m->arena, count + 1, sizeof *stats);
    if (!counts || !stats)
        return err_set(m->err, ERR_MEMORY, "out of memory");
    if (!add_columns(m, NAMES, sizeof NAMES / sizeof *NAMES) || !add_stat_columns(m) ||
        !study_image_stats(m->study, stats, m->err))
        return false;
    eval_counts_at(m->set, m->iou_index, m->confidence, NULL, &total, NULL, counts);
    for (size_t i = 0; i < count; i++) {
        int32_t index = m->set->image_order[i];
        if (!data_table_add_row(m->table, m->err) || !set_image(m, 0, index))
            return false;
        set_counts(m, 1, &counts[index]);
        set_number(m, GAP, fabs(eval_precision(&counts[index]) - eval_recall(&counts[index])));
        set_stats(m, STATS, stats[index]);
    }
    return true;
}

static bool make_classes(struct making *m)
{
    static const char *const NAMES[] = {
        "class", "TP", "FP", "FN", "precision", "recall", "F1", "gt", "dt"};
    enum { GT = 1 + COUNT_COLUMNS, DT, STATS };
    size_t count = m->set->category_count;
    struct eval_counts total, *counts = ARENA_ARRAY(&m->arena, struct eval_counts, count + 1);
    if (!counts)
        return err_set(m->err, ERR_MEMORY, "out of memory");
    if (!add_columns(m, NAMES, sizeof NAMES / sizeof *NAMES) || !add_stat_columns(m))
        return false;
    eval_counts_at(m->set, m->iou_index, m->confidence, NULL, &total, counts, NULL);
    for (size_t i = 0; i < count; i++) {
        const struct eval_class *class = &m->study->summary.classes[i];
        if (!data_table_add_row(m->table, m->err) || !set_category(m, 0, (int32_t)i))
            return false;
        set_counts(m, 1, &counts[i]);
        data_table_set_number(m->table, GT, (double)class->gt);
        data_table_set_number(m->table, DT, (double)class->dt);
        set_stats(m, STATS, class->stats);
    }
    return true;
}

static const char *verdict_of(const struct making *m, size_t at)
{
    uint16_t bit = (uint16_t)(1u << m->iou_index);
    return m->set->ignored[EVAL_ALL][at] & bit ? "ignored"
           : m->set->tp[EVAL_ALL][at] & bit    ? "TP"
                                               : "FP";
}

static bool make_detections(struct making *m)
{
    static const char *const NAMES[] = {
        "image", "class", "score", "verdict", "IoU", "x", "y", "w", "h"};
    enum { IMAGE, CLASS, SCORE, VERDICT, IOU, X };
    const struct eval_set *set = m->set;
    if (!add_columns(m, NAMES, sizeof NAMES / sizeof *NAMES))
        return false;
    for (size_t i = 0; i < set->count; i++) {
        struct box box = eval_pixel_box(
            m->study->dataset, m->study->detections, (size_t)set->row[i], set->image[i]);
        double sides[] = {box.x, box.y, box.w, box.h};
        if (!data_table_add_row(m->table, m->err) || !set_image(m, IMAGE, set->image[i]) ||
            !set_category(m, CLASS, set->category[i]) || !set_text(m, VERDICT, verdict_of(m, i)))
            return false;
        data_table_set_number(m->table, SCORE, set->score[i]);
        data_table_set_number(m->table, IOU, (double)set->iou[i]);
        for (int s = 0; s < 4; s++)
            data_table_set_number(m->table, X + s, sides[s]);
    }
    return true;
}

static bool make_errors(struct making *m)
{
    static const char *const NAMES[] = {"error", "image", "predicted", "score", "truth", "IoU"};
    enum { ERROR, IMAGE, PREDICTED, SCORE, TRUTH, IOU };
    const struct study *study = m->study;
    struct eval_errors errors;
    if (!add_columns(m, NAMES, sizeof NAMES / sizeof *NAMES) ||
        !analysis_errors(study, NAN, &m->arena, &errors, m->err))
        return false;
    for (size_t i = 0; i < errors.start[EVAL_ERRORS]; i++) {
        const struct eval_error_box *box = &errors.boxes[i];
        if (!data_table_add_row(m->table, m->err) ||
            !set_text(m, ERROR, eval_error_name(box->type)) || !set_image(m, IMAGE, box->image))
            return false;
        if (box->row >= 0 &&
            !set_category(m, PREDICTED,
                study->link.category_of_key[study->detections->rows[box->row].category_key]))
            return false;
        if (box->annotation >= 0 &&
            !set_category(m, TRUTH, study->dataset->annotations[box->annotation].category))
            return false;
        set_number(m, SCORE, box->score);
        set_number(m, IOU, box->iou);
    }
    return true;
}

/* ---- one of them ---- */

static bool choose_set(struct making *m, double iou)
{
    const struct study *study = m->study;
    m->set = study->set;
    if (!(iou > 0 && iou <= 1))
        return err_set(m->err, ERR_USAGE, "an IoU is above 0 and at most 1");
    m->iou_index = eval_iou_index(&study->set->settings, iou);
    if (m->iou_index != EVAL_IOU_CUSTOM)
        return true;
    if (!study_has_boxes(study))
        return err_set(m->err, ERR_USAGE, "IoU %g is matched with boxes, which were not read", iou);
    m->set = eval_rematch(study->dataset, study->detections, study->set, iou, &m->arena, m->err);
    return m->set != NULL;
}

struct data_table *data_study_make(
    const struct study *study, const char *name, const struct data_study_at *at, struct err *err)
{
    const struct data_study_table *which = data_study_find(name);
    struct making m = {.study = study, .confidence = at->confidence, .err = err};
    m.table = data_table_new();
    bool ok = m.table || err_set(err, ERR_MEMORY, "out of memory");
    if (ok && !which)
        ok = err_set(err, ERR_USAGE, "an evaluation has no table \"%.80s\"", name);
    if (ok && which->needs_boxes && !study_has_boxes(study))
        ok = err_set(err, ERR_USAGE, "the table \"%.80s\" is made of boxes, which were not read", name);
    ok = ok && choose_set(&m, at->iou) && MAKERS[which - data_study_tables](&m);
    arena_done(&m.arena);
    if (ok) {
        data_table_finish(m.table);
        return m.table;
    }
    data_table_release(m.table);
    return NULL;
}
