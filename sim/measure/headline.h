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

/* A series that a terminal shows on one line. */
struct headline_spark {
    const char *title;
    const char *resource; /* NULL: the sum over all; `of_largest`: the largest row of the first section */
    const char *space, *metric, *stat;
    bool of_largest;
};

struct summary_layout {
    const struct headline_section *sections; /* ends with {0} */
    const struct headline_spark *sparks;     /* ends with {0}; NULL: none */
    const char *requests_space;              /* its name space, where others have a count of that name too; NULL: any */
    const char *requests;                    /* the count that cost is told by the million of */
};

#endif
