/* function_load.c: what INIT does beyond loading the package: steps, as a handler's. CPU steps have all of a vCPU, whatever the memory
 * (Lambda developer guide, "Execution environment lifecycle"). Calls go to what tells at once how long it takes (engine/loadable.h): what
 * comes out of a bucket goes into /tmp, at the network's rate; a file system is read in place. All of it is asked for when the environment
 * begins to be made, a moment before INIT comes to it. A step that fails fails INIT, unless it says "continue". */
#include "function_load.h"

#include "function_call.h"
#include "function_network.h"

#include "engine/loadable.h"
#include "engine/right.h"
#include "scenario/validation.h"

#include <math.h>

/* One INIT under way. */
struct loading {
    struct simulation *simulation;
    struct function *function;
    const struct environment *environment;
    uint64_t item;
    uint32_t attempt, calls;
    double stored_bytes; /* in /tmp */
    enum invocation_end end;
};

static double run_list(struct loading *loading, const struct step_list *list);

/* The request of the call; its draws follow in the stream of the steps. */
static struct request make_request(struct loading *loading, const struct step_call *call)
{
    struct stream *stream = &loading->function->streams.init_steps;
    struct request request = {
        .item = item_child(loading->item, item_salt("init"), loading->calls++, 0),
        .attempt = (uint16_t)loading->attempt,
        .from = loading->function->self,
        .handler_ns = -1,
    };
    if (call->payload)
        request.payload_bytes = (uint32_t)fmin(fmax(distribution_sample(call->payload, &stream->rng), 0), UINT32_MAX);
    if (call->key.kind != KEY_NONE)
        request.group = key_draw(&call->key, stream);
    if (call->content.count > 0)
        request.content = content_draw(&call->content, stream);
    return request;
}

static double run_call(struct loading *loading, const struct step_call *call)
{
    struct function *function = loading->function;
    const struct entity *target = &loading->simulation->entities[call->target];
    const struct loadable *role = target->type->loadable;
    const struct request request = make_request(loading, call);
    int64_t ns = 0;
    bool reached = function_network_reaches(loading->simulation, function, loading->environment, call->target);
    bool good = reached && !right_is_lacking(loading->simulation, function->self, call->target, request.content) &&
                role->load(loading->simulation, target->state, &request, function->share.bytes_per_s, &ns);
    if (!reached)
        ns = held_give_up_ns(loading->simulation->settings->rules);
    if (good && role->stored)
        loading->stored_bytes += request.payload_bytes;
    if (loading->stored_bytes > (double)function->config.storage_mb * 1024 * 1024)
        loading->end = END_NO_SPACE;
    else if (!good && call->on_error == CALL_FAIL)
        loading->end = END_LOAD_FAILED;
    return (double)ns;
}

static double run_parallel(struct loading *loading, const struct step *step)
{
    double longest_ns = 0;
    for (size_t i = 0; i < step->branch_count && loading->end == END_SUCCEEDED; i++)
        longest_ns = fmax(longest_ns, run_list(loading, &step->branches[i]));
    return longest_ns;
}

static double run_step(struct loading *loading, const struct step *step)
{
    struct stream *stream = &loading->function->streams.init_steps;
    switch (step->kind) {
    case STEP_CPU:
    case STEP_WAIT:
        return distribution_sample(step->time, &stream->rng);
    case STEP_PROBABILITY:
        return stream_uniform(stream) < step->probability ? run_list(loading, &step->branches[0]) : 0;
    case STEP_PARALLEL:
        return run_parallel(loading, step);
    case STEP_CALL:
        return run_call(loading, step->call);
    }
    return 0;
}

/* One after the other, up to the first that fails. */
static double run_list(struct loading *loading, const struct step_list *list)
{
    double ns = 0;
    for (size_t i = 0; i < list->count && loading->end == END_SUCCEEDED; i++)
        ns += run_step(loading, &list->steps[i]);
    return ns;
}

/* Variables that a key of one's own encrypts are decrypted before anything else. Source: Lambda developer guide, "Securing environment
 * variables"; Invoke, errors KMSAccessDeniedException and KMSDisabledException. */
static double decrypt(struct loading *loading)
{
    const struct function_config *config = &loading->function->config;
    if (config->key == ENTITY_NONE || config->package.variables.count == 0)
        return 0;
    const struct entity *key = &loading->simulation->entities[config->key];
    const struct request request = {.item = item_child(loading->item, item_salt("decrypt"), 0, 0),
                                    .attempt = (uint16_t)loading->attempt,
                                    .from = loading->function->self,
                                    .handler_ns = -1};
    int64_t ns = 0;
    if (right_is_denied(loading->simulation, config->rights.decrypt))
        loading->end = END_KEY_DENIED;
    else if (!key->type->loadable->load(loading->simulation, key->state, &request, 0, &ns))
        loading->end = END_KEY_FAILED;
    return (double)ns;
}

enum invocation_end function_load(struct simulation *simulation, struct function *function, const struct environment *environment,
                                  uint64_t item, uint32_t attempt, int64_t *ns)
{
    const struct step_list *steps = &function->config.init_steps;
    struct loading loading = {
        .simulation = simulation, .function = function, .environment = environment, .item = item, .attempt = attempt, .end = END_SUCCEEDED};
    *ns = time_from_double(function->config.image_read_ns);
    *ns = time_add(*ns, time_from_double(decrypt(&loading)));
    if (steps->count == 0 || loading.end != END_SUCCEEDED)
        return loading.end;
    stream_at(&function->streams.init_steps, item, attempt);
    *ns = time_add(*ns, time_from_double(run_list(&loading, steps)));
    return loading.end;
}

/* What of a step has no meaning in INIT. */
static void check_step(void *context, struct step *step, const char *place)
{
    struct validation *validation = context;
    const struct step_call *call = step->kind == STEP_CALL ? step->call : NULL;
    if (!call || call->target == ENTITY_NONE)
        return;
    const struct model_type *type = validation_type(validation, call->target);
    if (!type->loadable || model_is(type, "AWS::KMS::Key")) {
        validation_error(validation, place, "put the time of other calls into `init`",
                         "INIT reads from buckets and file systems, and %s is %s", validation_name(validation, call->target), type->type);
        return;
    }
    if (call->count || call->each || call->timeout_ns > 0 || call->via != ENTITY_NONE || call->type == CALL_EVENT)
        validation_error(validation, place, "keep op, size, key and on_error", "a step of INIT has no count, each, timeout, type or via");
    if (type->loadable->stored && !call_only_reads(validation, call))
        validation_error(validation, place, "\"op\": \"GetObject\"", "INIT reads from a bucket: say the operation, one that reads");
}

/* What it puts into /tmp whatever chance says. */
static double stored_always(const struct validation *validation, const struct step_list *steps)
{
    double bytes = 0;
    for (size_t i = 0; i < steps->count; i++) {
        const struct step_call *call = steps->steps[i].kind == STEP_CALL ? steps->steps[i].call : NULL;
        const struct loadable *role = call && call->target != ENTITY_NONE ? validation_type(validation, call->target)->loadable : NULL;
        if (role && role->stored && call->payload && distribution_is_constant(call->payload))
            bytes += distribution_sample(call->payload, NULL);
    }
    return bytes;
}

void function_load_validate(struct validation *validation, struct function_config *config, bool silent)
{
    double most = (double)config->storage_mb * 1024 * 1024;
    if (silent || config->init_steps.count == 0)
        return;
    steps_visit(&config->init_steps, "behavior.init_steps", check_step, validation);
    double stored = stored_always(validation, &config->init_steps);
    if (stored > most)
        validation_warning(validation, "behavior.init_steps", "raise EphemeralStorage.Size, or read from a file system",
                           "every INIT will fail: it puts %.0f MB into /tmp, which has %lld MB", stored / (1024 * 1024),
                           (long long)config->storage_mb);
}
