/* delivery.c: tries, waits, ages and last resorts. */
#include "engine/delivery.h"

/* from_data of a record or a dead letter on its way: no pool comes that far. */
#define SENT_ON UINT32_C(0x80000000)

static const struct cause cause_expired = {.fate = FATE_EXPIRED, .text = "event_age"};
static const struct cause cause_expired_kept = {.fate = FATE_DEAD_LETTERED, .text = "event_age"};
static const struct cause cause_dropped = {.fate = FATE_DROPPED, .text = "attempts"};
static const struct cause cause_dropped_kept = {.fate = FATE_DEAD_LETTERED, .text = "attempts"};

enum status delivery_init(struct delivery *delivery, const struct delivery_type *type, const struct delivery_policy *policy,
                          struct simulation *simulation, void *owner, uint32_t self, uint16_t event_kind, const char *suffix)
{
    *delivery = (struct delivery){.type = type, .policy = *policy, .owner = owner, .self = self, .event_kind = event_kind};
    pool_init(&delivery->items, sizeof(struct delivery_item), &simulation->memory, simulation->entities[self].name);
    delivery->part = simulation_part(simulation, self, suffix);
    return delivery->part ? STATUS_OK : STATUS_NO_MEMORY;
}

void delivery_fini(struct delivery *delivery)
{
    if (delivery->type)
        pool_fini(&delivery->items);
}

static void schedule_try(struct simulation *simulation, struct delivery *delivery, const struct delivery_item *item, int64_t wait_ns)
{
    int64_t at_ns = time_add(simulation->now_ns, wait_ns);
    int64_t end_ns = time_add(item->received_ns, delivery->policy.max_age_ns);
    simulation_schedule(simulation, delivery->self, delivery->event_kind, RANK_ARRIVAL, at_ns < end_ns ? at_ns : end_ns, item->id);
}

void delivery_accept(struct simulation *simulation, struct delivery *delivery, struct request *request)
{
    uint32_t id = pool_take(&delivery->items);
    simulation->entities[delivery->self].ledger.entered--;
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    struct delivery_item *item = pool_at(&delivery->items, id);
    *item = (struct delivery_item){
        .id = id,
        .group = request->group,
        .content = request->content,
        .hops = request->hops,
        .poison = request->poison,
        .item = request->item,
        .received_ns = simulation->now_ns,
        .payload_bytes = request->payload_bytes,
    };
    delivery->part->ledger.entered++;
    delivery->waiting++;
    request_answer(simulation, request, &cause_succeeded);
    schedule_try(simulation, delivery, item, delivery->policy.first_wait_ns);
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
        .group = item->group,
        .poison = item->poison,
        .content = item->content,
        .hops = item->hops & HOPS_MAX,
        .from = delivery->self,
        .from_data = item->id,
        .payload_bytes = item->payload_bytes,
        .attempt = item->tries,
        .asynchronous = true,
    };
    return request;
}

/* Sends the item, or a record of it, to one of the last places. */
static void send_on(struct simulation *simulation, const struct delivery *delivery, const struct delivery_item *item, uint32_t target)
{
    if (target == ENTITY_NONE)
        return;
    struct request *request = request_for(simulation, delivery, item);
    if (!request)
        return;
    request->born_ns = simulation->now_ns;
    request->attempt = 0;
    request->from_data = SENT_ON | target;
    request_send(simulation, target, request);
}

/* Notes a step of the item where it waits. */
static void trace(struct simulation *simulation, const struct delivery *delivery, const struct delivery_item *item, const char *step,
                  int64_t duration_ns, const struct cause *cause)
{
    if (simulation->tracer)
        simulation_trace_item(simulation, item->item, item->tries > 0 ? item->tries - 1u : 0, delivery->part->name, step,
                              simulation->now_ns, duration_ns, cause->text);
}

static void settle(struct simulation *simulation, struct delivery *delivery, struct delivery_item *item, const struct cause *cause)
{
    const struct delivery_policy *policy = &delivery->policy;
    ledger_count(&delivery->part->ledger, cause);
    delivery->waiting--;
    trace(simulation, delivery, item, fate_names[cause->fate], 0, cause);
    if (delivery->type->settled)
        delivery->type->settled(simulation, delivery->owner, item, cause);
    if (cause == &cause_succeeded) {
        send_on(simulation, delivery, item, policy->on_success);
    } else {
        send_on(simulation, delivery, item, policy->on_failure);
        send_on(simulation, delivery, item, policy->dead_letter);
    }
    pool_give(&delivery->items, item->id);
}

static void give_up(struct simulation *simulation, struct delivery *delivery, struct delivery_item *item, bool too_old)
{
    bool kept = delivery->policy.on_failure != ENTITY_NONE || delivery->policy.dead_letter != ENTITY_NONE;
    const struct cause *cause = too_old ? (kept ? &cause_expired_kept : &cause_expired) : (kept ? &cause_dropped_kept : &cause_dropped);
    settle(simulation, delivery, item, cause);
}

void delivery_handle(struct simulation *simulation, struct delivery *delivery, const struct event *event)
{
    struct delivery_item *item = pool_at(&delivery->items, event->data);
    if (simulation->now_ns - item->received_ns >= delivery->policy.max_age_ns) {
        give_up(simulation, delivery, item, true);
        return;
    }
    struct request *request = request_for(simulation, delivery, item);
    if (!request)
        return;
    if (delivery->type->tried)
        delivery->type->tried(simulation, delivery->owner, item);
    request_send(simulation, delivery->policy.target, request);
}

static void count_up(uint16_t *count)
{
    if (*count < UINT16_MAX)
        (*count)++;
}

void delivery_answered(struct simulation *simulation, struct delivery *delivery, struct request *request)
{
    const struct cause *cause = request->cause;
    uint32_t id = request->from_data;
    request_free(simulation, request);
    if (id & SENT_ON) {
        if (cause != &cause_succeeded && delivery->type->lost)
            delivery->type->lost(simulation, delivery->owner, id & ~SENT_ON);
        return;
    }
    struct delivery_item *item = pool_at(&delivery->items, id);
    count_up(&item->tries);
    if (cause == &cause_succeeded) {
        settle(simulation, delivery, item, cause);
        return;
    }
    bool throttled = cause->fate == FATE_THROTTLED || cause->server_error;
    if (throttled) {
        count_up(&item->throttles);
    } else {
        item->throttles = 0;
        count_up(&item->failures);
    }
    int64_t wait_ns = delivery->type->wait_ns(simulation, delivery->owner, item, cause);
    if (wait_ns == DELIVERY_GIVE_UP) {
        give_up(simulation, delivery, item, false);
        return;
    }
    trace(simulation, delivery, item, "retry", wait_ns, cause);
    schedule_try(simulation, delivery, item, wait_ns);
}

void delivery_finish(struct simulation *simulation, struct delivery *delivery)
{
    if (delivery->type)
        part_in_flight(simulation, delivery->part, delivery->waiting);
}
