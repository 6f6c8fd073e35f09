/* json_difference.h: in what two trees differ, for people. */
#ifndef SLSIM_OUTPUT_JSON_DIFFERENCE_H
#define SLSIM_OUTPUT_JSON_DIFFERENCE_H

#include <cjson/cJSON.h>
#include <stddef.h>

/* Hears of one place that differs: "scenario.duration", and both values as short text ("nothing" where there is none). */
typedef void json_difference_hearer(void *context, const char *path, const char *was, const char *is);

/* Goes through both, object by object (the order of keys does not matter) and list by list. Members at the top level that `ignored` (ends
 * with NULL) names are left out. How many places differ; at most `most` are heard of. */
size_t json_difference(const cJSON *was, const cJSON *is, const char *const *ignored, size_t most, json_difference_hearer *hear,
                       void *context);

#endif
