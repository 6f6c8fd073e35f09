/* machine_check.c: is the machine one that AWS would take, and does the scenario say what its definition does not: where choices go, how
 * many items there are. What it leaves open is said, and what is then assumed. */
#include "machine_check.h"

#include "engine/sending.h"
#include "scenario/validation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PROPERTY_ROOM 400

bool is_machine_type(const struct model_type *type)
{
    return model_is(type, "AWS::StepFunctions::StateMachine") || model_is(type, "AWS::Serverless::StateMachine");
}

static const char *example(struct validation *validation, const struct workflow_state *state, const char *what)
{
    char hint[300];
    snprintf(hint, sizeof hint, "write \"behavior\": {\"%.60s\": {\"states\": {\"%.60s\": {%s}}}}",
             validation_name(validation, validation_self(validation)), state->name, what);
    return validation_string(validation, hint);
}

/* Which keys a state of that kind may have. */
static bool is_of_kind(const char *key, const struct workflow_state *state)
{
    switch ((enum workflow_kind)state->kind) {
    case WORKFLOW_CHOICE:
        return strcmp(key, "choices") == 0;
    case WORKFLOW_MAP:
        return strcmp(key, "items") == 0;
    case WORKFLOW_WAIT:
        return strcmp(key, "wait") == 0;
    case WORKFLOW_TASK:
        return strcmp(key, "latency") == 0 || strcmp(key, "error_rate") == 0 || strcmp(key, "lost_rate") == 0 ||
               strcmp(key, "error") == 0 || strcmp(key, "timeout") == 0 || strcmp(key, "heartbeat") == 0;
    default:
        return false;
    }
}

static const struct workflow_state *find_state(const struct workflow *workflow, const char *name, uint32_t *index)
{
    for (*index = 0; *index < workflow->state_count; (*index)++)
        if (strcmp(workflow->states[*index].name, name) == 0)
            return &workflow->states[*index];
    return NULL;
}

static void no_state(struct validation *validation, const struct workflow *workflow, const char *name)
{
    char property[PROPERTY_ROOM], hint[200] = "they are named as in the definition";
    const char **names = validation_alloc(validation, workflow->state_count, sizeof *names);
    for (uint32_t i = 0; names && i < workflow->state_count; i++)
        names[i] = workflow->states[i].name;
    const char *near = names ? validation_nearest(name, names, workflow->state_count) : NULL;
    if (near)
        snprintf(hint, sizeof hint, "did you mean \"%.100s\"?", near);
    snprintf(property, sizeof property, "behavior.states.%.300s", name);
    validation_error(validation, property, hint, "there is no state \"%s\"", name);
}

/* Hands each state what is said of it. */
static void match_behaviors(struct validation *validation, const struct machine *machine, struct state_plan *plans)
{
    const struct state_behavior *list = machine->behaviors.items;
    for (size_t i = 0; i < machine->behaviors.count; i++) {
        const struct state_behavior *behavior = &list[i];
        uint32_t index;
        const struct workflow_state *state = find_state(machine->definition, behavior->name, &index);
        if (!state) {
            no_state(validation, machine->definition, behavior->name);
            continue;
        }
        plans[index].behavior = behavior;
        const struct {
            const char *key;
            bool given;
        } keys[] = {{"choices", behavior->choices.count > 0},
                    {"items", behavior->items},
                    {"wait", behavior->wait},
                    {"latency", behavior->latency},
                    {"timeout", behavior->timeout},
                    {"heartbeat", behavior->heartbeat},
                    {"error_rate", behavior->error_rate > 0},
                    {"lost_rate", behavior->lost_rate > 0},
                    {"error", behavior->error}};
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            char property[PROPERTY_ROOM];
            if (!keys[k].given || is_of_kind(keys[k].key, state))
                continue;
            snprintf(property, sizeof property, "behavior.states.%.300s.%s", behavior->name, keys[k].key);
            validation_error(validation, property, "choices are of a Choice, items of a Map, wait of a Wait, the others of a Task",
                             "has no meaning for this type of state");
        }
    }
}

/* Probabilities of the rules, in order, then of the default; where there is none, what is missing to 1 matches no rule. */
static void plan_choice(struct validation *validation, const struct workflow_state *state, struct state_plan *plan)
{
    char property[PROPERTY_ROOM];
    size_t count = state->choice_count, given = plan->behavior ? plan->behavior->choices.count : 0;
    const double *said = given > 0 ? plan->behavior->choices.items : NULL;
    double *rising = validation_alloc(validation, count, sizeof *rising), total = 0;
    snprintf(property, sizeof property, "behavior.states.%.300s.choices", state->name);
    if (!rising)
        return;
    if (!said && count > 1)
        validation_warning(validation, state->place, example(validation, state, "\"choices\": [0.8, 0.2]"),
                           "nothing says where it goes: each of the %zu ways is equally likely", count);
    if (said && given != count) {
        validation_error(validation, property, count > state->rule_count ? "the last is that of Default" : NULL,
                         "must be %zu probabilities, one for each way, got %zu", count, given);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        total += said ? said[i] : 1 / (double)count;
        rising[i] = total;
    }
    bool may_miss = count == state->rule_count && said;
    if (total > 1 + 1e-9 || (!may_miss && total < 1 - 1e-9)) {
        validation_error(validation, property, NULL, "must add up to 1, and are %g", total);
        return;
    }
    if (total > 1 - 1e-9)
        rising[count - 1] = 1;
    plan->choices = rising;
    plan->choice_count = count;
}

static void plan_fail(struct validation *validation, const struct workflow_state *state, struct state_plan *plan)
{
    struct cause *cause = validation_alloc(validation, 1, sizeof *cause);
    if (cause)
        *cause = (struct cause){.fate = FATE_FAILED, .text = state->error ? state->error : "Fail"};
    plan->cause = cause;
}

static void plan_wait(struct validation *validation, const struct workflow_state *state, struct state_plan *plan)
{
    char property[PROPERTY_ROOM];
    snprintf(property, sizeof property, "%.380s.Timestamp", state->place);
    if (state->timestamp && !validation_instant(validation, state->timestamp, &plan->until_ns))
        validation_error(validation, property, "write \"2025-01-01T12:00:00Z\"", "must be a time in UTC, got \"%s\"", state->timestamp);
    if (state->wait_drawn && !(plan->behavior && plan->behavior->wait))
        validation_warning(validation, state->place, example(validation, state, "\"wait\": \"10s\""),
                           "how long it waits is data, and nothing says it: it takes no time");
}

static void plan_map(struct validation *validation, const struct machine *machine, const struct workflow_state *state,
                     struct state_plan *plan)
{
    const struct rule_book *rules = validation_rules(validation);
    char property[PROPERTY_ROOM];
    bool distributed = state->map.mode == 1;
    if (!(plan->behavior && plan->behavior->items))
        validation_warning(validation, state->place, example(validation, state, "\"items\": 100"),
                           "nothing says how many items it has: %g are assumed", rule_number(rules, "sfn_map_items_assumed"));
    if (distributed && machine->type == MACHINE_EXPRESS) {
        snprintf(property, sizeof property, "%.380s", state->place);
        validation_error(validation, property, "make it a STANDARD machine, whose items may be EXPRESS",
                         "an EXPRESS machine has no distributed Map");
    }
    if (!distributed && (state->map.has_reader || state->map.has_writer))
        validation_error(validation, state->place, "add \"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\"} to its ItemProcessor",
                         "ItemReader and ResultWriter are a distributed Map's");
    plan->reader = state->map.has_reader ? access_target(validation, &state->map.reader) : ENTITY_NONE;
    plan->writer = state->map.has_writer ? access_target(validation, &state->map.writer) : ENTITY_NONE;
    if (!distributed && (state->map.tolerated >= 0 || state->map.tolerated_share_given || state->map.batch > 1))
        validation_error(validation, state->place, "add \"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\"} to its ItemProcessor",
                         "tolerated failures and batches are a distributed Map's");
}

static void plan_states(struct validation *validation, struct machine *machine)
{
    const struct workflow *workflow = machine->definition;
    const int64_t name_most = rule_count(validation_rules(validation), "sfn_state_name_max", 1, INT32_MAX);
    struct state_plan *plans = validation_alloc(validation, workflow->state_count, sizeof *plans);
    if (!plans)
        return;
    match_behaviors(validation, machine, plans);
    for (uint32_t i = 0; i < workflow->state_count; i++) {
        const struct workflow_state *state = &workflow->states[i];
        plans[i].target = plans[i].reader = plans[i].writer = ENTITY_NONE;
        if (state->name[0] == '\0')
            validation_error(validation, state->place, NULL, "a state needs a name");
        if (strlen(state->name) > (size_t)name_most)
            validation_error(validation, state->place, NULL, "a state's name has at most %lld characters", (long long)name_most);
        if (state->kind == WORKFLOW_TASK)
            task_plan(validation, machine, state, &plans[i]);
        else if (state->kind == WORKFLOW_CHOICE)
            plan_choice(validation, state, &plans[i]);
        else if (state->kind == WORKFLOW_WAIT)
            plan_wait(validation, state, &plans[i]);
        else if (state->kind == WORKFLOW_MAP)
            plan_map(validation, machine, state, &plans[i]);
        else if (state->kind == WORKFLOW_FAIL)
            plan_fail(validation, state, &plans[i]);
    }
    machine->plans = plans;
}

static bool is_operation(const struct content *content, const void *name)
{
    return content->operation && strcmp(content->operation, name) == 0;
}

static const char *const callback_operations[CALLBACK_KINDS] = {"SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"};

static bool is_callback(const struct content *content)
{
    for (int i = 0; i < CALLBACK_KINDS; i++)
        if (is_operation(content, callback_operations[i]))
            return true;
    return false;
}

/* Does any of its tasks send a token? */
static bool gives_tokens(const struct machine *machine)
{
    for (uint32_t i = 0; machine->definition && i < machine->definition->state_count; i++) {
        const struct workflow_state *state = &machine->definition->states[i];
        if (state->kind == WORKFLOW_TASK && state->task.pattern && strcmp(state->task.pattern, "waitForTaskToken") == 0)
            return true;
    }
    return false;
}

static bool is_nameless(const struct content *content, const void *context)
{
    (void)context;
    return !content->operation;
}

void machine_validate(struct validation *validation, void *blob)
{
    struct machine *machine = blob;
    machine->keeper = validation_self(validation);
    for (uint32_t i = machine->keeper; i-- > 1;)
        if (is_machine_type(validation_type(validation, i)))
            machine->keeper = i;
    validation_contents_where(validation, is_operation, "StartSyncExecution", &machine->synchronous);
    validation_contents_where(validation, is_nameless, NULL, &machine->nameless);
    for (int i = 0; i < CALLBACK_KINDS; i++)
        validation_contents_where(validation, is_operation, callback_operations[i], &machine->callbacks[i]);
    bool text = validation_written(validation, "DefinitionString"), object = validation_written(validation, "Definition");
    const char *file = validation_written(validation, "DefinitionUri")          ? "DefinitionUri"
                       : validation_written(validation, "DefinitionS3Location") ? "DefinitionS3Location"
                                                                                : NULL;
    if (!text && !object && !file)
        validation_error(validation, NULL, "write \"Definition\": {\"StartAt\": \"First\", \"States\": {...}}", "has no definition");
    if (object && (text || file))
        validation_error(validation, "Definition", "leave one of them out", "it has a %s too", text ? "DefinitionString" : file);
    else if (text && file)
        validation_error(validation, "DefinitionString", "leave one of them out", "it has a %s too", file);
    machine->definition = machine->definition        ? machine->definition
                          : machine->definition_text ? machine->definition_text
                                                     : machine->definition_file;
    if (!machine->definition)
        return;
    if (machine->definition->bytes > rule_bytes(validation_rules(validation), "sfn_definition_max_mb"))
        validation_error(validation,
                         text   ? "DefinitionString"
                         : file ? file
                                : "Definition",
                         NULL, "a definition has at most %g MB", rule_number(validation_rules(validation), "sfn_definition_max_mb"));
    plan_states(validation, machine);
    if (machine->plans)
        machine_rights(validation, machine);
}

/* A call for a task that waits with a token: is there one, and has the caller got it? */
static bool callback_is_fine(struct validation *validation, const struct sending *sending, const struct content *content,
                             const struct machine *machine)
{
    if (!gives_tokens(machine))
        validation_sending_error(validation, sending, sending->operation_key,
                                 "let a task send it: \"Resource\": \"arn:aws:states:::sqs:sendMessage.waitForTaskToken\"",
                                 "no task of %s waits for a token", validation_name(validation, sending->target));
    else if (model_is(validation_type(validation, validation_self(validation)), "traffic"))
        validation_sending_error(validation, sending, sending->operation_key,
                                 "call it in a step of what handles the task's message; or let the state's \"latency\" say when",
                                 "a source has no token: %s would know nobody", content->operation);
    else
        return true;
    return false;
}

void machine_receives(struct validation *validation, const struct sending *sending, const void *config)
{
    const struct machine *machine = config;
    const struct content_table *contents = validation_contents(validation);
    for (size_t i = 0; i < sending->content.count; i++) {
        const struct content *content = &contents->items[sending->content.contents[i]];
        if (is_callback(content) && !callback_is_fine(validation, sending, content, machine))
            return;
        if (machine->type != MACHINE_STANDARD || !is_operation(content, "StartSyncExecution"))
            continue;
        validation_sending_error(validation, sending, sending->operation_key, "write StartExecution, or make it an EXPRESS machine",
                                 "%s is a STANDARD machine: nobody can wait for the end", validation_name(validation, sending->target));
        return;
    }
}
