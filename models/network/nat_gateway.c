/* nat_gateway.c: AWS::EC2::NatGateway: the way to the internet of what has no public address.
 * Sources: VPC user guide, "NAT gateway basics", "NAT gateway metrics and dimensions", "Troubleshoot NAT gateways", "Pricing for NAT
 * gateways"; rules nat_*. A connection that was idle for 350 s is reset when it is used again: the call fails, as a server's error does,
 * and a client that tries again opens another. One for which there is no port gets no answer: the client's system tries again for a while.
 * Bytes are those that steps name (`size`), in the direction of their operation, and what functions answer; protocols' own are not
 * counted. Its bandwidth is taken to be what it scales to at most. */
#include "nat_gateway.h"

#include "engine/content.h"
#include "engine/simulation.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "network_state.h"
#include "scenario/validation.h"

enum nat_event { NAT_PASSED, NAT_PACKET, NAT_IDLE };

#define AT(field) offsetof(struct nat_gateway, field)

static const struct cause cause_reset = {.fate = FATE_FAILED, .server_error = true, .text = "connection reset: idle in the NAT gateway"};

static const char *const connectivities[] = {"public", "private", NULL};

static const struct property nat_properties[] = {
    {"SubnetId", PROPERTY_STRING, AT(subnet), .required = true,
     .help = "The subnet that it is in: its own route has to lead to an internet gateway."},
    {"AllocationId", PROPERTY_STRING, AT(allocation), .help = "Its public address, of an AWS::EC2::EIP."},
    {"SecondaryAllocationIds", PROPERTY_STRINGS, AT(more_allocations), .maximum = "nat_secondary_addresses_max",
     .help = "More of them: each has ports of its own to every destination."},
    {"ConnectivityType", PROPERTY_ENUM, AT(connectivity), .choices = connectivities, .fallback = "\"public\"",
     .help = "private: to other networks, not to the internet."},
    ACCEPTED("MaxDrainDurationSeconds"),
    ACCEPTED("PrivateIpAddress"),
    ACCEPTED("SecondaryPrivateIpAddressCount"),
    ACCEPTED("SecondaryPrivateIpAddresses"),
    ACCEPTED("VpcId"),
    ACCEPTED("Tags"),
    PROPERTY_LATER_ROW("AvailabilityMode", "regional NAT gateways"),
    PROPERTY_LATER_ROW("AvailabilityZoneAddresses", "regional NAT gateways"),
    {0},
};

static const struct metric_type nat_metrics[] = {
    {"AWS/NATGateway", "ActiveConnectionCount", "Count", METRIC_GAUGE, AT(active), .levels = 1, .help = "Connections that it knows."},
    {"AWS/NATGateway", "BytesInFromSource", "Bytes", METRIC_COUNT, AT(bytes_in_source), .help = "From its clients."},
    {"AWS/NATGateway", "BytesOutToDestination", "Bytes", METRIC_COUNT, AT(bytes_out_destination), .help = "To whom they call."},
    {"AWS/NATGateway", "BytesInFromDestination", "Bytes", METRIC_COUNT, AT(bytes_in_destination), .help = "From whom they call."},
    {"AWS/NATGateway", "BytesOutToSource", "Bytes", METRIC_COUNT, AT(bytes_out_source), .help = "To its clients."},
    {"AWS/NATGateway", "ConnectionAttemptCount", "Count", METRIC_COUNT, AT(attempts), .help = "Connections that clients wanted to open."},
    {"AWS/NATGateway", "ConnectionEstablishedCount", "Count", METRIC_COUNT, AT(established), .help = "Connections that were opened."},
    {"AWS/NATGateway", "ErrorPortAllocation", "Count", METRIC_COUNT, AT(port_errors), .better = -1, .compared = "Sum",
     .help = "First packets of connections for which there was no port."},
    {"AWS/NATGateway", "IdleTimeoutCount", "Count", METRIC_COUNT, AT(idle_timeouts),
     .help = "Connections that it forgot as they were idle for too long."},
    {"slsim", "ConnectionResets", "Count", METRIC_COUNT, AT(resets), .better = -1, .compared = "Sum",
     .help = "Calls over a connection that it had forgotten."},
    {NULL, "There", "Count", METRIC_GAUGE, AT(there), .help = ""},
    {0},
};

static const struct line_item nat_items[] = {
    {"NatGateway-Hours", "A NAT gateway x time."},
    {"NatGateway-Bytes", "Bytes through it, in both directions."},
    {0},
};

static const char *const nat_refusals[] = {"nat_address", NULL};

static void nat_validate(struct validation *validation, void *config)
{
    struct nat_gateway *nat = config;
    uint32_t place = nat->subnet ? validation_named(validation, nat->subnet) : ENTITY_NONE;
    nat->place = ENTITY_NONE;
    if (nat->connectivity == NAT_PUBLIC && !nat->allocation && !validation_allowed(validation, "nat_address"))
        validation_error(validation, NULL, "add AllocationId, of an AWS::EC2::EIP, or allow_invalid: [\"nat_address\"]",
                         "a public NAT gateway needs a public address");
    if (place == ENTITY_NONE)
        return;
    if (!model_is(validation_type(validation, place), SUBNET_TYPE)) {
        validation_error(validation, "SubnetId", "name an " SUBNET_TYPE, "%s is no subnet", validation_name(validation, place));
        return;
    }
    nat->place = place;
    enum gateway_kind gateway = subnet_resolved(validation, place)->gateway;
    if (nat->connectivity == NAT_PUBLIC && gateway != GATEWAY_INTERNET && gateway != GATEWAY_GIVEN)
        validation_warning(validation, "SubnetId",
                           "put it into a public subnet: one whose route table has 0.0.0.0/0 to an AWS::EC2::InternetGateway",
                           "the gateway leads nowhere: %s has no route to an internet gateway", validation_name(validation, place));
}

static enum status nat_create(struct simulation *simulation, void *self)
{
    struct nat_gateway *nat = self;
    const struct rule_book *rules = simulation->settings->rules;
    int64_t each = rule_count(rules, "nat_connections_per_destination", 0, INT32_MAX);
    uint64_t most = (uint64_t)each * (1 + nat->more_allocations.count);
    gauge_add(&nat->there, simulation->now_ns, 1);
    held_init(&nat->held, simulation, nat->self, NAT_PACKET, &simulation->entities[nat->self].ledger);
    pipe_init(&nat->pipe, simulation, nat->self, NAT_PASSED, rule_number(rules, "nat_bandwidth_gbps") * 1e9 / 8);
    return nat_connections_init(&nat->connections, simulation, nat->self, NAT_IDLE, rule_pause_ns(rules, "nat_idle_timeout_s"),
                                most < UINT32_MAX ? (uint32_t)most : UINT32_MAX, &nat->active, &nat->idle_timeouts);
}

static void nat_start(struct simulation *simulation, void *self)
{
    const struct nat_gateway *nat = self;
    if (nat->place != ENTITY_NONE)
        subnet_occupy(simulation, entity_state(simulation, nat->place));
}

static void nat_destroy(struct simulation *simulation, void *self)
{
    struct nat_gateway *nat = self;
    (void)simulation;
    nat_connections_fini(&nat->connections);
    held_fini(&nat->held);
    pipe_fini(&nat->pipe);
}

static void count_out(struct nat_gateway *nat, uint64_t bytes)
{
    counter_add(&nat->bytes_in_source, bytes);
    counter_add(&nat->bytes_out_destination, bytes);
}

static void count_in(struct nat_gateway *nat, uint64_t bytes)
{
    counter_add(&nat->bytes_in_destination, bytes);
    counter_add(&nat->bytes_out_source, bytes);
}

static void pass(struct simulation *simulation, struct nat_gateway *nat, uint32_t to, const struct request *request)
{
    const struct content_table *contents = simulation->settings->contents;
    if (contents && content_only_reads(&contents->items[request->content]))
        count_in(nat, request->payload_bytes);
    else
        count_out(nat, request->payload_bytes);
    pipe_send(simulation, &nat->pipe, to, request->payload_bytes, request);
}

/* Sends it over a connection, if there can be one. */
static enum connection_use use(struct simulation *simulation, struct nat_gateway *nat, uint32_t to, uint64_t client)
{
    enum connection_use use = nat_connections_use(simulation, &nat->connections, client, to);
    counter_add(&nat->attempts, use == CONNECTION_MADE || use == CONNECTION_REFUSED);
    counter_add(&nat->established, use == CONNECTION_MADE);
    counter_add(&nat->port_errors, use == CONNECTION_REFUSED);
    counter_add(&nat->resets, use == CONNECTION_RESET);
    return use;
}

static void nat_carry(struct simulation *simulation, void *self, uint32_t to, uint64_t client, struct request *request)
{
    struct nat_gateway *nat = self;
    struct entity *entity = &simulation->entities[nat->self];
    entity->ledger.entered++;
    switch (use(simulation, nat, to, client)) {
    case CONNECTION_USED:
    case CONNECTION_MADE:
        pass(simulation, nat, to, request);
        return;
    case CONNECTION_RESET:
        if (simulation->tracer)
            simulation_trace(simulation, request, entity->name, "reset", simulation->now_ns, 0, cause_reset.text);
        request_done(simulation, nat->self, request, &cause_reset);
        return;
    case CONNECTION_REFUSED:
        if (simulation->tracer)
            simulation_trace(simulation, request, entity->name, "no_port", simulation->now_ns, 0, "ErrorPortAllocation");
        held_begin(simulation, &nat->held, to, client, request);
        return;
    case CONNECTION_FAILED:
        return; /* memory is out, and the run ends */
    }
}

static void nat_returned(struct simulation *simulation, void *self, uint32_t to, uint64_t client, const struct request *answer)
{
    struct nat_gateway *nat = self;
    nat_connections_touch(simulation, &nat->connections, client, to);
    if (answer->cause == &cause_succeeded && model_takes(simulation->entities[to].type, "Invoke"))
        count_in(nat, answer->payload_bytes); /* others do not say what they answer */
}

static void nat_forget(struct simulation *simulation, void *self, uint64_t client)
{
    (void)simulation;
    nat_connections_forget(&((struct nat_gateway *)self)->connections, client);
}

static const struct carrier nat_carrier = {.carry = nat_carry, .returned = nat_returned, .forget = nat_forget};

static void packet(struct simulation *simulation, struct nat_gateway *nat, uint32_t id)
{
    struct held held;
    if (!held_due(simulation, &nat->held, id, &held))
        return;
    enum connection_use used = use(simulation, nat, held.to, held.client);
    if (used == CONNECTION_REFUSED) {
        held_again(simulation, &nat->held, id);
        return;
    }
    struct request *request = request_at(simulation, held.request);
    held_release(&nat->held, id);
    if (used == CONNECTION_RESET)
        request_done(simulation, nat->self, request, &cause_reset);
    else if (used != CONNECTION_FAILED)
        pass(simulation, nat, held.to, request);
}

static void nat_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct nat_gateway *nat = self;
    switch ((enum nat_event)event->kind) {
    case NAT_PASSED:
        pipe_due(simulation, &nat->pipe, event);
        return;
    case NAT_PACKET:
        packet(simulation, nat, event->data);
        return;
    case NAT_IDLE:
        nat_connections_due(simulation, &nat->connections);
        return;
    }
}

static enum status nat_finish(struct simulation *simulation, void *self)
{
    const struct nat_gateway *nat = self;
    simulation_in_flight(simulation, nat->self, (uint64_t)nat->held.held.used + nat->pipe.passing.used);
    return STATUS_OK;
}

static void nat_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct nat_gateway *nat = self;
    bill_add(bill, &nat_items[0], (double)nat->there.whole.integral / (double)NS_PER_HOUR);
    bill_add(bill, &nat_items[1], (double)(nat->bytes_in_source.whole + nat->bytes_in_destination.whole) / BYTES_PER_GB);
}

const struct model_type nat_gateway_type = {
    .type = NAT_GATEWAY_TYPE,
    .service = "Amazon Elastic Compute Cloud",
    .help = "A NAT gateway: the way to the internet, and to AWS's services without endpoints, of functions in a VPC.",
    .size = sizeof(struct nat_gateway),
    .self_offset = AT(self),
    .properties = nat_properties,
    .metrics = nat_metrics,
    .line_items = nat_items,
    .refusals = nat_refusals,
    .validate = nat_validate,
    .create = nat_create,
    .start = nat_start,
    .destroy = nat_destroy,
    .handle = nat_handle,
    .finish = nat_finish,
    .quantities = nat_quantities,
    .carrier = &nat_carrier,
};
