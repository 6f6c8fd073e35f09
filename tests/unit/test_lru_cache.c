/* test_lru_cache.c: the cache against a list that is kept in order by hand: what is there, what goes, and what a limit on memory does. */
#include "engine/lru_cache.h"
#include "engine/random.h"
#include "engine/sim_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { KEYS = 40, STEPS = 100000, CAPACITY = 1000, SIZE_MOST = 300 };

/* The newest first. */
struct listed {
    uint64_t key;
    uint32_t bytes, value;
    int64_t expires_ns;
};

struct list {
    struct listed entries[KEYS];
    size_t count;
    uint64_t bytes, evicted;
};

static size_t list_find(const struct list *list, uint64_t key)
{
    size_t i = 0;
    while (i < list->count && list->entries[i].key != key)
        i++;
    return i;
}

static void list_remove(struct list *list, size_t at)
{
    if (at >= list->count)
        return;
    list->bytes -= list->entries[at].bytes;
    list->count--;
    memmove(&list->entries[at], &list->entries[at + 1], (list->count - at) * sizeof *list->entries);
}

static void list_put(struct list *list, struct listed entry)
{
    list_remove(list, list_find(list, entry.key));
    if (entry.bytes > CAPACITY)
        return;
    while (list->bytes + entry.bytes > CAPACITY) {
        list_remove(list, list->count - 1);
        list->evicted++;
    }
    memmove(&list->entries[1], &list->entries[0], list->count * sizeof *list->entries);
    list->entries[0] = entry;
    list->bytes += entry.bytes;
    list->count++;
}

static const struct listed *list_use(struct list *list, uint64_t key, int64_t now_ns)
{
    const size_t at = list_find(list, key);
    if (at == list->count)
        return NULL;
    const struct listed entry = list->entries[at];
    list_remove(list, at);
    if (now_ns >= entry.expires_ns)
        return NULL;
    list_put(list, entry);
    return &list->entries[0];
}

static void assert_same(const struct lru_cache *cache, const struct list *list)
{
    assert_int_equal(lru_cache_count(cache), list->count);
    assert_int_equal(cache->used_bytes, list->bytes);
    assert_int_equal(cache->evicted, list->evicted);
}

static void test_against_list(void **state)
{
    (void)state;
    struct memory_account account = {0};
    struct lru_cache cache;
    struct list list = {0};
    struct stream stream;
    uint64_t found = 0, missed = 0;
    lru_cache_init(&cache, CAPACITY, &account, "test");
    stream_init(&stream, 1, 0, "test", "lru");
    for (uint32_t step = 0; step < STEPS; step++) {
        const uint64_t key = (uint64_t)(stream_uniform(&stream) * KEYS) * UINT64_C(0x300000007);
        const double what = stream_uniform(&stream);
        const int64_t now_ns = step;
        if (what < 0.5) {
            const struct lru_entry *entry = lru_cache_find(&cache, key, now_ns);
            const struct listed *expected = list_use(&list, key, now_ns);
            assert_int_equal(entry != NULL, expected != NULL);
            assert_true(entry == NULL || entry->value == expected->value);
            *(entry != NULL ? &found : &missed) += 1;
        } else if (what < 0.95) {
            const uint32_t bytes = what > 0.94 ? CAPACITY + 1 : (uint32_t)(stream_uniform(&stream) * SIZE_MOST);
            const int64_t expires_ns = what > 0.7 ? TIME_FOREVER : now_ns + (int64_t)(stream_uniform(&stream) * 50);
            assert_int_equal(lru_cache_put(&cache, key, bytes, step, expires_ns), STATUS_OK);
            list_put(&list, (struct listed){key, bytes, step, expires_ns});
        } else if (what < 0.9999) {
            lru_cache_remove(&cache, key);
            list_remove(&list, list_find(&list, key));
        } else {
            lru_cache_clear(&cache);
            list.count = list.bytes = 0;
        }
        assert_same(&cache, &list);
    }
    assert_true(found > STEPS / 20 && missed > STEPS / 20 && list.evicted > STEPS / 20);
    lru_cache_fini(&cache);
    assert_int_equal(account.used_bytes, 0);
}

/* An entry lives until just before its end. */
static void test_end_of_life(void **state)
{
    (void)state;
    struct lru_cache cache;
    lru_cache_init(&cache, CAPACITY, NULL, "test");
    assert_int_equal(lru_cache_put(&cache, 7, 1, 0, 100), STATUS_OK);
    assert_non_null(lru_cache_find(&cache, 7, 99));
    assert_null(lru_cache_find(&cache, 7, 100));
    assert_int_equal(lru_cache_count(&cache), 0);
    assert_int_equal(cache.used_bytes, 0);
    lru_cache_fini(&cache);
}

static void test_memory_limit(void **state)
{
    (void)state;
    struct memory_account account = {.limit_bytes = 20000};
    struct lru_cache cache;
    enum status status = STATUS_OK;
    uint64_t put = 0;
    lru_cache_init(&cache, UINT64_MAX, &account, "the cache");
    while (status == STATUS_OK && put < 100000)
        status = lru_cache_put(&cache, put++, 1, 0, TIME_FOREVER);
    assert_int_equal(status, STATUS_LIMIT);
    assert_string_equal(account.culprit, "the cache");
    assert_non_null(lru_cache_find(&cache, 0, 0));
    assert_null(lru_cache_find(&cache, put - 1, 0));
    assert_int_equal(lru_cache_count(&cache), put - 1);
    lru_cache_fini(&cache);
    assert_int_equal(account.used_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_list),
        cmocka_unit_test(test_end_of_life),
        cmocka_unit_test(test_memory_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
