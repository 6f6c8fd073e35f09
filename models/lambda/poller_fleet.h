/* poller_fleet.h: how many batches of a queue are worked on at once: growth while there is a backlog, decline where calls fail or nothing
 * is to be done, and the pace of provisioned pollers. Arithmetic alone: whoever calls has the clock and the queue. Private to this folder.
 * Sources: rules sqs_initial_concurrency, sqs_scale_*, sqs_error_scale_down_share, sqs_max_concurrency, sqs_poller*. */
#ifndef SLSIM_LAMBDA_POLLER_FLEET_H
#define SLSIM_LAMBDA_POLLER_FLEET_H

#include "engine/pace.h"
#include "engine/rule_book.h"

#include <stdbool.h>
#include <stdint.h>

struct poller_fleet {
    int64_t lanes; /* wanted now; each has one batch at a time */
    int64_t initial;
    int64_t floor; /* nothing lowers it further */
    int64_t most;
    int64_t per_unit; /* lanes of one provisioned poller; 1 where there are none */

    double per_minute;                /* growth, in lanes */
    bool stepwise;                    /* a minute's growth all at its end */
    double failing_share, idle_share; /* what goes each minute, of what fails and of what is idle */

    double credit;    /* growth that is not a whole lane yet */
    int64_t since_ns; /* when the backlog began; -1: there is none */
    int64_t ticks;    /* of growth since then */

    uint64_t calls, failures; /* of the minute under way */
    double failing;           /* the share of the last minute's calls that failed */
    int64_t least_idle;       /* in the minute under way */

    int64_t poll_ns;    /* of provisioned pollers: the least time between two polls of one; 0: no pace */
    double bytes_per_s; /* and what one of them may receive */
    struct pace pace;   /* of all their polls */
};

/* Reads the rules. `maximum` is the mapping's own limit of concurrency, 0 where it has none. */
void poller_fleet_init(struct poller_fleet *fleet, const struct rule_book *rules, int64_t maximum);
/* The same for provisioned pollers. */
void poller_fleet_init_provisioned(struct poller_fleet *fleet, const struct rule_book *rules, int64_t least_pollers, int64_t most_pollers);

/* A backlog begins, or ends. */
void poller_fleet_backlog(struct poller_fleet *fleet, int64_t now_ns);
void poller_fleet_relax(struct poller_fleet *fleet);
/* When growth is due; TIME_FOREVER where there is no backlog, or no room to grow. */
int64_t poller_fleet_next_growth(const struct poller_fleet *fleet);
/* It is: takes it. What fails slows it down. */
void poller_fleet_grow(struct poller_fleet *fleet);

/* A call ended, well or not. */
void poller_fleet_called(struct poller_fleet *fleet, bool failed);
/* So many lanes have nothing to do now. */
void poller_fleet_idle(struct poller_fleet *fleet, int64_t idle);
/* A minute of observation begins. */
void poller_fleet_observe(struct poller_fleet *fleet, int64_t idle);
/* It is over: lowers `lanes` by what failed or by what was not needed, whichever is more, and begins another. False when there is nothing
 * left to lower. */
bool poller_fleet_review(struct poller_fleet *fleet, int64_t idle);
bool poller_fleet_above_floor(const struct poller_fleet *fleet);

/* Provisioned pollers: from when on the next poll may be made. */
int64_t poller_fleet_next_poll(const struct poller_fleet *fleet);
/* A poll was made and brought `bytes`. */
void poller_fleet_polled(struct poller_fleet *fleet, int64_t now_ns, uint64_t bytes);
/* How many pollers `lanes` are. */
int64_t poller_fleet_units(const struct poller_fleet *fleet, int64_t lanes);

#endif
