/* event_target.h: what rules and schedules deliver to, with their retries, and the instants at which they go off by themselves. Private to
 * this folder. */
#ifndef SLSIM_EVENTS_EVENT_TARGET_H
#define SLSIM_EVENTS_EVENT_TARGET_H

#include "engine/arrival.h"
#include "engine/back_off.h"
#include "engine/delivery.h"
#include "engine/random.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/tally.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

struct validation;

/* One target, as the template says it. */
struct event_target {
    const char *id; /* NULL: not given */
    uint32_t endpoint;
    uint32_t dead_letter;
    int64_t retries;
    int64_t max_age_ns;
    const char *message_group; /* NULL: none */
    const char *role;          /* RoleArn: in whose name; NULL: none is named */
    bool dead_letter_given, partition_given;
};

extern const struct property event_target_properties[];

/* Judges one target; `place` is where it stands: "Targets[0]". `service` acts in the name of its role, or of `role` where it names none;
 * what is created only where it may do so is `trusted`. */
void event_target_check(struct validation *validation, struct event_target *target, const char *place, const char *service,
                        const char *role, bool trusted);

/* All are to be in the owner's metric table or unused: that is what gives their memory back. */
struct event_push_metrics {
    struct counter created, attempts, succeeded, retried, throttled, over, failed, errors, sent_to_dlq, lost;
    struct tally start_latency, success_latency;
    struct gauge pending;
};

/* Delivers items to some targets, each apart. */
struct event_push {
    const struct event_target *targets;
    size_t count;
    struct back_off back_off;
    double jitter; /* the share of a wait that chance may take away */
    struct stream jitter_stream;
    struct delivery delivery;
    struct event_push_metrics *metrics;
};

/* `owner` passes on its events of `event_kind` and its answers to push->delivery. Must not be moved afterwards; event_push_fini is safe on
 * zeros. */
enum status event_push_init(struct event_push *push, struct simulation *simulation, const struct event_target *targets, size_t count,
                            struct event_push_metrics *metrics, uint32_t self, uint16_t event_kind);
void event_push_fini(struct event_push *push);
/* Sends an item like `request` on its way to target number `index`. */
void event_push_send(struct simulation *simulation, struct event_push *push, size_t index, const struct request *request, int64_t wait_ns);

/* Goes off by a schedule, each time somewhere in the time that follows the scheduled instant. */
struct event_timer {
    struct arrival_generator generator;
    uint32_t self;
    uint16_t tick_kind, fire_kind; /* the owner's events: to event_timer_tick; an item, for event_timer_item */
    int64_t spread_ns;
    uint64_t salt, ordinal;
    struct stream place;
};

void event_timer_init(struct event_timer *timer, struct simulation *simulation, const struct arrival_process *process, int64_t from_ns,
                      int64_t until_ns, int64_t spread_ns);
/* Schedules the next tick; to be called once for the first. */
void event_timer_next(struct simulation *simulation, struct event_timer *timer);
void event_timer_tick(struct simulation *simulation, struct event_timer *timer);
/* The item of a fire event, as a request that is nobody's. */
struct request event_timer_item(const struct simulation *simulation, const struct event_timer *timer, const struct event *event,
                                uint32_t payload_bytes);

#endif
