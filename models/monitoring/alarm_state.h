/* alarm_state.h: what alarms of both kinds are: a state, who is told of it, what it costs. Private to this folder. */
#ifndef SLSIM_MONITORING_ALARM_STATE_H
#define SLSIM_MONITORING_ALARM_STATE_H

#include "engine/delivery.h"
#include "engine/observable.h"
#include "measure/bill.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/metric.h"
#include "metric_choice.h"

#include <stdbool.h>
#include <stdint.h>

/* Whom a state brings on. */
struct alarm_action {
    uint32_t entity;
    enum observed_state state;
};

/* Both kinds of alarm begin with it. */
struct alarm_state {
    uint32_t self;
    struct string_list on_alarm, on_ok, on_nothing;
    bool enabled;
    int64_t payload_bytes;
    struct alarm_action *actions; /* the scenario's */
    uint32_t action_count;

    enum observed_state now;
    double value, threshold; /* what was found last; NaN */
    uint64_t ordinal;        /* of the next notice */
    uint64_t salt;
    struct delivery delivery;
    struct listeners listeners;

    struct gauge in_alarm;
    struct gauge unknown;
    struct counter changes, times, sent, lost;
};

extern const struct property alarm_action_properties[];
extern const struct property alarm_behavior[];
extern const struct metric_type alarm_metrics[];
extern const struct observable alarm_observable;

enum alarm_event { ALARM_DELIVER, ALARM_OWN /* and above: the kind's own */ };

/* Finds whom the actions mean. */
void alarm_validate_actions(struct validation *validation, struct alarm_state *alarm);
enum status alarm_state_create(struct simulation *simulation, struct alarm_state *alarm);
void alarm_state_fini(struct alarm_state *alarm);
/* It is found to be so, again or anew. */
void alarm_found(struct simulation *simulation, struct alarm_state *alarm, enum observed_state state);

void alarm_done(struct simulation *simulation, void *self, struct request *request);
enum status alarm_finish(struct simulation *simulation, void *self);
/* How many months are measured, by any gauge. */
double alarm_months(const struct simulation *simulation, const struct gauge *gauge);

#endif
