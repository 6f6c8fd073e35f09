/* machine_metrics.c: what is measured of a state machine, and of each of its states, "Machine/Check".
 * Source: Step Functions developer guide, "Monitoring Step Functions metrics using Amazon CloudWatch". AWS measures no single states: what
 * is said of them is the simulator's own. */
#include "measure/metric.h"

#include "machine_state.h"

#define AT(field) offsetof(struct machine, metrics.field)

const struct metric_type machine_metric_types[] = {
    {"AWS/States", "ExecutionsStarted", "Count", METRIC_COUNT, AT(started), .help = "Executions that were started."},
    {"AWS/States", "ExecutionsSucceeded", "Count", METRIC_COUNT, AT(succeeded), .better = 1, .help = "Executions that came to a good end.",
     .samples = METRIC_WHILE(struct machine, metrics.started)},
    {"AWS/States", "ExecutionsFailed", "Count", METRIC_COUNT, AT(failed), .better = -1, .compared = "Sum",
     .help = "Executions that failed.", .samples = METRIC_WHILE(struct machine, metrics.started)},
    {"AWS/States", "ExecutionsTimedOut", "Count", METRIC_COUNT, AT(timed_out), .better = -1, .compared = "Sum",
     .help = "Executions whose time was over, or that failed with States.Timeout.",
     .samples = METRIC_WHILE(struct machine, metrics.started)},
    {"AWS/States", "ExecutionsAborted", "Count", METRIC_COUNT, AT(aborted), .better = -1, .help = "Executions that were stopped."},
    {"AWS/States", "ExecutionTime", "Milliseconds", METRIC_TALLY, AT(time), .better = -1, .compared = "Average",
     .help = "From an execution's start to its end."},
    {"AWS/States", "ExecutionThrottled", "Count", METRIC_COUNT, AT(throttled), .better = -1, .compared = "Sum",
     .help = "States entered and retries that had to wait for a token of StateTransition."},
    {"AWS/States", "ThrottledEvents", "Count", METRIC_COUNT, AT(refused), .better = -1,
     .help = "Calls of StartExecution, SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat beyond their quotas."},
    {"AWS/States", "ConsumedCapacity", "Count", METRIC_COUNT, AT(consumed), .help = "Tokens of StateTransition that were used."},
    {"AWS/States", "OpenExecutionCount", "Count", METRIC_GAUGE, AT(open), .help = "Executions under way."},
    {"AWS/States", "LambdaFunctionsScheduled", "Count", METRIC_COUNT, AT(functions_scheduled),
     .help = "Functions that tasks named by their ARN: tries."},
    {"AWS/States", "LambdaFunctionsStarted", "Count", METRIC_COUNT, AT(functions_started), .help = "The same, once they were invoked."},
    {"AWS/States", "LambdaFunctionsSucceeded", "Count", METRIC_COUNT, AT(functions_succeeded), .help = "Of them, those that succeeded."},
    {"AWS/States", "LambdaFunctionsFailed", "Count", METRIC_COUNT, AT(functions_failed), .better = -1,
     .help = "Of them, those that failed."},
    {"AWS/States", "LambdaFunctionsTimedOut", "Count", METRIC_COUNT, AT(functions_timed_out), .better = -1,
     .help = "Of them, those that TimeoutSeconds ended."},
    {"AWS/States", "LambdaFunctionTime", "Milliseconds", METRIC_TALLY, AT(function_time), .better = -1,
     .help = "From scheduling such a function to its end."},
    {"AWS/States", "ServiceIntegrationsScheduled", "Count", METRIC_COUNT, AT(services_scheduled),
     .help = "Other tasks, lambda:invoke among them: tries."},
    {"AWS/States", "ServiceIntegrationsStarted", "Count", METRIC_COUNT, AT(services_started), .help = "The same, once they were begun."},
    {"AWS/States", "ServiceIntegrationsSucceeded", "Count", METRIC_COUNT, AT(services_succeeded), .help = "Of them, those that succeeded."},
    {"AWS/States", "ServiceIntegrationsFailed", "Count", METRIC_COUNT, AT(services_failed), .better = -1,
     .help = "Of them, those that failed."},
    {"AWS/States", "ServiceIntegrationsTimedOut", "Count", METRIC_COUNT, AT(services_timed_out), .better = -1,
     .help = "Of them, those that TimeoutSeconds or HeartbeatSeconds ended."},
    {"AWS/States", "ServiceIntegrationTime", "Milliseconds", METRIC_TALLY, AT(service_time), .better = -1,
     .help = "From scheduling such a task to its end."},
    {"AWS/States", "ExpressExecutionMemory", "Bytes", METRIC_TALLY, AT(memory), .help = "Memory that an Express execution used."},
    {"AWS/States", "ExpressExecutionBilledMemory", "Bytes", METRIC_TALLY, AT(billed_memory), .help = "The same, in billed steps."},
    {"AWS/States", "ExpressExecutionBilledDuration", "Milliseconds", METRIC_TALLY, AT(billed_time),
     .help = "An Express execution's time, in billed steps."},
    {"slsim", "StateTransitions", "Count", METRIC_COUNT, AT(transitions),
     .help = "Billed: states entered and retries of STANDARD executions."},
    {"slsim", "HistoryEvents", "Count", METRIC_COUNT, AT(events), .help = "Events in the histories of executions."},
    {"slsim", "DuplicateExecutions", "Count", METRIC_COUNT, AT(repeated), .better = -1,
     .help = "Executions that an Express machine began a second time."},
    {"slsim", "TaskCallbacks", "Count", METRIC_COUNT, AT(callbacks),
     .help = "Calls of SendTaskSuccess and SendTaskFailure that a task took."},
    {"slsim", "TaskHeartbeats", "Count", METRIC_COUNT, AT(heartbeats), .help = "The same of SendTaskHeartbeat."},
    {"slsim", "TaskCallbacksLate", "Count", METRIC_COUNT, AT(callbacks_late), .better = -1,
     .help = "All three whose token was good for nothing: the task was over, or what called had no token."},
    {NULL, "express requests", "None", METRIC_COUNT, AT(requests), .help = ""},
    {NULL, "express memory time", "None", METRIC_COUNT, AT(memory_time), .help = ""},
    {0},
};

#undef AT
#define AT(field) offsetof(struct state_part, metrics.field)

static const struct metric_type state_metrics[] = {
    {"slsim", "StateEntries", "Count", METRIC_COUNT, AT(entries), .help = "How often it was entered."},
    {"slsim", "StateTime", "Milliseconds", METRIC_TALLY, AT(time), .better = -1, .help = "From entering to leaving it, retries included."},
    {"slsim", "StateRetries", "Count", METRIC_COUNT, AT(retries), .better = -1, .help = "Retries."},
    {"slsim", "StateFailures", "Count", METRIC_COUNT, AT(failures), .better = -1, .help = "Failures, each try."},
    {"slsim", "StateCaught", "Count", METRIC_COUNT, AT(caught), .help = "How often a Catch went on from it."},
    {"slsim", "StateTimeouts", "Count", METRIC_COUNT, AT(timed_out), .better = -1, .help = "Tries that took too long."},
    {"slsim", "StateChildren", "Count", METRIC_COUNT, AT(children), .help = "Branches and items that it began."},
    {"slsim", "StateChildrenFailed", "Count", METRIC_COUNT, AT(children_failed), .better = -1, .help = "Of them, those that failed."},
    {"slsim", "StateConcurrency", "Count", METRIC_GAUGE, AT(inside), .levels = 1, .help = "Executions, branches and items that are in it."},
    {0},
};

static enum status state_finish(struct simulation *simulation, void *self)
{
    const struct state_part *part = self;
    simulation_in_flight(simulation, part->self, (uint64_t)part->metrics.inside.level);
    return STATUS_OK;
}

static const struct model_type state_type = {
    .type = "state",
    .help = "A state, by its name: branches' and processors' too.",
    .size = sizeof(struct state_part),
    .self_offset = offsetof(struct state_part, self),
    .metrics = state_metrics,
    .finish = state_finish,
};

static uint32_t state_count(const void *config)
{
    const struct machine *machine = config;
    return machine->definition ? machine->definition->state_count : 0;
}

static const char *state_name(const void *config, uint32_t index)
{
    return ((const struct machine *)config)->definition->states[index].name;
}

const struct inner_parts machine_parts = {
    .type = &state_type,
    .name = "state",
    .count = state_count,
    .name_of = state_name,
    .first_offset = offsetof(struct machine, first_part),
};
