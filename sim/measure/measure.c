/* measure.c: knows where the models' counters, tallies and gauges are, and closes their periods. */
#include "measure/measure.h"

#include "engine/room.h"

#include <stdlib.h>

enum part_kind { PART_COUNTER, PART_TALLY, PART_GAUGE };

static enum part_kind part_kind(const struct metric_type *type)
{
    switch (type->kind) {
    case METRIC_COUNT:
    case METRIC_PERCENT:
        return PART_COUNTER;
    case METRIC_TALLY:
        return PART_TALLY;
    case METRIC_GAUGE:
    case METRIC_GAUGE_RATIO:
        break;
    }
    return PART_GAUGE;
}

static size_t part_count(const struct metric_type *type)
{
    return type->kind == METRIC_PERCENT || type->kind == METRIC_GAUGE_RATIO ? 2 : 1;
}

/* Does something to one counter, tally or gauge. Several metrics may speak of the same one (a count, and its share of another), so every
 * operation here can be repeated at the same instant without harm. */
static void apply(const struct metric_slot *slot, void (*operation)(enum part_kind kind, void *part, int64_t at_ns), int64_t at_ns)
{
    for (size_t i = 0; i < part_count(slot->type); i++)
        operation(part_kind(slot->type), metric_part(slot, i), at_ns);
}

static void apply_to_all(const struct measure *measure, void (*operation)(enum part_kind kind, void *part, int64_t at_ns), int64_t at_ns)
{
    for (size_t i = 0; i < measure->slot_count; i++)
        apply(&measure->slots[i], operation, at_ns);
}

static void init_part(enum part_kind kind, void *part, int64_t at_ns)
{
    (void)at_ns;
    if (kind == PART_COUNTER)
        *(struct counter *)part = (struct counter){0};
    else if (kind == PART_TALLY)
        tally_init(part);
    else
        (void)gauge_init(part, false);
}

static void fini_part(enum part_kind kind, void *part, int64_t at_ns)
{
    (void)at_ns;
    if (kind == PART_TALLY)
        tally_fini(part);
    else if (kind == PART_GAUGE)
        gauge_fini(part);
}

static void fold_part(enum part_kind kind, void *part, int64_t at_ns)
{
    if (kind == PART_COUNTER) {
        struct counter *counter = part;
        counter->whole += counter->current;
        counter->current = 0;
    } else if (kind == PART_TALLY) {
        tally_fold(part);
    } else {
        gauge_fold(part, at_ns);
    }
}

static void close_part(enum part_kind kind, void *part, int64_t at_ns)
{
    if (kind == PART_GAUGE)
        gauge_close(part, at_ns);
}

/* The end of the warm-up. One that ends at zero has nothing to forget: what was counted there belongs to the run; only the extremes of
 * the gauges begin at the levels that the run begins with. */
static void restart_part(enum part_kind kind, void *part, int64_t at_ns)
{
    if (kind == PART_GAUGE) {
        gauge_restart(part, at_ns);
        return;
    }
    if (at_ns == 0)
        return;
    if (kind == PART_COUNTER) {
        ((struct counter *)part)->current = 0;
        ((struct counter *)part)->whole = 0;
    } else {
        tally_part_clear(&((struct tally *)part)->current);
        tally_part_clear(&((struct tally *)part)->whole);
    }
}

static bool part_failed(enum part_kind kind, const void *part)
{
    if (kind == PART_TALLY)
        return tally_part_failed(&((const struct tally *)part)->whole);
    const struct histogram *levels = kind == PART_GAUGE ? ((const struct gauge *)part)->levels : NULL;
    return levels && levels->failed;
}

enum status measure_new(struct measure **measure)
{
    *measure = calloc(1, sizeof **measure);
    return *measure ? STATUS_OK : STATUS_NO_MEMORY;
}

void measure_free(struct measure *measure)
{
    if (!measure)
        return;
    apply_to_all(measure, fini_part, 0);
    free(measure->slots);
    free(measure->series);
    free(measure);
}

static enum status boundary(void *context, struct simulation *simulation, int64_t at_ns)
{
    return measure_boundary(context, simulation, at_ns);
}

void measure_attach(struct measure *measure, struct simulation *simulation)
{
    simulation->measure = measure;
    simulation->boundary = (struct boundary_hook){.context = measure, .call = boundary};
    simulation->next_boundary_ns = 0;
}

static enum status make_room(struct measure *measure, size_t more)
{
    bool room = room_for(&measure->slots, measure->slot_count + more, &measure->slot_capacity, sizeof *measure->slots) &&
                room_for(&measure->series, measure->series_count + more, &measure->series_capacity, sizeof *measure->series);
    return room ? STATUS_OK : STATUS_NO_MEMORY;
}

static void set_total(const struct metric_slot *slot, size_t index, void *total)
{
    void *part = metric_part(slot, index);
    switch (part_kind(slot->type)) {
    case PART_COUNTER:
        ((struct counter *)part)->total = total;
        break;
    case PART_TALLY:
        ((struct tally *)part)->total = total;
        break;
    case PART_GAUGE:
        ((struct gauge *)part)->total = total;
        break;
    }
}

/* Metrics may share their parts, so first everything is made plain, which can be done twice, then the levels are kept where any metric of
 * the gauge wants them. */
static enum status init_slots(struct metric_slot *slots, size_t count, void *total_base)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count; i++)
        apply(&slots[i], init_part, 0);
    for (size_t i = 0; i < count; i++) {
        struct gauge *gauge = slots[i].type->kind == METRIC_GAUGE && slots[i].type->levels ? metric_part(&slots[i], 0) : NULL;
        if (gauge && !gauge->levels && gauge_init(gauge, true) != STATUS_OK)
            status = STATUS_NO_MEMORY;
    }
    for (size_t i = 0; i < count && total_base; i++) {
        const struct metric_slot total = {.type = slots[i].type, .base = total_base};
        for (size_t p = 0; p < part_count(slots[i].type); p++)
            set_total(&slots[i], p, metric_part(&total, p));
    }
    return status;
}

enum status measure_register(struct measure *measure, const char *resource, const struct metric_type *table, void *base, void *total_base,
                             bool series)
{
    size_t count = 0;
    while (table && table[count].name)
        count++;
    if (count == 0)
        return STATUS_OK;
    enum status status = make_room(measure, count);
    if (status != STATUS_OK)
        return status;
    size_t first = measure->slot_count;
    for (size_t i = 0; i < count; i++) {
        bool shown = series && table[i].name_space;
        if (shown)
            measure->series[measure->series_count++] = measure->slot_count;
        measure->slots[measure->slot_count++] =
            (struct metric_slot){.type = &table[i], .resource = resource, .base = base, .series = shown};
    }
    return init_slots(measure->slots + first, count, total_base);
}

static struct period_value current_of(const struct metric_slot *slot, int64_t at_ns)
{
    void *part = metric_part(slot, 0), *other = metric_part(slot, 1);
    switch (slot->type->kind) {
    case METRIC_PERCENT:
        return (struct period_value){.count = ((struct counter *)part)->current, .other_count = ((struct counter *)other)->current};
    case METRIC_GAUGE_RATIO:
        return (struct period_value){.span = gauge_period(part, at_ns), .other_span = gauge_period(other, at_ns)};
    case METRIC_TALLY:
        return (struct period_value){.tally = &((struct tally *)part)->current};
    case METRIC_GAUGE:
        return (struct period_value){.span = gauge_period(part, at_ns)};
    case METRIC_COUNT:
        break;
    }
    return (struct period_value){.count = ((struct counter *)part)->current};
}

/* Hands the period to the sink: all of it before anything is folded, since metrics share their parts. Then folds. */
static enum status close_period(struct measure *measure, int64_t at_ns)
{
    for (size_t i = 0; i < measure->series_count; i++) {
        const struct metric_slot *slot = &measure->slots[measure->series[i]];
        struct period_value value = current_of(slot, at_ns);
        enum status status = measure->sink->period(measure->sink->context, measure->period_from_ns, at_ns, slot, &value);
        if (status != STATUS_OK)
            return status;
    }
    for (size_t i = 0; i < measure->series_count; i++)
        apply(&measure->slots[measure->series[i]], fold_part, at_ns);
    measure->period_from_ns = at_ns;
    return STATUS_OK;
}

static enum status check_memory(const struct measure *measure)
{
    for (size_t i = 0; i < measure->slot_count; i++) {
        const struct metric_slot *slot = &measure->slots[i];
        for (size_t p = 0; p < part_count(slot->type); p++) {
            if (part_failed(part_kind(slot->type), metric_part(slot, p)))
                return STATUS_NO_MEMORY;
        }
    }
    return STATUS_OK;
}

/* The nearer of `next_ns` and `candidate_ns`, if that is still to come. */
static int64_t nearer(int64_t next_ns, int64_t candidate_ns, int64_t at_ns)
{
    return candidate_ns > at_ns && candidate_ns < next_ns ? candidate_ns : next_ns;
}

static int64_t next_boundary(const struct measure *measure, const struct simulation *simulation, int64_t at_ns)
{
    if (at_ns >= simulation->end_ns)
        return TIME_FOREVER;
    const struct simulation_settings *settings = simulation->settings;
    int64_t next_ns = nearer(simulation->end_ns, settings->warmup_ns, at_ns);
    next_ns = nearer(next_ns, settings->duration_ns, at_ns);
    if (measure->warm && measure->sink && settings->period_ns > 0)
        next_ns = nearer(next_ns, time_add(at_ns - at_ns % settings->period_ns, settings->period_ns), at_ns);
    return next_ns;
}

static bool period_ends(const struct measure *measure, const struct simulation *simulation, int64_t at_ns)
{
    if (!measure->warm || !measure->sink || at_ns <= measure->period_from_ns)
        return false;
    int64_t period_ns = simulation->settings->period_ns;
    return at_ns >= simulation->end_ns || (period_ns > 0 && at_ns % period_ns == 0);
}

enum status measure_boundary(struct measure *measure, struct simulation *simulation, int64_t at_ns)
{
    enum status status = STATUS_OK;
    if (period_ends(measure, simulation, at_ns))
        status = close_period(measure, at_ns);
    if (at_ns >= simulation->settings->duration_ns && !measure->closed) {
        apply_to_all(measure, close_part, at_ns);
        measure->closed = true;
    }
    bool end = at_ns >= simulation->end_ns;
    if (end)
        apply_to_all(measure, fold_part, at_ns);
    if (!measure->warm && (end || at_ns >= simulation->settings->warmup_ns)) {
        apply_to_all(measure, restart_part, at_ns);
        measure->warm = true;
        measure->period_from_ns = at_ns;
    }
    if (end && status == STATUS_OK)
        status = check_memory(measure);
    simulation->next_boundary_ns = next_boundary(measure, simulation, at_ns);
    return status;
}
