/* watch.c: holds a metric against a threshold, M of N. */
#include "measure/watch.h"

#include <math.h>
#include <stdlib.h>

static bool breaches(const struct watch_rule *rule, double value)
{
    switch (rule->comparison) {
    case WATCH_GREATER_OR_EQUAL:
        return value >= rule->threshold;
    case WATCH_GREATER:
        return value > rule->threshold;
    case WATCH_LESS:
        return value < rule->threshold;
    case WATCH_LESS_OR_EQUAL:
        break;
    }
    return value <= rule->threshold;
}

/* What the newest points have, as many as are needed. */
struct tally_of_points {
    uint32_t real, breaching;
    uint32_t oldest; /* how old the oldest breaching one is: the newest point of all is 1 */
};

static struct tally_of_points count_points(const struct watch_rule *rule, const double *values, uint32_t count)
{
    struct tally_of_points seen = {0};
    for (uint32_t i = 0; i < count && seen.real < rule->points; i++) {
        if (isnan(values[i]))
            continue;
        seen.real++;
        if (!breaches(rule, values[i]))
            continue;
        seen.breaching++;
        seen.oldest = i + 1;
    }
    return seen;
}

enum watch_verdict watch_judge(const struct watch_rule *rule, const double *values, uint32_t count)
{
    struct tally_of_points seen = count_points(rule, values, count);
    uint32_t filled = rule->points - seen.real;
    if (seen.breaching >= rule->breaches)
        return WATCH_ALARM;
    if (filled == 0 || rule->missing == WATCH_NOT_BREACHING)
        return WATCH_OK;
    if (rule->missing == WATCH_BREACHING)
        return seen.breaching + filled >= rule->breaches ? WATCH_ALARM : WATCH_OK;
    if (seen.breaching < seen.real)
        return WATCH_OK;
    if (rule->missing == WATCH_IGNORE)
        return WATCH_RETAIN;
    if (seen.real == 0)
        return WATCH_NOTHING;
    return seen.oldest >= rule->breaches ? WATCH_ALARM : WATCH_RETAIN;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

enum { EVENT_STEP, EVENT_KNOWN };

static void schedule_step(struct simulation *simulation, const struct watch *watch)
{
    simulation_schedule(simulation, watch->self, watch->event_kind, RANK_COMPLETION, time_add(simulation->now_ns, watch->step_ns), 0);
}

enum status watch_start(struct watch *watch, const struct watch_rule *rule, struct simulation *simulation, uint32_t self,
                        uint16_t event_kind, const char *resource, const char *name_space, const char *metric)
{
    *watch = (struct watch){.rule = *rule, .self = self, .event_kind = event_kind};
    watch->step_ns = common_divisor(rule->period_ns, rule->every_ns);
    watch->slice_count = (uint32_t)(rule->period_ns / watch->step_ns) * rule->range;
    /* What is known only after the end never is. */
    int64_t waits_ns = rule->delay_ns < simulation->end_ns ? rule->delay_ns : simulation->end_ns;
    watch->finding_count = (uint32_t)(waits_ns / rule->every_ns) + 1;
    watch->slices = calloc(watch->slice_count, sizeof *watch->slices);
    watch->findings = calloc(watch->finding_count, sizeof *watch->findings);
    watch->values = calloc(rule->range, sizeof *watch->values);
    watch->levels = calloc(watch->slice_count, sizeof *watch->levels);
    if (!watch->slices || !watch->findings || !watch->values || !watch->levels)
        return STATUS_NO_MEMORY;
    enum status status = measure_probe(simulation, resource, name_space, metric, rule->statistic == PROBE_PERCENTILE, &watch->probe);
    if (status == STATUS_NO_MEMORY)
        return status;
    schedule_step(simulation, watch);
    return STATUS_OK;
}

void watch_fini(struct watch *watch)
{
    for (uint32_t i = 0; watch->slices && i < watch->slice_count; i++)
        probe_point_fini(&watch->slices[i]);
    probe_point_fini(&watch->scratch);
    probe_fini(&watch->probe);
    free(watch->slices);
    free(watch->findings);
    free(watch->values);
    free(watch->levels);
    watch->levels = NULL;
    watch->values = NULL;
    watch->slices = NULL;
    watch->findings = NULL;
}

/* Of how many slices a period is. */
static uint32_t parts_of(const struct watch *watch)
{
    return watch->slice_count / watch->rule.range;
}

/* Slice `part` of the period that ended `back` periods before the newest, both counted backwards. */
static uint32_t slice_at(const struct watch *watch, uint32_t back, uint32_t part)
{
    return (watch->newest + watch->slice_count - back * parts_of(watch) - part) % watch->slice_count;
}

/* The value of the period that ended `back` periods before the newest; NaN: no data. */
static double period_value(struct simulation *simulation, struct watch *watch, uint32_t back)
{
    probe_point_clear(&watch->scratch);
    for (uint32_t i = 0; i < parts_of(watch); i++)
        simulation_fail(simulation, probe_point_merge(&watch->scratch, &watch->slices[slice_at(watch, back, i)]));
    return probe_point_value(watch->probe.type, &watch->scratch, watch->rule.statistic, watch->rule.share);
}

static void judge(struct simulation *simulation, struct watch *watch)
{
    struct watch_finding finding = {.value = NAN};
    for (uint32_t i = watch->rule.range; i-- > 0;) {
        watch->values[i] = period_value(simulation, watch, i);
        if (isnan(watch->values[i]))
            continue;
        finding.value = watch->values[i];
        finding.fresh = i == 0;
        finding.level = watch->levels[slice_at(watch, i, parts_of(watch) - 1)];
    }
    finding.verdict = watch_judge(&watch->rule, watch->values, watch->rule.range);
    watch->findings[(watch->first + watch->waiting++) % watch->finding_count] = finding;
    simulation_schedule(simulation, watch->self, (uint16_t)(watch->event_kind + EVENT_KNOWN), RANK_COMPLETION,
                        time_add(simulation->now_ns, watch->rule.delay_ns), 0);
}

bool watch_handle(struct simulation *simulation, struct watch *watch, const struct event *event, struct watch_finding *finding)
{
    if (event->kind == watch->event_kind + EVENT_KNOWN) {
        *finding = watch->findings[watch->first];
        watch->first = (watch->first + 1) % watch->finding_count;
        watch->waiting--;
        return true;
    }
    watch->newest = (watch->newest + 1) % watch->slice_count;
    watch->levels[watch->newest] = watch->level;
    simulation_fail(simulation, probe_read(&watch->probe, simulation->now_ns, &watch->slices[watch->newest]));
    schedule_step(simulation, watch);
    if (simulation->now_ns % watch->rule.every_ns == 0)
        judge(simulation, watch);
    return false;
}
