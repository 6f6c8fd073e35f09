/* test_queue_fifo.c: a FIFO queue: order and exclusion of groups whatever receivers do, deduplication, quotas. */
#include "queue_bench.h"

static void fifo_init(struct world *world, const char *rules)
{
    world_init(world, rules);
    world->config[0].config.fifo = true;
    world->config[1].config.fifo = true;
}

static void send_in_group(struct world *world, uint32_t group)
{
    send_item(world, world->next_item++, group, 1024);
}

/* Groups 1 1 1 2 1 3: a receive call of 4 takes three and one of group 1, then 2; the rest of 1 waits until all that are out are gone. */
static void send_six(struct world *world)
{
    static const uint32_t groups[] = {1, 1, 1, 2, 1, 3};
    for (size_t i = 0; i < 6; i++)
        send_in_group(world, groups[i]);
}

static void expect_items(struct world *world, uint32_t most, uint32_t count, const uint64_t *items)
{
    receive_from(world, QUEUE, most);
    assert_int_equal(world->received, count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(world->list[i].item, items[i]);
}

static void take_groups(struct world *world)
{
    expect_items(world, 3, 3, (const uint64_t[]){0, 1, 2});
    assert_int_equal(world->list[0].group, 1);
    struct received held[3] = {world->list[0], world->list[1], world->list[2]};
    assert_int_equal(visible(world, QUEUE), 2);
    expect_items(world, 10, 2, (const uint64_t[]){3, 5});
    expect_items(world, 10, 0, NULL);
    /* The middle one is deleted: the group stays locked, in vain for the others. */
    assert_true(acknowledge(world, &held[1]));
    expect_items(world, 10, 0, NULL);
    assert_true(acknowledge(world, &held[0]));
    assert_true(acknowledge(world, &held[2]));
    expect_items(world, 10, 1, (const uint64_t[]){4});
}

static void test_groups(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_six}, {1, take_groups}};
    struct world world;
    fifo_init(&world, NULL);
    RUN(&world, script);
    assert_figure(&world, "Q", "ApproximateNumberOfGroupsWithInflightMessages", "Maximum", 3);
    world_fini(&world);
}

/* After the visibility timeout what is left of a batch comes back before what was never received, and an old receipt is void. */
static void take_two_of_three(struct world *world)
{
    for (int i = 0; i < 3; i++)
        send_in_group(world, 9);
    expect_items(world, 2, 2, (const uint64_t[]){0, 1});
}

static void take_again(struct world *world)
{
    assert_false(acknowledge(world, &world->list[0]));
    expect_items(world, 10, 3, (const uint64_t[]){0, 1, 2});
    assert_int_equal(world->list[1].receive_count, 2);
    assert_int_equal(world->list[2].receive_count, 1);
}

static void test_return_keeps_order(void **state)
{
    (void)state;
    static const struct act script[] = {{0, take_two_of_three}, {30 * S + 1, take_again}};
    struct world world;
    fifo_init(&world, NULL);
    RUN(&world, script);
    world_fini(&world);
}

static void take_after_redrive(struct world *world)
{
    expect_items(world, 10, 1, (const uint64_t[]){2});
    assert_int_equal(visible(world, DEAD), 2);
    receive_from(world, DEAD, 10);
    assert_int_equal(world->list[0].item, 0);
    assert_int_equal(world->list[1].item, 1);
    assert_int_equal(world->list[0].group, 9);
}

/* Two are worn out: they are moved, in order and with their group, and the third is received by the same call. Moved at 31 s, they expire
 * in the dead-letter queue 60 s later. */
static void test_redrive(void **state)
{
    (void)state;
    static const struct act script[] = {{0, take_two_of_three}, {31 * S, take_after_redrive}};
    struct world world;
    fifo_init(&world, NULL);
    world.config[0].config.dead_letter = DEAD;
    world.config[0].config.max_receives = 1;
    world.config[1].config.retention_ns = 60 * S;
    world.settings.duration_ns = 91 * S;
    RUN(&world, script);
    assert_int_equal(fates(&world, QUEUE, FATE_DEAD_LETTERED, "max_receives: received 1, executed 0"), 2);
    assert_int_equal(fates(&world, DEAD, FATE_IN_FLIGHT, NULL), 2);
    world_fini(&world);
    fifo_init(&world, NULL);
    world.config[0].config.dead_letter = DEAD;
    world.config[0].config.max_receives = 1;
    world.config[1].config.retention_ns = 60 * S;
    world.settings.duration_ns = 91 * S + 1;
    RUN(&world, script);
    assert_int_equal(fates(&world, DEAD, FATE_EXPIRED, "retention"), 2);
    world_fini(&world);
}

/* The window ends 300 s after the first sending, whatever became of the message. */
static void send_7(struct world *world)
{
    send_item(world, 7, 1, 1024);
    assert_ptr_equal(world->answer, &cause_succeeded);
}

static void delete_7(struct world *world)
{
    expect_items(world, 10, 1, (const uint64_t[]){7});
    assert_true(acknowledge(world, &world->list[0]));
}

static void test_deduplication(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_7},       {1, send_7},           {2, delete_7},      {300 * S - 1, send_7},
                                        {300 * S, send_7}, {300 * S + 1, send_7}, {301 * S, delete_7}};
    struct world world;
    fifo_init(&world, NULL);
    RUN(&world, script);
    assert_int_equal(world.simulation->entities[QUEUE].ledger.entered, 5);
    assert_int_equal(fates(&world, QUEUE, FATE_DROPPED, "deduplicated"), 3);
    assert_int_equal(fates(&world, QUEUE, FATE_SUCCEEDED, NULL), 2);
    assert_figure(&world, "Q", "NumberOfDeduplicatedSentMessages", "Sum", 3);
    assert_figure(&world, "Q", "NumberOfMessagesSent", "Sum", 2);
    world_fini(&world);
}

/* 300 calls at once, 300 each second after. */
static void send_400(struct world *world)
{
    for (uint32_t i = 0; i < 400; i++)
        send_in_group(world, i);
}

static void test_send_quota(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_400}, {S, send_400}, {S + S / 2, send_400}};
    struct world world;
    fifo_init(&world, NULL);
    RUN(&world, script);
    assert_int_equal(fates(&world, QUEUE, FATE_THROTTLED, NULL), 100 + 100 + 250);
    assert_figure(&world, "Q", "SendsThrottled", "Sum", 450);
    world_fini(&world);
    fifo_init(&world, NULL);
    world.config[0].config.send_batch = 10;
    RUN(&world, script);
    assert_int_equal(fates(&world, QUEUE, FATE_THROTTLED, NULL), 0);
    world_fini(&world);
    fifo_init(&world, NULL);
    world.config[0].config.throughput = THROUGHPUT_PER_GROUP;
    RUN(&world, script);
    assert_int_equal(fates(&world, QUEUE, FATE_THROTTLED, NULL), 0);
    world_fini(&world);
}

/* One message a call, deleted at once: 300 in the first instant, then 300 a second. */
static void poll_one(struct world *world, uint32_t data)
{
    while (visible(world, QUEUE) > 0) {
        receive_from(world, QUEUE, 1);
        if (world->received > 0)
            assert_true(acknowledge(world, &world->list[0]));
    }
    (void)queue_pollable.wait(world->simulation, queue_of(world, QUEUE), DRIVER, DRIVER_WAKE, data);
}

static void two_poll(struct world *world)
{
    for (int i = 0; i < 900; i++)
        send_in_group(world, (uint32_t)i);
    poll_one(world, 0);
    poll_one(world, 1);
}

static void expect_450(struct world *world)
{
    assert_int_equal(fates(world, QUEUE, FATE_SUCCEEDED, NULL), 450);
}

static void test_receive_quota(void **state)
{
    (void)state;
    static const struct act script[] = {{0, two_poll}, {S / 2 + 101, expect_450}};
    struct world world;
    fifo_init(&world, NULL);
    world.config[0].config.send_batch = 10;
    world.woken = poll_one;
    RUN(&world, script);
    assert_int_equal(fates(&world, QUEUE, FATE_SUCCEEDED, NULL), 900);
    assert_figure(&world, "Q", "NumberOfEmptyReceives", "Sum", 0);
    assert_figure(&world, "Q", "AgeAtDelete", "Maximum", 2000.0004); /* 600 steps of a 300th of a second, each rounded up to whole ns */
    world_fini(&world);
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_return_keeps_order),
        cmocka_unit_test(test_redrive),
        cmocka_unit_test(test_deduplication),
        cmocka_unit_test(test_send_quota),
        cmocka_unit_test(test_receive_quota),
        cmocka_unit_test(test_order_with_random_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
