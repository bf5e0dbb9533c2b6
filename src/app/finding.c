#include "app/finding.h"

#include "app/pick.h"
#include "base/num.h"
#include "work/analysis.h"
#include "work/image_marks.h"
#include "work/image_table.h"
#include "work/image_tags.h"

#include <math.h>
#include <string.h>
#include <strings.h>

enum { MOST_TABLE_COLUMNS = 63 };

bool finding_of_two(const struct settings *settings)
{
    return settings->baseline || settings->compare || settings->fixed || settings->broken ||
           settings->disagree;
}

bool finding_gather(const struct settings *settings, char **operands, struct gathered *gathered,
    struct err *err)
{
    struct arena arena = {0};
    size_t count = 0;
    while (operands[count])
        count++;
    char **names = ARENA_ARRAY(&arena, char *, count + 2);
    size_t first = settings->baseline != NULL;
    *gathered = (struct gathered){0};
    bool ok = names || err_set(err, ERR_MEMORY, "out of memory");
    if (ok && !count)
        ok = err_set(err, ERR_USAGE, "name a run: its directory, or its name as boxtop ls shows it");
    if (ok && first)
        names[0] = (char *)settings->baseline; /* nobody writes into a name, but they are kept */
    for (size_t i = 0; ok && i < count; i++)
        names[first + i] = operands[i];
    ok = ok && gather_named(settings, names, 1, gathered, err);
    arena_done(&arena);
    return ok;
}

/* ---- what is asked ---- */

bool finding_confidence(const struct settings *settings, const struct study *study, double iou,
    eval_filter filter, double *confidence, struct err *err)
{
    const char *text = settings->threshold;
    struct eval_best best;
    *confidence = 0.5;
    if (!text || num_parse(text, strlen(text), confidence))
        return !isnan(*confidence) || err_set(err, ERR_USAGE, "--conf takes a number, or best");
    if (strcmp(text, "best") != 0)
        return err_set(err, ERR_USAGE, "--conf takes a number or best, not \"%.60s\"", text);
    int index = eval_iou_index(&study->set->settings, iou);
    if (index == EVAL_IOU_CUSTOM)
        return err_set(err, ERR_USAGE, "the best F1 is known at the IoUs of the evaluation only");
    if (!eval_best_f1(study->set, index, filter, &best, err))
        return false;
    *confidence = best.confidence;
    return !isnan(best.confidence) ||
           err_set(err, ERR_USAGE, "there is no best F1: no ground truth or no detections");
}

/* Which of COUNT NAMES is TEXT, letter case ignored; -1 for none. */
static int find_word(const char *const *names, int count, const char *text, size_t length)
{
    for (int i = 0; i < count; i++)
        if (strlen(names[i]) == length && strncasecmp(names[i], text, length) == 0)
            return i;
    return -1;
}

static bool ask_at(const struct settings *settings, struct finding *finding, struct err *err)
{
    static const char *const SIZES[EVAL_AREAS] = {"all", "small", "medium", "large"};
    const struct study *study = finding->studies[0];
    struct image_at *at = &finding->at;
    uint64_t *filter;
    at->iou = isnan(settings->iou) ? 0.5 : settings->iou;
    if (!(at->iou > 0 && at->iou <= 1))
        return err_set(err, ERR_USAGE, "--iou is above 0 and at most 1");
    if (settings->size) {
        int size = find_word(SIZES, EVAL_AREAS, settings->size, strlen(settings->size));
        if (size < 0)
            return err_set(err, ERR_USAGE, "--size is small, medium or large");
        at->size = (enum eval_area)size;
    }
    if (!pick_category(settings, study, &finding->arena, &filter, err))
        return false;
    at->filter = filter;
    at->disagreement = finding->studies[1] != NULL;
    return finding_confidence(settings, study, at->iou, filter, &at->confidence, err);
}

static bool ask_verdicts(const char *text, struct image_which *which, struct err *err)
{
    static const char *const VERDICTS[] = {"TP", "FP", "ignored", "FN"};
    static const unsigned BITS[] = {
        1 << EVAL_TP, 1 << EVAL_FP, 1 << EVAL_IGNORED, 1 << EVAL_FN};
    for (; *text; text += *text == ',') {
        size_t length = strcspn(text, ",");
        int verdict = find_word(VERDICTS, 4, text, length);
        if (verdict < 0)
            return err_set(err, ERR_USAGE, "--verdict is of TP, FP, FN and ignored");
        which->verdicts |= BITS[verdict];
        text += length;
    }
    return true;
}

static bool ask_scores(const char *text, struct image_which *which, struct err *err)
{
    size_t length = strcspn(text, ",");
    which->in_range = text[length] && num_parse(text, length, &which->low) &&
                      num_parse(text + length + 1, strlen(text + length + 1), &which->high);
    return which->in_range || err_set(err, ERR_USAGE, "--scores takes two numbers: 0.3,0.7");
}

static bool ask_error(const struct settings *settings, struct finding *finding, struct err *err)
{
    struct eval_errors errors;
    const char *names[EVAL_ERRORS];
    for (int e = 0; e < EVAL_ERRORS; e++)
        names[e] = eval_error_name(e);
    int type = find_word(names, EVAL_ERRORS, settings->error, strlen(settings->error));
    if (type < 0)
        return err_set(err, ERR_USAGE, "--error is Cls, Loc, Both, Dupe, Bkg or Miss");
    if (!analysis_errors(
            finding->studies[0], finding->at.iou, &finding->arena, &errors, err))
        return false;
    finding->which.marks = image_marks_errors(
        finding->pool, &errors, (enum eval_error)type, &finding->at, &finding->arena);
    return finding->which.marks || err_set(err, ERR_MEMORY, "out of memory");
}

/* The category, or the background; -1 with ERR. */
static int32_t class_called(
    const struct dataset *dataset, const char *name, size_t length, struct err *err)
{
    for (size_t c = 0; c < dataset->category_count; c++) {
        const char *own = dataset->categories[c].name;
        if (strlen(own) == length && memcmp(own, name, length) == 0)
            return (int32_t)c;
    }
    if (length == 10 && strncasecmp(name, "background", length) == 0)
        return (int32_t)dataset->category_count;
    err_set(err, ERR_USAGE, "no class is called %.*s", (int)(length < 60 ? length : 60), name);
    return -1;
}

/* A name of a class may hold a colon: the first that makes two names counts. */
static bool ask_cell(const struct settings *settings, struct finding *finding, struct err *err)
{
    const struct dataset *dataset = finding->studies[0]->dataset;
    struct eval_confusion confusion;
    const char *text = settings->cell;
    int32_t truth = -1, predicted = -1;
    if (!strchr(text, ':'))
        return err_set(err, ERR_USAGE, "--confusion takes two classes: TRUE:PREDICTED");
    for (const char *colon = strchr(text, ':'); colon && predicted < 0;
         colon = strchr(colon + 1, ':')) {
        truth = class_called(dataset, text, (size_t)(colon - text), err);
        predicted = truth < 0 ? -1 : class_called(dataset, colon + 1, strlen(colon + 1), err);
    }
    if (predicted < 0)
        return false;
    *err = (struct err){0}; /* of a colon before */
    /* As `boxtop eval --confusion` does it: its own thresholds unless others are asked for. */
    double confidence = settings->threshold ? finding->at.confidence : NAN;
    if (!analysis_confusion(
            finding->studies[0], confidence, settings->iou, &finding->arena, &confusion, err))
        return false;
    finding->which.marks =
        image_marks_cell(finding->pool, &confusion, predicted, truth, &finding->arena);
    return finding->which.marks || err_set(err, ERR_MEMORY, "out of memory");
}

static bool ask_change(const struct settings *settings, struct image_which *which, struct err *err)
{
    if (settings->fixed + settings->broken + settings->disagree > 1)
        return err_set(err, ERR_USAGE, "--fixed, --broken and --disagree are one at a time");
    which->change = settings->fixed      ? IMAGE_FIXED
                    : settings->broken   ? IMAGE_BROKEN
                    : settings->disagree ? IMAGE_DIFFERS
                                         : IMAGE_ANY;
    return true;
}

static bool ask_which(const struct settings *settings, struct finding *finding, struct err *err)
{
    struct image_which *which = &finding->which;
    struct arena *arena = &finding->arena;
    if (settings->error && settings->cell)
        return err_set(err, ERR_USAGE, "--error and --confusion are one at a time");
    if ((settings->verdict && !ask_verdicts(settings->verdict, which, err)) ||
        (settings->scores && !ask_scores(settings->scores, which, err)) ||
        (settings->error && !ask_error(settings, finding, err)) ||
        (settings->cell && !ask_cell(settings, finding, err)) ||
        !ask_change(settings, which, err))
        return false;
    which->tag = settings->tag;
    if (settings->image_name && !(which->name = pattern_new(arena, settings->image_name, err)))
        return false;
    return !settings->filter ||
           (which->filter = image_pool_filter(finding->pool, settings->filter, arena, err));
}

/* Without --sort what the other options ask for comes first where there is most of it. */
static bool ask_order(const struct settings *settings, struct finding *finding, struct err *err)
{
    const struct image_which *which = &finding->which;
    struct image_order *order = &finding->order;
    order->column = -1;
    if (settings->sort)
        return image_order_parse(finding->pool, settings->sort, order, err);
    if (which->change != IMAGE_ANY)
        *order = (struct image_order){
            which->change == IMAGE_DIFFERS ? IMAGE_DISAGREEMENT : IMAGE_GAIN,
            which->change != IMAGE_BROKEN};
    else if (which->marks || which->verdicts || which->in_range)
        *order = (struct image_order){IMAGE_BOXES, true};
    return true;
}

/* ---- making ---- */

static bool read_columns(const struct settings *settings, struct finding *finding, struct err *err)
{
    struct image_table table = {0};
    struct arena *arena = &finding->arena;
    if (settings->image_table &&
        !image_table_read(
            settings->image_table, finding->studies[0]->dataset, arena, &table, err))
        return false;
    for (size_t c = 0; c < table.column_count && c < MOST_TABLE_COLUMNS; c++)
        finding->columns[finding->column_count++] = table.columns[c];
    struct err none = {0};
    const char *tags = image_tags_path(arena, &none); /* without a home there are none */
    return !tags || image_tags_read(tags, finding->studies[0], arena,
                        &finding->columns[finding->column_count++], err);
}

bool finding_make(const struct settings *settings, const struct run_row *a,
    const struct run_row *b, bool aps, struct finding *finding, struct err *err)
{
    const struct run_row *runs[2] = {a, b};
    *finding = (struct finding){0};
    for (int s = 0; s < 2 && runs[s]; s++) {
        finding->names[s] = runs[s]->name;
        finding->studies[s] = pick_study(settings, runs[s], err);
        if (!finding->studies[s])
            return false;
    }
    if (!read_columns(settings, finding, err))
        return false;
    struct image_pool_request request = {.a = finding->studies[0],
        .b = finding->studies[1],
        .aps = aps,
        .columns = finding->columns,
        .column_count = finding->column_count};
    finding->pool = image_pool_new(&request, err);
    if (!finding->pool || !ask_at(settings, finding, err) || !ask_which(settings, finding, err) ||
        !ask_order(settings, finding, err) ||
        !image_list_make(finding->pool, &finding->at, &finding->which, &finding->order,
            &finding->arena, &finding->list, err))
        return false;
    finding->found = finding->list.count;
    if (settings->head >= 0 && (double)finding->found > settings->head)
        finding->list.count = (size_t)settings->head;
    return true;
}

void finding_done(struct finding *finding)
{
    image_pool_free(finding->pool);
    study_release(finding->studies[0]);
    study_release(finding->studies[1]);
    arena_done(&finding->arena);
}
