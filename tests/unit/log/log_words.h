/*
 * What the test has the logger say, in C or in C++.
 * Knows: boxtop/log.h. Must not know: readers.
 */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* The same run in either language; 0, or the first errno. */
int log_words(const char *directory);

#ifdef __cplusplus
}
#endif
