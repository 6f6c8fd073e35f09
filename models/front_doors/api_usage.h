/* api_usage.h: usage plans of REST APIs, their API keys, and token buckets as APIs have them. Private to this folder. */
#ifndef SLSIM_FRONT_DOORS_API_USAGE_H
#define SLSIM_FRONT_DOORS_API_USAGE_H

#include "engine/request.h"
#include "engine/simulation.h"
#include "engine/token_bucket.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A rate of requests a second, and how many may come at once. */
struct api_limit {
    double rate;
    int64_t burst;
    bool rate_given, burst_given;
};

/* Rows of a limit at OFFSET in TYPE, named RATE and BURST. */
#define API_LIMIT_ROWS(TYPE, FIELD, RATE, BURST)                                                                                           \
    {RATE,                                                                                                                                 \
     PROPERTY_NUMBER,                                                                                                                      \
     offsetof(struct TYPE, FIELD.rate),                                                                                                    \
     .minimum = "0",                                                                                                                       \
     .maximum = "1e6",                                                                                                                     \
     .unit = "requests/s",                                                                                                                 \
     .given = PROPERTY_GIVEN(struct TYPE, FIELD.rate_given),                                                                               \
     .help = "Requests a second, of the token bucket."},                                                                                   \
    {                                                                                                                                      \
        BURST, PROPERTY_INTEGER, offsetof(struct TYPE, FIELD.burst), .minimum = "0", .maximum = "1000000", .unit = "requests",             \
                                                                     .given = PROPERTY_GIVEN(struct TYPE, FIELD.burst_given),              \
                                                                     .help = "What the bucket holds."                                      \
    }

static inline bool api_limit_given(const struct api_limit *limit)
{
    return limit->rate_given || limit->burst_given;
}

/* What is not given of `limit` is the account's. Full at zero. */
void api_bucket_init(struct token_bucket *bucket, const struct api_limit *limit, const struct rule_book *rules);

enum plan_period { PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH };

/* A stage that a plan is for. */
struct plan_stage {
    uint32_t api;
    const char *name;               /* as written */
    uint32_t stage;                 /* the entity; ENTITY_NONE: none, which was said */
    struct property_list throttles; /* of struct plan_throttle: of single methods */
};
struct plan_throttle {
    const char *key; /* "/items/GET" */
    struct api_limit limit;
};

/* One key in one plan. */
struct plan_client {
    uint32_t key;
    struct token_bucket bucket;
    struct token_bucket *methods; /* owned; of each stage's throttles in turn */
    int64_t period;               /* the number of the one that `used` is of */
    int64_t used;
};

struct usage_plan {
    struct api_limit limit;
    struct property_list stages; /* of struct plan_stage */
    int64_t quota, quota_offset;
    int quota_period;
    bool quota_given;
    uint32_t self;
    struct plan_client *clients; /* owned */
    size_t client_count;
};

/* A plan that holds for a stage. */
struct stage_plan {
    struct usage_plan *plan;
    size_t entry; /* the stage among the plan's */
};

/* For `create`: the plans of the entity `stage`, into `plans` (NULL: they are only counted). Returns how many. */
size_t usage_plans_of(const struct simulation *simulation, uint32_t stage, struct stage_plan *plans);
/* May the bearer of `key` send another request of this method and path? Counts it if so; else says why not. `*known`: the key is in one of
 * the plans; else it may not. O(plans x keys). */
const struct cause *usage_plans_take(const struct simulation *simulation, const struct stage_plan *plans, size_t count, uint32_t key,
                                     const char *method, const char *path, bool *known);

#endif
