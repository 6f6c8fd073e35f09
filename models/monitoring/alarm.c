/* alarm.c: AWS::CloudWatch::Alarm: one metric, by periods, against a threshold.
 * Source: Amazon CloudWatch User Guide, "Alarm evaluation" and "Configuring how CloudWatch alarms treat missing data"; rules alarm_*. */
#include "alarm_state.h"

#include <math.h>
#include <string.h>

enum { WATCH_EVENT = ALARM_OWN };

/* An entry of `Metrics`. */
struct metric_query {
    struct metric_choice choice;
    const char *stat, *expression;
    int64_t period_ns;
};

struct alarm {
    struct alarm_state state; /* first */
    struct metric_choice choice;
    struct property_list queries; /* of struct metric_query */
    int64_t period_ns, points, breaches;
    double threshold;
    bool threshold_given, breaches_given, missing_given, period_given;
    int comparison; /* enum watch_comparison */
    int missing;    /* enum watch_missing */
    struct watch watch;
};

static const char *const comparisons[] = {"GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold",
                                          "LessThanOrEqualToThreshold", NULL};
static const char *const treatments[] = {"missing", "ignore", "breaching", "notBreaching", NULL};

#define QUERY(field) offsetof(struct metric_query, field)

static const struct property queried_properties[] = {
    {"Namespace", PROPERTY_STRING, QUERY(choice.name_space), .required = true, .help = "As of an alarm of one metric."},
    {"MetricName", PROPERTY_STRING, QUERY(choice.name), .required = true, .help = "The same."},
    {"Dimensions", PROPERTY_LIST, QUERY(choice.dimensions), .properties = dimension_properties, .size = sizeof(struct dimension),
     .help = "The same."},
    {0},
};

static const struct property stat_properties[] = {
    {"Metric", PROPERTY_OBJECT, 0, .properties = queried_properties, .required = true, .help = "The metric."},
    {"Period", PROPERTY_TIME, QUERY(period_ns), .unit = "s", .minimum = "10", .required = true, .help = "As of an alarm of one metric."},
    {"Stat", PROPERTY_STRING, QUERY(stat), .required = true, .help = "Sum, Average, ..., p99."},
    ACCEPTED("Unit"),
    {0},
};

static const struct property query_properties[] = {
    {"MetricStat", PROPERTY_OBJECT, 0, .properties = stat_properties, .help = "One metric."},
    {"Expression", PROPERTY_STRING, QUERY(expression), .help = "Metric math is not simulated."},
    ACCEPTED("Id"),
    ACCEPTED("Label"),
    ACCEPTED("ReturnData"),
    ACCEPTED("AccountId"),
    ACCEPTED("Period"),
    {0},
};

#define AT(field) offsetof(struct alarm, field)

static const struct property alarm_properties[] = {
    METRIC_CHOICE_ROWS(AT(choice)),
    {"ExtendedStatistic", PROPERTY_STRING, AT(choice.extended), .help = "Instead of Statistic: p99, p99.9."},
    {"Metrics", PROPERTY_LIST, AT(queries), .properties = query_properties, .size = sizeof(struct metric_query),
     .help = "Instead of Namespace, MetricName, Dimensions, Statistic and Period: a list of one metric."},
    {"Period", PROPERTY_TIME, AT(period_ns), .unit = "s", .given = PROPERTY_GIVEN(struct alarm, period_given),
     .help = "How long a point is: 10, 20 or 30 s, or whole minutes."},
    {"EvaluationPeriods", PROPERTY_INTEGER, AT(points), .minimum = "1", .required = true, .help = "N: how many points are looked at."},
    {"DatapointsToAlarm", PROPERTY_INTEGER, AT(breaches), .minimum = "1", .given = PROPERTY_GIVEN(struct alarm, breaches_given),
     .help = "M: how many of them must breach; left out: all."},
    {"Threshold", PROPERTY_NUMBER, AT(threshold), .given = PROPERTY_GIVEN(struct alarm, threshold_given), .live = true,
     .help = "In the metric's unit."},
    {"ComparisonOperator", PROPERTY_ENUM, AT(comparison), .choices = comparisons, .required = true, .help = "When a point breaches."},
    {"TreatMissingData", PROPERTY_ENUM, AT(missing), .choices = treatments, .given = PROPERTY_GIVEN(struct alarm, missing_given),
     .help = "What periods without data count as, where older ones do not make up for them; left out: missing, of DynamoDB ignore."},
    {.kind = PROPERTY_TABLE, .properties = alarm_action_properties},
    ACCEPTED("Unit"),
    ACCEPTED("EvaluateLowSampleCountPercentile"),
    {0},
};

enum { ITEM_ALARM, ITEM_FAST };

static const struct line_item alarm_line_items[] = {
    [ITEM_ALARM] = {"CW:AlarmMonitorUsage", "The alarm, by the month."},
    [ITEM_FAST] = {"CW:HighResAlarmMonitorUsage", "The same, with periods below a minute."},
    {0},
};

/* `Metrics` with a single metric is an alarm on it. */
static const char *take_query(struct validation *validation, struct alarm *alarm)
{
    struct metric_query *query = alarm->queries.items;
    if (alarm->queries.count == 0)
        return "";
    if (alarm->queries.count > 1 || query->expression) {
        validation_error(validation, "Metrics", "make an alarm of one metric", "metric math is not simulated");
        return NULL;
    }
    alarm->choice = query->choice;
    alarm->choice.extended = query->stat;
    alarm->period_ns = query->period_ns;
    alarm->period_given = true;
    for (int i = 0; query->stat && statistic_names[i]; i++)
        if (strcmp(statistic_names[i], query->stat) == 0) {
            alarm->choice.statistic = i;
            alarm->choice.statistic_given = true;
            alarm->choice.extended = NULL;
        }
    return "Metrics[0].MetricStat.Metric.";
}

static bool period_is_known(int64_t period_ns)
{
    return period_ns == 10 * NS_PER_S || period_ns == 20 * NS_PER_S || period_ns == 30 * NS_PER_S ||
           (period_ns >= NS_PER_MIN && period_ns % NS_PER_MIN == 0);
}

static void check_times(struct validation *validation, struct alarm *alarm)
{
    const struct rule_book *rules = validation_rules(validation);
    bool longer = alarm->period_ns >= NS_PER_HOUR;
    const char *rule = longer ? "alarm_range_long_max_s" : "alarm_range_max_s";
    double most_s = rule_number(rules, rule), seconds = time_to_seconds(alarm->period_ns) * (double)alarm->points;
    if (!alarm->period_given)
        validation_error(validation, NULL, "add \"Period\": 60", "an alarm needs a Period");
    else if (!period_is_known(alarm->period_ns))
        validation_error(validation, "Period", NULL, "must be 10, 20 or 30 s or whole minutes");
    else if (seconds > most_s)
        validation_error(validation, "EvaluationPeriods", rule, "all points together are %.0f s, and may be no more than %.0f s", seconds,
                         most_s);
    if (period_is_known(alarm->period_ns) && alarm->period_ns < NS_PER_MIN && alarm->choice.name_space &&
        strncmp(alarm->choice.name_space, "AWS/", 4) == 0)
        validation_error(validation, "Period", "60", "what AWS's own services measure has one point a minute");
    if (!period_is_known(alarm->period_ns) || seconds > most_s) {
        alarm->period_ns = NS_PER_MIN;
        alarm->points = alarm->breaches = 1;
    }
}

static void alarm_validate(struct validation *validation, void *config)
{
    struct alarm *alarm = config;
    const char *place = take_query(validation, alarm);
    if (place)
        metric_choice_resolve(validation, &alarm->choice, place);
    if (place && !alarm->choice.extended && !alarm->choice.statistic_given)
        validation_error(validation, NULL, "add \"Statistic\": \"Sum\"", "an alarm needs a Statistic or an ExtendedStatistic");
    if (!alarm->threshold_given)
        validation_error(validation, NULL, "alarms on anomaly detection are not simulated", "an alarm needs a Threshold");
    if (!alarm->breaches_given)
        alarm->breaches = alarm->points;
    if (alarm->breaches > alarm->points)
        validation_error(validation, "DatapointsToAlarm", NULL, "must be at most EvaluationPeriods, which is %lld",
                         (long long)alarm->points);
    if (!alarm->missing_given && alarm->choice.name_space && strcmp(alarm->choice.name_space, "AWS/DynamoDB") == 0)
        alarm->missing = WATCH_IGNORE;
    check_times(validation, alarm);
    alarm_validate_actions(validation, &alarm->state);
}

static enum status alarm_create(struct simulation *simulation, void *self)
{
    struct alarm *alarm = self;
    alarm->state.threshold = alarm->threshold;
    return alarm_state_create(simulation, &alarm->state);
}

/* Alarms on more than a day are looked at once an hour, those of seconds every ten. */
static int64_t every_ns(const struct alarm *alarm)
{
    if (alarm->period_ns < NS_PER_MIN)
        return 10 * NS_PER_S;
    return alarm->period_ns * alarm->points > NS_PER_DAY ? NS_PER_HOUR : NS_PER_MIN;
}

static void alarm_start(struct simulation *simulation, void *self)
{
    struct alarm *alarm = self;
    const struct rule_book *rules = simulation->settings->rules;
    const struct watch_rule rule = {
        .statistic = (enum probe_statistic)alarm->choice.statistic,
        .share = alarm->choice.share,
        .period_ns = alarm->period_ns,
        .points = (uint32_t)alarm->points,
        .breaches = (uint32_t)alarm->breaches,
        .range = (uint32_t)(alarm->points + rule_count(rules, "alarm_extra_points", 0, 1000)),
        .comparison = (enum watch_comparison)alarm->comparison,
        .threshold = alarm->threshold,
        .missing = (enum watch_missing)alarm->missing,
        .every_ns = every_ns(alarm),
        .delay_ns = rule_ns(rules, "alarm_delay_s"),
    };
    simulation_fail(simulation, watch_start(&alarm->watch, &rule, simulation, alarm->state.self, WATCH_EVENT,
                                            alarm->choice.resource ? alarm->choice.resource : "", alarm->choice.name_space,
                                            alarm->choice.name ? alarm->choice.name : ""));
}

static void alarm_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    watch_fini(&((struct alarm *)self)->watch);
    alarm_state_fini(self);
}

static void alarm_changed(struct simulation *simulation, void *self, size_t offset)
{
    (void)simulation, (void)offset;
    struct alarm *alarm = self;
    alarm->watch.rule.threshold = alarm->state.threshold = alarm->threshold;
}

static void alarm_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct alarm *alarm = self;
    struct watch_finding finding;
    static const enum observed_state states[] = {
        [WATCH_NOTHING] = OBSERVED_NOTHING, [WATCH_OK] = OBSERVED_OK, [WATCH_ALARM] = OBSERVED_ALARM};
    if (event->kind == ALARM_DELIVER) {
        delivery_handle(simulation, &alarm->state.delivery, event);
    } else if (watch_handle(simulation, &alarm->watch, event, &finding)) {
        alarm->state.value = finding.value;
        alarm_found(simulation, &alarm->state, finding.verdict == WATCH_RETAIN ? alarm->state.now : states[finding.verdict]);
    }
}

static void alarm_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct alarm *alarm = self;
    bill_add(bill, &alarm_line_items[alarm->period_ns < NS_PER_MIN ? ITEM_FAST : ITEM_ALARM],
             alarm_months(simulation, &alarm->state.in_alarm));
}

const struct model_type alarm_type = {
    .type = "AWS::CloudWatch::Alarm",
    .service = "AmazonCloudWatch",
    .help =
        "Looks at one metric by periods, M of N against a threshold, and acts when its state changes. Scaling policies, other alarms and "
        "expectations can go by its state.",
    .size = sizeof(struct alarm),
    .self_offset = offsetof(struct alarm, state.self),
    .properties = alarm_properties,
    .behavior = alarm_behavior,
    .metrics = alarm_metrics,
    .line_items = alarm_line_items,
    .validate = alarm_validate,
    .changed = alarm_changed,
    .create = alarm_create,
    .start = alarm_start,
    .destroy = alarm_destroy,
    .handle = alarm_handle,
    .done = alarm_done,
    .finish = alarm_finish,
    .quantities = alarm_quantities,
    .observable = &alarm_observable,
};
