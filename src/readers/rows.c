#include "readers/rows.h"

#include "base/clock.h"
#include "base/num.h"

#include <math.h>
#include <string.h>

/* Seconds since 1970 below this are rather seconds since a start; above the second, milliseconds.
 */
static const double EARLIEST_S = 1e8, LATEST_S = 1e11;

int rows_name_index(const char *const *names, const char *name, size_t length)
{
    for (int i = 0; names[i]; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
            return i;
    return -1;
}

bool rows_is_merge_marker(const char *line, size_t length)
{
    enum { MARKER_LENGTH = 7 };
    if (length < MARKER_LENGTH || !memchr("<=>|", line[0], 4))
        return false;
    for (size_t i = 1; i < MARKER_LENGTH; i++)
        if (line[i] != line[0])
            return false;
    return length == MARKER_LENGTH || line[MARKER_LENGTH] == ' ';
}

bool rows_is_blank(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            return false;
    return true;
}

bool rows_is_missing(const char *text, size_t length)
{
    static const char *const WORDS[] = {"NA", "N/A", "None", "null", NULL};
    return rows_name_index(WORDS, text, length) >= 0;
}

bool rows_parse_step(const char *text, size_t length, int64_t *step, bool *fraction)
{
    double value;
    *fraction = false;
    if (num_parse_int(text, length, step))
        return true;
    if (!num_parse(text, length, &value) || !(fabs(value) < 9.2e18))
        return false;
    *step = (int64_t)floor(value);
    *fraction = floor(value) != value;
    return true;
}

bool rows_parse_wall(const char *text, size_t length, double *wall_s)
{
    double value;
    if (!num_parse(text, length, &value))
        return clock_parse_iso(text, length, wall_s);
    if (!(value >= EARLIEST_S && value < LATEST_S * 1000))
        return false;
    *wall_s = value < LATEST_S ? value : value / 1000;
    return true;
}

void rows_count_skipped(struct rows_damage *damage, int64_t line, bool marker)
{
    if (!damage->markers && !damage->broken)
        damage->first_line = line;
    if (marker)
        damage->markers++;
    else
        damage->broken++;
}

static bool note(struct sink *sink, const char *file, int64_t line, int64_t count, const char *text)
{
    struct note note = {.file = file, .line = line, .offset = -1, .count = count, .text = text};
    return !count || sink->note(sink->self, &note);
}

bool rows_note(const struct rows_damage *damage, struct sink *sink, const char *file)
{
    const char *skipped = !damage->broken    ? "git merge marker, row skipped"
                          : !damage->markers ? "damaged row, skipped"
                                             : "git merge marker or damaged row, skipped";
    return note(sink, file, damage->first_line, damage->markers + damage->broken, skipped) &&
           note(
               sink, file, damage->texts_line, damage->texts, "cell that is no number, left out") &&
           note(sink, file, damage->fractions_line, damage->fractions,
               "step that is not a whole number, rounded down");
}
