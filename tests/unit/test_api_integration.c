/* test_api_integration.c: APIs that hand requests straight to other services, to servers, to nobody; and what cannot be. */
#include "api_bench.h"

/* A REST API `Api` with one method POST / of INTEGRATION, stage `prod`, and MORE resources. */
#define REST_TO(INTEGRATION, MORE, BEHAVIOR)                                                                                               \
    REST_WITH("'duration': '10s', 'drain': '1m'", INTEGRATION, MORE, "'Prod': {'overhead': '0s'}" BEHAVIOR)
#define REST_WITH(SETTINGS, INTEGRATION, MORE, BEHAVIOR)                                                                                   \
    "{" SETTINGS ", 'Resources': {'Api': {'Type': 'AWS::ApiGateway::RestApi', 'Properties': {}}, 'Prod': {'Type': "                        \
    "'AWS::ApiGateway::Stage', 'Properties': {'RestApiId': {'Ref': 'Api'}, 'StageName': 'prod'}}, 'Post': {'Type': "                       \
    "'AWS::ApiGateway::Method', 'Properties': {'RestApiId': {'Ref': 'Api'}, 'ResourceId': {'Fn::GetAtt': ['Api', 'RootResourceId']}, "     \
    "'HttpMethod': 'POST', 'Integration': {" INTEGRATION "}}}" MORE "}, 'behavior': {" BEHAVIOR                                            \
    "}, 'traffic': [{'name': 'c', 'target': 'Api', 'constant': '10/s', 'key': {'uniform': 10}}]}"
/* An HTTP API with one route of INTEGRATION. */
#define HTTP_TO(INTEGRATION, MORE)                                                                                                         \
    "{'duration': '10s', 'drain': '1m', 'Resources': {'Api': {'Type': 'AWS::ApiGatewayV2::Api', 'Properties': {'ProtocolType': 'HTTP'}}, " \
    "'Live': {'Type': 'AWS::ApiGatewayV2::Stage', 'Properties': {'ApiId': {'Ref': 'Api'}, 'StageName': '$default'}}, 'To': {'Type': "      \
    "'AWS::ApiGatewayV2::Integration', 'Properties': {'ApiId': {'Ref': 'Api'}, " INTEGRATION "}}, 'Post': {'Type': "                       \
    "'AWS::ApiGatewayV2::Route', 'Properties': {'ApiId': {'Ref': 'Api'}, 'RouteKey': 'POST /', 'Target': {'Fn::Sub': "                     \
    "'integrations/${To}'}}}" MORE "}, 'traffic': [{'name': 'c', 'target': 'Api', 'request': 'POST /', 'constant': '10/s', 'key': "        \
    "{'uniform': 10}}]}"
#define QUEUE ", 'Q': {'Type': 'AWS::SQS::Queue', 'Properties': {}}"
#define STREAM ", 'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 1}}"
#define BUS                                                                                                                                \
    ", 'B': {'Type': 'AWS::Events::EventBus', 'Properties': {'Name': 'b'}}, 'R': {'Type': 'AWS::Events::Rule', 'Properties': "             \
    "{'EventBusName': {'Ref': 'B'}, 'EventPattern': {'source': [{'prefix': ''}]}, 'Targets': [{'Id': 'q', 'Arn': {'Fn::GetAtt': ['Q', "    \
    "'Arn']}}]}}" QUEUE

static void test_services(void **state)
{
    (void)state;
    static const struct {
        const char *text, *resource, *metric;
    } services[] = {
        {REST_TO("'Type': 'AWS', 'Uri': {'Fn::Sub': 'arn:aws:apigateway:us-east-1:sqs:path/${AWS::AccountId}/${Q.QueueName}'}", QUEUE, ""),
         "Q", "NumberOfMessagesSent"},
        {REST_TO("'Type': 'AWS', 'Uri': 'arn:aws:apigateway:us-east-1:kinesis:action/PutRecord', 'RequestTemplates': {'application/json': "
                 "{'Fn::Sub': '{\\'StreamName\\': \\'${S}\\'}'}}",
                 STREAM, ""),
         "S", "IncomingRecords"},
        {REST_TO("'Type': 'AWS', 'Uri': 'arn:aws:apigateway:us-east-1:events:action/PutEvents', 'RequestTemplates': {'application/json': "
                 "{'Fn::Sub': '{\\'EventBusName\\': \\'${B}\\'}'}}",
                 BUS, ""),
         "Q", "NumberOfMessagesSent"},
        {HTTP_TO("'IntegrationType': 'AWS_PROXY', 'IntegrationSubtype': 'SQS-SendMessage', 'RequestParameters': {'QueueUrl': {'Ref': 'Q'}, "
                 "'MessageBody': '$request.body'}",
                 QUEUE),
         "Q", "NumberOfMessagesSent"},
        {HTTP_TO(
             "'IntegrationType': 'AWS_PROXY', 'IntegrationSubtype': 'Kinesis-PutRecord', 'RequestParameters': {'StreamName': {'Ref': 'S'}}",
             STREAM),
         "S", "IncomingRecords"},
        {HTTP_TO(
             "'IntegrationType': 'AWS_PROXY', 'IntegrationSubtype': 'EventBridge-PutEvents', 'RequestParameters': {'EventBusName': {'Ref': "
             "'B'}}",
             BUS),
         "Q", "NumberOfMessagesSent"},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        model_execute(&run, services[i].text);
        assert_int_equal(count_of(&run, services[i].resource, services[i].metric), 100);
        assert_int_equal(count_of(&run, "c", "Succeeded"), 100);
    }
    model_close(&run);
}

/* A service that refuses or throttles is the API's server error; a server's answers are passed on; MOCK calls nobody. */
static void test_answers(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(
        &run,
        REST_WITH("'duration': '10s', 'drain': '1m', 'rules': {'kinesis_shard_in_records_per_s': 4}",
                  "'Type': 'AWS', 'Uri': 'arn:aws:apigateway:us-east-1:kinesis:action/PutRecord', 'RequestTemplates': {'x': {'Ref': 'S'}}",
                  STREAM, "'Prod': {'overhead': '0s'}"));
    int64_t refused = count_of(&run, "S", "WriteProvisionedThroughputExceeded");
    assert_true(refused > 0);
    assert_int_equal(fates_of(&run, "Api:prod", FATE_FAILED, "500 Internal Server Error"), refused);
    assert_int_equal(count_of(&run, "Api", "5XXError"), refused);
    model_execute(&run, REST_TO("'Type': 'HTTP_PROXY', 'Uri': {'Ref': 'Partner'}", ", 'Partner': {'Type': 'Custom::External'}",
                                ", 'Partner': {'latency': '30s'}"));
    assert_int_equal(fates_of(&run, "Api:prod", FATE_TIMED_OUT, "504 integration timeout"), 100);
    model_execute(&run, REST_TO("'Type': 'HTTP_PROXY', 'Uri': {'Ref': 'Partner'}", ", 'Partner': {'Type': 'Custom::External'}",
                                ", 'Partner': {'error_rate': 1}"));
    assert_int_equal(fates_of(&run, "Api:prod", FATE_FAILED, "500 Internal Server Error"), 100);
    model_execute(&run, REST_TO("'Type': 'HTTP_PROXY', 'Uri': {'Ref': 'Partner'}", ", 'Partner': {'Type': 'Custom::External'}",
                                ", 'Partner': {'latency': '1h', 'capacity': 1, 'line_limit': 0}"));
    assert_int_equal(fates_of(&run, "Api:prod", FATE_FAILED, "503 Service Unavailable"), 99);
    model_execute(&run, REST_TO("'Type': 'MOCK'", "", ""));
    assert_int_equal(count_of(&run, "c", "Succeeded"), 100);
    assert_near(figure(&run, "Api", "IntegrationLatency", "SampleCount"), 0, 0);
    model_close(&run);
}

/* What befalls an API befalls its stages: callers never reach the API itself. */
static void test_faults_of_the_api(void **state)
{
    (void)state;
    static const struct {
        const char *befallen, *fault;
        int64_t failed;
        double slowest_ms;
    } cases[] = {
        {"Api", "'kind': 'down'", 50, 10},
        {"Api:prod", "'kind': 'down'", 50, 10},
        {"Api", "'kind': 'errors', 'rate': 1", 50, 10},
        {"Api", "'kind': 'slow', 'factor': 3", 0, 30},
        {"Api:prod", "'kind': 'slow', 'factor': 3", 0, 30},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  REST_WITH("'duration': '10s', 'drain': '1m', 'changes': [{'at': '2s', 'for': '5s', 'fault': '%s', %s}]", "'Type': 'MOCK'",
                            "", "'Prod': {'overhead': '10ms'}"),
                  cases[i].befallen, cases[i].fault);
        assert_int_equal(fates_of(&run, "Api:prod", FATE_FAILED, "500 Internal Server Error"), cases[i].failed);
        assert_int_equal(count_of(&run, "Api", "5XXError"), cases[i].failed);
        assert_near(figure(&run, "c", "ResponseTime", "Maximum"), cases[i].slowest_ms, 0);
    }
    /* one that is its own stage is slowed once */
    model_execute(&run, "{'duration': '10s', 'Resources': {'Api': {'Type': 'AWS::ApiGateway::RestApi', 'Properties': {}}, 'Post': {'Type': "
                        "'AWS::ApiGateway::Method', 'Properties': {'RestApiId': {'Ref': 'Api'}, 'ResourceId': {'Fn::GetAtt': ['Api', "
                        "'RootResourceId']}, 'HttpMethod': 'POST', 'Integration': {'Type': 'MOCK'}}}}, 'behavior': {'Api': {'overhead': "
                        "'10ms'}}, 'traffic': [{'name': 'c', 'target': 'Api', 'constant': '10/s'}], 'changes': [{'at': '2s', 'for': '5s', "
                        "'fault': 'Api', 'kind': 'slow', 'factor': 3}]}");
    assert_near(figure(&run, "c", "ResponseTime", "Maximum"), 30, 0);
    model_close(&run);
}

/* With invocation type Event the API has its answer when the event is queued. */
static void test_asynchronous(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, REST_TO("'Type': 'AWS', 'Uri': {'Fn::Sub': '.../functions/${F.Arn}/invocations'}, 'RequestParameters': "
                                "{'integration.request.header.X-Amz-Invocation-Type': '\\u0027Event\\u0027'}",
                                ", 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {}}", ", 'F': {'duration': '2s'}"));
    assert_near(figure(&run, "c", "ResponseTime", "Maximum"), 0, 0);
    assert_int_equal(count_of(&run, "F", "AsyncEventsReceived"), 100);
    model_close(&run);
}

/* A state machine: StartExecution is answered at once, StartSyncExecution when the execution is over. */
static void test_state_machines(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
#define WAITING(TYPE)                                                                                                                      \
    ", 'M': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': {'StateMachineType': '" TYPE "', 'Definition': {'StartAt': 'W', "   \
    "'States': {'W': {'Type': 'Wait', 'Seconds': 2, 'End': true}}}}}"
#define BY_BODY ", 'RequestTemplates': {'application/json': {'Fn::Sub': '{\\\"stateMachineArn\\\": \\\"${M.Arn}\\\"}'}}"
    model_execute(&run, REST_TO("'Type': 'AWS', 'Uri': 'arn:aws:apigateway:us-east-1:states:action/StartExecution'" BY_BODY,
                                WAITING("STANDARD"), ""));
    assert_near(figure(&run, "c", "ResponseTime", "Maximum"), 0, 0);
    assert_int_equal(count_of(&run, "M", "ExecutionsStarted"), 100);
    model_forget(&run);
    model_execute(&run, REST_TO("'Type': 'AWS', 'Uri': 'arn:aws:apigateway:us-east-1:states:action/StartSyncExecution'" BY_BODY,
                                WAITING("EXPRESS"), ""));
    assert_near(figure(&run, "c", "ResponseTime", "Maximum"), 2000, 0);
    model_forget(&run);
    model_execute(&run,
                  HTTP_TO("'IntegrationType': 'AWS_PROXY', 'IntegrationSubtype': 'StepFunctions-StartExecution', 'RequestParameters': "
                          "{'StateMachineArn': {'Ref': 'M'}}",
                          WAITING("EXPRESS")));
    assert_true(figure(&run, "c", "ResponseTime", "Maximum") < 1000); /* its own overhead alone */
    model_close(&run);
}

static void test_mistakes(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    api_refused(&run, REST_TO("'Type': 'AWS', 'Uri': 'arn:aws:apigateway:us-east-1:states:action/StartExecution'", "", ""),
                "names no resource of this scenario");
    api_refused(&run, HTTP_TO("'IntegrationType': 'AWS_PROXY', 'IntegrationSubtype': 'AppConfig-GetConfiguration'", ""),
                "not modelled yet: AppConfig");
    api_refused(&run, REST_TO("'Type': 'AWS_PROXY', 'Uri': 'arn:nobody'", "", ""), "names no resource of this scenario");
    api_refused(&run, REST_TO("'Type': 'HTTP', 'Uri': 'https://example.org'", "", ""), "names no resource of this scenario");
    api_refused(&run, REST_TO("'Type': 'AWS_PROXY'", "", ""), "\"Uri\" is missing");
    api_refused(
        &run,
        "{'duration': '1s', 'Resources': {'Api': {'Type': 'AWS::ApiGateway::RestApi', 'Properties': {}}, 'A': {'Type': "
        "'AWS::ApiGateway::Resource', 'Properties': {'RestApiId': {'Ref': 'Api'}, 'ParentId': {'Ref': 'B'}, 'PathPart': 'a'}}, 'B': "
        "{'Type': 'AWS::ApiGateway::Resource', 'Properties': {'RestApiId': {'Ref': 'Api'}, 'ParentId': {'Ref': 'A'}, 'PathPart': "
        "'b'}}, 'M': {'Type': 'AWS::ApiGateway::Method', 'Properties': {'RestApiId': {'Ref': 'Api'}, 'ResourceId': {'Ref': 'A'}, "
        "'HttpMethod': 'GET', 'Integration': {'Type': 'MOCK'}}}}, 'traffic': []}",
        "is below itself");
    model_close(&run);
}

/* An alias is a function: what it fails is answered 502, as what the function fails. */
static void test_alias(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              REST_TO("'Type': 'AWS_PROXY', 'Uri': {'Fn::Sub': 'arn:aws:apigateway:r:lambda:path/2015-03-31/functions/${L}/invocations'}",
                      ", 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {}}, 'V': {'Type': 'AWS::Lambda::Version', 'Properties': "
                      "{'FunctionName': {'Ref': 'F'}}}, 'L': {'Type': 'AWS::Lambda::Alias', 'Properties': {'FunctionName': {'Ref': 'F'}, "
                      "'FunctionVersion': {'Fn::GetAtt': ['V', 'Version']}, 'Name': 'live'}}",
                      ", 'F': {'error_rate': 1}"));
    assert_int_equal(count_of(&run, "F:live", "Invocations"), 100);
    assert_int_equal(fates_of(&run, "c", FATE_FAILED, "502 Bad Gateway"), 100);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alias),        cmocka_unit_test(test_services),
        cmocka_unit_test(test_answers),      cmocka_unit_test(test_faults_of_the_api),
        cmocka_unit_test(test_asynchronous), cmocka_unit_test(test_state_machines),
        cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
