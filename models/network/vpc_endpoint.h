/* vpc_endpoint.h: what an endpoint says of itself. */
#ifndef SLSIM_NETWORK_VPC_ENDPOINT_H
#define SLSIM_NETWORK_VPC_ENDPOINT_H

#include "engine/pipe.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "network_state.h"

/* The values are those of the choices of VpcEndpointType, in their order. */
enum endpoint_kind { ENDPOINT_GATEWAY, ENDPOINT_INTERFACE };

struct vpc_endpoint {
    const char *vpc_id, *service_name;
    int kind; /* enum endpoint_kind */
    bool private_names;
    struct string_list tables, subnets;

    const uint32_t *places; /* its subnets of this scenario; set by validate */
    uint32_t place_count;
    int64_t zones; /* in which it has an interface; the same */

    uint32_t self;
    struct pipe pipe;
    struct gauge zones_there;
    struct counter calls, bytes;
};

#endif
