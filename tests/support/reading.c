#include "reading.h"

#include "base/file.h"
#include "temp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

static bool is_claimed(const struct reader_claim *claims, size_t count, const char *name)
{
    for (size_t c = 0; c < count; c++)
        for (size_t i = 0; i < claims[c].count; i++)
            if (strcmp(claims[c].sources[i].name, name) == 0)
                return true;
    return false;
}

/* What the claim of reader INDEX has that those before it have not. */
static void print_claim(const struct reader_claim *claims, size_t index, struct buf *out)
{
    const struct reader_claim *claim = &claims[index];
    bool named = false;
    assert_non_null(claim->reason);
    for (size_t i = 0; i < claim->count; i++) {
        const struct reader_claimed *source = &claim->sources[i];
        const struct reader *other = source->reader != readers[index] ? source->reader : NULL;
        if (is_claimed(claims, index, source->name))
            continue;
        buf_printf(out, "%s%s %s%s%s%s%s", named ? "" : readers[index]->name, named ? "" : ":",
            other ? other->name : "", other ? ":" : "", source->prefix ? source->prefix : "",
            source->prefix ? "=" : "", source->name);
        named = true;
    }
    for (size_t i = 0; named && i < claim->owned_count; i++)
        buf_printf(out, " %s/", claim->owned[i]);
    if (named)
        buf_add_char(out, '\n');
}

static void ask_all(const char *directory, struct buf *out, struct buf *refusals)
{
    enum { MOST_READERS = 64 };
    struct reader_claim claims[MOST_READERS] = {0};
    struct arena arena = {0};
    struct file_list list;
    struct err err = {0};
    assert_true(file_list(directory, &arena, &list, &err));
    struct reader_place place = {directory, &list, &arena};
    for (size_t r = 0; readers[r]; r++) {
        assert_true(r < MOST_READERS);
        if (readers[r]->claim(&place, &claims[r]))
            print_claim(claims, r, out);
        else
            claims[r].count = 0;
        for (size_t i = 0; refusals && i < claims[r].refusal_count; i++)
            buf_printf(refusals, "%s not %s: %s\n", readers[r]->name, claims[r].refusals[i].name,
                claims[r].refusals[i].reason);
    }
    arena_done(&arena);
}

void reading_claims(const char *directory, struct buf *out)
{
    ask_all(directory, out, NULL);
}

/* In a static buffer, for the directory BELOW of a fresh one with FILES. */
static const char *ask_on(const char *below, const char *const *files, bool refusals)
{
    static char text[8192];
    struct buf claims, refused;
    struct arena arena = {0};
    const char *top = temp_dir();
    for (; *files; files += 2)
        temp_text(top, files[0], files[1]);
    while (*below == '/')
        below++;
    buf_init(&claims, sizeof text - 1);
    buf_init(&refused, sizeof text - 1);
    ask_all(path_join(&arena, top, below), &claims, refusals ? &refused : NULL);
    assert_false(claims.failed || refused.failed);
    snprintf(text, sizeof text, "%s%s", claims.data ? claims.data : "",
        refused.data ? refused.data : "");
    buf_done(&claims);
    buf_done(&refused);
    arena_done(&arena);
    return text;
}

const char *reading_claims_on(const char *below, const char *const *files)
{
    return ask_on(below, files, false);
}

const char *reading_claims_of(const char *below, const char *const *files)
{
    return ask_on(below, files, true);
}

static bool try_on(const struct reader *reader, const char *directory, const char *name,
    struct reader_mark *mark, struct record *record, struct err *err)
{
    struct arena arena = {0};
    struct reader_source source = {directory, name, path_join(&arena, directory, name)};
    struct sink sink = record_sink(record);
    bool ok = reader->read(&source, mark, &sink, err);
    arena_done(&arena);
    return ok;
}

void reading_on(const struct reader *reader, const char *directory, const char *name,
    struct reader_mark *mark, struct record *record)
{
    struct err err = {0};
    if (!try_on(reader, directory, name, mark, record, &err))
        fail_msg("%s/%s: %s", directory, name, err.text);
    assert_false(mark->state.failed);
}

void reading_whole(
    const struct reader *reader, const char *directory, const char *name, struct record *record)
{
    struct reader_mark mark = {0};
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    record_init(record);
    reading_on(reader, directory, name, &mark, record);
    buf_done(&mark.state);
}

const char *reading_text(
    const struct reader *reader, const char *name, const void *data, size_t length)
{
    struct record record;
    const char *directory = temp_dir();
    temp_file(directory, name, data, length);
    reading_whole(reader, directory, name, &record);
    const char *text = record_text(&record);
    record_done(&record);
    return text;
}

/* Writes the first LENGTH bytes into the one file that a loop uses again and again. */
static void write_again(const char *path, const void *data, size_t length)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(data, 1, length, out), length);
    assert_int_equal(fclose(out), 0);
}

void reading_survives_cuts(
    const struct reader *reader, const char *name, const void *data, size_t length)
{
    const char *directory = temp_dir();
    const char *path = temp_file(directory, name, data, length);
    struct record whole, part;
    reading_whole(reader, directory, name, &whole);
    assert_true(record_points(&whole) > 0);
    for (size_t cut = 0; cut < length; cut++) {
        write_again(path, data, cut);
        reading_whole(reader, directory, name, &part);
        if (!record_is_prefix(&part, &whole))
            fail_msg("cut at byte %zu the points are others", cut);
        record_done(&part);
    }
    record_done(&whole);
}

static void assert_same_text(const char *a, const char *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a)
        assert_string_equal(a, b);
}

void reading_grows_to_the_same(
    const struct reader *reader, const char *name, const void *data, size_t length, size_t chunk)
{
    const char *directory = temp_dir();
    const char *path = temp_file(directory, name, data, length);
    struct record whole, grown;
    struct reader_mark mark = {0};
    reading_whole(reader, directory, name, &whole);
    record_init(&grown);
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    for (size_t now = 0; now <= length; now = now == length          ? length + 1
                                              : now + chunk < length ? now + chunk
                                                                     : length) {
        write_again(path, data, now);
        if (!reader->incremental || !mark.offset) { /* read from the front, as the index does */
            record_done(&grown);
            buf_clear(&mark.state);
            mark.offset = 0;
        }
        reading_on(reader, directory, name, &mark, &grown);
        assert_true(mark.offset <= (int64_t)now);
    }
    assert_int_equal(grown.metric_count, whole.metric_count);
    assert_int_equal(record_points(&grown), record_points(&whole));
    assert_true(record_is_prefix(&grown, &whole));
    for (size_t i = 0; i < whole.param_count; i++)
        assert_same_text(
            record_param(&grown, whole.params[i].name), record_param(&whole, whole.params[i].name));
    assert_int_equal(grown.status, whole.status);
    assert_true(grown.ended_s == whole.ended_s || isnan(whole.ended_s));
    buf_done(&mark.state);
    record_done(&grown);
    record_done(&whole);
}

void reading_survives_refusals(
    const struct reader *reader, const char *name, const void *data, size_t length)
{
    const char *directory = temp_dir();
    temp_file(directory, name, data, length);
    for (int64_t calls = 0;; calls++) {
        struct record record;
        struct reader_mark mark = {0};
        buf_init(&mark.state, READER_MAX_STATE_BYTES);
        record_init(&record);
        record.calls_left = calls;
        reading_on(reader, directory, name, &mark, &record);
        bool refused = record.calls_left < 0;
        buf_done(&mark.state);
        record_done(&record);
        if (!refused)
            return;
    }
}

bool reading_part(const struct reader *reader, const char *directory, const char *name,
    const char *part, struct record *record, struct err *err)
{
    struct arena arena = {0};
    struct reader_source source = {
        directory, name, path_join(&arena, directory, name), false, part};
    struct reader_mark mark = {0};
    record_init(record);
    struct sink sink = record_sink(record);
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    bool ok = reader->read(&source, &mark, &sink, err);
    assert_int_equal(ok, err->code == ERR_NONE);
    buf_done(&mark.state);
    arena_done(&arena);
    return ok;
}

bool reading_claim(const struct reader *reader, const char *directory, struct buf *out)
{
    struct arena arena = {0};
    struct file_list list;
    struct err err = {0};
    assert_true(file_list(directory, &arena, &list, &err));
    struct reader_place place = {directory, &list, &arena};
    struct reader_claim claim = {0};
    bool claimed = reader->claim(&place, &claim);
    assert_true(!claimed || claim.reason);
    for (size_t i = 0; claimed && i < claim.count; i++)
        buf_printf(out, "%s%s%s\n", claim.sources[i].name, claim.sources[i].part ? " is " : "",
            claim.sources[i].part ? claim.sources[i].part : "");
    for (size_t i = 0; i < claim.refusal_count; i++)
        buf_printf(out, "refused %s: %s\n", claim.refusals[i].name, claim.refusals[i].reason);
    arena_done(&arena);
    return claimed;
}
