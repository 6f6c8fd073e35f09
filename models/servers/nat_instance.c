/* nat_instance.c: an AWS::EC2::Instance with SourceDestCheck false, through which functions of a VPC reach the internet. Sources: VPC user
 * guide, "NAT instances", "Compare NAT gateways and NAT instances": its bandwidth is its type's, bytes are not paid for, a connection that
 * was idle for too long is closed in so many words, so that no call is lost by it; and while it is down nothing leads out. */
#include "nat_instance.h"

#include "engine/carrier.h"

static bool passes(const void *self)
{
    const struct servers *servers = self;
    return servers->list[0].phase == SERVER_RUNNING && !servers->faults.down;
}

static void count(struct servers *servers, uint64_t bytes)
{
    counter_add(&servers->metrics.network_in, bytes);
    counter_add(&servers->metrics.network_out, bytes);
}

static void carry(struct simulation *simulation, void *self, uint32_t to, uint64_t client, struct request *request)
{
    struct servers *servers = self;
    (void)client;
    simulation->entities[servers->self].ledger.entered++;
    count(servers, request->payload_bytes);
    pipe_send(simulation, &servers->pipe, to, request->payload_bytes, request);
}

static void returned(struct simulation *simulation, void *self, uint32_t to, uint64_t client, const struct request *answer)
{
    (void)client;
    if (answer->cause == &cause_succeeded && model_takes(simulation->entities[to].type, "Invoke"))
        count(self, answer->payload_bytes); /* others do not say what they answer */
}

const struct carrier nat_instance_carrier = {.passes = passes, .carry = carry, .returned = returned};

void nat_instance_init(struct simulation *simulation, struct servers *servers)
{
    if (!servers->checks_destination)
        pipe_init(&servers->pipe, simulation, servers->self, SERVERS_PASSED, servers->size.bytes_per_s);
}

void nat_instance_fini(struct servers *servers)
{
    pipe_fini(&servers->pipe);
}
