/* function_admit.c: may an invocation start, and in which environment?
 * Source: rules of the section "Concurrency", which cite the Lambda developer guide, "Understanding Lambda function scaling". */
#include "function.h"

static const struct cause cause_account_concurrency = {.fate = FATE_THROTTLED, .text = "ConcurrentInvocationLimitExceeded"};
static const struct cause cause_account_rate = {.fate = FATE_THROTTLED, .text = "FunctionInvocationRateLimitExceeded"};
static const struct cause cause_reserved_concurrency = {.fate = FATE_THROTTLED,
                                                        .text = "ReservedFunctionConcurrentInvocationLimitExceeded"};
static const struct cause cause_reserved_rate = {.fate = FATE_THROTTLED, .text = "ReservedFunctionInvocationRateLimitExceeded"};
static const struct cause cause_scaling = {.fate = FATE_THROTTLED, .text = "ConcurrentInvocationLimitExceeded: scaling rate"};

/* Is there concurrency left for one more invocation on demand? NULL: yes. */
static const struct cause *concurrency_refusal(const struct function *function)
{
    const struct account *account = function->account_state;
    const struct function *family = function->family;
    if (family->limit != INT64_MAX) { /* what is ready is taken out of what is reserved; what was withdrawn, until it is done */
        int64_t ready = family->metrics.provisioned_ready.level, serving = family->metrics.provisioned_busy.level;
        return family->busy + (ready > serving ? ready : serving) >= family->limit ? &cause_reserved_concurrency : NULL;
    }
    return account->unreserved.level >= account->unreserved_limit ? &cause_account_concurrency : NULL;
}

/* Takes one request from the quotas of requests per second; those of AWS's own queue are not counted (rule async_rps). NULL: taken. */
static const struct cause *rate_refusal(struct function *function, const struct request *request, int64_t now_ns)
{
    if (request->asynchronous)
        return NULL;
    struct function *family = function->family;
    if (family->limit != INT64_MAX && !token_bucket_take(&family->rate, 1, now_ns))
        return &cause_reserved_rate;
    return token_bucket_take(&function->account_state->rate, 1, now_ns) ? NULL : &cause_account_rate;
}

static struct token_bucket *scaling_of(struct function *function)
{
    return function->account_state->scaling_by_account ? &function->account_state->scaling : &function->family->scaling;
}

double reuse_chance(struct function *function, const struct request *request)
{
    if (function->config.reuse != REUSE_RANDOM)
        return 0;
    stream_at(&function->streams.reuse, request->item, request->attempt);
    return stream_uniform(&function->streams.reuse);
}

const struct cause *function_admit(struct simulation *simulation, struct function *function, const struct request *request,
                                   struct environment **environment, bool *is_new)
{
    int64_t now_ns = simulation->now_ns;
    if (function->provisioned.ready > 0 && provisioned_is_free(function, now_ns)) {
        const struct function *family = function->family; /* less may be reserved by now than is provisioned */
        if (family->busy + family->metrics.provisioned_busy.level >= family->limit)
            return &cause_reserved_concurrency;
        if (!request->asynchronous && !token_bucket_take(&function->account_state->rate, 1, now_ns))
            return &cause_account_rate;
        *environment = provisioned_take(simulation, function, request);
        return NULL;
    }
    const struct cause *refusal = concurrency_refusal(function);
    if (refusal)
        return refusal;
    *environment = idle_set_next(&function->idle, reuse_chance(function, request));
    *is_new = *environment == NULL;
    if (*is_new && token_bucket_available(scaling_of(function), now_ns) < 1)
        return &cause_scaling;
    refusal = rate_refusal(function, request, now_ns);
    if (refusal)
        return refusal;
    if (*is_new) {
        token_bucket_take(scaling_of(function), 1, now_ns);
        *environment = environment_create(simulation, function);
    } else {
        idle_set_remove(&function->idle, *environment);
        gauge_add(&function->metrics.idle, now_ns, -1);
    }
    return NULL;
}
