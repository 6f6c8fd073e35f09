/* test_timeseries.c: rows a period; the mean over replications does not hang on who comes first. */
#include "output/timeseries.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static const struct metric_type calls = {.name_space = "X", .name = "Calls", .unit = "Count", .kind = METRIC_COUNT};
static const struct metric_type time_taken = {.name_space = "X", .name = "Time", .unit = "Milliseconds", .kind = METRIC_TALLY};
static const struct metric_type level = {.name_space = "X", .name = "Level", .unit = "Count", .kind = METRIC_GAUGE};
static const struct metric_type share = {.name_space = "X", .name = "Share", .unit = "Percent", .kind = METRIC_PERCENT};
static const struct metric_type inner = {.name_space = NULL, .name = "inner", .unit = "None", .kind = METRIC_COUNT};

/* One period of one replication: `count` calls of `ms` each. */
static void period(const struct series_sink *sink, int64_t from_s, uint64_t count, int64_t ms)
{
    const struct metric_type *const metrics[] = {&calls, &time_taken, &level, &share, &inner};
    struct tally_part part;
    tally_part_init(&part);
    for (uint64_t i = 0; i < count; i++)
        tally_part_add(&part, TALLY_WARM, ms * NS_PER_MS);
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        const struct metric_slot slot = {.type = metrics[i], .resource = "A,b"};
        const struct period_value value = {
            .count = count,
            .other_count = 4 * count,
            .tally = &part,
            .span = {.integral = (int128)count * NS_PER_S, .length_ns = 60 * NS_PER_S, .maximum = (int64_t)count}};
        assert_int_equal(sink->period(sink->context, from_s * NS_PER_S, (from_s + 60) * NS_PER_S, &slot, &value), STATUS_OK);
    }
    tally_part_fini(&part);
}

#define HEADER "timestamp,elapsed_s,namespace,resource,metric,stat,unit,value\n"

static struct timeseries *begin(struct timeseries_options options, char **text, size_t *length)
{
    struct timeseries *series;
    options.start_epoch_s = 1735689600;
    assert_int_equal(timeseries_new(&options, open_memstream(text, length), &series), STATUS_OK);
    return series;
}

/* `written` is known only when the file is closed. */
static void end(struct timeseries *series, char **written, const char *expected, bool complete)
{
    assert_int_equal(timeseries_finish(series, complete), STATUS_OK);
    assert_string_equal(*written, expected);
    timeseries_free(series);
    free(*written);
}

static void test_first(void **state)
{
    (void)state;
    char *text;
    size_t length;
    struct timeseries *series = begin((struct timeseries_options){.replications = 3}, &text, &length);
    assert_null(timeseries_sink(series, 1));
    const struct series_sink *sink = timeseries_sink(series, 0);
    period(sink, 0, 2, 100);
    period(sink, 60, 0, 0);
    end(series, &text,
        HEADER "2025-01-01T00:00:00Z,0,X,\"A,b\",Calls,Sum,Count,2\n"
               "2025-01-01T00:00:00Z,0,X,\"A,b\",Time,SampleCount,Milliseconds,2\n"
               "2025-01-01T00:00:00Z,0,X,\"A,b\",Time,Average,Milliseconds,100\n"
               "2025-01-01T00:00:00Z,0,X,\"A,b\",Time,Minimum,Milliseconds,100\n"
               "2025-01-01T00:00:00Z,0,X,\"A,b\",Time,Maximum,Milliseconds,100\n"
               "2025-01-01T00:00:00Z,0,X,\"A,b\",Time,p50,Milliseconds,100\n"
               "2025-01-01T00:00:00Z,0,X,\"A,b\",Time,p95,Milliseconds,100\n"
               "2025-01-01T00:00:00Z,0,X,\"A,b\",Time,p99,Milliseconds,100\n"
               "2025-01-01T00:00:00Z,0,X,\"A,b\",Level,Average,Count,0.03333333333333333\n"
               "2025-01-01T00:00:00Z,0,X,\"A,b\",Level,Maximum,Count,2\n"
               "2025-01-01T00:00:00Z,0,X,\"A,b\",Share,Average,Percent,25\n"
               "2025-01-01T00:01:00Z,60,X,\"A,b\",Level,Average,Count,0\n"
               "2025-01-01T00:01:00Z,60,X,\"A,b\",Level,Maximum,Count,0\n",
        true);
}

static void test_dense(void **state)
{
    (void)state;
    char *text;
    size_t length;
    struct timeseries *series = begin((struct timeseries_options){.replications = 1, .dense = true}, &text, &length);
    period(timeseries_sink(series, 0), 60, 0, 0);
    end(series, &text,
        HEADER "2025-01-01T00:01:00Z,60,X,\"A,b\",Calls,Sum,Count,0\n"
               "2025-01-01T00:01:00Z,60,X,\"A,b\",Time,SampleCount,Milliseconds,0\n"
               "2025-01-01T00:01:00Z,60,X,\"A,b\",Time,Average,Milliseconds,\n"
               "2025-01-01T00:01:00Z,60,X,\"A,b\",Time,Minimum,Milliseconds,\n"
               "2025-01-01T00:01:00Z,60,X,\"A,b\",Time,Maximum,Milliseconds,\n"
               "2025-01-01T00:01:00Z,60,X,\"A,b\",Time,p50,Milliseconds,\n"
               "2025-01-01T00:01:00Z,60,X,\"A,b\",Time,p95,Milliseconds,\n"
               "2025-01-01T00:01:00Z,60,X,\"A,b\",Time,p99,Milliseconds,\n"
               "2025-01-01T00:01:00Z,60,X,\"A,b\",Level,Average,Count,0\n"
               "2025-01-01T00:01:00Z,60,X,\"A,b\",Level,Maximum,Count,0\n"
               "2025-01-01T00:01:00Z,60,X,\"A,b\",Share,Average,Percent,\n",
        true);
}

/* Counts are averaged with their zeros, statistics over the replications that have any; a row needs one replication. Three levels whose
 * floating sum depends on the order of adding give the same bytes in every order. */
static void test_mean(void **state)
{
    (void)state;
    static const uint32_t orders[][3] = {{0, 1, 2}, {2, 0, 1}, {1, 2, 0}};
    for (size_t o = 0; o < 3; o++) {
        char *text;
        size_t length;
        struct timeseries *series = begin((struct timeseries_options){.replications = 3, .mean = true}, &text, &length);
        assert_null(timeseries_sink(series, 3));
        for (size_t i = 0; i < 3; i++) {
            static const uint64_t counts[] = {1, 0, 5};
            static const int64_t times[] = {100, 0, 1};
            uint32_t r = orders[o][i];
            period(timeseries_sink(series, r), 0, counts[r], times[r]);
            period(timeseries_sink(series, r), 60, 0, 0);
        }
        end(series, &text,
            HEADER "2025-01-01T00:00:00Z,0,X,\"A,b\",Calls,Sum,Count,2\n"
                   "2025-01-01T00:00:00Z,0,X,\"A,b\",Time,SampleCount,Milliseconds,2\n"
                   "2025-01-01T00:00:00Z,0,X,\"A,b\",Time,Average,Milliseconds,50.5\n"
                   "2025-01-01T00:00:00Z,0,X,\"A,b\",Time,Minimum,Milliseconds,50.5\n"
                   "2025-01-01T00:00:00Z,0,X,\"A,b\",Time,Maximum,Milliseconds,50.5\n"
                   "2025-01-01T00:00:00Z,0,X,\"A,b\",Time,p50,Milliseconds,50.5\n"
                   "2025-01-01T00:00:00Z,0,X,\"A,b\",Time,p95,Milliseconds,50.5\n"
                   "2025-01-01T00:00:00Z,0,X,\"A,b\",Time,p99,Milliseconds,50.5\n"
                   "2025-01-01T00:00:00Z,0,X,\"A,b\",Level,Average,Count,0.03333333333333333\n"
                   "2025-01-01T00:00:00Z,0,X,\"A,b\",Level,Maximum,Count,2\n"
                   "2025-01-01T00:00:00Z,0,X,\"A,b\",Share,Average,Percent,25\n"
                   "2025-01-01T00:01:00Z,60,X,\"A,b\",Level,Average,Count,0\n"
                   "2025-01-01T00:01:00Z,60,X,\"A,b\",Level,Maximum,Count,0\n",
            true);
    }
}

static void test_incomplete_mean(void **state)
{
    (void)state;
    char *text;
    size_t length;
    struct timeseries *series = begin((struct timeseries_options){.replications = 2, .mean = true}, &text, &length);
    period(timeseries_sink(series, 0), 0, 1, 100);
    end(series, &text, HEADER, false);
}

static void test_full_disk(void **state)
{
    (void)state;
    struct timeseries *series;
    const struct timeseries_options options = {.replications = 1};
    assert_int_equal(timeseries_new(&options, fopen("/dev/full", "w"), &series), STATUS_OK);
    period(timeseries_sink(series, 0), 0, 1, 100);
    assert_int_equal(timeseries_finish(series, true), STATUS_IO);
    timeseries_free(series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first),           cmocka_unit_test(test_dense),     cmocka_unit_test(test_mean),
        cmocka_unit_test(test_incomplete_mean), cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
