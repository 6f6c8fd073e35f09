/* stream_memory.h: a run of streams that is short of memory. It brings failing_allocation.h, so one file of a program includes it. */
#ifndef SLSIM_TESTS_STREAM_MEMORY_H
#define SLSIM_TESTS_STREAM_MEMORY_H

#include "failing_allocation.h"
#include "stream_fixture.h"

static long working;

static void fail_from_here(void)
{
    fail_allocations_after(working);
}

/* The loaded scenario ends in good order whichever allocation fails from the sink's creation on, of which there are more than `least`, and
 * wherever the limit of memory is met. */
static void assert_ends_in_order(struct model_run *run, long least)
{
    struct run_options options = {.threads = 1};
    enum status status = allocation_failures_work() ? STATUS_NO_MEMORY : STATUS_OK;
    sink_at_create = fail_from_here;
    for (working = 0; status != STATUS_OK; working++) {
        status = run_scenario(run->scenario, &options, &run->result);
        fail_allocations_after(-1);
        assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
        run_result_free(run->result);
        run->result = NULL;
        assert_true(working < 5000);
    }
    assert_true(!allocation_failures_work() || working > least);
    sink_at_create = NULL;
    int limits = 0;
    for (status = STATUS_LIMIT; status != STATUS_OK; limits++) {
        options.max_memory_bytes += 1024;
        status = run_scenario(run->scenario, &options, &run->result);
        assert_true(status == STATUS_OK || status == STATUS_LIMIT);
        run_result_free(run->result);
        run->result = NULL;
    }
    assert_true(limits > 10);
}

#endif
