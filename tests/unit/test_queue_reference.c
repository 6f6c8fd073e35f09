/* test_queue_reference.c: a standard queue under random use against a model that looks at every message again and again; and what is
 * refused of a queue's properties. */
#include "queue_bench.h"

#include "fake_models.h"

enum { MESSAGES_MAX = 6000, STEPS = 3000, HELD = 30, LIMIT = 25, MAX_RECEIVES = 3 };

/* One message as the simple model has it. */
struct plain {
    uint64_t item;
    int64_t sent_ns, until_ns;
    uint64_t since; /* when it came into its state: the order at one instant, and of the visible */
    uint32_t receipt;
    int received;
    enum message_state state; /* MESSAGE_GONE: it has left */
};

struct plain_queue {
    struct plain messages[MESSAGES_MAX];
    size_t count;
    int64_t retention_ns;
    uint64_t expired;
};

static struct {
    struct plain_queue queues[2];
    uint64_t clock; /* of `since` */
    struct stream stream;
    struct received held[HELD];
    size_t plain_of[HELD];
    size_t held_count;
    uint64_t moved, deleted, refused;
    int128 there_ns; /* the time in the first queue of those that have left it */
    int64_t delay_ns;
} model;

static int64_t next_change(const struct plain_queue *queue, const struct plain *message)
{
    int64_t expires_ns = message->sent_ns + queue->retention_ns;
    if (message->state == MESSAGE_GONE)
        return TIME_FOREVER;
    return message->state != MESSAGE_VISIBLE && message->until_ns < expires_ns ? message->until_ns : expires_ns;
}

/* All that happens before `until_ns`, one by one. */
static void advance(struct plain_queue *queue, int64_t until_ns)
{
    for (;;) {
        struct plain *next = NULL;
        for (size_t i = 0; i < queue->count; i++) {
            struct plain *message = &queue->messages[i];
            int64_t at_ns = next_change(queue, message);
            if (at_ns < until_ns &&
                (!next || at_ns < next_change(queue, next) || (at_ns == next_change(queue, next) && message->since < next->since)))
                next = message;
        }
        if (!next)
            return;
        if (next_change(queue, next) == next->sent_ns + queue->retention_ns) {
            next->state = MESSAGE_GONE;
            queue->expired++;
            if (queue == &model.queues[0])
                model.there_ns += queue->retention_ns;
        } else {
            next->state = MESSAGE_VISIBLE;
        }
        next->since = model.clock++;
    }
}

static int64_t level(const struct plain_queue *queue, enum message_state state)
{
    int64_t count = 0;
    for (size_t i = 0; i < queue->count; i++)
        count += queue->messages[i].state == state;
    return count;
}

static void add(struct plain_queue *queue, uint64_t item, int64_t sent_ns, int64_t now_ns, int64_t delay_ns)
{
    assert_true(queue->count < MESSAGES_MAX);
    queue->messages[queue->count++] = (struct plain){.item = item,
                                                     .sent_ns = sent_ns,
                                                     .until_ns = now_ns + delay_ns,
                                                     .since = model.clock++,
                                                     .state = delay_ns > 0 ? MESSAGE_DELAYED : MESSAGE_VISIBLE};
}

static struct plain *longest_visible(struct plain_queue *queue)
{
    struct plain *found = NULL;
    for (size_t i = 0; i < queue->count; i++)
        if (queue->messages[i].state == MESSAGE_VISIBLE && (!found || queue->messages[i].since < found->since))
            found = &queue->messages[i];
    return found;
}

static void receive_both(struct world *world, int64_t now_ns)
{
    struct plain_queue *queue = &model.queues[0];
    uint32_t most = 1 + (uint32_t)(stream_uniform(&model.stream) * 10), count = 0;
    int64_t room = LIMIT - level(queue, MESSAGE_HIDDEN);
    most = room < most ? (uint32_t)room : most;
    receive_from(world, QUEUE, most > 0 ? most : 1);
    for (struct plain *message; count < most && (message = longest_visible(queue)) != NULL;) {
        if (message->received == MAX_RECEIVES) {
            message->state = MESSAGE_GONE;
            add(&model.queues[1], message->item, message->sent_ns, now_ns, 0);
            model.moved++;
            model.there_ns += now_ns - message->sent_ns;
            continue;
        }
        assert_true(count < world->received);
        const struct received *received = &world->list[count++];
        message->received++;
        message->receipt = received->receipt;
        message->state = MESSAGE_HIDDEN;
        message->until_ns = now_ns + 20 * S;
        message->since = model.clock++;
        assert_int_equal(received->item, message->item);
        assert_int_equal(received->receive_count, message->received);
        size_t place = model.held_count < HELD ? model.held_count++ : (size_t)(stream_uniform(&model.stream) * HELD);
        model.held[place] = *received;
        model.plain_of[place] = (size_t)(message - queue->messages);
    }
    assert_int_equal(world->received, count);
}

/* One of what was ever received, perhaps long ago. */
static void delete_both(struct world *world)
{
    if (model.held_count == 0)
        return;
    size_t place = (size_t)(stream_uniform(&model.stream) * (double)model.held_count);
    struct plain *message = &model.queues[0].messages[model.plain_of[place]];
    bool good = message->state != MESSAGE_GONE && message->receipt == model.held[place].receipt;
    assert_int_equal(acknowledge(world, &model.held[place]), good);
    if (good) {
        message->state = MESSAGE_GONE;
        model.there_ns += world->simulation->now_ns - message->sent_ns;
    }
    *(good ? &model.deleted : &model.refused) += 1;
    model.held[place] = model.held[--model.held_count];
    model.plain_of[place] = model.plain_of[model.held_count];
}

static void random_step(struct world *world)
{
    int64_t now_ns = world->simulation->now_ns;
    advance(&model.queues[0], now_ns);
    advance(&model.queues[1], now_ns);
    double what = stream_uniform(&model.stream);
    if (what < 0.25) {
        for (double more = 0; more < 0.5; more = stream_uniform(&model.stream)) {
            add(&model.queues[0], world->next_item, now_ns, now_ns, model.delay_ns);
            send_one(world);
        }
    } else if (what < 0.7) {
        receive_both(world, now_ns);
    } else {
        delete_both(world);
    }
    for (uint32_t i = 0; i < 2; i++)
        for (enum message_state state = MESSAGE_VISIBLE; state < MESSAGE_STATES; state++)
            assert_int_equal(queue_level(queue_of(world, QUEUE + i), state), level(&model.queues[i], state));
}

static void next_step(struct world *world, uint32_t left)
{
    random_step(world);
    if (left > 0)
        simulation_schedule(world->simulation, DRIVER, DRIVER_WAKE, RANK_ARRIVAL,
                            world->simulation->now_ns + (int64_t)(stream_uniform(&model.stream) * 4e9), left - 1);
}

static void begin_steps(struct world *world)
{
    next_step(world, STEPS);
}

/* Little's law as an identity: what the levels add up to over time is the time that messages were there. */
static int128 time_in_queue(const struct queue *queue, int64_t now_ns)
{
    int128 sum = 0;
    for (enum message_state state = MESSAGE_VISIBLE; state < MESSAGE_STATES; state++)
        sum += gauge_integral(&queue->metrics.levels[state], now_ns);
    return sum;
}

static void test_random_use(void **state)
{
    (void)state;
    static const struct act script[] = {{0, begin_steps}};
    uint64_t expired_moved = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct world world;
        memset(&model, 0, sizeof model);
        stream_init(&model.stream, seed, 0, "steps", "test");
        world_init(&world, "{\"base\": \"current\", \"sqs_in_flight_max\": 25}");
        world.woken = next_step;
        world.settings.duration_ns = 20000 * S;
        model.delay_ns = seed % 2 == 0 ? 7 * S : 0;
        model.queues[0].retention_ns = world.config[0].config.retention_ns = 200 * S;
        model.queues[1].retention_ns = world.config[1].config.retention_ns = 300 * S;
        world.config[0].config.delay_ns = model.delay_ns;
        world.config[0].config.visibility_ns = 20 * S;
        world.config[0].config.dead_letter = DEAD;
        world.config[0].config.max_receives = MAX_RECEIVES;
        RUN(&world, script);
        assert_int_equal(fates(&world, QUEUE, FATE_SUCCEEDED, NULL), model.deleted);
        assert_int_equal(fates(&world, QUEUE, FATE_DEAD_LETTERED, NULL), model.moved);
        assert_true(model.deleted > 100 && model.moved > 10 && model.refused > 10);
        advance(&model.queues[0], world.settings.duration_ns);
        advance(&model.queues[1], world.settings.duration_ns);
        assert_int_equal(fates(&world, QUEUE, FATE_EXPIRED, NULL), model.queues[0].expired);
        assert_int_equal(fates(&world, DEAD, FATE_EXPIRED, NULL), model.queues[1].expired);
        expired_moved += model.queues[1].expired;
        /* Nothing is left after so long. */
        assert_int_equal(queue_of(&world, QUEUE)->messages.used, 0);
        assert_true(time_in_queue(queue_of(&world, QUEUE), world.settings.duration_ns) == model.there_ns);
        world_fini(&world);
    }
    assert_true(expired_moved > 0);
}

static const struct model_type *const queue_resources[] = {&queue_type, &fake_worker_type, NULL};
static const struct model_registry queue_registry = {
    .resources = queue_resources, .account = &fake_account_type, .source = &fake_source_type, .fleet_type = "Fake::Compute::Worker"};

/* Queues that AWS would not make, and what is said of them; NULL: nothing. */
static void test_properties(void **state)
{
    (void)state;
    static const struct {
        const char *properties, *message;
        bool good; /* with a message: a warning */
    } cases[] = {
        {"", NULL, true},
        {"\"VisibilityTimeout\": 43200, \"DelaySeconds\": 900, \"MessageRetentionPeriod\": 60, \"ReceiveMessageWaitTimeSeconds\": 20", NULL,
         true},
        {"\"FifoQueue\": true, \"ContentBasedDeduplication\": true, \"DeduplicationScope\": \"messageGroup\", \"FifoThroughputLimit\": "
         "\"perMessageGroupId\"",
         NULL, true},
        {"\"RedrivePolicy\": {\"deadLetterTargetArn\": {\"Fn::GetAtt\": [\"Late\", \"Arn\"]}, \"maxReceiveCount\": 5}", NULL, true},
        {"\"MessageRetentionPeriod\": 1209600, \"RedrivePolicy\": {\"deadLetterTargetArn\": \"Late\", \"maxReceiveCount\": 5}",
         "Late keeps messages no longer than this queue, and what is moved there keeps its age", true},
        {"\"VisibilityTimeout\": 43201", "must be between 0 and 43200 s, got 43201", false},
        {"\"DelaySeconds\": 901", "must be between 0 and 900 s, got 901", false},
        {"\"MessageRetentionPeriod\": 59", "must be between 60 and 1209600 s, got 59", false},
        {"\"MaximumMessageSize\": 1048577", "must be between 1024 and 1048576 B, got 1048577", false},
        {"\"RedrivePolicy\": {\"maxReceiveCount\": 5}", "\"deadLetterTargetArn\" is missing", false},
        {"\"RedrivePolicy\": {\"deadLetterTargetArn\": \"Late\"}", "\"maxReceiveCount\" is missing", false},
        {"\"RedrivePolicy\": {\"deadLetterTargetArn\": \"Late\", \"maxReceiveCount\": 0}", "must be between 1 and 1000, got 0", false},
        {"\"RedrivePolicy\": {\"deadLetterTargetArn\": \"Q\", \"maxReceiveCount\": 5}", "a queue cannot be its own dead-letter queue",
         false},
        {"\"RedrivePolicy\": {\"deadLetterTargetArn\": \"W\", \"maxReceiveCount\": 5}", "W is no queue", false},
        {"\"FifoQueue\": true, \"RedrivePolicy\": {\"deadLetterTargetArn\": \"Late\", \"maxReceiveCount\": 5}",
         "the dead-letter queue of a FIFO queue must be one too, and Late is not", false},
        {"\"RedrivePolicy\": {\"deadLetterTargetArn\": \"Fifo\", \"maxReceiveCount\": 5}",
         "the dead-letter queue of a standard queue must be one too, and Fifo is not", false},
        {"\"ContentBasedDeduplication\": true", "only a FIFO queue deduplicates", false},
        {"\"DeduplicationScope\": \"queue\"", "only a FIFO queue deduplicates", false},
        {"\"FifoThroughputLimit\": \"perQueue\"", "only a FIFO queue has this limit", false},
        {"\"FifoQueue\": true, \"FifoThroughputLimit\": \"perMessageGroupId\"", "perMessageGroupId needs DeduplicationScope messageGroup",
         false},
    };
    struct loaded loaded;
    char text[2000], path[200];
    folder_make(&loaded);
    snprintf(path, sizeof path, "%s/s.json", loaded.folder);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(
            text, sizeof text,
            "{\"duration\": \"1h\", \"Resources\": {\"Q\": {\"Type\": \"AWS::SQS::Queue\", \"Properties\": {%s}},"
            "\"Late\": {\"Type\": \"AWS::SQS::Queue\", \"Properties\": {\"MessageRetentionPeriod\": 1209600}},"
            "\"Fifo\": {\"Type\": \"AWS::SQS::Queue\", \"Properties\": {\"FifoQueue\": true}},"
            "\"W\": {\"Type\": \"Fake::Compute::Worker\"}}, \"traffic\": [{\"name\": \"t\", \"target\": \"W\", \"constant\": \"1/s\"}]}",
            cases[i].properties);
        write_file(loaded.folder, "s.json", text);
        loaded.diagnostics = (struct diagnostics){0};
        enum status status = scenario_load(path, NULL, &queue_registry, &loaded.diagnostics, &loaded.scenario);
        if ((status == STATUS_OK) != cases[i].good)
            diagnostics_print(&loaded.diagnostics, stderr, false);
        assert_int_equal(status == STATUS_OK, cases[i].good);
        assert_int_equal(loaded.diagnostics.count, cases[i].message ? 1 : 0);
        assert_true(!cases[i].message || diagnosed(&loaded.diagnostics, 0, 0, cases[i].message));
        scenario_free(loaded.scenario);
        loaded.scenario = NULL;
        diagnostics_fini(&loaded.diagnostics);
    }
    loaded.diagnostics = (struct diagnostics){0};
    folder_remove(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_use),
        cmocka_unit_test(test_properties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
