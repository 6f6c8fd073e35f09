/* test_plot_axis.c: ranges and ticks: round, evenly spaced, within the axis, not too many; and the units that suit. */
#include "output/plot.h"
#include "output/plot_axis.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void forget(struct plot *plot)
{
    assert_false(plot->failed);
    plot_fini(plot);
    plot_init(plot, "p", "title", "caption");
}

/* The ticks' texts, with bars between. */
static void check_ticks(const struct plot_axis *axis, const char *expected)
{
    char seen[400] = "";
    for (size_t i = 0; i < axis->tick_count; i++)
        snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s%s", i ? "|" : "", axis->ticks[i].text);
    assert_string_equal(seen, expected);
}

static void test_linear(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        const char *ticks;
    } cases[] = {
        {0, 10, "0|2|4|6|8|10"},           {0, 1, "0.0|0.2|0.4|0.6|0.8|1.0"},
        {3, 97, "0|20|40|60|80|100"},      {0, 12000, "0|5,000|10,000|15,000"},
        {-1, 1, "-1.0|-0.5|0.0|0.5|1.0"},  {0, 4e7, "0|10 M|20 M|30 M|40 M"},
        {0, 0, "0.0|0.2|0.4|0.6|0.8|1.0"},
    };
    struct plot plot;
    plot_init(&plot, "p", "title", "caption");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        plot_axis_linear(&plot, &plot.x, "x", cases[i].low, cases[i].high);
        check_ticks(&plot.x, cases[i].ticks);
        assert_string_equal(plot.x.label, "x");
        forget(&plot);
    }
    plot_fini(&plot);
}

/* Whatever the range: between two and twelve ticks, evenly spaced, within the axis, which holds the range. */
static void test_any_range(void **state)
{
    (void)state;
    struct plot plot;
    plot_init(&plot, "p", "title", "caption");
    for (int power = -9; power <= 12; power++) {
        for (int i = 1; i < 40; i++) {
            double low = (i - 20) * 0.37 * pow(10, power), high = low + i * 0.91 * pow(10, power), slack = 1e-6 * (high - low);
            const struct plot_axis *axis = &plot.x;
            plot_axis_linear(&plot, &plot.x, "x", low, high);
            assert_true(axis->tick_count >= 2 && axis->tick_count <= 12);
            assert_true(axis->low <= low + slack && axis->high >= high - slack);
            assert_true(axis->ticks[0].at >= axis->low - slack && axis->ticks[axis->tick_count - 1].at <= axis->high + slack);
            double step = axis->ticks[1].at - axis->ticks[0].at;
            for (size_t t = 1; t < axis->tick_count; t++)
                assert_true(fabs(axis->ticks[t].at - axis->ticks[t - 1].at - step) <= 1e-9 * fabs(step));
            forget(&plot);
        }
    }
    plot_fini(&plot);
}

static void test_log(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        const char *unit, *ticks;
    } cases[] = {
        {1, 1000, "ms", "1 ms|2 ms|5 ms|10 ms|20 ms|50 ms|100 ms|200 ms|500 ms|1 s"},
        {0.1, 1e6, "ms", "100 us|1 ms|10 ms|100 ms|1 s|10 s|100 s|1,000 s"},
        {20, 50, "%", "20%|30%|40%|50%"},
        {40, 246, "ms", "50 ms|70 ms|100 ms|150 ms|200 ms"}, /* 90 would touch 100 */
        {0, 0, "", "1|2|5|10"},
    };
    struct plot plot;
    plot_init(&plot, "p", "title", "caption");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        plot_axis_log(&plot, &plot.x, "x", cases[i].unit, cases[i].low, cases[i].high);
        check_ticks(&plot.x, cases[i].ticks);
        assert_true(plot.x.log && plot.x.low > 0 && plot.x.high > plot.x.low);
        forget(&plot);
    }
    plot_axis_log(&plot, &plot.x, "x", "", 1e-300, 1e300); /* no more ticks than there is room for */
    assert_true(plot.x.tick_count > 2 && plot.x.tick_count <= PLOT_TICKS);
    forget(&plot);
    plot_fini(&plot);
}

static void test_time(void **state)
{
    (void)state;
    static const struct {
        double high_s;
        const char *unit, *ticks;
    } cases[] = {
        {60, "s", "0|10|20|30|40|50|60"},       {600, "min", "0|1|2|3|4|5|6|7|8|9|10"}, {3600, "min", "0|10|20|30|40|50|60"},
        {86400, "h", "0|3|6|9|12|15|18|21|24"}, {7 * 86400.0, "d", "0|1|2|3|4|5|6|7"},  {365 * 86400.0, "d", "0|91|182|273|364"},
    };
    struct plot plot;
    plot_init(&plot, "p", "title", "caption");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plot_unit unit = plot_axis_time(&plot, &plot.x, 0, cases[i].high_s);
        assert_string_equal(unit.name, cases[i].unit);
        check_ticks(&plot.x, cases[i].ticks);
        assert_true(plot.x.low == 0 && fabs(plot.x.high - cases[i].high_s * unit.factor) < 1e-9);
        forget(&plot);
    }
    plot_fini(&plot);
}

static void test_units(void **state)
{
    (void)state;
    static const struct {
        const char *unit;
        double largest;
        const char *name;
        double factor;
    } cases[] = {
        {"Milliseconds", 0.5, "us", 1e3},  {"Milliseconds", 1, "ms", 1}, {"Milliseconds", 1999, "ms", 1},
        {"Milliseconds", 2000, "s", 1e-3}, {"Seconds", 1, "ms", 1e3},    {"Bytes", 3e9, "GB", 1e-9},
        {"Percent", 50, "%", 1},           {"Count", 1e9, "", 1},        {"Milliseconds", NAN, "h", 1 / 3.6e6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plot_unit unit = plot_unit_for(cases[i].unit, cases[i].largest);
        assert_string_equal(unit.name, cases[i].name);
        assert_true(unit.factor == cases[i].factor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linear), cmocka_unit_test(test_any_range), cmocka_unit_test(test_log),
        cmocka_unit_test(test_time),   cmocka_unit_test(test_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
