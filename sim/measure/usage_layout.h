/* usage_layout.h: how usage is handed to a calculator of another kind: a table that the models hand in, of what that calls resources and
 * their usage. */
#ifndef SLSIM_MEASURE_USAGE_LAYOUT_H
#define SLSIM_MEASURE_USAGE_LAYOUT_H

struct usage_key {
    const char *type;               /* of the simulated resource; rows of one type stand together */
    const char *kind;               /* what the other calls it */
    const char *key;                /* what is told */
    const char *const *usage_types; /* the sum of these a month; ends with NULL; NULL: */
    const char *metric, *stat;      /* a figure of the resource */
};

#endif
