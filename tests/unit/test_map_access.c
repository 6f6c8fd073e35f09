/* test_map_access.c: a distributed Map's items come out of a bucket, and its results go into one. */
#include "machine_fixture.h"

#define READS(RESOURCE, MORE)                                                                                                              \
    "'ItemReader': {'Resource': 'arn:aws:states:::s3:" RESOURCE "', 'Parameters': {'Bucket': {'Ref': 'Box'}, 'Key': 'k'}" MORE "}, "
#define WRITES "'ResultWriter': {'Resource': 'arn:aws:states:::s3:putObject', 'Parameters': {'Bucket': {'Ref': 'Box'}, 'Prefix': 'p'}}, "
#define SPREAD(ACCESS)                                                                                                                     \
    MACHINE("STANDARD",                                                                                                                    \
            "'A': {'Type': 'Map', " ACCESS "'Next': 'Z', 'Catch': [{'ErrorEquals': ['States.ItemReaderFailed'], 'Next': 'C'}], "           \
            "'ItemProcessor': {'ProcessorConfig': {'Mode': 'DISTRIBUTED', 'ExecutionType': 'EXPRESS'}, 'StartAt': 'W', "                   \
            "'States': {'W': {'Type': 'Wait', 'Seconds': 3, 'End': true}}}}, 'C': {'Type': 'Pass', 'End': true}, 'Z': "                    \
            "{'Type': 'Succeed'}")
#define SCENE(ACCESS, BOX)                                                                                                                 \
    "{'duration': '5m', 'Resources': {'Box': {'Type': 'AWS::S3::Bucket'}, " SPREAD(                                                        \
        ACCESS) "}, 'behavior': {'Box': {" BOX "}, 'M': "                                                                                  \
                "{'states': {'A': {'items': 2500}}}}, " ONE_CALL "}"

/* 2,500 objects are three pages of a list, or one file; MaxItems reads fewer; what is written is two files. Each call takes the bucket's
 * 100 ms, one after the other. */
static void test_pages(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *access;
        int64_t lists, gets, puts, children;
    } cases[] = {
        {READS("listObjectsV2", "") WRITES, 3, 0, 2, 2500},
        {READS("getObject", ", 'ReaderConfig': {'InputType': 'CSV', 'CSVHeaderLocation': 'FIRST_ROW', 'MaxItems': 700}"), 0, 1, 0, 700},
        {WRITES, 0, 0, 2, 2500},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run, SCENE("%s", "'latency': '100ms'"), cases[i].access);
        assert_int_equal(count_of(run, "Box", "ListRequests"), cases[i].lists);
        assert_int_equal(count_of(run, "Box", "GetRequests"), cases[i].gets);
        assert_int_equal(count_of(run, "Box", "PutRequests"), cases[i].puts);
        assert_int_equal(count_of(run, "M/A", "StateChildren"), cases[i].children);
        assert_near(figure(run, "M", "ExecutionTime", "Maximum"), 3000 + 100.0 * (double)(cases[i].lists + cases[i].gets + cases[i].puts),
                    0);
        assert_int_equal(count_of(run, "M", "ExecutionsSucceeded"), 1);
        model_forget(run);
    }
}

/* A bucket that answers with errors: no item is begun, and Catch knows the error. */
static void test_failures(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        "{'duration': '5m', 'Resources': {'Box': {'Type': 'AWS::S3::Bucket'}, " SPREAD(READS(
            "getObject", "")) "}, 'changes': [{'at': '0s', 'fault': 'Box', 'kind': 'down'}], 'traffic': [{'name': 'calls', 'target': 'M', "
                              "'constant': '1/s', 'count': 1, 'from': '1s'}]}");
    assert_int_equal(count_of(run, "M/A", "StateChildren"), 0);
    assert_int_equal(count_of(run, "M/C", "StateEntries"), 1);
    model_forget(run);
    model_execute(run,
                  "{'duration': '5m', 'Resources': {'Box': {'Type': 'AWS::S3::Bucket'}, " SPREAD(
                      WRITES) "}, 'changes': [{'at': '2s', 'fault': 'Box', 'kind': 'down'}], 'traffic': [{'name': 'calls', 'target': 'M', "
                              "'constant': '1/s', 'count': 1}]}");
    assert_int_equal(fates_of(run, "M", FATE_FAILED, "States.ResultWriterFailed"), 1);
    assert_int_equal(count_of(run, "M/A", "StateChildren"), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {MODEL_TEST(test_pages), MODEL_TEST(test_failures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
