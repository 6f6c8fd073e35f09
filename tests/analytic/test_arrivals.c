/* test_arrivals.c: what the arrival processes do by chance, against theory. Seeds are fixed; every bound is the quantile that a right
 * program passes with chance 1 - ALPHA. */
#include "engine/arrival.h"
#include "engine/sim_time.h"
#include "statistics_bounds.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_bessel.h>
#include <gsl/gsl_statistics_double.h>
#include <stdio.h>
#include <string.h>

/* Of each hypothesis test. With the 400 or so of this file right processes would fail somewhere with a chance of one in a thousand. */
#define ALPHA (1e-3 / 400)
#define SEED 20240301

/* The arrivals of one replication, in seconds; the caller frees *times_s. */
static size_t arrivals_of(const struct arrival_process *process, uint32_t replication, double from_s, double until_s, double **times_s)
{
    struct arrival_generator generator;
    struct arrival arrival;
    size_t count = 0, capacity = 1024;
    *times_s = malloc(capacity * sizeof **times_s);
    arrival_generator_init(&generator, process, (int64_t)(from_s * 1e9), (int64_t)(until_s * 1e9), SEED, replication, "source");
    while (arrival_next(&generator, &arrival)) {
        if (count == capacity) {
            capacity *= 2;
            *times_s = realloc(*times_s, capacity * sizeof **times_s);
        }
        assert_non_null(*times_s);
        (*times_s)[count++] = time_to_seconds(arrival.time_ns);
    }
    return count;
}

/* Where nothing is expected, nothing may come. */
static void assert_poisson(double count, double mean)
{
    char what[80];
    snprintf(what, sizeof what, "%g arrivals where %g are expected", count, mean);
    if (mean > 0)
        check_poisson(what, (unsigned)count, mean, ALPHA);
    else if (count > 0)
        fail_msg("%s", what);
}

static void assert_uniform(const char *what, double *u, size_t count)
{
    assert_true(count > 500);
    check_uniform(what, u, count, ALPHA);
}

static void poisson_gaps_are_exponential(void **state)
{
    (void)state;
    static const double rates_per_s[] = {0.01, 10, 1e6};
    for (size_t i = 0; i < 3; i++) {
        struct arrival_process process = {.kind = ARRIVAL_POISSON, .rate_per_s = rates_per_s[i]};
        double *times_s;
        size_t count = arrivals_of(&process, 0, 0, 50000 / rates_per_s[i], &times_s);
        assert_poisson((double)count, 50000);
        for (size_t k = count; k-- > 1;)
            times_s[k] = gsl_cdf_exponential_P(times_s[k] - times_s[k - 1], 1 / rates_per_s[i]);
        times_s[0] = gsl_cdf_exponential_P(times_s[0], 1 / rates_per_s[i]);
        assert_uniform("Poisson gaps", times_s, count);
        free(times_s);
    }
}

/* Rates at which most gaps are shorter than the clock's grain must not drift. */
static void poisson_faster_than_the_clock(void **state)
{
    (void)state;
    struct arrival_process process = {.kind = ARRIVAL_POISSON, .rate_per_s = 3e9};
    double *times_s;
    assert_poisson((double)arrivals_of(&process, 0, 1, 1 + 1e-4, &times_s), 3e5);
    free(times_s);
}

static void poisson_counts_have_variance_one_mean(void **state)
{
    (void)state;
    struct arrival_process process = {.kind = ARRIVAL_POISSON, .rate_per_s = 20};
    double chi_square = 0;
    for (uint32_t replication = 0; replication < 2000; replication++) {
        double *times_s;
        double count = (double)arrivals_of(&process, replication, 3, 5, &times_s);
        free(times_s);
        chi_square += (count - 40) * (count - 40) / 40;
    }
    check_tails("dispersion", gsl_cdf_chisq_P(chi_square, 2000), gsl_cdf_chisq_Q(chi_square, 2000), ALPHA);
}

static struct stage stages[] = {
    {10 * NS_PER_S, 0, 50}, {5 * NS_PER_S, 50, 50}, {0, 50, 5}, {5 * NS_PER_S, 5, 5}, {3 * NS_PER_S, 0, 0}, {7 * NS_PER_S, 20, 0},
};
#define STAGES (sizeof stages / sizeof *stages)

/* The expected number of arrivals up to `time_s` after the beginning. */
static double stages_integral(double time_s)
{
    double sum = 0;
    for (size_t i = 0; i < STAGES && time_s > 0; i++) {
        double length_s = (double)stages[i].for_ns / 1e9;
        double within_s = fmin(time_s, length_s);
        double end_per_s = length_s > 0 ? stages[i].from_per_s + (stages[i].to_per_s - stages[i].from_per_s) * within_s / length_s : 0;
        sum += within_s * (stages[i].from_per_s + end_per_s) / 2;
        time_s -= length_s;
    }
    return sum;
}

static void stages_follow_the_integral_of_their_rate(void **state)
{
    (void)state;
    struct arrival_process process = {.kind = ARRIVAL_STAGES, .stages = stages, .count = STAGES};
    double counts[31] = {0};
    double *steps = malloc(100000 * sizeof *steps);
    assert_non_null(steps);
    size_t step_count = 0;
    for (uint32_t replication = 0; replication < 100; replication++) {
        double *times_s, before = 0;
        size_t count = arrivals_of(&process, replication, 2, 100, &times_s);
        for (size_t i = 0; i < count; i++) {
            assert_true(times_s[i] < 32);
            counts[(size_t)(times_s[i] - 2)]++;
            /* Seen through the integral of its rate, the process is a Poisson process of rate 1. The last step of each run is cut off
             * by the end; it is left out, where the integral to come is large enough for that not to matter. */
            double now = stages_integral(times_s[i] - 2);
            if (before < stages_integral(100) - 40)
                steps[step_count++] = gsl_cdf_exponential_P(now - before, 1);
            before = now;
        }
        free(times_s);
    }
    for (int second = 0; second < 30; second++)
        assert_poisson(counts[second], 100 * (stages_integral(second + 1) - stages_integral(second)));
    assert_uniform("steps of the stages' integral", steps, step_count);
    free(steps);
}

/* So slow that the rate changes much between two arrivals, where the parabola's root matters most: up from 0 and down to 0. */
static void slow_stages_follow_their_slope(void **state)
{
    (void)state;
    struct stage slow[] = {{4 * NS_PER_S, 0, 1}, {4 * NS_PER_S, 1, 0}};
    struct arrival_process process = {.kind = ARRIVAL_STAGES, .stages = slow, .count = 2};
    double counts[16] = {0};
    for (uint32_t replication = 0; replication < 10000; replication++) {
        double *times_s;
        size_t count = arrivals_of(&process, replication, 0, 100, &times_s);
        for (size_t i = 0; i < count; i++)
            counts[(size_t)(times_s[i] * 2)]++;
        free(times_s);
    }
    for (int half = 0; half < 16; half++) {
        double middle_s = (half + 0.5) / 2;
        assert_poisson(counts[half], 10000 * 0.5 * (middle_s < 4 ? middle_s : 8 - middle_s) / 4);
    }
}

/* The rate at `time_s` of the simulation, as arrival.h writes it. */
static double diurnal_rate(double time_s, void *parameters)
{
    const struct arrival_process *process = parameters;
    double angle = 2 * M_PI * (time_s + (double)process->epoch_s - (double)process->peak_at_ns / 1e9) / 86400;
    return process->rate_per_s * exp(process->kappa * (cos(angle) - 1)) / gsl_sf_bessel_I0_scaled(process->kappa);
}

/* Hour by hour, so that no sharp peak falls between the places where the integrator looks: peaks here are at full hours. */
static double diurnal_integral(struct arrival_process *process, double from_s, double until_s, gsl_integration_workspace *workspace)
{
    gsl_function function = {diurnal_rate, process};
    double sum = 0;
    while (from_s < until_s) {
        double integral, error, to_s = fmin(until_s, floor(from_s / 3600) * 3600 + 3600);
        assert_int_equal(gsl_integration_qag(&function, from_s, to_s, 1e-8, 1e-8, 1000, GSL_INTEG_GAUSS61, workspace, &integral, &error),
                         GSL_SUCCESS);
        sum += integral;
        from_s = to_s;
    }
    return sum;
}

static void diurnal_hours_hold_the_integral(void **state)
{
    (void)state;
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(1000);
    assert_non_null(workspace);
    static const double ratios[] = {1, 3, 20, 1000};
    for (size_t i = 0; i < 4; i++) {
        struct arrival_process process = {
            .kind = ARRIVAL_DIURNAL, .rate_per_s = 0.2, .peak_at_ns = 14 * NS_PER_HOUR, .epoch_s = INT64_C(1709272800)}; /* 06:00 */
        assert_int_equal(diurnal_kappa(ratios[i], &process.kappa), STATUS_OK);
        assert_true(fabs(diurnal_rate(8 * 3600, &process) / 0.2 / ratios[i] - 1) < 1e-9); /* the peak, 8 h after 06:00 */
        double counts[72] = {0}, *times_s;
        size_t count = arrivals_of(&process, 1, 0, 72 * 3600, &times_s);
        assert_poisson((double)count, 0.2 * 72 * 3600); /* the mean is the mean */
        for (size_t k = 0; k < count; k++)
            counts[(size_t)(times_s[k] / 3600)]++;
        for (int hour = 0; hour < 72; hour++)
            assert_poisson(counts[hour], diurnal_integral(&process, hour * 3600, (hour + 1) * 3600, workspace));
        /* Seen through the integral, the gaps are exponential. */
        size_t taken = count < 4000 ? count : 4000;
        for (size_t k = taken; k-- > 1;)
            times_s[k] = gsl_cdf_exponential_P(diurnal_integral(&process, times_s[k - 1], times_s[k], workspace), 1);
        assert_uniform("steps of the day's integral", times_s + 1, taken - 1);
        free(times_s);
    }
    gsl_integration_workspace_free(workspace);
}

/* Two states: mean and variance of the count in t seconds of the stationary process (Fischer and Meier-Hellstern, "The Markov-modulated
 * Poisson process (MMPP) cookbook", 1993): the index of dispersion grows from 1 as the window sees whole stays. */
static void mmpp_counts_have_their_dispersion(void **state)
{
    (void)state;
    double rates_per_s[] = {40, 2}, mean_stay_ns[] = {2e9, 6e9};
    struct arrival_process process = {.kind = ARRIVAL_MMPP, .rates_per_s = rates_per_s, .mean_stay_ns = mean_stay_ns, .count = 2};
    double leave0 = 1 / 2.0, leave1 = 1 / 6.0, both = leave0 + leave1;
    double mean_rate = (40 * leave1 + 2 * leave0) / both;
    double spread = 2 * (40.0 - 2) * (40.0 - 2) * leave0 * leave1 / (both * both * (40 * leave1 + 2 * leave0));
    static const double windows_s[] = {0.05, 3, 30};
    for (size_t i = 0; i < 3; i++) {
        double t = windows_s[i], means[60], variances[60];
        double dispersion = 1 + spread * (1 - (1 - exp(-both * t)) / (both * t));
        for (uint32_t group = 0; group < 60; group++) {
            double counts[100];
            for (uint32_t k = 0; k < 100; k++) {
                /* After 60 s the start in the first state is forgotten: exp(-40). */
                double *times_s;
                size_t count = arrivals_of(&process, group * 100 + k, 0, 60 + t, &times_s);
                counts[k] = 0;
                while (count > 0 && times_s[count - 1] >= 60) {
                    counts[k]++;
                    count--;
                }
                free(times_s);
            }
            means[group] = gsl_stats_mean(counts, 1, 100);
            variances[group] = gsl_stats_variance(counts, 1, 100);
        }
        check_student("mean count", means, 60, mean_rate * t, ALPHA);
        check_student("variance of counts", variances, 60, dispersion * mean_rate * t, ALPHA);
    }
}

/* Three states: the next is any other, equally likely, so each has the share of time that its mean stay has; and it begins in the first. */
static void mmpp_visits_all_states(void **state)
{
    (void)state;
    double rates_per_s[] = {7, 0, 60}, mean_stay_ns[] = {1e9, 3e9, 0.5e9};
    struct arrival_process process = {.kind = ARRIVAL_MMPP, .rates_per_s = rates_per_s, .mean_stay_ns = mean_stay_ns, .count = 3};
    double late[500], first_silences = 0;
    for (uint32_t replication = 0; replication < 500; replication++) {
        double *times_s;
        size_t count = arrivals_of(&process, replication, 0, 100, &times_s);
        first_silences += count == 0 || times_s[0] > 0.01;
        late[replication] = 0;
        for (size_t i = 0; i < count; i++)
            late[replication] += times_s[i] >= 50;
        free(times_s);
    }
    check_student("late arrivals", late, 500, 50 * (7 * 1 + 60 * 0.5) / 4.5, ALPHA);
    /* At the start the rate is 7; that the state changes within 10 ms moves the chance by less than 0.01 * 60 * 0.01. */
    double early = 500 - first_silences, chance = 1 - exp(-7 * 0.01);
    assert_true(gsl_cdf_binomial_P((unsigned)early, chance - 0.006, 500) > ALPHA / 2);
    assert_true(early < 1 || gsl_cdf_binomial_Q((unsigned)early - 1, chance + 0.006, 500) > ALPHA / 2);
}

/* From the first state, left at once, either of the others comes next, with the same chance; only one of them ever sends. */
static void mmpp_goes_to_any_other_state(void **state)
{
    (void)state;
    double rates_per_s[] = {0, 0, 100}, mean_stay_ns[] = {1e6, 1e15, 1e15};
    struct arrival_process process = {.kind = ARRIVAL_MMPP, .rates_per_s = rates_per_s, .mean_stay_ns = mean_stay_ns, .count = 3};
    unsigned senders = 0;
    for (uint32_t replication = 0; replication < 2000; replication++) {
        double *times_s;
        senders += arrivals_of(&process, replication, 0, 1, &times_s) > 0;
        free(times_s);
    }
    check_tails("states entered", gsl_cdf_binomial_P(senders, 0.5, 2000), gsl_cdf_binomial_Q(senders - 1, 0.5, 2000), ALPHA);
}

static void places_in_a_minute_are_uniform(void **state)
{
    (void)state;
    uint32_t counts[400];
    for (size_t i = 0; i < 400; i++)
        counts[i] = i < 2 ? 10000 : i % 2 ? 1 : 7;
    struct arrival_process process = {.kind = ARRIVAL_PER_MINUTE, .per_minute = counts, .count = 400, .placed = PLACED_UNIFORM};
    static const double parts_s[] = {0, 60, 120, 400 * 60};
    for (size_t part = 0; part < 3; part++) {
        double *times_s;
        size_t count = arrivals_of(&process, 0, parts_s[part], parts_s[part + 1], &times_s);
        for (size_t i = 0; i < count; i++)
            times_s[i] = fmod(times_s[i], 60) / 60;
        assert_uniform("places in a minute", times_s, count);
        free(times_s);
    }
}

/* What is drawn for two sources, or for two replications, has nothing to do with each other. */
static void streams_are_not_correlated(void **state)
{
    (void)state;
    struct arrival_process process = {.kind = ARRIVAL_POISSON, .rate_per_s = 100};
    double counts[2][1000] = {{0}}, *times_s;
    for (uint32_t replication = 0; replication < 2; replication++) {
        size_t count = arrivals_of(&process, replication, 0, 1000, &times_s);
        for (size_t i = 0; i < count; i++)
            counts[replication][(size_t)times_s[i]]++;
        free(times_s);
    }
    double r = gsl_stats_correlation(counts[0], 1, counts[1], 1, 1000);
    double t = r * sqrt(998 / (1 - r * r));
    check_tails("correlation", gsl_cdf_tdist_P(t, 998), gsl_cdf_tdist_Q(t, 998), ALPHA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(poisson_gaps_are_exponential),
        cmocka_unit_test(poisson_faster_than_the_clock),
        cmocka_unit_test(poisson_counts_have_variance_one_mean),
        cmocka_unit_test(stages_follow_the_integral_of_their_rate),
        cmocka_unit_test(slow_stages_follow_their_slope),
        cmocka_unit_test(diurnal_hours_hold_the_integral),
        cmocka_unit_test(mmpp_counts_have_their_dispersion),
        cmocka_unit_test(mmpp_visits_all_states),
        cmocka_unit_test(mmpp_goes_to_any_other_state),
        cmocka_unit_test(places_in_a_minute_are_uniform),
        cmocka_unit_test(streams_are_not_correlated),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
