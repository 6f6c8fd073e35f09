/* function.h: a function: its configuration, its environments, what is measured of it. Private to this folder. */
#ifndef SLSIM_LAMBDA_FUNCTION_H
#define SLSIM_LAMBDA_FUNCTION_H

#include "account.h"
#include "engine/delivery.h"
#include "engine/pool.h"
#include "engine/procedure.h"
#include "engine/simulation.h"
#include "engine/token_bucket.h"
#include "environment.h"
#include "handler.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/tally.h"
#include "scenario/property.h"

enum package_type { PACKAGE_ZIP, PACKAGE_IMAGE };
enum recursive_loop { LOOP_TERMINATE, LOOP_ALLOW };
enum architecture { ARCHITECTURE_X86_64, ARCHITECTURE_ARM64 };

/* How one invocation ends; decided when it begins. */
enum invocation_end { END_SUCCEEDED, END_ERROR, END_TIMED_OUT, END_OUT_OF_MEMORY, END_RESPONSE_TOO_LARGE };

/* Properties of CloudFormation that something else would have to act on; a warning says that nothing does. */
struct function_unmodelled {
    bool events, auto_publish_alias, provisioned, deployment, snap_start, vpc, file_system, url;
};

/* Asynchronous invocation: what EventInvokeConfig and the dead-letter settings say. */
struct async_config {
    int64_t retries; /* MaximumRetryAttempts */
    int64_t max_age_ns;
    uint32_t on_success, on_failure; /* destinations; ENTITY_NONE: none */
    uint32_t dead_letter;
    bool given; /* by a resource of type AWS::Lambda::EventInvokeConfig */
};

/* What the template and the scenario say. */
struct function_config {
    int64_t memory_mb;
    int64_t timeout_ns;
    int64_t reserved; /* ReservedConcurrentExecutions; -1: none */
    int64_t storage_mb;
    int architecture;
    int package_type;
    const char *runtime;
    const char *published_alias; /* AutoPublishAlias; NULL: none */
    struct function_unmodelled unmodelled;

    struct handler handler;
    const struct distribution *init;
    const struct distribution *placement; /* NULL: none */
    struct lifetime keep_alive;
    struct lifetime max_lifetime;
    int reuse;                              /* enum reuse_order */
    const struct distribution *memory_used; /* bytes; NULL: never too much */
    double error_rate;
    double record_error_rate, poison_rate;
    const struct distribution *response; /* bytes; NULL: small */
    int64_t code_size_bytes;
    const struct distribution *payload; /* bytes that the template's own events carry */
    int64_t log_bytes;
    int recursive_loop; /* enum recursive_loop */
    bool init_given, placement_given, keep_alive_given, max_lifetime_given, memory_given;

    struct async_config async;

    uint32_t account; /* its entity; set by validate */
};

struct function_streams {
    struct handler_streams handler;
    struct stream init, placement, keep_alive, lifetime, reuse, error, memory, response, record_error, poison;
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
    struct counter async_extra_requests; /* large events are billed as several requests */
    /* for the bill, in MB x ms: exact, and right also where the memory changes while it runs */
    struct counter billed_mb_ms, init_mb_ms, storage_mb_ms;
};

struct function {
    struct function_config config;

    uint32_t self;
    struct account *account_state;
    struct pool environments;
    struct idle_set idle;
    int64_t busy;          /* environments that serve */
    int64_t limit;         /* of `busy`: the reserved concurrency; INT64_MAX: the account's alone */
    int64_t keep_alive_ns; /* of a constant keep-alive; TIME_FOREVER; -1: drawn or halving */
    int64_t lifetime_ns;   /* of a constant maximum lifetime; TIME_FOREVER; -1: drawn */
    int64_t billing_step_ns;
    uint64_t billing_step_ms;
    int64_t init_limit_ns;
    int64_t payload_limit_bytes, response_limit_bytes;
    int64_t billed_storage_mb; /* ephemeral storage above what is free */
    bool init_billed;
    uint32_t environment_ordinal;
    uint32_t first_ordinal; /* of those made since the memory was changed; the ones before have */
    int64_t former_mb, present_mb;
    struct compute_share share;
    struct token_bucket rate;    /* of reserved concurrency */
    struct token_bucket scaling; /* new environments, by the present rules */
    int128 busy_ns;              /* sum of the time that finished invocations held an environment: Little's law */
    struct function_metrics metrics;
    struct delivery async;              /* the internal event queue */
    struct procedure_runner *procedure; /* owned; NULL: the handler calls nobody, and its time is known when it begins */
    uint32_t chain_limit;               /* invocations in one chain of requests; 0: loops are not detected */
    struct function_streams streams;
};

extern const struct model_type lambda_function_type;
extern const struct model_type serverless_function_type;

/* Is `type` a function, in either spelling? */
bool is_function_type(const struct model_type *type);

/* function_run.c */
extern const struct cause cause_recursion; /* a loop was stopped: the invocation did not happen */
enum function_event { FUNCTION_COMPLETE, FUNCTION_EXPIRE, FUNCTION_ASYNC, FUNCTION_PROCEDURE /* and PROCEDURE_EVENTS in all */ };
enum status function_create(struct simulation *simulation, void *self);
void function_destroy(struct simulation *simulation, void *self);
/* What follows from the configuration alone, and may change with it while it runs. */
void function_derive(struct simulation *simulation, struct function *function);
void function_accept(struct simulation *simulation, void *self, struct request *request);
void function_prefetch(const struct simulation *simulation, const void *self, const struct event *event, bool near);
void function_handle(struct simulation *simulation, void *self, const struct event *event);
enum status function_finish(struct simulation *simulation, void *self);
/* The invocation in `environment` is over, as its outcome and duration say. */
void function_complete(struct simulation *simulation, struct function *function, struct environment *environment);
/* How often the chain of `request` has come round, this invocation counted. */
uint32_t function_hops(const struct simulation *simulation, const struct function *function, const struct request *request);

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
void function_async_validate(struct validation *validation, const struct function_config *config);
void function_done(struct simulation *simulation, void *self, struct request *request);

/* function_change.c */
void function_changed(struct simulation *simulation, void *self, size_t offset);

/* function_check.c */
void function_validate(struct validation *validation, void *config);
void function_check_part(struct validation *validation, const char *property, const void *config, const char *qualifier);

#endif
