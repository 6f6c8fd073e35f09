/* function_url_state.h: a function URL: its settings and its state. function_url_run.c stands below function_url.c. */
#ifndef SLSIM_LAMBDA_FUNCTION_URL_STATE_H
#define SLSIM_LAMBDA_FUNCTION_URL_STATE_H

#include "engine/fault.h"
#include "engine/key_map.h"
#include "engine/pool.h"
#include "engine/simulation.h"
#include "measure/counter.h"
#include "measure/tally.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

enum auth_type { AUTH_AWS_IAM, AUTH_NONE };

/* A request that the function has not answered. */
struct url_call {
    uint32_t pool_link;
    uint32_t request;
    bool withheld; /* its browser keeps the answer from the page that asked */
};

struct function_url {
    /* config */
    uint32_t function; /* TargetFunctionArn; with the alias that Qualifier names, once it is validated */
    const char *qualifier;
    int auth_type;
    const char *invoke_mode;
    struct string_list origins, methods;
    bool cors_given, credentials;
    int64_t max_age_ns;

    /* state */
    uint32_t self;
    struct pool calls;
    struct key_map asked; /* by client: its place in `until_ns` */
    int64_t *until_ns;    /* owned: until when a client need not ask again */
    uint32_t asked_count;
    size_t asked_capacity;
    double base64_factor;
    size_t denied_answer, throttled_answer, large_answer, error_answer;
    struct fault_state faults;
    struct counter requests, client_errors, server_errors, preflights, denied;
    struct tally latency;
};

enum status url_create(struct simulation *simulation, void *self);
void url_destroy(struct simulation *simulation, void *self);
void url_accept(struct simulation *simulation, void *self, struct request *request);
void url_done(struct simulation *simulation, void *self, struct request *request);
enum status url_finish(struct simulation *simulation, void *self);

#endif
