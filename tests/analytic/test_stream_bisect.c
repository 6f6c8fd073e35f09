/* test_stream_bisect.c: BisectBatchOnFunctionError against the exact expectation: one poison record in a batch, anywhere with equal
 * probability, no retries, halves in order. Every place of the poison record is tried, so the sums are equal, not near. */
#include "unit/stream_fixture.h"

#define LARGEST 1000u

/* Calls over all `n` places of the poison record: until the batch is done, and up to the one with it alone. */
struct sums {
    uint64_t done, isolated;
};

/* A batch of n is called once and fails; then its first half of n/2 and its second half. The half with the poison record costs as a batch
 * of its own; the other one call, before the poison is found where that is the first. */
static void exact_sums(struct sums sums[LARGEST + 1])
{
    sums[1] = (struct sums){1, 1};
    for (uint32_t n = 2; n <= LARGEST; n++) {
        uint32_t first = n / 2, second = n - first;
        sums[n].done = n + sums[first].done + first + sums[second].done + second;
        sums[n].isolated = n + sums[first].isolated + sums[second].isolated + second;
    }
}

static void test_published_figures(void **state)
{
    (void)state;
    struct sums sums[LARGEST + 1];
    exact_sums(sums);
    assert_int_equal(sums[100].done, 1444);     /* 14.4 a batch */
    assert_int_equal(sums[100].isolated, 1128); /* 11.3 */
}

/* Per place: the calls of its batch, and those up to the poison alone; out of the log. */
static struct sums observed_sums(uint32_t n)
{
    struct sums sums = {0, 0};
    uint64_t before = 0;
    for (size_t i = 0; i < probe_log_count; i++) {
        bool first_of_batch = probe_log[i].count == n && probe_log[i].first % n == 0;
        before = first_of_batch ? 1 : before + 1;
        sums.done++;
        if (probe_log[i].count == 1 && probe_log[i].failed)
            sums.isolated += before;
    }
    return sums;
}

static void check_size(struct model_run *run, uint32_t n, const struct sums *sums)
{
    model_run(
        run,
        "{'duration': '%us', 'drain': '1h', 'Resources': {"
        "'S': {'Type': 'AWS::Kinesis::Stream'}, 'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w', 'Diagonal': %u}},"
        "'D': {'Type': 'Test::Sink'},"
        "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'P', 'Destination': 'D', 'BatchSize': %u,"
        " 'Bisect': true, 'Retries': 0}}},"
        "'traffic': [{'name': 'w', 'target': 'S', 'key': 1, 'bursts': {'size': 1, 'every': '20s'}, 'records': %u, 'payload': '100B'}]}",
        20 * n, n, n, n);
    struct sums seen = observed_sums(n);
    if (seen.done != sums[n].done || seen.isolated != sums[n].isolated)
        fail_msg("batch of %u: %llu and %llu calls, %llu and %llu expected", n, (unsigned long long)seen.done,
                 (unsigned long long)seen.isolated, (unsigned long long)sums[n].done, (unsigned long long)sums[n].isolated);
    uint64_t all = (uint64_t)n * n;
    assert_int_equal(part_fates(run, "S/shard-0", FATE_COUNT, NULL), all);
    assert_int_equal(part_fates(run, "S/shard-0", FATE_SUCCEEDED, ""), all - n);
    assert_int_equal(part_fates(run, "S/shard-0", FATE_DISCARDED, "attempts"), n);
    assert_int_equal(count_of(run, "M", "RecordsDiscarded"), n);
    assert_int_equal(count_of(run, "D", "Taken"), n);
    assert_int_equal(count_of(run, "P", "Disorder"), 0);
}

static void test_mapping_agrees(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 31, 64, 97, 100, 127, 128, 255, 500, 1000};
    struct sums sums[LARGEST + 1];
    struct model_run run;
    exact_sums(sums);
    stream_open(&run);
    probe_log = calloc(sums[LARGEST].done + 1, sizeof *probe_log);
    assert_non_null(probe_log);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        check_size(&run, sizes[i], sums);
    free(probe_log);
    probe_log = NULL;
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_figures),
        cmocka_unit_test(test_mapping_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
