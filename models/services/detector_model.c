/* detector_model.c: AWS::IoTEvents::DetectorModel, by its outside: an input fires the actions of the initial state's OnInput events, as
 * often as `event_rate` says. States and conditions are not followed.
 * Source: CloudFormation's AWS::IoTEvents::DetectorModel; rule iot_events_delay. */
#include "actions.h"

#include <stdio.h>
#include <string.h>

struct detector_event {
    struct property_list actions; /* of struct iot_action */
};

struct detector_state {
    const char *name;
    struct property_list on_input; /* of struct detector_event */
};

struct detector_model {
    struct service service;
    const char *initial;
    struct property_list states; /* of struct detector_state */
    double event_rate;
    struct stream chance;
};

static const struct property event_properties[] = {
    {"Actions", PROPERTY_LIST, offsetof(struct detector_event, actions), .properties = iot_events_action_properties,
     .size = sizeof(struct iot_action), .minimum = "0", .maximum = "10", .help = "What is done."},
    ACCEPTED("Condition"),
    ACCEPTED("EventName"),
    {0},
};

static const struct property on_input_properties[] = {
    {"Events", PROPERTY_LIST, offsetof(struct detector_state, on_input), .properties = event_properties,
     .size = sizeof(struct detector_event), .minimum = "0", .maximum = "100", .help = "What an input may bring about."},
    ACCEPTED("TransitionEvents"),
    {0},
};

static const struct property state_properties[] = {
    {"StateName", PROPERTY_STRING, offsetof(struct detector_state, name), .required = true, .help = "Its name."},
    {"OnInput", PROPERTY_OBJECT, 0, .properties = on_input_properties, .help = "Events of inputs."},
    ACCEPTED("OnEnter"),
    ACCEPTED("OnExit"),
    {0},
};

static const struct property definition_properties[] = {
    {"InitialStateName", PROPERTY_STRING, offsetof(struct detector_model, initial), .required = true, .help = "The state that counts."},
    {"States", PROPERTY_LIST, offsetof(struct detector_model, states), .properties = state_properties,
     .size = sizeof(struct detector_state), .minimum = "1", .maximum = "100", .required = true, .help = "The states."},
    {0},
};

static const struct property detector_properties[] = {
    {"DetectorModelDefinition", PROPERTY_OBJECT, 0, .properties = definition_properties, .required = true, .help = "States and events."},
    ACCEPTED("DetectorModelDescription"),
    ACCEPTED("DetectorModelName"),
    ACCEPTED("EvaluationMethod"),
    ACCEPTED("Key"),
    ACCEPTED("RoleArn"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property detector_behavior[] = {
    SERVICE_DELAY(struct detector_model, "iot_events_delay"),
    {"event_rate", PROPERTY_PROBABILITY, offsetof(struct detector_model, event_rate), .fallback = "1",
     .help = "How often an input meets the conditions of its events."},
    {0},
};

static const struct metric_type detector_metrics[] = {SERVICE_METRICS(struct detector_model), {0}};

static void add_state(struct validation *validation, struct detector_model *model, const struct detector_state *state, size_t number)
{
    struct detector_event *events = state->on_input.items;
    for (size_t i = 0; i < state->on_input.count; i++) {
        struct iot_action *actions = events[i].actions.items;
        for (size_t k = 0; k < events[i].actions.count; k++) {
            char property[120];
            snprintf(property, sizeof property, "DetectorModelDefinition.States[%zu].OnInput.Events[%zu].Actions[%zu]", number, i, k);
            iot_action_add(validation, &model->service, &actions[k], property);
        }
    }
}

static void detector_validate(struct validation *validation, void *config)
{
    struct detector_model *model = config;
    const struct detector_state *states = model->states.items;
    bool found = false;
    model->service.part = "action";
    for (size_t i = 0; i < model->states.count; i++)
        if (states[i].name && model->initial && strcmp(states[i].name, model->initial) == 0) {
            found = true;
            add_state(validation, model, &states[i], i);
        }
    if (!found && model->initial)
        validation_error(validation, "DetectorModelDefinition.InitialStateName", NULL, "no state is called \"%s\"", model->initial);
}

static enum status detector_create(struct simulation *simulation, void *self)
{
    struct detector_model *model = self;
    stream_init(&model->chance, simulation->settings->seed, simulation->replication, simulation->entities[model->service.self].name,
                "event_rate");
    return service_create(simulation, self);
}

static void detector_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct detector_model *model = self;
    stream_at(&model->chance, request->item, 0);
    if (stream_uniform(&model->chance) < model->event_rate) {
        service_accept(simulation, self, request);
        return;
    }
    counter_add(&model->service.received, 1);
    counter_add(&model->service.metrics.filtered, 1);
    request_done(simulation, model->service.self, request, &cause_succeeded);
}

const struct model_type detector_model_type = {
    .type = "AWS::IoTEvents::DetectorModel",
    .help = "A detector, by its outside: each arrival of a source is an input, which fires the actions of the initial state's OnInput "
            "events.",
    .size = sizeof(struct detector_model),
    .self_offset = offsetof(struct detector_model, service.self),
    .properties = detector_properties,
    .behavior = detector_behavior,
    .metrics = detector_metrics,
    .validate = detector_validate,
    .create = detector_create,
    .destroy = service_destroy,
    .handle = service_handle,
    .accept = detector_accept,
    .done = service_done,
    .finish = service_finish,
};
