#include "work/world.h"

#include "work/image_tags.h"

#include <stdlib.h>
#include <string.h>

bool study_want_same(const struct study_want *a, const struct study_want *b)
{
    return a->run_id == b->run_id && a->artifact == b->artifact;
}

const struct study_answer *world_study(const struct world *world, const struct study_want *want)
{
    for (size_t i = 0; i < WORLD_STUDIES; i++) {
        const struct study_answer *answer = &world->studies[i];
        if (want->run_id && study_want_same(&answer->want, want) &&
            (answer->study || answer->trouble[0]))
            return answer;
    }
    return NULL;
}

bool photo_want_same(const struct photo_want *a, const struct photo_want *b)
{
    return a->study == b->study && a->files == b->files && a->image == b->image &&
           a->width_px == b->width_px && a->height_px == b->height_px;
}

const char *photo_want_path(const struct photo_want *want, struct arena *arena)
{
    if (want->study)
        return study_image_path(want->study, arena, want->image);
    return want->files->files[want->image].path;
}

const struct photo *world_photo(const struct world *world, const struct photo_want *want)
{
    for (size_t i = 0; (want->study || want->files) && i < WORLD_PHOTOS; i++)
        if (world->photos[i].photo && photo_want_same(&world->photos[i].want, want))
            return world->photos[i].photo;
    return NULL;
}

const struct pool_answer *world_pool(const struct world *world, const struct pool_want *want)
{
    const struct pool_answer *answer = &world->pool;
    bool answers = want->a && answer->want.a == want->a && answer->want.b == want->b;
    return answers ? answer : NULL;
}

void pool_answer_make(struct pool_answer *answer, const char *tags)
{
    struct err err = {0};
    struct image_column column;
    struct image_pool_request request = {
        .a = answer->want.a, .b = answer->want.b, .columns = &column};
    if (tags && image_tags_read(tags, answer->want.a, &answer->arena, &column, &err))
        request.column_count = 1;
    else if (tags) /* without tags there are images all the same */
        err_print(&err, answer->trouble, sizeof answer->trouble);
    answer->pool = image_pool_new(&request, &err);
    if (!answer->pool)
        err_print(&err, answer->trouble, sizeof answer->trouble);
}

void pool_answer_done(struct pool_answer *answer)
{
    image_pool_free(answer->pool);
    arena_done(&answer->arena);
    study_release((struct study *)answer->want.a);
    study_release((struct study *)answer->want.b);
    *answer = (struct pool_answer){0};
}

struct curve_want world_curve_want(const struct run_metric *metric)
{
    return (struct curve_want){
        metric->extent->run_id, metric->kind->written, metric->extent->count};
}

const struct curve *world_curve(const struct world *world, const struct curve_want *want)
{
    return curves_find(world->curves, want, 0);
}

const struct influence_answer *world_influence(
    const struct world *world, const struct influence_want *want)
{
    const struct influence_answer *answer = world->influence;
    bool answers = answer && strcmp(answer->want.filter, want->filter) == 0 &&
                   strcmp(answer->want.metric, want->metric) == 0;
    return answers ? answer : NULL;
}

const struct texts *world_texts(const struct world *world, const struct text_want *want)
{
    const struct texts *texts = world->texts;
    bool answers = texts && strcmp(texts->want.paths[0], want->paths[0]) == 0 &&
                   strcmp(texts->want.paths[1], want->paths[1]) == 0;
    return answers ? texts : NULL;
}

const struct run_files *world_files(const struct world *world, int64_t run)
{
    return world->files && world->files->run == run ? world->files : NULL;
}

void world_done(struct world *world)
{
    free(world->deltas);
    appraisals_done(&world->appraisals);
    intervals_free(world->intervals);
    influence_answer_free(world->influence);
    texts_release(world->texts);
    run_files_release(world->files);
    runs_release(world->runs);
    curves_release(world->curves);
    for (size_t i = 0; i < WORLD_STUDIES; i++)
        study_release(world->studies[i].study);
    for (size_t i = 0; i < WORLD_PHOTOS; i++)
        photo_release(world->photos[i].photo);
    pool_answer_done(&world->pool);
    buf_done(&world->copied.text);
    data_page_release(world->data.page);
    *world = (struct world){0};
}
