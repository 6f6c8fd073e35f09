/* source.c: a traffic source: sends requests by an arrival process or as a closed loop of users, waits, gives up, tries again.
 * An item is what a user wants done; each try at it is a request. Nothing here depends on what the target is. */

#include "engine/arrival.h"
#include "engine/caller.h"
#include "engine/content.h"
#include "engine/key.h"
#include "engine/retry.h"
#include "engine/simulation.h"
#include "measure/counter.h"
#include "measure/metric.h"
#include "measure/tally.h"
#include "notation/property.h"
#include "scenario/validation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum source_event { SOURCE_ARRIVAL, SOURCE_SEND, SOURCE_TIMEOUT, SOURCE_USER };

/* An item that waits for more than its answer: for a retry, a client's time limit, or a user. Found again by request->from_data. */
struct item {
    uint32_t pool_link;
    uint32_t request; /* under way or held for the next try; POOL_NONE: answered, only its timer is left */
    uint32_t client;
    uint32_t user;   /* POOL_NONE: not of a closed loop */
    uint32_t timers; /* pending time limits of its attempts */
    uint16_t attempt;
    bool open;      /* not settled yet */
    bool under_way; /* `request` is with the target */
    double spent;   /* of the client's quota, by the last retry */
};

/* A throttle's reason as the reason of giving up. */
struct rejection {
    const struct cause *throttle;
    struct cause cause;
};

struct source {
    /* config */
    struct caller caller;
    const struct arrival_process *process;
    int64_t from_ns, until_ns;
    bool until_given;
    int64_t count; /* of arrivals; -1: no end */
    const struct distribution *payload;
    int64_t client_timeout_ns; /* 0: none */
    struct retry_config retry;
    int invocation_type;
    struct key_choice key, object;
    int64_t records; /* items an arrival */
    bool poison;     /* every item always fails */
    const char *name;

    /* state */
    uint32_t self;
    uint64_t ordinal;       /* of the next item */
    uint64_t last_ordinal;  /* items from this ordinal on are not sent */
    uint64_t open;          /* items not settled */
    bool plain;             /* no retries, no time limit, no users: an item is its request, and needs no more memory */
    uint32_t payload_bytes; /* where it is constant */
    struct retry_policy policy;
    struct retry_rules rules;
    struct client *client_list; /* owned */
    struct pool items;
    struct rejection **rejections; /* owned; each apart, as ledgers keep their addresses */
    size_t rejection_count;
    uint64_t *user_thinks; /* owned: how often each user has thought */
    struct arrival next;
    struct arrival_generator generator;
    struct stream payload_stream, key_stream, event_stream, retry_stream, think_stream;

    struct counter requests, succeeded, failed, rejected, attempts;
    struct tally response_time;
};

static const struct cause cause_client_timeout = {.fate = FATE_TIMED_OUT, .text = "client timeout"};

static const char *const invocation_types[] = {"RequestResponse", "Event", NULL};

#define AT(field) offsetof(struct source, field)

#define PROCESS(NAME, HELP)                                                                                                                \
    {                                                                                                                                      \
        NAME, PROPERTY_ARRIVAL, AT(process), .help = HELP                                                                                  \
    }

static const struct property source_properties[] = {
    {"name", PROPERTY_STRING, AT(name), .required = true, .help = "The source's name in every output; unique among sources and resources."},
    {"target", PROPERTY_REFERENCE, AT(caller.target), .required = true, .help = "The resource that is called."},
    PROCESS("constant", "Evenly, the first at `from` itself: N/s for T seconds is exactly N x T requests."),
    PROCESS("poisson", "A Poisson process of that rate."),
    PROCESS("stages", "Poisson with a rate that goes linearly from stage to stage."),
    PROCESS("diurnal", "Poisson with a daily rhythm: mean, peak, peak_at."),
    PROCESS("mmpp", "Poisson whose rate jumps between states: rates, mean_stay."),
    PROCESS("bursts", "`size` at the same instant, `every` so often, the first at `from`."),
    PROCESS("schedule", "rate(5 minutes), first after one interval, or cron(0 12 * * ? *)."),
    PROCESS("users", "A closed loop: `count` users who `think` between requests."),
    PROCESS("trace", "A recorded arrival a row of a CSV file."),
    PROCESS("per_minute", "Recorded counts per minute."),
    {"from", PROPERTY_TIME, AT(from_ns), .fallback = "\"0s\"", .help = "Arrivals fall in [from, until)."},
    {"until", PROPERTY_TIME, AT(until_ns), .given = PROPERTY_GIVEN(struct source, until_given),
     .help = "The end of the arrivals; left out: `duration`."},
    {"count", PROPERTY_INTEGER, AT(count), .minimum = "0", .fallback = "-1", .help = "Stop after so many arrivals."},
    {"invocation_type", PROPERTY_ENUM, AT(invocation_type), .choices = invocation_types, .fallback = "\"RequestResponse\"",
     .help = "RequestResponse waits for the answer; Event is answered when it is queued."},
    {"key", PROPERTY_KEY, AT(key),
     .help = "Partition key or message group of each item: a constant, or drawn from 1 to a count, uniformly or by Zipf's law (1 is the "
             "hot one). Sources share their keys by number. Required for a FIFO queue or a stream."},
    {"records", PROPERTY_INTEGER, AT(records), .minimum = "1", .maximum = "1000000", .fallback = "1",
     .help = "Items an arrival, all at the same instant, each with its own key, payload and deduplication id."},
    {"poison", PROPERTY_BOOLEAN, AT(poison), .fallback = "false",
     .help = "Every item of this source always fails, however often it is tried."},
    {"event", PROPERTY_CONTENT, AT(caller.content), .help = "The body of an item, for filters and patterns: any value."},
    {"object_key", PROPERTY_CONTENT, AT(caller.content),
     .help = "The name of the object that an item is about, for filters of notifications."},
    {"operation", PROPERTY_CONTENT, AT(caller.content),
     .help =
         "The action of the target's API, such as PutObject or DeleteObject; left out: its usual one. Where several of event, object_key, "
         "operation and request have weights, every combination comes with the product of them."},
    {"request", PROPERTY_CONTENT, AT(caller.content),
     .help = "Method and path of a request to an API, \"GET /items/7\", or weighted ones: [{\"weight\": 9, \"of\": \"GET /items\"}, ...]. "
             "Which "
             "route, and which entry of a cache."},
    {"object", PROPERTY_KEY, AT(object),
     .help = "Which of many objects is asked for, beside the path: a number from 1 to a count, uniformly or by Zipf's law. Caches tell "
             "requests apart by it; not together with `key`."},
    {"api_key", PROPERTY_REFERENCE, AT(caller.api_key), .help = "The AWS::ApiGateway::ApiKey that requests bear; left out: none."},
    {"headers", PROPERTY_SIZE, AT(caller.headers_bytes), .fallback = "0", .minimum = "0", .unit = "B",
     .help = "Size of a request's line and headers, checked against an API's limit."},
    {"base64", PROPERTY_BOOLEAN, AT(caller.base64), .fallback = "false",
     .help = "Bodies are binary, and a third larger where they are handed on as text: from an API to a function."},
    {"payload", PROPERTY_SIZE_DISTRIBUTION, AT(payload), .fallback = "\"1KB\"", .help = "Size of a request."},
    {"client_timeout", PROPERTY_TIME, AT(client_timeout_ns), .fallback = "\"0s\"",
     .help = "The caller gives up after it (0: never); the function runs on and is billed."},
    {"retry", PROPERTY_RETRY, AT(retry),
     .help = "What the caller does about throttles, server errors and its own time limit: an SDK's mode, or an object."},
    {"clients", PROPERTY_INTEGER, AT(caller.clients), .minimum = "1", .maximum = "1000000", .fallback = "1",
     .help = "How many independent clients share this traffic, each with its own retry quota."},
    {0},
};

static const struct metric_type source_metrics[] = {
    {"slsim", "Requests", "Count", METRIC_COUNT, AT(requests), .help = "Items that were sent."},
    {"slsim", "Succeeded", "Count", METRIC_COUNT, AT(succeeded), .help = "Items that ended well."},
    {"slsim", "Failed", "Count", METRIC_COUNT, AT(failed), .help = "Items whose last attempt failed or timed out."},
    {"slsim", "Rejected", "Count", METRIC_COUNT, AT(rejected), .help = "Items given up after throttles."},
    {"slsim", "FailedRate", "Percent", METRIC_PERCENT, AT(failed), .other = AT(requests), .help = "Failed in percent of Requests."},
    {"slsim", "RejectedRate", "Percent", METRIC_PERCENT, AT(rejected), .other = AT(requests), .help = "Rejected in percent of Requests."},
    {"slsim", "Attempts", "Count", METRIC_COUNT, AT(attempts), .help = "Tries, retries included."},
    {"slsim", "ResponseTime", "Milliseconds", METRIC_TALLY, AT(response_time),
     .help = "From first sending to the final answer, of items that were not rejected."},
    {0},
};

static void source_validate(struct validation *validation, void *config)
{
    struct source *source = config;
    int64_t duration_ns = validation_duration_ns(validation);
    source->caller.target = validation_callee(validation, "target", source->caller.target);
    if (!source->until_given)
        source->until_ns = duration_ns;
    if (source->until_ns > duration_ns) {
        validation_warning(validation, "until", "raise `duration`", "traffic is generated until the end of `duration` only");
        source->until_ns = duration_ns;
    }
    if (source->from_ns >= source->until_ns)
        validation_error(validation, "from", NULL, "from is not before until: nothing would ever be sent");
    if (source->caller.target != ENTITY_NONE && !validation_type(validation, source->caller.target)->accept)
        validation_error(validation, "target", NULL, "%s cannot be called", validation_name(validation, source->caller.target));
    if (source->key.kind != KEY_NONE && source->object.kind != KEY_NONE)
        validation_error(validation, "object", "leave one of them out", "key and object both say which thing an item is about");
    if (source->records > 1 && source->process && source->process->kind == ARRIVAL_USERS)
        validation_error(validation, "records", "raise `count` of `users`", "users send one item at a time");
}

/* Items in all, as far as they can be counted. */
static uint64_t item_limit(const struct source *source)
{
    uint64_t records = (uint64_t)source->records;
    if (source->count < 0 || (uint64_t)source->count > UINT64_MAX / records)
        return UINT64_MAX;
    return (uint64_t)source->count * records;
}

static enum status make_users(struct source *source)
{
    if (!source->process || source->process->kind != ARRIVAL_USERS)
        return STATUS_OK;
    source->user_thinks = calloc(source->process->users, sizeof *source->user_thinks);
    return source->user_thinks ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status source_create(struct simulation *simulation, void *self)
{
    struct source *source = self;
    const char *name = simulation->entities[source->self].name;
    uint64_t seed = simulation->settings->seed;
    source->caller.salt = item_salt(name);
    source->last_ordinal = item_limit(source);
    stream_init(&source->payload_stream, seed, simulation->replication, name, "payload");
    stream_init(&source->key_stream, seed, simulation->replication, name, "key");
    stream_init(&source->event_stream, seed, simulation->replication, name, "event");
    stream_init(&source->retry_stream, seed, simulation->replication, name, "retry");
    stream_init(&source->think_stream, seed, simulation->replication, name, "think");
    if (distribution_is_constant(source->payload))
        source->payload_bytes = (uint32_t)fmin(distribution_sample(source->payload, NULL), UINT32_MAX);
    retry_policy_init(&source->policy, &source->retry, simulation->settings->rules);
    retry_rules_init(&source->rules, simulation->settings->rules);
    pool_init(&source->items, sizeof(struct item), &simulation->memory, name);
    source->plain = source->policy.max_attempts == 1 && source->client_timeout_ns == 0 && source->process->kind != ARRIVAL_USERS;
    source->client_list = calloc((size_t)source->caller.clients, sizeof *source->client_list);
    if (!source->client_list)
        return STATUS_NO_MEMORY;
    for (int64_t i = 0; i < source->caller.clients; i++)
        client_init(&source->client_list[i], &source->policy);
    arrival_generator_init(&source->generator, source->process, source->from_ns, source->until_ns, seed, simulation->replication, name);
    return make_users(source);
}

static void source_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct source *source = self;
    for (size_t i = 0; i < source->rejection_count; i++)
        free(source->rejections[i]);
    free(source->rejections);
    free(source->client_list);
    free(source->user_thinks);
    pool_fini(&source->items);
}

static void schedule_arrival(struct simulation *simulation, struct source *source)
{
    if (source->ordinal >= source->last_ordinal)
        return;
    if (arrival_next(&source->generator, &source->next))
        simulation_schedule(simulation, source->self, SOURCE_ARRIVAL, RANK_ARRIVAL, source->next.time_ns, 0);
}

/* A user thinks, then sends. */
static void user_thinks(struct simulation *simulation, struct source *source, uint32_t user)
{
    /* 20 bits of the user beside 24 of the count, and the user's other bits where attempts would be: no two users think alike. */
    stream_at(&source->think_stream, ((uint64_t)user << 24) + source->user_thinks[user]++, user >> 20);
    int64_t think_ns = distribution_sample_ns(source->process->think, &source->think_stream.rng);
    int64_t at_ns = time_add(simulation->now_ns > source->from_ns ? simulation->now_ns : source->from_ns, think_ns);
    if (at_ns < source->until_ns)
        simulation_schedule(simulation, source->self, SOURCE_USER, RANK_ARRIVAL, at_ns, user);
}

static void source_start(struct simulation *simulation, void *self)
{
    struct source *source = self;
    if (source->process->kind != ARRIVAL_USERS) {
        schedule_arrival(simulation, source);
        return;
    }
    for (uint32_t user = 0; user < source->process->users; user++)
        user_thinks(simulation, source, user);
}

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
    return request;
}

static inline void hand_over(struct simulation *simulation, struct source *source, struct request *request)
{
    counter_add(&source->attempts, 1);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[source->caller.target].name, "sent", simulation->now_ns, 0, "");
    request_send(simulation, source->caller.target, request);
}

static void send(struct simulation *simulation, struct source *source, struct request *request)
{
    if (source->client_timeout_ns > 0) {
        struct item *item = pool_at(&source->items, request->from_data);
        int64_t until_ns = time_add(simulation->now_ns, source->client_timeout_ns);
        item->under_way = true;
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
    int64_t wait_ns = 0;
    if (source->policy.mode == RETRY_ADAPTIVE) {
        const struct item *item = pool_at(&source->items, request->from_data);
        wait_ns = adaptive_delay_ns(&source->rules, &source->client_list[item->client], simulation->now_ns);
    }
    if (wait_ns > 0)
        simulation_schedule(simulation, source->self, SOURCE_SEND, RANK_ARRIVAL, time_add(simulation->now_ns, wait_ns), request->id);
    else
        send(simulation, source, request);
}

/* A new item; `user` POOL_NONE for open traffic. */
static void begin_item(struct simulation *simulation, struct source *source, int64_t handler_ns, uint32_t user)
{
    struct request *request = new_request(simulation, source, handler_ns);
    if (!request)
        return;
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

static void forget_item(struct source *source, uint32_t id)
{
    const struct item *item = pool_at(&source->items, id);
    if (!item->open && item->timers == 0)
        pool_give(&source->items, id);
}

/* `throttle` as this source's reason for giving up. */
static const struct cause *rejection_of(struct simulation *simulation, struct source *source, const struct cause *throttle)
{
    for (size_t i = 0; i < source->rejection_count; i++)
        if (source->rejections[i]->throttle == throttle)
            return &source->rejections[i]->cause;
    struct rejection **grown = realloc(source->rejections, (source->rejection_count + 1) * sizeof *grown);
    struct rejection *made = malloc(sizeof *made);
    if (grown)
        source->rejections = grown;
    if (!grown || !made) {
        free(made);
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return throttle;
    }
    *made = (struct rejection){throttle, {.fate = FATE_REJECTED, .text = throttle->text}};
    source->rejections[source->rejection_count++] = made;
    return &made->cause;
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
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[source->self].name, fate_names[cause->fate], simulation->now_ns, 0,
                         cause->text);
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
        user_thinks(simulation, source, user);
}

/* An attempt failed: try again, or settle. `request` is the attempt's, free for the next. */
static void retry_or_settle(struct simulation *simulation, struct source *source, struct request *request, const struct cause *cause,
                            enum failure failure)
{
    uint32_t id = request->from_data;
    struct item *item = pool_at(&source->items, id);
    int64_t delay_ns = 0;
    stream_at(&source->retry_stream, request->item, item->attempt);
    if (failure != FAILURE_FINAL && retry_allowed(&source->policy, &source->client_list[item->client], failure, item->attempt,
                                                  &source->retry_stream, &delay_ns, &item->spent)) {
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

static void source_done(struct simulation *simulation, void *self, struct request *request)
{
    struct source *source = self;
    const struct cause *cause = request->cause;
    if (source->plain) {
        settle(simulation, source, request, cause);
        request_free(simulation, request);
        return;
    }
    struct item *item = pool_at(&source->items, request->from_data);
    enum failure failure = failure_of(cause);
    item->under_way = false;
    if (source->policy.mode == RETRY_ADAPTIVE)
        adaptive_learn(&source->rules, &source->client_list[item->client], failure == FAILURE_THROTTLED, simulation->now_ns);
    retry_or_settle(simulation, source, request, cause, cause == &cause_succeeded ? FAILURE_FINAL : failure);
}

/* The caller's patience is over for one attempt: the oldest that is pending, if it has not been answered. */
static void attempt_timed_out(struct simulation *simulation, struct source *source, uint32_t id)
{
    struct item *item = pool_at(&source->items, id);
    item->timers--;
    if (!item->open) {
        forget_item(source, id);
        return;
    }
    struct request *waiting = request_at(simulation, item->request);
    if (!item->under_way || waiting->sent_ns + source->client_timeout_ns != simulation->now_ns)
        return; /* that attempt was answered; another is under way or about to be sent */
    struct request *next = request_new(simulation);
    if (!next)
        return;
    uint32_t next_id = next->id;
    *next = *waiting;
    next->id = next_id;
    waiting->from = ENTITY_NONE; /* runs on, for nobody */
    item->under_way = false;
    retry_or_settle(simulation, source, next, &cause_client_timeout, FAILURE_TIMEOUT);
}

static void source_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct source *source = self;
    switch ((enum source_event)event->kind) {
    case SOURCE_ARRIVAL: {
        int64_t handler_ns = source->next.handler_ns;
        for (int64_t i = 0; i < source->records && simulation->status == STATUS_OK; i++)
            begin_item(simulation, source, handler_ns, POOL_NONE);
        schedule_arrival(simulation, source);
        break;
    }
    case SOURCE_USER:
        if (source->ordinal < source->last_ordinal)
            begin_item(simulation, source, -1, event->data);
        break;
    case SOURCE_SEND:
        send(simulation, source, request_at(simulation, event->data));
        break;
    case SOURCE_TIMEOUT:
        attempt_timed_out(simulation, source, event->data);
        break;
    }
}

static const struct caller *source_caller(const void *self)
{
    return &((const struct source *)self)->caller;
}

static enum status source_finish(struct simulation *simulation, void *self)
{
    struct source *source = self;
    simulation_in_flight(simulation, source->self, source->open);
    return STATUS_OK;
}

const struct model_type source_type = {
    .type = "traffic",
    .help = "Who calls, and when.",
    .size = sizeof(struct source),
    .self_offset = offsetof(struct source, self),
    .properties = source_properties,
    .metrics = source_metrics,
    .validate = source_validate,
    .create = source_create,
    .start = source_start,
    .destroy = source_destroy,
    .handle = source_handle,
    .done = source_done,
    .caller = source_caller,
    .finish = source_finish,
};
