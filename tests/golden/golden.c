/*
 * Golden screens: plays every story of stories/ and compares its screens with expected/.
 * Knows: the two directories. Must not know: what a story does.
 *
 *     golden DIRECTORY [STORY...]
 *
 * BOXTOP_UPDATE_GOLDEN=1 writes the expected files anew; read what changed before committing it.
 */
#include "story.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 4 << 20, MOST_SHOWN = 12 };

static size_t line_length(const char *at)
{
    return strcspn(at, "\n");
}

/* Shows the first lines that differ, with the title of their screen. */
static void show_difference(const char *name, const char *is, const char *want)
{
    const char *title = "";
    int shown = 0, title_length = 0;
    fprintf(stderr, "%s differs:\n", name);
    for (int line = 1; (*is || *want) && shown < MOST_SHOWN; line++) {
        size_t a = line_length(is), b = line_length(want);
        if (strncmp(is, "==== ", 5) == 0) {
            title = is;
            title_length = (int)a;
        }
        if (a != b || memcmp(is, want, a) != 0) {
            if (!shown)
                fprintf(stderr, "%.*s\n", title_length, title);
            fprintf(
                stderr, "line %d\n  is   |%.*s|\n  want |%.*s|\n", line, (int)a, is, (int)b, want);
            shown++;
        }
        is += a + (is[a] == '\n');
        want += b + (want[b] == '\n');
    }
}

static bool compare(const char *directory, const char *name, const struct buf *screens)
{
    char path[1024];
    struct buf want;
    struct err err = {0};
    const char *update = getenv("BOXTOP_UPDATE_GOLDEN");
    snprintf(path, sizeof path, "%s/expected/%s.txt", directory, name);
    if (update && strcmp(update, "1") == 0) {
        bool ok = file_write_atomically(path, screens->data, screens->length, &err);
        if (!ok)
            fprintf(stderr, "%s: %s\n", path, err.text);
        return ok;
    }
    buf_init(&want, MOST_BYTES);
    bool ok = file_read(path, &want, &err);
    if (!ok)
        fprintf(stderr, "%s: %s\n", path, err.text);
    bool same =
        ok && want.length == screens->length && memcmp(want.data, screens->data, want.length) == 0;
    if (ok && !same)
        show_difference(name, screens->data, want.data ? want.data : "");
    buf_done(&want);
    return same;
}

static bool play(const char *directory, const char *name)
{
    char path[1024];
    struct buf screens;
    buf_init(&screens, MOST_BYTES);
    snprintf(path, sizeof path, "%s/stories/%s.story", directory, name);
    bool ok = story_play(path, &screens);
    if (ok && (!screens.length || screens.failed)) {
        fprintf(stderr, "%s shows no screen, or too many\n", name);
        ok = false;
    }
    ok = ok && compare(directory, name, &screens);
    buf_done(&screens);
    return ok;
}

/* Appends to NAMES what stands in FOLDER with SUFFIX; returns how many. */
static size_t list(const char *directory, const char *folder, const char *suffix,
    struct arena *arena, const char **names, size_t most)
{
    char path[1024];
    struct file_list files;
    size_t count = 0;
    snprintf(path, sizeof path, "%s/%s", directory, folder);
    if (!file_list(path, arena, &files, NULL))
        return 0;
    for (size_t i = 0; i < files.count && count < most; i++) {
        size_t length = strlen(files.entries[i].name), end = strlen(suffix);
        if (length > end && strcmp(files.entries[i].name + length - end, suffix) == 0)
            names[count++] = arena_copy(arena, files.entries[i].name, length - end);
    }
    return count;
}

int main(int argc, char **argv)
{
    enum { MOST = 512 };
    const char *stories[MOST], *expected[MOST];
    struct arena arena = {0};
    if (argc < 2) {
        fprintf(stderr, "usage: golden DIRECTORY [STORY...]\n");
        return 2;
    }
    int failed = 0;
    size_t count = list(argv[1], "stories", ".story", &arena, stories, MOST);
    if (argc > 2) {
        for (int i = 2; i < argc; i++)
            failed += !play(argv[1], argv[i]);
        arena_done(&arena);
        return failed != 0;
    }
    for (size_t i = 0; i < count; i++)
        failed += !play(argv[1], stories[i]);
    /* An expected file without a story would be compared with nothing. */
    size_t expected_count = list(argv[1], "expected", ".txt", &arena, expected, MOST);
    for (size_t i = 0; i < expected_count; i++) {
        bool known = false;
        for (size_t k = 0; k < count; k++)
            known |= strcmp(stories[k], expected[i]) == 0;
        if (!known)
            fprintf(stderr, "expected/%s.txt has no story\n", expected[i]);
        failed += !known;
    }
    printf("%zu stories, %d failed\n", count, failed);
    arena_done(&arena);
    return failed != 0 || count == 0;
}
