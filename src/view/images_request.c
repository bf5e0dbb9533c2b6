/*
 * What another screen asked the images screen for: the images of a class, of a cell of the
 * confusion matrix, of a type of error. Knows: the state of images.h, appraisals, marks. Must not
 * know: who asked, how lists are made.
 */
#include "view/images.h"

#include "work/image_marks.h"

#include <stdio.h>
#include <string.h>

enum { FALSE_POS = EVAL_ERRORS, FALSE_NEG };

void images_begin_request(struct images_state *state, const struct session *session)
{
    const struct image_request *request = &session->request;
    if (!request->kind || request->of.run_id != state->run)
        return;
    state->request = *request;
    state->artifact = request->of.artifact;
}

/* The category of STUDY called NAME; the background for "", -2 for none. */
static int32_t named(const struct study *study, const char *name)
{
    const struct dataset *dataset = study->dataset;
    if (!name[0])
        return (int32_t)dataset->category_count;
    for (size_t i = 0; i < dataset->category_count; i++)
        if (strncmp(dataset->categories[i].name, name, SESSION_CLASS_BYTES - 1) == 0)
            return (int32_t)i;
    return -2;
}

void images_request_class(struct images_state *state)
{
    const struct study *study = images_study(state);
    if (state->request.kind != IMAGE_REQUEST_CLASS || !state->request.truth[0] || !state->filter)
        return;
    int32_t class = named(study, state->request.truth);
    memset(state->filter, 0, (study->dataset->category_count / 64 + 1) * sizeof *state->filter);
    if (class >= 0)
        state->filter[class / 64] |= UINT64_C(1) << (class % 64);
    state->filtered = class >= 0;
}

const struct appraisal *images_request_want(const struct images_state *state,
    const struct session *session, const struct world *world, struct wants *out)
{
    enum appraisal_part part =
        state->request.kind == IMAGE_REQUEST_ERROR ? APPRAISAL_ERRORS : APPRAISAL_CONFUSION;
    const struct study *study = images_study(state);
    if (state->request.kind <= IMAGE_REQUEST_CLASS || !study)
        return NULL;
    if (out->appraisals.count < APPRAISALS_MOST_WANTED)
        out->appraisals.items[out->appraisals.count++] = (struct appraisal_want){
            study, part, session->iou, part == APPRAISAL_CONFUSION ? session->confidence : 0};
    const struct appraisal *found = appraisals_find(&world->appraisals, study, part);
    return found && !found->trouble[0] ? found : NULL;
}

static uint32_t *mark_errors(const struct image_pool *pool, const struct eval_errors *errors,
    int type, const struct image_at *at, struct arena *arena)
{
    if (type < EVAL_ERRORS)
        return image_marks_errors(pool, errors, (enum eval_error)type, at, arena);
    if (type == FALSE_NEG)
        return image_marks_errors(pool, errors, EVAL_MISS, at, arena);
    uint32_t *sum = image_marks_errors(pool, errors, EVAL_CLS, at, arena);
    for (int t = EVAL_LOC; sum && t < EVAL_MISS; t++) {
        uint32_t *more = image_marks_errors(pool, errors, (enum eval_error)t, at, arena);
        for (size_t i = 0; more && i < pool->sides[0]->dataset->image_count; i++)
            sum[i] += more[i];
    }
    return sum;
}

bool images_request_apply(const struct images_state *state, const struct image_pool *pool,
    const struct image_at *at, struct arena *arena, struct image_which *which, struct err *err)
{
    const struct image_request *request = &state->request;
    const struct appraisal *made = state->asked.marked;
    if (request->kind == IMAGE_REQUEST_CLASS)
        which->verdicts = 1U << EVAL_FP | 1U << EVAL_FN;
    if (!made || made->want.study != pool->sides[0])
        return true;
    if (request->kind == IMAGE_REQUEST_ERROR)
        which->marks = mark_errors(pool, &made->errors, request->error, at, arena);
    else
        which->marks =
            image_marks_cell(pool, &made->confusion, named(made->want.study, request->predicted),
                named(made->want.study, request->truth), arena);
    return which->marks || err_set(err, ERR_MEMORY, "out of memory");
}

void images_request_print(const struct images_state *state, char *out, size_t out_bytes)
{
    const struct image_request *request = &state->request;
    static const char *const ALL[] = {"false detections", "missed"};
    out[0] = '\0';
    if (request->kind == IMAGE_REQUEST_CLASS)
        snprintf(out, out_bytes, "errors%s%s", request->truth[0] ? " of " : "", request->truth);
    else if (request->kind == IMAGE_REQUEST_ERROR)
        snprintf(out, out_bytes, "%s",
            request->error < EVAL_ERRORS ? eval_error_name(request->error)
                                         : ALL[request->error - EVAL_ERRORS]);
    else if (request->kind == IMAGE_REQUEST_CONFUSION)
        snprintf(out, out_bytes, "%s \xe2\x86\x92 %s",
            request->truth[0] ? request->truth : "nothing",
            request->predicted[0] ? request->predicted : "missed");
}
