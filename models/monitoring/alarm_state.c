/* alarm_state.c: the state of an alarm, and its actions.
 * Source: Amazon CloudWatch User Guide, "Alarm actions": at a change of state, those of the new state; those that scale, again at each
 * evaluation that finds the same. What an action does not take is not tried again: nothing is documented of that. */
#include "alarm_state.h"

#include "engine/random.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct alarm_state, field)

const struct property alarm_action_properties[] = {
    {"AlarmActions", PROPERTY_STRINGS, AT(on_alarm), .maximum = "alarm_actions_max",
     .help = "Topics and functions that are called, policies that scale, when it goes to ALARM."},
    {"OKActions", PROPERTY_STRINGS, AT(on_ok), .maximum = "alarm_actions_max", .help = "The same when it goes to OK."},
    {"InsufficientDataActions", PROPERTY_STRINGS, AT(on_nothing), .maximum = "alarm_actions_max",
     .help = "The same when it goes to INSUFFICIENT_DATA."},
    {"ActionsEnabled", PROPERTY_BOOLEAN, AT(enabled), .fallback = "true", .live = true, .help = "Without them it only has a state."},
    ACCEPTED("AlarmName"),
    ACCEPTED("AlarmDescription"),
    ACCEPTED("Tags"),
    {0},
};

const struct property alarm_behavior[] = {
    {"payload", PROPERTY_SIZE, AT(payload_bytes), .unit = "B", .fallback = "\"1KB\"", .help = "Size of what a topic or function gets."},
    {0},
};

const struct metric_type alarm_metrics[] = {
    {"slsim", "AlarmState", "None", METRIC_GAUGE, AT(in_alarm), .help = "1 while in ALARM: the average is the share of the time."},
    {"slsim", "InsufficientData", "None", METRIC_GAUGE, AT(unknown), .help = "1 while in INSUFFICIENT_DATA."},
    {"slsim", "StateChanges", "Count", METRIC_COUNT, AT(changes), .help = "Changes of its state."},
    {"slsim", "TimesInAlarm", "Count", METRIC_COUNT, AT(times), .help = "How often it went to ALARM."},
    {"slsim", "ActionsTaken", "Count", METRIC_COUNT, AT(sent), .help = "Topics and functions that were told."},
    {"slsim", "ActionsLost", "Count", METRIC_COUNT, AT(lost), .help = "Those that did not take it."},
    {0},
};

static int64_t never_again(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause)
{
    (void)simulation, (void)item, (void)cause;
    counter_add(&((struct alarm_state *)owner)->lost, 1);
    return DELIVERY_REFUSED;
}

static const struct delivery_type notices = {.wait_ns = never_again};

static void add_actions(struct validation *validation, struct alarm_state *alarm, const struct string_list *names, const char *property,
                        enum observed_state state)
{
    for (size_t i = 0; i < names->count; i++) {
        char place[64];
        uint32_t entity = validation_named(validation, names->items[i]);
        snprintf(place, sizeof place, "%s[%zu]", property, i);
        if (entity == ENTITY_NONE) {
            validation_warning(validation, place, "name a resource of this scenario", "\"%s\" is nothing that is simulated: it is not told",
                               names->items[i]);
            continue;
        }
        const struct model_type *type = validation_type(validation, entity);
        if (!type->noticed && !model_is_callable(type)) {
            validation_error(validation, place, "a topic, a function, a scaling policy", "%s can take no action",
                             validation_name(validation, entity));
            continue;
        }
        if (!type->noticed)
            validation_flow(validation, validation_self(validation), entity);
        alarm->actions[alarm->action_count++] = (struct alarm_action){entity, state};
    }
}

void alarm_validate_actions(struct validation *validation, struct alarm_state *alarm)
{
    size_t count = alarm->on_alarm.count + alarm->on_ok.count + alarm->on_nothing.count;
    alarm->action_count = 0;
    alarm->actions = validation_alloc(validation, count, sizeof *alarm->actions);
    if (!alarm->actions)
        return;
    add_actions(validation, alarm, &alarm->on_alarm, "AlarmActions", OBSERVED_ALARM);
    add_actions(validation, alarm, &alarm->on_ok, "OKActions", OBSERVED_OK);
    add_actions(validation, alarm, &alarm->on_nothing, "InsufficientDataActions", OBSERVED_NOTHING);
}

enum status alarm_state_create(struct simulation *simulation, struct alarm_state *alarm)
{
    enum status status = STATUS_OK;
    alarm->now = OBSERVED_NOTHING;
    alarm->value = NAN;
    alarm->salt = item_salt(simulation->entities[alarm->self].name);
    gauge_add(&alarm->unknown, simulation->now_ns, 1);
    delivery_init_routes(&alarm->delivery, &notices, simulation, alarm, alarm->self, ALARM_DELIVER);
    for (uint32_t i = 0; i < alarm->action_count && status == STATUS_OK; i++) {
        char suffix[32];
        const struct delivery_policy policy = {.target = alarm->actions[i].entity,
                                               .max_age_ns = TIME_FOREVER,
                                               .on_success = ENTITY_NONE,
                                               .on_failure = ENTITY_NONE,
                                               .dead_letter = ENTITY_NONE};
        snprintf(suffix, sizeof suffix, "action-%u", i);
        status = delivery_add_route(&alarm->delivery, simulation, &policy, suffix);
    }
    return status;
}

void alarm_state_fini(struct alarm_state *alarm)
{
    delivery_fini(&alarm->delivery);
    listeners_fini(&alarm->listeners);
}

static void send_notice(struct simulation *simulation, struct alarm_state *alarm, uint16_t route)
{
    const struct request notice = {
        .item = alarm->salt + alarm->ordinal++,
        .born_ns = simulation->now_ns,
        .sent_ns = simulation->now_ns,
        .handler_ns = -1,
        .from = ENTITY_NONE,
        .payload_bytes = alarm->payload_bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)alarm->payload_bytes,
        .content = CONTENT_NONE,
        .asynchronous = true,
    };
    counter_add(&alarm->sent, 1);
    delivery_put(simulation, &alarm->delivery, route, &notice, 0);
}

/* Those of the state as it is. What scales hears of it again. */
static void act(struct simulation *simulation, struct alarm_state *alarm, bool again)
{
    for (uint32_t i = 0; i < alarm->action_count && alarm->enabled; i++) {
        const struct entity *entity = &simulation->entities[alarm->actions[i].entity];
        if (alarm->actions[i].state != alarm->now)
            continue;
        if (entity->type->noticed)
            entity->type->noticed(simulation, entity->state, alarm->self);
        else if (!again)
            send_notice(simulation, alarm, (uint16_t)i);
    }
}

void alarm_found(struct simulation *simulation, struct alarm_state *alarm, enum observed_state state)
{
    bool again = state == alarm->now;
    if (!again) {
        gauge_add(&alarm->in_alarm, simulation->now_ns, (state == OBSERVED_ALARM) - (alarm->now == OBSERVED_ALARM));
        gauge_add(&alarm->unknown, simulation->now_ns, (state == OBSERVED_NOTHING) - (alarm->now == OBSERVED_NOTHING));
        alarm->now = state;
        counter_add(&alarm->changes, 1);
        if (state == OBSERVED_ALARM)
            counter_add(&alarm->times, 1);
        listeners_tell(simulation, &alarm->listeners, alarm->self);
    }
    act(simulation, alarm, again);
}

void alarm_done(struct simulation *simulation, void *self, struct request *request)
{
    delivery_answered(simulation, &((struct alarm_state *)self)->delivery, request);
}

enum status alarm_finish(struct simulation *simulation, void *self)
{
    delivery_finish(simulation, &((struct alarm_state *)self)->delivery);
    return STATUS_OK;
}

double alarm_months(const struct simulation *simulation, const struct gauge *gauge)
{
    double month_ns = (double)rule_ns(simulation->settings->rules, "billing_month_h");
    return month_ns > 0 ? (double)gauge->whole.length_ns / month_ns : 0;
}

static struct observation observe(const void *self)
{
    const struct alarm_state *alarm = self;
    return (struct observation){.state = alarm->now, .value = alarm->value, .threshold = alarm->threshold};
}

static enum status listen(struct simulation *simulation, void *self, uint32_t listener)
{
    (void)simulation;
    return listeners_add(&((struct alarm_state *)self)->listeners, listener);
}

const struct observable alarm_observable = {.observe = observe, .listen = listen};
