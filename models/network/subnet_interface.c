/* subnet_interface.c: the network interfaces of functions in a subnet, and their addresses.
 * Sources: Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC": one interface for each subnet and set of
 * security groups, made with the function, shared by all who have the same, and given up when nobody used it for 14 days. Until September
 * 2019 (the guide of that time, "Guidelines for Setting Up VPC-Enabled Lambda Functions"): as many as the environments' memory by 3 GB,
 * each made when an invocation needed it; here they are packed, and given up as soon as what is left needs fewer. */
#include "engine/simulation.h"
#include "network_state.h"

static const struct cause cause_no_address = {.fate = FATE_FAILED, .server_error = true, .text = "SubnetIPAddressLimitReachedException"};
static const struct cause cause_no_interface = {.fate = FATE_FAILED, .server_error = true, .text = "ENILimitReachedException"};

struct shared_interface {
    uint32_t pool_link;
    int64_t count; /* of interfaces that there are */
    int64_t mb;    /* of the environments on them */
    struct network_interface interface;
};

enum status subnet_interfaces_init(struct simulation *simulation, struct subnet *subnet)
{
    const char *name = simulation->entities[subnet->self].name;
    pool_init(&subnet->interfaces, sizeof(struct shared_interface), &simulation->memory, name);
    key_map_init(&subnet->by_groups, &simulation->memory, name);
    return STATUS_OK;
}

void subnet_interfaces_fini(struct subnet *subnet)
{
    if (!subnet->interfaces.owner)
        return;
    pool_fini(&subnet->interfaces);
    key_map_fini(&subnet->by_groups);
}

static struct shared_interface *shared_by(struct simulation *simulation, struct subnet *subnet, uint64_t groups)
{
    uint32_t id = key_map_find(&subnet->by_groups, groups);
    if (id != POOL_NONE)
        return pool_at(&subnet->interfaces, id);
    id = pool_take(&subnet->interfaces);
    enum status status = id == POOL_NONE ? simulation->memory.status : key_map_put(&subnet->by_groups, groups, id);
    if (status != STATUS_OK) {
        simulation_fail(simulation, status);
        return NULL;
    }
    struct shared_interface *shared = pool_at(&subnet->interfaces, id);
    *shared = (struct shared_interface){.count = 0};
    return shared;
}

/* What is against one interface more; NULL: nothing. */
static const struct cause *refusal_of(const struct subnet *subnet)
{
    const struct vpc *vpc = subnet->vpc_state;
    if (subnet->addresses.level >= subnet->capacity)
        return &cause_no_address;
    return vpc && vpc->interfaces.level >= vpc->interface_limit ? &cause_no_interface : NULL;
}

static void change(struct simulation *simulation, struct subnet *subnet, struct shared_interface *shared, int64_t count)
{
    shared->count += count;
    gauge_add(&subnet->addresses, simulation->now_ns, count);
    gauge_add(&subnet->interface_count, simulation->now_ns, count);
    if (subnet->vpc_state)
        gauge_add(&subnet->vpc_state->interfaces, simulation->now_ns, count);
}

struct network_interface *subnet_attach(struct simulation *simulation, void *self, uint64_t groups, int64_t create_ns, int64_t reclaim_ns,
                                        const struct cause **refusal)
{
    struct subnet *subnet = self;
    struct shared_interface *shared = shared_by(simulation, subnet, groups);
    *refusal = NULL;
    if (!shared)
        return NULL;
    if (shared->count > 0 && simulation->now_ns - shared->interface.used_ns < reclaim_ns)
        return &shared->interface;
    if (shared->count == 0) {
        *refusal = refusal_of(subnet);
        if (*refusal)
            return NULL;
        change(simulation, subnet, shared, 1);
    } /* else it was given up, and its address is taken again */
    shared->interface = (struct network_interface){.ready_ns = time_add(simulation->now_ns, create_ns), .used_ns = simulation->now_ns};
    return &shared->interface;
}

static int64_t interfaces_for(int64_t mb, int64_t mb_each)
{
    return mb_each > 0 ? mb / mb_each + (mb % mb_each != 0) : 0;
}

bool subnet_take(struct simulation *simulation, void *self, uint64_t groups, int64_t mb, int64_t mb_each, bool *fresh,
                 const struct cause **refusal)
{
    struct subnet *subnet = self;
    struct shared_interface *shared = shared_by(simulation, subnet, groups);
    *refusal = NULL;
    if (!shared)
        return false;
    int64_t needed = interfaces_for(shared->mb + mb, mb_each);
    *fresh = needed > shared->count;
    for (int64_t left = needed - shared->count; left > 0 && !*refusal; left--) {
        *refusal = refusal_of(subnet);
        if (!*refusal)
            change(simulation, subnet, shared, 1);
    }
    if (*refusal)
        return false;
    shared->mb += mb;
    return true;
}

void subnet_give(struct simulation *simulation, void *self, uint64_t groups, int64_t mb, int64_t mb_each)
{
    struct subnet *subnet = self;
    struct shared_interface *shared = shared_by(simulation, subnet, groups);
    if (!shared)
        return;
    shared->mb -= mb;
    int64_t needed = interfaces_for(shared->mb, mb_each);
    if (needed < shared->count)
        change(simulation, subnet, shared, needed - shared->count);
}

void subnet_occupy(struct simulation *simulation, struct subnet *subnet)
{
    gauge_add(&subnet->addresses, simulation->now_ns, 1);
}
