/* server_life.c: servers come and go: as many as are wanted, each in service once it has booted.
 * Sources: Amazon EC2 Auto Scaling User Guide, "Instance lifecycle", "Termination policies" (instances that still start go first here),
 * "Health checks for instances in an Auto Scaling group" (replaced at once, after the grace period), "Capacity Rebalancing"; Amazon EC2
 * User Guide, "Spot Instance interruption notices"; Amazon ECS Developer Guide, "Service load balancing"; Elastic Load Balancing,
 * "Deregistration delay": over as soon as nothing is under way. */
#include "server_state.h"

#include "engine/rule_book.h"

static const struct registrar *registrar_of(const struct simulation *simulation, uint32_t entity)
{
    return simulation->entities[entity].type->registrar;
}

static void enter_doors(struct simulation *simulation, struct servers *servers, uint32_t which, bool proven)
{
    for (uint32_t i = 0; i < servers->door_count; i++)
        registrar_of(simulation, servers->doors[i])
            ->enter(simulation, entity_state(simulation, servers->doors[i]), servers->self, which, proven);
}

/* Returns how long what it has may still take. */
static int64_t leave_doors(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    int64_t drain_ns = servers->door_count > 0 ? 0 : servers->stop_ns;
    for (uint32_t i = 0; i < servers->door_count; i++) {
        const struct registrar *registrar = registrar_of(simulation, servers->doors[i]);
        void *door = entity_state(simulation, servers->doors[i]);
        registrar->leave(simulation, door, servers->self, which);
        drain_ns = registrar->drain_ns(door) > drain_ns ? registrar->drain_ns(door) : drain_ns;
    }
    return drain_ns;
}

static void count_here(struct servers *servers, const struct server *server, int change)
{
    servers->here += change;
    servers->here_spot += server->spot ? change : 0;
}

static void begin_bill(struct simulation *simulation, struct servers *servers, struct server *server)
{
    server->billed = true;
    gauge_add(server->spot ? &servers->metrics.billed_spot : &servers->metrics.billed, simulation->now_ns, 1);
}

/* By the second, and a least time. */
static void end_bill(struct simulation *simulation, struct servers *servers, const struct server *server)
{
    int64_t ns = simulation->now_ns - server->billed_ns;
    if (!server->billed)
        return; /* it was pending still */
    int64_t billed_ns = (ns + NS_PER_S - 1) / NS_PER_S * NS_PER_S;
    billed_ns = billed_ns < servers->billing_least_ns ? servers->billing_least_ns : billed_ns;
    gauge_add(server->spot ? &servers->metrics.billed_spot : &servers->metrics.billed, simulation->now_ns, -1);
    counter_add(server->spot ? &servers->metrics.extra_spot_ns : &servers->metrics.extra_ns, (uint64_t)(billed_ns - ns));
}

static struct gauge *phase_gauge(struct servers *servers, enum server_phase phase)
{
    struct servers_metrics *metrics = &servers->metrics;
    return phase == SERVER_BOOTING ? &metrics->pending : phase == SERVER_RUNNING ? &metrics->in_service : &metrics->leaving;
}

static void list_running(struct servers *servers, struct server *server, bool comes)
{
    if (comes) {
        server->place = servers->running_count;
        servers->running[servers->running_count++] = (uint32_t)(server - servers->list);
    } else {
        uint32_t last = servers->running[--servers->running_count];
        servers->running[server->place] = last;
        servers->list[last].place = server->place;
    }
}

static void set_phase(struct simulation *simulation, struct servers *servers, struct server *server, enum server_phase phase)
{
    if (server->phase != SERVER_ABSENT)
        gauge_add(phase_gauge(servers, server->phase), simulation->now_ns, -1);
    if (phase != SERVER_ABSENT)
        gauge_add(phase_gauge(servers, phase), simulation->now_ns, 1);
    if ((server->phase == SERVER_ABSENT) != (phase == SERVER_ABSENT))
        gauge_add(&servers->metrics.total, simulation->now_ns, phase == SERVER_ABSENT ? -1 : 1);
    if ((server->phase == SERVER_RUNNING) != (phase == SERVER_RUNNING)) {
        servers_count_room(simulation, servers, phase == SERVER_RUNNING ? 1 : -1);
        list_running(servers, server, phase == SERVER_RUNNING);
    }
    server->phase = phase;
}

static void put_in_service(struct simulation *simulation, struct servers *servers, uint32_t which, bool proven)
{
    struct server *server = &servers->list[which];
    set_phase(simulation, servers, server, SERVER_RUNNING);
    server->since_ns = simulation->now_ns;
    server->due_ns = TIME_FOREVER;
    enter_doors(simulation, servers, which, proven);
}

static void balance(struct simulation *simulation, struct servers *servers);

/* Nothing of it is left. */
static void take_away(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    struct server *server = &servers->list[which];
    if (server->phase == SERVER_RUNNING || server->phase == SERVER_BOOTING)
        count_here(servers, server, -1);
    set_phase(simulation, servers, server, SERVER_ABSENT);
    end_bill(simulation, servers, server);
    counter_add(&servers->metrics.ended, 1);
    servers_drop(simulation, servers, which);
}

/* No further requests; what it has may end. */
static void retire(struct simulation *simulation, struct servers *servers, uint32_t which, int64_t most_ns)
{
    struct server *server = &servers->list[which];
    if (server->phase == SERVER_BOOTING) {
        take_away(simulation, servers, which);
        return;
    }
    if (server->noticed && server->due_ns - simulation->now_ns < most_ns)
        most_ns = server->due_ns - simulation->now_ns;
    count_here(servers, server, -1);
    set_phase(simulation, servers, server, SERVER_LEAVING);
    int64_t drain_ns = leave_doors(simulation, servers, which);
    drain_ns = drain_ns < most_ns ? drain_ns : most_ns;
    if (server->busy == 0 || drain_ns == 0) {
        take_away(simulation, servers, which);
        return;
    }
    server->due_ns = time_add(simulation->now_ns, drain_ns);
    simulation_schedule(simulation, servers->self, SERVERS_GONE, RANK_EXPIRY, server->due_ns, which);
}

void servers_idle(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    take_away(simulation, servers, which);
    balance(simulation, servers);
}

/* Is the next one a Spot server? Source: Amazon EC2 Auto Scaling User Guide, "Allocation strategies": the base first, then the share. */
static bool next_is_spot(const struct servers *servers)
{
    if (!servers->is_mixed)
        return false;
    int64_t count = servers->here + 1, above = count - servers->on_demand_base;
    int64_t on_demand = count;
    if (above > 0)
        on_demand = servers->on_demand_base + (above * servers->on_demand_percent + 99) / 100;
    return servers->here - servers->here_spot >= on_demand;
}

/* A new server in a free place; false: there is none. */
static bool launch(struct simulation *simulation, struct servers *servers, bool at_once)
{
    uint32_t which = 0;
    while (which < servers->end && servers->list[which].phase != SERVER_ABSENT)
        which++;
    if (which >= servers->room)
        return false;
    struct server *server = &servers->list[which];
    int64_t boot_ns = 0;
    stream_at(&servers->boots, servers->salt + servers->ordinals, 0);
    if (!at_once && servers->behavior.boot)
        boot_ns = distribution_sample_ns(servers->behavior.boot, &servers->boots.rng);
    int64_t free_ns = servers->pending_free_ns < boot_ns ? servers->pending_free_ns : boot_ns;
    *server = (struct server){
        .spot = next_is_spot(servers),
        .launched_ns = simulation->now_ns,
        .billed_ns = time_add(simulation->now_ns, free_ns),
        .due_ns = time_add(simulation->now_ns, boot_ns),
        .ordinal = servers->ordinals++,
    };
    chain_init(&server->line, &servers->calls, offsetof(struct server_call, link));
    chain_init(&server->served, &servers->calls, offsetof(struct server_call, link));
    processor_init(&server->processor, servers->size.vcpus, &simulation->memory, simulation->entities[servers->self].name);
    servers->end = which >= servers->end ? which + 1 : servers->end;
    counter_add(&servers->metrics.launched, 1);
    count_here(servers, server, 1);
    if (at_once) {
        begin_bill(simulation, servers, server);
        put_in_service(simulation, servers, which, true);
        return true;
    }
    set_phase(simulation, servers, server, SERVER_BOOTING);
    if (free_ns == 0)
        begin_bill(simulation, servers, server);
    else
        simulation_schedule(simulation, servers->self, SERVERS_BILLED, RANK_COMPLETION, server->billed_ns, which);
    simulation_schedule(simulation, servers->self, SERVERS_BOOTED, RANK_COMPLETION, server->due_ns, which);
    return true;
}

/* Which is to go: one that still boots, the newest of them; then by the policy. UINT32_MAX: none is there. */
static uint32_t choose(const struct servers *servers)
{
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; i < servers->end; i++) {
        const struct server *server = &servers->list[i], *other = best == UINT32_MAX ? NULL : &servers->list[best];
        bool newer = other && server->ordinal > other->ordinal;
        if (server->phase != SERVER_BOOTING && server->phase != SERVER_RUNNING)
            continue;
        if (!other || (server->phase == SERVER_BOOTING && other->phase == SERVER_RUNNING))
            best = i;
        else if (server->phase == other->phase && newer == (server->phase == SERVER_BOOTING || servers->termination == RETIRE_NEWEST))
            best = i;
    }
    return best;
}

static void balance(struct simulation *simulation, struct servers *servers)
{
    while (servers->here < servers->wanted && launch(simulation, servers, false))
        continue;
    while (servers->here > servers->wanted) {
        uint32_t which = choose(servers);
        if (which == UINT32_MAX)
            return;
        retire(simulation, servers, which, TIME_FOREVER);
    }
}

void servers_want(struct simulation *simulation, struct servers *servers, int64_t wanted)
{
    gauge_add(&servers->metrics.desired, simulation->now_ns, wanted - servers->wanted);
    servers->wanted = wanted;
    balance(simulation, servers);
}

/* What there is at the simulation's zero is in service. */
void servers_start(struct simulation *simulation, void *self)
{
    struct servers *servers = self;
    servers->wanted = servers->desired;
    gauge_add(&servers->metrics.desired, simulation->now_ns, servers->wanted);
    gauge_add(&servers->metrics.least, simulation->now_ns, servers->least);
    gauge_add(&servers->metrics.most, simulation->now_ns, servers->most);
    while (servers->here < servers->wanted && launch(simulation, servers, true))
        continue;
    struct servers_metrics *metrics = &servers->metrics;
    struct gauge *const gauges[] = {&metrics->desired, &metrics->least, &metrics->most, &metrics->in_service, &metrics->total};
    for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++)
        for (struct gauge *gauge = gauges[i]; gauge; gauge = gauge->total)
            gauge->minimum = gauge->level; /* there was no time without them */
}

/* It is gone from one moment to the next. */
static void lose_server(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    bool was_here = servers->list[which].phase != SERVER_LEAVING;
    if (servers->list[which].phase == SERVER_RUNNING)
        leave_doors(simulation, servers, which);
    take_away(simulation, servers, which);
    if (was_here && !servers->replaces)
        servers->wanted--;
    balance(simulation, servers);
}

void servers_failed(struct simulation *simulation, void *self, uint32_t which)
{
    struct servers *servers = self;
    const struct server *server = &servers->list[which];
    if (servers->door_checks && server->phase == SERVER_RUNNING && simulation->now_ns >= time_add(server->since_ns, servers->grace_ns))
        lose_server(simulation, servers, which);
}

/* The interruption notice of a Spot server. Who rebalances has it leave at once, and another come. */
static void notice(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    struct server *server = &servers->list[which];
    counter_add(&servers->metrics.interrupted, 1);
    if (servers->rebalances) {
        retire(simulation, servers, which, servers->notice_ns);
        balance(simulation, servers);
        return;
    }
    server->noticed = true;
    server->due_ns = time_add(simulation->now_ns, servers->notice_ns);
    simulation_schedule(simulation, servers->self, SERVERS_RETAKE, RANK_EXPIRY, server->due_ns, which);
}

/* Is it among the share that a fault takes? The same for a server, however often it is asked. */
static bool is_hit(struct servers *servers, const struct server *server, uint32_t fault, double share)
{
    stream_at(&servers->fates, servers->salt + server->ordinal, (uint16_t)fault);
    return stream_uniform(&servers->fates) < share;
}

void servers_befall(struct simulation *simulation, struct servers *servers, double share, bool spot_only)
{
    uint64_t made = servers->ordinals;
    uint32_t fault = servers->fault_ordinal++;
    for (uint32_t i = 0; i < servers->end && simulation->status == STATUS_OK; i++) {
        struct server *server = &servers->list[i];
        if (server->phase == SERVER_ABSENT || server->ordinal >= made || !is_hit(servers, server, fault, share))
            continue;
        if (!spot_only)
            lose_server(simulation, servers, i);
        else if (server->spot && server->phase != SERVER_LEAVING && !server->noticed)
            notice(simulation, servers, i);
    }
}

void servers_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct servers *servers = self;
    if (event->kind >= SERVERS_WORKED) {
        servers_handle_request(simulation, servers, event);
        return;
    }
    if (event->kind == SERVERS_PASSED) {
        pipe_due(simulation, &servers->pipe, event);
        return;
    }
    struct server *server = &servers->list[event->data];
    int64_t now_ns = simulation->now_ns;
    if (event->kind == SERVERS_BILLED) { /* if it is that server still */
        if (server->phase != SERVER_ABSENT && !server->billed && server->billed_ns == now_ns)
            begin_bill(simulation, servers, server);
    } else if (event->kind == SERVERS_BOOTED) {
        if (server->phase != SERVER_BOOTING || server->due_ns != now_ns)
            return;
        servers->booted_ns = now_ns;
        tally_add(&servers->metrics.boot_time, TALLY_ALL, now_ns - server->launched_ns);
        put_in_service(simulation, servers, event->data, false);
    } else if (event->kind == SERVERS_GONE) {
        if (server->phase == SERVER_LEAVING && server->due_ns == now_ns)
            servers_idle(simulation, servers, event->data);
    } else if (server->noticed && server->due_ns == now_ns && server->phase != SERVER_ABSENT) {
        lose_server(simulation, servers, event->data);
    }
}
