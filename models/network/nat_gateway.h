/* nat_gateway.h: what a NAT gateway says of itself, and its state. */
#ifndef SLSIM_NETWORK_NAT_GATEWAY_H
#define SLSIM_NETWORK_NAT_GATEWAY_H

#include "engine/held.h"
#include "engine/pipe.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "nat_connections.h"
#include "notation/property.h"

/* The values are those of the choices of ConnectivityType, in their order. */
enum connectivity { NAT_PUBLIC, NAT_PRIVATE };

struct nat_gateway {
    const char *subnet, *allocation;
    int connectivity; /* enum connectivity */
    struct string_list more_allocations;
    uint32_t place; /* the subnet; ENTITY_NONE: not of this scenario; set by validate */

    uint32_t self;
    struct nat_connections connections;
    struct held_line held;
    struct pipe pipe;
    struct gauge there, active;
    struct counter bytes_in_source, bytes_out_destination, bytes_in_destination, bytes_out_source;
    struct counter attempts, established, port_errors, idle_timeouts, resets;
};

#endif
