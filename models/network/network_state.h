/* network_state.h: what a network is made of. From the ground up:
 *
 *   network_service          which service a type belongs to, and which are in the network themselves
 *   nat_connections          connections through a gateway that translates addresses
 *   route_table              the types that say where packets go, without a state
 *   subnet_route             the way from a subnet to whom its functions call
 *   subnet_interface         network interfaces and addresses of a subnet
 *   vpc  subnet  nat_gateway  vpc_endpoint */
#ifndef SLSIM_NETWORK_STATE_H
#define SLSIM_NETWORK_STATE_H

#include "engine/carrier.h"
#include "engine/cidr.h"
#include "engine/held.h"
#include "engine/key_map.h"
#include "engine/model.h"
#include "engine/pool.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

#define VPC_TYPE "AWS::EC2::VPC"
#define SUBNET_TYPE "AWS::EC2::Subnet"
#define ROUTE_TABLE_TYPE "AWS::EC2::RouteTable"
#define ROUTE_TYPE "AWS::EC2::Route"
#define ASSOCIATION_TYPE "AWS::EC2::SubnetRouteTableAssociation"
#define INTERNET_GATEWAY_TYPE "AWS::EC2::InternetGateway"
#define NAT_GATEWAY_TYPE "AWS::EC2::NatGateway"
#define ENDPOINT_TYPE "AWS::EC2::VPCEndpoint"

struct vpc {
    const char *block;
    struct cidr cidr; /* with cidr_known; set by validate */
    bool cidr_known;

    uint32_t self;
    int64_t interface_limit; /* of functions, in all subnets */
    struct gauge interfaces;
};

struct route_table {
    const char *vpc;
};

/* One of `targets` is given; names or ids of elsewhere. */
struct route {
    const char *table, *destination, *nat_gateway, *gateway, *instance, *interface;
    bool elsewhere; /* to another network */
};

struct route_association {
    const char *subnet, *table;
};

/* Where a subnet's packets for the internet go. */
enum gateway_kind { GATEWAY_GIVEN, GATEWAY_NONE, GATEWAY_INTERNET, GATEWAY_CARRIER };

/* The way to one whom somebody in the subnet calls. */
struct way {
    struct way *next;
    uint32_t target;
    uint32_t by; /* ENTITY_NONE: nobody stands between */
    enum reach reach;
};

struct subnet {
    const char *vpc_id, *block;
    /* set when it is first asked about */
    bool resolved, cidr_known;
    struct cidr cidr;
    uint32_t vpc;   /* ENTITY_NONE: not of this scenario */
    uint32_t table; /* the same */
    enum gateway_kind gateway;
    uint32_t gateway_by; /* with GATEWAY_CARRIER */
    struct way *ways;    /* the scenario's */

    uint32_t self;
    struct vpc *vpc_state; /* NULL: not of this scenario */
    int64_t capacity;      /* addresses */
    struct pool interfaces;
    struct key_map by_groups;  /* places in `interfaces` */
    struct key_map way_places; /* places in `way_list`, by target */
    const struct way **way_list;
    struct held_line held;
    uint32_t closed; /* faults under way that take its route */
    struct gauge addresses, interface_count;
    struct counter unreachable;
};

/* What is configured of a subnet, resolved; O(entities) the first time. */
const struct subnet *subnet_resolved(struct validation *validation, uint32_t entity);
extern const struct attachable subnet_attachable;
extern const struct carrier subnet_carrier;

/* subnet_interface.c */
struct network_interface *subnet_attach(struct simulation *simulation, void *self, uint64_t groups, int64_t create_ns, int64_t reclaim_ns,
                                        const struct cause **refusal);
bool subnet_take(struct simulation *simulation, void *self, uint64_t groups, int64_t mb, int64_t mb_each, bool *fresh,
                 const struct cause **refusal);
void subnet_give(struct simulation *simulation, void *self, uint64_t groups, int64_t mb, int64_t mb_each);
/* For interfaces that are no function's: whatever is left. */
void subnet_occupy(struct simulation *simulation, struct subnet *subnet);
enum status subnet_interfaces_init(struct simulation *simulation, struct subnet *subnet);
void subnet_interfaces_fini(struct subnet *subnet);

#endif
