/* source_items.c: an item of a traffic source from its first request to its end: waits, gives up, tries again.
 * An item is what a user wants done; each try at it is a request. Nothing here depends on what the target is. */
#include "source_state.h"

#include <math.h>

static const struct cause cause_request_large = {.fate = FATE_REJECTED, .text = "request too large for the caller"};
static const struct cause cause_response_large = {.fate = FATE_FAILED, .text = "response too large for the caller"};
static const struct cause cause_client_timeout = {.fate = FATE_TIMED_OUT, .text = "client timeout"};

static uint32_t payload_bytes(struct source *source, uint64_t item)
{
    if (distribution_is_constant(source->payload))
        return source->payload_bytes;
    stream_at(&source->payload_stream, item, 0);
    double bytes = distribution_sample(source->payload, &source->payload_stream.rng);
    return bytes <= 0 ? 0 : bytes >= UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
}

static uint32_t group_of(struct source *source, uint64_t item)
{
    const struct key_choice *choice = source->object.kind == KEY_NONE ? &source->key : &source->object;
    if (choice->kind == KEY_NONE)
        return 0;
    stream_at(&source->key_stream, item, 0);
    return key_draw(choice, &source->key_stream);
}

static uint8_t content_of(struct source *source, uint64_t item)
{
    if (source->caller.content.count == 0)
        return CONTENT_NONE;
    stream_at(&source->event_stream, item, 0);
    return content_draw(&source->caller.content, &source->event_stream);
}

static struct request *new_request(struct simulation *simulation, struct source *source, int64_t handler_ns)
{
    struct request *request = request_new(simulation);
    if (!request)
        return NULL;
    request->item = source->caller.salt + source->ordinal++;
    request->born_ns = simulation->now_ns;
    request->handler_ns = handler_ns;
    request->from = source->self;
    request->from_data = POOL_NONE;
    request->payload_bytes = payload_bytes(source, request->item);
    request->attempt = 0;
    request->content = content_of(source, request->item);
    request->hops = 0;
    request->asynchronous = source->invocation_type == 1;
    request->is_batch = false;
    request->group = group_of(source, request->item);
    request->poison = source->poison;
    simulation->entities[source->self].ledger.entered++;
    source->open++;
    counter_add(&source->requests, 1);
    if (simulation->tracer)
        simulation_trace_enter(simulation, request->item, 0, simulation->entities[source->self].name, "item");
    return request;
}

/* The network's time of an attempt: half of it there, the rest back. The same whenever it is asked for. */
static int64_t rtt_ns(struct source *source, const struct request *request)
{
    stream_at(&source->rtt_stream, request->item, request->attempt);
    return distribution_sample_ns(source->rtt, &source->rtt_stream.rng);
}

static inline void hand_over(struct simulation *simulation, struct source *source, struct request *request)
{
    counter_add(&source->attempts, 1);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[source->caller.target].name, "sent", simulation->now_ns, 0, "");
    if (__builtin_expect(source->rtt != NULL, 0))
        simulation_schedule(simulation, source->self, SOURCE_REACHED, RANK_ARRIVAL,
                            time_add(simulation->now_ns, rtt_ns(source, request) / 2), request->id);
    else
        request_send(simulation, source->caller.target, request);
}

/* Has the caller given this attempt up while it was on the network? Then it is nobody's item, but still in the caller's name. */
static bool is_given_up(const struct source *source, const struct request *request)
{
    return !source->plain && request->from_data == POOL_NONE;
}

void source_reached(struct simulation *simulation, struct source *source, struct request *request)
{
    if (!source->plain && !is_given_up(source, request))
        ((struct item *)pool_at(&source->items, request->from_data))->place = ITEM_WITH_TARGET;
    request_send(simulation, source->caller.target, request);
}

void source_send(struct simulation *simulation, struct source *source, struct request *request)
{
    struct item *item = source->plain ? NULL : pool_at(&source->items, request->from_data);
    if (item)
        item->place = source->rtt ? ITEM_ON_ITS_WAY : ITEM_WITH_TARGET;
    if (item && source->client_timeout_ns > 0) {
        int64_t until_ns = time_add(simulation->now_ns, source->client_timeout_ns);
        item->sent_ns = simulation->now_ns;
        if (until_ns < simulation->end_ns) { /* what lies past the end never happens, and must not keep the item */
            item->timers++;
            simulation_schedule(simulation, source->self, SOURCE_TIMEOUT, RANK_EXPIRY, until_ns, request->from_data);
        }
    }
    hand_over(simulation, source, request);
}

/* Sends now, or when the adaptive mode's limiter lets it. */
static void send_when_allowed(struct simulation *simulation, struct source *source, struct request *request)
{
    const struct item *item = pool_at(&source->items, request->from_data);
    int64_t wait_ns = client_hold_back_ns(&source->policy, &source->client_list[item->client], simulation->now_ns);
    if (wait_ns > 0)
        simulation_schedule(simulation, source->self, SOURCE_SEND, RANK_ARRIVAL, time_add(simulation->now_ns, wait_ns), request->id);
    else
        source_send(simulation, source, request);
}

static void forget_item(struct source *source, uint32_t id)
{
    const struct item *item = pool_at(&source->items, id);
    if (!item->open && item->timers == 0)
        pool_give(&source->items, id);
}

/* `throttle` as this source's reason for giving up. */
static const struct cause *rejection_of(struct simulation *simulation, struct source *source, const struct cause *throttle)
{
    if (throttle == source->throttle) /* an overload is turned away for the same reason again and again */
        return source->rejection;
    const struct cause *rejection = cause_list_get(&source->rejections, FATE_REJECTED, throttle->text);
    if (!rejection) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return throttle;
    }
    source->throttle = throttle;
    source->rejection = rejection;
    return rejection;
}

/* The item's end, whatever it was. */
static void settle(struct simulation *simulation, struct source *source, const struct request *request, const struct cause *cause)
{
    struct ledger *ledger = &simulation->entities[source->self].ledger;
    source->open--;
    if (cause->fate == FATE_THROTTLED || cause->fate == FATE_REJECTED) {
        cause = cause->fate == FATE_THROTTLED ? rejection_of(simulation, source, cause) : cause;
        counter_add(&source->rejected, 1);
    } else {
        counter_add(cause == &cause_succeeded ? &source->succeeded : &source->failed, 1);
        tally_add(&source->response_time, TALLY_ALL, simulation->now_ns - request->born_ns);
    }
    ledger_count(ledger, cause);
    if (simulation->tracer) {
        const char *name = simulation->entities[source->self].name;
        simulation_trace(simulation, request, name, fate_names[cause->fate], simulation->now_ns, 0, cause->text);
        simulation_trace_leave(simulation, request->item, name, "item");
    }
}

void source_user_thinks(struct simulation *simulation, struct source *source, uint32_t user)
{
    /* 20 bits of the user beside 24 of the count, and the user's other bits where attempts would be: no two users think alike. */
    stream_at(&source->think_stream, ((uint64_t)user << 24) + source->user_thinks[user]++, user >> 20);
    int64_t think_ns = distribution_sample_ns(source->process->think, &source->think_stream.rng);
    int64_t at_ns = time_add(simulation->now_ns > source->from_ns ? simulation->now_ns : source->from_ns, think_ns);
    if (at_ns < source->until_ns)
        simulation_schedule(simulation, source->self, SOURCE_USER, RANK_ARRIVAL, at_ns, user);
}

/* It is more than the caller hands over: nothing is sent. */
static void turn_down(struct simulation *simulation, struct source *source, struct request *request, uint32_t user)
{
    settle(simulation, source, request, &cause_request_large);
    request_free(simulation, request);
    if (user != POOL_NONE)
        source_user_thinks(simulation, source, user);
}

void source_begin_item(struct simulation *simulation, struct source *source, int64_t handler_ns, uint32_t user)
{
    struct request *request = new_request(simulation, source, handler_ns);
    if (!request)
        return;
    if (__builtin_expect(source->request_limit_bytes > 0 && request->payload_bytes > source->request_limit_bytes, 0)) {
        turn_down(simulation, source, request, user);
        return;
    }
    if (source->plain) {
        hand_over(simulation, source, request);
        return;
    }
    uint32_t id = pool_take(&source->items);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    *(struct item *)pool_at(&source->items, id) = (struct item){
        .request = request->id,
        .client = (uint32_t)((request->item - source->caller.salt) % (uint64_t)source->caller.clients),
        .user = user,
        .open = true,
    };
    request->from_data = id;
    send_when_allowed(simulation, source, request);
}

static void settle_item(struct simulation *simulation, struct source *source, uint32_t id, const struct request *request,
                        const struct cause *cause)
{
    struct item *item = pool_at(&source->items, id);
    uint32_t user = item->user;
    if (cause == &cause_succeeded)
        retry_succeeded(&source->policy, &source->client_list[item->client], item->attempt, item->spent);
    settle(simulation, source, request, cause);
    item->open = false;
    item->request = POOL_NONE;
    forget_item(source, id);
    if (user != POOL_NONE)
        source_user_thinks(simulation, source, user);
}

/* An attempt failed: try again, or settle. `request` is the attempt's, free for the next. */
static void retry_or_settle(struct simulation *simulation, struct source *source, struct request *request, const struct cause *cause,
                            enum failure failure)
{
    uint32_t id = request->from_data;
    struct item *item = pool_at(&source->items, id);
    stream_at(&source->retry_stream, request->item, item->attempt);
    int64_t delay_ns = retry_wait_ns(&source->policy, &source->client_list[item->client], (struct failed_attempt){failure, item->attempt},
                                     &source->retry_stream, &item->spent);
    if (delay_ns != RETRY_NEVER) {
        request->attempt = ++item->attempt;
        item->request = request->id;
        if (simulation->tracer)
            simulation_trace(simulation, request, simulation->entities[source->self].name, "retry", simulation->now_ns, delay_ns,
                             cause->text);
        simulation_schedule(simulation, source->self, SOURCE_SEND, RANK_ARRIVAL, time_add(simulation->now_ns, delay_ns), request->id);
        return;
    }
    settle_item(simulation, source, id, request, cause);
    request_free(simulation, request);
}

void source_done(struct simulation *simulation, void *self, struct request *request)
{
    struct source *source = self;
    if (__builtin_expect(source->rtt == NULL, 1)) {
        source_answered(simulation, source, request);
        return;
    }
    int64_t all_ns = rtt_ns(source, request);
    if (!source->plain && !is_given_up(source, request))
        ((struct item *)pool_at(&source->items, request->from_data))->place = ITEM_ON_ITS_WAY_BACK;
    simulation_schedule(simulation, source->self, SOURCE_ANSWERED, RANK_COMPLETION, time_add(simulation->now_ns, all_ns - all_ns / 2),
                        request->id);
}

void source_answered(struct simulation *simulation, struct source *source, struct request *request)
{
    const struct cause *cause = request->cause;
    if (__builtin_expect(source->response_limit_bytes > 0, 0) && cause == &cause_succeeded &&
        request->payload_bytes > source->response_limit_bytes)
        cause = &cause_response_large;
    if (source->plain) {
        settle(simulation, source, request, cause);
        request_free(simulation, request);
        return;
    }
    if (is_given_up(source, request)) {
        request_free(simulation, request);
        return;
    }
    struct item *item = pool_at(&source->items, request->from_data);
    enum failure failure = failure_of(cause);
    item->place = ITEM_HERE;
    client_learn(&source->policy, &source->client_list[item->client], failure == FAILURE_THROTTLED, simulation->now_ns);
    retry_or_settle(simulation, source, request, cause, cause == &cause_response_large ? FAILURE_FINAL : failure);
}

void source_attempt_timed_out(struct simulation *simulation, struct source *source, uint32_t id)
{
    struct item *item = pool_at(&source->items, id);
    item->timers--;
    if (!item->open) {
        forget_item(source, id);
        return;
    }
    struct request *waiting = request_at(simulation, item->request);
    if (item->place == ITEM_HERE || item->sent_ns + source->client_timeout_ns != simulation->now_ns)
        return; /* that attempt was answered; another is under way or about to be sent */
    struct request *next = request_leave(simulation, waiting);
    if (!next)
        return;
    if (item->place != ITEM_WITH_TARGET) {
        waiting->from = source->self;
        waiting->from_data = POOL_NONE;
    }
    item->place = ITEM_HERE;
    retry_or_settle(simulation, source, next, &cause_client_timeout, FAILURE_TIMEOUT);
}
