/* balancer_targets.c: RegisterTargets and DeregisterTargets while it runs.
 * Sources: User Guide for Application Load Balancers, "Deregister the Lambda function" (requests in flight fail with 5XX), "Deregistration
 * delay", "Troubleshoot" (502 once the delay is over), "Health checks" (one check must be passed). */
#include "balancer_state.h"

#include "scenario/validation.h"

struct registration {
    uint32_t target; /* ENTITY_NONE: all of them */
};

static const struct property registration_properties[] = {
    {"Id", PROPERTY_REFERENCE, offsetof(struct registration, target), .help = "One of the group's Targets; left out: all of them."},
    {0},
};

static bool is_meant(const struct target_group *group, uint32_t target, const struct registration *registration)
{
    const struct group_target *targets = group->targets.items;
    return registration->target == ENTITY_NONE || targets[target].entity == registration->target;
}

static void registration_validate(struct validation *validation, const void *config, void *arguments)
{
    const struct target_group *group = config;
    struct registration *registration = arguments;
    bool found = registration->target == ENTITY_NONE;
    if (!found)
        registration->target = validation_callee(validation, NULL, registration->target);
    for (uint32_t i = 0; i < group->targets.count && !found; i++)
        found = is_meant(group, i, registration);
    if (!found)
        validation_error(validation, "Id", "name one of its Targets", "%s is no target of %s",
                         validation_name(validation, registration->target), validation_name(validation, validation_self(validation)));
}

static void move_targets(struct simulation *simulation, struct target_group *group, const struct registration *registration, bool come)
{
    for (uint32_t i = 0; i < group->targets.count; i++)
        if (is_meant(group, i, registration) && group->registered[i].gone == come)
            group_register(simulation, group, i, come, false);
}

static void register_targets(struct simulation *simulation, void *self, const void *arguments)
{
    move_targets(simulation, self, arguments, true);
}

static void deregister_targets(struct simulation *simulation, void *self, const void *arguments)
{
    struct target_group *group = self;
    move_targets(simulation, group, arguments, false);
    if (group->balancer == ENTITY_NONE)
        return;
    if (group->kind == TARGET_LAMBDA)
        balancer_drop(simulation, entity_state(simulation, group->balancer), group, 0);
    else
        simulation_schedule(simulation, group->balancer, BALANCER_DRAINED, RANK_EXPIRY, time_add(simulation->now_ns, group->drain_ns),
                            group->self);
}

const struct action group_actions[] = {
    {.verb = "RegisterTargets",
     .properties = registration_properties,
     .size = sizeof(struct registration),
     .help = "Targets that were deregistered come back: in service once they have passed a check, where there are checks.",
     .validate = registration_validate,
     .begin = register_targets},
    {.verb = "DeregisterTargets",
     .properties = registration_properties,
     .size = sizeof(struct registration),
     .help = "Targets get no further requests. What a function has under way is answered 502 at once; what a server has, once "
             "deregistration_delay.timeout_seconds are over.",
     .validate = registration_validate,
     .begin = deregister_targets},
    {0},
};
