/*
 * An arena: memory that is born together and dies together, one per job.
 * Knows: blocks of bytes. Must not know: what is kept in them.
 *
 * Not safe for two threads at once; a result travels to another thread with its arena.
 * Every allocation is 16-byte aligned and zeroed. On exhaustion (of memory or of the maximum that
 * the arena was born with) an allocation returns NULL and the arena stays usable and freeable.
 */
#pragma once

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *first;
    size_t used_bytes; /* handed out so far */
    size_t max_bytes;  /* 0: no limit */
};

void arena_init(struct arena *arena, size_t max_bytes);
/* Frees everything; a zeroed or finished arena is accepted. */
void arena_done(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t bytes);
/* COUNT items of BYTES each, refused when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t bytes);
/* Copies, with a terminating NUL. */
char *arena_copy(struct arena *arena, const char *bytes, size_t length);
char *arena_string(struct arena *arena, const char *string);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_array((arena), (count), sizeof(type)))
