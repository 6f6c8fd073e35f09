/* test_function_vpc.c: a function in a VPC: Pending until its network interfaces are there, Inactive after two weeks, an interface for each
 * environment as it was before 2019, and what the addresses and quotas allow. */
#include "network_fixture.h"

#define PENDING "ResourceConflictException: Pending"

/* Made after 1 min, Pending for 90 s (rule eni_create_s), and one call a second: 60 find no function, 90 a Pending one. */
static void test_pending(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '10m', 'drain': '1s', 'Resources': {" NETWORK("10.0.1.0/24")
                       INSIDE("F", "sg-1",
                              "") "}, 'behavior': {'F': {'created': '1m', 'duration': '10ms'}}, 'traffic': [{'name': 't', 'target': 'F', "
                                  "'constant': '1/s'}]}");
    assert_int_equal(fates_of(run, "F", FATE_REJECTED, "ResourceNotFoundException"), 60);
    assert_int_equal(fates_of(run, "F", FATE_REJECTED, PENDING), 90);
    assert_int_equal(fates_of(run, "F", FATE_SUCCEEDED, ""), 450);
    assert_int_equal(count_of(run, "F", "NotReady"), 150);
    assert_int_equal(count_of(run, "F", "Throttles"), 0);
    assert_near(figure(run, "Private", "NetworkInterfaces", "Maximum"), 1, 0);
    /* One that nobody says when it was made was there long before; and outside of a VPC nothing has to be made. */
    model_run(run, "{'duration': '10m', 'drain': '1s', 'Resources': {" NETWORK("10.0.1.0/24") INSIDE("F", "sg-1", "") ", " INSIDE(
                       "G", "sg-2", "") ", 'H': {'Type': 'AWS::Lambda::Function'}}, 'behavior': {'F': {'duration': '10ms'}, 'H': "
                                        "{'duration': '10ms', 'created': '1m'}, 'G': {'duration': '10ms'}}, 'traffic': [{'name': 't', "
                                        "'target': 'F', 'constant': '1/s'}, {'name': 'u', 'target': 'H', 'constant': '1/s'}]}");
    assert_int_equal(count_of(run, "F", "NotReady"), 0);
    assert_int_equal(fates_of(run, "H", FATE_REJECTED, "ResourceNotFoundException"), 60);
    assert_int_equal(fates_of(run, "H", FATE_SUCCEEDED, ""), 540);
}

/* Another function with the same subnet and security groups finds the interface, or waits for the rest of its making. */
static void test_shared(void **state)
{
    struct model_run *run = *state;
#define THREE(GROUP)                                                                                                                       \
    "{'duration': '10m', 'drain': '1s', 'Resources': {" NETWORK("10.0.1.0/24")                                                             \
        INSIDE("F", "sg-1", "") ", " INSIDE("G", GROUP, "") ", " INSIDE(                                                                   \
            "H", GROUP,                                                                                                                    \
            "") "}, 'behavior': {'F': {'created': '1m', 'duration': '10ms'}, 'G': {'created': '2m', 'duration': '10ms'}, 'H': "            \
                "{'created': '5m', 'duration': '10ms'}}, 'traffic': [{'name': 'g', 'target': 'G', 'constant': '1/s'}, {'name': 'h', "      \
                "'target': 'H', "                                                                                                          \
                "'constant': '1/s'}]}"
    model_run(run, THREE("sg-1"));
    assert_int_equal(fates_of(run, "G", FATE_REJECTED, PENDING), 30); /* from 2 min to 1 min + 90 s */
    assert_int_equal(fates_of(run, "H", FATE_SUCCEEDED, ""), 300);    /* at once */
    assert_near(figure(run, "Vpc", "NetworkInterfaces", "Maximum"), 1, 0);
    model_run(run, THREE("sg-2"));
    assert_int_equal(fates_of(run, "G", FATE_REJECTED, PENDING), 90);
    assert_int_equal(fates_of(run, "H", FATE_SUCCEEDED, ""), 300);
    assert_near(figure(run, "Vpc", "NetworkInterfaces", "Maximum"), 2, 0);
#undef THREE
}

/* Two weeks without a call: the next one fails, those of the 90 s that follow find it Pending. A day less: nothing. */
static void test_inactive(void **state)
{
    struct model_run *run = *state;
    const int64_t two_weeks = 14 * NS_PER_DAY;
    const struct call calls[] = {{0, NS_PER_MS},
                                 {two_weeks - 1, NS_PER_MS},
                                 {2 * two_weeks - 1, NS_PER_MS},
                                 {2 * two_weeks - 1 + NS_PER_S, NS_PER_MS},
                                 {2 * two_weeks - 1 + 90 * NS_PER_S - 1, NS_PER_MS},
                                 {2 * two_weeks - 1 + 90 * NS_PER_S, NS_PER_MS}};
#define SLEEPY(VPC)                                                                                                                        \
    "{'duration': '30d', 'period': '1d', 'Resources': {" NETWORK("10.0.1.0/24") VPC "}, 'behavior': {'F': {'init': '0s', 'duration': "     \
                                                                                    "'1ms'}}, 'traffic': [" CALLS "]}"
    model_calls(run, calls, sizeof calls / sizeof *calls);
    model_run(run, SLEEPY(INSIDE("F", "sg-1", "")));
    assert_int_equal(fates_of(run, "F", FATE_FAILED, "ResourceNotReadyException"), 1);
    assert_int_equal(fates_of(run, "F", FATE_REJECTED, PENDING), 2);
    assert_int_equal(fates_of(run, "F", FATE_SUCCEEDED, ""), 3);
    model_run(run, SLEEPY("'F': {'Type': 'AWS::Lambda::Function'}"));
    assert_int_equal(fates_of(run, "F", FATE_SUCCEEDED, ""), 6);
#undef SLEEPY
}

/* What is refused because of it is asked again from the queue of asynchronous events: none is lost. */
static void test_asynchronous(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '15d', 'drain': '1h', 'period': '1d', 'Resources': {" NETWORK("10.0.1.0/24") INSIDE(
                  "F", "sg-1",
                  "") "}, "
                      "'behavior': {'F': {'init': '0s', 'duration': '1ms'}}, 'traffic': [{'name': 't', 'target': 'F', 'invocation_type': "
                      "'Event', 'constant': '1/d', 'from': '14d', 'count': 1}]}");
    assert_int_equal(fates_of(run, "t", FATE_SUCCEEDED, ""), 1);
    assert_true(fates_of(run, "F", FATE_FAILED, "ResourceNotReadyException") == 1);
    assert_int_equal(count_of(run, "F", "Invocations"), 1);
}

/* crosses: eni_per_vpc */
static void test_quota(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '10s', 'drain': '1s', 'rules': {'base': 'current', 'eni_per_vpc': 1}, 'Resources': {" NETWORK("10.0.1.0/24")
                  INSIDE("F", "sg-1", "") ", " INSIDE("G", "sg-2", "") "}, 'behavior': {'F': {'duration': '1ms'}, 'G': {'duration': "
                                                                       "'1ms'}}, 'traffic': [{'name': 'f', 'target': 'F', "
                                                                       "'constant': '1/s'}, {'name': 'g', 'target': 'G', "
                                                                       "'constant': '1/s'}]}");
    assert_int_equal(fates_of(run, "F", FATE_SUCCEEDED, ""), 10);
    assert_int_equal(fates_of(run, "G", FATE_FAILED, "ENILimitReachedException"), 10);
}

#define BEFORE_2019 "'rules': {'base': 'course', 'vpc_interface_at_invocation': true, 'vpc_cold_before_2019': '10s'}"

/* Until 2019: an interface for each 3 GB of environments, made when the first needs it. In a /28 are 11 addresses: 22 environments of
 * 1,536 MB. 30 at once: half of the 22 wait 10 s for an interface; 8 are refused. */
static void test_before_2019(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '1m', " BEFORE_2019 ", 'Resources': {" NETWORK("10.0.1.0/28")
                  INSIDE("F", "sg-1",
                         ", 'MemorySize': 1536, 'Timeout': 60") "}, 'behavior': {'F': {'init': '0s', 'duration': '1s', 'keep_alive': "
                                                                "'30s'}}, 'traffic': [{'name': 't', 'target': 'F', 'bursts': {'size': 30, "
                                                                "'every': '1h'}}]}");
    assert_int_equal(fates_of(run, "F", FATE_FAILED, "SubnetIPAddressLimitReachedException"), 8);
    assert_int_equal(fates_of(run, "F", FATE_SUCCEEDED, ""), 22);
    assert_int_equal(count_of(run, "F", "NotReady"), 8);
    assert_near(figure(run, "Private", "AddressesInUse", "Maximum"), 11, 0);
    assert_near(figure(run, "Private", "AddressesInUse", "Minimum"), 0, 0); /* given back with the environments */
    assert_near(figure(run, "F", "ResponseTime", "Average"), (11 * 11000 + 11 * 1000) / 22.0, 1e-6);
    /* Today one interface is enough for all of them, and none waits. */
    model_run(run,
              "{'duration': '1m', 'Resources': {" NETWORK("10.0.1.0/28")
                  INSIDE("F", "sg-1",
                         ", 'MemorySize': 1536, 'Timeout': 60") "}, 'behavior': {'F': {'init': '0s', 'duration': '1s', 'keep_alive': "
                                                                "'30s'}}, 'traffic': [{'name': 't', 'target': 'F', 'bursts': {'size': 30, "
                                                                "'every': '1h'}}]}");
    assert_int_equal(fates_of(run, "F", FATE_SUCCEEDED, ""), 30);
    assert_near(figure(run, "F", "ResponseTime", "Maximum"), 1000, 1e-6);
    assert_near(figure(run, "Private", "AddressesInUse", "Maximum"), 1, 0);
}

/* What the rules give a cold start is longer in a VPC by vpc_extra_cold_ms, 233 ms, and INIT itself is not. */
static void test_cold_start(void **state)
{
    struct model_run *run = *state;
    model_run(
        run,
        "{'duration': '1m', 'Resources': {" NETWORK("10.0.1.0/24") INSIDE(
            "F", "sg-1",
            "") ", 'G': {'Type': "
                "'AWS::Lambda::Function'}}, 'behavior': {'F': {'duration': '1s', 'init': '100ms'}, 'G': {'duration': '1s'}}, 'traffic': "
                "[{'name': 't', 'target': 'F', 'constant': '1/min'}]}");
    assert_near(figure(run, "F", "ResponseTime", "Maximum"), 1100, 1e-6); /* as given */
    const char *const format =
        "{'duration': '1m', 'rules': {'base': 'current', 'placement': '100ms', 'init_nodejs22.x_zip_x86_64': '200ms'}, "
        "'Resources': {%s}, 'behavior': {'F': {'duration': '1s'}}, 'traffic': [{'name': 't', 'target': 'F', "
        "'constant': '1/min'}]}";
    model_run(run, format, NETWORK("10.0.1.0/24") INSIDE("F", "sg-1", ""));
    assert_near(figure(run, "F", "ResponseTime", "Maximum"), 1533, 1e-6);
    assert_near(figure(run, "F", "InitDuration", "Maximum"), 200, 1e-6);
    model_run(run, format, "'F': {'Type': 'AWS::Lambda::Function'}");
    assert_near(figure(run, "F", "ResponseTime", "Maximum"), 1300, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pending, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_shared, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_inactive, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_asynchronous, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_quota, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_before_2019, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_cold_start, model_setup, model_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
