/* metric_choice.h: which metric an alarm or a policy looks at, as templates say it: namespace, name, dimensions, statistic. Private to this
 * folder. */
#ifndef SLSIM_MONITORING_METRIC_CHOICE_H
#define SLSIM_MONITORING_METRIC_CHOICE_H

#include "measure/watch.h"
#include "notation/property.h"
#include "scenario/validation.h"

#include <stdbool.h>
#include <stddef.h>

struct dimension {
    const char *name, *value;
};

struct metric_choice {
    const char *name_space, *name;
    struct property_list dimensions; /* of struct dimension */
    int statistic;                   /* enum probe_statistic */
    bool statistic_given;
    const char *extended; /* "p99.9"; NULL: not given */

    /* by metric_choice_resolve: */
    const char *resource; /* whose metric it is; NULL: nobody's here */
    double share;         /* of the percentile */
};

extern const struct property dimension_properties[];
extern const char *const statistic_names[];

/* Rows of a table; `OFFSET` is that of the struct metric_choice. */
#define METRIC_CHOICE_ROWS(OFFSET)                                                                                                         \
    {"Namespace", PROPERTY_STRING, (OFFSET) + offsetof(struct metric_choice, name_space),                                                  \
     .help = "AWS/Lambda, AWS/SQS, ...; `slsim` for what CloudWatch does not see."},                                                       \
        {"MetricName", PROPERTY_STRING, (OFFSET) + offsetof(struct metric_choice, name),                                                   \
         .help = "As in the resource's table of metrics."},                                                                                \
        {"Dimensions",                                                                                                                     \
         PROPERTY_LIST,                                                                                                                    \
         (OFFSET) + offsetof(struct metric_choice, dimensions),                                                                            \
         .properties = dimension_properties,                                                                                               \
         .size = sizeof(struct dimension),                                                                                                 \
         .help = "One of them names the resource; without any it is the account, or all resources of a type together."},                   \
    {                                                                                                                                      \
        "Statistic", PROPERTY_ENUM, (OFFSET) + offsetof(struct metric_choice, statistic),                                                  \
            .choices = statistic_names, .given = (OFFSET) + PROPERTY_GIVEN(struct metric_choice, statistic_given),                         \
            .help = "Of each period."                                                                                                      \
    }

/* Finds whose metric it is; complains below `place` ("" or "Metrics[0].MetricStat.Metric.") where there is none. */
void metric_choice_resolve(struct validation *validation, struct metric_choice *choice, const char *place);

#endif
