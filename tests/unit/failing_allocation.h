/* failing_allocation.h: lets a test decide which allocation fails. Stands in for the C library's allocator in the whole test program, so it
 * is included by one file of a program only. Sanitizers bring allocators of their own; there allocation_failures_work() is false. */
#ifndef SLSIM_TESTS_FAILING_ALLOCATION_H
#define SLSIM_TESTS_FAILING_ALLOCATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLSIM_OWN_ALLOCATOR 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SLSIM_OWN_ALLOCATOR 0
#endif
#endif
#if !defined(SLSIM_OWN_ALLOCATOR) && defined(__GLIBC__)
#define SLSIM_OWN_ALLOCATOR 1
#elif !defined(SLSIM_OWN_ALLOCATOR)
#define SLSIM_OWN_ALLOCATOR 0
#endif

static long allocations_that_work = -1; /* -1: all */

/* The next `working` allocations work, all later ones fail; -1: all work again. */
static inline void fail_allocations_after(long working)
{
    allocations_that_work = working;
}

static inline bool allocation_failures_work(void)
{
    return SLSIM_OWN_ALLOCATOR;
}

#if SLSIM_OWN_ALLOCATOR
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static bool allocation_fails(void)
{
    if (allocations_that_work > 0)
        allocations_that_work--;
    else
        return allocations_that_work == 0;
    return false;
}

__attribute__((used)) void *aligned_alloc(size_t alignment, size_t size)
{
    return allocation_fails() ? NULL : __libc_memalign(alignment, size);
}

__attribute__((used)) void *malloc(size_t size)
{
    return allocation_fails() ? NULL : __libc_malloc(size);
}

__attribute__((used)) void *calloc(size_t count, size_t size)
{
    return allocation_fails() ? NULL : __libc_calloc(count, size);
}

__attribute__((used)) void *realloc(void *memory, size_t size)
{
    return allocation_fails() ? NULL : __libc_realloc(memory, size);
}
#endif

#endif
