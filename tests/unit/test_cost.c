/* test_cost.c: from quantities to dollars: tiers, the free tier, the month; worked out by hand from the list prices of us-east-1. */
#include "model_fixture.h"

#include "experiment/commitment.h"
#include "experiment/cost.h"

#include <cjson/cJSON.h>

#define MONTH_NS (730 * NS_PER_HOUR)

enum { LINES = 8 };

/* A bill over the real price book. Entities are named A, B, C, ... */
struct billing {
    struct scenario scenario;
    struct entity_spec entities[LINES];
    struct cost_line *rows;
    size_t count;
};

static struct price_book *book;

static int set_up(void **state)
{
    (void)state;
    struct diagnostics diagnostics = {0};
    struct places *places = NULL;
    cJSON *spec = cJSON_CreateString("us-east-1");
    assert_int_equal(places_new(&places), STATUS_OK);
    assert_int_equal(price_book_load("models/prices", spec, ".", places, &diagnostics, &book), STATUS_OK);
    cJSON_Delete(spec);
    places_free(places);
    diagnostics_fini(&diagnostics);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    price_book_free(book);
    return 0;
}

static enum status bill_of(struct billing *billing, bool free_tier, int64_t measured_ns, const struct bill_line *lines, size_t count)
{
    static const char *const names[LINES] = {"A", "B", "C", "D", "E", "F", "G", "H"};
    *billing = (struct billing){.scenario = {.free_tier = free_tier, .prices = book, .entity_count = LINES}};
    for (size_t i = 0; i < LINES; i++)
        billing->entities[i].name = names[i];
    billing->scenario.entities = billing->entities;
    return cost_rows(&billing->scenario, measured_ns, lines, count, &billing->rows, &billing->count);
}

#define BILL(billing, free_tier, measured_ns, ...)                                                                                         \
    bill_of(billing, free_tier, measured_ns, (const struct bill_line[]){__VA_ARGS__},                                                      \
            sizeof((const struct bill_line[]){__VA_ARGS__}) / sizeof(struct bill_line))

/* The rows, in their order: who, how much, at which price. */
struct expected_row {
    const char *resource;
    double quantity, unit_price_usd;
};

static void check_rows(struct billing *billing, const struct expected_row *expected, size_t count, double month_usd)
{
    for (size_t i = 0; i < billing->count && i < count; i++) {
        const struct cost_line *row = &billing->rows[i];
        assert_string_equal(row->resource, expected[i].resource);
        assert_string_equal(billing->entities[row->entity].name, expected[i].resource);
        assert_near(row->quantity, expected[i].quantity, 1e-9 * expected[i].quantity);
        assert_near(row->unit_price_usd, expected[i].unit_price_usd, 0);
        assert_near(row->amount_usd, expected[i].quantity * expected[i].unit_price_usd, 1e-9 * row->amount_usd);
    }
    assert_int_equal(billing->count, count);
    assert_near(cost_month(billing->rows, billing->count), month_usd, 0.005); /* to the cent */
    free(billing->rows);
}

#define CHECK_ROWS(billing, month_usd, ...)                                                                                                \
    check_rows(billing, (const struct expected_row[]){__VA_ARGS__},                                                                        \
               sizeof((const struct expected_row[]){__VA_ARGS__}) / sizeof(struct expected_row), month_usd)

#define X86 "Lambda-GB-Second"
#define ARM "Lambda-GB-Second-ARM"
#define X86_INIT "Lambda-GB-Second-Init"

/* AWS's own example: three million requests of 120 ms at 1,536 MB cost 2.73 dollars a month after the free tier. */
static void test_free_tier(void **state)
{
    (void)state;
    struct billing billing;
    assert_int_equal(BILL(&billing, true, MONTH_NS, {0, "Request", 3e6, false, false}, {0, X86, 540000, false, false}), STATUS_OK);
    CHECK_ROWS(&billing, 2.73, {"A", 1e6, 0}, {"A", 2e6, 2e-7}, {"A", 400000, 0}, {"A", 140000, 1.66667e-5});
    /* Without it: 0.60 + 9.00. */
    assert_int_equal(BILL(&billing, false, MONTH_NS, {0, "Request", 3e6, false, false}, {0, X86, 540000, false, false}), STATUS_OK);
    CHECK_ROWS(&billing, 9.60, {"A", 3e6, 2e-7}, {"A", 540000, 1.66667e-5});
    /* What it covers costs nothing and is shown all the same. */
    assert_int_equal(BILL(&billing, true, MONTH_NS, {0, "Request", 1e6, false, false}, {0, X86, 400000, false, false}), STATUS_OK);
    CHECK_ROWS(&billing, 0, {"A", 1e6, 0}, {"A", 400000, 0});
}

/* One free tier for x86, arm and INIT together, taken in proportion: 400,000 of 600,000 GB-s, and 1 of 4 million requests. */
static void test_shared_free_tier(void **state)
{
    (void)state;
    struct billing billing;
    assert_int_equal(BILL(&billing, true, MONTH_NS, {0, "Request", 3e6, false, false}, {0, X86, 270000, false, false},
                          {0, X86_INIT, 30000, false, false}, {1, "Request-ARM", 1e6, false, false}, {1, ARM, 300000, false, false}),
                     STATUS_OK);
    /* 3 million x 0.2 x 3/4 + 90,000 x 16.6667 + 10,000 x 16.6667 + 100,000 x 13.3334, of a million each. */
    CHECK_ROWS(&billing, 0.45 + 1.66667 + 0.15 + 1.33334, {"A", 750000, 0}, {"A", 2250000, 2e-7}, {"A", 180000, 0},
               {"A", 90000, 1.66667e-5}, {"A", 20000, 0}, {"A", 10000, 1.66667e-5}, {"B", 250000, 0}, {"B", 750000, 2e-7}, {"B", 200000, 0},
               {"B", 100000, 1.33334e-5});
}

/* 20 billion GB-s: six at the first price, nine at the second, five at the third. */
/* What no free tier covers takes nothing from it, and fills the tiers all the same: A's 100,000 requests and 1,000 GB-s are paid, all of
 * B's million are free. */
static void test_never_free(void **state)
{
    (void)state;
    struct billing billing;
    assert_int_equal(BILL(&billing, true, MONTH_NS, {0, "Request", 100000, true, false}, {0, X86, 1000, true, false},
                          {1, "Request", 1e6, false, false}, {1, X86, 500000, false, false}),
                     STATUS_OK);
    CHECK_ROWS(&billing, 0.02 + 0.0166667 + 1.66667, {"A", 100000, 2e-7}, {"A", 1000, 1.66667e-5}, {"B", 1e6, 0}, {"B", 400000, 0},
               {"B", 100000, 1.66667e-5});
    /* 6e9 and 1e9 paid, of which 6/7 in the first tier. */
    assert_int_equal(BILL(&billing, true, MONTH_NS, {0, X86, 6e9, true, false}, {1, X86, 1e9 + 400000, false, false}), STATUS_OK);
    CHECK_ROWS(&billing, 6e9 * 1.66667e-5 + 1e9 * 1.5e-5, {"A", 6e9 * 6 / 7, 1.66667e-5}, {"A", 6e9 / 7, 1.5e-5}, {"B", 400000, 0},
               {"B", 1e9 * 6 / 7, 1.66667e-5}, {"B", 1e9 / 7, 1.5e-5});
}

static void test_tiers(void **state)
{
    (void)state;
    struct billing billing;
    assert_int_equal(BILL(&billing, false, MONTH_NS, {0, X86, 20e9, false, false}), STATUS_OK);
    CHECK_ROWS(&billing, 301667.20, {"A", 6e9, 1.66667e-5}, {"A", 9e9, 1.5e-5}, {"A", 5e9, 1.33334e-5});
    /* Up to the very bound it is one tier; a little more begins the next. */
    assert_int_equal(BILL(&billing, false, MONTH_NS, {0, X86, 6e9, false, false}), STATUS_OK);
    CHECK_ROWS(&billing, 100000.20, {"A", 6e9, 1.66667e-5});
    assert_int_equal(BILL(&billing, false, MONTH_NS, {0, X86, 6.001e9, false, false}), STATUS_OK);
    CHECK_ROWS(&billing, 100015.20, {"A", 6e9, 1.66667e-5}, {"A", 1e6, 1.5e-5});
    /* arm64 has bounds of its own. */
    assert_int_equal(BILL(&billing, false, MONTH_NS, {0, ARM, 20e9, false, false}), STATUS_OK);
    CHECK_ROWS(&billing, 100000.50 + 135001.125 + 13333.375, {"A", 7.5e9, 1.33334e-5}, {"A", 11.25e9, 1.20001e-5},
               {"A", 1.25e9, 1.06667e-5});
}

/* Functions fill the tiers together, each in proportion; INIT is in the same pool, arm64 is not. */
static void test_shared_tiers(void **state)
{
    (void)state;
    struct billing billing;
    assert_int_equal(BILL(&billing, false, MONTH_NS, {0, X86, 5e9, false, false}, {1, X86, 4e9, false, false},
                          {1, X86_INIT, 1e9, false, false}, {2, ARM, 5e9, false, false}),
                     STATUS_OK);
    CHECK_ROWS(&billing, 100000.20 + 60000 + 66667, {"A", 3e9, 1.66667e-5}, {"A", 2e9, 1.5e-5}, {"B", 2.4e9, 1.66667e-5},
               {"B", 1.6e9, 1.5e-5}, {"B", 6e8, 1.66667e-5}, {"B", 4e8, 1.5e-5}, {"C", 5e9, 1.33334e-5});
    /* The free tier comes off first: 6,000,400,000 GB-s are just the first tier. */
    assert_int_equal(BILL(&billing, true, MONTH_NS, {0, X86, 6.0004e9, false, false}), STATUS_OK);
    CHECK_ROWS(&billing, 100000.20, {"A", 400000, 0}, {"A", 6e9, 1.66667e-5});
}

/* A run is a sample of the month: 73 h are a tenth of it, and its own amounts are a tenth too, free tier and tiers in proportion. */
static void test_pro_rata(void **state)
{
    (void)state;
    struct billing billing;
    assert_int_equal(BILL(&billing, true, MONTH_NS / 10, {0, "Request", 1e6, false, false}), STATUS_OK);
    assert_near(billing.rows[1].monthly_amount_usd, 1.80, 1e-9);
    CHECK_ROWS(&billing, 1.80, {"A", 1e5, 0}, {"A", 9e5, 2e-7});
    assert_int_equal(BILL(&billing, false, MONTH_NS / 10, {0, X86, 2e9, false, false}), STATUS_OK);
    CHECK_ROWS(&billing, 301667.20, {"A", 6e8, 1.66667e-5}, {"A", 9e8, 1.5e-5}, {"A", 5e8, 1.33334e-5});
    assert_int_equal(BILL(&billing, false, 10 * MONTH_NS, {0, X86, 60e9, false, false}), STATUS_OK);
    CHECK_ROWS(&billing, 100000.20, {"A", 60e9, 1.66667e-5});
}

/* Nothing used is shown; no time is no month; what has no price is a fault of the program. */
static void test_edges(void **state)
{
    (void)state;
    struct billing billing;
    assert_int_equal(BILL(&billing, true, MONTH_NS, {0, "Request", 0, false, false}, {0, X86, 0, false, false}), STATUS_OK);
    CHECK_ROWS(&billing, 0, {"A", 0, 2e-7}, {"A", 0, 1.66667e-5});
    assert_int_equal(BILL(&billing, false, 0, {0, "Request", 10, false, false}), STATUS_OK);
    CHECK_ROWS(&billing, 0, {"A", 10, 2e-7});
    assert_int_equal(bill_of(&billing, true, MONTH_NS, NULL, 0), STATUS_OK);
    assert_int_equal(billing.count, 0);
    free(billing.rows);
    assert_int_equal(BILL(&billing, false, MONTH_NS, {0, "Nothing-Like-It", 10, false, false}), STATUS_INTERNAL);
}

/* The whole way from a scenario: an hour of 100 calls a second of 100 ms at 1 GB. A month has 262.8 million of them: less the free million
 * 52.36 dollars; and 26,280,000 GB-s, less 400,000, 431.334 dollars. */
static void test_scenario(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        double month_usd;
    } cases[] = {
        {"'duration': '1h', 'free_tier': true", 52.36 + 431.33 + 40.28},
        {"'duration': '1h'", 52.56 + 438.00 + 42.48},
        /* the ten calls that run at the warm-up's end are billed after it, but logged before it */
        {"'duration': '2h', 'warmup': '1h'", 52.56 + 438.00 + 0.012 + 42.48},
        {"'duration': '1h', 'prices': {'base': 'us-east-1', 'Request': 0}", 438.00 + 42.48},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  ONE_FUNCTION("%s, 'drain': '1s'", "'MemorySize': 1024", "'init': '0ms', 'duration': '100ms'",
                               "{'name': 'a', 'target': 'F', 'constant': '100/s'}"),
                  cases[i].settings);
        assert_near(run.result->month_usd, cases[i].month_usd, 0.015); /* three amounts, each rounded to the cent; the logs: 84.196 GB x
                                                                                   (0.50 + 0.15 x 0.03), free are 5 of 96.826 GB */
        assert_near(run.result->month_usd, cost_month(run.result->cost, run.result->cost_count), 1e-9);
        assert_near(run.result->months[0], run.result->month_usd, 1e-9);
    }
    model_close(&run);
}

#define WITH_PLAN(billing, term_, usd, ...)                                                                                                \
    (assert_int_equal(BILL(&(billing), false, MONTH_NS, __VA_ARGS__), STATUS_OK), (billing).scenario.plan.term = (term_),                  \
     (billing).scenario.plan.hour_usd = (usd), commitment_apply(&(billing).scenario, 1, &(billing).rows, &(billing).count))

/* A commitment pays for the largest discounts first, at their prices; what is beyond costs what it costs, and what is left over is paid,
 * too. 730 h of an m5.large are $70.08 on demand, $51.16 with a year's plan; a million GB-seconds $16.67, $14.67. Requests are not covered.
 */
static void test_commitment(void **state)
{
    (void)state;
    struct billing billing;
    /* As much as is used. */
    assert_int_equal(WITH_PLAN(billing, "1y", INFINITY, {0, X86, 1e6, false, false}, {0, "Request", 1e6, false, false},
                               {1, "BoxUsage:m5.large", 730, false, false}),
                     STATUS_OK);
    CHECK_ROWS(&billing, 14.67 + 0.2 + 51.16, {"A", 1e6, 1.66667e-5 * 0.88}, {"A", 1e6, 2e-7}, {"B", 730, 0.096 * 0.73});
    /* Half of what the server costs by the plan: the other half is on demand, and the function has none of it. */
    assert_int_equal(WITH_PLAN(billing, "1y", 0.096 * 0.73 / 2, {0, X86, 1e6, false, false}, {1, "BoxUsage:m5.large", 730, false, false}),
                     STATUS_OK);
    CHECK_ROWS(&billing, 16.67 + 25.58 + 35.04, {"A", 1e6, 1.66667e-5}, {"B", 365, 0.096 * 0.73}, {"B", 365, 0.096});
    /* All of the server and half of the function. */
    assert_int_equal(WITH_PLAN(billing, "1y", 0.096 * 0.73 + 16.6667 * 0.88 / 1460, {0, X86, 1e6, false, false},
                               {1, "BoxUsage:m5.large", 730, false, false}),
                     STATUS_OK);
    CHECK_ROWS(&billing, 7.3333 + 8.3333 + 51.1584, {"A", 5e5, 1.66667e-5 * 0.88}, {"A", 5e5, 1.66667e-5}, {"B", 730, 0.096 * 0.73});
    /* A dollar an hour, of which $0.0201 is used: the rest is the account's, which comes first. */
    assert_int_equal(WITH_PLAN(billing, "3y", 1, {1, X86, 1e6, false, false}), STATUS_OK);
    CHECK_ROWS(&billing, 730, {"B", 1e6, 1.66667e-5 * 0.83}, {"A", 730 - 16.6667 * 0.83, 1});
    /* Spot has its price already. */
    assert_int_equal(WITH_PLAN(billing, "3y", INFINITY, {1, "BoxUsage:m5.large", 730, false, true}), STATUS_OK);
    CHECK_ROWS(&billing, 70.08, {"B", 730, 0.096});
    /* Of several tiers each keeps its own price's share. */
    assert_int_equal(WITH_PLAN(billing, "1y", INFINITY, {0, X86, 7e9, false, false}), STATUS_OK);
    CHECK_ROWS(&billing, 0.88 * (100000.2 + 15000), {"A", 6e9, 1.66667e-5 * 0.88}, {"A", 1e9, 1.5e-5 * 0.88});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commitment),       cmocka_unit_test(test_never_free), cmocka_unit_test(test_free_tier),
        cmocka_unit_test(test_shared_free_tier), cmocka_unit_test(test_tiers),      cmocka_unit_test(test_shared_tiers),
        cmocka_unit_test(test_pro_rata),         cmocka_unit_test(test_edges),      cmocka_unit_test(test_scenario),
    };
    return cmocka_run_group_tests_name("cost", tests, set_up, tear_down);
}
