/* poller_fleet.c: how many batches of a queue are worked on at once. */
#include "poller_fleet.h"

#include "engine/sim_time.h"

#include <math.h>

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Whatever a scenario sets a rule to, somebody polls. */
static int64_t at_least_one(const struct rule_book *rules, const char *name)
{
    return rule_count(rules, name, 1, UINT32_MAX);
}

static void init_common(struct poller_fleet *fleet, const struct rule_book *rules)
{
    fleet->stepwise = rule_flag(rules, "sqs_scale_up_stepwise");
    fleet->failing_share = rule_share(rules, "sqs_error_scale_down_share");
    fleet->idle_share = rule_share(rules, "sqs_scale_down_idle_share");
    fleet->since_ns = -1;
    fleet->lanes = fleet->initial;
}

void poller_fleet_init(struct poller_fleet *fleet, const struct rule_book *rules, int64_t maximum)
{
    int64_t most = at_least_one(rules, "sqs_max_concurrency");
    *fleet = (struct poller_fleet){
        .most = maximum > 0 ? smaller(most, maximum) : most,
        .per_unit = 1,
        .per_minute = rule_number(rules, "sqs_scale_up_per_min"),
    };
    fleet->initial = smaller(at_least_one(rules, "sqs_initial_concurrency"), fleet->most);
    /* With a maximum concurrency the pollers do not go below the initial ones. */
    bool below = maximum == 0 && rule_flag(rules, "sqs_scale_down_below_initial");
    fleet->floor = below ? smaller(at_least_one(rules, "sqs_scale_down_min"), fleet->initial) : fleet->initial;
    init_common(fleet, rules);
}

void poller_fleet_init_provisioned(struct poller_fleet *fleet, const struct rule_book *rules, int64_t least_pollers, int64_t most_pollers)
{
    int64_t per_unit = at_least_one(rules, "sqs_poller_invocations");
    *fleet = (struct poller_fleet){
        .initial = least_pollers * per_unit,
        .floor = least_pollers * per_unit,
        .most = most_pollers * per_unit,
        .per_unit = per_unit,
        .per_minute = rule_number(rules, "sqs_poller_scale_up_per_min"),
        .poll_ns = rule_interval_ns(rules, "sqs_poller_polls_per_s"),
        .bytes_per_s = (double)rule_bytes(rules, "sqs_poller_mb_per_s"),
    };
    init_common(fleet, rules);
}

/* The share of calls that fail: as in the last minute, or worse. */
static double failing(const struct poller_fleet *fleet)
{
    double present = fleet->calls > 0 ? (double)fleet->failures / (double)fleet->calls : 0;
    return present > fleet->failing ? present : fleet->failing;
}

void poller_fleet_backlog(struct poller_fleet *fleet, int64_t now_ns)
{
    fleet->since_ns = now_ns;
    fleet->ticks = 0;
    fleet->credit = 0;
}

void poller_fleet_relax(struct poller_fleet *fleet)
{
    fleet->since_ns = -1;
}

int64_t poller_fleet_next_growth(const struct poller_fleet *fleet)
{
    if (fleet->since_ns < 0 || !(fleet->per_minute > 0) || fleet->lanes >= fleet->most)
        return TIME_FOREVER;
    /* Each from the beginning of the backlog, so that rounding does not add up. */
    double interval_ns = fleet->stepwise ? (double)NS_PER_MIN : (double)NS_PER_MIN / fleet->per_minute;
    return time_add(fleet->since_ns, time_from_double(interval_ns * (double)(fleet->ticks + 1)));
}

void poller_fleet_grow(struct poller_fleet *fleet)
{
    fleet->ticks++;
    fleet->credit += (fleet->stepwise ? fleet->per_minute : 1) * (1 - failing(fleet));
    double whole = floor(fleet->credit), room = (double)(fleet->most - fleet->lanes);
    fleet->credit -= whole;
    fleet->lanes += (int64_t)(whole < room ? whole : room);
}

void poller_fleet_called(struct poller_fleet *fleet, bool failed)
{
    fleet->calls++;
    fleet->failures += failed;
}

void poller_fleet_idle(struct poller_fleet *fleet, int64_t idle)
{
    if (idle < fleet->least_idle)
        fleet->least_idle = idle;
}

void poller_fleet_observe(struct poller_fleet *fleet, int64_t idle)
{
    fleet->calls = fleet->failures = 0;
    fleet->least_idle = idle;
}

bool poller_fleet_review(struct poller_fleet *fleet, int64_t idle)
{
    fleet->failing = fleet->calls > 0 ? (double)fleet->failures / (double)fleet->calls : 0;
    int64_t failed = (int64_t)ceil((double)fleet->lanes * fleet->failing_share * fleet->failing);
    int64_t unneeded = (int64_t)ceil((double)fleet->least_idle * fleet->idle_share);
    int64_t left = fleet->lanes - (failed > unneeded ? failed : unneeded);
    fleet->lanes = left > fleet->floor ? left : fleet->floor;
    poller_fleet_observe(fleet, idle);
    return poller_fleet_above_floor(fleet) || fleet->failing > 0;
}

bool poller_fleet_above_floor(const struct poller_fleet *fleet)
{
    return fleet->lanes > fleet->floor;
}

/* A poller makes one poll at a time: all together may make as many at once as there are, and no more are saved up. */
int64_t poller_fleet_next_poll(const struct poller_fleet *fleet)
{
    return pace_next_ns(&fleet->pace, fleet->poll_ns - fleet->poll_ns / poller_fleet_units(fleet, fleet->lanes));
}

void poller_fleet_polled(struct poller_fleet *fleet, int64_t now_ns, uint64_t bytes)
{
    if (fleet->poll_ns == 0)
        return;
    double cost_ns = (double)bytes / fleet->bytes_per_s * (double)NS_PER_S;
    if (cost_ns < (double)fleet->poll_ns)
        cost_ns = (double)fleet->poll_ns;
    pace_spend(&fleet->pace, now_ns, time_from_double(cost_ns / (double)poller_fleet_units(fleet, fleet->lanes)));
}

int64_t poller_fleet_units(const struct poller_fleet *fleet, int64_t lanes)
{
    return (lanes + fleet->per_unit - 1) / fleet->per_unit;
}
