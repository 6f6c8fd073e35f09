/* test_queue_figures.c: what of a queue is measured, billed and counted as memory. */
#include "queue_bench.h"

#include "measure/bill.h"

#include <gsl/gsl_cdf.h>

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

/* What is deleted at another instant is another call. */
static void send_two(struct world *world)
{
    send_one(world);
    send_one(world);
    receive_all(world);
    assert_true(acknowledge(world, &world->list[0]));
}

static void delete_other(struct world *world)
{
    assert_true(acknowledge(world, &world->list[1]));
}

static void test_bill_of_deletions(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_two}, {1, delete_other}};
    struct world world;
    struct bill bill = {0};
    world_init(&world, NULL);
    world.config[0].config.fifo = true;
    RUN(&world, script);
    queue_type.quantities(world.simulation, queue_of(&world, QUEUE), &bill);
    assert_string_equal(bill.lines[0].usage_type, "SQS-Requests-FIFO-Tier1");
    assert_true(bill.lines[0].quantity == 2 + 1 + 2);
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
    world_init(&world, NULL);
    world.config[0].config.fifo = true; /* where nothing is put back */
    RUN(&world, worn);
    assert_figure(&world, "Q", "ApproximateAgeOfOldestMessage", "Maximum", 3599);
    world_fini(&world);
}

/* Two messages wait from 5 to 30 s, a third from 50 to 57 s; one that is taken at once is no backlog, and what waits in the end none yet.
 */
static void take_one(struct world *world)
{
    receive_from(world, QUEUE, 1);
    assert_int_equal(world->received, 1);
}

static void send_and_take(struct world *world)
{
    send_one(world);
    take_one(world);
}

static void test_backlog(void **state)
{
    (void)state;
    static const struct act script[] = {{5 * S, send_one},         {9 * S, send_one},         {20 * S, take_one},        {30 * S, take_one},
                                        {31 * S, delete_received}, {40 * S, send_and_take},   {41 * S, delete_received}, {50 * S, send_one},
                                        {57 * S, take_one},        {58 * S, delete_received}, {3000 * S, send_one}};
    struct world world;
    world_init(&world, NULL);
    world.config[0].config.visibility_ns = 3600 * S; /* nothing comes back */
    RUN(&world, script);
    assert_figure(&world, "Q", "BacklogDuration", "SampleCount", 2);
    assert_figure(&world, "Q", "BacklogDuration", "Maximum", 25);
    assert_figure(&world, "Q", "BacklogDuration", "Minimum", 7);
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
        cmocka_unit_test(test_bill),          cmocka_unit_test(test_bill_of_deletions), cmocka_unit_test(test_bill_of_batches),
        cmocka_unit_test(test_age_of_oldest), cmocka_unit_test(test_backlog),           cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
