#include "base/err.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *err, enum err_code code, const char *format, ...)
{
    if (!err)
        return false;
    va_list args;
    va_start(args, format);
    *err = (struct err){.code = code};
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return false;
}

bool err_set_errno(struct err *err, const char *doing)
{
    char reason[128];
    const char *said = strerror_r(errno, reason, sizeof reason);
    return err_set(err, errno == ENOMEM ? ERR_MEMORY : ERR_IO, "%s: %s", doing, said);
}

void err_in_file(struct err *err, const char *file)
{
    if (err && !err->file[0])
        snprintf(err->file, sizeof err->file, "%s", file);
}

void err_at(struct err *err, enum err_place place, int64_t at)
{
    if (err && err->place == ERR_NOWHERE) {
        err->place = place;
        err->at = at;
    }
}

void err_context(struct err *err, const char *doing)
{
    if (!err)
        return;
    char text[sizeof err->text];
    snprintf(text, sizeof text, "%s: %.*s", doing, 160, err->text);
    memcpy(err->text, text, sizeof text);
}

void err_print(const struct err *err, char *out, size_t out_bytes)
{
    char place[48] = "";
    if (err->place == ERR_AT_BYTE)
        snprintf(place, sizeof place, " (at byte %lld)", (long long)err->at);
    else if (err->place == ERR_AT_LINE)
        snprintf(place, sizeof place, " (at line %lld)", (long long)err->at);
    char file[1024], text[600];
    text_harmless(file, sizeof file, err->file, strlen(err->file));
    text_harmless(text, sizeof text, err->text, strlen(err->text));
    snprintf(out, out_bytes, "%s%s%s%s", file, file[0] ? ": " : "", text, place);
}
