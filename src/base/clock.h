/*
 * Time: a monotonic clock for pace, the wall clock for dates, and ISO 8601 both ways.
 * Knows: seconds and milliseconds. Must not know: time zones other than UTC.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t clock_ms(void);     /* monotonic milliseconds */
double clock_wall_s(void);  /* seconds since 1970, UTC */
/* "2024-05-01T10:00:00Z" into OUT (at least 21 bytes); "" when WALL_S is not finite or out of range. */
void clock_iso(double wall_s, char *out, size_t out_bytes);
/* Reads "2024-05-01T10:00:00[.ffffff][Z|+hh:mm]" (also with a blank for the T); no zone means UTC. */
bool clock_parse_iso(const char *text, size_t length, double *wall_s);
