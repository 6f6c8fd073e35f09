/* test_duplicate_effects.c: what retries and deliveries twice do again is counted, once for each time, and never of what is done once. */
#include "model_fixture.h"

#define PARTNERS "'P': {'Type': 'Custom::External'}, 'X': {'Type': 'Custom::External'}"
#define BEHAVIOR(F, P) "'behavior': {'F': {'init': '0ms', 'placement': '0ms', " F "}, 'P': {'latency': '" P "'}, 'X': {'error_rate': 1}}"

/* Ten events, each tried three times, as F fails whatever it did. */
static void test_asynchronous(void **state)
{
    (void)state;
    static const struct {
        const char *steps;
        int64_t count;
    } cases[] = {
        {"{'call': 'P'}, {'call': 'X'}", 20},
        {"{'call': 'P'}, {'wait': '1s'}, {'call': 'P'}, {'call': 'X'}", 40},
        {"{'call': 'X'}, {'call': 'P'}", 0}, /* it never came so far */
        {"{'call': 'P', 'idempotent': true}, {'call': 'X'}", 0},
        {"{'call': 'P', 'idempotent': true, 'duplicate_effect': true}, {'call': 'X'}", 0},
        {"{'call': 'P', 'duplicate_effect': false}, {'call': 'X'}", 0},
        {"{'call': 'T', 'op': 'GetItem'}, {'call': 'X'}", 0},
        {"{'call': 'T', 'op': 'read'}, {'call': 'X'}", 0},
        {"{'call': 'T', 'op': 'GetItem', 'duplicate_effect': true}, {'call': 'X'}", 20},
        {"{'call': 'T', 'op': 'PutItem'}, {'call': 'X'}", 20},
        {"{'call': 'T', 'op': [{'weight': 1, 'of': 'GetItem'}, {'weight': 1, 'of': 'Query'}]}, {'call': 'X'}", 0},
        {"{'send': 'Q', 'count': 100}, {'call': 'X'}", 2000},
        {"{'send': 'Fifo', 'key': 'a'}, {'call': 'X'}", 0}, /* takes the second for the first: within five minutes */
        {"{'parallel': [[{'call': 'P'}], [{'send': 'Q'}]]}, {'call': 'X'}", 40},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  "{'duration': '10s', 'drain': '10m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function'}, 'T': {'Type': "
                  "'AWS::DynamoDB::Table', 'Properties': {'BillingMode': 'PAY_PER_REQUEST'}}, 'Q': {'Type': 'AWS::SQS::Queue'}, 'Fifo': "
                  "{'Type': 'AWS::SQS::Queue', 'Properties': {'FifoQueue': true}}, " PARTNERS "}, " BEHAVIOR(
                      "'steps': [%s]", "1ms") ", "
                                              "'traffic': [{'name': 'c', 'target': 'F', 'invocation_type': 'Event', 'constant': '1/s'}]}",
                  cases[i].steps);
        assert_int_equal(count_of(&run, "F", "Invocations"), 30);
        if (count_of(&run, "F", "DuplicateEffects") != cases[i].count)
            fail_msg("%s: %g", cases[i].steps, figure(&run, "F", "DuplicateEffects", "Sum"));
    }
    model_close(&run);
}

/* Who gives up does not undo what was begun: a client, a handler's step, a handler at its time limit. */
static void test_given_up(void **state)
{
    (void)state;
    static const char retry[] = "'retry': {'max_attempts': 3, 'base': '1ms', 'jitter': 'none'}";
    static const struct {
        const char *steps, *source;
        int64_t effects, again;
    } cases[] = {
        /* the client: three handlers in all, the first two for nobody */
        {"{'call': 'P'}, {'wait': '5s'}", "'client_timeout': '2s', ", 3, 2},
        /* nobody waits for the partner's answer any more when it comes */
        {"{'call': 'P', 'timeout': '100ms', %s}", "", 3, 2},
        {"{'call': 'P', 'timeout': '100ms', 'idempotent': true, %s}", "", 3, 0},
        /* one try, given up once: done once */
        {"{'call': 'P', 'timeout': '100ms'}", "", 1, 0},
        /* an overlap: the second client's try is over before the first one comes to its call */
        {"{'probability': 1, 'steps': [{'wait': '4s'}, {'call': 'P'}]}", "'client_timeout': '3s', ", 3, 2},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *steps = NULL;
        assert_true(asprintf(&steps, cases[i].steps, retry) > 0);
        model_run(&run,
                  "{'duration': '10s', 'drain': '10m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': "
                  "60}}, " PARTNERS
                  "}, " BEHAVIOR("'steps': [%s]", "1s") ", 'traffic': [{'name': 'c', 'target': 'F', %s%s, 'bursts': {'size': 1, "
                                                        "'every': '1h'}}]}",
                  steps, cases[i].source, retry);
        free(steps);
        assert_int_equal(count_of(&run, "P", "Calls"), cases[i].effects);
        if (count_of(&run, "F", "DuplicateEffects") != cases[i].again)
            fail_msg("%s: %g", cases[i].steps, figure(&run, "F", "DuplicateEffects", "Sum"));
    }
    /* its own time limit, while the call is under way: each of three tries is done after all */
    model_execute(&run,
                  "{'duration': '10s', 'drain': '10m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': "
                  "1}}, " PARTNERS
                  "}, " BEHAVIOR("'steps': [{'call': 'P'}]", "5s") ", 'traffic': [{'name': 'c', 'target': 'F', "
                                                                   "'invocation_type': 'Event', 'bursts': {'size': 4, 'every': '1h'}}]}");
    assert_int_equal(count_of(&run, "F", "Timeouts"), 12);
    assert_int_equal(count_of(&run, "F", "DuplicateEffects"), 8);
    model_close(&run);
}

/* A batch that fails comes again with all its messages, in whatever company; only those that failed where the handler may name them. */
static void test_batches(void **state)
{
    (void)state;
    static const char text[] =
        "{'duration': '1m', 'drain': '1h', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue', 'Properties': {'VisibilityTimeout': 60, "
        "'RedrivePolicy': {'deadLetterTargetArn': {'Fn::GetAtt': ['D', 'Arn']}, 'maxReceiveCount': 3}}}, 'D': {'Type': 'AWS::SQS::Queue'}, "
        "'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': {'E': {'Type': 'SQS', 'Properties': {'Queue': {'Fn::GetAtt': "
        "['Q', 'Arn']}, 'BatchSize': %d%s}}}}}, " PARTNERS
        "}, " BEHAVIOR("'steps': [{'call': 'P'%s}], %s", "1ms") ", 'traffic': "
                                                                "[{'name': 'c', 'target': 'Q', 'bursts': {'size': 40, 'every': '1h'}}]}";
    struct model_run run;
    model_open(&run);
    for (int each = 0; each < 2; each++)
        for (int size = 1; size <= 10; size += 9) {
            const char *steps = each ? ", 'each': true" : "";
            model_run(&run, text, size, "", steps, "'error_rate': 1");
            assert_int_equal(count_of(&run, "F", "DuplicateEffects"), 80); /* each message three times */
            model_run(&run, text, size, "", steps, "'error_rate': 0");
            assert_int_equal(count_of(&run, "F", "DuplicateEffects"), 0);
            model_run(&run, text, size, ", 'FunctionResponseTypes': ['ReportBatchItemFailures']", steps, "'poison_rate': 1");
            assert_int_equal(count_of(&run, "F", "DuplicateEffects"), 80);
        }
    /* calls that each handler gives up, which are done all the same, for every message that they stand for */
    model_execute(&run,
                  "{'duration': '1m', 'drain': '1h', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue', 'Properties': {'VisibilityTimeout': "
                  "60, 'RedrivePolicy': {'deadLetterTargetArn': {'Fn::GetAtt': ['D', 'Arn']}, 'maxReceiveCount': 3}}}, 'D': {'Type': "
                  "'AWS::SQS::Queue'}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': {'E': {'Type': 'SQS', "
                  "'Properties': {'Queue': {'Fn::GetAtt': ['Q', 'Arn']}}}}}}, " PARTNERS "}, 'behavior': {'F': {'init': '0ms', 'steps': "
                  "[{'call': 'P', 'timeout': '100ms'}]}, 'P': {'latency': '1s'}}, 'traffic': [{'name': 'c', 'target': 'Q', 'bursts': "
                  "{'size': 40, 'every': '1h'}}]}");
    assert_int_equal(count_of(&run, "D", "MessagesMoved"), 40);
    assert_int_equal(count_of(&run, "F", "DuplicateEffects"), 80);
    model_close(&run);
}

/* A notification that comes twice, and what a chain does again. */
static void test_copies_and_chains(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run,
                  "{'duration': '10s', 'drain': '1h', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': "
                  "{'N': {'Type': 'S3', 'Properties': {'Bucket': {'Ref': 'B'}, 'Events': 's3:ObjectCreated:*'}}}}}, 'B': {'Type': "
                  "'AWS::S3::Bucket'}, " PARTNERS "}, 'behavior': {'F': {'init': '0ms', 'steps': [{'call': 'P'}]}, 'B': "
                  "{'duplicate_rate': 1}}, 'traffic': [{'name': 'c', 'target': 'B', 'constant': '10/s'}]}");
    assert_int_equal(count_of(&run, "F", "Invocations"), 200);
    assert_int_equal(count_of(&run, "F", "DuplicateEffects"), 100);
    /* A is tried again and asks B again, for whom it is the same thing again */
    model_execute(&run, "{'duration': '10s', 'drain': '1h', 'Resources': {'A': {'Type': 'AWS::Lambda::Function'}, 'B': {'Type': "
                        "'AWS::Lambda::Function'}, " PARTNERS "}, 'behavior': {'A': {'init': '0ms', 'steps': [{'invoke': 'B'}, {'call': "
                        "'X'}]}, 'B': {'init': '0ms', 'steps': [{'call': 'P'}]}, 'X': {'error_rate': 1}}, 'traffic': [{'name': 'c', "
                        "'target': 'A', 'invocation_type': 'Event', 'constant': '1/s'}]}");
    assert_int_equal(count_of(&run, "A", "DuplicateEffects"), 20);
    assert_int_equal(count_of(&run, "B", "DuplicateEffects"), 20);
    /* versions of one function have one memory: the alias may send a retry to either */
    model_execute(&run,
                  "{'duration': '100s', 'drain': '1h', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': "
                  "60}}, 'V1': {'Type': 'AWS::Lambda::Version', 'Properties': {'FunctionName': {'Ref': 'F'}}}, 'V2': {'Type': "
                  "'AWS::Lambda::Version', 'Properties': {'FunctionName': {'Ref': 'F'}}}, 'L': {'Type': 'AWS::Lambda::Alias', "
                  "'Properties': {'FunctionName': {'Ref': 'F'}, 'Name': 'live', 'FunctionVersion': {'Fn::GetAtt': ['V1', 'Version']}, "
                  "'RoutingConfig': {'AdditionalVersionWeights': [{'FunctionVersion': {'Fn::GetAtt': ['V2', 'Version']}, "
                  "'FunctionWeight': 0.5}]}}}, " PARTNERS "}, 'behavior': {'F': {'init': '0ms', 'steps': [{'call': 'P'}, {'wait': "
                  "'5s'}]}}, 'traffic': [{'name': 'c', 'target': 'F:live', 'constant': '1/s', 'client_timeout': '1s', 'retry': "
                  "{'max_attempts': 2, 'base': '1ms'}}]}");
    assert_int_equal(count_of(&run, "F", "Invocations"), 200);
    assert_true(count_of(&run, "F:1", "Invocations") > 0 && count_of(&run, "F:2", "Invocations") > 0);
    assert_int_equal(count_of(&run, "F", "DuplicateEffects"), 100);
    model_close(&run);
}

/* The memory is that of the time in which an item may come again: a rule, which a scenario may change. */
static void test_memory(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    for (int kept = 0; kept < 2; kept++) {
        model_run(&run,
                  "{'duration': '10s', 'drain': '10m', 'rules': {'base': 'current', 'effects_kept_s': %d}, 'Resources': {'F': {'Type': "
                  "'AWS::Lambda::Function'}, " PARTNERS
                  "}, " BEHAVIOR("'steps': [{'call': 'P'}], 'error_rate': 1",
                                 "1ms") ", 'traffic': "
                                        "[{'name': 'c', 'target': 'F', 'invocation_type': 'Event', 'constant': '1/s'}]}",
                  kept ? 130 : 100);
        /* the second try comes after a minute, the third after two more */
        assert_int_equal(count_of(&run, "F", "DuplicateEffects"), kept ? 20 : 10);
    }
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asynchronous),      cmocka_unit_test(test_given_up), cmocka_unit_test(test_batches),
        cmocka_unit_test(test_copies_and_chains), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
