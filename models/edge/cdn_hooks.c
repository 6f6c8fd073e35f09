/* cdn_hooks.c: functions at the edge: what runs at one of the four points of a request's way, and what follows from its end.
 * Sources: CloudFront developer guide, "Customize at the edge with functions", "Restrictions on Lambda@Edge", "Quotas on Lambda@Edge", and
 * "Troubleshooting error responses": 503 for a function that fails, 502 for an answer that is not valid, 503 beyond a limit. */
#include "cdn_state.h"

const char *const edge_event_names[] = {[ON_VIEWER_REQUEST] = "viewer-request",
                                        [ON_ORIGIN_REQUEST] = "origin-request",
                                        [ON_ORIGIN_RESPONSE] = "origin-response",
                                        [ON_VIEWER_RESPONSE] = "viewer-response",
                                        NULL};

static const struct cause cause_rejected = {.fate = FATE_FAILED, .text = "403 refused at the edge"};
static const struct cause cause_function_failed = {.fate = FATE_FAILED, .server_error = true, .text = "503 FunctionExecutionError"};
static const struct cause cause_function_throttled = {.fate = FATE_FAILED, .server_error = true, .text = "503 FunctionThrottledError"};
static const struct cause cause_lambda_failed = {.fate = FATE_FAILED, .server_error = true, .text = "503 LambdaExecutionError"};
static const struct cause cause_lambda_limited = {.fate = FATE_THROTTLED, .server_error = true, .text = "503 LambdaLimitExceeded"};
static const struct cause cause_lambda_invalid = {.fate = FATE_FAILED, .server_error = true, .text = "502 LambdaValidationError"};

static bool is_viewer_event(enum edge_event event)
{
    return event == ON_VIEWER_REQUEST || event == ON_VIEWER_RESPONSE;
}

static void call_lambda(struct simulation *simulation, struct cdn *cdn, uint32_t id, const struct edge_hook *hook, enum edge_event event)
{
    struct cdn_job *job = cdn_job_at(cdn, id);
    const struct request *request = request_at(simulation, job->request);
    struct request *sent = request_pass_on(simulation, request, cdn->self, id);
    if (!sent)
        return;
    const uint64_t most = is_viewer_event(event) ? cdn->viewer_response_bytes : cdn->origin_response_bytes;
    sent->item = item_child(request->item, cdn->salt, event, 0);
    sent->born_ns = simulation->now_ns;
    sent->asynchronous = false;
    sent->payload_bytes = !hook->include_body ? 1 : request->payload_bytes > most ? (uint32_t)most : request->payload_bytes; /* cut off */
    job->sent = sent->id;
    counter_add(&cdn->metrics.lambda_executions, 1);
    request_send(simulation, hook->function, sent);
}

bool cdn_run_hook(struct simulation *simulation, struct cdn *cdn, uint32_t id, enum edge_event event)
{
    struct cdn_job *job = cdn_job_at(cdn, id);
    const struct edge_hook *hook = cdn_hook_of(cdn, job, event, simulation->now_ns);
    if (hook->function == ENTITY_NONE)
        return false;
    job->event = (uint8_t)event;
    job->hook = hook;
    if (hook->is_lambda) {
        call_lambda(simulation, cdn, id, hook, event);
        return true;
    }
    enum edge_outcome outcome;
    struct edge_function *function = entity_state(simulation, hook->function);
    const int64_t took_ns = edge_function_run(function, request_at(simulation, job->request), event, &outcome);
    job->outcome = (uint8_t)outcome;
    simulation_schedule(simulation, cdn->self, CDN_FUNCTION, RANK_COMPLETION, time_add(simulation->now_ns, took_ns), id);
    return true;
}

static const struct cause *reject(struct cdn *cdn)
{
    counter_add(&cdn->metrics.rejected, 1);
    return &cause_rejected;
}

const struct cause *cdn_lambda_answered(struct cdn *cdn, const struct cdn_job *job, const struct request *answer)
{
    const struct edge_hook *hook = job->hook;
    const uint64_t most = is_viewer_event((enum edge_event)job->event) ? cdn->viewer_response_bytes : cdn->origin_response_bytes;
    if (answer->cause->fate == FATE_THROTTLED) {
        counter_add(&cdn->metrics.lambda_limited, 1);
        return &cause_lambda_limited;
    }
    if (answer->cause != &cause_succeeded) {
        counter_add(&cdn->metrics.lambda_errors, 1);
        return &cause_lambda_failed;
    }
    if (answer->payload_bytes > most) {
        counter_add(&cdn->metrics.lambda_invalid, 1);
        return &cause_lambda_invalid;
    }
    if (hook->reject_rate <= 0)
        return NULL;
    stream_at(&cdn->end_stream, answer->item, answer->attempt);
    return stream_uniform(&cdn->end_stream) < hook->reject_rate ? reject(cdn) : NULL;
}

const struct cause *cdn_function_ended(struct cdn *cdn, const struct cdn_job *job)
{
    switch ((enum edge_outcome)job->outcome) {
    case EDGE_PASSES:
        return NULL;
    case EDGE_REJECTS:
        return reject(cdn);
    case EDGE_FAILS:
        return &cause_function_failed;
    case EDGE_THROTTLED:
        break;
    }
    return &cause_function_throttled;
}
