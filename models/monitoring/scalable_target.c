/* scalable_target.c: AWS::ApplicationAutoScaling::ScalableTarget: a capacity between a minimum and a maximum, which policies and schedules
 * move.
 * Source: Application Auto Scaling User Guide, "Application Auto Scaling concepts", "How target tracking scaling works" (cooldowns, several
 * policies), "How scheduled scaling works"; rules aas_*. */
#include "scaling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(struct scheduled_action, field)

static const struct property range_properties[] = {
    {"MinCapacity", PROPERTY_INTEGER, AT(least), .minimum = "0", .given = PROPERTY_GIVEN(struct scheduled_action, least_given),
     .help = "The new minimum."},
    {"MaxCapacity", PROPERTY_INTEGER, AT(most), .minimum = "0", .given = PROPERTY_GIVEN(struct scheduled_action, most_given),
     .help = "The new maximum."},
    {0},
};

static const struct property action_properties[] = {
    {"Schedule", PROPERTY_ARRIVAL, AT(process), .unit = "scheduler", .required = true,
     .help = "cron(0 8 * * ? *), rate(1 hour) or at(2025-01-01T08:00:00); in UTC."},
    {"ScalableTargetAction", PROPERTY_OBJECT, 0, .properties = range_properties,
     .help = "What it sets; a capacity outside is moved to the nearer end, whatever cools down."},
    {"StartTime", PROPERTY_STRING, AT(start), .help = "Nothing before it."},
    {"EndTime", PROPERTY_STRING, AT(end), .help = "Nothing from then on."},
    {"Timezone", PROPERTY_STRING, AT(time_zone), .help = "Only UTC is simulated."},
    ACCEPTED("ScheduledActionName"),
    {0},
};

#undef AT
#define AT(field) offsetof(struct scalable_target, field)

static const struct property suspended_properties[] = {
    {"DynamicScalingInSuspended", PROPERTY_BOOLEAN, AT(in_suspended), .help = "Policies do not scale in."},
    {"DynamicScalingOutSuspended", PROPERTY_BOOLEAN, AT(out_suspended), .help = "Policies do not scale out."},
    {"ScheduledScalingSuspended", PROPERTY_BOOLEAN, AT(schedule_suspended), .help = "Scheduled actions do nothing."},
    {0},
};

static const struct property target_properties[] = {
    {"ServiceNamespace", PROPERTY_STRING, AT(service), .required = true, .help = "lambda, dynamodb, ..."},
    {"ScalableDimension", PROPERTY_STRING, AT(dimension), .required = true, .help = "lambda:function:ProvisionedConcurrency, ..."},
    {"ResourceId", PROPERTY_STRING, AT(resource_id), .required = true, .help = "function:F:live, table/T, ..."},
    {"MinCapacity", PROPERTY_INTEGER, AT(least), .minimum = "0", .required = true, .live = true, .help = "No policy goes below."},
    {"MaxCapacity", PROPERTY_INTEGER, AT(most), .minimum = "0", .required = true, .live = true, .help = "No policy goes above."},
    {"ScheduledActions", PROPERTY_LIST, AT(schedule), .properties = action_properties, .size = sizeof(struct scheduled_action),
     .help = "New minima and maxima at given times."},
    {"SuspendedState", PROPERTY_OBJECT, 0, .properties = suspended_properties, .help = "What is suspended."},
    ACCEPTED("RoleARN"),
    {0},
};

static const struct metric_type target_metrics[] = {
    {"slsim", "DesiredCapacity", "Count", METRIC_GAUGE, AT(desired), .help = "The capacity that was asked for last."},
    {"slsim", "MinimumCapacity", "Count", METRIC_GAUGE, AT(lower), .help = "The minimum in force."},
    {"slsim", "MaximumCapacity", "Count", METRIC_GAUGE, AT(upper), .help = "The maximum in force."},
    {"slsim", "ScaleOuts", "Count", METRIC_COUNT, AT(outs), .help = "How often capacity was raised."},
    {"slsim", "ScaleIns", "Count", METRIC_COUNT, AT(ins), .help = "How often it was lowered."},
    {"slsim", "ScalingRefused", "Count", METRIC_COUNT, AT(refused), .help = "Capacities that were refused: they are beyond a quota."},
    {"slsim", "ScheduledActionsTaken", "Count", METRIC_COUNT, AT(scheduled), .help = "Scheduled actions that were due."},
    {0},
};

uint32_t scaling_find_scaled(const struct validation *validation, const char *dimension, const char *resource_id, uint32_t *named)
{
    const char *rest = resource_id + strcspn(resource_id, ":/"); /* what kind of resource it is */
    const char *last = strrchr(resource_id, '/');
    const char *const forms[] = {*rest ? rest + 1 : resource_id, last ? last + 1 : NULL};
    *named = ENTITY_NONE;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        uint32_t entity = validation_named(validation, forms[i]);
        if (entity != ENTITY_NONE && *named == ENTITY_NONE)
            *named = entity;
        if (entity != ENTITY_NONE && scalable_of(validation_type(validation, entity)->scalable, dimension))
            return entity;
    }
    return ENTITY_NONE;
}

uint32_t scaling_find_target(const struct validation *validation, const char *dimension, const char *resource_id)
{
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (!model_is(validation_type(validation, i), SCALABLE_TARGET_TYPE))
            continue;
        const struct scalable_target *target = validation_config(validation, i);
        if (target->dimension && target->resource_id && strcmp(target->dimension, dimension) == 0 &&
            strcmp(target->resource_id, resource_id) == 0)
            return i;
    }
    return ENTITY_NONE;
}

static void resolve(struct validation *validation, struct scalable_target *target)
{
    uint32_t named = ENTITY_NONE;
    target->scaled = ENTITY_NONE;
    if (!target->dimension || !target->resource_id)
        return;
    target->scaled = scaling_find_scaled(validation, target->dimension, target->resource_id, &named);
    if (target->scaled != ENTITY_NONE)
        return;
    if (named == ENTITY_NONE)
        validation_error(validation, "ResourceId", "write \"function:F:live\" or {\"Fn::Sub\": \"function:${F}:live\"}",
                         "names nothing that is simulated: \"%s\"", target->resource_id);
    else
        validation_warning(validation, "ResourceId", NULL, "%s has no capacity %s that can be scaled here: nothing is",
                           validation_name(validation, named), target->dimension);
}

static int64_t date_of(struct validation *validation, const char *place, const char *key, const char *text, int64_t otherwise_ns)
{
    char property[96];
    int64_t at_ns = otherwise_ns;
    snprintf(property, sizeof property, "%s.%s", place, key);
    if (text && !validation_instant(validation, text, &at_ns))
        validation_error(validation, property, "write \"2025-01-01T12:00:00Z\"", "must be a time in UTC, got \"%s\"", text);
    return at_ns;
}

static void check_action(struct validation *validation, struct scheduled_action *action, size_t index)
{
    char place[64];
    snprintf(place, sizeof place, "ScheduledActions[%zu]", index);
    action->from_ns = date_of(validation, place, "StartTime", action->start, 0);
    action->until_ns = date_of(validation, place, "EndTime", action->end, TIME_FOREVER);
    if (action->until_ns <= action->from_ns)
        validation_error(validation, place, NULL, "EndTime is not after StartTime");
    if (!action->least_given && !action->most_given)
        validation_error(validation, place, "add \"ScalableTargetAction\": {\"MinCapacity\": 10}", "sets neither a minimum nor a maximum");
    if (action->least_given && action->most_given && action->least > action->most)
        validation_error(validation, place, NULL, "MinCapacity %lld is above MaxCapacity %lld", (long long)action->least,
                         (long long)action->most);
    if (action->time_zone && strcmp(action->time_zone, "UTC") != 0 && strcmp(action->time_zone, "Etc/UTC") != 0)
        validation_warning(validation, place, "write the times in UTC", "Timezone is not simulated: all times are in UTC");
}

static void target_validate(struct validation *validation, void *config)
{
    struct scalable_target *target = config;
    struct scheduled_action *actions = target->schedule.items;
    resolve(validation, target);
    if (target->least > target->most)
        validation_error(validation, "MinCapacity", NULL, "is above MaxCapacity, which is %lld", (long long)target->most);
    for (size_t i = 0; i < target->schedule.count; i++)
        check_action(validation, &actions[i], i);
    if (target->scaled == ENTITY_NONE || !rule_flag(validation_rules(validation), "aas_needs_initial_capacity"))
        return;
    const struct scalable *scalable = scalable_of(validation_type(validation, target->scaled)->scalable, target->dimension);
    if (scalable->capacity(validation_config(validation, target->scaled)) == 0)
        validation_warning(validation, "ResourceId", "give it an initial value; rule aas_needs_initial_capacity",
                           "%s has no capacity to begin with: policies do not scale it", validation_name(validation, target->scaled));
}

static const struct scalable *role_of(const struct simulation *simulation, const struct scalable_target *target)
{
    return scalable_of(simulation->entities[target->scaled].type->scalable, target->dimension);
}

static int64_t asked_for(const struct simulation *simulation, const struct scalable_target *target)
{
    return role_of(simulation, target)->capacity(entity_state(simulation, target->scaled));
}

struct scalable_target *target_at(const struct simulation *simulation, uint32_t entity)
{
    void *state = entity_state(simulation, entity);
    return simulation->entities[entity].type == &group_policy_type ? &((struct group_policy *)state)->target : state;
}

int64_t target_capacity(const struct simulation *simulation, const struct scalable_target *target)
{
    const struct scalable *role = role_of(simulation, target);
    return (role->allocated ? role->allocated : role->capacity)(entity_state(simulation, target->scaled));
}

enum status target_create(struct simulation *simulation, void *self)
{
    struct scalable_target *target = self;
    const struct simulation_settings *settings = simulation->settings;
    const struct scheduled_action *actions = target->schedule.items;
    target->needs_initial = rule_flag(settings->rules, "aas_needs_initial_capacity");
    gauge_add(&target->lower, simulation->now_ns, target->least);
    gauge_add(&target->upper, simulation->now_ns, target->most);
    target->generators = calloc(target->schedule.count + 1, sizeof *target->generators);
    if (!target->generators)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < target->schedule.count; i++)
        arrival_generator_init(&target->generators[i], actions[i].process, actions[i].from_ns > 0 ? actions[i].from_ns : 0,
                               actions[i].until_ns < settings->duration_ns ? actions[i].until_ns : settings->duration_ns, settings->seed,
                               simulation->replication, simulation->entities[target->self].name);
    if (target->scaled != ENTITY_NONE)
        gauge_add(&target->desired, simulation->now_ns, asked_for(simulation, target));
    return STATUS_OK;
}

static void schedule_action(struct simulation *simulation, struct scalable_target *target, uint32_t index)
{
    struct arrival next;
    if (arrival_next(&target->generators[index], &next))
        simulation_schedule(simulation, target->self, TARGET_SCHEDULED, RANK_COMPLETION, next.time_ns, index);
}

static void target_start(struct simulation *simulation, void *self)
{
    struct scalable_target *target = self;
    if (target->scaled == ENTITY_NONE)
        return;
    simulation_schedule(simulation, target->self, TARGET_REGISTER, RANK_COMPLETION, simulation->now_ns, 0);
    for (uint32_t i = 0; i < target->schedule.count; i++)
        schedule_action(simulation, target, i);
}

void target_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    free(((struct scalable_target *)self)->generators);
}

static int64_t within(const struct scalable_target *target, int64_t capacity)
{
    capacity = capacity > target->most ? target->most : capacity;
    return capacity < target->least ? target->least : capacity;
}

/* Asks for `capacity`, which is within the range. 1: more than there was, -1: less, 0: the same. */
static int move(struct simulation *simulation, struct scalable_target *target, int64_t capacity)
{
    int64_t before = asked_for(simulation, target);
    if (capacity != before)
        role_of(simulation, target)->set_capacity(simulation, entity_state(simulation, target->scaled), capacity);
    int64_t after = asked_for(simulation, target);
    gauge_add(&target->desired, simulation->now_ns, after - target->desired.level);
    if (after != capacity)
        counter_add(&target->refused, 1);
    if (after == before)
        return 0;
    counter_add(after > before ? &target->outs : &target->ins, 1);
    return after > before ? 1 : -1;
}

static bool is_inert(const struct simulation *simulation, const struct scalable_target *target)
{
    return target->needs_initial && asked_for(simulation, target) == 0;
}

/* A new minimum and maximum are in force. */
static void apply_range(struct simulation *simulation, struct scalable_target *target)
{
    gauge_add(&target->lower, simulation->now_ns, target->least - target->lower.level);
    gauge_add(&target->upper, simulation->now_ns, target->most - target->upper.level);
    move(simulation, target, within(target, asked_for(simulation, target)));
}

static void take_action(struct simulation *simulation, struct scalable_target *target, const struct scheduled_action *action)
{
    if (target->schedule_suspended)
        return;
    counter_add(&target->scheduled, 1);
    if (action->least_given)
        target->least = action->least;
    if (action->most_given)
        target->most = action->most;
    /* One that sets a single end beyond the other takes the other along. */
    if (target->least > target->most && action->least_given)
        target->most = target->least;
    else if (target->least > target->most)
        target->least = target->most;
    apply_range(simulation, target);
}

/* What all policies together want. */
struct decision {
    struct wish out, in;
    const struct scaling_policy *by_out, *by_in;
    bool all_in; /* all that track a metric, and may scale in, want to */
};

static void hear(struct decision *decision, const struct scaling_policy *policy, struct wish wish)
{
    if (policy->type == POLICY_TRACKING && !policy->no_scale_in && wish.kind != WISH_IN)
        decision->all_in = false;
    struct wish *best = wish.kind == WISH_OUT ? &decision->out : &decision->in;
    if (wish.kind == WISH_NOTHING || (best->kind != WISH_NOTHING && best->capacity >= wish.capacity))
        return;
    *best = wish;
    *(wish.kind == WISH_OUT ? &decision->by_out : &decision->by_in) = policy;
}

static struct decision ask_policies(struct simulation *simulation, struct scalable_target *target, int64_t capacity, bool cooling)
{
    struct decision decision = {.all_in = true};
    bool step_in = false;
    for (uint32_t next = target->first_policy; next != 0;) {
        struct scaling_policy *policy = entity_state(simulation, next - 1);
        if (policy->type == POLICY_SIMPLE && simulation->now_ns < target->simple_until_ns)
            policy->step_pending = false;
        struct wish wish = policy_wish(policy, capacity, cooling, target->out_base);
        hear(&decision, policy, wish);
        step_in = step_in || (policy->type != POLICY_TRACKING && wish.kind == WISH_IN);
        policy->step_pending = false;
        next = policy->next;
    }
    decision.all_in = decision.all_in || step_in; /* a step in is not held up by those that track */
    return decision;
}

static int64_t cooldown_of(const struct scaling_policy *policy, bool out)
{
    if (policy->type != POLICY_TRACKING)
        return policy->cooldown_ns;
    return out ? policy->out_cooldown_ns : policy->in_cooldown_ns;
}

/* Is what was added last still to come, or to warm up? Source: Amazon EC2 Auto Scaling User Guide, "Set the default instance warmup": it
 * counts as there when more is wanted, and nothing is scaled in. */
static bool is_warming(const struct simulation *simulation, const struct scalable_target *target)
{
    const struct scalable *role = role_of(simulation, target);
    int64_t since_ns = role->since_ns(entity_state(simulation, target->scaled)), warmup_ns = 0;
    for (uint32_t next = target->first_policy; next != 0;) {
        const struct scaling_policy *policy = entity_state(simulation, next - 1);
        if (policy->type != POLICY_SIMPLE && policy->out_cooldown_ns > warmup_ns)
            warmup_ns = policy->out_cooldown_ns;
        next = policy->next;
    }
    return since_ns > 0 && simulation->now_ns < time_add(since_ns, warmup_ns); /* what was there at first is warm */
}

/* What follows a change by a policy. */
static void moved(const struct simulation *simulation, struct scalable_target *target, const struct scaling_policy *by)
{
    if (by->type == POLICY_SIMPLE)
        target->simple_until_ns = time_add(simulation->now_ns, by->cooldown_ns);
}

static void decide(struct simulation *simulation, struct scalable_target *target)
{
    int64_t now_ns = simulation->now_ns, capacity = asked_for(simulation, target);
    const bool warms = role_of(simulation, target)->since_ns != NULL;
    bool cooling = warms ? is_warming(simulation, target) : now_ns < target->out_until_ns;
    struct decision decision = ask_policies(simulation, target, capacity, cooling);
    if (is_inert(simulation, target) || (!warms && target_capacity(simulation, target) != capacity))
        return;
    if (decision.out.kind == WISH_OUT && !target->out_suspended) {
        if (move(simulation, target, within(target, decision.out.capacity)) <= 0)
            return;
        counter_add(&((struct scaling_policy *)entity_state(simulation, decision.by_out->self))->outs, 1);
        target->out_base = cooling ? target->out_base : capacity;
        moved(simulation, target, decision.by_out);
        target->out_until_ns = time_add(now_ns, cooldown_of(decision.by_out, true));
        target->in_until_ns = 0;
        return;
    }
    if (decision.in.kind != WISH_IN || !decision.all_in || target->in_suspended || now_ns < target->in_until_ns || (warms && cooling))
        return;
    if (move(simulation, target, within(target, decision.in.capacity)) >= 0)
        return;
    counter_add(&((struct scaling_policy *)entity_state(simulation, decision.by_in->self))->ins, 1);
    moved(simulation, target, decision.by_in);
    target->in_until_ns = time_add(now_ns, cooldown_of(decision.by_in, false));
}

/* What a policy measures from this instant on, it measures with the capacity as it is now. */
static void tell_policies(struct simulation *simulation, const struct scalable_target *target)
{
    for (uint32_t next = target->first_policy; next != 0;) {
        struct scaling_policy *policy = entity_state(simulation, next - 1);
        struct tracked *const both[] = {&policy->high, &policy->low};
        for (size_t i = 0; i < sizeof both / sizeof *both; i++)
            if (both[i]->watch.step_ns > 0 && simulation->now_ns % both[i]->watch.step_ns == 0)
                both[i]->watch.level = target_capacity(simulation, target);
        next = policy->next;
    }
}

void target_consider(struct simulation *simulation, uint32_t entity)
{
    struct scalable_target *target = target_at(simulation, entity);
    if (!target->deciding)
        simulation_schedule(simulation, entity, TARGET_DECIDE, RANK_EXPIRY, simulation->now_ns, 0);
    target->deciding = true;
}

void target_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct scalable_target *target = self;
    const struct scheduled_action *actions = target->schedule.items;
    switch ((enum target_event)event->kind) {
    case TARGET_REGISTER:
        if (!is_inert(simulation, target) && rule_flag(simulation->settings->rules, "aas_register_moves_capacity"))
            move(simulation, target, within(target, asked_for(simulation, target)));
        break;
    case TARGET_SCHEDULED:
        take_action(simulation, target, &actions[event->data]);
        schedule_action(simulation, target, event->data);
        break;
    case TARGET_DECIDE:
        target->deciding = false;
        decide(simulation, target);
        tell_policies(simulation, target);
        break;
    case TARGET_EVENTS:
        break;
    }
}

static void target_changed(struct simulation *simulation, void *self, size_t offset)
{
    (void)offset;
    struct scalable_target *target = self;
    if (target->scaled != ENTITY_NONE)
        apply_range(simulation, target);
}

const struct model_type scalable_target_type = {
    .type = SCALABLE_TARGET_TYPE,
    .help = "A capacity that policies and scheduled actions move between a minimum and a maximum.",
    .size = sizeof(struct scalable_target),
    .self_offset = offsetof(struct scalable_target, self),
    .properties = target_properties,
    .metrics = target_metrics,
    .validate = target_validate,
    .changed = target_changed,
    .create = target_create,
    .start = target_start,
    .destroy = target_destroy,
    .handle = target_handle,
};
