/* composite_alarm.c: AWS::CloudWatch::CompositeAlarm: the states of other alarms, together.
 * Source: Amazon CloudWatch API Reference, PutCompositeAlarm: ALARM(), OK() and INSUFFICIENT_DATA() of alarms, TRUE, FALSE, AND, OR, NOT
 * and parentheses; NOT binds closest, then AND. It is judged when one of its alarms changes. */
#include "alarm_state.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define OPERATIONS_MAX 500u /* of one rule: more than the words that AWS allows */
#define DEPTH_MAX 64

enum operation_kind { IS_IN_STATE, CONSTANT, NOT, AND, OR };

/* The rule with its operators behind their operands. */
struct operation {
    enum operation_kind kind;
    enum observed_state state; /* IS_IN_STATE */
    uint32_t entity;           /* the same */
    bool value;                /* CONSTANT */
};

struct composite_alarm {
    struct alarm_state state; /* first */
    const char *rule;
    struct operation *operations; /* the scenario's */
    uint32_t count;
    bool judging; /* rules may go round in a circle */
};

static const struct property composite_properties[] = {
    {"AlarmRule", PROPERTY_STRING, offsetof(struct composite_alarm, rule), .required = true,
     .help = "ALARM(A) AND NOT (OK(B) OR INSUFFICIENT_DATA(C)), of alarms of this scenario."},
    {.kind = PROPERTY_TABLE, .properties = alarm_action_properties},
    ACCEPTED("ActionsSuppressor"),
    ACCEPTED("ActionsSuppressorWaitPeriod"),
    ACCEPTED("ActionsSuppressorExtensionPeriod"),
    {0},
};

static const struct line_item composite_line_items[] = {
    {"CW:CompositeAlarmMonitorUsage", "The alarm, by the month."},
    {0},
};

struct reading {
    struct validation *validation;
    struct composite_alarm *alarm;
    const char *at;
    int depth;
    bool wrong;
};

static void complain(struct reading *reading, const char *hint, const char *what)
{
    if (!reading->wrong)
        validation_error(reading->validation, "AlarmRule", hint, "%s at \"%.40s\"", what, reading->at);
    reading->wrong = true;
}

static void add(struct reading *reading, struct operation operation)
{
    if (reading->alarm->count == OPERATIONS_MAX)
        complain(reading, NULL, "is too long");
    else
        reading->alarm->operations[reading->alarm->count++] = operation;
}

static void skip_space(struct reading *reading)
{
    while (isspace((unsigned char)*reading->at))
        reading->at++;
}

/* A word or a sign that stands next; moves on behind it. */
static bool take(struct reading *reading, const char *word)
{
    skip_space(reading);
    size_t length = strlen(word);
    if (strncmp(reading->at, word, length) != 0)
        return false;
    if (isalpha((unsigned char)word[0]) && (isalnum((unsigned char)reading->at[length]) || reading->at[length] == '_'))
        return false;
    reading->at += length;
    return true;
}

static void read_state(struct reading *reading, enum observed_state state)
{
    char name[300];
    size_t length;
    if (!take(reading, "(") || reading->at[length = strcspn(reading->at, ")")] == '\0' || length >= sizeof name) {
        complain(reading, "write ALARM(A)", "expects an alarm in parentheses");
        return;
    }
    snprintf(name, sizeof name, "%.*s", (int)length, reading->at);
    uint32_t entity = validation_named(reading->validation, name);
    if (entity == ENTITY_NONE || !validation_type(reading->validation, entity)->observable)
        complain(reading, "name an alarm of this scenario", "there is no such alarm");
    else if (entity == validation_self(reading->validation))
        complain(reading, NULL, "an alarm cannot be part of itself");
    reading->at += length + 1;
    add(reading, (struct operation){.kind = IS_IN_STATE, .state = state, .entity = entity});
}

static void read_or(struct reading *reading);

static void read_term(struct reading *reading)
{
    if (reading->depth > DEPTH_MAX) {
        complain(reading, NULL, "is nested too deeply");
    } else if (take(reading, "NOT")) {
        reading->depth++;
        read_term(reading);
        reading->depth--;
        add(reading, (struct operation){.kind = NOT});
    } else if (take(reading, "(")) {
        reading->depth++;
        read_or(reading);
        reading->depth--;
        if (!take(reading, ")"))
            complain(reading, NULL, "a parenthesis is not closed");
    } else if (take(reading, "TRUE") || take(reading, "FALSE")) {
        add(reading, (struct operation){.kind = CONSTANT, .value = reading->at[-2] == 'U'});
    } else if (take(reading, "ALARM")) {
        read_state(reading, OBSERVED_ALARM);
    } else if (take(reading, "OK")) {
        read_state(reading, OBSERVED_OK);
    } else if (take(reading, "INSUFFICIENT_DATA")) {
        read_state(reading, OBSERVED_NOTHING);
    } else {
        complain(reading, "ALARM(A), OK(A), INSUFFICIENT_DATA(A), AND, OR, NOT", "cannot be read");
    }
}

static void read_and(struct reading *reading)
{
    read_term(reading);
    while (!reading->wrong && take(reading, "AND")) {
        read_term(reading);
        add(reading, (struct operation){.kind = AND});
    }
}

static void read_or(struct reading *reading)
{
    read_and(reading);
    while (!reading->wrong && take(reading, "OR")) {
        read_and(reading);
        add(reading, (struct operation){.kind = OR});
    }
}

static void composite_validate(struct validation *validation, void *config)
{
    struct composite_alarm *alarm = config;
    struct reading reading = {.validation = validation, .alarm = alarm, .at = alarm->rule};
    alarm->count = 0;
    alarm->operations = validation_alloc(validation, OPERATIONS_MAX, sizeof *alarm->operations);
    if (alarm->rule && alarm->operations) {
        read_or(&reading);
        skip_space(&reading);
        if (!reading.wrong && *reading.at)
            complain(&reading, NULL, "cannot be read further");
    }
    alarm_validate_actions(validation, &alarm->state);
}

static enum status composite_create(struct simulation *simulation, void *self)
{
    struct composite_alarm *alarm = self;
    alarm->state.threshold = NAN;
    return alarm_state_create(simulation, &alarm->state);
}

static void judge(struct simulation *simulation, struct composite_alarm *alarm)
{
    bool stack[OPERATIONS_MAX + 1] = {false};
    uint32_t depth = 0;
    for (uint32_t i = 0; i < alarm->count; i++) {
        const struct operation *operation = &alarm->operations[i];
        const struct entity *entity = operation->kind == IS_IN_STATE ? &simulation->entities[operation->entity] : NULL;
        switch (operation->kind) {
        case IS_IN_STATE:
            stack[depth++] = entity->type->observable->observe(entity->state).state == operation->state;
            break;
        case CONSTANT:
            stack[depth++] = operation->value;
            break;
        case NOT:
            stack[depth - 1] = !stack[depth - 1];
            break;
        case AND:
            depth--;
            stack[depth - 1] = stack[depth - 1] && stack[depth];
            break;
        case OR:
            depth--;
            stack[depth - 1] = stack[depth - 1] || stack[depth];
            break;
        }
    }
    alarm_found(simulation, &alarm->state, stack[0] ? OBSERVED_ALARM : OBSERVED_OK);
}

static void composite_noticed(struct simulation *simulation, void *self, uint32_t subject)
{
    (void)subject;
    struct composite_alarm *alarm = self;
    if (alarm->judging)
        return;
    alarm->judging = true;
    judge(simulation, alarm);
    alarm->judging = false;
}

static bool named_before(const struct composite_alarm *alarm, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++)
        if (alarm->operations[i].kind == IS_IN_STATE && alarm->operations[i].entity == alarm->operations[index].entity)
            return true;
    return false;
}

static void composite_start(struct simulation *simulation, void *self)
{
    struct composite_alarm *alarm = self;
    for (uint32_t i = 0; i < alarm->count; i++) {
        if (alarm->operations[i].kind != IS_IN_STATE || named_before(alarm, i))
            continue;
        const struct entity *entity = &simulation->entities[alarm->operations[i].entity];
        simulation_fail(simulation, entity->type->observable->listen(simulation, entity->state, alarm->state.self));
    }
}

static void composite_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    alarm_state_fini(self);
}

static void composite_handle(struct simulation *simulation, void *self, const struct event *event)
{
    delivery_handle(simulation, &((struct composite_alarm *)self)->state.delivery, event);
}

static void composite_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    bill_add(bill, &composite_line_items[0], alarm_months(simulation, &((const struct composite_alarm *)self)->state.in_alarm));
}

const struct model_type composite_alarm_type = {
    .type = "AWS::CloudWatch::CompositeAlarm",
    .service = "AmazonCloudWatch",
    .help = "Puts the states of other alarms together.",
    .size = sizeof(struct composite_alarm),
    .self_offset = offsetof(struct composite_alarm, state.self),
    .properties = composite_properties,
    .behavior = alarm_behavior,
    .metrics = alarm_metrics,
    .line_items = composite_line_items,
    .validate = composite_validate,
    .create = composite_create,
    .start = composite_start,
    .destroy = composite_destroy,
    .handle = composite_handle,
    .done = alarm_done,
    .finish = alarm_finish,
    .noticed = composite_noticed,
    .quantities = composite_quantities,
    .observable = &alarm_observable,
};
