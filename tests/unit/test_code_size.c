/* test_code_size.c: how the size of a package moves the default INIT and placement. */
#include "model_fixture.h"

/* One cold call of 1 ms: INIT 100 ms and placement 10 ms by rules, unless the behavior says otherwise. */
static void check(struct model_run *run, const char *properties, const char *behavior, double init_ms, double response_ms)
{
    char text[1200];
    snprintf(
        text, sizeof text,
        "{'duration': '1m', 'rules': {'init_nodejs22.x_zip_x86_64': '100ms', 'init_nodejs22.x_image_x86_64': '100ms', 'placement': '10ms', "
        "'cold_package_ms_per_mb': 100, 'cold_package_zip_share': 0.5, 'cold_image_ms_per_gb': 4}, 'Resources': {'F': {'Type': "
        "'AWS::Lambda::Function', 'Properties': {'Timeout': 60%s}}}, 'behavior': {'F': {'duration': '1ms'%s}}, 'traffic': [{'name': "
        "'call', 'target': 'F', 'constant': '1/s', 'count': 1}]}",
        properties, behavior);
    model_execute(run, text);
    assert_near(figure(run, "F", "InitDuration", "Average"), init_ms, 0);
    assert_near(figure(run, "call", "ResponseTime", "Average"), response_ms, 1e-9);
}

static void test_sizes(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    check(&run, "", "", 100, 111);
    check(&run, "", ", 'code_size': '20MB'", 1100, 1111);                      /* half of it zipped, 100 ms/MB */
    check(&run, ", 'PackageType': 'Image'", ", 'code_size': '5GB'", 100, 131); /* 4 ms/GB, before INIT */
    check(&run, ", 'PackageType': 'Image'", ", 'code_size': '5GB', 'placement': '0ms'", 100, 101);
    check(&run, "", ", 'code_size': '20MB', 'init': '7ms'", 7, 8); /* what is given holds */
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sizes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
