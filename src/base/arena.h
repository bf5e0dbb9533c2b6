/*
 * An arena: memory that is born together and dies together, one per job.
 * Knows: blocks of bytes. Must not know: what is kept in them.
 *
 * Not safe for two threads at once; a result travels to another thread with its arena.
 * Every allocation is 16-byte aligned and zeroed. On exhaustion (of memory or of the maximum that
 * the arena was born with) an allocation returns NULL and the arena stays usable and freeable.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena_block;
struct arena_end;

struct arena {
    struct arena_block *first;
    struct arena_end *last_end;
    size_t used_bytes; /* handed out so far */
    size_t max_bytes;  /* 0: no limit */
};

void arena_init(struct arena *arena, size_t max_bytes);
/* Frees everything; a zeroed or finished arena is accepted. */
void arena_done(struct arena *arena);

/* Calls END(self) when the arena is done, the last that was added first: for what its memory holds
 * elsewhere (a compiled regular expression). False when memory is out: then it is not called. */
bool arena_at_end(struct arena *arena, void (*end)(void *self), void *self);

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
