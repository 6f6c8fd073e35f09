/* database_class.c: what an instance class has: "db.r5.xlarge" by its family's letter and its size; and how many connections that lets in.
 * Source: rules rds_class_*, which cite the RDS User Guide, "Hardware specifications for DB instance classes"; rds_*_per_connection and
 * aurora_mysql_max_connections_*. */
#include "database_state.h"

#include "engine/rule_book.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const database_engines[] = {"postgres", "mysql", "mariadb", "aurora-postgresql", "aurora-mysql", NULL};

/* A rule of the class, by a word of its name. */
static bool class_rule(const struct rule_book *rules, const char *what, const char *word, double *value)
{
    char name[80];
    snprintf(name, sizeof name, "rds_class_%s_%.20s", what, word);
    const struct rule *rule = rule_find(rules, name);
    if (rule)
        *value = rule->number;
    return rule && rule->number > 0;
}

bool database_class(const struct rule_book *rules, const char *class, int64_t *vcpus, double *memory_bytes)
{
    double cpus, memory_gib, factor;
    const char *size = class && strncmp(class, "db.", 3) == 0 ? strchr(class + 3, '.') : NULL;
    if (!size || size == class + 3 || !isdigit((unsigned char)class[4]))
        return false;
    const char family[] = {class[3], '\0'};
    if (!class_rule(rules, "vcpus", size + 1, &cpus) || !class_rule(rules, "gib", size + 1, &memory_gib) ||
        !class_rule(rules, "memory_factor", family, &factor))
        return false;
    *vcpus = (int64_t)fmin(fmax(cpus, 1), 1024);
    *memory_bytes = memory_gib * factor * rule_share(rules, "rds_memory_share") * 1024 * 1024 * 1024;
    return true;
}

static int64_t by_memory(double memory_bytes, double bytes_per_connection, double most)
{
    return (int64_t)floor(fmin(memory_bytes / fmax(bytes_per_connection, 1), most));
}

int64_t database_default_connections(const struct rule_book *rules, enum database_engine engine, const char *class, double memory_bytes)
{
    char name[96];
    const struct rule *rule;
    switch (engine) {
    case ENGINE_POSTGRES:
    case ENGINE_AURORA_POSTGRES:
        return by_memory(memory_bytes, rule_number(rules, "rds_postgres_bytes_per_connection"),
                         rule_number(rules, "rds_postgres_max_connections_cap"));
    case ENGINE_MYSQL:
        return by_memory(memory_bytes, rule_number(rules, "rds_mysql_bytes_per_connection"), 100000);
    case ENGINE_MARIADB:
        return by_memory(memory_bytes, rule_number(rules, "rds_mariadb_bytes_per_connection"),
                         rule_number(rules, "rds_mariadb_max_connections_cap"));
    case ENGINE_AURORA_MYSQL:
        snprintf(name, sizeof name, "aurora_mysql_max_connections_%.40s", class);
        rule = rule_find(rules, name);
        return rule ? (int64_t)fmin(fmax(rule->number, 1), 100000) : 0;
    }
    return 0;
}
