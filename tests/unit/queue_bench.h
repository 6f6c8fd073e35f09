/* queue_bench.h: a queue with its dead-letter queue, another queue, and a driver that does what a test's script says, when it says. */
#ifndef SLSIM_TESTS_QUEUE_BENCH_H
#define SLSIM_TESTS_QUEUE_BENCH_H

#include "engine/random.h"
#include "measure/measure.h"
#include "messaging/queue_messages.h"
#include "messaging/queue_poll.h"
#include "model_types.h"
#include "scenario/books.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define S NS_PER_S

enum { DRIVER, QUEUE, DEAD, OTHER, ENTITIES };
enum { LIST = 64, LOG = 64 };

struct world;

struct act {
    int64_t at_ns;
    void (*act)(struct world *world);
};

struct driver {
    uint32_t self;
    struct world *world;
};

struct world {
    struct places *places;
    struct diagnostics diagnostics;
    struct rule_book *rules;
    struct simulation_settings settings;
    struct queue config[3]; /* of QUEUE, DEAD and OTHER */
    struct driver driver;
    struct entity_spec specs[ENTITIES];
    struct simulation *simulation;
    struct measure *measure;
    const struct act *script;
    size_t count;
    void (*woken)(struct world *world, uint32_t data); /* NULL: only logged */

    uint64_t next_item;
    const struct cause *answer; /* to the latest sending */
    struct received list[LIST]; /* of the latest reception */
    uint32_t received;
    uint32_t log[LOG]; /* data of wake-ups, in order */
    size_t logged;
};

enum { DRIVER_ACT, DRIVER_WAKE };

static inline void driver_start(struct simulation *simulation, void *self)
{
    struct driver *driver = self;
    for (uint32_t i = 0; i < driver->world->count; i++)
        simulation_schedule(simulation, driver->self, DRIVER_ACT, RANK_ARRIVAL, driver->world->script[i].at_ns, i);
}

static inline void driver_handle(struct simulation *simulation, void *self, const struct event *event)
{
    (void)simulation;
    struct world *world = ((struct driver *)self)->world;
    if (event->kind == DRIVER_ACT) {
        world->script[event->data].act(world);
        return;
    }
    assert_true(world->logged < LOG || world->woken);
    if (world->logged < LOG)
        world->log[world->logged++] = event->data;
    if (world->woken)
        world->woken(world, event->data);
}

static inline void driver_done(struct simulation *simulation, void *self, struct request *request)
{
    ((struct driver *)self)->world->answer = request->cause;
    request_free(simulation, request);
}

static const struct model_type driver_type = {
    .type = "driver",
    .size = sizeof(struct driver),
    .self_offset = offsetof(struct driver, self),
    .start = driver_start,
    .handle = driver_handle,
    .done = driver_done,
};

/* A standard queue of 30 s visibility without a dead-letter queue, an hour to run; `rules` the overrides as JSON, or NULL. */
static inline void world_init(struct world *world, const char *rules)
{
    memset(world, 0, sizeof *world);
    cJSON *spec = NULL;
    assert_int_equal(places_new(&world->places), STATUS_OK);
    if (rules)
        assert_int_equal(json_parse(rules, strlen(rules), "s.json", world->places, &world->diagnostics, &spec), STATUS_OK);
    assert_int_equal(rule_book_load("models/rules", spec, world->places, &world->diagnostics, &world->rules), STATUS_OK);
    assert_int_equal(world->diagnostics.error_count, 0);
    places_free(world->places);
    cJSON_Delete(spec);
    world->settings = (struct simulation_settings){.seed = 1, .duration_ns = 3600 * S, .period_ns = 60 * S, .rules = world->rules};
    for (size_t i = 0; i < 3; i++)
        world->config[i].config = (struct queue_config){
            .visibility_ns = 30 * S,
            .retention_ns = 345600 * S,
            .message_max_bytes = 1 << 20,
            .dead_letter = ENTITY_NONE,
            .send_batch = 1,
        };
}

/* Runs the script to the end; `max_memory` 0: any. */
static inline enum status world_run(struct world *world, const struct act *script, size_t count)
{
    struct entity_spec *specs = world->specs;
    world->script = script;
    world->count = count;
    world->driver.world = world;
    specs[DRIVER] = (struct entity_spec){.name = "driver", .type = &driver_type, .config = &world->driver};
    specs[QUEUE] = (struct entity_spec){.name = "Q", .type = &queue_type, .config = &world->config[0]};
    specs[DEAD] = (struct entity_spec){.name = "D", .type = &queue_type, .config = &world->config[1]};
    specs[OTHER] = (struct entity_spec){.name = "O", .type = &queue_type, .config = &world->config[2]};
    assert_int_equal(simulation_new(&world->settings, specs, ENTITIES, 0, NULL, &world->simulation), STATUS_OK);
    assert_int_equal(measure_new(&world->measure), STATUS_OK);
    for (uint32_t i = QUEUE; i < ENTITIES; i++)
        assert_int_equal(
            measure_register(world->measure, specs[i].name, queue_type.metrics, entity_state(world->simulation, i), NULL, false),
            STATUS_OK);
    measure_attach(world->measure, world->simulation);
    return simulation_run(world->simulation);
}

static inline void world_fini(struct world *world)
{
    measure_free(world->measure);
    simulation_free(world->simulation);
    diagnostics_fini(&world->diagnostics);
    rule_book_free(world->rules);
}

#define RUN(world, script) assert_int_equal(world_run(world, script, sizeof script / sizeof *script), STATUS_OK)

static inline struct queue *queue_of(const struct world *world, uint32_t entity)
{
    return entity_state(world->simulation, entity);
}

static inline uint64_t visible(const struct world *world, uint32_t entity)
{
    return queue_pollable.visible(world->simulation, queue_of(world, entity));
}

static inline void send_item_to(struct world *world, uint32_t entity, uint64_t item, uint32_t group, uint32_t bytes)
{
    struct request *request = request_new(world->simulation);
    if (!request)
        return;
    *request = (struct request){
        .id = request->id, .item = item, .from = DRIVER, .born_ns = world->simulation->now_ns, .group = group, .payload_bytes = bytes};
    world->answer = NULL;
    request_send(world->simulation, entity, request);
}

static inline void send_item(struct world *world, uint64_t item, uint32_t group, uint32_t bytes)
{
    send_item_to(world, QUEUE, item, group, bytes);
}

static inline void send_one(struct world *world)
{
    send_item(world, world->next_item++, 0, 1024);
}

static inline void receive_from(struct world *world, uint32_t entity, uint32_t most)
{
    struct queue *queue = queue_of(world, entity);
    world->received = queue_pollable.receive(world->simulation, queue, most, queue->config.visibility_ns, world->list);
}

static inline bool acknowledge(struct world *world, const struct received *received)
{
    return queue_pollable.acknowledge(world->simulation, queue_of(world, QUEUE), received->message, received->receipt);
}

static inline void receive_all(struct world *world)
{
    receive_from(world, QUEUE, 10);
}

static inline void receive_none(struct world *world)
{
    receive_all(world);
    assert_int_equal(world->received, 0);
}

static inline void receive_one(struct world *world)
{
    receive_all(world);
    assert_int_equal(world->received, 1);
}

static inline void delete_received(struct world *world)
{
    for (uint32_t i = 0; i < world->received; i++)
        assert_true(acknowledge(world, &world->list[i]));
    world->received = 0;
}

/* All queues FIFO. */
static inline void fifo_init(struct world *world, const char *rules)
{
    world_init(world, rules);
    world->config[0].config.fifo = true;
    world->config[1].config.fifo = true;
    world->config[2].config.fifo = true;
}

static inline void send_in_group(struct world *world, uint32_t group)
{
    send_item(world, world->next_item++, group, 1024);
}

/* How many items of the entity's ledger ended so; `text` NULL: any of that fate. */
static inline uint64_t fates(const struct world *world, uint32_t entity, enum fate fate, const char *text)
{
    const struct ledger *ledger = &world->simulation->entities[entity].ledger;
    uint64_t count = fate == FATE_SUCCEEDED && (!text || !*text) ? ledger->succeeded : 0;
    for (size_t i = 0; i < ledger->line_count; i++)
        if (ledger->lines[i].cause->fate == fate && (!text || strcmp(ledger->lines[i].cause->text, text) == 0))
            count += ledger->lines[i].count;
    return count;
}

static inline double figure(const struct world *world, const char *resource, const char *metric, const char *stat)
{
    for (size_t i = 0; i < world->measure->slot_count; i++) {
        const struct metric_slot *slot = &world->measure->slots[i];
        if (strcmp(slot->resource, resource) == 0 && strcmp(slot->type->name, metric) == 0)
            return metric_whole_stat(slot, stat);
    }
    fail_msg("no metric %s", metric);
    return 0;
}

#define assert_figure(world, resource, metric, stat, value) assert_true(figure(world, resource, metric, stat) == (value))

#endif
