/* source.c: a traffic source: sends requests by an arrival process or as a closed loop of users. */
#include "source_state.h"

#include "engine/sending.h"
#include "measure/metric.h"
#include "notation/property.h"
#include "scenario/validation.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    {"records", PROPERTY_INTEGER, AT(caller.records), .minimum = "1", .maximum = "1000000", .fallback = "1",
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
    {"consistent", PROPERTY_CONTENT, AT(caller.content), .help = "A read of a table that wants what was written last; left out: false."},
    {"expires_after", PROPERTY_CONTENT, AT(caller.content),
     .help =
         "How long after its write a table with TimeToLiveSpecification may delete the item, \"30d\", or weighted times; left out: what "
         "is put has no end, what is updated keeps its own."},
    {"request", PROPERTY_CONTENT, AT(caller.content),
     .help = "Method and path of a request to an API, \"GET /items/7\", or weighted ones: [{\"weight\": 9, \"of\": \"GET /items\"}, ...]. "
             "Which "
             "route, and which entry of a cache."},
    {"object", PROPERTY_KEY, AT(object),
     .help = "Which of many objects is asked for, beside the path: a number from 1 to a count, uniformly or by Zipf's law. Caches tell "
             "requests apart by it; not together with `key`."},
    {"api_key", PROPERTY_REFERENCE, AT(caller.api_key), .help = "The AWS::ApiGateway::ApiKey that requests bear; left out: none."},
    {"as", PROPERTY_REFERENCE, AT(caller.as),
     .help = "The AWS::IAM::Role or AWS::IAM::User that calls: its policies say what it may. Left out: whatever is called lets it."},
    {"account", PROPERTY_STRING, AT(caller.account),
     .help = "The number of another account, of who calls: then the target's own policy must let it, too."},
    {"ip", PROPERTY_STRING, AT(caller.ip),
     .help = "The address of who calls, \"203.0.113.7\", for conditions of aws:SourceIp; left out: they are taken to hold."},
    {"origin", PROPERTY_STRING, AT(caller.origin),
     .help =
         "Requests are of a page of this origin, \"https://www.example.com\", in a browser for each of `clients`: a function URL is asked "
         "by a preflight first, unless it is a GET without a signature, and again when its MaxAge is over."},
    {"region", PROPERTY_STRING, AT(caller.region),
     .help = "The AWS Region near which the users are, \"eu-west-1\": which of several places serves them. Left out: nobody knows."},
    {"rtt", PROPERTY_TIME_DISTRIBUTION, AT(rtt),
     .help =
         "The network's time of each attempt, drawn anew: half of it passes before the request comes to the target, the rest before its "
         "answer is back. It counts in ResponseTime, in client_timeout and in when users think. Left out: none."},
    {"variants", PROPERTY_INTEGER, AT(caller.variants), .minimum = "1", .maximum = "16777215", .fallback = "1",
     .help =
         "Each object is asked for with so many query strings, all equally likely: a distribution's cache tells them apart, or not. They "
         "stand for a parameter whose name no list of a cache policy has."},
    {"headers", PROPERTY_SIZE, AT(caller.headers_bytes), .fallback = "0", .minimum = "0", .unit = "B",
     .help = "Size of a request's line and headers, checked against an API's limit."},
    {"base64", PROPERTY_BOOLEAN, AT(caller.base64), .fallback = "false",
     .help = "Bodies are binary, and a third larger where they are handed on as text: from an API to a function."},
    {"payload", PROPERTY_SIZE_DISTRIBUTION, AT(payload), .fallback = "\"1KB\"", .help = "Size of a request."},
    {"caller", PROPERTY_ENUM, AT(kind), .choices = caller_kinds, .fallback = "\"sdk\"", .given = PROPERTY_GIVEN(struct source, kind_given),
     .help = "Who calls. Written out, it brings the time limit, the retries and the limits of size that the rules say this caller has; "
             "client_timeout and retry, where they are written, come before them. Left out, only what client_timeout and retry say holds."},
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
    {"slsim", "Succeeded", "Count", METRIC_COUNT, AT(succeeded), .better = 1, .help = "Items that ended well."},
    {"slsim", "Failed", "Count", METRIC_COUNT, AT(failed), .better = -1, .help = "Items whose last attempt failed or timed out."},
    {"slsim", "Rejected", "Count", METRIC_COUNT, AT(rejected), .better = -1, .help = "Items given up after throttles."},
    {"slsim", "FailedRate", "Percent", METRIC_PERCENT, AT(failed), .better = -1, .other = AT(requests),
     .help = "Failed in percent of Requests."},
    {"slsim", "RejectedRate", "Percent", METRIC_PERCENT, AT(rejected), .better = -1, .other = AT(requests),
     .help = "Rejected in percent of Requests."},
    {"slsim", "Attempts", "Count", METRIC_COUNT, AT(attempts), .help = "Tries, retries included."},
    {"slsim", "ResponseTime", "Milliseconds", METRIC_TALLY, AT(response_time), .better = -1,
     .help = "From first sending to the final answer, of items that were not rejected."},
    {0},
};

/* Is what requests bear a key, and is there one who asks for it? */
static void check_key(struct validation *validation, const struct caller *caller)
{
    if (caller->api_key == ENTITY_NONE)
        return;
    if (strcmp(validation_type(validation, caller->api_key)->type, "AWS::ApiGateway::ApiKey") != 0)
        validation_error(validation, "api_key", NULL, "%s is no AWS::ApiGateway::ApiKey", validation_name(validation, caller->api_key));
    const char *service = caller->target == ENTITY_NONE ? NULL : validation_type(validation, caller->target)->service;
    if (caller->target != ENTITY_NONE && (!service || strcmp(service, "Amazon API Gateway") != 0))
        validation_warning(validation, "api_key", NULL, "%s asks for no key: only an API does",
                           validation_name(validation, caller->target));
}

static bool is_number(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits == 12 && text[digits] == '\0';
}

/* Is it spelt as Regions are: "eu-west-1", "us-gov-east-1"? */
static bool is_region(const char *text)
{
    size_t words = 0;
    while (words < 4 && strspn(text, "abcdefghijklmnopqrstuvwxyz") > 1) {
        text += strspn(text, "abcdefghijklmnopqrstuvwxyz");
        if (*text++ != '-')
            return false;
        words++;
    }
    return words >= 2 && words < 4 && strspn(text, "0123456789") == 1 && text[1] == '\0';
}

/* Who calls, and may they? */
static void check_right(struct validation *validation, const struct caller *caller)
{
    const char *type = caller->as == ENTITY_NONE ? "" : validation_type(validation, caller->as)->type;
    if (caller->as != ENTITY_NONE && strcmp(type, "AWS::IAM::Role") != 0 && strcmp(type, "AWS::IAM::User") != 0) {
        validation_error(validation, "as", "name an AWS::IAM::Role or AWS::IAM::User", "%s, %s, cannot call",
                         validation_name(validation, caller->as), type);
        return;
    }
    bool signs = caller->as != ENTITY_NONE || caller->account;
    const char *auth = caller->target != ENTITY_NONE ? validation_text(validation, caller->target, "AuthType") : NULL;
    if (!signs && auth && strcmp(auth, "AWS_IAM") == 0 && model_is(validation_type(validation, caller->target), "AWS::Lambda::Url"))
        validation_warning(validation, "target", "say who signs its requests: \"as\": a role or a user",
                           "%s takes signed requests only (AuthType AWS_IAM): while it runs, 403",
                           validation_name(validation, caller->target));
    struct in_addr address;
    if (caller->ip && inet_pton(AF_INET, caller->ip, &address) != 1)
        validation_error(validation, "ip", "such as \"203.0.113.7\"", "is no address of IP version 4: \"%.40s\"", caller->ip);
    else if (caller->account && !is_number(caller->account))
        validation_error(validation, "account", "such as \"111122223333\"", "an account's number has 12 digits, got \"%.40s\"",
                         caller->account);
    else if (caller->target != ENTITY_NONE)
        validation_may(validation, &(struct deed){
                                       .from = validation_self(validation),
                                       .holder = caller->as,
                                       .target = caller->target,
                                       .contents = &caller->content,
                                       .account = caller->account,
                                       .ip = caller->ip,
                                       .property = caller->as != ENTITY_NONE ? "as" : "account",
                                   });
}

/* Does the caller call such things, in such a way, with so much? */
static void check_habits(struct validation *validation, const struct source *source, const struct caller_habits *habits)
{
    const struct model_type *target = source->caller.target == ENTITY_NONE ? NULL : validation_type(validation, source->caller.target);
    if (habits->functions_only && target && !model_takes(target, "Invoke"))
        validation_error(validation, "caller", "leave it out, or name a function as target",
                         "%s calls functions only, and %s is of type %s", habits->service,
                         validation_name(validation, source->caller.target), target->type);
    if (habits->waits && source->invocation_type == 1)
        validation_error(validation, "invocation_type", "leave it out", "%s always waits for the answer", habits->service);
    if (habits->request_bytes > 0 && source->payload && distribution_is_constant(source->payload) &&
        distribution_sample(source->payload, NULL) > (double)habits->request_bytes)
        validation_error(validation, "payload", NULL, "%s hands over at most %.15g KB", habits->service,
                         (double)habits->request_bytes / 1024);
}

/* What the caller does, where the scenario does not say something else. */
static void take_habits(struct validation *validation, struct source *source)
{
    struct caller_habits habits;
    if (!source->kind_given)
        return;
    caller_habits_of(&habits, (enum caller_kind)source->kind, validation_rules(validation));
    check_habits(validation, source, &habits);
    if (!validation_written(validation, "client_timeout"))
        source->client_timeout_ns = habits.timeout_ns;
    if (!validation_written(validation, "retry"))
        source->retry = habits.retry;
    source->request_limit_bytes = habits.request_bytes;
    source->response_limit_bytes = habits.response_bytes;
}

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
        validation_error(validation, "from", source->until_given ? NULL : "raise `duration`, or begin earlier",
                         "must lie before %s: nothing would ever be sent", source->until_given ? "`until`" : "the end of `duration`");
    check_key(validation, &source->caller);
    check_right(validation, &source->caller);
    if (source->caller.region && !is_region(source->caller.region))
        validation_error(validation, "region", "such as \"eu-west-1\"", "is no name of a Region: \"%.40s\"", source->caller.region);
    take_habits(validation, source);
    if (source->key.kind != KEY_NONE && source->object.kind != KEY_NONE)
        validation_error(validation, "object", "leave one of them out", "key and object both say which thing an item is about");
    if (source->caller.records > 1 && source->process && source->process->kind == ARRIVAL_USERS)
        validation_error(validation, "records", "raise `count` of `users`", "users send one item at a time");
}

static void source_sends(struct validation *validation, const void *config)
{
    const struct source *source = config;
    const struct sending sending = {
        .target = source->caller.target,
        .content = source->caller.content,
        .has_key = validation_written(validation, "key") || validation_written(validation, "object"),
        .place = "",
        .target_key = "target",
        .operation_key = "operation",
    };
    validation_sends(validation, &sending);
}

/* Items in all, as far as they can be counted. */
static uint64_t item_limit(const struct source *source)
{
    uint64_t records = (uint64_t)source->caller.records;
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
    stream_init(&source->rtt_stream, seed, simulation->replication, name, "rtt");
    if (source->rtt && distribution_is_constant(source->rtt) && distribution_sample(source->rtt, NULL) == 0)
        source->rtt = NULL;
    if (distribution_is_constant(source->payload))
        source->payload_bytes = (uint32_t)fmin(distribution_sample(source->payload, NULL), UINT32_MAX);
    retry_policy_init(&source->policy, &source->retry, simulation->settings->rules, simulation->entities[source->caller.target].type->sdk);
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
    cause_list_fini(&source->rejections);
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

static void source_start(struct simulation *simulation, void *self)
{
    struct source *source = self;
    if (source->process->kind != ARRIVAL_USERS) {
        schedule_arrival(simulation, source);
        return;
    }
    for (uint32_t user = 0; user < source->process->users; user++)
        source_user_thinks(simulation, source, user);
}

static void source_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct source *source = self;
    switch ((enum source_event)event->kind) {
    case SOURCE_ARRIVAL: {
        int64_t handler_ns = source->next.handler_ns;
        for (int64_t i = 0; i < source->caller.records && simulation->status == STATUS_OK; i++)
            source_begin_item(simulation, source, handler_ns, POOL_NONE);
        schedule_arrival(simulation, source);
        break;
    }
    case SOURCE_USER:
        if (source->ordinal < source->last_ordinal)
            source_begin_item(simulation, source, -1, event->data);
        break;
    case SOURCE_SEND:
        source_send(simulation, source, request_at(simulation, event->data));
        break;
    case SOURCE_TIMEOUT:
        source_attempt_timed_out(simulation, source, event->data);
        break;
    case SOURCE_REACHED:
        source_reached(simulation, source, request_at(simulation, event->data));
        break;
    case SOURCE_ANSWERED:
        source_answered(simulation, source, request_at(simulation, event->data));
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
    .sends = source_sends,
    .create = source_create,
    .start = source_start,
    .destroy = source_destroy,
    .handle = source_handle,
    .done = source_done,
    .caller = source_caller,
    .finish = source_finish,
};
