/* test_event_queue.c: heap and ladder against a sorted array, on input meant to hurt them. */
#include "engine/event_queue.h"
#include "engine/sim_time.h"
#include "failing_allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

struct expected {
    int64_t time_ns;
    int rank;
    uint32_t ordinal;
};

/* Both queues and the plain array that they must agree with; the array is sorted with the first event last. */
struct trio {
    struct event_queue *queues[2];
    struct memory_account accounts[2];
    struct expected *sorted;
    size_t count, capacity;
    uint32_t scheduled;
    int64_t now_ns;
};

static void trio_init(struct trio *trio)
{
    *trio = (struct trio){.count = 0};
    assert_int_equal(event_queue_new(EVENT_QUEUE_HEAP, &trio->accounts[EVENT_QUEUE_HEAP], &trio->queues[EVENT_QUEUE_HEAP]), STATUS_OK);
    assert_int_equal(event_queue_new(EVENT_QUEUE_LADDER, &trio->accounts[EVENT_QUEUE_LADDER], &trio->queues[EVENT_QUEUE_LADDER]),
                     STATUS_OK);
}

static bool comes_before(const struct expected *a, const struct expected *b)
{
    if (a->time_ns != b->time_ns)
        return a->time_ns < b->time_ns;
    return a->rank != b->rank ? a->rank < b->rank : a->ordinal < b->ordinal;
}

static void trio_push(struct trio *trio, int64_t time_ns, int rank)
{
    struct event event = {.time_ns = time_ns, .entity = 7, .kind = (uint16_t)rank, .small = 9, .data = trio->scheduled};
    for (int i = 0; i < 2; i++)
        assert_int_equal(event_queue_push(trio->queues[i], (enum event_rank)rank, &event), STATUS_OK);
    if (trio->count == trio->capacity) {
        trio->capacity = trio->capacity ? trio->capacity * 2 : 64;
        trio->sorted = realloc(trio->sorted, trio->capacity * sizeof *trio->sorted);
        assert_non_null(trio->sorted);
    }
    struct expected added = {time_ns, rank, trio->scheduled++};
    size_t low = 0, high = trio->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (comes_before(&added, &trio->sorted[middle]))
            low = middle + 1;
        else
            high = middle;
    }
    memmove(&trio->sorted[low + 1], &trio->sorted[low], (trio->count - low) * sizeof *trio->sorted);
    trio->sorted[low] = added;
    trio->count++;
}

static void trio_peek(struct trio *trio)
{
    int64_t expected_ns = trio->count ? trio->sorted[trio->count - 1].time_ns : TIME_FOREVER;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(event_queue_next_ns(trio->queues[i]), expected_ns);
        assert_int_equal(event_queue_count(trio->queues[i]), trio->count);
    }
}

static bool trio_pop(struct trio *trio)
{
    struct event event;
    if (trio->count == 0) {
        for (int i = 0; i < 2; i++)
            assert_false(event_queue_pop(trio->queues[i], &event));
        return false;
    }
    struct expected first = trio->sorted[--trio->count];
    for (int i = 0; i < 2; i++) {
        assert_true(event_queue_pop(trio->queues[i], &event));
        assert_int_equal(event.time_ns, first.time_ns);
        assert_int_equal(event.data, first.ordinal);
        assert_int_equal(event.kind, first.rank);
        assert_int_equal(event.entity, 7);
        assert_int_equal(event.small, 9);
    }
    trio->now_ns = first.time_ns;
    return true;
}

static void trio_fini(struct trio *trio)
{
    while (trio_pop(trio))
        ;
    trio_peek(trio);
    for (int i = 0; i < 2; i++) {
        event_queue_free(trio->queues[i]);
        assert_int_equal(trio->accounts[i].used_bytes, 0);
        assert_int_equal(trio->accounts[i].status, STATUS_OK);
    }
    free(trio->sorted);
}

static void empty_queues_have_nothing(void **state)
{
    (void)state;
    struct trio trio;
    trio_init(&trio);
    trio_peek(&trio);
    trio_push(&trio, 5, RANK_ARRIVAL);
    trio_pop(&trio);
    trio_peek(&trio);
    trio_push(&trio, 5, RANK_ARRIVAL);
    trio_fini(&trio);
    event_queue_free(NULL);
}

static void rank_then_scheduling_decides_at_one_instant(void **state)
{
    (void)state;
    struct trio trio;
    trio_init(&trio);
    for (int i = 0; i < 3000; i++)
        trio_push(&trio, 1000, (i * 7) % 3);
    for (int i = 0; i < 1000; i++) {
        trio_pop(&trio);
        trio_push(&trio, 1000, i % 3);
    }
    trio_fini(&trio);
}

/* A handler schedules at now what outranks all that is pending: it is next. */
static void lower_rank_at_now_is_next(void **state)
{
    (void)state;
    for (int crowd = 1; crowd <= 5000; crowd *= 10) {
        struct trio trio;
        trio_init(&trio);
        for (int i = 0; i < crowd; i++)
            trio_push(&trio, 50, RANK_EXPIRY);
        trio_push(&trio, 50, RANK_ARRIVAL);
        trio_push(&trio, 51, RANK_COMPLETION);
        trio_pop(&trio);
        assert_int_equal(trio.now_ns, 50);
        trio_push(&trio, 50, RANK_COMPLETION);
        assert_int_equal(trio.sorted[trio.count - 1].rank, RANK_COMPLETION);
        trio_pop(&trio);
        trio_push(&trio, 50, RANK_ARRIVAL);
        assert_int_equal(trio.sorted[trio.count - 1].rank, RANK_ARRIVAL);
        trio_fini(&trio);
    }
}

static void ascending_and_descending(void **state)
{
    (void)state;
    struct trio trio;
    trio_init(&trio);
    for (int i = 0; i < 4000; i++)
        trio_push(&trio, 1000000 - i * 3, RANK_ARRIVAL);
    for (int i = 0; i < 4000; i++)
        trio_push(&trio, 2000000 + i * 5, RANK_COMPLETION);
    trio_fini(&trio);
}

/* The far future must not cost the near one its order, nor overflow. */
static void up_to_the_end_of_time(void **state)
{
    (void)state;
    struct trio trio;
    trio_init(&trio);
    uint64_t random = 1;
    for (int i = 0; i < 200; i++)
        trio_push(&trio, TIME_FOREVER - 1 - i % 3, i % 3);
    trio_push(&trio, TIME_FOREVER, RANK_EXPIRY);
    trio_push(&trio, 0, RANK_EXPIRY);
    for (int bits = 1; bits < 63; bits++)
        for (int i = 0; i < 50; i++)
            trio_push(&trio, (int64_t)(next_random(&random) >> (64 - bits)), i % 3);
    for (int i = 0; i < 4000; i++) {
        trio_pop(&trio);
        int64_t ahead_ns = (int64_t)(next_random(&random) >> (2 + i % 60));
        trio_push(&trio, time_add(trio.now_ns, ahead_ns), i % 3);
        if (i % 2)
            trio_pop(&trio);
    }
    trio_fini(&trio);
}

/* Steps into the future of one kind or of all in turn; a negative kind picks anew each time. */
static int64_t step_ns(int kind, uint64_t *random)
{
    uint64_t drawn = next_random(random);
    if (kind < 0)
        kind = (int)(drawn % 7), drawn = next_random(random);
    switch (kind) {
    case 0:
        return 0;
    case 1:
        return (int64_t)(drawn % 3);
    case 2:
        return (int64_t)(drawn % 1000000);
    case 3:
        return (int64_t)(drawn % 100 ? drawn % 1000 : drawn % NS_PER_DAY);
    case 4:
        return NS_PER_MIN;
    case 5:
        return (int64_t)(drawn >> (1 + drawn % 63));
    default:
        return (int64_t)(drawn % 64 * NS_PER_S);
    }
}

static void random_mixtures(void **state)
{
    (void)state;
    for (int kind = -1; kind < 7; kind++)
        for (uint64_t round = 0; round < 6; round++) {
            struct trio trio;
            trio_init(&trio);
            uint64_t random = 1000 * round + (uint64_t)(kind + 1);
            size_t aim = (size_t)1 << (2 * round);
            for (int i = 0; i < 2500; i++) {
                uint64_t choice = next_random(&random);
                if (choice % 16 == 0)
                    trio_peek(&trio);
                if (choice % 97 == 0)
                    for (size_t burst = 0; burst < aim; burst++)
                        trio_push(&trio, time_add(trio.now_ns, step_ns(kind, &random)), (int)(burst % 3));
                if (trio.count > aim ? choice % 8 < 5 : choice % 8 < 3)
                    trio_pop(&trio);
                else
                    trio_push(&trio, time_add(trio.now_ns, step_ns(kind, &random)), (int)(choice >> 32) & 1 ? 2 : (int)(choice % 2));
            }
            trio_fini(&trio);
        }
}

/* What has been looked at can still be overtaken, again and again. */
static void pushes_before_what_was_looked_at(void **state)
{
    (void)state;
    struct trio trio;
    trio_init(&trio);
    for (int i = 0; i < 100; i++)
        trio_push(&trio, INT64_C(1) << 60, RANK_ARRIVAL);
    for (int round = 0; round < 50; round++) {
        trio_peek(&trio);
        for (int i = 0; i < 70; i++)
            trio_push(&trio, (INT64_C(1) << 60 >> round) - (round % 2 ? i : 0), i % 3);
    }
    trio_fini(&trio);
}

/* A crowd of 60,000 and what a large system does to it; too many for the array, so the queues watch each other. */
static void heap_and_ladder_agree_on_many(void **state)
{
    (void)state;
    struct event_queue *queues[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(event_queue_new((enum event_queue_kind)i, NULL, &queues[i]), STATUS_OK);
    uint64_t random = 4;
    struct event popped[2];
    for (uint32_t i = 0; i < 200000; i++) {
        int64_t ahead_ns =
            i < 60000 ? (int64_t)(next_random(&random) % (600 * NS_PER_S)) : step_ns((int)(i / 1000 % 7), &random) % NS_PER_DAY;
        if (i >= 60000) {
            for (int k = 0; k < 2; k++)
                assert_true(event_queue_pop(queues[k], &popped[k]));
            assert_int_equal(popped[0].time_ns, popped[1].time_ns);
            assert_int_equal(popped[0].order, popped[1].order);
            assert_int_equal(popped[0].data, popped[1].data);
        } else {
            popped[0].time_ns = 0;
        }
        struct event event = {.time_ns = popped[0].time_ns + ahead_ns, .data = i};
        for (int k = 0; k < 2; k++)
            assert_int_equal(event_queue_push(queues[k], (enum event_rank)(i % 3), &event), STATUS_OK);
    }
    while (event_queue_pop(queues[0], &popped[0])) {
        assert_true(event_queue_pop(queues[1], &popped[1]));
        assert_int_equal(popped[0].order, popped[1].order);
    }
    assert_int_equal(event_queue_count(queues[1]), 0);
    for (int i = 0; i < 2; i++)
        event_queue_free(queues[i]);
}

/* A refused push leaves out that event and nothing else, and the queue goes on when there is room again. */
static void the_memory_limit_holds(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++)
        for (int64_t spacing = 0; spacing < 2; spacing++) {
            struct memory_account account = {.limit_bytes = 200000};
            struct event_queue *queue;
            assert_int_equal(event_queue_new((enum event_queue_kind)kind, &account, &queue), STATUS_OK);
            struct event event = {.time_ns = 0};
            uint32_t accepted = 0;
            enum status status;
            for (;; accepted++) {
                event.time_ns = spacing * (int64_t)(100000 - accepted * 7919 % 100000);
                event.data = accepted;
                status = event_queue_push(queue, RANK_ARRIVAL, &event);
                if (status != STATUS_OK)
                    break;
                assert_in_range(accepted, 0, 10000);
            }
            assert_int_equal(status, STATUS_LIMIT);
            assert_string_equal(account.culprit, "events");
            assert_in_range(account.used_bytes, 1, account.limit_bytes);
            assert_int_equal(event_queue_count(queue), accepted);
            int64_t before_ns = 0;
            for (uint32_t i = 0; i < accepted; i++) {
                assert_true(event_queue_pop(queue, &event));
                assert_true(event.time_ns >= before_ns);
                before_ns = event.time_ns;
            }
            assert_false(event_queue_pop(queue, &event));
            event.time_ns = before_ns;
            assert_int_equal(event_queue_push(queue, RANK_ARRIVAL, &event), STATUS_OK);
            event_queue_free(queue);
            assert_int_equal(account.used_bytes, 0);
        }
}

/* Popping needs no memory: what the ladder cannot have for finer buckets it does without. */
static void popping_never_needs_memory(void **state)
{
    (void)state;
    for (int spread = 0; spread < 2; spread++) {
        struct trio trio;
        trio_init(&trio);
        uint64_t random = 11;
        for (int i = 0; i < 5000; i++)
            trio_push(&trio, (int64_t)(next_random(&random) >> (spread ? 1 + i % 60 : 20)), i % 3);
        for (int i = 0; i < 2; i++)
            trio.accounts[i].limit_bytes = trio.accounts[i].used_bytes;
        while (trio_pop(&trio))
            ;
        assert_int_equal(trio.accounts[EVENT_QUEUE_LADDER].status, STATUS_LIMIT);
        trio.accounts[EVENT_QUEUE_LADDER].status = STATUS_OK;
        trio_fini(&trio);
    }
}

/* Whichever allocation fails first, what was taken before comes out in order, and all memory is given back. */
static void any_allocation_may_fail(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    for (int kind = 0; kind < 2; kind++)
        for (long working = 0; working < 60; working++) {
            struct memory_account account = {.limit_bytes = 0};
            struct event_queue *queue;
            struct event event = {.time_ns = 0}, popped;
            uint64_t random = 5;
            uint32_t accepted = 0;
            fail_allocations_after(working);
            enum status status = event_queue_new((enum event_queue_kind)kind, &account, &queue);
            for (; status == STATUS_OK && accepted < 3000; accepted++) {
                event.time_ns = (int64_t)(next_random(&random) >> (accepted % 2 ? 20 : 40));
                status = event_queue_push(queue, RANK_ARRIVAL, &event);
                accepted -= status != STATUS_OK;
            }
            assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
            for (int64_t before_ns = 0; accepted > 0; accepted--) {
                assert_true(event_queue_pop(queue, &popped));
                assert_true(popped.time_ns >= before_ns);
                before_ns = popped.time_ns;
            }
            fail_allocations_after(-1);
            assert_true(!queue || !event_queue_pop(queue, &popped));
            event_queue_free(queue);
            assert_int_equal(account.used_bytes, 0);
        }
}

static void no_room_for_the_queue_itself(void **state)
{
    (void)state;
    struct memory_account account = {.limit_bytes = 100};
    struct event_queue *queue;
    assert_int_equal(event_queue_new(EVENT_QUEUE_LADDER, &account, &queue), STATUS_LIMIT);
    assert_null(queue);
    assert_int_equal(account.used_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_queues_have_nothing),
        cmocka_unit_test(rank_then_scheduling_decides_at_one_instant),
        cmocka_unit_test(lower_rank_at_now_is_next),
        cmocka_unit_test(ascending_and_descending),
        cmocka_unit_test(up_to_the_end_of_time),
        cmocka_unit_test(random_mixtures),
        cmocka_unit_test(pushes_before_what_was_looked_at),
        cmocka_unit_test(heap_and_ladder_agree_on_many),
        cmocka_unit_test(the_memory_limit_holds),
        cmocka_unit_test(popping_never_needs_memory),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(no_room_for_the_queue_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
