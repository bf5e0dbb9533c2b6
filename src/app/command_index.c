/*
 * `boxtop index`: builds or refreshes the index; verifies it; says where it is.
 * Knows: the index. Must not know: tables, screens.
 */
#include "app/gather.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static int print_where(const struct settings *settings, char **operands, struct err *err)
{
    static const char *const HERE[] = {"."};
    struct arena arena = {0};
    struct index_settings index = {.roots = HERE, .root_count = 1};
    size_t count = 0;
    while (operands[count])
        count++;
    if (count) {
        index.roots = (const char *const *)operands;
        index.root_count = count;
    }
    const char *path = index_path(&arena, &index, settings->index, err);
    if (path)
        printf("%s\n", path);
    arena_done(&arena);
    return path ? EXIT_FINE : EXIT_UNREADABLE;
}

static size_t print_notes(const struct runs *runs)
{
    size_t count = 0;
    for (size_t i = 0; i < runs->count; i++)
        for (size_t n = 0; n < runs->rows[i].note_count; n++, count++) {
            char text[2048], name[1024], shown[4096];
            note_print(&runs->rows[i].notes[n], text, sizeof text);
            text_harmless(name, sizeof name, runs->rows[i].name, strlen(runs->rows[i].name));
            text_harmless(shown, sizeof shown, text, strlen(text));
            printf("%s: %s\n", name, shown);
        }
    return count;
}

static int run(const struct settings *settings, char **operands)
{
    struct err err = {0};
    if (settings->where) {
        int status = print_where(settings, operands, &err);
        if (err.code)
            say_error(&err);
        return status;
    }
    struct gathered gathered;
    int status = EXIT_UNREADABLE;
    if (gather_below(settings, operands, &gathered, &err)) {
        size_t notes = settings->check ? print_notes(gathered.runs) : 0;
        size_t points = 0;
        for (size_t i = 0; i < gathered.runs->count; i++)
            for (size_t m = 0; m < gathered.runs->rows[i].metric_count; m++)
                points += (size_t)gathered.runs->rows[i].metrics[m].summary.count;
        if (!settings->check || store_check(gathered.store, &err)) {
            status = EXIT_FINE;
            printf("%zu runs, %zu points indexed%s", gathered.runs->count, points,
                settings->check ? ", index sound" : "");
            if (settings->check)
                printf(", %zu notes on damage", notes);
            printf("\n");
        }
    }
    gather_done(&gathered);
    if (err.code)
        say_error(&err);
    return status;
}

const struct command command_index = {
    .name = "index",
    .operands = "[PATH...]",
    .summary = "build or refresh the index of the runs below PATH",
    .accepts = "index gt images check rebuild where",
    .run = run,
};
