/* test_queue.c: a standard queue: visibility, redrive, retention, delay, limits, who waits, what is measured and billed. */
#include "queue_bench.h"

#include "measure/bill.h"

#include <gsl/gsl_cdf.h>

static void receive_all(struct world *world)
{
    receive_from(world, QUEUE, 10);
}

static void receive_none(struct world *world)
{
    receive_all(world);
    assert_int_equal(world->received, 0);
}

static void receive_one(struct world *world)
{
    receive_all(world);
    assert_int_equal(world->received, 1);
}

static void delete_received(struct world *world)
{
    for (uint32_t i = 0; i < world->received; i++)
        assert_true(acknowledge(world, &world->list[i]));
    world->received = 0;
}

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

static void send_sizes(struct world *world)
{
    send_item(world, 1, 0, 65536); /* 1 request */
    send_item(world, 2, 0, 65537); /* 2 */
    send_item(world, 3, 0, 0);     /* 1 */
    assert_ptr_equal(world->answer, &cause_succeeded);
    send_item(world, 4, 0, (1 << 20) + 1); /* refused, not billed */
    assert_int_equal(world->answer->fate, FATE_REJECTED);
    receive_all(world); /* 131,073 bytes: 3 requests */
    assert_int_equal(world->received, 3);
    delete_received(world);                                                     /* of one call, at once: 1 */
    receive_none(world);                                                        /* 1 */
    queue_pollable.empty_receive(world->simulation, queue_of(world, QUEUE), 4); /* 4 */
}

static void test_bill(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_sizes}};
    struct world world;
    struct bill bill = {0};
    world_init(&world, NULL);
    RUN(&world, script);
    queue_type.quantities(world.simulation, queue_of(&world, QUEUE), &bill);
    assert_int_equal(bill.count, 1);
    assert_string_equal(bill.lines[0].usage_type, "SQS-Requests-Tier1");
    assert_true(bill.lines[0].quantity == 13);
    assert_figure(&world, "Q", "NumberOfEmptyReceives", "Sum", 5);
    assert_figure(&world, "Q", "SentMessageSize", "Maximum", 65537);
    assert_int_equal(fates(&world, QUEUE, FATE_REJECTED, NULL), 1);
    bill_fini(&bill);
    world_fini(&world);
}

static void send_25(struct world *world)
{
    for (int i = 0; i < 25; i++)
        send_item(world, world->next_item++, 0, 8192);
    receive_from(world, QUEUE, 25); /* calls of 10, 10 and 5 messages: 80, 80 and 40 KB */
    assert_int_equal(world->received, 25);
    delete_received(world);
}

static void test_bill_of_batches(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_25}};
    struct world world;
    struct bill bill = {0};
    world_init(&world, NULL);
    world.config[0].config.send_batch = 10;
    RUN(&world, script);
    queue_type.quantities(world.simulation, queue_of(&world, QUEUE), &bill);
    /* Sent: 2 + 2 + 1, received: 2 + 2 + 1, deleted: 3. */
    assert_true(bill.lines[0].quantity == 13);
    bill_fini(&bill);
    world_fini(&world);
}

/* The oldest is 100 s old when it goes; after its third reception one does not count. */
static void test_age_of_oldest(void **state)
{
    (void)state;
    static const struct act script[] = {{5 * S, send_one}, {105 * S, receive_one}, {105 * S, delete_received}};
    static const struct act worn[] = {{0, send_one}, {40 * S, receive_one}, {80 * S, receive_one}, {120 * S, receive_one}};
    struct world world;
    world_init(&world, NULL);
    RUN(&world, script);
    assert_figure(&world, "Q", "ApproximateAgeOfOldestMessage", "Maximum", 100);
    /* 0 + 1 + ... + 99 whole seconds, each for one second. */
    assert_true(gauge_integral(&queue_of(&world, QUEUE)->metrics.oldest_age, 3600 * S) == (int128)4950 * S * S);
    world_fini(&world);
    world_init(&world, NULL);
    RUN(&world, worn);
    assert_figure(&world, "Q", "ApproximateAgeOfOldestMessage", "Maximum", 120);
    assert_int_equal(queue_of(&world, QUEUE)->metrics.oldest_age.level, 0);
    world_fini(&world);
}

/* Each reception leaves the message where it is with a probability: the counts stay within the binomial's bounds. */
enum { DUPLICATED = 10000 };

static void send_and_delete(struct world *world)
{
    for (int i = 0; i < DUPLICATED; i++) {
        send_one(world);
        receive_from(world, QUEUE, 10);
        assert_int_equal(world->received, 1);
        delete_received(world);
        assert_int_equal(visible(world, QUEUE), 0);
    }
}

static void test_duplicates(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_and_delete}};
    struct world world;
    world_init(&world, "{\"base\": \"current\", \"sqs_duplicate_rate\": 0.01}");
    RUN(&world, script);
    double count = figure(&world, "Q", "MessagesDuplicated", "Sum");
    assert_true(gsl_cdf_binomial_P((unsigned)count, 0.01, DUPLICATED) > 1e-6);
    assert_true(gsl_cdf_binomial_Q((unsigned)count - 1, 0.01, DUPLICATED) > 1e-6);
    world_fini(&world);
}

static void send_many(struct world *world)
{
    for (int i = 0; i < 100000 && world->simulation->status == STATUS_OK; i++)
        send_one(world);
}

/* A backlog is counted against the limit of memory: 64 bytes a message, in slabs that double. */
static void test_memory(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_many}};
    struct world world;
    world_init(&world, NULL);
    RUN(&world, script);
    assert_true(world.simulation->memory.used_bytes < 2 * 64 * 100000 + 100000);
    world_fini(&world);
    world_init(&world, NULL);
    world.settings.max_memory_bytes = 1000000;
    assert_int_equal(world_run(&world, script, 1), STATUS_LIMIT);
    assert_string_equal(world.simulation->memory.culprit, "Q");
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
        cmocka_unit_test(test_in_flight_limit),
        cmocka_unit_test(test_waiters),
        cmocka_unit_test(test_return_wakes),
        cmocka_unit_test(test_bill),
        cmocka_unit_test(test_bill_of_batches),
        cmocka_unit_test(test_age_of_oldest),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
