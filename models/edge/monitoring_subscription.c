/* monitoring_subscription.c: AWS::CloudFront::MonitoringSubscription: the additional metrics of a distribution, which are billed as metrics
 * of one's own, at a fixed number a month whatever its traffic. They are measured with and without it. Source: CloudFront developer guide,
 * "Turn on additional CloudFront distribution metrics" (rule cloudfront_additional_metrics). */
#include "edge.h"
#include "engine/rule_book.h"
#include "engine/simulation.h"
#include "measure/bill.h"
#include "measure/gauge.h"
#include "measure/metric.h"
#include "notation/property.h"
#include "scenario/validation.h"

struct monitoring_subscription {
    uint32_t self;
    uint32_t distribution;
    int status;
    struct gauge there; /* metrics */
};

#define AT(field) offsetof(struct monitoring_subscription, field)

enum { STATUS_ENABLED, STATUS_DISABLED };
static const char *const statuses[] = {"Enabled", "Disabled", NULL};

static const struct property config_properties[] = {
    {"RealtimeMetricsSubscriptionStatus", PROPERTY_ENUM, AT(status), .choices = statuses, .required = true,
     .help = "Enabled: they are billed."},
    {0},
};

static const struct property wish_properties[] = {
    {"RealtimeMetricsSubscriptionConfig", PROPERTY_OBJECT, 0, .properties = config_properties, .required = true, .help = "Which."},
    {0},
};

static const struct property subscription_properties[] = {
    {"DistributionId", PROPERTY_REFERENCE, AT(distribution), .required = true, .help = "Whose metrics."},
    {"MonitoringSubscription", PROPERTY_OBJECT, 0, .properties = wish_properties, .required = true, .help = "What is wanted."},
    {0},
};

static const struct metric_type subscription_metrics[] = {
    {NULL, "metrics", "None", METRIC_GAUGE, AT(there), .help = ""},
    {0},
};

static const struct line_item subscription_line_items[] = {
    {"CW:MetricMonitorUsage", "CacheHitRate, OriginLatency, and the rate of each of six statuses."},
    {0},
};

static void subscription_validate(struct validation *validation, void *config)
{
    struct monitoring_subscription *subscription = config;
    if (subscription->distribution != ENTITY_NONE && validation_type(validation, subscription->distribution) != &distribution_type)
        validation_error(validation, "DistributionId", "{\"Ref\": \"Cdn\"}", "%s is no AWS::CloudFront::Distribution",
                         validation_name(validation, subscription->distribution));
}

static enum status subscription_create(struct simulation *simulation, void *self)
{
    struct monitoring_subscription *subscription = self;
    if (subscription->status == STATUS_ENABLED)
        gauge_add(&subscription->there, simulation->now_ns,
                  (int64_t)rule_number(simulation->settings->rules, "cloudfront_additional_metrics"));
    return STATUS_OK;
}

static void subscription_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct monitoring_subscription *subscription = self;
    const double month_ns = (double)rule_ns(simulation->settings->rules, "billing_month_h");
    bill_add(bill, &subscription_line_items[0], (double)subscription->there.whole.integral / month_ns);
}

const struct model_type monitoring_subscription_type = {
    .type = "AWS::CloudFront::MonitoringSubscription",
    .service = "AmazonCloudWatch",
    .help = "The additional metrics of a distribution, as far as the bill goes: they are measured with and without it.",
    .size = sizeof(struct monitoring_subscription),
    .self_offset = AT(self),
    .properties = subscription_properties,
    .metrics = subscription_metrics,
    .line_items = subscription_line_items,
    .validate = subscription_validate,
    .create = subscription_create,
    .quantities = subscription_quantities,
};
