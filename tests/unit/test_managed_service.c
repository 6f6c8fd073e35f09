/* test_managed_service.c: a secret, a user pool, an identity that sends mail: quotas by the second, latency, faults, the bill. */
#include "model_fixture.h"

#define CALLED(TYPE, BEHAVIOR, MORE, TRAFFIC)                                                                                              \
    "{'duration': '100s', 'drain': '1m'" MORE ", 'Resources': {'S': {'Type': '" TYPE "'}}, 'behavior': {'S': {" BEHAVIOR                   \
    "}}, 'traffic': [{'name': 'c', 'target': 'S', " TRAFFIC "}]}"

/* A second's quota at once, and so many a second after it: of 100 s at twice the quota q q + 100 q pass, but for the last instant's. */
static void test_quota(void **state)
{
    struct model_run *run = *state;
    static const char *const types[] = {"AWS::SecretsManager::Secret", "AWS::Cognito::UserPool", "AWS::SES::EmailIdentity"};
    for (size_t i = 0; i < 3; i++) {
        model_run(run, CALLED("%s", "'latency': '20ms', 'quota': '50/s'", "", "'constant': '100/s'"), types[i]);
        assert_in_range(count_of(run, "S", "Throttles"), 10000 - 5050, 10000 - 5049);
        assert_int_equal(count_of(run, "S", "Calls"), 10000);
        assert_near(figure(run, "S", "ResponseTime", "Maximum"), 20, 0);
    }
    /* By the rules. */
    model_run(run, CALLED("AWS::SES::EmailIdentity", "", "", "'bursts': {'size': 100, 'every': '1h'}"));
    assert_int_equal(count_of(run, "S", "Throttles"), 100 - 14);
    model_run(run, CALLED("AWS::Cognito::UserPool", "", "", "'bursts': {'size': 200, 'every': '1h'}"));
    assert_int_equal(count_of(run, "S", "Throttles"), 200 - 120);
}

static void test_faults(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              CALLED("AWS::SecretsManager::Secret", "'latency': '10ms'",
                     ", 'changes': [{'at': '50s', 'for': '10s', 'fault': 'S', 'kind': 'down'}, {'at': '70s', 'for': '10s', 'fault': 'S', "
                     "'kind': 'slow', 'factor': 5}]",
                     "'constant': '10/s'"));
    assert_int_equal(count_of(run, "S", "Errors"), 100);
    assert_near(figure(run, "S", "ResponseTime", "Maximum"), 50, 0);
    assert_near(figure(run, "S", "ResponseTime", "Minimum"), 10, 0);
}

/* $0.40 a month and $0.05 for ten thousand calls; mail $0.10 a thousand, of what was sent. */
static void test_bill(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_run(run, CALLED("AWS::SecretsManager::Secret", "'latency': '0ms'", "", "'constant': '100/s'"));
    assert_near(billed(run, "S", "SecretsManagerAPIRequest", &usd), 10000, 0);
    assert_near(usd, 0.05, 1e-12);
    assert_near(billed(run, "S", "SecretsManager-Secrets", &usd), 100 / (730 * 3600.0), 1e-9);
    assert_near(usd, 0.4 * 100 / (730 * 3600.0), 1e-9);
    model_run(run, CALLED("AWS::SES::EmailIdentity", "'latency': '0ms'", "", "'constant': '10/s'"));
    assert_near(billed(run, "S", "SES-SentMessage", &usd), 1000, 0);
    assert_near(usd, 0.1, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {MODEL_TEST(test_quota), MODEL_TEST(test_faults), MODEL_TEST(test_bill)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
