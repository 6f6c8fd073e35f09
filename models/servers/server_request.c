/* server_request.c: a request on a server: in line while all of its workers are busy, then at work: on vCPUs that it shares with what else
 * is at work there (processor.h), and waiting. What nobody waits for any more is done all the same: a server does not hear of it.
 * A health check takes a thread, and no work: so a server whose threads are all busy fails it by being late.
 * What it answers goes out through its network at its type's bandwidth, one answer behind the other: together they are through when they
 * would be if they shared it.
 * Assumptions: a line before each server, first come first served; a request that comes by no load balancer goes to the servers in turn, as
 * by a name that stands for all their addresses. */
#include "server_credits.h"
#include "server_state.h"

#include "engine/random.h"

#include <math.h>
#include <stdlib.h>

static const struct cause cause_late = {.fate = FATE_TIMED_OUT, .server_error = true, .text = "too long in a server's line"};
static const struct cause cause_error = {.fate = FATE_FAILED, .server_error = true, .text = "500"};

static struct server_work *work_at(const struct servers *servers, uint32_t id)
{
    return pool_at(&servers->works, id);
}

static void look_at_processor(struct simulation *simulation, struct servers *servers, uint32_t server)
{
    struct processor *processor = &servers->list[server].processor;
    int64_t next_ns = processor_next_ns(processor, simulation->now_ns);
    if (next_ns >= processor->due_ns || next_ns >= simulation->end_ns)
        return; /* an event that comes before it looks again */
    processor->due_ns = next_ns;
    simulation_schedule(simulation, servers->self, SERVERS_WORKED, RANK_COMPLETION, next_ns, server);
}

static int64_t cpu_units(double vcpus)
{
    return (int64_t)lround(vcpus * CPU_UNITS);
}

/* `before`: vCPUs that worked. */
static void count_busy(struct simulation *simulation, struct servers *servers, struct server *server, double before)
{
    credits_moved(simulation, servers, (uint32_t)(server - servers->list));
    double now = processor_busy(&server->processor);
    int64_t change = cpu_units(now) - cpu_units(before);
    if (change == 0)
        return;
    gauge_add(&servers->metrics.cpu_busy, simulation->now_ns, change);
    if (servers->on_instances) {
        struct servers *group = entity_state(simulation, server->host);
        gauge_add(&group->metrics.cpu_busy, simulation->now_ns, change);
        group->list[server->host_server].guest_vcpus += now - before;
        credits_moved(simulation, group, server->host_server);
    }
}

void servers_count_room(struct simulation *simulation, struct servers *servers, const struct server *server, int change)
{
    gauge_add(&servers->metrics.cpu_room, simulation->now_ns, change * cpu_units(servers->kinds[server->kind].size.vcpus));
    gauge_add(&servers->metrics.workers, simulation->now_ns, change * servers->behavior.capacity);
}

/* Of work that can use all of a server's vCPUs. */
static uint32_t threads_of(const struct servers *servers, uint32_t server)
{
    double vcpus = servers->kinds[servers->list[server].kind].size.vcpus;
    return vcpus > 1 ? (uint32_t)ceil(vcpus) : 1;
}

static bool begin_job(struct simulation *simulation, struct servers *servers, uint32_t server, uint32_t work, double work_ns,
                      uint32_t threads)
{
    struct processor *processor = &servers->list[server].processor;
    double before = processor_busy(processor);
    if (!processor_add(processor, simulation->now_ns, work_ns, threads, work))
        return false;
    count_busy(simulation, servers, &servers->list[server], before);
    look_at_processor(simulation, servers, server);
    return true;
}

/* Of `work_ns` the `parallel` part follows the rest, on as many threads as there are vCPUs. */
static bool begin_work(struct simulation *simulation, struct servers *servers, uint32_t call, uint32_t task, double work_ns,
                       double parallel)
{
    uint32_t id = pool_take(&servers->works);
    if (id == POOL_NONE)
        return false;
    uint32_t server = servers_call(servers, call)->server;
    double apart_ns = threads_of(servers, server) > 1 ? work_ns * parallel : 0;
    *work_at(servers, id) = (struct server_work){.call = call, .task = task, .parallel_ns = apart_ns};
    return begin_job(simulation, servers, server, id, work_ns - apart_ns, 1);
}

static void serve_next(struct simulation *simulation, struct servers *servers, uint32_t which);

/* `call` is in no list any more. */
static void answer(struct simulation *simulation, struct servers *servers, uint32_t id, const struct cause *cause)
{
    struct server_call *call = servers_call(servers, id);
    struct request *request = request_at(simulation, call->request);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[servers->self].name, fate_names[cause->fate], simulation->now_ns, 0,
                         cause->text);
    if (!call->is_check)
        tally_add(&servers->metrics.response_time, TALLY_ALL, simulation->now_ns - request->sent_ns);
    call->gone = true;
    if (!call->waits)
        pool_give(&servers->calls, id);
    request_done(simulation, servers->self, request, cause);
}

static const struct cause *outcome_of(struct servers *servers, const struct request *request)
{
    if (servers->faults.any && fault_strikes(&servers->faults, request))
        return &cause_error;
    if (request->poison)
        return &cause_error;
    if (servers->handled.error_rate <= 0)
        return &cause_succeeded;
    stream_at(&servers->errors, request->item, request->attempt);
    return stream_uniform(&servers->errors) < servers->handled.error_rate ? &cause_error : &cause_succeeded;
}

/* An event even where it takes no time: there are no calls within calls without end. */
static void begin_wait(struct simulation *simulation, struct servers *servers, uint32_t id)
{
    struct server_call *call = servers_call(servers, id);
    call->waits = true;
    simulation_schedule(simulation, servers->self, SERVERS_WAITED, RANK_COMPLETION, time_add(simulation->now_ns, call->wait_ns), id);
}

static uint32_t response_bytes(struct servers *servers, const struct request *request)
{
    stream_at(&servers->responses, request->item, request->attempt);
    const double bytes = distribution_sample(servers->behavior.response, &servers->responses.rng);
    return bytes < 0 ? 0 : bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
}

/* What it answers takes its way out, behind what is on it. */
static void begin_answer(struct simulation *simulation, struct servers *servers, uint32_t id)
{
    struct server_call *call = servers_call(servers, id);
    struct server *server = &servers->list[call->server];
    const double slow = servers->faults.any ? servers->faults.slow : 1;
    const int64_t from_ns = server->out_ns > simulation->now_ns ? server->out_ns : simulation->now_ns;
    call->sends = true;
    call->bytes = response_bytes(servers, request_at(simulation, call->request));
    server->out_ns = time_add(from_ns, time_from_double(slow * call->bytes / servers->size.bytes_per_s * (double)NS_PER_S));
    call->wait_ns = server->out_ns - simulation->now_ns;
    begin_wait(simulation, servers, id);
}

static void count_answer(const struct simulation *simulation, struct servers *servers, const struct request *request)
{
    counter_add(&servers->metrics.network_out, request->payload_bytes);
    if (request->from != ENTITY_NONE && simulation->entities[request->from].type->caller)
        counter_add(&servers->metrics.left_bytes, request->payload_bytes);
}

/* The handler is at its end, or, if `good`, its answer is out. */
static void end_call(struct simulation *simulation, struct servers *servers, uint32_t id, bool good)
{
    const struct server_call *call = servers_call(servers, id);
    uint32_t which = call->server;
    struct server *server = &servers->list[which];
    struct request *request = request_at(simulation, call->request);
    const struct cause *cause = call->is_check ? &cause_succeeded : good ? outcome_of(servers, request) : &cause_error;
    if (servers->behavior.response && cause == &cause_succeeded && !call->is_check && !call->sends) {
        begin_answer(simulation, servers, id);
        return;
    }
    const uint32_t bytes = cause == &cause_succeeded ? call->bytes : 0;
    counter_add(&servers->metrics.failed, cause != &cause_succeeded);
    chain_remove(&server->served, id);
    server->busy--;
    gauge_add(&servers->metrics.serving, simulation->now_ns, -1);
    request->payload_bytes = bytes;
    if (bytes > 0)
        count_answer(simulation, servers, request);
    serve_next(simulation, servers, which); /* before the answer: what that brings stands behind */
    answer(simulation, servers, id, cause);
    if (server->phase == SERVER_LEAVING && server->busy == 0 && server->guests == 0)
        servers_idle(simulation, servers, which);
}

/* A handler without steps: its work, and then what it waits. Its own time, where a trace gives it, is taken as waiting: as `duration` is.
 */
static void begin_handler(struct simulation *simulation, struct servers *servers, uint32_t id, const struct request *request)
{
    struct server_call *call = servers_call(servers, id);
    struct handler_draw drawn = {.wait_ns = (double)request->handler_ns};
    double slow = servers->faults.any ? servers->faults.slow : 1;
    if (request->handler_ns < 0)
        drawn = handler_drawn(servers->handled.handler, &servers->streams, request->item, request->attempt);
    call->wait_ns = time_from_double(slow * (drawn.wait_ns + drawn.bytes / servers->size.bytes_per_s * (double)NS_PER_S));
    if (drawn.work_ns <= 0)
        begin_wait(simulation, servers, id);
    else if (!begin_work(simulation, servers, id, POOL_NONE, slow * drawn.work_ns, servers->handled.handler->parallel))
        simulation_fail(simulation, simulation->memory.status != STATUS_OK ? simulation->memory.status : STATUS_NO_MEMORY);
}

/* A worker takes it. */
static void begin_call(struct simulation *simulation, struct servers *servers, uint32_t id)
{
    struct server_call *call = servers_call(servers, id);
    struct server *server = &servers->list[call->server];
    const struct request *request = request_at(simulation, call->request);
    chain_append(&server->served, id);
    server->busy++;
    gauge_add(&servers->metrics.serving, simulation->now_ns, 1);
    if (simulation->tracer)
        simulation_trace_lane(simulation, request, "server", call->server);
    if (call->is_check)
        begin_wait(simulation, servers, id);
    else if (servers->procedure && request->handler_ns < 0)
        call->run = procedure_start(simulation, servers->procedure, request, id, request->hops, 0);
    else
        begin_handler(simulation, servers, id, request);
}

static void serve_next(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    struct server *server = &servers->list[which];
    uint32_t id = server->line.head;
    if (id == POOL_NONE || server->busy >= servers->behavior.capacity)
        return;
    chain_remove(&server->line, id);
    deadline_leave(&servers->line, id);
    server->waiting--;
    gauge_add(&servers->metrics.waiting, simulation->now_ns, -1);
    begin_call(simulation, servers, id);
}

static void refuse(struct simulation *simulation, struct servers *servers, struct request *request, struct counter *counter,
                   const struct cause *cause)
{
    counter_add(counter, 1);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[servers->self].name, fate_names[cause->fate], simulation->now_ns, 0,
                         cause->text);
    request_done(simulation, servers->self, request, cause);
}

void servers_accept_by(struct simulation *simulation, void *self, uint32_t which, struct request *request)
{
    struct servers *servers = self;
    struct servers_metrics *metrics = &servers->metrics;
    struct server *server = &servers->list[which];
    bool is_check = request->from != ENTITY_NONE && simulation->entities[request->from].type->registrar;
    counter_add(is_check ? &metrics->checks : &metrics->requests, 1);
    if (servers->faults.any && servers->faults.down) {
        refuse(simulation, servers, request, &metrics->failed, &cause_service_down);
        return;
    }
    if (server->phase != SERVER_RUNNING && server->phase != SERVER_LEAVING) {
        refuse(simulation, servers, request, &metrics->unserved, &cause_host_none);
        return;
    }
    bool waits = server->busy >= servers->behavior.capacity;
    if (waits && server->waiting >= servers->behavior.line_limit) {
        refuse(simulation, servers, request, &metrics->refused, &cause_host_full);
        return;
    }
    uint32_t id = pool_take(&servers->calls);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    *servers_call(servers, id) = (struct server_call){.request = request->id, .server = which, .run = POOL_NONE, .is_check = is_check};
    if (!waits) {
        begin_call(simulation, servers, id);
        return;
    }
    chain_append(&server->line, id);
    server->waiting++;
    deadline_enter(simulation, &servers->line, id);
    gauge_add(&metrics->waiting, simulation->now_ns, 1);
}

/* By no door: the next server in service whose turn it is. */
void servers_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct servers *servers = self;
    if (servers->running_count > 0) {
        servers->turn = servers->turn < servers->running_count ? servers->turn : 0;
        servers_accept_by(simulation, self, servers->running[servers->turn++], request);
        return;
    }
    counter_add(&servers->metrics.requests, 1);
    refuse(simulation, servers, request, &servers->metrics.unserved, &cause_host_none);
}

/* The work's part that several threads share follows; or it is done. */
static void end_work(struct simulation *simulation, struct servers *servers, uint32_t server, uint32_t id)
{
    struct server_work *work = work_at(servers, id);
    const struct server_work done = *work;
    if (done.parallel_ns > 0) {
        work->parallel_ns = 0;
        if (!begin_job(simulation, servers, server, id, done.parallel_ns, threads_of(servers, server)))
            simulation_fail(simulation, simulation->memory.status != STATUS_OK ? simulation->memory.status : STATUS_NO_MEMORY);
        return;
    }
    pool_give(&servers->works, id);
    if (done.task != POOL_NONE)
        procedure_worked(simulation, servers->procedure, done.task);
    else
        begin_wait(simulation, servers, done.call);
}

static void work_on(struct simulation *simulation, struct servers *servers, uint32_t server)
{
    struct processor *processor = &servers->list[server].processor;
    uint32_t work;
    if (processor->due_ns != simulation->now_ns)
        return; /* something came between */
    processor->due_ns = TIME_FOREVER;
    for (;;) {
        double before = processor_busy(processor);
        if (!processor_done(processor, simulation->now_ns, &work))
            break;
        count_busy(simulation, servers, &servers->list[server], before);
        end_work(simulation, servers, server, work);
    }
    look_at_processor(simulation, servers, server);
}

/* Those who have waited for too long. */
static void give_up(struct simulation *simulation, struct servers *servers)
{
    for (uint32_t id; (id = deadline_due(simulation, &servers->line)) != POOL_NONE;) {
        struct server *server = &servers->list[servers_call(servers, id)->server];
        chain_remove(&server->line, id);
        server->waiting--;
        gauge_add(&servers->metrics.waiting, simulation->now_ns, -1);
        counter_add(&servers->metrics.timed_out, 1);
        answer(simulation, servers, id, &cause_late);
    }
}

void servers_handle_request(struct simulation *simulation, struct servers *servers, const struct event *event)
{
    if (event->kind >= SERVERS_PROCEDURE) {
        procedure_handle(simulation, servers->procedure, event);
    } else if (event->kind == SERVERS_WORKED) {
        work_on(simulation, servers, event->data);
    } else if (event->kind == SERVERS_CREDITS) {
        double before = processor_busy(&servers->list[event->data].processor);
        if (credits_due(simulation, servers, event->data)) {
            count_busy(simulation, servers, &servers->list[event->data], before);
            look_at_processor(simulation, servers, event->data);
        }
    } else if (event->kind == SERVERS_LINE) {
        give_up(simulation, servers);
    } else {
        struct server_call *call = servers_call(servers, event->data);
        call->waits = false;
        if (call->gone)
            pool_give(&servers->calls, event->data);
        else
            end_call(simulation, servers, event->data, true);
    }
}

static void lose(struct simulation *simulation, struct servers *servers, struct chain *chain)
{
    while (chain->head != POOL_NONE) {
        uint32_t id = chain->head;
        chain_remove(chain, id);
        counter_add(&servers->metrics.lost, !servers_call(servers, id)->is_check);
        answer(simulation, servers, id, &cause_host_gone);
    }
}

void servers_drop(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    struct server *server = &servers->list[which];
    double before = processor_busy(&server->processor);
    gauge_add(&servers->metrics.serving, simulation->now_ns, -(int64_t)server->busy);
    gauge_add(&servers->metrics.waiting, simulation->now_ns, -(int64_t)server->waiting);
    server->busy = server->waiting = 0;
    for (uint32_t id = server->served.head; id != POOL_NONE; id = servers_call(servers, id)->link.next) {
        struct server_call *call = servers_call(servers, id);
        if (call->run != POOL_NONE)
            procedure_cancel(simulation, servers->procedure, call->run);
        call->run = POOL_NONE;
    }
    for (uint32_t work; processor_drop(&server->processor, &work);) {
        uint32_t task = work_at(servers, work)->task;
        pool_give(&servers->works, work);
        if (task != POOL_NONE)
            procedure_worked(simulation, servers->procedure, task);
    }
    count_busy(simulation, servers, server, before);
    processor_fini(&server->processor);
    for (uint32_t id = server->line.head; id != POOL_NONE; id = servers_call(servers, id)->link.next)
        deadline_leave(&servers->line, id);
    lose(simulation, servers, &server->served);
    lose(simulation, servers, &server->line);
}

void servers_done(struct simulation *simulation, void *self, struct request *request)
{
    procedure_answered(simulation, ((struct servers *)self)->procedure, request);
}

uint32_t servers_beyond(const struct simulation *simulation, const void *self, const struct request *request)
{
    (void)simulation;
    const struct servers *servers = self;
    return servers->procedure && procedure_sent(request) ? procedure_call_of(servers->procedure, request)->target : ENTITY_NONE;
}

struct cache_wish *servers_wish(const struct simulation *simulation, const void *self, const struct request *request)
{
    (void)simulation;
    const struct servers *servers = self;
    return servers->procedure && procedure_sent(request) ? procedure_wish(servers->procedure, request) : NULL;
}

/* As the procedure needs them; work goes to the processor. */
static double no_slowdown(const void *owner, double parallel)
{
    (void)owner, (void)parallel;
    return 1;
}

static double vcpus_of(const void *owner)
{
    return ((const struct servers *)owner)->size.vcpus;
}

static double stretch(const void *owner)
{
    const struct fault_state *faults = &((const struct servers *)owner)->faults;
    return faults->any ? faults->slow : 1;
}

static bool work_of_step(struct simulation *simulation, void *owner, uint32_t data, uint32_t task, double work_ns, double parallel)
{
    return begin_work(simulation, owner, data, task, work_ns, parallel);
}

static void steps_ended(struct simulation *simulation, void *owner, uint32_t data, enum procedure_end end)
{
    struct servers *servers = owner;
    servers_call(servers, data)->run = POOL_NONE;
    end_call(simulation, servers, data, end == PROCEDURE_DONE);
}

static const struct procedure_type handler_procedure = {
    .slowdown = no_slowdown,
    .vcpus = vcpus_of,
    .stretch = stretch,
    .work = work_of_step,
    .ended = steps_ended,
};

/* Chance is that of the resource whose handler it is: the same item takes as much work there and here. */
static enum status create_handler(struct simulation *simulation, struct servers *servers)
{
    const struct entity *like = &simulation->entities[servers->behavior.like];
    const struct simulation_settings *settings = simulation->settings;
    struct handler_streams *streams = &servers->streams;
    like->type->handled(like->state, &servers->handled);
    stream_init(&streams->cpu, settings->seed, simulation->replication, like->name, "cpu");
    stream_init(&streams->wait, settings->seed, simulation->replication, like->name, "wait");
    stream_init(&streams->transfer, settings->seed, simulation->replication, like->name, "transfer");
    stream_init(&servers->errors, settings->seed, simulation->replication, like->name, "error");
    if (servers->handled.handler->steps.count == 0)
        return STATUS_OK;
    servers->procedure = calloc(1, sizeof *servers->procedure);
    if (!servers->procedure)
        return STATUS_NO_MEMORY;
    enum status status = procedure_init(servers->procedure, &handler_procedure, &servers->handled.handler->steps, simulation, servers,
                                        servers->self, SERVERS_PROCEDURE);
    if (status == STATUS_OK)
        stream_init(&servers->procedure->draws, settings->seed, simulation->replication, like->name, "steps");
    return status;
}

enum status servers_create_requests(struct simulation *simulation, struct servers *servers)
{
    const char *name = simulation->entities[servers->self].name;
    pool_init(&servers->calls, sizeof(struct server_call), &simulation->memory, name);
    pool_init(&servers->works, sizeof(struct server_work), &simulation->memory, name);
    stream_init(&servers->responses, simulation->settings->seed, simulation->replication, name, "response");
    deadline_line_init(&servers->line, &servers->calls, offsetof(struct server_call, place), servers->behavior.line_timeout_ns,
                       servers->self, SERVERS_LINE, 0);
    return servers->behavior.like == ENTITY_NONE ? STATUS_OK : create_handler(simulation, servers);
}

void servers_destroy_requests(struct servers *servers)
{
    if (servers->procedure)
        procedure_fini(servers->procedure);
    free(servers->procedure);
    if (servers->calls.owner) {
        pool_fini(&servers->calls);
        pool_fini(&servers->works);
    }
}
