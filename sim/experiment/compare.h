/* compare.h: two results of runs that share their chance, held against each other replication by replication. */
#ifndef SLSIM_EXPERIMENT_COMPARE_H
#define SLSIM_EXPERIMENT_COMPARE_H

#include "experiment/run.h"
#include "measure/headline.h"
#include "scenario/figure_parse.h"

#include <math.h>

enum effect {
    EFFECT_BETTER,
    EFFECT_WORSE,
    EFFECT_NEGLIGIBLE, /* the whole interval is too small to matter; without --min-effect: no difference at all */
    EFFECT_UNCLEAR     /* the interval reaches over the bound, or the figure is neither good nor bad */
};
extern const char *const effect_names[];

/* What is too small to matter, by unit. NaN: not said. */
struct min_effects {
    double share; /* of A's value */
    double ns, usd, count, points, bytes;
};

/* Adds one: "1%" (of A's), "10ms", "$5", "0.1pp" (points of a figure in percent), "2KB" or a bare number (of counts). */
bool min_effects_parse(const char *text, struct min_effects *effects);
#define MIN_EFFECTS_NONE ((struct min_effects){NAN, NAN, NAN, NAN, NAN, NAN})

/* One figure of both, or of one alone. Borrows from the results. */
struct difference {
    const char *resource;             /* NULL: a cost */
    const struct metric_type *metric; /* NULL: the month's bill */
    const char *stat, *unit;
    const double *a, *b; /* a value a replication; NULL: that side has no such figure */
    double mean_a, mean_b;
    struct interval interval; /* of b - a, over the pairs of replications */
    char mark;                /* '+' only B has it, '-' only A, '~' it differs, '=' it does not */
    enum effect effect;
};

/* One kind of usage of one resource: a month of it, over all tiers. */
struct cost_difference {
    const char *resource;
    const struct price *price;
    double a, b; /* USD */
    char mark;   /* '+' only B pays for it, '-' only A */
};

struct compare {
    const struct run_result *a, *b;
    uint32_t pairs; /* replications that both have complete */
    struct min_effects effects;
    struct difference *figures; /* owned */
    size_t count, capacity;
    struct cost_difference *cost; /* owned; in the order of A's bill, then what only B has */
    size_t cost_count;
    struct figure_index *index_a, *index_b; /* owned */
};

/* Both results are borrowed, with what they point at. */
enum status compare_init(struct compare *compare, const struct run_result *a, const struct run_result *b,
                         const struct min_effects *effects);
void compare_fini(struct compare *compare);

/* One more figure: that of A or of B, whichever has it. Nothing where none has. */
enum status compare_add(struct compare *compare, const char *resource, const char *metric, const char *stat);
/* Every figure of a resource that either has. */
enum status compare_add_all(struct compare *compare);
/* The month's bill. */
enum status compare_add_month(struct compare *compare);

/* b - a in percent of a; 0 where both are 0, infinite where a alone is. */
double difference_percent(const struct difference *difference);

/* What became of a bound. */
struct bound_verdict {
    const struct figure_bound *bound; /* borrowed */
    bool holds;                       /* of B, or of B's difference from A; never where nothing was observed */
    bool straddles;                   /* the interval holds the bound: chance may have decided */
    double value, low, high;          /* what it was held against: in the figure's unit, or in percent of A's value; NaN: none */
    const char *unit;
};
struct bound_verdict compare_bound(const struct compare *compare, const struct figure_bound *bound);

#endif
