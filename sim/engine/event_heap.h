/* event_heap.h: a 4-ary heap of events, for event_queue.c alone; everyone else uses event_queue.h. */
#ifndef SLSIM_ENGINE_EVENT_HEAP_H
#define SLSIM_ENGINE_EVENT_HEAP_H

#include "engine/event_queue.h"
#include "engine/pool.h"
#include "engine/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_heap {
    struct event *items; /* items[0] is the first; the children of i are 4i+1 to 4i+4 */
    size_t count;        /* with the hole */
    size_t capacity;
    bool hole;    /* items[0] was popped and nothing has taken its place yet */
    void *memory; /* owned: what items point into */
    struct memory_account *account;
};

/* `account` is borrowed and may be NULL. Allocates nothing. */
void event_heap_init(struct event_heap *heap, struct memory_account *account);
void event_heap_fini(struct event_heap *heap);
/* Puts *event in, with this order. O(log n). STATUS_LIMIT or STATUS_NO_MEMORY leave the heap as it was. */
enum status event_heap_push(struct event_heap *heap, const struct event *event, uint64_t order);
/* O(1), the sift is left to what comes next. */
bool event_heap_pop(struct event_heap *heap, struct event *event);
int64_t event_heap_next_ns(struct event_heap *heap);

#endif
