/* edge.h: the types of CloudFront. */
#ifndef SLSIM_EDGE_EDGE_H
#define SLSIM_EDGE_EDGE_H

#include "engine/model.h"

extern const struct model_type distribution_type, edge_function_type, monitoring_subscription_type;
extern const struct model_type origin_request_policy_type, response_headers_policy_type, origin_access_control_type,
    origin_access_identity_type;

#endif
