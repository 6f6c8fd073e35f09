/* api_usage.c: AWS::ApiGateway::UsagePlan, UsagePlanKey and ApiKey: how much the bearer of a key may ask for, by the second and by the
 * day, week or month. Limits are each key's own, all stages of the plan together.
 * Sources: API Gateway developer guide, "Usage plans and API keys for REST APIs", "Throttle requests to your REST APIs". */
#include "api_usage.h"

#include "api_route.h"
#include "api_stage.h"
#include "engine/rule_book.h"
#include "engine/sim_time.h"
#include "front_doors.h"
#include "scenario/validation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Rates are kept to a thousandth of a request a second. */
#define RATE_STEPS 1000

static const struct cause cause_plan = {.fate = FATE_THROTTLED, .text = "429 usage plan"};
static const struct cause cause_plan_method = {.fate = FATE_THROTTLED, .text = "429 usage plan: method"};
static const struct cause cause_quota = {.fate = FATE_THROTTLED, .text = "429 quota"};

void api_bucket_init(struct token_bucket *bucket, const struct api_limit *limit, const struct rule_book *rules)
{
    double rate = limit->rate_given ? limit->rate : rule_number(rules, "apigw_rate_rps");
    double burst = limit->burst_given ? (double)limit->burst : rule_number(rules, "apigw_burst");
    rate = fmin(fmax(rate, 0), 1e6);
    burst = fmin(fmax(burst, 0), 1e6);
    token_bucket_init(bucket, (int64_t)burst, llround(rate * RATE_STEPS), (int64_t)RATE_STEPS * NS_PER_S, 0);
}

static const char *const periods[] = {"DAY", "WEEK", "MONTH", NULL};

static const struct property plan_throttle_properties[] = {
    API_LIMIT_ROWS(plan_throttle, limit, "RateLimit", "BurstLimit"),
    {0},
};

static const struct property plan_stage_properties[] = {
    {"ApiId", PROPERTY_REFERENCE, offsetof(struct plan_stage, api), .required = true, .help = "The REST API."},
    {"Stage", PROPERTY_STRING, offsetof(struct plan_stage, name), .required = true, .help = "Its stage, by name or Ref."},
    {"Throttle", PROPERTY_MAP, offsetof(struct plan_stage, throttles), .properties = plan_throttle_properties,
     .size = sizeof(struct plan_throttle), .help = "Of single methods, by \"/items/GET\": each key's own."},
    {0},
};

static const struct property limit_properties[] = {
    API_LIMIT_ROWS(usage_plan, limit, "RateLimit", "BurstLimit"),
    {0},
};

static const struct property quota_properties[] = {
    {"Limit", PROPERTY_INTEGER, offsetof(struct usage_plan, quota), .minimum = "0", .required = true,
     .given = PROPERTY_GIVEN(struct usage_plan, quota_given), .help = "Requests of a key in a period."},
    {"Period", PROPERTY_ENUM, offsetof(struct usage_plan, quota_period), .choices = periods, .required = true,
     .help = "Of the calendar, in UTC; a week begins on Sunday."},
    {"Offset", PROPERTY_INTEGER, offsetof(struct usage_plan, quota_offset), .minimum = "0", .fallback = "0",
     .help = "Requests that count as made when the first period begins."},
    {0},
};

static const struct property plan_properties[] = {
    {"ApiStages", PROPERTY_LIST, offsetof(struct usage_plan, stages), .properties = plan_stage_properties,
     .size = sizeof(struct plan_stage), .help = "The stages that it is for."},
    {"Throttle", PROPERTY_OBJECT, 0, .properties = limit_properties, .help = "Each key's token bucket."},
    {"Quota", PROPERTY_OBJECT, 0, .properties = quota_properties, .help = "Requests of a key by the day, week or month."},
    ACCEPTED("Description"),
    ACCEPTED("Tags"),
    ACCEPTED("UsagePlanName"),
    {0},
};

/* The entity of a stage that is written by name or by reference. */
static uint32_t find_stage(const struct validation *validation, const struct plan_stage *stage)
{
    char name[600];
    const struct model_type *type = validation_type(validation, stage->api);
    snprintf(name, sizeof name, "%.255s:%.255s", validation_name(validation, stage->api), stage->name);
    uint32_t entity = validation_find(validation, name);
    if (entity == ENTITY_NONE)
        entity = validation_named(validation, stage->name);
    if (type == &serverless_api_type) { /* which is its stage */
        const struct api_stage *only = validation_config(validation, stage->api);
        return entity == stage->api || (only->config.name && strcmp(only->config.name, stage->name) == 0) ? stage->api : ENTITY_NONE;
    }
    return entity != ENTITY_NONE && validation_type(validation, entity) == &rest_stage_type ? entity : ENTITY_NONE;
}

static void plan_validate(struct validation *validation, void *config)
{
    struct usage_plan *plan = config;
    struct plan_stage *stages = plan->stages.items;
    for (size_t i = 0; i < plan->stages.count; i++) {
        char property[64];
        stages[i].stage = ENTITY_NONE;
        if (stages[i].api == ENTITY_NONE || !stages[i].name)
            continue;
        stages[i].stage = find_stage(validation, &stages[i]);
        snprintf(property, sizeof property, "ApiStages[%zu].Stage", i);
        if (stages[i].stage == ENTITY_NONE)
            validation_error(validation, property, NULL, "%s has no stage \"%s\"", validation_name(validation, stages[i].api),
                             stages[i].name);
    }
}

struct usage_plan_key {
    uint32_t self;
    uint32_t key, plan;
};

static const struct property plan_key_properties[] = {
    {"KeyId", PROPERTY_REFERENCE, offsetof(struct usage_plan_key, key), .required = true, .help = "The AWS::ApiGateway::ApiKey."},
    {"UsagePlanId", PROPERTY_REFERENCE, offsetof(struct usage_plan_key, plan), .required = true, .help = "The usage plan."},
    ACCEPTED("KeyType"),
    {0},
};

static void plan_key_validate(struct validation *validation, void *config)
{
    const struct usage_plan_key *link = config;
    if (link->key != ENTITY_NONE && validation_type(validation, link->key) != &api_key_type)
        validation_error(validation, "KeyId", NULL, "%s is no API key", validation_name(validation, link->key));
    if (link->plan != ENTITY_NONE && validation_type(validation, link->plan) != &usage_plan_type)
        validation_error(validation, "UsagePlanId", NULL, "%s is no usage plan", validation_name(validation, link->plan));
}

const struct model_type usage_plan_key_type = {
    .type = "AWS::ApiGateway::UsagePlanKey",
    .help = "Puts an API key into a usage plan.",
    .size = sizeof(struct usage_plan_key),
    .self_offset = offsetof(struct usage_plan_key, self),
    .properties = plan_key_properties,
    .validate = plan_key_validate,
};

struct api_key {
    uint32_t self;
    bool enabled;
};

static const struct property key_properties[] = {
    {"Enabled", PROPERTY_BOOLEAN, offsetof(struct api_key, enabled), .fallback = "apigw_key_enabled_default",
     .help = "False: requests that bear it are refused, 403."},
    ACCEPTED("CustomerId"),
    ACCEPTED("Description"),
    ACCEPTED("GenerateDistinctId"),
    ACCEPTED("Name"),
    ACCEPTED("StageKeys"),
    ACCEPTED("Tags"),
    ACCEPTED("Value"),
    {0},
};

static void key_validate(struct validation *validation, void *config)
{
    if (!((const struct api_key *)config)->enabled)
        validation_warning(validation, NULL, "set Enabled", "the key is not enabled: every request that bears it is refused");
}

const struct model_type api_key_type = {
    .type = "AWS::ApiGateway::ApiKey",
    .help = "An API key: sources name it as their `api_key`. It meters; it authenticates nobody.",
    .size = sizeof(struct api_key),
    .self_offset = offsetof(struct api_key, self),
    .properties = key_properties,
    .validate = key_validate,
};

static size_t throttle_count(const struct usage_plan *plan)
{
    const struct plan_stage *stages = plan->stages.items;
    size_t count = 0;
    for (size_t i = 0; i < plan->stages.count; i++)
        count += stages[i].throttles.count;
    return count;
}

static enum status bearer_init(struct plan_client *client, const struct usage_plan *plan, uint32_t key, const struct rule_book *rules)
{
    const struct plan_stage *stages = plan->stages.items;
    size_t at = 0;
    *client = (struct plan_client){.key = key, .period = -1};
    client->methods = calloc(throttle_count(plan) + 1, sizeof *client->methods);
    if (!client->methods)
        return STATUS_NO_MEMORY;
    api_bucket_init(&client->bucket, &plan->limit, rules);
    for (size_t i = 0; i < plan->stages.count; i++)
        for (size_t k = 0; k < stages[i].throttles.count; k++)
            api_bucket_init(&client->methods[at++], &((const struct plan_throttle *)stages[i].throttles.items)[k].limit, rules);
    return STATUS_OK;
}

static enum status plan_create(struct simulation *simulation, void *self)
{
    struct usage_plan *plan = self;
    size_t count = 0;
    for (uint32_t i = 0; i < simulation->entity_count; i++) {
        const struct usage_plan_key *link = entity_state(simulation, i);
        count += simulation->entities[i].type == &usage_plan_key_type && link->plan == plan->self;
    }
    plan->clients = calloc(count + 1, sizeof *plan->clients);
    if (!plan->clients)
        return STATUS_NO_MEMORY;
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < simulation->entity_count && status == STATUS_OK; i++) {
        const struct usage_plan_key *link = entity_state(simulation, i);
        if (simulation->entities[i].type != &usage_plan_key_type || link->plan != plan->self ||
            !((const struct api_key *)entity_state(simulation, link->key))->enabled)
            continue;
        status = bearer_init(&plan->clients[plan->client_count++], plan, link->key, simulation->settings->rules);
    }
    return status;
}

static void plan_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct usage_plan *plan = self;
    for (size_t i = 0; i < plan->client_count; i++)
        free(plan->clients[i].methods);
    free(plan->clients);
}

const struct model_type usage_plan_type = {
    .type = "AWS::ApiGateway::UsagePlan",
    .help = "How much the bearers of API keys may ask for. It holds where a method requires a key.",
    .size = sizeof(struct usage_plan),
    .self_offset = offsetof(struct usage_plan, self),
    .properties = plan_properties,
    .validate = plan_validate,
    .create = plan_create,
    .destroy = plan_destroy,
};

struct plan_client *usage_plan_client(const struct simulation *simulation, uint32_t stage, uint32_t key, struct usage_plan **plan,
                                      size_t *entry)
{
    for (uint32_t i = 0; i < simulation->entity_count; i++) {
        if (simulation->entities[i].type != &usage_plan_type)
            continue;
        *plan = entity_state(simulation, i);
        const struct plan_stage *stages = (*plan)->stages.items;
        for (*entry = 0; *entry < (*plan)->stages.count; (*entry)++)
            for (size_t k = 0; stages[*entry].stage == stage && k < (*plan)->client_count; k++)
                if ((*plan)->clients[k].key == key)
                    return &(*plan)->clients[k];
    }
    return NULL;
}

/* The number of the calendar's day, week or month at `now_ns`. */
static int64_t period_of(const struct simulation *simulation, enum plan_period period)
{
    const int64_t day_s = 24 * INT64_C(3600);
    int64_t at_s = simulation->settings->start_epoch_s + simulation->now_ns / NS_PER_S;
    int64_t day = at_s / day_s - (at_s % day_s < 0);
    if (period == PERIOD_DAY)
        return day;
    if (period == PERIOD_WEEK)
        return (day + 4) / 7; /* 1970-01-01 was a Thursday */
    const time_t instant = (time_t)at_s;
    struct tm date;
    return gmtime_r(&instant, &date) ? (int64_t)date.tm_year * 12 + date.tm_mon : 0;
}

static struct token_bucket *method_bucket(const struct usage_plan *plan, const struct plan_client *client, size_t entry, const char *method,
                                          const char *path)
{
    const struct plan_stage *stages = plan->stages.items;
    const struct plan_throttle *throttles = stages[entry].throttles.items;
    size_t at = 0;
    for (size_t i = 0; i < entry; i++)
        at += stages[i].throttles.count;
    for (size_t k = 0; k < stages[entry].throttles.count; k++) {
        const char *key = throttles[k].key, *slash = key ? strrchr(key, '/') : NULL;
        char setting[1024];
        if (!slash || (size_t)(slash - key) >= sizeof setting)
            continue;
        snprintf(setting, sizeof setting, "%.*s", slash == key ? 1 : (int)(slash - key), key);
        if (api_method_is(slash + 1, method) && api_path_is(setting, path))
            return &client->methods[at + k];
    }
    return NULL;
}

const struct cause *usage_plan_take(const struct simulation *simulation, struct usage_plan *plan, struct plan_client *client, size_t entry,
                                    const char *method, const char *path)
{
    int64_t now_ns = simulation->now_ns;
    struct token_bucket *single = method_bucket(plan, client, entry, method, path);
    if (plan->quota_given) {
        int64_t period = period_of(simulation, (enum plan_period)plan->quota_period);
        if (client->period != period)
            client->used = client->period == -1 ? plan->quota_offset : 0;
        client->period = period;
        if (client->used >= plan->quota)
            return &cause_quota;
    }
    if (single && !token_bucket_take(single, 1, now_ns))
        return &cause_plan_method;
    if (api_limit_given(&plan->limit) && !token_bucket_take(&client->bucket, 1, now_ns))
        return &cause_plan;
    client->used++;
    return NULL;
}
