/* test_price_content.c: the book of prices as a file: form, tiers and pools, and Lambda's own prices. */
#include "unit/book_content.h"

static int set_up(void **state)
{
    *state = read_book("models/prices/us-east-1.json");
    return *state == NULL;
}

static int tear_down(void **state)
{
    cJSON_Delete(*state);
    return 0;
}

/* Bounds ascend, prices are not negative, and only the last tier is open. */
static void assert_tiers(const cJSON *price)
{
    const cJSON *tiers = member(price, "price");
    if (cJSON_IsNumber(tiers)) {
        if (!(tiers->valuedouble >= 0 && isfinite(tiers->valuedouble)))
            fail_msg("%s: price", price->string);
        return;
    }
    if (!cJSON_IsArray(tiers) || cJSON_GetArraySize(tiers) < 2)
        fail_msg("%s: tiers are at least two", price->string);
    double before = 0;
    const cJSON *tier;
    cJSON_ArrayForEach(tier, tiers)
    {
        const cJSON *up_to = member(tier, "up_to");
        double usd = cJSON_GetNumberValue(member(tier, "usd"));
        if (!(usd >= 0) || cJSON_GetArraySize(tier) != (up_to != NULL ? 2 : 1))
            fail_msg("%s: a tier is up_to and usd", price->string);
        if ((up_to != NULL) != (tier->next != NULL))
            fail_msg("%s: the last tier is open, the others are not", price->string);
        if (up_to != NULL && !(cJSON_GetNumberValue(up_to) > before))
            fail_msg("%s: tiers ascend", price->string);
        before = up_to != NULL ? cJSON_GetNumberValue(up_to) : before;
    }
}

/* Usage types that fill tiers together have the same tiers; those that share a free amount name the same. */
static void assert_pools_agree(const cJSON *prices, const char *pool_key, const char *value_key)
{
    const cJSON *price;
    cJSON_ArrayForEach(price, prices)
    {
        const cJSON *pool = member(price, pool_key);
        for (const cJSON *other = price->next; pool != NULL && other != NULL; other = other->next)
            if (cJSON_Compare(pool, member(other, pool_key), true) &&
                !cJSON_Compare(member(price, value_key), member(other, value_key), true))
                fail_msg("%s and %s differ in %s", price->string, other->string, value_key);
    }
}

static void test_price_book_has_its_form(void **state)
{
    static const char *const keys[] = {"service", "unit", "price",  "tier_pool", "free_pool",  "free_per_month",
                                       "by_time", "plan", "source", "date",      "confidence", "note"};
    const cJSON *book = *state;
    assert_string_equal(text_of(book, "name"), "us-east-1");
    assert_string_equal(text_of(book, "currency"), "USD");
    const cJSON *prices = member(book, "prices");
    const cJSON *sources = member(book, "sources");
    assert_sorted(prices);
    const cJSON *price;
    cJSON_ArrayForEach(price, prices)
    {
        assert_keys_known(price, keys, sizeof keys / sizeof keys[0]);
        assert_provenance(price, sources);
        assert_true(text_of(price, "service")[0] != '\0');
        assert_tiers(price);
        const cJSON *free_pool = member(price, "free_pool");
        if ((free_pool != NULL) != (cJSON_GetNumberValue(member(price, "free_per_month")) > 0))
            fail_msg("%s: a free pool and its amount belong together", price->string);
        if (member(price, "by_time") != NULL && !cJSON_IsTrue(member(price, "by_time")))
            fail_msg("%s: by_time is written where it is true only", price->string);
    }
    assert_every_source_used(sources, prices);
    assert_pools_agree(prices, "tier_pool", "price");
    assert_pools_agree(prices, "free_pool", "free_per_month");
}

static const cJSON *price_of(const cJSON *book, const char *usage_type)
{
    const cJSON *price = member(member(book, "prices"), usage_type);
    if (price == NULL)
        fail_msg("no price %s", usage_type);
    return price;
}

/* What one million invocations of 1 GB for 1 s cost: 0.20 + 16.6667 USD, 13.3334 on arm64. */
static void test_lambda_prices(void **state)
{
    const cJSON *book = *state;
    static const struct {
        const char *request, *duration, *init;
        double first_tier_usd, first_tier_gb_s;
    } architectures[] = {
        {"Request", "Lambda-GB-Second", "Lambda-GB-Second-Init", 0.0000166667, 6e9},
        {"Request-ARM", "Lambda-GB-Second-ARM", "Lambda-GB-Second-Init-ARM", 0.0000133334, 7.5e9},
    };
    for (size_t i = 0; i < 2; i++) {
        const cJSON *request = price_of(book, architectures[i].request);
        assert_true(cJSON_GetNumberValue(member(request, "price")) == 2e-7);
        assert_true(cJSON_GetNumberValue(member(request, "free_per_month")) == 1e6);
        const cJSON *duration = price_of(book, architectures[i].duration);
        const cJSON *first = cJSON_GetArrayItem(member(duration, "price"), 0);
        assert_true(cJSON_GetNumberValue(member(first, "usd")) == architectures[i].first_tier_usd);
        assert_true(cJSON_GetNumberValue(member(first, "up_to")) == architectures[i].first_tier_gb_s);
        assert_true(cJSON_GetNumberValue(member(duration, "free_per_month")) == 400000);
        const cJSON *init = price_of(book, architectures[i].init);
        assert_true(cJSON_Compare(member(duration, "tier_pool"), member(init, "tier_pool"), true));
        assert_true(cJSON_Compare(member(duration, "free_pool"), member(init, "free_pool"), true));
    }
    const cJSON *x86 = price_of(book, "Lambda-GB-Second");
    const cJSON *arm = price_of(book, "Lambda-GB-Second-ARM");
    assert_false(cJSON_Compare(member(x86, "tier_pool"), member(arm, "tier_pool"), true));
    assert_true(cJSON_Compare(member(x86, "free_pool"), member(arm, "free_pool"), true));
    assert_null(member(price_of(book, "Lambda-Provisioned-GB-Second"), "free_pool"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_price_book_has_its_form),
        cmocka_unit_test(test_lambda_prices),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
