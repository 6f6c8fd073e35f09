/* test_handler.c: what memory buys, and how long a handler takes; the expected figures are worked out by hand. */
#include "model_fixture.h"

#include "engine/distribution.h"
#include "lambda/memory_share.h"
#include "statistics_bounds.h"

#define MS 1e6

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

static struct compute_share share_at(int64_t memory_mb)
{
    return compute_share_of(current, memory_mb);
}

/* So many MB are one vCPU: 1,769 by the documentation, 1,792 by the course. */
static void test_share(void **state)
{
    (void)state;
    assert_near(share_at(1769).vcpus, 1, 0);
    assert_near(share_at(10240).vcpus, 10240.0 / 1769, 0);
    assert_near(share_at(128).vcpus, 128.0 / 1769, 0);
    assert_near(compute_share_of(course, 1792).vcpus, 1, 0);
    assert_near(compute_share_of(course, 10240).vcpus, 10240.0 / 1792, 0);
}

static void test_slowdown(void **state)
{
    (void)state;
    static const struct {
        int64_t memory_mb;
        double parallel, slowdown;
    } cases[] = {
        {1769, 0, 1},                               /* one vCPU */
        {128, 0, 1769.0 / 128},                     /* a share of one */
        {128, 1, 1769.0 / 128},                     /* several threads share it too */
        {128, 0.5, 1769.0 / 128},                   /* so the parallel part makes no difference */
        {1768, 0, 1769.0 / 1768},                   /* just below */
        {10240, 0, 1},                              /* a thread has one vCPU at most */
        {10240, 1, 1769.0 / 10240},                 /* all of them: 5.79 times faster */
        {10240, 0.5, 0.5 + 0.5 * 1769.0 / 10240},   /* Amdahl's law */
        {3538, 0.8, 0.2 + 0.8 / 2},                 /* two vCPUs */
        {5307, 0.9, 0.1 + 0.9 / 3},                 /* three */
        {10240, 0.95, 0.05 + 0.95 * 1769.0 / 10240} /* 4.67 times */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct compute_share share = share_at(cases[i].memory_mb);
        assert_near(compute_slowdown(&share, cases[i].parallel), cases[i].slowdown, 1e-12);
    }
    const struct compute_share largest = share_at(10240);
    assert_near(round(100 / compute_slowdown(&largest, 1)) / 100, 5.79, 0);
}

static void streams_init(struct handler_streams *streams)
{
    stream_init(&streams->cpu, 1, 0, "F", "cpu");
    stream_init(&streams->wait, 1, 0, "F", "wait");
    stream_init(&streams->transfer, 1, 0, "F", "transfer");
    stream_init(&streams->steps, 1, 0, "F", "steps");
}

static int64_t time_at(const struct handler *handler, int64_t memory_mb, uint64_t item)
{
    const struct compute_share share = share_at(memory_mb);
    struct handler_streams streams;
    streams_init(&streams);
    return handler_time(handler, &share, &streams, item, 0);
}

static struct distribution *constant(double value)
{
    struct distribution *made = distribution_new(DISTRIBUTION_CONSTANT, value, 0);
    assert_non_null(made);
    return made;
}

/* `duration` is what was observed; `cpu` follows memory; `wait` does not; `transfer` follows it as far as the network grows. */
static void test_parts(void **state)
{
    (void)state;
    struct distribution *hundred_ms = constant(100 * MS), *bytes = constant(625e6 / 8);
    const struct handler observed = {.duration = hundred_ms}, computes = {.cpu = hundred_ms}, waits = {.wait = hundred_ms},
                         moves = {.transfer = bytes}, all = {.cpu = hundred_ms, .wait = hundred_ms, .transfer = bytes, .parallel = 1},
                         nothing = {0};
    assert_int_equal(time_at(&observed, 128, 0), 100 * NS_PER_MS);
    assert_int_equal(time_at(&observed, 10240, 0), 100 * NS_PER_MS);
    assert_int_equal(time_at(&computes, 1769, 0), 100 * NS_PER_MS);
    assert_int_equal(time_at(&computes, 10240, 0), 100 * NS_PER_MS);
    assert_int_equal(time_at(&computes, 128, 0), 1382031250); /* 100 ms x 1769 / 128 */
    assert_int_equal(time_at(&waits, 128, 0), 100 * NS_PER_MS);
    assert_int_equal(time_at(&moves, 1769, 0), NS_PER_S); /* 625 Mbit/s */
    assert_int_equal(time_at(&moves, 10240, 0), NS_PER_S);
    assert_int_equal(time_at(&moves, 1769 / 7, 0), (int64_t)llround(1e9 * 1769 / 252));
    assert_int_equal(time_at(&all, 3538, 0), 50 * NS_PER_MS + 100 * NS_PER_MS + NS_PER_S);
    assert_int_equal(time_at(&nothing, 128, 0), 0);
    distribution_free(hundred_ms);
    distribution_free(bytes);
}

/* The same work is drawn for the same item whatever the memory; another item, another attempt, another draw. */
static void test_common_draws(void **state)
{
    (void)state;
    struct distribution *work = distribution_new(DISTRIBUTION_EXPONENTIAL, 100 * MS, 0);
    assert_non_null(work);
    const struct handler handler = {.cpu = work};
    struct handler_streams streams;
    streams_init(&streams);
    const struct compute_share share = share_at(1769);
    for (uint64_t item = 0; item < 100; item++) {
        const int64_t full_ns = time_at(&handler, 1769, item), half_ns = time_at(&handler, 884, item);
        assert_true(llabs(half_ns - llround((double)full_ns * 1769 / 884)) <= 2);
        assert_int_equal(handler_time(&handler, &share, &streams, item, 0), full_ns);
        assert_int_not_equal(handler_time(&handler, &share, &streams, item, 1), full_ns);
        assert_int_not_equal(handler_time(&handler, &share, &streams, item + 1, 0), full_ns);
    }
    distribution_free(work);
}

/* Steps add up; branches last as long as the slowest, and as long as the vCPUs need for the work in all of them. */
static void test_steps(void **state)
{
    (void)state;
    struct distribution *hundred_ms = constant(100 * MS), *ten_ms = constant(10 * MS);
    struct step computes = {.kind = STEP_CPU, .time = hundred_ms}, waits = {.kind = STEP_WAIT, .time = ten_ms};
    struct step both[2] = {computes, waits};
    struct step_list four[4] = {{&computes, 1}, {&computes, 1}, {&computes, 1}, {both, 2}};
    struct step parallel = {.kind = STEP_PARALLEL, .branches = four, .branch_count = 4};
    struct step whole[3] = {waits, parallel, computes};
    const struct handler one = {.steps = {both, 2}}, forked = {.steps = {&parallel, 1}}, all = {.steps = {whole, 3}};
    assert_int_equal(time_at(&one, 1769, 0), 110 * NS_PER_MS);
    assert_int_equal(time_at(&one, 17690 / 5, 0), 110 * NS_PER_MS);
    assert_int_equal(time_at(&forked, 4 * 1769, 0), 110 * NS_PER_MS); /* a vCPU for each branch: the longest */
    assert_int_equal(time_at(&forked, 2 * 1769, 0), 200 * NS_PER_MS); /* 400 ms of work on two */
    assert_int_equal(time_at(&forked, 1769, 0), 400 * NS_PER_MS);
    assert_int_equal(time_at(&all, 4 * 1769, 0), 220 * NS_PER_MS);
    computes.parallel = 1;
    assert_int_equal(time_at(&forked, 2 * 1769, 0), 200 * NS_PER_MS); /* work is not done twice as fast by being counted twice */
    distribution_free(hundred_ms);
    distribution_free(ten_ms);
}

static void test_probable_steps(void **state)
{
    (void)state;
    enum { ITEMS = 20000 };
    struct distribution *second = constant(1e9);
    struct step waits = {.kind = STEP_WAIT, .time = second};
    struct step_list list = {&waits, 1};
    struct step maybe = {.kind = STEP_PROBABILITY, .probability = 0.2, .branches = &list, .branch_count = 1};
    struct step twice[2] = {maybe, maybe};
    const struct handler handler = {.steps = {twice, 2}};
    const double probabilities[3] = {0.64, 0.32, 0.04};
    uint64_t seconds[3] = {0};
    for (uint64_t item = 0; item < ITEMS; item++)
        seconds[time_at(&handler, 128, item) / NS_PER_S]++;
    check_chi_square("waits of two steps that each happen in a fifth of all cases", seconds, probabilities, 3, 0.001);
    distribution_free(second);
}

/* By the course's book a function of 1,792 MB has one vCPU: the same scenario, another book. */
static void test_books(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        double duration_ms;
    } cases[] = {{"current", 1000 * 1769.0 / 896}, {"course", 2000}};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  "{'duration': '10s', 'rules': '%s', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': "
                  "{'MemorySize': 896}}}, 'behavior': {'F': {'cpu': '1s'}}, 'traffic': [{'name': 'a', 'target': 'F', "
                  "'constant': '1/s', 'count': 1}]}",
                  cases[i].rules);
        assert_near(figure(&run, "F", "Duration", "Maximum"), cases[i].duration_ms, 1e-5);
    }
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share),        cmocka_unit_test(test_slowdown), cmocka_unit_test(test_parts),
        cmocka_unit_test(test_common_draws), cmocka_unit_test(test_steps),    cmocka_unit_test(test_probable_steps),
        cmocka_unit_test(test_books),
    };
    return cmocka_run_group_tests_name("handlers", tests, set_up, tear_down);
}
