/* event_ladder.c: a ladder queue after Tang, Goh and Thng, "Ladder queue: an O(1) priority queue structure for large-scale discrete event
 * simulation" (2005): far events lie unsorted, a bucket that comes due is sorted when it is small and becomes a rung of finer buckets when
 * it is large. What differs from the paper, and why:
 *
 * - Every rung has a rest of its own for what lies past its buckets, as the outermost has its top. One event in the far future then costs
 *   one rung, not the resolution of all that come after it.
 * - Widths are powers of two: a shift finds the bucket.
 * - Many events of one instant are not sorted but queued by rank. For that, lists keep events of equal time and rank newest first.
 * - With few events there are no rungs at all, only the sorted bottom. */
#include "engine/event_ladder.h"

#include "engine/event_order.h"
#include "engine/sim_time.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX
#define NO_INSTANT UINT64_MAX
#define NO_END UINT64_MAX
#define BOTTOM_CAPACITY 64u /* more than that become a rung */
#define BATCH_MAX 32u       /* what is sorted into the bottom at once */
#define FIRST_BUCKETS 64u   /* every rung has so many, so that finer rungs never wait for memory */
#define BUCKETS_MAX (1u << 24)
#define FIRST_NODES 256u
#define BUCKETS_CACHED 4096u /* rungs with fewer buckets are no matter */
#define FETCH_DEPTH 4u
#define FETCH_STRIDE 8u
/* From any bucket it takes at most 11 rungs of 64 buckets to get to single nanoseconds, and one more for what follows the instant. So
 * many are kept for when a bucket comes due, as that must not fail; only pushing may use the others. */
#define RUNGS_KEPT 12u

static void *resize(struct event_ladder *ladder, void *memory, size_t old_bytes, size_t new_bytes, enum status *status)
{
    *status = ladder->account ? memory_account_take(ladder->account, new_bytes - old_bytes, "events") : STATUS_OK;
    if (*status != STATUS_OK)
        return NULL;
    void *resized = realloc(memory, new_bytes);
    if (!resized) {
        *status = STATUS_NO_MEMORY;
        if (ladder->account)
            memory_account_give(ladder->account, new_bytes - old_bytes);
    }
    return resized;
}

static enum status grow_buckets(struct event_ladder *ladder, struct ladder_rung *rung, uint32_t capacity)
{
    enum status status;
    uint32_t *buckets = resize(ladder, rung->buckets, rung->bucket_capacity * sizeof *buckets, (size_t)capacity * sizeof *buckets, &status);
    if (!buckets)
        return status;
    for (uint32_t i = rung->bucket_capacity; i < capacity; i++)
        buckets[i] = NONE;
    rung->buckets = buckets;
    rung->bucket_capacity = capacity;
    return STATUS_OK;
}

/* For the bottom and the nodes. */
static enum status grow_events(struct event_ladder *ladder, struct event **events, uint32_t *capacity, uint32_t wanted)
{
    enum status status;
    struct event *grown = resize(ladder, *events, *capacity * sizeof *grown, wanted * sizeof *grown, &status);
    if (!grown)
        return status;
    *events = grown;
    *capacity = wanted;
    return STATUS_OK;
}

static enum status grow_bottom(struct event_ladder *ladder)
{
    uint32_t capacity = ladder->bottom_capacity;
    if (capacity > UINT32_MAX / 2)
        return STATUS_NO_MEMORY;
    return grow_events(ladder, &ladder->bottom, &ladder->bottom_capacity, capacity ? capacity * 2 : BOTTOM_CAPACITY);
}

enum status event_ladder_init(struct event_ladder *ladder, struct memory_account *account)
{
    memset(ladder, 0, sizeof *ladder);
    ladder->account = account;
    ladder->instant_ns = NO_INSTANT;
    ladder->bottom_end_ns = NO_END;
    ladder->node_free = NONE;
    ladder->rung_count = 1;
    enum status status = grow_bottom(ladder);
    for (size_t i = 0; i < LADDER_RUNGS; i++) {
        ladder->rungs[i].rest = NONE;
        ladder->rungs[i].end_ns = NO_END;
        if (status == STATUS_OK)
            status = grow_buckets(ladder, &ladder->rungs[i], FIRST_BUCKETS);
    }
    if (status != STATUS_OK)
        event_ladder_fini(ladder);
    return status;
}

void event_ladder_fini(struct event_ladder *ladder)
{
    uint64_t bytes = (uint64_t)(ladder->bottom_capacity + (uint64_t)ladder->node_capacity) * sizeof(struct event);
    for (size_t i = 0; i < LADDER_RUNGS; i++) {
        bytes += ladder->rungs[i].bucket_capacity * sizeof *ladder->rungs[i].buckets;
        free(ladder->rungs[i].buckets);
    }
    if (ladder->account)
        memory_account_give(ladder->account, bytes);
    free(ladder->bottom);
    free(ladder->nodes);
    memset(ladder, 0, sizeof *ladder);
}

/* Makes sure that `count` nodes can be taken. */
static enum status reserve_nodes(struct event_ladder *ladder, uint32_t count)
{
    uint32_t capacity = ladder->node_capacity ? ladder->node_capacity : FIRST_NODES;
    while (capacity - ladder->node_fresh < count) {
        if (capacity > UINT32_MAX / 2)
            return STATUS_NO_MEMORY;
        capacity *= 2;
    }
    if (capacity == ladder->node_capacity)
        return STATUS_OK;
    return grow_events(ladder, &ladder->nodes, &ladder->node_capacity, capacity);
}

static inline uint32_t take_node(struct event_ladder *ladder)
{
    uint32_t node = ladder->node_free;
    if (node == NONE)
        return ladder->node_fresh++;
    ladder->node_free = ladder->nodes[node].link;
    return node;
}

static inline void prepend(struct event_ladder *ladder, uint32_t *list, uint32_t node)
{
    ladder->nodes[node].link = *list;
    *list = node;
}

/* A place in the sorted bottom, which has room. */
static inline struct event *sorted_place(struct event_ladder *ladder, int64_t time_ns, uint64_t order)
{
    struct event *bottom = ladder->bottom;
    uint32_t at = ladder->bottom_count++;
    const int128 key = event_key(time_ns, order);
    while (at > 0 && event_key(bottom[at - 1].time_ns, bottom[at - 1].order) < key) {
        bottom[at] = bottom[at - 1];
        at--;
    }
    return &bottom[at];
}

static void instant_append(struct event_ladder *ladder, uint32_t node)
{
    size_t rank = ladder->nodes[node].order >> 62;
    ladder->nodes[node].link = NONE;
    if (ladder->instant_first[rank] == NONE)
        ladder->instant_first[rank] = node;
    else
        ladder->nodes[ladder->instant_last[rank]].link = node;
    ladder->instant_last[rank] = node;
}

/* All of `list` (oldest first) happens at `time_ns`. */
static void instant_begin(struct event_ladder *ladder, uint64_t time_ns, uint32_t list)
{
    ladder->instant_ns = time_ns;
    ladder->bottom_end_ns = time_ns;
    for (size_t rank = 0; rank < LADDER_RANKS; rank++)
        ladder->instant_first[rank] = NONE;
    for (uint32_t node = list; node != NONE;) {
        uint32_t following = ladder->nodes[node].link;
        instant_append(ladder, node);
        node = following;
    }
}

/* An inner rung, empty, for what comes before `end_ns`. */
static struct ladder_rung *rung_push(struct event_ladder *ladder, uint64_t end_ns)
{
    struct ladder_rung *rung = &ladder->rungs[ladder->rung_count++];
    rung->end_ns = end_ns;
    rung->bucket_count = 0;
    rung->current = 0;
    rung->rest = NONE;
    return rung;
}

/* A list on its way into a rung: oldest first, unlike the lists that lie in rungs. */
struct load {
    uint32_t list;
    uint64_t count;
    uint64_t min_ns, max_ns;
};

/* Puts the load into `rung`, which is empty and the innermost. */
static void spread(struct event_ladder *ladder, struct ladder_rung *rung, const struct load *load)
{
    uint64_t range_ns = load->max_ns - load->min_ns;
    rung->current = 0;
    if (range_ns == 0) {
        rung->bucket_count = 0;
        rung->covered_ns = load->max_ns + 1;
        instant_begin(ladder, load->max_ns, load->list);
        return;
    }
    uint32_t wanted = FIRST_BUCKETS;
    while (wanted < load->count && wanted < BUCKETS_MAX)
        wanted *= 2;
    /* Refused memory makes coarser buckets, nothing worse. */
    if (wanted > rung->bucket_capacity && grow_buckets(ladder, rung, wanted) != STATUS_OK)
        wanted = rung->bucket_capacity;
    uint32_t shift = 0;
    while (range_ns >> shift >= wanted)
        shift++;
    rung->shift = shift;
    rung->start_ns = load->min_ns;
    rung->bucket_count = (uint32_t)(range_ns >> shift) + 1;
    uint64_t covered_ns = load->min_ns + ((uint64_t)rung->bucket_count << shift);
    rung->covered_ns = covered_ns < rung->end_ns ? covered_ns : rung->end_ns;
    ladder->bottom_end_ns = load->min_ns;
    for (uint32_t node = load->list; node != NONE;) {
        uint32_t following = ladder->nodes[node].link;
        prepend(ladder, &rung->buckets[((uint64_t)ladder->nodes[node].time_ns - load->min_ns) >> shift], node);
        node = following;
    }
}

/* Turns a list of a rung around. */
static struct load load_of(struct event_ladder *ladder, uint32_t list)
{
    struct load load = {.list = NONE, .min_ns = UINT64_MAX};
    for (uint32_t node = list; node != NONE;) {
        uint32_t following = ladder->nodes[node].link;
        uint64_t time_ns = (uint64_t)ladder->nodes[node].time_ns;
        load.min_ns = time_ns < load.min_ns ? time_ns : load.min_ns;
        load.max_ns = time_ns > load.max_ns ? time_ns : load.max_ns;
        load.count++;
        prepend(ladder, &load.list, node);
        node = following;
    }
    return load;
}

/* The instant becomes a rung again, as earlier events have come. */
static void instant_park(struct event_ladder *ladder)
{
    struct ladder_rung *rung = rung_push(ladder, ladder->instant_ns + 1);
    rung->start_ns = ladder->instant_ns;
    rung->covered_ns = rung->end_ns;
    rung->shift = 0;
    rung->bucket_count = 1;
    for (size_t rank = 0; rank < LADDER_RANKS; rank++)
        for (uint32_t node = ladder->instant_first[rank]; node != NONE;) {
            uint32_t following = ladder->nodes[node].link;
            prepend(ladder, &rung->buckets[0], node);
            node = following;
        }
    ladder->instant_ns = NO_INSTANT;
}

/* The bottom is full: makes a rung of it. Where the rungs are used up it grows instead: slow, but right. */
static enum status relieve_bottom(struct event_ladder *ladder)
{
    if (ladder->rung_count + 2 + RUNGS_KEPT > LADDER_RUNGS)
        return grow_bottom(ladder);
    enum status status = reserve_nodes(ladder, ladder->bottom_count);
    if (status != STATUS_OK)
        return status;
    if (ladder->instant_ns != NO_INSTANT)
        instant_park(ladder);
    struct load load = {
        .list = NONE,
        .count = ladder->bottom_count,
        .min_ns = (uint64_t)ladder->bottom[ladder->bottom_count - 1].time_ns,
        .max_ns = (uint64_t)ladder->bottom[0].time_ns,
    };
    for (uint32_t i = 0; i < ladder->bottom_count; i++) {
        uint32_t node = take_node(ladder);
        ladder->nodes[node] = ladder->bottom[i];
        prepend(ladder, &load.list, node);
    }
    ladder->bottom_count = 0;
    struct ladder_rung *rung = &ladder->rungs[ladder->rung_count - 1];
    if (rung->current < rung->bucket_count || rung->rest != NONE)
        rung = rung_push(ladder, ladder->bottom_end_ns);
    spread(ladder, rung, &load);
    return STATUS_OK;
}

enum status event_ladder_push(struct event_ladder *ladder, const struct event *event, uint64_t order)
{
    uint64_t time_ns = (uint64_t)event->time_ns;
    enum status status = STATUS_OK;
    if (time_ns < ladder->bottom_end_ns && ladder->bottom_count == ladder->bottom_capacity)
        status = relieve_bottom(ladder);
    if (status == STATUS_OK && time_ns < ladder->bottom_end_ns) {
        event_put(sorted_place(ladder, event->time_ns, order), event, order);
        return STATUS_OK;
    }
    if (status == STATUS_OK && ladder->node_free == NONE)
        status = reserve_nodes(ladder, 1);
    if (status != STATUS_OK)
        return status;
    uint32_t node = take_node(ladder);
    event_put(&ladder->nodes[node], event, order);
    if (time_ns == ladder->instant_ns) {
        instant_append(ladder, node);
        return STATUS_OK;
    }
    struct ladder_rung *rung = &ladder->rungs[ladder->rung_count - 1];
    while (time_ns >= rung->end_ns)
        rung--;
    prepend(ladder, time_ns < rung->covered_ns ? &rung->buckets[(time_ns - rung->start_ns) >> rung->shift] : &rung->rest, node);
    return STATUS_OK;
}

/* Sorts `list` into the empty bottom if it is short. */
static bool sort_if_short(struct event_ladder *ladder, uint32_t list)
{
    uint32_t last = NONE;
    for (uint32_t node = list; node != NONE; node = ladder->nodes[node].link) {
        if (ladder->bottom_count == BATCH_MAX) {
            ladder->bottom_count = 0;
            return false;
        }
        *sorted_place(ladder, ladder->nodes[node].time_ns, ladder->nodes[node].order) = ladder->nodes[node];
        last = node;
    }
    ladder->nodes[last].link = ladder->node_free;
    ladder->node_free = list;
    return true;
}

/* Where many events are pending, their nodes are in no near cache, and a list is one wait after the other. So the lists of the buckets to
 * come are asked for a node at a time: the first of a bucket far ahead, the second of a nearer one, whose first is there by now. */
static inline void fetch_ahead(const struct event_ladder *ladder, const struct ladder_rung *rung)
{
    if (rung->bucket_count < BUCKETS_CACHED)
        return;
    for (uint32_t depth = 0; depth < FETCH_DEPTH; depth++) {
        uint32_t bucket = rung->current + FETCH_STRIDE * (FETCH_DEPTH - depth);
        uint32_t node = bucket < rung->bucket_count ? rung->buckets[bucket] : NONE;
        for (uint32_t i = 0; i < depth && node != NONE; i++)
            node = ladder->nodes[node].link;
        if (node != NONE)
            __builtin_prefetch(&ladder->nodes[node], 1);
    }
}

/* Bottom and instant are empty: brings the next events down. False when there are none. */
static bool refill(struct event_ladder *ladder)
{
    for (;;) {
        struct ladder_rung *rung = &ladder->rungs[ladder->rung_count - 1];
        fetch_ahead(ladder, rung);
        while (rung->current < rung->bucket_count && rung->buckets[rung->current] == NONE) {
            rung->current++;
            fetch_ahead(ladder, rung);
        }
        if (rung->current < rung->bucket_count) {
            uint32_t list = rung->buckets[rung->current];
            rung->buckets[rung->current++] = NONE;
            uint64_t end_ns = rung->start_ns + ((uint64_t)rung->current << rung->shift);
            ladder->bottom_end_ns = end_ns < rung->covered_ns ? end_ns : rung->covered_ns;
            if (sort_if_short(ladder, list))
                return true;
            struct load load = load_of(ladder, list);
            spread(ladder, rung_push(ladder, ladder->bottom_end_ns), &load);
        } else if (rung->rest != NONE) {
            uint32_t list = rung->rest;
            rung->rest = NONE;
            if (sort_if_short(ladder, list)) {
                ladder->bottom_end_ns = rung->end_ns;
                ladder->rung_count -= ladder->rung_count > 1;
                return true;
            }
            struct load load = load_of(ladder, list);
            spread(ladder, rung, &load);
        } else {
            ladder->bottom_end_ns = rung->end_ns;
            if (ladder->rung_count == 1)
                return false;
            ladder->rung_count--;
        }
        if (ladder->instant_ns != NO_INSTANT)
            return true;
    }
}

static void instant_pop(struct event_ladder *ladder, struct event *event)
{
    size_t rank = 0;
    while (ladder->instant_first[rank] == NONE)
        rank++;
    uint32_t node = ladder->instant_first[rank];
    *event = ladder->nodes[node];
    ladder->instant_first[rank] = event->link;
    prepend(ladder, &ladder->node_free, node);
    for (rank = 0; rank < LADDER_RANKS; rank++)
        if (ladder->instant_first[rank] != NONE)
            return;
    ladder->bottom_end_ns = ladder->instant_ns + 1;
    ladder->instant_ns = NO_INSTANT;
}

bool event_ladder_pop(struct event_ladder *ladder, struct event *event)
{
    while (ladder->bottom_count == 0) {
        if (ladder->instant_ns != NO_INSTANT) {
            instant_pop(ladder, event);
            return true;
        }
        if (!refill(ladder))
            return false;
    }
    *event = ladder->bottom[--ladder->bottom_count];
    return true;
}

const struct event *event_ladder_ahead(const struct event_ladder *ladder, uint32_t distance)
{
    if (distance <= ladder->bottom_count)
        return &ladder->bottom[ladder->bottom_count - distance];
    const struct ladder_rung *rung = &ladder->rungs[ladder->rung_count - 1];
    uint32_t bucket = rung->current + distance - ladder->bottom_count;
    return bucket < rung->bucket_count && rung->buckets[bucket] != NONE ? &ladder->nodes[rung->buckets[bucket]] : NULL;
}

int64_t event_ladder_next_ns(struct event_ladder *ladder)
{
    if (ladder->bottom_count == 0 && ladder->instant_ns == NO_INSTANT && !refill(ladder))
        return TIME_FOREVER;
    return ladder->bottom_count ? ladder->bottom[ladder->bottom_count - 1].time_ns : (int64_t)ladder->instant_ns;
}
