/* database_check.c: what of a database cannot be, and what its cluster says for it.
 * Source: RDS User Guide and Aurora User Guide, "Invoking a Lambda function": RDS for PostgreSQL, Aurora PostgreSQL and Aurora MySQL can.
 */
#include "database_state.h"

#include "engine/rule_book.h"
#include "engine/sending.h"

#include <stdio.h>
#include <string.h>

static const char refusal_engine[] = "database_engine";
static const char refusal_role[] = "database_role";
const char *const database_refusals[] = {refusal_engine, refusal_role, NULL};

static bool engine_invokes(int engine)
{
    return engine == ENGINE_POSTGRES || engine == ENGINE_AURORA_POSTGRES || engine == ENGINE_AURORA_MYSQL;
}

/* Aurora MySQL's roles have no feature: a parameter of the cluster names the one that calls functions. */
static bool has_role(const struct database_settings *settings)
{
    const struct database_role *roles = settings->roles.items;
    for (size_t i = 0; i < settings->roles.count; i++)
        if (roles[i].feature ? strcmp(roles[i].feature, "Lambda") == 0 : settings->engine == ENGINE_AURORA_MYSQL)
            return true;
    return false;
}

/* A call waits as long as the database does, where the step does not say less. */
static void limit_call(struct validation *validation, const struct database_settings *settings, struct step *step)
{
    if (step->call->timeout_ns == 0 && settings->engine != ENGINE_AURORA_MYSQL)
        step->call->timeout_ns = database_invoke_timeout_ns(validation, settings->parameter_group);
}

struct write_check {
    struct validation *validation;
    const struct database_settings *settings;
};

static void check_step(void *context, struct step *step, const char *place)
{
    const struct write_check *check = context;
    struct validation *validation = check->validation;
    if (step->kind == STEP_CPU)
        validation_error(validation, place, "add it to query", "a write's own work is its query");
    if (step->kind != STEP_CALL || step->call->target == ENTITY_NONE)
        return;
    if (!model_takes(validation_type(validation, step->call->target), "Invoke"))
        validation_error(validation, place, "let a function do it", "a database calls functions alone, and %s is %s",
                         validation_name(validation, step->call->target), validation_type(validation, step->call->target)->type);
    if (step->call->via != ENTITY_NONE)
        validation_error(validation, place, "leave it out", "a database calls functions directly: `via` is for a function's steps");
    if (!step->call->part)
        step->call->target = validation_callee(validation, NULL, step->call->target);
    validation_flow(validation, validation_self(validation), step->call->target);
    limit_call(validation, check->settings, step);
}

struct right_check {
    struct validation *validation;
    struct deed deed;
};

static void check_right(void *context, struct step *step, const char *place)
{
    const struct right_check *check = context;
    struct deed deed = check->deed;
    if (step->kind != STEP_CALL || step->call->target == ENTITY_NONE)
        return;
    deed.target = step->call->target;
    deed.contents = &step->call->content;
    deed.property = place;
    validation_may(check->validation, &deed);
}

/* Writes call functions in the name of the role with the feature Lambda, which lets RDS in. Source: RDS and Aurora user guides, "Invoking
 * an AWS Lambda function". `said`: of the cluster already. */
static void check_rights(struct validation *validation, const struct database_settings *settings, bool said)
{
    const struct database_role *roles = settings->roles.items;
    for (size_t i = 0; i < settings->roles.count; i++) {
        char property[60];
        uint32_t role = validation_role(validation, roles[i].role);
        snprintf(property, sizeof property, "AssociatedRoles[%zu].RoleArn", i);
        if (role == ENTITY_NONE || settings->on_write.count == 0 || (roles[i].feature && strcmp(roles[i].feature, "Lambda") != 0))
            continue;
        if (!said)
            validation_may_assume(validation, role, "rds.amazonaws.com", false, property);
        steps_visit(&settings->on_write, "behavior.on_write", check_right,
                    &(struct right_check){validation, {.from = validation_self(validation), .holder = role, .silent = said}});
    }
}

void database_check_writes(struct validation *validation, struct database_settings *settings)
{
    if (settings->on_write.count == 0)
        return;
    if (!engine_invokes(settings->engine) && !validation_allowed(validation, refusal_engine))
        validation_error(validation, "behavior.on_write", "Engine postgres, aurora-postgresql or aurora-mysql; or let who writes call",
                         "a database of engine %s cannot call a function (allow_invalid: %s: then every such write fails)",
                         database_engines[settings->engine], refusal_engine);
    else if (!has_role(settings) && !validation_allowed(validation, refusal_role))
        validation_error(
            validation, "behavior.on_write", "AssociatedRoles: [{\"FeatureName\": \"Lambda\", \"RoleArn\": ...}]",
            "calling a function needs an associated role of the feature Lambda (allow_invalid: %s: then every such write fails)",
            refusal_role);
    steps_visit(&settings->on_write, "behavior.on_write", check_step, &(struct write_check){validation, settings});
    check_rights(validation, settings, false);
}

const char *const database_operations[] = {"read", "write", "SELECT", "INSERT", "UPDATE", "DELETE", NULL};

bool database_is_read(const struct content *content, const void *context)
{
    (void)context;
    return content->operation && (strcmp(content->operation, "read") == 0 || strcmp(content->operation, "SELECT") == 0);
}

bool database_is_write(const struct content *content, const void *context)
{
    return content->operation && !database_is_read(content, context);
}

/* What the instance does not say itself is its cluster's. */
static void inherit(struct validation *validation, struct database_config *config)
{
    struct database_settings *own = &config->settings;
    if (config->cluster == ENTITY_NONE)
        return;
    if (!model_is(validation_type(validation, config->cluster), DATABASE_CLUSTER_TYPE)) {
        validation_error(validation, "DBClusterIdentifier", "name an AWS::RDS::DBCluster", "%s is %s",
                         validation_name(validation, config->cluster), validation_type(validation, config->cluster)->type);
        return;
    }
    const struct database_settings *cluster = validation_config(validation, config->cluster);
    if (!own->engine_given)
        own->engine = cluster->engine;
    if (cluster->engine != own->engine)
        validation_error(validation, "Engine", database_engines[cluster->engine], "its cluster is of engine %s",
                         database_engines[cluster->engine]);
    own->replication_lag = own->replication_lag ? own->replication_lag : cluster->replication_lag;
    own->query = own->query ? own->query : cluster->query;
    own->pinning_rate = own->pinning_rate > 0 ? own->pinning_rate : cluster->pinning_rate;
    own->connect_time = own->connect_time ? own->connect_time : cluster->connect_time;
    own->parameter_group = own->parameter_group ? own->parameter_group : cluster->parameter_group;
    if (own->roles.count == 0)
        own->roles = cluster->roles;
    if (own->on_write.count == 0)
        own->on_write = cluster->on_write;
}

static void size_up_serverless(struct validation *validation, struct database_config *config)
{
    const struct rule_book *rules = validation_rules(validation);
    const enum database_engine engine = (enum database_engine)config->settings.engine;
    if (config->cluster == ENTITY_NONE || !model_is(validation_type(validation, config->cluster), DATABASE_CLUSTER_TYPE)) {
        validation_error(validation, "DBInstanceClass", "add an Aurora cluster, or name a class such as db.r6g.large",
                         "an instance of the class %s belongs to an Aurora cluster", DATABASE_SERVERLESS_CLASS);
        return;
    }
    config->capacity = database_cluster_capacity(validation, config->cluster);
    if (!config->capacity) {
        validation_error(validation, "DBInstanceClass", "add ServerlessV2ScalingConfiguration to the cluster",
                         "%s does not say what capacity its serverless instances have", validation_name(validation, config->cluster));
        return;
    }
    config->memory_bytes = database_serverless_memory(rules, config->capacity);
    if (!database_group_connections(validation, config, &config->max_connections))
        config->max_connections = database_serverless_connections(rules, engine, config->capacity);
}

static void size_up(struct validation *validation, struct database_config *config)
{
    const struct rule_book *rules = validation_rules(validation);
    if (!config->class)
        return; /* that it is missing was said */
    const enum database_engine engine = (enum database_engine)config->settings.engine;
    if (strcmp(config->class, DATABASE_SERVERLESS_CLASS) == 0) {
        size_up_serverless(validation, config);
        return;
    }
    if (!database_class(rules, config->class, &config->vcpus, &config->memory_bytes)) {
        validation_error(validation, "DBInstanceClass", "such as db.t3.medium, db.m5.large or db.r6g.xlarge",
                         "the rules rds_class_* know no class \"%s\"", config->class);
        return;
    }
    if (!database_group_connections(validation, config, &config->max_connections))
        config->max_connections = database_default_connections(rules, engine, config->class, config->memory_bytes);
    if (config->max_connections < 1)
        validation_error(validation, "DBInstanceClass", "choose another, or give max_connections in a parameter group",
                         "the rules aurora_mysql_max_connections_* have no value for %s", config->class);
    config->item = database_line_item(engine, config->class, config->vcpus, &config->item_units);
    if (!config->item)
        validation_warning(validation, "DBInstanceClass", NULL, "the book of prices has none for %s with engine %s: it is not billed",
                           config->class, database_engines[engine]);
}

/* A read replica is of its source's engine. */
static void check_source(struct validation *validation, struct database_config *config)
{
    if (config->source == ENTITY_NONE)
        return;
    const char *name = validation_name(validation, config->source);
    if (!model_is(validation_type(validation, config->source), DATABASE_INSTANCE_TYPE) || config->source == validation_self(validation)) {
        validation_error(validation, "SourceDBInstanceIdentifier", "name another AWS::RDS::DBInstance", "%s is %s", name,
                         config->source == validation_self(validation) ? "the replica itself"
                                                                       : validation_type(validation, config->source)->type);
        config->source = ENTITY_NONE;
        return;
    }
    const struct database_config *source = &((const struct database *)validation_config(validation, config->source))->config;
    if (config->cluster != ENTITY_NONE || source->cluster != ENTITY_NONE)
        validation_error(validation, "SourceDBInstanceIdentifier", "add an instance to the cluster: it is a reader",
                         "an instance of a cluster is no read replica, nor has any");
    if (!config->settings.engine_given)
        config->settings.engine = source->settings.engine;
    if (config->settings.engine != source->settings.engine)
        validation_error(validation, "Engine", database_engines[source->settings.engine], "its source %s is of engine %s", name,
                         database_engines[source->settings.engine]);
    if (source->source != ENTITY_NONE)
        validation_error(validation, "SourceDBInstanceIdentifier", "name what that is a replica of",
                         "%s is a read replica itself: not modelled yet", name);
}

void database_receives(struct validation *validation, const struct sending *sending, const void *blob)
{
    const struct database_config *config = &((const struct database *)blob)->config;
    const struct content_table *contents = validation_contents(validation);
    bool writes = false;
    for (size_t i = 0; i < sending->content.count; i++)
        writes = writes || database_is_write(&contents->items[sending->content.contents[i]], NULL);
    if (config->source != ENTITY_NONE && writes)
        validation_sending_error(validation, sending, sending->operation_key, "say \"read\", or send it to its source",
                                 "a read replica takes reads alone");
}

void database_validate(struct validation *validation, void *blob)
{
    struct database_config *config = &((struct database *)blob)->config;
    bool own_writes = config->settings.on_write.count > 0;
    check_source(validation, config);
    if (!config->settings.engine_given && config->cluster == ENTITY_NONE && config->source == ENTITY_NONE)
        validation_error(validation, NULL, "such as postgres or mysql", "\"Engine\" is missing");
    inherit(validation, config);
    size_up(validation, config);
    if (database_is_aurora(config->settings.engine) && config->cluster == ENTITY_NONE)
        validation_error(validation, "DBClusterIdentifier", "add an AWS::RDS::DBCluster, and name it here",
                         "an instance of engine %s belongs to a cluster", database_engines[config->settings.engine]);
    if (own_writes) /* else they are the cluster's, which checks them */
        database_check_writes(validation, &config->settings);
    else
        check_rights(validation, &config->settings, true);
    config->invokes = !engine_invokes(config->settings.engine) ? INVOKES_NO_ENGINE
                      : has_role(&config->settings)            ? INVOKES
                                                               : INVOKES_NO_ROLE;
    if (config->cluster != ENTITY_NONE && config->settings.failover_time)
        validation_warning(validation, "behavior.failover_time", "say it of the cluster",
                           "has no effect: it is the cluster that fails over");
    database_news_find(validation, &config->news);
    validation_contents_where(validation, database_is_read, NULL, &config->reads);
    validation_contents_where(validation, database_is_write, NULL, &config->writes);
}
