/* event_heap.c: a 4-ary heap. Popping leaves a hole at the root; most handlers schedule something, and that fills the hole with one
 * sift-down where another heap would sift its last item down and the new one up. */
#include "engine/event_heap.h"

#include "engine/event_order.h"
#include "engine/sim_time.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64u
#define ARITY 4u
/* Four siblings fill 128 bytes: begun on a multiple of that they touch two cache lines, not three. */
#define SIBLINGS_ALIGNMENT (ARITY * sizeof(struct event))

void event_heap_init(struct event_heap *heap, struct memory_account *account)
{
    *heap = (struct event_heap){.account = account};
}

static size_t bytes_for(size_t capacity)
{
    return (capacity + ARITY) * sizeof(struct event);
}

void event_heap_fini(struct event_heap *heap)
{
    if (heap->account && heap->capacity)
        memory_account_give(heap->account, bytes_for(heap->capacity));
    free(heap->memory);
    *heap = (struct event_heap){0};
}

static enum status grow(struct event_heap *heap)
{
    if (heap->capacity > SIZE_MAX / sizeof(struct event) / ARITY)
        return STATUS_NO_MEMORY;
    size_t capacity = heap->capacity ? heap->capacity * 2 : FIRST_CAPACITY;
    if (heap->account) {
        enum status status = memory_account_take(heap->account, bytes_for(capacity), "events");
        if (status != STATUS_OK)
            return status;
    }
    struct event *memory = aligned_alloc(SIBLINGS_ALIGNMENT, bytes_for(capacity));
    if (!memory) {
        if (heap->account)
            memory_account_give(heap->account, bytes_for(capacity));
        return STATUS_NO_MEMORY;
    }
    struct event *items = memory + (ARITY - 1); /* so that items[1], the first of siblings, is aligned */
    if (heap->count)
        memcpy(items, heap->items, heap->count * sizeof *items);
    if (heap->account && heap->capacity)
        memory_account_give(heap->account, bytes_for(heap->capacity));
    free(heap->memory);
    heap->memory = memory;
    heap->items = items;
    heap->capacity = capacity;
    return STATUS_OK;
}

/* The first of four siblings. Which one wins is a coin toss to the processor, so no branch may depend on it. */
static inline size_t first_of_four(const struct event *items, size_t child)
{
    size_t low = child + (size_t)event_before(&items[child + 1], &items[child]);
    size_t high = child + 2 + (size_t)event_before(&items[child + 3], &items[child + 2]);
    return low + (high - low) * (size_t)event_before(&items[high], &items[low]);
}

/* Puts `event` where the root was. */
static void sift_down(struct event_heap *heap, const struct event *event)
{
    struct event *items = heap->items;
    const struct event moving = *event;
    size_t count = heap->count;
    size_t at = 0;
    for (;;) {
        size_t child = ARITY * at + 1;
        size_t best = child;
        if (child + ARITY <= count) {
            best = first_of_four(items, child);
        } else {
            if (child >= count)
                break;
            for (size_t other = child + 1; other < count; other++)
                best = event_before(&items[other], &items[best]) ? other : best;
        }
        if (!event_before(&items[best], &moving))
            break;
        items[at] = items[best];
        at = best;
    }
    items[at] = moving;
}

static void sift_up(struct event_heap *heap, const struct event *event)
{
    struct event *items = heap->items;
    const struct event moving = *event;
    size_t at = heap->count++;
    while (at > 0) {
        size_t parent = (at - 1) / ARITY;
        if (!event_before(&moving, &items[parent]))
            break;
        items[at] = items[parent];
        at = parent;
    }
    items[at] = moving;
}

enum status event_heap_push(struct event_heap *heap, const struct event *event, uint64_t order)
{
    struct event ordered = {0};
    event_put(&ordered, event, order);
    if (heap->hole) {
        heap->hole = false;
        sift_down(heap, &ordered);
        return STATUS_OK;
    }
    if (heap->count == heap->capacity) {
        enum status status = grow(heap);
        if (status != STATUS_OK)
            return status;
    }
    sift_up(heap, &ordered);
    return STATUS_OK;
}

/* Nothing was pushed since the last pop: the last item takes the root's place. */
static void fill_hole(struct event_heap *heap)
{
    heap->hole = false;
    heap->count--;
    if (heap->count > 0)
        sift_down(heap, &heap->items[heap->count]);
}

bool event_heap_pop(struct event_heap *heap, struct event *event)
{
    if (heap->hole)
        fill_hole(heap);
    if (heap->count == 0)
        return false;
    *event = heap->items[0];
    heap->hole = true;
    return true;
}

int64_t event_heap_next_ns(struct event_heap *heap)
{
    if (heap->hole)
        fill_hole(heap);
    return heap->count ? heap->items[0].time_ns : TIME_FOREVER;
}
