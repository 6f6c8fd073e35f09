/* database_serverless.c: an instance of the class db.serverless: its capacity follows its load between the cluster's limits, each second by
 * a step, in halves of an ACU; and it is paused, and costs nothing, when nobody has been connected for a while. The writer and the readers
 * of the tiers 0 and 1 pause and resume together, and those readers have at least the writer's capacity; others go by themselves, but
 * the writer is awake while any reader is. Sources: rules aurora_v2_*, which cite the Aurora User Guide, "How Aurora serverless works",
 * "Performance and scaling for Aurora serverless", "Scaling to zero ACUs with automatic pause and resume". What the guide does not say: how
 * large a step is, and by how much the load must fall; memory is taken to be enough. */
#include "database_state.h"

#include "engine/rule_book.h"

#include <math.h>
#include <stdio.h>

/* Capacity is kept in halves of an ACU. */
#define HALVES 2.0

double database_serverless_memory(const struct rule_book *rules, const struct database_capacity *capacity)
{
    return (double)capacity->most / HALVES * rule_number(rules, "aurora_v2_gib_per_acu") * 1024 * 1024 * 1024;
}

/* By the guide's table of the greatest capacity, straight between its rows. */
int64_t database_serverless_connections(const struct rule_book *rules, enum database_engine engine,
                                        const struct database_capacity *capacity)
{
    static const int acus[] = {1, 4, 8, 16, 32, 64, 128, 192, 256};
    double most = (double)capacity->most / HALVES, from = 0, from_acu = 0, connections = 0;
    for (size_t i = 0; i < sizeof acus / sizeof *acus; i++) {
        char name[64];
        snprintf(name, sizeof name, "aurora_v2_%s_max_connections_%d_acu", engine == ENGINE_AURORA_MYSQL ? "mysql" : "postgres", acus[i]);
        double to = rule_number(rules, name);
        if (most >= acus[i])
            connections = to;
        else if (from_acu <= most)
            connections = from + (to - from) * (most - from_acu) / (acus[i] - from_acu);
        if (most < acus[i])
            break;
        from = to;
        from_acu = acus[i];
    }
    if (engine == ENGINE_AURORA_POSTGRES && capacity->least <= 1)
        connections = fmin(connections, rule_number(rules, "aurora_v2_postgres_low_minimum_cap"));
    return (int64_t)fmin(fmax(floor(connections), 1), UINT32_MAX);
}

/* Less than that it has only while it is paused. */
static int64_t least_awake(const struct database_capacity *capacity)
{
    return capacity->least > 0 ? capacity->least : 1;
}

static bool follows_writer(const struct database *database)
{
    return database->config.promotion_tier <= 1;
}

static void set_capacity(struct simulation *simulation, struct database *database, int64_t halves)
{
    struct database_serverless *serverless = &database->serverless;
    if (halves == serverless->capacity.level)
        return;
    gauge_add(&serverless->capacity, simulation->now_ns, halves - serverless->capacity.level);
    database_resize(simulation, database, (double)halves / HALVES * serverless->vcpus_per_acu);
}

static void look_later(struct simulation *simulation, struct database *database)
{
    struct database_serverless *serverless = &database->serverless;
    if (serverless->looks)
        return;
    serverless->looks = true;
    serverless->busy_from = gauge_integral(&database->metrics.busy, simulation->now_ns);
    simulation_schedule(simulation, database->self, DATABASE_SCALE, RANK_EXPIRY, time_add(simulation->now_ns, serverless->every_ns), 0);
}

/* The least that a reader which follows the writer may have: as much as the writer. */
static int64_t floor_of(const struct simulation *simulation, const struct database *database)
{
    const struct database_capacity *limits = database->config.capacity;
    int64_t least = least_awake(limits);
    uint32_t writer = database_writer_of(simulation, database->config.cluster);
    if (writer == database->self || !follows_writer(database))
        return least;
    const struct database *other = entity_state(simulation, writer);
    int64_t halves = other->config.capacity ? other->serverless.capacity.level
                                            : (int64_t)ceil(other->config.memory_bytes / database->serverless.bytes_per_half);
    halves = halves < limits->most ? halves : limits->most;
    return halves > least ? halves : least;
}

/* Those that follow this one have at least as much. */
static void lead(struct simulation *simulation, const struct database *database)
{
    uint32_t count;
    const uint32_t *members = database_members_of(simulation, database->config.cluster, &count);
    if (database_writer_of(simulation, database->config.cluster) != database->self)
        return;
    for (uint32_t i = 0; i < count; i++) {
        struct database *other = entity_state(simulation, members[i]);
        if (members[i] == database->self || !other->config.capacity || other->serverless.state != SERVERLESS_AWAKE)
            continue;
        int64_t least = floor_of(simulation, other);
        if (other->serverless.capacity.level < least)
            set_capacity(simulation, other, least);
        if (other->serverless.capacity.level > least)
            look_later(simulation, other);
    }
}

/* What the last stretch's load asks for, so that it uses its share of that; without limit where there are transactions in line. */
static double wanted_halves(const struct simulation *simulation, const struct database *database)
{
    const struct database_serverless *serverless = &database->serverless;
    if (database->line.head != POOL_NONE)
        return INFINITY;
    double busy = (double)(gauge_integral(&database->metrics.busy, simulation->now_ns) - serverless->busy_from) / VCPU_PARTS;
    return ceil(busy / (double)serverless->every_ns / serverless->vcpus_per_acu / serverless->used_share * HALVES - 1e-9);
}

void database_serverless_scale(struct simulation *simulation, struct database *database)
{
    struct database_serverless *serverless = &database->serverless;
    serverless->looks = false;
    if (serverless->state != SERVERLESS_AWAKE)
        return;
    int64_t now = serverless->capacity.level, least = floor_of(simulation, database), next = now;
    double wanted = fmin(fmax(wanted_halves(simulation, database), (double)least), (double)database->config.capacity->most);
    if (wanted > (double)now) {
        next = (int64_t)fmin(wanted, (double)now + fmax(floor((double)now * serverless->up_share), 1));
        serverless->fell_ns = simulation->now_ns;
    } else if (wanted < (double)now && simulation->now_ns - serverless->fell_ns >= serverless->down_every_ns) {
        next = (int64_t)fmax(wanted, (double)now - fmax(floor((double)now * serverless->down_share), 1));
        serverless->fell_ns = simulation->now_ns;
    }
    set_capacity(simulation, database, next);
    lead(simulation, database);
    if (database->metrics.load.level > 0 || next > least)
        look_later(simulation, database);
}

void database_serverless_loaded(struct simulation *simulation, struct database *database)
{
    if (database->serverless.looks)
        return;
    database->serverless.fell_ns = simulation->now_ns;
    look_later(simulation, database);
}

/* Nobody has been connected for as long as it takes. */
static bool is_idle(const struct simulation *simulation, const struct database *database)
{
    return database->config.capacity && database->config.capacity->pause_ns > 0 && !database->config.never_pauses &&
           database->metrics.connections.level == 0 &&
           simulation->now_ns - database->serverless.idle_since_ns >= database->config.capacity->pause_ns;
}

static void pause_one(struct simulation *simulation, struct database *database)
{
    database->serverless.state = SERVERLESS_PAUSED;
    database->serverless.paused_ns = simulation->now_ns;
    counter_add(&database->serverless.pauses, 1);
    set_capacity(simulation, database, 0);
}

/* Is it of those that pause and resume together? */
static bool of_group(const struct database *database, uint32_t writer)
{
    return database->self == writer || follows_writer(database);
}

/* Looks when it has been idle for as long as it takes; one event at a time, which may find that it is not so. */
static void pause_later(struct simulation *simulation, struct database *database)
{
    const struct database_capacity *limits = database->config.capacity;
    if (database->serverless.pauses_later || limits->pause_ns == 0 || database->config.never_pauses)
        return;
    database->serverless.pauses_later = true;
    simulation_schedule(simulation, database->self, DATABASE_PAUSE, RANK_EXPIRY,
                        time_add(database->serverless.idle_since_ns, limits->pause_ns), 0);
}

void database_serverless_pause(struct simulation *simulation, struct database *database)
{
    uint32_t count, writer = database_writer_of(simulation, database->config.cluster);
    const uint32_t *members = database_members_of(simulation, database->config.cluster, &count);
    database->serverless.pauses_later = false;
    if (database->serverless.state != SERVERLESS_AWAKE || database->metrics.connections.level > 0)
        return;
    if (!is_idle(simulation, database)) {
        pause_later(simulation, database);
        return;
    }
    if (!of_group(database, writer))
        pause_one(simulation, database);
    for (uint32_t i = 0; i < count; i++) {
        const struct database *other = entity_state(simulation, members[i]);
        bool ready = of_group(other, writer) ? is_idle(simulation, other) : other->serverless.state == SERVERLESS_PAUSED;
        if (!ready || (of_group(other, writer) && other->serverless.state != SERVERLESS_AWAKE))
            return;
    }
    for (uint32_t i = 0; i < count; i++)
        if (of_group(entity_state(simulation, members[i]), writer))
            pause_one(simulation, entity_state(simulation, members[i]));
}

void database_serverless_left(struct simulation *simulation, struct database *database)
{
    database->serverless.idle_since_ns = simulation->now_ns;
    pause_later(simulation, database);
}

static void resume_one(struct simulation *simulation, struct database *database)
{
    struct database_serverless *serverless = &database->serverless;
    const struct rule_book *rules = simulation->settings->rules;
    if (!database->config.capacity || serverless->state != SERVERLESS_PAUSED)
        return;
    bool deep = simulation->now_ns - serverless->paused_ns > rule_ns(rules, "aurora_v2_deep_sleep_s");
    const struct distribution *time = rule_find(rules, deep ? "aurora_v2_deep_resume" : "aurora_v2_resume")->distribution;
    stream_at(&serverless->times, serverless->resume_ordinal++, 0);
    serverless->state = SERVERLESS_RESUMES;
    serverless->awake_ns = time_add(simulation->now_ns, distribution_sample_ns(time, &serverless->times.rng));
    counter_add(&serverless->resumes, 1);
    simulation_schedule(simulation, database->self, DATABASE_RESUMED, RANK_COMPLETION, serverless->awake_ns, 0);
}

int64_t database_serverless_wake(struct simulation *simulation, struct database *database)
{
    struct database_serverless *serverless = &database->serverless;
    uint32_t count, writer = database_writer_of(simulation, database->config.cluster);
    const uint32_t *members = database_members_of(simulation, database->config.cluster, &count);
    if (serverless->state == SERVERLESS_PAUSED) {
        resume_one(simulation, database);
        for (uint32_t i = 0; i < count; i++)
            if (of_group(entity_state(simulation, members[i]), writer))
                resume_one(simulation, entity_state(simulation, members[i]));
    }
    return serverless->state == SERVERLESS_RESUMES ? serverless->awake_ns - simulation->now_ns : 0;
}

void database_serverless_resumed(struct simulation *simulation, struct database *database)
{
    database->serverless.state = SERVERLESS_AWAKE;
    set_capacity(simulation, database, floor_of(simulation, database));
    lead(simulation, database);
    if (database->metrics.connections.level == 0)
        database_serverless_left(simulation, database);
}

void database_serverless_create(struct simulation *simulation, struct database *database)
{
    struct database_serverless *serverless = &database->serverless;
    const struct rule_book *rules = simulation->settings->rules;
    serverless->vcpus_per_acu = fmax(rule_number(rules, "aurora_v2_vcpu_per_acu"), 1e-3);
    serverless->bytes_per_half = fmax(rule_number(rules, "aurora_v2_gib_per_acu"), 1e-3) * 1024 * 1024 * 1024 / HALVES;
    serverless->used_share = fmin(fmax(rule_share(rules, "aurora_v2_scale_used_share"), 1e-3), 1);
    serverless->up_share = rule_number(rules, "aurora_v2_scale_up_share");
    serverless->down_share = fmin(rule_number(rules, "aurora_v2_scale_down_share"), 1);
    serverless->every_ns = rule_ns(rules, "aurora_v2_scale_every_s");
    serverless->every_ns = serverless->every_ns > 0 ? serverless->every_ns : NS_PER_S;
    serverless->down_every_ns = rule_ns(rules, "aurora_v2_scale_down_every_s");
    stream_init(&serverless->times, simulation->settings->seed, simulation->replication, simulation->entities[database->self].name,
                "resume");
}

void database_serverless_start(struct simulation *simulation, struct database *database)
{
    gauge_add(&database->serverless.most, simulation->now_ns, database->config.capacity->most);
    set_capacity(simulation, database, floor_of(simulation, database));
    database_serverless_left(simulation, database);
}
