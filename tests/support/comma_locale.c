#include "comma_locale.h"

#include "temp.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_comma(const char *name)
{
    return setlocale(LC_ALL, name) && strcmp(localeconv()->decimal_point, ",") == 0;
}

static bool make(const char *directory)
{
    char command[4200];
    snprintf(command, sizeof command,
        "localedef -i de_DE -f UTF-8 '%s/de_DE.UTF-8' >/dev/null 2>&1", directory);
    return system(command) == 0 && setenv("LOCPATH", directory, 1) == 0;
}

bool comma_locale_set(void)
{
    static const char *const NAMES[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (has_comma(NAMES[i]))
            return true;
    if (make(temp_dir()) && has_comma(NAMES[0]))
        return true;
    comma_locale_unset();
    return false;
}

void comma_locale_unset(void)
{
    setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
}
