/* api_stage.h: a stage of a REST or HTTP API: what the template says of it, and what it is while it runs. Private to this folder. */
#ifndef SLSIM_FRONT_DOORS_API_STAGE_H
#define SLSIM_FRONT_DOORS_API_STAGE_H

#include "api_authorizer.h"
#include "api_route.h"
#include "api_usage.h"
#include "engine/caller.h"
#include "engine/content.h"
#include "engine/deadline_line.h"
#include "engine/fault.h"
#include "engine/lru_cache.h"
#include "engine/random.h"
#include "engine/simulation.h"
#include "engine/token_bucket.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/tally.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

struct api_metrics {
    struct counter requests, client_errors, server_errors, throttles, unauthorized, timeouts, hits, misses, lookups, asked;
    struct tally latency, integration_latency;
    struct gauge cache_hours; /* 1 while there is a cache */
    struct counter billed;
};

/* What MethodSettings says of some methods. */
struct method_setting {
    const char *path, *method;
    bool caching, caching_given, ttl_given;
    int64_t ttl_ns;
    struct api_limit limit;
};

/* What RouteSettings says of one route. */
struct route_setting {
    const char *key;
    struct api_limit limit;
};

struct api_stage_config {
    uint32_t api;     /* of a stage that is a resource of its own; of an API itself: itself */
    const char *name; /* the stage's */
    int kind;         /* enum api_kind */
    int endpoint;
    bool cache_enabled, cache_enabled_given;
    const char *cache_size; /* "0.5" */
    struct property_list method_settings, route_settings;
    struct api_limit limit; /* DefaultRouteSettings */
    struct property_list authorizers;
    const char *default_authorizer;
    double deny_rate, absent_rate;
    bool key_required;
    const struct distribution *overhead;
    int64_t response_bytes;
    bool body_given, usage_plan_given;
    const char *quick_target; /* of an HTTP API: a route for all, and a stage, without resources of their own */
    const char *quick_key;
    const char *first_stage; /* of an API: the stage that a caller means who names the API; NULL: itself */
    uint32_t first_entity;
    const struct api_route **routes; /* the scenario's: those of the API, once it is validated; NULL: not yet */
    size_t route_count;
};

/* A route of this stage, while it runs. */
struct door {
    const struct api_route *route;
    struct api_authorizer *authorizer; /* NULL: none */
    struct token_bucket *bucket;       /* NULL: none but the account's */
    int64_t cache_ns;                  /* how long answers are kept; 0: they are not */
    bool key_required;
    bool signed_only; /* who calls must be allowed to */
};

enum api_event { API_ENTER, API_DEADLINE };

/* A request that the stage has let in. */
struct api_call {
    uint32_t pool_link;
    uint32_t request;
    uint32_t sent; /* to the authorizer or the backend; POOL_NONE: to nobody */
    uint32_t line; /* 2 x door, + 1: the backend's; POOL_NONE: in none */
    struct deadline_place deadline;
    uint64_t token;
    const struct caller *caller; /* of the sender, who may have given up since; NULL: nothing is known */
    uint32_t door;
};

struct api_stage {
    struct api_metrics metrics; /* first: an API's, and its stages', stand at the same place */
    struct api_stage_config config;
    uint32_t self;
    struct fault_state faults;
    uint32_t keeper; /* the stage that keeps the account's bucket */

    struct token_bucket account; /* the keeper's */
    struct api_stage *account_keeper;
    struct door *doors; /* owned */
    size_t door_count;
    struct deadline_line *lines;               /* owned; two of each door */
    struct token_bucket *buckets;              /* owned; of each door */
    struct api_authorizer *authorizers;        /* owned */
    struct authorizer_config *own_authorizers; /* owned: SAM's, with the stage's behavior */
    size_t authorizer_count;
    struct stage_plan *plans; /* owned */
    size_t plan_count;
    struct api_route quick;           /* of quick_target */
    uint32_t door_of[CONTENT_COUNT];  /* door_count: none */
    uint8_t cached_as[CONTENT_COUNT]; /* contents with the same request have one number */
    struct pool calls;
    struct lru_cache cache;
    struct stream overhead_stream;
    uint64_t request_limit_bytes, headers_limit_bytes, response_limit_bytes, item_limit_bytes, meter_bytes;
    double base64_factor;
    const struct cause *function_error, *function_throttled, *timed_out, *no_route;
};

bool is_api_stage(const struct model_type *type); /* can be called: a stage, or an API that is its own */
bool is_api(const struct model_type *type);

/* api_doors.c */
enum status api_stage_create(struct simulation *simulation, void *self);
void api_stage_start(struct simulation *simulation, void *self);
void api_stage_destroy(struct simulation *simulation, void *self);
double api_cache_bytes(const char *size);

/* api_run.c */
void api_stage_accept(struct simulation *simulation, void *self, struct request *request);
void api_stage_handle(struct simulation *simulation, void *self, const struct event *event);
void api_stage_done(struct simulation *simulation, void *self, struct request *sent);
enum status api_stage_finish(struct simulation *simulation, void *self);

/* The causes of 5xx answers by status; NULL: no such status. */
const struct cause *api_server_error(double status);
extern const struct cause cause_no_method, cause_not_found;

/* api_check.c */
void api_stage_validate(struct validation *validation, void *config);
/* Has what is sent a route? */
void api_receives(struct validation *validation, const struct sending *sending, const void *config);
void api_check_part(struct validation *validation, const char *property, const void *config, const char *qualifier);
const char *api_default_part(const void *config);

/* api_check.c: must who calls the route be allowed to? */
bool api_route_is_signed(const struct api_stage *stage, const struct api_route *route);

#endif
