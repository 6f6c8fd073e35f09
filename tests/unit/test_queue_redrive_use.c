/* test_queue_redrive_use.c: tasks between anything else, and where memory runs out. */
#include "redrive_bench.h"

/* Memory runs out while a message is moved: the run fails, and nothing else does. */
static void test_memory(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_four}, {1 * S, receive_all}, {40 * S, receive_none}, {50 * S, start_back}, {60 * S, receive_all},
    };
    uint64_t failures = 0, failed = 1;
    for (uint64_t limit = 3 * sizeof(struct queue) + 512; failed; limit += 64) {
        struct world world;
        dead_letter_init(&world, limit % 128 == 0);
        world.settings.max_memory_bytes = limit;
        enum status status = world_run(&world, script, sizeof script / sizeof *script);
        failed = status != STATUS_OK;
        failures += failed;
        assert_true(status == STATUS_OK || status == STATUS_LIMIT);
        world_fini(&world);
        assert_true(failures < 10000);
    }
    assert_true(failures > 10);
}

/* Anything in any order: what goes from queue to queue is counted at both ends, and nothing is kept of what is gone. */
enum { STEPS = 4000 };
static struct stream chance;

static uint32_t draw(uint32_t count)
{
    return (uint32_t)(stream_uniform(&chance) * count);
}

static void random_receive(struct world *world)
{
    uint32_t entity = QUEUE + draw(3);
    receive_from(world, entity, 1 + draw(10));
    for (uint32_t i = 0; i < world->received; i++)
        if (draw(4) == 0)
            queue_pollable.acknowledge(world->simulation, queue_of(world, entity), world->list[i].message, world->list[i].receipt);
}

static void random_step(struct world *world, uint32_t left)
{
    uint32_t what = draw(20);
    if (what < 8)
        send_item_to(world, QUEUE + (draw(40) == 0 ? 1 : 2 * draw(2)), world->next_item++, draw(5), 1024);
    else if (what < 17)
        random_receive(world);
    else if (what < 19)
        start_task(world, draw(2) ? ENTITY_NONE : draw(2) ? QUEUE : OTHER, 1 + draw(5));
    else
        cancel(world);
    if (left > 0)
        simulation_schedule(world->simulation, DRIVER, DRIVER_WAKE, RANK_ARRIVAL,
                            world->simulation->now_ns + (int64_t)(stream_uniform(&chance) * 4e9), left - 1);
}

static void begin_steps(struct world *world)
{
    random_step(world, STEPS);
}

static void test_random_use(void **state)
{
    (void)state;
    static const struct act script[] = {{0, begin_steps}};
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct world world;
        stream_init(&chance, seed, 0, "steps", "test");
        two_sources(&world);
        world.woken = random_step;
        world.settings.duration_ns = 3 * STEPS * S;
        for (size_t i = 0; i < 3; i++) {
            world.config[i].config.fifo = seed % 2 == 0;
            world.config[i].config.retention_ns = 400 * S;
        }
        RUN(&world, script);
        double back = figure(&world, "D", "MessagesMovedBack", "Sum"), moved = figure(&world, "D", "MessagesMoved", "Sum");
        assert_true(back > 100);
        assert_true(figure(&world, "D", "MoveTasksFailed", "Sum") > 0 && figure(&world, "D", "MoveTasksRefused", "Sum") > 0);
        assert_int_equal(fates(&world, DEAD, FATE_SUCCEEDED, "moved by a task"), back);
        assert_int_equal(fates(&world, QUEUE, FATE_DEAD_LETTERED, NULL) + fates(&world, OTHER, FATE_DEAD_LETTERED, NULL), moved);
        uint64_t sent = 0;
        for (uint32_t i = QUEUE; i <= OTHER; i++) {
            sent += world.simulation->entities[i].ledger.entered;
            assert_int_equal(queue_of(&world, i)->pasts.used, queue_of(&world, i)->past_ids.count);
            assert_int_equal(queue_of(&world, i)->messages.used, 0); /* after so long */
            assert_int_equal(queue_of(&world, i)->pasts.used, 0);
        }
        assert_int_equal(sent, world.next_item + (uint64_t)(back + moved));
        world_fini(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_random_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
