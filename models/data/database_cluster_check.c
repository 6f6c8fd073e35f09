/* database_cluster_check.c: which instances a cluster has, and what of it cannot be. */
#include "database_state.h"

#include "engine/rule_book.h"

#include <string.h>

#define INSTANCES 3 /* of a cluster that is not Aurora's: models/rewrites.c makes them */

static const char refusal_class[] = "rds_cluster_class";
const char *const database_cluster_refusals[] = {"database_engine", "database_role", refusal_class, NULL};

/* Its instances, in the order of the file. */
static void find_members(struct validation *validation, struct database_cluster *cluster)
{
    uint32_t *members = NULL, entities = validation_entity_count(validation), self = validation_self(validation);
    for (uint32_t i = 0; i < entities; i++) {
        if (!model_is(validation_type(validation, i), DATABASE_INSTANCE_TYPE) ||
            ((const struct database *)validation_config(validation, i))->config.cluster != self)
            continue;
        members = members ? members : validation_alloc(validation, entities, sizeof *members);
        if (!members)
            return;
        members[cluster->member_count++] = i;
        validation_flow(validation, self, i);
    }
    cluster->members = members;
}

/* Has the class a disk of its own, "db.m6gd.large"? Others are not offered. */
static bool has_disk(const char *class)
{
    size_t family = strncmp(class, "db.", 3) == 0 ? strcspn(class + 3, ".") : 0;
    for (size_t i = 1; i < family; i++)
        if (class[3 + i] == 'd')
            return true;
    return false;
}

/* What only Aurora's clusters have. */
static void check_aurora_only(struct validation *validation, const struct database_cluster *cluster)
{
    if (cluster->scales)
        validation_error(validation, "ServerlessV2ScalingConfiguration", "make it an Aurora cluster",
                         "only Aurora's instances are serverless");
    if (cluster->place.name)
        validation_error(validation, "GlobalClusterIdentifier", "make it an Aurora cluster",
                         "only Aurora's clusters are of global databases");
    if (cluster->storage_type > STORAGE_IO2)
        validation_error(validation, "StorageType", "gp3, io1 or io2", "only Aurora's clusters have such storage");
    else if (cluster->storage_type != STORAGE_GP3 && cluster->iops == 0)
        validation_warning(validation, "StorageType", "say Iops", "storage of this type is billed by its Iops, too, and these are 0");
}

/* Aurora's instances are resources, those of a Multi-AZ DB cluster come by themselves. Source: RDS User Guide, "Multi-AZ DB cluster
 * deployments". */
static void check_kind(struct validation *validation, const struct database_cluster *cluster)
{
    const int engine = cluster->settings.engine;
    if (!cluster->settings.engine_given)
        return; /* that it is missing is said */
    if (database_is_aurora(engine)) {
        if (cluster->instance_class)
            validation_error(validation, "DBClusterInstanceClass", "say DBInstanceClass of its instances",
                             "instances of an Aurora cluster are resources of their own");
        return;
    }
    if (engine != ENGINE_POSTGRES && engine != ENGINE_MYSQL)
        validation_error(validation, "Engine", "postgres or mysql", "a Multi-AZ DB cluster is of no engine %s", database_engines[engine]);
    else if (!cluster->instance_class)
        validation_error(validation, "Engine", "say DBClusterInstanceClass, or make it an Aurora cluster",
                         "a Multi-AZ DB cluster says the class of its instances");
    else if (!has_disk(cluster->instance_class) && !validation_allowed(validation, refusal_class))
        validation_error(validation, "DBClusterInstanceClass",
                         "such as db.m5d.large or db.r6gd.xlarge, or allow_invalid: [\"rds_cluster_class\"]",
                         "a Multi-AZ DB cluster is of a class with a disk of its own, \"db.m6gd\"");
    else if (cluster->member_count != INSTANCES)
        validation_error(validation, NULL, "leave the AWS::RDS::DBInstance out",
                         "a Multi-AZ DB cluster has a writer and two readers, which come by themselves");
    check_aurora_only(validation, cluster);
}

static void check_capacity(struct validation *validation, struct database_cluster *cluster)
{
    bool used = false;
    if (!database_cluster_capacity(validation, validation_self(validation)))
        return;
    if (cluster->least_acu > cluster->most_acu)
        validation_error(validation, "ServerlessV2ScalingConfiguration.MinCapacity", "at most MaxCapacity",
                         "MinCapacity is %.15g ACU, and MaxCapacity %.15g", cluster->least_acu, cluster->most_acu);
    if (cluster->pause_given && cluster->least_acu > 0)
        validation_warning(validation, "ServerlessV2ScalingConfiguration.SecondsUntilAutoPause", "MinCapacity: 0",
                           "has no effect: an instance pauses only where MinCapacity is 0");
    for (uint32_t i = 0; i < cluster->member_count; i++) {
        const struct database_config *member = &((const struct database *)validation_config(validation, cluster->members[i]))->config;
        used = used || (member->class && strcmp(member->class, DATABASE_SERVERLESS_CLASS) == 0);
    }
    if (!used && cluster->member_count > 0)
        validation_warning(validation, "ServerlessV2ScalingConfiguration", "DBInstanceClass: db.serverless",
                           "has no effect: none of its instances is serverless");
}

/* The global database that it says is there. */
static void check_place(struct validation *validation, struct database_cluster *cluster)
{
    struct database_global_place *place = &cluster->place;
    place->global = database_global_of(validation, validation_self(validation));
    if (place->global == ENTITY_NONE && place->name)
        validation_error(validation, "GlobalClusterIdentifier", "add an AWS::RDS::GlobalCluster of that name, or {\"Ref\": ...} to one",
                         "there is no global database \"%s\"", place->name);
    if (place->global == ENTITY_NONE && (place->region || place->forwards))
        validation_warning(validation, place->region ? "behavior.region" : "EnableGlobalWriteForwarding", "say GlobalClusterIdentifier",
                           "has no effect: the cluster is in no global database");
}

void database_cluster_validate(struct validation *validation, void *config)
{
    struct database_cluster *cluster = config;
    find_members(validation, cluster);
    check_kind(validation, cluster);
    cluster->writer = cluster->member_count > 0 ? cluster->members[0] : ENTITY_NONE;
    if (cluster->writer == ENTITY_NONE && (database_is_aurora(cluster->settings.engine) || !cluster->settings.engine_given))
        validation_error(validation, NULL, "add an AWS::RDS::DBInstance whose DBClusterIdentifier names it", "a cluster needs an instance");
    check_capacity(validation, cluster);
    check_place(validation, cluster);
    validation_contents_where(validation, database_is_read, NULL, &cluster->reads);
    validation_contents_where(validation, database_is_write, NULL, &cluster->writes);
    if (!cluster->settings.engine_given)
        validation_error(validation, NULL, "such as aurora-postgresql or aurora-mysql", "\"Engine\" is missing");
    if (cluster->reads_from == FROM_READERS && cluster->member_count == 1)
        validation_warning(validation, "behavior.reads_from", "add an AWS::RDS::DBInstance to it",
                           "it has no reader: its reader endpoint leads to the writer");
    database_news_find(validation, &cluster->news);
    database_check_writes(validation, &cluster->settings);
}
