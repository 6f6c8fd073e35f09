/* arrival.h: when a traffic source sends. A process is immutable and shared by replications; a generator is one replication's place
 * in it. */
#ifndef SLSIM_ENGINE_ARRIVAL_H
#define SLSIM_ENGINE_ARRIVAL_H

#include "engine/distribution.h"
#include "engine/random.h"
#include "engine/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum arrival_kind {
    ARRIVAL_CONSTANT,  /* every 1/rate, the first at `from` itself: the k-th at from + round(k * 1e9 / rate) */
    ARRIVAL_POISSON,   /* rate */
    ARRIVAL_STAGES,    /* Poisson; the rate goes linearly from stage to stage */
    ARRIVAL_DIURNAL,   /* Poisson; rate(t) = mean * exp(kappa cos(2 pi (t - peak_at) / day)) / I0(kappa) */
    ARRIVAL_MMPP,      /* Poisson whose rate jumps: stays exponential, the next state uniform among the others; begins in the first */
    ARRIVAL_BURSTS,    /* `size` at one instant, every so often, the first at `from` */
    ARRIVAL_RATE,      /* schedule "rate(...)": every `every_ns`, the first after one interval */
    ARRIVAL_CRON,      /* schedule "cron(...)", UTC */
    ARRIVAL_USERS,     /* closed loop: the source itself drives it; generators give nothing */
    ARRIVAL_TRACE,     /* given instants */
    ARRIVAL_PER_MINUTE /* given counts a minute */
};

enum placing { PLACED_UNIFORM, PLACED_EVEN, PLACED_START };

struct stage {
    int64_t for_ns;
    double from_per_s; /* the rate at its beginning */
    double to_per_s;   /* and at its end */
};

/* One bit per allowed value; a six-field AWS cron expression. ? and * set all bits. */
struct cron {
    uint64_t minutes;       /* 0..59 */
    uint32_t hours;         /* 0..23 */
    uint32_t days_of_month; /* 1..31 */
    uint32_t months;        /* 1..12 */
    uint32_t days_of_week;  /* 1..7, 1 is Sunday, as AWS counts */
    bool any_day_of_month;  /* ? or * */
    bool any_day_of_week;
    bool last_day_of_month; /* L in day-of-month */
    int8_t nearest_weekday; /* nW in day-of-month: n; LW: CRON_LAST_WEEKDAY; else 0 */
    int8_t last_of_week;    /* nL in day-of-week: n, else 0 */
    int8_t nth_weekday;     /* n#k: n, else 0 */
    int8_t nth_week;        /* k */
    uint64_t years[4];      /* 1970..2199, a bit a year from 1970 */
};

#define CRON_LAST_WEEKDAY (-1)

struct arrival_process {
    enum arrival_kind kind;
    double rate_per_s;    /* CONSTANT, POISSON, mean of DIURNAL */
    double kappa;         /* DIURNAL, solved from the peak */
    int64_t peak_at_ns;   /* DIURNAL: time of day of the peak */
    int64_t epoch_s;      /* DIURNAL, CRON: Unix time of the simulation's zero */
    struct stage *stages; /* owned */
    size_t count;         /* of stages, rates, times or minutes */
    double *rates_per_s;  /* owned; MMPP */
    double *mean_stay_ns; /* owned; MMPP */
    uint64_t burst_size;  /* BURSTS */
    int64_t every_ns;     /* BURSTS, RATE */
    struct cron cron;
    uint32_t users;             /* USERS */
    struct distribution *think; /* owned; USERS */
    const int64_t *times_ns;    /* borrowed from the trace's table; TRACE, ascending */
    const int64_t *handler_ns;  /* borrowed; TRACE; NULL where no column gives it */
    const uint32_t *per_minute; /* borrowed; PER_MINUTE */
    enum placing placed;        /* PER_MINUTE */
    bool one_per_minute;        /* PER_MINUTE: one call for each minute that has any */
};

void arrival_process_free(struct arrival_process *process); /* NULL is fine */

/* kappa such that exp(kappa)/I0(kappa) = peak/mean, by GSL's root solver. peak/mean in [1, 1000]. STATUS_INVALID when there is none. */
enum status diurnal_kappa(double peak_over_mean, double *kappa);

/* Parses "0 12 * * ? *": AWS's six fields, minutes hours day-of-month month day-of-week year, with * , - / in all of them, ? L W in
 * day-of-month, ? L # in day-of-week; names of months and days in any case. On failure returns STATUS_INVALID and a message in `error`
 * that names the field. Source: Amazon EventBridge User Guide, "Cron expressions reference". */
enum status cron_parse(const char *text, struct cron *cron, char *error, size_t error_size);
/* The first matching minute strictly after Unix time `after_s`; INT64_MAX when there is none until 2199. Goes by months, days and hours: a
 * few steps, some thousands when nothing matches. */
int64_t cron_next(const struct cron *cron, int64_t after_s);

struct arrival {
    int64_t time_ns;
    int64_t handler_ns; /* the handler time that the trace gives, or -1 */
};

struct arrival_generator {
    const struct arrival_process *process;
    int64_t from_ns, until_ns; /* arrivals fall in [from, until) */
    int64_t now_ns;            /* where it stands */
    bool ended;                /* there are no more */
    uint64_t ordinal;          /* of the next arrival */
    uint64_t index;            /* stage, trace row, minute, state: the kind's own */
    uint64_t left;             /* in this burst or minute */
    uint64_t drawn;            /* MMPP: stays; PER_MINUTE: places in minutes */
    int64_t next_change_ns;    /* STAGES, DIURNAL, MMPP: when the stage, the bound or the state changes */
    double offset_ns;          /* what now_ns leaves out: below 1 (Poisson kinds), or the place in the minute (PER_MINUTE) */
    double rate_per_ns;        /* POISSON: the rate; DIURNAL: the peak; MMPP: the state's rate */
    double bound_per_ns;       /* DIURNAL: the highest rate before next_change_ns */
    struct {                   /* CONSTANT: an interval is whole_ns + remainder / divisor, added without loss */
        int64_t whole_ns;
        uint64_t remainder, divisor, carry;
    } interval;
    struct stream stream;
};

/* Must not be moved afterwards (its stream points into itself). */
void arrival_generator_init(struct arrival_generator *generator, const struct arrival_process *process, int64_t from_ns, int64_t until_ns,
                            uint64_t seed, uint32_t replication, const char *source);
/* The next arrival, never before the one before; false when there are no more. Amortised O(1). */
bool arrival_next(struct arrival_generator *generator, struct arrival *arrival);

#endif
