/* nat_connections.c: connections through a gateway that translates addresses. */
#include "nat_connections.h"

#include <stdlib.h>

struct connection {
    struct deadline_place idle; /* while the gateway knows it */
    uint64_t client;
    uint32_t to;
    uint32_t next; /* of the client's */
    enum connection_state state;
};

static struct connection *at(const struct nat_connections *table, uint32_t id)
{
    return pool_at(&table->pool, id);
}

enum status nat_connections_init(struct nat_connections *table, struct simulation *simulation, uint32_t self, uint16_t kind,
                                 int64_t idle_ns, uint32_t most, struct gauge *active, struct counter *timed_out)
{
    const char *name = simulation->entities[self].name;
    const uint64_t bytes = (uint64_t)simulation->entity_count * sizeof *table->open_to;
    pool_init(&table->pool, sizeof(struct connection), &simulation->memory, name);
    key_map_init(&table->clients, &simulation->memory, name);
    deadline_line_init(&table->idle, &table->pool, offsetof(struct connection, idle), idle_ns, self, kind, 0);
    table->most = most;
    table->active = active;
    table->timed_out = timed_out;
    enum status status = memory_account_take(&simulation->memory, bytes, name);
    if (status != STATUS_OK)
        return status;
    table->account = &simulation->memory;
    table->entity_count = simulation->entity_count;
    table->open_to = calloc(simulation->entity_count, sizeof *table->open_to);
    return table->open_to ? STATUS_OK : STATUS_NO_MEMORY;
}

void nat_connections_fini(struct nat_connections *table)
{
    if (!table->pool.owner)
        return;
    if (table->account)
        memory_account_give(table->account, (uint64_t)table->entity_count * sizeof *table->open_to);
    free(table->open_to);
    key_map_fini(&table->clients);
    pool_fini(&table->pool);
}

static uint32_t find(const struct nat_connections *table, uint64_t client, uint32_t to)
{
    uint32_t id = key_map_find(&table->clients, client);
    while (id != POOL_NONE && at(table, id)->to != to)
        id = at(table, id)->next;
    return id;
}

/* The client's list begins with `first` from here on. */
static void begin_list(struct simulation *simulation, struct nat_connections *table, uint64_t client, uint32_t first)
{
    key_map_remove(&table->clients, client);
    if (first != POOL_NONE)
        simulation_fail(simulation, key_map_put(&table->clients, client, first));
}

/* Takes a stale one out of its client's list. */
static void drop(struct simulation *simulation, struct nat_connections *table, uint32_t id)
{
    const struct connection *connection = at(table, id);
    uint32_t before = key_map_find(&table->clients, connection->client);
    if (before == id) {
        begin_list(simulation, table, connection->client, connection->next);
    } else {
        while (at(table, before)->next != id)
            before = at(table, before)->next;
        at(table, before)->next = connection->next;
    }
    pool_give(&table->pool, id);
}

/* The gateway knows it no longer; it has left the line. */
static void expire(struct simulation *simulation, struct nat_connections *table, uint32_t id)
{
    struct connection *connection = at(table, id);
    gauge_add(table->active, simulation->now_ns, -1);
    counter_add(table->timed_out, 1);
    table->open_to[connection->to]--;
    if (connection->state == CONNECTION_ORPHANED)
        pool_give(&table->pool, id);
    else
        connection->state = CONNECTION_STALE;
}

static enum connection_use make(struct simulation *simulation, struct nat_connections *table, uint64_t client, uint32_t to)
{
    if (table->open_to[to] >= table->most)
        return CONNECTION_REFUSED;
    uint32_t id = pool_take(&table->pool);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return CONNECTION_FAILED;
    }
    uint32_t first = key_map_find(&table->clients, client);
    *at(table, id) = (struct connection){.client = client, .to = to, .next = first, .state = CONNECTION_OPEN};
    begin_list(simulation, table, client, id);
    table->open_to[to]++;
    gauge_add(table->active, simulation->now_ns, 1);
    deadline_enter(simulation, &table->idle, id);
    return CONNECTION_MADE;
}

/* As the gateway sees it now: one whose time is over at this instant has been forgotten, though its event is still to come. */
static void look(struct simulation *simulation, struct nat_connections *table, uint32_t id)
{
    const struct connection *connection = at(table, id);
    if (connection->state != CONNECTION_OPEN || simulation->now_ns - connection->idle.since_ns < table->idle.limit_ns)
        return;
    deadline_leave(&table->idle, id);
    expire(simulation, table, id);
}

enum connection_use nat_connections_use(struct simulation *simulation, struct nat_connections *table, uint64_t client, uint32_t to)
{
    uint32_t id = find(table, client, to);
    if (id == POOL_NONE)
        return make(simulation, table, client, to);
    look(simulation, table, id);
    if (at(table, id)->state == CONNECTION_STALE) {
        drop(simulation, table, id);
        return CONNECTION_RESET;
    }
    deadline_leave(&table->idle, id);
    deadline_enter(simulation, &table->idle, id);
    return CONNECTION_USED;
}

void nat_connections_touch(struct simulation *simulation, struct nat_connections *table, uint64_t client, uint32_t to)
{
    uint32_t id = find(table, client, to);
    if (id == POOL_NONE)
        return;
    look(simulation, table, id);
    if (at(table, id)->state != CONNECTION_OPEN)
        return;
    deadline_leave(&table->idle, id);
    deadline_enter(simulation, &table->idle, id);
}

void nat_connections_forget(struct nat_connections *table, uint64_t client)
{
    for (uint32_t id = key_map_find(&table->clients, client), next; id != POOL_NONE; id = next) {
        struct connection *connection = at(table, id);
        next = connection->next;
        if (connection->state == CONNECTION_STALE)
            pool_give(&table->pool, id);
        else
            connection->state = CONNECTION_ORPHANED;
    }
    key_map_remove(&table->clients, client);
}

void nat_connections_due(struct simulation *simulation, struct nat_connections *table)
{
    for (uint32_t id = deadline_due(simulation, &table->idle); id != POOL_NONE; id = deadline_due(simulation, &table->idle))
        expire(simulation, table, id);
}
