/*
 * The torchvision reader: what the reference scripts print, as somebody kept it.
 * Knows: which files are looked into, and lines. Must not know: what a line says.
 *
 * Such logs have any name and any tool's words among theirs. Of several in one directory each is a
 * run: nobody keeps jobs of a scheduler apart by directories.
 */
#include "readers/torchvision.h"

#include "base/stream.h"
#include "readers/plain_files.h"

#include <string.h>

enum { HEAD_BYTES = 64 << 10, MOST_FILES = 256, MOST_TEXTS = 64 };

/* ---- recognising ---- */

enum verdict { OTHER, PROGRESS, LIKE_PROGRESS };

static enum verdict judge_line(const char *line, size_t length)
{
    struct torchvision_progress progress;
    struct torchvision_meter meter;
    if (!torchvision_find(line, length, "Epoch: ["))
        return OTHER;
    if (!torchvision_take_epoch(line, length, &progress))
        return LIKE_PROGRESS;
    while (torchvision_next_meter(&progress, &meter))
        if (!meter.torn)
            return PROGRESS;
    return LIKE_PROGRESS;
}

static enum verdict judge(const struct reader_place *place, const char *name)
{
    char head[HEAD_BYTES];
    size_t got = reader_peek(place, name, head, sizeof head);
    enum verdict verdict = OTHER;
    for (const char *line = head, *end = head + got; line < end && verdict != PROGRESS;) {
        size_t length = torchvision_line_length(line, (size_t)(end - line));
        enum verdict found = judge_line(line, length);
        if (found != OTHER)
            verdict = found;
        line += length + 1;
    }
    return verdict;
}

/* A directory of very many texts holds labels, not logs. */
static bool holds_labels(const struct file_list *list)
{
    size_t texts = 0;
    for (size_t i = 0; i < list->count; i++)
        texts += path_has_suffix(list->entries[i].name, ".txt");
    return texts > MOST_TEXTS;
}

static bool is_candidate(const struct file_entry *entry, bool texts)
{
    return !entry->is_dir &&
           (path_has_suffix(entry->name, ".log") || path_has_suffix(entry->name, ".out") ||
               (texts && path_has_suffix(entry->name, ".txt")));
}

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    const struct file_list *list = place->list;
    bool texts = !holds_labels(list), recorded = plain_is_recorded(place);
    int looked_at = 0;
    for (size_t i = 0; i < list->count && looked_at < MOST_FILES; i++) {
        const char *name = list->entries[i].name;
        if (!is_candidate(&list->entries[i], texts))
            continue;
        if (recorded && strcmp(name, "console.log") == 0)
            continue; /* its lines have stamps, which the console reader knows */
        looked_at++;
        enum verdict verdict = judge(place, name);
        if (verdict == PROGRESS)
            reader_claim_part(place, claim, name, name);
        else if (verdict == LIKE_PROGRESS)
            reader_refuse(place, claim, name, "has lines \"Epoch: [\", but no \"loss: 1.5 (1.6)\"");
    }
    if (claim->count == 1)
        claim->sources[0].part = NULL; /* the directory is the run */
    claim->reason = "lines \"Epoch: [0]  [ 10/1000]  eta: ...\"";
    return claim->count > 0;
}

/* ---- reading ---- */

/* Takes the whole lines that are there. A line that is drawn again ends with a carriage return. */
static void read_lines(struct torchvision_log *log, struct stream *stream, struct reader_mark *mark)
{
    const char *line;
    size_t length;
    bool complete;
    while (!log->series.stopped && stream_line(stream, &line, &length, &complete)) {
        int64_t begin = stream->offset - (int64_t)length; /* of an unfinished line */
        size_t used = 0, part;
        for (; used < length; used += part + 1) {
            part = torchvision_line_length(line + used, length - used);
            if (used + part == length && !complete)
                break;
            torchvision_take_line(log, line + used, part);
        }
        log->lines += complete;
        mark->offset = complete ? stream->offset : begin + (int64_t)used;
    }
}

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    struct stream stream;
    struct torchvision_log log;
    if (!stream_open(&stream, source->path, mark->offset, err))
        return false;
    torchvision_begin(&log, source->name, sink, &mark->state);
    read_lines(&log, &stream, mark);
    stream_close(&stream);
    return torchvision_end(&log, &mark->state, err);
}

const struct reader reader_torchvision = {
    .name = "torchvision",
    .reads = "console logs of the torchvision reference scripts, under any name",
    .incremental = true,
    .claim = claim,
    .read = read,
};
