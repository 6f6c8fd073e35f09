/* test_queue_fifo.c: a FIFO queue: order and exclusion of groups, redrive, deduplication, quotas. */
#include "queue_bench.h"

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
    static const struct act script[] = {{0, send_7},           {1, send_7},       {2, delete_7},
                                        {300 * S - 1, send_7}, {300 * S, send_7}, {301 * S, delete_7}};
    struct world world;
    fifo_init(&world, NULL);
    RUN(&world, script);
    assert_int_equal(world.simulation->entities[QUEUE].ledger.entered, 4);
    assert_int_equal(fates(&world, QUEUE, FATE_DROPPED, "deduplicated"), 2);
    assert_int_equal(fates(&world, QUEUE, FATE_SUCCEEDED, NULL), 2);
    assert_figure(&world, "Q", "NumberOfDeduplicatedSentMessages", "Sum", 2);
    assert_figure(&world, "Q", "NumberOfMessagesSent", "Sum", 2);
    world_fini(&world);
}

/* 300 calls at once, 300 each second after. */
static void send_400(struct world *world)
{
    for (uint32_t i = 0; i < 400; i++)
        send_in_group(world, i);
}

/* crosses: sqs_fifo_calls_per_s */
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

/* A message a waiter: each call that the quota allows wakes one, also when those before do nothing more. */
static void take_one(struct world *world, uint32_t data)
{
    (void)data;
    receive_from(world, QUEUE, 1);
}

static void ten_wait(struct world *world)
{
    for (int i = 0; i < 400; i++)
        send_in_group(world, (uint32_t)i);
    while (visible(world, QUEUE) > 0)
        receive_from(world, QUEUE, 1);
    for (uint32_t i = 0; i < 10; i++)
        (void)queue_pollable.wait(world->simulation, queue_of(world, QUEUE), DRIVER, DRIVER_WAKE, i);
    assert_int_equal(queue_level(queue_of(world, QUEUE), MESSAGE_HIDDEN), 300);
}

static void test_quota_wakes_in_turn(void **state)
{
    (void)state;
    static const struct act script[] = {{0, ten_wait}};
    struct world world;
    fifo_init(&world, NULL);
    world.config[0].config.send_batch = 10;
    world.woken = take_one;
    world.settings.duration_ns = S;
    RUN(&world, script);
    assert_int_equal(world.logged, 10);
    assert_int_equal(queue_level(queue_of(&world, QUEUE), MESSAGE_HIDDEN), 310);
    world_fini(&world);
}

/* What is delayed stays behind in its group, and a group wakes one who waits, however many messages it has. */
static void send_first(struct world *world)
{
    send_in_group(world, 1);
    (void)queue_pollable.wait(world->simulation, queue_of(world, QUEUE), DRIVER, DRIVER_WAKE, 0);
    (void)queue_pollable.wait(world->simulation, queue_of(world, QUEUE), DRIVER, DRIVER_WAKE, 1);
}

static void send_second(struct world *world)
{
    send_in_group(world, 1);
}

static void take_first(struct world *world)
{
    assert_int_equal(world->logged, 1);
    expect_items(world, 10, 1, (const uint64_t[]){0});
}

static void take_second(struct world *world)
{
    expect_items(world, 10, 0, NULL);
    assert_int_equal(world->logged, 1);
}

static void delete_and_take_second(struct world *world)
{
    receive_from(world, QUEUE, 10);
    assert_int_equal(world->received, 2);
    assert_int_equal(world->list[0].item, 0);
    assert_int_equal(world->list[1].item, 1);
    assert_int_equal(world->logged, 2);
}

static void test_delay_within_group(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_first}, {5 * S, send_second}, {12 * S, take_first}, {16 * S, take_second}, {43 * S, delete_and_take_second}};
    struct world world;
    fifo_init(&world, NULL);
    world.config[0].config.delay_ns = 10 * S;
    RUN(&world, script);
    world_fini(&world);
}

/* A message that is moved behind one that is delayed waits for it, in its group. */
static void send_dead_9(struct world *world)
{
    struct request *request = request_new(world->simulation);
    *request = (struct request){.id = request->id, .item = 77, .from = ENTITY_NONE, .group = 9};
    request_send(world->simulation, DEAD, request);
}

static void move_behind(struct world *world)
{
    expect_items(world, 10, 1, (const uint64_t[]){2});
    assert_int_equal(visible(world, DEAD), 0);
}

static void expect_all_dead(struct world *world)
{
    receive_from(world, DEAD, 10);
    assert_int_equal(world->received, 3);
    assert_int_equal(world->list[0].item, 77);
    assert_int_equal(world->list[1].item, 0);
}

static void test_moved_behind_delayed(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, take_two_of_three}, {25 * S, send_dead_9}, {31 * S, move_behind}, {85 * S + 1, expect_all_dead}};
    struct world world;
    fifo_init(&world, NULL);
    world.config[0].config.dead_letter = DEAD;
    world.config[0].config.max_receives = 1;
    world.config[1].config.delay_ns = 60 * S;
    RUN(&world, script);
    world_fini(&world);
}

/* Items in a row are remembered together, and each for its own five minutes; those of another sender apart from them. */
static void send_three(struct world *world)
{
    send_item(world, 64, 1, 1024);
    send_item(world, 127, 1, 1024);
    send_item(world, 128, 1, 1024);
}

static void send_last_of_row(struct world *world)
{
    send_item(world, 100, 1, 1024);
}

static void send_row_again(struct world *world)
{
    send_three(world);       /* sent 310 s ago: taken */
    send_last_of_row(world); /* 210 s ago: not */
    send_last_of_row(world);
    send_item(world, UINT64_C(100) << 32 | 100, 1, 1024);
}

static void test_items_in_a_row(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_three}, {100 * S, send_last_of_row}, {310 * S, send_row_again}, {311 * S, send_three}};
    struct world world;
    fifo_init(&world, NULL);
    RUN(&world, script);
    assert_figure(&world, "Q", "NumberOfMessagesSent", "Sum", 3 + 1 + 3 + 1);
    assert_figure(&world, "Q", "NumberOfDeduplicatedSentMessages", "Sum", 2 + 3);
    world_fini(&world);
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
        cmocka_unit_test(test_quota_wakes_in_turn),
        cmocka_unit_test(test_delay_within_group),
        cmocka_unit_test(test_moved_behind_delayed),
        cmocka_unit_test(test_items_in_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
