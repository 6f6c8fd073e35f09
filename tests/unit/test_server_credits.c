/* test_server_credits.c: burstable instances earn CPU credits and spend them; volumes and public addresses are billed. */
#include "model_fixture.h"

/* A t3.medium has two vCPUs and a baseline of 0.4; a t3.micro one of 0.2. */
#define SCENARIO(TIME, TYPE, MORE, HANDLER, TRAFFIC)                                                                                       \
    "{'duration': '" TIME "', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'MemorySize': 1769}}, 'S': "         \
    "{'Type': 'AWS::EC2::Instance', 'Properties': {'InstanceType': '" TYPE "'" MORE "}}}, 'behavior': {'F': {'init': '0ms', " HANDLER      \
    "}, 'S': {'like': 'F', 'capacity': 100000}}, 'traffic': [{'name': 'u', 'target': 'S', " TRAFFIC "}]}"
#define STANDARD ", 'CreditSpecification': {'CPUCredits': 'standard'}"
#define ALONE(FROM) "'bursts': {'size': 1, 'every': '1000h'}, 'from': '" FROM "'"

static double surplus(const struct model_run *run, const char *item)
{
    double usd;
    return billed(run, "S", item, &usd);
}

/* One vCPU for ten minutes owes 6 vCPU-minutes; ten more of nothing pay back 4, fifteen all of it. */
static void test_paid_back(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO("20m", "t3.medium", "", "'cpu': '100ms'", "'constant': '10/s', 'until': '10m'"));
    assert_near(surplus(run, "CPUCredits:t3"), 2 / 60.0, 1e-9);
    model_forget(run);
    model_execute(run, SCENARIO("25m", "t3.medium", "", "'cpu': '100ms'", "'constant': '10/s', 'until': '10m'"));
    assert_near(surplus(run, "CPUCredits:t3"), 0, 1e-9);
    model_forget(run);
    /* What was earned before is spent first: 12 of half an hour are twenty minutes of 0.6; ten more owe 6. */
    model_execute(run, SCENARIO("1h", "t4g.medium", "", "'cpu': '100ms'", "'constant': '10/s', 'from': '30m'"));
    assert_near(surplus(run, "CPUCredits:t4g"), 6 / 60.0, 1e-9);
}

/* No more than a day's earnings are paid back: both vCPUs of a t3.micro for 6 h owe 6 x 1.8 vCPU-hours, 4.8 of which a day pays back. */
static void test_a_day(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO("100h", "t3.micro", "", "'cpu': '12h', 'parallel': 1", ALONE("0s")));
    assert_near(surplus(run, "CPUCredits:t3"), 6 * 1.8 - 4.8, 1e-6);
}

/* Ten idle minutes earn 4 vCPU-minutes: a job of ten has the vCPU to itself until they are spent at 0.6 a minute, and the rest of it 0.4.
 */
static void test_standard(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO("1h", "t3.medium", STANDARD, "'cpu': '10m'", ALONE("10m")));
    double fast_s = 400, slow_s = (600 - fast_s) / 0.4;
    assert_near(figure(run, "S", "ServerTime", "Maximum"), 1000 * (fast_s + slow_s), 1e-3);
    assert_near(figure(run, "S", "HeldToBaseline", "Average"), slow_s / 3600, 1e-9);
    assert_near(figure(run, "S", "CPUUtilization", "Average"), 100 * 600 / 7200.0, 0.01);
    assert_near(surplus(run, "CPUCredits:t3"), 0, 0);
    model_forget(run);
    /* It begins with none: the baseline at once. */
    model_execute(run, SCENARIO("1h", "t3.medium", STANDARD, "'cpu': '10m'", ALONE("0s")));
    assert_near(figure(run, "S", "ServerTime", "Maximum"), 1000 * 600 / 0.4, 1e-3);
    model_forget(run);
    /* After two idle days a t3.micro has no more than those of one: 4.8 vCPU-hours are 6 h of one vCPU; four of ten hours are left, at 0.2.
     */
    model_execute(run, SCENARIO("80h", "t3.micro", STANDARD, "'cpu': '10h'", ALONE("48h")));
    assert_near(figure(run, "S", "ServerTime", "Maximum"), 1000 * 3600.0 * (6 + 4 / 0.2), 1);
    model_forget(run);
    /* Many short jobs of 0.5 vCPU, once it is held: all share it, and grow by a each second, a = 5 x (1 - exp(-a x 0.1 / 0.4)) (Jean-Marie
     * and Robert, "On the transient behavior of the processor sharing queue", 1994). */
    model_execute(run, SCENARIO("10m", "t3.medium", STANDARD, "'cpu': '100ms'", "'constant': '5/s'"));
    assert_near(figure(run, "S", "CPUUtilization", "Average"), 20, 0.025);
    assert_near(figure(run, "S", "Working", "Maximum"), 600 * 1.8572, 0.005 * 1114);
}

/* Those of a group have credits each of its own: one that is idle does not pay for one that works. */
static void test_each_its_own(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run, "{'duration': '10m', 'Resources': {'F': {'Type': 'AWS::Serverless::Function'}, 'T': {'Type': 'AWS::EC2::LaunchTemplate', "
             "'Properties': {'LaunchTemplateData': {'InstanceType': 't3.medium'}}}, 'S': {'Type': 'AWS::AutoScaling::AutoScalingGroup', "
             "'Properties': {'MinSize': 2, 'MaxSize': 2, 'LaunchTemplate': {'LaunchTemplateId': {'Ref': 'T'}}}}}, 'behavior': {'F': "
             "{'init': '0ms', 'cpu': '10m'}, 'S': {'like': 'F'}}, 'traffic': [{'name': 'u', 'target': 'S', " ALONE("0s") "}]}");
    assert_near(surplus(run, "CPUCredits:t3"), 0.6 / 6, 1e-9);
}

/* 30 GB of gp2 and 100 of gp3 for 73 of 730 hours, and an address; else the root volume of 8 GB. */
static void test_volumes(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_execute(run, SCENARIO("73h", "m5.large",
                                ", 'NetworkInterfaces': [{'DeviceIndex': '0', 'AssociatePublicIpAddress': true}], 'BlockDeviceMappings': "
                                "[{'DeviceName': '/dev/xvda', 'Ebs': {'VolumeSize': 30, 'VolumeType': 'gp2'}}, {'DeviceName': '/dev/xvdb', "
                                "'Ebs': {'VolumeSize': 100}}]",
                                "'cpu': '1ms'", "'constant': '1/h'"));
    assert_near(billed(run, "S", "EBS:VolumeUsage.gp2", &usd), 3, 1e-9);
    assert_near(usd, 0.3, 1e-9);
    assert_near(billed(run, "S", "EBS:VolumeUsage.gp3", &usd), 10, 1e-9);
    assert_near(usd, 0.8, 1e-9);
    assert_near(billed(run, "S", "PublicIPv4:InUseAddress", &usd), 73, 1e-9);
    assert_near(usd, 0.365, 1e-9);
    model_forget(run);
    model_execute(run, SCENARIO("73h", "m5.large", "", "'cpu': '1ms'", "'constant': '1/h'"));
    assert_near(billed(run, "S", "EBS:VolumeUsage.gp3", &usd), 0.8, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_paid_back),    MODEL_TEST(test_a_day),   MODEL_TEST(test_standard),
        MODEL_TEST(test_each_its_own), MODEL_TEST(test_volumes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
