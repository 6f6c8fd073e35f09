/* fanout.c: notices on their way: delay, filter, tries, duplicates, two that become one. */
#include "fanout.h"

#include <stdio.h>
#include <stdlib.h>

/* A second notice of the same item draws apart from the first. */
#define DUPLICATE_DRAW 128u

static const struct cause cause_coalesced = {.fate = FATE_DROPPED, .text = "coalesced"};

void outlet_add(struct validation *validation, uint32_t from, struct outlet_list *list, struct outlet *outlet)
{
    struct outlet **end = &list->first;
    while (*end)
        end = &(*end)->next;
    outlet->next = NULL;
    *end = outlet;
    list->count++;
    validation_passes(validation, &(const struct onward){.from = from, .to = outlet->target, .only = outlet->matches, .times = 1});
    validation_passes(validation, &(const struct onward){.from = from, .to = outlet->on_failure});
}

void fanout_retries(struct fanout_policy *policy, const struct rule_book *rules)
{
    policy->back_off = (struct back_off){
        .base_ns = (double)rule_ns(rules, "service_retry_base_s"), .factor = 2, .cap_ns = (double)rule_ns(rules, "service_retry_cap_s")};
    policy->max_age_ns = rule_ns(rules, "service_retry_age_s");
}

static int64_t notice_wait_ns(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause)
{
    (void)simulation;
    const struct fanout_policy *policy = &((const struct fanout *)owner)->policy;
    if (cause->fate == FATE_REJECTED)
        return DELIVERY_REFUSED;
    if (policy->max_tries > 0 && item->tries >= policy->max_tries)
        return DELIVERY_GIVE_UP;
    return back_off_ns(&policy->back_off, item->tries - 1);
}

/* What stands for an item in the map: not POOL_NONE. */
static uint32_t mark_of(uint64_t item)
{
    return (uint32_t)(item & UINT32_C(0x7fffffff));
}

/* The notice has left: what happens to its group next gives one of its own again. */
static void forget(struct fanout *fanout, const struct delivery_item *item)
{
    if (fanout->policy.coalesces && item->group != 0 && key_map_find(&fanout->pending[item->route], item->group) == mark_of(item->item))
        key_map_remove(&fanout->pending[item->route], item->group);
}

static void notice_tried(struct simulation *simulation, void *owner, const struct delivery_item *item)
{
    (void)simulation;
    forget(owner, item);
}

static void notice_answered(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause)
{
    (void)simulation;
    (void)item;
    struct fanout_metrics *metrics = ((struct fanout *)owner)->metrics;
    if (cause->fate != FATE_SUCCEEDED)
        counter_add(cause->fate == FATE_THROTTLED ? &metrics->throttled : &metrics->refused, 1);
}

/* What the target of a route holds: one table, however many notifications it is told by. */
static struct in_step *in_step_of(const struct fanout *fanout, uint32_t route)
{
    uint32_t first = 0;
    while (fanout->outlets[first]->target != fanout->outlets[route]->target)
        first++;
    return &fanout->in_step[first];
}

static void notice_settled(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause)
{
    struct fanout *fanout = owner;
    forget(fanout, item);
    if (cause != &cause_succeeded) {
        counter_add(&fanout->metrics->lost, 1);
        return;
    }
    counter_add(&fanout->metrics->delivered, 1);
    if (fanout->policy.keeps_in_step && item->group != 0)
        in_step_told(in_step_of(fanout, item->route), item->group, item->received_ns, simulation->now_ns);
    tally_add(&fanout->metrics->delay, TALLY_ALL, simulation->now_ns - item->received_ns);
}

static const struct delivery_type notice_delivery = {
    .wait_ns = notice_wait_ns,
    .tried = notice_tried,
    .answered = notice_answered,
    .settled = notice_settled,
};

static enum status add_routes(struct fanout *fanout, const struct outlet_list *list, struct simulation *simulation, const char *name)
{
    uint32_t number = 0;
    fanout->outlets = calloc(list->count, sizeof *fanout->outlets);
    fanout->pending = calloc(list->count, sizeof *fanout->pending);
    fanout->in_step = calloc(list->count, sizeof *fanout->in_step);
    if (!fanout->outlets || !fanout->pending || !fanout->in_step)
        return STATUS_NO_MEMORY;
    for (const struct outlet *outlet = list->first; outlet; outlet = outlet->next, number++) {
        char suffix[64];
        const struct delivery_policy policy = {
            .target = outlet->target,
            .max_age_ns = fanout->policy.max_age_ns,
            .on_success = ENTITY_NONE,
            .on_failure = outlet->on_failure,
            .dead_letter = ENTITY_NONE,
        };
        snprintf(suffix, sizeof suffix, "%.40s-%u", fanout->policy.part, number);
        enum status status = delivery_add_route(&fanout->delivery, simulation, &policy, suffix);
        if (status != STATUS_OK)
            return status;
        fanout->outlets[number] = outlet;
        key_map_init(&fanout->pending[number], &simulation->memory, name);
        in_step_init(&fanout->in_step[number], &fanout->metrics->in_step, &simulation->memory, name);
    }
    return STATUS_OK;
}

enum status fanout_init(struct fanout *fanout, const struct fanout_policy *policy, const struct outlet_list *list,
                        struct fanout_metrics *metrics, struct simulation *simulation, uint32_t self, uint16_t event_kind)
{
    const char *name = simulation->entities[self].name;
    *fanout = (struct fanout){.policy = *policy, .metrics = metrics};
    stream_init(&fanout->delay_stream, simulation->settings->seed, simulation->replication, name, "delivery_delay");
    stream_init(&fanout->duplicate_stream, simulation->settings->seed, simulation->replication, name, "duplicate");
    delivery_init_routes(&fanout->delivery, &notice_delivery, simulation, fanout, self, event_kind);
    return list->count > 0 ? add_routes(fanout, list, simulation, name) : STATUS_OK;
}

void fanout_fini(struct fanout *fanout)
{
    for (uint16_t i = 0; i < fanout->delivery.route_count; i++)
        if (fanout->outlets && fanout->outlets[i]) {
            key_map_fini(&fanout->pending[i]);
            in_step_fini(&fanout->in_step[i]);
        }
    free(fanout->outlets);
    free(fanout->pending);
    free(fanout->in_step);
    delivery_fini(&fanout->delivery);
}

static int64_t draw_delay(struct fanout *fanout, const struct request *request, uint32_t draw)
{
    if (!fanout->policy.delay)
        return 0;
    stream_at(&fanout->delay_stream, request->item, draw);
    return distribution_sample_ns(fanout->policy.delay, &fanout->delay_stream.rng);
}

/* Is a notice of the same group on its way? Then this one is in vain. */
static bool is_pending(const struct fanout *fanout, uint16_t route, const struct request *request)
{
    return fanout->policy.coalesces && request->group != 0 && key_map_find(&fanout->pending[route], request->group) != POOL_NONE;
}

static void notify(struct simulation *simulation, struct fanout *fanout, uint16_t route, const struct request *request, uint32_t draw)
{
    struct delivery_item *item = delivery_put(simulation, &fanout->delivery, route, request, draw_delay(fanout, request, draw));
    if (item && fanout->policy.notice_bytes > 0)
        item->payload_bytes = fanout->policy.notice_bytes;
    counter_add(&fanout->metrics->sent, 1);
    if (fanout->policy.coalesces && request->group != 0 && !is_pending(fanout, route, request))
        simulation_fail(simulation, key_map_put(&fanout->pending[route], request->group, mark_of(request->item)));
}

/* Chance keeps apart the targets and the two notices of a duplicate by their number: it takes the place of an attempt. */
void fanout_send(struct simulation *simulation, struct fanout *fanout, uint16_t route, const struct request *request)
{
    if (fanout->policy.keeps_in_step && request->group != 0)
        simulation_fail(simulation, in_step_written(in_step_of(fanout, route), request->group, simulation->now_ns));
    if (is_pending(fanout, route, request)) {
        delivery_pass_over(simulation, &fanout->delivery, route, request, &cause_coalesced);
        counter_add(&fanout->metrics->coalesced, 1);
        return;
    }
    notify(simulation, fanout, route, request, route % DUPLICATE_DRAW);
    if (fanout->policy.duplicate_rate <= 0)
        return;
    stream_at(&fanout->duplicate_stream, request->item, route);
    if (stream_uniform(&fanout->duplicate_stream) >= fanout->policy.duplicate_rate)
        return;
    counter_add(&fanout->metrics->duplicated, 1);
    notify(simulation, fanout, route, request, DUPLICATE_DRAW + route % DUPLICATE_DRAW);
}

void fanout_publish(struct simulation *simulation, struct fanout *fanout, const struct request *request)
{
    bool wanted = false;
    for (uint16_t i = 0; i < fanout->delivery.route_count; i++) {
        if (!content_set_has(fanout->outlets[i]->matches, request->content))
            continue;
        wanted = true;
        fanout_send(simulation, fanout, i, request);
    }
    if (!wanted)
        counter_add(&fanout->metrics->filtered, 1);
}

void fanout_publish_after(struct simulation *simulation, struct fanout *fanout, const struct request *request, int64_t wait_ns)
{
    for (uint16_t i = 0; i < fanout->delivery.route_count; i++) {
        if (!content_set_has(fanout->outlets[i]->matches, request->content))
            continue;
        delivery_put(simulation, &fanout->delivery, i, request, wait_ns);
        counter_add(&fanout->metrics->sent, 1);
    }
}

void fanout_handle(struct simulation *simulation, struct fanout *fanout, const struct event *event)
{
    delivery_handle(simulation, &fanout->delivery, event);
}

void fanout_answered(struct simulation *simulation, struct fanout *fanout, struct request *request)
{
    delivery_answered(simulation, &fanout->delivery, request);
}

void fanout_finish(struct simulation *simulation, struct fanout *fanout)
{
    delivery_finish(simulation, &fanout->delivery);
}
