/* test_filter_criteria.c: filters of event source mappings: what is worth a call, exactly; what is not leaves the queue, or is passed over
 * in the stream. With the real queues and streams. */
#include "model_fixture.h"
#include "statistics_bounds.h"

#define S NS_PER_S

/* Queue Q (its Properties), function F, mapping M (Properties beside the ends), sources, all inside string literals. */
#define QUEUED(QUEUE, BEHAVIOR, MAPPING, TRAFFIC)                                                                                          \
    "{'duration': '10m', 'drain': '1h', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue', 'Properties': {'VisibilityTimeout': 180" QUEUE      \
    "}}, 'L': {'Type': 'AWS::SQS::Queue'}, 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 30}}, "                        \
    "'M': {'Type': 'AWS::Lambda::EventSourceMapping', 'Properties': {'FunctionName': 'F', 'EventSourceArn': 'Q'" MAPPING "}}}, "           \
    "'behavior': {'F': {'init': '0ms', " BEHAVIOR "}}, 'traffic': [" TRAFFIC "]}"

#define FILTERS(LIST) ", 'FilterCriteria': {'Filters': [" LIST "]}"
#define ONE(PATTERN) "{'Pattern': " PATTERN "}"

#define RED_AND_BLUE(COUNT_RED, COUNT_BLUE)                                                                                                \
    "{'name': 'red', 'target': 'Q', 'bursts': {'size': " COUNT_RED ", 'every': '1d'}, 'event': {'colour': 'red'}}, "                       \
    "{'name': 'blue', 'target': 'Q', 'bursts': {'size': " COUNT_BLUE ", 'every': '1d'}, 'event': {'colour': 'blue'}}"

static void check_counts(const struct model_run *run, int64_t passed, int64_t filtered)
{
    assert_int_equal(count_of(run, "M", "PolledEventCount"), passed + filtered);
    assert_int_equal(count_of(run, "M", "FilteredOutEventCount"), filtered);
    assert_int_equal(count_of(run, "M", "InvokedEventCount"), passed);
    assert_int_equal(count_of(run, "M", "DeletedEventCount"), passed);
    assert_int_equal(fates_of(run, "Q", FATE_DISCARDED, "filtered"), filtered);
    assert_int_equal(fates_of(run, "Q", FATE_SUCCEEDED, ""), passed);
    assert_int_equal(count_of(run, "Q", "NumberOfMessagesDeleted"), passed + filtered);
}

/* Patterns over 30 red and 70 blue messages; which pass. */
static void test_queue(void **state)
{
    (void)state;
    static const struct {
        const char *filters;
        int64_t passed;
    } rows[] = {
        {"", 100},
        {", 'FilterCriteria': {}", 100},
        {FILTERS(""), 100},
        {FILTERS(ONE("{'body': {'colour': ['red']}}")), 30},
        {FILTERS(ONE("{'body': {'colour': [{'anything-but': ['red']}]}}")), 70},
        {FILTERS(ONE("{'body': {'colour': ['green']}}") ", " ONE("{'body': {'colour': [{'prefix': 'bl'}]}}")), 70}, /* any one */
        {FILTERS(ONE("{'body': {'colour': ['green']}}")), 0},
        {FILTERS(ONE("{'body': ['red']}")), 0}, /* a text, and bodies that are objects */
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[3000];
        snprintf(text, sizeof text, QUEUED("", "'duration': '1s'", ", 'BatchSize': 1%s", RED_AND_BLUE("30", "70")), rows[i].filters);
        model_execute(&run, text);
        check_counts(&run, rows[i].passed, 100 - rows[i].passed);
        assert_int_equal(count_of(&run, "F", "Invocations"), rows[i].passed);
        assert_int_equal(run.diagnostics.count, 0);
    }
    model_close(&run);
}

/* As a template has it: a text. */
static void test_pattern_as_text(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    const char *text =
        "{\"duration\": \"10m\", \"Resources\": {\"Q\": {\"Type\": \"AWS::SQS::Queue\"}, \"F\": {\"Type\": \"AWS::Serverless::Function\", "
        "\"Properties\": {\"Events\": {\"E\": {\"Type\": \"SQS\", \"Properties\": {\"Queue\": {\"Fn::GetAtt\": [\"Q\", \"Arn\"]}, "
        "\"FilterCriteria\": {\"Filters\": [{\"Pattern\": \"{\\\"body\\\": {\\\"n\\\": [{\\\"numeric\\\": [\\\">\\\", 5]}]}}\"}]}}}}}}}, "
        "\"behavior\": {\"F\": {\"init\": \"0s\", \"duration\": \"1ms\"}}, \"traffic\": [{\"name\": \"t\", \"target\": \"Q\", "
        "\"constant\": \"1/s\", \"event\": [{\"weight\": 1, \"of\": {\"n\": 4}}, {\"weight\": 1, \"of\": \"{\\\"n\\\": 6}\"}]}]}";
    model_execute(&run, text);
    int64_t filtered = count_of(&run, "FE", "FilteredOutEventCount");
    check_z("filtered", ((double)filtered - 300) / sqrt(600 * 0.25), 1e-3);
    assert_int_equal(count_of(&run, "FE", "PolledEventCount"), 600);
    model_close(&run);
}

/* Filters apply before batching: a window collects what passes. One red and one blue a second, and batches of 20 s of reds. */
static void test_before_batching(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, QUEUED("", "'duration': '1ms'",
                           ", 'BatchSize': 1000, 'MaximumBatchingWindowInSeconds': 20, 'ScalingConfig': {'MaximumConcurrency': 2}" FILTERS(
                               ONE("{'body': {'colour': ['red']}}")),
                           "{'name': 'red', 'target': 'Q', 'constant': '1/s', 'event': {'colour': 'red'}}, "
                           "{'name': 'blue', 'target': 'Q', 'constant': '1/s', 'event': {'colour': 'blue'}}"));
    check_counts(&run, 600, 600);
    /* Messages come one by one to whoever has waited longest, so two lanes share them: 20 s are 10 or 11 each. */
    assert_true(figure(&run, "M", "BatchSize", "Maximum") <= 21);
    assert_true(figure(&run, "M", "BatchSize", "Average") > 9);
    model_close(&run);
}

/* A FIFO queue: what is filtered frees its group at once, and the rest stays in order. */
static void test_fifo(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, QUEUED(", 'FifoQueue': true", "'duration': '1s'", ", 'BatchSize': 10" FILTERS(ONE("{'body': {'colour': ['red']}}")),
                           "{'name': 'red', 'target': 'Q', 'bursts': {'size': 50, 'every': '1d'}, 'key': 1, 'event': {'colour': 'red'}}, "
                           "{'name': 'blue', 'target': 'Q', 'bursts': {'size': 50, 'every': '1d'}, 'key': 2, 'event': {'colour': 'blue'}}, "
                           "{'name': 'mix', 'target': 'Q', 'bursts': {'size': 100, 'every': '1d'}, 'key': 3, 'event': [{'weight': 1, 'of': "
                           "{'colour': 'red'}}, {'weight': 0, 'of': {'colour': 'blue'}}]}"));
    check_counts(&run, 150, 50);
    model_close(&run);
}

/* Dead letters keep what they contain: 10 of each fail for good, and the filter of the dead-letter queue tells them apart. */
static void test_moved(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              "{'duration': '1m', 'drain': '4h', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue', 'Properties': {'VisibilityTimeout': 60, "
              "'RedrivePolicy': {'deadLetterTargetArn': 'L', 'maxReceiveCount': 2}}}, 'L': {'Type': 'AWS::SQS::Queue'}, "
              "'F': {'Type': 'AWS::Lambda::Function'}, 'G': {'Type': 'AWS::Lambda::Function'}, "
              "'M': {'Type': 'AWS::Lambda::EventSourceMapping', 'Properties': {'FunctionName': 'F', 'EventSourceArn': 'Q'}}, "
              "'N': {'Type': 'AWS::Lambda::EventSourceMapping', 'Properties': {'FunctionName': 'G', 'EventSourceArn': 'L'" FILTERS(
                  ONE("{'body': {'colour': ['red']}}")) "}}}, 'behavior': {'F': {'duration': '1s', 'error_rate': 1}, 'G': {'duration': "
                                                        "'1s'}}, 'traffic': [" RED_AND_BLUE("10", "10") "]}");
    assert_int_equal(count_of(&run, "N", "PolledEventCount"), 20);
    assert_int_equal(count_of(&run, "N", "FilteredOutEventCount"), 10);
    assert_int_equal(count_of(&run, "N", "DeletedEventCount"), 10);
    assert_int_equal(fates_of(&run, "L", FATE_DISCARDED, "filtered"), 10);
    model_close(&run);
}

/* So do events that are invoked asynchronously, tried again and sent on. */
static void test_destination(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              "{'duration': '1m', 'drain': '4h', 'Resources': {'L': {'Type': 'AWS::SQS::Queue'}, 'F': {'Type': 'AWS::Lambda::Function'}, "
              "'C': {'Type': 'AWS::Lambda::EventInvokeConfig', 'Properties': {'FunctionName': 'F', 'Qualifier': '$LATEST', "
              "'DestinationConfig': {'OnFailure': {'Destination': 'L'}}}}, 'G': {'Type': 'AWS::Lambda::Function'}, "
              "'N': {'Type': 'AWS::Lambda::EventSourceMapping', 'Properties': {'FunctionName': 'G', 'EventSourceArn': 'L'" FILTERS(
                  ONE("{'body': {'colour': ['red']}}")) "}}}, 'behavior': {'F': {'duration': '1s', 'error_rate': 1}, 'G': {'duration': "
                                                        "'1s'}}, 'traffic': [{'name': 'red', 'target': 'F', 'invocation_type': 'Event', "
                                                        "'constant': '1/s', 'event': {'colour': 'red'}}, {'name': 'blue', 'target': 'F', "
                                                        "'invocation_type': 'Event', 'constant': '2/s', 'event': {'colour': 'blue'}}]}");
    assert_int_equal(count_of(&run, "N", "FilteredOutEventCount"), 120);
    assert_int_equal(count_of(&run, "N", "DeletedEventCount"), 60);
    model_close(&run);
}

/* Stream T, function F, mapping M. */
#define STREAMED(STREAM, BEHAVIOR, MAPPING, TRAFFIC)                                                                                       \
    "{'duration': '10m', 'drain': '1h', 'Resources': {'T': {'Type': 'AWS::Kinesis::Stream', 'Properties': {" STREAM "}}, "                 \
    "'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 30}}, "                                                              \
    "'M': {'Type': 'AWS::Lambda::EventSourceMapping', 'Properties': {'FunctionName': 'F', 'EventSourceArn': 'T', 'StartingPosition': "     \
    "'TRIM_HORIZON'" MAPPING "}}}, 'behavior': {'F': {'init': '0ms', " BEHAVIOR "}}, 'traffic': [" TRAFFIC "]}"

#define REDS "{'name': 'red', 'target': 'T', 'constant': '10/s', 'key': {'uniform': 100}, 'event': {'colour': 'red'}}"
#define BLUES "{'name': 'blue', 'target': 'T', 'constant': '30/s', 'key': {'uniform': 100}, 'event': {'colour': 'blue'}%s}"

/* The ledgers of the shards together, of which the first are entities. */
static uint64_t shard_fates(const struct model_run *run, enum fate fate, const char *text)
{
    uint64_t count = 0;
    for (uint32_t i = run->scenario->first_inner; i < run->result->ledger_count; i++) {
        const struct ledger *ledger = &run->result->ledgers[i];
        count += fate == FATE_SUCCEEDED ? ledger->succeeded : 0;
        for (size_t k = 0; k < ledger->line_count; k++)
            if (ledger->lines[k].cause->fate == fate && strcmp(ledger->lines[k].cause->text, text) == 0)
                count += ledger->lines[k].count;
    }
    return count;
}

/* 6,000 red and 18,000 blue records; blue ones are passed over, and however bad they are, they hold nobody up. */
static void test_stream(void **state)
{
    (void)state;
    static const char *const mappings[] = {"", ", 'ParallelizationFactor': 4", ", 'BatchSize': 7", ", 'BisectBatchOnFunctionError': true",
                                           ", 'MaximumBatchingWindowInSeconds': 10, 'BatchSize': 10000"};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof mappings / sizeof *mappings; i++) {
        char text[3000];
        snprintf(text, sizeof text,
                 STREAMED("'ShardCount': 3", "'duration': '100ms'", "%s" FILTERS(ONE("{'data': {'colour': ['red']}}")), REDS ", " BLUES),
                 mappings[i], ", 'poison': true");
        model_execute(&run, text);
        assert_int_equal(count_of(&run, "M", "PolledEventCount"), 24000);
        assert_int_equal(count_of(&run, "M", "FilteredOutEventCount"), 18000);
        assert_int_equal(count_of(&run, "M", "InvokedEventCount"), 6000);
        assert_int_equal(count_of(&run, "M", "DroppedEventCount"), 0);
        assert_int_equal(count_of(&run, "F", "Errors"), 0);
        assert_int_equal(shard_fates(&run, FATE_DISCARDED, "filtered"), 18000);
        assert_int_equal(shard_fates(&run, FATE_SUCCEEDED, ""), 6000);
        assert_true(figure(&run, "M", "BlockedShards", "Maximum") == 0);
    }
    /* With the window of 10 s a batch of the last mapping is what passed in it: 100 reds over three shards, never 400. */
    assert_true(figure(&run, "M", "BatchSize", "Maximum") < 120);
    assert_true(figure(&run, "M", "BatchSize", "Average") > 25);
    model_close(&run);
}

/* Records of which nothing is known pass, and a warning at the pattern says so. */
static void test_unknown(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              STREAMED("", "'duration': '1ms'", FILTERS(ONE("{'data': {'colour': ['red']}}")),
                       "{'name': 'any', 'target': 'T', 'constant': '10/s', 'key': 1}, " BLUES),
              "");
    assert_int_equal(count_of(&run, "M", "FilteredOutEventCount"), 18000);
    assert_int_equal(count_of(&run, "M", "InvokedEventCount"), 6000);
    assert_int_equal(run.diagnostics.count, 1);
    assert_true(diagnosed(&run.diagnostics, 0, 0, "traffic source \"any\" says nothing of its items"));
    assert_string_equal(run.diagnostics.list[0].path, "Resources.M.Properties.FilterCriteria.Filters[0].Pattern");
    model_close(&run);
}

/* Filters see the body alone, and of a stream's record objects alone. */
static void test_what_filters_see(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, QUEUED("", "'duration': '1s'", FILTERS(ONE("{'colour': ['red']}")), RED_AND_BLUE("30", "70")));
    check_counts(&run, 0, 100);
    assert_int_equal(run.diagnostics.count, 1);
    assert_true(diagnosed(&run.diagnostics, 0, 0, "looks at \"colour\", but filters of a queue see only \"body\""));
    assert_int_equal(model_load(&run, STREAMED("", "'duration': '1s'", FILTERS(ONE("{'data': ['red']}")), REDS)), STATUS_INVALID);
    assert_true(diagnosed(&run.diagnostics, 0, 0, "what it asks of \"data\" must be an object"));
    model_close(&run);
}

/* Of a table's stream: the new image, and what kind of change it is, by the operation that made it. 600 puts, 600 updates, 600 deletions,
 * each half red. */
static void test_table_stream(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        int64_t passed;
    } rows[] = {
        {"{'dynamodb': {'NewImage': {'colour': {'S': ['red']}}}}", 600}, /* what is deleted has an old image alone */
        {"{'dynamodb': {'OldImage': {'colour': {'S': ['red']}}}}", 300},
        {"{'userIdentity': {'type': ['Service']}}", 0},
        {"{'eventName': ['INSERT']}", 600},
        {"{'eventName': ['MODIFY', 'REMOVE']}", 1200},
        {"{'eventName': [{'anything-but': ['REMOVE']}], 'dynamodb': {'NewImage': {'colour': {'S': ['blue']}}}}", 600},
        {"{'eventSource': ['aws:dynamodb']}", 1800},
        {"{'data': {'colour': ['red']}}", 0},
    };
    struct model_run run;
    char text[3000];
    model_open(&run);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(
            text, sizeof text,
            "{'duration': '10m', 'drain': '1m', 'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': "
            "'PAY_PER_REQUEST', 'StreamSpecification': {'StreamViewType': 'NEW_IMAGE'}}}, "
            "'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 30}}, "
            "'M': {'Type': 'AWS::Lambda::EventSourceMapping', 'Properties': {'FunctionName': 'F', 'EventSourceArn': 'T', "
            "'StartingPosition': 'TRIM_HORIZON', 'FilterCriteria': {'Filters': [{'Pattern': %s}]}}}}, "
            "'behavior': {'F': {'init': '0ms', 'duration': '1ms'}}, 'traffic': ["
            "{'name': 'put', 'target': 'T', 'constant': '0.5/s', 'key': 1, 'event': {'colour': {'S': 'red'}}}, "
            "{'name': 'put2', 'target': 'T', 'constant': '0.5/s', 'key': 2, 'operation': 'PutItem', 'event': {'colour': {'S': 'blue'}}}, "
            "{'name': 'change', 'target': 'T', 'constant': '0.5/s', 'key': 3, 'operation': 'UpdateItem', 'event': {'colour': {'S': "
            "'red'}}}, "
            "{'name': 'change2', 'target': 'T', 'constant': '0.5/s', 'key': 4, 'operation': 'UpdateItem', 'event': {'colour': {'S': "
            "'blue'}}}, "
            "{'name': 'delete', 'target': 'T', 'constant': '0.5/s', 'key': 5, 'operation': 'DeleteItem', 'event': {'colour': {'S': "
            "'red'}}}, "
            "{'name': 'delete2', 'target': 'T', 'constant': '0.5/s', 'key': 6, 'operation': 'DeleteItem', 'event': {'colour': {'S': "
            "'blue'}}}]}",
            rows[i].pattern);
        model_execute(&run, text);
        assert_int_equal(count_of(&run, "M", "InvokedEventCount"), rows[i].passed);
        assert_int_equal(count_of(&run, "M", "FilteredOutEventCount"), 1800 - rows[i].passed);
        assert_int_equal(run.diagnostics.count, i + 1 == sizeof rows / sizeof *rows);
    }
    assert_true(diagnosed(&run.diagnostics, 0, 0, "looks at \"data\", but filters of a stream see only \"dynamodb.NewImage\""));
    model_close(&run);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *mapping, *message;
    } rows[] = {
        {FILTERS("{}"), "\"Pattern\" is missing"},
        {FILTERS("{'Pattern': 'red'}"), "the text is no JSON"},
        {FILTERS("{'Pattern': {'body': 'red'}}"), "must be a list or an object"},
        {FILTERS("{'Pattern': {'body': [{'wildcard': '*'}]}}"), "filters of mappings have no wildcard"},
        {FILTERS("{'Patern': {}}"), "unknown key \"Patern\""},
        {", 'FilterCriteria': {'Filter': []}", "unknown key \"Filter\""},
        {", 'FilterCriteria': {'Filters': {}}", "must be a list"},
        {FILTERS(ONE("{'body': [1]}") ", " ONE("{'body': [2]}") ", " ONE("{'body': [3]}") ", " ONE("{'body': [4]}") ", " ONE(
             "{'body': [5]}") ", " ONE("{'body': [6]}")),
         "must be at most 5, got 6"},
    };
    struct model_run run;
    char text[3000];
    model_open(&run);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(text, sizeof text, QUEUED("", "'duration': '1s'", "%s", RED_AND_BLUE("1", "1")), rows[i].mapping);
        assert_int_equal(model_load(&run, text), STATUS_INVALID);
        if (!diagnosed(&run.diagnostics, 0, 0, rows[i].message))
            fail_msg("%s wants \"%s\"", rows[i].mapping, rows[i].message);
    }
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue),           cmocka_unit_test(test_pattern_as_text),
        cmocka_unit_test(test_before_batching), cmocka_unit_test(test_fifo),
        cmocka_unit_test(test_moved),           cmocka_unit_test(test_destination),
        cmocka_unit_test(test_stream),          cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_mistakes),        cmocka_unit_test(test_what_filters_see),
        cmocka_unit_test(test_table_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
