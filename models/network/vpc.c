/* vpc.c: AWS::EC2::VPC: a network, and how many interfaces Lambda may make in it. Source: Lambda developer guide, "Lambda quotas". */
#include "engine/simulation.h"
#include "measure/metric.h"
#include "network_state.h"
#include "scenario/validation.h"

#define AT(field) offsetof(struct vpc, field)

static const struct property vpc_properties[] = {
    {"CidrBlock", PROPERTY_STRING, AT(block), .help = "Its addresses, \"10.0.0.0/16\": 16 to 65,536 of them."},
    ACCEPTED("EnableDnsHostnames"),
    ACCEPTED("EnableDnsSupport"),
    ACCEPTED("InstanceTenancy"),
    ACCEPTED("Ipv4IpamPoolId"),
    ACCEPTED("Ipv4NetmaskLength"),
    ACCEPTED("Tags"),
    {0},
};

static const struct metric_type vpc_metrics[] = {
    {"slsim", "NetworkInterfaces", "Count", METRIC_GAUGE, AT(interfaces), .levels = 1,
     .help = "Interfaces that Lambda has made in its subnets."},
    {0},
};

static void vpc_validate(struct validation *validation, void *config)
{
    struct vpc *vpc = config;
    const struct rule_book *rules = validation_rules(validation);
    if (!vpc->block)
        return;
    vpc->cidr_known = cidr_read(vpc->block, &vpc->cidr);
    int64_t least = (int64_t)rule_number(rules, "subnet_prefix_min"), most = (int64_t)rule_number(rules, "subnet_prefix_max");
    if (!vpc->cidr_known)
        validation_error(validation, "CidrBlock", "such as \"10.0.0.0/16\"", "\"%s\" is no block of addresses", vpc->block);
    else if (vpc->cidr.bits < least || vpc->cidr.bits > most)
        validation_error(validation, "CidrBlock", "rules subnet_prefix_min, subnet_prefix_max", "a VPC is of a /%d to a /%d, got a /%d",
                         (int)least, (int)most, vpc->cidr.bits);
}

static enum status vpc_create(struct simulation *simulation, void *self)
{
    struct vpc *vpc = self;
    vpc->interface_limit = rule_count(simulation->settings->rules, "eni_per_vpc", 0, INT64_MAX);
    return STATUS_OK;
}

const struct model_type vpc_type = {
    .type = VPC_TYPE,
    .help = "A network of one's own. Functions in it reach what is in it, and nothing else without endpoints or a NAT gateway.",
    .size = sizeof(struct vpc),
    .self_offset = AT(self),
    .properties = vpc_properties,
    .metrics = vpc_metrics,
    .validate = vpc_validate,
    .create = vpc_create,
};
