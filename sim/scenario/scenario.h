/* scenario.h: a scenario, read, merged, checked and resolved: what experiments run. Immutable once loaded; threads share it. */
#ifndef SLSIM_SCENARIO_SCENARIO_H
#define SLSIM_SCENARIO_SCENARIO_H

#include "document/diagnostics.h"
#include "document/json.h"
#include "engine/model.h"
#include "engine/simulation.h"
#include "scenario/books.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum comparison { COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_LE, COMPARE_GT, COMPARE_GE, COMPARE_WITHIN, COMPARE_BETWEEN };

/* One line of `expect`. */
struct expectation {
    struct place place;
    const char *text;     /* "Api Throttles Sum == 0", for the PASS and FAIL lines */
    const char *resource; /* NULL: a cost */
    const char *metric;
    const char *stat;
    const char *cost; /* "month" */
    enum comparison comparison;
    double value;              /* in the metric's unit; the centre of WITHIN, the low end of BETWEEN */
    double other;              /* WITHIN: the share (0.02); BETWEEN: the high end */
    int64_t from_ns, until_ns; /* 0 and TIME_FOREVER: the whole run */
};

/* A file that was read, for the manifest. */
struct input_file {
    const char *path; /* relative to the scenario's folder */
    char sha256[65];
};

struct expected_messages; /* scenario/expected_message.h */
struct scenario_base;     /* scenario/scenario_base.h */

struct scenario {
    const char *name;
    const char *description;
    const char *path;   /* as given; "-" for standard input */
    const char *folder; /* of the scenario file */
    bool free_tier;
    struct {
        const char *term; /* NULL: there is none */
        double hour_usd;  /* infinite: as much as is used */
    } plan;               /* what was committed to, for lower prices */
    uint32_t replications;
    struct simulation_settings settings; /* settings.rules is `rules` */
    struct rule_book *rules;
    struct price_book *prices;

    struct entity_spec *entities; /* the account first, then resources, then sources, in the order of the file, then inner parts */
    struct place *entity_places;
    const struct place *sweep_places; /* of the keys of the scenario's sweep.over, in their order; NULL: it has none */
    uint32_t entity_count;
    uint32_t first_source, first_inner;
    const char *endless; /* the way of a loop that nothing stops, "F -> T -> F"; NULL: there is none */
    bool wants_totals;   /* each type's sum over its resources: `series` is "total", or an expectation names a type */

    struct expectation *expectations;
    size_t expectation_count;

    cJSON *resolved; /* the merged tree with all defaults that matter, for the manifest */
    struct input_file *inputs;
    size_t input_count;

    const struct model_registry *registry;
    const struct references *names; /* of entities, sorted */
    struct scenario_store *store;   /* owns everything that the above borrows */
};

/* What the command line adds. All borrowed. */
struct scenario_options {
    const char *const *sets; /* "PATH=VALUE" */
    size_t set_count;
    const char *seed;                 /* NULL: the scenario's */
    uint32_t replications;            /* 0: the scenario's */
    const struct scenario_base *base; /* the files as they were read before, with the settings of then: `sets` go over these, and `path` is
                                         but a name. Must outlive the scenario. NULL: `path` is read */
    struct scenario_base **made;      /* where such a base is to be left (NULL after a failure), which then owns the books; may be NULL */
    struct expected_messages *messages; /* where the messages that `expect` names go, also of a scenario that is refused; NULL: nowhere */
    const cJSON *tree; /* the scenario, resolved already, as a manifest keeps it: then `path` is not read, and only its folder counts;
                          NULL: `path` is read */
};

/* Reads `path` ("-": standard input) and everything that it names. Every mistake is in `diagnostics`; warnings too, also on success.
 * On anything but STATUS_OK *scenario is NULL. */
enum status scenario_load(const char *path, const struct scenario_options *options, const struct model_registry *registry,
                          struct diagnostics *diagnostics, struct scenario **scenario);
void scenario_free(struct scenario *scenario);

/* The entity of that name; ENTITY_NONE when there is none. O(log n). */
uint32_t scenario_find(const struct scenario *scenario, const char *name);

/* The top level's plain values by a property table without help (scenario_keys has it), for the schema and the reference. */
struct property; /* notation/property.h */
const struct property *scenario_properties(void);

#endif
