/* scaling_wish.c: the arithmetic of policies.
 * Sources: Application Auto Scaling User Guide, "How target tracking scaling works" and "How step scaling works"; rule aas_capacity_rule:
 * AWS documents that tracking is proportional, rounds up and does not scale in across its target, and no formula. */
#include "scaling.h"

#include <math.h>

#define CAPACITY_MAX 1e9

static int64_t whole_capacity(double capacity)
{
    return (int64_t)fmin(fmax(capacity, 0), CAPACITY_MAX);
}

/* The capacity with which the load behind this point would be at the target. `base` is what there was when it was measured: so a change
 * that the metric does not show yet is not made twice. */
static int64_t tracked_capacity(const struct scaling_policy *policy, const struct tracked *tracked, int64_t base)
{
    /* A product that is whole but for its last bits is whole. */
    return whole_capacity(ceil((double)base * tracked->value / policy->target_value - 1e-9));
}

static struct wish tracking_wish(const struct scaling_policy *policy, int64_t capacity, bool cooling, int64_t out_base)
{
    if (policy->high.state == WATCH_ALARM) {
        int64_t base = cooling && out_base < policy->high.base ? out_base : policy->high.base;
        int64_t wanted = tracked_capacity(policy, &policy->high, base);
        return wanted > capacity ? (struct wish){WISH_OUT, wanted} : (struct wish){WISH_NOTHING, capacity};
    }
    /* Rule aas_no_data: what is not measured now is no cause to scale in, though an alarm may go by older points. */
    if (policy->low.state != WATCH_ALARM || policy->no_scale_in || !policy->low.fresh)
        return (struct wish){WISH_NOTHING, capacity};
    int64_t wanted = tracked_capacity(policy, &policy->low, policy->low.base);
    return (struct wish){WISH_IN, wanted < capacity ? wanted : capacity};
}

static bool step_holds(const struct step_adjustment *step, double breach)
{
    double lower = step->lower_given ? step->lower : -INFINITY, upper = step->upper_given ? step->upper : INFINITY;
    return breach >= 0 ? breach >= lower && breach < upper : breach > lower && breach <= upper;
}

/* Above 1 down, below -1 up, in between to 1 and -1. */
static double round_percent(double change)
{
    if (change == 0)
        return 0;
    return fabs(change) < 1 ? copysign(1, change) : trunc(change);
}

int64_t policy_step(const struct scaling_policy *policy, int64_t capacity, double breach)
{
    const struct step_adjustment *steps = policy->steps.items, *step = NULL;
    for (size_t i = 0; i < policy->steps.count && !step; i++)
        if (step_holds(&steps[i], breach))
            step = &steps[i];
    if (!step)
        return capacity;
    double change = (double)step->adjustment;
    if (policy->adjustment_type == EXACT_CAPACITY)
        return whole_capacity(change);
    if (policy->adjustment_type == PERCENT_CHANGE_IN_CAPACITY) {
        change = round_percent((double)capacity * change / 100);
        if (change != 0 && fabs(change) < (double)policy->least_magnitude)
            change = copysign((double)policy->least_magnitude, change);
    }
    return whole_capacity((double)capacity + change);
}

struct wish policy_wish(const struct scaling_policy *policy, int64_t capacity, bool cooling, int64_t out_base)
{
    if (policy->type == POLICY_TRACKING)
        return tracking_wish(policy, capacity, cooling, out_base);
    if (!policy->step_pending)
        return (struct wish){WISH_NOTHING, capacity};
    int64_t wanted = policy_step(policy, capacity, policy->breach);
    if (wanted <= capacity)
        return (struct wish){wanted < capacity ? WISH_IN : WISH_NOTHING, wanted};
    if (cooling && policy->type != POLICY_SIMPLE)
        wanted = policy_step(policy, out_base, policy->breach); /* only what it is more than the last one */
    return wanted > capacity ? (struct wish){WISH_OUT, wanted} : (struct wish){WISH_NOTHING, capacity};
}
