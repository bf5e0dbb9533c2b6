#include "app/errands.h"

#include "app/terminal.h"
#include "screen/clipboard.h"

#include <stdio.h>
#include <unistd.h>

void errands_run(struct session *session, struct service *service)
{
    for (struct errand *errand; (errand = errand_take(&session->errands));)
        service_run(service, errand);
}

/* What was copied and where it is now. */
static void say_copied(
    const struct copied *copied, bool fits, bool sent, struct session *session)
{
    char what[96];
    if (copied->bare)
        snprintf(what, sizeof what, "%.60s", copied->text.data ? copied->text.data : "");
    else
        snprintf(what, sizeof what, "%zu row%s", copied->rows, copied->rows == 1 ? "" : "s");
    if (copied->path[0])
        session_say(session, "copied %s%s %.140s", what,
            sent    ? ", also in"
            : !fits ? ": too much for a terminal's clipboard, so only into"
                    : " into",
            copied->path);
    else if (sent)
        session_say(session, "copied %s", what);
}

bool errands_take_copied(struct copied *copied, const struct loop_settings *settings,
    struct session *session, struct err *err)
{
    struct buf sequence;
    bool ok = true;
    buf_init(&sequence, INT32_MAX);
    if (copied->done) {
        bool fits = clipboard_print(copied->text.data ? copied->text.data : "",
            copied->text.length, settings->talk->terminal.in_tmux, &sequence);
        bool sent = fits && settings->clipboard && !sequence.failed;
        ok = !sent || tty_write(STDOUT_FILENO, sequence.data, sequence.length, err);
        say_copied(copied, fits, sent, session);
    }
    buf_done(&sequence);
    buf_done(&copied->text);
    *copied = (struct copied){0};
    return ok;
}
