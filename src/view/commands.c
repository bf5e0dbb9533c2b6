#include "view/commands.h"

#include "base/num.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *word, *does;
} COMMANDS[] = {
    {"filter", "filter lr<1e-3: the runs that match"},
    {"sort", "sort AP: by a column; again: the other way round"},
    {"best", "best AP where ms_per_image<50: on top, of the runs that match"},
    {"group", "group seed: runs that differ in it alone; group lr: by a column; group none"},
    {"compute", "compute best(AP) / ms_per_image: a column"},
    {"show", "show loss: which curve"},
    {"theme", "theme light: colours"},
    {"conf", "conf 0.4: the confidence threshold"},
    {"iou", "iou 0.75: the IoU threshold"},
};

const char *command_word(size_t i)
{
    return i < sizeof COMMANDS / sizeof *COMMANDS ? COMMANDS[i].word : NULL;
}

const char *command_does(size_t i)
{
    return i < sizeof COMMANDS / sizeof *COMMANDS ? COMMANDS[i].does : NULL;
}

static void set_theme(struct session *session, const char *name)
{
    struct theme theme;
    struct err err = {0};
    if (!theme_builtin(&theme, name, &err)) { /* files are not for the main thread */
        session_say(session, "%s", err.text);
        return;
    }
    session->theme = theme;
    if (session->boards)
        snprintf(session->boards->kept.theme, sizeof session->boards->kept.theme, "%s", name);
}

static void set_share(struct session *session, double *share, double low, double high,
    const char *text)
{
    double value;
    if (num_parse(text, strlen(text), &value) && value >= low && value <= high)
        *share = value;
    else
        session_say(session, "a number from %g to %g is wanted", low, high);
}

void command_obey(const struct view *view, void *state, struct session *session,
    const struct world *world, const char *text)
{
    size_t length = strcspn(text, " ");
    const char *rest = text + length + strspn(text + length, " ");
    if (length == 5 && strncmp(text, "theme", 5) == 0)
        set_theme(session, rest);
    else if (length == 4 && strncmp(text, "conf", 4) == 0)
        set_share(session, &session->confidence, 0, 1, rest);
    else if (length == 3 && strncmp(text, "iou", 3) == 0)
        set_share(session, &session->iou, 0.5, 0.95, rest);
    else if (!view_obey(view, state, session, world, text))
        session_say(session, "%s does not know \"%.100s\"", view->title, text);
}
