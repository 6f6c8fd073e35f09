/* event_schedule.c: AWS::Scheduler::Schedule: one target, called by a schedule.
 * Source: rules eventbridge_precision_s, scheduler_window_max_min, eventbridge_retry_*; the EventBridge Scheduler user guide. */
#include "event_bus.h"

#include "measure/bill.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <math.h>
#include <string.h>

enum schedule_event { SCHEDULE_DELIVER, SCHEDULE_TICK, SCHEDULE_FIRE };
enum window_mode { WINDOW_OFF, WINDOW_FLEXIBLE };

struct schedule {
    struct event_target target; /* first: the table of targets counts from here */
    const struct arrival_process *process;
    const char *start, *end, *time_zone;
    int64_t from_ns, until_ns;
    int64_t window_ns;
    int64_t payload_bytes;
    int mode, state;
    bool window_given;

    uint32_t self;
    struct event_push push;
    struct event_timer timer;
    struct counter fired;
    struct event_push_metrics metrics;
};

static const char *const modes[] = {"OFF", "FLEXIBLE", NULL};
static const char *const states[] = {"ENABLED", "DISABLED", NULL};

#define AT(field) offsetof(struct schedule, field)

static const struct property window_properties[] = {
    {"Mode", PROPERTY_ENUM, AT(mode), .choices = modes, .fallback = "\"OFF\"", .help = "FLEXIBLE: somewhere within the window."},
    {"MaximumWindowInMinutes", PROPERTY_TIME, AT(window_ns), .unit = "min", .minimum = "1", .maximum = "scheduler_window_max_min",
     .given = PROPERTY_GIVEN(struct schedule, window_given), .help = "The window."},
    {0},
};

static const struct property schedule_properties[] = {
    {"ScheduleExpression", PROPERTY_ARRIVAL, AT(process), .unit = "scheduler", .required = true,
     .help = "rate(5 minutes), first at StartDate or at once, cron(0 12 * * ? *), or at(2025-01-01T12:00:00); in UTC."},
    {"FlexibleTimeWindow", PROPERTY_OBJECT, 0, .properties = window_properties, .help = "How late it may be."},
    {"Target", PROPERTY_OBJECT, 0, .properties = event_target_properties, .required = true, .help = "Who is called, asynchronously."},
    {"StartDate", PROPERTY_STRING, AT(start), .help = "Nothing before it."},
    {"EndDate", PROPERTY_STRING, AT(end), .help = "Nothing from then on."},
    {"State", PROPERTY_ENUM, AT(state), .choices = states, .fallback = "\"ENABLED\"", .live = true,
     .help = "A disabled schedule does nothing."},
    {"ScheduleExpressionTimezone", PROPERTY_STRING, AT(time_zone), .help = "Only UTC is simulated."},
    ACCEPTED("Name"),
    ACCEPTED("GroupName"),
    ACCEPTED("Description"),
    ACCEPTED("KmsKeyArn"),
    ACCEPTED("OmitName"),
    ACCEPTED("PermissionsBoundary"),
    {0},
};

static const struct property schedule_behavior[] = {
    {"payload", PROPERTY_SIZE, AT(payload_bytes), .unit = "B", .fallback = "\"1KB\"", .help = "Size of what the target gets."},
    {0},
};

static const struct metric_type schedule_metrics[] = {
    {"AWS/Scheduler", "InvocationAttemptCount", "Count", METRIC_COUNT, AT(metrics.attempts), .help = "Tries, retries included."},
    {"AWS/Scheduler", "TargetErrorCount", "Count", METRIC_COUNT, AT(metrics.errors), .better = -1,
     .help = "Tries that the target did not take."},
    {"AWS/Scheduler", "TargetErrorThrottledCount", "Count", METRIC_COUNT, AT(metrics.throttled), .better = -1,
     .help = "Of them, those throttled."},
    {"AWS/Scheduler", "InvocationDroppedCount", "Count", METRIC_COUNT, AT(metrics.failed), .better = -1, .help = "Invocations given up."},
    {"AWS/Scheduler", "InvocationsSentToDeadLetterCount", "Count", METRIC_COUNT, AT(metrics.sent_to_dlq), .better = -1,
     .help = "Invocations that the dead-letter queue got."},
    {"AWS/Scheduler", "InvocationsFailedToBeSentToDeadLetterCount", "Count", METRIC_COUNT, AT(metrics.lost), .better = -1,
     .help = "Invocations that it did not take: lost."},
    {"slsim", "TimesFired", "Count", METRIC_COUNT, AT(fired), .help = "How often it went off."},
    {"slsim", "StartLatency", "Milliseconds", METRIC_TALLY, AT(metrics.start_latency), .better = -1,
     .help = "From going off to the first try."},
    {"slsim", "SuccessLatency", "Milliseconds", METRIC_TALLY, AT(metrics.success_latency), .better = -1,
     .help = "From going off to the try that the target took."},
    {"slsim", "InvocationsPending", "Count", METRIC_GAUGE, AT(metrics.pending), .help = "Deliveries that are not over."},
    {0},
};

static const struct line_item schedule_line_items[] = {
    {"ScheduledInvocation", "Times that the schedule went off."},
    {0},
};

/* A date in ns of the simulation; `otherwise_ns` where there is none. */
static int64_t date_of(struct validation *validation, const char *property, const char *text, int64_t otherwise_ns)
{
    int64_t at_ns = otherwise_ns;
    if (text && !validation_instant(validation, text, &at_ns))
        validation_error(validation, property, "write \"2025-01-01T12:00:00Z\"", "must be a time in UTC, got \"%s\"", text);
    return at_ns;
}

static void schedule_validate(struct validation *validation, void *blob)
{
    struct schedule *schedule = blob;
    event_target_check(validation, &schedule->target, "Target", "scheduler.amazonaws.com", NULL, true);
    if (schedule->mode == WINDOW_FLEXIBLE && !schedule->window_given)
        validation_error(validation, "FlexibleTimeWindow", "add MaximumWindowInMinutes", "a flexible window needs a length");
    if (schedule->mode == WINDOW_OFF && schedule->window_given)
        validation_error(validation, "FlexibleTimeWindow.MaximumWindowInMinutes", "set Mode to FLEXIBLE", "the window is off");
    if (schedule->time_zone && strcmp(schedule->time_zone, "UTC") != 0 && strcmp(schedule->time_zone, "Etc/UTC") != 0)
        validation_warning(validation, "ScheduleExpressionTimezone", "write the times in UTC", "is not simulated: all times are in UTC");
    schedule->from_ns = date_of(validation, "StartDate", schedule->start, 0);
    schedule->until_ns = date_of(validation, "EndDate", schedule->end, TIME_FOREVER);
    if (schedule->until_ns <= schedule->from_ns)
        validation_error(validation, "EndDate", NULL, "is not after StartDate");
}

/* What began before the simulation goes on in its rhythm. */
static int64_t first_ns(const struct schedule *schedule)
{
    if (schedule->from_ns >= 0)
        return schedule->from_ns;
    int64_t every_ns = schedule->process->kind == ARRIVAL_BURSTS ? schedule->process->every_ns : 1;
    int64_t into_ns = -schedule->from_ns % every_ns;
    return into_ns == 0 ? 0 : every_ns - into_ns;
}

static enum status schedule_create(struct simulation *simulation, void *self)
{
    struct schedule *schedule = self;
    const struct simulation_settings *settings = simulation->settings;
    int64_t precision_ns = rule_ns(settings->rules, "eventbridge_precision_s");
    schedule->timer = (struct event_timer){.self = schedule->self, .tick_kind = SCHEDULE_TICK, .fire_kind = SCHEDULE_FIRE};
    event_timer_init(&schedule->timer, simulation, schedule->process, first_ns(schedule),
                     schedule->until_ns < settings->duration_ns ? schedule->until_ns : settings->duration_ns,
                     schedule->mode == WINDOW_FLEXIBLE ? schedule->window_ns : precision_ns);
    return event_push_init(&schedule->push, simulation, &schedule->target, 1, &schedule->metrics, schedule->self, SCHEDULE_DELIVER);
}

static void schedule_start(struct simulation *simulation, void *self)
{
    event_timer_next(simulation, &((struct schedule *)self)->timer);
}

static void schedule_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    event_push_fini(&((struct schedule *)self)->push);
}

static void schedule_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct schedule *schedule = self;
    switch ((enum schedule_event)event->kind) {
    case SCHEDULE_DELIVER:
        delivery_handle(simulation, &schedule->push.delivery, event);
        break;
    case SCHEDULE_TICK:
        event_timer_tick(simulation, &schedule->timer);
        break;
    case SCHEDULE_FIRE: {
        if (schedule->state == RULE_DISABLED)
            break;
        struct request item =
            event_timer_item(simulation, &schedule->timer, event, (uint32_t)fmin((double)schedule->payload_bytes, UINT32_MAX));
        simulation->entities[schedule->self].ledger.entered++;
        ledger_count(&simulation->entities[schedule->self].ledger, &cause_succeeded);
        counter_add(&schedule->fired, 1);
        event_push_send(simulation, &schedule->push, 0, &item, 0);
        break;
    }
    }
}

static void schedule_done(struct simulation *simulation, void *self, struct request *request)
{
    delivery_answered(simulation, &((struct schedule *)self)->push.delivery, request);
}

static enum status schedule_finish(struct simulation *simulation, void *self)
{
    delivery_finish(simulation, &((struct schedule *)self)->push.delivery);
    return STATUS_OK;
}

static void schedule_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    bill_add(bill, &schedule_line_items[0], (double)((const struct schedule *)self)->fired.whole);
}

const struct model_type schedule_type = {
    .type = "AWS::Scheduler::Schedule",
    .service = "Amazon EventBridge",
    .help = "A schedule of EventBridge Scheduler.",
    .size = sizeof(struct schedule),
    .self_offset = offsetof(struct schedule, self),
    .properties = schedule_properties,
    .behavior = schedule_behavior,
    .metrics = schedule_metrics,
    .line_items = schedule_line_items,
    .validate = schedule_validate,
    .create = schedule_create,
    .start = schedule_start,
    .destroy = schedule_destroy,
    .handle = schedule_handle,
    .done = schedule_done,
    .finish = schedule_finish,
    .quantities = schedule_quantities,
};
