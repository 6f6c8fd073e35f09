/* test_sweep_manifest.c: what makes two sweeps one and the same. */
#include "output/sweep_manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_identity(void **state)
{
    (void)state;
    char begun[65], finished[65], whole[65], other[65];
    cJSON *manifest = cJSON_Parse("{\"command\": \"sweep\", \"seed\": 1, \"complete\": false}");
    assert_non_null(manifest);
    assert_true(sweep_manifest_identity(manifest, begun));
    assert_true(sweep_manifest_finish(manifest, true, 3, 7));
    assert_true(sweep_manifest_identity(manifest, finished));
    assert_int_equal(cJSON_GetObjectItemCaseSensitive(manifest, "shard")->valueint, 3); /* hashing changes nothing */
    assert_true(sweep_manifest_finish(manifest, true, 0, 1));
    assert_true(sweep_manifest_identity(manifest, whole));
    assert_string_equal(begun, finished);
    assert_string_equal(begun, whole);
    cJSON_SetNumberValue(cJSON_GetObjectItemCaseSensitive(manifest, "seed"), 2);
    assert_true(sweep_manifest_identity(manifest, other));
    assert_string_not_equal(begun, other);
    cJSON_Delete(manifest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_identity)};
    return cmocka_run_group_tests_name("sweep_manifest", tests, NULL, NULL);
}
