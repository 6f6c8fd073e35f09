/* function_end.c: an invocation is over: how it ended, what of it is billed, what becomes of its environment.
 * Sources: REPORT lines: billed = ceil(INIT + duration), ceil(duration + the billed part of the restore); rule reset_on_failure. */
#include "function_end.h"

#include "engine/batch.h"
#include "function_connect.h"
#include "function_environment.h"
#include "function_idle.h"
#include "function_log.h"
#include "function_network.h"
#include "function_steps.h"
#include "function_stream.h"
#include "measure/metric.h"
#include "provisioned.h"

#include <math.h>

static const struct cause ends[] = {
    [END_SUCCEEDED] = {.fate = FATE_SUCCEEDED, .text = ""}, /* cause_succeeded stands for it */
    [END_ERROR] = {.fate = FATE_FAILED, .text = "function error"},
    [END_TIMED_OUT] = {.fate = FATE_TIMED_OUT, .text = "Sandbox.Timedout"},
    [END_OUT_OF_MEMORY] = {.fate = FATE_FAILED, .text = "Runtime.OutOfMemory"},
    [END_RESPONSE_TOO_LARGE] = {.fate = FATE_FAILED, .text = "Function.ResponseSizeTooLarge"},
    [END_RESTORE_TIMED_OUT] = {.fate = FATE_TIMED_OUT, .text = "SnapStartTimeoutException"},
    [END_INIT_FAILED] = {.fate = FATE_FAILED, .text = "Runtime.ExitError: no connection"},
    [END_MOUNT_TIMED_OUT] = {.fate = FATE_FAILED, .text = "EFSMountTimeoutException"},
    [END_LOAD_FAILED] = {.fate = FATE_FAILED, .text = "Runtime.ExitError: a step of INIT failed"},
    [END_KEY_DENIED] = {.fate = FATE_FAILED, .text = "KMSAccessDeniedException"},
    [END_KEY_FAILED] = {.fate = FATE_FAILED, .server_error = true, .text = "KMSDisabledException"},
    [END_NO_SPACE] = {.fate = FATE_FAILED, .text = "Runtime.ExitError: no space left on device"},
    [END_MOUNT_UNREACHABLE] = {.fate = FATE_FAILED, .text = "EFSMountConnectivityException"},
};

static int64_t round_up(int64_t ns, int64_t step_ns)
{
    return (ns + step_ns - 1) / step_ns;
}

/* What of an INIT or a restore is billed. */
static int64_t billed_init_ns(const struct function *function, int64_t init_ns)
{
    if (function->restores)
        return time_from_double((double)init_ns * function->restore_billed_share);
    return function->init_billed ? init_ns : 0;
}

/* `environment` keeps the memory that it began with. */
static uint64_t memory_of(const struct function *function, const struct environment *environment)
{
    return (uint64_t)(environment->ordinal < function->first_ordinal ? function->former_mb : function->config.memory_mb);
}

/* Duration, extensions and INIT are added before they are rounded up, as in REPORT lines; the INIT part is what it adds to the rest. */
static void bill(struct function *function, const struct environment *environment, enum tally_class class, int64_t run_ns)
{
    struct function_metrics *metrics = &function->metrics;
    int64_t step_ns = function->billing_step_ns;
    int64_t handler_steps = round_up(run_ns, step_ns);
    int64_t init_ns = environment->cold ? billed_init_ns(function, environment->init_ns) : 0;
    int64_t steps = init_ns > 0 ? round_up(run_ns + init_ns, step_ns) : handler_steps;
    uint64_t step_ms = function->billing_step_ms, memory_mb = memory_of(function, environment);
    tally_add(&metrics->billed_duration, class, steps * step_ns);
    counter_add(environment->provisioned ? &metrics->provisioned_mb_ms : &metrics->billed_mb_ms,
                (uint64_t)handler_steps * step_ms * memory_mb);
    if (init_ns > 0)
        counter_add(&metrics->init_mb_ms, (uint64_t)(steps - handler_steps) * step_ms * memory_mb);
    if (function->billed_storage_mb > 0)
        counter_add(&metrics->storage_mb_ms, (uint64_t)steps * step_ms * (uint64_t)function->billed_storage_mb);
}

/* An INIT, or a restore, is over. */
static void count_init(struct function *function, int64_t init_ns)
{
    if (!function->restores) {
        tally_add(&function->metrics.init_duration, TALLY_ALL, init_ns);
        return;
    }
    tally_add(&function->metrics.restore_duration, TALLY_ALL, init_ns);
    if (!function->restores_free)
        counter_add(&function->metrics.restored_mb, (uint64_t)function->config.memory_mb);
}

void function_initialised(struct function *function, int64_t init_ns)
{
    count_init(function, init_ns);
    int64_t steps = round_up(billed_init_ns(function, init_ns), function->billing_step_ns);
    if (function->proactive_billed)
        counter_add(&function->metrics.init_mb_ms, (uint64_t)steps * function->billing_step_ms * (uint64_t)function->config.memory_mb);
}

static void count_end(struct function *function, enum invocation_end end)
{
    if (__builtin_expect(end == END_SUCCEEDED, 1))
        return;
    counter_add(&function->metrics.errors, 1);
    if (end == END_TIMED_OUT)
        counter_add(&function->metrics.timeouts, 1);
    if (end == END_OUT_OF_MEMORY)
        counter_add(&function->metrics.out_of_memory, 1);
}

static bool record_fails(struct function *function, const struct batch_record *record)
{
    if (function_is_poison(function, record->item, record->poison))
        return true;
    if (function->config.record_error_rate <= 0)
        return false;
    stream_at(&function->streams.record_error, record->item, record->attempt);
    return stream_uniform(&function->streams.record_error) < function->config.record_error_rate;
}

/* Marks the records that failed. A failed one fails the invocation, and with it every record, unless the handler may name it; a handler of
 * an ordered batch stops there. Returns how the invocation ends. */
static enum invocation_end judge_records(struct simulation *simulation, struct function *function, const struct request *request,
                                         enum invocation_end end)
{
    const struct entity *sender = &simulation->entities[request->from];
    struct batch *batch = sender->type->batch(simulation, sender->state, request);
    uint32_t failed = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct batch_record *record = &batch->records[i];
        record->failed = end != END_SUCCEEDED || (batch->in_order && failed > 0) || record_fails(function, record);
        failed += record->failed;
    }
    if (failed > 0 && end == END_SUCCEEDED && !batch->reports_failures) {
        for (uint32_t i = 0; i < batch->count; i++)
            batch->records[i].failed = true;
        failed = batch->count;
        end = END_ERROR;
    }
    batch->failed_count = failed;
    return end;
}

/* How long extensions go on after the handler: the Timeout is for both. A handler that was stopped leaves them nothing. */
static int64_t after_handler_ns(struct function *function, struct environment *environment, const struct request *request,
                                enum invocation_end end)
{
    if (end == END_TIMED_OUT || end == END_OUT_OF_MEMORY || !handler_ran(end))
        return 0;
    stream_at(&function->streams.post_runtime, request->item, request->attempt);
    int64_t after_ns = distribution_sample_ns(function->config.post_runtime, &function->streams.post_runtime.rng);
    int64_t left_ns = function->config.timeout_ns - environment->duration_ns;
    environment->needs_init = after_ns > left_ns;
    after_ns = after_ns < left_ns ? after_ns : left_ns;
    tally_add(&function->metrics.post_runtime, TALLY_ALL, after_ns);
    return after_ns;
}

/* What becomes of the environment: rule reset_on_failure: of a handler that was stopped the runtime is gone, the environment stays. */
static void leave(struct simulation *simulation, struct function *function, struct environment *environment, enum invocation_end end,
                  int64_t after_ns)
{
    if (after_ns > 0) { /* the caller has its answer, and the environment serves nobody else yet */
        environment->state = ENVIRONMENT_FINISHING;
        environment->began_ns = simulation->now_ns;
        simulation_schedule(simulation, function->self, FUNCTION_FINISHED, RANK_COMPLETION, time_add(simulation->now_ns, after_ns),
                            environment->id);
        return;
    }
    function_concurrency(function, simulation->now_ns, -1, environment);
    bool unusable = end == END_OUT_OF_MEMORY || end_is_mount(end); /* without its file system there is nothing to initialise */
    if (unusable && environment->provisioned) {
        provisioned_broken(simulation, function, environment);
        return;
    }
    if (unusable || end == END_RESTORE_TIMED_OUT) {
        environment_destroy(simulation, function, environment);
        return;
    }
    environment->needs_init = environment->needs_init || end == END_TIMED_OUT || !handler_ran(end);
    if (environment->needs_init) { /* its process is gone, and what that had */
        function_disconnect(simulation, function, environment);
        function_network_forget(simulation, function, environment);
    }
    environment_release(simulation, function, environment);
}

void function_finished(struct simulation *simulation, struct function *function, struct environment *environment)
{
    function->busy_ns += simulation->now_ns - environment->began_ns;
    function_concurrency(function, simulation->now_ns, -1, environment);
    environment_release(simulation, function, environment);
}

void function_complete(struct simulation *simulation, struct function *function, struct environment *environment)
{
    struct request *request = request_at(simulation, environment->request);
    struct function_metrics *metrics = &function->metrics;
    enum invocation_end end = environment->outcome;
    enum tally_class class = environment->cold ? TALLY_COLD : TALLY_WARM;
    int64_t now_ns = simulation->now_ns;

    if (__builtin_expect(request->is_batch, 0))
        end = judge_records(simulation, function, request, end);
    int64_t after_ns =
        __builtin_expect(function->config.post_runtime != NULL, 0) ? after_handler_ns(function, environment, request, end) : 0;
    tally_add(&metrics->duration, class, environment->duration_ns);
    if (environment->cold)
        count_init(function, environment->init_ns);
    tally_add(&metrics->response_time, class, now_ns - request->born_ns);
    bill(function, environment, class, environment->duration_ns + after_ns);
    if (__builtin_expect(function_streams(function, request), 0) && (end == END_SUCCEEDED || end == END_RESPONSE_TOO_LARGE))
        function_streamed(simulation, function, request);
    count_end(function, end);
    if (function->procedure)
        function_steps_settle(simulation, function, request, end == END_SUCCEEDED);
    function_log(simulation, function, request, environment->cold, end != END_SUCCEEDED);
    function->busy_ns += now_ns - request->sent_ns;
    leave(simulation, function, environment, end, after_ns);
    const struct cause *cause = end == END_SUCCEEDED ? &cause_succeeded : &ends[end];
    if (end == END_SUCCEEDED && !request->is_batch && !request->asynchronous)
        request->payload_bytes = function->config.response ? (uint32_t)fmin(function_response_bytes(function, request), UINT32_MAX) : 0;
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[function->self].name, fate_names[cause->fate], now_ns, 0, cause->text);
    request_done(simulation, function->self, request, cause);
}
