#include "view/recorded.h"

#include <stdio.h>

/* "" when the path is too long. */
static void print_path(const struct run_row *run, const char *name, char out[TEXT_PATH_BYTES])
{
    int length = snprintf(out, TEXT_PATH_BYTES, "%s/%s", run->directory, name);
    if (length < 0 || length >= TEXT_PATH_BYTES)
        out[0] = '\0';
}

void recorded_want(const struct run_row *run, bool output, struct text_want *out)
{
    *out = (struct text_want){.follow = true};
    print_path(run, "status.json", out->paths[0]);
    if (output)
        print_path(run, "console.log", out->paths[1]);
}

bool recorded_find(const struct world *world, const struct text_want *want, struct recording *out)
{
    const struct texts *texts = want->paths[0][0] ? world_texts(world, want) : NULL;
    const struct lines *lines = texts ? &texts->files[0].lines : NULL;
    return lines && lines->count && recording_read(lines->text, lines->starts[lines->count], out);
}
