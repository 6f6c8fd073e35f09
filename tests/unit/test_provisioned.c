/* test_provisioned.c: provisioned concurrency: when it is there, what it serves, what it takes from others, what it costs. Counts and times
 * are exact and worked out by hand. */
#include "model_fixture.h"

/* A function F with an alias `live` of `COUNT` provisioned, at 1 GB; INIT 1 s. */
#define PROVISIONED(SETTINGS, PROPERTIES, COUNT, DURATION, TRAFFIC)                                                                        \
    "{" SETTINGS ", 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'MemorySize': 1024, 'Timeout': 900, "          \
    "'AutoPublishAlias': 'live'" PROPERTIES ", 'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': " COUNT                 \
    "}}}}, 'behavior': {'F': {'init': '1s', 'keep_alive': '1m', 'max_lifetime': 'forever', 'duration': '" DURATION                         \
    "'}}, 'traffic': [" TRAFFIC "]}"

#define AT_ONCE "'rules': {'base': 'current', 'provisioned_ready_at_start': true}"

static const char reserved_concurrency[] = "ReservedFunctionConcurrentInvocationLimitExceeded";
static const char account_concurrency[] = "ConcurrentInvocationLimitExceeded";

/* Invocations of F that were provisioned, and not. */
static void check_served(const struct model_run *run, const char *name, int64_t provisioned, int64_t spilled, int64_t all)
{
    assert_int_equal(count_of(run, name, "ProvisionedConcurrencyInvocations"), provisioned);
    assert_int_equal(count_of(run, name, "ProvisionedConcurrencySpilloverInvocations"), spilled);
    assert_int_equal(count_of(run, name, "Invocations"), all);
}

/* -- allocation -- */

/* 90 s and 600 / 6,000 of a minute: at 96 s all are there, and none before. */
static void test_allocation(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, PROVISIONED("'duration': '200s'", "", "600", "10ms", "{'name': 'c', 'target': 'F', 'constant': '1/s'}"));
    /* calls 0 to 95 come before; the one of 96 s finds them, as what makes room comes first */
    check_served(&run, "F", 104, 0, 200);
    assert_near(figure(&run, "F", "ProvisionedConcurrencyAllocated", "Average"), 600 * 104.0 / 200, 1e-9);
    assert_int_equal(count_of(&run, "F", "ColdStarts"), 2); /* the second call comes before the first is over */
    /* there at the start where the rule says so */
    model_run(&run, PROVISIONED("'duration': '200s', " AT_ONCE, "", "600", "10ms", "{'name': 'c', 'target': 'F', 'constant': '1/s'}"));
    check_served(&run, "F", 200, 0, 200);
    assert_int_equal(count_of(&run, "F", "ColdStarts"), 0);
    model_close(&run);
}

/* The rules of 2022: 3,000 at once, then 500 a minute, of all functions together: 3,250 take half a minute, another 500 a minute more. */
static void test_allocation_of_2022(void **state)
{
    (void)state;
    static const char function[] = "{'Type': 'AWS::Serverless::Function', 'Properties': {'AutoPublishAlias': 'live', "
                                   "'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': %d}}}";
    char first[256], second[256];
    struct model_run run;
    snprintf(first, sizeof first, function, 3250);
    snprintf(second, sizeof second, function, 500);
    model_open(&run);
    model_run(&run,
              "{'duration': '400s', 'rules': {'base': 'current', 'provisioned_alloc_mode': 'account_burst'}, 'account': "
              "{'ConcurrentExecutions': 10000}, 'Resources': {'A': %s, 'B': %s}, 'traffic': [{'name': 'c', 'target': 'A', 'constant': "
              "'1/s'}]}",
              first, second);
    assert_near(figure(&run, "A", "ProvisionedConcurrencyAllocated", "Average"), 3250 * (400 - 90 - 30) / 400.0, 1e-6);
    assert_near(figure(&run, "B", "ProvisionedConcurrencyAllocated", "Average"), 500 * (400 - 90 - 90) / 400.0, 1e-6);
    /* What was not used for an hour is no credit: 3,250 more take half a minute again. */
    snprintf(first, sizeof first, function, 1);
    model_run(&run,
              "{'duration': '2h', 'rules': {'base': 'current', 'provisioned_alloc_mode': 'account_burst'}, 'account': "
              "{'ConcurrentExecutions': 10000}, 'Resources': {'A': %s}, 'changes': [{'at': '1h', 'set': "
              "{'A.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions': 3251}}], 'traffic': [{'name': 'c', 'target': 'A', "
              "'constant': '1/s'}]}",
              first);
    assert_near(figure(&run, "A", "ProvisionedConcurrencyAllocated", "Average"), (3630 + 3251 * 3480.0) / 7200, 1e-9);
    model_close(&run);
}

/* More: the old ones serve on, the new ones come together. Fewer: at once; what is busy ends first. */
static void test_growth(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    /* ten at once each 10 s, for 5 s: at 60 s there are 4 for them until 150.06 s, then 10; at 300 s 2 */
    model_run(&run, "{'duration': '400s', " AT_ONCE ", 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': "
                    "900, 'AutoPublishAlias': 'live', 'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 4}}}}, "
                    "'behavior': {'F': {'init': '0ms', 'duration': '5s', 'max_lifetime': 'forever'}}, 'traffic': [{'name': 'c', 'target': "
                    "'F', 'bursts': {'size': 10, 'every': '10s'}}], 'changes': [{'at': '60s', 'set': "
                    "{'F.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions': 10}}, {'at': '302s', 'set': "
                    "{'F:live.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions': 2}}]}");
    /* bursts at 0 to 150 s find 4, at 160 to 300 s 10, at 310 to 390 s 2 */
    check_served(&run, "F", 16 * 4 + 15 * 10 + 9 * 2, 16 * 6 + 9 * 8, 400);
    assert_near(figure(&run, "F:1", "ProvisionedConcurrencyAllocated", "Average"),
                (4 * 150.06 + 10 * (302 - 150.06) + 2 * (400 - 302)) / 400, 1e-6);
    /* those of 300 s ended in peace */
    assert_int_equal(fates_of(&run, "c", FATE_SUCCEEDED, ""), 400);
    model_close(&run);
}

/* A later order takes the place of one that is under way. */
static void test_order_again(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, "{'duration': '400s', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'AutoPublishAlias': "
                    "'live', 'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 600}}}}, 'traffic': [{'name': 'c', "
                    "'target': 'F', 'constant': '1/s'}], 'changes': [{'at': '50s', 'set': "
                    "{'F.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions': 300}}]}");
    assert_near(figure(&run, "F", "ProvisionedConcurrencyAllocated", "Average"), 300 * (400 - 50 - 93) / 400.0, 1e-6);
    model_close(&run);
}

/* -- what it serves -- */

static void test_spillover(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    /* by concurrency: of 25 at once 10 are provisioned, 15 wait for an INIT */
    model_run(&run, PROVISIONED("'duration': '1m', " AT_ONCE, "", "10", "1s",
                                "{'name': 'c', 'target': 'F', 'bursts': {'size': 25, 'every': '1h'}}"));
    check_served(&run, "F", 10, 15, 25);
    assert_int_equal(count_of(&run, "F", "ColdStarts"), 15);
    assert_near(figure(&run, "F", "ProvisionedConcurrentExecutions", "Maximum"), 10, 0);
    assert_near(figure(&run, "F", "ProvisionedConcurrencyUtilization", "Average"), 1.0 / 60, 1e-9);
    /* by rate: 10 take 100 requests a second, and 10 more that the bucket holds at first; 150 come */
    model_run(&run, PROVISIONED("'duration': '1m', 'drain': '5s', " AT_ONCE, "", "10", "1ms",
                                "{'name': 'c', 'target': 'F', 'constant': '150/s'}"));
    assert_near((double)count_of(&run, "F", "ProvisionedConcurrencyInvocations"), 6010, 1);
    assert_int_equal(count_of(&run, "F", "Throttles"), 0);
    model_close(&run);
}

/* A new one takes the place of what is too old, or broke; nobody waits for it, and its INIT is paid for. */
static void test_recycling(void **state)
{
    (void)state;
    static const char text[] =
        "{'duration': '1h', 'drain': '1m', " AT_ONCE ", 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': "
        "{'MemorySize': 1024, 'AutoPublishAlias': 'live', 'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 2}}}}, "
        "'behavior': {'F': {'init': '2s', 'duration': '100ms', %s}}, 'traffic': [{'name': 'c', 'target': 'F', 'constant': '%s'}]}";
    struct model_run run;
    model_open(&run);
    /* made at 0, and every 10 minutes up to the hour, two each: 14 INITs. A call each 10 s always finds the other. */
    model_run(&run, text, "'max_lifetime': '10m'", "0.1/s");
    assert_int_equal(count_of(&run, "F", "ColdStarts"), 0);
    assert_int_equal(count_of(&run, "F", "EnvironmentsCreated"), 14);
    const double calls = 360 * 0.1, inits = (double)count_of(&run, "F", "EnvironmentsCreated") * 2;
    assert_near(billed(&run, "F", "Lambda-Provisioned-GB-Second", NULL), calls + inits, 1e-9);
    assert_near(billed(&run, "F", "Lambda-GB-Second", NULL) + 0.1 * (double)count_of(&run, "F", "ProvisionedConcurrencyInvocations"),
                360 * 0.1, 1e-9);
    /* each call breaks its environment: it is replaced, not lost */
    model_run(&run, text, "'max_lifetime': 'forever', 'memory_used': '2GB'", "0.1/s");
    check_served(&run, "F", 360, 0, 360);
    assert_int_equal(count_of(&run, "F", "OutOfMemory"), 360);
    assert_int_equal(count_of(&run, "F", "EnvironmentsCreated"), 2 + 360);
    assert_near(figure(&run, "F", "ProvisionedConcurrencyAllocated", "Average"), 2, 1e-9);
    model_close(&run);
}

/* -- what it takes -- */

/* All that is reserved is provisioned: $LATEST has nothing. */
static void test_reserved(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              PROVISIONED("'duration': '1m', " AT_ONCE, ", 'ReservedConcurrentExecutions': 10", "10", "1s",
                          "{'name': 'c', 'target': 'F', 'bursts': {'size': 12, 'every': '10s'}}, {'name': 'l', 'target': 'F:$LATEST', "
                          "'constant': '1/s'}"));
    check_served(&run, "F", 60, 0, 60);
    assert_int_equal(fates_of(&run, "F:1", FATE_THROTTLED, reserved_concurrency), 12);
    assert_int_equal(fates_of(&run, "F", FATE_THROTTLED, reserved_concurrency), 60);
    assert_near(figure(&run, "account", "ClaimedAccountConcurrency", "Maximum"), 10, 0);
    /* two more are reserved: they are for whoever comes, here the two of the burst */
    model_run(&run, PROVISIONED("'duration': '1m', " AT_ONCE, ", 'ReservedConcurrentExecutions': 12", "10", "1s",
                                "{'name': 'c', 'target': 'F', 'bursts': {'size': 12, 'every': '10s'}}"));
    check_served(&run, "F", 60, 12, 72);
    /* until they are ready, what is reserved serves on demand */
    model_run(&run, PROVISIONED("'duration': '1m'", ", 'ReservedConcurrentExecutions': 10", "10", "1s",
                                "{'name': 'c', 'target': 'F', 'bursts': {'size': 12, 'every': '10s'}}"));
    check_served(&run, "F", 0, 0, 60);
    model_close(&run);
}

/* Less is reserved by now than is provisioned, and that is the limit. */
static void test_reserved_below(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              "{'duration': '3m', " AT_ONCE ", 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': "
              "900, 'AutoPublishAlias': 'live', 'ReservedConcurrentExecutions': 10, 'ProvisionedConcurrencyConfig': "
              "{'ProvisionedConcurrentExecutions': 10}}}}, 'behavior': {'F': {'duration': '5s'}}, 'traffic': [{'name': 'c', 'target': "
              "'F', 'bursts': {'size': 12, 'every': '10s'}}], 'changes': [{'at': '1m', 'set': {'F.ReservedConcurrentExecutions': "
              "4}}, {'at': '2m', 'set': {'F.ReservedConcurrentExecutions': 0}}]}");
    check_served(&run, "F", 6 * 10 + 6 * 4, 0, 6 * 10 + 6 * 4);
    model_close(&run);
}

/* What is provisioned is out of the account's unreserved concurrency, whether it is used or not; also when that is another. */
static void test_account(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, "{'duration': '2m', 'account': {'ConcurrentExecutions': 200}, " AT_ONCE ", 'Resources': {'F': {'Type': "
                    "'AWS::Serverless::Function', 'Properties': {'AutoPublishAlias': 'live', 'ProvisionedConcurrencyConfig': "
                    "{'ProvisionedConcurrentExecutions': 50}}}, 'G': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': "
                    "60}}}, 'behavior': {'G': {'init': '0ms', 'duration': '5s'}}, 'traffic': [{'name': 'g', 'target': 'G', 'bursts': "
                    "{'size': 200, 'every': '1m'}}], 'changes': [{'at': '30s', 'set': {'account.ConcurrentExecutions': 120}}]}");
    assert_int_equal(count_of(&run, "G", "Invocations"), 150 + 70);
    assert_int_equal(fates_of(&run, "g", FATE_REJECTED, account_concurrency), 50 + 130);
    assert_near(figure(&run, "account", "ClaimedAccountConcurrency", "Maximum"), 200, 0);
    assert_near(figure(&run, "account", "ClaimedAccountConcurrency", "Average"), 50 + (150 + 70) * 5 / 120.0, 1e-9);
    model_close(&run);
}

/* -- what it costs -- */

/* From the order to the withdrawal, rounded up to five minutes; what it serves by its own price. */
static void test_bill(void **state)
{
    (void)state;
    static const char text[] =
        "{'duration': '20m', %s, 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'MemorySize': 512, "
        "'AutoPublishAlias': 'live', 'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 10}}}}, 'behavior': {'F': "
        "{'init': '0ms', 'duration': '100ms', 'max_lifetime': 'forever'}}, 'traffic': [{'name': 'c', 'target': 'F', 'constant': '1/s', "
        "'until': '20m'}], 'changes': [%s]}";
    static const struct {
        const char *changes;
        double gb_s;
    } cases[] = {
        {"", 10 * 0.5 * 1200},
        {"{'at': '6m', 'set': {'F.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions': 0}}", 10 * 0.5 * 600},
        {"{'at': '5m', 'set': {'F.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions': 0}}", 10 * 0.5 * 300},
        {"{'at': '6m', 'set': {'F.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions': 4}}", 0.5 * (10 * 360 + 4 * 840)},
        /* given up and ordered again: two orders are paid for, each from its own beginning */
        {"{'at': '1m', 'set': {'F.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions': 0}}, {'at': '8m', 'for': '1m', 'set': "
         "{'F.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions': 2}}",
         0.5 * (10 * 300 + 2 * 300)},
        /* another size: from then on that of all ten */
        {"{'at': '10m', 'set': {'F.MemorySize': 1024}}", 10 * (0.5 * 600 + 1.0 * 600)},
        {"{'at': '7m', 'set': {'F.MemorySize': 1024}}, {'at': '11m', 'set': "
         "{'F.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions': 0}}",
         10 * (0.5 * 420 + 1.0 * 480)},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double usd;
        model_run(&run, text, AT_ONCE, cases[i].changes);
        assert_near(billed(&run, "F", "Lambda-Provisioned-Concurrency", &usd), cases[i].gb_s, 1e-6);
        assert_near(usd, cases[i].gb_s * 4.1667e-6, 1e-9);
    }
    /* all of the 1,200 calls but the last are over */
    model_run(&run, text, AT_ONCE, "");
    assert_near(billed(&run, "F", "Lambda-Provisioned-GB-Second", NULL), 1200 * 0.05, 1e-9);
    assert_near(billed(&run, "F", "Lambda-GB-Second", NULL), 0, 0);
    /* paid while it is allocated, too */
    model_run(&run, text, "'drain': '1s'", "");
    assert_near(billed(&run, "F", "Lambda-Provisioned-Concurrency", NULL), 10 * 0.5 * 1200, 1e-6);
    model_close(&run);
}

/* -- what AWS refuses -- */

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *properties;
        int count;
        const char *says; /* NULL: nothing is wrong */
    } cases[] = {
        {"", "", 900, NULL},
        {"", "", 901, "901 provisioned of the account's 1000 unreserved"},
        {", 'allow_invalid': ['provisioned_max']", "", 901, NULL},
        {", 'account': {'ConcurrentExecutions': 1001}", "", 901, NULL},
        {"", ", 'ReservedConcurrentExecutions': 10", 10, NULL},
        {"", ", 'ReservedConcurrentExecutions': 10", 11, "provisioned concurrency of F, 11 in all, is more than the 10 that it reserves"},
        {", 'allow_invalid': ['provisioned_max']", ", 'ReservedConcurrentExecutions': 10", 11, NULL},
        /* what F reserves does not count twice */
        {"", ", 'ReservedConcurrentExecutions': 900", 900, NULL},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = NULL;
        assert_true(asprintf(&text,
                             "{'duration': '1m'%s, 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': "
                             "{'AutoPublishAlias': 'live'%s, 'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': %d}}}}, "
                             "'traffic': [{'name': 'c', 'target': 'F', 'constant': '1/s'}]}",
                             cases[i].settings, cases[i].properties, cases[i].count) > 0);
        const enum status status = model_load(&run, text);
        assert_int_equal(status == STATUS_OK, cases[i].says == NULL);
        if (cases[i].says)
            assert_true(diagnosed(&run.diagnostics, 0, 0, cases[i].says));
        free(text);
    }
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocation),  cmocka_unit_test(test_allocation_of_2022), cmocka_unit_test(test_growth),
        cmocka_unit_test(test_order_again), cmocka_unit_test(test_spillover),          cmocka_unit_test(test_recycling),
        cmocka_unit_test(test_reserved),    cmocka_unit_test(test_reserved_below),     cmocka_unit_test(test_account),
        cmocka_unit_test(test_bill),        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
