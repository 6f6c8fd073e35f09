/* test_queue.c: a standard queue: visibility, redrive, retention, delay, limits, who waits. */
#include "queue_bench.h"

static void delete_in_vain(struct world *world)
{
    for (uint32_t i = 0; i < world->received; i++)
        assert_false(acknowledge(world, &world->list[i]));
}

/* A reception hides for 30 s; at the very instant of the end, what polls finds nothing yet. */
static struct received first;

static void keep_first(struct world *world)
{
    receive_one(world);
    assert_int_equal(world->list[0].receive_count, 1);
    assert_int_equal(world->list[0].item, 0);
    first = world->list[0];
}

static void receive_again(struct world *world)
{
    receive_one(world);
    assert_int_equal(world->list[0].receive_count, 2);
    assert_int_equal(world->list[0].message, first.message);
    assert_false(acknowledge(world, &first));
    assert_true(acknowledge(world, &world->list[0]));
    assert_false(acknowledge(world, &world->list[0]));
}

static void test_visibility_timeout(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_one}, {1 * S, keep_first}, {31 * S - 1, receive_none}, {31 * S, receive_none}, {31 * S + 1, receive_again},
    };
    struct world world;
    world_init(&world, NULL);
    RUN(&world, script);
    assert_int_equal(fates(&world, QUEUE, FATE_SUCCEEDED, NULL), 1);
    assert_int_equal(world.answer == &cause_succeeded, 1);
    assert_figure(&world, "Q", "NumberOfMessagesSent", "Sum", 1);
    assert_figure(&world, "Q", "NumberOfMessagesReceived", "Sum", 2);
    assert_figure(&world, "Q", "NumberOfEmptyReceives", "Sum", 2);
    assert_figure(&world, "Q", "NumberOfMessagesDeleted", "Sum", 1);
    assert_figure(&world, "Q", "ReceiveCount", "Average", 2);
    assert_figure(&world, "Q", "AgeAtDelete", "Average", 31000.000001);
    /* 30 s in flight of an hour; 31.000000001 s in the queue in all. */
    assert_figure(&world, "Q", "ApproximateNumberOfMessagesNotVisible", "Average", 30.0 / 3600);
    world_fini(&world);
}

/* The latest receipt deletes after the visibility timeout too, until someone else has received the message. */
static void test_late_deletion(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_one}, {0, receive_one}, {40 * S, delete_received}, {41 * S, receive_none}};
    struct world world;
    world_init(&world, NULL);
    RUN(&world, script);
    assert_int_equal(fates(&world, QUEUE, FATE_SUCCEEDED, NULL), 1);
    world_fini(&world);
}

static void fail_received(struct world *world)
{
    assert_int_equal(world->received, 1);
    queue_pollable.executed(world->simulation, queue_of(world, QUEUE), world->list[0].message, world->list[0].receipt);
}

static void dead_has_one(struct world *world)
{
    assert_int_equal(visible(world, DEAD), 1);
}

static void dead_has_none(struct world *world)
{
    assert_int_equal(visible(world, DEAD), 0);
}

/* Two receptions, the third call moves it and finds nothing. */
static void test_redrive(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_one},           {1 * S, receive_one},   {2 * S, fail_received}, {40 * S, receive_one},
                                        {71 * S, dead_has_none}, {80 * S, receive_none}, {80 * S, dead_has_one}, {90 * S, delete_in_vain}};
    struct world world;
    world_init(&world, NULL);
    world.config[0].config.dead_letter = DEAD;
    world.config[0].config.max_receives = 2;
    world.config[1].config.delay_ns = 60 * S; /* not for what is moved */
    RUN(&world, script);
    assert_int_equal(fates(&world, QUEUE, FATE_DEAD_LETTERED, "max_receives: received 2, executed 1"), 1);
    assert_int_equal(fates(&world, DEAD, FATE_IN_FLIGHT, NULL), 1);
    assert_int_equal(world.simulation->entities[DEAD].ledger.entered, 1);
    assert_figure(&world, "Q", "MessagesDeadLettered", "Sum", 1);
    assert_figure(&world, "D", "MessagesMoved", "Sum", 1);
    assert_figure(&world, "D", "NumberOfMessagesSent", "Sum", 0);
    world_fini(&world);
}

/* Retention ends also for what is in flight: the first is gone when it is to be deleted, the second is not. */
static void delete_second(struct world *world)
{
    assert_int_equal(world->received, 2);
    assert_false(acknowledge(world, &world->list[0]));
    assert_true(acknowledge(world, &world->list[1]));
}

static void test_retention_in_flight(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_one}, {10 * S, send_one}, {50 * S, receive_all}, {60 * S + 1, delete_second}};
    struct world world;
    world_init(&world, NULL);
    world.config[0].config.retention_ns = 60 * S;
    RUN(&world, script);
    assert_int_equal(fates(&world, QUEUE, FATE_EXPIRED, "retention"), 1);
    assert_int_equal(fates(&world, QUEUE, FATE_SUCCEEDED, NULL), 1);
    world_fini(&world);
}

static void send_dead(struct world *world)
{
    struct request *request = request_new(world->simulation);
    *request = (struct request){.id = request->id, .item = 99, .from = ENTITY_NONE, .payload_bytes = 1};
    request_send(world->simulation, DEAD, request);
}

static void expect_dead_99(struct world *world)
{
    receive_from(world, DEAD, 10);
    assert_int_equal(world->received, 1);
    assert_int_equal(world->list[0].item, 99);
}

/* Sent at 0, moved at 50 s behind one sent at 40 s: expires at 100 s, the other at 140 s. */
static void test_retention_of_the_moved(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_one}, {1 * S, receive_one}, {40 * S, send_dead}, {50 * S, receive_none}, {100 * S + 1, expect_dead_99}};
    struct world world;
    world_init(&world, NULL);
    world.config[0].config.dead_letter = DEAD;
    world.config[0].config.max_receives = 1;
    world.config[1].config.retention_ns = 100 * S;
    RUN(&world, script);
    assert_int_equal(fates(&world, DEAD, FATE_EXPIRED, "retention"), 2);
    world_fini(&world);
}

static void test_delay(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_one}, {20 * S, receive_none}, {20 * S + 1, receive_one}, {20 * S + 2, delete_received}};
    struct world world;
    world_init(&world, NULL);
    world.config[0].config.delay_ns = 20 * S;
    RUN(&world, script);
    assert_figure(&world, "Q", "ApproximateNumberOfMessagesDelayed", "Average", 20.0 / 3600);
    assert_figure(&world, "Q", "ApproximateNumberOfMessagesDelayed", "Maximum", 1);
    world_fini(&world);
}

/* Retention that ends before the delay does. */
static void test_retention_of_the_delayed(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_one}, {50 * S, send_one}, {101 * S, receive_none}, {150 * S + 1, receive_none}};
    struct world world;
    world_init(&world, NULL);
    world.config[0].config.delay_ns = 100 * S;
    world.config[0].config.retention_ns = 60 * S;
    RUN(&world, script);
    assert_int_equal(fates(&world, QUEUE, FATE_EXPIRED, NULL), 2);
    world_fini(&world);
}

/* A shorter visibility timeout holds for what is received from then on, and ends first; in a FIFO queue, where all is of other groups, too.
 */
static void send_and_receive(struct world *world)
{
    send_item(world, world->next_item, (uint32_t)world->next_item, 1);
    world->next_item++;
    receive_one(world);
}

static void shorten(struct world *world)
{
    queue_of(world, QUEUE)->config.visibility_ns = 5 * S;
    send_and_receive(world);
}

static void expect_second(struct world *world)
{
    receive_one(world);
    assert_int_equal(world->list[0].item, 1);
    assert_true(acknowledge(world, &world->list[0]));
}

static void expect_first(struct world *world)
{
    receive_one(world);
    assert_int_equal(world->list[0].item, 0);
}

static void test_shorter_visibility(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_and_receive},       {10 * S, shorten},      {15 * S, receive_none},
                                        {15 * S + 1, expect_second}, {30 * S, receive_none}, {30 * S + 1, expect_first}};
    for (int fifo = 0; fifo < 2; fifo++) {
        struct world world;
        world_init(&world, NULL);
        world.config[0].config.fifo = fifo;
        RUN(&world, script);
        world_fini(&world);
    }
}

/* Receipts come round again after 2^28 calls, and none of them is 0. */
static void receive_around(struct world *world)
{
    send_one(world);
    queue_of(world, QUEUE)->calls = UINT32_MAX >> RECEIPT_INDEX_BITS;
    receive_one(world);
    assert_true(acknowledge(world, &world->list[0]));
}

static void test_receipts_come_round(void **state)
{
    (void)state;
    static const struct act script[] = {{0, receive_around}};
    struct world world;
    world_init(&world, NULL);
    RUN(&world, script);
    world_fini(&world);
}

static void send_five(struct world *world)
{
    for (int i = 0; i < 5; i++)
        send_one(world);
}

static void wait_1(struct world *world)
{
    (void)queue_pollable.wait(world->simulation, queue_of(world, QUEUE), DRIVER, DRIVER_WAKE, 1);
}

static void receive_three_and_wait(struct world *world)
{
    receive_all(world);
    assert_int_equal(world->received, 3);
    assert_int_equal(visible(world, QUEUE), 0);
    wait_1(world);
}

static void delete_one(struct world *world)
{
    assert_int_equal(world->logged, 0);
    assert_true(acknowledge(world, &world->list[0]));
    assert_int_equal(visible(world, QUEUE), 1);
}

static void was_woken(struct world *world)
{
    assert_int_equal(world->logged, 1);
    receive_one(world);
    assert_int_equal(visible(world, QUEUE), 0);
    receive_none(world);
}

/* crosses: sqs_in_flight_max */
static void test_in_flight_limit(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_five}, {1, receive_three_and_wait}, {2, delete_one}, {3, was_woken}};
    struct world world;
    world_init(&world, "{\"base\": \"current\", \"sqs_in_flight_max\": 3}");
    RUN(&world, script);
    assert_int_equal(fates(&world, QUEUE, FATE_IN_FLIGHT, NULL), 4);
    assert_figure(&world, "Q", "ApproximateNumberOfMessagesNotVisible", "Maximum", 3);
    world_fini(&world);
}

/* Four wait, the second gives up: two messages wake the first and the third, one more the fourth; and one who comes later at once. */
static uint32_t tickets[4];

static void four_wait(struct world *world)
{
    for (uint32_t i = 0; i < 4; i++)
        tickets[i] = queue_pollable.wait(world->simulation, queue_of(world, QUEUE), DRIVER, DRIVER_WAKE, i);
    queue_pollable.cancel(world->simulation, queue_of(world, QUEUE), tickets[1]);
    queue_pollable.cancel(world->simulation, queue_of(world, QUEUE), tickets[1]);
}

static void woken_are(struct world *world, size_t count, const uint32_t *data)
{
    assert_int_equal(world->logged, count);
    assert_memory_equal(world->log, data, count * sizeof *data);
}

static void two_woken(struct world *world)
{
    woken_are(world, 2, (const uint32_t[]){0, 2});
    /* The first was woken, but fetches nothing: its message is offered to the next. */
    queue_pollable.cancel(world->simulation, queue_of(world, QUEUE), tickets[0]);
}

static void three_woken(struct world *world)
{
    woken_are(world, 3, (const uint32_t[]){0, 2, 3});
    (void)queue_pollable.wait(world->simulation, queue_of(world, QUEUE), DRIVER, DRIVER_WAKE, 7);
}

static void four_woken(struct world *world)
{
    woken_are(world, 4, (const uint32_t[]){0, 2, 3, 7});
    receive_all(world);
    assert_int_equal(world->received, 2);
    delete_received(world);
}

static void test_waiters(void **state)
{
    (void)state;
    static const struct act script[] = {{0, four_wait}, {1, send_one}, {1, send_one}, {2, two_woken}, {3, three_woken}, {4, four_woken}};
    struct world world;
    world_init(&world, NULL);
    RUN(&world, script);
    assert_int_equal(world.logged, 4);
    world_fini(&world);
}

/* Hidden messages that show again wake too, each one. */
static void wait_twice(struct world *world)
{
    wait_1(world);
    wait_1(world);
}

static void test_return_wakes(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_one}, {1, receive_one}, {2, wait_twice}};
    struct world world;
    world_init(&world, NULL);
    RUN(&world, script);
    assert_int_equal(world.logged, 1);
    assert_int_equal(fates(&world, QUEUE, FATE_IN_FLIGHT, NULL), 1);
    world_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_visibility_timeout),
        cmocka_unit_test(test_late_deletion),
        cmocka_unit_test(test_redrive),
        cmocka_unit_test(test_retention_in_flight),
        cmocka_unit_test(test_retention_of_the_moved),
        cmocka_unit_test(test_delay),
        cmocka_unit_test(test_retention_of_the_delayed),
        cmocka_unit_test(test_shorter_visibility),
        cmocka_unit_test(test_receipts_come_round),
        cmocka_unit_test(test_in_flight_limit),
        cmocka_unit_test(test_waiters),
        cmocka_unit_test(test_return_wakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
