/* test_endless.c: loops that nothing stops are told when a scenario is read, with their way; those that end by themselves, or that Lambda
 * stops, are not. */
#include "model_fixture.h"

#define LOOP(RESOURCES, PROPERTIES, STEPS)                                                                                                 \
    "{'duration': '1m', 'Resources': {" RESOURCES "'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 5" PROPERTIES      \
    "}}}, 'behavior': {'F': {'init': '0ms', 'steps': [" STEPS                                                                              \
    "]}}, 'traffic': [{'name': 't', 'target': 'F', 'constant': '1/s', 'count': 10, 'event': {'a': 1}}]}"
#define TABLE                                                                                                                              \
    "'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': 'PAY_PER_REQUEST', 'StreamSpecification': {'StreamViewType': "    \
    "'NEW_IMAGE'}, 'TimeToLiveSpecification': {'AttributeName': 'e', 'Enabled': true}}}, "
#define STREAM(MORE)                                                                                                                       \
    ", 'Events': {'S': {'Type': 'DynamoDB', 'Properties': {'Stream': {'Fn::GetAtt': ['T', 'StreamArn']}, 'StartingPosition': "             \
    "'TRIM_HORIZON'" MORE "}}}"
#define FILTER(PATTERN) ", 'FilterCriteria': {'Filters': [{'Pattern': " PATTERN "}]}"
#define PUT(MORE) "{'call': 'T', 'key': 1, 'event': {'a': {'S': 'b'}}" MORE "}"
#define BUCKET "'B': {'Type': 'AWS::S3::Bucket'}, "
#define UPLOADS                                                                                                                            \
    ", 'Events': {'S': {'Type': 'S3', 'Properties': {'Bucket': 'B', 'Events': 's3:ObjectCreated:*', 'Filter': {'S3Key': {'Rules': "        \
    "[{'Name': 'prefix', 'Value': 'in/'}]}}}}}"
#define BUS(TARGET)                                                                                                                        \
    "'Bus': {'Type': 'AWS::Events::EventBus', 'Properties': {'Name': 'b'}}, 'R': {'Type': 'AWS::Events::Rule', 'Properties': "             \
    "{'EventBusName': 'Bus', 'EventPattern': {'source': ['a']}, 'Targets': [{'Id': 'x', 'Arn': '" TARGET "'}]}}, "
#define QUEUE "'Q': {'Type': 'AWS::SQS::Queue'}, "
#define POLLS ", 'Events': {'S': {'Type': 'SQS', 'Properties': {'Queue': 'Q'}}}"

static void test_told(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *text, *way; /* NULL: nothing is said */
    } rows[] = {
        {LOOP(TABLE, STREAM(""), PUT("")), "F -> T -> F"},
        {LOOP(TABLE, STREAM(""), PUT(", 'op': 'GetItem'")), NULL},
        {LOOP(TABLE, STREAM(""), "{'probability': 0.5, 'steps': [" PUT("") "]}"), NULL},
        {LOOP(TABLE, STREAM(""), "{'probability': 0.5, 'steps': [{'send': 'T', 'key': 1, 'count': 2}]}"), "F -> T -> F"},
        {LOOP(TABLE, STREAM(FILTER("{'eventName': ['INSERT']}")), PUT(", 'op': 'UpdateItem'")), NULL},
        {LOOP(TABLE, STREAM(FILTER("{'eventName': ['INSERT']}")), PUT("")), "F -> T -> F"},
        /* What is written comes back when it expires, and is written anew. */
        {LOOP(TABLE, STREAM(FILTER("{'userIdentity': {'type': ['Service']}}")), PUT(", 'expires_after': '1h'")), "F -> T -> F"},
        {LOOP(TABLE, STREAM(FILTER("{'userIdentity': {'type': ['Service']}}")), PUT("")), NULL},
        {LOOP(BUCKET, UPLOADS, "{'call': 'B', 'object_key': 'in/x'}"), NULL}, /* Lambda stops it */
        {LOOP(BUCKET, UPLOADS ", 'RecursiveLoop': 'Allow'", "{'call': 'B', 'object_key': 'in/x'}"), "F -> B -> F"},
        {LOOP(BUCKET, UPLOADS ", 'RecursiveLoop': 'Allow'", "{'call': 'B', 'object_key': 'out/x'}"), NULL},
        {LOOP(BUS("F"), "", "{'send': 'Bus', 'event': {'source': 'a'}}"), "F -> Bus -> F"},
        {LOOP(BUS("F"), "", "{'send': 'Bus', 'event': {'source': 'b'}}"), NULL},
        {LOOP(QUEUE BUS("Q"), POLLS, "{'send': 'Bus', 'event': {'source': 'a'}}"), "F -> Bus -> Q -> F"},
        {LOOP(QUEUE, POLLS, "{'send': 'Q'}"), NULL},
        {LOOP("'N': {'Type': 'AWS::SNS::Topic'}, ", ", 'Events': {'S': {'Type': 'SNS', 'Properties': {'Topic': 'N'}}}", "{'send': 'N'}"),
         NULL},
        {LOOP("'M': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': {'Definition': {'StartAt': 'A', 'States': {'A': {'Type': "
              "'Task', "
              "'Resource': 'F', 'End': true}}}}}, ",
              "", "{'call': 'M'}"),
         "F -> M -> F"},
        /* Only what fails comes back. */
        {LOOP(QUEUE, POLLS ", 'EventInvokeConfig': {'DestinationConfig': {'OnFailure': {'Destination': 'Q'}}}", "{'wait': '1ms'}"), NULL},
        {LOOP("",
              ", 'AutoPublishAlias': 'live'" STREAM("") "}}, " TABLE
                                                        "'G': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 5",
              PUT("")),
         "F:1 -> T -> F:live -> F:1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char message[200];
        assert_int_equal(model_load(run, rows[i].text), STATUS_OK);
        snprintf(message, sizeof message, "nothing stops it: %s", rows[i].way ? rows[i].way : "");
        if (diagnosed(&run->diagnostics, 0, 0, message) != (rows[i].way != NULL))
            fail_msg("row %zu: %s", i, rows[i].way ? rows[i].way : "nothing is to be said");
    }
}

/* Through a topic as through a queue: 16 calls of a chain, and the next is stopped. */
static void test_topic(void **state)
{
    struct model_run *run = *state;
    model_execute(run, LOOP("'N': {'Type': 'AWS::SNS::Topic'}, ", ", 'Events': {'S': {'Type': 'SNS', 'Properties': {'Topic': 'N'}}}",
                            "{'send': 'N'}"));
    assert_int_equal(count_of(run, "F", "Invocations"), 10 * 16);
    assert_int_equal(count_of(run, "F", "RecursiveInvocationsDropped"), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {MODEL_TEST(test_told), MODEL_TEST(test_topic)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
