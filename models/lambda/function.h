/* function.h: a function: its configuration, its environments, what is measured of it. Private to this folder. */
#ifndef SLSIM_LAMBDA_FUNCTION_H
#define SLSIM_LAMBDA_FUNCTION_H

#include "account.h"
#include "deployment.h"
#include "engine/delivery.h"
#include "engine/fault.h"
#include "engine/pool.h"
#include "engine/procedure.h"
#include "engine/simulation.h"
#include "engine/token_bucket.h"
#include "environment.h"
#include "function_config.h"
#include "handler.h"
#include "measure/bill.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/metric.h"
#include "measure/tally.h"
#include "notation/property.h"

/* How one invocation ends; decided when it begins. */
enum invocation_end { END_SUCCEEDED, END_ERROR, END_TIMED_OUT, END_OUT_OF_MEMORY, END_RESPONSE_TOO_LARGE, END_RESTORE_TIMED_OUT };

/* Environments that are kept ready. provisioned.c */
struct provisioned {
    int64_t wanted;  /* asked for last: what is paid for */
    int64_t ready;   /* usable: serving, idle, or being recycled */
    int64_t present; /* environments that there are */
    int64_t paid_mb; /* what is counted for the bill, until it is withdrawn */
    struct idle_set idle;
    struct token_bucket rate; /* of requests, in proportion to `ready` */
    int64_t enabled_ns;       /* since when there are any; -1: there are none */
    uint32_t order;           /* the latest order: an allocation of an earlier one is void */
};

struct function_streams {
    struct handler_streams handler;
    struct stream provisioned_init, route;
    struct stream init, placement, keep_alive, lifetime, reuse, error, memory, response, record_error, poison, trace;
    struct stream restore, proactive, post_runtime, shutdown, fault_share;
};

struct function_metrics {
    struct counter invocations, errors, throttles;
    struct tally duration;
    struct gauge concurrent;
    struct counter cold_starts;
    struct tally init_duration, response_time, billed_duration;
    struct gauge environments, idle;
    struct counter created, expired, timeouts, out_of_memory;
    struct counter recursive_dropped;
    struct counter async_received, async_dropped, dead_letter_errors, destination_failures;
    struct tally async_age, iterator_age;
    struct gauge async_queued;
    struct gauge provisioned_busy, provisioned_ready, provisioned_paid_mb;
    struct counter provisioned_invocations, spillover;
    struct counter deployments, rollbacks;
    struct counter service_errors, lost, proactive_inits;
    struct tally restore_duration, post_runtime, first_byte;
    struct counter streamed_bytes; /* that are billed */
    struct counter restored_mb;
    struct gauge snapshot_mb;
    struct counter provisioned_mb_ms;
    struct counter traces;               /* begun here and sampled */
    struct counter async_extra_requests; /* large events are billed as several requests */
    /* for the bill, in MB x ms: exact, and right also where the memory changes while it runs */
    struct counter billed_mb_ms, init_mb_ms, storage_mb_ms;
};

struct function {
    struct function_config config;

    uint32_t self;
    struct function *family; /* who has the limits and the quotas: the function itself, of a version its function */
    struct account *account_state;
    struct pool environments;
    struct idle_set idle;
    int64_t busy;          /* of a family: environments that serve on demand */
    int64_t kept_ready;    /* of a family: what is provisioned of all its versions */
    int64_t limit;         /* of `busy`: the reserved concurrency; INT64_MAX: the account's alone */
    int64_t keep_alive_ns; /* of a constant keep-alive; TIME_FOREVER; -1: drawn or halving */
    int64_t lifetime_ns;   /* of a constant maximum lifetime; TIME_FOREVER; -1: drawn */
    int64_t billing_step_ns;
    uint64_t billing_step_ms;
    int64_t init_limit_ns;
    int64_t payload_limit_bytes, response_limit_bytes;
    int64_t restore_limit_ns, shutdown_limit_ns;
    double restore_billed_share;
    double stream_free_bytes, stream_limit_bytes, stream_bytes_per_s;
    int64_t billed_storage_mb; /* ephemeral storage above what is free */
    bool init_billed, proactive_billed, shutdown_billed;
    bool restores;      /* a published version with SnapStart, */
    bool restores_free; /* and of a runtime that pays nothing for it */
    struct fault_state faults;
    uint32_t fault_ordinal; /* of those that took environments */
    uint32_t environment_ordinal;
    uint32_t first_ordinal; /* of those made since the memory was changed; the ones before have */
    int64_t former_mb, present_mb;
    struct compute_share share;
    struct token_bucket rate;    /* of reserved concurrency */
    struct token_bucket scaling; /* new environments, by the present rules */
    int128 busy_ns;              /* sum of the time that finished invocations held an environment: Little's law */
    struct function_metrics metrics;
    struct provisioned provisioned;
    struct function_config *shared;     /* owned; of a function with versions: what they were last told of it; NULL: has none */
    struct deployment *deployment;      /* owned; of a function that is deployed while it runs; NULL: none */
    struct delivery async;              /* the internal event queue */
    struct procedure_runner *procedure; /* owned; NULL: the handler calls nobody, and its time is known when it begins */
    int64_t traced_second;              /* of a family: of the latest request that could be traced */
    uint32_t traced_for_certain;        /* in that second */
    uint32_t chain_limit;               /* invocations in one chain of requests; 0: loops are not detected */
    struct function_streams streams;
};

extern const struct model_type lambda_function_type;
extern const struct model_type serverless_function_type;
extern const struct model_type version_type, deployed_version_type, alias_type;

/* The tables of function.c that versions share. */
extern const struct property function_behavior[], function_shared_properties[], function_published_properties[];
extern const struct metric_type function_metrics[];

/* Is `type` a function, in either spelling? */
bool is_function_type(const struct model_type *type);
/* A function, a version or an alias: what can be invoked. */
bool is_invocable_type(const struct model_type *type);
/* Which entity has the settings that an invocation of `entity`, of `type` with `blob`, meets: of an alias its version. */
uint32_t invoked_version(const struct model_type *type, const void *blob, uint32_t entity);

/* function_run.c */
extern const struct cause cause_recursion; /* a loop was stopped: the invocation did not happen */
enum function_event {
    FUNCTION_COMPLETE,
    FUNCTION_EXPIRE,
    FUNCTION_FINISHED, /* the extensions of an environment */
    FUNCTION_SHUT,     /* an environment has shut down */
    FUNCTION_ASYNC,
    FUNCTION_ALLOCATED, /* data: the order */
    FUNCTION_STARTED,   /* data: a provisioned environment */
    FUNCTION_PAID,      /* data: MB that are no longer paid for */
    FUNCTION_DEPLOYMENT,
    FUNCTION_PROCEDURE /* and PROCEDURE_EVENTS in all */
};
void function_accept(struct simulation *simulation, void *self, struct request *request);
void function_prefetch(const struct simulation *simulation, const void *self, const struct event *event, bool near);
void function_handle(struct simulation *simulation, void *self, const struct event *event);
/* So many environments more, or fewer, serve a request. */
static inline void function_concurrency(struct function *function, int64_t now_ns, int64_t change, bool provisioned)
{
    struct account *account = function->account_state;
    struct function *family = function->family;
    gauge_add(&function->metrics.concurrent, now_ns, change);
    gauge_add(&account->concurrent, now_ns, change);
    if (provisioned) {
        gauge_add(&function->metrics.provisioned_busy, now_ns, change);
        return;
    }
    family->busy += change;
    if (family->limit == INT64_MAX) {
        gauge_add(&account->unreserved, now_ns, change);
        gauge_add(&account->claimed, now_ns, change);
    }
}

/* Does this item fail whenever it is tried? */
static inline bool function_is_poison(struct function *function, uint64_t item, bool by_its_source)
{
    if (by_its_source || function->config.poison_rate <= 0)
        return by_its_source;
    stream_at(&function->streams.poison, item, 0);
    return stream_uniform(&function->streams.poison) < function->config.poison_rate;
}
/* How often the chain of `request` has come round, this invocation counted. */
uint32_t function_hops(const struct simulation *simulation, const struct function *function, const struct request *request);

/* function_create.c */
enum status function_create(struct simulation *simulation, void *self);
void function_destroy(struct simulation *simulation, void *self);
/* What follows from the configuration alone, and may change with it while it runs. */
void function_derive(struct simulation *simulation, struct function *function);

/* function_admit.c */
/* Finds or makes the environment (NULL: memory is out, which fails the run), or says why not; NULL: it may start. *is_new is set where it
 * was made. */
const struct cause *function_admit(struct simulation *simulation, struct function *function, const struct request *request,
                                   struct environment **environment, bool *is_new);
/* For REUSE_RANDOM: which of the idle ones serves this request. */
double reuse_chance(struct function *function, const struct request *request);

/* function_end.c: an invocation is over */
/* ... as the outcome and the duration of `environment` say. */
void function_complete(struct simulation *simulation, struct function *function, struct environment *environment);
void function_finished(struct simulation *simulation, struct function *function, struct environment *environment);
enum status function_finish(struct simulation *simulation, void *self);
/* An environment was made ahead of its request: what its INIT or restore, `init_ns` long, is measured as, and costs. */
void function_initialised(struct function *function, int64_t init_ns);

/* function_bill.c */
extern const struct line_item function_line_items[];
void function_quantities(const struct simulation *simulation, const void *self, struct bill *bill);

/* function_stream.c: responses that are streamed */
/* How many bytes the handler answers, where config.response says it; the same whenever it is asked. */
double function_response_bytes(struct function *function, const struct request *request);
/* ... and how many it may. */
double function_response_limit(const struct function *function, const struct request *request);
/* Is the response to this request streamed? Events and batches are answered at once, whatever the mode. */
static inline bool function_streams(const struct function *function, const struct request *request)
{
    return function->config.response_mode == RESPONSE_STREAM && !request->asynchronous && !request->is_batch;
}
/* How much longer the response takes than the handler that makes it. */
int64_t function_stream_ns(struct function *function, const struct request *request);
/* What is measured and billed of a response that was streamed to its end. */
void function_streamed(struct simulation *simulation, struct function *function, const struct request *request);
void function_stream_init(struct simulation *simulation, struct function *function);
extern const struct property function_url_properties[];

/* snap_start.c: published versions that restore */
void snap_start_init(struct simulation *simulation, struct function *function);
/* From now on the version's snapshot is kept. */
void snap_start_publish(struct simulation *simulation, struct function *function);
void snap_start_validate(struct validation *validation, const struct function_config *config);
extern const struct property snap_start_properties[];
extern const char *const function_refusals[];

/* function_fault.c: what `changes` can do to functions, versions and aliases */
extern const struct action version_actions[];
extern const struct cause cause_function_down;
void function_fault_begin(struct simulation *simulation, void *self, const void *arguments);
void function_fault_end(struct simulation *simulation, void *self, const void *arguments);
#define FUNCTION_FAULT(KIND, PROPERTIES, END, HELP) FAULT_ROW(KIND, PROPERTIES, function_fault_begin, END, HELP)
#define FUNCTION_FAULTS                                                                                                                    \
    FUNCTION_FAULT("down", NULL, function_fault_end,                                                                                       \
                   "Every invocation is answered with an error of the service; events that Lambda queues are taken, and tried later."),    \
        FUNCTION_FAULT("slow", fault_slow_properties, function_fault_end,                                                                  \
                       "Handlers that begin take longer by the factor: what they do themselves, not what they call."),                     \
        FUNCTION_FAULT("errors", fault_errors_properties, function_fault_end,                                                              \
                       "Handlers that begin fail at that rate, beside error_rate."),                                                       \
        FUNCTION_FAULT("az_lost", fault_share_properties, function_fault_end,                                                              \
                       "That share of the environments is gone at once, each by chance, and what runs in them fails; new ones start in "   \
                       "other zones."),                                                                                                    \
        FUNCTION_FAULT("environments_lost", fault_all_properties, NULL,                                                                    \
                       "Every environment is gone at once, and what runs in it fails; provisioned ones are replaced.")

/* function_steps.c: handlers that call others */
enum status function_steps_create(struct simulation *simulation, struct function *function);
void function_steps_destroy(struct function *function);
/* The handler begins in `before_ns`, its steps `suppressed_ns` later. */
void function_steps_begin(struct simulation *simulation, struct function *function, struct environment *environment,
                          const struct request *request, int64_t before_ns, int64_t suppressed_ns);
/* An event of a busy environment has come: is there a handler that it is about? Then its time limit was looked at. */
bool function_steps_expired(struct simulation *simulation, struct function *function, struct environment *environment);
void function_steps_validate(struct validation *validation, const struct function_config *config);

/* function_environment.c: from creation to the end of an environment. NULL when memory is out. */
struct environment *environment_create(struct simulation *simulation, struct function *function);
void environment_release(struct simulation *simulation, struct function *function, struct environment *environment);
void environment_destroy(struct simulation *simulation, struct function *function, struct environment *environment);
/* It is gone at once, without a shutdown. `event_pending`: one that names it, other than its expiry, is still to come. */
void environment_lose(struct simulation *simulation, struct function *function, struct environment *environment, bool event_pending);
/* An event of it comes at `at_ns` at the latest. */
void environment_look_by(struct simulation *simulation, struct function *function, struct environment *environment, int64_t at_ns);
void environment_expire(struct simulation *simulation, struct function *function, struct environment *environment);
/* The first `count` in the order of reuse, as far as there are. */
void environments_drop_idle(struct simulation *simulation, struct function *function, uint32_t count);

/* function_async.c: the internal event queue of asynchronous invocation */
extern const struct model_type event_invoke_config_type;
enum status function_async_create(struct simulation *simulation, struct function *function);
void function_async_accept(struct simulation *simulation, struct function *function, struct request *request);
extern const struct envelope *const function_envelopes[];
uint32_t function_envelope(const struct simulation *simulation, const void *self, const struct request *request);
/* The rows of LoggingConfig, and of TracingConfig. */
extern const struct property function_logging_properties[], function_tracing_properties[];
extern const char *const function_tracing_choices[]; /* of the serverless form */
void function_log_validate(struct validation *validation, const struct function_config *config);
/* The lines of an invocation that is over. */
void function_log(struct simulation *simulation, const struct function *function, const struct request *request, bool cold, bool failed);
/* The bytes of all that it logged, as they are billed. */
double function_logged_bytes(const struct rule_book *rules, const struct function *function);
/* A request comes to a function with active tracing: is a trace of it begun? Source: rules xray_*. */
void function_trace(struct simulation *simulation, struct function *function, const struct request *request);
void function_async_validate(struct validation *validation, const struct function_config *config);
void function_done(struct simulation *simulation, void *self, struct request *request);

/* provisioned.c: provisioned concurrency */
void provisioned_init(struct function *function);
void provisioned_fini(struct function *function);
/* From now on `count` environments are to be kept ready. `at_once`: they are there already. */
void provisioned_order(struct simulation *simulation, struct function *function, int64_t count, bool at_once);
void provisioned_allocated(struct simulation *simulation, struct function *function, uint32_t order);
void provisioned_started(struct simulation *simulation, struct function *function, struct environment *environment);
/* The memory of each is another now: they are replaced. */
void provisioned_resized(struct simulation *simulation, struct function *function);
void provisioned_paid(struct simulation *simulation, struct function *function, uint32_t mb);
/* Is one idle, and may it take a request now? Else the request is served on demand. */
bool provisioned_is_free(struct function *function, int64_t now_ns);
/* The one that serves it. */
struct environment *provisioned_take(struct simulation *simulation, struct function *function, const struct request *request);
/* A provisioned environment is no longer busy, or was idle until it got too old. */
void provisioned_release(struct simulation *simulation, struct function *function, struct environment *environment);
void provisioned_recycle(struct simulation *simulation, struct function *function, struct environment *environment);
/* A fault took it: another one starts in its place. As environment_lose. */
void provisioned_lost(struct simulation *simulation, struct function *function, struct environment *environment, bool event_pending);
/* It was busy, and broke. */
void provisioned_broken(struct simulation *simulation, struct function *function, struct environment *environment);

/* version.c */
bool is_version_type(const struct model_type *type);
/* For `validate` of a version or an alias: joins it to its function. False when it has none, which was complained of. */
bool part_join(struct validation *validation, const struct function_config *part);
/* Of both: the provisioned concurrency that is asked for. Setting it is refused (false) where there is no room for it. */
int64_t part_capacity(const void *self);
bool part_set_capacity(const struct simulation *simulation, struct function *part, int64_t count);
/* The alias that moves when the function is deployed: the published one, or the only one; ENTITY_NONE: there is none. */
uint32_t deployed_alias(const struct validation *validation, uint32_t function);
/* alias.c: divides what the alias has provisioned among its versions. `at_once`: the environments are there already. */
void alias_redistribute(struct simulation *simulation, struct function *alias, bool at_once);

/* function_change.c */
void function_changed(struct simulation *simulation, void *self, size_t offset);

/* function_check.c */
void function_validate(struct validation *validation, void *config);
void function_check_part(struct validation *validation, const char *property, const void *config, const char *qualifier);

#endif
