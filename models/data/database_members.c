/* database_members.c: which instance answers for a cluster, and who is a proxy: what others in this folder ask of them. */
#include "database_state.h"

#include "engine/rule_book.h"

#include <math.h>

extern const struct model_type database_cluster_type, database_proxy_type;

const struct database_capacity *database_cluster_capacity(const struct validation *validation, uint32_t entity)
{
    struct database_cluster *cluster = validation_config(validation, entity);
    cluster->capacity = (struct database_capacity){.least = llround(cluster->least_acu * 2),
                                                   .most = llround(cluster->most_acu * 2),
                                                   .pause_ns = cluster->least_acu > 0 ? 0 : cluster->pause_ns};
    return cluster->scales ? &cluster->capacity : NULL;
}

static const struct database_cluster *cluster_at(const struct simulation *simulation, uint32_t entity)
{
    return simulation->entities[entity].type == &database_cluster_type ? entity_state(simulation, entity) : NULL;
}

uint32_t database_instance_of(const struct simulation *simulation, uint32_t entity)
{
    const struct database_cluster *cluster = cluster_at(simulation, entity);
    if (!cluster)
        return entity;
    return cluster->failover.under_way ? cluster->failover.heir : cluster->writer;
}

uint32_t database_writer_of(const struct simulation *simulation, uint32_t cluster)
{
    return cluster_at(simulation, cluster)->writer;
}

const uint32_t *database_members_of(const struct simulation *simulation, uint32_t cluster, uint32_t *count)
{
    *count = cluster_at(simulation, cluster)->member_count;
    return cluster_at(simulation, cluster)->members;
}

struct database_failover *database_failover_of(const struct simulation *simulation, uint32_t entity)
{
    if (cluster_at(simulation, entity))
        return &((struct database_cluster *)entity_state(simulation, entity))->failover;
    return &((struct database *)entity_state(simulation, entity))->failover;
}

const struct distribution *database_commit_of(const struct simulation *simulation, uint32_t cluster)
{
    const struct database_cluster *own = cluster == ENTITY_NONE ? NULL : cluster_at(simulation, cluster);
    if (!own || database_is_aurora(own->settings.engine))
        return NULL;
    return own->commit ? own->commit : rule_find(simulation->settings->rules, "rds_cluster_commit")->distribution;
}

static int64_t connections_at(const struct simulation *simulation, uint32_t instance)
{
    return ((const struct database *)entity_state(simulation, instance))->config.max_connections;
}

int64_t database_connections_most(const struct simulation *simulation, uint32_t entity)
{
    const struct database_cluster *cluster = cluster_at(simulation, entity);
    int64_t most = cluster ? 0 : connections_at(simulation, entity);
    for (uint32_t i = 0; cluster && i < cluster->member_count; i++) {
        int64_t connections = connections_at(simulation, cluster->members[i]);
        most = connections > most ? connections : most;
    }
    return most;
}

bool database_kept_connection(const struct simulation *simulation, const struct request *request, uint64_t *client, int64_t *since_ns)
{
    const struct entity *sender = request->from == ENTITY_NONE ? NULL : &simulation->entities[request->from];
    return sender && sender->type->through_connection &&
           sender->type->through_connection(simulation, sender->state, request, client, since_ns);
}

bool database_is_proxy(const struct simulation *simulation, uint64_t client)
{
    return client != CONNECTABLE_NOBODY && simulation->entities[client >> 32].type == &database_proxy_type;
}
