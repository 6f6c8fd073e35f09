/* server_credits.c: CPU credits of burstable instances: earned at the baseline all the time, spent as vCPUs work.
 * Source: Amazon EC2 User Guide, "Key concepts and definitions for burstable performance instances", "Unlimited mode", "Standard mode":
 * what is not spent is kept up to what a day earns; an unlimited instance goes on with surplus credits, pays them back while it does less
 * than its baseline, and what it has not paid back is billed; a standard one comes down to its baseline (at once, here) until it has
 * credits again. T3 and T4g begin with none. Rules ec2_burst_*. Assumptions: what is owed at the end of the run is billed, as it is when an
 * instance ends; tasks that stand on an instance spend its credits, and are not slowed for want of them. */
#include "server_credits.h"

#include "engine/rule_book.h"

#include <math.h>

#define SURPLUS_UNITS 1e6 /* of a vCPU: a baseline is no whole number of CPU_UNITS */

static double baseline_of(const struct servers *servers, const struct server *server)
{
    return servers->kinds[server->kind].size.baseline_vcpus;
}

static struct gauge *surplus_of(const struct simulation *simulation, struct servers *servers, const struct server *server)
{
    struct kind_figures *kind = server_kind_figures(simulation, servers, server->kind);
    return kind ? &kind->surplus : &servers->metrics.surplus;
}

/* Up to now, by what has worked so far. */
static void advance(const struct simulation *simulation, const struct servers *servers, struct server *server)
{
    struct server_credits *credits = &server->credits;
    double most = servers->credits_kept_ns * baseline_of(servers, server);
    credits->balance_ns += (double)(simulation->now_ns - credits->at_ns) * (baseline_of(servers, server) - credits->busy);
    credits->at_ns = simulation->now_ns;
    if (fabs(credits->balance_ns) < 1 + servers->kinds[server->kind].size.vcpus) /* events are at whole ns */
        credits->balance_ns = 0;
    credits->balance_ns = fmin(fmax(credits->balance_ns, -most), most);
}

/* What is owed grows or shrinks so fast. */
static double surplus_rate(const struct server_credits *credits, double baseline)
{
    bool owes = credits->balance_ns < 0 || (credits->balance_ns == 0 && credits->busy > baseline);
    return owes ? credits->busy - baseline : 0;
}

static void look_ahead(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    struct server_credits *credits = &servers->list[which].credits;
    double rate = baseline_of(servers, &servers->list[which]) - credits->busy;
    if (credits->balance_ns * rate >= 0)
        return; /* away from none */
    int64_t due_ns = time_add(simulation->now_ns, time_from_double(ceil(fabs(credits->balance_ns / rate))));
    if (due_ns >= credits->due_ns || due_ns >= simulation->end_ns)
        return;
    credits->due_ns = due_ns;
    simulation_schedule(simulation, servers->self, SERVERS_CREDITS, RANK_COMPLETION, due_ns, which);
}

/* By what works now. Of a standard instance also how fast it may. */
static void settle(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    struct server *server = &servers->list[which];
    struct server_credits *credits = &server->credits;
    double baseline = baseline_of(servers, server);
    if (servers->credit_mode == CREDITS_STANDARD) {
        bool held = credits->balance_ns <= 0 && server->processor.threads > baseline;
        processor_set_vcpus(&server->processor, simulation->now_ns, held ? baseline : servers->kinds[server->kind].size.vcpus);
        if (held != credits->held)
            gauge_add(&servers->metrics.held, simulation->now_ns, held ? 1 : -1);
        credits->held = held;
    }
    credits->busy = processor_busy(&server->processor) + server->guest_vcpus;
    double surplus = servers->credit_mode == CREDITS_STANDARD ? 0 : surplus_rate(credits, baseline);
    int64_t level = (int64_t)lround(surplus * SURPLUS_UNITS);
    if (level != credits->level)
        gauge_add(surplus_of(simulation, servers, server), simulation->now_ns, level - credits->level);
    credits->level = level;
    look_ahead(simulation, servers, which);
}

void credits_begin(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    struct server *server = &servers->list[which];
    server->credits = (struct server_credits){.at_ns = simulation->now_ns, .due_ns = TIME_FOREVER};
    if (baseline_of(servers, server) > 0)
        settle(simulation, servers, which);
}

void credits_end(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    struct server *server = &servers->list[which];
    gauge_add(surplus_of(simulation, servers, server), simulation->now_ns, -server->credits.level);
    gauge_add(&servers->metrics.held, simulation->now_ns, -(int64_t)server->credits.held);
    server->credits = (struct server_credits){.due_ns = TIME_FOREVER};
}

void credits_moved(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    struct server *server = &servers->list[which];
    if (baseline_of(servers, server) <= 0 || server->phase == SERVER_ABSENT)
        return;
    advance(simulation, servers, server);
    settle(simulation, servers, which);
}

bool credits_due(struct simulation *simulation, struct servers *servers, uint32_t which)
{
    struct server_credits *credits = &servers->list[which].credits;
    if (credits->due_ns != simulation->now_ns || servers->list[which].phase == SERVER_ABSENT)
        return false;
    credits->due_ns = TIME_FOREVER;
    double before = servers->list[which].processor.vcpus;
    credits_moved(simulation, servers, which);
    return servers->list[which].processor.vcpus != before;
}

double credits_surplus_hours(const struct gauge *surplus)
{
    double hours = (double)surplus->whole.integral / (SURPLUS_UNITS * (double)NS_PER_HOUR);
    return hours > 0 ? hours : 0;
}
