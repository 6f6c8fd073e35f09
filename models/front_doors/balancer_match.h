/* balancer_match.h: whether a listener rule's conditions hold for a request. Private to this folder.
 * Source: User Guide for Application Load Balancers, "Condition types for listener rules". */
#ifndef SLSIM_FRONT_DOORS_BALANCER_MATCH_H
#define SLSIM_FRONT_DOORS_BALANCER_MATCH_H

#include "notation/property.h"

#include <stdbool.h>
#include <stddef.h>

enum condition_field { CONDITION_HOST, CONDITION_HEADER, CONDITION_METHOD, CONDITION_PATH, CONDITION_QUERY, CONDITION_SOURCE_IP };
extern const char *const condition_fields[];

struct query_value {
    const char *key; /* NULL: any */
    const char *value;
};

struct balancer_condition {
    int field;                  /* enum condition_field */
    struct string_list values;  /* of path and host, in short */
    struct string_list inner;   /* of the object of the field's own, but for the query's */
    struct property_list query; /* of struct query_value */
    const char *header;
};

/* What is asked of requests as they are described, by method and path ("GET /items?size=7"; NULL: "GET /"), and what of things that no
 * scenario says, the host, headers, the sender's address. */
bool condition_is_known(const struct balancer_condition *condition);
bool condition_holds(const struct balancer_condition *condition, const char *request);
/* What is compared, and how many of the comparisons have wildcards: for quotas. */
size_t condition_values(const struct balancer_condition *condition);
size_t condition_wildcards(const struct balancer_condition *condition);

/* Values of query parameters that come more than once in "GET /items?a=1&a=2", beyond the last of each name. */
size_t query_repeats(const char *request);

#endif
