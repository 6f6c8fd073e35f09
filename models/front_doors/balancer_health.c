/* balancer_health.c: the targets of a group: whose turn it is, and the checks by which each node of the load balancer judges them. A check
 * is a request as any other: a function's is an invocation that is billed. Source: User Guide for Application Load Balancers, "Health
 * checks for your target groups", "Lambda functions as targets", "Routing algorithms"; rules alb_*. */
#include "balancer_state.h"

#include "engine/rule_book.h"
#include "measure/metric.h"

#include <math.h>
#include <stdlib.h>

static uint32_t target_count(const struct target_group *group)
{
    return group->slots;
}

static struct watched_target *watched(const struct target_group *group, uint32_t node, uint32_t target)
{
    return &group->watched[(size_t)node * target_count(group) + target];
}

/* Servers of `entity` that the group may get. */
static uint32_t room_of(const struct simulation *simulation, const struct target_group *group, uint32_t entity)
{
    const struct hosts *hosts = simulation->entities[entity].type->hosts;
    return hosts ? hosts->room(entity_state(simulation, entity), group->self) : 0;
}

/* Those that are listed, and behind them those that come and go. */
static void register_all(const struct simulation *simulation, struct target_group *group)
{
    const struct group_target *targets = group->targets.items;
    uint32_t slot = 0;
    for (; slot < group->targets.count; slot++)
        group->registered[slot] = (struct registered_target){.entity = targets[slot].entity, .server = GROUP_WHOLE};
    group->end = slot;
    for (uint32_t i = 0; i < simulation->entity_count; i++)
        for (uint32_t k = 0, room = room_of(simulation, group, i); k < room; k++)
            group->registered[slot++] = (struct registered_target){.entity = i, .server = k, .gone = true};
}

enum status group_create(struct simulation *simulation, void *self)
{
    struct target_group *group = self;
    const char *name = simulation->entities[group->self].name;
    group->slots = (uint32_t)group->targets.count;
    for (uint32_t i = 0; i < simulation->entity_count; i++)
        group->slots += room_of(simulation, group, i);
    uint32_t count = target_count(group), listed = (uint32_t)group->targets.count;
    group->salt = item_salt(name);
    stream_init(&group->malformed, simulation->settings->seed, simulation->replication, name, "malformed");
    group->nodes = 1;
    if (group->balancer != ENTITY_NONE) {
        struct load_balancer *balancer = entity_state(simulation, group->balancer);
        metrics_link(simulation->entities[group->self].type->metrics, group, balancer);
        group->nodes = balancer->nodes > 0 ? balancer->nodes : 1;
    }
    enum status status = memory_account_take(&simulation->memory,
                                             (uint64_t)count * (group->nodes * sizeof *group->watched + sizeof *group->registered), name);
    if (status != STATUS_OK)
        return status;
    group->watched = calloc((size_t)group->nodes * count + 1, sizeof *group->watched);
    group->registered = calloc(count + 1u, sizeof *group->registered);
    group->turn = calloc(group->nodes, sizeof *group->turn);
    if (!group->watched || !group->registered || !group->turn)
        return STATUS_NO_MEMORY;
    register_all(simulation, group);
    for (uint32_t node = 0; node < group->nodes; node++) {
        group->turn[node] = listed > 0 ? node % listed : 0;
        for (uint32_t target = 0; target < count; target++)
            watched(group, node, target)->check = POOL_NONE;
    }
    return STATUS_OK;
}

void group_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct target_group *group = self;
    free(group->watched);
    free(group->registered);
    free(group->turn);
}

static void schedule_check(struct simulation *simulation, const struct target_group *group, uint32_t slot, int64_t at_ns)
{
    group->watched[slot].due = at_ns < simulation->settings->duration_ns;
    if (group->watched[slot].due)
        simulation_schedule(simulation, group->self, GROUP_CHECK, RANK_ARRIVAL, at_ns, slot);
}

/* At the simulation's zero. */
static void count_first(struct simulation *simulation, struct target_group *group, uint32_t targets)
{
    gauge_add(&group->metrics.healthy, simulation->now_ns, targets);
    for (struct gauge *gauge = &group->metrics.healthy; gauge; gauge = gauge->total)
        gauge->minimum = gauge->level; /* there was no time without them */
}

/* By each node. A target that has proved nothing yet is checked at once; who was there a moment ago, when its next check would have come.
 */
static void begin_checks(struct simulation *simulation, struct target_group *group, uint32_t target, bool proven)
{
    for (uint32_t node = 0; node < group->nodes; node++) {
        uint32_t slot = node * target_count(group) + target;
        int64_t wait_ns = proven ? group->interval_ns / group->nodes * (node + 1) : 0;
        if (!group->watched[slot].due)
            schedule_check(simulation, group, slot, time_add(simulation->now_ns, wait_ns));
    }
}

/* Targets are in service at the simulation's zero. Nodes take turns: the last one's first check comes after a whole interval. */
void group_start(struct simulation *simulation, void *self)
{
    struct target_group *group = self;
    if (group->balancer == ENTITY_NONE)
        return; /* unused: neither requests nor checks */
    count_first(simulation, group, (uint32_t)group->targets.count);
    for (uint32_t target = 0; group->checks && target < group->targets.count; target++)
        begin_checks(simulation, group, target, true);
}

/* A target is unhealthy for as long as any node says so. */
static bool is_unhealthy(const struct target_group *group, uint32_t target)
{
    for (uint32_t node = 0; node < group->nodes; node++)
        if (watched(group, node, target)->unhealthy)
            return true;
    return false;
}

/* Whoever has servers that come and go hears of each check that fails, once enough have: it may have a time in which it does not listen. */
static void tell_hosts(struct simulation *simulation, const struct target_group *group, uint32_t slot)
{
    const struct registered_target *target = &group->registered[slot % target_count(group)];
    if (target->server != GROUP_WHOLE && group->watched[slot].failures >= (uint32_t)group->unhealthy_threshold)
        simulation->entities[target->entity].type->hosts->failed(simulation, entity_state(simulation, target->entity), target->server);
}

static void judge_check(struct simulation *simulation, struct target_group *group, uint32_t slot, bool passed)
{
    struct watched_target *target = &group->watched[slot];
    uint32_t which = slot % target_count(group);
    target->check = POOL_NONE;
    if (group->registered[which].gone)
        return;
    counter_add(&group->metrics.failed_checks, !passed);
    target->failures = passed ? 0 : target->failures + 1;
    target->in_a_row = passed == target->unhealthy ? target->in_a_row + 1 : 0;
    if (target->in_a_row < (uint32_t)(target->unhealthy ? group->healthy_threshold : group->unhealthy_threshold))
        return;
    bool before = is_unhealthy(group, which);
    target->unhealthy = !target->unhealthy;
    target->in_a_row = 0;
    int change = (int)is_unhealthy(group, which) - (int)before;
    gauge_add(&group->metrics.healthy, simulation->now_ns, -change);
    gauge_add(&group->metrics.unhealthy, simulation->now_ns, change);
}

static void judge(struct simulation *simulation, struct target_group *group, uint32_t slot, bool passed)
{
    judge_check(simulation, group, slot, passed);
    if (!passed && !group->registered[slot % target_count(group)].gone)
        tell_hosts(simulation, group, slot);
}

static void check(struct simulation *simulation, struct target_group *group, uint32_t slot)
{
    const struct registered_target *target = &group->registered[slot % target_count(group)];
    group->watched[slot].due = false;
    if (target->gone && target->server != GROUP_WHOLE)
        return;
    schedule_check(simulation, group, slot, time_add(simulation->now_ns, group->interval_ns));
    if (target->gone)
        return;
    struct request *sent = request_new(simulation);
    if (!sent)
        return;
    *sent = (struct request){.id = sent->id,
                             .item = group->salt + group->check_ordinal++,
                             .born_ns = simulation->now_ns,
                             .handler_ns = -1,
                             .from = group->self,
                             .from_data = slot};
    counter_add(&group->metrics.checks, 1);
    group->watched[slot].check = sent->id;
    simulation_schedule(simulation, group->self, GROUP_CHECK_TIMEOUT, RANK_EXPIRY, time_add(simulation->now_ns, group->timeout_ns), slot);
    group_send(simulation, group, slot % target_count(group), sent);
}

void group_send(struct simulation *simulation, const struct target_group *group, uint32_t target, struct request *request)
{
    const struct registered_target *to = &group->registered[target];
    const struct entity *entity = &simulation->entities[to->entity];
    if (to->server == GROUP_WHOLE)
        request_send(simulation, to->entity, request);
    else if (request_enter(simulation, to->entity, request))
        entity->type->hosts->accept(simulation, entity->state, to->server, request);
}

void group_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct target_group *group = self;
    uint32_t slot = event->data, id = group->watched[slot].check;
    if (event->kind == GROUP_CHECK) {
        check(simulation, group, slot);
    } else if (id != POOL_NONE && request_at(simulation, id)->sent_ns + group->timeout_ns == simulation->now_ns) {
        request_at(simulation, id)->from = ENTITY_NONE;
        judge(simulation, group, slot, false);
    }
}

bool group_malformed(struct target_group *group, const struct request *request)
{
    if (group->malformed_rate <= 0)
        return false;
    stream_at(&group->malformed, request->item, request->attempt);
    return stream_uniform(&group->malformed) < group->malformed_rate;
}

void group_done(struct simulation *simulation, void *self, struct request *request)
{
    struct target_group *group = self;
    bool passed = request->cause == &cause_succeeded && !(group->kind == TARGET_LAMBDA && group_malformed(group, request));
    uint32_t slot = request->from_data;
    request_free(simulation, request);
    judge(simulation, group, slot, passed);
}

bool group_choose(struct target_group *group, uint32_t node, uint32_t *target)
{
    uint32_t count = group->end, best = UINT32_MAX;
    bool open = true; /* are all unhealthy? Then each gets its share */
    for (uint32_t i = 0; i < count && open; i++)
        open = group->registered[i].gone || watched(group, node, i)->unhealthy;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t candidate = (group->turn[node] + i) % count;
        if (group->registered[candidate].gone || (!open && watched(group, node, candidate)->unhealthy))
            continue;
        if (best == UINT32_MAX || group->registered[candidate].outstanding < group->registered[best].outstanding)
            best = candidate;
        if (group->algorithm == ALGORITHM_ROUND_ROBIN)
            break;
    }
    if (best == UINT32_MAX)
        return false;
    counter_add(&group->metrics.fail_open, open);
    group->turn[node] = (best + 1) % count;
    *target = best;
    return true;
}

/* Who comes must pass a check first, where there are checks; until then it is unhealthy. */
void group_register(struct simulation *simulation, struct target_group *group, uint32_t target, bool comes, bool proven)
{
    bool was_unhealthy = is_unhealthy(group, target), checks = group->checks && !proven;
    group->registered[target].gone = !comes;
    group->registered[target].since_ns = simulation->now_ns;
    for (uint32_t node = 0; node < group->nodes && comes; node++) {
        watched(group, node, target)->unhealthy = checks;
        watched(group, node, target)->failures = 0;
        watched(group, node, target)->in_a_row = checks ? (uint32_t)group->healthy_threshold - 1 : 0;
    }
    bool unhealthy = comes ? checks : was_unhealthy;
    gauge_add(unhealthy ? &group->metrics.unhealthy : &group->metrics.healthy, simulation->now_ns, comes ? 1 : -1);
}

static uint32_t slot_of(const struct target_group *group, uint32_t entity, uint32_t server)
{
    uint32_t slot = (uint32_t)group->targets.count;
    while (slot < group->slots && group->registered[slot].entity != entity)
        slot++;
    return slot + server;
}

static void server_enters(struct simulation *simulation, void *self, uint32_t entity, uint32_t server, bool proven)
{
    struct target_group *group = self;
    uint32_t slot = slot_of(group, entity, server);
    if (group->balancer == ENTITY_NONE)
        return;
    group->end = slot >= group->end ? slot + 1 : group->end;
    group_register(simulation, group, slot, true, proven);
    if (proven && simulation->now_ns == 0)
        count_first(simulation, group, 0);
    if (group->checks)
        begin_checks(simulation, group, slot, proven);
}

/* Checks of it that are under way are nobody's. */
static void server_leaves(struct simulation *simulation, void *self, uint32_t entity, uint32_t server)
{
    struct target_group *group = self;
    uint32_t slot = slot_of(group, entity, server);
    if (group->balancer == ENTITY_NONE)
        return;
    group_register(simulation, group, slot, false, false);
    for (uint32_t node = 0; node < group->nodes; node++) {
        uint32_t *check = &watched(group, node, slot)->check;
        if (*check != POOL_NONE)
            request_at(simulation, *check)->from = ENTITY_NONE;
        *check = POOL_NONE;
    }
}

static int64_t drain_ns(const void *self)
{
    return ((const struct target_group *)self)->drain_ns;
}

const struct registrar group_registrar = {.enter = server_enters, .leave = server_leaves, .drain_ns = drain_ns};
