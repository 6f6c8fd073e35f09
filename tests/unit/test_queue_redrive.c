/* test_queue_redrive.c: messages that a task moves from a dead-letter queue back to where they came from, or elsewhere. */
#include "redrive_bench.h"

static void start_to_other(struct world *world)
{
    start_task(world, OTHER, 2);
}

static void send_dead(struct world *world)
{
    send_item_to(world, DEAD, world->next_item++, 0, 1024);
}

static void expect_items(const struct world *world, uint32_t count, const uint64_t *items)
{
    assert_int_equal(world->received, count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(world->list[i].item, items[i]);
}

#define EXPECT_ITEMS(world, ...) expect_items(world, sizeof(uint64_t[]){__VA_ARGS__} / sizeof(uint64_t), (const uint64_t[]){__VA_ARGS__})

static void all_dead(struct world *world)
{
    receive_none(world); /* what was received before is moved in place of one more time */
    assert_int_equal(visible(world, DEAD), 3);
    assert_int_equal(queue_of(world, DEAD)->metrics.oldest_age.level, 0);
}

static void one_is_back(struct world *world)
{
    assert_int_equal(visible(world, QUEUE), 1);
    assert_int_equal(visible(world, DEAD), 2);
    assert_int_equal(queue_of(world, QUEUE)->metrics.oldest_age.level, 0);
}

/* It is a new message, of which the receiver knows nothing; yet it draws what it did not draw before. */
static void three_are_back(struct world *world)
{
    receive_all(world);
    EXPECT_ITEMS(world, 0, 1, 2);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(world->list[i].receive_count, 1);
        assert_int_equal(world->list[i].attempt, 1);
    }
}

/* Sent at 0 s, 1 s and 2 s, received at 10 s, moved at 45 s. Back from 100 s on at two a second: the first after half a second. */
static void test_oldest_first_as_new(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_one},
        {1 * S, send_one},
        {2 * S, send_one},
        {10 * S, receive_all},
        {45 * S, all_dead},
        {100 * S, start_back},
        {100 * S + S / 2, receive_none},
        {100 * S + S / 2 + 1, one_is_back},
        {102 * S, three_are_back},
        {103 * S, delete_received},
    };
    struct world world;
    dead_letter_init(&world, false);
    world.config[1].config.retention_ns = 1209600 * S;
    RUN(&world, script);
    assert_int_equal(fates(&world, QUEUE, FATE_DEAD_LETTERED, "max_receives: received 1, executed 0"), 3);
    assert_int_equal(fates(&world, QUEUE, FATE_SUCCEEDED, NULL), 3);
    assert_int_equal(fates(&world, DEAD, FATE_SUCCEEDED, "moved by a task"), 3);
    assert_int_equal(world.simulation->entities[QUEUE].ledger.entered, 6);
    assert_figure(&world, "Q", "NumberOfMessagesSent", "Sum", 6);
    assert_figure(&world, "D", "NumberOfMessagesSent", "Sum", 0);
    assert_figure(&world, "D", "NumberOfMessagesReceived", "Sum", 3);
    assert_figure(&world, "D", "NumberOfMessagesDeleted", "Sum", 3);
    assert_figure(&world, "D", "MessagesMovedBack", "Sum", 3);
    assert_figure(&world, "D", "MessagesMoved", "Sum", 3);
    assert_figure(&world, "D", "ApproximateAgeOfOldestMessage", "Maximum", 56); /* the last: from 45 s to 101.5 s */
    /* Of the age before, nothing is left: back at 100.5, 101 and 101.5 s, deleted at 103 s. */
    assert_figure(&world, "Q", "AgeAtDelete", "Maximum", 2500);
    assert_figure(&world, "Q", "AgeAtDelete", "Average", 2000);
    /* The task: one call to receive, one to delete; in Q one to send, beside 3 + 4 + 1 of the others. */
    assert_figure(&world, "D", "billed requests", "Sum", 2);
    assert_figure(&world, "Q", "billed requests", "Sum", 3 + 4 + 1 + 1);
    assert_int_equal(queue_of(&world, DEAD)->past_ids.count + queue_of(&world, QUEUE)->past_ids.count, 0);
    world_fini(&world);
}

/* What fails again comes back to the dead-letter queue, and all its receptions count. */
static void back_with_past(struct world *world)
{
    receive_one(world);
    assert_int_equal(world->list[0].attempt, 2);
    assert_int_equal(world->list[0].receive_count, 1);
}

static void test_round_and_round(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_one},           {1 * S, receive_one},  {40 * S, receive_none},    {50 * S, start_back},       {60 * S, receive_one},
        {100 * S, receive_none}, {110 * S, start_back}, {120 * S, back_with_past}, {121 * S, delete_received},
    };
    struct world world;
    dead_letter_init(&world, false);
    RUN(&world, script);
    assert_figure(&world, "D", "MessagesMovedBack", "Sum", 2);
    assert_figure(&world, "Q", "NumberOfMessagesDeleted", "Sum", 1);
    assert_figure(&world, "D", "MoveTasksRefused", "Sum", 0);
    world_fini(&world);
}

/* Retention begins anew: sent at 0 s, back at 50.5 s, gone at 110.5 s. */
static void still_there(struct world *world)
{
    assert_int_equal(visible(world, QUEUE), 1);
}

static void gone(struct world *world)
{
    assert_int_equal(visible(world, QUEUE), 0);
}

static void test_retention_begins_anew(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_one}, {1 * S, receive_one}, {40 * S, receive_none}, {50 * S, start_back}, {110 * S, still_there}, {111 * S, gone},
    };
    struct world world;
    dead_letter_init(&world, false);
    world.config[0].config.retention_ns = 60 * S;
    RUN(&world, script);
    assert_int_equal(fates(&world, QUEUE, FATE_EXPIRED, "retention"), 1);
    world_fini(&world);
}

/* The queue's delay holds for what comes back too. */
static void test_delay(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_one}, {6 * S, receive_one}, {40 * S, receive_none}, {50 * S, start_back}, {55 * S, receive_none}, {56 * S, receive_one},
    };
    struct world world;
    dead_letter_init(&world, false);
    world.config[0].config.delay_ns = 5 * S;
    RUN(&world, script);
    world_fini(&world);
}

/* What is there when a task starts is moved, and what has come at that very instant; what comes later stays. */
static void two_moved(struct world *world)
{
    assert_int_equal(visible(world, OTHER), 2);
    assert_int_equal(visible(world, DEAD), 1);
}

static void test_what_is_there(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_dead}, {50 * S, send_dead}, {50 * S, start_to_other}, {50 * S + 1, send_dead}, {60 * S, two_moved},
    };
    struct world world;
    dead_letter_init(&world, false);
    RUN(&world, script);
    assert_figure(&world, "D", "MessagesMovedBack", "Sum", 2);
    world_fini(&world);
}

/* A second task is refused while one runs; a cancelled one leaves the rest where it is, and the next begins anew. */
static void one_left(struct world *world)
{
    assert_int_equal(visible(world, QUEUE), 3);
    assert_int_equal(visible(world, DEAD), 1);
}

static void test_one_task_at_a_time(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_four},
        {1 * S, receive_all},
        {40 * S, receive_none},
        {50 * S, cancel},                 /* of nothing: refused */
        {60 * S, start_back},             /* 60.5, 61 */
        {60 * S + S / 4, start_to_other}, /* refused */
        {61 * S + S / 4, cancel},         /* before the third */
        {61 * S + S / 4, start_back},     /* 61.75 */
        {62 * S, one_left},
    };
    struct world world;
    dead_letter_init(&world, false);
    RUN(&world, script);
    assert_figure(&world, "D", "MoveTasksRefused", "Sum", 2);
    assert_figure(&world, "D", "MoveTasksFailed", "Sum", 0);
    assert_figure(&world, "D", "MessagesMovedBack", "Sum", 4);
    assert_int_equal(world.simulation->entities[OTHER].ledger.entered, 0);
    world_fini(&world);
}

/* Nobody knows where a message came from that was sent to the dead-letter queue: the task fails there, unless it is told where to. */
static void two_stay(struct world *world)
{
    assert_int_equal(visible(world, QUEUE), 1);
    assert_int_equal(visible(world, DEAD), 2);
}

static void test_unknown_source(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_one},         {1 * S, receive_one},   {40 * S, receive_none}, {41 * S, send_dead}, {42 * S, send_one},
        {43 * S, receive_one}, {80 * S, receive_none}, {90 * S, start_back},   {100 * S, two_stay}, {101 * S, start_to_other},
    };
    struct world world;
    dead_letter_init(&world, false);
    RUN(&world, script);
    assert_figure(&world, "D", "MoveTasksFailed", "Sum", 1);
    assert_figure(&world, "D", "MoveTasksRefused", "Sum", 0);
    assert_int_equal(visible(&world, OTHER), 2);
    assert_int_equal(world.simulation->entities[OTHER].ledger.entered, 2);
    world_fini(&world);
}

/* What is in flight when its turn comes stays, and so does what arrives after the beginning. */
static void receive_dead(struct world *world)
{
    receive_from(world, DEAD, 1);
    EXPECT_ITEMS(world, 0);
}

static void test_what_is_there_at_the_beginning(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_one},
        {0, send_one},
        {1 * S, receive_all},
        {40 * S, receive_none},
        {50 * S, send_one},
        {51 * S, receive_one},
        {85 * S, receive_dead},
        {86 * S, start_back},
        {86 * S + 1, receive_none}, /* moves the third: after the beginning */
        {90 * S, start_to_other},   /* of those two, the first is still in flight */
    };
    struct world world;
    dead_letter_init(&world, false);
    RUN(&world, script);
    assert_figure(&world, "D", "MessagesMovedBack", "Sum", 2);
    assert_int_equal(visible(&world, QUEUE), 1);
    assert_int_equal(visible(&world, OTHER), 1);
    assert_int_equal(visible(&world, DEAD), 1); /* in flight until 115 s */
    world_fini(&world);
}

/* Deleted while it is the next: the one after it is moved. */
static void delete_first_dead(struct world *world)
{
    receive_dead(world);
    assert_true(queue_pollable.acknowledge(world->simulation, queue_of(world, DEAD), world->list[0].message, world->list[0].receipt));
}

static void test_next_is_deleted(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_one},           {0, send_one},        {1 * S, receive_all},
        {40 * S, receive_none},  {50 * S, start_back}, {50 * S + 1, delete_first_dead},
        {50 * S + 2, send_dead},
    };
    struct world world;
    dead_letter_init(&world, false);
    RUN(&world, script);
    assert_int_equal(visible(&world, QUEUE), 1);
    assert_int_equal(queue_of(&world, DEAD)->messages.used, 1); /* in the place of what was deleted, and later than the task */
    world_fini(&world);
}

/* A task that runs longer than it may fails. */
/* crosses: sqs_move_max_h */
static void test_longest_task(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_four}, {1 * S, receive_all}, {40 * S, receive_none}, {50 * S, start_back}};
    struct world world;
    world_init(&world, "{\"base\": \"current\", \"sqs_move_max_h\": 0.0003}"); /* 1.08 s: two of them */
    world.config[0].config.dead_letter = DEAD;
    world.config[0].config.max_receives = 1;
    RUN(&world, script);
    assert_figure(&world, "D", "MessagesMovedBack", "Sum", 2);
    assert_figure(&world, "D", "MoveTasksFailed", "Sum", 1);
    world_fini(&world);
}

/* Where calls are not counted, only levels and fates tell of a task. */
static void test_calls_not_counted(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_one}, {1 * S, receive_one}, {40 * S, receive_none}, {50 * S, start_back}};
    struct world world;
    world_init(&world, "{\"base\": \"current\", \"sqs_move_calls_counted\": false}");
    world.config[0].config.dead_letter = DEAD;
    world.config[0].config.max_receives = 1;
    RUN(&world, script);
    assert_int_equal(visible(&world, QUEUE), 1);
    assert_figure(&world, "Q", "NumberOfMessagesSent", "Sum", 1);
    assert_figure(&world, "D", "NumberOfMessagesReceived", "Sum", 0);
    assert_figure(&world, "D", "billed requests", "Sum", 0);
    world_fini(&world);
}

/* Each goes back to its own source; one that has become too large for it ends the task. */
static void send_other(struct world *world)
{
    send_item_to(world, OTHER, 100, 0, 2048);
}

static void receive_other(struct world *world)
{
    receive_from(world, OTHER, 10);
}

static void both_back(struct world *world)
{
    assert_int_equal(visible(world, QUEUE), 1);
    assert_int_equal(visible(world, OTHER), 1);
    assert_int_equal(visible(world, DEAD), 0);
}

static void test_two_sources(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_one},           {0, send_other},        {1 * S, receive_one}, {1 * S, receive_other},
        {40 * S, receive_other}, {41 * S, receive_none}, {50 * S, start_back}, {55 * S, both_back},
    };
    struct world world;
    two_sources(&world);
    RUN(&world, script);
    world_fini(&world);
}

static void start_to_first(struct world *world)
{
    start_task(world, QUEUE, 2);
}

static void test_too_large_there(void **state)
{
    (void)state;
    static const struct act script[] = {{0, send_other}, {1 * S, receive_other}, {40 * S, receive_other}, {50 * S, start_to_first}};
    struct world world;
    two_sources(&world);
    world.config[0].config.message_max_bytes = 2047;
    RUN(&world, script);
    assert_int_equal(visible(&world, DEAD), 1);
    assert_figure(&world, "D", "MoveTasksFailed", "Sum", 1);
    world_fini(&world);
}

/* A FIFO queue: each group keeps its order, and what is moved back is no repetition of what was sent. A group that somebody works on in
 * the dead-letter queue is passed over. */
static void send_groups(struct world *world)
{
    send_in_group(world, 7); /* 0 */
    send_in_group(world, 8); /* 1 */
    send_in_group(world, 7); /* 2 */
    send_in_group(world, 8); /* 3 */
}

static void groups_are_back(struct world *world)
{
    receive_all(world);
    EXPECT_ITEMS(world, 0, 2, 1, 3); /* group by group */
    assert_int_equal(world->list[0].group, 7);
}

static void test_fifo(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_groups}, {1 * S, receive_all}, {40 * S, receive_none}, {50 * S, start_back}, {60 * S, groups_are_back},
    };
    struct world world;
    dead_letter_init(&world, true);
    RUN(&world, script);
    assert_figure(&world, "Q", "NumberOfDeduplicatedSentMessages", "Sum", 0);
    world_fini(&world);
}

static void other_group_is_back(struct world *world)
{
    receive_all(world);
    EXPECT_ITEMS(world, 1, 3);
}

static void test_fifo_group_in_flight(void **state)
{
    (void)state;
    static const struct act script[] = {
        {0, send_groups},       {1 * S, receive_all}, {40 * S, receive_none},
        {50 * S, receive_dead}, {50 * S, start_back}, {60 * S, other_group_is_back},
    };
    struct world world;
    dead_letter_init(&world, true);
    RUN(&world, script);
    assert_int_equal(visible(&world, DEAD), 2);
    world_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oldest_first_as_new),
        cmocka_unit_test(test_what_is_there),
        cmocka_unit_test(test_round_and_round),
        cmocka_unit_test(test_retention_begins_anew),
        cmocka_unit_test(test_delay),
        cmocka_unit_test(test_one_task_at_a_time),
        cmocka_unit_test(test_unknown_source),
        cmocka_unit_test(test_what_is_there_at_the_beginning),
        cmocka_unit_test(test_next_is_deleted),
        cmocka_unit_test(test_longest_task),
        cmocka_unit_test(test_calls_not_counted),
        cmocka_unit_test(test_two_sources),
        cmocka_unit_test(test_too_large_there),
        cmocka_unit_test(test_fifo),
        cmocka_unit_test(test_fifo_group_in_flight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
