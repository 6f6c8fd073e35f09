/* placement.c: which instance of a cluster has room for a task.
 * Sources: Amazon ECS Developer Guide, "Amazon ECS task placement": instances without enough CPU and memory are left out, then each
 * strategy in its order; "Amazon ECS task placement strategies"; "Amazon ECS Linux container instance management, container instance memory
 * management": the operating system and the agent have their share of the memory, rule ecs_instance_memory_share. Assumptions: zones are
 * not told apart, so a spread over them leaves all instances alike; a spread over instances counts all tasks that stand there; ports are
 * dynamic. */
#include "placement.h"

#include "ecs_cluster.h"
#include "engine/rule_book.h"
#include "scenario/validation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct placement_strategy, field)

static const char *const placement_types[] = {"spread", "binpack", "random", NULL};

const struct property placement_strategy_properties[] = {
    {"Type", PROPERTY_ENUM, AT(type), .choices = placement_types, .required = true,
     .help = "spread: where the fewest tasks are; binpack: where the least is left; random."},
    {"Field", PROPERTY_STRING, AT(field),
     .help = "Of binpack CPU or MEMORY; of spread instanceId, or attribute:ecs.availability-zone, by which all are alike here."},
    {0},
};

static bool is_memory(const char *field)
{
    return strcmp(field, "MEMORY") == 0 || strcmp(field, "memory") == 0;
}

void placement_check(struct validation *validation, const struct servers *service)
{
    const struct placement_strategy *list = service->strategies.items;
    for (size_t i = 0; i < service->strategies.count; i++) {
        const char *field = list[i].field ? list[i].field : "";
        char place[60];
        snprintf(place, sizeof place, "PlacementStrategies[%zu].Field", i);
        bool is_cpu = strcmp(field, "CPU") == 0 || strcmp(field, "cpu") == 0;
        if (list[i].type == PLACE_BINPACK && !is_cpu && !is_memory(field))
            validation_error(validation, place, "CPU or MEMORY", "binpack has no field \"%.40s\"", field);
        else if (list[i].type == PLACE_SPREAD && strcmp(field, "instanceId") != 0 && strcmp(field, "host") != 0 &&
                 strcmp(field, "attribute:ecs.availability-zone") != 0)
            validation_error(validation, place, "instanceId, or attribute:ecs.availability-zone",
                             "not modelled yet: a spread over \"%.40s\"", field);
    }
}

static int64_t memory_of(const struct servers *group, const struct server_size *size)
{
    return (int64_t)(size->memory_gib * 1024 * group->memory_share);
}

static int64_t cpu_of(const struct server_size *size)
{
    return (int64_t)lround(size->vcpus * CPU_UNITS);
}

static int64_t task_memory(const struct servers *service)
{
    return (int64_t)ceil(service->size.memory_gib * 1024);
}

int64_t placement_fit(const struct servers *service, const struct server_size *size, const struct servers *group)
{
    int64_t by_cpu = cpu_of(size) / cpu_of(&service->size), by_memory = memory_of(group, size) / task_memory(service);
    return by_cpu < by_memory ? by_cpu : by_memory;
}

/* What is left of an instance, by the strategy's field; the less, the sooner it is taken. */
static int64_t rank_of(const struct placement_strategy *strategy, const struct servers *group, const struct server *instance)
{
    const struct server_size *size = &group->kinds[instance->kind].size;
    if (strategy->type == PLACE_BINPACK)
        return is_memory(strategy->field) ? memory_of(group, size) - instance->taken_mib : cpu_of(size) - instance->taken_cpu;
    return strategy->type == PLACE_SPREAD && strncmp(strategy->field, "attribute", 9) != 0 ? instance->guests : 0;
}

static const struct placement_strategy usual = {.type = PLACE_SPREAD, .field = "instanceId"};

struct search {
    const struct servers *service;
    const struct placement_strategy *strategies;
    size_t count;
    struct servers *group; /* whose `which` is the best so far; NULL: none */
    uint32_t which;
    uint32_t seen; /* that have room */
};

static bool is_better(const struct search *search, const struct servers *group, const struct server *instance)
{
    const struct server *best = &search->group->list[search->which];
    for (size_t i = 0; i < search->count; i++) {
        int64_t rank = rank_of(&search->strategies[i], group, instance), other = rank_of(&search->strategies[i], search->group, best);
        if (rank != other)
            return rank < other;
    }
    return group == search->group && instance->ordinal < best->ordinal; /* groups as the cluster has them */
}

static void search_group(struct search *search, struct servers *group, struct stream *draws)
{
    int64_t cpu = cpu_of(&search->service->size), mib = task_memory(search->service);
    bool random = search->strategies[0].type == PLACE_RANDOM;
    for (uint32_t i = 0; i < group->running_count; i++) {
        const struct server *instance = &group->list[group->running[i]];
        const struct server_size *size = &group->kinds[instance->kind].size;
        if (instance->taken_cpu + cpu > cpu_of(size) || instance->taken_mib + mib > memory_of(group, size))
            continue;
        search->seen++;
        if (!search->group || (random ? stream_uniform(draws) * search->seen < 1 : is_better(search, group, instance))) {
            search->group = group;
            search->which = group->running[i];
        }
    }
}

static void take(struct simulation *simulation, struct servers *service, struct server *task, const struct search *found, bool *has_image)
{
    struct server *instance = &found->group->list[found->which];
    uint64_t bit = service->guest_index < 64 ? UINT64_C(1) << service->guest_index : 0;
    task->host = found->group->self;
    task->host_server = found->which;
    task->taken_cpu = cpu_of(&service->size);
    task->taken_mib = task_memory(service);
    *has_image = (instance->images & bit) != 0;
    instance->images |= bit;
    instance->taken_cpu += task->taken_cpu;
    instance->taken_mib += task->taken_mib;
    instance->guests++;
    struct ecs_cluster *cluster = entity_state(simulation, service->cluster);
    gauge_add(&cluster->cpu_taken, simulation->now_ns, task->taken_cpu);
    gauge_add(&cluster->mib_taken, simulation->now_ns, task->taken_mib);
}

bool placement_take(struct simulation *simulation, struct servers *service, struct server *task, bool *has_image)
{
    struct search search = {.service = service, .strategies = service->strategies.items, .count = service->strategies.count};
    if (search.count == 0)
        search.strategies = &usual, search.count = 1;
    stream_at(&service->places, service->salt + task->ordinal, 0);
    if (service->provider_group != ENTITY_NONE) {
        search_group(&search, entity_state(simulation, service->provider_group), &service->places);
    } else {
        const struct ecs_cluster *cluster = entity_state(simulation, service->cluster);
        for (uint32_t next = cluster->first_group; next; next = ((struct servers *)entity_state(simulation, next - 1))->next_in_cluster)
            search_group(&search, entity_state(simulation, next - 1), &service->places);
    }
    if (search.group)
        take(simulation, service, task, &search, has_image);
    return search.group != NULL;
}

void placement_give(struct simulation *simulation, const struct server *task)
{
    struct servers *group = entity_state(simulation, task->host);
    struct server *instance = &group->list[task->host_server];
    struct ecs_cluster *cluster = entity_state(simulation, group->cluster);
    instance->taken_cpu -= task->taken_cpu;
    instance->taken_mib -= task->taken_mib;
    instance->guests--;
    gauge_add(&cluster->cpu_taken, simulation->now_ns, -task->taken_cpu);
    gauge_add(&cluster->mib_taken, simulation->now_ns, -task->taken_mib);
}

void placement_count(struct simulation *simulation, const struct servers *group, const struct server *instance, int change)
{
    struct ecs_cluster *cluster = entity_state(simulation, group->cluster);
    const struct server_size *size = &group->kinds[instance->kind].size;
    gauge_add(&cluster->cpu_there, simulation->now_ns, change * cpu_of(size));
    gauge_add(&cluster->mib_there, simulation->now_ns, change * memory_of(group, size));
    gauge_add(&cluster->instances, simulation->now_ns, change);
}
