/* topic_deliver.c: a message is published, answered, and delivered to every subscription by its protocol's retries.
 * Sources: rules sns_retry_*, sns_customer_*, sns_http_*: the SNS developer guide, "Message delivery retries". */
#include "topic_state.h"

#include "engine/back_off.h"
#include "measure/bill.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum topic_event { TOPIC_DELIVER };

static const struct cause cause_too_large = {.fate = FATE_REJECTED, .text = "InvalidParameter: message too long"};
static const struct cause cause_throttled = {.fate = FATE_THROTTLED, .text = "ThrottledException"};
static const struct cause cause_filtered = {.fate = FATE_DISCARDED, .text = "filtered"};

int64_t retry_phases_wait_ns(const struct retry_phases *phases, uint32_t retry)
{
    if (retry <= phases->immediate)
        return 0;
    retry -= phases->immediate;
    if (retry <= phases->pre)
        return phases->pre_wait_ns;
    retry -= phases->pre;
    if (retry <= phases->backoff) {
        double share = phases->backoff > 1 ? (double)(retry - 1) / (double)(phases->backoff - 1) : 0;
        double least = (double)phases->backoff_min_ns, most = (double)phases->backoff_max_ns;
        if (phases->linear)
            return time_from_double(least + (most - least) * share);
        return time_from_double(least * pow(most / fmax(least, 1), share));
    }
    return retry - phases->backoff <= phases->post ? phases->post_wait_ns : DELIVERY_GIVE_UP;
}

static double number(const struct rule_book *rules, const char *set, const char *name)
{
    char rule[64];
    snprintf(rule, sizeof rule, "sns_%s_%s", set, name);
    return rule_number(rules, rule);
}

static uint32_t retries(const struct rule_book *rules, const char *set, const char *name)
{
    return (uint32_t)fmin(fmax(number(rules, set, name), 0), 1e9);
}

static int64_t seconds(const struct rule_book *rules, const char *set, const char *name)
{
    return time_from_double(number(rules, set, name) * (double)NS_PER_S);
}

static struct retry_phases read_phases(const struct rule_book *rules, const char *set)
{
    return (struct retry_phases){
        .immediate = retries(rules, set, "immediate"),
        .pre = retries(rules, set, "pre_backoff"),
        .backoff = retries(rules, set, "backoff"),
        .post = retries(rules, set, "post_backoff"),
        .pre_wait_ns = seconds(rules, set, "pre_backoff_wait_s"),
        .backoff_min_ns = seconds(rules, set, "backoff_min_s"),
        .backoff_max_ns = seconds(rules, set, "backoff_max_s"),
        .post_wait_ns = seconds(rules, set, "post_backoff_wait_s"),
    };
}

static void read_rules(struct topic *topic, const struct rule_book *rules)
{
    bool own = topic->fifo && topic->throughput_scope == 0;
    token_bucket_init_per_s(&topic->bucket, fmax(rule_number(rules, own ? "sns_fifo_publish_rate" : "sns_publish_rate"), 1), 1, 0);
    topic->delay_ns = rule_ns(rules, "sns_delay_ms");
    topic->chunk_bytes = (uint64_t)rule_bytes(rules, "sns_chunk_kb");
    topic->jitter = rule_share(rules, "sns_retry_jitter");
    topic->managed = read_phases(rules, "retry");
    topic->customer = read_phases(rules, "customer");
    topic->web = (struct retry_phases){.pre = retries(rules, "http", "retries"), .pre_wait_ns = seconds(rules, "http", "retry_wait_s")};
}

static int64_t topic_wait_ns(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause)
{
    (void)simulation;
    struct topic *topic = owner;
    const struct topic_route *route = &topic->routes[item->route];
    if (!cause_is_transient(cause))
        return DELIVERY_REFUSED;
    bool throttled_firehose = route->subscription->protocol == PROTOCOL_FIREHOSE && cause->fate == FATE_THROTTLED;
    int64_t wait_ns = retry_phases_wait_ns(throttled_firehose ? &topic->customer : route->phases, item->tries);
    if (wait_ns <= 0)
        return wait_ns;
    stream_at(&topic->jitter_stream, item->item, item->tries);
    return back_off_shortened_ns((double)wait_ns, topic->jitter, &topic->jitter_stream);
}

static void topic_tried(struct simulation *simulation, void *owner, const struct delivery_item *item)
{
    (void)simulation;
    struct topic *topic = owner;
    counter_add(&topic->metrics.attempts, 1);
    counter_add(&topic->metrics.billed_deliveries[topic->routes[item->route].subscription->protocol],
                bill_chunks(item->payload_bytes, topic->chunk_bytes));
}

/* From publishing an item to its first try. */
static int64_t delivery_delay_ns(struct topic *topic, uint16_t route, uint64_t item)
{
    if (!topic->latency)
        return topic->delay_ns;
    stream_at(&topic->latency_stream, item, route);
    return distribution_sample_ns(topic->latency, &topic->latency_stream.rng);
}

static uint64_t line_of(uint16_t route, uint32_t group)
{
    return (uint64_t)route << 32 | group;
}

/* A FIFO topic: the item sets out when those of its group before it are over. */
static void put_in_line(struct simulation *simulation, struct topic *topic, uint16_t route, const struct request *request)
{
    uint64_t line = line_of(route, request->group);
    uint32_t last = key_map_find(&topic->last_ids, line);
    const struct delivery_item *item = delivery_put(simulation, &topic->delivery, route, request,
                                                    last == POOL_NONE ? delivery_delay_ns(topic, route, request->item) : TIME_FOREVER);
    if (!item)
        return;
    if (last != POOL_NONE) {
        ((struct delivery_item *)pool_at(&topic->delivery.items, last))->next = item->id;
        key_map_remove(&topic->last_ids, line);
    }
    enum status status = key_map_put(&topic->last_ids, line, item->id);
    if (status != STATUS_OK)
        simulation_fail(simulation, status);
}

/* One is over: the next of its group may go. */
static void move_line(struct simulation *simulation, struct topic *topic, const struct delivery_item *over)
{
    if (over->next == POOL_NONE) {
        key_map_remove(&topic->last_ids, line_of(over->route, over->group));
        return;
    }
    const struct delivery_item *next = pool_at(&topic->delivery.items, over->next);
    int64_t due_ns = time_add(next->received_ns, delivery_delay_ns(topic, next->route, next->item));
    delivery_release(simulation, &topic->delivery, next->id, due_ns > simulation->now_ns ? due_ns - simulation->now_ns : 0);
}

static void topic_settled(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause)
{
    struct topic *topic = owner;
    gauge_add(&topic->metrics.pending, simulation->now_ns, -1);
    if (topic->fifo)
        move_line(simulation, topic, item);
    if (cause != &cause_succeeded) {
        counter_add(&topic->metrics.failed, 1);
        return;
    }
    counter_add(&topic->metrics.delivered, 1);
    tally_add(&topic->metrics.delivery_time, TALLY_ALL, simulation->now_ns - item->received_ns);
}

static void topic_kept(struct simulation *simulation, void *owner, uint32_t target)
{
    (void)simulation;
    (void)target;
    counter_add(&((struct topic *)owner)->metrics.redriven, 1);
}

static void topic_lost(struct simulation *simulation, void *owner, uint32_t target)
{
    (void)simulation;
    (void)target;
    counter_add(&((struct topic *)owner)->metrics.lost, 1);
}

static const struct delivery_type topic_delivery = {
    .wait_ns = topic_wait_ns,
    .tried = topic_tried,
    .settled = topic_settled,
    .kept = topic_kept,
    .lost = topic_lost,
};

static const struct retry_phases *phases_of(const struct topic *topic, const struct subscription *subscription)
{
    switch ((enum protocol)subscription->protocol) {
    case PROTOCOL_LAMBDA:
    case PROTOCOL_SQS:
    case PROTOCOL_FIREHOSE:
        return &topic->managed;
    case PROTOCOL_HTTP:
    case PROTOCOL_HTTPS:
        return subscription->retry.given ? &subscription->own_phases : &topic->web;
    default:
        return &topic->customer;
    }
}

static enum status add_route(struct simulation *simulation, struct topic *topic, const struct subscription *subscription,
                             const char *suffix)
{
    const struct delivery_policy policy = {
        .target = subscription->endpoint,
        .max_age_ns = TIME_FOREVER,
        .on_success = ENTITY_NONE,
        .on_failure = ENTITY_NONE,
        .dead_letter = subscription->dead_letter,
    };
    topic->routes[topic->delivery.route_count] = (struct topic_route){subscription, phases_of(topic, subscription)};
    return delivery_add_route(&topic->delivery, simulation, &policy, suffix);
}

static const struct subscription *subscription_at(const struct simulation *simulation, uint32_t entity)
{
    return entity_state(simulation, entity);
}

static enum status add_routes(struct simulation *simulation, struct topic *topic)
{
    size_t count = topic->own.count;
    for (uint32_t next = topic->first; next != 0; next = subscription_at(simulation, next - 1)->next)
        count++;
    topic->routes = count <= UINT16_MAX ? calloc(count ? count : 1, sizeof *topic->routes) : NULL;
    enum status status = topic->routes ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t i = 0; i < topic->own.count && status == STATUS_OK; i++) {
        char suffix[48];
        snprintf(suffix, sizeof suffix, "subscription-%zu", i);
        status = add_route(simulation, topic, &own_subscriptions(topic)[i], suffix);
    }
    for (uint32_t next = topic->first; next != 0 && status == STATUS_OK; next = subscription_at(simulation, next - 1)->next) {
        char *suffix = NULL;
        if (asprintf(&suffix, "subscription-%s", simulation->entities[next - 1].name) < 0)
            return STATUS_NO_MEMORY;
        status = add_route(simulation, topic, subscription_at(simulation, next - 1), suffix);
        free(suffix);
    }
    return status;
}

enum status topic_create(struct simulation *simulation, void *self)
{
    struct topic *topic = self;
    const char *name = simulation->entities[topic->self].name;
    uint64_t seed = simulation->settings->seed;
    read_rules(topic, simulation->settings->rules);
    stream_init(&topic->latency_stream, seed, simulation->replication, name, "latency");
    stream_init(&topic->jitter_stream, seed, simulation->replication, name, "jitter");
    key_map_init(&topic->last_ids, &simulation->memory, name);
    delivery_init_routes(&topic->delivery, &topic_delivery, simulation, topic, topic->self, TOPIC_DELIVER);
    return add_routes(simulation, topic);
}

void topic_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct topic *topic = self;
    delivery_fini(&topic->delivery);
    key_map_fini(&topic->last_ids);
    fault_fini(&topic->faults);
    free(topic->routes);
}

static void fan_out(struct simulation *simulation, struct topic *topic, const struct request *request)
{
    for (uint16_t i = 0; i < topic->delivery.route_count && simulation->status == STATUS_OK; i++) {
        const struct subscription *subscription = topic->routes[i].subscription;
        if (!content_set_has(subscription->passes, request->content)) {
            counter_add(&topic->metrics.filtered, 1);
            counter_add(subscription->scope == SCOPE_BODY ? &topic->metrics.filtered_body : &topic->metrics.filtered_attributes, 1);
            delivery_pass_over(simulation, &topic->delivery, i, request, &cause_filtered);
            continue;
        }
        gauge_add(&topic->metrics.pending, simulation->now_ns, 1);
        if (topic->fifo)
            put_in_line(simulation, topic, i, request);
        else
            delivery_put(simulation, &topic->delivery, i, request, delivery_delay_ns(topic, i, request->item));
    }
}

void topic_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct topic *topic = self, *keeper = entity_state(simulation, topic->quota);
    struct topic_metrics *metrics = &topic->metrics;
    if (fault_answers(simulation, &topic->faults, topic->self, request))
        return;
    if (request->payload_bytes > topic->message_max_bytes) {
        request_done(simulation, topic->self, request, &cause_too_large);
        return;
    }
    if (!token_bucket_take(&keeper->bucket, 1, simulation->now_ns)) {
        counter_add(&metrics->throttled, 1);
        request_done(simulation, topic->self, request, &cause_throttled);
        return;
    }
    counter_add(&metrics->published, 1);
    counter_add(&metrics->requests, bill_chunks(request->payload_bytes, topic->chunk_bytes));
    counter_add(&metrics->fifo_bytes, topic->fifo ? request->payload_bytes : 0);
    tally_add(&metrics->publish_size, TALLY_ALL, request->payload_bytes);
    fan_out(simulation, topic, request);
    request_done(simulation, topic->self, request, &cause_succeeded);
}

void topic_handle(struct simulation *simulation, void *self, const struct event *event)
{
    delivery_handle(simulation, &((struct topic *)self)->delivery, event);
}

void topic_done(struct simulation *simulation, void *self, struct request *request)
{
    delivery_answered(simulation, &((struct topic *)self)->delivery, request);
}

enum status topic_finish(struct simulation *simulation, void *self)
{
    struct topic *topic = self;
    delivery_finish(simulation, &topic->delivery);
    return STATUS_OK;
}
