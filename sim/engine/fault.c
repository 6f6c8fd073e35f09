/* fault.c: faults that are under way, and what they come to together. */
#include "engine/fault.h"

#include "engine/room.h"

#include <stdlib.h>

const struct cause cause_service_down = {.fate = FATE_FAILED, .server_error = true, .text = "ServiceUnavailable"};
const struct cause cause_service_error = {.fate = FATE_FAILED, .server_error = true, .text = "InternalError"};

/* From the list anew, so that overlapping faults leave nothing behind, not even a rounding. */
static void sum_up(struct fault_state *state)
{
    double passes = 1;
    state->any = state->count > 0;
    state->down = false;
    state->slow = 1;
    for (uint32_t i = 0; i < state->count; i++) {
        const struct fault *fault = state->list[i];
        state->down = state->down || fault->kind == FAULT_DOWN;
        if (fault->kind == FAULT_SLOW)
            state->slow *= fault->factor;
        if (fault->kind == FAULT_ERRORS)
            passes *= 1 - fault->rate;
    }
    state->error_rate = 1 - passes;
}

void fault_begin(struct simulation *simulation, struct fault_state *state, uint32_t self, const struct fault *fault)
{
    if (state->capacity == 0)
        stream_init(&state->errors, simulation->settings->seed, simulation->replication, simulation->entities[self].name, "fault");
    if (!room_for(&state->list, state->count + 1u, &state->capacity, sizeof *state->list)) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return;
    }
    state->list[state->count++] = fault;
    sum_up(state);
}

void fault_end(struct fault_state *state, const struct fault *fault)
{
    for (uint32_t i = 0; i < state->count; i++) {
        if (state->list[i] != fault)
            continue;
        state->list[i] = state->list[--state->count];
        break;
    }
    sum_up(state);
}

bool fault_answers_now(struct simulation *simulation, struct fault_state *state, uint32_t self, struct request *request)
{
    const struct cause *cause = state->down ? &cause_service_down : &cause_service_error;
    if (!state->down && !fault_strikes(state, request))
        return false;
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[self].name, fate_names[cause->fate], simulation->now_ns, 0, cause->text);
    request_done(simulation, self, request, cause);
    return true;
}

void fault_fini(struct fault_state *state)
{
    free(state->list);
    state->list = NULL;
}
