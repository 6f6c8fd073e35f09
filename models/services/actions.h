/* actions.h: actions of the IoT family: each an object that names one place to send to. */
#ifndef SLSIM_SERVICES_ACTIONS_H
#define SLSIM_SERVICES_ACTIONS_H

#include "service.h"

/* Of all fields, one is given: the others are ENTITY_NONE. */
struct iot_action {
    uint32_t function, queue, topic, stream, delivery_stream, bucket;
    bool other; /* an action that goes nowhere that is simulated */
    struct outlet outlet;
};

/* Rows of a table of actions, by offsets that begin at BASE: the key of an object that names where it goes; such an object; an action that
 * is accepted alone. */
#define IOT_TARGET(BASE, NAME, FIELD)                                                                                                      \
    {                                                                                                                                      \
        NAME, PROPERTY_REFERENCE, (BASE) + offsetof(struct iot_action, FIELD), .required = true, .help = "Where it goes."                  \
    }
#define IOT_ACTION(NAME, ROWS, WHAT)                                                                                                       \
    {                                                                                                                                      \
        NAME, PROPERTY_OBJECT, 0, .properties = ROWS, .help = WHAT                                                                         \
    }
#define IOT_OTHER(BASE, NAME)                                                                                                              \
    {                                                                                                                                      \
        .name = NAME, .kind = PROPERTY_ACCEPTED, .given = (BASE) + PROPERTY_GIVEN(struct iot_action, other)                                \
    }

/* Actions of a detector model. */
extern const struct property iot_events_action_properties[];

/* The target of an action at `property`, checked; ENTITY_NONE where there is none. */
uint32_t iot_action_target(struct validation *validation, const struct iot_action *action, const char *property);
/* Adds the action to the service. */
void iot_action_add(struct validation *validation, struct service *service, struct iot_action *action, const char *property);

#endif
