/* database_proxy_run.c: a transaction through a proxy: the proxy's own latency, a connection borrowed, the transaction in the database, the
 * connection given back, or kept where the session is pinned. Who waits for a connection longer than ConnectionBorrowTimeout fails. */
#include "database_proxy_state.h"

#include "engine/random.h"
#include "engine/rule_book.h"

#include <stdlib.h>

static const struct cause cause_credentials = {.fate = FATE_FAILED, .text = "The credentials couldn't be retrieved"};
static const struct cause cause_borrow = {.fate = FATE_TIMED_OUT, .text = "Timed-out waiting to acquire database connection"};

enum status database_proxy_create(struct simulation *simulation, void *self)
{
    struct database_proxy *proxy = self;
    const struct database_proxy_config *config = &proxy->config;
    const char *name = simulation->entities[proxy->self].name;
    uint64_t seed = simulation->settings->seed;
    pool_init(&proxy->calls, sizeof(struct database_proxy_call), &simulation->memory, name);
    pool_init(&proxy->sessions, sizeof(struct database_proxy_session), &simulation->memory, name);
    key_map_init(&proxy->clients, &simulation->memory, name);
    deadline_line_init(&proxy->line, &proxy->calls, offsetof(struct database_proxy_call, wait), config->borrow_timeout_ns, proxy->self,
                       PROXY_BORROW_DUE, 0);
    deadline_line_init(&proxy->idle_clients, &proxy->sessions, offsetof(struct database_proxy_session, idle), config->idle_client_ns,
                       proxy->self, PROXY_CLIENT_DUE, 0);
    stream_init(&proxy->latencies, seed, simulation->replication, name, "latency");
    stream_init(&proxy->connects, seed, simulation->replication, name, "connect_time");
    stream_init(&proxy->pins, seed, simulation->replication, name, "pinning");
    if (!proxy->config.latency)
        proxy->config.latency = rule_find(simulation->settings->rules, "rds_proxy_latency")->distribution;
    stream_init(&proxy->secrets, seed, simulation->replication, name, "secret");
    proxy->salt = item_salt(name);
    if (config->secret_outside)
        proxy->secret_latency = rule_find(simulation->settings->rules, "managed_service_latency")->distribution;
    proxy->role = simulation->entities[config->target].type->connectable;
    proxy->target = entity_state(simulation, config->target);
    return STATUS_OK;
}

/* The database knows by now how many connections it lets in. */
void database_proxy_start(struct simulation *simulation, void *self)
{
    struct database_proxy *proxy = self;
    uint32_t target = proxy->config.target;
    const struct database *database = entity_state(simulation, database_instance_of(simulation, target));
    database_proxy_size(simulation, proxy);
    if (proxy->config.pinning_rate < 0)
        proxy->config.pinning_rate = database->config.settings.pinning_rate;
    proxy->idle_ns = rule_ns(simulation->settings->rules, "rds_proxy_idle_timeout_s");
    proxy->idle_since_ns = calloc((size_t)database_connections_most(simulation, target) + 1, sizeof *proxy->idle_since_ns);
    if (!proxy->idle_since_ns || listeners_add(&database_failover_of(simulation, target)->listeners, proxy->self) != STATUS_OK)
        simulation_fail(simulation, STATUS_NO_MEMORY);
}

void database_proxy_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct database_proxy *proxy = self;
    if (!proxy->calls.owner)
        return;
    free(proxy->idle_since_ns);
    pool_fini(&proxy->calls);
    pool_fini(&proxy->sessions);
    key_map_fini(&proxy->clients);
}

/* It has a connection that is open: the same request goes on to the database. */
static void send_on(struct simulation *simulation, struct database_proxy *proxy, uint32_t id)
{
    const struct database_proxy_call *call = proxy_call(proxy, id);
    tally_add(&proxy->metrics.borrow, TALLY_ALL, simulation->now_ns - call->asked_ns);
    struct request *sent = request_pass_on(simulation, request_at(simulation, call->request), proxy->self, id);
    if (sent)
        request_send(simulation, proxy->config.target, sent);
}

/* It has what it shows the database: the connection is opened. */
static void connect_now(struct simulation *simulation, struct database_proxy *proxy, uint32_t id)
{
    const struct request *request = request_at(simulation, proxy_call(proxy, id)->request);
    int64_t ns = time_add(database_proxy_outside_ns(proxy, request),
                          proxy->role->connect_ns(simulation, proxy->target, request->item, request->attempt));
    counter_add(&proxy->metrics.opened, 1);
    if (ns > 0)
        simulation_schedule(simulation, proxy->self, PROXY_CONNECTED, RANK_ARRIVAL, time_add(simulation->now_ns, ns), id);
    else
        send_on(simulation, proxy, id);
}

void database_proxy_granted(struct simulation *simulation, struct database_proxy *proxy, uint32_t id, bool fresh)
{
    if (!fresh)
        send_on(simulation, proxy, id);
    else if (!database_proxy_ask_secret(simulation, proxy, id))
        connect_now(simulation, proxy, id);
}

/* It asks for a connection: its client's own, or any. */
static void ask(struct simulation *simulation, struct database_proxy *proxy, uint32_t id)
{
    struct database_proxy_call *call = proxy_call(proxy, id);
    struct database_proxy_session *session = call->session == POOL_NONE ? NULL : proxy_session(proxy, call->session);
    call->asked_ns = simulation->now_ns;
    call->pinned = session && session->free > 0;
    if (!call->pinned) {
        database_proxy_borrow(simulation, proxy, id);
        return;
    }
    session->free--;
    call->era = proxy->era;
    send_on(simulation, proxy, id);
}

void database_proxy_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct database_proxy *proxy = self;
    counter_add(&proxy->metrics.queries, 1);
    uint32_t id = pool_take(&proxy->calls);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    uint32_t session = database_proxy_enter(simulation, proxy, request);
    *proxy_call(proxy, id) = (struct database_proxy_call){.request = request->id, .session = session};
    int64_t ns = distribution_draw_ns(proxy->config.latency, &proxy->latencies, request->item, request->attempt);
    if (session == POOL_NONE)
        ns = time_add(ns, database_proxy_connectable.connect_ns(simulation, proxy, request->item, request->attempt));
    if (ns > 0)
        simulation_schedule(simulation, proxy->self, PROXY_ARRIVED, RANK_ARRIVAL, time_add(simulation->now_ns, ns), id);
    else
        ask(simulation, proxy, id);
}

/* `connected`: it has had a connection, which goes back or stays with its client; unless it is gone. */
static void end(struct simulation *simulation, struct database_proxy *proxy, uint32_t id, bool connected, const struct cause *cause,
                uint32_t payload_bytes)
{
    struct database_proxy_call call = *proxy_call(proxy, id);
    struct request *request = request_at(simulation, call.request);
    bool pins = false;
    if (connected && call.era != proxy->era)
        call.pinned = connected = false;
    if (connected && !call.pinned && proxy->config.pinning_rate > 0) {
        stream_at(&proxy->pins, request->item, request->attempt);
        pins = stream_uniform(&proxy->pins) < proxy->config.pinning_rate;
    }
    pool_give(&proxy->calls, id);
    if (database_proxy_leave(simulation, proxy, call.session, call.pinned, pins) && connected)
        database_proxy_give_back(simulation, proxy);
    request->payload_bytes = payload_bytes;
    request_done(simulation, proxy->self, request, cause);
}

/* The secret has answered. */
static void secret_read(struct simulation *simulation, struct database_proxy *proxy, uint32_t id, const struct cause *cause)
{
    const struct rule_book *rules = simulation->settings->rules;
    if (proxy_call(proxy, id)->era != proxy->era) { /* the database has failed meanwhile */
        database_proxy_borrow(simulation, proxy, id);
    } else if (cause == &cause_succeeded) {
        connect_now(simulation, proxy, id);
    } else if (cause_is_of_service(cause)) {
        database_proxy_close(simulation, proxy, time_add(simulation->now_ns, rule_ns(rules, "rds_proxy_retry_s")));
        database_proxy_borrow_later(simulation, proxy, id);
    } else {
        database_proxy_close(simulation, proxy, 0);
        end(simulation, proxy, id, false, &cause_credentials, 0);
        database_proxy_serve(simulation, proxy);
    }
}

void database_proxy_done(struct simulation *simulation, void *self, struct request *answer)
{
    uint32_t id = database_proxy_secret_of(answer), payload_bytes = answer->payload_bytes;
    const struct cause *cause = answer->cause;
    if (id != POOL_NONE) {
        request_free(simulation, answer);
        secret_read(simulation, self, id, cause);
        return;
    }
    id = answer->from_data;
    request_free(simulation, answer);
    end(simulation, self, id, true, cause, payload_bytes);
}

static void borrow_due(struct simulation *simulation, struct database_proxy *proxy)
{
    uint32_t id;
    while ((id = deadline_due(simulation, &proxy->line)) != POOL_NONE) {
        gauge_add(&proxy->metrics.waiting, simulation->now_ns, -1);
        counter_add(&proxy->metrics.timed_out, 1);
        end(simulation, proxy, id, false, &cause_borrow, 0);
    }
}

void database_proxy_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct database_proxy *proxy = self;
    switch ((enum database_proxy_event)event->kind) {
    case PROXY_ARRIVED:
        ask(simulation, proxy, event->data);
        break;
    case PROXY_CONNECTED:
        if (proxy_call(proxy, event->data)->era == proxy->era)
            send_on(simulation, proxy, event->data);
        else
            database_proxy_borrow(simulation, proxy, event->data); /* it was lost before anything came through */
        break;
    case PROXY_BORROW_DUE:
        borrow_due(simulation, proxy);
        break;
    case PROXY_CLIENT_DUE:
        database_proxy_client_due(simulation, proxy);
        break;
    case PROXY_LOOK_AT_IDLE:
        database_proxy_look_at_idle(simulation, proxy);
        break;
    case PROXY_RETRY:
        proxy->retries = false;
        database_proxy_serve(simulation, proxy);
        break;
    }
}

enum status database_proxy_finish(struct simulation *simulation, void *self)
{
    const struct database_proxy *proxy = self;
    simulation_in_flight(simulation, proxy->self, proxy->calls.used);
    const struct database_proxy_metrics *metrics = &proxy->metrics;
    return metrics->connections.level == metrics->borrowed.level + proxy->idle && metrics->connections.level <= proxy->most
               ? STATUS_OK
               : STATUS_INTERNAL;
}
