/* models.c: one row a model. */
#include "models.h"

#include "callers/source.h"
#include "events/event_bus.h"
#include "external/external_service.h"
#include "lambda/function.h"
#include "lambda/queue_mapping.h"
#include "messaging/queue.h"
#include "messaging/topic.h"
#include "monitoring/monitoring.h"
#include "rewrites.h"
#include "services/services.h"
#include "streams/dynamo_table.h"
#include "streams/kinesis_stream.h"
#include "streams/stream_consumer.h"

static const struct model_type *const resources[] = {
    &lambda_function_type,
    &serverless_function_type,
    &version_type,
    &deployed_version_type,
    &alias_type,
    &deployment_config_type,
    &event_invoke_config_type,
    &queue_mapping_type,
    &queue_type,
    &topic_type,
    &subscription_type,
    &event_bus_type,
    &event_rule_type,
    &schedule_type,
    &kinesis_stream_type,
    &alarm_type,
    &composite_alarm_type,
    &scalable_target_type,
    &scaling_policy_type,
    &stream_consumer_type,
    &dynamo_table_type,
    &simple_table_type,
    &bucket_type,
    &bucket_notification_type,
    &config_rule_type,
    &custom_family_type,
    &custom_resource_type,
    &detector_model_type,
    &event_subscription_type,
    &iot_event_type,
    &log_group_type,
    &pipeline_type,
    &receipt_rule_type,
    &repository_type,
    &subscription_filter_type,
    &topic_rule_type,
    &external_service_type,
    NULL,
};

const struct model_registry model_registry = {
    .resources = resources,
    .account = &account_type,
    .source = &source_type,
    .fleet_type = "AWS::Serverless::Function",
    .rewrites = model_rewrites,
    .inner_forms = model_inner_forms,
    .implied = model_implied,
    .publications = model_publications,
    .later_entries = model_later_entries,
    .later_refusals = model_later_refusals,
};
