/* test_parallel.c: who is asked how far it is, and until when. */
#include "experiment/parallel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static enum status take_long(void *context, uint32_t worker, size_t index)
{
    const struct timespec long_enough = {.tv_nsec = 450 * 1000 * 1000}; /* for four questions */
    (void)context;
    (void)worker;
    (void)index;
    (void)nanosleep(&long_enough, NULL);
    return STATUS_OK;
}

static enum status refuse(void *context, size_t ended)
{
    size_t *asked = context;
    (void)ended;
    ++*asked;
    return STATUS_IO;
}

/* Whoever has said that it goes on no further is not asked again, and nothing more is begun. */
static void test_refusal(void **state)
{
    (void)state;
    size_t asked = 0;
    const struct parallel parallel = {.threads = 1, .count = 50, .one = take_long, .tick = refuse, .context = &asked};
    assert_int_equal(parallel_run(&parallel), STATUS_IO);
    assert_int_equal(asked, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refusal)};
    return cmocka_run_group_tests_name("parallel", tests, NULL, NULL);
}
