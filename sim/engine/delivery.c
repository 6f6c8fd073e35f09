/* delivery.c: tries, waits, ages and last resorts. */
#include "engine/delivery.h"

#include "engine/room.h"

#include <stdlib.h>

/* from_data of a record or a dead letter on its way: its role above the target's entity. No pool and no scenario comes that far. */
#define ROLE_SHIFT 29u
#define TARGET_MASK ((UINT32_C(1) << ROLE_SHIFT) - 1)

static const struct cause cause_expired = {.fate = FATE_EXPIRED, .text = "event_age"};
static const struct cause cause_expired_kept = {.fate = FATE_DEAD_LETTERED, .text = "event_age"};
static const struct cause cause_dropped = {.fate = FATE_DROPPED, .text = "attempts"};
static const struct cause cause_dropped_kept = {.fate = FATE_DEAD_LETTERED, .text = "attempts"};
static const struct cause cause_refused = {.fate = FATE_DROPPED, .text = "client_error"};
static const struct cause cause_refused_kept = {.fate = FATE_DEAD_LETTERED, .text = "client_error"};

void delivery_init_routes(struct delivery *delivery, const struct delivery_type *type, struct simulation *simulation, void *owner,
                          uint32_t self, uint16_t event_kind)
{
    *delivery = (struct delivery){.type = type, .owner = owner, .self = self, .event_kind = event_kind};
    pool_init(&delivery->items, sizeof(struct delivery_item), &simulation->memory, simulation->entities[self].name);
}

enum status delivery_add_route(struct delivery *delivery, struct simulation *simulation, const struct delivery_policy *policy,
                               const char *suffix)
{
    if (!room_for(&delivery->routes, delivery->route_count + 1u, &delivery->route_capacity, sizeof *delivery->routes))
        return STATUS_NO_MEMORY;
    struct part *part = simulation_part(simulation, delivery->self, suffix);
    if (!part)
        return STATUS_NO_MEMORY;
    delivery->routes[delivery->route_count++] = (struct delivery_route){.policy = *policy, .part = part};
    return STATUS_OK;
}

enum status delivery_init(struct delivery *delivery, const struct delivery_type *type, const struct delivery_policy *policy,
                          struct simulation *simulation, void *owner, uint32_t self, uint16_t event_kind, const char *suffix)
{
    delivery_init_routes(delivery, type, simulation, owner, self, event_kind);
    return delivery_add_route(delivery, simulation, policy, suffix);
}

void delivery_fini(struct delivery *delivery)
{
    if (!delivery->type)
        return; /* never made */
    pool_fini(&delivery->items);
    free(delivery->routes);
}

enum delivery_role delivery_role(const struct request *request)
{
    return (enum delivery_role)(request->from_data >> ROLE_SHIFT);
}

static struct delivery_route *route_of(const struct delivery *delivery, const struct delivery_item *item)
{
    return &delivery->routes[item->route];
}

static void schedule_try(struct simulation *simulation, struct delivery *delivery, const struct delivery_item *item, int64_t wait_ns)
{
    int64_t at_ns = time_add(simulation->now_ns, wait_ns);
    int64_t end_ns = time_add(item->received_ns, route_of(delivery, item)->policy.max_age_ns);
    simulation_schedule(simulation, delivery->self, delivery->event_kind, RANK_ARRIVAL, at_ns < end_ns ? at_ns : end_ns, item->id);
}

struct delivery_item *delivery_put(struct simulation *simulation, struct delivery *delivery, uint16_t route, const struct request *request,
                                   int64_t wait_ns)
{
    uint32_t id = pool_take(&delivery->items);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return NULL;
    }
    struct delivery_item *item = pool_at(&delivery->items, id);
    *item = (struct delivery_item){
        .id = id,
        .group = request->group,
        .watcher = ENTITY_NONE,
        .item = request->item,
        .received_ns = simulation->now_ns,
        .payload_bytes = request->payload_bytes,
        .next = POOL_NONE,
        .route = route,
        .content = request->content,
        .poison = request->poison,
        .hops = request->hops,
    };
    delivery->routes[route].part->ledger.entered++;
    delivery->routes[route].waiting++;
    if (simulation->tracer) {
        simulation_trace_from_request(simulation, request);
        simulation_trace_enter(simulation, item->item, 0, delivery->routes[route].part->name, "event");
    }
    if (wait_ns != TIME_FOREVER)
        schedule_try(simulation, delivery, item, wait_ns);
    return item;
}

void delivery_release(struct simulation *simulation, struct delivery *delivery, uint32_t item, int64_t wait_ns)
{
    schedule_try(simulation, delivery, pool_at(&delivery->items, item), wait_ns);
}

void delivery_pass_over(struct simulation *simulation, struct delivery *delivery, uint16_t route, const struct request *request,
                        const struct cause *cause)
{
    struct part *part = delivery->routes[route].part;
    part->ledger.entered++;
    ledger_count(&part->ledger, cause);
    if (simulation->tracer)
        simulation_trace(simulation, request, part->name, fate_names[cause->fate], simulation->now_ns, 0, cause->text);
}

void delivery_accept(struct simulation *simulation, struct delivery *delivery, struct request *request)
{
    simulation->entities[delivery->self].ledger.entered--;
    struct delivery_item *item = delivery_put(simulation, delivery, 0, request, delivery->routes[0].policy.first_wait_ns);
    if (item && request->from != ENTITY_NONE && simulation->entities[request->from].type->outcome) {
        item->watcher = request->from;
        item->watcher_data = request->from_data;
    }
    request_answer(simulation, request, &cause_succeeded);
}

/* A request like the item, from the owner. */
static struct request *request_for(struct simulation *simulation, const struct delivery *delivery, const struct delivery_item *item)
{
    struct request *request = request_new(simulation);
    if (!request)
        return NULL;
    uint32_t id = request->id;
    *request = (struct request){
        .item = item->item,
        .born_ns = item->received_ns,
        .handler_ns = -1,
        .id = id,
        .from = delivery->self,
        .from_data = item->id,
        .group = item->group,
        .payload_bytes = item->payload_bytes,
        .attempt = (uint16_t)(item->tries < UINT16_MAX ? item->tries : UINT16_MAX),
        .content = item->content,
        .asynchronous = true,
        .poison = item->poison,
        .hops = item->hops & HOPS_MAX,
    };
    return request;
}

/* Sends the item, or a record of it, to one of the last places. */
static void send_on(struct simulation *simulation, const struct delivery *delivery, const struct delivery_item *item, uint32_t target,
                    enum delivery_role role)
{
    if (target == ENTITY_NONE)
        return;
    struct request *request = request_for(simulation, delivery, item);
    if (!request)
        return;
    request->born_ns = simulation->now_ns;
    request->attempt = 0;
    request->from_data = (uint32_t)role << ROLE_SHIFT | target;
    if (simulation->tracer)
        simulation_trace_from(simulation, item->item, route_of(delivery, item)->part->name);
    request_send(simulation, target, request);
}

/* Notes a step of the item where it waits. */
static void trace(struct simulation *simulation, const struct delivery *delivery, const struct delivery_item *item, const char *step,
                  int64_t duration_ns, const struct cause *cause)
{
    if (simulation->tracer)
        simulation_trace_item(simulation, item->item, item->tries > 0 ? item->tries - 1u : 0, route_of(delivery, item)->part->name, step,
                              simulation->now_ns, duration_ns, cause->text);
}

static void settle(struct simulation *simulation, struct delivery *delivery, struct delivery_item *item, const struct cause *cause)
{
    struct delivery_route *route = route_of(delivery, item);
    ledger_count(&route->part->ledger, cause);
    route->waiting--;
    trace(simulation, delivery, item, fate_names[cause->fate], 0, cause);
    if (delivery->type->settled)
        delivery->type->settled(simulation, delivery->owner, item, cause);
    if (cause == &cause_succeeded) {
        send_on(simulation, delivery, item, route->policy.on_success, DELIVERY_SUCCESS_RECORD);
    } else {
        send_on(simulation, delivery, item, route->policy.on_failure, DELIVERY_FAILURE_RECORD);
        send_on(simulation, delivery, item, route->policy.dead_letter, DELIVERY_DEAD_LETTER);
    }
    if (item->watcher != ENTITY_NONE) {
        const struct entity *watcher = &simulation->entities[item->watcher];
        watcher->type->outcome(simulation, watcher->state, item->watcher_data, cause);
    }
    if (simulation->tracer)
        simulation_trace_leave(simulation, item->item, route->part->name, "event");
    pool_give(&delivery->items, item->id);
}

/* Why it is over: `kept` where somebody gets it, or a record of it. */
static void give_up(struct simulation *simulation, struct delivery *delivery, struct delivery_item *item, const struct cause *lost,
                    const struct cause *kept)
{
    const struct delivery_policy *policy = &route_of(delivery, item)->policy;
    settle(simulation, delivery, item, policy->on_failure != ENTITY_NONE || policy->dead_letter != ENTITY_NONE ? kept : lost);
}

static void count_up(uint32_t *count)
{
    if (*count < UINT32_MAX)
        (*count)++;
}

/* A try ended with `cause`. */
static void try_ended(struct simulation *simulation, struct delivery *delivery, struct delivery_item *item, const struct cause *cause)
{
    count_up(&item->tries);
    if (delivery->type->answered)
        delivery->type->answered(simulation, delivery->owner, item, cause);
    if (cause == &cause_succeeded) {
        settle(simulation, delivery, item, cause);
        return;
    }
    if (cause_is_of_service(cause)) {
        count_up(&item->throttles);
    } else {
        item->throttles = 0;
        count_up(&item->failures);
    }
    int64_t wait_ns = delivery->type->wait_ns(simulation, delivery->owner, item, cause);
    if (wait_ns == DELIVERY_GIVE_UP) {
        const struct cause *own = delivery->type->given_up ? delivery->type->given_up(cause, false) : NULL;
        give_up(simulation, delivery, item, own ? own : &cause_dropped, own ? delivery->type->given_up(cause, true) : &cause_dropped_kept);
    } else if (wait_ns == DELIVERY_REFUSED) {
        give_up(simulation, delivery, item, &cause_refused, &cause_refused_kept);
    } else {
        trace(simulation, delivery, item, "retry", wait_ns, cause);
        schedule_try(simulation, delivery, item, wait_ns);
    }
}

void delivery_handle(struct simulation *simulation, struct delivery *delivery, const struct event *event)
{
    struct delivery_item *item = pool_at(&delivery->items, event->data);
    const struct delivery_policy *policy = &route_of(delivery, item)->policy;
    if (simulation->now_ns - item->received_ns >= policy->max_age_ns) {
        give_up(simulation, delivery, item, &cause_expired, &cause_expired_kept);
        return;
    }
    if (delivery->type->tried)
        delivery->type->tried(simulation, delivery->owner, item);
    if (policy->target == ENTITY_NONE) {
        try_ended(simulation, delivery, item, &cause_succeeded);
        return;
    }
    struct request *request = request_for(simulation, delivery, item);
    if (!request)
        return;
    if (simulation->tracer)
        simulation_trace_from(simulation, item->item, route_of(delivery, item)->part->name);
    request_send(simulation, policy->target, request);
}

void delivery_answered(struct simulation *simulation, struct delivery *delivery, struct request *request)
{
    const struct delivery_type *type = delivery->type;
    const struct cause *cause = request->cause;
    enum delivery_role role = delivery_role(request);
    uint32_t data = request->from_data;
    request_free(simulation, request);
    if (role == DELIVERY_TRY) {
        try_ended(simulation, delivery, pool_at(&delivery->items, data), cause);
        return;
    }
    void (*told)(struct simulation * simulation, void *owner, uint32_t target) = cause == &cause_succeeded ? type->kept : type->lost;
    if (told)
        told(simulation, delivery->owner, data & TARGET_MASK);
}

void delivery_finish(struct simulation *simulation, struct delivery *delivery)
{
    for (uint16_t i = 0; i < delivery->route_count; i++)
        part_in_flight(simulation, delivery->routes[i].part, delivery->routes[i].waiting);
}
