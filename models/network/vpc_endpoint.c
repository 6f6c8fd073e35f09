/* vpc_endpoint.c: AWS::EC2::VPCEndpoint: a way from a VPC to one of AWS's services that needs no internet: a gateway endpoint, a free route
 * to S3 or DynamoDB, or an interface endpoint, with an address in each of its subnets. Sources: AWS PrivateLink guide, "Gateway endpoints",
 * "AWS PrivateLink quotas", "CloudWatch metrics for AWS PrivateLink"; rule vpc_endpoint_gbps. Its bandwidth is taken to be what it scales
 * to at most; bytes are counted as by a NAT gateway. */
#include "vpc_endpoint.h"

#include "engine/simulation.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "network_service.h"
#include "scenario/validation.h"

#include <string.h>

enum endpoint_event { ENDPOINT_PASSED };

#define AT(field) offsetof(struct vpc_endpoint, field)

static const char *const endpoint_kinds[] = {"Gateway", "Interface", NULL};

static const struct property endpoint_properties[] = {
    {"VpcId", PROPERTY_STRING, AT(vpc_id), .required = true, .help = "The VPC."},
    {"ServiceName", PROPERTY_STRING, AT(service_name), .required = true, .help = "\"com.amazonaws.us-east-1.sqs\": the service."},
    {"VpcEndpointType", PROPERTY_ENUM, AT(kind), .choices = endpoint_kinds, .fallback = "\"Gateway\"",
     .help = "Gateway: a free route to S3 or DynamoDB. Interface: an address in each subnet, paid for by the hour and by the gigabyte."},
    {"PrivateDnsEnabled", PROPERTY_BOOLEAN, AT(private_names), .fallback = "true",
     .help = "Of an interface endpoint: the service's own name leads to it, for the whole VPC. False: handlers go on calling the service "
             "past it."},
    {"RouteTableIds", PROPERTY_STRINGS, AT(tables), .help = "Of a gateway endpoint: the route tables that it is a route of."},
    {"SubnetIds", PROPERTY_STRINGS, AT(subnets), .help = "Of an interface endpoint: one subnet in each zone where it has an address."},
    ACCEPTED("DnsOptions"),
    ACCEPTED("IpAddressType"),
    ACCEPTED("PolicyDocument"),
    ACCEPTED("SecurityGroupIds"),
    ACCEPTED("Tags"),
    {0},
};

static const struct metric_type endpoint_metrics[] = {
    {"AWS/PrivateLinkEndpoints", "BytesProcessed", "Bytes", METRIC_COUNT, AT(bytes), .help = "Bytes through it, in both directions."},
    {"slsim", "Calls", "Count", METRIC_COUNT, AT(calls), .help = "Calls through it, each attempt."},
    {NULL, "Zones", "Count", METRIC_GAUGE, AT(zones_there), .help = ""},
    {0},
};

static const struct line_item endpoint_items[] = {
    {"VpcEndpoint-Hours", "An interface endpoint x its zones x time."},
    {"VpcEndpoint-Bytes", "Bytes through an interface endpoint, in both directions."},
    {0},
};

/* The subnets of this scenario among its own. */
static void find_places(struct validation *validation, struct vpc_endpoint *endpoint)
{
    uint32_t *places = validation_alloc(validation, endpoint->subnets.count + 1, sizeof *places);
    for (size_t i = 0; places && i < endpoint->subnets.count; i++) {
        uint32_t place = validation_named(validation, endpoint->subnets.items[i]);
        if (place != ENTITY_NONE && model_is(validation_type(validation, place), SUBNET_TYPE))
            places[endpoint->place_count++] = place;
    }
    endpoint->places = places;
}

static void endpoint_validate(struct validation *validation, void *config)
{
    struct vpc_endpoint *endpoint = config;
    const char *service = endpoint->service_name ? network_service_of_name(endpoint->service_name) : "";
    bool gateway = endpoint->kind == ENDPOINT_GATEWAY;
    if (gateway && endpoint->service_name && strcmp(service, "s3") != 0 && strcmp(service, "dynamodb") != 0)
        validation_error(validation, "ServiceName", "\"VpcEndpointType\": \"Interface\"",
                         "there are gateway endpoints of S3 and DynamoDB alone, not of %s", service);
    if (strcmp(service, "lambda-url") == 0)
        validation_error(validation, "ServiceName",
                         "call the function itself through an endpoint of lambda, or a private REST API through execute-api",
                         "function URLs are on the public internet only: PrivateLink has no endpoint of them");
    if (gateway && endpoint->tables.count == 0)
        validation_warning(validation, NULL, "add RouteTableIds, the tables of the subnets that use it",
                           "a gateway endpoint without route tables is nobody's way");
    if (!gateway && endpoint->subnets.count == 0)
        validation_warning(validation, NULL, "add SubnetIds, one for each zone",
                           "an interface endpoint without subnets: it is taken to have an address in one zone");
    if (!gateway && !endpoint->private_names)
        validation_warning(validation, "PrivateDnsEnabled", "leave it out, or say true",
                           "handlers call the service by its own name, which does not lead to this endpoint");
    endpoint->zones = gateway ? 0 : endpoint->subnets.count > 0 ? (int64_t)endpoint->subnets.count : 1;
    if (!gateway)
        find_places(validation, endpoint);
}

static enum status endpoint_create(struct simulation *simulation, void *self)
{
    struct vpc_endpoint *endpoint = self;
    double gbps = rule_number(simulation->settings->rules, "vpc_endpoint_gbps");
    gauge_add(&endpoint->zones_there, simulation->now_ns, endpoint->zones);
    pipe_init(&endpoint->pipe, simulation, endpoint->self, ENDPOINT_PASSED, gbps * 1e9 / 8 * (double)endpoint->zones);
    return STATUS_OK;
}

static void endpoint_start(struct simulation *simulation, void *self)
{
    const struct vpc_endpoint *endpoint = self;
    for (uint32_t i = 0; i < endpoint->place_count; i++)
        subnet_occupy(simulation, entity_state(simulation, endpoint->places[i]));
}

static void endpoint_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    pipe_fini(&((struct vpc_endpoint *)self)->pipe);
}

static void endpoint_carry(struct simulation *simulation, void *self, uint32_t to, uint64_t client, struct request *request)
{
    struct vpc_endpoint *endpoint = self;
    struct ledger *ledger = &simulation->entities[endpoint->self].ledger;
    (void)client;
    ledger->entered++;
    counter_add(&endpoint->calls, 1);
    if (endpoint->kind == ENDPOINT_GATEWAY) { /* a route, and nothing in it */
        ledger_count(ledger, &cause_succeeded);
        request_send(simulation, to, request);
        return;
    }
    counter_add(&endpoint->bytes, request->payload_bytes);
    pipe_send(simulation, &endpoint->pipe, to, request->payload_bytes, request);
}

static void endpoint_returned(struct simulation *simulation, void *self, uint32_t to, uint64_t client, const struct request *answer)
{
    struct vpc_endpoint *endpoint = self;
    (void)client;
    if (endpoint->kind == ENDPOINT_INTERFACE && answer->cause == &cause_succeeded && model_takes(simulation->entities[to].type, "Invoke"))
        counter_add(&endpoint->bytes, answer->payload_bytes);
}

static const struct carrier endpoint_carrier = {.carry = endpoint_carry, .returned = endpoint_returned};

static void endpoint_handle(struct simulation *simulation, void *self, const struct event *event)
{
    pipe_due(simulation, &((struct vpc_endpoint *)self)->pipe, event);
}

static enum status endpoint_finish(struct simulation *simulation, void *self)
{
    const struct vpc_endpoint *endpoint = self;
    simulation_in_flight(simulation, endpoint->self, endpoint->pipe.passing.used);
    return STATUS_OK;
}

static void endpoint_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct vpc_endpoint *endpoint = self;
    if (endpoint->kind == ENDPOINT_GATEWAY)
        return;
    bill_add(bill, &endpoint_items[0], (double)endpoint->zones_there.whole.integral / (double)NS_PER_HOUR);
    bill_add(bill, &endpoint_items[1], (double)endpoint->bytes.whole / BYTES_PER_GB);
}

const struct model_type vpc_endpoint_type = {
    .type = ENDPOINT_TYPE,
    .service = "Amazon Virtual Private Cloud",
    .help = "A way from a VPC to one of AWS's services that needs no NAT gateway.",
    .size = sizeof(struct vpc_endpoint),
    .self_offset = AT(self),
    .properties = endpoint_properties,
    .metrics = endpoint_metrics,
    .line_items = endpoint_items,
    .validate = endpoint_validate,
    .create = endpoint_create,
    .start = endpoint_start,
    .destroy = endpoint_destroy,
    .handle = endpoint_handle,
    .finish = endpoint_finish,
    .quantities = endpoint_quantities,
    .carrier = &endpoint_carrier,
};
