/* front_doors.h: the types of what takes requests from the world outside and hands them on. */
#ifndef SLSIM_FRONT_DOORS_FRONT_DOORS_H
#define SLSIM_FRONT_DOORS_FRONT_DOORS_H

#include "engine/model.h"

/* API Gateway */
extern const struct model_type rest_api_type, rest_stage_type, serverless_api_type;
extern const struct model_type http_api_type, http_stage_type, serverless_http_api_type;
extern const struct model_type rest_resource_type, rest_method_type, rest_event_type;
extern const struct model_type http_route_type, http_integration_type, http_event_type;
extern const struct model_type rest_authorizer_type, http_authorizer_type;
extern const struct model_type usage_plan_type, usage_plan_key_type, api_key_type;

/* Elastic Load Balancing */
extern const struct model_type load_balancer_type, listener_type, listener_rule_type, target_group_type;

#endif
