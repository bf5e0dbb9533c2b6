#include "app/pace.h"

#include <string.h>

void pace_done(struct pace *pace)
{
    easel_scene_free(pace->shown);
    pace->shown = NULL;
}

/* Until when nothing may be ordered; 0 when something may be, -1 when that is for the painter to
 * say. */
static int64_t held_until_ms(const struct pace *pace)
{
    if (pace->painting)
        return -1;
    int64_t until = pace->travelling ? pace->sent_ms + PACE_FENCE_MS : 0;
    return until > pace->hold_until_ms ? until : pace->hold_until_ms;
}

/* A link over which a picture takes seconds is not given the next as soon. */
static int64_t refined_at_ms(const struct pace *pace)
{
    int64_t rest = pace->journey_ms * 2 > PACE_REST_MS ? pace->journey_ms * 2 : PACE_REST_MS;
    return pace->rest_ms + rest;
}

static bool can_be_better(const struct pace *pace)
{
    return pace->shown && ((pace->refines && !easel_scene_is_fine(pace->shown)) ||
                              (pace->patched && !pace->proven));
}

bool pace_next(
    struct pace *pace, struct easel_scene **scene, bool damaged, int64_t now_ms, bool *whole)
{
    pace->whole |= damaged;
    if (*scene)
        easel_scene_follow(*scene, pace->shown);
    bool same = easel_scene_same(*scene, pace->shown);
    if (!same)
        pace->rest_ms = now_ms;
    bool better = same && can_be_better(pace) && now_ms >= refined_at_ms(pace);
    bool wanted = !same || better || (*scene && pace->whole);
    int64_t until = held_until_ms(pace);
    pace->waits = wanted && (until < 0 || now_ms < until);
    if (!wanted || pace->waits) {
        easel_scene_free(*scene);
        return false;
    }
    if (pace->travelling) /* it did not answer in time: ask no more until it does */
        pace->fenced = pace->travelling = false;
    if (better && pace->refines)
        easel_scene_refine(*scene);
    *whole = pace->whole || (better && pace->patched && !pace->proven);
    easel_scene_free(pace->shown);
    pace->shown = *scene ? easel_scene_copy(*scene) : NULL;
    pace->painting = true;
    pace->whole = false;
    pace->shown_whole = *whole;
    return true;
}

void pace_painted(struct pace *pace, bool done, bool bytes, int64_t now_ms)
{
    pace->painting = false;
    pace->whole |= !done;
    pace->patched = !pace->shown_whole;
    pace->sent_ms = now_ms;
    pace->travelling = done && bytes && pace->fenced;
}

bool pace_answered(struct pace *pace, const char *answer, size_t length, int64_t now_ms)
{
    static const char FINE[] = "\x1b[0n";
    if (length != sizeof FINE - 1 || memcmp(answer, FINE, length) != 0)
        return false;
    if (pace->travelling)
        pace->journey_ms = now_ms - pace->sent_ms;
    pace->fenced = true;
    pace->travelling = false;
    return true;
}

bool pace_is_idle(const struct pace *pace)
{
    return !pace->painting && !pace->travelling && !pace->waits;
}

void pace_resized(struct pace *pace, int64_t now_ms)
{
    pace->whole = true;
    pace->hold_until_ms = now_ms + PACE_RESIZE_MS;
}

int pace_wait_ms(const struct pace *pace, int64_t now_ms, int most_ms)
{
    int64_t at = held_until_ms(pace);
    if (at < 0 || (!pace->waits && !can_be_better(pace)))
        return most_ms;
    if (!pace->waits && refined_at_ms(pace) > at)
        at = refined_at_ms(pace);
    int64_t left = at - now_ms;
    return left < 0 ? 0 : left < most_ms ? (int)left : most_ms;
}
