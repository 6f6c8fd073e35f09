/* picture.h: what a result is drawn as: a table that the models hand in, since only they know what their metrics mean. One row a picture.
 */
#ifndef SLSIM_MEASURE_PICTURE_H
#define SLSIM_MEASURE_PICTURE_H

#include <stdbool.h>

/* Whose figures a panel shows. */
enum picture_of {
    PICTURE_SUM,       /* each line is the sum over all resources */
    PICTURE_RESOURCES, /* the first line of the table, once for each of the largest resources */
    PICTURE_EACH,      /* one picture for each of the largest resources, with all lines */
    PICTURE_PARTS /* one picture for each of the largest resources that has several versions, shards or the like: the first line, once for
                     each */
};

enum picture_mark { PICTURE_LINES, PICTURE_AREAS /* stacked */, PICTURE_BARS /* stacked */ };

/* One metric over time. */
struct picture_line {
    const char *label;
    const char *space; /* of the metric, where others have one of that name; NULL: any */
    const char *metric, *stat;
    const char *over; /* in percent of this count; NULL: as it is */
    bool rate;        /* a count per second */
};

/* A line that what is drawn must not pass. */
struct picture_limit {
    const char *label;
    const char *property; /* of the resource, or "account.KEY" */
    const char *rule;     /* where the property is not given; NULL: then there is no limit */
    double scale;         /* from the property's unit to the metric's */
};

struct picture_panel {
    const char *axis;    /* what is shown, without its unit */
    const char *caption; /* of a further panel, which is left out where all of it is zero; may be NULL */
    enum picture_mark mark;
    const struct picture_line *lines;   /* ends with {0}; NULL: no further panel */
    const struct picture_limit *limits; /* ends with {0}; NULL: none */
    const char *whole;                  /* of PICTURE_RESOURCES: this resource's line is drawn too, where there are several; NULL: none */
    bool sum;                           /* this panel is of sums, whatever the picture is of */
    bool share;                         /* each value in percent of all at that moment */
};

#define PICTURE_PANELS 2

struct picture_type {
    const char *name; /* of its files; letters and dashes */
    const char *title;
    const char *caption; /* what there is to see */
    enum picture_of of;
    unsigned most;            /* of PICTURE_EACH: so many pictures; 0: the usual */
    const char *having;       /* only resources that have this count; NULL: all */
    const char *distribution; /* instead of panels: this metric's values that are longer than, by class */
    struct picture_panel panels[PICTURE_PANELS];
};

/* What a monitor would show beside what happened. */
struct picture_contrast {
    const char *shown_space, *shown, *shown_stat; /* the monitor's */
    const char *truth_space, *truth, *truth_stat; /* what it does not see */
    const char *why;
};

struct picture_layout {
    const struct picture_type *pictures;      /* ends with {0} */
    const char *whole;                        /* a resource that counts all others: it is in no sum */
    const char *monitor;                      /* the monitor's name */
    const struct picture_contrast *contrasts; /* ends with {0} */
};

#endif
