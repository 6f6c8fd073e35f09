/* test_limits.c: limits that no other test crosses. Where AWS's number is too large for a test the rule is set to a smaller one: what is
 * tested is that the model keeps it. tests/golden/limits.sh sees that every limit of the book is crossed by some test. */
#include "refusals.h"

#include <string.h>

/* Everybody at once, each for ten seconds of one vCPU: one more than the limit, and it is refused. */
static void check_connections(struct model_run *run, const char *engine, const char *class, int64_t most)
{
    char text[1200];
    bool cluster = strncmp(engine, "aurora", 6) == 0;
    snprintf(text, sizeof text,
             "{'duration': '1s', 'Resources': {%s'D': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': '%s', 'DBInstanceClass': "
             "'%s'%s}}}, 'behavior': {'%s': {'query': '10s'}}, 'traffic': [{'name': 't', 'target': '%s', 'bursts': {'size': %lld, 'every': "
             "'10s'}}]}",
             cluster ? "'C': {'Type': 'AWS::RDS::DBCluster', 'Properties': {'Engine': 'aurora-mysql'}}, " : "", engine, class,
             cluster ? ", 'DBClusterIdentifier': {'Ref': 'C'}" : "", cluster ? "C" : "D", cluster ? "C" : "D", (long long)most + 1);
    model_execute(run, text);
    if (count_of(run, "D", "ConnectionsRefused") != 1)
        fail_msg("%s, %s: %lld were refused", engine, class, (long long)count_of(run, "D", "ConnectionsRefused"));
}

/* crosses: rds_mariadb_max_connections_cap aurora_mysql_max_connections_db.* */
static void test_connections(void **state)
{
    (void)state;
    static const char head[] = "aurora_mysql_max_connections_db.";
    struct model_run run;
    struct rule_book *rules = model_rules("current");
    unsigned classes = 0;
    model_open(&run);
    check_connections(&run, "mariadb", "db.r5.16xlarge", 12000);
    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->rules[i];
        if (strncmp(rule->name, head, sizeof head - 1) != 0 || !rule->limit)
            continue;
        check_connections(&run, "aurora-mysql", rule->name + sizeof head - 4, (int64_t)rule->number);
        classes++;
    }
    assert_true(classes > 20);
    model_close(&run);
    rule_book_free(rules);
}

#define PROCESSOR(NAME, VALUE)                                                                                                             \
    "'Properties': {}}, 'B': {'Type': 'AWS::S3::Bucket'}, 'S': {'Type': 'AWS::KinesisFirehose::DeliveryStream', 'Properties': "            \
    "{'ExtendedS3DestinationConfiguration': {'BucketARN': {'Fn::GetAtt': ['B', 'Arn']}, 'ProcessingConfiguration': {'Enabled': true, "     \
    "'Processors': [{'Type': 'Lambda', 'Parameters': [{'ParameterName': 'LambdaArn', 'ParameterValue': {'Fn::GetAtt': ['F', 'Arn']}}, "    \
    "{'ParameterName': '" NAME "', 'ParameterValue': '" VALUE "'}]}]}}}}}"

/* crosses: alarm_range_long_max_s image_max_gb unzipped_max_mb firehose_retries_limit firehose_buffer_min_mb aas_target_min */
/* crosses: alb_deregistration_delay_max_s */
static void test_refused(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {"'Properties': {'PackageType': 'Zip'}}}, 'behavior': {'F': {'code_size': '251MB'}}", "251.0 MB is over the 250 MB"},
        {"'Properties': {'PackageType': 'Image'}}}, 'behavior': {'F': {'code_size': '10241MB'}}", "10241.0 MB is over the 10240 MB"},
        {"'Properties': {}}, 'A': {'Type': 'AWS::CloudWatch::Alarm', 'Properties': {'Namespace': 'AWS/Lambda', 'MetricName': 'Errors', "
         "'Dimensions': [{'Name': 'FunctionName', 'Value': {'Ref': 'F'}}], 'Statistic': 'Sum', 'Period': 3600, 'EvaluationPeriods': 169, "
         "'Threshold': 1, 'ComparisonOperator': 'LessThanThreshold'}}}",
         "all points together are 608400 s, and may be no more than 604800 s"},
        {"'Properties': {}}, 'G': {'Type': 'AWS::ElasticLoadBalancingV2::TargetGroup', 'Properties': {'TargetType': 'ip', "
         "'TargetGroupAttributes': [{'Key': 'deregistration_delay.timeout_seconds', 'Value': '3601'}]}}}",
         "must be a whole number from 0 to 3600"},
        {PROCESSOR("NumberOfRetries", "301"), "NumberOfRetries must be"},
        {PROCESSOR("BufferSizeInMBs", "0.1"), "BufferSizeInMBs must be between 0.2 and 3"},
        {"'Properties': {}}, 'V': {'Type': 'AWS::Lambda::Version', 'Properties': {'FunctionName': 'F'}}, 'L': {'Type': "
         "'AWS::Lambda::Alias', "
         "'Properties': {'FunctionName': 'F', 'FunctionVersion': {'Fn::GetAtt': ['V', 'Version']}, 'Name': 'live', "
         "'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 1}}}, 'T': {'Type': "
         "'AWS::ApplicationAutoScaling::ScalableTarget', 'Properties': {'ResourceId': 'function:F:live', 'MinCapacity': 1, 'MaxCapacity': "
         "5, "
         "'ServiceNamespace': 'lambda', 'ScalableDimension': 'lambda:function:ProvisionedConcurrency'}}, 'P': {'Type': "
         "'AWS::ApplicationAutoScaling::ScalingPolicy', 'Properties': {'ScalingTargetId': {'Ref': 'T'}, 'PolicyName': 'p', 'PolicyType': "
         "'TargetTrackingScaling', 'TargetTrackingScalingPolicyConfiguration': {'TargetValue': 0.05, 'PredefinedMetricSpecification': "
         "{'PredefinedMetricType': 'LambdaProvisionedConcurrencyUtilization'}}}}}",
         "must be between 0.1 and 0.9, got 0.05"},
    };
    struct model_run run;
    model_open(&run);
    assert_refused(&run, "{'duration': '1m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', %s, 'traffic': []}", cases,
                   sizeof cases / sizeof *cases);
    model_close(&run);
}

/* Any number of MB today; in the steps of 64 that there were before 2020, 200 is none.
 * crosses: memory_step_mb */
static void test_memory_step(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    assert_int_equal(model_load(&run, ONE_FUNCTION("'duration': '1m'", "'MemorySize': 200", "'duration': '1ms'", "")), STATUS_OK);
    assert_int_equal(model_load(&run, ONE_FUNCTION("'duration': '1m', 'rules': {'base': 'current', 'memory_step_mb': 64}",
                                                   "'MemorySize': 200", "'duration': '1ms'", "")),
                     STATUS_INVALID);
    assert_true(diagnosed(&run.diagnostics, 0, 0, "must be a multiple of 64 MB, got 200"));
    model_close(&run);
}

/* crosses: eventbridge_rules_per_bus */
static void test_rules_of_a_bus(void **state)
{
    (void)state;
    static char text[1u << 17];
    struct model_run run;
    model_open(&run);
    for (int count = 300; count <= 301; count++) {
        size_t length = (size_t)snprintf(text, sizeof text, "{'duration': '1m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function'}");
        for (int i = 0; i < count; i++)
            length += (size_t)snprintf(text + length, sizeof text - length,
                                       ", 'R%d': {'Type': 'AWS::Events::Rule', 'Properties': {'ScheduleExpression': 'rate(1 hour)', "
                                       "'Targets': [{'Id': 'f', 'Arn': {'Fn::GetAtt': ['F', 'Arn']}}]}}",
                                       i);
        snprintf(text + length, sizeof text - length, "}, 'traffic': []}");
        assert_int_equal(model_load(&run, text), STATUS_OK);
        assert_true(diagnosed(&run.diagnostics, 0, 0, "a bus has 300 rules unless the quota is raised") == (count > 300));
    }
    model_close(&run);
}

/* The default rule is not counted.
 * crosses: alb_rules_max */
static void test_rules_of_a_balancer(void **state)
{
    (void)state;
    static char text[1u << 17];
    struct model_run run;
    model_open(&run);
    for (int count = 100; count <= 101; count++) {
        size_t length = (size_t)snprintf(
            text, sizeof text,
            "{'duration': '1m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function'}, 'B': {'Type': "
            "'AWS::ElasticLoadBalancingV2::LoadBalancer', 'Properties': {'Subnets': ['a', 'b']}}, 'G': {'Type': "
            "'AWS::ElasticLoadBalancingV2::TargetGroup', 'Properties': {'TargetType': 'lambda', 'Targets': [{'Id': {'Fn::GetAtt': ['F', "
            "'Arn']}}]}}, 'L': {'Type': 'AWS::ElasticLoadBalancingV2::Listener', 'Properties': {'LoadBalancerArn': {'Ref': 'B'}, 'Port': "
            "80, "
            "'Protocol': 'HTTP', 'DefaultActions': [{'Type': 'forward', 'TargetGroupArn': {'Ref': 'G'}}]}}");
        for (int i = 0; i < count; i++)
            length +=
                (size_t)snprintf(text + length, sizeof text - length,
                                 ", 'R%d': {'Type': 'AWS::ElasticLoadBalancingV2::ListenerRule', 'Properties': {'ListenerArn': {'Ref': "
                                 "'L'}, 'Priority': %d, 'Conditions': [{'Field': 'path-pattern', 'Values': ['/%d']}], 'Actions': "
                                 "[{'Type': 'forward', 'TargetGroupArn': {'Ref': 'G'}}]}}",
                                 i, i + 1, i);
        snprintf(text + length, sizeof text - length, "}, 'traffic': []}");
        (void)model_load(&run, text);
        assert_true(diagnosed(&run.diagnostics, 0, 0, "100 rules") == (count > 100));
    }
    model_close(&run);
}

/* crosses: payload_async_max_kb */
static void test_event_size(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, ONE_FUNCTION("'duration': '10s', 'drain': '10s'", "", "'duration': '1ms'",
                                     "{'name': 'fits', 'target': 'F', 'invocation_type': 'Event', 'constant': '1/s', 'payload': '1MB'}, "
                                     "{'name': 'larger', 'target': 'F', 'invocation_type': 'Event', 'constant': '1/s', 'payload': "
                                     "'1048577B'}"));
    assert_int_equal(count_of(&run, "F", "Invocations"), 10);
    assert_int_equal(count_of(&run, "larger", "Rejected"), 10);
    assert_int_equal(fates_of(&run, "F", FATE_REJECTED, "RequestTooLargeException"), 10);
    model_close(&run);
}

/* Two functions that add 600 environments in a second each, which no function's scaling hinders: 1,000 of the 1,200 may run.
 * crosses: account_concurrency_limit */
static void test_account(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(
        &run, "{'duration': '1s', 'drain': '1m', 'Resources': {'A': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 60}}, 'B': "
              "{'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 60}}}, 'behavior': {'A': {'init': '0s', 'duration': '30s'}, "
              "'B': {'init': '0s', 'duration': '30s'}}, 'traffic': [{'name': 'a', 'target': 'A', 'constant': '600/s'}, {'name': 'b', "
              "'target': 'B', 'constant': '600/s'}]}");
    assert_int_equal(count_of(&run, "A", "Invocations") + count_of(&run, "B", "Invocations"), 1000);
    assert_int_equal(fates_of(&run, "A", FATE_THROTTLED, "ConcurrentInvocationLimitExceeded") +
                         fates_of(&run, "B", FATE_THROTTLED, "ConcurrentInvocationLimitExceeded"),
                     200);
    model_close(&run);
}

/* Ten groups, of which three have a message in flight; high throughput has a quota of its own, above that of 300; messages have one beside
 * that of calls.
 * crosses: sqs_in_flight_fifo_max sqs_fifo_high_throughput_calls_per_s sqs_fifo_messages_per_s */
static void test_fifo(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run,
                  "{'duration': '1h', 'rules': {'base': 'current', 'sqs_in_flight_fifo_max': 3}, 'Resources': {'Q': {'Type': "
                  "'AWS::SQS::Queue', 'Properties': {'FifoQueue': true, 'VisibilityTimeout': 60}}, 'F': {'Type': 'AWS::Lambda::Function', "
                  "'Properties': {'Timeout': 30}}, 'M': {'Type': 'AWS::Lambda::EventSourceMapping', 'Properties': {'EventSourceArn': 'Q', "
                  "'FunctionName': 'F', 'BatchSize': 1}}}, 'behavior': {'F': {'init': '0s', 'duration': '20s'}}, 'traffic': [{'name': 'w', "
                  "'target': 'Q', 'constant': '10/s', 'count': 30, 'key': {'uniform': 10}}]}");
    assert_near(figure(&run, "Q", "ApproximateNumberOfMessagesNotVisible", "Maximum"), 3, 0);
    assert_int_equal(count_of(&run, "Q", "NumberOfMessagesDeleted"), 30);
    model_execute(&run,
                  "{'duration': '10s', 'rules': {'base': 'current', 'sqs_fifo_high_throughput_calls_per_s': 400}, 'Resources': {'Q': "
                  "{'Type': 'AWS::SQS::Queue', 'Properties': {'FifoQueue': true, 'FifoThroughputLimit': 'perMessageGroupId', "
                  "'DeduplicationScope': 'messageGroup'}}}, 'traffic': [{'name': 'w', 'target': 'Q', 'bursts': {'size': 500, 'every': "
                  "'1h'}, 'key': {'uniform': 100}}]}");
    assert_int_equal(count_of(&run, "Q", "NumberOfMessagesSent"), 400);
    assert_int_equal(fates_of(&run, "Q", FATE_THROTTLED, "ThrottlingException"), 100);
    model_execute(&run, "{'duration': '10s', 'rules': {'base': 'current', 'sqs_fifo_messages_per_s': 200}, 'Resources': {'Q': {'Type': "
                        "'AWS::SQS::Queue', 'Properties': {'FifoQueue': true}}}, 'traffic': [{'name': 'w', 'target': 'Q', 'bursts': "
                        "{'size': 300, 'every': '1h'}, 'key': {'uniform': 100}}]}");
    assert_int_equal(count_of(&run, "Q", "NumberOfMessagesSent"), 200);
    model_close(&run);
}

/* Four times the shards that it begins with would be needed; eight is the most that it may have.
 * crosses: kinesis_on_demand_max_in_mb_per_s */
static void test_on_demand(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '2h', 'rules': {'base': 'current', 'kinesis_on_demand_max_in_mb_per_s': 8}, 'Resources': {'S': "
                        "{'Type': 'AWS::Kinesis::Stream', 'Properties': {'StreamModeDetails': {'StreamMode': 'ON_DEMAND'}}}}, 'traffic': "
                        "[{'name': 'w', 'target': 'S', 'key': {'uniform': 100000}, 'constant': '160/s', 'payload': '100KB'}]}");
    assert_near(figure(&run, "S", "Shards", "Maximum"), 8, 0);
    assert_true(count_of(&run, "S", "WriteProvisionedThroughputExceeded") > 0);
    model_close(&run);
}

/* A partition serves 3,000 read units (or 1,000 of writing): 6,001 need three, each of which is a shard of the table's stream.
 * crosses: ddb_partition_read_units */
static void test_partitions(void **state)
{
    (void)state;
    static const int units[][2] = {{2990, 1}, {3001, 2}, {6001, 3}};
    struct model_run run;
    char text[800];
    model_open(&run);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        snprintf(text, sizeof text,
                 "{'duration': '1m', 'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'ProvisionedThroughput': "
                 "{'ReadCapacityUnits': %d, 'WriteCapacityUnits': 1}, 'StreamSpecification': {'StreamViewType': 'KEYS_ONLY'}}}}, "
                 "'traffic': [{'name': 'w', 'target': 'T', 'constant': '1/s', 'key': 1}]}",
                 units[i][0]);
        model_execute(&run, text);
        assert_near(figure(&run, "T", "Shards", "Maximum"), units[i][1], 0);
    }
    model_close(&run);
}

/* A hundred a second and a hundred saved up, of two hundred a second for ten seconds.
 * crosses: firehose_put_records_per_s */
static void test_put_records(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '10s', 'rules': {'base': 'current', 'firehose_put_records_per_s': 100}, 'Resources': {'B': {'Type': "
                        "'AWS::S3::Bucket'}, 'S': {'Type': 'AWS::KinesisFirehose::DeliveryStream', 'Properties': "
                        "{'ExtendedS3DestinationConfiguration': {'BucketARN': {'Fn::GetAtt': ['B', 'Arn']}}}}}, 'traffic': [{'name': 'w', "
                        "'target': 'S', 'constant': '200/s', 'payload': '100B'}]}");
    assert_in_range(count_of(&run, "S", "IncomingRecords"), 1099, 1100);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_connections),
        cmocka_unit_test(test_memory_step),
        cmocka_unit_test(test_rules_of_a_bus),
        cmocka_unit_test(test_rules_of_a_balancer),
        cmocka_unit_test(test_event_size),
        cmocka_unit_test(test_account),
        cmocka_unit_test(test_fifo),
        cmocka_unit_test(test_on_demand),
        cmocka_unit_test(test_partitions),
        cmocka_unit_test(test_put_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
