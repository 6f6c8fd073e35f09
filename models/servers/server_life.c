/* server_life.c: servers come and go: as many as are wanted, each in service once it has booted.
 * Sources: Amazon EC2 Auto Scaling User Guide, "Instance lifecycle", "Termination policies" (instances that still start go first here),
 * "Health checks for instances in an Auto Scaling group" (replaced at once, after the grace period), "Capacity Rebalancing"; Amazon EC2
 * User Guide, "Spot Instance interruption notices"; Amazon ECS Developer Guide, "Service load balancing"; Elastic Load Balancing,
 * "Deregistration delay": over as soon as nothing is under way. */
#include "lifecycle_hook.h"
#include "placement.h"
#include "server_credits.h"
#include "server_guests.h"
#include "server_kind.h"
#include "server_state.h"

#include "engine/rule_book.h"

#include <string.h>

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
    int64_t units = change * servers->kinds[server->kind].weight;
    servers->here += units;
    servers->here_spot += server->spot ? units : 0;
    servers->kinds_here[server->kind].spot += server->spot ? units : 0;
}

static void begin_bill(struct simulation *simulation, struct servers *servers, struct server *server)
{
    struct kind_figures *kind = server_kind_figures(simulation, servers, server->kind);
    server->billed = true;
    gauge_add(server->spot ? &servers->metrics.billed_spot : &servers->metrics.billed, simulation->now_ns, 1);
    if (kind)
        gauge_add(server->spot ? &kind->billed_spot : &kind->billed, simulation->now_ns, 1);
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
    struct kind_figures *kind = server_kind_figures(simulation, servers, server->kind);
    if (!kind)
        return;
    gauge_add(server->spot ? &kind->billed_spot : &kind->billed, simulation->now_ns, -1);
    counter_add(server->spot ? &kind->extra_spot_ns : &kind->extra_ns, (uint64_t)(billed_ns - ns));
}

static void count_phase(struct simulation *simulation, struct servers *servers, const struct server *server, enum server_phase phase,
                        int change)
{
    struct servers_metrics *metrics = &servers->metrics;
    bool boots = phase == SERVER_BOOTING, runs = phase == SERVER_RUNNING;
    int64_t units = change * servers->kinds[server->kind].weight;
    if (phase == SERVER_ABSENT)
        return;
    gauge_add(boots ? &metrics->pending : runs ? &metrics->in_service : &metrics->leaving, simulation->now_ns, change);
    gauge_add(boots ? &metrics->units_pending : runs ? &metrics->units_in_service : &metrics->units_leaving, simulation->now_ns, units);
    struct kind_figures *kind = runs ? server_kind_figures(simulation, servers, server->kind) : NULL;
    if (kind)
        gauge_add(&kind->in_service, simulation->now_ns, change);
    if (kind && server->spot)
        gauge_add(&kind->spot, simulation->now_ns, change);
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
    count_phase(simulation, servers, server, server->phase, -1);
    count_phase(simulation, servers, server, phase, 1);
    if ((server->phase == SERVER_ABSENT) != (phase == SERVER_ABSENT)) {
        int change = phase == SERVER_ABSENT ? -1 : 1;
        gauge_add(&servers->metrics.total, simulation->now_ns, change);
        gauge_add(&servers->metrics.units_total, simulation->now_ns, change * servers->kinds[server->kind].weight);
    }
    if ((server->phase == SERVER_RUNNING) != (phase == SERVER_RUNNING)) {
        servers_count_room(simulation, servers, server, phase == SERVER_RUNNING ? 1 : -1);
        list_running(servers, server, phase == SERVER_RUNNING);
        if (servers->cluster != ENTITY_NONE && servers->is_ground) {
            placement_count(simulation, servers, server, phase == SERVER_RUNNING ? 1 : -1);
            guests_look(simulation, servers->cluster);
        }
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
    credits_end(simulation, servers, which);
    if (servers->on_instances)
        guests_left(simulation, servers, server);
    if (server->guests > 0)
        guests_lose(simulation, servers, which);
}

/* It has ended what it had: a lifecycle hook may hold it up. */
static void end_leaving(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    struct server *server = &servers->list[which];
    bool abandoned;
    if (server->hooked && server->due_ns > simulation->now_ns)
        return; /* what it still worked on has ended meanwhile */
    int64_t wait_ns = server->hooked || server->hookless ? 0 : lifecycle_hooks_wait(servers, server, HOOK_TERMINATE, &abandoned);
    if (wait_ns == 0) {
        take_away(simulation, servers, which);
        return;
    }
    server->hooked = true;
    server->due_ns = time_add(simulation->now_ns, wait_ns);
    simulation_schedule(simulation, servers->self, SERVERS_GONE, RANK_EXPIRY, server->due_ns, which);
}

/* No further requests; what it has may end. */
void servers_retire(struct simulation *simulation, struct servers *servers, uint32_t which, int64_t most_ns)
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
    if (server->guests > 0) {
        guests_move(simulation, servers, which);
        drain_ns = TIME_FOREVER;
    }
    if (server->phase != SERVER_LEAVING)
        return; /* the last of them had nothing to do */
    drain_ns = drain_ns < most_ns ? drain_ns : most_ns;
    server->hookless = most_ns != TIME_FOREVER;
    if ((server->busy == 0 && server->guests == 0) || drain_ns == 0) {
        end_leaving(simulation, servers, which);
        return;
    }
    server->due_ns = time_add(simulation->now_ns, drain_ns);
    if (server->due_ns < simulation->end_ns)
        simulation_schedule(simulation, servers->self, SERVERS_GONE, RANK_EXPIRY, server->due_ns, which);
}

void servers_idle(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    end_leaving(simulation, servers, which);
    balance(simulation, servers);
}

/* AWS takes it back at some time. */
static void schedule_recall(struct simulation *simulation, struct servers *servers, struct server *server)
{
    stream_at(&servers->recalls, servers->salt + server->ordinal, 0);
    server->recall_ns = time_add(simulation->now_ns, distribution_sample_ns(servers->behavior.spot_lifetime, &servers->recalls.rng));
    if (server->recall_ns < simulation->end_ns)
        simulation_schedule(simulation, servers->self, SERVERS_RECALL, RANK_EXPIRY, server->recall_ns, (uint32_t)(server - servers->list));
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
    bool has_image = true;
    if (servers->on_instances) {
        servers->list[which].ordinal = servers->ordinals;
        if (!placement_take(simulation, servers, &servers->list[which], &has_image))
            return false;
        at_once = at_once || simulation->now_ns == 0; /* its instance was there at first, too */
    }
    const struct server placed = servers->list[which];
    if (!at_once && servers->behavior.boot)
        boot_ns = distribution_sample_ns(servers->behavior.boot, &servers->boots.rng);
    if (!at_once && !has_image)
        boot_ns = time_add(boot_ns, servers->pull_ns);
    bool abandoned = false;
    if (!at_once)
        boot_ns = time_add(boot_ns, lifecycle_hooks_wait(servers, &(struct server){.ordinal = servers->ordinals}, HOOK_LAUNCH, &abandoned));
    int64_t free_ns = servers->pending_free_ns < boot_ns ? servers->pending_free_ns : boot_ns;
    bool spot = server_kinds_next_is_spot(servers);
    *server = (struct server){
        .spot = spot,
        .kind = (uint8_t)server_kinds_next(servers, spot),
        .abandoned = abandoned,
        .recall_ns = TIME_FOREVER,
        .host = placed.host,
        .host_server = placed.host_server,
        .taken_cpu = servers->on_instances ? placed.taken_cpu : 0,
        .taken_mib = servers->on_instances ? placed.taken_mib : 0,
        .launched_ns = simulation->now_ns,
        .billed_ns = time_add(simulation->now_ns, free_ns),
        .due_ns = time_add(simulation->now_ns, boot_ns),
        .ordinal = servers->ordinals++,
    };
    chain_init(&server->line, &servers->calls, offsetof(struct server_call, link));
    chain_init(&server->served, &servers->calls, offsetof(struct server_call, link));
    processor_init(&server->processor, servers->kinds[server->kind].size.vcpus, &simulation->memory,
                   simulation->entities[servers->self].name);
    credits_begin(simulation, servers, which);
    servers->end = which >= servers->end ? which + 1 : servers->end;
    counter_add(&servers->metrics.launched, 1);
    count_here(servers, server, 1);
    if (spot)
        schedule_recall(simulation, servers, server);
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

/* There was no time without what there is at the simulation's zero. */
static void begin_at_level(struct gauge *gauge)
{
    for (; gauge; gauge = gauge->total)
        gauge->minimum = gauge->level;
}

static void begin_at_levels(struct simulation *simulation, struct servers *servers)
{
    struct servers_metrics *metrics = &servers->metrics;
    struct gauge *const gauges[] = {&metrics->desired,          &metrics->least,      &metrics->most, &metrics->in_service, &metrics->total,
                                    &metrics->units_in_service, &metrics->units_total};
    for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++)
        begin_at_level(gauges[i]);
    for (uint32_t i = 0; servers->kind_count > 1 && i < servers->kind_count; i++) {
        begin_at_level(&server_kind_figures(simulation, servers, i)->in_service);
        begin_at_level(&server_kind_figures(simulation, servers, i)->spot);
    }
}

static void balance(struct simulation *simulation, struct servers *servers)
{
    while (servers->here < servers->wanted && launch(simulation, servers, false))
        continue;
    if (servers->on_instances) {
        int64_t unplaced = servers->here < servers->wanted ? servers->wanted - servers->here : 0;
        gauge_add(&servers->metrics.unplaced, simulation->now_ns, unplaced - servers->metrics.unplaced.level);
        if (simulation->now_ns == 0)
            begin_at_levels(simulation, servers);
    }
    while (servers->here > servers->wanted) {
        uint32_t which = server_kinds_leaver(servers);
        if (which == UINT32_MAX || servers->here - servers->kinds[servers->list[which].kind].weight < servers->wanted)
            return; /* nobody goes without whom it would be less than is wanted */
        servers_retire(simulation, servers, which, TIME_FOREVER);
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
    balance(simulation, servers); /* tasks find room as instances come */
    begin_at_levels(simulation, servers);
}

/* It is gone from one moment to the next. */
void servers_lose(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    bool was_here = servers->list[which].phase != SERVER_LEAVING;
    if (servers->list[which].phase == SERVER_RUNNING)
        leave_doors(simulation, servers, which);
    take_away(simulation, servers, which);
    if (was_here && !servers->replaces)
        servers->wanted--; /* an instance by itself, of weight 1 */
    balance(simulation, servers);
}

void servers_failed(struct simulation *simulation, void *self, uint32_t which)
{
    struct servers *servers = self;
    const struct server *server = &servers->list[which];
    if (servers->door_checks && server->phase == SERVER_RUNNING && simulation->now_ns >= time_add(server->since_ns, servers->grace_ns))
        servers_lose(simulation, servers, which);
}

/* The interruption notice of a Spot server. Who rebalances has it leave at once, and another come. */
static void notice(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    struct server *server = &servers->list[which];
    counter_add(&servers->metrics.interrupted, 1);
    if (server_kind_figures(simulation, servers, server->kind))
        counter_add(&server_kind_figures(simulation, servers, server->kind)->interrupted, 1);
    if (servers->rebalances) {
        servers_retire(simulation, servers, which, servers->notice_ns);
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

void servers_befall(struct simulation *simulation, struct servers *servers, double share, bool spot_only, const char *type)
{
    uint64_t made = servers->ordinals;
    uint32_t fault = servers->fault_ordinal++;
    for (uint32_t i = 0; i < servers->end && simulation->status == STATUS_OK; i++) {
        struct server *server = &servers->list[i];
        if (server->phase == SERVER_ABSENT || server->ordinal >= made || (type && strcmp(type, servers->kinds[server->kind].type) != 0) ||
            !is_hit(servers, server, fault, share))
            continue;
        if (!spot_only)
            servers_lose(simulation, servers, i);
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
        if (server->abandoned) {
            counter_add(&servers->metrics.abandoned, 1);
            servers_lose(simulation, servers, event->data);
            return;
        }
        servers->booted_ns = now_ns;
        tally_add(&servers->metrics.boot_time, TALLY_ALL, now_ns - server->launched_ns);
        put_in_service(simulation, servers, event->data, false);
    } else if (event->kind == SERVERS_GONE) {
        if (server->phase == SERVER_LEAVING && server->due_ns == now_ns)
            servers_idle(simulation, servers, event->data);
    } else if (event->kind == SERVERS_RECALL) {
        if (server->phase != SERVER_ABSENT && server->phase != SERVER_LEAVING && server->recall_ns == now_ns && !server->noticed)
            notice(simulation, servers, event->data);
    } else if (server->noticed && server->due_ns == now_ns && server->phase != SERVER_ABSENT) {
        servers_lose(simulation, servers, event->data);
    }
}
