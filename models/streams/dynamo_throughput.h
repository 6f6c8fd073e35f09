/* dynamo_throughput.h: units a second, read or written, of a table or of one of its indexes: provisioned, with what was not used of late,
 * or on demand, by the traffic that it has seen. Private to this folder.
 * Sources: rules ddb_*, which cite the DynamoDB developer guide: "Burst and adaptive capacity", "On-demand capacity mode", "Maximum
 * throughput for on-demand tables", "Warm throughput". */
#ifndef SLSIM_STREAMS_DYNAMO_THROUGHPUT_H
#define SLSIM_STREAMS_DYNAMO_THROUGHPUT_H

#include "engine/simulation.h"
#include "engine/token_bucket.h"
#include "growth.h"
#include "measure/counter.h"
#include "measure/gauge.h"

#include <stdbool.h>
#include <stdint.h>

/* A read takes half a unit, or what a rule says: reads are counted in hundredths. */
#define READ_PARTS 100u

/* Why units are not given. */
enum unit_refusal { UNITS_GRANTED, UNITS_PROVISIONED, UNITS_KEY_RANGE, UNITS_MAX_ON_DEMAND, UNITS_ACCOUNT, UNIT_REFUSALS };

struct throughput_figures {
    struct counter consumed; /* parts */
    struct counter throttles, refused[UNIT_REFUSALS];
    struct gauge provisioned, capacity; /* units a second */
    struct gauge used;                  /* its average is what was consumed a second, in parts; */
    struct gauge given;                 /* and this what was provisioned, in parts */
};

/* The rules of one kind of units. */
struct unit_kind {
    const char *initial;       /* of a new on-demand table */
    const char *per_partition; /* the most of one */
    uint32_t parts;            /* of a unit */
};
extern const struct unit_kind read_units, write_units;

struct throughput {
    /* config */
    int64_t asked; /* provisioned: units a second, as it was asked for last */
    int64_t most;  /* OnDemandThroughput; 0 or less: none */
    int64_t warm;  /* WarmThroughput; 0: none */

    /* state */
    const struct unit_kind *kind;
    struct throughput_figures *figures;
    bool on_demand;
    int64_t there;   /* provisioned: units a second that there are by now */
    int64_t ordered; /* the same, once the update under way is done */
    bool updating;
    double kept_s;               /* so much of what is not used is kept */
    struct token_bucket saved;   /* parts */
    struct token_bucket ceiling; /* parts, of `most` */
    struct growth growth;        /* on demand: units a second */
};

/* Its config is set. */
void throughput_create(const struct simulation *simulation, struct throughput *throughput, const struct unit_kind *kind,
                       struct throughput_figures *figures, bool on_demand);

/* Are there so many parts? Takes none. */
enum unit_refusal throughput_has(struct throughput *throughput, int64_t parts, int64_t now_ns);
/* Takes them, which are there. True when throughput_review is to be called `growth.review_ns` from now. */
bool throughput_take(struct throughput *throughput, int64_t parts, int64_t now_ns);
void throughput_refuse(struct throughput *throughput, enum unit_refusal refusal);

/* True when throughput_grow is to be called at `*at_ns`. */
bool throughput_review(struct throughput *throughput, int64_t now_ns, int64_t *at_ns);
void throughput_grow(struct throughput *throughput, int64_t now_ns);
/* What was asked for is there. */
void throughput_updated(struct throughput *throughput, int64_t now_ns);

/* So many partitions carry it; not rounded. */
double throughput_partitions(const struct throughput *throughput, const struct rule_book *rules);

/* Rows of a table of metrics: those of the struct throughput_figures at BASE, whose units are of KIND. */
#define THROUGHPUT_AT(BASE, FIELD) .offset = (BASE) + offsetof(struct throughput_figures, FIELD)
#define THROUGHPUT_THROTTLES(BASE, KIND, NAME, WHY, HELP)                                                                                  \
    {                                                                                                                                      \
        .name_space = "AWS/DynamoDB", .name = KIND NAME "ThrottleEvents", .unit = "Count", .kind = METRIC_COUNT,                           \
        THROUGHPUT_AT(BASE, refused[WHY]), .better = -1, .help = HELP                                                                      \
    }
#define THROUGHPUT_METRICS(BASE, KIND, PARTS)                                                                                              \
    {.name_space = "AWS/DynamoDB",                                                                                                         \
     .name = "Consumed" KIND "CapacityUnits",                                                                                              \
     .unit = "Count",                                                                                                                      \
     .kind = METRIC_COUNT,                                                                                                                 \
     THROUGHPUT_AT(BASE, consumed),                                                                                                        \
     .parts = (PARTS),                                                                                                                     \
     .steady = 1,                                                                                                                          \
     .help = KIND " units of what was accepted."},                                                                                         \
        {.name_space = "AWS/DynamoDB",                                                                                                     \
         .name = KIND "ThrottleEvents",                                                                                                    \
         .unit = "Count",                                                                                                                  \
         .kind = METRIC_COUNT,                                                                                                             \
         THROUGHPUT_AT(BASE, throttles),                                                                                                   \
         .better = -1,                                                                                                                     \
         .help = KIND "s beyond the capacity, for whatever reason; the four that follow say which."},                                      \
        THROUGHPUT_THROTTLES(BASE, KIND, "ProvisionedThroughput", UNITS_PROVISIONED,                                                       \
                             "Beyond what is provisioned, and all that was kept."),                                                        \
        THROUGHPUT_THROTTLES(BASE, KIND, "KeyRangeThroughput", UNITS_KEY_RANGE,                                                            \
                             "Beyond what one item or partition can have, or, on demand, what there are partitions for so far."),          \
        THROUGHPUT_THROTTLES(BASE, KIND, "MaxOnDemandThroughput", UNITS_MAX_ON_DEMAND, "Beyond OnDemandThroughput."),                      \
        THROUGHPUT_THROTTLES(BASE, KIND, "AccountLimit", UNITS_ACCOUNT, "Beyond the quota of a table on demand."),                         \
        {.name_space = "AWS/DynamoDB",                                                                                                     \
         .name = "Provisioned" KIND "CapacityUnits",                                                                                       \
         .unit = "Count",                                                                                                                  \
         .kind = METRIC_GAUGE,                                                                                                             \
         THROUGHPUT_AT(BASE, provisioned),                                                                                                 \
         .help = "Units a second."},                                                                                                       \
        {.name_space = "slsim",                                                                                                            \
         .name = KIND "Capacity",                                                                                                          \
         .unit = "Count",                                                                                                                  \
         .kind = METRIC_GAUGE,                                                                                                             \
         THROUGHPUT_AT(BASE, capacity),                                                                                                    \
         .help = KIND " units a second that it takes for as long as one likes."},                                                          \
    {                                                                                                                                      \
        .name_space = "slsim", .name = KIND "CapacityUtilization", .unit = "Percent", .kind = METRIC_GAUGE_RATIO,                          \
        THROUGHPUT_AT(BASE, used), .other = (BASE) + offsetof(struct throughput_figures, given),                                           \
        .help = "Consumed of what is provisioned: what auto scaling tracks."                                                               \
    }

#endif
