/* model_types.h: one row a model: the name of its struct model_type, in the order of the reference. Whoever adds a model adds its row. */
#ifndef SLSIM_MODEL_TYPES_H
#define SLSIM_MODEL_TYPES_H

#include "engine/model.h"

/* clang-format off */
#define RESOURCE_TYPES(ROW)           \
    ROW(lambda_function_type)        \
    ROW(serverless_function_type)    \
    ROW(version_type)                \
    ROW(deployed_version_type)       \
    ROW(alias_type)                  \
    ROW(deployment_config_type)      \
    ROW(event_invoke_config_type)    \
    ROW(layer_version_type)          \
    ROW(serverless_layer_type)       \
    ROW(function_url_type)           \
    ROW(queue_mapping_type)          \
    ROW(pipe_type)                   \
    ROW(queue_type)                  \
    ROW(topic_type)                  \
    ROW(subscription_type)           \
    ROW(event_bus_type)              \
    ROW(event_rule_type)             \
    ROW(schedule_type)               \
    ROW(kinesis_stream_type)         \
    ROW(alarm_type)                  \
    ROW(composite_alarm_type)        \
    ROW(scalable_target_type)        \
    ROW(scaling_policy_type)         \
    ROW(stream_consumer_type)        \
    ROW(delivery_stream_type)        \
    ROW(dynamo_table_type)           \
    ROW(simple_table_type)           \
    ROW(global_table_type)           \
    ROW(dax_cluster_type)            \
    ROW(dax_parameters_type)         \
    ROW(database_instance_type)      \
    ROW(database_cluster_type)       \
    ROW(database_global_type)       \
    ROW(database_proxy_type)         \
    ROW(proxy_target_group_type)     \
    ROW(parameter_group_type)        \
    ROW(cluster_parameter_group_type) \
    ROW(cache_cluster_type)          \
    ROW(cache_group_type)            \
    ROW(cache_serverless_type)       \
    ROW(cache_parameters_type)       \
    ROW(file_system_type)            \
    ROW(mount_target_type)           \
    ROW(access_point_type)           \
    ROW(bucket_type)                 \
    ROW(bucket_notification_type)    \
    ROW(config_rule_type)            \
    ROW(custom_family_type)          \
    ROW(custom_resource_type)        \
    ROW(detector_model_type)         \
    ROW(event_subscription_type)     \
    ROW(iot_event_type)              \
    ROW(log_group_type)              \
    ROW(pipeline_type)               \
    ROW(receipt_rule_type)           \
    ROW(repository_type)             \
    ROW(subscription_filter_type)    \
    ROW(topic_rule_type)             \
    ROW(external_service_type)       \
    ROW(secret_type)                 \
    ROW(user_pool_type)              \
    ROW(email_identity_type)         \
    ROW(key_type)                    \
    ROW(pool_client_type)            \
    ROW(distribution_type)           \
    ROW(cache_policy_type)           \
    ROW(edge_function_type)          \
    ROW(monitoring_subscription_type)          \
    ROW(origin_request_policy_type)  \
    ROW(response_headers_policy_type) \
    ROW(origin_access_control_type)  \
    ROW(origin_access_identity_type) \
    ROW(rest_api_type)               \
    ROW(rest_stage_type)             \
    ROW(rest_resource_type)          \
    ROW(rest_method_type)            \
    ROW(rest_authorizer_type)        \
    ROW(rest_event_type)             \
    ROW(usage_plan_type)             \
    ROW(usage_plan_key_type)         \
    ROW(api_key_type)                \
    ROW(serverless_api_type)         \
    ROW(http_api_type)               \
    ROW(http_stage_type)             \
    ROW(http_route_type)             \
    ROW(http_integration_type)       \
    ROW(http_authorizer_type)        \
    ROW(http_event_type)             \
    ROW(serverless_http_api_type)    \
    ROW(role_type)                   \
    ROW(policy_type)                 \
    ROW(managed_policy_type)         \
    ROW(user_type)                   \
    ROW(function_role_type)          \
    ROW(permission_type)             \
    ROW(queue_policy_type)           \
    ROW(topic_policy_type)           \
    ROW(load_balancer_type)          \
    ROW(listener_type)               \
    ROW(listener_rule_type)          \
    ROW(target_group_type)           \
    ROW(vpc_type)                    \
    ROW(subnet_type)                 \
    ROW(security_group_type)         \
    ROW(route_table_type)            \
    ROW(route_type)                  \
    ROW(route_association_type)      \
    ROW(internet_gateway_type)       \
    ROW(gateway_attachment_type)     \
    ROW(nat_gateway_type)            \
    ROW(elastic_address_type)        \
    ROW(vpc_endpoint_type)           \
    ROW(ec2_instance_type)           \
    ROW(lifecycle_hook_type)         \
    ROW(launch_template_type)        \
    ROW(auto_scaling_group_type)     \
    ROW(group_policy_type)           \
    ROW(scheduled_size_type)         \
    ROW(ecs_service_type)            \
    ROW(task_definition_type)        \
    ROW(capacity_provider_type)      \
    ROW(ecs_cluster_type)            \
    ROW(state_machine_type)          \
    ROW(machine_version_type)        \
    ROW(machine_alias_type)          \
    ROW(serverless_machine_type)
/* clang-format on */

#define DECLARE_TYPE(NAME) extern const struct model_type NAME;
RESOURCE_TYPES(DECLARE_TYPE)
DECLARE_TYPE(account_type) /* what is no resource */
DECLARE_TYPE(source_type)
#undef DECLARE_TYPE

#endif
