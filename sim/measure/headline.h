/* headline.h: which figures a summary shows first: a table that the models hand in, since only they know what their metrics mean. */
#ifndef SLSIM_MEASURE_HEADLINE_H
#define SLSIM_MEASURE_HEADLINE_H

#include <stdbool.h>

struct headline_column {
    const char *title;
    const char *metric;
    const char *stat;
    bool share; /* also in percent of the section's key */
    bool adds;  /* the column's sum over resources means something */
};

struct headline_section {
    const char *title;                     /* of the column of names */
    const char *key;                       /* a count: the section's rows are the resources that have it, the largest first */
    const struct headline_column *columns; /* ends with {0} */
    const char *key_space;                 /* the key's name space, where others have a count of that name too; NULL: any */
};

/* Whether more or less of a metric is what its owner wants, whatever the statistic. */
struct metric_direction {
    const char *metric;
    int better; /* 1: more is better; -1: less is */
};

struct summary_layout {
    const struct headline_section *sections;   /* ends with {0} */
    const char *requests;                      /* the count that cost is told by the million of */
    const struct headline_column *compared;    /* what else a comparison shows, of any resource, where it differs; ends with {0} */
    const struct metric_direction *directions; /* ends with {0}; what is not in it is neither good nor bad */
};

#endif
