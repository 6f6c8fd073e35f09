/* pictures.c: what a result is drawn as: how busy, how long, how many turned away, where things wait. A metric that no model has yet makes
 * no picture, so a row may stand here before its model. */
#include "pictures.h"

#include <stddef.h>

#define LAMBDA "AWS/Lambda"
#define OWN "slsim"
#define BALANCER "AWS/ApplicationELB"
#define STATES "AWS/States"
#define CDN "AWS/CloudFront"

static const struct picture_line requests[] = {
    {"requests", OWN, "Requests", .stat = "Sum", .rate = true},
    {"invocations", LAMBDA, "Invocations", .stat = "Sum", .rate = true},
    {0},
};
static const struct picture_line troubles[] = {
    {"failed", OWN, "Failed", .stat = "Sum", .rate = true},
    {"rejected", OWN, "Rejected", .stat = "Sum", .rate = true},
    {0},
};
static const struct picture_line response[] = {
    {"maximum", OWN, "ResponseTime", .stat = "Maximum"},
    {"p99", OWN, "ResponseTime", .stat = "p99"},
    {"p95", OWN, "ResponseTime", .stat = "p95"},
    {"median", OWN, "ResponseTime", .stat = "p50"},
    {0},
};
static const struct picture_line response_count[] = {{"", OWN, "ResponseTime", .stat = "SampleCount"}, {0}};
static const struct picture_line duration[] = {
    {"maximum", LAMBDA, "Duration", .stat = "Maximum"},
    {"p99", LAMBDA, "Duration", .stat = "p99"},
    {"median", LAMBDA, "Duration", .stat = "p50"},
    {0},
};
static const struct picture_line concurrency[] = {{"", LAMBDA, "ConcurrentExecutions", .stat = "Maximum"}, {0}};
static const struct picture_line throttles[] = {{"throttles", LAMBDA, "Throttles", .stat = "Sum", .rate = true}, {0}};
static const struct picture_limit concurrency_limits[] = {
    {"limit of the account", "account.ConcurrentExecutions", "account_concurrency_limit", 1},
    {"reserved", "ReservedConcurrentExecutions", NULL, 1},
    {0},
};
static const struct picture_line environments[] = {
    {"busy", LAMBDA, "ConcurrentExecutions", .stat = "Average"},
    {"idle", OWN, "IdleEnvironments", .stat = "Average"},
    {0},
};
static const struct picture_line cold_share[] = {{"", OWN, "ColdStarts", .stat = "Sum", .over = "Invocations"}, {0}};
static const struct picture_line cold_count[] = {{"cold starts", OWN, "ColdStarts", .stat = "Sum"}, {0}};
static const struct picture_line queue_depth[] = {
    {"visible", "AWS/SQS", "ApproximateNumberOfMessagesVisible", .stat = "Average"},
    {"in flight", "AWS/SQS", "ApproximateNumberOfMessagesNotVisible", .stat = "Average"},
    {"delayed", "AWS/SQS", "ApproximateNumberOfMessagesDelayed", .stat = "Average"},
    {0},
};
static const struct picture_line queue_age[] = {{"oldest", "AWS/SQS", "ApproximateAgeOfOldestMessage", .stat = "Maximum"}, {0}};
static const struct picture_limit queue_retention[] = {{"retention", "MessageRetentionPeriod", "sqs_retention_default_s", 1}, {0}};
static const struct picture_line iterator_age[] = {{"", LAMBDA, "IteratorAge", .stat = "Maximum"}, {0}};
static const struct picture_line stream_age[] = {{"", "AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", .stat = "Maximum"}, {0}};
static const struct picture_limit stream_retention[] = {{"retention", "RetentionPeriodHours", "kinesis_retention_default_h", 3.6e6}, {0}};
static const struct picture_line shard_age[] = {{"", "AWS/Kinesis", "IteratorAgeMilliseconds", .stat = "Maximum"}, {0}};
static const struct picture_line records_waiting[] = {{"", OWN, "RecordsWaiting", .stat = "Maximum"}, {0}};
static const struct picture_line freshness[] = {{"", "AWS/Firehose", "DeliveryToS3.DataFreshness", .stat = "Maximum"}, {0}};
static const struct picture_line not_transformed[] = {{"not transformed", OWN, "ProcessingFailed", .stat = "Sum", .rate = true}, {0}};
static const struct picture_line shards[] = {{"shards", OWN, "Shards", .stat = "Maximum"}, {0}};
static const struct picture_line table_writes[] = {
    {"written", "AWS/DynamoDB", "ConsumedWriteCapacityUnits", .stat = "Sum", .rate = true},
    {"capacity", OWN, "WriteCapacity", .stat = "Average"},
    {0},
};
static const struct picture_line table_reads[] = {
    {"read", "AWS/DynamoDB", "ConsumedReadCapacityUnits", .stat = "Sum", .rate = true},
    {"capacity", OWN, "ReadCapacity", .stat = "Average"},
    {0},
};
static const struct picture_line writes_throttled[] = {
    {"throttled", "AWS/DynamoDB", "WriteThrottleEvents", .stat = "Sum", .rate = true},
    {0},
};
static const struct picture_line reads_throttled[] = {
    {"throttled", "AWS/DynamoDB", "ReadThrottleEvents", .stat = "Sum", .rate = true},
    {0},
};
static const struct picture_line mortal_items[] = {
    {"there", OWN, "ItemsWithAnEnd", .stat = "Average"},
    {"expired", OWN, "ExpiredItems", .stat = "Average"},
    {0},
};
static const struct picture_line items_deleted[] = {
    {"deleted", "AWS/DynamoDB", "TimeToLiveDeletedItemCount", .stat = "Sum", .rate = true},
    {0},
};
static const struct picture_line differing[] = {{"differing", OWN, "ItemsDiffering", .stat = "Average"}, {0}};
static const struct picture_line updates_lost[] = {{"lost", OWN, "LostUpdates", .stat = "Sum", .rate = true}, {0}};
static const struct picture_line hit_ratio[] = {{"", OWN, "HitRatio", .stat = "Average"}, {0}};
static const struct picture_line event_age[] = {
    {"maximum", LAMBDA, "AsyncEventAge", .stat = "Maximum"},
    {"median", LAMBDA, "AsyncEventAge", .stat = "p50"},
    {0},
};
static const struct picture_line events_lost[] = {{"dropped", LAMBDA, "AsyncEventsDropped", .stat = "Sum", .rate = true}, {0}};
static const struct picture_line provisioned[] = {
    {"provisioned", OWN, "ProvisionedConcurrencyAllocated", .stat = "Maximum"},
    {"in use", LAMBDA, "ProvisionedConcurrentExecutions", .stat = "Maximum"},
    {0},
};
static const struct picture_line spillover[] = {
    {"spilled over", LAMBDA, "ProvisionedConcurrencySpilloverInvocations", .stat = "Sum", .rate = true},
    {0},
};
static const struct picture_line capacity[] = {
    {"most", OWN, "MaximumCapacity", .stat = "Average"},
    {"wanted", OWN, "DesiredCapacity", .stat = "Average"},
    {"least", OWN, "MinimumCapacity", .stat = "Average"},
    {0},
};
static const struct picture_line tokens[] = {{"", OWN, "TokensAvailable", .stat = "Minimum"}, {0}};
static const struct picture_line connections[] = {{"", "AWS/RDS", "DatabaseConnections", .stat = "Maximum"}, {0}};
static const struct picture_line database_load[] = {
    {"under way", "AWS/RDS", "DBLoad", .stat = "Average"},
    {"at a vCPU or in line", "AWS/RDS", "DBLoadCPU", .stat = "Average"},
    {0},
};
static const struct picture_line database_troubles[] = {
    {"refused", OWN, "ConnectionsRefused", .stat = "Sum", .rate = true},
    {"failed", OWN, "TransactionsFailed", .stat = "Sum", .rate = true},
    {0},
};
static const struct picture_line pool[] = {
    {"may be", "AWS/RDS", "MaxDatabaseConnectionsAllowed", .stat = "Average"},
    {"are", "AWS/RDS", "DatabaseConnections", .stat = "Maximum"},
    {"borrowed", "AWS/RDS", "DatabaseConnectionsCurrentlyBorrowed", .stat = "Maximum"},
    {"pinned", "AWS/RDS", "DatabaseConnectionsCurrentlySessionPinned", .stat = "Maximum"},
    {0},
};
static const struct picture_line borrow_timeouts[] = {{"timed out", OWN, "BorrowTimeouts", .stat = "Sum", .rate = true}, {0}};
static const struct picture_line acus[] = {{"", "AWS/RDS", "ServerlessDatabaseCapacity", .stat = "Average"}, {0}};
static const struct picture_line resumes[] = {{"waited for it to resume", OWN, "Resumes", .stat = "Sum"}, {0}};
static const struct picture_line global_lag[] = {{"", "AWS/RDS", "AuroraGlobalDBReplicationLag", .stat = "Maximum"}, {0}};
static const struct picture_line writes_lost[] = {{"lost", OWN, "WritesLost", .stat = "Sum"}, {0}};
static const struct picture_line cache_hits[] = {{"", "AWS/ElastiCache", "CacheHitRate", .stat = "Average"}, {0}};
static const struct picture_line nat_connections[] = {{"", "AWS/NATGateway", "ActiveConnectionCount", .stat = "Maximum"}, {0}};
static const struct picture_line nat_troubles[] = {
    {"reset", OWN, "ConnectionResets", .stat = "Sum"},
    {"no port", "AWS/NATGateway", "ErrorPortAllocation", .stat = "Sum"},
    {0},
};
static const struct picture_line unreachable[] = {{"unreachable", OWN, "Unreachable", .stat = "Sum"}, {0}};
static const struct picture_line mounts[] = {{"", "AWS/EFS", "ClientConnections", .stat = "Maximum"}, {0}};
static const struct picture_line mounts_refused[] = {{"refused", OWN, "ConnectionsRefused", .stat = "Sum", .rate = true}, {0}};
static const struct picture_line burst_credits[] = {{"", "AWS/EFS", "BurstCreditBalance", .stat = "Minimum"}, {0}};
static const struct picture_line target_time[] = {
    {"maximum", BALANCER, "TargetResponseTime", .stat = "Maximum"},
    {"p99", BALANCER, "TargetResponseTime", .stat = "p99"},
    {"median", BALANCER, "TargetResponseTime", .stat = "p50"},
    {0},
};
static const struct picture_line own_errors[] = {
    {"load balancer 5XX", BALANCER, "HTTPCode_ELB_5XX_Count", .stat = "Sum", .rate = true},
    {"target 5XX", BALANCER, "HTTPCode_Target_5XX_Count", .stat = "Sum", .rate = true},
    {0},
};
static const struct picture_line hosts[] = {
    {"healthy", BALANCER, "HealthyHostCount", .stat = "Average"},
    {"unhealthy", BALANCER, "UnHealthyHostCount", .stat = "Average"},
    {0},
};
static const struct picture_line failed_checks[] = {{"failed checks", OWN, "HealthCheckFailures", .stat = "Sum"}, {0}};
static const struct picture_line server_count[] = {
    {"in service", "AWS/AutoScaling", "GroupInServiceInstances", .stat = "Average"},
    {"booting", "AWS/AutoScaling", "GroupPendingInstances", .stat = "Average"},
    {"leaving", "AWS/AutoScaling", "GroupTerminatingInstances", .stat = "Average"},
    {0},
};
static const struct picture_line task_count[] = {
    {"running", "ECS/ContainerInsights", "RunningTaskCount", .stat = "Average"},
    {"pending", "ECS/ContainerInsights", "PendingTaskCount", .stat = "Average"},
    {"without room", OWN, "TasksWithoutRoom", .stat = "Average"},
    {0},
};
static const struct picture_line thread_use[] = {{"", OWN, "ThreadUtilization", .stat = "Average"}, {0}};
static const struct picture_line lines_full[] = {
    {"line full", OWN, "LineFull", .stat = "Sum", .rate = true},
    {"unserved", OWN, "RequestsUnserved", .stat = "Sum", .rate = true},
    {"lost", OWN, "RequestsLost", .stat = "Sum", .rate = true},
    {0},
};
static const struct picture_line executions[] = {{"", STATES, "OpenExecutionCount", .stat = "Maximum"}, {0}};
static const struct picture_line execution_ends[] = {
    {"failed", STATES, "ExecutionsFailed", .stat = "Sum", .rate = true},
    {"timed out", STATES, "ExecutionsTimedOut", .stat = "Sum", .rate = true},
    {"aborted", STATES, "ExecutionsAborted", .stat = "Sum", .rate = true},
    {"not started", STATES, "ThrottledEvents", .stat = "Sum", .rate = true},
    {0},
};
static const struct picture_line execution_time[] = {
    {"maximum", STATES, "ExecutionTime", .stat = "Maximum"},
    {"p99", STATES, "ExecutionTime", .stat = "p99"},
    {"median", STATES, "ExecutionTime", .stat = "p50"},
    {0},
};
static const struct picture_line transitions_late[] = {
    {"waited", STATES, "ExecutionThrottled", .stat = "Sum", .rate = true},
    {0},
};
static const struct picture_line state_inside[] = {{"", OWN, "StateConcurrency", .stat = "Average"}, {0}};
static const struct picture_line edge_load[] = {
    {"from viewers", CDN, "Requests", .stat = "Sum", .rate = true},
    {"to origins", OWN, "OriginRequests", .stat = "Sum", .rate = true},
    {0},
};
static const struct picture_line edge_bytes[] = {{"bytes", CDN, "BytesDownloaded", .stat = "Sum", .rate = true}, {0}};
static const struct picture_line edge_hits[] = {{"", CDN, "CacheHitRate", .stat = "Average"}, {0}};
static const struct picture_line edge_errors[] = {
    {"4xx", CDN, "4xxErrorRate", .stat = "Average"},
    {"5xx", CDN, "5xxErrorRate", .stat = "Average"},
    {0},
};
static const struct picture_line origin_time[] = {
    {"maximum", CDN, "OriginLatency", .stat = "Maximum"},
    {"p99", CDN, "OriginLatency", .stat = "p99"},
    {"median", CDN, "OriginLatency", .stat = "p50"},
    {0},
};
static const struct picture_line origin_troubles[] = {
    {"failed", OWN, "OriginFailures", .stat = "Sum", .rate = true},
    {"taken over", OWN, "OriginFailovers", .stat = "Sum", .rate = true},
    {"served beyond its time", OWN, "StaleResponses", .stat = "Sum", .rate = true},
    {0},
};
static const struct picture_line edge_runs[] = {{"", CDN, "FunctionInvocations", .stat = "Sum", .rate = true}, {0}};
static const struct picture_line edge_run_ends[] = {
    {"turned away", OWN, "FunctionRejected", .stat = "Sum", .rate = true},
    {"failed", CDN, "FunctionExecutionErrors", .stat = "Sum", .rate = true},
    {"too long", CDN, "FunctionThrottles", .stat = "Sum", .rate = true},
    {0},
};
static const struct picture_line version_share[] = {{"", LAMBDA, "Invocations", .stat = "Sum"}, {0}};
static const struct picture_line alarms[] = {{"", OWN, "AlarmState", .stat = "Maximum"}, {0}};

static const struct picture_type pictures[] = {
    {"requests", "Requests", "What was asked for and what ran, per second.", PICTURE_SUM,
     .panels = {{"per second", .mark = PICTURE_LINES, .lines = requests},
                {"per second", "Below: requests that failed or were turned away.", PICTURE_BARS, .lines = troubles}}},
    {"latency", "Response time", "What callers waited, by percentile; the axis is logarithmic where waits differ much.", PICTURE_EACH,
     .having = "Attempts", .panels = {{"response time", .mark = PICTURE_LINES, .lines = response}}},
    {"latency-distribution", "Share of calls that waited longer",
     "The curve tells which share waited at least so long: the further right it reaches, the longer the tail.", PICTURE_EACH,
     .having = "Attempts", .distribution = "ResponseTime", .panels = {{"response time", .mark = PICTURE_LINES, .lines = response_count}}},
    {"duration", "Duration", "How long the handler ran, by percentile, without waiting and start.", PICTURE_EACH, .most = 1,
     .having = "Invocations", .panels = {{"duration", .mark = PICTURE_LINES, .lines = duration}}},
    {"start-and-duration", "Cold and warm calls that took longer",
     "Which share of the warm and of the cold invocations took at least so long, from the attempt to the answer.", PICTURE_EACH, .most = 2,
     .having = "ColdStarts", .distribution = "ResponseTime",
     .panels = {{"start and duration", .mark = PICTURE_LINES, .lines = response_count}}},
    {"concurrency", "Concurrency", "The most executions at once in each period; a dashed line is a limit, where it is near.",
     PICTURE_RESOURCES,
     .panels = {{"executions at once", .mark = PICTURE_LINES, .lines = concurrency, .limits = concurrency_limits, .whole = "account"},
                {"per second", "Below: attempts that were throttled.", PICTURE_BARS, .lines = throttles, .sum = true}}},
    {"environments", "Environments, busy and idle",
     "All execution environments that are alive: what is idle waits to be reused, and is lost in the end.", PICTURE_SUM,
     .panels = {{"environments", .mark = PICTURE_AREAS, .lines = environments}}},
    {"cold-starts", "Cold starts", "The share of invocations that met a cold start.", PICTURE_SUM,
     .panels = {{"cold share", .mark = PICTURE_LINES, .lines = cold_share},
                {"cold starts", "Below: how many there were in each period.", PICTURE_BARS, .lines = cold_count}}},
    {"queue", "Queue", "Messages that wait, that are being worked on, that are delayed.", PICTURE_EACH,
     .panels = {{"messages", .mark = PICTURE_AREAS, .lines = queue_depth},
                {"oldest", "Below: how long the oldest has waited.", PICTURE_LINES, .lines = queue_age, .limits = queue_retention}}},
    {"iterator-age", "Iterator age", "How old the records are that a function is handed; beyond the retention they are lost.",
     PICTURE_RESOURCES, .panels = {{"iterator age", .mark = PICTURE_LINES, .lines = iterator_age}}},
    {"stream-age", "Age of records read", "How old the records are that consumers read; beyond the retention they are lost.",
     PICTURE_RESOURCES,
     .panels = {{"age", .mark = PICTURE_LINES, .lines = stream_age, .limits = stream_retention},
                {"shards", "Below: the shards.", PICTURE_LINES, .lines = shards, .sum = true}}},
    {"shard-age", "Age of records read, by shard",
     "A shard that is behind the others has a key that is hot, or a record that is in the way.", PICTURE_PARTS,
     .panels = {{"age", .mark = PICTURE_LINES, .lines = shard_age, .limits = stream_retention}}},
    {"records-waiting", "Records waiting", "Records in the stream that no reader has done with yet.", PICTURE_RESOURCES,
     .panels = {{"records", .mark = PICTURE_LINES, .lines = records_waiting}}},
    {"data-freshness", "Data freshness", "How old the oldest record of an object was when it was put into the bucket.", PICTURE_RESOURCES,
     .panels = {{"age", .mark = PICTURE_LINES, .lines = freshness},
                {"per second", "Below: records that were not transformed.", PICTURE_BARS, .lines = not_transformed, .sum = true}}},
    {"table-writes", "Write units",
     "What was written, and what a table takes for as long as one likes; above that it lives on what it saved.", PICTURE_EACH,
     .panels = {{"units per second", .mark = PICTURE_LINES, .lines = table_writes},
                {"per second", "Below: writes that were throttled.", PICTURE_BARS, .lines = writes_throttled}}},
    {"table-reads", "Read units", "The same of reads.", PICTURE_EACH,
     .panels = {{"units per second", .mark = PICTURE_LINES, .lines = table_reads},
                {"per second", "Below: reads that were throttled.", PICTURE_BARS, .lines = reads_throttled}}},
    {"expiry", "Items with a time to live", "Those whose time is over are still stored and read until they are deleted.", PICTURE_EACH,
     .having = "TimeToLiveDeletedItemCount",
     .panels = {{"items", .mark = PICTURE_LINES, .lines = mortal_items},
                {"per second", "Below: those that were deleted.", PICTURE_BARS, .lines = items_deleted}}},
    {"replicas", "Items that differ between Regions", "Written in one, and not yet in all.", PICTURE_EACH, .having = "LostUpdates",
     .panels = {{"items", .mark = PICTURE_LINES, .lines = differing},
                {"per second", "Below: writes that another Region overwrote before it knew of them.", PICTURE_BARS,
                 .lines = updates_lost}}},
    {"hit-ratio", "Hit ratio", "The share of reads that a cache answers by itself.", PICTURE_RESOURCES,
     .panels = {{"hits in percent", .mark = PICTURE_LINES, .lines = hit_ratio}}},
    {"edge-load", "Requests of viewers, and to origins", "What viewers ask of a distribution, and what of that comes to its origins.",
     PICTURE_EACH, .having = "CollapsedRequests",
     .panels = {{"per second", .mark = PICTURE_LINES, .lines = edge_load},
                {"bytes per second", "Below: what viewers get.", PICTURE_LINES, .lines = edge_bytes}}},
    {"edge-hits", "Cache hit rate", "The share of what may be kept that comes out of a cache.", PICTURE_EACH, .having = "CollapsedRequests",
     .panels = {{"hits in percent", .mark = PICTURE_LINES, .lines = edge_hits},
                {"in percent", "Below: requests answered 4xx and 5xx.", PICTURE_BARS, .lines = edge_errors}}},
    {"edge-locations", "Cache hit rate, by edge location", "An edge that few come to has less in its cache.", PICTURE_PARTS,
     .panels = {{"hits in percent", .mark = PICTURE_LINES, .lines = edge_hits}}},
    {"origin-time", "Origins' latency", "How long a cache waited for an origin, by percentile.", PICTURE_EACH,
     .having = "CollapsedRequests",
     .panels = {{"latency", .mark = PICTURE_LINES, .lines = origin_time},
                {"per second", "Below: origins that failed, and what was done about it.", PICTURE_BARS, .lines = origin_troubles}}},
    {"edge-functions", "CloudFront functions", "How often each runs.", PICTURE_RESOURCES,
     .panels = {{"per second", .mark = PICTURE_LINES, .lines = edge_runs},
                {"per second", "Below: requests that they turned away, failed at, or took too long for.", PICTURE_BARS,
                 .lines = edge_run_ends, .sum = true}}},
    {"event-age", "Age of asynchronous events", "How long events waited before their function was invoked.", PICTURE_EACH,
     .panels = {{"age", .mark = PICTURE_LINES, .lines = event_age},
                {"per second", "Below: those that were given up.", PICTURE_BARS, .lines = events_lost}}},
    {"provisioned", "Provisioned concurrency", "What is paid for and what of it is used.", PICTURE_EACH,
     .panels = {{"environments", .mark = PICTURE_LINES, .lines = provisioned},
                {"per second", "Below: invocations that found none left.", PICTURE_BARS, .lines = spillover}}},
    {"capacity", "Scaling", "What a scaling policy asks for, between its bounds.", PICTURE_EACH,
     .panels = {{"capacity", .mark = PICTURE_LINES, .lines = capacity}}},
    {"tokens", "Tokens left", "What a rate limit still allows at the worst moment of each period.", PICTURE_RESOURCES,
     .panels = {{"tokens", .mark = PICTURE_LINES, .lines = tokens}}},
    {"connections", "Connections", "Open database connections.", PICTURE_RESOURCES,
     .panels = {{"connections", .mark = PICTURE_LINES, .lines = connections}}},
    {"database-load", "Load of a database",
     "Transactions under way: those that are at a vCPU or wait for one are what its class decides; the others wait for what they call.",
     PICTURE_EACH, .having = "Transactions",
     .panels = {{"transactions", .mark = PICTURE_LINES, .lines = database_load},
                {"per second", "Below: connections that were refused, and transactions that failed.", PICTURE_BARS,
                 .lines = database_troubles}}},
    {"proxy-pool", "Connections of a database proxy", "As many as it may have, has, and lends: where it has lent all, clients wait.",
     PICTURE_EACH, .having = "BorrowTimeouts",
     .panels = {{"connections", .mark = PICTURE_LINES, .lines = pool},
                {"per second", "Below: transactions that waited too long for one.", PICTURE_BARS, .lines = borrow_timeouts}}},
    {"database-capacity", "Capacity of a serverless database", "It follows the load; where it pauses it is 0.", PICTURE_RESOURCES,
     .panels = {{"ACU", .mark = PICTURE_LINES, .lines = acus},
                {"count", "Below: connections that had to wait until it had resumed.", PICTURE_BARS, .lines = resumes, .sum = true}}},
    {"global-lag", "Lag between Regions", "How long writes are on their way to a secondary Region; what has not arrived is lost with it.",
     PICTURE_RESOURCES,
     .panels = {{"lag", .mark = PICTURE_LINES, .lines = global_lag},
                {"writes", "Below: writes that were lost with the primary's Region.", PICTURE_BARS, .lines = writes_lost, .sum = true}}},
    {"cache-hits", "Hits of a cache", "A node that was replaced begins empty.", PICTURE_EACH, .having = "CacheHits",
     .panels = {{"hits in percent", .mark = PICTURE_LINES, .lines = cache_hits}}},
    {"nat-connections", "Connections through a NAT gateway", "Those that it knows.", PICTURE_EACH, .having = "ActiveConnectionCount",
     .panels = {{"connections", .mark = PICTURE_LINES, .lines = nat_connections},
                {"count", "Below: calls over one that it had forgotten, and packets for which it had no port.", PICTURE_BARS,
                 .lines = nat_troubles}}},
    {"unreachable", "Calls that nothing leads to", "By the subnet that they come from.", PICTURE_RESOURCES,
     .panels = {{"calls", .mark = PICTURE_LINES, .lines = unreachable}}},
    {"mounts", "Mounts", "Environments that have a file system mounted.", PICTURE_EACH, .having = "ClientConnections",
     .panels = {{"connections", .mark = PICTURE_LINES, .lines = mounts},
                {"per second", "Below: mounts that were refused.", PICTURE_BARS, .lines = mounts_refused}}},
    {"burst-credits", "Burst credits", "Bytes that a file system may still move faster than its baseline.", PICTURE_RESOURCES,
     .panels = {{"bytes", .mark = PICTURE_LINES, .lines = burst_credits}}},
    {"executions", "Executions under way", "The most executions of a state machine at once.", PICTURE_RESOURCES,
     .panels = {{"executions", .mark = PICTURE_LINES, .lines = executions},
                {"per second", "Below: those that ended badly, or were refused.", PICTURE_BARS, .lines = execution_ends, .sum = true}}},
    {"execution-time", "Execution time", "From the start of an execution to its end, by percentile.", PICTURE_EACH,
     .having = "ExecutionsStarted",
     .panels = {{"time", .mark = PICTURE_LINES, .lines = execution_time},
                {"per second", "Below: transitions that waited for the account's quota.", PICTURE_BARS, .lines = transitions_late}}},
    {"states", "Where executions are", "How many executions, branches and items are in each state: where they gather is where they wait.",
     PICTURE_PARTS, .panels = {{"in the state", .mark = PICTURE_LINES, .lines = state_inside}}},
    {"target-time", "Targets' response time", "How long a load balancer waited for its targets, by percentile.", PICTURE_EACH,
     .having = "NewConnectionCount",
     .panels = {{"response time", .mark = PICTURE_LINES, .lines = target_time},
                {"per second", "Below: requests answered 5XX.", PICTURE_BARS, .lines = own_errors}}},
    {"targets", "Targets in service", "Targets of a group, as the health checks judge them.", PICTURE_EACH, .having = "HealthChecks",
     .panels = {{"targets", .mark = PICTURE_AREAS, .lines = hosts},
                {"failed checks", "Below: health checks that failed.", PICTURE_BARS, .lines = failed_checks}}},
    {"instances", "Instances of a group", "As many as are wanted serve, once they have booted.", PICTURE_EACH,
     .panels = {{"instances", .mark = PICTURE_AREAS, .lines = server_count}}},
    {"tasks", "Tasks of a service", "As many as are wanted serve, once they have started.", PICTURE_EACH,
     .panels = {{"tasks", .mark = PICTURE_AREAS, .lines = task_count}}},
    {"threads", "Threads in use", "How much of what servers can work on at once they do.", PICTURE_RESOURCES,
     .panels = {{"percent", .mark = PICTURE_LINES, .lines = thread_use},
                {"per second", "Below: requests that no server took, or that went with theirs.", PICTURE_BARS, .lines = lines_full,
                 .sum = true}}},
    {"deployment", "Traffic by version", "How a deployment moves traffic from version to version.", PICTURE_PARTS,
     .panels = {{"share of invocations", .mark = PICTURE_AREAS, .lines = version_share, .share = true}}},
    {"alarms", "Alarms", "1: in alarm.", PICTURE_RESOURCES, .panels = {{"state", .mark = PICTURE_LINES, .lines = alarms}}},
    {0},
};

static const struct picture_contrast contrasts[] = {
    {LAMBDA, "Invocations", "Sum", OWN, "Requests", "Sum",
     "Attempts that were throttled are no invocations, and retries are invocations of their own."},
    {LAMBDA, "Errors", "Sum", OWN, "Failed", "Sum",
     "An error that a retry makes good is one for the monitor and none for the caller; a timeout of the caller's is the reverse."},
    {LAMBDA, "Throttles", "Sum", OWN, "Rejected", "Sum", "A throttle that a retry overcomes turns nobody away."},
    {LAMBDA, "Duration", "p99", OWN, "ResponseTime", "p99", "Duration is the handler's alone: neither its start nor any wait is in it."},
    {LAMBDA, "ConcurrentExecutions", "Maximum", OWN, "Environments", "Maximum", "Environments that start or idle are no executions."},
    {0},
};

const struct picture_layout picture_layout = {.pictures = pictures, .whole = "account", .monitor = "CloudWatch", .contrasts = contrasts};
