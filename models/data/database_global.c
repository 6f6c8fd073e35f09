/* database_global.c: AWS::RDS::GlobalCluster: Aurora clusters of several Regions, of which one takes writes. By its own endpoint it leads
 * to that one. Each write comes to every other cluster a while after it was answered, drawn anew for each; their instances only read, and a
 * read is stale while something is on its way. A Region that is lost (the fault "failover") loses what had not arrived; a switchover waits
 * for it. Then another cluster is the primary, and the former one a secondary, which takes over what the new one has. A secondary may hand
 * writes on to the primary (EnableGlobalWriteForwarding), which costs the way there and back.
 * Sources: Aurora User Guide, "Using Amazon Aurora Global Database", "Using switchover or failover in Amazon Aurora Global Database",
 * "Using write forwarding in an Amazon Aurora global database"; rules aurora_global_*. */
#include "database_global.h"
#include "database_state.h"

#include "engine/rule_book.h"

#include <stdlib.h>
#include <string.h>

enum database_global_event {
    GLOBAL_ARRIVED,   /* data: the member, and `era` above it */
    GLOBAL_FORWARDED, /* data: the request */
    GLOBAL_RECOVERED
};

#define MEMBER_BITS 4 /* of GLOBAL_ARRIVED: rule aurora_global_secondaries_max is below 16 */
#define MEMBERS_MOST (1u << MEMBER_BITS)
#define ERA_MASK (UINT32_MAX >> MEMBER_BITS)

struct database_global {
    /* config */
    const char *name;
    uint32_t source;
    const struct distribution *lag, *failover_time, *switchover_time, *round_trip;

    /* by `validate`: */
    uint32_t members[MEMBERS_MOST], member_count; /* clusters; the first is the primary at first */

    /* state */
    uint32_t self;
    uint32_t primary;   /* which member */
    uint32_t era;       /* of the writes that are on their way */
    uint64_t write_ios; /* of a write */
    struct database_failover failover;
    struct stream lags, trips;
    struct counter lost;
};

struct turn {
    uint32_t to; /* a cluster; ENTITY_NONE: the first that is no primary */
};

#define AT(field) offsetof(struct database_global, field)

static const char refusal_class[] = "aurora_global_class";
static const char *const global_refusals[] = {refusal_class, NULL};
static const struct cause cause_lost = {.fate = FATE_DROPPED, .text = "lost with the primary's Region"};

static const struct property global_properties[] = {
    {"GlobalClusterIdentifier", PROPERTY_STRING, AT(name),
     .help = "Its name: clusters that say it belong to it, as do those that refer to it."},
    {"SourceDBClusterIdentifier", PROPERTY_REFERENCE, AT(source), .help = "The primary cluster; left out: the first that belongs to it."},
    ACCEPTED("DatabaseName"),
    ACCEPTED("DeletionProtection"),
    ACCEPTED("Engine"),
    ACCEPTED("EngineLifecycleSupport"),
    ACCEPTED("EngineVersion"),
    ACCEPTED("StorageEncrypted"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property global_behavior[] = {
    {"replication_lag", PROPERTY_TIME_DISTRIBUTION, AT(lag), .fallback = "aurora_global_lag",
     .help = "From a write's end in the primary Region to its coming to another, drawn for each."},
    {"failover_time", PROPERTY_TIME_DISTRIBUTION, AT(failover_time), .fallback = "aurora_global_failover",
     .help = "How long nobody can write when the primary's Region is lost and another takes over."},
    {"switchover_time", PROPERTY_TIME_DISTRIBUTION, AT(switchover_time), .fallback = "aurora_global_switchover",
     .help = "The same of a switchover, which loses nothing: at least until all has arrived."},
    {"round_trip", PROPERTY_TIME_DISTRIBUTION, AT(round_trip), .fallback = "aurora_global_round_trip",
     .help = "From a secondary Region to the primary and back, of a write that is forwarded."},
    {0},
};

/* -- what is read -- */

static struct database_cluster *config_at(struct validation *validation, uint32_t cluster)
{
    return validation_config(validation, cluster);
}

uint32_t database_global_of(struct validation *validation, uint32_t cluster)
{
    const char *name = config_at(validation, cluster)->place.name;
    uint32_t named = name ? validation_named(validation, name) : ENTITY_NONE;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        const struct database_global *global = validation_config(validation, i);
        if (model_is(validation_type(validation, i), DATABASE_GLOBAL_TYPE) &&
            (global->source == cluster || named == i || (name && global->name && strcmp(name, global->name) == 0)))
            return i;
    }
    return ENTITY_NONE;
}

/* A burstable class is not enough for it. */
static void check_classes(struct validation *validation, uint32_t cluster)
{
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        const struct database *database = validation_config(validation, i);
        if (model_is(validation_type(validation, i), DATABASE_INSTANCE_TYPE) && database->config.cluster == cluster &&
            database->config.class && strncmp(database->config.class, "db.t", 4) == 0 && !validation_allowed(validation, refusal_class))
            validation_error_of(validation, i, "DBInstanceClass", "db.r5.large or larger, or allow_invalid: [\"aurora_global_class\"]",
                                "an instance of a global database is of no burstable class");
    }
}

static void add(struct validation *validation, struct database_global *global, uint32_t cluster)
{
    struct database_cluster *config = config_at(validation, cluster);
    const char *name = validation_name(validation, cluster);
    if (config->settings.engine != config_at(validation, global->member_count > 0 ? global->members[0] : cluster)->settings.engine)
        validation_error_of(validation, cluster, "Engine", "as that of the primary", "clusters of a global database have one engine");
    for (uint32_t i = 0; i < global->member_count; i++) {
        const char *other = config_at(validation, global->members[i])->place.region;
        if (config->place.region && other && strcmp(other, config->place.region) == 0)
            validation_error_of(validation, cluster, "behavior.region", "put it into another", "%s is in %s, too",
                                validation_name(validation, global->members[i]), other);
    }
    config->place.place = global->member_count;
    config->place.secondary = global->member_count > 0;
    if (global->member_count > 0 && config->settings.on_write.count > 0 && !config->place.forwards)
        validation_warning(validation, NULL, "say it of the primary",
                           "behavior.on_write of %s has no effect as long as it is a secondary, which only reads", name);
    global->members[global->member_count++] = cluster;
    validation_flow(validation, validation_self(validation), cluster);
    check_classes(validation, cluster);
}

static void global_validate(struct validation *validation, void *config)
{
    struct database_global *global = config;
    const uint32_t most = (uint32_t)rule_count(validation_rules(validation), "aurora_global_secondaries_max", 0, MEMBERS_MOST - 1);
    uint32_t count = 0;
    if (global->source != ENTITY_NONE && !model_is(validation_type(validation, global->source), DATABASE_CLUSTER_TYPE)) {
        validation_error(validation, "SourceDBClusterIdentifier", "name an AWS::RDS::DBCluster", "%s is %s",
                         validation_name(validation, global->source), validation_type(validation, global->source)->type);
        return;
    }
    if (global->source != ENTITY_NONE)
        add(validation, global, global->source);
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (i == global->source || !model_is(validation_type(validation, i), DATABASE_CLUSTER_TYPE) ||
            database_global_of(validation, i) != validation_self(validation))
            continue;
        if (++count <= most + (global->source == ENTITY_NONE))
            add(validation, global, i);
    }
    if (global->member_count == 0)
        validation_error(validation, NULL, "say SourceDBClusterIdentifier, or GlobalClusterIdentifier of an AWS::RDS::DBCluster",
                         "a global database needs a primary cluster");
    if (count > most + (global->source == ENTITY_NONE))
        validation_error(validation, NULL, "rule aurora_global_secondaries_max", "at most %u secondary clusters, and these are %u", most,
                         count - (global->source == ENTITY_NONE));
}

/* -- while it runs -- */

static struct database_cluster *cluster_at(const struct simulation *simulation, uint32_t cluster)
{
    return entity_state(simulation, cluster);
}

static struct database_cluster *member_at(const struct simulation *simulation, const struct database_global *global, uint32_t member)
{
    return cluster_at(simulation, global->members[member]);
}

static enum status global_create(struct simulation *simulation, void *self)
{
    struct database_global *global = self;
    const char *name = simulation->entities[global->self].name;
    uint64_t seed = simulation->settings->seed;
    stream_init(&global->lags, seed, simulation->replication, name, "replication_lag");
    stream_init(&global->trips, seed, simulation->replication, name, "round_trip");
    database_failover_init(simulation, &global->failover, global->self);
    global->write_ios = (uint64_t)rule_count(simulation->settings->rules, "aurora_global_write_ios", 0, INT32_MAX);
    for (uint32_t i = 0; i < global->member_count; i++) {
        const char *suffix = simulation->entities[global->members[i]].name;
        struct part *part = simulation_part(simulation, global->self, suffix);
        if (!part)
            return STATUS_NO_MEMORY;
        member_at(simulation, global, i)->place.part = part;
    }
    return STATUS_OK;
}

static void global_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    database_failover_fini(&((struct database_global *)self)->failover);
}

bool database_is_secondary(const struct simulation *simulation, uint32_t cluster)
{
    return cluster_at(simulation, cluster)->place.secondary;
}

bool database_global_is_behind(const struct simulation *simulation, uint32_t cluster)
{
    return cluster_at(simulation, cluster)->place.under_way > 0;
}

void database_global_wrote(struct simulation *simulation, uint32_t cluster, const struct request *request)
{
    const struct database_global_place *from = &cluster_at(simulation, cluster)->place;
    if (from->global == ENTITY_NONE || from->secondary)
        return;
    struct database_global *global = entity_state(simulation, from->global);
    stream_at(&global->lags, request->item, request->attempt);
    for (uint32_t i = 0; i < global->member_count; i++) {
        struct database_global_place *place = &member_at(simulation, global, i)->place;
        if (i == global->primary)
            continue;
        int64_t lag_ns = distribution_sample_ns(global->lag, &global->lags.rng), at_ns = time_add(simulation->now_ns, lag_ns);
        place->part->ledger.entered++;
        place->under_way++;
        place->last_ns = at_ns > place->last_ns ? at_ns : place->last_ns;
        counter_add(&place->write_ios, global->write_ios);
        tally_add(&place->lag, TALLY_ALL, lag_ns);
        simulation_schedule(simulation, global->self, GLOBAL_ARRIVED, RANK_COMPLETION, at_ns, i | global->era << MEMBER_BITS);
    }
}

static void arrive(const struct simulation *simulation, const struct database_global *global, uint32_t data)
{
    struct database_global_place *place = &member_at(simulation, global, data & (MEMBERS_MOST - 1))->place;
    if (data >> MEMBER_BITS != (global->era & ERA_MASK))
        return; /* it was lost on its way */
    place->under_way--;
    ledger_count(&place->part->ledger, &cause_succeeded);
}

void database_global_forward(struct simulation *simulation, struct database_global_place *place, struct request *request)
{
    struct database_global *global = entity_state(simulation, place->global);
    int64_t ns = distribution_draw_ns(global->round_trip, &global->trips, request->item, request->attempt);
    counter_add(&place->forwarded, 1);
    simulation_schedule(simulation, global->self, GLOBAL_FORWARDED, RANK_ARRIVAL, time_add(simulation->now_ns, ns), request->id);
}

/* What has not arrived is gone: what the new primary lacks is lost, and the others take over what that has. */
static void lose_writes(struct simulation *simulation, struct database_global *global, uint32_t heir)
{
    for (uint32_t i = 0; i < global->member_count; i++) {
        struct database_global_place *place = &member_at(simulation, global, i)->place;
        uint64_t count = (uint64_t)place->under_way;
        if (count > 0 && ledger_count_cause(&place->part->ledger, &cause_lost, count) != STATUS_OK)
            simulation_fail(simulation, STATUS_NO_MEMORY);
        place->under_way = place->last_ns = 0;
        counter_add(&place->lost, count);
        counter_add(&global->lost, i == heir ? count : 0);
    }
    global->era++;
}

/* Another cluster becomes the primary. */
static void turn(struct simulation *simulation, struct database_global *global, uint32_t to, bool planned)
{
    uint32_t heir = to == ENTITY_NONE ? global->primary == 0 : cluster_at(simulation, to)->place.place;
    struct database_cluster *old = member_at(simulation, global, global->primary), *new = member_at(simulation, global, heir);
    if (heir == global->primary || global->failover.under_way || old->failover.under_way || new->failover.under_way)
        return;
    int64_t ns = database_failover_draw_ns(&global->failover, planned ? global->switchover_time : global->failover_time);
    int64_t left_ns = new->place.last_ns - simulation->now_ns;
    if (planned && left_ns > ns)
        ns = left_ns;
    database_failover_begin_for(simulation, &global->failover, global->self, GLOBAL_RECOVERED, ENTITY_NONE, ns);
    if (!planned)
        lose_writes(simulation, global, heir);
    old->place.secondary = true;
    new->place.secondary = false;
    global->primary = heir;
    database_cluster_turn(simulation, old, ns, true);
    database_cluster_turn(simulation, new, ns, false);
}

static void global_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct database_global *global = self;
    switch ((enum database_global_event)event->kind) {
    case GLOBAL_ARRIVED:
        arrive(simulation, global, event->data);
        break;
    case GLOBAL_FORWARDED:
        request_send(simulation, global->members[global->primary], request_at(simulation, event->data));
        break;
    case GLOBAL_RECOVERED:
        database_failover_end(&global->failover);
        break;
    }
}

/* It is entered at the primary instead. */
static void global_accept(struct simulation *simulation, void *self, struct request *request)
{
    const struct database_global *global = self;
    simulation->entities[global->self].ledger.entered--;
    request_send(simulation, global->members[global->primary], request);
}

static const struct connectable *role_of(const struct simulation *simulation, const struct database_global *global, void **state)
{
    uint32_t cluster = global->members[global->primary];
    *state = entity_state(simulation, cluster);
    return simulation->entities[cluster].type->connectable;
}

static bool global_open(struct simulation *simulation, void *self, uint64_t client, uint32_t count)
{
    void *state;
    return role_of(simulation, self, &state)->admit(simulation, state, client, count);
}

/* What was opened to the former primary is gone with it. */
static void global_close(struct simulation *simulation, void *self, uint64_t client, uint32_t count, int64_t since_ns)
{
    void *state;
    const struct connectable *role = role_of(simulation, self, &state);
    role->release(simulation, state, client, count, since_ns);
}

static int64_t global_connect_ns(struct simulation *simulation, void *self, uint64_t item, uint32_t attempt)
{
    void *state;
    return role_of(simulation, self, &state)->connect_ns(simulation, state, item, attempt);
}

static const struct connectable global_connectable = {.admit = global_open, .release = global_close, .connect_ns = global_connect_ns};

static enum status global_finish(struct simulation *simulation, void *self)
{
    const struct database_global *global = self;
    for (uint32_t i = 0; i < global->member_count; i++) {
        const struct database_global_place *place = &member_at(simulation, global, i)->place;
        part_in_flight(simulation, place->part, (uint64_t)place->under_way);
    }
    return STATUS_OK;
}

static const struct property turn_properties[] = {
    {"TargetDbClusterIdentifier", PROPERTY_REFERENCE, offsetof(struct turn, to),
     .help = "The cluster that takes over; left out: the first that is not the primary."},
    {0},
};

static void check_turn(struct validation *validation, const void *config, void *arguments)
{
    const struct database_global *global = config;
    const struct turn *turn = arguments;
    uint32_t i = 0;
    while (i < global->member_count && global->members[i] != turn->to)
        i++;
    if (turn->to != ENTITY_NONE && i == global->member_count)
        validation_error(validation, "TargetDbClusterIdentifier", "name one of its clusters", "%s is not of this global database",
                         validation_name(validation, turn->to));
    else if (global->member_count < 2)
        validation_error(validation, NULL, "add a cluster of another Region", "there is no secondary cluster to take over");
}

static void begin_failover(struct simulation *simulation, void *self, const void *arguments)
{
    turn(simulation, self, ((const struct turn *)arguments)->to, false);
}

static void begin_switchover(struct simulation *simulation, void *self, const void *arguments)
{
    turn(simulation, self, ((const struct turn *)arguments)->to, true);
}

static const struct action global_actions[] = {
    {.verb = "fault",
     .kind = "failover",
     .properties = turn_properties,
     .size = sizeof(struct turn),
     .validate = check_turn,
     .begin = begin_failover,
     .help = "The primary's Region is lost, and another cluster takes over: writes that had not come to it are lost, and for failover_time "
             "nobody can write."},
    {.verb = "SwitchoverGlobalCluster",
     .properties = turn_properties,
     .size = sizeof(struct turn),
     .validate = check_turn,
     .begin = begin_switchover,
     .help = "Another cluster takes over as planned: nothing is lost, and for switchover_time nobody can write."},
    {0},
};

static const struct metric_type global_metrics[] = {
    DATABASE_FAILOVER_METRICS(AT(failover)),
    {"slsim", "WritesLost", "Count", METRIC_COUNT, AT(lost), .better = -1, .compared = "Sum",
     .help = "Writes that had been answered, and that the cluster which took over had not got."},
    {0},
};

const struct model_type database_global_type = {
    .type = DATABASE_GLOBAL_TYPE,
    .help = "Aurora clusters of several Regions: one takes writes, which come to the others a little later; another may take over.",
    .size = sizeof(struct database_global),
    .self_offset = AT(self),
    .properties = global_properties,
    .behavior = global_behavior,
    .metrics = global_metrics,
    .refusals = global_refusals,
    .actions = global_actions,
    .validate = global_validate,
    .create = global_create,
    .destroy = global_destroy,
    .handle = global_handle,
    .accept = global_accept,
    .connectable = &global_connectable,
    .operations = database_operations,
    .finish = global_finish,
};
