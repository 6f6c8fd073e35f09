/* test_retry.c: how often a client tries again, after how long, and what its quota allows. Expected figures are worked out by hand from the
 * SDKs' documented algorithms. */
#include "model_fixture.h"

#include "engine/retry.h"
#include "statistics_bounds.h"

#define MS NS_PER_MS
#define S NS_PER_S

static struct rule_book *current, *course;

static int set_up(void **state)
{
    (void)state;
    current = model_rules("current");
    course = model_rules("course");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rule_book_free(current);
    rule_book_free(course);
    return 0;
}

static const enum failure failures[] = {FAILURE_THROTTLED, FAILURE_SERVER_ERROR, FAILURE_TIMEOUT};

/* Asks once, for an item that has failed at `attempt`. */
static int64_t ask_item(const struct retry_policy *policy, struct client *client, struct failed_attempt failed, uint64_t item,
                        double *spent)
{
    struct stream stream;
    stream_init(&stream, 1, 0, "a", "retry");
    stream_at(&stream, item, failed.number);
    return retry_wait_ns(policy, client, failed, &stream, spent);
}

/* The same for the first item, whatever it costs. */
static int64_t ask(const struct retry_policy *policy, struct client *client, enum failure failure, uint32_t attempt)
{
    double spent;
    return ask_item(policy, client, (struct failed_attempt){failure, attempt}, 0, &spent);
}

/* How many attempts a client makes at one item that never succeeds. */
static uint32_t attempts_at(const struct retry_policy *policy, enum failure failure)
{
    struct client client;
    uint32_t attempt = 0;
    client_init(&client, policy);
    while (ask(policy, &client, failure, attempt) != RETRY_NEVER)
        attempt++;
    return attempt + 1;
}

static const struct retry_config ten_times = {.mode = RETRY_CUSTOM,
                                              .max_attempts = 10,
                                              .base_ns = 100 * MS,
                                              .cap_ns = 5 * S,
                                              .jitter = JITTER_NONE,
                                              .on = ON_THROTTLED | ON_SERVER_ERROR | ON_TIMEOUT};

/* What each mode waits at most before each retry, in ms; as many as there are retries. */
static void test_modes(void **state)
{
    (void)state;
    static const struct {
        enum retry_mode mode;
        bool course;
        double throttled_ms[10], other_ms[10];
    } cases[] = {
        {RETRY_NONE, false, {0}, {0}},
        {RETRY_STANDARD, false, {1000, 2000}, {50, 100}},
        {RETRY_ADAPTIVE, false, {1000, 2000}, {50, 100}},
        {RETRY_STANDARD, true, {1000, 2000}, {1000, 2000}},
        {RETRY_LEGACY, false, {1000, 2000, 4000, 8000}, {1000, 2000, 4000, 8000}},
        {RETRY_CUSTOM, false, {100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000}, {100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct retry_config config = ten_times;
        struct retry_policy policy;
        config.mode = cases[i].mode;
        config.jitter = JITTER_FULL;
        retry_policy_init(&policy, &config, cases[i].course ? course : current, NULL);
        assert_int_equal(attempts_at(&policy, FAILURE_FINAL), 1);
        for (size_t f = 0; f < sizeof failures / sizeof *failures; f++) {
            const double *most_ms = failures[f] == FAILURE_THROTTLED ? cases[i].throttled_ms : cases[i].other_ms;
            const uint32_t attempts = attempts_at(&policy, failures[f]);
            assert_true(attempts <= 10);
            assert_near(most_ms[attempts - 1], 0, 0);
            for (uint32_t attempt = 0; attempt + 1 < attempts; attempt++) {
                /* Over many items: uniform from nothing to the most. */
                enum { ITEMS = 500 };
                double u[ITEMS];
                for (uint64_t item = 0; item < ITEMS; item++) {
                    struct client client;
                    double spent;
                    client_init(&client, &policy);
                    int64_t delay_ns = ask_item(&policy, &client, (struct failed_attempt){failures[f], attempt}, item, &spent);
                    u[item] = (double)delay_ns / 1e6 / most_ms[attempt];
                    assert_true(u[item] >= 0 && u[item] < 1);
                }
                check_uniform("full jitter", u, ITEMS, 1e-4);
            }
        }
    }
}

static void test_jitter(void **state)
{
    (void)state;
    enum { ITEMS = 2000 };
    struct retry_config config = ten_times;
    struct retry_policy policy;
    struct client client;
    const struct failed_attempt third = {FAILURE_TIMEOUT, 2};
    double spent, u[ITEMS];
    retry_policy_init(&policy, &config, current, NULL);
    client_init(&client, &policy);
    for (uint64_t item = 0; item < 10; item++)
        assert_int_equal(ask_item(&policy, &client, third, item, &spent), 400 * MS);
    config.jitter = JITTER_EQUAL;
    retry_policy_init(&policy, &config, current, NULL);
    for (uint64_t item = 0; item < ITEMS; item++) {
        u[item] = (double)(ask_item(&policy, &client, third, item, &spent) - 200 * MS) / (200 * MS);
        assert_true(u[item] >= 0 && u[item] < 1);
    }
    check_uniform("equal jitter", u, ITEMS, 0.001);
    /* A very late attempt waits for the cap, not for infinity. */
    config = ten_times;
    config.max_attempts = 1000;
    retry_policy_init(&policy, &config, current, NULL);
    assert_int_equal(ask(&policy, &client, FAILURE_TIMEOUT, 998), 5 * S);
    assert_int_equal(attempts_at(&policy, FAILURE_TIMEOUT), 1000);
}

/* `on` names what is tried again. */
static void test_on(void **state)
{
    (void)state;
    static const uint32_t bits[] = {ON_THROTTLED, ON_SERVER_ERROR, ON_TIMEOUT};
    for (uint32_t on = 0; on < 8; on++) {
        struct retry_config config = ten_times;
        struct retry_policy policy;
        config.on = on;
        retry_policy_init(&policy, &config, current, NULL);
        for (size_t f = 0; f < sizeof failures / sizeof *failures; f++)
            assert_int_equal(attempts_at(&policy, failures[f]), on & bits[f] ? 10 : 1);
    }
}

/* What a client takes an answer for. A function that fails has answered: the SDK does not try again. */
static void test_failure_of(void **state)
{
    (void)state;
    static const struct {
        struct cause cause;
        enum failure failure;
    } cases[] = {
        {{.fate = FATE_THROTTLED, .text = ""}, FAILURE_THROTTLED},
        {{.fate = FATE_FAILED, .server_error = true, .text = ""}, FAILURE_SERVER_ERROR},
        {{.fate = FATE_TIMED_OUT, .server_error = true, .text = ""}, FAILURE_SERVER_ERROR},
        {{.fate = FATE_FAILED, .text = ""}, FAILURE_ERROR},
        {{.fate = FATE_TIMED_OUT, .text = ""}, FAILURE_FINAL},
        {{.fate = FATE_REJECTED, .text = ""}, FAILURE_FINAL},
        {{.fate = FATE_SUCCEEDED, .text = ""}, FAILURE_FINAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(failure_of(&cases[i].cause), cases[i].failure);
}

/* -- the quota -- */

/* How many retries in a row the client is allowed; the quota is then used up. */
static int retries_left(const struct retry_policy *policy, struct client *client, enum failure failure)
{
    int count = 0;
    while (count < 10000 && ask(policy, client, failure, 0) != RETRY_NEVER)
        count++;
    return count;
}

static void test_quota(void **state)
{
    (void)state;
    /* 500 tokens; a throttle's retry costs 5, another's 14 (in 2022: 5, a timeout's 10). */
    static const struct {
        enum retry_mode mode;
        bool course;
        int retries[3]; /* by failure */
    } cases[] = {{RETRY_STANDARD, false, {100, 35, 35}}, {RETRY_ADAPTIVE, false, {100, 35, 35}}, {RETRY_STANDARD, true, {100, 100, 50}}};
    const struct retry_config none = {.mode = RETRY_LEGACY};
    struct retry_policy policy;
    struct client client;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t f = 0; f < 3; f++) {
            const struct retry_config config = {.mode = cases[i].mode};
            retry_policy_init(&policy, &config, cases[i].course ? course : current, NULL);
            client_init(&client, &policy);
            assert_int_equal(retries_left(&policy, &client, failures[f]), cases[i].retries[f]);
        }
    /* The legacy mode has none. */
    retry_policy_init(&policy, &none, current, NULL);
    client_init(&client, &policy);
    assert_int_equal(retries_left(&policy, &client, FAILURE_THROTTLED), 10000);
}

/* Tokens come back: one for a success at once, the retry's own for a success later; never more than 500. */
static void test_refunds(void **state)
{
    (void)state;
    const struct retry_config config = {.mode = RETRY_STANDARD};
    struct retry_policy policy;
    struct client client;
    double spent = 0;
    retry_policy_init(&policy, &config, current, NULL);
    client_init(&client, &policy);
    retry_succeeded(&policy, &client, 0, 0);
    assert_near(client.tokens, 500, 0);
    assert_int_equal(retries_left(&policy, &client, FAILURE_TIMEOUT), 35); /* 490 spent */
    assert_near(client.tokens, 10, 0);
    assert_int_equal(retries_left(&policy, &client, FAILURE_THROTTLED), 2);
    assert_near(client.tokens, 0, 0);
    for (int i = 0; i < 4; i++)
        retry_succeeded(&policy, &client, 0, 0);
    assert_int_equal(ask(&policy, &client, FAILURE_THROTTLED, 0), RETRY_NEVER); /* 4 tokens */
    retry_succeeded(&policy, &client, 0, 0);
    assert_true(ask_item(&policy, &client, (struct failed_attempt){FAILURE_THROTTLED, 0}, 0, &spent) >= 0); /* 5 */
    assert_near(spent, 5, 0);
    assert_near(client.tokens, 0, 0);
    retry_succeeded(&policy, &client, 1, spent);
    assert_near(client.tokens, 5, 0);
    /* The last attempt asks for no token, whatever is left. */
    assert_int_equal(ask(&policy, &client, FAILURE_THROTTLED, 2), RETRY_NEVER);
    assert_near(client.tokens, 5, 0);
    for (int i = 0; i < 100; i++)
        retry_succeeded(&policy, &client, 2, 14);
    assert_near(client.tokens, 500, 0);
}

/* -- the adaptive mode's limiter -- */

static void adaptive_client(struct retry_policy *policy, struct client *client)
{
    const struct retry_config config = {.mode = RETRY_ADAPTIVE};
    retry_policy_init(policy, &config, current, NULL);
    client_init(client, policy);
}

static void test_adaptive(void **state)
{
    (void)state;
    struct retry_policy policy;
    struct client client;
    adaptive_client(&policy, &client);
    const struct adaptive_limiter *limiter = &client.limiter;
    /* Ten answers a second, all good: nothing is held back, the rate is measured each half second. */
    for (int i = 1; i <= 10; i++) {
        assert_int_equal(client_hold_back_ns(&policy, &client, i * 100 * MS), 0);
        client_learn(&policy, &client, false, i * 100 * MS);
        assert_near(limiter->measured_rate, i < 5 ? 0 : i < 10 ? 8 : 9.6, 1e-9); /* 0.8 x 10 + 0.2 x what it was */
    }
    /* A throttle: 0.7 of the measured rate, from an empty bucket. */
    client_learn(&policy, &client, true, 1200 * MS);
    assert_near(limiter->fill_rate, 6.72, 1e-9);
    assert_int_equal(client_hold_back_ns(&policy, &client, 1200 * MS), llround(1e9 / 6.72));
    assert_int_equal(client_hold_back_ns(&policy, &client, 1200 * MS), llround(2e9 / 6.72));
    /* A second later it has filled by 6.72. Two answers in the last second: measured 0.8 x 2 + 0.2 x 9.6 = 3.52. The cubic says
     * 0.4 (1 - cbrt(9.6 x 0.3 / 0.4))^3 + 9.6 = 9.28, of which twice the measured rate is allowed. */
    client_learn(&policy, &client, false, 2200 * MS);
    assert_near(limiter->measured_rate, 3.52, 1e-9);
    assert_near(0.4 * pow(1 - cbrt(7.2), 3) + 9.6, 9.28, 0.005);
    assert_near(limiter->fill_rate, 7.04, 1e-9);
    assert_near(limiter->tokens, 6.72 - 2, 1e-9);
    assert_int_equal(client_hold_back_ns(&policy, &client, 2200 * MS), 0);
    /* The next throttle goes by the lower of the measured rate and its own: 0.7 x 3.52, which is also the most that the bucket holds. */
    client_learn(&policy, &client, true, 2300 * MS);
    assert_near(limiter->fill_rate, 0.7 * 3.52, 1e-9);
    assert_near(limiter->tokens, 0.7 * 3.52, 1e-9);
    /* With 14 more answers the half second from 2 s has 15: measured 0.8 x 30 + 0.2 x 3.52. The cubic alone decides, 0.2 s after the
     * throttle. */
    for (int i = 0; i < 14; i++)
        client_learn(&policy, &client, false, i < 13 ? 2450 * MS : 2500 * MS);
    assert_near(limiter->measured_rate, 24.704, 1e-9);
    const double window_s = cbrt(3.52 * 0.3 / 0.4);
    const double allowed = 0.4 * pow(0.2 - window_s, 3) + 3.52;
    assert_near(limiter->fill_rate, allowed, 1e-9);
    /* That is below what is measured, so the next throttle goes by it. */
    client_learn(&policy, &client, true, 2600 * MS);
    assert_near(limiter->measured_rate, 24.704, 1e-9);
    assert_near(limiter->fill_rate, 0.7 * allowed, 1e-9);
}

/* With nothing measured yet a throttle leaves the least rate, and a bucket of one token. */
static void test_adaptive_least(void **state)
{
    (void)state;
    struct retry_policy policy;
    struct client client;
    adaptive_client(&policy, &client);
    client_learn(&policy, &client, true, 100 * MS);
    assert_int_equal(client_hold_back_ns(&policy, &client, 100 * MS), 2 * S);
    assert_int_equal(client_hold_back_ns(&policy, &client, 2100 * MS), 2 * S); /* the token of the first, then one more */
    assert_int_equal(client_hold_back_ns(&policy, &client, 100100 * MS), 0);   /* it holds one, however long it fills */
    assert_int_equal(client_hold_back_ns(&policy, &client, 100100 * MS), 2 * S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes),      cmocka_unit_test(test_jitter),         cmocka_unit_test(test_on),
        cmocka_unit_test(test_failure_of), cmocka_unit_test(test_quota),          cmocka_unit_test(test_refunds),
        cmocka_unit_test(test_adaptive),   cmocka_unit_test(test_adaptive_least),
    };
    return cmocka_run_group_tests_name("retries", tests, set_up, tear_down);
}
