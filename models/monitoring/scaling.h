/* scaling.h: a scalable target and its policies, who know each other. Private to this folder.
 *
 * A policy only wishes; the target decides once all policies that are judged at an instant have been: out where any wishes so, in where all
 * that track a metric do, and of several wishes the largest. */
#ifndef SLSIM_MONITORING_SCALING_H
#define SLSIM_MONITORING_SCALING_H

#include "engine/arrival.h"
#include "engine/model.h"
#include "engine/scalable.h"
#include "measure/bill.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/metric.h"
#include "measure/watch.h"
#include "metric_choice.h"

#include <stdbool.h>
#include <stdint.h>

#define SCALABLE_TARGET_TYPE "AWS::ApplicationAutoScaling::ScalableTarget"

/* One entry of ScheduledActions. */
struct scheduled_action {
    const struct arrival_process *process;
    const char *start, *end, *time_zone;
    int64_t from_ns, until_ns;
    int64_t least, most;
    bool least_given, most_given;
};

struct scalable_target {
    uint32_t self;
    const char *service, *dimension, *resource_id;
    int64_t least, most;
    struct property_list schedule; /* of struct scheduled_action */
    bool in_suspended, out_suspended, schedule_suspended;
    uint32_t scaled;       /* who has the capacity; ENTITY_NONE: nobody here */
    uint32_t first_policy; /* 1 + entity; 0: none */

    struct arrival_generator *generators; /* owned; of the schedule's entries */
    int64_t simple_until_ns;              /* of a simple policy's cooldown */
    bool deciding;                        /* it will, at the end of this instant */
    bool needs_initial;
    int64_t out_until_ns, in_until_ns; /* of the cooldowns */
    int64_t out_base;                  /* the capacity before the scale-out that is cooling down */

    struct gauge desired, lower, upper;
    struct counter outs, ins, scheduled, refused;
};

enum policy_type { POLICY_STEP, POLICY_TRACKING, POLICY_SIMPLE /* of groups of servers alone */ };
/* The target's events, and the policies': one entity may have both. */
enum target_event { TARGET_REGISTER, TARGET_SCHEDULED, TARGET_DECIDE, TARGET_EVENTS };
enum adjustment_type { CHANGE_IN_CAPACITY, PERCENT_CHANGE_IN_CAPACITY, EXACT_CAPACITY };

struct step_adjustment {
    double lower, upper;
    bool lower_given, upper_given;
    int64_t adjustment;
};

/* One of the two alarms that a tracking policy makes. */
struct tracked {
    struct watch watch;
    enum watch_verdict state;
    double value;
    bool fresh;   /* of the newest point */
    int64_t base; /* the capacity that was there when the newest point began */
};

struct scaling_policy {
    uint32_t self;
    uint32_t target_reference; /* as the template names it; ENTITY_NONE: by what it scales */
    const char *service, *dimension, *resource_id;
    int type; /* enum policy_type */
    /* tracking */
    bool predefined_given, custom_given, in_cooldown_given, out_cooldown_given, no_scale_in;
    const char *predefined, *label; /* PredefinedMetricType, ResourceLabel */
    struct metric_choice choice;
    double target_value;
    int64_t in_cooldown_ns, out_cooldown_ns;
    /* step */
    struct property_list steps; /* of struct step_adjustment */
    int adjustment_type, aggregation;
    int64_t cooldown_ns, least_magnitude;
    bool cooldown_given;

    uint32_t target;                      /* whose target it is; ENTITY_NONE: nothing is scaled */
    uint32_t next;                        /* 1 + entity of the target's next policy */
    double low_threshold;                 /* of the metric, where it scales in */
    const char *high_points, *low_points; /* rules */
    struct tracked high, low;
    bool step_pending;
    double breach; /* by which a step policy was called */
    struct gauge high_alarm, low_alarm;
    struct counter outs, ins;
};

/* A policy of a group of servers; the first of a group has its target. */
struct group_policy {
    struct scaling_policy policy; /* first */
    struct scalable_target target;
    uint32_t group;
    int64_t adjustment, warmup_ns;
    bool adjustment_given, warmup_given;
};

extern const struct model_type group_policy_type;

/* The target of that entity: a scalable target, or one that a group's policy has. */
struct scalable_target *target_at(const struct simulation *simulation, uint32_t entity);

/* What a policy wants of a target that has `capacity`. */
enum wish_kind { WISH_NOTHING, WISH_IN, WISH_OUT };

struct wish {
    enum wish_kind kind;
    int64_t capacity;
};

/* `cooling`: during a scale-out's cooldown that began at `out_base`. */
struct wish policy_wish(const struct scaling_policy *policy, int64_t capacity, bool cooling, int64_t out_base);
/* How far a step moves `capacity`. */
int64_t policy_step(const struct scaling_policy *policy, int64_t capacity, double breach);

/* The target of that dimension and resource; ENTITY_NONE: none. */
uint32_t scaling_find_target(const struct validation *validation, const char *dimension, const char *resource_id);
/* What a ResourceId names that has this dimension of capacity; else ENTITY_NONE, *named being what it names. */
uint32_t scaling_find_scaled(const struct validation *validation, const char *dimension, const char *resource_id, uint32_t *named);

/* The capacity that is there. */
int64_t target_capacity(const struct simulation *simulation, const struct scalable_target *target);
/* scalable_target.c: also for a target that a group's policy has. */
enum status target_create(struct simulation *simulation, void *self);
void target_destroy(struct simulation *simulation, void *self);
void target_handle(struct simulation *simulation, void *self, const struct event *event);

/* scaling_policy.c: the same of policies of both kinds. */
extern const struct property policy_adjustment_properties[], policy_predefined_properties[], policy_custom_properties[];
extern const char *const policy_adjustment_types[], *const policy_aggregations[];
extern const struct metric_type policy_metrics[];
extern const struct line_item policy_line_items[];
/* `place` and a dot is where its keys stand, "TargetTrackingConfiguration.". */
void policy_check_tracking(struct validation *validation, struct scaling_policy *policy, const struct scalable_target *target,
                           const char *place);
void policy_check_steps(struct validation *validation, const struct scaling_policy *policy, const char *place);
/* At the end of its target's list. */
void policy_join(struct validation *validation, struct scalable_target *target, uint32_t self);
void policy_start(struct simulation *simulation, void *self);
void policy_destroy(struct simulation *simulation, void *self);
void policy_handle(struct simulation *simulation, void *self, const struct event *event);
void policy_noticed(struct simulation *simulation, void *self, uint32_t subject);
void policy_quantities(const struct simulation *simulation, const void *self, struct bill *bill);

/* A policy has been judged. */
void target_consider(struct simulation *simulation, uint32_t entity);

#endif
