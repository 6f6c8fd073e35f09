/* balancer_units.h: load balancer capacity units (LCU): of new connections, active connections, bytes and rule evaluations the one that is
 * used most counts, in each hour.
 * Source: Elastic Load Balancing pricing; rules lcu_*. Private to this folder. */
#ifndef SLSIM_FRONT_DOORS_BALANCER_UNITS_H
#define SLSIM_FRONT_DOORS_BALANCER_UNITS_H

#include "engine/rule_book.h"
#include "engine/sim_time.h"

#include <stdbool.h>
#include <stdint.h>

/* What was used since the meter began. */
struct lcu_use {
    uint64_t connections;
    int128 active; /* connections x ns */
    uint64_t server_bytes, function_bytes;
    uint64_t evaluations; /* beyond the free ones */
};

/* What one unit is of each. */
struct lcu_rates {
    double connections_per_s, active, server_bytes_per_h, function_bytes_per_h, evaluations_per_s;
};

#define LCU_PARTS 1e9 /* of a unit x hour, as the metric keeps it */

struct lcu_meter {
    struct lcu_rates rates;
    uint64_t free_rules;               /* of each request */
    struct lcu_use use;                /* the balancer adds to it; `active` is set when it is asked */
    struct lcu_use at_hour, at_minute; /* what it was then */
    int64_t hour_ns, minute_ns;        /* when they began */
    double unit_hours;                 /* of the hours that are over */
};

void lcu_init(struct lcu_meter *meter, const struct rule_book *rules);
/* The units in use between two readings, `length_ns` apart: the largest dimension. Bytes to functions and to servers add up. */
double lcu_units(const struct lcu_rates *rates, const struct lcu_use *from, const struct lcu_use *until, int64_t length_ns);

/* Forgets what was before. */
void lcu_begin(struct lcu_meter *meter, int64_t now_ns);
/* When the minute ends that is under way, at the latest at `end_ns`. */
int64_t lcu_minute_end_ns(const struct lcu_meter *meter, int64_t end_ns);
/* The minute is over at `now_ns`; and the hour, when it is, or when `last`. Returns the units x hours of that minute alone. */
double lcu_minute(struct lcu_meter *meter, int64_t now_ns, bool last);

#endif
