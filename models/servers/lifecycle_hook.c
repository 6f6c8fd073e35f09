/* lifecycle_hook.c: AWS::AutoScaling::LifecycleHook, and a group's LifecycleHookSpecificationList: an instance that has booted, or has
 * ended what it had, waits until somebody says CompleteLifecycleAction, or the heartbeat times out. Source: Amazon EC2 Auto Scaling User
 * Guide, "Amazon EC2 Auto Scaling lifecycle hooks", "How lifecycle hooks work": all hooks of a transition at once; ABANDON of one that
 * comes terminates it, and another is launched, of one that goes ends the other hooks; what waits is paid for. Rules asg_heartbeat_*.
 * Assumptions: who is told says CONTINUE, or nothing; a Spot instance that was given notice waits for no hook. */
#include "lifecycle_hook.h"

#include "engine/model.h"
#include "scenario/validation.h"

#define AT(field) offsetof(struct lifecycle_hook, field)

static const char *const transitions[] = {"autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING", NULL};
static const char *const results[] = {"ABANDON", "CONTINUE", NULL};
enum hook_result { HOOK_ABANDON, HOOK_CONTINUE };

const struct property lifecycle_hook_properties[] = {
    {"LifecycleTransition", PROPERTY_ENUM, AT(transition), .choices = transitions, .required = true,
     .help = "Whether it holds up who comes or who goes: for `launch_hook` or `terminate_hook` of the group's behavior."},
    {"HeartbeatTimeout", PROPERTY_TIME, AT(heartbeat_ns), .unit = "s", .minimum = "asg_heartbeat_min_s", .maximum = "asg_heartbeat_max_s",
     .fallback = "asg_heartbeat_s", .help = "For how long at most."},
    {"DefaultResult", PROPERTY_ENUM, AT(result), .choices = results, .fallback = "\"ABANDON\"",
     .help = "What happens then: ABANDON, an instance that comes is given up; CONTINUE."},
    ACCEPTED("LifecycleHookName"),
    ACCEPTED("NotificationMetadata"),
    ACCEPTED("NotificationTargetARN"),
    ACCEPTED("RoleARN"),
    {0},
};

#undef AT
#define AT(field) offsetof(struct hook_resource, field)

struct hook_resource {
    struct lifecycle_hook hook; /* first */
    uint32_t self, group;
};

static const struct property resource_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = lifecycle_hook_properties},
    {"AutoScalingGroupName", PROPERTY_REFERENCE, AT(group), .required = true, .help = "The group."},
    {0},
};

static void hook_validate(struct validation *validation, void *config)
{
    const struct hook_resource *own = config;
    if (own->group != ENTITY_NONE && !model_is(validation_type(validation, own->group), GROUP_TYPE))
        validation_error(validation, "AutoScalingGroupName", "name an AWS::AutoScaling::AutoScalingGroup", "%s is no Auto Scaling group",
                         validation_name(validation, own->group));
}

const struct model_type lifecycle_hook_type = {
    .type = "AWS::AutoScaling::LifecycleHook",
    .help = "Holds up instances of a group as they come or go, until somebody has done something about them.",
    .size = sizeof(struct hook_resource),
    .self_offset = AT(self),
    .properties = resource_properties,
    .validate = hook_validate,
};

static void add(struct servers *group, const struct lifecycle_hook *hook)
{
    struct hook_times *times = &group->hooks[hook->transition];
    times->most_ns = hook->heartbeat_ns > times->most_ns ? hook->heartbeat_ns : times->most_ns;
    if (hook->result == HOOK_ABANDON && (times->abandon_ns == 0 || hook->heartbeat_ns < times->abandon_ns))
        times->abandon_ns = hook->heartbeat_ns;
}

void lifecycle_hooks_gather(const struct simulation *simulation, struct servers *group)
{
    const struct lifecycle_hook *list = group->hook_list.items;
    for (size_t i = 0; i < group->hook_list.count; i++)
        add(group, &list[i]);
    for (uint32_t i = 0; i < simulation->entity_count; i++) {
        const struct hook_resource *own = entity_state(simulation, i);
        if (simulation->entities[i].type == &lifecycle_hook_type && own->group == group->self)
            add(group, &own->hook);
    }
}

void lifecycle_hooks_check(struct validation *validation, const struct servers *group)
{
    const struct lifecycle_hook *list = group->hook_list.items;
    bool has[2] = {false, false};
    for (size_t i = 0; i < group->hook_list.count; i++)
        has[list[i].transition] = true;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        const struct hook_resource *own = validation_type(validation, i) == &lifecycle_hook_type ? validation_config(validation, i) : NULL;
        if (own && own->group == validation_self(validation))
            has[own->hook.transition] = true;
    }
    for (int i = 0; i < 2; i++) {
        const char *key = i == HOOK_LAUNCH ? "behavior.launch_hook" : "behavior.terminate_hook";
        if (has[i] && !group->hook_done[i])
            validation_warning(validation, NULL, i == HOOK_LAUNCH ? "say so in behavior.launch_hook" : "say so in behavior.terminate_hook",
                               "nobody completes the hook of instances that %s: each waits for its HeartbeatTimeout",
                               i == HOOK_LAUNCH ? "come" : "go");
        if (!has[i] && group->hook_done[i])
            validation_warning(validation, key, "add a LifecycleHookSpecificationList", "has no effect: there is no such hook");
    }
}

int64_t lifecycle_hooks_wait(struct servers *group, const struct server *server, enum hook_transition transition, bool *abandoned)
{
    const struct hook_times *times = &group->hooks[transition];
    const struct distribution *done = group->hook_done[transition];
    int64_t wait_ns = TIME_FOREVER;
    *abandoned = false;
    if (times->most_ns == 0)
        return 0;
    stream_at(&group->hook_times, group->salt + server->ordinal, (uint16_t)transition);
    if (done)
        wait_ns = distribution_sample_ns(done, &group->hook_times.rng);
    *abandoned = times->abandon_ns > 0 && wait_ns > times->abandon_ns;
    if (*abandoned)
        return times->abandon_ns;
    return wait_ns < times->most_ns ? wait_ns : times->most_ns;
}
