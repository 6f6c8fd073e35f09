/* retry.c: retry policies and the adaptive rate limiter. */
#include "engine/retry.h"

#include "engine/model.h"
#include "engine/sim_time.h"

#include <math.h>

static const struct {
    enum failure failure;
    uint32_t bit;
} failure_bits[] = {
    {FAILURE_THROTTLED, ON_THROTTLED}, {FAILURE_SERVER_ERROR, ON_SERVER_ERROR}, {FAILURE_TIMEOUT, ON_TIMEOUT}, {FAILURE_ERROR, ON_ERROR}};

enum failure failure_of(const struct cause *cause)
{
    if (cause->fate == FATE_THROTTLED)
        return FAILURE_THROTTLED;
    if (cause->server_error)
        return FAILURE_SERVER_ERROR;
    return cause->fate == FATE_FAILED ? FAILURE_ERROR : FAILURE_FINAL;
}

static struct back_off doubling(int64_t base_ns, int64_t cap_ns)
{
    return (struct back_off){.base_ns = (double)base_ns, .factor = 2, .cap_ns = (double)cap_ns};
}

/* The same waits after whatever failed. */
static void wait_alike(struct retry_policy *policy, int64_t base_ns, int64_t cap_ns)
{
    for (int i = FAILURE_THROTTLED; i < FAILURE_KINDS; i++)
        policy->back_off[i] = doubling(base_ns, cap_ns);
}

static void standard_policy(struct retry_policy *policy, const struct rule_book *rules)
{
    int64_t cap_ns = rule_ns(rules, "sdk_standard_cap_s");
    policy->max_attempts = (uint32_t)rule_number(rules, "sdk_standard_max_attempts");
    wait_alike(policy, rule_ns(rules, "sdk_standard_base_transient_ms"), cap_ns);
    policy->back_off[FAILURE_THROTTLED] = doubling(rule_ns(rules, "sdk_standard_base_throttle_ms"), cap_ns);
    policy->quota = rule_number(rules, "sdk_standard_quota");
    policy->cost[FAILURE_THROTTLED] = rule_number(rules, "sdk_standard_cost_throttle");
    policy->cost[FAILURE_SERVER_ERROR] = rule_number(rules, "sdk_standard_cost_transient");
    policy->cost[FAILURE_TIMEOUT] = rule_number(rules, "sdk_standard_cost_timeout");
    policy->refund_first = rule_number(rules, "sdk_standard_refund_first");
}

/* Throttles are waited for as everywhere, and the quota is the same. */
static void apply_habits(struct retry_policy *policy, const struct sdk_habits *sdk, const struct rule_book *rules)
{
    if (!sdk)
        return;
    policy->max_attempts = (uint32_t)rule_number(rules, sdk->max_attempts);
    for (int i = FAILURE_SERVER_ERROR; i < FAILURE_KINDS; i++)
        policy->back_off[i].base_ns = (double)rule_ns(rules, sdk->base);
}

static struct adaptive_rules adaptive_rules(const struct rule_book *rules)
{
    return (struct adaptive_rules){
        .beta = rule_number(rules, "sdk_adaptive_beta"),
        .scale = rule_number(rules, "sdk_adaptive_scale_constant"),
        .smooth = rule_number(rules, "sdk_adaptive_smooth"),
        .minimum_fill_rate = rule_number(rules, "sdk_adaptive_min_fill_rate"),
        .minimum_capacity = rule_number(rules, "sdk_adaptive_min_capacity"),
        .maximum_rate_factor = rule_number(rules, "sdk_adaptive_max_rate_factor"),
        .bucket_s = rule_number(rules, "sdk_adaptive_bucket_s"),
    };
}

void retry_policy_init(struct retry_policy *policy, const struct retry_config *config, const struct rule_book *rules,
                       const struct sdk_habits *sdk)
{
    *policy = (struct retry_policy){
        .mode = (enum retry_mode)config->mode, .max_attempts = 1, .jitter = JITTER_FULL, .on = ON_THROTTLED | ON_SERVER_ERROR | ON_TIMEOUT};
    switch (policy->mode) {
    case RETRY_NONE:
        break;
    case RETRY_STANDARD:
        standard_policy(policy, rules);
        apply_habits(policy, sdk, rules);
        break;
    case RETRY_ADAPTIVE:
        standard_policy(policy, rules);
        policy->max_attempts = (uint32_t)rule_number(rules, "sdk_adaptive_max_attempts");
        apply_habits(policy, sdk, rules);
        policy->adaptive = adaptive_rules(rules);
        break;
    case RETRY_LEGACY:
        policy->max_attempts = (uint32_t)rule_number(rules, "sdk_legacy_max_attempts");
        wait_alike(policy, rule_ns(rules, "sdk_legacy_base_ms"), rule_ns(rules, "sdk_legacy_cap_s"));
        break;
    case RETRY_CUSTOM:
        policy->max_attempts = (uint32_t)config->max_attempts;
        policy->jitter = (enum retry_jitter)config->jitter;
        policy->on = config->on;
        wait_alike(policy, config->base_ns, config->cap_ns);
        break;
    }
}

void client_init(struct client *client, const struct retry_policy *policy)
{
    *client = (struct client){.tokens = policy->quota};
}

static bool covers(const struct retry_policy *policy, enum failure failure)
{
    for (size_t i = 0; i < sizeof failure_bits / sizeof *failure_bits; i++)
        if (failure_bits[i].failure == failure)
            return policy->on & failure_bits[i].bit;
    return false;
}

int64_t retry_wait_ns(const struct retry_policy *policy, struct client *client, struct failed_attempt failed, struct stream *stream,
                      double *spent)
{
    if (failed.number + 1 >= policy->max_attempts || !covers(policy, failed.failure))
        return RETRY_NEVER;
    *spent = policy->cost[failed.failure];
    if (policy->quota > 0) {
        if (client->tokens < *spent)
            return RETRY_NEVER;
        client->tokens -= *spent;
    }
    double wait_ns = back_off_full_ns(&policy->back_off[failed.failure], failed.number);
    if (policy->jitter == JITTER_FULL)
        wait_ns *= stream_uniform(stream);
    else if (policy->jitter == JITTER_EQUAL)
        wait_ns *= 0.5 + 0.5 * stream_uniform(stream);
    return time_from_double(wait_ns);
}

void retry_succeeded(const struct retry_policy *policy, struct client *client, uint32_t attempt, double spent)
{
    if (policy->quota <= 0)
        return;
    client->tokens += attempt == 0 ? policy->refund_first : spent;
    if (client->tokens > policy->quota)
        client->tokens = policy->quota;
}

static double seconds_between(int64_t from_ns, int64_t to_ns)
{
    return time_to_seconds(to_ns - from_ns);
}

static void refill(struct adaptive_limiter *limiter, int64_t now_ns)
{
    limiter->tokens += seconds_between(limiter->last_fill_ns, now_ns) * limiter->fill_rate;
    if (limiter->tokens > limiter->capacity)
        limiter->tokens = limiter->capacity;
    limiter->last_fill_ns = now_ns;
}

int64_t client_hold_back_ns(const struct retry_policy *policy, struct client *client, int64_t now_ns)
{
    struct adaptive_limiter *limiter = &client->limiter;
    if (policy->mode != RETRY_ADAPTIVE || !limiter->enabled)
        return 0;
    refill(limiter, now_ns);
    limiter->tokens -= 1; /* below zero: the send is held back until the bucket has filled so far */
    return limiter->tokens >= 0 ? 0 : time_from_double(-limiter->tokens / limiter->fill_rate * (double)NS_PER_S);
}

/* The rate at which this client gets answers, smoothed over buckets of time. */
static void measure_rate(const struct adaptive_rules *rules, struct adaptive_limiter *limiter, int64_t now_ns)
{
    int64_t bucket_ns = (int64_t)(rules->bucket_s * (double)NS_PER_S);
    int64_t bucket = now_ns / bucket_ns * bucket_ns;
    limiter->bucket_count++;
    if (bucket <= limiter->bucket_ns)
        return;
    double rate = limiter->bucket_count / seconds_between(limiter->bucket_ns, bucket);
    limiter->measured_rate = rate * rules->smooth + limiter->measured_rate * (1 - rules->smooth);
    limiter->bucket_count = 0;
    limiter->bucket_ns = bucket;
}

void client_learn(const struct retry_policy *policy, struct client *client, bool throttled, int64_t now_ns)
{
    const struct adaptive_rules *rules = &policy->adaptive;
    struct adaptive_limiter *limiter = &client->limiter;
    double rate;
    if (policy->mode != RETRY_ADAPTIVE)
        return;
    measure_rate(rules, limiter, now_ns);
    if (throttled) {
        double present = limiter->measured_rate;
        if (limiter->enabled && limiter->fill_rate < present)
            present = limiter->fill_rate;
        limiter->last_max_rate = present;
        limiter->time_window_s = cbrt(limiter->last_max_rate * (1 - rules->beta) / rules->scale);
        limiter->last_throttle_ns = now_ns;
        rate = present * rules->beta;
        if (!limiter->enabled)
            limiter->last_fill_ns = now_ns;
        limiter->enabled = true;
    } else {
        double elapsed_s = seconds_between(limiter->last_throttle_ns, now_ns) - limiter->time_window_s;
        rate = rules->scale * elapsed_s * elapsed_s * elapsed_s + limiter->last_max_rate;
    }
    if (!limiter->enabled)
        return;
    if (rate > rules->maximum_rate_factor * limiter->measured_rate)
        rate = rules->maximum_rate_factor * limiter->measured_rate;
    refill(limiter, now_ns);
    limiter->fill_rate = rate > rules->minimum_fill_rate ? rate : rules->minimum_fill_rate;
    limiter->capacity = rate > rules->minimum_capacity ? rate : rules->minimum_capacity;
    if (limiter->tokens > limiter->capacity)
        limiter->tokens = limiter->capacity;
}
