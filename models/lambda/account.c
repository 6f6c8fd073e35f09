/* account.c: the account: its concurrency limit, its requests-per-second quota, and (by the 2022 rules) its burst.
 * Source: rules account_concurrency_limit, unreserved_min, rps_per_concurrency, scaling_*, which cite the Lambda developer guide. */
#include "account.h"

#include "engine/rule_book.h"
#include "function_state.h"
#include "lambda_kinds.h"
#include "measure/metric.h"
#include "notation/property.h"
#include "scenario/validation.h"

#include <math.h>
#include <string.h>

static const struct property account_properties[] = {
    {"ConcurrentExecutions", PROPERTY_INTEGER, offsetof(struct account, concurrency_limit), .minimum = "1",
     .fallback = "account_concurrency_limit", .live = true, .help = "How many invocations may run at once in the account's Region."},
    {0},
};

static const struct metric_type account_metrics[] = {
    {"AWS/Lambda", "ConcurrentExecutions", "Count", METRIC_GAUGE, offsetof(struct account, concurrent), .levels = 1,
     .help = "Environments that serve a request, of all functions."},
    {"AWS/Lambda", "UnreservedConcurrentExecutions", "Count", METRIC_GAUGE, offsetof(struct account, unreserved),
     .help = "The same, of the functions without reserved concurrency."},
    {"AWS/Lambda", "ClaimedAccountConcurrency", "Count", METRIC_GAUGE, offsetof(struct account, claimed),
     .help = "Unreserved concurrency in use, and all that is reserved."},
    {0},
};

/* The reserved concurrency of all functions; *largest: the first that reserves most. */
static int64_t reserved_sum(const struct validation *validation, uint32_t *largest)
{
    int64_t sum = 0, most = 0;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (!is_function_type(validation_type(validation, i)))
            continue;
        const struct function *function = validation_config(validation, i);
        if (function->config.reserved > 0)
            sum += function->config.reserved;
        if (function->config.reserved > most) {
            most = function->config.reserved;
            *largest = i;
        }
    }
    return sum;
}

/* What AWS refuses of provisioned concurrency: more than the function reserves; of functions that reserve none, so much that too little is
 * left for all others. */
static void check_provisioned(struct validation *validation, const struct account *account, int64_t floor)
{
    static const char property[] = "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions";
    int64_t sum = 0;
    uint32_t last = ENTITY_NONE;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (!is_function_type(validation_type(validation, i)))
            continue;
        const struct function_config *function = &((const struct function *)validation_config(validation, i))->config;
        if (function->parts_provisioned == 0)
            continue;
        if (function->reserved < 0) {
            sum += function->parts_provisioned;
            last = function->provisioned_part;
        } else if (function->parts_provisioned > function->reserved && !validation_allowed(validation, "provisioned_max")) {
            validation_error_of(validation, function->provisioned_part, property,
                                "reserve more, provision less, or allow_invalid: [\"provisioned_max\"]",
                                "provisioned concurrency of %s, %lld in all, is more than the %lld that it reserves",
                                validation_name(validation, i), (long long)function->parts_provisioned, (long long)function->reserved);
        }
    }
    int64_t unreserved = account->concurrency_limit - account->reserved;
    if (sum > 0 && sum > unreserved - floor && !validation_allowed(validation, "provisioned_max"))
        validation_error_of(validation, last, property,
                            "provision less, raise account.ConcurrentExecutions, or allow_invalid: [\"provisioned_max\"]",
                            "%lld provisioned of the account's %lld unreserved; at least %lld must be left for what is not provisioned",
                            (long long)sum, (long long)unreserved, (long long)floor);
}

static const char *const account_refusals[] = {"unreserved_min", "provisioned_max", NULL};

static void account_validate(struct validation *validation, void *config)
{
    struct account *account = config;
    uint32_t largest = validation_self(validation);
    account->reserved = reserved_sum(validation, &largest);
    const struct rule_book *rules = validation_rules(validation);
    int64_t floor = (int64_t)rule_number(rules, "unreserved_min");
    if (account->reserved > 0 && account->concurrency_limit - account->reserved < floor &&
        !validation_allowed(validation, "unreserved_min"))
        validation_error_of(validation, largest, "ReservedConcurrentExecutions",
                            "reserve less, raise account.ConcurrentExecutions, or allow_invalid: [\"unreserved_min\"]",
                            "the functions together reserve %lld of the account's %lld; at least %lld must stay unreserved",
                            (long long)account->reserved, (long long)account->concurrency_limit, (long long)floor);
    check_provisioned(validation, account, floor);
}

void account_limit_changed(struct account *account)
{
    account->unreserved_limit = account->concurrency_limit - account->reserved - account->provisioned;
}

void request_quota_init(struct token_bucket *bucket, const struct rule_book *rules, int64_t concurrency, int64_t now_ns)
{
    token_bucket_init_per_s(bucket, rule_number(rules, "rps_per_concurrency") * (double)concurrency, rule_number(rules, "rps_bucket_s"),
                            now_ns);
}

static void init_burst(struct token_bucket *bucket, const struct rule_book *rules)
{
    token_bucket_init(bucket, (int64_t)rule_number(rules, "scaling_burst_account"), (int64_t)rule_number(rules, "scaling_per_min_account"),
                      NS_PER_MIN, 0);
}

/* Each Region has quotas of its own: those of a function at edges are its Region's. Source: CloudFront developer guide, "Quotas on
 * Lambda@Edge" (rules edge_*_per_*). */
static void make_places(struct account *account, const struct rule_book *rules)
{
    const double limit = rule_number(rules, "edge_concurrency_per_region"), each = rule_number(rules, "edge_rps_per_environment") * limit;
    account->elsewhere_limit = (int64_t)limit;
    for (size_t i = 0; i < EDGE_PLACES_MAX - 1; i++) {
        token_bucket_init_per_s(&account->elsewhere[i].rate, fmin(rule_number(rules, "edge_rps_per_region"), each),
                                rule_number(rules, "rps_bucket_s"), 0);
        init_burst(&account->elsewhere[i].scaling, rules);
    }
}

static enum status account_create(struct simulation *simulation, void *self)
{
    struct account *account = self;
    const struct rule_book *rules = simulation->settings->rules;
    account_limit_changed(account);
    request_quota_init(&account->rate, rules, account->concurrency_limit, 0);
    account->scaling_by_account = strcmp(rule_text(rules, "scaling_mode"), "account_burst") == 0;
    init_burst(&account->scaling, rules);
    gauge_add(&account->claimed, 0, account->reserved);
    make_places(account, rules);
    return STATUS_OK;
}

/* The quota was raised, or lowered. */
static void account_changed(struct simulation *simulation, void *self, size_t offset)
{
    (void)offset;
    struct account *account = self;
    account_limit_changed(account);
    request_quota_init(&account->rate, simulation->settings->rules, account->concurrency_limit, simulation->now_ns);
}

const struct model_type account_type = {
    .type = "account",
    .help = "The AWS account in one Region: the quotas that its functions share.",
    .size = sizeof(struct account),
    .self_offset = offsetof(struct account, self),
    .properties = account_properties,
    .metrics = account_metrics,
    .refusals = account_refusals,
    .validate = account_validate,
    .create = account_create,
    .changed = account_changed,
};
