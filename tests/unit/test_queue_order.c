/* test_queue_order.c: the order within message groups under receivers that are slow, fail, or come back too late; and any allocation
 * failing. */
#include "failing_allocation.h"
#include "queue_bench.h"

/* Many receivers with random durations, some of which fail or outlive the visibility timeout. Of every group only one batch is ever out,
 * and what is deleted of it is deleted in the order of sending. */
enum { GROUPS = 7, LANES = 12, MESSAGES = 4000 };

struct lane {
    struct received list[10];
    uint32_t count;
};

static struct {
    struct stream stream;
    struct lane lanes[LANES];
    uint32_t out[GROUPS];     /* messages in flight, and */
    int64_t until_ns[GROUPS]; /* until when */
    uint64_t deleted[GROUPS]; /* the latest item deleted + 1 */
    uint64_t deletions;
} busy;

enum { LANE_DONE = 100 };

static void lane_poll(struct world *world, uint32_t id)
{
    struct lane *lane = &busy.lanes[id - LANE_DONE < LANES ? id - LANE_DONE : id];
    uint32_t index = (uint32_t)(lane - busy.lanes);
    if (id >= LANE_DONE) {
        /* Deletes from the first on, and fails somewhere now and then. */
        for (uint32_t i = 0; i < lane->count && stream_uniform(&busy.stream) > 0.05; i++) {
            const struct received *message = &lane->list[i];
            if (!acknowledge(world, message))
                break;
            assert_true(message->item >= busy.deleted[message->group]);
            busy.deleted[message->group] = message->item + 1;
            busy.out[message->group]--;
            busy.deletions++;
        }
    }
    receive_from(world, QUEUE, 1 + (uint32_t)(stream_uniform(&busy.stream) * 10));
    lane->count = world->received;
    memcpy(lane->list, world->list, world->received * sizeof *world->list);
    int64_t now_ns = world->simulation->now_ns;
    for (uint32_t i = 0; i < lane->count; i++) {
        uint64_t group = lane->list[i].group;
        bool same_call = i > 0 && lane->list[i - 1].group == group;
        if (same_call)
            assert_true(lane->list[i].item > lane->list[i - 1].item);
        else if (now_ns < busy.until_ns[group])
            assert_int_equal(busy.out[group], 0);
        busy.out[group] = same_call ? busy.out[group] + 1 : 1;
        busy.until_ns[group] = now_ns + 30 * S;
    }
    if (lane->count == 0) {
        (void)queue_pollable.wait(world->simulation, queue_of(world, QUEUE), DRIVER, DRIVER_WAKE, index);
        return;
    }
    int64_t duration_ns = (int64_t)(stream_uniform(&busy.stream) * (double)(stream_uniform(&busy.stream) < 0.1 ? 60 * S : S));
    simulation_schedule(world->simulation, DRIVER, DRIVER_WAKE, RANK_COMPLETION, now_ns + duration_ns, LANE_DONE + index);
}

static void begin_lanes(struct world *world)
{
    for (int i = 0; i < MESSAGES; i++)
        send_in_group(world, (uint32_t)(stream_uniform(&busy.stream) * GROUPS));
    for (uint32_t i = 0; i < LANES; i++)
        lane_poll(world, i);
}

static void test_order_with_random_durations(void **state)
{
    (void)state;
    static const struct act script[] = {{0, begin_lanes}};
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct world world;
        fifo_init(&world, "{\"base\": \"current\", \"sqs_fifo_messages_per_s\": 10000, \"sqs_fifo_calls_per_s\": 1000}");
        memset(&busy, 0, sizeof busy);
        stream_init(&busy.stream, seed, 0, "lanes", "test");
        world.config[0].config.send_batch = 10;
        world.settings.duration_ns = 200000 * S;
        world.woken = lane_poll;
        RUN(&world, script);
        assert_int_equal(busy.deletions, MESSAGES);
        assert_int_equal(fates(&world, QUEUE, FATE_SUCCEEDED, NULL), MESSAGES);
        assert_true(figure(&world, "Q", "ReceiveCount", "Maximum") > 2);
        assert_true(figure(&world, "Q", "ApproximateNumberOfGroupsWithInflightMessages", "Maximum") <= GROUPS);
        world_fini(&world);
    }
}

/* From here on so many allocations work, and no more. */
static long working;

static void use_until_memory_is_out(struct world *world)
{
    fail_allocations_after(working);
    for (uint32_t i = 0; i < 60 && world->simulation->status == STATUS_OK; i++)
        send_in_group(world, i % 25);
    for (uint32_t i = 0; i < 40 && world->simulation->status == STATUS_OK; i++) {
        receive_from(world, QUEUE, 10);
        (void)queue_pollable.wait(world->simulation, queue_of(world, QUEUE), DRIVER, DRIVER_WAKE, i);
    }
    if (world->received > 0)
        (void)acknowledge(world, &world->list[0]);
}

static void move_all(struct world *world)
{
    receive_from(world, QUEUE, 10);
    fail_allocations_after(-1);
}

static void test_any_allocation_may_fail(void **state)
{
    (void)state;
    static const struct act script[] = {{0, use_until_memory_is_out}, {40 * S, move_all}};
    if (!allocation_failures_work())
        skip();
    for (int fifo = 0; fifo < 2; fifo++) {
        enum status status = STATUS_NO_MEMORY;
        for (working = 0; status != STATUS_OK; working++) {
            struct world world;
            fifo_init(&world, NULL);
            world.config[0].config.fifo = world.config[1].config.fifo = fifo;
            world.config[0].config.dead_letter = DEAD;
            world.config[0].config.max_receives = 1;
            status = world_run(&world, script, 2);
            fail_allocations_after(-1);
            assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
            world_fini(&world);
        }
        assert_true(working > 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_with_random_durations),
        cmocka_unit_test(test_any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
