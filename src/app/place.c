#include "app/place.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void place_name(const char *const *roots, size_t root_count, char *out, size_t out_bytes)
{
    const char *home = getenv("HOME"), *root = roots[0];
    char *real = realpath(root, NULL);
    const char *shown = real ? real : root;
    size_t length = home && *home && strcmp(home, "/") != 0 ? strlen(home) : 0;
    bool below_home = length && strncmp(shown, home, length) == 0 && strchr("/", shown[length]);
    char more[24] = "";
    if (root_count > 1)
        snprintf(more, sizeof more, " +%zu", root_count - 1);
    snprintf(
        out, out_bytes, "%s%s%s", below_home ? "~" : "", shown + (below_home ? length : 0), more);
    free(real);
}
