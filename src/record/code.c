#include "record/code.h"

#include "base/file.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "base/text.h"
#include "record/git.h"
#include "record/named_files.h"
#include "record/secret.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST_DIFF_BYTES = 4 << 20,
    MOST_LIST_BYTES = 64 << 10,
    MOST_ANSWER_BYTES = 1 << 20,
    MOST_MARKS = 8,
    MOST_COPY_BYTES = 180 /* of a name */
};

/* Words for people about what is not whole. */
struct marks {
    const char *words[MOST_MARKS];
    size_t count;
};

struct state {
    struct arena arena;
    struct run_dir *dir;
    struct git git;
    const char *top; /* of the work tree; NULL: no git */
    bool unborn;     /* no commits yet */
    struct marks late, cut;
    struct json_writer writer; /* of commit.json, its object open */
    struct buf commit;
    struct named_files named;
};

static void mark(struct marks *marks, const char *word)
{
    if (marks->count < MOST_MARKS)
        marks->words[marks->count++] = word;
}

static void write_marks(struct json_writer *writer, const char *key, const struct marks *marks)
{
    if (!marks->count)
        return;
    json_writer_key(writer, key);
    json_writer_array(writer);
    for (size_t i = 0; i < marks->count; i++)
        json_writer_string(writer, marks->words[i]);
    json_writer_array_end(writer);
}

static void write_text(struct json_writer *writer, const char *key, const char *text)
{
    if (!text || !*text)
        return;
    struct buf masked;
    buf_init(&masked, MOST_ANSWER_BYTES);
    secret_add(&masked, text, strlen(text));
    json_writer_key(writer, key);
    json_writer_string(writer, masked.data ? masked.data : "");
    buf_done(&masked);
}

static void write_count(struct json_writer *writer, const char *key, int64_t count)
{
    json_writer_key(writer, key);
    json_writer_int(writer, count);
}

/* What git says to WORDS, without the newline at its end, in the arena; NULL when it fails. */
static const char *answer(struct state *state, const char *what, const char *const *words)
{
    struct buf out;
    buf_init(&out, MOST_ANSWER_BYTES);
    struct child_result result = git_run(&state->git, words, &out);
    const char *text = NULL;
    if (result.end == CHILD_LATE)
        mark(&state->late, what);
    if (result.end == CHILD_DONE && result.code == 0 && out.data) {
        out.length -= out.length && out.data[out.length - 1] == '\n';
        text = arena_copy(&state->arena, out.data, out.length);
    }
    buf_done(&out);
    return text;
}

/* ---- the commit ---- */

/* "# branch.head main" and the like. */
static void write_branch_line(struct state *state, const char *line)
{
    static const struct {
        const char *head, *key;
    } PLAIN[] = {{"# branch.oid ", "commit"}, {"# branch.head ", "branch"},
        {"# branch.upstream ", "upstream"}};
    static const char AHEAD[] = "# branch.ab +";
    struct json_writer *writer = &state->writer;
    int64_t ahead, behind;
    if (strcmp(line, "# branch.oid (initial)") == 0) {
        state->unborn = true;
        return;
    }
    if (strcmp(line, "# branch.head (detached)") == 0) {
        json_writer_key(writer, "detached");
        json_writer_bool(writer, true);
        return;
    }
    for (size_t i = 0; i < sizeof PLAIN / sizeof *PLAIN; i++)
        if (strncmp(line, PLAIN[i].head, strlen(PLAIN[i].head)) == 0)
            write_text(writer, PLAIN[i].key, line + strlen(PLAIN[i].head));
    if (strncmp(line, AHEAD, sizeof AHEAD - 1) != 0)
        return;
    const char *first = line + sizeof AHEAD - 1, *second = strstr(first, " -");
    if (second && num_parse_int(first, (size_t)(second - first), &ahead) &&
        num_parse_int(second + 2, strlen(second + 2), &behind)) {
        write_count(writer, "ahead", ahead);
        write_count(writer, "behind", behind);
    }
}

/* Where HEAD is, and how many files differ from it. */
static void write_status(struct state *state)
{
    static const char *const WORDS[] = {
        "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=no", "--no-renames", NULL};
    struct buf out;
    int64_t changed = 0;
    buf_init(&out, MOST_ANSWER_BYTES * 16);
    struct child_result result = git_run(&state->git, WORDS, &out);
    for (const char *at = out.data, *end = at + out.length; at && at < end; at += strlen(at) + 1) {
        if (at[0] == '#')
            write_branch_line(state, at);
        else
            changed++;
    }
    if (result.end == CHILD_LATE)
        mark(&state->late, "status");
    else if (result.end == CHILD_FULL)
        mark(&state->cut, "changed");
    if (result.end == CHILD_DONE && result.code == 0)
        write_count(&state->writer, "changed", changed);
    buf_done(&out);
}

static void write_last_commit(struct state *state)
{
    static const char *const WORDS[] = {
        "log", "-1", "--no-show-signature", "--no-color", "--format=%cI%n%s", NULL};
    const char *text = state->unborn ? NULL : answer(state, "log", WORDS);
    if (!text)
        return;
    const char *subject = strchrnul(text, '\n');
    write_text(&state->writer, "date", arena_copy(&state->arena, text, (size_t)(subject - text)));
    write_text(&state->writer, "subject", *subject ? subject + 1 : NULL);
}

/* "origin" before others. */
static void write_remote(struct state *state)
{
    static const char *const ORIGIN[] = {"config", "--get", "remote.origin.url", NULL};
    static const char *const ANY[] = {"config", "--get-regexp", "^remote\\..*\\.url$", NULL};
    const char *url = answer(state, "remote", ORIGIN);
    const char *any = url ? NULL : answer(state, "remote", ANY);
    const char *blank = any ? strchr(any, ' ') : NULL;
    if (blank)
        url = arena_copy(&state->arena, blank + 1, strcspn(blank + 1, "\n"));
    write_text(&state->writer, "remote", url);
}

static void write_superproject(struct state *state)
{
    static const char *const WORDS[] = {"rev-parse", "--show-superproject-working-tree", NULL};
    write_text(&state->writer, "superproject", answer(state, "superproject", WORDS));
}

/* ---- what is not in it ---- */

static bool write_diff(struct state *state, struct err *err)
{
    /* The empty tree, which git knows without having it. */
    static const char EMPTY[] = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    const char *words[] = {"diff", "--no-color", "--no-ext-diff", "--no-textconv", "--full-index",
        "--submodule=diff", "--src-prefix=a/", "--dst-prefix=b/", state->unborn ? EMPTY : "HEAD",
        "--", NULL};
    struct buf out;
    buf_init(&out, MOST_DIFF_BYTES);
    struct child_result result = git_run(&state->git, words, &out);
    if (result.end == CHILD_FULL)
        mark(&state->cut, "diff.patch");
    else if (result.end == CHILD_LATE)
        mark(&state->late, "diff.patch");
    while (result.end != CHILD_DONE && out.length && out.data[out.length - 1] != '\n')
        out.length--; /* whole lines */
    bool ok =
        !out.length || run_dir_write(state->dir, "code/diff.patch", out.data, out.length, err);
    buf_done(&out);
    return ok;
}

/* One path a line; how many. */
static int64_t list_paths(const struct buf *paths, struct buf *list)
{
    int64_t count = 0;
    size_t at = 0;
    while (at < paths->length) {
        size_t length = strnlen(paths->data + at, paths->length - at);
        char line[4 * 4096];
        if (at + length == paths->length)
            break; /* cut in the middle */
        text_harmless(line, sizeof line, paths->data + at, length);
        buf_printf(list, "%s\n", line);
        at += length + 1;
        count++;
    }
    return count;
}

static bool write_untracked(struct state *state, struct err *err)
{
    static const char *const WORDS[] = {"ls-files", "-z", "--others", "--exclude-standard",
        "--directory", "--no-empty-directory", NULL};
    struct buf out, list;
    buf_init(&out, MOST_LIST_BYTES);
    buf_init(&list, 4 * (size_t)MOST_LIST_BYTES);
    struct child_result result = git_run(&state->git, WORDS, &out);
    int64_t count = list_paths(&out, &list);
    if (result.end == CHILD_LATE)
        mark(&state->late, "untracked.txt");
    else if (result.end == CHILD_FULL)
        mark(&state->cut, "untracked.txt");
    if (result.end == CHILD_DONE && result.code == 0)
        write_count(&state->writer, "untracked", count);
    bool ok = !list.length ||
              run_dir_write(state->dir, "code/untracked.txt", list.data, list.length, err);
    buf_done(&list);
    buf_done(&out);
    return ok;
}

/* ---- copies ---- */

/* PATH below the top of the work tree; NULL when it is elsewhere. */
static const char *below_top(struct state *state, const char *path)
{
    char *real = state->top ? realpath(path, NULL) : NULL;
    const char *copy = real ? arena_string(&state->arena, real) : NULL;
    free(real);
    const char *below = copy ? path_below(state->top, copy) : NULL;
    return below && below != copy ? below : NULL;
}

/* Git has PATH, and so does the diff. */
static bool is_kept(struct state *state, const char *path)
{
    const char *below = below_top(state, path);
    const char *words[] = {"--literal-pathspecs", "ls-files", "-z", "--", below, NULL};
    struct buf out;
    buf_init(&out, MOST_LIST_BYTES);
    bool kept = below && git_says(&state->git, words, &out) && out.length;
    buf_done(&out);
    return kept;
}

/* A name for the copy of PATH that none of the COUNT NAMES is, and that any system takes. */
static const char *copy_name(
    struct state *state, const char *path, const char *const *names, size_t count)
{
    const char *base = path_base(path);
    size_t length = strlen(base);
    char *name, *tame = arena_string(&state->arena,
                    length > MOST_COPY_BYTES ? base + length - MOST_COPY_BYTES : base);
    for (char *at = tame; at && *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = '_';
    base = tame ? tame : "copy";
    name = arena_printf(&state->arena, "code/copies/%s", base);
    for (int again = 2; name; again++) {
        size_t i = 0;
        while (i < count && strcmp(names[i], name) != 0)
            i++;
        if (i == count)
            break;
        name = arena_printf(&state->arena, "code/copies/%d-%s", again, base);
    }
    return name;
}

static bool copy_file(struct state *state, const char *path, const char *name, struct err *err)
{
    struct buf text;
    buf_init(&text, NAMED_FILES_MOST_BYTES);
    bool ok = true;
    if (file_read(path, &text, NULL)) {
        json_writer_object(&state->writer);
        json_writer_key(&state->writer, "from");
        json_writer_string(&state->writer, path);
        json_writer_key(&state->writer, "to");
        json_writer_string(&state->writer, name);
        json_writer_object_end(&state->writer);
        ok = run_dir_write(state->dir, name, text.data ? text.data : "", text.length, err);
    }
    buf_done(&text);
    return ok;
}

static bool write_copies(struct state *state, struct err *err)
{
    const char *names[NAMED_FILES_MOST];
    size_t count = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < state->named.count; i++) {
        const char *path = state->named.paths[i];
        if (is_kept(state, path))
            continue;
        names[count] = copy_name(state, path, names, count);
        if (!names[count])
            break;
        if (!count) {
            json_writer_key(&state->writer, "copied");
            json_writer_array(&state->writer);
        }
        ok = copy_file(state, path, names[count++], err);
    }
    if (count)
        json_writer_array_end(&state->writer);
    return ok;
}

/* ---- the whole ---- */

/* Where git is asked: the script's repository, be the command given from elsewhere. */
static bool find_top(struct state *state, const struct code_from *from)
{
    static const char *const WORDS[] = {"rev-parse", "--show-toplevel", NULL};
    const char *places[] = {
        state->named.script ? path_parent(&state->arena, state->named.script) : NULL,
        from->directory};
    for (size_t i = 0; i < sizeof places / sizeof *places && !state->top; i++) {
        const char *place = places[i] && *places[i] ? places[i] : ".";
        if (!places[i] || !git_init(&state->git, place, from->limit_ms, &state->arena))
            continue;
        state->top = answer(state, "repository", WORDS);
        if (state->top && *state->top != '/')
            state->top = NULL;
    }
    state->git.place = state->top;
    return state->top != NULL;
}

static bool record(struct state *state, const struct code_from *from, struct err *err)
{
    struct json_writer *writer = &state->writer;
    bool ok = true;
    json_writer_object(writer);
    if (find_top(state, from)) {
        write_text(writer, "top", state->top);
        write_status(state);
        write_last_commit(state);
        write_remote(state);
        write_superproject(state);
        ok = write_diff(state, err) && write_untracked(state, err);
    }
    ok = ok && write_copies(state, err);
    write_marks(writer, "late", &state->late);
    write_marks(writer, "cut", &state->cut);
    json_writer_object_end(writer);
    buf_add_char(&state->commit, '\n');
    return ok && run_dir_write(
                     state->dir, "code/commit.json", state->commit.data, state->commit.length, err);
}

bool code_record(const struct code_from *from, struct run_dir *dir, struct err *err)
{
    struct state state = {.dir = dir};
    arena_init(&state.arena, 0);
    buf_init(&state.commit, MOST_ANSWER_BYTES);
    json_writer_init(&state.writer, &state.commit, true);
    state.named = named_files_of(from->words, from->directory, &state.arena);
    bool ok = record(&state, from, err);
    buf_done(&state.commit);
    arena_done(&state.arena);
    return ok;
}
