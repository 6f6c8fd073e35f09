/* plot_axis.c: ranges and ticks. */
#include "output/plot_axis.h"

#include "output/figure_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many ticks are wanted; at most twice as many come. */
#define TICKS_WANTED 5

struct unit_step {
    const char *unit;
    double from; /* the least largest value that it is for */
    struct plot_unit shown;
};

static const struct unit_step unit_steps[] = {
    {"Microseconds", 0, {1, "us"}},
    {"Microseconds", 2000, {1e-3, "ms"}},
    {"Microseconds", 2e6, {1e-6, "s"}},
    {"Milliseconds", 0, {1e3, "us"}},
    {"Milliseconds", 1, {1, "ms"}},
    {"Milliseconds", 2000, {1e-3, "s"}},
    {"Milliseconds", 600e3, {1 / 60e3, "min"}},
    {"Milliseconds", 7.2e6, {1 / 3.6e6, "h"}},
    {"Seconds", 0, {1e3, "ms"}},
    {"Seconds", 2, {1, "s"}},
    {"Seconds", 600, {1 / 60.0, "min"}},
    {"Seconds", 7200, {1 / 3600.0, "h"}},
    {"Bytes", 0, {1, "B"}},
    {"Bytes", 2000, {1e-3, "kB"}},
    {"Bytes", 2e6, {1e-6, "MB"}},
    {"Bytes", 2e9, {1e-9, "GB"}},
    {"Percent", 0, {1, "%"}},
    {"USD", 0, {1, "USD"}},
};

struct plot_unit plot_unit_for(const char *unit, double largest)
{
    struct plot_unit shown = {1, ""};
    for (size_t i = 0; i < sizeof unit_steps / sizeof *unit_steps; i++)
        if (strcmp(unit_steps[i].unit, unit) == 0 && !(largest < unit_steps[i].from))
            shown = unit_steps[i].shown;
    return shown;
}

static void add_tick(struct plot *plot, struct plot_axis *axis, double at, const char *text)
{
    char *copy = axis->tick_count < PLOT_TICKS ? strdup(text) : NULL;
    if (copy)
        axis->ticks[axis->tick_count++] = (struct plot_tick){at, copy};
    else if (axis->tick_count < PLOT_TICKS)
        plot->failed = true;
}

void plot_axis_label(struct plot *plot, struct plot_axis *axis, const char *label)
{
    free(axis->label);
    axis->label = strdup(label);
    plot->failed |= !axis->label;
}

/* 1, 2 or 5 times a power of ten: the least that makes `wanted` steps or fewer of the range. */
static double round_step(double range, int wanted)
{
    double step = pow(10, floor(log10(range / wanted)));
    static const double factors[] = {1, 2, 5, 10};
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        if (range / (factors[i] * step) <= wanted + 0.001)
            return factors[i] * step;
    return 10 * step;
}

static void tick_text(double value, double step, char text[FIGURE_TEXT_SIZE])
{
    double magnitude = fmax(fabs(value), step);
    if (magnitude >= 1e7 && value != 0) {
        (void)snprintf(text, FIGURE_TEXT_SIZE, "%g M", value / 1e6);
        return;
    }
    int decimals = step >= 1 ? 0 : (int)ceil(-log10(step) - 1e-9);
    if (magnitude >= 1000)
        (void)figure_text(rint(value), "Count", text);
    else
        (void)snprintf(text, FIGURE_TEXT_SIZE, "%.*f", decimals > 9 ? 9 : decimals, value == 0 ? 0 : value);
}

static void ticks_by(struct plot *plot, struct plot_axis *axis, double step)
{
    char text[FIGURE_TEXT_SIZE];
    long long first = (long long)ceil(axis->low / step - 1e-6), last = (long long)floor(axis->high / step + 1e-6);
    for (long long i = first; i <= last && i < first + PLOT_TICKS; i++) {
        tick_text((double)i * step, step, text);
        add_tick(plot, axis, (double)i * step, text);
    }
}

void plot_axis_linear(struct plot *plot, struct plot_axis *axis, const char *label, double low, double high)
{
    plot_axis_label(plot, axis, label);
    if (!(high > low)) /* one value, or none */
        high = low + (low == 0 ? 1 : fabs(low) * 0.1);
    double step = round_step(high - low, TICKS_WANTED);
    axis->low = floor(low / step + 1e-6) * step;
    axis->high = ceil(high / step - 1e-6) * step;
    ticks_by(plot, axis, step);
}

/* "10 ms" and "2 s" for times in ms, else the number with its unit. */
static void log_text(double value, const char *unit, char text[FIGURE_TEXT_SIZE])
{
    char number[FIGURE_TEXT_SIZE];
    if (strcmp(unit, "ms") == 0 && value >= 1000) {
        value /= 1000;
        unit = "s";
    } else if (strcmp(unit, "ms") == 0 && value < 0.999) {
        value *= 1000;
        unit = "us";
    }
    if (value >= 1000 && value < 1e7)
        (void)figure_text(rint(value), "Count", number);
    else
        (void)snprintf(number, sizeof number, "%.6g", value);
    (void)snprintf(text, FIGURE_TEXT_SIZE, "%.*s%s%s", 24, number, *unit && *unit != '%' ? " " : "", unit);
}

void plot_axis_log(struct plot *plot, struct plot_axis *axis, const char *label, const char *unit, double low, double high)
{
    /* Where ticks of a decade stand: in so short a range each a tenth of it or so from the next, so that their texts do not meet. */
    static const struct {
        double decades;
        size_t count;
        double at[10];
    } steps[] = {{0.5, 10, {1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9}}, {0.99, 6, {1, 1.5, 2, 3, 5, 7}}, {3, 3, {1, 2, 5}}, {INFINITY, 1, {1}}};
    plot_axis_label(plot, axis, label);
    axis->log = true;
    if (!(low > 0))
        low = high > 0 ? high / 1000 : 1;
    if (!(high > low))
        high = low * 10;
    double decades = log10(high) - log10(low); /* the quotient may be too large for a number */
    size_t fine = 0;
    while (decades > steps[fine].decades)
        fine++;
    int every = decades > 12 ? (int)ceil(decades / 8) : 1;
    axis->low = low;
    axis->high = high;
    char text[FIGURE_TEXT_SIZE];
    for (int power = (int)floor(log10(low) - 1e-9); power <= (int)ceil(log10(high)); power++) {
        for (size_t i = 0; i < steps[fine].count; i++) {
            double at = steps[fine].at[i] * pow(10, power);
            if (at < low * 0.999 || at > high * 1.001 || power % every != 0)
                continue;
            log_text(at, unit, text);
            add_tick(plot, axis, at, text);
        }
    }
}

struct plot_unit plot_axis_time(struct plot *plot, struct plot_axis *axis, double low_s, double high_s)
{
    static const struct {
        double until_s;
        struct plot_unit unit;
        const char *label;
        double steps[7];
    } scales[] = {
        {150, {1, "s"}, "simulated time (s)", {1, 2, 5, 10, 20, 30}},
        {9000, {1 / 60.0, "min"}, "simulated time (min)", {1, 2, 5, 10, 15, 20, 30}},
        {200000, {1 / 3600.0, "h"}, "simulated time (h)", {0.5, 1, 2, 3, 4, 6, 12}},
        {INFINITY, {1 / 86400.0, "d"}, "simulated time (days)", {0.5, 1, 2, 7, 14, 28, 91}},
    };
    size_t scale = 0;
    while (high_s > scales[scale].until_s)
        scale++;
    const struct plot_unit *unit = &scales[scale].unit;
    plot_axis_label(plot, axis, scales[scale].label);
    axis->low = low_s * unit->factor;
    axis->high = high_s * unit->factor;
    if (!(axis->high > axis->low))
        axis->high = axis->low + 1;
    double step = round_step(axis->high - axis->low, 10);
    for (size_t i = 7; i-- > 0;)
        if (scales[scale].steps[i] > 0 && (axis->high - axis->low) / scales[scale].steps[i] <= 10.5)
            step = scales[scale].steps[i];
    ticks_by(plot, axis, step);
    return *unit;
}
