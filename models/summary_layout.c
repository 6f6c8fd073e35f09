/* summary_layout.c: sources first, since they are what users see; then functions, since they are what is paid for; then what lies between
 * them, where things wait and are lost that no caller hears of. */
#include "summary_layout.h"

#include <stddef.h>

static const struct headline_column source_columns[] = {
    {"requests", "Requests", .stat = "Sum", .adds = true},
    {"succeeded", "Succeeded", .stat = "Sum", .share = true, .adds = true},
    {"failed", "Failed", .stat = "Sum", .share = true, .adds = true},
    {"rejected", "Rejected", .stat = "Sum", .share = true, .adds = true},
    {"average", "ResponseTime", .stat = "Average"},
    {"p50", "ResponseTime", .stat = "p50"},
    {"p95", "ResponseTime", .stat = "p95"},
    {"p99", "ResponseTime", .stat = "p99"},
    {"max", "ResponseTime", .stat = "Maximum"},
    {0},
};

static const struct headline_column function_columns[] = {
    {"invocations", "Invocations", .stat = "Sum", .adds = true},
    {"cold starts", "ColdStarts", .stat = "Sum", .share = true, .adds = true},
    {"throttles", "Throttles", .stat = "Sum", .adds = true},
    {"errors", "Errors", .stat = "Sum", .share = true, .adds = true},
    {"p50", "Duration", .stat = "p50"},
    {"p99", "Duration", .stat = "p99"},
    {"concurrent", "ConcurrentExecutions", .stat = "Average", .adds = true},
    {"max", "ConcurrentExecutions", .stat = "Maximum"},
    {0},
};

static const struct headline_column distribution_columns[] = {
    {"requests", "Requests", .stat = "Sum", .adds = true},
    {"from cache", "CacheHitRate", .stat = "Average"},
    {"to origins", "OriginRequests", .stat = "Sum", .adds = true},
    {"4xx", "4xxErrorRate", .stat = "Average"},
    {"5xx", "5xxErrorRate", .stat = "Average"},
    {"p50", "Latency", .stat = "p50"},
    {"p99", "Latency", .stat = "p99"},
    {"bytes", "BytesDownloaded", .stat = "Sum", .adds = true},
    {0},
};

static const struct headline_column api_columns[] = {
    {"requests", "Count", .stat = "Sum", .adds = true},
    {"429", "Throttles", .stat = "Sum", .share = true, .adds = true},
    {"timeouts", "IntegrationTimeouts", .stat = "Sum", .adds = true},
    {"p50", "Latency", .stat = "p50"},
    {"p99", "Latency", .stat = "p99"},
    {"integration p99", "IntegrationLatency", .stat = "p99"},
    {0},
};

static const struct headline_column balancer_columns[] = {
    {"requests", "RequestCount", .stat = "Sum"},
    {"own 4XX", "HTTPCode_ELB_4XX_Count", .stat = "Sum"},
    {"own 5XX", "HTTPCode_ELB_5XX_Count", .stat = "Sum"},
    {"target 5XX", "HTTPCode_Target_5XX_Count", .stat = "Sum"},
    {"target p50", "TargetResponseTime", .stat = "p50"},
    {"target p99", "TargetResponseTime", .stat = "p99"},
    {0},
};

static const struct headline_column url_columns[] = {
    {"requests", "UrlRequestCount", .stat = "Sum", .adds = true},
    {"4XX", "Url4xxCount", .stat = "Sum", .share = true, .adds = true},
    {"5XX", "Url5xxCount", .stat = "Sum", .share = true, .adds = true},
    {"preflights", "Preflights", .stat = "Sum", .adds = true},
    {"p50", "UrlRequestLatency", .stat = "p50"},
    {"p99", "UrlRequestLatency", .stat = "p99"},
    {0},
};

static const struct headline_column queue_columns[] = {
    {"sent", "NumberOfMessagesSent", .stat = "Sum", .adds = true},
    {"moved in", "MessagesMoved", .stat = "Sum", .adds = true},
    {"deleted", "NumberOfMessagesDeleted", .stat = "Sum", .adds = true},
    {"dead-lettered", "MessagesDeadLettered", .stat = "Sum", .adds = true},
    {"expired", "MessagesExpired", .stat = "Sum", .adds = true},
    {"most waiting", "ApproximateNumberOfMessagesVisible", .stat = "Maximum"},
    {"oldest", "ApproximateAgeOfOldestMessage", .stat = "Maximum"},
    {0},
};

static const struct headline_column stream_columns[] = {
    {"records", "IncomingRecords", .stat = "Sum", .adds = true},
    {"refused", "WriteProvisionedThroughputExceeded", .stat = "Sum", .adds = true},
    {"expired", "RecordsExpired", .stat = "Sum", .adds = true},
    {"most waiting", "RecordsWaiting", .stat = "Maximum"},
    {"oldest read", "GetRecords.IteratorAgeMilliseconds", .stat = "Maximum"},
    {0},
};

static const struct headline_column table_columns[] = {
    {"units written", "ConsumedWriteCapacityUnits", .stat = "Sum", .adds = true},
    {"units read", "ConsumedReadCapacityUnits", .stat = "Sum", .adds = true},
    {"writes throttled", "WriteThrottleEvents", .stat = "Sum", .adds = true},
    {"reads throttled", "ReadThrottleEvents", .stat = "Sum", .adds = true},
    {"p50", "SuccessfulRequestLatency", .stat = "p50"},
    {"p99", "SuccessfulRequestLatency", .stat = "p99"},
    {0},
};

static const struct headline_column delivery_columns[] = {
    {"records", "IncomingRecords", .stat = "Sum", .adds = true},
    {"throttled", "ThrottledRecords", .stat = "Sum", .adds = true},
    {"delivered", "DeliveryToS3.Records", .stat = "Sum", .adds = true},
    {"not transformed", "ProcessingFailed", .stat = "Sum", .adds = true},
    {"lost", "RecordsLost", .stat = "Sum", .adds = true},
    {"objects", "DeliveryToS3.Success", .stat = "Sum", .adds = true},
    {"oldest", "DeliveryToS3.DataFreshness", .stat = "Maximum"},
    {0},
};

static const struct headline_column database_columns[] = {
    {"transactions", "Transactions", .stat = "Sum", .adds = true},
    {"refused", "ConnectionsRefused", .stat = "Sum", .adds = true},
    {"failed", "TransactionsFailed", .stat = "Sum", .adds = true},
    {"p50", "TransactionTime", .stat = "p50"},
    {"p99", "TransactionTime", .stat = "p99"},
    {"cpu", "CPUUtilization", .stat = "Average"},
    {"connections", "DatabaseConnections", .stat = "Average"},
    {"max", "DatabaseConnections", .stat = "Maximum"},
    {0},
};

static const struct headline_column file_system_columns[] = {
    {"operations", "Operations", .stat = "Sum", .adds = true},
    {"failed", "OperationsFailed", .stat = "Sum", .adds = true},
    {"p50", "OperationTime", .stat = "p50"},
    {"p99", "OperationTime", .stat = "p99"},
    {"mounts", "ConnectionsOpened", .stat = "Sum", .adds = true},
    {"refused", "ConnectionsRefused", .stat = "Sum", .adds = true},
    {"connections", "ClientConnections", .stat = "Average"},
    {"max", "ClientConnections", .stat = "Maximum"},
    {0},
};

static const struct headline_column server_columns[] = {
    {"requests", "ServerRequests", .stat = "Sum", .adds = true},
    {"unserved", "RequestsUnserved", .stat = "Sum", .adds = true},
    {"line full", "LineFull", .stat = "Sum", .adds = true},
    {"errors", "ServerErrors", .stat = "Sum", .share = true, .adds = true},
    {"p50", "ServerTime", .stat = "p50"},
    {"p99", "ServerTime", .stat = "p99"},
    {"cpu", "CPUUtilization", .stat = "Average"},
    {"threads", "ThreadUtilization", .stat = "Average"},
    {0},
};

static const struct headline_column machine_columns[] = {
    {"started", "ExecutionsStarted", .stat = "Sum", .adds = true},
    {"succeeded", "ExecutionsSucceeded", .stat = "Sum", .share = true, .adds = true},
    {"failed", "ExecutionsFailed", .stat = "Sum", .share = true, .adds = true},
    {"timed out", "ExecutionsTimedOut", .stat = "Sum", .adds = true},
    {"throttled", "ExecutionThrottled", .stat = "Sum", .adds = true},
    {"p50", "ExecutionTime", .stat = "p50"},
    {"p99", "ExecutionTime", .stat = "p99"},
    {"most at once", "OpenExecutionCount", .stat = "Maximum"},
    {0},
};

static const struct headline_section sections[] = {
    {"traffic", "Requests", source_columns, "slsim"},
    {"distributions", "Requests", distribution_columns, "AWS/CloudFront"},
    {"APIs", "Count", api_columns, "AWS/ApiGateway"},
    {"load balancers", "RequestCount", balancer_columns, "AWS/ApplicationELB"},
    {"function URLs", "UrlRequestCount", url_columns, "AWS/Lambda"},
    {"functions", "Invocations", function_columns, "AWS/Lambda"},
    {"servers", "ServerRequests", server_columns, NULL},
    {"state machines", "ExecutionsStarted", machine_columns, "AWS/States"},
    {"queues", "NumberOfMessagesSent", queue_columns, "AWS/SQS"},
    {"streams", "IncomingRecords", stream_columns, "AWS/Kinesis"},
    {"tables", "ConsumedWriteCapacityUnits", table_columns, "AWS/DynamoDB"},
    {"databases", "Transactions", database_columns, NULL},
    {"file systems", "TotalIOBytes", file_system_columns, "AWS/EFS"},
    {"delivery streams", "IncomingPutRequests", delivery_columns, "AWS/Firehose"},
    {0},
};

static const struct headline_spark sparks[] = {
    {"requests", .space = "slsim", .metric = "Requests", .stat = "Sum"},
    {"concurrency", "account", .space = "AWS/Lambda", .metric = "ConcurrentExecutions", .stat = "Maximum"},
    {"p99", .space = "slsim", .metric = "ResponseTime", .stat = "p99", .of_largest = true},
    {0},
};

const struct summary_layout summary_layout = {.sections = sections, .sparks = sparks, .requests = "Requests", .requests_space = "slsim"};
