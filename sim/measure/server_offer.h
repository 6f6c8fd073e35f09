/* server_offer.h: machines by the hour that a bill can be held against: tables that the models hand in, with usage types of the price book.
 */
#ifndef SLSIM_MEASURE_SERVER_OFFER_H
#define SLSIM_MEASURE_SERVER_OFFER_H

/* "2vCPU" of a size: so many units an hour of that usage type. */
struct server_part {
    const char *word; /* "vCPU" */
    const char *usage_type;
};

struct server_offer {
    const char *name;                /* "KIND" of KIND:SIZE */
    const char *example;             /* "KIND:SIZE" */
    const char *prefix;              /* the size is the rest of a usage type that begins so, one unit an hour; NULL: it is made of parts */
    const struct server_part *parts; /* ends with {0}; NULL with a prefix */
    const char *plan; /* what a share of the price book begins with, of which "plan=NAME" is the rest; NULL: there are no plans */
};

#endif
