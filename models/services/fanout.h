/* fanout.h: what every service does that tells others what happened: after a delay, it calls each of its targets whose filter lets the item
 * pass, again where the target does not take it, and gives up in the end. A service is a table of properties, its rules, and this. */
#ifndef SLSIM_SERVICES_FANOUT_H
#define SLSIM_SERVICES_FANOUT_H

#include "engine/back_off.h"
#include "engine/content.h"
#include "engine/delivery.h"
#include "engine/key_map.h"
#include "engine/random.h"
#include "measure/counter.h"
#include "measure/metric.h"
#include "measure/tally.h"
#include "scenario/validation.h"

#include "in_step.h"

#include <stdbool.h>
#include <stdint.h>

/* One target. The scenario's: `validate` puts it into a list, each replication reads it. */
struct outlet {
    uint32_t target;
    uint32_t on_failure; /* who gets what was given up; ENTITY_NONE: nobody */
    const struct content_set *matches;
    struct outlet *next;
};

struct outlet_list {
    struct outlet *first;
    uint32_t count;
};

/* Behind those that are there; `from` is the entity whose list it is. */
void outlet_add(struct validation *validation, uint32_t from, struct outlet_list *list, struct outlet *outlet);

struct fanout_metrics {
    struct counter sent;       /* notices that were on their way */
    struct counter delivered;  /* taken by the target */
    struct counter lost;       /* given up */
    struct counter throttled;  /* tries that the target throttled */
    struct counter refused;    /* tries that failed otherwise */
    struct counter filtered;   /* items that no target wanted */
    struct counter duplicated; /* sent twice */
    struct counter coalesced;  /* gave no notice of their own */
    struct tally delay;        /* from the item to the target's acceptance */
    struct in_step_metrics in_step;
};

/* How a service behaves. Zero is a sane service: at once, without duplicates, tried once. */
struct fanout_policy {
    const char *part;                 /* "notification": the parts are "<entity>/notification-0", ... */
    const struct distribution *delay; /* of each notice, in ns; NULL: none */
    struct back_off back_off;         /* of the waits after refusals */
    int64_t max_age_ns;               /* then it is given up; TIME_FOREVER: never */
    uint32_t max_tries;               /* the same; 0: any number */
    double duplicate_rate;            /* of notices, sent twice */
    bool coalesces;                   /* an item while a notice of the same group is still on its way gives none of its own */
    uint32_t notice_bytes;            /* what a notice is, however large the item was; 0: as large as the item */
    bool keeps_in_step;               /* what each target holds of each group is measured */
};

struct fanout {
    struct fanout_policy policy;
    struct fanout_metrics *metrics;
    const struct outlet **outlets; /* owned; by route */
    struct key_map *pending;       /* owned; by route: the items on their way by group, where they coalesce */
    struct in_step *in_step;       /* owned; by route, where that is measured: of the first route of each target */
    struct delivery delivery;
    struct stream delay_stream, duplicate_stream;
};

/* `list` and `metrics` are borrowed for the replication; the entity hands events of `event_kind` and answers on. Moved never. */
enum status fanout_init(struct fanout *fanout, const struct fanout_policy *policy, const struct outlet_list *list,
                        struct fanout_metrics *metrics, struct simulation *simulation, uint32_t self, uint16_t event_kind);
void fanout_fini(struct fanout *fanout);

/* Sends a notice of `request`, which stays the caller's, to every target whose filter lets it pass. */
void fanout_publish(struct simulation *simulation, struct fanout *fanout, const struct request *request);
/* The same to one target, whatever its filter says. */
void fanout_send(struct simulation *simulation, struct fanout *fanout, uint16_t route, const struct request *request);
/* The same without a delay, except for `wait_ns`. */
void fanout_publish_after(struct simulation *simulation, struct fanout *fanout, const struct request *request, int64_t wait_ns);
void fanout_handle(struct simulation *simulation, struct fanout *fanout, const struct event *event);
void fanout_answered(struct simulation *simulation, struct fanout *fanout, struct request *request);
void fanout_finish(struct simulation *simulation, struct fanout *fanout);

/* The rules that most services share: base, cap and age of their retries. */
void fanout_retries(struct fanout_policy *policy, const struct rule_book *rules);

/* Rows of a metric table; `OFFSET` is that of the struct fanout_metrics. */
#define FANOUT_METRICS(OFFSET)                                                                                                             \
    {"slsim",                                                                                                                              \
     "NoticesSent",                                                                                                                        \
     "Count",                                                                                                                              \
     METRIC_COUNT,                                                                                                                         \
     (OFFSET) + offsetof(struct fanout_metrics, sent),                                                                                     \
     .help = "Notices on their way to a target: one an item and target whose filter lets it pass."},                                       \
        {"slsim",                                                                                                                          \
         "NoticesDelivered",                                                                                                               \
         "Count",                                                                                                                          \
         METRIC_COUNT,                                                                                                                     \
         (OFFSET) + offsetof(struct fanout_metrics, delivered),                                                                            \
         .help = "Notices that the target took."},                                                                                         \
        {"slsim",                                                                                                                          \
         "NoticesLost",                                                                                                                    \
         "Count",                                                                                                                          \
         METRIC_COUNT,                                                                                                                     \
         (OFFSET) + offsetof(struct fanout_metrics, lost),                                                                                 \
         .help = "Notices given up after all tries."},                                                                                     \
        {"slsim",                                                                                                                          \
         "NoticesDuplicated",                                                                                                              \
         "Count",                                                                                                                          \
         METRIC_COUNT,                                                                                                                     \
         (OFFSET) + offsetof(struct fanout_metrics, duplicated),                                                                           \
         .help = "Notices sent twice without need: delivery is at least once."},                                                           \
        {"slsim",                                                                                                                          \
         "ItemsFiltered",                                                                                                                  \
         "Count",                                                                                                                          \
         METRIC_COUNT,                                                                                                                     \
         (OFFSET) + offsetof(struct fanout_metrics, filtered),                                                                             \
         .help = "Items that no target wanted."},                                                                                          \
    {                                                                                                                                      \
        "slsim", "NoticeDelay", "Milliseconds", METRIC_TALLY, (OFFSET) + offsetof(struct fanout_metrics, delay),                           \
            .help = "From what happened to the target's acceptance of the notice."                                                         \
    }

#endif
