/* test_function_log.c: what functions log, in bytes, and the traces that they begin. */
#include "model_fixture.h"

/* Bytes that a function has logged, from what it is billed for. */
static double logged_bytes(const struct model_run *run, const char *function)
{
    return billed(run, function, "VendedLog-Bytes", NULL) * 1024 * 1024 * 1024;
}

#define LOGGING(PROPERTIES, BEHAVIOR)                                                                                                      \
    ONE_FUNCTION("'duration': '1h', 'drain': '1s'", "'MemorySize': 128 " PROPERTIES,                                                       \
                 "'init': '10ms', 'duration': '100ms', 'keep_alive': 'forever', 'max_lifetime': 'forever' " BEHAVIOR,                      \
                 "{'name': 'a', 'target': 'F', 'constant': '1/s', 'count': 100}")

/* One environment, a hundred calls; each line has 26 bytes more as it is counted. */
static void test_logged_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double bytes;
    } cases[] = {
        {LOGGING("", ""), 100 * (71 + 52 + 143 + 3 * 26) + 25 + 164 + 26},
        {LOGGING("", ", 'log_bytes': '74B'"), 100 * (71 + 74 + 52 + 143 + 4 * 26) + 25 + 164 + 26},
        {LOGGING(", 'LoggingConfig': {'LogFormat': 'JSON'}", ""), 100 * (141 + 234 + 2 * 26) + 24 + 278 + 26},
        {LOGGING(", 'LoggingConfig': {'LogFormat': 'JSON', 'SystemLogLevel': 'DEBUG'}", ""),
         100 * (141 + 450 + 234 + 3 * 26) + 24 + 278 + 312 + 26},
        {LOGGING(", 'LoggingConfig': {'LogFormat': 'JSON', 'SystemLogLevel': 'WARN'}", ""), 0},
        {LOGGING(", 'LoggingConfig': {'LogFormat': 'JSON', 'SystemLogLevel': 'WARN'}", ", 'error_rate': 1"), 100 * (234 + 26) + 24},
        {LOGGING(", 'LoggingConfig': {'LogFormat': 'JSON', 'SystemLogLevel': 'WARN'}", ", 'log_bytes': '74B'"), 100 * (74 + 26)},
        /* Here every call is traced: its REPORT has an XRAY line more. */
        {LOGGING(", 'TracingConfig': {'Mode': 'Active'}", ""), 100 * (71 + 52 + 143 + 92 + 3 * 26) + 25 + 164 + 26},
        {LOGGING(", 'LoggingConfig': {'LogGroup': '/aws/lambda/f'}", ""), 100 * (71 + 52 + 143 + 3 * 26) + 25 + 164 + 26},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, "%s", cases[i].text);
        assert_near(logged_bytes(&run, "F"), cases[i].bytes, 1e-6);
        assert_near(billed(&run, "F", "Logs-TimedStorage-ByteHrs", NULL) * 1024 * 1024 * 1024, 0.15 * cases[i].bytes, 1e-6);
    }
    model_close(&run);
}

/* A simulated group takes the same lines, and is billed for the same bytes. */
static void test_same_bytes_in_a_group(void **state)
{
    (void)state;
    static const char *const settings[] = {"", "'LogFormat': 'JSON', ", "'LogFormat': 'JSON', 'SystemLogLevel': 'DEBUG', ",
                                           "'LogFormat': 'JSON', 'SystemLogLevel': 'WARN', "};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        double bytes[2];
        for (int grouped = 0; grouped < 2; grouped++) {
            model_run(
                &run,
                "{'duration': '1h', 'drain': '10s', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'LoggingConfig': "
                "{%s"
                "'LogGroup': '%s'}}}, 'L': {'Type': 'AWS::Logs::LogGroup'}}, 'behavior': {'F': {'init': '1s', 'duration': '1s', "
                "'log_bytes': '100B', 'error_rate': 1}}, 'traffic': [{'name': 'a', 'target': 'F', 'constant': '10/m', 'until': '50m'}]}",
                settings[i], grouped ? "L" : "/aws/lambda/F");
            bytes[grouped] = billed(&run, grouped ? "L" : "F", "VendedLog-Bytes", NULL);
            assert_true(bytes[grouped] > 0);
        }
        assert_near(bytes[1], bytes[0], 1e-15);
    }
    model_close(&run);
}

/* The first call of each second, and one in twenty of the others; what a traced function calls goes on with its trace. */
static void test_traces(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(
        &run,
        "{'duration': '1000s', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'TracingConfig': {'Mode': 'Active'}}},"
        "'G': {'Type': 'AWS::Serverless::Function', 'Properties': {'Tracing': 'Active'}}, 'H': {'Type': 'AWS::Serverless::Function', "
        "'Properties': {'Tracing': 'Disabled'}}}, 'behavior': {'F': {'steps': [{'invoke': 'G'}, {'invoke': 'H'}]}, 'G': {'duration': "
        "'1ms'}, 'H': {'duration': '1ms'}}, 'traffic': [{'name': 'a', 'target': 'F', 'constant': '21/s'}]}");
    /* 1,000 and 5 % of 20,000: standard deviation 31, here at four of them. */
    int64_t traces = count_of(&run, "F", "TracesBegun");
    assert_in_range(traces, 2000 - 4 * 31, 2000 + 4 * 31);
    assert_int_equal(count_of(&run, "G", "TracesBegun"), 0);
    assert_int_equal(count_of(&run, "H", "TracesBegun"), 0);
    assert_near(billed(&run, "F", "XRay-TracesStored", NULL), (double)traces, 0);
    /* An asynchronous event is one trace, however often it is tried. */
    model_run(&run, ONE_FUNCTION("'duration': '1h'", "'TracingConfig': {'Mode': 'Active'}", "'duration': '1ms', 'error_rate': 1",
                                 "{'name': 'a', 'target': 'F', 'invocation_type': 'Event', 'constant': '1/s', 'count': 10}"));
    assert_int_equal(count_of(&run, "F", "Invocations"), 30);
    assert_int_equal(count_of(&run, "F", "TracesBegun"), 10);
    model_close(&run);
}

/* By class, and by how long they are kept: in the long run the bytes of that time. */
static void test_log_groups(void **state)
{
    (void)state;
    static const struct {
        const char *properties, *usage_type;
        double kept_months;
    } cases[] = {
        {"", "DataProcessing-Bytes", 1},
        {"'RetentionInDays': 365", "DataProcessing-Bytes", 365 * 24 / 730.0},
        {"'LogGroupClass': 'INFREQUENT_ACCESS', 'RetentionInDays': 7", "DataProcessingIA-Bytes", 7 * 24 / 730.0},
        {"'LogGroupClass': 'DELIVERY'", "DataProcessing-Bytes", 0},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  "{'duration': '1h', 'Resources': {'L': {'Type': 'AWS::Logs::LogGroup', 'Properties': {%s}}}, 'traffic': [{'name': 'a', "
                  "'target': 'L', 'constant': '1/s', 'payload': '1MB', 'count': 1024}]}",
                  cases[i].properties);
        const double taken_gb = 1 + 1024 * 26 / 1073741824.0; /* 26 bytes count beside each text */
        assert_near(billed(&run, "L", cases[i].usage_type, NULL), taken_gb, 1e-12);
        assert_near(billed(&run, "L", "Logs-TimedStorage-ByteHrs", NULL), 0.15 * cases[i].kept_months * taken_gb, 1e-12);
    }
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logged_bytes),
        cmocka_unit_test(test_same_bytes_in_a_group),
        cmocka_unit_test(test_traces),
        cmocka_unit_test(test_log_groups),
    };
    return cmocka_run_group_tests_name("function log", tests, NULL, NULL);
}
