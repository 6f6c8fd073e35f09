/* ec2_instance.c: AWS::EC2::Instance: a server that is there all the time. Source: Amazon EC2 User Guide, "Instance lifecycle"; prices
 * BoxUsage:*; rules ec2_*. */
#include "instance.h"
#include "nat_instance.h"
#include "server_state.h"

#include "engine/rule_book.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#define AT(field) offsetof(struct servers, field)

static const struct property instance_properties[] = {
    {"InstanceType", PROPERTY_STRING, AT(instance_type), .help = "\"m5.large\": vCPUs, memory, price. Left out: as the template says."},
    {"LaunchTemplate", PROPERTY_OBJECT, 0, .properties = instance_template_properties, .help = "The template that it is made of."},
    {"CreditSpecification", PROPERTY_OBJECT, 0, .properties = instance_credit_properties, .help = "Of burstable types."},
    {.kind = PROPERTY_TABLE, .properties = instance_accepted_properties},
    INSTANCE_PART_ROWS(AT(interfaces), AT(volumes)),
    ACCEPTED("AvailabilityZone"),
    ACCEPTED("PrivateIpAddress"),
    {"SourceDestCheck", PROPERTY_BOOLEAN, AT(checks_destination), .fallback = "true",
     .help =
         "False: a NAT instance, which passes on what functions of a VPC send by a route to it; its network's bandwidth holds that back."},
    ACCEPTED("SubnetId"),
    ACCEPTED("Tags"),
    ACCEPTED("Tenancy"),
    ACCEPTED("Volumes"),
    {0},
};

static const struct metric_type instance_metrics[] = {
    {"AWS/EC2", "CPUUtilization", "Percent", METRIC_GAUGE_RATIO, AT(metrics.cpu_busy), .other = AT(metrics.cpu_room),
     .help = "Time that its vCPUs work."},
    {"AWS/EC2", "NetworkIn", "Bytes", METRIC_COUNT, AT(metrics.network_in), .help = "What it passes on as a NAT instance."},
    {"AWS/EC2", "NetworkOut", "Bytes", METRIC_COUNT, AT(metrics.network_out), .help = "The same, and what it answers (`response`)."},
    {"slsim", "HeldToBaseline", "Count", METRIC_GAUGE, AT(metrics.held), .better = -1,
     .help = "1 while it is burstable, standard and out of credits, and has more to do than its baseline allows."},
    SERVER_METRIC_ROWS,
    {0},
};

static void instance_validate(struct validation *validation, void *config)
{
    struct servers *servers = config;
    servers->cluster = ENTITY_NONE;
    instance_resolve(validation, servers);
    servers->least = servers->most = servers->desired = servers->room = 1;
    servers_validate(validation, servers);
}

static enum status instance_create(struct simulation *simulation, void *self)
{
    nat_instance_init(simulation, self);
    return servers_create(simulation, self);
}

static void instance_destroy(struct simulation *simulation, void *self)
{
    nat_instance_fini(self);
    servers_destroy(simulation, self);
}

const struct model_type ec2_instance_type = {
    .type = INSTANCE_TYPE,
    .service = "Amazon Elastic Compute Cloud",
    .help = "A server that is there all the time: so many requests at once, whose CPU work shares its vCPUs, the others in line.",
    .size = sizeof(struct servers),
    .self_offset = AT(self),
    .properties = instance_properties,
    .behavior = servers_behavior_rows,
    .metrics = instance_metrics,
    .line_items = server_instance_items,
    .validate = instance_validate,
    .create = instance_create,
    .destroy = instance_destroy,
    .quantities = instance_quantities,
    .carrier = &nat_instance_carrier,
    SERVERS_FUNCTIONS,
};
