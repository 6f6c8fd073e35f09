/* test_queue_content.c: what a message carries through queues, and messages that their receiver does not want. */
#include "queue_bench.h"

static void send_carrying(struct world *world)
{
    struct request *request = request_new(world->simulation);
    assert_non_null(request);
    *request = (struct request){.id = request->id,
                                .item = world->next_item++,
                                .from = DRIVER,
                                .payload_bytes = 100,
                                .poison = true,
                                .content = 200,
                                .hops = HOPS_MAX};
    request_send(world->simulation, QUEUE, request);
}

static void check_received(struct world *world)
{
    assert_int_equal(world->received, 1);
    assert_int_equal(world->list[0].content, 200);
    assert_int_equal(world->list[0].hops, HOPS_MAX);
    assert_int_equal(world->list[0].payload_bytes, 100);
    assert_true(world->list[0].poison);
}

static void receive_carried(struct world *world)
{
    receive_all(world);
    check_received(world);
}

static void receive_moved(struct world *world)
{
    receive_none(world); /* worn out: it goes to the dead letters */
    receive_from(world, DEAD, 10);
    check_received(world);
    assert_int_equal(world->list[0].receive_count, 1);
}

static void test_carried(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_carrying}, {1 * S, receive_carried}, {40 * S, receive_carried}, {80 * S, receive_moved}};
    for (int fifo = 0; fifo < 2; fifo++) {
        struct world world;
        world_init(&world, NULL);
        world.config[0].config.fifo = world.config[1].config.fifo = fifo;
        world.config[0].config.dead_letter = DEAD;
        world.config[0].config.max_receives = 2;
        RUN(&world, script);
        world_fini(&world);
    }
}

/* Counts of a message stop at what it has bits for. */
static void receive_often(struct world *world)
{
    static unsigned done;
    receive_all(world);
    assert_int_equal(world->received, 1);
    done++;
    assert_int_equal(world->list[0].receive_count, done < MESSAGE_COUNT_MAX ? done : MESSAGE_COUNT_MAX);
    queue_pollable.executed(world->simulation, queue_of(world, QUEUE), world->list[0].message, world->list[0].receipt);
    assert_int_equal(message_at(queue_of(world, QUEUE), world->list[0].message)->executed_count, world->list[0].receive_count);
}

static void test_counts_saturate(void **state)
{
    (void)state;
    const size_t times = MESSAGE_COUNT_MAX + 10;
    struct act *script = calloc(times + 1, sizeof *script);
    assert_non_null(script);
    memcpy(&script[0], &(struct act){0, send_one}, sizeof *script);
    for (size_t i = 1; i <= times; i++)
        memcpy(&script[i], &(struct act){(int64_t)i * S / 10, receive_often}, sizeof *script);
    struct world world;
    world_init(&world, NULL);
    world.config[0].config.visibility_ns = S / 20;
    assert_int_equal(world_run(&world, script, times + 1), STATUS_OK);
    world_fini(&world);
    free(script);
}

static const struct cause unwanted = {.fate = FATE_DISCARDED, .text = "unwanted"};

static bool discard(struct world *world, const struct received *received)
{
    return queue_pollable.discard(world->simulation, queue_of(world, QUEUE), received->message, received->receipt, &unwanted);
}

static void discard_all(struct world *world)
{
    receive_all(world);
    assert_int_equal(world->received, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_true(discard(world, &world->list[i]));
    assert_false(discard(world, &world->list[0])); /* gone */
    receive_none(world);
}

/* Deleted like any other, but discarded; whether that takes a delete call is a rule. */
static void test_discarded(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_one}, {0, send_one}, {0, send_one}, {1 * S, discard_all}};
    for (int billed = 0; billed < 2; billed++) {
        struct world world;
        world_init(&world, billed ? NULL : "{\"base\": \"current\", \"sqs_filtered_deletes_billed\": false}");
        RUN(&world, script);
        assert_int_equal(fates(&world, QUEUE, FATE_DISCARDED, "unwanted"), 3);
        assert_int_equal(fates(&world, QUEUE, FATE_SUCCEEDED, NULL), 0);
        assert_true(figure(&world, "Q", "NumberOfMessagesDeleted", "Sum") == 3);
        /* 3 sendings, 2 receive calls, one DeleteMessageBatch. */
        assert_int_equal(queue_of(&world, QUEUE)->metrics.requests.whole, 5 + billed);
        world_fini(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_carried),
        cmocka_unit_test(test_counts_saturate),
        cmocka_unit_test(test_discarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
