/* route_table.c: AWS::EC2::RouteTable, Route, SubnetRouteTableAssociation, InternetGateway, VPCGatewayAttachment, SecurityGroup and EIP:
 * what a template says of where packets go. Nothing of it has a state; subnet_route.c reads it. Of security groups it counts which
 * functions have the same. */
#include "engine/simulation.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "network_state.h"
#include "scenario/validation.h"

#include <string.h>

#define AT(TYPE, FIELD) offsetof(struct TYPE, FIELD)

/* -- route tables -- */

static const struct property table_properties[] = {
    {"VpcId", PROPERTY_STRING, AT(route_table, vpc), .required = true, .help = "The VPC."},
    ACCEPTED("Tags"),
    {0},
};

const struct model_type route_table_type = {
    .type = ROUTE_TABLE_TYPE,
    .help = "A table of routes: where the packets of the subnets that are associated with it go.",
    .size = sizeof(struct route_table),
    .properties = table_properties,
};

/* -- routes -- */

static const struct property route_properties[] = {
    {"RouteTableId", PROPERTY_STRING, AT(route, table), .required = true, .help = "The route table."},
    {"DestinationCidrBlock", PROPERTY_STRING, AT(route, destination),
     .help = "Which addresses: 0.0.0.0/0 is the internet; routes to others are to other networks."},
    {"NatGatewayId", PROPERTY_STRING, AT(route, nat_gateway), .help = "Through this NAT gateway."},
    {"GatewayId", PROPERTY_STRING, AT(route, gateway),
     .help = "Through this internet gateway. Functions have no public address, so it helps none of them."},
    {"InstanceId", PROPERTY_STRING, AT(route, instance), .help = "Through this instance, which translates addresses."},
    {"NetworkInterfaceId", PROPERTY_STRING, AT(route, interface), .help = "Through this network interface."},
    {.name = "TransitGatewayId", .kind = PROPERTY_ACCEPTED, .given = PROPERTY_GIVEN(struct route, elsewhere)},
    {.name = "VpcPeeringConnectionId", .kind = PROPERTY_ACCEPTED, .given = PROPERTY_GIVEN(struct route, elsewhere)},
    {.name = "VpcEndpointId", .kind = PROPERTY_ACCEPTED, .given = PROPERTY_GIVEN(struct route, elsewhere)},
    {.name = "LocalGatewayId", .kind = PROPERTY_ACCEPTED, .given = PROPERTY_GIVEN(struct route, elsewhere)},
    {.name = "CarrierGatewayId", .kind = PROPERTY_ACCEPTED, .given = PROPERTY_GIVEN(struct route, elsewhere)},
    {.name = "CoreNetworkArn", .kind = PROPERTY_ACCEPTED, .given = PROPERTY_GIVEN(struct route, elsewhere)},
    ACCEPTED("DestinationIpv6CidrBlock"),
    ACCEPTED("DestinationPrefixListId"),
    ACCEPTED("EgressOnlyInternetGatewayId"),
    {0},
};

static void check_named(struct validation *validation, const char *property, const char *text, const char *type)
{
    uint32_t entity = text ? validation_named(validation, text) : ENTITY_NONE;
    if (entity != ENTITY_NONE && !model_is(validation_type(validation, entity), type)) {
        char hint[120];
        snprintf(hint, sizeof hint, "name an %s", type);
        validation_error(validation, property, hint, "%s is %s", validation_name(validation, entity),
                         validation_type(validation, entity)->type);
    }
}

static void route_validate(struct validation *validation, void *config)
{
    const struct route *route = config;
    struct cidr cidr;
    check_named(validation, "RouteTableId", route->table, ROUTE_TABLE_TYPE);
    check_named(validation, "NatGatewayId", route->nat_gateway, NAT_GATEWAY_TYPE);
    double checks;
    uint32_t instance = route->instance ? validation_named(validation, route->instance) : ENTITY_NONE;
    if (instance != ENTITY_NONE && validation_number_of(validation, instance, "SourceDestCheck", &checks) && checks > 0)
        validation_warning(validation, "InstanceId", "give it \"SourceDestCheck\": false",
                           "the route leads nowhere: %s drops what is not for itself", validation_name(validation, instance));
    if (route->destination && route->destination[0] >= '0' && route->destination[0] <= '9' && !cidr_read(route->destination, &cidr))
        validation_error(validation, "DestinationCidrBlock", "such as \"0.0.0.0/0\"", "\"%s\" is no block of addresses",
                         route->destination);
}

const struct model_type route_type = {
    .type = ROUTE_TYPE,
    .help = "A route of a table. Of IPv4 to the internet, 0.0.0.0/0, it says which gateway functions reach it by.",
    .size = sizeof(struct route),
    .properties = route_properties,
    .validate = route_validate,
};

/* -- associations -- */

static const struct property association_properties[] = {
    {"SubnetId", PROPERTY_STRING, AT(route_association, subnet), .required = true, .help = "The subnet."},
    {"RouteTableId", PROPERTY_STRING, AT(route_association, table), .required = true, .help = "Its route table."},
    {0},
};

static void association_validate(struct validation *validation, void *config)
{
    const struct route_association *association = config;
    check_named(validation, "SubnetId", association->subnet, SUBNET_TYPE);
    check_named(validation, "RouteTableId", association->table, ROUTE_TABLE_TYPE);
    uint32_t subnet = validation_named(validation, association->subnet), self = validation_self(validation);
    for (uint32_t i = 0; subnet != ENTITY_NONE && i < self; i++) {
        if (!model_is(validation_type(validation, i), ASSOCIATION_TYPE))
            continue;
        const struct route_association *other = validation_config(validation, i);
        if (other->subnet && validation_named(validation, other->subnet) == subnet)
            validation_error(validation, "SubnetId", "a subnet has one route table", "%s has been given a route table by %s",
                             validation_name(validation, subnet), validation_name(validation, i));
    }
}

const struct model_type route_association_type = {
    .type = ASSOCIATION_TYPE,
    .help = "Gives a subnet its route table. One without has its VPC's main table, which leads nowhere but through the VPC.",
    .size = sizeof(struct route_association),
    .properties = association_properties,
    .validate = association_validate,
};

/* -- what is only there -- */

struct plain {
    uint32_t self;
    struct gauge held; /* of an address */
};

static const struct property gateway_properties[] = {ACCEPTED("Tags"), {0}};

const struct model_type internet_gateway_type = {
    .type = INTERNET_GATEWAY_TYPE,
    .help = "The internet gateway of a VPC: for what has a public address, such as a NAT gateway; no function has one.",
    .size = sizeof(struct plain),
    .properties = gateway_properties,
};

static const struct property attachment_properties[] = {
    ACCEPTED("VpcId"),
    ACCEPTED("InternetGatewayId"),
    ACCEPTED("VpnGatewayId"),
    {0},
};

const struct model_type gateway_attachment_type = {
    .type = "AWS::EC2::VPCGatewayAttachment",
    .help = "Attaches an internet gateway to a VPC.",
    .size = sizeof(struct plain),
    .properties = attachment_properties,
};

static const struct property group_properties[] = {
    ACCEPTED("GroupDescription"),
    ACCEPTED("GroupName"),
    ACCEPTED("VpcId"),
    ACCEPTED("SecurityGroupIngress"),
    ACCEPTED("SecurityGroupEgress"),
    ACCEPTED("Tags"),
    {0},
};

const struct model_type security_group_type = {
    .type = "AWS::EC2::SecurityGroup",
    .help = "A security group. Functions with the same subnets and security groups share their network interfaces; its rules are taken to "
            "allow what is sent.",
    .size = sizeof(struct plain),
    .properties = group_properties,
};

/* -- addresses -- */

static const struct property address_properties[] = {
    ACCEPTED("Domain"),         ACCEPTED("InstanceId"), ACCEPTED("NetworkBorderGroup"),
    ACCEPTED("PublicIpv4Pool"), ACCEPTED("IpamPoolId"), ACCEPTED("TransferAddress"),
    ACCEPTED("Address"),        ACCEPTED("Tags"),       {0},
};

static const struct metric_type address_metrics[] = {
    {NULL, "Held", "Count", METRIC_GAUGE, AT(plain, held), .help = ""},
    {0},
};

static const struct line_item address_items[] = {{"PublicIPv4:InUseAddress", "A public address x time."}, {0}};

static enum status address_create(struct simulation *simulation, void *self)
{
    gauge_add(&((struct plain *)self)->held, simulation->now_ns, 1);
    return STATUS_OK;
}

static void address_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct plain *address = self;
    bill_add(bill, &address_items[0], (double)address->held.whole.integral / (double)NS_PER_HOUR);
}

const struct model_type elastic_address_type = {
    .type = "AWS::EC2::EIP",
    .service = "Amazon Virtual Private Cloud",
    .help = "A public address, as a NAT gateway needs one.",
    .size = sizeof(struct plain),
    .self_offset = AT(plain, self),
    .properties = address_properties,
    .metrics = address_metrics,
    .line_items = address_items,
    .create = address_create,
    .quantities = address_quantities,
};
