/* managed_service.c: services of the provider's that handlers call and of which only the time, the quota and the bill matter: a secret, a
 * user pool, an identity that mail is sent from, a key that encrypts. Each answers in its latency; calls beyond the quota of a second are
 * throttled. Sources: rules secrets_*, cognito_*, ses_send_*, kms_*. */

#include "engine/fault.h"
#include "engine/loadable.h"
#include "engine/random.h"
#include "engine/simulation.h"
#include "engine/token_bucket.h"
#include "measure/bill.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/metric.h"
#include "measure/tally.h"
#include "notation/property.h"
#include "scenario/validation.h"

struct managed_service {
    /* config */
    const struct distribution *latency;
    double quota_per_s;

    /* state */
    uint32_t self;
    struct fault_state faults;
    struct token_bucket quota;
    struct stream latencies;
    struct counter calls, throttles, errors;
    struct gauge there;
    int64_t serving;
    struct tally response_time;
};

#define AT(field) offsetof(struct managed_service, field)

static const struct cause cause_throttled = {.fate = FATE_THROTTLED, .text = "ThrottlingException"};
static const struct cause cause_error = {.fate = FATE_FAILED, .server_error = true, .text = "InternalServiceError"};

static const struct property any_properties[] = {ACCEPTED(PROPERTY_ANY_KEY), {0}};

#define BEHAVIOR(QUOTA)                                                                                                                    \
    {                                                                                                                                      \
        {"latency",    PROPERTY_TIME_DISTRIBUTION,          AT(latency), .fallback = "managed_service_latency",                            \
         .live = true, .help = "From a call to its answer."},                                                                              \
            {"quota",                                                                                                                      \
             PROPERTY_RATE,                                                                                                                \
             AT(quota_per_s),                                                                                                              \
             .fallback = QUOTA,                                                                                                            \
             .minimum = "0.001/s",                                                                                                         \
             .maximum = "1000000/s",                                                                                                       \
             .help = "Calls a second; more are throttled. A second's may all come at once."},                                              \
        {                                                                                                                                  \
            0                                                                                                                              \
        }                                                                                                                                  \
    }
static const struct property secret_behavior[] = BEHAVIOR("secrets_calls_per_s");
static const struct property pool_behavior[] = BEHAVIOR("cognito_authentications_per_s");
static const struct property key_behavior[] = BEHAVIOR("kms_calls_per_s");
static const struct property mail_behavior[] = BEHAVIOR("ses_send_per_s");

#define COMMON_METRICS                                                                                                                     \
    {"slsim", "Calls", "Count", METRIC_COUNT, AT(calls), .help = "Calls that came, each attempt."},                                        \
        {"slsim", "Throttles", "Count", METRIC_COUNT, AT(throttles), .better = -1, .help = "Calls beyond the quota."},                     \
        {"slsim", "Errors", "Count", METRIC_COUNT, AT(errors), .better = -1, .help = "Calls that failed by a fault."},                     \
        {"slsim", "ResponseTime", "Milliseconds", METRIC_TALLY, AT(response_time), .better = -1, .help = "From a call to its answer."},    \
    {                                                                                                                                      \
        0                                                                                                                                  \
    }
static const struct metric_type secret_metrics[] = {{NULL, "secrets", "None", METRIC_GAUGE, AT(there), .help = ""}, COMMON_METRICS};
static const struct metric_type key_metrics[] = {{NULL, "keys", "None", METRIC_GAUGE, AT(there), .help = ""}, COMMON_METRICS};
static const struct metric_type pool_metrics[] = {
    {"AWS/Cognito", "CallCount", "Count", METRIC_COUNT, AT(calls), .help = "Calls that came."},
    {"AWS/Cognito", "ThrottleCount", "Count", METRIC_COUNT, AT(throttles), .better = -1, .help = "Calls beyond the quota."},
    COMMON_METRICS};
static const struct metric_type mail_metrics[] = {
    {"AWS/SES", "Send", "Count", METRIC_COUNT, AT(calls), .help = "Mails that were to be sent."}, COMMON_METRICS};

static enum status managed_create(struct simulation *simulation, void *self)
{
    struct managed_service *service = self;
    token_bucket_init_per_s(&service->quota, service->quota_per_s, 1, 0);
    stream_init(&service->latencies, simulation->settings->seed, simulation->replication, simulation->entities[service->self].name,
                "latency");
    return STATUS_OK;
}

static void managed_start(struct simulation *simulation, void *self)
{
    struct managed_service *service = self;
    gauge_add(&service->there, simulation->now_ns, 1);
}

static void managed_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    fault_fini(&((struct managed_service *)self)->faults);
}

static void managed_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct managed_service *service = self;
    counter_add(&service->calls, 1);
    if (service->faults.down) {
        counter_add(&service->errors, 1);
        request_done(simulation, service->self, request, &cause_error);
        return;
    }
    if (!token_bucket_take(&service->quota, 1, simulation->now_ns)) {
        counter_add(&service->throttles, 1);
        request_done(simulation, service->self, request, &cause_throttled);
        return;
    }
    int64_t ns = distribution_draw_ns(service->latency, &service->latencies, request->item, request->attempt);
    service->serving++;
    simulation_schedule(simulation, service->self, 0, RANK_COMPLETION, time_add(simulation->now_ns, fault_slowed(&service->faults, ns)),
                        request->id);
}

static void managed_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct managed_service *service = self;
    struct request *request = request_at(simulation, event->data);
    const struct cause *cause = service->faults.any && fault_strikes(&service->faults, request) ? &cause_error : &cause_succeeded;
    service->serving--;
    tally_add(&service->response_time, TALLY_ALL, simulation->now_ns - request->sent_ns);
    counter_add(&service->errors, cause != &cause_succeeded);
    request_done(simulation, service->self, request, cause);
}

static enum status managed_finish(struct simulation *simulation, void *self)
{
    const struct managed_service *service = self;
    simulation_in_flight(simulation, service->self, (uint64_t)service->serving);
    return STATUS_OK;
}

static const struct line_item secret_line_items[] = {
    {"SecretsManager-Secrets", "A secret x time."},
    {"SecretsManagerAPIRequest", "Calls, the throttled ones too."},
    {0},
};

static void secret_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct managed_service *service = self;
    double month_ns = (double)rule_ns(simulation->settings->rules, "billing_month_h");
    bill_add(bill, &secret_line_items[0], (double)service->there.whole.integral / month_ns);
    bill_add(bill, &secret_line_items[1], (double)service->calls.whole);
}

static const struct line_item mail_line_items[] = {
    {"SES-SentMessage", "Mails sent."},
    {0},
};

static void mail_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct managed_service *service = self;
    bill_add(bill, &mail_line_items[0], (double)(service->calls.whole - service->throttles.whole - service->errors.whole));
}

static const struct line_item key_line_items[] = {
    {"KMS-Keys", "A key x time."},
    {"KMS-Requests", "Calls, the throttled ones too."},
    {0},
};

static void key_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct managed_service *service = self;
    double month_ns = (double)rule_ns(simulation->settings->rules, "billing_month_h");
    bill_add(bill, &key_line_items[0], (double)service->there.whole.integral / month_ns);
    bill_add(bill, &key_line_items[1], (double)service->calls.whole);
}

/* INIT decrypts a function's variables: nobody waits in line for that, so its time is known at once. */
static bool key_load(struct simulation *simulation, void *self, const struct request *request, double bytes_per_s, int64_t *ns)
{
    struct managed_service *service = self;
    (void)bytes_per_s;
    *ns = 0;
    counter_add(&service->calls, 1);
    bool served = !service->faults.down && token_bucket_take(&service->quota, 1, simulation->now_ns);
    if (!served) {
        counter_add(service->faults.down ? &service->errors : &service->throttles, 1);
        return false;
    }
    *ns = fault_slowed(&service->faults, distribution_draw_ns(service->latency, &service->latencies, request->item, request->attempt));
    tally_add(&service->response_time, TALLY_ALL, *ns);
    bool failed = service->faults.any && fault_strikes(&service->faults, request);
    counter_add(&service->errors, failed);
    return !failed;
}

static const struct loadable key_loadable = {.load = key_load};

FAULT_FUNCTIONS(managed_service, self)

static const struct action managed_actions[] = {
    FAULT_ROW("down", NULL, begin_fault, end_fault, "Every call fails at once."),
    FAULT_SLOW_ROW,
    FAULT_ROW("errors", fault_errors_properties, begin_fault, end_fault, "That share of the calls fails after they were served."),
    {0},
};

#define MANAGED                                                                                                                            \
    .size = sizeof(struct managed_service), .properties = any_properties, .actions = managed_actions, .self_offset = AT(self),             \
    .create = managed_create, .start = managed_start, .destroy = managed_destroy, .handle = managed_handle, .accept = managed_accept,      \
    .finish = managed_finish

const struct model_type secret_type = {
    .type = "AWS::SecretsManager::Secret",
    .help = "A secret that handlers read: latency, quota and bill.",
    .behavior = secret_behavior,
    .metrics = secret_metrics,
    .line_items = secret_line_items,
    .quantities = secret_quantities,
    MANAGED,
};

const struct model_type user_pool_type = {
    .type = "AWS::Cognito::UserPool",
    .help = "A user pool that handlers and users call: latency and the quota of authentications. Monthly active users are not billed.",
    .behavior = pool_behavior,
    .metrics = pool_metrics,
    MANAGED,
};

const struct model_type email_identity_type = {
    .type = "AWS::SES::EmailIdentity",
    .help = "An identity that mail is sent from: latency, the quota of a second and the bill. The quota of a day is not simulated.",
    .behavior = mail_behavior,
    .metrics = mail_metrics,
    .line_items = mail_line_items,
    .quantities = mail_quantities,
    MANAGED,
};

const struct model_type key_type = {
    .type = "AWS::KMS::Key",
    .help = "A key of one's own, which decrypts a function's variables in each INIT, and which handlers may call: latency, quota and bill. "
            "Its key policy is not judged.",
    .behavior = key_behavior,
    .metrics = key_metrics,
    .line_items = key_line_items,
    .quantities = key_quantities,
    .loadable = &key_loadable,
    MANAGED,
};
