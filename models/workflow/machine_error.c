/* machine_error.c: the names of errors, as Retry and Catch know them.
 * Sources: Step Functions developer guide, "Handling errors in Step Functions workflows" (error names; Lambda's transient errors) and the
 * service integrations' pages ("Sqs.", "SNS.", "DynamoDB.": each with its service's name in front). An error that a handler throws has the
 * name of its class, which no scenario says: States.TaskFailed and States.ALL mean it, or the name that `behavior` gives. */
#include "machine_error.h"

#include <string.h>

const struct cause cause_timed_out = {.fate = FATE_TIMED_OUT, .text = "States.Timeout"};
const struct cause cause_aborted = {.fate = FATE_DISCARDED, .text = "aborted"};
static const struct cause cause_task = {.fate = FATE_FAILED, .text = "States.TaskFailed"};
static const struct cause cause_no_choice = {.fate = FATE_FAILED, .text = "States.NoChoiceMatched"};
static const struct cause cause_runtime = {.fate = FATE_FAILED, .text = "States.Runtime"};
static const struct cause cause_size = {.fate = FATE_FAILED, .text = "States.DataLimitExceeded"};
static const struct cause cause_threshold = {.fate = FATE_FAILED, .text = "States.ExceedToleratedFailureThreshold"};
static const struct cause cause_reader = {.fate = FATE_FAILED, .text = "States.ItemReaderFailed"};
static const struct cause cause_writer = {.fate = FATE_FAILED, .text = "States.ResultWriterFailed"};
static const struct cause cause_permissions = {.fate = FATE_FAILED, .text = "States.Permissions"};

const struct error error_timeout = {NULL, "States.Timeout", &cause_timed_out};
const struct error error_heartbeat = {NULL, "States.HeartbeatTimeout", &cause_timed_out};
const struct error error_no_choice = {NULL, "States.NoChoiceMatched", &cause_no_choice};
const struct error error_runtime = {NULL, "States.Runtime", &cause_runtime};
const struct error error_size = {NULL, "States.DataLimitExceeded", &cause_size};
const struct error error_threshold = {NULL, "States.ExceedToleratedFailureThreshold", &cause_threshold};

const struct error error_reader = {NULL, "States.ItemReaderFailed", &cause_reader};
const struct error error_writer = {NULL, "States.ResultWriterFailed", &cause_writer};

struct error error_of_work(const struct state_plan *plan)
{
    const char *said = plan->behavior ? plan->behavior->error : NULL;
    return (struct error){NULL, said ? said : "States.TaskFailed", &cause_task};
}

struct error error_of_answer(const struct state_plan *plan, const struct cause *cause)
{
    if (cause == &cause_access_denied)
        return (struct error){NULL, "States.Permissions", &cause_permissions};
    if (!plan->is_function && !cause_is_of_service(cause))
        return plan->pattern == TASK_RUN ? error_of_work(plan) : (struct error){plan->prefix, cause->text, &cause_task};
    if (!plan->is_function)
        return (struct error){plan->prefix, cause->text, &cause_task};
    if (cause->fate == FATE_THROTTLED)
        return (struct error){plan->prefix, "TooManyRequestsException", &cause_task};
    if (cause->server_error)
        return (struct error){plan->prefix, "ServiceException", &cause_task};
    if (cause->fate == FATE_TIMED_OUT)
        return (struct error){"Sandbox.", "Timedout", &cause_task};
    if (cause->fate == FATE_REJECTED)
        return (struct error){plan->prefix, cause->text, &cause_task};
    return error_of_work(plan);
}

/* Is it one that is never tried again, and never caught by States.ALL? */
static bool is_final(const struct error *error)
{
    return error->cause == &cause_runtime;
}

static bool is_called(const struct error *error, const char *name)
{
    size_t length = error->prefix ? strlen(error->prefix) : 0;
    return strncmp(name, error->prefix ? error->prefix : "", length) == 0 && strcmp(name + length, error->name) == 0;
}

bool error_matches(const struct workflow_names *names, const struct error *error, bool of_branches)
{
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->items[i];
        if (is_final(error))
            return false;
        if (is_called(error, name))
            return true;
        if (strcmp(name, "States.ALL") == 0 && error->cause != &cause_size)
            return true;
        /* Whatever a task failed with, but that it took too long. */
        if (strcmp(name, "States.TaskFailed") == 0 && (error->cause == &cause_task || error->cause == &cause_permissions))
            return true;
        if (strcmp(name, "States.Timeout") == 0 && error_is_timeout(error))
            return true;
        if (strcmp(name, "States.BranchFailed") == 0 && of_branches)
            return true;
    }
    return false;
}
