/* subnet_route.c: the way from a subnet to whom its functions call, by its route table and the endpoints of its VPC.
 * Sources: Lambda developer guide, "Enable internet access for VPC-connected Lambda functions": a function has no public address, so an
 * internet gateway helps none, and a NAT gateway does where its own subnet's way leads to an internet gateway. AWS PrivateLink guide,
 * "Gateway endpoints", "Access an AWS service using an interface VPC endpoint": with private names an endpoint serves the whole VPC.
 * What a template does not hold, such as the route table of a subnet of elsewhere, is taken as given. */
#include "engine/simulation.h"
#include "nat_gateway.h"
#include "network_service.h"
#include "network_state.h"
#include "scenario/validation.h"
#include "vpc_endpoint.h"

#include <string.h>

/* Who of `type` is meant; ENTITY_NONE: nobody of this scenario. */
static uint32_t named(const struct validation *validation, const char *text, const char *type)
{
    uint32_t entity = text ? validation_named(validation, text) : ENTITY_NONE;
    return entity != ENTITY_NONE && model_is(validation_type(validation, entity), type) ? entity : ENTITY_NONE;
}

/* The route table that the subnet is associated with, as it is written; NULL: with none. */
static const char *table_of(const struct validation *validation, uint32_t subnet)
{
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (!model_is(validation_type(validation, i), ASSOCIATION_TYPE))
            continue;
        const struct route_association *association = validation_config(validation, i);
        if (named(validation, association->subnet, SUBNET_TYPE) == subnet)
            return association->table;
    }
    return NULL;
}

/* Does the way from that subnet lead to the internet, for who has a public address? */
static bool is_public(struct validation *validation, const char *subnet)
{
    uint32_t place = named(validation, subnet, SUBNET_TYPE);
    if (place == ENTITY_NONE)
        return true;
    enum gateway_kind there = subnet_resolved(validation, place)->gateway;
    return there == GATEWAY_INTERNET || there == GATEWAY_GIVEN;
}

/* Does the packets' way through a NAT gateway go on to the internet? */
static bool nat_leads_on(struct validation *validation, uint32_t gateway)
{
    const struct nat_gateway *nat = validation_config(validation, gateway);
    return nat->connectivity == NAT_PUBLIC && is_public(validation, nat->subnet);
}

/* The same of an instance, which drops what is not for itself unless it is told not to look. */
static bool instance_leads_on(struct validation *validation, uint32_t instance)
{
    double checks;
    bool drops = validation_number_of(validation, instance, "SourceDestCheck", &checks) && checks > 0;
    return !drops && is_public(validation, validation_text(validation, instance, "SubnetId"));
}

/* Where a route to the internet leads. Until it is known, its subnet has none: a gateway may stand in the subnet that it serves. */
static enum gateway_kind gateway_of(struct validation *validation, const struct route *route, uint32_t *by)
{
    uint32_t nat = named(validation, route->nat_gateway, NAT_GATEWAY_TYPE);
    uint32_t instance = route->instance ? validation_named(validation, route->instance) : ENTITY_NONE;
    *by = nat;
    if (nat != ENTITY_NONE)
        return nat_leads_on(validation, nat) ? GATEWAY_CARRIER : GATEWAY_NONE;
    if (named(validation, route->gateway, INTERNET_GATEWAY_TYPE) != ENTITY_NONE ||
        (route->gateway && strncmp(route->gateway, "igw-", 4) == 0))
        return GATEWAY_INTERNET;
    *by = instance;
    if (instance == ENTITY_NONE || !validation_type(validation, instance)->carrier)
        return GATEWAY_GIVEN;
    return instance_leads_on(validation, instance) ? GATEWAY_CARRIER : GATEWAY_NONE;
}

/* Where the table sends what is for the internet. */
static void find_gateway(struct validation *validation, struct subnet *subnet)
{
    struct cidr to;
    subnet->gateway = GATEWAY_NONE;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (!model_is(validation_type(validation, i), ROUTE_TYPE))
            continue;
        const struct route *route = validation_config(validation, i);
        if (named(validation, route->table, ROUTE_TABLE_TYPE) == subnet->table && route->destination &&
            cidr_read(route->destination, &to) && to.bits == 0)
            subnet->gateway = gateway_of(validation, route, &subnet->gateway_by);
    }
}

const struct subnet *subnet_resolved(struct validation *validation, uint32_t entity)
{
    struct subnet *subnet = validation_config(validation, entity);
    if (subnet->resolved)
        return subnet;
    subnet->resolved = true;
    const char *table = table_of(validation, entity);
    subnet->vpc = named(validation, subnet->vpc_id, VPC_TYPE);
    subnet->table = named(validation, table, ROUTE_TABLE_TYPE);
    subnet->gateway_by = ENTITY_NONE;
    subnet->gateway = GATEWAY_NONE;
    if (subnet->table != ENTITY_NONE)
        find_gateway(validation, subnet);
    else if (table || subnet->vpc == ENTITY_NONE)
        subnet->gateway = GATEWAY_GIVEN;
    return subnet;
}

static bool same_vpc(const struct validation *validation, const char *a, const char *b)
{
    uint32_t first = named(validation, a, VPC_TYPE), second = named(validation, b, VPC_TYPE);
    return first == second && (first != ENTITY_NONE || (a && b && strcmp(a, b) == 0));
}

static bool lists_table(const struct validation *validation, const struct vpc_endpoint *endpoint, uint32_t table)
{
    for (size_t i = 0; i < endpoint->tables.count; i++)
        if (table != ENTITY_NONE && named(validation, endpoint->tables.items[i], ROUTE_TABLE_TYPE) == table)
            return true;
    return false;
}

/* The endpoint of the service that the subnet's packets go to; a route is more particular than a name. */
static uint32_t endpoint_of(const struct validation *validation, const struct subnet *subnet, const char *service)
{
    uint32_t found = ENTITY_NONE;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (!model_is(validation_type(validation, i), ENDPOINT_TYPE))
            continue;
        const struct vpc_endpoint *endpoint = validation_config(validation, i);
        if (!endpoint->service_name || strcmp(network_service_of_name(endpoint->service_name), service) != 0 ||
            !same_vpc(validation, endpoint->vpc_id, subnet->vpc_id))
            continue;
        if (endpoint->kind == ENDPOINT_GATEWAY && lists_table(validation, endpoint, subnet->table))
            return i;
        if (endpoint->kind == ENDPOINT_INTERFACE && endpoint->private_names)
            found = i;
    }
    return found;
}

static void find_way(struct validation *validation, const struct subnet *subnet, struct way *way)
{
    const char *service;
    enum whereabouts where = network_whereabouts(validation_type(validation, way->target), &service);
    double in_vpc;
    way->by = where == IN_SERVICE ? endpoint_of(validation, subnet, service) : ENTITY_NONE;
    if (where == IN_NETWORK || (validation_number_of(validation, way->target, "behavior.in_vpc", &in_vpc) && in_vpc > 0)) {
        way->reach = REACH_LOCAL;
    } else if (way->by != ENTITY_NONE) {
        way->reach = REACH_ENDPOINT;
    } else if (subnet->gateway == GATEWAY_GIVEN) {
        way->reach = REACH_GIVEN;
    } else if (subnet->gateway == GATEWAY_CARRIER) {
        way->reach = REACH_GATEWAY;
        way->by = subnet->gateway_by;
    } else {
        way->reach = REACH_NONE;
    }
}

static enum reach reach(struct validation *validation, uint32_t entity, uint32_t target, uint32_t *by)
{
    const struct subnet *subnet = subnet_resolved(validation, entity);
    struct way *way = subnet->ways;
    while (way && way->target != target)
        way = way->next;
    if (!way) {
        way = validation_alloc(validation, 1, sizeof *way);
        *by = ENTITY_NONE;
        if (!way)
            return REACH_GIVEN;
        way->target = target;
        way->next = subnet->ways;
        find_way(validation, subnet, way);
        ((struct subnet *)validation_config(validation, entity))->ways = way;
    }
    *by = way->by;
    return way->reach;
}

static const char *service_of(const struct validation *validation, uint32_t target)
{
    const char *service;
    network_whereabouts(validation_type(validation, target), &service);
    return service;
}

const struct attachable subnet_attachable = {
    .reach = reach, .service = service_of, .attach = subnet_attach, .take = subnet_take, .give = subnet_give};
