/* usage_keys.c: resources and usage keys of infracost-usage.yml (github.com/infracost/infracost, internal/resources/aws). Requests of
 * queues and topics are counted in chunks of 64 KB here already, which is the size that it takes where none is given. */
#include "usage_keys.h"

#include <stddef.h>

static const char *const requests[] = {"Request", "Request-ARM", NULL};
static const char *const queue_requests[] = {"SQS-Requests-Tier1", "SQS-Requests-FIFO-Tier1", NULL};
static const char *const topic_requests[] = {"SNS-Requests-Tier1", "SNS-FIFO-Requests", NULL};
static const char *const write_units[] = {"WriteRequestUnits", NULL};
static const char *const put_units[] = {"PutRequestPayloadUnits", NULL};
static const char *const delivered[] = {"Firehose-BilledBytes", NULL};
static const char *const data_in[] = {"OnDemand-BilledIncomingBytes", NULL};
static const char *const data_out[] = {"OnDemand-BilledOutgoingBytes", NULL};
static const char *const api_requests[] = {"ApiGatewayRequest", NULL};
static const char *const http_api_requests[] = {"ApiGatewayHttpRequest", NULL};
static const char *const custom_events[] = {"Event-64K-Chunks", NULL};

const struct usage_key usage_keys[] = {
    {"AWS::Serverless::Function", "aws_lambda_function", "monthly_requests", requests, NULL, NULL},
    {"AWS::Serverless::Function", "aws_lambda_function", "request_duration_ms", NULL, "BilledDuration", "Average"},
    {"AWS::Lambda::Function", "aws_lambda_function", "monthly_requests", requests, NULL, NULL},
    {"AWS::Lambda::Function", "aws_lambda_function", "request_duration_ms", NULL, "BilledDuration", "Average"},
    {"AWS::SQS::Queue", "aws_sqs_queue", "monthly_requests", queue_requests, NULL, NULL},
    {"AWS::SNS::Topic", "aws_sns_topic", "monthly_requests", topic_requests, NULL, NULL},
    {"AWS::DynamoDB::Table", "aws_dynamodb_table", "monthly_write_request_units", write_units, NULL, NULL},
    {"AWS::Serverless::SimpleTable", "aws_dynamodb_table", "monthly_write_request_units", write_units, NULL, NULL},
    {"AWS::Kinesis::Stream", "aws_kinesis_stream", "monthly_provisioned_put_units", put_units, NULL, NULL},
    {"AWS::Kinesis::Stream", "aws_kinesis_stream", "monthly_on_demand_data_in_gb", data_in, NULL, NULL},
    {"AWS::Kinesis::Stream", "aws_kinesis_stream", "monthly_on_demand_data_out_gb", data_out, NULL, NULL},
    {"AWS::KinesisFirehose::DeliveryStream", "aws_kinesis_firehose_delivery_stream", "monthly_data_ingested_gb", delivered, NULL, NULL},
    {"AWS::Events::EventBus", "aws_cloudwatch_event_bus", "monthly_custom_events", custom_events, NULL, NULL},
    {"AWS::ApiGateway::RestApi", "aws_api_gateway_rest_api", "monthly_requests", api_requests, NULL, NULL},
    {"AWS::Serverless::Api", "aws_api_gateway_rest_api", "monthly_requests", api_requests, NULL, NULL},
    {"AWS::ApiGatewayV2::Api", "aws_apigatewayv2_api", "monthly_http_requests", http_api_requests, NULL, NULL},
    {"AWS::Serverless::HttpApi", "aws_apigatewayv2_api", "monthly_http_requests", http_api_requests, NULL, NULL},
    {0},
};
