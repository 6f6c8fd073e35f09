/* database_proxy_check.c: what of a proxy cannot be, and what follows from its target group.
 * Sources: RDS User Guide, "Limitations for RDS Proxy", "Creating a proxy"; API Reference, CreateDBProxy. */
#include "database_proxy_state.h"

#include "engine/rule_book.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static const char refusal_count[] = "rds_proxies";
const char *const database_proxy_refusals[] = {refusal_count, NULL};

static void check_name(struct validation *validation, const char *name)
{
    size_t most = (size_t)rule_count(validation_rules(validation), "rds_proxy_name_max_chars", 1, 255);
    size_t length = name ? strlen(name) : 0;
    bool good = !name || (isalpha((unsigned char)name[0]) && name[length - 1] != '-' && !strstr(name, "--"));
    if (!name || strstr(name, "${"))
        return;
    for (size_t i = 0; i < length && good; i++)
        good = isalnum((unsigned char)name[i]) || name[i] == '-';
    if (!good)
        validation_error(validation, "DBProxyName", "such as \"orders-proxy\"",
                         "a name begins with a letter, has letters, digits and single hyphens, and does not end with one");
    else if (length > most)
        validation_error(validation, "DBProxyName", "rule rds_proxy_name_max_chars", "at most %zu characters, and these are %zu", most,
                         length);
}

/* Said once, of the first that is too many. */
static void check_count(struct validation *validation)
{
    uint32_t before = 0, most = (uint32_t)rule_count(validation_rules(validation), "rds_proxy_max_per_account", 0, INT32_MAX);
    for (uint32_t i = 0; i < validation_self(validation); i++)
        before += model_is(validation_type(validation, i), DATABASE_PROXY_TYPE);
    if (before == most && !validation_allowed(validation, refusal_count))
        validation_error(validation, NULL, "ask for a higher quota, and say allow_invalid: [\"rds_proxies\"]",
                         "an account has at most %u proxies (rule rds_proxy_max_per_account)", most);
}

/* The database that a list names, of that type; ENTITY_NONE: there is none, which is said. */
static uint32_t find_target(struct validation *validation, uint32_t group, const char *key, const struct string_list *names,
                            const char *type)
{
    uint32_t target = validation_named(validation, names->items[0]);
    if (names->count > 1)
        validation_error_of(validation, group, key, "make one proxy for each", "a proxy has one database, and these are %zu", names->count);
    if (target != ENTITY_NONE && model_is(validation_type(validation, target), type))
        return target;
    validation_error_of(validation, group, key, "name one that is in Resources", "\"%s\" is no %s", names->items[0], type);
    return ENTITY_NONE;
}

static void use_group(struct validation *validation, struct database_proxy_config *config, uint32_t entity)
{
    const struct database_proxy_group *group = validation_config(validation, entity);
    config->most_percent = group->most_percent;
    config->idle_percent = group->idle_percent;
    if (config->idle_percent < 0)
        config->idle_percent = group->most_percent * (int64_t)rule_number(validation_rules(validation), "rds_proxy_idle_percent") / 100;
    config->borrow_timeout_ns = group->borrow_timeout_ns > 0 ? group->borrow_timeout_ns : TIME_FOREVER;
    if (config->idle_percent > config->most_percent)
        validation_error_of(validation, entity, "ConnectionPoolConfigurationInfo.MaxIdleConnectionsPercent",
                            "at most MaxConnectionsPercent", "%lld percent may be idle, of %lld that there may be",
                            (long long)config->idle_percent, (long long)config->most_percent);
    if ((group->instances.count > 0) == (group->clusters.count > 0))
        validation_error_of(validation, entity, NULL, "give DBInstanceIdentifiers or DBClusterIdentifiers, one of the two",
                            "a target group needs a database: an instance or a cluster");
    else if (group->instances.count > 0)
        config->target = find_target(validation, entity, "DBInstanceIdentifiers", &group->instances, DATABASE_INSTANCE_TYPE);
    else
        config->target = find_target(validation, entity, "DBClusterIdentifiers", &group->clusters, DATABASE_CLUSTER_TYPE);
}

/* What is behind it and billed: vCPUs, each instance for two at least, and instances of the class db.serverless, which pause no more, as
 * the proxy is connected to them. Sources: rules rds_proxy_min_vcpu, rds_proxy_min_acu; Aurora User Guide, "Situations where Aurora
 * serverless doesn't auto-pause". */
static void find_instances(struct validation *validation, struct database_proxy_config *proxy)
{
    double least = rule_number(validation_rules(validation), "rds_proxy_min_vcpu");
    uint32_t entities = validation_entity_count(validation);
    uint32_t *serverless = NULL;
    for (uint32_t i = 0; i < entities; i++) {
        if (!model_is(validation_type(validation, i), DATABASE_INSTANCE_TYPE))
            continue;
        struct database_config *config = &((struct database *)validation_config(validation, i))->config;
        int64_t vcpus = 0;
        double memory_bytes;
        if ((i != proxy->target && config->cluster != proxy->target) || !config->class)
            continue;
        if (database_class(validation_rules(validation), config->class, &vcpus, &memory_bytes))
            proxy->billed_vcpus += fmax((double)vcpus, least);
        if (strcmp(config->class, DATABASE_SERVERLESS_CLASS) != 0)
            continue;
        serverless = serverless ? serverless : validation_alloc(validation, entities, sizeof *serverless);
        if (!serverless)
            return;
        config->never_pauses = true;
        serverless[proxy->serverless_count++] = i;
    }
    proxy->serverless = serverless;
    const struct database_capacity *capacity =
        serverless && proxy->target != serverless[0] ? database_cluster_capacity(validation, proxy->target) : NULL;
    if (capacity && capacity->pause_ns > 0)
        validation_warning(validation, NULL, "leave the proxy out, or set MinCapacity to 0.5 or more",
                           "%s will not pause: its proxy keeps a connection to each of its instances",
                           validation_name(validation, proxy->target));
}

void database_proxy_validate(struct validation *validation, void *blob)
{
    struct database_proxy_config *config = &((struct database_proxy *)blob)->config;
    uint32_t self = validation_self(validation), groups = 0;
    config->target = ENTITY_NONE;
    check_name(validation, config->name);
    check_count(validation);
    database_proxy_check_auth(validation, config);
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (!model_is(validation_type(validation, i), "AWS::RDS::DBProxyTargetGroup") ||
            ((const struct database_proxy_group *)validation_config(validation, i))->proxy != self)
            continue;
        if (groups++ == 0)
            use_group(validation, config, i);
        else
            validation_error_of(validation, i, "DBProxyName", "leave one of the two out", "%s has a target group already",
                                validation_name(validation, self));
    }
    if (groups == 0)
        validation_error(validation, NULL, "add an AWS::RDS::DBProxyTargetGroup whose DBProxyName names it",
                         "a proxy needs a target group, which says its database");
    if (config->target == ENTITY_NONE)
        return;
    validation_flow(validation, self, config->target);
    find_instances(validation, config);
}
