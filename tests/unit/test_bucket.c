/* test_bucket.c: a bucket: notifications and their filters, two writes that give one event, quotas, what is stored, refusals. */
#include "model_fixture.h"
#include "statistics_bounds.h"

#define ONCE(NAME, FROM, MORE) "{'name': '" NAME "', 'target': 'B', 'bursts': {'size': 1, 'every': '1d'}, 'from': '" FROM "'" MORE "}"

/* A bucket B whose properties and behavior are given, a function F and a queue Q. */
#define BUCKET(PROPERTIES, BEHAVIOR, MORE, TRAFFIC)                                                                                        \
    "{'duration': '1h', 'drain': '1h' " MORE ", 'Resources': {'B': {'Type': 'AWS::S3::Bucket', 'Properties': {" PROPERTIES "}},"           \
    "'F': {'Type': 'AWS::Lambda::Function'}, 'Q': {'Type': 'AWS::SQS::Queue'}},"                                                           \
    "'behavior': {'F': {'init': '0s', 'duration': '1s'}, 'B': {" BEHAVIOR "}}, 'traffic': [" TRAFFIC "]}"

#define TO_FUNCTION(EVENT, MORE)                                                                                                           \
    "'NotificationConfiguration': {'LambdaConfigurations': [{'Event': '" EVENT "', 'Function': {'Fn::GetAtt': ['F', 'Arn']}" MORE "}]}"

#define EXACT "'latency': '0s', 'delivery_delay': '2s'"

static void test_notification_comes_after_its_delay(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    run.traced = true;
    model_run(&run, BUCKET(TO_FUNCTION("s3:ObjectCreated:*", ""), "'latency': '150ms', 'delivery_delay': '2s'", "", ONCE("put", "1m", "")));
    int64_t invoked_ns = -1;
    for (size_t i = 0; i < run.step_count; i++)
        if (strcmp(run.steps[i].step, "invoke") == 0)
            invoked_ns = run.steps[i].time_ns;
    assert_int_equal(invoked_ns, INT64_C(62150000000)); /* a minute, 150 ms until it is written, 2 s */
    assert_near(figure(&run, "B", "NoticeDelay", "Average"), 2000, 0);
    assert_near(figure(&run, "B", "TotalRequestLatency", "Average"), 150, 0);
    assert_int_equal(count_of(&run, "F", "AsyncEventsReceived"), 1);
    model_close(&run);
}

static void test_filters(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(
        &run,
        BUCKET(
            TO_FUNCTION("s3:ObjectCreated:*", ", 'Filter': {'S3Key': {'Rules': [{'Name': 'prefix', 'Value': 'in/'},"
                                              "{'Name': 'suffix', 'Value': '.jpg'}]}}"),
            EXACT, "",
            ONCE("a", "0s", ", 'records': 2, 'object_key': 'in/cat.jpg'") "," ONCE("b", "0s", ", 'records': 3, 'object_key': 'in/cat.png'") "," ONCE(
                "c", "0s",
                ", 'records': 5, 'object_key': 'out/in/cat.jpg'") "," ONCE("d", "0s",
                                                                           ", 'records': 7, 'object_key': '.jpg'") "," ONCE("e", "0s",
                                                                                                                            ", 'records': "
                                                                                                                            "11")));
    /* Those that fit, and those of which no key is known. */
    assert_int_equal(count_of(&run, "F", "Invocations"), 2 + 11);
    assert_int_equal(count_of(&run, "B", "ItemsFiltered"), 3 + 5 + 7);
    model_close(&run);
}

/* Each operation with its own count, so that the sum says which of them notified. */
static const char operations[] =
    ONCE("p", "0s", ", 'records': 1, 'operation': 'PutObject'") "," ONCE("o", "0s", ", 'records': 2, 'operation': 'PostObject'") "," ONCE("c", "0s", ", 'records': 4, 'operation': 'CopyObject'") "," ONCE("m", "0s", ", 'records': 8, 'operation': 'CompleteMultipartUpload'") "," ONCE(
        "d", "0s",
        ", 'records': 16, 'operation': 'DeleteObject'") "," ONCE("g", "0s",
                                                                 ", 'records': 32, 'operation': 'GetObject'") "," ONCE("r", "0s",
                                                                                                                       ", 'records': 64, "
                                                                                                                       "'operation': "
                                                                                                                       "'ReducedRedundancyL"
                                                                                                                       "ostO"
                                                                                                                       "bject'") "," ONCE("t",
                                                                                                                                          "0s",
                                                                                                                                          ", "
                                                                                                                                          "'rec"
                                                                                                                                          "ords"
                                                                                                                                          "': "
                                                                                                                                          "128,"
                                                                                                                                          " '"
                                                                                                                                          "oper"
                                                                                                                                          "atio"
                                                                                                                                          "n': "
                                                                                                                                          "'Put"
                                                                                                                                          "Obje"
                                                                                                                                          "ctTa"
                                                                                                                                          "ggin"
                                                                                                                                          "g'") "," ONCE("l",
                                                                                                                                                         "0s",
                                                                                                                                                         ", 'records': 256, 'operation': 'ListObjectsV2'");

static void test_event_types(void **state)
{
    (void)state;
    static const struct {
        const char *event, *versioning;
        int64_t expected;
    } cases[] = {
        {"s3:ObjectCreated:*", "", 1 + 2 + 4 + 8},
        {"s3:ObjectCreated:Put", "", 1},
        {"s3:ObjectCreated:CompleteMultipartUpload", "", 8},
        {"s3:ObjectRemoved:*", "", 16},
        {"s3:ObjectRemoved:DeleteMarkerCreated", "", 0},
        {"s3:ObjectRemoved:DeleteMarkerCreated", ", 'VersioningConfiguration': {'Status': 'Enabled'}", 16},
        {"s3:ObjectRemoved:Delete", ", 'VersioningConfiguration': {'Status': 'Enabled'}", 0},
        {"s3:ObjectRemoved:Delete", ", 'VersioningConfiguration': {'Status': 'Suspended'}", 16},
        {"s3:ReducedRedundancyLostObject", "", 64},
        {"s3:ObjectTagging:*", "", 128},
        {"s3:ObjectRestore:*", "", 0},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, BUCKET("'NotificationConfiguration': {'QueueConfigurations': [{'Event': '%s', 'Queue': 'Q'}]} %s", EXACT, "", "%s"),
                  cases[i].event, cases[i].versioning, operations);
        if (count_of(&run, "Q", "NumberOfMessagesSent") != cases[i].expected)
            fail_msg("%s%s: %lld", cases[i].event, cases[i].versioning, (long long)count_of(&run, "Q", "NumberOfMessagesSent"));
        assert_int_equal(count_of(&run, "B", "PutRequests"), 1 + 2 + 4 + 8 + 128);
        assert_near(figure(&run, "B", "Objects", "Maximum"), 1 + 2 + 4 + 8, 0); /* a tag is no object */
        assert_int_equal(count_of(&run, "B", "DeleteRequests"), 16);
        assert_int_equal(count_of(&run, "B", "GetRequests"), 32);
        assert_int_equal(count_of(&run, "B", "AllRequests"), 511 - 64); /* the loss is S3's own */
    }
    model_close(&run);
}

/* Writes at 0, 1 and 3 s, notifications 2 s late: the second write finds the first's still on its way. */
static void check_coalescing(struct model_run *run, const char *versioning, const char *key, const char *single, int64_t told)
{
    model_run(run,
              BUCKET(TO_FUNCTION("s3:ObjectCreated:*", "") " %s", EXACT "%s", "",
                     ONCE("a", "0s", "%s") "," ONCE("b", "1s", "%s") "," ONCE("c", "3s", "%s")),
              versioning, single, key, key, key);
    assert_int_equal(count_of(run, "F", "Invocations"), told);
    assert_int_equal(count_of(run, "B", "NotificationsCoalesced"), 3 - told);
}

static void test_two_writes_one_event(void **state)
{
    (void)state;
    static const char on[] = ", 'single_notification': true", same[] = ", 'key': 7";
    struct model_run run;
    model_open(&run);
    check_coalescing(&run, "", same, on, 2);
    check_coalescing(&run, "", same, "", 3); /* off unless asked for */
    check_coalescing(&run, "", "", on, 3);   /* three objects */
    check_coalescing(&run, ", 'VersioningConfiguration': {'Status': 'Enabled'}", same, on, 3);
    check_coalescing(&run, ", 'VersioningConfiguration': {'Status': 'Suspended'}", same, on, 2);
    model_close(&run);
}

static void test_duplicates(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, BUCKET(TO_FUNCTION("s3:ObjectCreated:*", ""), EXACT ", 'duplicate_rate': 1", "", ONCE("a", "0s", ", 'records': 50")));
    assert_int_equal(count_of(&run, "F", "Invocations"), 100);
    assert_int_equal(count_of(&run, "B", "NoticesDuplicated"), 50);
    model_close(&run);
}

/* crosses: s3_prefix_reads_per_s s3_prefix_writes_per_s */
static void test_slow_down(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              BUCKET("", "", "", ONCE("a", "0s", ", 'records': 4000") "," ONCE("r", "0s", ", 'records': 6000, 'operation': 'GetObject'")));
    assert_int_equal(count_of(&run, "B", "5xxErrors"), 500 + 500);
    assert_int_equal(fates_of(&run, "B", FATE_THROTTLED, "SlowDown"), 1000);
    model_run(&run, BUCKET("", "'prefixes': 2", "", ONCE("a", "0s", ", 'records': 4000")));
    assert_int_equal(count_of(&run, "B", "5xxErrors"), 0);
    model_close(&run);
}

/* 5,000 writes a second to one prefix of 3,500: it refuses when what a second allows at once is used up, 3,500 / 1,500 s later, 1,500 a
 * second for two minutes; then it is split in two, and may have 7,000. Counted to the one that falls on either end. */
static void test_split(void **state)
{
    struct model_run *run = *state;
#define LOAD(NAME, RATE, MORE) "{'name': '" NAME "', 'target': 'B', 'constant': '" RATE "'" MORE "}"
    model_run(run, BUCKET("", "'split_time': '2m'", "", LOAD("a", "5000/s", ", 'until': '4m'")));
    assert_in_range(count_of(run, "B", "5xxErrors"), 1500 * 120 - 1, 1500 * 120 + 1);
    assert_near(figure(run, "B", "Partitions", "Maximum"), 2, 0);
    /* 8,000 reads and then as many writes: it splits for the reads (5,500, then 11,000), and once more for the writes (7,000, then 14,000).
     */
    model_run(run, BUCKET("", "'split_time': '2m'", "",
                          LOAD("a", "8000/s", ", 'until': '3m', 'operation': 'GetObject'") "," LOAD("b", "8000/s",
                                                                                                    ", 'from': '3m', 'until': '6m'")));
    assert_in_range(count_of(run, "B", "5xxErrors"), 2500 * 120 + 1000 * 120 - 2, 2500 * 120 + 1000 * 120 + 2);
    assert_near(figure(run, "B", "Partitions", "Maximum"), 4, 0);
    /* Load that does not stay: all of it at once, every two minutes. */
    model_run(run, BUCKET("", "'split_time': '2m'", "",
                          "{'name': 'a', 'target': 'B', 'bursts': {'size': 40000, 'every': '2m'}, 'until': '20m'}"));
    assert_int_equal(count_of(run, "B", "5xxErrors"), 10 * 36500);
    assert_near(figure(run, "B", "Partitions", "Maximum"), 1, 0);
}

/* Two prefixes: the first has 1 / (1 + 2^-2) = 80 % of the objects. Of 4,000 writes a second it gets 3,200, of 6,000 it gets 4,800, which
 * are 1,300 too many, while the second has room. Which prefix an item is in is a coin of its own: so many of the 6,000 x 60 are refused,
 * with a standard error of sqrt(n p (1 - p)); and the first 3,500 are there at once. */
static void test_skew(void **state)
{
    struct model_run *run = *state;
    model_run(run, BUCKET("", "'prefixes': 2, 'prefix_skew': 2", "", LOAD("a", "4000/s", ", 'until': '1m'")));
    assert_int_equal(count_of(run, "B", "5xxErrors"), 0);
    model_run(run, BUCKET("", "'prefixes': 2, 'prefix_skew': 2", "", LOAD("a", "6000/s", ", 'until': '1m'")));
    assert_near(figure(run, "B", "5xxErrors", "Sum"), 1300 * 60 - 3500, 3.29 * sqrt(6000 * 60 * 0.8 * 0.2));
    /* An object is always in the same: what has one key is in one prefix. */
    model_run(run, BUCKET("", "'prefixes': 100, 'prefix_skew': 1", "", LOAD("a", "4000/s", ", 'until': '1m', 'key': 5")));
    assert_in_range(count_of(run, "B", "5xxErrors"), 500 * 60 - 3500 - 1, 500 * 60 - 3500 + 1);
    /* Without skew they have it together. */
    model_run(run, BUCKET("", "'prefixes': 100", "", LOAD("a", "4000/s", ", 'until': '1m', 'key': 5")));
    assert_int_equal(count_of(run, "B", "5xxErrors"), 0);
}

static void test_what_is_stored(void **state)
{
    (void)state;
    static const char traffic[] =
        BUCKET("%s", "'latency': '0s'", "",
               ONCE("a", "0s", ", 'key': 1, 'payload': '1GB'") "," ONCE("b", "30m", ", 'key': 1, 'payload': '2GB'") "," ONCE(
                   "c", "45m", ", 'key': 1, 'operation': 'DeleteObject'"));
    const double tb_h = 1.0 / 730;
    struct model_run run;
    double usd;
    model_open(&run);
    model_run(&run, traffic, "");
    assert_near(figure(&run, "B", "BytesStored", "Maximum"), 2.0 * 1024 * 1024 * 1024, 0);
    assert_near(figure(&run, "B", "Objects", "Maximum"), 1, 0);
    assert_near(billed(&run, "B", "S3-TimedStorage-ByteHrs", NULL), (0.5 * 1 + 0.25 * 2) * tb_h, 1e-12);
    assert_near(billed(&run, "B", "S3-Requests-Tier1", &usd), 2, 0); /* deletions are free */
    assert_near(usd, 2 * 5e-6, 1e-15);
    model_run(&run, traffic, "'VersioningConfiguration': {'Status': 'Enabled'}");
    assert_near(figure(&run, "B", "BytesStored", "Maximum"), 3.0 * 1024 * 1024 * 1024, 0);
    assert_near(billed(&run, "B", "S3-TimedStorage-ByteHrs", NULL), (0.5 * 1 + 0.5 * 3) * tb_h, 1e-12);
    model_close(&run);
}

#define RULE(NAME, VALUE) "{'Name': '" NAME "', 'Value': '" VALUE "'}"
#define TWO(EVENT_A, RULES_A, EVENT_B, RULES_B)                                                                                            \
    "'NotificationConfiguration': {'LambdaConfigurations': [{'Event': '" EVENT_A                                                           \
    "', 'Function': 'F', 'Filter': {'S3Key': {'Rules': [" RULES_A "]}}}], 'QueueConfigurations': [{'Event': '" EVENT_B                     \
    "', 'Queue': 'Q', 'Filter': {'S3Key': {'Rules': [" RULES_B "]}}}]}"

/* S3's own examples of configurations that overlap and that do not. */
static void test_overlaps(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool overlap;
    } cases[] = {
        {BUCKET(TWO("s3:ObjectCreated:*", RULE("prefix", "images"), "s3:ObjectCreated:*", RULE("prefix", "logs")), "", "",
                ONCE("a", "0s", "")),
         false},
        {BUCKET(TWO("s3:ObjectCreated:*", RULE("prefix", "images"), "s3:ObjectRemoved:*", RULE("prefix", "images")), "", "",
                ONCE("a", "0s", "")),
         false},
        {BUCKET(TWO("s3:ObjectCreated:*", RULE("prefix", "images") "," RULE("suffix", ".jpg"), "s3:ObjectCreated:*",
                    RULE("prefix", "images/") "," RULE("suffix", ".png")),
                "", "", ONCE("a", "0s", "")),
         false},
        {BUCKET(TWO("s3:ObjectCreated:*", RULE("prefix", "images"), "s3:ObjectCreated:Put", RULE("prefix", "images/jpg")), "", "",
                ONCE("a", "0s", "")),
         true},
        {BUCKET(TWO("s3:ObjectCreated:*", RULE("suffix", "jpg"), "s3:ObjectCreated:*", RULE("prefix", "images")), "", "",
                ONCE("a", "0s", "")),
         true},
        {BUCKET(TWO("s3:ObjectCreated:*", RULE("suffix", "jpg"), "s3:ObjectCreated:*", RULE("suffix", "pg")), "", "", ONCE("a", "0s", "")),
         true},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum status status = model_load(&run, cases[i].text);
        if ((status == STATUS_OK) == cases[i].overlap ||
            (cases[i].overlap && !diagnosed(&run.diagnostics, 0, 0, "overlapping_notifications")))
            fail_msg("case %zu", i);
    }
    model_run(&run, BUCKET(TWO("s3:ObjectCreated:*", RULE("prefix", "a"), "s3:ObjectCreated:*", RULE("prefix", "a")), EXACT,
                           ", 'allow_invalid': ['overlapping_notifications']", ONCE("a", "0s", "")));
    assert_int_equal(count_of(&run, "F", "Invocations") + count_of(&run, "Q", "NumberOfMessagesSent"), 2);
    model_close(&run);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *said;
    } cases[] = {
        {BUCKET(TO_FUNCTION("s3:ObjectMade:*", ""), "", "", ONCE("a", "0s", "")), "S3 has no event \"s3:ObjectMade:*\""},
        {BUCKET(TO_FUNCTION("s3:ObjectCreated:*", ", 'Filter': {'S3Key': {'Rules': [" RULE("prefix", "a") "," RULE("Prefix", "b") "]}}"),
                "", "", ONCE("a", "0s", "")),
         "two rules for the prefix"},
        {BUCKET("'NotificationConfiguration': {'LambdaConfigurations': [{'Event': 's3:ObjectCreated:*', 'Function': 'Q'}]}", "", "",
                ONCE("a", "0s", "")),
         "Q is AWS::SQS::Queue"},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_not_equal(model_load(&run, cases[i].text), STATUS_OK);
        if (!diagnosed(&run.diagnostics, 0, 0, cases[i].said))
            fail_msg("not said: %s", cases[i].said);
    }
    model_close(&run);
}

/* SAM writes the notification at the function; a bucket may have its own beside it, and what overlaps is seen. */
static void test_event_of_a_function(void **state)
{
    (void)state;
    static const char text[] =
        "{'duration': '1h', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': {'Up': {'Type': 'S3',"
        "'Properties': {'Bucket': {'Ref': 'B'}, 'Events': ['s3:ObjectCreated:Put', 's3:ObjectRemoved:*'],"
        "'Filter': {'S3Key': {'Rules': [" RULE(
            "suffix", ".jpg") "]}}}}}}},"
                              "'B': {'Type': 'AWS::S3::Bucket', 'Properties': {'NotificationConfiguration': {'QueueConfigurations': "
                              "[{'Event': '%s', 'Queue': 'Q'}]}}},"
                              "'Q': {'Type': 'AWS::SQS::Queue'}}, 'behavior': {'F': {'duration': '1s'}, 'B': {" EXACT
                              "}}, 'traffic': [" ONCE("a", "0s", ", 'records': 3, 'object_key': 'a.jpg'") "," ONCE(
                                  "b", "0s", ", 'records': 5, 'object_key': 'a.png'") "," ONCE("c", "0s",
                                                                                               ", 'records': 7, 'object_key': 'a.jpg', "
                                                                                               "'operation': 'DeleteObject'") "]}";
    struct model_run run;
    char *overlapping = NULL;
    model_open(&run);
    model_run(&run, text, "s3:ObjectCreated:Copy");
    assert_int_equal(count_of(&run, "F", "Invocations"), 3 + 7);
    assert_true(asprintf(&overlapping, text, "s3:ObjectCreated:*") > 0);
    assert_int_not_equal(model_load(&run, overlapping), STATUS_OK);
    assert_true(diagnosed(&run.diagnostics, 0, 0, "overlapping_notifications"));
    free(overlapping);
    model_close(&run);
}

/* A function that writes where it reads: each chain is stopped after 16 times round. */
static void test_chain_through_a_bucket(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              "{'duration': '1h', 'Resources': {'B': {'Type': 'AWS::S3::Bucket'}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': "
              "{'Events': {'Up': {'Type': 'S3', 'Properties': {'Bucket': {'Ref': 'B'}, 'Events': 's3:ObjectCreated:*'}}}}}},"
              "'behavior': {'F': {'steps': [{'cpu': '10ms'}, {'call': 'B', 'op': 'PutObject'}]}, 'B': {" EXACT "}},"
              "'traffic': [" ONCE("a", "0s", ", 'records': 3") "]}");
    assert_int_equal(count_of(&run, "F", "Invocations"), 3 * 16);
    assert_int_equal(count_of(&run, "F", "RecursiveInvocationsDropped"), 3);
    assert_int_equal(count_of(&run, "B", "PutRequests"), 3 * 17);
    model_close(&run);
}

/* Records of events that were given up may go to a bucket. */
static void test_destination(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              "{'duration': '1h', 'Resources': {'B': {'Type': 'AWS::S3::Bucket'}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': "
              "{'EventInvokeConfig': {'DestinationConfig': {'OnFailure': {'Type': 'S3', 'Destination': {'Fn::GetAtt': ['B', 'Arn']}}}}}}},"
              "'behavior': {'F': {'duration': '1s', 'error_rate': 1}}, 'traffic': [{'name': 'a', 'target': 'F', 'invocation_type': 'Event',"
              "'bursts': {'size': 9, 'every': '1d'}}]}");
    assert_int_equal(count_of(&run, "B", "PutRequests"), 9);
    model_close(&run);
}

/* A notification is small, however large the object: a function gets those of objects that no payload could hold. */
static void test_large_objects(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, BUCKET(TO_FUNCTION("s3:ObjectCreated:*", ""), EXACT, "", ONCE("put", "1m", ", 'payload': '3GB'")));
    assert_int_equal(count_of(&run, "F", "Invocations"), 1);
    assert_near(figure(&run, "B", "BytesUploaded", "Sum"), 3.0 * 1024 * 1024 * 1024, 0);
    model_close(&run);
}

/* The chance that the notice of a write comes after that of one of `later` writes, a second each from the one before, where notices take
 * exponential times D of the mean 2 s: 1 less the product over j of P(D' > D - j), for each D. */
static double out_of_order(int later)
{
    double share = 0;
    for (int i = 0; i < 4000; i++) {
        double late = -2 * log(1 - (i + 0.5) / 4000), in_order = 1;
        for (int j = 1; j <= later && j < late; j++)
            in_order *= exp(-(late - j) / 2);
        share += (1 - in_order) / 4000;
    }
    return share;
}

/* Notices overtake each other: then a target holds what is not the last, unless it compares `sequencer`. One object, 1,000 writes. */
static void test_in_step(void **state)
{
    (void)state;
    enum { WRITES = 1000, RUNS = 20 };
    struct model_run run;
    double observed[RUNS], expected = 0;
    const double always = out_of_order(40);
    model_open(&run);
    model_run(&run,
              "{'duration': '1001s', 'drain': '1h', 'replications': 20, 'Resources': {'B': {'Type': 'AWS::S3::Bucket', 'Properties': "
              "{" TO_FUNCTION("s3:ObjectCreated:*", "") "}}, 'F': {'Type': 'AWS::Lambda::Function'}}, 'behavior': {'F': {'init': '0s', "
                                                        "'duration': '1ms'}, 'B': {'latency': '0s', 'delivery_delay': {'exponential': "
                                                        "'2s'}}}, 'traffic': [{'name': 'a', 'target': 'B', 'constant': '1/s', 'until': "
                                                        "'1000s', 'key': 7}]}");
    for (uint32_t i = 0; i < RUNS; i++)
        observed[i] = figure_of(&run, "B", "NoticesOutOfOrder", "Sum", i);
    for (int later = 0; later < WRITES; later++)
        expected += later < 40 ? out_of_order(later) : always; /* 40 s are longer than the longest of those 4,000 */
    check_student("out of order", observed, RUNS, expected, 1e-3);
    model_close(&run);
}

/* A function that is told of writes by one notification and of deletions by another keeps one table. 100 objects, each written or deleted
 * every two seconds on average; a notice takes 2 s on average, exponentially: the last is still on its way for l m / (1 + l m) = 1/2 of the
 * time, in the first half of an hour. As long as one change or one notice: 1 s, so an object's share has the variance 1/4 x 2 s / 1800 s.
 */
static void test_one_table(void **state)
{
    struct model_run *run = *state;
#define NOTICE(EVENT) "{'Event': '" EVENT "', 'Function': {'Fn::GetAtt': ['F', 'Arn']}}"
#define CHANGES(NAME, MORE) "{'name': '" NAME "', 'target': 'B', 'poisson': '25/s', 'key': {'uniform': 100}, 'until': '30m'" MORE "}"
    model_run(run, BUCKET("'NotificationConfiguration': {'LambdaConfigurations': [" NOTICE("s3:ObjectCreated:*") ", " NOTICE(
                              "s3:ObjectRemoved:*") "]}",
                          "'latency': '0s', 'delivery_delay': {'exponential': '2s'}", "",
                          CHANGES("a", "") ", " CHANGES("b", ", 'operation': 'DeleteObject'")));
    assert_near(figure(run, "B", "ObjectsBehind", "Average"), 100 * 0.5 / 2, 100 * 3.29 * sqrt(0.25 * 2 / 1800 / 100) / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notification_comes_after_its_delay),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_event_types),
        cmocka_unit_test(test_two_writes_one_event),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_slow_down),
        MODEL_TEST(test_split),
        MODEL_TEST(test_skew),
        cmocka_unit_test(test_what_is_stored),
        cmocka_unit_test(test_overlaps),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_event_of_a_function),
        cmocka_unit_test(test_chain_through_a_bucket),
        cmocka_unit_test(test_destination),
        cmocka_unit_test(test_large_objects),
        cmocka_unit_test(test_in_step),
        MODEL_TEST(test_one_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
