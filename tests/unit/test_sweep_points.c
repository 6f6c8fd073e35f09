/* test_sweep_points.c: points.csv as pictures want it. */
#include "output/sweep_points.h"

#include "scratch_folder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#define POINTS 3000u

/* Values that are no numbers have places in the order in which they came, all of them: here the second half are those of the first. */
static void test_texts(void **state)
{
    (void)state;
    struct scratch_folder scratch;
    scratch_init(&scratch);
    FILE *file = fopen(scratch_path(&scratch, "points.csv"), "w");
    assert_non_null(file);
    (void)fputs("point,Api.Mode,namespace,resource,metric,stat,unit,mean,low,high,replications\n", file);
    for (unsigned i = 0; i < POINTS; i++)
        (void)fprintf(file, "%u,mode-%u,AWS/Lambda,Api,Duration,Average,Milliseconds,%u,%u,%u,3\n", i + 1, i % 2500, i, i, i + 1);
    assert_int_equal(fclose(file), 0);
    int folder = open(scratch.path, O_RDONLY | O_DIRECTORY);
    assert_true(folder >= 0);
    struct sweep_points points;
    assert_int_equal(sweep_points_read(folder, NULL, &points), STATUS_OK);
    assert_int_equal(points.count, POINTS);
    const struct sweep_column *column = &points.columns[0];
    assert_false(column->numeric);
    assert_int_equal(column->level_count, 2500);
    for (unsigned i = 0; i < POINTS; i++) {
        assert_true(column->numbers[i] == i % 2500 + 1);
        assert_string_equal(column->names[i % 2500], column->texts[i]);
    }
    sweep_points_fini(&points);
    (void)close(folder);
    scratch_fini(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_texts)};
    return cmocka_run_group_tests_name("sweep_points", tests, NULL, NULL);
}
