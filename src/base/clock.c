#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

double clock_wall_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void clock_iso(double wall_s, char *out, size_t out_bytes)
{
    out[0] = '\0';
    if (!isfinite(wall_s) || wall_s < -62135596800.0 || wall_s > 253402300799.0)
        return;
    time_t seconds = (time_t)floor(wall_s);
    struct tm parts;
    if (gmtime_r(&seconds, &parts))
        strftime(out, out_bytes, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

/* "+hh:mm", "-hhmm" or "Z" at the end of a date: seconds east of UTC. */
static bool parse_zone(const char *at, double *east_s)
{
    *east_s = 0;
    if (!*at || (*at == 'Z' && !at[1]))
        return true;
    int hours, minutes;
    if ((*at != '+' && *at != '-') ||
        (sscanf(at + 1, "%2d:%2d", &hours, &minutes) != 2 &&
            sscanf(at + 1, "%2d%2d", &hours, &minutes) != 2))
        return false;
    *east_s = (hours * 3600 + minutes * 60) * (*at == '-' ? -1.0 : 1.0);
    return true;
}

bool clock_parse_iso(const char *text, size_t length, double *wall_s)
{
    char copy[48];
    if (length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    struct tm parts = {0};
    char between;
    int used = 0;
    if (sscanf(copy, "%4d-%2d-%2d%c%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
            &between, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &used) != 7 ||
        (between != 'T' && between != ' '))
        return false;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    double fraction = 0, unit = 0.1, east_s;
    const char *at = copy + used;
    if (*at == '.')
        for (at++; *at >= '0' && *at <= '9'; at++, unit /= 10)
            fraction += (*at - '0') * unit;
    if (!parse_zone(at, &east_s))
        return false;
    *wall_s = (double)timegm(&parts) + fraction - east_s;
    return true;
}
