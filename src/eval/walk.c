#include "eval/walk.h"

/* Groups are visited in pieces of so many, which threads share out. */
enum { PIECE = 2048 };

static bool make_walkers(struct walk *walk, int bars)
{
    struct groups *groups = &walk->groups;
    for (int w = 0; w < groups->set->settings.threads && w < PARALLEL_MOST; w++) {
        struct walker *walker = &walk->walkers[w];
        struct match_group *match = &walker->match;
        *match = (struct match_group){.thresholds = walk->bars, .threshold_count = bars};
        match->gts = ARENA_ARRAY(&groups->scratch, struct match_gt, groups->most_gts + 1);
        match->candidates =
            ARENA_ARRAY(&groups->scratch, struct match_candidate, groups->most_gts + 1);
        walker->ranked = ARENA_ARRAY(&groups->scratch, struct rank_item, 2 * groups->most_rows + 1);
        if (!match->gts || !match->candidates || !walker->ranked ||
            !masks_easel_init(&walker->easel, groups->dataset, groups->detections,
                groups->set->sizes, groups->most_gts, &groups->scratch))
            return false;
    }
    return true;
}

/* False when a worker had no memory. */
static bool drop_walkers(struct walk *walk)
{
    bool done = true;
    for (int w = 0; w < PARALLEL_MOST; w++) {
        masks_easel_done(&walk->walkers[w].easel);
        done = done && !walk->walkers[w].no_memory;
    }
    return done;
}

static void visit_piece(void *self, int worker, size_t piece)
{
    struct walk *walk = self;
    size_t count = walk->groups.set->group_count, end = (piece + 1) * PIECE;
    for (size_t g = piece * PIECE; g < end && g < count; g++)
        walk->visit(walk, &walk->walkers[worker], g);
}

bool walk_all(struct walk *walk, int bars)
{
    const struct eval_set *set = walk->groups.set;
    bool made = make_walkers(walk, bars);
    if (made)
        parallel_for(
            set->settings.threads, (set->group_count + PIECE - 1) / PIECE, visit_piece, walk);
    return drop_walkers(walk) && made;
}

void walk_gather(const struct walk *walk, struct walker *walker, size_t index)
{
    const struct groups *groups = &walk->groups;
    const struct group_truths *truths = &groups->truths[index];
    struct match_group *match = &walker->match;
    walker->easel.drawn = false;
    match->count = 0;
    for (uint32_t s = truths->begin; s < truths->end; s++) {
        int32_t source = groups->annotations.items[s].source;
        match->gts[match->count++] = match_gt_of(&groups->dataset->annotations[source], source);
    }
}
