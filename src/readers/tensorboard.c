/*
 * The TensorBoard reader: event files of any writer, one run a directory.
 * Knows: their names, records and bookmarks. Must not know: what other logs lie beside them.
 */
#include "readers/tensorboard.h"

#include "base/num.h"
#include "readers/crc32c.h"
#include "readers/tree.h"

#include <math.h>
#include <stdlib.h>

enum { HEAD_BYTES = 4096, PEEK_BYTES = 64 };

/* ---- which files ---- */

/* The digits behind "tfevents." in NAME as a number into *SECONDS; false when it is no event
 * file's. */
static bool has_event_name(const char *name, int64_t *seconds)
{
    static const char MARK[] = "tfevents.";
    for (const char *at = strstr(name, MARK); at; at = strstr(at, MARK)) {
        at += sizeof MARK - 1;
        size_t digits = strspn(at, "0123456789");
        if (digits) {
            if (!num_parse_int(at, digits, seconds))
                *seconds = INT64_MAX;
            return true;
        }
    }
    return false;
}

static uint32_t u32_at(const unsigned char *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint64_t u64_at(const unsigned char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

/* TB_HEADER_BYTES at AT are a record's. */
static bool is_header(const unsigned char *at)
{
    return u32_at(at + 8) == crc32c_masked(at, 8) && u64_at(at) <= TB_LONGEST_RECORD;
}

/* The usual name is believed whatever the file holds, so that damage is told of; others must prove
 * it. */
static bool is_event_file(const struct reader_place *place, const char *name)
{
    static const char USUAL[] = "events.out.tfevents.";
    char head[PEEK_BYTES];
    return strncmp(path_base(name), USUAL, sizeof USUAL - 1) == 0 ||
           (reader_peek(place, name, head, sizeof head) >= TB_HEADER_BYTES &&
               is_header((const unsigned char *)head));
}

struct named {
    const char *name;
    int64_t seconds;
};

static int compare_named(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    return x->seconds != y->seconds ? (x->seconds > y->seconds) - (x->seconds < y->seconds)
                                    : strcmp(x->name, y->name);
}

/* Appends those of the files NAMES that are event files, by their time. Returns how many. */
static size_t claim_files(const struct reader_place *place, struct reader_claim *claim,
    const char *const *names, size_t named)
{
    struct named *files = ARENA_ARRAY(place->arena, struct named, named);
    size_t count = 0, added = 0;
    for (size_t i = 0; files && i < named; i++) {
        files[count].name = names[i];
        if (has_event_name(path_base(names[i]), &files[count].seconds) &&
            is_event_file(place, names[i]))
            count++;
    }
    if (count)
        qsort(files, count, sizeof *files, compare_named);
    while (added < count && reader_claim_for(place, claim, "tensorboard", files[added].name))
        added++;
    return added;
}

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    const char **names = ARENA_ARRAY(place->arena, const char *, place->list->count);
    size_t count = 0;
    for (size_t i = 0; names && i < place->list->count; i++)
        if (!place->list->entries[i].is_dir)
            names[count++] = place->list->entries[i].name;
    claim->reason = "TensorBoard event files";
    return claim_files(place, claim, names, count) > 0;
}

static bool may_be_event_file(const char *base_name)
{
    int64_t seconds;
    return has_event_name(base_name, &seconds);
}

size_t tensorboard_claim_below(
    const struct reader_place *place, struct reader_claim *claim, const char *directory)
{
    struct tree tree = tree_list(place, directory, may_be_event_file);
    size_t before = claim->count, added = claim_files(place, claim, tree.names, tree.count);
    for (size_t i = before; i < claim->count; i++) {
        const char *parent = path_parent(place->arena, claim->sources[i].name);
        if (parent)
            reader_claim_own(place, claim, parent);
    }
    return added;
}

/* ---- records ---- */

static void note(struct tb_file *file, const struct tb_damage *damage, const char *text)
{
    struct note note = {
        .file = file->name, .offset = damage->first_offset, .count = damage->count, .text = text};
    if (damage->count && !file->series.stopped && !file->sink->note(file->sink->self, &note))
        file->series.stopped = true;
}

/* Tells, once, of a place where no record begins: what follows cannot be found again. */
static void note_stop(struct tb_file *file, const unsigned char *at, int64_t offset)
{
    static const char LFS[] = "version http";
    static const unsigned char ZEROS[TB_HEADER_BYTES];
    if (memcmp(at, ZEROS, sizeof ZEROS) == 0 || file->noted_stop == offset)
        return; /* zeros: written, but not yet arrived here */
    file->noted_stop = offset;
    struct tb_damage stop = {1, offset};
    if (offset == 0 && memcmp(at, LFS, sizeof LFS - 1) == 0)
        note(file, &stop, "is a Git LFS pointer, not the event file: fetch it with git lfs pull");
    else
        note(file, &stop,
            offset ? "damaged here: the rest of the file cannot be read"
                   : "is not an event file, or is damaged at its beginning");
}

static void count_one(struct tb_damage *damage, int64_t offset)
{
    if (!damage->count++)
        damage->first_offset = offset;
}

/*
 * Takes the whole records of the window. Returns the bytes used; *WANT is what the next record
 * needs (TB_HEADER_BYTES when its length is not known yet), 0 where reading ends.
 */
static size_t take_window(
    struct tb_file *file, const unsigned char *at, size_t held, int64_t offset, uint64_t *want)
{
    size_t used = 0;
    *want = TB_HEADER_BYTES;
    while (held - used >= TB_HEADER_BYTES && !file->series.stopped) {
        const unsigned char *record = at + used;
        int64_t here = offset + (int64_t)used;
        if (!is_header(record)) {
            note_stop(file, record, here);
            *want = 0;
            return used;
        }
        uint64_t length = u64_at(record);
        if (held - used < length + TB_FRAME_BYTES) {
            *want = length + TB_FRAME_BYTES;
            return used;
        }
        const unsigned char *data = record + TB_HEADER_BYTES;
        if (u32_at(data + length) == crc32c_masked(data, length))
            tb_take_event(file, wire_of(data, length), here);
        else
            count_one(&file->checksums, here);
        used += length + TB_FRAME_BYTES;
    }
    if (file->series.stopped)
        *want = 0;
    return used;
}

/* What was declared of TAG, 0 when nothing (yet). */
static int32_t declared_kind(const struct tb_file *file, struct wire tag)
{
    int64_t index = tag.at ? map_get(&file->series.by_name, tag.at, wire_left(tag)) : -1;
    return index < 0 ? 0
                     : file->series.items[index].kind &
                           (TB_DECLARED_SCALAR | TB_DECLARED_OTHER | TB_DECLARED_PICTURES);
}

/* The record of WANT bytes at the front is not wholly in the window: passes over it without loading
 * it when nothing in it is of use, or when it is too large to hold. Which plugin a tensor is for
 * stands behind it, in the first of its tag: that one is loaded. */
static bool pass_over(
    struct tb_file *file, struct stream *stream, int64_t size_bytes, uint64_t want)
{
    struct tb_bulk bulk;
    size_t head = stream_need(stream, TB_HEADER_BYTES + HEAD_BYTES);
    const unsigned char *at = (const unsigned char *)stream_at(stream);
    bool fits = want <= STREAM_MAX_WINDOW;
    if (want < STREAM_BLOCK_BYTES || head < TB_HEADER_BYTES + HEAD_BYTES)
        return false;
    bool is_bulk =
        tb_is_bulk(wire_of(at + TB_HEADER_BYTES, HEAD_BYTES), want - TB_FRAME_BYTES, &bulk);
    int32_t kind = is_bulk && bulk.is_tensor ? declared_kind(file, bulk.tag) : 0;
    if (is_bulk && bulk.is_tensor && !kind && fits)
        return false;
    if ((!is_bulk && fits) || (int64_t)want > size_bytes - stream->offset)
        return false;
    if (!is_bulk)
        count_one(&file->too_large, stream->offset);
    else if (bulk.tag.at && (bulk.is_picture || kind & TB_DECLARED_PICTURES))
        tb_take_picture(file, bulk.tag, bulk.step);
    stream_skip(stream, (int64_t)want);
    return true;
}

static void read_records(struct tb_file *file, struct stream *stream, int64_t size_bytes)
{
    uint64_t want = TB_HEADER_BYTES;
    while (want && stream_need(stream, want) >= want) {
        size_t held = stream->end - stream->start;
        size_t used = take_window(
            file, (const unsigned char *)stream_at(stream), held, stream->offset, &want);
        stream_skip(stream, (int64_t)used);
        if (want > TB_HEADER_BYTES && pass_over(file, stream, size_bytes, want))
            want = TB_HEADER_BYTES;
    }
}

static void note_damage(struct tb_file *file)
{
    note(file, &file->checksums, "record with a wrong checksum, skipped");
    note(file, &file->malformed, "record that is not what its format says, read in part");
    note(file, &file->too_large, "record too large to hold, skipped");
    note(file, &file->untagged, "value without a name, skipped");
}

bool tb_read(struct stream *stream, int64_t size_bytes, const char *name, struct reader_mark *mark,
    struct sink *sink, struct err *err)
{
    struct tb_file file = {.sink = sink,
        .name = name,
        .session = {.started_s = NAN, .ended_s = NAN},
        .last_wall_s = -INFINITY,
        .noted_stop = -1};
    series_init(&file.series, sink, "");
    series_init(&file.pictures, sink, "");
    tb_load_state(&file, &mark->state);
    read_records(&file, stream, size_bytes);
    bool ok = series_end(&file.series, name, err);
    if (ok) {
        note_damage(&file);
        tb_emit_status(&file);
        mark->offset = stream->offset;
        tb_save_state(&file, &mark->state);
    }
    series_done(&file.pictures);
    series_done(&file.series);
    return ok;
}

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    struct stream stream;
    struct file_stat stat;
    if (!stream_open(&stream, source->path, mark->offset, err))
        return false;
    bool ok = file_stat(source->path, &stat);
    if (!ok) {
        err_set_errno(err, "cannot examine");
        err_in_file(err, source->path);
    }
    ok = ok && tb_read(&stream, stat.size_bytes, source->name, mark, sink, err);
    stream_close(&stream);
    return ok;
}

const struct reader reader_tensorboard = {
    .name = "tensorboard",
    .reads = "TensorBoard event files: scalars of any writer, hparams, where pictures are",
    .incremental = true,
    .claim = claim,
    .read = read,
};
