/* database_failover.c: what all failovers have in common: how long they take, and that there is one at a time. For that long clients cannot
 * connect; who stands in front hears of it when it begins. Sources: rules rds_failover_* and aurora_failover_*, which cite the RDS User
 * Guide, "Failing over a Multi-AZ DB instance", and the Aurora User Guide, "High availability for Amazon Aurora". */
#include "database_state.h"

#include "engine/rule_book.h"

void database_failover_init(struct simulation *simulation, struct database_failover *failover, uint32_t entity)
{
    failover->heir = ENTITY_NONE;
    stream_init(&failover->times, simulation->settings->seed, simulation->replication, simulation->entities[entity].name, "failover_time");
}

void database_failover_fini(struct database_failover *failover)
{
    listeners_fini(&failover->listeners);
}

int64_t database_failover_draw_ns(struct database_failover *failover, const struct distribution *time)
{
    stream_at(&failover->times, failover->ordinal, 0);
    return distribution_sample_ns(time, &failover->times.rng);
}

bool database_failover_begin(struct simulation *simulation, struct database_failover *failover, uint32_t entity, uint16_t kind,
                             uint32_t heir, const struct distribution *time, const char *fallback)
{
    if (failover->under_way)
        return false;
    const struct distribution *drawn = time ? time : rule_find(simulation->settings->rules, fallback)->distribution;
    int64_t ns = database_failover_draw_ns(failover, drawn);
    return database_failover_begin_for(simulation, failover, entity, kind, heir, ns);
}

bool database_failover_begin_for(struct simulation *simulation, struct database_failover *failover, uint32_t entity, uint16_t kind,
                                 uint32_t heir, int64_t ns)
{
    if (failover->under_way)
        return false;
    failover->ordinal++;
    failover->under_way = true;
    failover->heir = heir;
    failover->began_ns = simulation->now_ns;
    failover->until_ns = time_add(simulation->now_ns, ns);
    counter_add(&failover->count, 1);
    tally_add(&failover->time, TALLY_ALL, ns);
    simulation_schedule(simulation, entity, kind, RANK_COMPLETION, failover->until_ns, 0);
    return true;
}

void database_failover_end(struct database_failover *failover)
{
    failover->under_way = false;
}
