/* function_network.c: a function in a VPC.
 * Sources: Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC" and "Lambda function states"; Lambda API
 * reference, Invoke. Its network interfaces, one for each subnet and set of security groups, are made with it: until they are there it is
 * Pending, and cannot be invoked. After 14 days without an invocation they are given up: it is Inactive, and the next invocation fails and
 * makes it Pending again. Until September 2019 (rule vpc_interface_at_invocation) an interface was made when an environment was.
 * A function that is in no VPC does not reach what has no public address: packets go there, and nobody answers (engine/held.h).
 * Environments are spread over the subnets in turn, which AWS does not document. A subnet that the scenario does not hold is taken to lead
 * everywhere. */
#include "function_network.h"

#include "engine/carrier.h"
#include "engine/connectable.h"
#include "lambda_kinds.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct cause cause_not_there = {.fate = FATE_REJECTED, .text = "ResourceNotFoundException"};
static const struct cause cause_pending = {.fate = FATE_REJECTED, .text = "ResourceConflictException: Pending"};
static const struct cause cause_inactive = {.fate = FATE_FAILED, .server_error = true, .text = "ResourceNotReadyException"};

#define AT(field) offsetof(struct function, config.network.field)

const struct property function_vpc_properties[] = {
    {"SubnetIds", PROPERTY_STRINGS, AT(subnets), .maximum = "function_subnets_max", .help = "The subnets that its environments are in."},
    {"SecurityGroupIds", PROPERTY_STRINGS, AT(groups), .maximum = "function_security_groups_max",
     .help = "Its security groups: functions with the same, in the same subnet, share a network interface."},
    ACCEPTED("Ipv6AllowedForDualStack"),
    {0},
};

/* -- what is read -- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The same for the same security groups, in whatever order. FNV-1a, so that runs agree. */
static uint64_t key_of_groups(struct validation *validation, const struct string_list *groups)
{
    const char **names = validation_alloc(validation, groups->count + 1, sizeof *names);
    uint64_t key = UINT64_C(14695981039346656037);
    for (size_t i = 0; names && i < groups->count; i++)
        names[i] = groups->items[i];
    if (names)
        qsort(names, groups->count, sizeof *names, by_name);
    for (size_t i = 0; names && i < groups->count; i++)
        for (const char *c = names[i]; c == names[i] || c[-1] != '\0'; c++) /* the ends too */
            key = (key ^ (unsigned char)*c) * UINT64_C(1099511628211);
    return key;
}

static void find_places(struct validation *validation, struct function_network_config *network)
{
    uint32_t *places = validation_alloc(validation, network->subnets.count + 1, sizeof *places);
    network->place_count = 0;
    network->groups_key = key_of_groups(validation, &network->groups);
    for (size_t i = 0; places && i < network->subnets.count; i++) {
        char property[60];
        uint32_t place = validation_named(validation, network->subnets.items[i]);
        snprintf(property, sizeof property, "VpcConfig.SubnetIds[%zu]", i);
        if (place != ENTITY_NONE && !validation_type(validation, place)->attachable) {
            validation_error(validation, property, "name an AWS::EC2::Subnet", "%s is no subnet", validation_name(validation, place));
            place = ENTITY_NONE;
        }
        places[network->place_count++] = place;
    }
    network->places = places;
}

/* What is here and stands among the groups is one. */
static void check_groups(struct validation *validation, const struct string_list *groups)
{
    for (size_t i = 0; i < groups->count; i++) {
        char property[60];
        uint32_t group = validation_named(validation, groups->items[i]);
        snprintf(property, sizeof property, "VpcConfig.SecurityGroupIds[%zu]", i);
        if (group != ENTITY_NONE && !model_is(validation_type(validation, group), "AWS::EC2::SecurityGroup"))
            validation_error(validation, property, "name an AWS::EC2::SecurityGroup", "%s is no security group",
                             validation_name(validation, group));
    }
}

/* A call from a subnet to whom it cannot reach. */
static void warn_unreachable(struct validation *validation, const char *property, uint32_t place, uint32_t target)
{
    const char *service = validation_type(validation, place)->attachable->service(validation, target);
    char hint[400];
    snprintf(
        hint, sizeof hint,
        "give %.60s a route 0.0.0.0/0 to an AWS::EC2::NatGateway (an internet gateway helps no function: it has no public address)%s%.40s",
        validation_name(validation, place), service ? ", or add an AWS::EC2::VPCEndpoint of com.amazonaws.us-east-1." : "",
        service ? service : "");
    validation_warning(validation, property, hint, "no internet without NAT: from %s nothing leads to %s, and the call gets no answer",
                       validation_name(validation, place), validation_name(validation, target));
}

/* What is in a VPC and has no public address, where the template says so. Sources: RDS user guide, "Using Amazon RDS Proxy"; DynamoDB
 * developer guide, "DAX"; ElastiCache user guide, "Access patterns for accessing a cache in an Amazon VPC". */
static bool is_private(const struct validation *validation, uint32_t target)
{
    static const char *const placed[][2] = {{"AWS::RDS::DBProxy", "VpcSubnetIds"},
                                            {"AWS::DAX::Cluster", "SubnetGroupName"},
                                            {"AWS::ElastiCache::CacheCluster", "CacheSubnetGroupName"},
                                            {"AWS::ElastiCache::ReplicationGroup", "CacheSubnetGroupName"}};
    double is_public;
    for (size_t i = 0; i < sizeof placed / sizeof *placed; i++)
        if (model_is(validation_type(validation, target), placed[i][0]))
            return validation_written_of(validation, target, placed[i][1]);
    return validation_number_of(validation, target, "PubliclyAccessible", &is_public) && is_public < 1;
}

struct call_check {
    struct validation *validation;
    const struct function_config *config;
    uint32_t *unreachable, count; /* NULL at first */
    bool silent;
};

/* Of a function that is in no VPC: whom does it not reach? */
static void check_outside(struct call_check *check, const char *place, uint32_t target)
{
    struct validation *validation = check->validation;
    uint32_t known = 0;
    if (target == ENTITY_NONE || target == CACHE_TMP || !is_private(validation, target))
        return;
    if (!check->silent)
        validation_warning(validation, place, "give the function a VpcConfig with subnets of that VPC",
                           "%s has no public address, and the function is in no VPC: its calls get no answer",
                           validation_name(validation, target));
    if (!check->unreachable)
        check->unreachable = validation_alloc(validation, validation_entity_count(validation), sizeof *check->unreachable);
    while (known < check->count && check->unreachable[known] != target)
        known++;
    if (check->unreachable && known == check->count)
        check->unreachable[check->count++] = target;
}

/* Asks for the way of a call from each subnet, and so makes it known. */
static void check_step(void *context, struct step *step, const char *place)
{
    struct call_check *check = context;
    struct validation *validation = check->validation;
    const struct function_network_config *network = &check->config->network;
    if (step->kind != STEP_CALL)
        return;
    uint32_t target = step->call->via == ENTITY_NONE ? step->call->target : step->call->via, by;
    if (network->subnets.count == 0) {
        check_outside(check, place, target);
        check_outside(check, place, step->call->cache);
    }
    for (uint32_t i = 0; target != ENTITY_NONE && i < network->place_count; i++) {
        uint32_t from = network->places[i];
        if (from != ENTITY_NONE && validation_type(validation, from)->attachable->reach(validation, from, target, &by) == REACH_NONE &&
            !check->silent)
            warn_unreachable(validation, place, from, target);
    }
}

void function_network_validate(struct validation *validation, struct function_config *config, bool silent)
{
    struct function_network_config *network = &config->network;
    bool subnets = network->subnets.count > 0, groups = network->groups.count > 0;
    if (subnets != groups && !silent)
        validation_error(validation, "VpcConfig", subnets ? "add SecurityGroupIds" : "add SubnetIds",
                         "a function in a VPC needs both subnets and security groups");
    network->attached = subnets;
    if (subnets)
        find_places(validation, network);
    check_groups(validation, &network->groups);
    struct call_check check = {.validation = validation, .config = config, .silent = silent};
    steps_visit(&config->init_steps, "behavior.init_steps", check_step, &check);
    steps_visit(&config->handler.steps, "behavior.steps", check_step, &check);
    network->unreachable = check.unreachable;
    network->unreachable_count = check.count;
}

double function_network_start_ns(const struct validation *validation, const struct function_config *config)
{
    const struct rule_book *rules = validation_rules(validation);
    bool attached = config->network.subnets.count > 0;
    return attached && !rule_flag(rules, "vpc_interface_at_invocation") ? (double)rule_ns(rules, "vpc_extra_cold_ms") : 0;
}

/* -- while it runs -- */

static const struct attachable *role_of(const struct simulation *simulation, uint32_t place)
{
    return simulation->entities[place].type->attachable;
}

/* Only what matters: a rule that is looked up counts among those that a result rests on. */
static void read_rules(struct function_network *network, const struct rule_book *rules)
{
    network->at_invocation = rule_flag(rules, "vpc_interface_at_invocation");
    if (network->at_invocation) {
        network->interface_mb = rule_count(rules, "vpc_interface_memory_mb", 1, INT64_MAX);
        network->attach = rule_find(rules, "vpc_cold_before_2019")->distribution;
    } else {
        network->reclaim_ns = rule_ns(rules, "vpc_idle_reclaim_days");
    }
}

enum status function_network_create(struct simulation *simulation, struct function *function)
{
    const struct function_network_config *config = &function->config.network;
    struct function_network *network = &function->network;
    network->watched = config->attached || config->created_given;
    if (config->attached)
        read_rules(network, simulation->settings->rules);
    for (uint32_t i = 0; i < config->place_count; i++)
        network->carried = network->carried || config->places[i] != ENTITY_NONE;
    if (config->unreachable_count > 0) {
        network->unreachable = simulation_part(simulation, function->self, "unreachable");
        if (!network->unreachable)
            return STATUS_NO_MEMORY;
        held_init(&network->held, simulation, function->self, FUNCTION_PACKET, &network->unreachable->ledger);
    }
    if (function->procedure)
        function->procedure->carried = network->carried || network->unreachable;
    network->interfaces = calloc(config->place_count + 1u, sizeof *network->interfaces);
    return network->interfaces ? STATUS_OK : STATUS_NO_MEMORY;
}

void function_network_destroy(struct function *function)
{
    free(function->network.interfaces);
    held_fini(&function->network.held);
}

/* Its interfaces are found, or made, which takes a while; it is Pending until the last is ready. `anew`: while the run is under way. */
static void attach(struct simulation *simulation, struct function *function, bool anew)
{
    const struct function_network_config *config = &function->config.network;
    struct function_network *network = &function->network;
    network->ready_ns = network->used_ns = simulation->now_ns;
    network->refused = NULL;
    if (!config->attached || network->at_invocation)
        return;
    const int64_t create_ns = anew ? rule_ns(simulation->settings->rules, "eni_create_s") : 0;
    for (uint32_t i = 0; i < config->place_count && !network->refused; i++) {
        uint32_t place = config->places[i];
        int64_t ready_ns = time_add(simulation->now_ns, create_ns);
        if (place != ENTITY_NONE) {
            network->interfaces[i] = role_of(simulation, place)
                                         ->attach(simulation, entity_state(simulation, place), config->groups_key, create_ns,
                                                  network->reclaim_ns, &network->refused);
            if (!network->interfaces[i])
                return;
            ready_ns = network->interfaces[i]->ready_ns;
        }
        network->ready_ns = ready_ns > network->ready_ns ? ready_ns : network->ready_ns;
    }
}

void function_network_start(struct simulation *simulation, void *self)
{
    struct function *function = self;
    const struct function_network_config *config = &function->config.network;
    if (config->created_given && config->created_ns > simulation->now_ns)
        simulation_schedule(simulation, function->self, FUNCTION_CREATED, RANK_COMPLETION, config->created_ns, 0);
    else
        attach(simulation, function, config->created_given);
}

void function_network_made(struct simulation *simulation, struct function *function)
{
    attach(simulation, function, true);
}

const struct cause *function_network_refusal(struct simulation *simulation, struct function *function, bool queued)
{
    struct function *family = function->family;
    struct function_network *network = &family->network;
    int64_t now_ns = simulation->now_ns;
    if (now_ns < family->config.network.created_ns)
        return &cause_not_there;
    if (network->refused)
        return network->refused;
    if (now_ns < network->ready_ns)
        return &cause_pending;
    if (queued || !family->config.network.attached || network->at_invocation)
        return NULL;
    if (now_ns - network->used_ns >= network->reclaim_ns) {
        attach(simulation, family, true);
        return network->refused ? network->refused : &cause_inactive;
    }
    network->used_ns = now_ns;
    for (uint32_t i = 0; i < family->config.network.place_count; i++)
        if (network->interfaces[i])
            network->interfaces[i]->used_ns = now_ns;
    return NULL;
}

bool function_network_take(struct simulation *simulation, const struct function *function, struct network_stand *stand,
                           const struct cause **refusal)
{
    const struct function_network_config *config = &function->config.network;
    const struct function_network *network = &function->network;
    *stand = (struct network_stand){.subnet = NETWORK_NOWHERE, .waits = network->at_invocation && config->attached};
    *refusal = NULL;
    for (uint32_t i = 0; i < config->place_count; i++) {
        uint32_t at = (uint32_t)((function->environment_ordinal + i) % config->place_count), place = config->places[at];
        stand->subnet = (uint8_t)at;
        if (place == ENTITY_NONE || !network->at_invocation ||
            role_of(simulation, place)
                ->take(simulation, entity_state(simulation, place), config->groups_key, function->config.memory_mb, network->interface_mb,
                       &stand->waits, refusal))
            return true;
        stand->subnet = NETWORK_NOWHERE;
    }
    return config->place_count == 0;
}

void function_network_leave(struct simulation *simulation, const struct function *function, const struct environment *environment)
{
    const struct function_network_config *config = &function->config.network;
    const struct function_network *network = &function->network;
    function_network_forget(simulation, function, environment);
    if (!network->at_invocation || environment->subnet == NETWORK_NOWHERE || config->places[environment->subnet] == ENTITY_NONE)
        return;
    uint32_t place = config->places[environment->subnet];
    role_of(simulation, place)
        ->give(simulation, entity_state(simulation, place), config->groups_key,
               environment->ordinal < function->first_ordinal ? function->former_mb : function->config.memory_mb, network->interface_mb);
}

/* The subnet that the environment is in; NULL: none of this scenario. */
static const struct entity *stands_in(const struct simulation *simulation, const struct function *function,
                                      const struct environment *environment)
{
    uint32_t place = environment->subnet == NETWORK_NOWHERE ? ENTITY_NONE : function->config.network.places[environment->subnet];
    return place == ENTITY_NONE ? NULL : &simulation->entities[place];
}

/* Whoever comes into the room of one that is no more is somebody else. */
static uint64_t client_of(const struct function *function, const struct environment *environment)
{
    return connectable_client(function->self, environment->ordinal);
}

void function_network_forget(struct simulation *simulation, const struct function *function, const struct environment *environment)
{
    const struct entity *place = function->network.carried ? stands_in(simulation, function, environment) : NULL;
    if (place)
        place->type->carrier->forget(simulation, place->state, client_of(function, environment));
}

static bool is_unreachable(const struct function *function, uint32_t to)
{
    const struct function_network_config *config = &function->config.network;
    for (uint32_t i = 0; i < config->unreachable_count; i++)
        if (config->unreachable[i] == to)
            return true;
    return false;
}

bool function_network_reaches(const struct simulation *simulation, const struct function *function, const struct environment *environment,
                              uint32_t to)
{
    const struct entity *place = stands_in(simulation, function, environment);
    if (!place)
        return !is_unreachable(function, to);
    return !place->type->carrier->leads || place->type->carrier->leads(simulation, place->state, to);
}

/* Nobody answers: its system tries again for a while, and its sender may give up before. */
static void hold(struct simulation *simulation, struct function *function, const struct environment *environment, uint32_t to,
                 struct request *request)
{
    struct part *part = function->network.unreachable;
    part->ledger.entered++;
    if (simulation->tracer)
        simulation_trace(simulation, request, part->name, "no_route", simulation->now_ns, 0, simulation->entities[to].name);
    held_begin(simulation, &function->network.held, to, client_of(function, environment), request);
}

void function_network_packet(struct simulation *simulation, struct function *function, uint32_t id)
{
    struct held held;
    if (held_due(simulation, &function->network.held, id, &held))
        held_again(simulation, &function->network.held, id);
}

bool function_network_carry(struct simulation *simulation, void *owner, uint32_t data, uint32_t to, struct request *request)
{
    struct function *function = owner;
    const struct environment *environment = pool_at(&function->environments, data);
    const struct entity *place = stands_in(simulation, function, environment);
    if (!place && is_unreachable(function, to)) {
        hold(simulation, function, environment, to, request);
        return true;
    }
    if (!place)
        return false;
    place->type->carrier->carry(simulation, place->state, to, client_of(function, environment), request);
    return true;
}

void function_network_returned(struct simulation *simulation, void *owner, uint32_t data, uint32_t to, const struct request *answer)
{
    const struct function *function = owner;
    const struct environment *environment = pool_at(&function->environments, data);
    const struct entity *place = stands_in(simulation, function, environment);
    if (place)
        place->type->carrier->returned(simulation, place->state, to, client_of(function, environment), answer);
}
