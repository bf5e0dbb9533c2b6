/*
 * The W&B reader: runs that Weights & Biases keeps on disk, online or offline.
 * Knows: run directories, run-ID.wandb and the files beside it. Must not know: the service.
 *
 * The history is in the log only, in whole records: parameters (the configuration), metrics (rows
 * by "_step"), system/... (samples of the machine by their number), the label, how it ended. The
 * console, artifacts and requests are left out. What lies in files/ counts only where the log is
 * missing or empty.
 */
#include "readers/wandb.h"

#include <math.h>
#include <stdlib.h>

enum { PEEK_BYTES = 4096, MOMENT_BYTES = sizeof "YYYYMMDD_HHMMSS" - 1 };

static const char SUFFIX[] = ".wandb", LATEST[] = "latest-run";
static const char CONFIG[] = "files/config.yaml";
static const char SUMMARY[] = "files/wandb-summary.json";
static const char METADATA[] = "files/wandb-metadata.json";

/* ---- recognising ---- */

static bool begins(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* "run-ID.wandb": its ID, and the length; NULL for another name. */
static const char *id_of_log(const char *name, size_t *length)
{
    static const char PREFIX[] = "run-";
    size_t all = strlen(name), ends = sizeof PREFIX - 1 + sizeof SUFFIX - 1;
    if (!begins(name, PREFIX) || !path_has_suffix(name, SUFFIX) || all <= ends)
        return NULL;
    *length = all - ends;
    return name + sizeof PREFIX - 1;
}

/* The log NAME is one, as far as it goes; *EMPTY: it has no record yet. */
static bool is_log(const struct reader_place *place, const char *name, bool *empty)
{
    char head[WANDB_HEADER_BYTES + 1];
    size_t got = reader_peek(place, name, head, sizeof head);
    *empty = got <= WANDB_HEADER_BYTES;
    return wandb_log_is_header(head, got);
}

/* What the name of a run's directory, "run-DATE_TIME-ID", says behind the dash; NULL for another
 * name. */
static const char *behind_kind(const char *base)
{
    static const char *const KINDS[] = {"run-", "offline-run-"};
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (begins(base, KINDS[i]))
            return base + strlen(KINDS[i]);
    return NULL;
}

static bool is_run_directory(const struct reader_place *place)
{
    const char *base = path_base(place->path);
    const struct file_entry *files = file_list_find(place->list, "files");
    return files && files->is_dir && (behind_kind(base) || strcmp(base, LATEST) == 0);
}

/* PLACE is no link to the latest run but a copy, as copying makes of a link, and its run is there.
 */
static bool is_copy(const struct reader_place *place)
{
    struct file_list list;
    if (strcmp(path_base(place->path), LATEST) != 0 || !reader_list(place, "..", &list))
        return false;
    const struct file_entry *self = file_list_find(&list, LATEST);
    bool has_run = false;
    for (size_t i = 0; i < list.count; i++)
        has_run |= list.entries[i].is_dir && behind_kind(list.entries[i].name);
    return self && !self->is_link && has_run;
}

static bool has_bytes(const struct reader_place *place, const char *name)
{
    char byte;
    return reader_peek(place, name, &byte, 1) > 0;
}

/* config.yaml is anybody's name: W&B's says what wrote it. */
static bool is_config(const struct reader_place *place)
{
    char head[PEEK_BYTES + 2] = "\n";
    head[1 + reader_peek(place, CONFIG, head + 1, PEEK_BYTES)] = '\0';
    return strstr(head, "\nwandb_version:") || strstr(head, "\n_wandb:");
}

/* What lies beside a log that is empty, or missing: then a file must be there that only W&B writes.
 */
static void claim_files(const struct reader_place *place, bool has_log, struct reader_claim *claim)
{
    static const char *const NAMES[] = {METADATA, CONFIG, SUMMARY};
    if (!has_log && !has_bytes(place, METADATA) && !has_bytes(place, SUMMARY) && !is_config(place))
        return;
    if (!has_log && is_copy(place)) {
        reader_refuse(place, claim, "files", "a copy of a run beside it");
        return;
    }
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (has_bytes(place, NAMES[i]))
            reader_claim_add(place, claim, NAMES[i]);
}

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    const char **logs = ARENA_ARRAY(place->arena, const char *, place->list->count);
    size_t count = 0, length;
    bool empty = true;
    for (size_t i = 0; logs && i < place->list->count; i++) {
        const struct file_entry *entry = &place->list->entries[i];
        bool this_empty;
        if (entry->is_dir || !id_of_log(entry->name, &length))
            continue;
        if (!is_log(place, entry->name, &this_empty)) {
            reader_refuse(place, claim, entry->name, "does not begin as a W&B log");
            continue;
        }
        logs[count++] = entry->name;
        empty &= this_empty;
    }
    bool is_run = is_run_directory(place);
    for (size_t i = 0; i < count; i++) {
        char *part = count > 1 ? arena_string(place->arena, logs[i]) : NULL;
        if (part)
            part[strlen(part) - (sizeof SUFFIX - 1)] = '\0';
        if (!reader_claim_part(place, claim, part, logs[i]))
            break;
    }
    if (is_run && empty && count < 2)
        claim_files(place, count > 0, claim);
    claim->owns_subdirectories = is_run && claim->count;
    claim->reason = count ? "a W&B log" : "what W&B keeps beside its log, which is missing";
    return claim->count > 0;
}

/* ---- reading ---- */

static bool note(struct wandb_file *file, int64_t offset, int64_t count, const char *text)
{
    struct note note = {.file = file->source->name, .offset = offset, .count = count, .text = text};
    return !count || file->history.stopped || file->sink->note(file->sink->self, &note);
}

static bool tell(struct wandb_file *file, const struct wandb_log *log)
{
    struct sink *sink = file->sink;
    return note(file, 0, log->no_header, "is not a W&B log of a version known here") &&
           note(file, log->first_damage, log->damaged, "damaged or unfinished record, skipped") &&
           note(file, -1, file->malformed,
               "record that is not what its format says, read in part") &&
           params_note(&file->params, sink, file->source->name) &&
           (!file->is_known ||
               sink->status(sink->self, file->status, file->started_s, file->ended_s));
}

static void tell_id(struct wandb_file *file)
{
    size_t length;
    const char *id = id_of_log(file->source->name, &length);
    buf_clear(&file->name);
    if (id && buf_add(&file->name, id, length) &&
        !file->sink->label(file->sink->self, RUN_LABEL_ID, file->name.data))
        file->history.stopped = true;
}

static bool read_log(struct wandb_file *file, struct reader_mark *mark, struct err *err)
{
    struct wandb_log log;
    struct wire record;
    if (!wandb_log_open(&log, file->source->path, mark->offset, err))
        return false;
    wandb_load_state(file, &log, &mark->state);
    if (!mark->offset)
        tell_id(file); /* its record may never have come */
    while (!file->history.stopped && !file->system.stopped && wandb_log_next(&log, &record))
        wandb_take_record(file, record);
    bool ok = series_end(&file->history, file->source->name, err) &&
              series_end(&file->system, file->source->name, err);
    if (ok) {
        bool stopped = file->history.stopped || file->system.stopped;
        if (!stopped)
            tell(file, &log);
        mark->offset = log.next;
        wandb_save_state(file, &log, &mark->state);
    }
    wandb_log_close(&log);
    return ok;
}

static bool read_any(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err)
{
    struct wandb_file file = {.sink = sink,
        .source = source,
        .step = -1,
        .wall_s = NAN,
        .started_s = NAN,
        .ended_s = NAN};
    series_init(&file.history, sink, "");
    series_init(&file.system, sink, "system/");
    params_init_sink(&file.params, sink);
    buf_init(&file.name, WANDB_NAME_BYTES);
    bool ok = read_log(&file, mark, err);
    buf_done(&file.name);
    params_done(&file.params);
    series_done(&file.system);
    series_done(&file.history);
    free(file.summary);
    return ok;
}

/* Without a log the directory's name says the id. False when the sink stops. */
static bool tell_id_of_directory(const struct reader_source *source, struct sink *sink)
{
    const char *moment = behind_kind(path_base(source->directory));
    return !moment || strlen(moment) < MOMENT_BYTES + 2 || moment[MOMENT_BYTES] != '-' ||
           sink->label(sink->self, RUN_LABEL_ID, moment + MOMENT_BYTES + 1);
}

static const struct {
    const char *name;
    bool (*read)(const struct reader_source *source, struct sink *sink, struct err *err);
} FILES[] = {
    {CONFIG, wandb_read_config},
    {SUMMARY, wandb_read_summary},
    {METADATA, wandb_read_metadata},
};

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        if (strcmp(source->name, FILES[i].name) == 0)
            return !tell_id_of_directory(source, sink) || FILES[i].read(source, sink, err);
    return read_any(source, mark, sink, err);
}

const struct reader reader_wandb = {
    .name = "wandb",
    .reads = "Weights & Biases: run-ID.wandb logs, and the files beside an empty one",
    .incremental = true,
    .claim = claim,
    .read = read,
};
