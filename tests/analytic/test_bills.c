/* test_bills.c: whole bills, each worked out by hand from the list prices of us-east-1 in its comment, to the cent. A month has 2,628,000 s
 * (730 h): a run of 26.28 s is billed 100,000 times, one of an hour 730 times, one of 7.3 h a hundred times. GB are 2^30 bytes.
 * Lambda's own lines of an invocation are 344 bytes as CloudWatch counts them (71 + 52 + 143, and 26 for each of the three), those of a new
 * environment 215 more (25 in REPORT, 164 and 26 for INIT_START); 15 % of the bytes are kept, for $0.03. */
#include "unit/model_fixture.h"

enum { LINES = 8 };

struct bill_case {
    const char *name;
    const char *scenario;
    const char *service; /* whose bill it is: its lines are these, and nothing else; NULL: of all services */
    struct {
        const char *usage_type;
        double usd; /* a month */
    } lines[LINES];
};

/* A month's dollars of one usage type, or of all of one service. NULL: any. */
static double month_usd(const struct model_run *run, const char *usage_type, const char *service)
{
    double usd = 0;
    for (size_t i = 0; i < run->result->cost_count; i++) {
        const struct cost_line *line = &run->result->cost[i];
        if ((usage_type == NULL || strcmp(line->price->usage_type, usage_type) == 0) &&
            (service == NULL || strcmp(line->price->service, service) == 0))
            usd += line->monthly_amount_usd;
    }
    return usd;
}

static void check_case(const struct bill_case *bill)
{
    struct model_run run;
    double sum = 0;
    model_open(&run);
    model_execute(&run, bill->scenario);
    for (size_t i = 0; i < LINES && bill->lines[i].usage_type != NULL; i++) {
        double usd = month_usd(&run, bill->lines[i].usage_type, NULL);
        if (!(fabs(usd - bill->lines[i].usd) < 0.005))
            fail_msg("%s: %s is $%.4f a month, by hand $%.4f", bill->name, bill->lines[i].usage_type, usd, bill->lines[i].usd);
        sum += usd;
    }
    double all = month_usd(&run, NULL, bill->service);
    if (!(fabs(all - sum) < 1e-6))
        fail_msg("%s: the bill is $%.4f, the lines worked out $%.4f", bill->name, all, sum);
    model_close(&run);
}

#define CALLED(SETTINGS, PROPERTIES, BEHAVIOR, TRAFFIC)                                                                                    \
    ONE_FUNCTION(SETTINGS, PROPERTIES, "'init': '0ms', 'keep_alive': 'forever', 'max_lifetime': 'forever', " BEHAVIOR,                     \
                 "{'name': 'a', 'target': 'F', " TRAFFIC "}")
#define SHORT "'duration': '26280ms'" /* a month is 100,000 of these */

static const struct bill_case lambda_cases[] = {
    /* 100 million calls of 50 ms at 128 MB, each of which prints 2 KB: 100 M x $0.20 / M; 100 M x 0.05 s x 0.125 GB = 625,000 GB-s. Logs:
     * 100 M x (344 + 2,048 + 26), and two environments a run that begin (at 0 and 25 ms): 2 x 100,000 x 215. 241.843 GB of 10^9 bytes are
     * 225.234 GB: x 0.50, and x 0.15 x 0.03. What is printed costs more than three times what is computed. */
    {"logs beside compute",
     CALLED(SHORT, "'MemorySize': 128", "'duration': '50ms', 'log_bytes': '2KB'", "'constant': '40/s', 'count': 1000"),
     NULL,
     {{"Request", 20.00}, {"Lambda-GB-Second", 10.42}, {"VendedLog-Bytes", 112.62}, {"Logs-TimedStorage-ByteHrs", 1.01}}},
    /* Free: 1 M requests, 400,000 GB-s, 5 GB of logs. 4.1 M calls of 100 ms at 1 GB: 3.1 M are paid, and 10,000 of 410,000 GB-s. Their
     * logs, 4.1 M x 344 + 100,000 x 215 bytes, are 1.33 GB and stay free. */
    {"just over the free tier",
     CALLED(SHORT ", 'free_tier': true", "'MemorySize': 1024", "'duration': '100ms'", "'constant': '2/s', 'count': 41"),
     NULL,
     {{"Request", 0.62}, {"Lambda-GB-Second", 0.17}}},
    /* 20 billion GB-s on x86: 200 bursts of 1,000 x 100 s x 10 GB, a hundred times: 6 G at $1.66667e-5 + 9 G at $1.5e-5 + 5 G at
     * $1.33334e-5 = 100,000.20 + 135,000 + 66,667. 20 M requests. */
    {"both tiers, x86",
     CALLED("'duration': '26280s', 'account': {'ConcurrentExecutions': 2000}", "'MemorySize': 10240, 'Timeout': 900", "'duration': '100s'",
            "'bursts': {'size': 1000, 'every': '131400ms'}, 'count': 200000"),
     "AWS Lambda",
     {{"Request", 4.00}, {"Lambda-GB-Second", 301667.20}}},
    /* The same on arm: 7.5 G at $1.33334e-5 + 11.25 G at $1.20001e-5 + 1.25 G at $1.06667e-5 = 100,000.50 + 135,001.125 + 13,333.375. */
    {"both tiers, arm",
     CALLED("'duration': '26280s', 'account': {'ConcurrentExecutions': 2000}",
            "'MemorySize': 10240, 'Timeout': 900, 'Architectures': ['arm64']", "'duration': '100s'",
            "'bursts': {'size': 1000, 'every': '131400ms'}, 'count': 200000"),
     "AWS Lambda",
     {{"Request-ARM", 4.00}, {"Lambda-GB-Second-ARM", 248335.00}}},
    /* 10 GB of /tmp are 9.5 over what is free: 2.628 M calls of 1 s x 9.5 GB x $3.09e-8; and 2.628 M x 1 s x 0.5 GB = 1,314,000 GB-s. */
    {"ephemeral storage",
     CALLED("'duration': '1h', 'drain': '1s'", "'MemorySize': 512, 'EphemeralStorage': {'Size': 10240}", "'duration': '1s'",
            "'constant': '1/s'"),
     "AWS Lambda",
     {{"Request", 0.53}, {"Lambda-GB-Second", 21.90}, {"Lambda-Storage-GB-Second", 0.77}}},
    /* One call a second, each traced: the one of each second is. 2,628,000 x $5 / M; with the free 100,000 $0.50 less. */
    {"traces",
     CALLED("'duration': '1h'", "'MemorySize': 128, 'TracingConfig': {'Mode': 'Active'}", "'duration': '1ms'", "'constant': '1/s'"),
     "AWS X-Ray",
     {{"XRay-TracesStored", 13.14}}},
    {"traces, free tier",
     CALLED("'duration': '1h', 'free_tier': true", "'MemorySize': 128, 'TracingConfig': {'Mode': 'Active'}", "'duration': '1ms'",
            "'constant': '1/s'"),
     "AWS X-Ray",
     {{"XRay-TracesStored", 12.64}}},
    /* 640 calls a run that log a MB each, Lambda's own lines included: 62,500 GB a month. 10,240 at $0.50, 20,480 at $0.25, 20,480 at
     * $0.10, 11,300 at $0.05: 5,120 + 5,120 + 2,048 + 565; two environments (20 ms apart, 30 ms long) log 0.04 GB more. */
    {"logs by tiers",
     CALLED(SHORT, "'MemorySize': 128", "'duration': '30ms', 'log_bytes': '1048206B'", "'constant': '50/s', 'count': 640"),
     "AmazonCloudWatch",
     {{"VendedLog-Bytes", 12853.00}, {"Logs-TimedStorage-ByteHrs", 281.25}}},
    /* Before May 2025: all at $0.50; and no INIT_START line, so that 25 bytes a start are left. */
    {"logs, flat",
     CALLED(SHORT ", 'rules': 'course'", "'MemorySize': 128", "'duration': '30ms', 'log_bytes': '1048206B'",
            "'constant': '50/s', 'count': 640"),
     "AmazonCloudWatch",
     {{"DataProcessing-Bytes", 31250.00}, {"Logs-TimedStorage-ByteHrs", 281.25}}},
    /* JSON: start 141, report 234, and 26 each are 427 bytes a call; 10 million calls. A new environment: 278 + 26, and 24 in its report.
     */
    {"logs in JSON",
     CALLED(SHORT, "'MemorySize': 128, 'LoggingConfig': {'LogFormat': 'JSON'}", "'duration': '1ms'", "'constant': '10/s', 'count': 100"),
     "AmazonCloudWatch",
     {{"VendedLog-Bytes", 2.00}, {"Logs-TimedStorage-ByteHrs", 0.02}}},
};

#define ALIASED(CHANGES)                                                                                                                   \
    "{'duration': '1h', 'drain': '1s', 'rules': {'base': 'current', 'provisioned_ready_at_start': true}, 'Resources': {'F': {'Type': "     \
    "'AWS::Serverless::Function', 'Properties': {'MemorySize': 1024, "                                                                     \
    "'AutoPublishAlias': 'live', 'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 10}}}}, 'behavior': {'F': {'init': "  \
    "'0ms', 'duration': '100ms'}}, 'traffic': [{'name': 'a', 'target': 'F', 'constant': '1/s'}]" CHANGES "}"

static const struct bill_case provisioned_cases[] = {
    /* Ten environments of 1 GB around the clock: 26.28 M GB-s at $4.1667e-6; 2.628 M calls of 100 ms on them: 262,800 GB-s at $9.7222e-6.
     */
    {"provisioned",
     ALIASED(""),
     "AWS Lambda",
     {{"Request", 0.53}, {"Lambda-Provisioned-Concurrency", 109.50}, {"Lambda-Provisioned-GB-Second", 2.555}}},
    /* Given up after 7 minutes, 10 are paid: 10 GB x 600 s x 730 = 4.38 M GB-s. On them run 420 calls of 3,600, the others on demand. */
    {"rounded up to five minutes",
     ALIASED(", 'changes': [{'at': '7m', 'set': {'F.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions': 0}}]"),
     "AWS Lambda",
     {{"Request", 0.53}, {"Lambda-Provisioned-Concurrency", 18.25}, {"Lambda-Provisioned-GB-Second", 0.30}, {"Lambda-GB-Second", 3.87}}},
};

#define ACTION(NAME, CATEGORY)                                                                                                             \
    "{'Name': '" NAME "', 'Actions': [{'Name': 'a', 'ActionTypeId': {'Category': '" CATEGORY                                               \
    "', 'Owner': 'AWS', 'Provider': 'p', 'Version': '1'}}]}"
#define STAGES "'Stages': [" ACTION("S", "Source") ", " ACTION("B", "Build") ", " ACTION("A", "Approval") "]"

static const struct bill_case service_cases[] = {
    /* Nobody sends, and five pollers ask three times a minute: 657,000 requests a month at $0.40 / M. */
    {"an idle queue",
     "{'duration': '30d', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': "
     "{'Events': "
     "{'Q': {'Type': 'SQS', 'Properties': {'Queue': 'Q'}}}}}}, 'behavior': {'F': {'duration': '1ms'}},"
     "'traffic': [{'name': 'nobody', 'target': 'Q', 'constant': '1/s', 'count': 0}]}",
     NULL,
     {{"SQS-Requests-Tier1", 0.26}}},
    /* Two provisioned pollers: 2 x 730 h x $0.00925. */
    {"provisioned pollers",
     "{'duration': '1h', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': "
     "{'Events': "
     "{'Q': {'Type': 'SQS', 'Properties': {'Queue': 'Q', 'ProvisionedPollerConfig': {'MinimumPollers': 2}}}}}}}, 'behavior': {'F': "
     "{'duration': '1ms'}}, 'traffic': [{'name': 'nobody', 'target': 'Q', 'constant': '1/s', 'count': 0}]}",
     "AWS Lambda",
     {{"Lambda-Event-Poller-Unit-Hour-SQS", 13.505}}},
    /* Four shards x 730 h x $0.015; ten records of 60 KB a second are 30 units of 25 KB: 78.84 M x $0.014 / M; a consumer of its own:
     * 4 x 730 h x $0.015, and 10 x 60 KB x 2,628,000 = 1,503.75 GB x $0.013. Kept for a week: 4 x 730 h x $0.020. */
    {"a stream",
     "{'duration': '1h', 'drain': '10s', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 4, "
     "'RetentionPeriodHours': 168}}, 'C': {'Type': 'AWS::Kinesis::StreamConsumer', 'Properties': {'StreamARN': {'Fn::GetAtt': ['S', "
     "'Arn']}, "
     "'ConsumerName': 'c'}}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': {'S': {'Type': 'Kinesis', 'Properties': "
     "{'Stream': {'Fn::GetAtt': ['C', 'ConsumerARN']}, 'StartingPosition': 'TRIM_HORIZON'}}}}}}, 'behavior': {'F': {'duration': '1ms'}},"
     "'traffic': [{'name': 'a', 'target': 'S', 'constant': '10/s', 'payload': '60KB', 'key': {'uniform': 1000}}]}",
     "Amazon Kinesis",
     {{"Storage-ShardHour", 43.80},
      {"PutRequestPayloadUnits", 1.10},
      {"EnhancedFanoutHour", 43.80},
      {"ReadBytes", 19.55},
      {"Extended-ShardHour", 58.40}}},
    /* On demand: 730 h x $0.04; 1,503.75 GB x $0.08 in. Kept for 30 days: in the long run six days' bytes more than the first, 6 / 30.41667
     * of a month's, at $0.10 a GB-month, and 23 days' at $0.023. */
    {"a stream on demand",
     "{'duration': '1h', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'RetentionPeriodHours': 720, "
     "'StreamModeDetails': "
     "{'StreamMode': 'ON_DEMAND'}}}}, 'traffic': [{'name': 'a', 'target': 'S', 'constant': '10/s', 'payload': '60KB', 'key': {'uniform': "
     "1000}}]}",
     "Amazon Kinesis",
     {{"OnDemand-StreamHour", 29.20},
      {"OnDemand-BilledIncomingBytes", 120.30},
      {"OnDemand-ExtendedRetention-ByteHrs", 29.66},
      {"LongTermRetention-ByteHrs", 26.15}}},
    /* Five items of 3.5 KB a second are 20 write units: 52.56 M x $0.625 / M. */
    {"a table on demand",
     "{'duration': '1h', 'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': 'PAY_PER_REQUEST', "
     "'AttributeDefinitions': [{'AttributeName': 'k', 'AttributeType': 'S'}], 'KeySchema': [{'AttributeName': 'k', 'KeyType': 'HASH'}]}}},"
     "'traffic': [{'name': 'a', 'target': 'T', 'constant': '5/s', 'payload': '3584B', 'key': {'uniform': 1000}}]}",
     NULL,
     {{"WriteRequestUnits", 32.85}}},
    /* A handler that reads 6 KB a second: two blocks of 4 KB, half a unit each, are 2.628 M units at $0.125 / M. */
    {"reads on demand",
     "{'duration': '1h', 'drain': '1s', 'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': "
     "'PAY_PER_REQUEST', 'AttributeDefinitions': [{'AttributeName': 'k', 'AttributeType': 'S'}], 'KeySchema': [{'AttributeName': 'k', "
     "'KeyType': 'HASH'}]}}, 'F': {'Type': 'AWS::Lambda::Function'}}, 'behavior': {'F': {'steps': [{'call': 'T', 'op': 'GetItem', 'size': "
     "'6KB', 'key': {'uniform': 1000}}]}}, 'traffic': [{'name': 'a', 'target': 'F', 'constant': '1/s'}]}",
     "Amazon DynamoDB",
     {{"ReadRequestUnits", 0.33}}},
    /* 30 write and 20 read units kept: 30 x 730 x $0.00065 and 20 x 730 x $0.00013. 25 of each are free. */
    {"a provisioned table",
     "{'duration': '1h', 'free_tier': true, 'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': "
     "'PROVISIONED', "
     "'ProvisionedThroughput': {'WriteCapacityUnits': 30, 'ReadCapacityUnits': 20}, 'AttributeDefinitions': [{'AttributeName': 'k', "
     "'AttributeType': 'S'}], 'KeySchema': [{'AttributeName': 'k', 'KeyType': 'HASH'}]}}},"
     "'traffic': [{'name': 'a', 'target': 'T', 'constant': '5/s', 'payload': '1KB', 'key': {'uniform': 1000}}]}",
     NULL,
     {{"WriteCapacityUnit-Hrs", 2.37}}},
    /* One event of 100 KB a second is two of 64 KB: 5.256 M x $1 / M; two publishes of 100 KB are four: 10.512 M x $0.50 / M; an object of
     * a KB a second: 2.628 M x $5 / M, and what an hour's 3,600 of them take is less than a cent. A million publishes are free. */
    {"events, messages, objects",
     "{'duration': '1h', 'free_tier': true, 'Resources': {'E': {'Type': 'AWS::Events::EventBus', 'Properties': {'Name': 'e'}}, 'T': "
     "{'Type': "
     "'AWS::SNS::Topic'}, 'B': {'Type': 'AWS::S3::Bucket'}}, 'traffic': [{'name': 'e', 'target': 'E', 'constant': '1/s', 'payload': "
     "'100KB'},"
     "{'name': 't', 'target': 'T', 'constant': '2/s', 'payload': '100KB'}, {'name': 'b', 'target': 'B', 'constant': '1/s', 'payload': "
     "'1KB'}]}",
     NULL,
     {{"Event-64K-Chunks", 5.26}, {"SNS-Requests-Tier1", 4.76}, {"S3-Requests-Tier1", 13.14}, {"S3-TimedStorage-ByteHrs", 0.00}}},
    /* One execution an hour: its source's minute, a build of 90 s that is billed as two, an approval that is free: 3 x 730 minutes at
     * $0.002. A pipeline of the old type is a dollar a month, however often it runs. */
    {"two pipelines",
     "{'duration': '1h', 'Resources': {'New': {'Type': 'AWS::CodePipeline::Pipeline', 'Properties': {'RoleArn': 'r', 'PipelineType': "
     "'V2', " STAGES "}}, 'Old': {'Type': 'AWS::CodePipeline::Pipeline', 'Properties': {'RoleArn': 'r', " STAGES "}}}, 'behavior': {'New': "
     "{'action_duration': '90s'}, 'Old': {'action_duration': '90s'}}, 'traffic': [{'name': 'a', 'target': 'New', 'constant': '1/h'}, "
     "{'name': "
     "'b', 'target': 'Old', 'constant': '10/h'}]}",
     NULL,
     {{"CodePipeline-actionExecutionMinute", 4.38}, {"CodePipeline-activePipeline", 1.00}}},
    /* 200,000 mails of 600 KB: $0.10 a thousand, and two whole 256 KB each at $0.09 a thousand. */
    {"mail",
     "{" SHORT
     ", 'Resources': {'R': {'Type': 'AWS::SES::ReceiptRule', 'Properties': {'RuleSetName': 's', 'Rule': {'Enabled': true, 'Actions': "
     "[{'StopAction': {'Scope': 'RuleSet'}}]}}}}, 'traffic': [{'name': 'a', 'target': 'R', 'constant': '1/s', 'count': 2, 'payload': "
     "'600KB'}]}",
     NULL,
     {{"SES-ReceivedMessage", 20.00}, {"SES-ReceivedChunk", 36.00}}},
    /* A million messages of 6 KB count as two million, for the message, the rule and its one action: $1, $0.15 and $0.15 a million. */
    {"devices",
     "{" SHORT ", 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'R': {'Type': 'AWS::IoT::TopicRule', 'Properties': {'TopicRulePayload': "
     "{'Sql': 'SELECT * FROM a', 'Actions': [{'Sqs': {'QueueUrl': {'Ref': 'Q'}, 'RoleArn': 'r'}}]}}}}, 'traffic': [{'name': 'a', 'target': "
     "'R', "
     "'constant': '1/s', 'count': 10, 'payload': '6KB'}]}",
     "AWS IoT",
     {{"IoT-Messages", 2.00}, {"IoT-RulesTriggered", 0.30}, {"IoT-ActionsExecuted", 0.30}}},
    /* 600,000 changes: the first 100,000 evaluations at $0.001, 400,000 at $0.0008, 100,000 at $0.0005. */
    {"a Config rule",
     "{" SHORT ", 'Resources': {'F': {'Type': 'AWS::Lambda::Function'}, 'C': {'Type': 'AWS::Config::ConfigRule', 'Properties': {'Source': "
     "{'Owner': 'CUSTOM_LAMBDA', 'SourceIdentifier': 'F'}}}}, 'behavior': {'F': {'duration': '1ms'}},"
     "'traffic': [{'name': 'a', 'target': 'C', 'constant': '1/s', 'count': 6}]}",
     "AWS Config",
     {{"ConfigRuleEvaluations", 470.00}}},
};

static void check_cases(const struct bill_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_case(&cases[i]);
    print_message("%zu bills\n", count);
}

static void test_functions(void **state)
{
    (void)state;
    check_cases(lambda_cases, sizeof lambda_cases / sizeof *lambda_cases);
}

static void test_provisioned(void **state)
{
    (void)state;
    check_cases(provisioned_cases, sizeof provisioned_cases / sizeof *provisioned_cases);
}

static void test_services(void **state)
{
    (void)state;
    check_cases(service_cases, sizeof service_cases / sizeof *service_cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_provisioned),
        cmocka_unit_test(test_services),
    };
    return cmocka_run_group_tests_name("bills", tests, NULL, NULL);
}
