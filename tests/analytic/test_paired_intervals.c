/* test_paired_intervals.c: of repeated comparisons with a known difference, as many intervals hold it as they say: two limits of
 * concurrency under the same calls, whose losses Erlang's formula gives. */
#include "unit/model_fixture.h"

#include "erlang.h"
#include "measure/interval.h"
#include "statistics_bounds.h"

#include <gsl/gsl_cdf.h>

/* Each comparison has replications of its own; those of one run are independent of each other, so one run holds them all. */
enum { COMPARISONS = 1000, EACH = 5, REPLICATIONS = COMPARISONS * EACH };

#define OFFERED 5.0 /* erlangs: 20 calls a second of 250 ms */

/* The warm-up is long enough to forget that all was idle: 80 mean durations. */
#define SCENARIO(LIMIT, REPLICATIONS)                                                                                                      \
    ONE_FUNCTION("'duration': '80s', 'warmup': '20s', 'drain': '1s', 'seed': 7, 'series': [], 'replications': " REPLICATIONS,              \
                 "'MemorySize': 128, 'Timeout': 900, 'ReservedConcurrentExecutions': " LIMIT,                                              \
                 "'init': '0ms', 'keep_alive': 'forever', 'max_lifetime': 'forever', 'duration': {'exponential': '250ms'}",                \
                 "{'name': 'calls', 'target': 'F', 'poisson': '20/s'}")

static const double *lost(const struct model_run *run)
{
    const struct figure *figure = run_result_find(run->result, "calls", "RejectedRate", "Average");
    assert_non_null(figure);
    return figure->values;
}

static void test_coverage(void **state)
{
    (void)state;
    struct model_run five, six;
    model_open(&five);
    model_open(&six);
    model_execute(&five, SCENARIO("5", "5000"));
    model_execute(&six, SCENARIO("6", "5000"));
    assert_int_equal(five.result->replications, REPLICATIONS);
    const double *a = lost(&five), *b = lost(&six);
    double truth = 100 * (erlang_b(OFFERED, 6) - erlang_b(OFFERED, 5)), width = 0, apart = 0; /* in percent */
    unsigned covered = 0;
    for (size_t i = 0; i < REPLICATIONS; i += EACH) {
        const struct interval interval = interval_of_difference(a + i, b + i, EACH, 0.95);
        const struct interval alone = interval_of_mean(a + i, EACH, 0.95);
        covered += interval.low <= truth && truth <= interval.high;
        width += (interval.high - interval.low) / 2 / COMPARISONS;
        apart += (alone.high - alone.low) / 2 / COMPARISONS;
    }
    const struct interval all = interval_of_difference(a, b, REPLICATIONS, 0.999);
    print_message(
        "%u of %d intervals hold the difference of %.4f points; half-width %.3f, of one side alone %.3f; all together %.4f .. %.4f\n",
        covered, COMPARISONS, truth, width, apart, all.low, all.high);
    /* 950 and three standard deviations of a binomial, 6.9 each. */
    assert_in_range(covered, 950 - 21, 950 + 21);
    assert_true(truth >= all.low && truth <= all.high);
    model_close(&five);
    model_close(&six);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_coverage)};
    return cmocka_run_group_tests_name("paired intervals", tests, NULL, NULL);
}
