/* database_run.c: a transaction, from its connection to its end. It holds a connection all the time; it waits in line for one of the vCPUs,
 * uses it for the time of its query, and then, if it is a write that calls functions, waits for them without one.
 * A call of type RequestResponse blocks the transaction for as long as the function takes, and one that fails or takes longer than the
 * database waits fails it; a call of type Event is over when it is accepted. An instance that fails loses all of them, and the connections
 * that others keep: who comes through one of those is told then. Sources: rules rds_invoke_*; RDS User Guide, "Failing over a Multi-AZ DB
 * instance". */
#include "database_state.h"

#include "engine/random.h"
#include "engine/rule_book.h"

#include <math.h>
#include <stdlib.h>

static const struct cause cause_connections = {.fate = FATE_THROTTLED, .text = "too many connections"};
static const struct cause cause_trigger = {.fate = FATE_FAILED, .text = "on_write failed"};
static const struct cause cause_engine = {.fate = FATE_FAILED, .text = "no function to call another with"};
static const struct cause cause_role = {.fate = FATE_FAILED, .text = "AccessDenied"};
static const struct cause cause_read_only = {.fate = FATE_FAILED, .text = "read-only"};
static const struct cause cause_failover = {.fate = FATE_FAILED, .server_error = true, .text = "failing over"};
static const struct cause cause_lost = {.fate = FATE_FAILED, .server_error = true, .disconnects = true, .text = "connection lost"};

static struct transaction *transaction_at(const struct database *database, uint32_t id)
{
    return pool_at(&database->transactions, id);
}

static double plain_slowdown(const void *owner, double parallel)
{
    (void)owner;
    (void)parallel;
    return 1;
}

static double one_vcpu(const void *owner)
{
    (void)owner;
    return 1;
}

/* What does not say is a write, but at one that only reads. */
static bool writes(const struct simulation *simulation, const struct database *database, const struct request *request)
{
    return !content_set_has(&database->config.reads, request->content) && !database_only_reads(simulation, database);
}

static void disconnect(struct simulation *simulation, struct database *database, int64_t count)
{
    gauge_add(&database->metrics.connections, simulation->now_ns, -count);
    if (database->config.capacity && count > 0 && database->metrics.connections.level == 0)
        database_serverless_left(simulation, database);
}

static void end_transaction(struct simulation *simulation, struct database *database, uint32_t id, const struct cause *cause)
{
    struct database_metrics *metrics = &database->metrics;
    struct transaction *transaction = transaction_at(database, id);
    struct request *request = request_at(simulation, transaction->request);
    gauge_add(&metrics->load, simulation->now_ns, -1);
    disconnect(simulation, database, transaction->connected);
    tally_add(&metrics->time, TALLY_ALL, simulation->now_ns - request->sent_ns);
    counter_add(&metrics->failed, cause != &cause_succeeded);
    if (cause == &cause_succeeded && writes(simulation, database, request)) {
        database->wrote_ns = simulation->now_ns;
        if (database->config.cluster != ENTITY_NONE)
            database_global_wrote(simulation, database->config.cluster, request);
    }
    chain_remove(&database->all, id);
    if (transaction->events > 0) { /* the last of them gives it back */
        transaction->state = TRANSACTION_LOST;
        database->lost++;
    } else {
        pool_give(&database->transactions, id);
    }
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[database->self].name, fate_names[cause->fate], simulation->now_ns, 0,
                         cause->text);
    request->payload_bytes = 0;
    request_done(simulation, database->self, request, cause);
}

/* What it does is done; a write of a Multi-AZ DB cluster waits until a reader has it. */
static void commit(struct simulation *simulation, struct database *database, uint32_t id)
{
    struct transaction *transaction = transaction_at(database, id);
    const struct request *request = request_at(simulation, transaction->request);
    if (!database->commit || !writes(simulation, database, request)) {
        end_transaction(simulation, database, id, &cause_succeeded);
        return;
    }
    int64_t ns = distribution_draw_ns(database->commit, &database->commits, request->item, request->attempt);
    transaction->state = TRANSACTION_COMMITS;
    transaction->due_ns = time_add(simulation->now_ns, ns);
    transaction->events++;
    simulation_schedule(simulation, database->self, DATABASE_COMMITTED, RANK_COMPLETION, transaction->due_ns, id);
}

static void writes_ended(struct simulation *simulation, void *owner, uint32_t data, enum procedure_end end)
{
    struct database *database = owner;
    transaction_at(database, data)->run = POOL_NONE;
    if (end == PROCEDURE_DONE)
        commit(simulation, database, data);
    else
        end_transaction(simulation, database, data, &cause_trigger);
}

static const struct procedure_type write_procedure = {.slowdown = plain_slowdown, .vcpus = one_vcpu, .ended = writes_ended};

enum status database_create(struct simulation *simulation, void *self)
{
    struct database *database = self;
    const char *name = simulation->entities[database->self].name;
    if (!database->config.settings.query)
        database->config.settings.query = rule_find(simulation->settings->rules, "rds_query")->distribution;
    pool_init(&database->transactions, sizeof(struct transaction), &simulation->memory, name);
    chain_init(&database->all, &database->transactions, offsetof(struct transaction, place));
    chain_init(&database->line, &database->transactions, offsetof(struct transaction, turn));
    chain_init(&database->working, &database->transactions, offsetof(struct transaction, turn));
    database->servers = database->config.capacity ? 0 : database->config.vcpus;
    database->power = (double)database->servers;
    database->speed = 1;
    if (database->config.capacity)
        database_serverless_create(simulation, database);
    database->lost_ns = database->wrote_ns = -1;
    database_readers_create(simulation, database);
    database_failover_init(simulation, &database->failover, database->self);
    stream_init(&database->queries, simulation->settings->seed, simulation->replication, name, "query");
    stream_init(&database->commits, simulation->settings->seed, simulation->replication, name, "commit_latency");
    database->commit = database_commit_of(simulation, database->config.cluster);
    stream_init(&database->connects, simulation->settings->seed, simulation->replication, name, "connect_time");
    if (database->config.settings.on_write.count == 0)
        return STATUS_OK;
    database->procedure = calloc(1, sizeof *database->procedure);
    if (!database->procedure)
        return STATUS_NO_MEMORY;
    return procedure_init(database->procedure, &write_procedure, &database->config.settings.on_write, simulation, database, database->self,
                          DATABASE_PROCEDURE);
}

void database_start(struct simulation *simulation, void *self)
{
    struct database *database = self;
    double vcpus = (double)database->config.vcpus;
    if (database->config.capacity) {
        vcpus = (double)database->config.capacity->most / 2 * database->serverless.vcpus_per_acu;
        database_serverless_start(simulation, database);
    }
    gauge_add(&database->metrics.vcpus, simulation->now_ns, llround(vcpus * VCPU_PARTS));
}

void database_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct database *database = self;
    if (database->transactions.owner)
        pool_fini(&database->transactions);
    if (database->procedure)
        procedure_fini(database->procedure);
    free(database->procedure);
    fault_fini(&database->faults);
    database_failover_fini(&database->failover);
}

/* It has a connection, and wants a vCPU. */
static void begin_work(struct simulation *simulation, struct database *database, uint32_t id)
{
    database_work_begin(simulation, database, id);
    if (database->config.capacity)
        database_serverless_loaded(simulation, database);
}

/* The query is done: others may have the vCPU; a write goes on with what it calls. */
static void end_work(struct simulation *simulation, struct database *database, uint32_t id)
{
    const struct request *request = request_at(simulation, transaction_at(database, id)->request);
    bool calls = database->procedure && writes(simulation, database, request);
    database_work_leave(simulation, database, id);
    database_work_next(simulation, database);
    if (database->faults.any && fault_strikes(&database->faults, request))
        end_transaction(simulation, database, id, &cause_service_error);
    else if (!calls)
        commit(simulation, database, id);
    else if (database->config.invokes != INVOKES)
        end_transaction(simulation, database, id, database->config.invokes == INVOKES_NO_ROLE ? &cause_role : &cause_engine);
    else {
        transaction_at(database, id)->state = TRANSACTION_CALLS;
        transaction_at(database, id)->run = procedure_start(simulation, database->procedure, request, id, 0, 0);
    }
}

static uint32_t begin_transaction(struct simulation *simulation, struct database *database, const struct request *request, bool connected)
{
    uint32_t id = pool_take(&database->transactions);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return POOL_NONE;
    }
    int64_t query_ns = distribution_draw_ns(database->config.settings.query, &database->queries, request->item, request->attempt);
    *transaction_at(database, id) = (struct transaction){
        .request = request->id,
        .run = POOL_NONE,
        .work_ns = fault_slowed(&database->faults, query_ns),
        .connected = connected,
    };
    chain_append(&database->all, id);
    gauge_add(&database->metrics.load, simulation->now_ns, 1);
    return id;
}

/* Is it back from a failover for this client? Proxies know themselves when they find it. */
static bool is_back(const struct simulation *simulation, const struct database *database, uint64_t client)
{
    return database->back_ns <= simulation->now_ns || database_is_proxy(simulation, client);
}

/* Opens `count` connections, or refuses them. */
static bool open_connections(struct simulation *simulation, void *self, uint64_t client, uint32_t count)
{
    struct database *database = self;
    struct database_metrics *metrics = &database->metrics;
    if (database->faults.down || !is_back(simulation, database, client))
        return false;
    if (metrics->connections.level + count > database->config.max_connections) {
        counter_add(&metrics->refused, count);
        return false;
    }
    counter_add(&metrics->opened, count);
    gauge_add(&metrics->connections, simulation->now_ns, count);
    return true;
}

static void close_connections(struct simulation *simulation, void *self, uint64_t client, uint32_t count, int64_t since_ns)
{
    (void)client;
    struct database *database = self;
    if (since_ns > database->lost_ns)
        disconnect(simulation, database, count);
}

static int64_t asleep_ns(struct simulation *simulation, void *self)
{
    struct database *database = self;
    return database->config.capacity ? database_serverless_wake(simulation, database) : 0;
}

static int64_t connect_ns(struct simulation *simulation, void *self, uint64_t item, uint32_t attempt)
{
    struct database *database = self;
    int64_t ns = distribution_draw_ns(database->config.settings.connect_time, &database->connects, item, attempt);
    return time_add(asleep_ns(simulation, database), fault_slowed(&database->faults, ns));
}

const struct connectable database_connectable = {
    .asleep_ns = asleep_ns, .admit = open_connections, .release = close_connections, .connect_ns = connect_ns};

/* One that reads answers from what it knows, one that does not is not for readers: the cause, NULL: it may go on. */
static const struct cause *reader_refusal(struct simulation *simulation, struct database *database, const struct request *request)
{
    if (!database_only_reads(simulation, database))
        return NULL;
    if (content_set_has(&database->config.writes, request->content)) {
        counter_add(&database->metrics.read_only, 1);
        return &cause_read_only;
    }
    database_readers_read(simulation, database, request);
    return NULL;
}

/* Why a transaction cannot begin, which comes through a connection of `since_ns` that is kept, or opens its own; NULL: it can. */
static const struct cause *refusal_of(const struct simulation *simulation, struct database *database, bool kept, int64_t since_ns)
{
    if (database->faults.down)
        return &cause_service_down;
    counter_add(&database->metrics.stale, kept && since_ns <= database->lost_ns);
    if (kept)
        return since_ns <= database->lost_ns ? &cause_lost : NULL;
    return is_back(simulation, database, CONNECTABLE_NOBODY) ? NULL : &cause_failover;
}

void database_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct database *database = self;
    counter_add(&database->metrics.transactions, 1);
    uint64_t client;
    int64_t since_ns = 0;
    bool kept = database_kept_connection(simulation, request, &client, &since_ns);
    const struct cause *refusal = refusal_of(simulation, database, kept, since_ns);
    if (!refusal && (database->config.source != ENTITY_NONE || database->config.cluster != ENTITY_NONE))
        refusal = reader_refusal(simulation, database, request);
    if (refusal) {
        counter_add(&database->metrics.failed, 1);
        request_done(simulation, database->self, request, refusal);
        return;
    }
    if (!kept && !open_connections(simulation, database, CONNECTABLE_NOBODY, 1)) {
        request_done(simulation, database->self, request, &cause_connections);
        return;
    }
    uint32_t id = begin_transaction(simulation, database, request, !kept);
    if (id == POOL_NONE)
        return;
    int64_t wait_ns = kept ? 0 : connect_ns(simulation, database, request->item, request->attempt);
    if (wait_ns > 0) {
        transaction_at(database, id)->due_ns = time_add(simulation->now_ns, wait_ns);
        transaction_at(database, id)->events++;
        simulation_schedule(simulation, database->self, DATABASE_CONNECTED, RANK_ARRIVAL, time_add(simulation->now_ns, wait_ns), id);
    } else
        begin_work(simulation, database, id);
}

/* It is lost: it has its connection and its vCPU no longer. Where an event names it, that stays to come. */
static void strip(struct simulation *simulation, struct database *database, uint32_t id)
{
    struct transaction *transaction = transaction_at(database, id);
    transaction->connected = false;
    if (transaction->state == TRANSACTION_WORKS || transaction->state == TRANSACTION_IN_LINE)
        database_work_leave(simulation, database, id);
    else if (transaction->state == TRANSACTION_CALLS)
        procedure_cancel(simulation, database->procedure, transaction->run);
    transaction->state = TRANSACTION_CONNECTS; /* at nothing that would have to be left */
}

void database_lose(struct simulation *simulation, struct database *database, int64_t back_ns)
{
    struct database_metrics *metrics = &database->metrics;
    int64_t under_way = metrics->load.level;
    database->lost_ns = simulation->now_ns;
    database->back_ns = back_ns;
    counter_add(&metrics->lost, (uint64_t)metrics->connections.level);
    disconnect(simulation, database, metrics->connections.level);
    for (uint32_t id = database->all.head; id != POOL_NONE; id = transaction_at(database, id)->place.next)
        strip(simulation, database, id);
    for (; under_way > 0 && simulation->status == STATUS_OK; under_way--) /* whoever comes meanwhile is behind them */
        end_transaction(simulation, database, database->all.head, &cause_lost);
}

/* An event names the transaction: is it what it waits for? What is over is given back with the last event that names it. */
static bool is_due(const struct simulation *simulation, struct database *database, uint32_t id, enum transaction_state state)
{
    struct transaction *transaction = transaction_at(database, id);
    transaction->events--;
    if (__builtin_expect(transaction->state == TRANSACTION_LOST, 0)) {
        if (transaction->events == 0) {
            database->lost--;
            pool_give(&database->transactions, id);
        }
        return false;
    }
    return transaction->state == state && transaction->due_ns == simulation->now_ns;
}

void database_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct database *database = self;
    switch (event->kind) {
    case DATABASE_CONNECTED:
        if (is_due(simulation, database, event->data, TRANSACTION_CONNECTS))
            begin_work(simulation, database, event->data);
        break;
    case DATABASE_WORKED:
        if (is_due(simulation, database, event->data, TRANSACTION_WORKS))
            end_work(simulation, database, event->data);
        break;
    case DATABASE_COMMITTED:
        if (is_due(simulation, database, event->data, TRANSACTION_COMMITS))
            end_transaction(simulation, database, event->data, &cause_succeeded);
        break;
    case DATABASE_RECOVERED:
        database_failover_end(&database->failover);
        database_news_tell(simulation, &database->config.news, database->self, database->failover.ordinal, TOLD_COMPLETED);
        break;
    case DATABASE_SCALE:
        database_serverless_scale(simulation, database);
        break;
    case DATABASE_PAUSE:
        database_serverless_pause(simulation, database);
        break;
    case DATABASE_RESUMED:
        database_serverless_resumed(simulation, database);
        break;
    default:
        procedure_handle(simulation, database->procedure, event);
    }
}

void database_done(struct simulation *simulation, void *self, struct request *request)
{
    if (procedure_sent(request))
        procedure_answered(simulation, ((struct database *)self)->procedure, request);
    else /* somebody has been told */
        request_free(simulation, request);
}

enum status database_finish(struct simulation *simulation, void *self)
{
    const struct database *database = self;
    simulation_in_flight(simulation, database->self, (uint64_t)database->metrics.load.level);
    return database->metrics.load.level + database->lost == database->transactions.used ? STATUS_OK : STATUS_INTERNAL;
}
