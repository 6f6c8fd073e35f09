/* machine.c: AWS::StepFunctions::StateMachine and SAM's AWS::Serverless::StateMachine: the tables.
 * Sources: CloudFormation's and SAM's types; the developer guide. */
#include "machine_callback.h"
#include "machine_check.h"
#include "machine_error.h"
#include "machine_execution.h"
#include "machine_quota.h"
#include "machine_run.h"
#include "machine_start.h"
#include "machine_strand.h"
#include "machine_task.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#define AT(field) offsetof(struct machine, field)

static const char *const types[] = {"STANDARD", "EXPRESS", NULL};

#define DEFINITION_ROW                                                                                                                     \
    {                                                                                                                                      \
        "Definition", PROPERTY_WORKFLOW, AT(definition),                                                                                   \
            .unit = "DefinitionSubstitutions",                                                                                             \
            .help = "StartAt and States. No data flows through it: `behavior` says where choices go and how many items there are."         \
    }
#define SHARED_ROWS ACCEPTED("DefinitionSubstitutions"), ACCEPTED("Tags"), ACCEPTED("EncryptionConfiguration")

static const struct property machine_properties[] = {
    DEFINITION_ROW,
    {"DefinitionString", PROPERTY_WORKFLOW, AT(definition_text), .unit = "DefinitionSubstitutions",
     .help = "The same as a text; `${Key}` in it stands for what DefinitionSubstitutions says."},
    {"DefinitionS3Location", PROPERTY_WORKFLOW, AT(definition_file), .unit = "DefinitionSubstitutions", .outside = true,
     .help = "The same in S3, {\"Bucket\", \"Key\"}: the file of that key, named relative to the scenario's folder."},
    {"StateMachineType", PROPERTY_ENUM, AT(type), .choices = types, .fallback = "\"STANDARD\"",
     .help = "STANDARD: up to a year, billed by the transition. EXPRESS: up to five minutes, billed by time and memory."},
    {"RoleArn", PROPERTY_STRING, AT(role), .help = "In whose name it calls; a role of the scenario is judged."},
    SHARED_ROWS,
    ACCEPTED("StateMachineName"),
    ACCEPTED("LoggingConfiguration"),
    ACCEPTED("TracingConfiguration"),
    {0},
};

static const struct property serverless_properties[] = {
    DEFINITION_ROW,
    {"DefinitionUri", PROPERTY_WORKFLOW, AT(definition_file), .unit = "DefinitionSubstitutions", .outside = true,
     .help = "The same in a file of its own, JSON or YAML, named relative to the scenario's folder."},
    {"Type", PROPERTY_ENUM, AT(type), .choices = types, .fallback = "\"STANDARD\"",
     .help = "STANDARD: up to a year, billed by the transition. EXPRESS: up to five minutes, billed by time and memory."},
    {"Role", PROPERTY_STRING, AT(role), .help = "In whose name it calls; a role of the scenario is judged."},
    SHARED_ROWS,
    ACCEPTED("Name"),
    ACCEPTED("Events"),
    ACCEPTED("Policies"),
    ACCEPTED("PermissionsBoundary"),
    ACCEPTED("RolePath"),
    ACCEPTED("Logging"),
    ACCEPTED("Tracing"),
    ACCEPTED("AutoPublishAlias"), /* which points at what the template says */
    ACCEPTED("DeploymentPreference"),
    ACCEPTED("PropagateTags"),
    ACCEPTED("UseAliasAsEventTarget"),
    {0},
};

#undef AT
#define AT(field) offsetof(struct state_behavior, field)

static const struct property chance_rows[] = {
    {PROPERTY_ITSELF, PROPERTY_PROBABILITY, 0, .help = "Of one way."},
    {0},
};

static const struct property state_rows[] = {
    {"choices", PROPERTY_LIST, AT(choices), .properties = chance_rows, .size = sizeof(double),
     .help = "Of a Choice: how likely each of its rules is, in order, and then its Default. Without a Default they may add up to less than "
             "1: the rest is States.NoChoiceMatched. Left out: all ways are equally likely."},
    {"items", PROPERTY_COUNT_DISTRIBUTION, AT(items), .help = "Of a Map: how many items it has; drawn each time."},
    {"wait", PROPERTY_TIME_DISTRIBUTION, AT(wait), .help = "Of a Wait with SecondsPath or TimestampPath: how long."},
    {"latency", PROPERTY_TIME_DISTRIBUTION, AT(latency),
     .help = "Of a Task: how long what is not simulated takes; with waitForTaskToken: until somebody calls back. Left out there, it waits "
             "for who handles what it sent to call SendTaskSuccess or SendTaskFailure, where any step of the scenario does."},
    {"timeout", PROPERTY_TIME_DISTRIBUTION, AT(timeout), .help = "Of a Task with TimeoutSecondsPath: what it says."},
    {"heartbeat", PROPERTY_TIME_DISTRIBUTION, AT(heartbeat), .help = "Of a Task with HeartbeatSecondsPath: what it says."},
    {"error_rate", PROPERTY_PROBABILITY, AT(error_rate), .fallback = "0", .help = "The same: the probability that it fails."},
    {"lost_rate", PROPERTY_PROBABILITY, AT(lost_rate), .fallback = "0",
     .help = "The same: the probability that nobody ever answers, nor sends a heartbeat."},
    {"error", PROPERTY_STRING, AT(error), .help = "Of a Task: the name of the error that a failing handler throws, for Retry and Catch."},
    {0},
};

#undef AT
#define AT(field) offsetof(struct machine, field)

static const struct property machine_behavior[] = {
    {"states", PROPERTY_MAP, AT(behaviors), .properties = state_rows, .size = sizeof(struct state_behavior),
     .help = "What the definition does not say, by the names of its states."},
    {"overhead", PROPERTY_TIME_DISTRIBUTION, AT(overhead),
     .help = "What each transition takes of itself; left out: nothing, as AWS does not say how long."},
    {"latency", PROPERTY_TIME_DISTRIBUTION, AT(latency),
     .help = "Until a call of StartExecution, SendTaskSuccess, SendTaskFailure or SendTaskHeartbeat has its answer; left out: nothing."},
    {"duplicate_rate", PROPERTY_PROBABILITY, AT(duplicate_rate), .fallback = "0",
     .help = "Probability that an asynchronous EXPRESS execution runs twice."},
    {0},
};

enum { ITEM_TRANSITIONS, ITEM_REQUESTS, ITEM_DURATION };

static const struct line_item machine_line_items[] = {
    [ITEM_TRANSITIONS] = {"StateTransition", "States entered and retries, of STANDARD executions."},
    [ITEM_REQUESTS] = {"StepFunctions-Request", "EXPRESS executions."},
    [ITEM_DURATION] = {"StepFunctions-GB-Second", "Their time in steps of 100 ms x their memory in steps of 64 MB."},
    {0},
};

static void limits_init(struct machine_limits *limits, const struct rule_book *rules)
{
    *limits = (struct machine_limits){
        .payload_most = rule_bytes(rules, "sfn_payload_max_kb"),
        .events_most = rule_count(rules, "sfn_standard_events_max", 1, INT64_C(1) << 40),
        .at_once_most = rule_count(rules, "sfn_instant_states_max", 1, INT32_MAX),
        .items_assumed = rule_count(rules, "sfn_map_items_assumed", 0, 10000000),
        .items_most = rule_count(rules, "sfn_map_items_max", 1, 100000000),
        .inline_most = rule_count(rules, "sfn_map_inline_max", 1, 1000000),
        .distributed_most = rule_count(rules, "sfn_map_distributed_max", 1, 10000000),
        .page_items = rule_count(rules, "sfn_map_page_items", 1, 1000000),
        .result_files = rule_count(rules, "sfn_map_result_files", 0, 1000000),
        .memory_base = rule_bytes(rules, "sfn_express_memory_base_mb"),
        .memory_step = rule_bytes(rules, "sfn_express_memory_step_mb"),
        .billing_step_ns = rule_pause_ns(rules, "sfn_express_billing_step_ms"),
        .execution_events = rule_count(rules, "sfn_events_execution", 0, 100),
        .attempt_events = rule_count(rules, "sfn_events_attempt", 0, 100),
        .submit_events = rule_count(rules, "sfn_events_submit", 0, 100),
        .group_events = rule_count(rules, "sfn_events_group", 0, 100),
        .child_events = rule_count(rules, "sfn_events_iteration", 0, 100),
    };
    if (limits->memory_step < 1)
        limits->memory_step = 1;
}

static void streams_init(struct simulation *simulation, struct machine *machine)
{
    struct stream *const streams[] = {&machine->choices,    &machine->items,        &machine->waits,  &machine->latencies,
                                      &machine->errors,     &machine->lost,         &machine->jitter, &machine->overheads,
                                      &machine->duplicates, &machine->limits_drawn, &machine->api};
    static const char *const purposes[] = {"choice", "items",    "wait",      "latency", "error", "lost",
                                           "jitter", "overhead", "duplicate", "limit",   "api"};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        stream_init(streams[i], simulation->settings->seed, simulation->replication, simulation->entities[machine->self].name, purposes[i]);
}

/* The least of what the type allows and what the definition says. */
static int64_t limit_of(const struct rule_book *rules, const struct machine *machine)
{
    int64_t most_ns = rule_ns(rules, machine->type == MACHINE_EXPRESS ? "sfn_express_max_s" : "sfn_standard_max_s");
    int64_t said_ns = machine->definition->timeout_ns;
    return said_ns > 0 && said_ns < most_ns ? said_ns : most_ns;
}

static enum status machine_create(struct simulation *simulation, void *self)
{
    struct machine *machine = self;
    const struct rule_book *rules = simulation->settings->rules;
    const char *name = simulation->entities[machine->self].name;
    limits_init(&machine->limits, rules);
    streams_init(simulation, machine);
    machine->salt = item_salt(name);
    pool_init(&machine->executions, sizeof(struct execution), &simulation->memory, name);
    pool_init(&machine->strands, sizeof(struct strand), &simulation->memory, name);
    pool_init(&machine->ties, sizeof(struct tie), &simulation->memory, name);
    chain_init(&machine->under_way, &machine->executions, offsetof(struct execution, link));
    chain_init(&machine->ready, &machine->strands, offsetof(struct strand, line));
    deadline_line_init(&machine->deadlines, &machine->executions, offsetof(struct execution, deadline), limit_of(rules, machine),
                       machine->self, MACHINE_DEADLINE, 0);
    deadline_line_init(&machine->children_deadlines, &machine->executions, offsetof(struct execution, deadline),
                       rule_ns(rules, "sfn_express_max_s"), machine->self, MACHINE_DEADLINE, 1);
    if (machine->keeper == machine->self)
        quota_init(simulation, machine);
    return STATUS_OK;
}

static void machine_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct machine *machine = self;
    fault_fini(&machine->faults);
    quota_fini(machine);
    if (!machine->executions.owner)
        return;
    pool_fini(&machine->executions);
    pool_fini(&machine->strands);
    pool_fini(&machine->ties);
}

static void machine_handle(struct simulation *simulation, void *self, const struct event *event)
{
    machine_happens(simulation, self, event);
}

static void machine_done(struct simulation *simulation, void *self, struct request *request)
{
    task_answered(simulation, self, request);
}

static enum status machine_finish(struct simulation *simulation, void *self)
{
    const struct machine *machine = self;
    simulation_in_flight(simulation, machine->self, (uint64_t)machine->metrics.open.level);
    return STATUS_OK;
}

static void machine_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct machine *machine = self;
    double step_s = time_to_seconds(machine->limits.billing_step_ns);
    (void)simulation;
    bill_add(bill, &machine_line_items[ITEM_TRANSITIONS], (double)machine->metrics.transitions.whole);
    if (machine->type == MACHINE_STANDARD && machine->metrics.requests.whole == 0)
        return;
    bill_add(bill, &machine_line_items[ITEM_REQUESTS], (double)machine->metrics.requests.whole);
    bill_add(bill, &machine_line_items[ITEM_DURATION],
             (double)machine->metrics.memory_time.whole * step_s * (double)machine->limits.memory_step / BYTES_PER_GB);
}

FAULT_FUNCTIONS(machine, self)

/* All that are under way end now. */
static void stop_all(struct simulation *simulation, void *self, const void *arguments)
{
    struct machine *machine = self;
    (void)arguments;
    for (uint32_t id = machine->under_way.head; id != POOL_NONE;) {
        if (execution_at(machine, id)->parent == POOL_NONE) {
            execution_close(simulation, machine, id, EXECUTION_ABORTED, &cause_aborted);
            id = machine->under_way.head; /* its children are gone with it */
        } else {
            id = chain_link(&machine->under_way, id)->next;
        }
    }
    machine_work(simulation, machine);
}

static const struct action machine_actions[] = {
    {.verb = "StopExecution", .begin = stop_all, .help = "Stops every execution that is under way."},
    FAULT_ENDPOINT_ROWS,
    FAULT_SLOW_ROW,
    {0},
};

static const char *const machine_operations[] = {"StartExecution",  "StartSyncExecution", "SendTaskSuccess",
                                                 "SendTaskFailure", "SendTaskHeartbeat",  NULL};

#define MACHINE_TYPE(TYPE, PROPERTIES, HELP)                                                                                               \
    {                                                                                                                                      \
        .type = TYPE, .service = "AWS Step Functions", .help = HELP, .size = sizeof(struct machine), .self_offset = AT(self),              \
        .properties = PROPERTIES, .behavior = machine_behavior, .metrics = machine_metric_types, .line_items = machine_line_items,         \
        .inner = &machine_parts, .validate = machine_validate, .sends = machine_sends, .receives = machine_receives,                       \
        .operations = machine_operations, .actions = machine_actions, .create = machine_create, .destroy = machine_destroy,                \
        .handle = machine_handle, .accept = machine_accept, .done = machine_done, .finish = machine_finish,                                \
        .quantities = machine_quantities                                                                                                   \
    }

const struct model_type state_machine_type =
    MACHINE_TYPE("AWS::StepFunctions::StateMachine", machine_properties,
                 "A state machine: executions go from state to state, call what is simulated, wait, try again, and branch.");

const struct model_type serverless_machine_type =
    MACHINE_TYPE("AWS::Serverless::StateMachine", serverless_properties, "SAM's short form of it, with Events and Policies.");
