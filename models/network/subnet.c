/* subnet.c: AWS::EC2::Subnet: addresses, and the way of what functions send from it.
 * Sources: VPC user guide, "Subnet CIDR blocks": /16 to /28, of which AWS keeps five addresses; subnet_route.c and subnet_interface.c. */
#include "engine/fault.h"
#include "engine/simulation.h"
#include "measure/metric.h"
#include "network_state.h"
#include "scenario/validation.h"

#include <stdlib.h>

enum subnet_event { SUBNET_PACKET };

#define AT(field) offsetof(struct subnet, field)

static const struct property subnet_properties[] = {
    {"VpcId", PROPERTY_STRING, AT(vpc_id), .required = true, .help = "The VPC that it is in."},
    {"CidrBlock", PROPERTY_STRING, AT(block), .help = "Its addresses, \"10.0.1.0/24\", of which AWS keeps five."},
    ACCEPTED("AssignIpv6AddressOnCreation"),
    ACCEPTED("AvailabilityZone"),
    ACCEPTED("AvailabilityZoneId"),
    ACCEPTED("EnableDns64"),
    ACCEPTED("EnableLniAtDeviceIndex"),
    ACCEPTED("Ipv4IpamPoolId"),
    ACCEPTED("Ipv4NetmaskLength"),
    ACCEPTED("Ipv6CidrBlock"),
    ACCEPTED("Ipv6IpamPoolId"),
    ACCEPTED("Ipv6Native"),
    ACCEPTED("Ipv6NetmaskLength"),
    ACCEPTED("MapPublicIpOnLaunch"),
    ACCEPTED("OutpostArn"),
    ACCEPTED("PrivateDnsNameOptionsOnLaunch"),
    ACCEPTED("Tags"),
    {0},
};

static const struct metric_type subnet_metrics[] = {
    {"slsim", "AddressesInUse", "Count", METRIC_GAUGE, AT(addresses), .levels = 1,
     .help = "Addresses that functions, NAT gateways and endpoints of the scenario have here."},
    {"slsim", "NetworkInterfaces", "Count", METRIC_GAUGE, AT(interface_count), .levels = 1, .help = "Interfaces of functions."},
    {"slsim", "Unreachable", "Count", METRIC_COUNT, AT(unreachable), .better = -1, .compared = "Sum",
     .help = "Calls of functions here that had no way to whom they were for."},
    {0},
};

static void check_block(struct validation *validation, struct subnet *subnet)
{
    const struct rule_book *rules = validation_rules(validation);
    int64_t least = (int64_t)rule_number(rules, "subnet_prefix_min"), most = (int64_t)rule_number(rules, "subnet_prefix_max");
    uint32_t self = validation_self(validation);
    subnet->cidr_known = subnet->block && cidr_read(subnet->block, &subnet->cidr);
    if (subnet->block && !subnet->cidr_known)
        validation_error(validation, "CidrBlock", "such as \"10.0.1.0/24\"", "\"%s\" is no block of addresses", subnet->block);
    if (!subnet->cidr_known)
        return;
    if (subnet->cidr.bits < least || subnet->cidr.bits > most)
        validation_error(validation, "CidrBlock", "rules subnet_prefix_min, subnet_prefix_max", "a subnet is of a /%d to a /%d, got a /%d",
                         (int)least, (int)most, subnet->cidr.bits);
    const struct vpc *vpc = subnet->vpc == ENTITY_NONE ? NULL : validation_config(validation, subnet->vpc);
    struct cidr around;
    if (vpc && vpc->block && cidr_read(vpc->block, &around) && !cidr_holds(&around, &subnet->cidr))
        validation_error(validation, "CidrBlock", "take a part of the VPC's", "%s is not within %s, the addresses of %s", subnet->block,
                         vpc->block, validation_name(validation, subnet->vpc));
    for (uint32_t i = 0; i < self; i++) {
        const struct subnet *other = validation_config(validation, i);
        if (model_is(validation_type(validation, i), SUBNET_TYPE) && other->cidr_known && other->vpc == subnet->vpc &&
            subnet->vpc != ENTITY_NONE && cidr_overlap(&other->cidr, &subnet->cidr))
            validation_error(validation, "CidrBlock", "subnets of a VPC have different addresses", "%s has addresses of %s, %s",
                             validation_name(validation, i), subnet->block, other->block);
    }
}

static void subnet_validate(struct validation *validation, void *config)
{
    subnet_resolved(validation, validation_self(validation));
    check_block(validation, config);
}

/* -- while it runs -- */

static enum status list_ways(struct subnet *subnet)
{
    uint32_t count = 0;
    for (const struct way *way = subnet->ways; way; way = way->next)
        count++;
    subnet->way_list = calloc(count + 1u, sizeof *subnet->way_list);
    enum status status = subnet->way_list ? STATUS_OK : STATUS_NO_MEMORY;
    count = 0;
    for (const struct way *way = subnet->ways; way && status == STATUS_OK; way = way->next) {
        subnet->way_list[count] = way;
        status = key_map_put(&subnet->way_places, way->target, count++);
    }
    return status;
}

static enum status subnet_create(struct simulation *simulation, void *self)
{
    struct subnet *subnet = self;
    const struct rule_book *rules = simulation->settings->rules;
    subnet->vpc_state = subnet->vpc == ENTITY_NONE ? NULL : entity_state(simulation, subnet->vpc);
    subnet->capacity = INT64_MAX; /* of a block that is not known */
    if (subnet->cidr_known)
        subnet->capacity = (int64_t)cidr_size(&subnet->cidr) - rule_count(rules, "subnet_reserved_addresses", 0, INT32_MAX);
    held_init(&subnet->held, simulation, subnet->self, SUBNET_PACKET, &simulation->entities[subnet->self].ledger);
    key_map_init(&subnet->way_places, &simulation->memory, simulation->entities[subnet->self].name);
    enum status status = subnet_interfaces_init(simulation, subnet);
    return status == STATUS_OK ? list_ways(subnet) : status;
}

static void subnet_destroy(struct simulation *simulation, void *self)
{
    struct subnet *subnet = self;
    (void)simulation;
    subnet_interfaces_fini(subnet);
    held_fini(&subnet->held);
    key_map_fini(&subnet->way_places);
    free(subnet->way_list);
}

/* The way to `to`; NULL: none is known, and so it is taken as given. */
static const struct way *way_to(const struct subnet *subnet, uint32_t to)
{
    uint32_t place = key_map_find(&subnet->way_places, to);
    return place == POOL_NONE ? NULL : subnet->way_list[place];
}

static bool is_closed(const struct simulation *simulation, const struct subnet *subnet, const struct way *way)
{
    if (!way)
        return false;
    if (way->reach == REACH_NONE || (subnet->closed > 0 && (way->reach == REACH_GATEWAY || way->reach == REACH_GIVEN)))
        return true;
    const struct entity *by = way->by == ENTITY_NONE ? NULL : &simulation->entities[way->by];
    return by && by->type->carrier->passes && !by->type->carrier->passes(by->state);
}

static void pass(struct simulation *simulation, const struct way *way, uint32_t to, uint64_t client, struct request *request)
{
    if (!way || way->by == ENTITY_NONE) {
        request_send(simulation, to, request);
        return;
    }
    const struct entity *by = &simulation->entities[way->by];
    by->type->carrier->carry(simulation, by->state, to, client, request);
}

static void subnet_carry(struct simulation *simulation, void *self, uint32_t to, uint64_t client, struct request *request)
{
    struct subnet *subnet = self;
    const struct way *way = way_to(subnet, to);
    if (__builtin_expect(!is_closed(simulation, subnet, way), 1)) {
        pass(simulation, way, to, client, request);
        return;
    }
    struct entity *entity = &simulation->entities[subnet->self];
    entity->ledger.entered++;
    counter_add(&subnet->unreachable, 1);
    if (simulation->tracer)
        simulation_trace(simulation, request, entity->name, "no_route", simulation->now_ns, 0, simulation->entities[to].name);
    held_begin(simulation, &subnet->held, to, client, request);
}

static void subnet_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct subnet *subnet = self;
    struct held held;
    if (!held_due(simulation, &subnet->held, event->data, &held))
        return;
    const struct way *way = way_to(subnet, held.to);
    if (is_closed(simulation, subnet, way)) {
        held_again(simulation, &subnet->held, event->data);
        return;
    }
    held_release(&subnet->held, event->data);
    ledger_count(&simulation->entities[subnet->self].ledger, &cause_succeeded);
    pass(simulation, way, held.to, held.client, request_at(simulation, held.request));
}

static void subnet_returned(struct simulation *simulation, void *self, uint32_t to, uint64_t client, const struct request *answer)
{
    const struct way *way = way_to(self, to);
    const struct entity *by = way && way->by != ENTITY_NONE ? &simulation->entities[way->by] : NULL;
    if (by && by->type->carrier->returned)
        by->type->carrier->returned(simulation, by->state, to, client, answer);
}

static void subnet_forget(struct simulation *simulation, void *self, uint64_t client)
{
    const struct subnet *subnet = self;
    const struct entity *by = subnet->gateway == GATEWAY_CARRIER ? &simulation->entities[subnet->gateway_by] : NULL;
    if (by && by->type->carrier->forget)
        by->type->carrier->forget(simulation, by->state, client);
}

static bool subnet_leads(const struct simulation *simulation, const void *self, uint32_t to)
{
    return !is_closed(simulation, self, way_to(self, to));
}

const struct carrier subnet_carrier = {.leads = subnet_leads, .carry = subnet_carry, .returned = subnet_returned, .forget = subnet_forget};

static enum status subnet_finish(struct simulation *simulation, void *self)
{
    const struct subnet *subnet = self;
    simulation_in_flight(simulation, subnet->self, subnet->held.held.used);
    return STATUS_OK;
}

static void begin_fault(struct simulation *simulation, void *self, const void *arguments)
{
    (void)simulation;
    (void)arguments;
    ((struct subnet *)self)->closed++;
}

static void end_fault(struct simulation *simulation, void *self, const void *arguments)
{
    (void)simulation;
    (void)arguments;
    ((struct subnet *)self)->closed--;
}

static const struct action subnet_actions[] = {
    FAULT_ROW("no_route", NULL, begin_fault, end_fault,
              "Its route out of the VPC is gone: calls that go by it get no answer. What is in the VPC and endpoints are still reached."),
    {0},
};

const struct model_type subnet_type = {
    .type = SUBNET_TYPE,
    .help = "A part of a VPC that functions are attached to: its addresses, and by its route table whom they reach.",
    .size = sizeof(struct subnet),
    .self_offset = AT(self),
    .properties = subnet_properties,
    .metrics = subnet_metrics,
    .actions = subnet_actions,
    .validate = subnet_validate,
    .create = subnet_create,
    .destroy = subnet_destroy,
    .handle = subnet_handle,
    .finish = subnet_finish,
    .carrier = &subnet_carrier,
    .attachable = &subnet_attachable,
};
