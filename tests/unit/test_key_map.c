/* test_key_map.c: the map against an array that holds every key's value. */
#include "engine/key_map.h"
#include "engine/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { KEYS = 600, STEPS = 200000 };

/* Few keys, so that runs of slots form, wrap around and are taken apart again. */
static void test_against_array(void **state)
{
    (void)state;
    struct key_map map;
    struct memory_account account = {0};
    struct stream stream;
    uint32_t values[KEYS], count = 0;
    for (size_t i = 0; i < KEYS; i++)
        values[i] = POOL_NONE;
    key_map_init(&map, &account, "test");
    stream_init(&stream, 1, 0, "test", "key map");
    for (uint32_t step = 0; step < STEPS; step++) {
        /* The number of keys there goes up and down. */
        double filling = step / 20000 % 2 == 0 ? 0.9 : 0.1;
        uint32_t key = (uint32_t)(stream_uniform(&stream) * KEYS);
        bool put = stream_uniform(&stream) < filling;
        if (put && values[key] == POOL_NONE) {
            assert_int_equal(key_map_put(&map, key * UINT64_C(0x100000001), step), STATUS_OK);
            values[key] = step;
            count++;
        } else if (!put) {
            key_map_remove(&map, key * UINT64_C(0x100000001));
            count -= values[key] != POOL_NONE;
            values[key] = POOL_NONE;
        }
        assert_int_equal(map.count, count);
        uint32_t probe = (uint32_t)(stream_uniform(&stream) * KEYS);
        assert_int_equal(key_map_find(&map, probe * UINT64_C(0x100000001)), values[probe]);
    }
    for (uint64_t key = 0; key < KEYS; key++)
        assert_int_equal(key_map_find(&map, key * UINT64_C(0x100000001)), values[key]);
    assert_true(account.used_bytes > 0);
    key_map_fini(&map);
    assert_int_equal(account.used_bytes, 0);
    assert_int_equal(key_map_find(&map, 1), POOL_NONE);
    key_map_remove(&map, 1);
}

static void test_memory_limit(void **state)
{
    (void)state;
    struct key_map map;
    struct memory_account account = {.limit_bytes = 10000};
    enum status status = STATUS_OK;
    uint64_t put = 0;
    key_map_init(&map, &account, "test");
    while (status == STATUS_OK && put < KEYS)
        status = key_map_put(&map, put++, 1);
    assert_int_equal(status, STATUS_LIMIT);
    assert_true(account.used_bytes <= 10000);
    for (uint64_t key = 0; key + 1 < put; key++)
        assert_int_equal(key_map_find(&map, key), 1);
    key_map_fini(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_array),
        cmocka_unit_test(test_memory_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
