/* custom_resource.c: AWS::CloudFormation::CustomResource and Custom::...: each operation of a stack asks the function behind ServiceToken
 * and waits for its answer. Without one the operation hangs until ServiceTimeout, and its rollback asks, and may hang, once more. Source:
 * CloudFormation User Guide, "Create custom provisioning logic with custom resources"; rule custom_resource_timeout_s. */
#include "callback.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/metric.h"
#include "measure/tally.h"
#include "service.h"

#include <string.h>

enum custom_event { CUSTOM_TIMEOUT, CUSTOM_CALL };

/* One operation of the stack on the resource. */
struct operation {
    uint32_t pool_link;
    struct request model;
    int64_t began_ns;
    bool rolling_back;
    bool timed_out; /* the first time */
};

struct custom_resource {
    uint32_t self;
    const char *token;
    uint32_t target;
    bool runs;
    int64_t timeout_ns;
    bool rollback;
    struct content_set deletions;
    struct callback_behavior behavior;
    struct callbacks callbacks;
    struct pool operations;
    struct part *part;
    struct counter begun, succeeded, failed, hung, rollbacks;
    struct tally duration;
    struct gauge in_progress;
};

static const struct cause cause_failed = {.fate = FATE_FAILED, .text = "the function said so"};
static const struct cause cause_refused = {.fate = FATE_FAILED, .text = "the function could not be invoked"};
static const struct cause cause_hung = {.fate = FATE_TIMED_OUT, .text = "no callback"};

#define AT(field) offsetof(struct custom_resource, field)

#define CUSTOM_ROWS                                                                                                                        \
    {"ServiceToken", PROPERTY_STRING, AT(token), .required = true, .help = "The function, or the topic, that is asked."},                  \
        {"ServiceTimeout",                                                                                                                 \
         PROPERTY_TIME,                                                                                                                    \
         AT(timeout_ns),                                                                                                                   \
         .unit = "s",                                                                                                                      \
         .minimum = "1",                                                                                                                   \
         .maximum = "custom_resource_timeout_s",                                                                                           \
         .fallback = "custom_resource_timeout_s",                                                                                          \
         .help = "How long an operation waits for the answer."},                                                                           \
        ACCEPTED(PROPERTY_ANY_KEY)

static const struct property custom_properties[] = {CUSTOM_ROWS, {0}};

static const struct property custom_behavior[] = {
    CALLBACK_BEHAVIOR(AT(behavior)),
    {"rollback", PROPERTY_BOOLEAN, AT(rollback), .fallback = "true",
     .help = "After a creation or an update that failed the stack is rolled back: the function is asked once more."},
    {0},
};

static const struct metric_type custom_metrics[] = {
    {"slsim", "Operations", "Count", METRIC_COUNT, AT(begun), .help = "Creations, updates and deletions that began."},
    {"slsim", "OperationsSucceeded", "Count", METRIC_COUNT, AT(succeeded), .better = 1, .help = "Of them, those that ended well."},
    {"slsim", "OperationsFailed", "Count", METRIC_COUNT, AT(failed), .better = -1,
     .help = "Of them, those that failed, also without an answer."},
    {"slsim", "OperationsHung", "Count", METRIC_COUNT, AT(hung), .better = -1,
     .help = "Waits that ended without an answer, rollbacks included."},
    {"slsim", "Rollbacks", "Count", METRIC_COUNT, AT(rollbacks), .better = -1, .help = "Operations that were rolled back."},
    {"slsim", "OperationDuration", "Milliseconds", METRIC_TALLY, AT(duration), .better = -1, .help = "Of an operation with its rollback."},
    {"slsim", "OperationsInProgress", "Count", METRIC_GAUGE, AT(in_progress), .help = "Operations under way."},
    {0},
};

static bool is_deletion(const struct content *content, const void *context)
{
    (void)context;
    return content->operation && strcmp(content->operation, "Delete") == 0;
}

static void custom_validate(struct validation *validation, void *config)
{
    struct custom_resource *custom = config;
    validation_contents_where(validation, is_deletion, NULL, &custom->deletions);
    custom->target = kind_named(validation, custom->token);
    validation_flow(validation, validation_self(validation), custom->target);
    custom->runs = kind_is(validation, custom->target, KIND_FUNCTION);
    if (!custom->token)
        return;
    if (custom->target == ENTITY_NONE)
        validation_warning(validation, "ServiceToken", "name a function of this scenario",
                           "nobody here is behind this token: every operation succeeds at once");
    else
        kind_check(validation, "ServiceToken", custom->target, KIND_FUNCTION | KIND_TOPIC);
}

static void finish_operation(struct simulation *simulation, struct custom_resource *custom, uint32_t id, const struct cause *cause)
{
    const struct operation *operation = pool_at(&custom->operations, id);
    ledger_count(&custom->part->ledger, cause);
    counter_add(cause == &cause_succeeded ? &custom->succeeded : &custom->failed, 1);
    tally_add(&custom->duration, TALLY_ALL, simulation->now_ns - operation->began_ns);
    gauge_add(&custom->in_progress, simulation->now_ns, -1);
    if (simulation->tracer)
        simulation_trace_item(simulation, operation->model.item, 0, custom->part->name, fate_names[cause->fate], simulation->now_ns, 0,
                              cause->text);
    pool_give(&custom->operations, id);
}

static void ask(struct simulation *simulation, struct custom_resource *custom, uint32_t id)
{
    const struct operation *operation = pool_at(&custom->operations, id);
    callbacks_ask(simulation, &custom->callbacks, custom->target, custom->runs ? CALLBACK_OF_RUN : CALLBACK_OF_ACCEPTANCE,
                  &operation->model, operation->rolling_back ? 1 : 0, id, custom->timeout_ns);
}

static void custom_ended(struct simulation *simulation, void *owner, uint32_t id, enum callback_end end)
{
    struct custom_resource *custom = owner;
    struct operation *operation = pool_at(&custom->operations, id);
    if (end == CALLBACK_NEVER)
        counter_add(&custom->hung, 1);
    if (!operation->rolling_back)
        operation->timed_out = end == CALLBACK_NEVER;
    if (!operation->rolling_back && end == CALLBACK_SUCCESS) {
        finish_operation(simulation, custom, id, &cause_succeeded);
        return;
    }
    if (!operation->rolling_back && custom->rollback && !content_set_has(&custom->deletions, operation->model.content)) {
        operation->rolling_back = true;
        counter_add(&custom->rollbacks, 1);
        ask(simulation, custom, id);
        return;
    }
    bool hung = operation->rolling_back ? operation->timed_out : end == CALLBACK_NEVER;
    finish_operation(simulation, custom, id, hung ? &cause_hung : end == CALLBACK_REFUSED ? &cause_refused : &cause_failed);
}

static enum status custom_create(struct simulation *simulation, void *self)
{
    struct custom_resource *custom = self;
    callbacks_init(&custom->callbacks, simulation, custom, custom->self, CUSTOM_TIMEOUT, CUSTOM_CALL, &custom->behavior, custom_ended);
    pool_init(&custom->operations, sizeof(struct operation), &simulation->memory, simulation->entities[custom->self].name);
    custom->part = simulation_part(simulation, custom->self, "operations");
    return custom->part ? STATUS_OK : STATUS_NO_MEMORY;
}

static void custom_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct custom_resource *custom = self;
    callbacks_fini(&custom->callbacks);
    if (custom->operations.owner)
        pool_fini(&custom->operations);
}

/* The stack's operation begins: its sender is answered at once, what becomes of it stands in the part's ledger. */
static void custom_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct custom_resource *custom = self;
    uint32_t id = pool_take(&custom->operations);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    *(struct operation *)pool_at(&custom->operations, id) = (struct operation){.model = *request, .began_ns = simulation->now_ns};
    custom->part->ledger.entered++;
    counter_add(&custom->begun, 1);
    gauge_add(&custom->in_progress, simulation->now_ns, 1);
    request_done(simulation, custom->self, request, &cause_succeeded);
    if (custom->target == ENTITY_NONE)
        finish_operation(simulation, custom, id, &cause_succeeded);
    else
        ask(simulation, custom, id);
}

static void custom_handle(struct simulation *simulation, void *self, const struct event *event)
{
    callbacks_handle(simulation, &((struct custom_resource *)self)->callbacks, event);
}

static void custom_done(struct simulation *simulation, void *self, struct request *request)
{
    callbacks_answered(simulation, &((struct custom_resource *)self)->callbacks, request);
}

static void custom_outcome(struct simulation *simulation, void *self, uint32_t from_data, const struct cause *cause)
{
    callbacks_outcome(simulation, &((struct custom_resource *)self)->callbacks, from_data, cause);
}

static enum status custom_finish(struct simulation *simulation, void *self)
{
    struct custom_resource *custom = self;
    part_in_flight(simulation, custom->part, custom->operations.used);
    return STATUS_OK;
}

#define CUSTOM_TYPE(NAME)                                                                                                                  \
    {                                                                                                                                      \
        .type = NAME,                                                                                                                      \
        .help = "A custom resource: each arrival of a source is an operation of its stack (a source's `operation`: Create, Update, "       \
                "Delete), which waits for the function's answer.",                                                                         \
        .size = sizeof(struct custom_resource), .self_offset = AT(self), .properties = custom_properties, .behavior = custom_behavior,     \
        .metrics = custom_metrics, .validate = custom_validate, .create = custom_create, .destroy = custom_destroy,                        \
        .handle = custom_handle, .accept = custom_accept, .done = custom_done, .outcome = custom_outcome, .finish = custom_finish,         \
    }

const struct model_type custom_resource_type = CUSTOM_TYPE("AWS::CloudFormation::CustomResource");
const struct model_type custom_family_type = CUSTOM_TYPE("Custom::*");
