/* cdn_state.h: a CloudFront distribution: what the template says of it, and what it is while it runs. Private to this folder.
 * The files, from the ground up: cdn_places.c (which edge serves, what is billed where), cdn_caches.c (caches and what is
 * fetched for them), cdn_hooks.c (functions at the edge), cdn_origin.c (the origin, its time limits, and the other one of its group),
 * cdn_run.c (a viewer's request from its coming to its answer), cdn_create.c, cdn_check.c, cdn_groups.c and cdn_functions.c (what is
 * judged), cdn_update.c (functions that change while it runs), cdn_properties.c, cdn.c (the tables). Requests end where they began: what is
 * fetched hands its end up through cdn_job_ended. */
#ifndef SLSIM_EDGE_CDN_STATE_H
#define SLSIM_EDGE_CDN_STATE_H

#include "cache_control.h"
#include "cache_policy.h"
#include "edge_function.h"
#include "engine/caller.h"
#include "engine/content.h"
#include "engine/deadline_line.h"
#include "engine/fault.h"
#include "engine/lru_cache.h"
#include "engine/random.h"
#include "engine/simulation.h"
#include "engine/token_bucket.h"
#include "measure/bill.h"
#include "measure/counter.h"
#include "measure/tally.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

#define CDN_STATUSES 600 /* HTTP's, from 0 */
#define CDN_PLACE_OF_USER 255
#define CDN_VARIANTS (1u << 24)
#define CDN_COUNTED_STATUSES 6 /* of which CloudWatch has rates of their own */

/* Where something is billed: CloudFront's own two letters. */
enum cdn_area { AREA_US, AREA_CA, AREA_EU, AREA_ZA, AREA_ME, AREA_SA, AREA_JP, AREA_AU, AREA_AP, AREA_IN, AREAS };

/* What is billed by place. */
struct cdn_use {
    struct counter http, https, proxy_http, proxy_https; /* requests */
    struct counter out_bytes, origin_bytes;              /* to viewers; to origins, of what was posted */
    struct counter shield;                               /* requests that go through Origin Shield */
};

struct cdn_metrics {
    struct counter requests, downloaded, uploaded, errors, client_errors, server_errors;
    struct counter cacheable, hits, collapsed, evictions;
    struct counter origin_requests, origin_failures, origin_timeouts, connection_failures, failovers;
    struct counter pages; /* errors that viewers got as a page */
    struct counter stale; /* answers out of a cache, of an object whose time was over */
    struct counter by_status[CDN_COUNTED_STATUSES];
    struct counter rejected; /* by functions at the edge */
    struct counter lambda_executions, lambda_errors, lambda_limited, lambda_invalid;
    struct counter invalidated, paths; /* objects that went; paths that were asked for */
    struct tally origin_latency, latency;
    struct cdn_use use[AREAS];
};

/* One edge location, measured by itself. */
struct edge_figures {
    struct counter requests, downloaded, cacheable, hits, evictions, origin_requests;
};

/* Config: one of `edges`. */
struct edge_spec {
    double weight;
    const char *region; /* NULL: where its users are */
};

enum edge_event { ON_VIEWER_REQUEST, ON_ORIGIN_REQUEST, ON_ORIGIN_RESPONSE, ON_VIEWER_RESPONSE, EDGE_EVENTS };
extern const char *const edge_event_names[];

/* One of FunctionAssociations or LambdaFunctionAssociations. */
struct edge_association {
    int event; /* enum edge_event */
    const char *function;
    bool include_body;
};

/* What runs at one of the four points. */
struct edge_hook {
    uint32_t function; /* an AWS::CloudFront::Function, or a version of a Lambda function; ENTITY_NONE: nothing */
    bool is_lambda;
    bool include_body;
    double reject_rate; /* of a Lambda function: behavior */
    bool normalizes_key;
};

enum { PROTOCOL_ALLOW_ALL, PROTOCOL_HTTPS_ONLY, PROTOCOL_REDIRECT };

/* DefaultCacheBehavior, or one of CacheBehaviors. */
struct cdn_behavior {
    const char *pattern; /* NULL: all that no other has */
    const char *target;  /* an origin's Id */
    const char *policy;  /* CachePolicyId; NULL: by the older keys */
    struct cache_rules rules;
    bool forwards_given, forwards_query, min_given;
    struct string_list query_keys;
    int cookies; /* of ForwardedValues */
    int protocol;
    bool compress;
    struct string_list allowed, cached; /* methods */
    struct property_list functions, lambdas;

    /* set by validate */
    size_t origin;
    size_t second;                        /* who stands in for it; SIZE_MAX: nobody */
    const struct cdn_origin_group *group; /* NULL: an origin alone */
    struct edge_hook hooks[EDGE_EVENTS];
};

/* One of Origins. */
struct cdn_origin {
    const char *id, *domain;
    bool custom_given, s3_given;
    int64_t read_timeout_ns, connection_timeout_ns;
    int64_t attempts;
    bool shield;
    const char *shield_region;

    /* set by validate */
    uint32_t target;
    bool is_bucket; /* it reads for a request without a word, and answers with what was asked for */
    bool says_size; /* its answers have sizes of their own */
    int shield_area;
};

/* One of OriginGroups: two origins, and when the second is asked. */
struct cdn_origin_group {
    const char *id;
    struct property_list codes;   /* of int64_t: HTTP statuses */
    struct property_list members; /* of const char *: Ids of origins */
};

/* What an origin's time limits need while it runs. */
struct cdn_origin_state {
    struct deadline_line answers, connections;
    uint32_t unreachable; /* so many faults cut it off */
};

/* What origins say of what is under a path. */
struct cdn_header {
    const char *path; /* a pattern; NULL: of all */
    const char *text; /* of Cache-Control */
};

/* One of CustomErrorResponses. */
struct cdn_error_rule {
    int64_t code;
    int64_t keep_ns;
    bool keep_given;
    int64_t shown; /* the status that viewers get; 0: the same */
    const char *page;
};

/* A cache and what is fetched for it: an edge, a regional edge cache, Origin Shield. */
struct cdn_cache {
    struct lru_cache held;
    struct key_map fetching;      /* by key: the fetch that others of that key wait for */
    struct edge_figures *figures; /* of an edge; NULL: not measured by itself */
    int area;                     /* of an edge whose Region is known; AREAS: where its user is */
    bool collapses;
    uint8_t place; /* of an edge: in which Region functions run for it; CDN_PLACE_OF_USER: in that of each user */
};

/* What a choice among edges is made from. */
struct edge_choice {
    uint32_t *edges; /* owned */
    double *weights; /* owned: rising */
    uint32_t count;
};

/* A function that `changes` bring to a behavior while it runs. */
struct cdn_successor {
    uint32_t function;
    struct cdn_successor *next;
};

/* And what is under way of it. */
struct cdn_update {
    size_t behavior;
    int event;
    struct edge_hook hook;
    int64_t *from_ns; /* owned: of each edge, since when it holds there */
    struct cdn_update *before;
};

enum cdn_stage {
    STAGE_ENTER,
    STAGE_VIEWER_REQUEST,
    STAGE_WAITING,
    STAGE_ORIGIN_REQUEST,
    STAGE_ORIGIN,
    STAGE_ORIGIN_RESPONSE,
    STAGE_VIEWER_RESPONSE
};

/* A viewer's request; or a fetch, for which such requests, or fetches of caches below, wait. */
struct cdn_job {
    uint32_t pool_link;
    uint32_t request;     /* a viewer's; of a fetch: that of the viewer for whom it began */
    uint32_t next;        /* who waits behind it for the same fetch */
    uint32_t first, last; /* of a fetch: who waits for it */
    uint32_t cache;       /* where it looks */
    uint32_t home;        /* of a fetch: for which cache it fetches */
    uint32_t sent;        /* to a function or an origin; POOL_NONE: nothing is */
    uint32_t group;
    uint64_t key;
    struct deadline_place deadline;
    const struct cause *cause; /* how it ends */
    int64_t since_ns;          /* of a viewer's: when it came; of a fetch: when its origin was asked */
    int64_t expires_ns;        /* what it brings is kept until then */
    uint64_t bytes;            /* what the viewer gets */
    uint8_t content, behavior, stage, area, attempt;
    uint8_t place;                /* in which Region its functions run */
    uint16_t edge;                /* to which the viewer came, or for whom it began */
    const struct edge_hook *hook; /* of the function that runs */
    uint8_t member;               /* of an origin group: 1 once the second is asked */
    uint8_t event;                /* enum edge_event: of the function that runs */
    uint8_t outcome;              /* enum edge_outcome: what it will say, of a CloudFront function */
    bool is_fetch;
    bool is_shared;                   /* it stands in its cache's `fetching` */
    bool cacheable;                   /* a GET or HEAD of what may be kept */
    bool is_head, is_proxy, is_plain; /* HEAD; a method that is handed on; by HTTP */
    bool from_cache;                  /* what it brings was kept somewhere on the way */
    bool is_stale;                    /* its time was over */
    bool owns_request;                /* a fetch that nobody waits for: its request is a copy of that of the viewer who set it off */
};

enum cdn_event { CDN_ENTER, CDN_FUNCTION, CDN_TO_ORIGIN, CDN_BACK, CDN_DEADLINE, CDN_UNCONNECTED };

struct cdn {
    struct cdn_metrics metrics;
    uint32_t self;
    uint32_t first_edge; /* the entity of the first of its parts */
    struct fault_state faults;

    /* config */
    bool enabled;
    struct property_list origins, behaviors; /* of struct cdn_origin, struct cdn_behavior */
    struct property_list usual_list;         /* of one struct cdn_behavior: what no other takes */
    struct property_list error_rules;
    struct property_list groups; /* of struct cdn_origin_group */
    int price_class;
    struct property_list edges; /* of struct edge_spec */
    int64_t regional_caches;
    bool shield_everywhere, shield_said;
    bool collapse;
    const struct distribution *object_size; /* NULL: not said */
    int64_t cache_size_bytes, usual_size_bytes;
    const struct distribution *latency, *origin_rtt, *deployment;
    struct cdn_successor *successors; /* set by validate */
    int64_t max_age_ns;
    bool max_age_given;           /* else origins say nothing */
    struct property_list headers; /* of struct cdn_header */
    double http_share, compressed_share;
    int64_t header_values, cookie_values;
    uint32_t edge_count; /* set by validate */

    /* state */
    struct cdn_behavior *all; /* owned: the usual one last */
    uint32_t behavior_count;
    uint8_t behavior_of[CONTENT_COUNT]; /* by content */
    uint8_t kind_of[CONTENT_COUNT];     /* bits of enum content_kind */
    uint8_t kept_as[CONTENT_COUNT];     /* contents of one object have one number */
    struct cache_word *words;           /* owned: what origins say, by content */
    struct cdn_cache *caches;           /* owned: the edges, the regional ones, Origin Shield */
    uint32_t cache_count;
    uint8_t *area_of_sender;  /* owned: by entity, enum cdn_area; AREAS: not known */
    uint8_t *place_of_sender; /* owned: by entity, the place of its users' Region */
    uint64_t salt;
    struct cdn_update *updates; /* owned: the last first */
    uint32_t update_count;
    struct edge_choice choices[AREAS + 1]; /* by where the user is; AREAS: nobody knows */
    struct cdn_origin_state *lines;        /* owned: of each origin */
    struct pool jobs;
    uint64_t calls;              /* jobs that are a viewer's */
    const struct cause **errors; /* owned: causes of errors that are kept, by number */
    uint32_t error_count;
    size_t error_capacity;
    struct token_bucket quota;
    struct stream edge_stream, variant_stream, size_stream, latency_stream, rtt_stream, end_stream, http_stream, update_stream;
    int64_t error_keep_ns;
    double compress_min_bytes, compress_max_bytes;
    bool error_is_kept[CDN_STATUSES];
    uint64_t viewer_response_bytes, origin_response_bytes; /* the most that a Lambda function may answer */
    bool area_included[AREAS];
};

/* What a request's method is to a distribution. */
enum content_kind { CONTENT_ALLOWED = 1, CONTENT_CACHEABLE = 2, CONTENT_HEAD = 4, CONTENT_PROXY = 8, CONTENT_FAILS_OVER = 16 };

static inline struct cdn_job *cdn_job_at(const struct cdn *cdn, uint32_t id)
{
    return pool_at(&cdn->jobs, id);
}

/* cdn_places.c */
/* Where the Region is; AREAS where it is none that is known. */
int cdn_area_of(const struct rule_book *rules, const char *region);
/* The place of the Region in which functions run for users and edges near `region`: 0 is home, and what is not known. */
uint8_t cdn_place_of(const struct rule_book *rules, const char *region);
/* Which areas the price class has. */
void cdn_read_price_class(const struct rule_book *rules, int price_class, bool included[AREAS]);
enum status cdn_make_choices(struct cdn *cdn);
void cdn_forget_choices(struct cdn *cdn);
/* The edge that serves a request of users there, and where that is billed. */
uint32_t cdn_choose_edge(struct cdn *cdn, const struct request *request, int user_area, int *billed);
void cdn_bill(const struct cdn *cdn, struct bill *bill);
extern const struct line_item cdn_line_items[];

/* cdn_caches.c */
/* Looks for the job's object in its cache; what is not there is fetched. At the end, now or later, cdn_job_ended. */
void cdn_look_up(struct simulation *simulation, struct cdn *cdn, uint32_t id);
/* The fetch has brought what its job says: it is kept, and those who wait for it get it. */
void cdn_fetched(struct simulation *simulation, struct cdn *cdn, uint32_t id);
/* Forgets what `pattern` matches of all caches; NULL: all. */
void cdn_invalidate(struct simulation *simulation, struct cdn *cdn, const char *pattern);
/* How long what the job brought may be kept; 0: not at all. */
int64_t cdn_keep_ns(const struct cdn *cdn, const struct cdn_job *job);
/* The size of the object that the job is about, where the distribution says it; else 0. */
uint64_t cdn_object_bytes(struct cdn *cdn, const struct cdn_job *job);

/* cdn_hooks.c */
/* Runs what the job's behavior has at that point; false: nothing, go on. Else its end comes as CDN_FUNCTION or as an answer. */
bool cdn_run_hook(struct simulation *simulation, struct cdn *cdn, uint32_t id, enum edge_event event);
/* What the answer of a Lambda function means; NULL: go on. */
const struct cause *cdn_lambda_answered(struct cdn *cdn, const struct cdn_job *job, const struct request *answer);
/* What a CloudFront function's end means; NULL: go on. */
const struct cause *cdn_function_ended(struct cdn *cdn, const struct cdn_job *job);

/* cdn_origin.c */
/* A fetch goes to the origin, by way of the functions around it. At the end cdn_fetched. */
void cdn_ask_origin(struct simulation *simulation, struct cdn *cdn, uint32_t id);
/* Its way through the network is over: there, and back. */
void cdn_send_to_origin(struct simulation *simulation, struct cdn *cdn, uint32_t id);
void cdn_origin_back(struct simulation *simulation, struct cdn *cdn, uint32_t id);
void cdn_origin_answered(struct simulation *simulation, struct cdn *cdn, uint32_t id, const struct request *answer);
/* A function beside the origin has ended; `cause` NULL: it lets pass what it saw. */
void cdn_origin_hook_ended(struct simulation *simulation, struct cdn *cdn, uint32_t id, const struct cause *cause);
/* The first of those that wait for that origin's answer, or for a connection to it, may have waited too long. */
void cdn_deadline(struct simulation *simulation, struct cdn *cdn, uint32_t origin);
void cdn_unconnected(struct simulation *simulation, struct cdn *cdn, uint32_t origin);

/* cdn_run.c */
/* A viewer's request has what it waited for: its cause, its bytes. */
void cdn_job_ended(struct simulation *simulation, struct cdn *cdn, uint32_t id);
void cdn_accept(struct simulation *simulation, void *self, struct request *request);
void cdn_done(struct simulation *simulation, void *self, struct request *sent);
void cdn_handle(struct simulation *simulation, void *self, const struct event *event);

/* cdn_status.c */
/* The HTTP status that a cause is. */
int cdn_status_of(const struct cause *cause);
/* What a viewer gets for an error, by CustomErrorResponses: a page of the distribution's owner, with another status. */
const struct cause *cdn_shown(const struct cdn *cdn, const struct cause *cause);
/* A status that a page may have. */
bool cdn_may_show(int64_t status);
/* Those of metrics.by_status. */
extern const int cdn_counted_statuses[CDN_COUNTED_STATUSES];

/* cdn_create.c */
/* Which behavior takes a request; behaviors.count: the usual one. */
size_t cdn_behavior_for(const struct cdn *cdn, const char *request);
/* Bits of enum content_kind. */
uint8_t cdn_kind_of(const struct cdn_behavior *behavior, const char *request);
enum status cdn_create(struct simulation *simulation, void *self);
void cdn_destroy(struct simulation *simulation, void *self);
enum status cdn_finish(struct simulation *simulation, void *self);

/* cdn_check.c */
void cdn_validate(struct validation *validation, void *config);
void cdn_receives(struct validation *validation, const struct sending *sending, const void *config);
/* What a distribution refuses unless the scenario wants it. */
extern const char *const cdn_refusals[];

/* cdn_update.c: UpdateDistribution. What a behavior has at an event, where the job is. */
const struct edge_hook *cdn_hook_of(const struct cdn *cdn, const struct cdn_job *job, enum edge_event event, int64_t now_ns);
void cdn_forget_updates(struct cdn *cdn);
/* A row of `actions`, and its hooks. */
struct cdn_update_arguments {
    int event;
    const char *function, *pattern;
    size_t behavior;       /* by validate */
    struct edge_hook hook; /* the same */
};
extern const struct property cdn_update_properties[];
void cdn_update_validate(struct validation *validation, const void *config, void *arguments);
void cdn_update_begin(struct simulation *simulation, void *self, const void *arguments);

/* cdn_groups.c */
void cdn_check_groups(struct validation *validation, struct cdn *cdn);
/* The group of that Id; NULL: there is none. */
const struct cdn_origin_group *cdn_group_named(const struct cdn *cdn, const char *id);
/* Gives a behavior, which stands at `place`, the origins of its group. */
void cdn_join_group(struct validation *validation, const struct cdn *cdn, struct cdn_behavior *behavior, const char *place);
/* Does the second origin take over what the first answered so? */
bool cdn_group_takes_over(const struct cdn_origin_group *group, int status);
/* The number of the origin of that Id; SIZE_MAX: there is none. */
size_t cdn_origin_named(const struct cdn *cdn, const char *id);

/* cdn_functions.c: the functions of a behavior, which stands at `place`: whose they are, and what of that AWS refuses. */
void cdn_check_functions(struct validation *validation, struct cdn_behavior *behavior, const char *place);
/* Gives the behavior a function of Lambda, named at `place`; false: it is none, which was said. */
bool cdn_add_lambda(struct validation *validation, struct cdn_behavior *behavior, const struct edge_association *association,
                    const char *place);

/* cdn_properties.c */
extern const struct property cdn_properties[], cdn_behavior_keys[];

/* cdn.c: so many edges are measured by themselves. */
uint32_t cdn_measured_edges(const struct cdn *cdn);

/* An object's key: its request's content, its variant, its number. */
static inline uint64_t cdn_key(uint8_t content, uint32_t variant, uint32_t group)
{
    return (uint64_t)content << 56 | (uint64_t)(variant % CDN_VARIANTS) << 32 | group;
}
static inline uint32_t cdn_key_variant(uint64_t key)
{
    return (uint32_t)(key >> 32) % CDN_VARIANTS;
}
static inline uint8_t cdn_key_content(uint64_t key)
{
    return (uint8_t)(key >> 56);
}

static inline struct cdn_behavior *cdn_behavior_of(const struct cdn *cdn, const struct cdn_job *job)
{
    return &cdn->all[job->behavior];
}

static inline struct cdn_origin *cdn_origin_of(const struct cdn *cdn, const struct cdn_job *job)
{
    const struct cdn_behavior *behavior = &cdn->all[job->behavior];
    return (struct cdn_origin *)cdn->origins.items + (job->member ? behavior->second : behavior->origin);
}

/* What the origin says of what the job asks for. */
static inline const struct cache_word *cdn_word_of(const struct cdn *cdn, const struct cdn_job *job)
{
    return &cdn->words[job->content];
}

#endif
