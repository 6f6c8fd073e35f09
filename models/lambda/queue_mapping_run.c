/* queue_mapping_run.c: who polls a queue, and how many do.
 * Every lane that waits stands for one long poll under way. One wake-up stands for all of them, and the polls that end empty are counted
 * by arithmetic: an idle mapping costs one event a period. Messages go to whoever has waited longest, as to any of several long polls. */
#include "queue_mapping_state.h"

#include "engine/random.h"
#include "engine/rule_book.h"
#include "event_filter.h"
#include "function_state.h"
#include "lambda_kinds.h"

#include <math.h>
#include <stdlib.h>

/* Time to collect a batch and to work on it: rule sqs_visibility_extended. */
static int64_t effective_visibility_ns(const struct simulation *simulation, const struct queue_mapping *mapping, int64_t visibility_ns)
{
    const struct rule_book *rules = simulation->settings->rules;
    const struct entity *named = &simulation->entities[mapping->config.function];
    if (!is_invocable_type(named->type)) /* a pipe: it knows no time limit of what it calls */
        return visibility_ns;
    const struct function *function = entity_state(simulation, invoked_version(named->type, named->state, mapping->config.function));
    int64_t needed_ns = time_add(mapping->config.window_ns, function->config.timeout_ns);
    if (mapping->config.window_ns == 0 || needed_ns <= visibility_ns || !rule_flag(rules, "sqs_visibility_extended"))
        return visibility_ns;
    return time_add(needed_ns, rule_ns(rules, "sqs_visibility_extra_s"));
}

enum status queue_mapping_create(struct simulation *simulation, void *self)
{
    struct queue_mapping *mapping = self;
    const struct queue_mapping_config *config = &mapping->config;
    const struct rule_book *rules = simulation->settings->rules;
    const struct entity *source = &simulation->entities[config->source];
    const char *name = simulation->entities[mapping->self].name;
    pool_init(&mapping->lanes, sizeof(struct lane), &simulation->memory, name);
    chain_init(&mapping->waiting, &mapping->lanes, offsetof(struct lane, link));
    mapping->source = source->type->pollable;
    mapping->in_order = mapping->source->in_order(source->state);
    mapping->visibility_ns = effective_visibility_ns(simulation, mapping, mapping->source->visibility_ns(source->state));
    mapping->receive_most = (uint32_t)rule_count(rules, "sqs_receive_max", 1, UINT16_MAX);
    mapping->reports_failures = config->response_types & REPORT_BATCH_ITEM_FAILURES;
    mapping->errors_count = !(mapping->reports_failures && rule_flag(rules, "sqs_partial_batch_turns_backoff_off"));
    mapping->holds_on = rule_flag(rules, "sqs_throttle_retried_until_visibility");
    mapping->long_poll_ns = rule_ns(rules, "sqs_long_poll_max_s");
    mapping->low_traffic_ns = rule_ns(rules, "sqs_low_traffic_wait_s");
    double base_ns = (double)rule_pause_ns(rules, "sqs_throttle_retry_base_s");
    mapping->back_off = (struct back_off){
        .base_ns = base_ns, .factor = 2, .cap_ns = fmax(base_ns, (double)rule_pause_ns(rules, "sqs_throttle_retry_cap_s"))};
    mapping->payload_most = (uint64_t)rule_bytes(rules, "payload_sync_max_mb");
    mapping->salt = item_salt(name);
    mapping->long_polls = config->provisioned ? (uint64_t)rule_count(rules, "sqs_poller_long_polls", 0, UINT16_MAX) : 1;
    if (config->provisioned)
        poller_fleet_init_provisioned(&mapping->fleet, rules, config->least_pollers, config->most_pollers);
    else
        poller_fleet_init(&mapping->fleet, rules, config->maximum_concurrency);
    mapping->received = calloc(mapping->receive_most, sizeof *mapping->received);
    return mapping->received ? STATUS_OK : STATUS_NO_MEMORY;
}

void queue_mapping_destroy(struct simulation *simulation, void *self)
{
    struct queue_mapping *mapping = self;
    for (uint32_t id = 0; id < mapping->lanes.fresh; id++)
        lane_fini(simulation, lane_at(mapping, id));
    if (mapping->lanes.item_size > 0) /* else it was never created */
        pool_fini(&mapping->lanes);
    free(mapping->received);
}

static void schedule(struct simulation *simulation, const struct queue_mapping *mapping, enum queue_mapping_event kind, int64_t at_ns)
{
    simulation_schedule(simulation, mapping->self, (uint16_t)kind, RANK_ARRIVAL, at_ns, 0);
}

/* One event is pending at most: where the backlog began anew since, it is put off. */
static void schedule_growth(struct simulation *simulation, struct queue_mapping *mapping)
{
    int64_t due_ns = poller_fleet_next_growth(&mapping->fleet);
    if (mapping->growth_pending || due_ns == TIME_FOREVER)
        return;
    mapping->growth_pending = true;
    schedule(simulation, mapping, MAPPING_GROW, due_ns > simulation->now_ns ? due_ns : simulation->now_ns);
}

/* After every change: is there a backlog, is anyone to be woken? */
static void look_around(struct simulation *simulation, struct queue_mapping *mapping, uint64_t visible)
{
    poller_fleet_idle(&mapping->fleet, mapping_idle_lanes(mapping));
    if (visible > 0) {
        if (mapping->fleet.since_ns < 0)
            poller_fleet_backlog(&mapping->fleet, simulation->now_ns);
        schedule_growth(simulation, mapping);
        return;
    }
    poller_fleet_relax(&mapping->fleet);
    if (!mapping->wake_pending) { /* also where no lane waits: then a backlog begins */
        mapping->wake_pending = true;
        mapping->ticket =
            mapping->source->wait(simulation, entity_state(simulation, mapping->config.source), mapping->self, MAPPING_WAKE, 0);
    }
}

/* Tries again at `at_ns`. */
static void pause_polling(struct simulation *simulation, struct queue_mapping *mapping, int64_t at_ns)
{
    if (mapping->pace_pending)
        return;
    mapping->pace_pending = true;
    schedule(simulation, mapping, MAPPING_PACE, at_ns);
}

/* Deletes what no filter lets through; what is left moves up. Returns how many are left. */
static uint32_t filter_received(struct simulation *simulation, struct queue_mapping *mapping, uint32_t count)
{
    void *source = entity_state(simulation, mapping->config.source);
    uint32_t left = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct received *message = &mapping->received[i];
        if (content_set_has(mapping->config.passes, message->content)) {
            mapping->received[left++] = *message;
            continue;
        }
        mapping->source->discard(simulation, source, message->message, message->receipt, &cause_filtered);
        if (simulation->tracer)
            simulation_trace_item(simulation, message->item, message->receive_count > 0 ? message->receive_count - 1u : 0,
                                  simulation->entities[mapping->self].name, fate_names[cause_filtered.fate], simulation->now_ns, 0,
                                  cause_filtered.text);
    }
    counter_add(&mapping->metrics.filtered, count - left);
    return left;
}

/* One poll of the lane that has waited longest. Returns how many messages it brought. */
static uint32_t poll_once(struct simulation *simulation, struct queue_mapping *mapping)
{
    struct lane *lane = lane_at(mapping, mapping->waiting.head);
    mapping_tell_empty_polls(simulation, mapping, lane_take_empty_polls(simulation, mapping, lane));
    lane_unlink(mapping, lane);
    uint32_t most = (uint32_t)mapping->config.batch_size - lane->count;
    if (most > mapping->receive_most)
        most = mapping->receive_most;
    void *source = entity_state(simulation, mapping->config.source);
    uint32_t count = mapping->source->receive(simulation, source, most, mapping->visibility_ns, mapping->received);
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < count; i++)
        bytes += mapping->received[i].payload_bytes;
    poller_fleet_polled(&mapping->fleet, simulation->now_ns, bytes);
    counter_add(&mapping->metrics.polled, count);
    uint32_t wanted = mapping->config.passes ? filter_received(simulation, mapping, count) : count;
    lane_take(simulation, mapping, lane, mapping->received, wanted);
    if (lane_is_ready(simulation, mapping, lane)) {
        lane_call(simulation, mapping, lane);
        return count;
    }
    lane_wait(simulation, mapping, lane);
    if (lane->count > 0 && lane->deadline_ns < lane->timer_ns) {
        lane->timer_ns = lane->deadline_ns;
        simulation_schedule(simulation, mapping->self, MAPPING_WINDOW, RANK_ARRIVAL, lane->deadline_ns, lane->id);
    }
    return count;
}

/* Lets waiting lanes take what there is. */
static void mapping_poll(struct simulation *simulation, struct queue_mapping *mapping)
{
    if (mapping->polling) /* a call was turned away at once: the loop below goes on with that lane */
        return;
    mapping->polling = true;
    void *source = entity_state(simulation, mapping->config.source);
    uint64_t visible = mapping->source->visible(simulation, source);
    while (mapping->waiting_count > 0 && visible > 0 && simulation->status == STATUS_OK) {
        if (__builtin_expect(source_is_denied(simulation, mapping->config.rights), 0)) { /* a poll brings nothing; the next may */
            pause_polling(simulation, mapping, time_add(simulation->now_ns, mapping->long_poll_ns));
            break;
        }
        int64_t next_ns = poller_fleet_next_poll(&mapping->fleet);
        if (next_ns > simulation->now_ns || mapping->pace_pending) {
            pause_polling(simulation, mapping, next_ns);
            break;
        }
        uint32_t count = poll_once(simulation, mapping);
        uint64_t left = mapping->source->visible(simulation, source);
        if (count == 0 && left >= visible) /* it gives nothing away for now */
            pause_polling(simulation, mapping, time_add(simulation->now_ns, back_off_ns(&mapping->back_off, 0)));
        visible = left;
    }
    mapping->polling = false;
    look_around(simulation, mapping, visible);
}

/* The next end of something that is measured, which polls may not be counted beyond. */
static void schedule_count(struct simulation *simulation, const struct queue_mapping *mapping)
{
    const struct simulation_settings *settings = simulation->settings;
    int64_t now_ns = simulation->now_ns, next_ns = simulation->end_ns;
    if (settings->period_ns > 0) {
        int64_t periods = (now_ns + 1) / settings->period_ns + 1;
        if (periods < next_ns / settings->period_ns + 1)
            next_ns = periods * settings->period_ns;
    }
    const int64_t others[] = {settings->warmup_ns, settings->duration_ns};
    for (size_t i = 0; i < 2; i++)
        if (others[i] > now_ns + 1 && others[i] < next_ns)
            next_ns = others[i];
    if (next_ns - 1 > now_ns)
        simulation_schedule(simulation, mapping->self, MAPPING_COUNT, RANK_EXPIRY, next_ns - 1, 0);
}

static void count_empty_polls(struct simulation *simulation, struct queue_mapping *mapping)
{
    uint64_t polls = 0;
    for (uint32_t id = mapping->waiting.head; id != POOL_NONE; id = lane_at(mapping, id)->link.next)
        polls += lane_take_empty_polls(simulation, mapping, lane_at(mapping, id));
    mapping_tell_empty_polls(simulation, mapping, polls);
    schedule_count(simulation, mapping);
}

static void grow(struct simulation *simulation, struct queue_mapping *mapping)
{
    mapping->growth_pending = false;
    if (poller_fleet_next_growth(&mapping->fleet) <= simulation->now_ns) {
        poller_fleet_grow(&mapping->fleet);
        mapping_adjust_lanes(simulation, mapping);
        if (poller_fleet_above_floor(&mapping->fleet))
            mapping_start_reviews(simulation, mapping);
        mapping_poll(simulation, mapping);
    }
    schedule_growth(simulation, mapping);
}

static void review(struct simulation *simulation, struct queue_mapping *mapping)
{
    mapping->review_pending = false;
    int64_t before = mapping->fleet.lanes;
    bool more = poller_fleet_review(&mapping->fleet, mapping_idle_lanes(mapping));
    if (mapping->fleet.lanes < before) {
        poller_fleet_relax(&mapping->fleet);
        mapping_adjust_lanes(simulation, mapping);
        mapping_poll(simulation, mapping);
    }
    if (more)
        mapping_start_reviews(simulation, mapping);
}

void queue_mapping_start(struct simulation *simulation, void *self)
{
    struct queue_mapping *mapping = self;
    if (!mapping->config.enabled)
        return;
    mapping_adjust_lanes(simulation, mapping);
    if (poller_fleet_above_floor(&mapping->fleet))
        mapping_start_reviews(simulation, mapping);
    schedule_count(simulation, mapping);
    mapping_poll(simulation, mapping);
}

/* Something is there. What arrives at the same instant is waited for: a poll brings all that there is. */
static void wake(struct simulation *simulation, struct queue_mapping *mapping)
{
    void *source = entity_state(simulation, mapping->config.source);
    uint64_t visible = mapping->source->visible(simulation, source);
    if (visible > mapping->seen && visible < (uint64_t)mapping->waiting_count * (uint64_t)mapping->config.batch_size) {
        mapping->seen = visible;
        schedule(simulation, mapping, MAPPING_WAKE, simulation->now_ns);
        return;
    }
    mapping->seen = 0;
    mapping->wake_pending = false;
    uint32_t ticket = mapping->ticket;
    mapping_poll(simulation, mapping);
    if (mapping->source->visible(simulation, source) > 0) /* somebody else who waits may want what is left */
        mapping->source->cancel(simulation, source, ticket);
}

/* What a lane has waited for is over: more messages, or the end of its back-off. */
static void lane_event(struct simulation *simulation, struct queue_mapping *mapping, const struct event *event)
{
    struct lane *lane = lane_at(mapping, event->data);
    if (event->kind == MAPPING_RETRY) {
        if (lane->state == LANE_BACKING)
            lane_retry(simulation, mapping, lane);
        else
            lane_release(simulation, mapping, lane);
    } else if (lane->state != LANE_GONE) {
        lane->timer_ns = TIME_FOREVER;
        if (lane->state != LANE_WAITING || lane->count == 0)
            return;
        if (lane->deadline_ns > simulation->now_ns) {
            lane->timer_ns = lane->deadline_ns;
            simulation_schedule(simulation, mapping->self, MAPPING_WINDOW, RANK_ARRIVAL, lane->deadline_ns, lane->id);
            return;
        }
        mapping_tell_empty_polls(simulation, mapping, lane_take_empty_polls(simulation, mapping, lane));
        lane_unlink(mapping, lane);
        lane_call(simulation, mapping, lane);
    }
    mapping_poll(simulation, mapping);
}

void queue_mapping_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct queue_mapping *mapping = self;
    switch ((enum queue_mapping_event)event->kind) {
    case MAPPING_WAKE:
        wake(simulation, mapping);
        break;
    case MAPPING_PACE:
        mapping->pace_pending = false;
        mapping_poll(simulation, mapping);
        break;
    case MAPPING_WINDOW:
    case MAPPING_RETRY:
        lane_event(simulation, mapping, event);
        break;
    case MAPPING_GROW:
        grow(simulation, mapping);
        break;
    case MAPPING_REVIEW:
        review(simulation, mapping);
        break;
    case MAPPING_COUNT:
        count_empty_polls(simulation, mapping);
        break;
    }
}

void queue_mapping_done(struct simulation *simulation, void *self, struct request *request)
{
    struct queue_mapping *mapping = self;
    if (lane_answered(simulation, mapping, lane_at(mapping, request->from_data), request))
        mapping_poll(simulation, mapping);
}

struct batch *queue_mapping_batch(struct simulation *simulation, void *self, const struct request *request)
{
    (void)simulation;
    const struct queue_mapping *mapping = self;
    struct lane *lane = pool_at(&mapping->lanes, request->from_data);
    return &lane->batch;
}

/* What was received and what became of it must add up. */
enum status queue_mapping_finish(struct simulation *simulation, void *self)
{
    (void)simulation;
    const struct queue_mapping *mapping = self;
    uint64_t held = 0;
    for (uint32_t id = 0; id < mapping->lanes.fresh; id++)
        if (lane_at(mapping, id)->state != LANE_GONE)
            held += lane_at(mapping, id)->count - lane_at(mapping, id)->first;
    return mapping->taken == mapping->let_go + held ? STATUS_OK : STATUS_INTERNAL;
}
