#include "app/keep.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_BYTES = 1 << 20 };

void keep_read(struct session *session, struct finder *finder, const char *settings)
{
    const struct boards *boards = session->boards;
    if (boards && !isnan(boards->kept.confidence))
        session->confidence = boards->kept.confidence;
    if (boards && !isnan(boards->kept.iou))
        session->iou = boards->kept.iou;
    look_keep_read(session, settings);
    finder_read(finder, settings);
}

static void save_boards(struct session *session, const char *path)
{
    struct buf text;
    buf_init(&text, MOST_BYTES);
    boards_print(session->boards, &text);
    if (path && !text.failed)
        session_order(session, errand_file(path, text.data));
    else
        session_say(session, "the dashboards are not saved: their file is damaged");
    buf_done(&text);
}

void keep_save(struct keep *keep, struct session *session, struct finder *finder,
    const struct boards_paths *paths)
{
    struct boards *boards = session->boards;
    struct buf text;
    look_keep_order(&keep->looks, session);
    finder_keep(finder, session);
    if (!boards)
        return;
    if (session->boards_edited && !boards->own)
        save_boards(session, paths->config);
    session->boards_edited = false;
    session_keep(session);
    buf_init(&text, MOST_BYTES);
    boards_print_kept(boards, &text);
    session_keep_text(session, BOARDS_KEPT_MEMBER, &text, &keep->session);
    buf_done(&text);
}

void keep_done(struct keep *keep)
{
    free(keep->session);
    look_keep_done(&keep->looks);
}
