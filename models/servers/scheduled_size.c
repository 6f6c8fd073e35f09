/* scheduled_size.c: AWS::AutoScaling::ScheduledAction: sets the size of an Auto Scaling group at a time, or again and again.
 * Source: Amazon EC2 Auto Scaling User Guide, "Scheduled scaling": a minimum or maximum alone moves a size that lies outside;
 * CloudFormation's AWS::AutoScaling::ScheduledAction: Recurrence is a Unix cron expression in UTC. */
#include "auto_scaling_group.h"
#include "server_state.h"

#include "engine/arrival.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

struct scheduled_size {
    uint32_t self, group;
    int64_t least, most, desired; /* -1: left as it is */
    const char *recurrence, *start, *end, *time_zone;

    /* by `validate` */
    bool recurs;
    struct cron cron;
    int64_t from_ns, until_ns;

    struct counter taken;
};

#define AT(field) offsetof(struct scheduled_size, field)

static const struct property action_properties[] = {
    {"AutoScalingGroupName", PROPERTY_REFERENCE, AT(group), .required = true, .help = "The group."},
    {"DesiredCapacity", PROPERTY_INTEGER, AT(desired), .minimum = "0", .maximum = "10000", .fallback = "-1", .help = "Instances wanted."},
    {"MinSize", PROPERTY_INTEGER, AT(least), .minimum = "0", .maximum = "10000", .fallback = "-1", .help = "The new minimum."},
    {"MaxSize", PROPERTY_INTEGER, AT(most), .minimum = "0", .maximum = "10000", .fallback = "-1",
     .help = "The new maximum; not above the group's own MaxSize here."},
    {"Recurrence", PROPERTY_STRING, AT(recurrence),
     .help = "\"0 8 * * 1-5\": minute, hour, day, month, day of the week from 0, Sunday; in UTC."},
    {"StartTime", PROPERTY_STRING, AT(start), .help = "When, or with Recurrence from when on: \"2025-01-01T08:00:00Z\"."},
    {"EndTime", PROPERTY_STRING, AT(end), .help = "Nothing from then on."},
    {"TimeZone", PROPERTY_STRING, AT(time_zone), .help = "Only UTC is simulated."},
    {0},
};

static const struct metric_type action_metrics[] = {
    {"slsim", "ScheduledActionsTaken", "Count", METRIC_COUNT, AT(taken), .help = "How often it was due."},
    {0},
};

/* Days of the week as AWS's other expressions count them, from 1. */
static void shift_days(const char *days, char *shifted, size_t size)
{
    size_t used = 0;
    bool is_step = false;
    for (; *days && used + 2 < size; days++) {
        char letter = *days;
        if (letter >= '0' && letter <= '7' && !is_step)
            letter = letter == '7' ? '1' : (char)(letter + 1);
        is_step = *days == '/';
        shifted[used++] = letter;
    }
    shifted[used] = '\0';
}

/* Five fields of Unix's are six of AWS's. */
static bool read_recurrence(struct scheduled_size *action, char *error, size_t error_size)
{
    char fields[5][40], days[44], text[240], rest[2];
    int count = sscanf(action->recurrence, "%39s %39s %39s %39s %39s %1s", fields[0], fields[1], fields[2], fields[3], fields[4], rest);
    if (count != 5) {
        snprintf(error, error_size, "it has not five fields");
        return false;
    }
    bool any_day = strcmp(fields[2], "*") == 0, any_week_day = strcmp(fields[4], "*") == 0;
    if (!any_day && !any_week_day) {
        snprintf(error, error_size, "not modelled yet: days of the month and of the week together");
        return false;
    }
    shift_days(fields[4], days, sizeof days);
    snprintf(text, sizeof text, "%s %s %s %s %s *", fields[0], fields[1], any_week_day ? fields[2] : "?", fields[3],
             any_week_day ? "?" : days);
    return cron_parse(text, &action->cron, error, error_size) == STATUS_OK;
}

static void read_time(struct validation *validation, const char *property, const char *text, int64_t *at_ns)
{
    if (text && !validation_instant(validation, text, at_ns))
        validation_error(validation, property, "write \"2025-01-01T08:00:00Z\"", "must be a time in UTC, got \"%s\"", text);
}

static void action_validate(struct validation *validation, void *config)
{
    struct scheduled_size *action = config;
    char error[200] = "";
    if (action->group != ENTITY_NONE && !model_is(validation_type(validation, action->group), GROUP_TYPE))
        validation_error(validation, "AutoScalingGroupName", NULL, "%s is no Auto Scaling group",
                         validation_name(validation, action->group));
    if (action->least < 0 && action->most < 0 && action->desired < 0)
        validation_error(validation, NULL, "add \"DesiredCapacity\"", "sets no size");
    if (action->least >= 0 && action->most >= 0 && action->least > action->most)
        validation_error(validation, "MinSize", NULL, "is above MaxSize, which is %lld", (long long)action->most);
    action->until_ns = TIME_FOREVER;
    read_time(validation, "StartTime", action->start, &action->from_ns);
    read_time(validation, "EndTime", action->end, &action->until_ns);
    action->recurs = action->recurrence != NULL;
    if (action->recurs && !read_recurrence(action, error, sizeof error))
        validation_error(validation, "Recurrence", "such as \"0 8 * * 1-5\"", "%s", error);
    if (!action->recurs && !action->start)
        validation_error(validation, NULL, "add \"StartTime\" or \"Recurrence\"", "says not when");
    if (action->time_zone && strcmp(action->time_zone, "UTC") != 0 && strcmp(action->time_zone, "Etc/UTC") != 0)
        validation_warning(validation, "TimeZone", "write the times in UTC", "is not simulated: all times are in UTC");
}

/* The next time after `after_ns`, which may lie before the beginning. */
static void schedule_next(struct simulation *simulation, const struct scheduled_size *action, int64_t after_ns)
{
    int64_t epoch_s = simulation->settings->start_epoch_s, at_ns = action->from_ns;
    if (action->recurs) {
        int64_t after_s = epoch_s + (after_ns >= 0 ? after_ns / NS_PER_S : -1);
        if (action->from_ns > after_ns)
            after_s = epoch_s + (action->from_ns - 1) / NS_PER_S;
        int64_t next_s = cron_next(&action->cron, after_s);
        if (next_s == INT64_MAX || next_s - epoch_s > simulation->end_ns / NS_PER_S)
            return;
        at_ns = (next_s - epoch_s) * NS_PER_S;
    }
    if (at_ns > after_ns && at_ns < action->until_ns && at_ns < simulation->settings->duration_ns)
        simulation_schedule(simulation, action->self, 0, RANK_COMPLETION, at_ns, 0);
}

static void action_start(struct simulation *simulation, void *self)
{
    schedule_next(simulation, self, -1);
}

static void action_handle(struct simulation *simulation, void *self, const struct event *event)
{
    (void)event;
    struct scheduled_size *action = self;
    counter_add(&action->taken, 1);
    auto_scaling_group_resize(simulation, entity_state(simulation, action->group), action->least, action->most, action->desired);
    if (action->recurs)
        schedule_next(simulation, action, simulation->now_ns);
}

const struct model_type scheduled_size_type = {
    .type = "AWS::AutoScaling::ScheduledAction",
    .help = "Sets the size of an Auto Scaling group at a time, or again and again.",
    .size = sizeof(struct scheduled_size),
    .self_offset = AT(self),
    .properties = action_properties,
    .metrics = action_metrics,
    .validate = action_validate,
    .start = action_start,
    .handle = action_handle,
};
