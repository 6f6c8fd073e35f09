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
    return (uint32_t)group->targets.count;
}

static struct watched_target *watched(const struct target_group *group, uint32_t node, uint32_t target)
{
    return &group->watched[(size_t)node * target_count(group) + target];
}

enum status group_create(struct simulation *simulation, void *self)
{
    struct target_group *group = self;
    const char *name = simulation->entities[group->self].name;
    uint32_t count = target_count(group);
    group->salt = item_salt(name);
    stream_init(&group->malformed, simulation->settings->seed, simulation->replication, name, "malformed");
    group->nodes = 1;
    if (group->balancer != ENTITY_NONE) {
        struct load_balancer *balancer = entity_state(simulation, group->balancer);
        metrics_link(simulation->entities[group->self].type->metrics, group, balancer);
        group->nodes = balancer->nodes > 0 ? balancer->nodes : 1;
    }
    group->watched = calloc((size_t)group->nodes * count + 1, sizeof *group->watched);
    group->registered = calloc(count + 1u, sizeof *group->registered);
    group->turn = calloc(group->nodes, sizeof *group->turn);
    if (!group->watched || !group->registered || !group->turn)
        return STATUS_NO_MEMORY;
    for (uint32_t node = 0; node < group->nodes; node++) {
        group->turn[node] = count > 0 ? node % count : 0;
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
    if (at_ns < simulation->settings->duration_ns)
        simulation_schedule(simulation, group->self, GROUP_CHECK, RANK_ARRIVAL, at_ns, slot);
}

/* Targets are in service at the simulation's zero. Nodes take turns: the last one's first check comes after a whole interval. */
void group_start(struct simulation *simulation, void *self)
{
    struct target_group *group = self;
    uint32_t count = target_count(group);
    if (group->balancer == ENTITY_NONE)
        return; /* unused: neither requests nor checks */
    gauge_add(&group->metrics.healthy, simulation->now_ns, count);
    for (struct gauge *gauge = &group->metrics.healthy; gauge; gauge = gauge->total)
        gauge->minimum = gauge->level; /* there was no time without them */
    for (uint32_t slot = 0; group->checks && slot < group->nodes * count; slot++)
        schedule_check(simulation, group, slot, group->interval_ns / group->nodes * (slot / count + 1));
}

/* A target is unhealthy for as long as any node says so. */
static bool is_unhealthy(const struct target_group *group, uint32_t target)
{
    for (uint32_t node = 0; node < group->nodes; node++)
        if (watched(group, node, target)->unhealthy)
            return true;
    return false;
}

static void judge(struct simulation *simulation, struct target_group *group, uint32_t slot, bool passed)
{
    struct watched_target *target = &group->watched[slot];
    uint32_t which = slot % target_count(group);
    target->check = POOL_NONE;
    if (group->registered[which].gone)
        return;
    counter_add(&group->metrics.failed_checks, !passed);
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

static void check(struct simulation *simulation, struct target_group *group, uint32_t slot)
{
    const struct group_target *targets = group->targets.items;
    schedule_check(simulation, group, slot, time_add(simulation->now_ns, group->interval_ns));
    if (group->registered[slot % target_count(group)].gone)
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
    request_send(simulation, targets[slot % target_count(group)].entity, sent);
}

void group_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct target_group *group = self;
    uint32_t slot = event->data, id = group->watched[slot].check;
    if (event->kind == GROUP_CHECK) {
        check(simulation, group, slot);
    } else if (id != POOL_NONE) { /* the time limit is shorter than the interval: it is that check's */
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
    uint32_t count = target_count(group), best = UINT32_MAX;
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

/* Who comes back must pass a check first, where there are checks; until then it is unhealthy. */
void group_register(struct simulation *simulation, struct target_group *group, uint32_t target, bool comes)
{
    bool was_unhealthy = is_unhealthy(group, target);
    group->registered[target].gone = !comes;
    group->registered[target].since_ns = simulation->now_ns;
    for (uint32_t node = 0; node < group->nodes && comes; node++) {
        watched(group, node, target)->unhealthy = group->checks;
        watched(group, node, target)->in_a_row = group->checks ? (uint32_t)group->healthy_threshold - 1 : 0;
    }
    bool unhealthy = comes ? group->checks : was_unhealthy;
    gauge_add(unhealthy ? &group->metrics.unhealthy : &group->metrics.healthy, simulation->now_ns, comes ? 1 : -1);
}
