/* test_axis.c: what --vary says, and servers by their price. */
#include "experiment/server.h"
#include "scenario/axis.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static enum status parse(const char *text, struct axis *axis)
{
    struct diagnostics diagnostics = {0};
    enum status status = axis_parse(text, "vary", AXIS_VALUES, NULL, &diagnostics, axis);
    assert_int_equal(diagnostics.error_count, status == STATUS_OK ? 0 : 1);
    diagnostics_fini(&diagnostics);
    return status;
}

static void expect_values(const char *text, size_t count, const char *first, const char *last)
{
    struct axis axis;
    char buffer[AXIS_TEXT_SIZE];
    assert_int_equal(parse(text, &axis), STATUS_OK);
    assert_string_equal(axis.path, "F.X");
    assert_int_equal(axis.count, count);
    assert_string_equal(axis_value(&axis, 0, buffer), first);
    assert_string_equal(axis_value(&axis, count - 1, buffer), last);
    char *assignment = axis_assignment(&axis, axis_value(&axis, 0, buffer));
    assert_non_null(assignment);
    assert_memory_equal(assignment, "F.X=", 4);
    free(assignment);
    axis_fini(&axis);
}

static void test_ranges(void **state)
{
    (void)state;
    expect_values("F.X=0:500", 501, "0", "500");
    expect_values("F.X=128:10240:64", 159, "128", "10240");
    expect_values("F.X=1/s:100/s", 100, "1/s", "100/s");
    expect_values("F.X=0.5ms:2ms:0.5", 4, "0.5ms", "2ms");
}

static void test_lists(void **state)
{
    (void)state;
    expect_values("F.X=a,b,c", 3, "a", "c");
    expect_values("F.X=128,512", 2, "128", "512");
    expect_values("F.X=12:00,14:00", 2, "12:00", "14:00");
    expect_values("F.X=7", 1, "7", "7");
    expect_values("F.X=5:5", 1, "5", "5");
}

static void test_points(void **state)
{
    (void)state;
    expect_values("F.X=128:10240@log:9", 9, "128", "10240");
    expect_values("F.X=1:4@log:10", 4, "1", "4"); /* each once */
    expect_values("F.X=1/s:100/s@log:5", 5, "1/s", "100/s");
    expect_values("F.X=0.5:1@lin:3", 3, "0.5", "1");
    struct axis axis;
    char buffer[AXIS_TEXT_SIZE];
    assert_int_equal(parse("F.X=1/s:100/s@log:5", &axis), STATUS_OK);
    assert_string_equal(axis_value(&axis, 1, buffer), "3.1623/s");
    axis_fini(&axis);
}

/* Where 0 <= u < 1 lies: every value has its share, both ends are met, and nothing beyond. */
static void test_sampling(void **state)
{
    (void)state;
    static const char *const texts[] = {"F.X=5:20", "F.X=128:10240:64@log", "F.X=1/s:9/s", "F.X=1ms:1000ms@log", "F.X=a,b,c"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct diagnostics diagnostics = {0};
        struct axis axis;
        char buffer[AXIS_TEXT_SIZE];
        assert_int_equal(axis_parse(texts[i], "vary", AXIS_SAMPLED, NULL, &diagnostics, &axis), STATUS_OK);
        double before = -INFINITY;
        for (int u = 0; u < 1000; u++) {
            double at = axis_coordinate(&axis, u / 1000.0);
            assert_true(at >= before);
            before = at;
            assert_true(*axis_text(&axis, at, buffer) != '\0');
        }
        assert_true(axis.continuous ? axis_coordinate(&axis, 0) == axis.low : axis_coordinate(&axis, 0) == 0);
        assert_true(axis.continuous ? before <= axis.high : before == (double)axis.count - 1);
        axis_fini(&axis);
        diagnostics_fini(&diagnostics);
    }
}

static void test_json(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t count;
        const char *first;
    } good[] = {{"[1, 2.5, \"10ms\", \"5\", {\"exponential\": \"1s\"}, true]", 6, "1"},
                {"\"arm64\"", 1, "arm64"},
                {"[\"512\"]", 1, "\"512\""}, /* a text that looks like a number stays one */
                {"{\"from\": 128, \"to\": 1024, \"step\": 64}", 15, "128"},
                {"{\"from\": \"1/s\", \"to\": \"100/s\", \"points\": 3, \"scale\": \"log\"}", 3, "1/s"}};
    static const char *const wrong[] = {"[]",
                                        "{}",
                                        "{\"from\": 1}",
                                        "{\"from\": 1, \"to\": \"2s\"}",
                                        "{\"from\": 2, \"to\": 1}",
                                        "{\"from\": 1, \"to\": 2, \"by\": 1}",
                                        "{\"from\": 1, \"to\": 9, \"points\": 1.5}",
                                        "{\"from\": 0, \"to\": 9, \"points\": 5, \"scale\": \"log\"}"};
    struct axis axis;
    const char *hint;
    char buffer[AXIS_TEXT_SIZE];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cJSON *node = cJSON_Parse(good[i].text);
        assert_null(axis_read("F.X", node, AXIS_VALUES, NULL, &axis, &hint));
        assert_int_equal(axis.count, good[i].count);
        assert_string_equal(axis_value(&axis, 0, buffer), good[i].first);
        axis_fini(&axis);
        cJSON_Delete(node);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cJSON *node = cJSON_Parse(wrong[i]);
        if (!axis_read("F.X", node, AXIS_VALUES, NULL, &axis, &hint))
            fail_msg("%s was taken", wrong[i]);
        cJSON_Delete(node);
    }
}

static void test_mistakes(void **state)
{
    (void)state;
    static const char *const wrong[] = {"F.X",         "=1:2",          "F.X=",          "F.X=2:1",         "F.X=1s:2ms",
                                        "F.X=a:b",     "F.X=1:2:0",     "F.X=1:2:-1",    "F.X=1:2:1s",      "F.X=0.5:0.9",
                                        "F.X=1,,2",    "F.X=,",         "F.X=1:",        "F.X=:1",          "F.X=0:1e9",
                                        "F.X=0:inf",   "F.X=nan:1",     "F.X=0:1:1e-9",  "F.X=1s:2s:500ms", "F.X=1e400:2e400",
                                        "F.X=1:9@log", "F.X=0:9@log:3", "F.X=1:9@log:0", "F.X=1:9@cubic:3"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct axis axis;
        if (parse(wrong[i], &axis) != STATUS_INVALID)
            fail_msg("\"%s\" was taken", wrong[i]);
    }
}

static const struct server_part parts[] = {{"core", "Core-Hours"}, {"GB", "GB-Hours"}, {0}};
static const struct server_offer offers[] = {
    {.name = "box", .example = "box:1core,2GB", .parts = parts}, {.name = "named", .example = "named:small", .prefix = "Box:"}, {0}};
static struct price_tier core_tier[] = {{INFINITY, 0.04}}, gb_tier[] = {{INFINITY, 0.005}}, small_tier[] = {{INFINITY, 0.02}};
static struct price prices[] = {{.usage_type = "Box:small", .tiers = small_tier, .tier_count = 1},
                                {.usage_type = "Core-Hours", .tiers = core_tier, .tier_count = 1},
                                {.usage_type = "GB-Hours", .tiers = gb_tier, .tier_count = 1}};
static const struct price_book book = {.prices = prices, .count = 3};

static void expect_server(const char *text, double month_usd, double capacity_per_s)
{
    struct diagnostics diagnostics = {0};
    struct server server;
    assert_true(server_is_meant(text, offers));
    assert_true(server_parse(text, offers, &book, &diagnostics, &server));
    assert_true(fabs(server.month_usd - (month_usd)) < 1e-9);
    assert_true(server.capacity_per_s == capacity_per_s);
    diagnostics_fini(&diagnostics);
}

static void test_servers(void **state)
{
    (void)state;
    expect_server("box:1core,2GB", 730 * 0.05, INFINITY);
    expect_server("box:0.5core,1GB,capacity=40/s", 730 * 0.025, 40);
    expect_server("named:small", 14.6, INFINITY);
    expect_server("$36.04,capacity=600/min", 36.04, 10);
    static const char *const wrong[] = {"box:",        "box:1core,", "box:core", "box:-1core",      "box:1disk",
                                        "named:large", "$",          "$0",       "$1,capacity=0/s", "$1,capacity=4"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct diagnostics diagnostics = {0};
        struct server server;
        if (server_parse(wrong[i], offers, &book, &diagnostics, &server))
            fail_msg("\"%s\" was taken", wrong[i]);
        assert_int_equal(diagnostics.error_count, 1);
        diagnostics_fini(&diagnostics);
    }
    assert_false(server_is_meant("Api.MemorySize=1024", offers));
    assert_false(server_is_meant("other.json", offers));
    const struct server server = {.month_usd = 1, .capacity_per_s = 5};
    assert_true(server_count(&server, 0) == 1);
    assert_true(server_count(&server, 5) == 1);
    assert_true(server_count(&server, 5.1) == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges), cmocka_unit_test(test_lists),    cmocka_unit_test(test_points),  cmocka_unit_test(test_sampling),
        cmocka_unit_test(test_json),   cmocka_unit_test(test_mistakes), cmocka_unit_test(test_servers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
