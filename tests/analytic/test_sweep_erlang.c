/* test_sweep_erlang.c: a Sobol sweep over capacity and load: the mean loss of a capacity, and of a load, lie where the integral of Erlang's
 * formula says, and so does what is left over at the points themselves. */
#include "erlang.h"
#include "experiment/sweep.h"
#include "models.h"
#include "statistics_bounds.h"

#include <gsl/gsl_integration.h>
#include <string.h>

enum { LEAST = 5, MOST = 20, CAPACITIES = MOST - LEAST + 1, BINS = 10, POINTS = 1024 };

#define LOAD_LOW 5.0 /* erlangs: calls a second, of 1 s each */
#define LOAD_HIGH 15.0

/* What each point observed. */
struct observed {
    const struct sweep_plan *plan;
    double loss[POINTS];
    unsigned capacity[POINTS];
    double load[POINTS];
    size_t count;
};

/* In percent. */
static double loss_at(double offered, void *servers)
{
    return 100 * erlang_b(offered, *(const unsigned *)servers);
}

/* The mean loss of one capacity over loads from `low` to `high`, each as likely. */
static double mean_loss(unsigned servers, double low, double high)
{
    double integral, error;
    size_t evaluations;
    const gsl_function function = {loss_at, &servers};
    assert_int_equal(gsl_integration_qng(&function, low, high, 0, 1e-8, &integral, &error, &evaluations), 0);
    return integral / (high - low);
}

static enum status keep(void *context, const struct sweep_unit *unit)
{
    struct observed *observed = context;
    char buffer[AXIS_TEXT_SIZE];
    assert_int_equal(unit->values->count, 1);
    assert_string_equal(unit->values->list[0].metric, "RejectedRate");
    observed->loss[unit->point] = unit->values->list[0].value;
    observed->capacity[unit->point] = (unsigned)strtoul(sweep_plan_text(observed->plan, unit->point, 0, buffer), NULL, 10);
    observed->load[unit->point] = strtod(sweep_plan_text(observed->plan, unit->point, 1, buffer), NULL);
    observed->count++;
    return STATUS_OK;
}

static void run(struct observed *observed)
{
    static const char path[] = "scenarios/erlang-size.json";
    static const char *const sets[] = {"duration=500s"};
    static const char *const varies[] = {"Api.ReservedConcurrentExecutions=5:20", "callers.poisson=5/s:15/s"};
    static const char *const metrics[] = {"callers.RejectedRate"};
    const struct sweep_words words = {.method = "sobol",
                                      .streams = "independent",
                                      .points = POINTS,
                                      .varies = varies,
                                      .vary_count = 2,
                                      .metrics = metrics,
                                      .metric_count = 1};
    struct diagnostics diagnostics = {0};
    struct scenario *scenario;
    struct scenario_base *base;
    struct sweep_spec spec;
    struct sweep_plan plan;
    struct sweep_figures figures;
    const struct scenario_options options = {.sets = sets, .set_count = 1, .made = &base};
    assert_int_equal(scenario_load(path, &options, &model_registry, &diagnostics, &scenario), STATUS_OK);
    struct parse parse = {.diagnostics = &diagnostics, .store = scenario->store, .references = scenario->names};
    assert_true(sweep_spec_read(&parse, scenario, NULL, &words, &spec));
    assert_int_equal(sweep_plan_init(&spec, scenario->settings.seed, &diagnostics, &plan), STATUS_OK);
    assert_int_equal(plan.point_count, POINTS);
    assert_int_equal(sweep_figures_choose(scenario, &spec, &summary_layout, &diagnostics, &figures), STATUS_OK);
    const struct run_options run_options = {0};
    const struct sweep sweep = {
        .base = {.path = path, .shared = base, .registry = &model_registry, .sets = sets, .set_count = 1},
        .scenario = scenario,
        .plan = &plan,
        .figures = &figures,
        .options = &run_options,
        .shards = 1,
        .keep = keep,
        .context = observed,
    };
    observed->plan = &plan;
    assert_int_equal(sweep_check(&sweep, &diagnostics), STATUS_OK);
    assert_int_equal(sweep_run(&sweep, &diagnostics), STATUS_OK);
    assert_int_equal(observed->count, POINTS);
    sweep_figures_fini(&figures);
    sweep_plan_fini(&plan);
    sweep_spec_fini(&spec);
    scenario_free(scenario);
    scenario_base_free(base);
    diagnostics_fini(&diagnostics);
}

/* The 99 % interval of the mean of those points holds the truth; it is wide by the scatter of loads and capacities, too. */
static void check_mean(const char *what, double at, const double *values, size_t count, double truth)
{
    const struct interval interval = interval_of_mean(values, count, 0.99);
    if (!(interval.low <= truth && truth <= interval.high))
        fail_msg("%s %g: %zu points' mean loss is %g (%g .. %g), and should be %g", what, at, count, interval.mean, interval.low,
                 interval.high, truth);
}

static void test_by_capacity(void **state)
{
    const struct observed *observed = *state;
    for (unsigned capacity = LEAST; capacity <= MOST; capacity++) {
        double values[POINTS];
        size_t count = 0;
        for (size_t i = 0; i < POINTS; i++)
            if (observed->capacity[i] == capacity)
                values[count++] = observed->loss[i];
        assert_int_equal(count, POINTS / CAPACITIES); /* the sequence is even in each of them */
        check_mean("capacity", capacity, values, count, mean_loss(capacity, LOAD_LOW, LOAD_HIGH));
    }
}

static void test_by_load(void **state)
{
    const struct observed *observed = *state;
    for (int bin = 0; bin < BINS; bin++) {
        double values[POINTS], truth = 0, width = (LOAD_HIGH - LOAD_LOW) / BINS, low = LOAD_LOW + bin * width;
        size_t count = 0;
        for (size_t i = 0; i < POINTS; i++)
            if (observed->load[i] >= low && observed->load[i] < low + width)
                values[count++] = observed->loss[i];
        for (unsigned capacity = LEAST; capacity <= MOST; capacity++)
            truth += mean_loss(capacity, low, low + width) / CAPACITIES;
        check_mean("load from", low, values, count, truth);
    }
}

/* Far sharper: at each point the formula is known, and what is left over is chance alone. */
static void test_residuals(void **state)
{
    const struct observed *observed = *state;
    double residuals[POINTS];
    for (size_t i = 0; i < POINTS; i++)
        residuals[i] = observed->loss[i] - 100 * erlang_b(observed->load[i], observed->capacity[i]);
    const struct interval interval = interval_of_mean(residuals, POINTS, 0.99);
    print_message("mean loss over the formula: %.4f points (99 %%: %.4f .. %.4f)\n", interval.mean, interval.low, interval.high);
    assert_true(interval.low <= 0 && interval.high >= 0);
    assert_true(interval.high - interval.low < 0.2);
}

static int set_up(void **state)
{
    static struct observed observed;
    run(&observed);
    *state = &observed;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_by_capacity), cmocka_unit_test(test_by_load),
                                       cmocka_unit_test(test_residuals)};
    return cmocka_run_group_tests_name("sweep over Erlang's formula", tests, set_up, NULL);
}
