/* windows.c: adds up periods for the expectations that have from and until. */
#include "experiment/windows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct window {
    const struct expectation *expectation;
    const struct metric_type *type; /* NULL until its first period */
    struct period_value sum;
    struct tally_part tally;
};

struct windows {
    const struct series_sink *next;
    struct series_sink sink;
    struct window *list; /* one an expectation; those of the whole run stay empty */
    size_t count;
    bool any;
};

static bool is_window(const struct expectation *expectation)
{
    return expectation->resource && (expectation->from_ns > 0 || expectation->until_ns != TIME_FOREVER);
}

static bool speaks_of(const struct expectation *expectation, const struct metric_slot *slot)
{
    return strcmp(expectation->metric, slot->type->name) == 0 && strcmp(expectation->resource, slot->resource) == 0;
}

static void add_period(struct window *window, const struct metric_slot *slot, const struct period_value *value)
{
    bool first = !window->type;
    window->type = slot->type;
    window->sum.count += value->count;
    window->sum.other_count += value->other_count;
    if (value->tally)
        tally_part_merge(&window->tally, value->tally);
    window->sum.tally = &window->tally;
    if (first) {
        window->sum.span = value->span;
        window->sum.other_span = value->other_span;
    } else {
        gauge_span_merge(&window->sum.span, &value->span);
        gauge_span_merge(&window->sum.other_span, &value->other_span);
    }
}

static enum status period(void *context, int64_t from_ns, int64_t until_ns, const struct metric_slot *slot,
                          const struct period_value *value)
{
    struct windows *windows = context;
    for (size_t i = 0; i < windows->count && windows->any; i++) {
        struct window *window = &windows->list[i];
        const struct expectation *expectation = window->expectation;
        if (is_window(expectation) && from_ns >= expectation->from_ns && from_ns < expectation->until_ns && speaks_of(expectation, slot))
            add_period(window, slot, value);
    }
    return windows->next ? windows->next->period(windows->next->context, from_ns, until_ns, slot, value) : STATUS_OK;
}

enum status windows_new(const struct scenario *scenario, const struct series_sink *next, struct windows **windows)
{
    struct windows *made = calloc(1, sizeof *made);
    *windows = NULL;
    if (!made)
        return STATUS_NO_MEMORY;
    made->next = next;
    made->sink = (struct series_sink){.context = made, .period = period};
    made->count = scenario->expectation_count;
    made->list = calloc(made->count + 1, sizeof *made->list);
    if (!made->list) {
        free(made);
        return STATUS_NO_MEMORY;
    }
    for (size_t i = 0; i < made->count; i++) {
        made->list[i].expectation = &scenario->expectations[i];
        tally_part_init(&made->list[i].tally);
        made->any = made->any || is_window(&scenario->expectations[i]);
    }
    *windows = made;
    return STATUS_OK;
}

void windows_free(struct windows *windows)
{
    if (!windows)
        return;
    for (size_t i = 0; i < windows->count; i++)
        tally_part_fini(&windows->list[i].tally);
    free(windows->list);
    free(windows);
}

const struct series_sink *windows_sink(const struct windows *windows)
{
    return windows->any || windows->next ? &windows->sink : NULL;
}

double windows_observed(const struct windows *windows, size_t index, const struct measure *measure)
{
    const struct window *window = &windows->list[index];
    const struct expectation *expectation = window->expectation;
    if (is_window(expectation))
        return window->type ? period_value_stat(window->type, &window->sum, expectation->stat) : NAN;
    for (size_t i = 0; expectation->resource && i < measure->slot_count; i++)
        if (measure->slots[i].type->name_space && speaks_of(expectation, &measure->slots[i]))
            return metric_whole_stat(&measure->slots[i], expectation->stat);
    return NAN;
}
