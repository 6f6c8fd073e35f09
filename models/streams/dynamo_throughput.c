/* dynamo_throughput.c: what is there to be taken, second by second. */
#include "dynamo_throughput.h"

#include <math.h>

/* What rules may say at most, so that sums hold. */
#define UNITS_MOST INT64_C(9000000000)

const struct unit_kind read_units = {"ddb_on_demand_initial_reads", "ddb_partition_read_units", READ_PARTS};
const struct unit_kind write_units = {"ddb_on_demand_initial_writes", "ddb_partition_write_units", 1};

static int64_t whole(double units)
{
    return units < (double)UNITS_MOST ? (int64_t)fmax(units, 0) : UNITS_MOST;
}

/* Tables are taken to have been idle before the run, or just made: rule ddb_burst_full_at_start. */
static void fill(struct throughput *throughput, int64_t rate, const struct rule_book *rules, int64_t now_ns)
{
    int64_t parts = throughput->kind->parts, most = whole((double)rate * throughput->kept_s) * parts;
    token_bucket_init(&throughput->saved, most, rate * parts, NS_PER_S, now_ns);
    if (!throughput->on_demand && !rule_flag(rules, "ddb_burst_full_at_start"))
        (void)token_bucket_take(&throughput->saved, most, now_ns);
}

void throughput_create(const struct simulation *simulation, struct throughput *throughput, const struct unit_kind *kind,
                       struct throughput_figures *figures, bool on_demand)
{
    const struct rule_book *rules = simulation->settings->rules;
    int64_t now_ns = simulation->now_ns;
    throughput->kind = kind;
    throughput->figures = figures;
    throughput->on_demand = on_demand;
    throughput->there = throughput->ordered = throughput->asked;
    throughput->kept_s = on_demand ? 1 : fmax(1, rule_number(rules, "ddb_burst_s"));
    throughput->growth = (struct growth){
        .capacity = fmax(rule_number(rules, kind->initial), (double)throughput->warm),
        .most = rule_number(rules, "ddb_table_quota_units"),
        .factor = rule_number(rules, "ddb_on_demand_growth_factor"),
        .review_ns = rule_pause_ns(rules, "ddb_on_demand_review_s"),
        .lag_ns = rule_ns(rules, "ddb_on_demand_growth_s"),
    };
    int64_t rate = on_demand ? whole(throughput->growth.capacity) : throughput->there;
    fill(throughput, rate, rules, now_ns);
    if (on_demand && throughput->most > 0)
        token_bucket_init(&throughput->ceiling, throughput->most * kind->parts, throughput->most * kind->parts, NS_PER_S, now_ns);
    gauge_add(&figures->capacity, now_ns, rate);
    gauge_add(&figures->provisioned, now_ns, throughput->there);
    gauge_add(&figures->given, now_ns, throughput->there * kind->parts);
}

/* What asks for more than can ever be kept gets all of it, when it is there. */
static int64_t wanted(const struct token_bucket *bucket, int64_t parts)
{
    int64_t most = bucket->capacity / bucket->per_ns;
    return parts < most ? parts : most;
}

static bool has(struct token_bucket *bucket, int64_t parts, int64_t now_ns)
{
    return token_bucket_available(bucket, now_ns) >= wanted(bucket, parts);
}

enum unit_refusal throughput_has(struct throughput *throughput, int64_t parts, int64_t now_ns)
{
    if (throughput->on_demand && throughput->most > 0 && !has(&throughput->ceiling, parts, now_ns))
        return UNITS_MAX_ON_DEMAND;
    if (has(&throughput->saved, parts, now_ns))
        return UNITS_GRANTED;
    if (!throughput->on_demand)
        return UNITS_PROVISIONED;
    return throughput->growth.capacity >= throughput->growth.most ? UNITS_ACCOUNT : UNITS_KEY_RANGE;
}

bool throughput_take(struct throughput *throughput, int64_t parts, int64_t now_ns)
{
    struct throughput_figures *figures = throughput->figures;
    (void)token_bucket_take(&throughput->saved, wanted(&throughput->saved, parts), now_ns);
    if (throughput->on_demand && throughput->most > 0)
        (void)token_bucket_take(&throughput->ceiling, wanted(&throughput->ceiling, parts), now_ns);
    counter_add(&figures->consumed, (uint64_t)parts);
    gauge_add_piece(&figures->used, (int128)parts * NS_PER_S);
    return throughput->on_demand && growth_add(&throughput->growth, (double)parts / throughput->kind->parts, now_ns);
}

void throughput_refuse(struct throughput *throughput, enum unit_refusal refusal)
{
    counter_add(&throughput->figures->throttles, 1);
    counter_add(&throughput->figures->refused[refusal], 1);
}

bool throughput_review(struct throughput *throughput, int64_t now_ns, int64_t *at_ns)
{
    return growth_review(&throughput->growth, now_ns, at_ns);
}

static void set_rate(struct throughput *throughput, int64_t rate, int64_t now_ns)
{
    int64_t parts = throughput->kind->parts;
    token_bucket_change(&throughput->saved, whole((double)rate * throughput->kept_s) * parts, rate * parts, NS_PER_S, now_ns);
    gauge_add(&throughput->figures->capacity, now_ns, rate - throughput->figures->capacity.level);
}

void throughput_grow(struct throughput *throughput, int64_t now_ns)
{
    growth_grow(&throughput->growth);
    set_rate(throughput, whole(throughput->growth.capacity), now_ns);
}

void throughput_updated(struct throughput *throughput, int64_t now_ns)
{
    int64_t more = throughput->ordered - throughput->there;
    throughput->updating = false;
    throughput->there = throughput->ordered;
    set_rate(throughput, throughput->there, now_ns);
    gauge_add(&throughput->figures->provisioned, now_ns, more);
    gauge_add(&throughput->figures->given, now_ns, more * throughput->kind->parts);
}

double throughput_partitions(const struct throughput *throughput, const struct rule_book *rules)
{
    double units = throughput->on_demand ? throughput->growth.capacity : fmax((double)throughput->there, (double)throughput->warm);
    return units / fmax(rule_number(rules, throughput->kind->per_partition), 1);
}
