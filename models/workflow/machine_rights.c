/* machine_rights.c: what a machine does in the name of its role: RoleArn, SAM's Role, or the role that SAM makes of its Policies.
 * Source: Step Functions developer guide, "How Step Functions generates IAM policies for integrated services". */
#include "machine_check.h"
#include "scenario/validation.h"

#include <stdio.h>

static uint32_t role_of(struct validation *validation, const struct machine *machine, bool *by_sam)
{
    char name[300];
    *by_sam = false;
    if (machine->role)
        return validation_role(validation, machine->role);
    snprintf(name, sizeof name, "%.280sRole", validation_name(validation, validation_self(validation)));
    uint32_t role = validation_find(validation, name);
    *by_sam = role != ENTITY_NONE && model_is(validation_type(validation, role), "Slsim::IAM::FunctionRole");
    return *by_sam ? role : ENTITY_NONE;
}

void machine_rights(struct validation *validation, const struct machine *machine)
{
    bool by_sam;
    uint32_t role = role_of(validation, machine, &by_sam), self = validation_self(validation);
    if (role == ENTITY_NONE)
        return;
    if (!by_sam)
        validation_may_assume(validation, role, "states.amazonaws.com", true, validation_written(validation, "Role") ? "Role" : "RoleArn");
    for (uint32_t i = 0; i < machine->definition->state_count * STATE_CALLS_MOST; i++) {
        const struct workflow_state *state = &machine->definition->states[i / STATE_CALLS_MOST];
        char property[400];
        const char *within;
        uint32_t target;
        const struct workflow_task *task =
            state_calls(state, &machine->plans[i / STATE_CALLS_MOST], i % STATE_CALLS_MOST, &within, &target);
        if (!task)
            continue;
        snprintf(property, sizeof property, "%.360s.%sResource", state->place, within);
        validation_may(validation,
                       &(struct deed){.from = self, .holder = role, .target = target, .contents = &task->content, .property = property});
    }
}
