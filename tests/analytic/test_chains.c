/* test_chains.c: services that call each other, and clients that try again, against closed forms: a chain of k services answers with the
 * product of their availabilities; the slowest of n answers comes after one answer's p99 with 1 - 0.99^n (J. Dean, L. A. Barroso, "The Tail
 * at Scale", CACM 56 (2013)); attempts of layers multiply; what a handler does before it fails is done again as often as it is tried again;
 * a caller's time limit cuts off the tail of the handler's time. */
#include "unit/model_fixture.h"

#include "statistics_bounds.h"

#define ALPHA 1e-3

/* `count` of `n` is binomial with probability p under the hypothesis. */
static void check_share(const char *what, double count, double n, double p)
{
    check_z(what, (count - n * p) / sqrt(n * p * (1 - p)), ALPHA);
}

/* S1 stands alone, each of the others calls the one before. */
static void test_availability(void **state)
{
    (void)state;
    static const double availabilities[] = {0.9, 0.99, 0.999};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof availabilities / sizeof *availabilities; i++)
        for (int k = 2; k <= 5; k++) {
            char *resources = NULL, *behavior = NULL;
            size_t size;
            FILE *one = open_memstream(&resources, &size);
            for (int s = 1; s <= k; s++)
                fprintf(one, "%s'S%d': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 30}}", s > 1 ? ", " : "", s);
            fclose(one);
            FILE *two = open_memstream(&behavior, &size);
            for (int s = 1; s <= k; s++) {
                fprintf(two, "%s'S%d': {'init': '1ms', 'error_rate': %.17g, 'steps': [{'wait': '5ms'}", s > 1 ? ", " : "", s,
                        1 - availabilities[i]);
                if (s > 1)
                    fprintf(two, ", {'invoke': 'S%d'}", s - 1);
                fprintf(two, "]}");
            }
            fclose(two);
            model_run(&run,
                      "{'duration': '5000s', 'drain': '1m', 'Resources': {%s}, 'behavior': {%s}, 'traffic': [{'name': 'c', 'target': "
                      "'S%d', 'constant': '10/s'}]}",
                      resources, behavior, k);
            char what[64];
            snprintf(what, sizeof what, "%d services of %g", k, availabilities[i]);
            check_share(what, (double)count_of(&run, "c", "Succeeded"), 50000, pow(availabilities[i], k));
            free(resources);
            free(behavior);
        }
    model_close(&run);
}

/* Callers wait for as long as the p99 of one exponential answer; branches of one step, or calls of one `count`. */
static void test_tail_at_scale(void **state)
{
    (void)state;
    static const struct {
        int n, in_count; /* branches, and calls of each */
    } cases[] = {{1, 1}, {10, 1}, {2, 5}, {1, 10}, {100, 1}, {1, 100}};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *branches = NULL;
        size_t size;
        FILE *out = open_memstream(&branches, &size);
        for (int k = 0; k < cases[i].n; k++)
            fprintf(out, "%s[{'send': 'P', 'count': %d}]", k > 0 ? ", " : "", cases[i].in_count);
        fclose(out);
        model_run(
            &run,
            "{'duration': '1000s', 'drain': '1m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 30}}, "
            "'P': {'Type': 'Custom::External'}}, 'behavior': {'F': {'init': '0ms', 'placement': '0ms', 'steps': [{'parallel': [%s]}]}, "
            "'P': {'latency': {'exponential': '1s'}}}, 'traffic': [{'name': 'c', 'target': 'F', 'constant': '10/s', 'client_timeout': "
            "'%.0fns'}]}",
            branches, log(100) * 1e9);
        free(branches);
        char what[64];
        snprintf(what, sizeof what, "%d branches of %d calls", cases[i].n, cases[i].in_count);
        check_share(what, (double)count_of(&run, "c", "Failed"), 10000, 1 - pow(0.99, cases[i].n * cases[i].in_count));
    }
    model_close(&run);
}

/* A client's attempts through an API, a function's own, those of the one behind it: all fail, so all are made. */
static void test_attempts_multiply(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    for (int client = 1; client <= 3; client++)
        for (int front = 1; front <= 3; front++)
            for (int back = 1; back <= 4; back += 3) {
                model_run(&run,
                          "{'duration': '10s', 'drain': '10m', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': "
                          "{'Timeout': 300, 'Events': {'A': {'Type': 'HttpApi', 'Properties': {'Path': '/', 'Method': 'get'}}}}}, 'P': "
                          "{'Type': 'Custom::External'}, 'R': {'Type': 'Custom::External'}}, 'behavior': {'F': {'init': '1ms', 'steps': "
                          "[{'call': 'P', 'on_error': 'continue', 'retry': {'max_attempts': %d, 'base': '1ms'}}, {'call': 'R', 'retry': "
                          "{'max_attempts': %d, 'base': '1ms'}}]}, 'P': {'error_rate': 1}, 'R': {'error_rate': 1}}, 'traffic': [{'name': "
                          "'c', 'target': 'ServerlessHttpApi', 'constant': '3/s', 'retry': {'max_attempts': %d, 'base': '1ms'}}]}",
                          front, back, client);
                assert_int_equal(count_of(&run, "F", "Invocations"), 30 * client);
                assert_int_equal(count_of(&run, "P", "Calls"), 30 * client * front);
                assert_int_equal(count_of(&run, "R", "Calls"), 30 * client * back);
            }
    model_close(&run);
}

/* An event is tried again with probability e, and once more with e^2: so many effects too many, with a variance of e + 3 e^2 - (e + e^2)^2.
 */
static void test_duplicate_effects(void **state)
{
    (void)state;
    static const double errors[] = {0.01, 0.2, 0.5};
    const double n = 100000;
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        const double e = errors[i], mean = e + e * e, variance = e + 3 * e * e - mean * mean;
        model_run(&run,
                  "{'duration': '10000s', 'drain': '10m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function'}, 'P': {'Type': "
                  "'Custom::External'}, 'X': {'Type': 'Custom::External'}}, 'behavior': {'F': {'init': '1ms', 'steps': [{'call': 'P'}, "
                  "{'call': 'X'}]}, 'X': {'error_rate': %g}}, 'traffic': [{'name': 'c', 'target': 'F', 'invocation_type': 'Event', "
                  "'constant': '10/s'}]}",
                  e);
        check_z("duplicate effects", ((double)count_of(&run, "F", "DuplicateEffects") - n * mean) / sqrt(n * variance), ALPHA);
        assert_int_equal(count_of(&run, "P", "Calls"), (int64_t)n + count_of(&run, "F", "DuplicateEffects"));
    }
    model_close(&run);
}

/* Gamma handler times, which are no exponential's: what is over the caller's limit times out, tries of Cognito in the course's book each.
 */
static void test_callers(void **state)
{
    (void)state;
    static const struct {
        const char *caller, *rules;
        double limit_s;
        int tries;
    } cases[] = {{"cognito", "current", 5, 1},
                 {"cognito", "course", 5, 3},
                 {"alexa", "current", 8, 1},
                 {"lex", "current", 30, 1},
                 {"rds", "current", 3, 1}};
    const double n = 40000, shape = 4;
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double mean_s = cases[i].limit_s * 0.75, p = gsl_cdf_gamma_Q(cases[i].limit_s, shape, mean_s / shape);
        model_run(
            &run,
            "{'duration': '4000s', 'drain': '10m', 'rules': '%s', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': "
            "{'Timeout': 900}}}, 'behavior': {'F': {'init': '0ms', 'placement': '0ms', 'duration': {'gamma': {'mean': '%.17gs', 'cv': "
            "0.5}}}}, 'traffic': [{'name': 'c', 'target': 'F', 'constant': '10/s', 'caller': '%s'}]}",
            cases[i].rules, mean_s, cases[i].caller);
        check_share(cases[i].caller, (double)count_of(&run, "c", "Failed"), n, pow(p, cases[i].tries));
        double attempts = 0, square = 0;
        for (int k = 1; k <= cases[i].tries; k++) {
            const double share = k < cases[i].tries ? pow(p, k - 1) * (1 - p) : pow(p, k - 1);
            attempts += share * k;
            square += share * k * k;
        }
        if (cases[i].tries > 1)
            check_z("attempts", ((double)count_of(&run, "F", "Invocations") - n * attempts) / sqrt(n * (square - attempts * attempts)),
                    ALPHA);
        const double invocations = (double)count_of(&run, "F", "Invocations");
        /* all that was begun is billed to its end */
        check_z("billed", (figure(&run, "F", "Duration", "Average") / 1000 - mean_s) / (mean_s / 2 / sqrt(invocations)), ALPHA);
    }
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_availability), cmocka_unit_test(test_tail_at_scale),
                                       cmocka_unit_test(test_attempts_multiply), cmocka_unit_test(test_duplicate_effects),
                                       cmocka_unit_test(test_callers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
