/* cache_node.c: what a node of a type has and costs. A type that the book of prices lacks costs as much as its family's `large` for each
 * two of its vCPUs, as AWS's list goes. Memcached costs what Redis OSS does. */
#include "cache_state.h"

#include "engine/rule_book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const cache_engines[] = {"memcached", "redis", "valkey", NULL};

#define HOURS "Nodes of this type x time."
#define THE_SAME "The same with Valkey."

const struct line_item cache_line_items[] = {
    {"NodeUsage:cache.m5.large", HOURS},
    {"NodeUsage:cache.m5.large:valkey", THE_SAME},
    {"NodeUsage:cache.m6g.large", HOURS},
    {"NodeUsage:cache.m6g.large:valkey", THE_SAME},
    {"NodeUsage:cache.m6g.xlarge", HOURS},
    {"NodeUsage:cache.m6g.xlarge:valkey", THE_SAME},
    {"NodeUsage:cache.m7g.large", HOURS},
    {"NodeUsage:cache.m7g.large:valkey", THE_SAME},
    {"NodeUsage:cache.m7g.xlarge", HOURS},
    {"NodeUsage:cache.m7g.xlarge:valkey", THE_SAME},
    {"NodeUsage:cache.r5.large", HOURS},
    {"NodeUsage:cache.r5.large:valkey", THE_SAME},
    {"NodeUsage:cache.r6g.large", HOURS},
    {"NodeUsage:cache.r6g.large:valkey", THE_SAME},
    {"NodeUsage:cache.r6g.xlarge", HOURS},
    {"NodeUsage:cache.r6g.xlarge:valkey", THE_SAME},
    {"NodeUsage:cache.r7g.large", HOURS},
    {"NodeUsage:cache.r7g.large:valkey", THE_SAME},
    {"NodeUsage:cache.r7g.xlarge", HOURS},
    {"NodeUsage:cache.r7g.xlarge:valkey", THE_SAME},
    {"NodeUsage:cache.t3.medium", HOURS},
    {"NodeUsage:cache.t3.medium:valkey", THE_SAME},
    {"NodeUsage:cache.t3.micro", HOURS},
    {"NodeUsage:cache.t3.micro:valkey", THE_SAME},
    {"NodeUsage:cache.t3.small", HOURS},
    {"NodeUsage:cache.t3.small:valkey", THE_SAME},
    {"NodeUsage:cache.t4g.medium", HOURS},
    {"NodeUsage:cache.t4g.medium:valkey", THE_SAME},
    {"NodeUsage:cache.t4g.micro", HOURS},
    {"NodeUsage:cache.t4g.micro:valkey", THE_SAME},
    {"NodeUsage:cache.t4g.small", HOURS},
    {"NodeUsage:cache.t4g.small:valkey", THE_SAME},
    {"ElastiCache:Serverless-CachedData", "What a serverless cache stores x time, and at least what is always billed."},
    {"ElastiCache:Serverless-CachedData:valkey", THE_SAME},
    {"ElastiCache:Serverless-ECPU", "ElastiCache Processing Units of a serverless cache."},
    {"ElastiCache:Serverless-ECPU:valkey", THE_SAME},
    {0},
};

static const struct line_item *find_item(const char *name, enum cache_engine engine)
{
    char full[160];
    snprintf(full, sizeof full, "%.120s%s", name, engine == CACHE_VALKEY ? ":valkey" : "");
    for (const struct line_item *item = cache_line_items; item->usage_type; item++)
        if (strcmp(item->usage_type, full) == 0)
            return item;
    return NULL;
}

static const struct line_item *find_node(const char *family, size_t length, const char *size, enum cache_engine engine)
{
    char name[120];
    snprintf(name, sizeof name, "NodeUsage:%.*s%.20s", (int)(length < 60 ? length : 60), family, size);
    return find_item(name, engine);
}

const struct line_item *cache_line_item(enum cache_engine engine, const char *type, double *units)
{
    const char *size = strrchr(type, '.');
    *units = 1;
    if (!size)
        return NULL;
    size_t length = (size_t)(size - type);
    const struct line_item *item = find_node(type, length, size, engine);
    if (item || !strstr(size, "xlarge"))
        return item;
    char *rest;
    double times = strtod(size + 1, &rest); /* "xlarge": once twice a `large` */
    *units = 2 * (rest == size + 1 ? 1 : times);
    return find_node(type, length, ".large", engine);
}

const struct line_item *cache_storage_item(enum cache_engine engine)
{
    return find_item("ElastiCache:Serverless-CachedData", engine);
}

const struct line_item *cache_ecpu_item(enum cache_engine engine)
{
    return find_item("ElastiCache:Serverless-ECPU", engine);
}

bool cache_node(const struct rule_book *rules, const char *type, double *maxmemory_bytes, int64_t *max_connections)
{
    char memory[120], clients[120];
    snprintf(memory, sizeof memory, "elasticache_maxmemory_%.60s", type);
    snprintf(clients, sizeof clients, "elasticache_maxclients_%.60s", type);
    const struct rule *rule = rule_find(rules, memory);
    if (!rule)
        return false;
    *maxmemory_bytes = rule->number;
    *max_connections = rule_count(rules, rule_find(rules, clients) ? clients : "elasticache_maxclients", 0, UINT32_MAX);
    return true;
}
