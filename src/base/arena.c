#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGNMENT = 16, FIRST_BLOCK_BYTES = 4096, LARGEST_BLOCK_BYTES = 8 << 20 };
/* From here on a block is the kernel's own to give and to take back: what a thread's heap has once
 * held stays with it. */
enum { MAPPED_BLOCK_BYTES = 1 << 20 };
/* And from here on it is made of huge pages: to touch 100 MB in pages of 4 KB takes longer than to
 * fill them. */
enum { LARGE_BLOCK_BYTES = 4 << 20, HUGE_PAGE_BYTES = 2 << 20 };

struct arena_block {
    struct arena_block *next;
    size_t size, used;
    size_t mapped_bytes; /* 0: of the heap */
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

void arena_init(struct arena *arena, size_t max_bytes)
{
    *arena = (struct arena){.max_bytes = max_bytes};
}

struct arena_end {
    struct arena_end *before;
    void (*end)(void *self);
    void *self;
};

/* Zeroed by the kernel as it is touched; aligned for huge pages where HUGE. */
static struct arena_block *map_block(size_t bytes, bool huge)
{
    size_t page = HUGE_PAGE_BYTES, whole = (bytes + page - 1) & ~(page - 1);
    size_t mapped = huge ? whole + page : bytes;
    unsigned char *at =
        mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return NULL;
    if (huge) {
        size_t before = -(uintptr_t)at & (page - 1);
        if (before)
            munmap(at, before);
        if (before < page)
            munmap(at + before + whole, page - before);
        at += before;
        madvise(at, whole, MADV_HUGEPAGE);
        mapped = whole;
    }
    struct arena_block *block = (struct arena_block *)at;
    block->mapped_bytes = mapped;
    return block;
}

/* One that is there for a single request is not known to be filled: its pages come one by one. */
static struct arena_block *make_block(size_t size, bool single)
{
    size_t bytes = sizeof(struct arena_block) + size;
    struct arena_block *block = bytes < MAPPED_BLOCK_BYTES
                                    ? calloc(1, bytes)
                                    : map_block(bytes, !single && bytes >= LARGE_BLOCK_BYTES);
    if (block)
        block->size = size;
    return block;
}

static void free_block(struct arena_block *block)
{
    if (block->mapped_bytes)
        munmap(block, block->mapped_bytes);
    else
        free(block);
}

void arena_done(struct arena *arena)
{
    for (struct arena_end *end = arena->last_end; end; end = end->before)
        end->end(end->self);
    for (struct arena_block *block = arena->first; block;) {
        struct arena_block *next = block->next;
        free_block(block);
        block = next;
    }
    *arena = (struct arena){.max_bytes = arena->max_bytes};
}

/* A request larger than a block gets a block of its own, put behind the one being filled. */
static struct arena_block *add_block(struct arena *arena, size_t need)
{
    size_t most = LARGEST_BLOCK_BYTES - sizeof(struct arena_block);
    size_t size = arena->first ? arena->first->size * 2 : FIRST_BLOCK_BYTES;
    if (size > most)
        size = most;
    bool own = need > size;
    if (own)
        size = need;
    struct arena_block *block = make_block(size, own);
    if (!block)
        return NULL;
    if (own && arena->first) {
        block->next = arena->first->next;
        arena->first->next = block;
    } else {
        block->next = arena->first;
        arena->first = block;
    }
    return block;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        return NULL;
    size_t need = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (need == 0)
        need = ALIGNMENT;
    if (arena->max_bytes && need > arena->max_bytes - arena->used_bytes)
        return NULL;
    struct arena_block *block = arena->first;
    if (!block || block->size - block->used < need) {
        block = add_block(arena, need);
        if (!block)
            return NULL;
    }
    void *result = block->bytes + block->used;
    block->used += need;
    arena->used_bytes += need;
    return result;
}

bool arena_at_end(struct arena *arena, void (*end)(void *self), void *self)
{
    struct arena_end *added = ARENA_NEW(arena, struct arena_end);
    if (!added)
        return false;
    *added = (struct arena_end){arena->last_end, end, self};
    arena->last_end = added;
    return true;
}

void *arena_array(struct arena *arena, size_t count, size_t bytes)
{
    if (bytes && count > SIZE_MAX / 2 / bytes)
        return NULL;
    return arena_alloc(arena, count * bytes);
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (copy && length)
        memcpy(copy, bytes, length);
    return copy;
}

char *arena_string(struct arena *arena, const char *string)
{
    return arena_copy(arena, string, strlen(string));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *out = length < 0 ? NULL : arena_alloc(arena, (size_t)length + 1);
    if (out)
        vsnprintf(out, (size_t)length + 1, format, again);
    va_end(again);
    return out;
}
