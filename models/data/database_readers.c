/* database_readers.c: what only reads: the readers of a cluster, and read replicas. They know what was written a little later, and refuse
 * to write. Sources: Aurora User Guide, "Replication with Amazon Aurora", "Amazon Aurora endpoint connections"; RDS User Guide, "Working
 * with DB instance read replicas"; rules aurora_replica_lag, rds_replica_lag. */
#include "database_state.h"

#include "engine/rule_book.h"

static bool is_replica(const struct database *database)
{
    return database->config.source != ENTITY_NONE;
}

/* Does it read what was written from the other's log, and not from a storage of both? */
static bool by_log(const struct database *database)
{
    return is_replica(database) || !database_is_aurora(database->config.settings.engine);
}

bool database_only_reads(const struct simulation *simulation, const struct database *database)
{
    uint32_t cluster = database->config.cluster;
    return is_replica(database) || (cluster != ENTITY_NONE && database_is_secondary(simulation, cluster)) ||
           (cluster != ENTITY_NONE && database_writer_of(simulation, cluster) != database->self &&
            database_instance_of(simulation, cluster) != database->self);
}

void database_readers_create(struct simulation *simulation, struct database *database)
{
    stream_init(&database->lags, simulation->settings->seed, simulation->replication, simulation->entities[database->self].name,
                "replication_lag");
    if (!database->config.settings.replication_lag)
        database->config.settings.replication_lag =
            rule_find(simulation->settings->rules, by_log(database) ? "rds_replica_lag" : "aurora_replica_lag")->distribution;
}

/* It sees what was written up to its lag ago: something was written since? */
void database_readers_read(struct simulation *simulation, struct database *database, const struct request *request)
{
    if (!is_replica(database) && database_is_secondary(simulation, database->config.cluster)) {
        counter_add(&database->metrics.stale_reads, database_global_is_behind(simulation, database->config.cluster));
        return;
    }
    uint32_t from = is_replica(database) ? database->config.source : database_writer_of(simulation, database->config.cluster);
    int64_t lag_ns = distribution_draw_ns(database->config.settings.replication_lag, &database->lags, request->item, request->attempt);
    const struct database *source = entity_state(simulation, from);
    tally_add(by_log(database) ? &database->metrics.replica_lag : &database->metrics.aurora_lag, TALLY_ALL, lag_ns);
    counter_add(&database->metrics.stale_reads, source->wrote_ns >= 0 && simulation->now_ns - source->wrote_ns < lag_ns);
}
